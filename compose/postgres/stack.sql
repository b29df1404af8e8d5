-- What the database of the compose stack begins with: its owner, itself, and the services' logins. By psql as a
-- superuser at each start, as often as wished; passwords are files, since a command line is public.
\set owner_password `cat /run/tenant-kms/owner_password`
\set api_password `cat /run/tenant-kms/api_password`
\set verifier_password `cat /run/tenant-kms/verifier_password`
\set worker_password `cat /run/tenant-kms/worker_password`

SELECT 'CREATE ROLE tenant_kms LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenant_kms') \gexec
ALTER ROLE tenant_kms NOCREATEROLE PASSWORD :'owner_password';
SELECT 'CREATE DATABASE tenant_kms OWNER tenant_kms'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tenant_kms') \gexec

\ir roles.sql
