-- Who may touch what. Services log in as roles that own nothing and are members of one of these, or as one of these
-- itself; whoever applies migrations owns everything, and row-level security doesn't bind an owner. Roles are the
-- cluster's, not the database's: they may exist already, or come to exist at this moment by another migration.
DO $$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['tenant_kms_api', 'tenant_kms_verifier', 'tenant_kms_worker'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN EXECUTE format('CREATE ROLE %I', service); END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tenant_kms_api, tenant_kms_verifier, tenant_kms_worker;

-- The tenant that a transaction is for, as it said itself; without one, NULL, which is no row's. What a transaction set
-- for itself is the empty string after it. Policies ask by a subquery, so that they ask once a statement.
CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('tenant_kms.tenant_id', true), '')::uuid;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenants USING (id = (SELECT current_tenant()));

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'api_keys', 'tenant_kms_configs', 'external_id_claims', 'tenant_keys', 'secrets', 'rewrap_jobs', 'rewrap_limits',
    'outbox', 'key_evictions', 'agents', 'agent_tamper_events', 'agent_nonces', 'agent_sessions', 'users',
    'user_sessions', 'audit_log', 'transit_keys', 'key_uses',
    'idempotency_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (tenant_id = (SELECT current_tenant()))', name);
  END LOOP;
  -- These know their tenant by their job, which a tenant's transaction sees only if it is its own.
  FOREACH name IN ARRAY ARRAY['rewrap_ranges', 'rewrap_failures'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant ON %I USING (EXISTS (SELECT FROM rewrap_jobs j WHERE j.id = job_id))', name);
  END LOOP;
END $$;

-- Said so that no index can serve it: a rewrap finds its rows by their place, and `=` would offer the planner the index
-- of all the tenant's rows instead.
ALTER TABLE secret_values ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON secret_values USING (tenant_id IS NOT DISTINCT FROM (SELECT current_tenant()));
ALTER TABLE transit_key_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON transit_key_versions USING (tenant_id IS NOT DISTINCT FROM (SELECT current_tenant()));

-- A tenant's row is written by a transaction of the tenant's, and one of the platform's by one without a tenant.
ALTER TABLE audit_log_critical ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_log_critical FOR SELECT USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY append ON audit_log_critical FOR INSERT
  WITH CHECK (tenant_id IS NOT DISTINCT FROM (SELECT current_tenant()));

-- What works across tenants by nature, role by role. --------------------------------------------------------------

-- The limit of the whole deployment is no tenant's.
CREATE POLICY deployment ON rewrap_limits USING (tenant_id IS NULL);

-- Any API process relays every tenant's commands, in one statement; it adds to them only as the tenant.
CREATE POLICY relay ON outbox TO tenant_kms_api USING (true) WITH CHECK (tenant_id = (SELECT current_tenant()));

-- Any API process forgets every tenant's calls once they have expired.
CREATE POLICY sweep ON idempotency_keys TO tenant_kms_api USING (expires_at <= now()) WITH CHECK (false);

-- The verifier asks whose grant is due and tries it: the configuration, and the active version if the customer wrapped
-- it, which nobody unwraps without the customer's leave.
CREATE POLICY checks ON tenant_kms_configs FOR SELECT TO tenant_kms_verifier USING (true);
CREATE POLICY recorded_checks ON tenant_kms_configs FOR UPDATE TO tenant_kms_verifier USING (true);
CREATE POLICY checks ON tenant_keys FOR SELECT TO tenant_kms_verifier
  USING (status = 'active' AND wrap_method = 'customer_kms');

-- Who comes with an API key, an agent's credential, an email address or a rewrap command doesn't know the tenant yet.
-- These functions say whose it is, and nothing else; whether it is any good is then looked up as that tenant.
CREATE FUNCTION tenant_of_api_key(key_id text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT k.tenant_id FROM public.api_keys k WHERE k.id = key_id; END;

CREATE FUNCTION tenant_of_agent(public_id text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT a.tenant_id FROM public.agents a WHERE a.agent_id = public_id; END;

CREATE FUNCTION tenant_of_user(address text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT u.tenant_id FROM public.users u WHERE u.email = address; END;

CREATE FUNCTION tenant_of_rewrap(job_id uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT j.tenant_id FROM public.rewrap_jobs j WHERE j.id = $1; END;

-- An external ID that another tenant has proven is refused, which says that much about it to whoever offers it.
CREATE FUNCTION is_external_id_taken(offered text, by_other_than uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM public.external_id_claims c WHERE c.external_id = offered AND c.tenant_id <> by_other_than);
END;

-- Any worker carries on any tenant's job that stands still: which, and where, but no row's content.
CREATE FUNCTION idle_rewraps(since timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT j.id FROM public.rewrap_jobs j WHERE j.status = 'running' AND j.created_at < since
    AND NOT EXISTS (SELECT FROM public.rewrap_ranges r WHERE r.job_id = j.id AND r.status = 'running')
  ORDER BY j.created_at LIMIT 1000;
END;

CREATE FUNCTION idle_rewrap_ranges(since timestamptz)
RETURNS TABLE (job_id uuid, table_tag smallint, range integer, after_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.job_id, r.table_tag, r.range, r.after_id FROM public.rewrap_jobs j
    JOIN public.rewrap_ranges r ON r.job_id = j.id
  WHERE j.status = 'running' AND r.status = 'running' AND r.updated_at < since ORDER BY r.updated_at LIMIT 1000;
END;

CREATE FUNCTION is_any_rewrap_limited() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT EXISTS (SELECT FROM public.rewrap_limits); END;

-- The chain is one for all tenants: a row is hashed onto the last one, whoever's that is, and only who has all of the
-- chain can verify it.
CREATE FUNCTION audit_head() RETURNS TABLE (sequence_number bigint, row_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT a.sequence_number, a.row_hash FROM public.audit_log_critical a ORDER BY a.sequence_number DESC LIMIT 1;
END;

CREATE FUNCTION audit_rows(first bigint, count integer) RETURNS SETOF audit_log_critical
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM public.audit_log_critical a WHERE a.sequence_number >= first ORDER BY a.sequence_number LIMIT count;
END;

REVOKE EXECUTE ON FUNCTION
  tenant_of_api_key, tenant_of_agent, tenant_of_user, tenant_of_rewrap, is_external_id_taken, idle_rewraps,
  idle_rewrap_ranges, is_any_rewrap_limited, audit_head, audit_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  tenant_of_api_key, tenant_of_agent, tenant_of_user, tenant_of_rewrap, is_external_id_taken, audit_rows
  TO tenant_kms_api;
GRANT EXECUTE ON FUNCTION tenant_of_rewrap, idle_rewraps, idle_rewrap_ranges, is_any_rewrap_limited
  TO tenant_kms_worker;
GRANT EXECUTE ON FUNCTION audit_head TO tenant_kms_api, tenant_kms_verifier, tenant_kms_worker;

-- What each role may do to which table, within its rows. -----------------------------------------------------------
-- To lock a row FOR UPDATE or FOR SHARE takes the right to update some column of it: where nothing is changed, one that
-- harms least.

GRANT SELECT, INSERT ON tenants, external_id_claims TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE ON api_keys TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_kms_configs, rewrap_limits TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE (status, retired_at, revoked_at, wrapped_key) ON tenant_keys TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON secrets, secret_values, transit_keys, transit_key_versions, key_uses
  TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE ON rewrap_jobs TO tenant_kms_api;
GRANT SELECT, INSERT ON rewrap_ranges TO tenant_kms_api;
GRANT SELECT, DELETE ON rewrap_failures TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE (id), DELETE ON outbox TO tenant_kms_api;
GRANT SELECT, INSERT ON audit_log_critical, audit_log TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE (seen_at), DELETE ON key_holders TO tenant_kms_api, tenant_kms_worker;
GRANT SELECT, INSERT, DELETE ON key_evictions TO tenant_kms_api, tenant_kms_worker;
GRANT SELECT, INSERT, UPDATE ON agents, agent_tamper_events, users TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE (expires_at), DELETE ON agent_nonces, agent_sessions, user_sessions TO tenant_kms_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_budgets, idempotency_keys TO tenant_kms_api;

-- Verifiers and workers seal and unseal: the configuration's state, the job's, an event and an audit row.
GRANT SELECT ON tenant_kms_configs, tenant_keys TO tenant_kms_verifier, tenant_kms_worker;
GRANT UPDATE (sealed_since, degraded_since, last_verified_at, last_verify_error, next_check_at) ON tenant_kms_configs
  TO tenant_kms_verifier, tenant_kms_worker;
GRANT SELECT, UPDATE (status, finished_at, resumed_at, resumed_processed) ON rewrap_jobs TO tenant_kms_verifier;
GRANT SELECT ON rewrap_ranges TO tenant_kms_verifier;
GRANT INSERT ON outbox, audit_log_critical, audit_log TO tenant_kms_verifier, tenant_kms_worker;

-- Workers see of a value what its rewrap takes, and never the payload.
GRANT SELECT (id) ON tenants TO tenant_kms_worker;
GRANT SELECT, UPDATE ON rewrap_jobs TO tenant_kms_worker;
GRANT SELECT, INSERT, UPDATE ON rewrap_ranges TO tenant_kms_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON rewrap_failures TO tenant_kms_worker;
GRANT SELECT, UPDATE (granted_until) ON rewrap_limits TO tenant_kms_worker;
GRANT SELECT (ctid, tenant_id, id, value_version, key_version, wrapped_key), UPDATE (wrapped_key, key_version)
  ON secret_values TO tenant_kms_worker;
GRANT SELECT (ctid, tenant_id, id, value_version, key_version, wrapped_key), UPDATE (wrapped_key, key_version)
  ON transit_key_versions TO tenant_kms_worker;

-- What is out of date goes as more of its own tenant's comes, so it is found by tenant.
DROP INDEX agent_nonces_by_expiry, agent_sessions_by_expiry, user_sessions_by_expiry;
CREATE INDEX agent_nonces_by_end ON agent_nonces (tenant_id, expires_at);
CREATE INDEX user_sessions_by_end ON user_sessions (tenant_id, expires_at);
