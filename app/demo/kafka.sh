#!/usr/bin/env bash
# One Kafka broker on loopback, in KRaft mode, for the demonstration. Arguments: DIRECTORY PORT;
# PORT + 1 is its controller's. Becomes the broker. The jars are those of `./dev ensure-kafka`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly PLACE=$1 PORT=$2
readonly CONTROLLER=$((PORT + 1))
# The cluster's name: 16 octets in base64.
readonly CLUSTER_ID=d2F5YmlsbC1kZW1vLWthZg

jars=(build/kafka/*/kafka_*.jar)
[[ -e ${jars[0]} ]] || {
  printf 'No Kafka in build/kafka: ./dev ensure-kafka fetches it\n' >&2
  exit 3
}
folder=$(dirname "${jars[-1]}")
classes=$(printf '%s:' "$folder"/*.jar)

readonly JAVA=(java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true
  -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "${classes%:}")

mkdir -p "$PLACE"
cat >"$PLACE/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$CONTROLLER
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$PORT,CONTROLLER://127.0.0.1:$CONTROLLER
advertised.listeners=PLAINTEXT://127.0.0.1:$PORT
log.dirs=$PLACE/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.cleaner.dedupe.buffer.size=8388608
END
# It ends with this shell, which may be told to end meanwhile.
setpriv --pdeathsig KILL "${JAVA[@]}" kafka.tools.StorageTool format --ignore-formatted \
  -t "$CLUSTER_ID" -c "$PLACE/server.properties" >/dev/null
exec "${JAVA[@]}" kafka.Kafka "$PLACE/server.properties"
