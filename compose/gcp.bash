# shellcheck shell=bash
# Google Cloud: a stand-in for Cloud KMS and what stands before it, for the tests alone.

gcp_stand_in=$repository/Tests/StandIns/gcp

gcp_url() { printf 'http://127.0.0.1:%s' "$(port gcp)"; }

# Also the Python that has Google's own clients.
gcp_python() { printf '%s/venv-gcp/bin/python' "$home"; }

start_gcp() {
  ensure_python venv-gcp "$gcp_stand_in/requirements.txt" "the Google Cloud stand-in"
  if ! alive gcp; then
    choose_ports gcp
    launch gcp env -i PATH="$PATH" LANG=C.UTF-8 "$(gcp_python)" -B "$gcp_stand_in/gcp.py" "$(port gcp)"
  fi
  wait_until_ready gcp 30 curl --silent --output /dev/null "$(gcp_url)"
}

# The service account that the services run as.
ensure_gcp_platform() {
  local account
  account=$("$(gcp_python)" -B "$here/gcp_accounts.py" "$(gcp_url)" "$home/secrets/gcp_service_account.json") ||
    die "preparing the platform's service account" "read the message above" gcp
  keep "$home/secrets/gcp_service_account.json" <<<"$account"
}
