# shellcheck shell=bash
# AWS: a stand-in for STS, IAM and KMS (ministack) with the platform's account and a customer's.

aws_url() { printf 'http://127.0.0.1:%s' "$(port aws)"; }

start_aws() {
  ensure_python venv "$here/requirements.txt" "the AWS stand-in"
  if ! alive aws; then
    choose_ports aws
    launch aws env -i PATH="$PATH" LANG=C.UTF-8 HOME="$home/aws" TMPDIR="$home/aws" \
      AUTH=true BIND_HOST=127.0.0.1 GATEWAY_PORT="$(port aws)" MINISTACK_ACCOUNT_ID=123456789012 \
      SERVICES=kms,sts,iam IOT_MTLS_ENABLED=0 PERSIST_STATE=1 STATE_DIR="$home/aws/state" \
      "$home/venv/bin/ministack"
  fi
  wait_until_ready aws 30 curl --fail --silent "$(aws_url)/_ministack/health"
}

# Debian's Python, whatever PATH offers; the requirements are copied last, so their presence says the rest is complete.
ensure_python() {
  local venv=$home/$1 requirements=$2
  ! cmp --silent "$requirements" "$venv/requirements.txt" || return 0
  say "installing $3"
  rm -rf "$venv"
  {
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  } </dev/null >"$home/log/pip.log" 2>&1 9>&- || die "pip install" "check that pip reaches its index, run again" pip
  cp "$requirements" "$venv/requirements.txt"
}

# The key pair that the services run as. The stand-in forgets when it is killed, so an old pair is tried first.
ensure_platform() {
  local pair
  pair=$(aws_accounts platform "$home/secrets/platform.json")
  keep "$home/secrets/platform.json" <<<"$pair"
  jq --join-output .access_key_id <<<"$pair" | keep "$home/secrets/aws_access_key_id"
  jq --join-output .secret_access_key <<<"$pair" | keep "$home/secrets/aws_secret_access_key"
}

# A customer's side of the bargain: a key, and a role that only the platform's user may assume, by external ID.
new_customer() {
  local customer
  customer=$(aws_accounts customer)
  keep "$home/customer.json" <<<"$customer"
}

ensure_customer() {
  aws_accounts exists "$home/customer.json" || new_customer
}

# Without the caller's environment, whose AWS_PROFILE and the like mean other accounts.
aws_accounts() {
  env -i PATH="$PATH" HOME="$home/aws" "$home/venv/bin/python" "$here/aws_accounts.py" "$(aws_url)" "$@" ||
    { [[ $1 == exists ]] && return 1; die "preparing the $1's AWS account" "read the message above" aws; }
}
