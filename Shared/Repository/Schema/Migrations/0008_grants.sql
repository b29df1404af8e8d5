-- How a tenant's grant stands follows from two columns: sealed if sealed_since, else degraded if degraded_since, else
-- active. Who looks at it next, and when, is next_check_at: a claim moves it to where the claim ends. An onboarding has
-- just looked.
ALTER TABLE tenant_kms_configs
  ADD COLUMN degraded_since timestamptz,
  ADD COLUMN next_check_at timestamptz NOT NULL DEFAULT now() + interval '1 minute',
  ADD CONSTRAINT tenant_kms_configs_one_state CHECK (num_nonnulls(sealed_since, degraded_since) <= 1),
  ADD CONSTRAINT tenant_kms_configs_sealed_for_a_reason CHECK (sealed_since IS NULL OR last_verify_error IS NOT NULL);

CREATE INDEX tenant_kms_configs_due ON tenant_kms_configs (next_check_at);
