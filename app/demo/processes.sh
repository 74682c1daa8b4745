# Sourced by run.sh: starts the demonstration's processes, waits for them and ends them.
#
# A process is known by its own id and ended by it, the youngest first, so that none loses what it
# needs before it is asked to end. Each leads a session of its own: Ctrl-C is a signal to this
# shell alone. Should this shell be killed, the kernel ends what it started.

# From SIGTERM to SIGKILL.
readonly END_SECONDS=15

pids=()

# start COMMAND...: its id is the last of pids.
start() {
  setsid setpriv --pdeathsig TERM "$@" </dev/null &
  pids+=($!)
}

# start_told WHO COMMAND...: shows what it says, line by line, with its name before.
start_told() {
  local who=$1
  shift
  # The filter is no part of a pipeline, whose last process `$!` would name. It ends with the
  # process that writes to it.
  start "$@" > >(exec sed -u "s/^/  $dim$who:$plain /")
}

end_process() {
  local pid=$1 deadline=$((SECONDS + END_SECONDS))
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS > deadline)); then kill -KILL "$pid" 2>/dev/null || true; fi
    sleep 0.05
  done
}

end_all() {
  # No second Ctrl-C leaves half of them behind.
  trap '' HUP INT TERM PIPE
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do end_process "${pids[i]}"; done
  # The shell's last words on those that were killed.
  wait 2>/dev/null || true
}

fail() {
  printf 'demonstration: %s\n' "$*" >&2
  exit 3
}

answers() { (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null; }

# need_port VARIABLE ADDRESS:PORT
need_port() {
  ! answers "$2" || fail "port ${2##*:} of ${2%:*} is taken; end what listens there," \
    "or set $1 to a port that is free"
}

# await SECONDS WHAT COMMAND...: until the command succeeds; the youngest process must not end.
await() {
  local deadline=$((SECONDS + $1)) what=$2 pid=${pids[-1]}
  shift 2
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || fail "waiting for $what: its process ended"
    ((SECONDS < deadline)) || fail "waited in vain for $what"
    sleep 0.1
  done
}

ready() { curl -sf -m 5 -o /dev/null "http://$1/readyz"; }
