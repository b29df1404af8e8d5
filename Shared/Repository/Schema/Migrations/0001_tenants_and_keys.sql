CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- An API key is `tk_live_<id>_<secret>`; of the secret only SHA-256 is kept (it has 256 bits of its own).
CREATE TABLE api_keys (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-z]{16}$'),
  tenant_id uuid NOT NULL REFERENCES tenants,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

-- The tenant's current key management service. History lives in tenant_keys: each version keeps what wrapped it.
CREATE TABLE tenant_kms_configs (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  provider text NOT NULL,
  kms_key_ref text NOT NULL,
  config jsonb NOT NULL,
  sealed_since timestamptz,
  last_verified_at timestamptz NOT NULL,
  last_verify_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- An external ID is the customer's proof that a role trusts us on *their* behalf: once proven by one tenant it is
-- never another's, not even after the first has moved on.
CREATE TABLE external_id_claims (
  external_id text PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants
);

CREATE TABLE tenant_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants,
  version integer NOT NULL CHECK (version >= 0),
  wrap_method text NOT NULL CHECK (wrap_method IN ('global', 'operator_kms', 'customer_kms')),
  status text NOT NULL CHECK (status IN ('active', 'retired', 'revoked')),
  wrapped_key bytea,
  provider text,
  kms_key_ref text,
  config jsonb,
  wrapping_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz,
  revoked_at timestamptz,
  UNIQUE (tenant_id, version),
  CHECK ((status = 'revoked') = (wrapped_key IS NULL)),
  CHECK ((wrap_method = 'global') = (provider IS NULL)),
  CHECK (num_nulls(provider, kms_key_ref, config, wrapping_key) IN (0, 4))
);

-- The invariant, not the code, says that a tenant has at most one active version.
CREATE UNIQUE INDEX tenant_keys_one_active ON tenant_keys (tenant_id) WHERE status = 'active';
