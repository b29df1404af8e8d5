-- Keys that tenants encrypt under without seeing them. The name is what clients call a key by.
CREATE TABLE transit_keys (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  key_type text NOT NULL CHECK (key_type IN ('aes256-gcm')),
  mode text NOT NULL CHECK (mode IN ('cloud-only', 'bundled')),
  current_version integer NOT NULL CHECK (current_version > 0),
  deletion_allowed boolean NOT NULL DEFAULT false,
  description text CHECK (octet_length(description) <= 1024),
  created_by text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  rotated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) WITH (fillfactor = 70);

-- The material of each version, sealed like the value of a secret, and rewrapped with those: the same rules hold for
-- indexes and room. value_version is the version of the transit key. A version that is destroyed has no row.
CREATE TABLE transit_key_versions (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  transit_key_id uuid NOT NULL,
  value_version integer NOT NULL CHECK (value_version > 0),
  key_version integer NOT NULL,
  wrapped_key bytea NOT NULL CHECK (octet_length(wrapped_key) = 69),
  payload bytea NOT NULL CHECK (octet_length(payload) = 69),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, transit_key_id, value_version),
  FOREIGN KEY (tenant_id, transit_key_id) REFERENCES transit_keys (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);

-- How often keys have been used with a random nonce, at the most: processes reserve uses in blocks, and what is left of
-- a block when a process ends is lost. A key is a row of tenant_keys or of transit_key_versions.
CREATE TABLE key_uses (
  tenant_id uuid NOT NULL REFERENCES tenants,
  key_id uuid NOT NULL,
  reserved bigint NOT NULL CHECK (reserved > 0),
  PRIMARY KEY (tenant_id, key_id)
) WITH (fillfactor = 50);
