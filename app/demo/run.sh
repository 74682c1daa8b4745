#!/usr/bin/env bash
# Waybill at work, on loopback: starts the relay with its log in ./data, a bridgehead to forward to,
# a name server and the sender's own mail server; sends four real messages, lets one of them bounce
# and shows the history that came of them. Stays up until Ctrl-C.
#
# Usage: app/demo/run.sh [--once]      --once: end after the demonstration
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly WAYBILL=${WAYBILL_BIN:-build/release/waybill}
readonly SMTP=127.0.0.1:${WAYBILL_SMTP_PORT:-2525}
readonly HOP=127.0.0.1:${WAYBILL_HOP_PORT:-2526}
readonly HOME_PORT=${WAYBILL_HOME_PORT:-2527}
readonly DNS_PORT=${WAYBILL_DNS_PORT:-2553}
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
next_hop_port = $HOME_PORT   # where the sender's own server is; 25 in the world outside

[dns]
servers = "127.0.0.1:$DNS_PORT"

[http]
listen = "$HTTP"

[domains."example.test".aliases]
buzz = "buzz@[${HOP%:*}]:${HOP##*:}"      # the next hop takes this one
closed = "gone@[${HOP%:*}]:${HOP##*:}"     # refuses this one
lost = "hidden@[${HOP%:*}]:${HOP##*:}"     # and takes this one only to bounce it later
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
    printf '%s\r\n' 'From: Ann <ann@origin.test>' "To: <$to>" "Subject: $subject" \
      "Message-ID: <$(date +%s%N)@origin.test>" '' 'To infinity.' |
      curl -sv "smtp://$SMTP/client.origin.test" --mail-from ann@origin.test \
        --mail-rcpt "$to" -T - 2>&1 |
      sed -n 's/^< \([245][0-9][0-9] .*\)\r$/\1/p' | grep -vE '^(220|221|250 DSN)' | tail -n 1
  ) || true
  printf '  %-22s %s\n' "$to" "$reply"
}

say "Starting"
# The sender's zone: who may send for origin.test (SPF), and where its mail goes (MX).
dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts --no-poll \
  --port="$DNS_PORT" --listen-address=127.0.0.1 --bind-interfaces --local=/test/ \
  --txt-record=origin.test,'v=spf1 ip4:127.0.0.1 -all' --mx-host=origin.test,mx.origin.test,10 \
  --host-record=mx.origin.test,127.0.0.1 --log-facility=/dev/null &
pids+=($!)
"$WAYBILL" sink --listen "$HOP" --refuse-rcpt gone --bounce hidden --bounce-via "$SMTP" |
  sed -u "s/^/  ${dim}bridgehead:${plain} /" &
pids+=($!)
rm -rf "$DATA/home"
"$WAYBILL" sink --listen "127.0.0.1:$HOME_PORT" --dump "$DATA/home" |
  sed -u "s/^/  ${dim}Ann's own server:${plain} /" &
pids+=($!)
"$WAYBILL" serve --config "$config" &
pids+=($!)
wait_for "http://$HTTP/readyz" "$!"
printf "  relay     smtp://%s   log and views in ./%s\n" "$SMTP" "$DATA"
printf "  bridgehead smtp://%s, Ann's own server smtp://127.0.0.1:%s\n" "$HOP" "$HOME_PORT"
printf "  history   http://%s\n" "$HTTP"
say "Four messages from ann@origin.test, and what she was told"
send buzz@example.test "Hello"
send nobody@example.test "Hello"
send closed@example.test "Hello"
send lost@example.test "Hello"
say "The last one was taken, so Ann believes it arrived. A second later the bridgehead bounces it"
for ((tries = 0; tries < 100; tries++)); do
  [[ -e $DATA/home/000001.json ]] && break
  sleep 0.1
done
say "What came home to Ann names the alias, and not the mailbox behind it"
grep -E '^(From|To|Subject|Auto-Submitted|Final-Recipient|Action|Status|Diagnostic-Code):' \
  "$DATA/home/000001.eml" | sed 's/^/  /' || printf '  nothing yet\n'
sleep 0.3

say "What the log says of each address"
for alias in buzz nobody closed lost; do
  "$WAYBILL" trace "$alias@example.test" --server "http://$HTTP" --limit 5 || true
done

say "The story of the delivery that was lost"
delivery=$(curl -s "http://$HTTP/v1/addresses/lost%40example.test/history?kind=bounced&limit=1" |
  sed -n 's/.*"delivery_id":"\([^"]*\)".*/\1/p')
"$WAYBILL" trace --delivery "$delivery" --server "http://$HTTP" || true

say "Ask again"
printf "  curl -s 'http://%s/v1/addresses/buzz%%40example.test/history'\n" "$HTTP"
printf "  %s trace ann@origin.test --role sender\n" "$WAYBILL"
say "Try next"
printf '  send your own:     swaks or any client, to smtp://%s, for buzz@example.test\n' "$SMTP"
printf '  kill it:           kill -9 the relay under load, start again: nothing is guessed\n'
printf '  its figures:       curl -s http://%s/metrics\n' "$HTTP"
printf '  your own domains:  docs/configuration.md, then %s serve -c waybill.toml\n' "$WAYBILL"
if [[ $once == yes ]]; then exit 0; fi
say "It stays up. Ctrl-C ends it."
wait
