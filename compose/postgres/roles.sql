-- The roles that the services log in as: they own nothing, and what they may do, migrations say. Takes the variables
-- api_password, verifier_password and worker_password. For a superuser, before or after migrations, as often as wished.
SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['tenant_kms_api', 'tenant_kms_verifier', 'tenant_kms_worker']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE tenant_kms_api LOGIN PASSWORD :'api_password';
ALTER ROLE tenant_kms_verifier LOGIN PASSWORD :'verifier_password';
ALTER ROLE tenant_kms_worker LOGIN PASSWORD :'worker_password';
