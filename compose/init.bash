#!/usr/bin/env bash
# Makes the secrets of a stack where they are missing, each in the volume of the one container that reads it. Never
# replaces one: what a volume holds already, from a former start or from an operator, is kept.
set -euo pipefail
cd /secrets
umask 022

# Writes standard input to a file, at once or not at all, unless there is something already.
provide() {
  # Read to its end either way: who writes into a closed pipe fails.
  if [[ -e $1 ]]; then cat >/dev/null; return 0; fi
  cat >"$1.new"
  mv "$1.new" "$1"
}

random_hex() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

random_base64() { head -c 32 /dev/urandom | base64 --wrap=0; }

# The same value for several services.
share() {
  local name=$1 first=$2 service
  random_base64 | provide "$first/$name"
  for service in "${@:3}"; do provide "$service/$name" <"$first/$name"; done
}

for login in superuser owner api verifier worker; do random_hex | provide "postgres/${login}_password"; done

database_url() {
  printf 'postgresql://%s:%s@postgres:5432/tenant_kms' "$1" "$(<"postgres/${2}_password")" | provide "$3/database_url"
}

database_url tenant_kms owner migrate
definitions=$(</definitions.json)
for service in api verifier worker; do
  database_url "tenant_kms_$service" "$service" "$service"
  random_hex | provide "rabbitmq/${service}_password"
  password=$(<"rabbitmq/${service}_password")
  printf 'amqp://tenant-kms-%s:%s@rabbitmq:5672/tenant-kms' "$service" "$password" | provide "$service/amqp_url"
  definitions=${definitions//@${service}_password@/$password}
  # Empty counts as absent: an operator, or the demo, writes the platform's AWS identity into these.
  for name in aws_access_key_id aws_secret_access_key aws_endpoint_url; do provide "$service/$name" </dev/null; done
done
share command_key api verifier worker
share master_key api worker
# Empty likewise: while a key is changed, the operator writes the former one into these.
for service in api verifier worker; do provide "$service/command_key_accepted" </dev/null; done
for service in api worker; do provide "$service/master_key_accepted" </dev/null; done
random_base64 | provide api/admin_jwt_key

# Written anew at each start, since a newer version may allow its services something else.
printf '%s' "$definitions" >rabbitmq/definitions.json.new
mv rabbitmq/definitions.json.new rabbitmq/definitions.json
provide rabbitmq/20-tenant-kms.conf <<'CONF'
load_definitions = /etc/rabbitmq/conf.d/definitions.json
log.console = true
vm_memory_high_watermark.absolute = 384MB
CONF
