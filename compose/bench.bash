# shellcheck shell=bash
# Benchmarks: the product's optimised programs on servers of their own, beside what they are to be measured against.

benchmarks=$repository/Tests/Benchmarks
benches='sigv4 envelope amqp postgres http rewrap api start onboard checks'

bench() {
  local name
  case ${1-} in
    '')
      # Each in a process of its own, which stops what it started.
      for name in $benches; do (bench "$name"); done
      return
      ;;
    sigv4 | envelope) part "" "$@"; return ;;
    amqp) part "--messages --window" "$@"; return ;;
    postgres) part "--rows" "$@"; return ;;
    http) part "--calls" "$@"; return ;;
    rewrap) numbers "bench rewrap" "--rows --payload --workers --runs --neighbour" "${@:2}" ;;
    checks) numbers "bench checks" "--tenants --verifiers --interval --intervals" "${@:2}" ;;
    api)
      numbers "bench api" "--connections --seconds --runs" "${@:2}"
      packages+=(wrk)
      ;;
    start) numbers "bench start" "--runs --idle" "${@:2}" ;;
    onboard) numbers "bench onboard" "--runs" "${@:2}" ;;
    *) usage_error "bench: no such benchmark: $1 (there are: $benches)" ;;
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

# Measures one of the product's parts: `part OPTIONS NAME [ARGUMENTS]`.
part() {
  local options=$1 name=$2
  shift
  numbers "bench $name" "--runs $options" "${@:2}"
  packages+=(gcc libc6-dev valgrind wrk)
  install_packages
  build_part
  ensure_peer
  trap 'stop_processes "${started[@]}"' EXIT
  case $name in
    amqp) start_rabbitmq; local -x AMQP_URL; AMQP_URL=$(rabbitmq_administrator_url) ;;
    postgres) start_postgres; set -- "$@" --database "postgres://postgres@127.0.0.1:$(port postgres)/tenant_kms" ;;
  esac
  PGPASSFILE=$home/secrets/pgpass "$home/peer/bin/python" "$benchmarks/parts.py" "$@" \
    --parts "$binaries/parts" --floors "$home/floors" 9>&-
}

# The program with the parts, and the least that each part's work costs, in C.
build_part() {
  local source
  say "building the parts ($configuration)"
  # shellcheck disable=SC2046 # options, each a word
  swift build --package-path "$repository" $(build_options) --product parts 9>&- >&2 ||
    die "swift build" "read the compiler's message above"
  mkdir -p "$home/floors"
  for source in "$benchmarks"/Floors/*.c; do
    # shellcheck disable=SC2046 # options, each a word
    gcc -O2 -Wall -Wextra -Werror -o "$home/floors/$(basename "$source" .c)" "$source" \
      $(pkg-config --cflags --libs libcrypto libcurl librabbitmq) 9>&- || die "gcc $source" "read the compiler's message above"
  done
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

bench_api() {
  ensure_python barbican "$benchmarks/Barbican/requirements.txt" "Barbican"
  benchmark api api "$@" --api "$binaries/onboarding-api" --bare "$binaries/bare-server" --barbican "$home/barbican/bin"
}

bench_start() { programs start "$@"; }

bench_onboard() { programs onboard "$@"; }

# What starts services by itself finds each one's login there.
programs() {
  "${environment[@]}" "$home/peer/bin/python" "$benchmarks/$1.py" "${@:2}" --secrets "$home/secrets" \
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
ensure_peer() { ensure_python peer "$benchmarks/requirements.txt" "the Python worker's packages"; }
