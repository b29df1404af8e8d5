# shellcheck shell=bash
# Demo: a tenant with 1,000 secrets under the platform's key brings its own AWS key, and every secret follows.

demo_secrets=1000
# Requests by curl take their credentials from files in here: a command line is public.
demo_folder=

demo() {
  local exit_afterwards=false up_arguments=() began summary
  while (($# > 0)); do
    case $1 in
      --exit) exit_afterwards=true; shift ;;
      --workers) up_arguments=("${@:1:2}"); shift 2 || usage_error "--workers needs a number" ;;
      *) usage_error "demo: unknown argument $1" ;;
    esac
  done
  demo_folder=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "end_demo $exit_afterwards" EXIT
  up "${up_arguments[@]}"
  began=$SECONDS
  create_demo_tenant
  store_secrets
  onboard_customer_key
  follow_rewrap
  show_configuration
  check_rows
  summary="demo: ok secrets=$demo_secrets rewrapped=$demo_secrets failed=0 seconds=$((SECONDS - began))"
  if $exit_afterwards; then
    trap - EXIT
    end_demo true
  else
    say "left running; go on: eval \"\$($here/local env)\", stop: $here/local down"
  fi
  echo "$summary"
}

# Also on failure and on ^C: nothing stays in the temporary folder, nothing stays up that was to end.
end_demo() {
  rm -rf -- "$demo_folder"
  ! $1 || down
}

demo_say() { printf '\ndemo: %s\n' "$*"; }

# The logs of all three services, since a failure may show in any of them.
demo_die() {
  local name
  status >&2 || true
  for name in onboarding-api verifier $(worker_names); do
    say "last lines of $home/log/$name.log:"
    tail -n 8 "$home/log/$name.log" >&2 || true
  done
  die "$1" "${2:-read the logs above, mend, and run the demo again: it starts afresh}"
}

create_demo_tenant() {
  new_tenant "demo-$(random_hex 4)"
  new_customer
  printf 'Authorization: Bearer %s\n' "$(admin_token)" >"$demo_folder/admin"
  printf 'Authorization: Bearer %s\n' "$(tenant_field api_key)" >"$demo_folder/tenant"
  demo_say "tenant $(tenant_field slug) ($(tenant_field tenant_id))"
}

# One curl with a list of requests: 16 at a time over few connections, where a process each would be slow.
store_secrets() {
  local url index statuses
  url=$(api_url)/v1/secrets
  for ((index = 1; index <= demo_secrets; index++)); do
    ((index == 1)) || echo next
    cat <<CONFIG
url = "$url"
header = "@$demo_folder/tenant"
header = "Content-Type: application/json"
data = "{\"name\":\"demo-$index\",\"value\":\"value-$index-$RANDOM$RANDOM\"}"
output = "/dev/null"
write-out = "%{http_code}\n"
CONFIG
  done >"$demo_folder/requests"
  statuses=$(curl --no-progress-meter --parallel --parallel-max 16 --config "$demo_folder/requests" | sort | uniq --count) || true
  [[ $(awk '$2 ~ /^20[01]$/ { stored += $1 } END { print stored + 0 }' <<<"$statuses") == "$demo_secrets" ]] ||
    demo_die "POST /v1/secrets: not all of $demo_secrets were stored (count, HTTP status: ${statuses//$'\n'/;})"
  demo_say "$demo_secrets secrets stored, their data keys wrapped by the platform's key"
}

# The request of the setup guide, as a customer would send it.
onboard_customer_key() {
  local body
  body=$(jq '{provider: "aws", kms_key_ref: .key_arn, config: {region, role_arn, external_id}}' "$home/customer.json")
  echo "$body" >"$demo_folder/body"
  demo_say "the customer brings a key of its own:"
  cat <<COMMAND
\$ curl -X POST \$API_URL/admin/tenant-kms \\
  -H "Authorization: Bearer \$ADMIN_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '$body'
COMMAND
  admin_request POST /admin/tenant-kms --header "Content-Type: application/json" --data "@$demo_folder/body" \
    >"$demo_folder/onboarded" || { cat "$demo_folder/onboarded" >&2; demo_die "POST /admin/tenant-kms"; }
  jq . "$demo_folder/onboarded"
}

admin_request() {
  curl --silent --show-error --fail-with-body --max-time 60 --request "$1" --header "@$demo_folder/admin" \
    "${@:3}" "$(api_url)$2"
}

# Progress counts committed rows, so it may be shown as it comes.
follow_rewrap() {
  local deadline=$((SECONDS + 120)) job shown line finished
  demo_say "the rewrap, as it runs:"
  while true; do
    admin_request GET /admin/tenant-kms/rewrap >"$demo_folder/jobs" ||
      { cat "$demo_folder/jobs" >&2; demo_die "GET /admin/tenant-kms/rewrap"; }
    job=$(jq '.jobs[0] // {}' "$demo_folder/jobs")
    line=$(jq --raw-output '"\(.status // "not planned yet") \(.processed // 0)/\(.total // 0) failed \(.failed // 0)"' <<<"$job")
    [[ $line == "${shown-}" ]] || printf 'demo: rewrap %s\n' "$line"
    shown=$line
    finished=$(jq --raw-output '.finished_at // empty' <<<"$job")
    [[ -z $finished ]] || break
    ((SECONDS < deadline)) || demo_die "the rewrap did not finish in 120 seconds ($line)"
    sleep 0.2
  done
  jq --exit-status --argjson rows "$demo_secrets" '.processed == $rows and .failed == 0' <<<"$job" >/dev/null ||
    demo_die "the rewrap ended with $line, expected $demo_secrets rows and no failure"
}

show_configuration() {
  demo_say "what the customer sees:"
  # shellcheck disable=SC2016
  echo '$ curl $API_URL/admin/tenant-kms -H "Authorization: Bearer $ADMIN_TOKEN"'
  admin_request GET /admin/tenant-kms >"$demo_folder/configuration" ||
    { cat "$demo_folder/configuration" >&2; demo_die "GET /admin/tenant-kms"; }
  jq . "$demo_folder/configuration"
  jq --exit-status '.config.sealed_since == null' "$demo_folder/configuration" >/dev/null || demo_die "the tenant is sealed"
}

# Not the service's word but the rows themselves.
check_rows() {
  local version query rows
  version=$(jq .new_key_version "$demo_folder/onboarded")
  query="SELECT key_version, count(*) FROM secret_values WHERE tenant_id = '$(tenant_field tenant_id)' GROUP BY 1"
  demo_say "the rows themselves: $query"
  rows=$(superuser_psql tenant_kms --no-align --tuples-only --field-separator=' ' <<<"$query") || demo_die "psql"
  printf 'version %s: %s rows\n' "${rows% *}" "${rows#* }"
  [[ $rows == "$version $demo_secrets" ]] || demo_die "rows by key version: ${rows//$'\n'/; }, expected $demo_secrets under $version"
}
