# shellcheck shell=bash
# Processes: each in a session of its own, found again by pid and start time, stopped in bounded time.

started=()

process_id() { cut -d ' ' -f 1 "$home/run/$1"; }

# Clock ticks from boot to the process's start (proc(5), field 22): with the pid it names a process for good.
# A zombie has ended, however long its parent takes to notice.
start_time() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field, in parentheses, may itself hold spaces and parentheses.
  read -r -a fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] && echo "${fields[19]}"
}

alive() {
  local pid ticks
  read -r pid ticks 2>/dev/null <"$home/run/$1" && [[ $(start_time "$pid") == "$ticks" ]]
}

# Starts a command in the background; its pid is on disk before it runs, so that no kill of this script loses it.
launch() {
  local name=$1 log=$home/log/$1.log pid
  shift
  say "starting $name"
  [[ ! -e $log ]] || mv "$log" "$log.previous"
  rm -f "$home/run/$name"
  (
    pid=$BASHPID
    printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$home/run/$name"
    exec setsid "$@"
  ) </dev/null >"$log" 2>&1 9>&- &
  until [[ -s $home/run/$name ]]; do sleep 0.01; done
  started+=("$name")
}

# Waits until a command succeeds; gives up at once when the process has died.
wait_until_ready() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    alive "$name" || die "$name ended while starting" "read its log, then run the same command again" "$name"
    ((SECONDS < deadline)) || die "$name is not ready in time" "read its log; is the machine busy?" "$name"
    sleep 0.1
  done
}

# Asks a process to end and ends it after 10 seconds.
stop_process() {
  local name=$1 signal=TERM pid deadline=$((SECONDS + 10))
  # For Postgres TERM would mean to wait until every client has gone.
  [[ $name != postgres ]] || signal=INT
  if alive "$name"; then
    pid=$(process_id "$name")
    say "stopping $name"
    kill -"$signal" "$pid" 2>/dev/null || true
    while alive "$name" && ((SECONDS < deadline)); do sleep 0.05; done
    if alive "$name"; then
      say "$name did not stop in 10 seconds, killing it"
      kill -KILL "$pid" 2>/dev/null || true
      while alive "$name"; do sleep 0.05; done
    fi
  fi
  rm -f "$home/run/$name"
}

# All at once: together they take no longer than the slowest.
stop_processes() {
  local name stops=()
  for name in "$@"; do
    stop_process "$name" &
    stops+=("$!")
  done
  wait "${stops[@]}"
}
