#!/usr/bin/env bash
# Waybill at work, on loopback: starts the relay with its log in ./data, a bridgehead to forward to,
# a name server and the sender's own mail server; sends four real messages, lets one of them bounce
# and shows the history that came of them. Stays up until Ctrl-C.
#
# Usage: app/demo/run.sh [--once] [--kafka]
#   --once    end after the demonstration
#   --kafka   the log on a real Kafka broker, and each role a process of its own
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly WAYBILL=${WAYBILL_BIN:-build/release/waybill}
readonly SMTP=127.0.0.1:${WAYBILL_SMTP_PORT:-2525}
readonly HOP=127.0.0.1:${WAYBILL_HOP_PORT:-2526}
readonly HOME_PORT=${WAYBILL_HOME_PORT:-2527}
readonly DNS_PORT=${WAYBILL_DNS_PORT:-2553}
readonly HTTP=127.0.0.1:${WAYBILL_HTTP_PORT:-8025}
readonly RELAY_HTTP=127.0.0.1:${WAYBILL_RELAY_HTTP_PORT:-8024}
readonly PEERS=127.0.0.1:${WAYBILL_PEERS_PORT:-8026}
readonly KAFKA_PORT=${WAYBILL_KAFKA_PORT:-9092}
once=no roles=serve
for option in "$@"; do
  case $option in
    --once) once=yes ;;
    --kafka) roles=apart ;;
    *)
      printf 'There is no option %s: --once, --kafka\n' "$option" >&2
      exit 2
      ;;
  esac
done
# The two keep their logs in different places.
default=data
[[ $roles == apart ]] && default=data/kafka
readonly DATA=${WAYBILL_DATA:-$default}

bold='' dim='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

pids=()
finish() {
  local i
  # Those first that were started last: nobody then misses what he needs.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || continue
    [[ $roles == serve ]] || wait "${pids[i]}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' INT TERM

mkdir -p "$DATA"

# configure FILE NODE HTTP: the configuration of one process.
configure() {
  cat >"$1" <<END
# Written by the demonstration. docs/configuration.md explains every key.
[server]
host_name = "mx.example.test"
node = "$2"
data_dir = "$DATA"
listen = ["$SMTP"]
log_level = "warn"
next_hop_port = $HOME_PORT   # where the sender's own server is; 25 in the world outside

[dns]
servers = "127.0.0.1:$DNS_PORT"

[http]
listen = "$3"

[domains."example.test".aliases]
buzz = "buzz@[${HOP%:*}]:${HOP##*:}"      # the next hop takes this one
closed = "gone@[${HOP%:*}]:${HOP##*:}"     # refuses this one
lost = "hidden@[${HOP%:*}]:${HOP##*:}"     # and takes this one only to bounce it later
END
  [[ $roles == apart ]] || return 0
  cat >>"$1" <<END

[kafka]
bootstrap = ["127.0.0.1:$KAFKA_PORT"]
partitions = 4
replication = 1              # one broker; 3 where anything depends on it

[cluster]
secret_file = "$DATA/secret"
END
  [[ $2 == relay ]] || printf 'listen = "%s"\n' "$PEERS" >>"$1"
}

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
"$WAYBILL" dustbin --listen "$HOP" --refuse-rcpt gone --bounce hidden --bounce-via "$SMTP" |
  sed -u "s/^/  ${dim}bridgehead:${plain} /" &
pids+=($!)
rm -rf "$DATA/home"
"$WAYBILL" dustbin --listen "127.0.0.1:$HOME_PORT" --dump "$DATA/home" |
  sed -u "s/^/  ${dim}Ann's own server:${plain} /" &
pids+=($!)
if [[ $roles == serve ]]; then
  configure "$DATA/waybill.toml" mx "$HTTP"
  "$WAYBILL" serve --config "$DATA/waybill.toml" &
  pids+=($!)
  wait_for "http://$HTTP/readyz" "$!"
  printf "  relay     smtp://%s   log and views in ./%s\n" "$SMTP" "$DATA"
else
  app/demo/kafka.sh "$(realpath "$DATA")/broker" "$KAFKA_PORT" &
  pids+=($!)
  [[ -e $DATA/secret ]] || (umask 077 && openssl rand -hex 32 >"$DATA/secret")
  configure "$DATA/relay.toml" relay "$RELAY_HTTP"
  configure "$DATA/projector.toml" projector "$HTTP"
  for ((tries = 0; tries < 60; tries++)); do
    "$WAYBILL" topics create --config "$DATA/relay.toml" >"$DATA/topics" 2>&1 && break
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.5
  done
  sed 's/^/  /' "$DATA/topics"
  "$WAYBILL" projector --config "$DATA/projector.toml" &
  pids+=($!)
  wait_for "http://$HTTP/readyz" "$!"
  "$WAYBILL" relay --config "$DATA/relay.toml" &
  pids+=($!)
  wait_for "http://$RELAY_HTTP/readyz" "$!"
  printf "  broker    127.0.0.1:%s   relay smtp://%s   journal, log and views in ./%s\n" \
    "$KAFKA_PORT" "$SMTP" "$DATA"
fi
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

if [[ $roles == apart ]] && command -v kcat >/dev/null; then
  say "What the log on Kafka has, as a foreign consumer sees it"
  kcat -C -q -e -b "127.0.0.1:$KAFKA_PORT" -t waybill.deliveries.v1 \
    -f '  partition %p, offset %o   %k   %h\n' |
    sed -E 's/ce_specversion.*ce_type=([^,]*),.*/\1/' | tail -n 12
  say "The relay has no views, and knows who has"
  "$WAYBILL" trace "buzz@example.test" --server "http://$RELAY_HTTP" --limit 2 || true
fi

say "Ask again"
printf "  curl -s 'http://%s/v1/addresses/buzz%%40example.test/history'\n" "$HTTP"
printf "  %s trace ann@origin.test --role sender\n" "$WAYBILL"
say "Try next"
printf '  send your own:     swaks or any client, to smtp://%s, for buzz@example.test\n' "$SMTP"
printf '  kill it:           kill -9 the relay under load, start again: nothing is guessed\n'
if [[ $roles == apart ]]; then
  printf '  kill the broker:   mail goes on; app/demo/kafka.sh starts it again, and it drains\n'
  printf '  is all well?       %s doctor --config %s\n' "$WAYBILL" "$DATA/relay.toml"
fi
printf '  its figures:       curl -s http://%s/metrics\n' "$HTTP"
printf '  your own domains:  docs/configuration.md, then %s serve -c waybill.toml\n' "$WAYBILL"
if [[ $once == yes ]]; then exit 0; fi
say "It stays up. Ctrl-C ends it."
wait
