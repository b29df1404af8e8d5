# shellcheck shell=bash
# Azure: a stand-in for Key Vault and what stands before it, for the tests alone.

azure_stand_in=$repository/Tests/StandIns/azure
azure_authority=$home/azure/authority.pem

azure_url() { printf 'http://127.0.0.1:%s' "$(port azure)"; }

# Also the Python that has Microsoft's own clients.
azure_python() { printf '%s/venv-azure/bin/python' "$home"; }

start_azure() {
  ensure_python venv-azure "$azure_stand_in/requirements.txt" "the Azure stand-in"
  if ! alive azure; then
    install -d -m 700 "$home/azure"
    choose_ports azure azure-tls
    launch azure env -i PATH="$PATH" LANG=C.UTF-8 "$(azure_python)" -B "$azure_stand_in/server.py" \
      "$(port azure)" "$(port azure-tls)" "$home/azure"
  fi
  wait_until_ready azure 30 curl --silent --output /dev/null "$(azure_url)"
}
