-- The trace that caused a command (W3C Trace Context): it goes on where the command is handled, in the logs.
ALTER TABLE outbox ADD COLUMN traceparent text CHECK (octet_length(traceparent) <= 128);

-- A service sees whether the schema is the one that it is written for.
GRANT SELECT (version) ON schema_migrations TO tenant_kms_api, tenant_kms_verifier, tenant_kms_worker;
