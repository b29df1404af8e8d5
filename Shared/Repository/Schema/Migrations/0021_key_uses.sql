-- When API keys were last used is written for many tenants at once, and nothing else of them.
CREATE FUNCTION note_api_key_uses(ids text[], milliseconds bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE public.api_keys k SET last_used_at = timestamptz 'epoch' + used.ms * interval '1 millisecond'
  FROM unnest(ids, milliseconds) AS used (id, ms)
  WHERE k.id = used.id
    AND (k.last_used_at IS NULL OR k.last_used_at < timestamptz 'epoch' + used.ms * interval '1 millisecond');
END;

REVOKE EXECUTE ON FUNCTION note_api_key_uses FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_api_key_uses TO tenant_kms_api;

-- To lock the tenant while its keys are counted takes the right to update some column of it.
GRANT UPDATE (name) ON tenants TO tenant_kms_api;

-- Workers count the uses of the keys that they wrap under, as the API does.
GRANT SELECT, INSERT, UPDATE ON key_uses TO tenant_kms_worker;
