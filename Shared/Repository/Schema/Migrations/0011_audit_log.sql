-- What was done to a tenant's data and keys, for the tenant's own eyes and programs. What decides who can read the data
-- stands in audit_log_critical as well. No foreign key: a row costs no look at the tenant, and outlives what it is about.
--
-- transaction_id is the transaction that wrote the row. Below the oldest transaction that is still under way
-- (pg_snapshot_xmin) no row can appear any more; up to there the feed reads, in this order, and so misses none, however
-- transactions overtake each other.
CREATE TABLE audit_log (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  action text NOT NULL,
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  details jsonb NOT NULL,
  ip_address text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX audit_log_feed ON audit_log (tenant_id, transaction_id, id);
CREATE INDEX audit_log_by_action ON audit_log (tenant_id, action, id);
