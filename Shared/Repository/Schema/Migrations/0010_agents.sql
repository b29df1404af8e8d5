-- An agent authenticates by its agent_id and a secret, of which only SHA-256 is kept (it has 256 bits of its own).
CREATE TABLE agents (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  agent_id text NOT NULL UNIQUE CHECK (agent_id ~ '^agt_[0-9a-v]{16}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  require_verified_build boolean NOT NULL,
  -- SHA-256 of the fingerprint of the machine that used the credential first: no other gets a session.
  fingerprint_hash bytea CHECK (octet_length(fingerprint_hash) = 32),
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  last_session_issued_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 70);

-- What suggests that a credential left its machine. One row an agent and kind, however often it happens.
CREATE TABLE agent_tamper_events (
  tenant_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('fingerprint_mismatch')),
  fingerprint_hash bytea NOT NULL CHECK (octet_length(fingerprint_hash) = 32),
  occurrences bigint NOT NULL DEFAULT 1,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, kind),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);

-- The nonces that sessions were issued for. The primary key says that each serves once, whichever processes race; a row
-- goes as soon as its request's timestamp alone would have the replay refused.
CREATE TABLE agent_nonces (
  tenant_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  nonce text NOT NULL CHECK (length(nonce) BETWEEN 16 AND 128),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, nonce),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);

CREATE INDEX agent_nonces_by_expiry ON agent_nonces (expires_at);

-- The sessions issued: who holds what was wrapped under which versions of the tenant's master key, and until when.
CREATE TABLE agent_sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  session_key_id text NOT NULL,
  key_versions integer[] NOT NULL CHECK (cardinality(key_versions) > 0),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);

CREATE INDEX agent_sessions_by_end ON agent_sessions (tenant_id, expires_at);
CREATE INDEX agent_sessions_by_expiry ON agent_sessions (expires_at);
