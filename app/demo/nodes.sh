# Sourced by run.sh: Waybill's own processes, either `waybill serve` alone or, on a Kafka broker, a
# relay and a projector.

# configure FILE NODE HTTP: the configuration of one process.
configure() {
  cat >"$1" <<TOML
# Written by the demonstration. docs/configuration.md explains every key.
[server]
host_name = "mx.example.test"
node = "$2"
data_dir = "$DATA"
listen = ["$SMTP"]
log_level = "warn"
next_hop_port = ${HOME_SERVER##*:}   # where the sender's own server is; 25 in the world outside

[dns]
servers = "$DNS"

[http]
listen = "$3"

[domains."example.test".aliases]
buzz = "buzz@[${HOP%:*}]:${HOP##*:}"      # the next hop takes this one
closed = "gone@[${HOP%:*}]:${HOP##*:}"     # refuses this one
lost = "hidden@[${HOP%:*}]:${HOP##*:}"     # and takes this one only to bounce it later
TOML
  [[ $roles == apart ]] || return 0
  cat >>"$1" <<TOML

[kafka]
bootstrap = ["$KAFKA"]
partitions = 4
replication = 1              # one broker; 3 where anything depends on it

[cluster]
secret_file = "$DATA/secret"
TOML
  [[ $2 == relay ]] || printf 'listen = "%s"\n' "$PEERS" >>"$1"
}

start_serve() {
  configure "$DATA/waybill.toml" mx "$HTTP"
  start "$WAYBILL" serve --config "$DATA/waybill.toml"
  await 30 "waybill serve on $HTTP" ready "$HTTP"
  printf '  relay     smtp://%s   log and views in %s\n' "$SMTP" "$DATA"
}

create_topics() { "$WAYBILL" topics create --config "$DATA/relay.toml" >"$DATA/topics" 2>&1; }

start_roles_apart() {
  [[ -e $DATA/secret ]] || (umask 077 && openssl rand -hex 32 >"$DATA/secret")
  configure "$DATA/relay.toml" relay "$RELAY_HTTP"
  configure "$DATA/projector.toml" projector "$HTTP"
  printf '  a Kafka broker, which takes some seconds\n'
  start app/demo/kafka.sh "$(realpath "$DATA")/broker" "${KAFKA##*:}"
  await 90 "the topics on $KAFKA" create_topics
  sed 's/^/  /' "$DATA/topics"
  start "$WAYBILL" projector --config "$DATA/projector.toml"
  await 60 "waybill projector on $HTTP" ready "$HTTP"
  start "$WAYBILL" relay --config "$DATA/relay.toml"
  await 60 "waybill relay on $RELAY_HTTP" ready "$RELAY_HTTP"
  printf '  broker    %s   relay smtp://%s   journal, log and views in %s\n' \
    "$KAFKA" "$SMTP" "$DATA"
}
