# shellcheck shell=bash
# schemathesis: requests that fit the OpenAPI document, and requests that don't, against the running service.

schemathesis_folder=$repository/Tests/Schemathesis

run_schemathesis() {
  require_running
  ensure_schemathesis
  set_environment
  API_KEY=$(tenant_field api_key) ADMIN_TOKEN=$(admin_token) \
    "$home/schemathesis/bin/schemathesis" --config-file "$schemathesis_folder/schemathesis.toml" \
    run "$(api_url)/openapi.json" --seed 1 "$@"
}

ensure_schemathesis() { ensure_python schemathesis "$schemathesis_folder/requirements.txt" schemathesis; }
