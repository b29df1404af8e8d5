-- How many rows a second may be rewrapped: of one tenant, or, where tenant_id is NULL, of all of them together.
-- `granted_until` is the virtual time up to which rows are granted: a grant of n rows moves it on by n / rows_per_second.
CREATE TABLE rewrap_limits (
  tenant_id uuid REFERENCES tenants,
  rows_per_second integer NOT NULL CHECK (rows_per_second BETWEEN 1 AND 100000000),
  granted_until timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (tenant_id)
) WITH (fillfactor = 50);

-- When a job that stood still last began to run again, and what was processed by then: the time in which it stood still
-- says nothing about its rate.
ALTER TABLE rewrap_jobs
  ADD COLUMN resumed_at timestamptz,
  ADD COLUMN resumed_processed bigint NOT NULL DEFAULT 0;
