CREATE TABLE rewrap_jobs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants,
  target_version integer NOT NULL,
  status text NOT NULL CHECK (
    status IN ('running', 'paused', 'paused_sealed', 'completed', 'completed_with_failures', 'superseded')),
  planned_at timestamptz,
  total bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  FOREIGN KEY (tenant_id, target_version) REFERENCES tenant_keys (tenant_id, version)
);

-- A tenant has at most one job that still has work to do.
CREATE UNIQUE INDEX rewrap_jobs_one_open ON rewrap_jobs (tenant_id)
  WHERE status IN ('running', 'paused', 'paused_sealed');

-- A key range of one table: rows with after_id < id <= upper_id. `after_id` is the cursor: all rows up to it are done.
-- It moves in the same transaction as the rows, so a command that arrives twice finds it moved on and does nothing.
CREATE TABLE rewrap_ranges (
  job_id uuid NOT NULL REFERENCES rewrap_jobs,
  table_tag smallint NOT NULL,
  range integer NOT NULL,
  upper_id uuid NOT NULL,
  after_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'running', 'done')),
  processed bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, table_tag, range)
) WITH (fillfactor = 50);

-- Rows that can't be unwrapped; they never block the rest.
CREATE TABLE rewrap_failures (
  job_id uuid NOT NULL REFERENCES rewrap_jobs,
  table_tag smallint NOT NULL,
  row_id uuid NOT NULL,
  value_version integer NOT NULL,
  key_version integer NOT NULL,
  error_class text NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, table_tag, row_id)
);
