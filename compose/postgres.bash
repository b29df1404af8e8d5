# shellcheck shell=bash
# Postgres: a private cluster on loopback, reached by password only.

# It refuses to run as root; Debian's package brings the user.
as_postgres=()
((EUID != 0)) || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)

# Debian keeps the server's programs out of PATH, where another installation's may be; the newest version counts.
postgres_programs() { printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1; }

postgres_folder() { readlink --canonicalize "$home/postgres"; }

start_postgres() {
  if ! alive postgres; then
    create_cluster
    clear_stale_lock
    choose_ports postgres
    launch postgres "${as_postgres[@]}" "$(postgres_programs)/postgres" -D "$(postgres_folder)/data" \
      -c listen_addresses=127.0.0.1 -c port="$(port postgres)" -c unix_socket_directories= -c max_connections=500
  fi
  wait_until_ready postgres 30 "$(postgres_programs)/pg_isready" -h 127.0.0.1 -p "$(port postgres)"
  ensure_database
  keep_database_url tenant_kms database_password database_url
  local service
  for service in "${services[@]}"; do
    keep_database_url "tenant_kms_$service" "database_password_$service" "database_url_$service"
  done
}

# The services by the short names of their logins.
services=(api verifier worker)

keep_database_url() {
  printf 'postgres://%s:%s@127.0.0.1:%s/tenant_kms' "$1" "$(secret "$2")" "$(port postgres)" | keep "$home/secrets/$3"
}

# Prepared aside and renamed when whole, so that a run killed here leaves nothing half made.
create_cluster() {
  ensure_secret superuser_password hex
  ensure_secret database_password hex
  [[ -e $home/postgres ]] || create_postgres_folder
  local folder
  folder=$(postgres_folder)
  [[ ! -e $folder/data ]] || return 0
  say "creating a Postgres cluster in $folder"
  rm -rf "$folder/new"
  # The password goes through a pipe that user postgres opens itself: the secret's file is closed to it.
  (
    cd "$folder"
    # shellcheck disable=SC2016
    "${as_postgres[@]}" bash -c '"$1/initdb" --pgdata=new --username=postgres --pwfile=<(cat) \
      --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8' bash "$(postgres_programs)"
  ) <"$home/secrets/superuser_password" >"$home/log/initdb.log" 2>&1 ||
    die "initdb" "read the log; free disk space?" initdb
  mv "$folder/new" "$folder/data"
}

# Root's own home is closed to user postgres: then the cluster lives where Debian's do, and the home links to it.
create_postgres_folder() {
  if ((EUID != 0)); then
    install -d -m 700 "$home/postgres"
  elif "${as_postgres[@]}" test -x "$home"; then
    install -d -m 700 -o postgres -g postgres "$home/postgres"
  else
    ln -s "$("${as_postgres[@]}" mktemp -d /var/lib/postgresql/tenant-kms-XXXXXX)" "$home/postgres"
  fi
}

remove_postgres() {
  [[ ! -e $home/postgres ]] || rm -rf -- "$(postgres_folder)"
  rm -rf -- "$home/postgres"
}

# After a kill of the postmaster its backends end by themselves, soon. Once nobody works in the folder its lock file is
# stale; Postgres would still honour it while the dead postmaster is a zombie, or after its pid went to another process.
clear_stale_lock() {
  local deadline=$((SECONDS + 10))
  while is_in_use "$(postgres_folder)/data"; do
    ((SECONDS < deadline)) || die "another Postgres works in $(postgres_folder)/data" "find and stop it"
    sleep 0.1
  done
  rm -f "$(postgres_folder)/data/postmaster.pid"
}

is_in_use() {
  local folder
  for folder in /proc/[0-9]*/cwd; do
    [[ ! $folder -ef $1 ]] || return 0
  done
  return 1
}

# Whoever migrates owns the database and is no superuser; the services own nothing.
ensure_database() {
  local service
  for service in "${services[@]}"; do ensure_secret "database_password_$service" hex; done
  printf '127.0.0.1:*:*:postgres:%s\n' "$(secret superuser_password)" | keep "$home/secrets/pgpass"
  superuser_psql postgres >/dev/null <<SQL
SELECT 'CREATE ROLE tenant_kms LOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenant_kms') \gexec
ALTER ROLE tenant_kms NOCREATEROLE PASSWORD '$(secret database_password)';
SELECT 'CREATE DATABASE tenant_kms OWNER tenant_kms'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tenant_kms') \gexec
\set api_password $(secret database_password_api)
\set verifier_password $(secret database_password_verifier)
\set worker_password $(secret database_password_worker)
$(<"$here/postgres/roles.sql")
SQL
}

# Runs SQL from standard input; row-level security doesn't hide rows from a superuser.
superuser_psql() {
  PGPASSFILE=$home/secrets/pgpass "$(postgres_programs)/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --host=127.0.0.1 --port="$(port postgres)" --username=postgres --dbname="$1" "${@:2}"
}

postgres_superuser_url() {
  printf 'postgres://postgres:%s@127.0.0.1:%s/postgres' "$(secret superuser_password)" "$(port postgres)"
}
