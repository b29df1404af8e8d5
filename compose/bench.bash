# shellcheck shell=bash
# Benchmarks: the product's optimised programs on servers of their own, beside what they are to be measured against.

benchmarks=$repository/Tests/Benchmarks

bench() {
  case ${1-} in
    rewrap) numbers "bench rewrap" "--rows --payload --workers --runs --neighbour" "${@:2}" ;;
    checks) numbers "bench checks" "--tenants --verifiers --interval --intervals" "${@:2}" ;;
    api)
      numbers "bench api" "--connections --seconds --runs" "${@:2}"
      packages+=(wrk)
      ;;
    start) numbers "bench start" "--runs --idle" "${@:2}" ;;
    *) usage_error "bench: no such benchmark: ${1-} (there are: rewrap, checks, api, start)" ;;
  esac
  install_packages
  build_services
  trap 'stop_processes onboarding-api && stop_processes "${started[@]}"' EXIT
  start_postgres
  start_rabbitmq
  ensure_peer
  start_relay
  "bench_$1" "${@:2}"
}

# Refuses all but the options of a benchmark, each with a number.
numbers() {
  local name=$1 options=$2
  shift 2
  while (($# > 0)); do
    [[ " $options " == *" $1 "* ]] || usage_error "$name: unknown argument $1"
    [[ ${2-} =~ ^[1-9][0-9]*$ ]] || usage_error "$1 takes a number"
    shift 2
  done
}

# The tenant's keys are wrapped by the deployment's own key, so that no cloud is in the path; what the API does is relay
# the job's command from the outbox.
bench_rewrap() { benchmark rewrap worker "$@" --master-key "$home/secrets/master_key" --worker "$binaries/rewrap-worker"; }

# The cloud is the benchmark's own, since no other stand-in is as patient.
bench_checks() { benchmark checks verifier "$@" --verifier "$binaries/verifier"; }

bench_api() { benchmark api api "$@" --api "$binaries/onboarding-api" --bare "$binaries/bare-server"; }

bench_start() {
  "${environment[@]}" "$home/peer/bin/python" "$benchmarks/start.py" "$@" --secrets "$home/secrets" \
    --programs "$binaries" 9>&-
}

# The superuser's password comes from a file, since a command line is public; what it starts has a service's login.
benchmark() {
  "${environment[@]}" PGPASSFILE="$home/secrets/pgpass" DATABASE_URL_FILE="$home/secrets/database_url_$2" \
    AMQP_URL_FILE="$home/secrets/amqp_url_$2" \
    "$home/peer/bin/python" "$benchmarks/$1.py" "${@:3}" \
    --database "postgres://postgres@127.0.0.1:$(port postgres)/tenant_kms" 9>&-
}

start_relay() {
  local name
  for name in command_key master_key admin_jwt_key; do ensure_secret "$name" base64; done
  stop_process onboarding-api
  choose_ports onboarding-api aws
  set_environment
  unset_cloud
  migrate
  superuser_psql tenant_kms >/dev/null <<<'SET client_min_messages = warning; TRUNCATE tenants CASCADE'
  start_service onboarding-api serve
  wait_until_ready onboarding-api 30 curl --fail --silent --max-time 5 "$(api_url)/healthz"
}

# Nobody signs a request to AWS here.
unset_cloud() {
  local kept=() setting
  for setting in "${environment[@]}"; do [[ $setting == AWS_* ]] || kept+=("$setting"); done
  environment=("${kept[@]}")
}

# What a user would write instead needs Python packages of its own.
ensure_peer() {
  ! cmp --silent "$benchmarks/requirements.txt" "$home/peer/requirements.txt" || return 0
  say "installing the Python worker's packages"
  rm -rf "$home/peer"
  {
    /usr/bin/python3 -m venv "$home/peer"
    "$home/peer/bin/pip" install --quiet --disable-pip-version-check --requirement "$benchmarks/requirements.txt"
  } </dev/null >"$home/log/pip.log" 2>&1 9>&- || die "pip install" "check that pip reaches its index, run again" pip
  cp "$benchmarks/requirements.txt" "$home/peer/requirements.txt"
}
