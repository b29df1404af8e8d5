-- The calls that clients may repeat without their happening again: by whom, which, and what was answered, for a day. What
-- identifies the key and the request are authentication codes, and the answer is encrypted, for it may hold a secret that
-- is shown once. A row without a status is under way until claimed_until; nobody finishes it after that.
CREATE TABLE idempotency_keys (
  tenant_id uuid NOT NULL,
  principal text NOT NULL,
  key_code bytea NOT NULL CHECK (octet_length(key_code) = 32),
  request_code bytea NOT NULL CHECK (octet_length(request_code) = 32),
  attempt uuid NOT NULL,
  claimed_until timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  status smallint CHECK (status BETWEEN 200 AND 499),
  answer bytea,
  PRIMARY KEY (tenant_id, principal, key_code),
  CHECK ((status IS NULL) = (answer IS NULL))
);

CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);
