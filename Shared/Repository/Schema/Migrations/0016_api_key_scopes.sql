-- What a key may do (null: everything, also what comes later), until when, and when it was last used, to the minute.
ALTER TABLE api_keys
  ADD COLUMN name text NOT NULL DEFAULT 'default' CHECK (length(name) BETWEEN 1 AND 255),
  ADD COLUMN scopes text[] CHECK (cardinality(scopes) > 0),
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz;

CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, created_at);
