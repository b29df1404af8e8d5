# shellcheck shell=bash
# State: what is remembered between runs, outside the repository, readable by nobody else.

say() { printf 'local: %s\n' "$*" >&2; }

# Says what failed, where to look and what to do; a third argument names the process whose last log lines help.
die() {
  say "failed: $1"
  say "what to do: $2"
  if [[ -n ${3-} && -s $home/log/$3.log ]]; then
    say "last lines of $home/log/$3.log:"
    tail -n 20 "$home/log/$3.log" >&2
  fi
  exit 1
}

# The home itself may be walked through, since user postgres owns a folder inside; every other folder is the caller's alone.
prepare_home() {
  install -d -m 711 "$home"
  install -d -m 700 "$home"/{log,ports,run,secrets,rabbitmq,aws}
}

# Writes standard input to a file, mode 600, in one step, and only if it differs: an unchanged file keeps its time.
keep() {
  local file=$1 new
  new=$(mktemp "$file.XXXXXX")
  cat >"$new"
  if cmp --silent "$new" "$file"; then rm "$new"; else mv "$new" "$file"; fi
}

secret() { printf '%s' "$(<"$home/secrets/$1")"; }

# Makes a secret once; a home keeps its keys for life, since data is encrypted under them.
ensure_secret() {
  local name=$1 encoding=$2
  [[ -s $home/secrets/$name ]] || "random_$encoding" 32 | keep "$home/secrets/$name"
}

random_base64() { head -c "$1" /dev/urandom | base64 --wrap=0; }

random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

port() { echo "$(<"$home/ports/$1")"; }

# Keeps a port from run to run, so that URLs stay valid, unless somebody else has taken it meanwhile.
choose_ports() {
  local name candidate
  for name in "$@"; do
    candidate=$(cat "$home/ports/$name" 2>/dev/null || echo 0)
    until ((candidate > 0)) && ! listening "$candidate"; do
      # Below the range from which Linux takes the ports of outgoing connections.
      candidate=$((20000 + RANDOM % 12000))
    done
    keep "$home/ports/$name" <<<"$candidate"
  done
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
