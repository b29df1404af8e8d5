# shellcheck shell=bash
# The compose stack, built and run for real on an engine of this machine, and broken while a client uses it.

stack_project="tenant-kms-test"
stack_images=(onboarding-api verifier rewrap-worker demo)
stack_began=latest
stack_writer=
stack_folder=

# Docker if it answers, else what TENANT_KMS_ENGINE names: a program whose `up` prints what makes `docker` work, for a
# shell to read, and whose `config FILE` checks a compose file where nothing can run.
find_engine() {
  if docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then return 0; fi
  [[ -n ${TENANT_KMS_ENGINE-} ]] || return 1
  # shellcheck disable=SC1090
  source <("$TENANT_KMS_ENGINE" up 9>&-)
  docker info >/dev/null 2>&1
}

stack_compose() {
  docker compose --project-name "$stack_project" --file "$here/compose.yaml" --profile demo --progress quiet "$@"
}

# On a published port of its own, with nothing left of a former run. Where the images of a run that passed are still
# here, this one begins with those, and upgrades to its own.
stack() {
  local build=true
  if [[ ${1-} == --no-build ]]; then build=false; shift; fi
  (($# == 0)) || usage_error "stack: unknown argument $1"
  if ! find_engine; then
    [[ -z ${TENANT_KMS_ENGINE-} ]] || stack_step "the file is valid" "$TENANT_KMS_ENGINE" config "$here/compose.yaml"
    say "stack: skipped, for neither Docker nor an engine that TENANT_KMS_ENGINE names is at hand"
    return 0
  fi
  choose_ports stack
  API_PORT=$(port stack)
  export API_PORT
  stack_folder=$(mktemp -d)
  trap end_stack EXIT
  stack_compose down --volumes --timeout 5
  stack_step "the file is valid" stack_compose --profile observability config --quiet
  if $build; then stack_step "images" stack_compose build; fi
  if docker image inspect "tenant-kms/onboarding-api:previous" >/dev/null 2>&1; then stack_began=previous; fi
  say "stack: begins with the $stack_began images"
  export TENANT_KMS_VERSION=$stack_began
  stack_step "up from nothing" stack_compose up --no-build --detach --wait
  stack_step "a value survives a round trip over the published port" stack_round_trip before
  stack_step "only the API is published" stack_is_closed
  stack_step "four workers" stack_compose up --no-build --detach --wait --scale rewrap-worker=4
  stack_step "a client writes on from here" stack_start_writer
  stack_step "a worker's process dies, and is started again" stack_kill_worker
  stack_step "the database is cut off, and comes back" stack_part_database
  stack_step "the broker is restarted" stack_restart_broker
  stack_step "every service is upgraded in place, while keys are rotated" stack_upgrade
  stack_step "whatever was answered was kept" stack_check_writer
  stack_step "services end in time" stack_stops_in_time
  local image
  for image in "${stack_images[@]}"; do docker tag "tenant-kms/$image:latest" "tenant-kms/$image:previous"; done
  say "stack: ok"
}

end_stack() {
  [[ -z $stack_writer ]] || kill "$stack_writer" 2>/dev/null || true
  stack_compose down --volumes --timeout 5 2>/dev/null || true
  [[ -z $stack_folder ]] || rm -rf -- "$stack_folder"
}

stack_step() {
  local name=$1 began=$SECONDS
  shift
  "$@" || {
    stack_compose ps --all >&2 || true
    stack_compose logs --tail 20 >&2 || true
    die "stack: $name" "read the logs above"
  }
  say "stack: $name ($((SECONDS - began)) s)"
}

stack_wait() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.5
  done
}

# A request with the headers of a file, since a command line is public.
stack_request() {
  curl --silent --show-error --fail-with-body --max-time 30 --header "@$stack_folder/$1" \
    --header "Content-Type: application/json" "${@:3}" "http://127.0.0.1:$API_PORT$2"
}

stack_known() { stack_compose exec -T demo python /demo/demo_stack.py show "$1"; }

stack_tool() { stack_compose exec -T onboarding-api onboarding-api "$@"; }

# The demo's tenant: its key for programs, and its owner with a step-up.
stack_sign_in() {
  local tenant
  tenant=$(stack_known tenant_id) || return 1
  printf 'Authorization: Bearer %s\n' "$(stack_known api_key)" >"$stack_folder/program" || return 1
  {
    printf 'Authorization: Bearer %s\n' "$(stack_tool token --tenant "$tenant" --role owner)"
    printf 'X-KnoxCall-StepUp: %s\n' "$(stack_tool step-up-token --tenant "$tenant")"
  } >"$stack_folder/owner"
}

# A value is stored under the tenant's own key at the stand-in, and its owner has it shown.
stack_round_trip() {
  local id
  stack_sign_in || return 1
  id=$(stack_request program /v1/secrets --data "{\"name\": \"stack-$1\", \"value\": \"kept\"}" |
    jq --raw-output .data.id) || return 1
  [[ $(stack_request owner "/admin/secrets/$id/reveal" --request POST | jq --raw-output .value) == kept ]]
}

# From the network of the clouds, where the stand-in lives, neither database nor broker can be found.
stack_is_closed() {
  local published host
  published=$(stack_compose ps --format '{{.Ports}}' | grep -c -- '->') || true
  [[ $published == 1 ]] || return 1
  for host in postgres:5432 rabbitmq:5672; do
    ! stack_compose exec -T aws python -c \
      "import socket; socket.create_connection(('${host%:*}', ${host#*:}), 3)" 2>/dev/null || return 1
  done
}

# Writes one secret after the other, and notes those that were answered.
stack_start_writer() {
  local index=0
  while true; do
    index=$((index + 1))
    stack_request program /v1/secrets --data "{\"name\": \"written-$index\", \"value\": \"$index\"}" 2>/dev/null |
      jq --raw-output '.data.id // empty' 2>/dev/null || true
    sleep 0.2
  done >"$stack_folder/written" 9>&- &
  stack_writer=$!
}

stack_all_healthy() {
  [[ $(stack_compose ps --format '{{.Health}}' | sort --unique | tr '\n' ' ') == "healthy " ]]
}

# Its process on this machine, not its container, which would count as stopped by hand.
stack_kill_worker() {
  local container
  container=$(stack_compose ps --quiet rewrap-worker | head -n 1)
  kill -KILL "$(docker inspect --format '{{.State.Pid}}' "$container")" || return 1
  stack_wait 30 stack_is_restarted "$container" && stack_wait 60 stack_all_healthy
}

stack_is_restarted() { [[ $(docker inspect --format '{{.RestartCount}} {{.State.Running}}' "$1") == "1 true" ]]; }

stack_part_database() {
  local container network=${stack_project}_database
  container=$(stack_compose ps --quiet postgres)
  docker network disconnect "$network" "$container"
  stack_wait 60 stack_reads 503 && docker network connect --alias postgres "$network" "$container" &&
    stack_wait 60 stack_reads 200 && stack_wait 60 stack_all_healthy
}

# Whether a read of the tenant's list is answered by a status at the moment.
stack_reads() {
  [[ $(stack_request program /v1/secrets --output /dev/null --write-out '%{http_code}') == "$1" ]]
}

stack_restart_broker() { stack_compose restart rabbitmq && stack_wait 120 stack_all_healthy; }

# The schema first, then each service, while clients use the rest and the old and the new share a rewrap.
stack_upgrade() {
  local service scale
  stack_sign_in && stack_request owner /admin/tenant-kms/rotate --request POST >/dev/null || return 1
  export TENANT_KMS_VERSION=latest
  stack_compose run --rm --no-deps migrate >/dev/null || return 1
  for service in verifier rewrap-worker onboarding-api; do
    scale=()
    if [[ $service == rewrap-worker ]]; then scale=(--scale rewrap-worker=4); fi
    stack_compose up --no-build --detach --wait --no-deps --force-recreate "${scale[@]}" "$service" || return 1
  done
  stack_wait 60 stack_is_rewrapped && stack_round_trip after
}

# Every row that was there, and none failed.
stack_is_rewrapped() {
  [[ $(stack_request owner /admin/tenant-kms/rewrap |
    jq --raw-output '.jobs[0] | "\(.status) \(.failed) \(.processed == .total)"') == "completed 0 true" ]]
}

stack_check_writer() {
  local page=1 rows
  kill "$stack_writer"
  wait "$stack_writer" 2>/dev/null || true
  stack_writer=
  while true; do
    rows=$(stack_request program "/v1/secrets?per_page=100&page=$page" | jq --raw-output '.data[].id') || return 1
    [[ -n $rows ]] || break
    echo "$rows"
    page=$((page + 1))
  done | sort --unique >"$stack_folder/listed" || return 1
  say "stack: $(wc -l <"$stack_folder/written") secrets were stored while all that happened"
  [[ -s $stack_folder/written ]] &&
    [[ -z $(comm -23 <(sort --unique "$stack_folder/written") "$stack_folder/listed") ]]
}

# Of their own accord: none is killed when its time is over.
stack_stops_in_time() {
  local began=$SECONDS container
  stack_compose stop onboarding-api verifier rewrap-worker || return 1
  ((SECONDS - began < 15)) || return 1
  for container in $(stack_compose ps --all --quiet onboarding-api verifier rewrap-worker); do
    [[ $(docker inspect --format '{{.State.ExitCode}}' "$container") == 0 ]] || return 1
  done
}
