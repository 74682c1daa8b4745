#!/usr/bin/env bash
# Waybill at work, on loopback: starts the relay with its log in ./data, a bridgehead to forward to,
# a name server and the sender's own mail server; sends four real messages, lets one of them bounce
# and shows the history that came of them. Stays up until Ctrl-C.
#
# Usage: app/demo/run.sh [--once] [--kafka]
#   --once    end after the demonstration: with 0 if the bounce came home and is on record
#   --kafka   the log on a real Kafka broker, and each role a process of its own
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly WAYBILL=${WAYBILL_BIN:-build/release/waybill}
readonly DNSMASQ=build/peers/bin/dnsmasq
readonly SMTP=127.0.0.1:${WAYBILL_SMTP_PORT:-2525}
readonly HOP=127.0.0.1:${WAYBILL_HOP_PORT:-2526}
readonly HOME_SERVER=127.0.0.1:${WAYBILL_HOME_PORT:-2527}
readonly DNS=127.0.0.1:${WAYBILL_DNS_PORT:-2553}
readonly HTTP=127.0.0.1:${WAYBILL_HTTP_PORT:-8025}
readonly RELAY_HTTP=127.0.0.1:${WAYBILL_RELAY_HTTP_PORT:-8024}
readonly PEERS=127.0.0.1:${WAYBILL_PEERS_PORT:-8026}
readonly KAFKA=127.0.0.1:${WAYBILL_KAFKA_PORT:-9092}
readonly KAFKA_CONTROLLER=127.0.0.1:$((${KAFKA##*:} + 1))
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

source app/demo/processes.sh
source app/demo/nodes.sh

# As a shell says it: 128 and the signal's number.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
trap end_all EXIT

need_ports() {
  need_port WAYBILL_SMTP_PORT "$SMTP"
  need_port WAYBILL_HOP_PORT "$HOP"
  need_port WAYBILL_HOME_PORT "$HOME_SERVER"
  need_port WAYBILL_DNS_PORT "$DNS"
  need_port WAYBILL_HTTP_PORT "$HTTP"
  [[ $roles == apart ]] || return 0
  need_port WAYBILL_RELAY_HTTP_PORT "$RELAY_HTTP"
  need_port WAYBILL_PEERS_PORT "$PEERS"
  need_port WAYBILL_KAFKA_PORT "$KAFKA"
  need_port WAYBILL_KAFKA_PORT "$KAFKA_CONTROLLER"
}

# The sender's zone: who may send for origin.test (SPF), and where its mail goes (MX).
start_name_server() {
  # --no-daemon, for then it stays the user that it is; another may not be there.
  start "$DNSMASQ" --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --no-poll \
    --port="${DNS##*:}" --listen-address="${DNS%:*}" --bind-interfaces \
    --log-facility=/dev/null --local=/test/ \
    --txt-record=origin.test,'v=spf1 ip4:127.0.0.1 -all' \
    --mx-host=origin.test,mx.origin.test,10 --host-record=mx.origin.test,127.0.0.1 \
    2>"$DATA/name_server.log"
  await 10 "the name server on $DNS ($DATA/name_server.log)" answers "$DNS"
}

start_dustbins() {
  start_told bridgehead "$WAYBILL" dustbin --listen "$HOP" --refuse-rcpt gone --bounce hidden \
    --bounce-via "$SMTP"
  await 10 "the bridgehead on $HOP" answers "$HOP"
  rm -rf "$DATA/home"
  start_told "Ann's own server" "$WAYBILL" dustbin --listen "$HOME_SERVER" --dump "$DATA/home"
  await 10 "Ann's own server on $HOME_SERVER" answers "$HOME_SERVER"
}

# send RECIPIENT CODE: one message by curl's SMTP client. Prints the reply that ended its fate,
# which must begin with the code.
send() {
  local to=$1 code=$2 reply
  reply=$(
    printf '%s\r\n' 'From: Ann <ann@origin.test>' "To: <$to>" 'Subject: Hello' \
      "Message-ID: <$(date +%s%N)@origin.test>" '' 'To infinity.' |
      curl -sv -m 60 "smtp://$SMTP/client.origin.test" --mail-from ann@origin.test \
        --mail-rcpt "$to" -T - 2>&1 |
      sed -n 's/^< \([245][0-9][0-9] .*\)\r$/\1/p' | grep -vE '^(220|221|250 DSN)' | tail -n 1
  ) || true
  printf '  %-22s %s\n' "$to" "$reply"
  [[ $reply == "$code "* ]] || fail "the reply for $to is not $code"
}

# The story of the last message that bounced, which the views have some time after the log; fails
# while its end is not there.
read_story() {
  local url="http://$HTTP/v1/addresses/lost%40example.test/history" delivery
  delivery=$(curl -sf -m 5 "$url?kind=bounced&limit=1" |
    sed -n 's/.*"delivery_id":"\([^"]*\)".*/\1/p')
  [[ -n $delivery ]] || return 1
  story=$("$WAYBILL" trace --delivery "$delivery" --server "http://$HTTP")
  [[ $story == *' sent_home '* ]]
}

show_what_came_home() {
  await 30 'the bounce, at home' test -e "$DATA/home/000001.json"
  say 'What came home to Ann names the alias, and not the mailbox behind it'
  grep -E '^(From|To|Subject|Auto-Submitted|Final-Recipient|Action|Status|Diagnostic-Code):' \
    "$DATA/home/000001.eml" | sed 's/^/  /'
}

show_history() {
  local alias
  await 30 'the bounce, on record' read_story
  say 'What the log says of each address'
  for alias in buzz nobody closed lost; do
    "$WAYBILL" trace "$alias@example.test" --server "http://$HTTP" --limit 5
  done
  say 'The story of the delivery that was lost'
  printf '%s\n' "$story"
}

show_kafka() {
  say 'What the log on Kafka has, as a foreign consumer sees it'
  kcat -C -q -e -b "$KAFKA" -t waybill.deliveries.v1 \
    -f '  partition %p, offset %o   %k   %h\n' |
    sed -E 's/ce_specversion.*ce_type=([^,]*),.*/\1/' | tail -n 12
  say 'The relay has no views, and knows where they are'
  "$WAYBILL" trace buzz@example.test --server "http://$RELAY_HTTP" --limit 2
}

show_what_to_try() {
  say 'Ask again'
  printf "  curl -s 'http://%s/v1/addresses/buzz%%40example.test/history'\n" "$HTTP"
  printf '  %s trace ann@origin.test --role sender --server http://%s\n' "$WAYBILL" "$HTTP"
  say 'Try next'
  printf '  send your own:     swaks or any client, to smtp://%s, for buzz@example.test\n' "$SMTP"
  printf '  kill it:           kill -9 the relay under load, start again: nothing is guessed\n'
  if [[ $roles == apart ]]; then
    printf '  kill the broker:   mail goes on; app/demo/kafka.sh starts it again, and it drains\n'
    printf '  is all well?       %s doctor --config %s\n' "$WAYBILL" "$DATA/relay.toml"
  fi
  printf '  its figures:       curl -s http://%s/metrics\n' "$HTTP"
  printf '  your own domains:  docs/configuration.md, then %s serve -c waybill.toml\n' "$WAYBILL"
}

mkdir -p "$DATA"
need_ports
say 'Starting'
start_name_server
start_dustbins
if [[ $roles == serve ]]; then start_serve; else start_roles_apart; fi
printf "  bridgehead smtp://%s, Ann's own server smtp://%s\n" "$HOP" "$HOME_SERVER"
printf '  history   http://%s\n' "$HTTP"
say 'Four messages from ann@origin.test, and what she was told'
send buzz@example.test 250
send nobody@example.test 550
send closed@example.test 550
send lost@example.test 250
say 'The last one was taken, so Ann believes it arrived. A second later the bridgehead bounces it'
show_what_came_home
show_history
[[ $roles == serve ]] || show_kafka
if [[ $once == yes ]]; then
  say 'That is all. Without --once it stays up, and shows what to try next.'
  exit 0
fi
show_what_to_try
trap 'exit 0' HUP INT TERM
say 'It stays up. Ctrl-C ends it.'
wait
