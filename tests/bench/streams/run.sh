#!/usr/bin/env bash
# Kafka Streams, keeping the timeline and the counters of a topic of events, beside which our own
# projector is measured. Arguments: BOOTSTRAP TOPIC [--cache-timeline] [SETTING=VALUE...]; what it
# reads and the line that it prints are described in StreamsBench.java. It is built in
# build/streams, from jars fetched once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

readonly SOURCES=tests/bench/streams OUT=build/streams
readonly POM=$SOURCES/pom.xml
readonly JARS=$OUT/jars CLASSES=$OUT/classes

fetch() {
  # Beside the jars lies the pom that they are of.
  ! cmp -s "$POM" "$JARS/pom.xml" || return 0
  rm -rf "$JARS" "$JARS.part"
  if ! mvn -q -B -Dstyle.color=never -f "$POM" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$PWD/$JARS.part" >&2; then
    printf 'streams: Maven could not fetch what %s names; is its repository in reach?\n' \
      "$POM" >&2
    return 1
  fi
  cp "$POM" "$JARS.part/" && mv "$JARS.part" "$JARS"
}

build() {
  [[ -z $(find "$SOURCES" schemas/event.proto "$JARS/pom.xml" -newer "$CLASSES/built" 2>&1) ]] &&
    return 0
  rm -rf "$CLASSES" "$OUT/generated"
  mkdir -p "$CLASSES" "$OUT/generated"
  protoc --java_out="$OUT/generated" schemas/event.proto
  find "$OUT/generated" "$SOURCES" -name '*.java' -print0 |
    xargs -0 javac -nowarn -cp "$JARS/*" -d "$CLASSES"
  touch "$CLASSES/built"
}

fetch
build
exec java -Xmx1g -XX:+UseParallelGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
  -cp "$CLASSES:$JARS/*" waybill.bench.StreamsBench "$@"
