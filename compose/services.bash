# shellcheck shell=bash
# Services: built, migrated, started with exactly the environment they need, watched until healthy.

binaries=$repository/.build/$configuration
environment=()

api_url() { printf 'http://127.0.0.1:%s' "$(port onboarding-api)"; }

# Optimised as the images have them: small in memory, with the C of the distribution alone loaded at run time.
build_options() {
  if [[ $configuration == release ]]; then cat "$here/release.flags"; else echo "--configuration $configuration"; fi
}

build_services() {
  say "building ($configuration)"
  # shellcheck disable=SC2046 # options, each a word
  swift build --package-path "$repository" $(build_options) 9>&- >&2 ||
    die "swift build" "read the compiler's message above"
}

start_services() {
  local workers=$1 name
  prepare_services
  migrate
  start_service onboarding-api serve
  start_service verifier
  stop_surplus_workers "$workers"
  for name in $(seq --format=rewrap-worker-%g "$workers"); do start_service "$name"; done
  wait_until_ready onboarding-api 30 curl --fail --silent --max-time 5 "$(api_url)/healthz"
  for name in verifier $(worker_names); do
    alive "$name" || die "$name ended while starting" "read its log, then run the same command again" "$name"
  done
}

# The only one to work as the owner of the tables.
migrate() {
  "${environment[@]}" DATABASE_URL_FILE="$home/secrets/database_url" "$binaries/onboarding-api" migrate \
    >"$home/log/migrate.log" 2>&1 ||
    die "onboarding-api migrate" "read its log; a home whose database is too new can be purged" migrate
}

prepare_services() {
  local name
  for name in command_key master_key admin_jwt_key; do ensure_secret "$name" base64; done
  ensure_platform
  ensure_customer
  if ! current onboarding-api; then
    stop_process onboarding-api
    choose_ports onboarding-api
  fi
  set_environment
}

# Nothing of the caller's environment reaches a service, and a secret only as the path of a file. As it stands, it is the
# API's and its operator's; the other services have logins of their own.
set_environment() {
  environment=(
    env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8
    LOG_LEVEL="${LOG_LEVEL:-info}"
    LOG_FORMAT="${LOG_FORMAT:-json}"
    DATABASE_URL_FILE="$home/secrets/database_url_api"
    AMQP_URL_FILE="$home/secrets/amqp_url_api"
    COMMAND_KEY_B64_FILE="$home/secrets/command_key"
    MASTER_KEY_B64_FILE="$home/secrets/master_key"
    AWS_ACCESS_KEY_ID_FILE="$home/secrets/aws_access_key_id"
    AWS_SECRET_ACCESS_KEY_FILE="$home/secrets/aws_secret_access_key"
    AWS_ENDPOINT_URL="$(aws_url)"
    HTTP_HOST=127.0.0.1
    HTTP_PORT="$(port onboarding-api)"
    ADMIN_JWT_HS256_KEY_B64_FILE="$home/secrets/admin_jwt_key"
    ADMIN_JWT_ISSUER=tenant-kms.local
    ADMIN_JWT_AUDIENCE=tenant-kms-admin
  )
  if alive gcp; then
    environment+=(
      GCP_ENDPOINT_URL="$(gcp_url)"
      GOOGLE_APPLICATION_CREDENTIALS="$home/secrets/gcp_service_account.json"
    )
  fi
  if alive azure; then
    environment+=(
      AZURE_ENDPOINT_URL="$(azure_url)"
      AZURE_CLIENT_SECRET_BROWSER_FILE="$home/secrets/azure_client_secret"
    )
  fi
}

start_service() {
  local name=$1
  ! current "$name" || return 0
  stop_process "$name"
  local login
  login=$(login "$name")
  launch "$name" "${environment[@]}" DATABASE_URL_FILE="$home/secrets/database_url_$login" \
    AMQP_URL_FILE="$home/secrets/amqp_url_$login" "$(program "$name")" "${@:2}"
}

login() {
  case $1 in
    onboarding-api) echo api ;;
    verifier) echo verifier ;;
    rewrap-worker*) echo worker ;;
  esac
}

program() { printf '%s/%s' "$binaries" "${1/#rewrap-worker-*/rewrap-worker}"; }

# As make would have it: a process is current unless its program or one of its settings is newer.
current() {
  local newer
  alive "$1" || return 1
  newer=$(find -L "$(program "$1")" "$home/secrets" "$home/ports" -type f -newer "$home/run/$1" -print -quit)
  [[ -z $newer ]]
}

worker_names() {
  local file
  for file in "$home"/run/rewrap-worker-*; do [[ ! -e $file ]] || basename "$file"; done
}

stop_surplus_workers() {
  local name
  for name in $(worker_names); do
    ((${name##*-} <= $1)) || stop_process "$name"
  done
}

ensure_tenant() { [[ -s $home/tenant.json ]] || new_tenant "local-$(random_hex 4)"; }

new_tenant() {
  local tenant
  tenant=$("${environment[@]}" "$binaries/onboarding-api" tenant create --slug "$1" 2>"$home/log/tenant.log") ||
    die "onboarding-api tenant create --slug $1" "read its log" tenant
  keep "$home/tenant.json" <<<"$tenant"
}

tenant_field() { jq --exit-status --raw-output ".$1" "$home/tenant.json"; }

customer_field() { jq --exit-status --raw-output ".$1" "$home/customer.json"; }

# An owner's token, good for twelve hours.
admin_token() {
  "${environment[@]}" "$binaries/onboarding-api" token --tenant "$(tenant_field tenant_id)" --role owner \
    --expires-in 43200 2>"$home/log/token.log" || die "onboarding-api token" "read its log" token
}

# Takes the tenant's key away for real, on the stand-in, and gives it back.
drill() {
  require_running
  set_environment
  "${environment[@]}" "$binaries/onboarding-api" drill kill-switch --tenant "$(tenant_field tenant_id)"
}

require_running() {
  if [[ ! -s $home/tenant.json ]] || ! alive onboarding-api; then
    die "nothing runs under $home" "run: $here/local up"
  fi
}

print_environment() {
  require_running
  set_environment
  print_export API_URL "$(api_url)"
  print_export ADMIN_TOKEN "$(admin_token)"
  print_export API_KEY "$(tenant_field api_key)"
  print_export TENANT_ID "$(tenant_field tenant_id)"
  print_export DATABASE_URL "$(secret database_url_api)"
  print_export AMQP_URL "$(secret amqp_url_api)"
  print_export AWS_ENDPOINT_URL "$(aws_url)"
  print_export CUSTOMER_ROLE_ARN "$(customer_field role_arn)"
  print_export CUSTOMER_KEY_ARN "$(customer_field key_arn)"
  print_export CUSTOMER_EXTERNAL_ID "$(customer_field external_id)"
}

print_export() { printf 'export %s=%q\n' "$1" "$2"; }
