CREATE TABLE audit_log_critical (
  sequence_number bigint PRIMARY KEY CHECK (sequence_number > 0),
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
  at timestamptz NOT NULL,
  tenant_id uuid,
  actor_id text NOT NULL,
  action text NOT NULL,
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  details jsonb NOT NULL
);

CREATE FUNCTION audit_log_critical_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log_critical is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_log_critical_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log_critical
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_critical_is_append_only();
