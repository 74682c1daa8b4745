#!/usr/bin/env bash
# Waybill at work, on loopback: starts the relay with its log in ./data and a next hop to forward
# to, sends three real messages and shows the history that came of them. Stays up until Ctrl-C.
#
# Usage: app/demo/run.sh [--once]      --once: end after the demonstration
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly WAYBILL=${WAYBILL_BIN:-build/release/waybill}
readonly SMTP=127.0.0.1:${WAYBILL_SMTP_PORT:-2525}
readonly HOP=127.0.0.1:${WAYBILL_HOP_PORT:-2526}
readonly HTTP=127.0.0.1:${WAYBILL_HTTP_PORT:-8025}
readonly DATA=${WAYBILL_DATA:-data}
once=no
[[ ${1:-} == --once ]] && once=yes

bold='' dim='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' INT TERM

mkdir -p "$DATA"
config=$DATA/waybill.toml
cat >"$config" <<END
# Written by the demonstration. docs/configuration.md explains every key.
[server]
host_name = "mx.example.test"
data_dir = "$DATA"
listen = ["$SMTP"]
log_level = "warn"

[http]
listen = "$HTTP"

[domains."example.test".aliases]
buzz = "buzz@[${HOP%:*}]:${HOP##*:}"      # the next hop takes this one
closed = "gone@[${HOP%:*}]:${HOP##*:}"     # and refuses this one
END

wait_for() {
  local url=$1 pid=$2 tries
  for ((tries = 0; tries < 100; tries++)); do
    if ! kill -0 "$pid" 2>/dev/null; then
      printf 'It ended at once. Is another program using %s, %s or %s?\n' "$SMTP" "$HOP" "$HTTP" >&2
      exit 3
    fi
    curl -sf -o /dev/null "$url" && return
    sleep 0.1
  done
  printf 'No answer from %s\n' "$url" >&2
  exit 3
}

# One message by curl's SMTP client; prints the reply that ended its fate.
send() {
  local to=$1 subject=$2 reply
  reply=$(
    printf '%s\r\n' 'From: sender@example.org' "To: <$to>" "Subject: $subject" \
      "Message-ID: <$(date +%s%N)@example.org>" '' 'To infinity.' |
      curl -sv "smtp://$SMTP/client.example.org" --mail-from sender@example.org \
        --mail-rcpt "$to" -T - 2>&1 |
      sed -n 's/^< \([245][0-9][0-9] .*\)\r$/\1/p' | grep -vE '^(220|221|250 DSN)' | tail -n 1
  ) || true
  printf '  %-22s %s\n' "$to" "$reply"
}

say "Starting"
"$WAYBILL" sink --listen "$HOP" --refuse-rcpt gone | sed -u "s/^/  ${dim}next hop:${plain} /" &
pids+=($!)
"$WAYBILL" serve --config "$config" &
pids+=($!)
wait_for "http://$HTTP/readyz" "${pids[1]}"
printf "  relay     smtp://%s   log and views in ./%s\n" "$SMTP" "$DATA"
printf "  next hop  smtp://%s\n  history   http://%s\n" "$HOP" "$HTTP"
say "Three messages, and what their sender was told"
send buzz@example.test "Hello"
send nobody@example.test "Hello"
send closed@example.test "Hello"
sleep 0.3

say "What the log says of each address"
for alias in buzz nobody closed; do
  "$WAYBILL" trace "$alias@example.test" --server "http://$HTTP" --limit 4 || true
done

say "Ask again"
printf "  curl -s 'http://%s/v1/addresses/buzz%%40example.test/history'\n" "$HTTP"
printf "  %s trace sender@example.org --role sender\n" "$WAYBILL"
say "Try next"
printf '  send your own:     swaks or any client, to smtp://%s, for buzz@example.test\n' "$SMTP"
printf '  kill it:           kill -9 the relay under load, start again: nothing is guessed\n'
printf '  its figures:       curl -s http://%s/metrics\n' "$HTTP"
printf '  your own domains:  docs/configuration.md, then %s serve -c waybill.toml\n' "$WAYBILL"
if [[ $once == yes ]]; then exit 0; fi
say "It stays up. Ctrl-C ends it."
wait
