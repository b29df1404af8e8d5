# shellcheck shell=bash
# AWS once more, for the tests alone: localstack authenticates what it decrypts and knows aliases, which `aws` doesn't,
# and lets everybody in.

localstack_url() { printf 'http://127.0.0.1:%s' "$(port localstack)"; }

start_localstack() {
  ensure_python venv-localstack "$repository/Tests/StandIns/aws/requirements.txt" "localstack"
  if ! alive localstack; then
    install -d -m 700 "$home/localstack"
    choose_ports localstack
    launch localstack env -i PATH="$PATH" LANG=C.UTF-8 HOME="$home/localstack" \
      GATEWAY_LISTEN="127.0.0.1:$(port localstack)" GATEWAY_SERVER=hypercorn SERVICES=kms,sts,iam DISABLE_EVENTS=1 \
      DNS_ADDRESS=0 SKIP_SSL_CERT_DOWNLOAD=1 "$home/venv-localstack/bin/python" -m localstack.runtime.main
  fi
  wait_until_ready localstack 60 curl --fail --silent --output /dev/null "$(localstack_url)/_localstack/health"
}
