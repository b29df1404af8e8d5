-- Whoever sweeps what is expired needs to see none of it.
DROP POLICY sweep ON idempotency_keys;
CREATE FUNCTION forget_expired_calls(most integer) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH gone AS (
    DELETE FROM public.idempotency_keys WHERE (tenant_id, principal, key_code) IN (
      SELECT k.tenant_id, k.principal, k.key_code FROM public.idempotency_keys k WHERE k.expires_at <= now()
      ORDER BY k.expires_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING 1)
  SELECT count(*) FROM gone;
END;
REVOKE EXECUTE ON FUNCTION forget_expired_calls FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_expired_calls TO tenant_kms_api;

-- That nobody knows whether a change was committed (503) is an answer too: the client must not have it made twice.
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_status_check;
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_status_check
  CHECK (status BETWEEN 200 AND 499 OR status = 503);

-- Of a key that exists, nothing changes but that it is revoked, and when it was last used, which a function writes: two
-- processes at once lock the rows in the same order.
REVOKE UPDATE ON api_keys FROM tenant_kms_api;
GRANT UPDATE (revoked_at) ON api_keys TO tenant_kms_api;
CREATE OR REPLACE FUNCTION note_api_key_uses(ids text[], milliseconds bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH locked AS MATERIALIZED (
    SELECT k.id, timestamptz 'epoch' + used.ms * interval '1 millisecond' AS at
    FROM public.api_keys k JOIN unnest(ids, milliseconds) AS used (id, ms) ON used.id = k.id
    ORDER BY k.id FOR NO KEY UPDATE OF k)
  UPDATE public.api_keys k SET last_used_at = locked.at FROM locked
  WHERE k.id = locked.id AND (k.last_used_at IS NULL OR k.last_used_at < locked.at);
END;
