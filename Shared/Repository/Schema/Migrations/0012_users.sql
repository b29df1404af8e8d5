-- The people who sign in here. An email address belongs to one of them, in one tenant: it alone says who signs in. It is
-- stored in lowercase. A password is stored as its scrypt hash, with salt and cost, in the PHC string format.
CREATE TABLE users (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  email text NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254 AND email ~ '^[!-?A-~]+@[!-?A-~]+$'),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  password_hash text NOT NULL CHECK (password_hash LIKE '$scrypt$%'),
  created_at timestamptz NOT NULL,
  disabled_at timestamptz,
  -- The secret of the person's authenticator under the deployment's master key, as KCT1 kind 3. One that isn't confirmed
  -- by a code yet is pending, beside the one that still counts.
  totp_secret bytea CHECK (octet_length(totp_secret) = 69),
  totp_pending bytea CHECK (octet_length(totp_pending) = 69),
  -- The time step of the last code accepted: that code, and those of earlier steps, are never accepted again.
  totp_last_step bigint,
  PRIMARY KEY (tenant_id, id)
);

-- A sign-in lasts while its row does: its token says which row, and a token without one is refused.
CREATE TABLE user_sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE INDEX user_sessions_by_user ON user_sessions (tenant_id, user_id);
CREATE INDEX user_sessions_by_expiry ON user_sessions (expires_at);

-- How much of the attempts at guessing that an account or an address has is spent, as the time when all of it is back
-- (the generic cell rate algorithm of ITU-T I.371). A subject is a hash: what people type into a form isn't kept. A row
-- whose time has come says nothing, and goes.
CREATE TABLE attempt_budgets (
  subject bytea PRIMARY KEY CHECK (octet_length(subject) = 32),
  spent_until timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX attempt_budgets_by_end ON attempt_budgets (spent_until);
