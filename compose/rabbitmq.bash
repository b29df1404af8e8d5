# shellcheck shell=bash
# RabbitMQ: a private broker on loopback, with a name service (epmd) of its own beside the machine's.

broker_certificate=$home/rabbitmq/certificate.pem

start_rabbitmq() {
  ensure_secret administrator_password hex
  local service
  for service in "${services[@]}"; do ensure_secret "broker_password_$service" hex; done
  if ! alive rabbitmq; then
    start_epmd
    choose_ports rabbitmq rabbitmq-tls rabbitmq-api rabbitmq-distribution
    ensure_broker_certificate
    write_rabbitmq_configuration
    launch rabbitmq "${rabbitmq_environment[@]}" \
      ERL_EPMD_PORT="$(port epmd)" RABBITMQ_DIST_PORT="$(port rabbitmq-distribution)" \
      /usr/lib/rabbitmq/bin/rabbitmq-server
  fi
  wait_until_ready rabbitmq 60 listening "$(port rabbitmq)"
  for service in "${services[@]}"; do
    printf 'amqp://tenant-kms-%s:%s@127.0.0.1:%s/tenant-kms' "$service" "$(secret "broker_password_$service")" \
      "$(port rabbitmq)" | keep "$home/secrets/amqp_url_$service"
  done
}

# Started here and not by Erlang, whose own would outlive everything, untracked.
start_epmd() {
  if ! alive epmd; then
    choose_ports epmd
    launch epmd epmd -address 127.0.0.1 -port "$(port epmd)"
  fi
  wait_until_ready epmd 10 listening "$(port epmd)"
}

# For the tests of amqps: a certificate that vouches for itself, for the name localhost and no address.
ensure_broker_certificate() {
  [[ ! -s $broker_certificate ]] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$home/rabbitmq/key.pem" -out "$broker_certificate" \
    2>"$home/log/openssl.log" || die "making the broker's certificate" "read its log" openssl
}

# Every path is the home's: an installed broker's configuration under /etc must not leak in.
# RUNNING_UNDER_SYSTEMD makes the start script become the Erlang VM, so that the pid we keep is the VM's.
rabbitmq_environment=(
  env -i PATH="$PATH" LANG=C.UTF-8 HOME="$home/rabbitmq"
  ERL_EPMD_ADDRESS=127.0.0.1
  RUNNING_UNDER_SYSTEMD=true
  RABBITMQ_NODENAME=tenant-kms@localhost
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
  RABBITMQ_CONF_ENV_FILE="$home/rabbitmq/environment.conf"
  RABBITMQ_CONFIG_FILE="$home/rabbitmq/rabbitmq.conf"
  RABBITMQ_ADVANCED_CONFIG_FILE="$home/rabbitmq/advanced.config"
  RABBITMQ_ENABLED_PLUGINS_FILE="$home/rabbitmq/enabled_plugins"
  RABBITMQ_MNESIA_BASE="$home/rabbitmq/mnesia"
  RABBITMQ_LOG_BASE="$home/rabbitmq/log"
  RABBITMQ_LOGS=-
)

# The broker reads users and virtual hosts at every start, before it listens: nothing is left to create afterwards.
write_rabbitmq_configuration() {
  keep "$home/rabbitmq/enabled_plugins" <<<'[rabbitmq_management].'
  keep "$home/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$(port rabbitmq)
listeners.ssl.1 = 127.0.0.1:$(port rabbitmq-tls)
ssl_options.cacertfile = $broker_certificate
ssl_options.certfile = $broker_certificate
ssl_options.keyfile = $home/rabbitmq/key.pem
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port rabbitmq-api)
load_definitions = $home/rabbitmq/definitions.json
CONF
  local definitions service
  definitions=$(<"$here/rabbitmq/definitions.json")
  for service in "${services[@]}"; do
    definitions=${definitions//@${service}_password@/$(secret "broker_password_$service")}
  done
  # Who makes virtual hosts for tests.
  ADMINISTRATOR_PASSWORD=$(secret administrator_password) jq '
    .users += [{name: "administrator", password: env.ADMINISTRATOR_PASSWORD, tags: "administrator"}] |
    .permissions += [{user: "administrator", vhost: "/", configure: ".*", write: ".*", read: ".*"}]
  ' <<<"$definitions" | keep "$home/rabbitmq/definitions.json"
}

rabbitmq_administrator_tls_url() {
  printf 'amqps://administrator:%s@localhost:%s/%%2f' "$(secret administrator_password)" "$(port rabbitmq-tls)"
}

rabbitmq_administrator_url() {
  printf 'amqp://administrator:%s@127.0.0.1:%s/%%2f' "$(secret administrator_password)" "$(port rabbitmq)"
}
