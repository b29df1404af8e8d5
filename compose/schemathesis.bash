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

ensure_schemathesis() {
  ! cmp --silent "$schemathesis_folder/requirements.txt" "$home/schemathesis/requirements.txt" || return 0
  say "installing schemathesis"
  rm -rf "$home/schemathesis"
  {
    /usr/bin/python3 -m venv "$home/schemathesis"
    "$home/schemathesis/bin/pip" install --quiet --disable-pip-version-check \
      --requirement "$schemathesis_folder/requirements.txt"
  } </dev/null >"$home/log/pip.log" 2>&1 9>&- || die "pip install" "check that pip reaches its index, run again" pip
  cp "$schemathesis_folder/requirements.txt" "$home/schemathesis/requirements.txt"
}
