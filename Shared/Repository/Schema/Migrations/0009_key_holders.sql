-- The processes that may hold unwrapped keys. Each refreshes its row before it reads a wrapped key, at most every half
-- minute; one that has read none for as long as a key may be held holds none, so a stale row needs no clearing away.
CREATE TABLE key_holders (
  id uuid PRIMARY KEY,
  service text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- That a process has dropped a tenant's keys, and which event made it.
CREATE TABLE key_evictions (
  tenant_id uuid NOT NULL REFERENCES tenants,
  holder_id uuid NOT NULL,
  cause text NOT NULL,
  version integer,
  evicted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX key_evictions_by_tenant ON key_evictions (tenant_id, evicted_at);
