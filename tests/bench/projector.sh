#!/usr/bin/env bash
# The projector alone: events a second into a fresh store, and a page of history among few and among
# many events. Arguments: EVENTS [BATCH [DIRECTORY]]; 2000000 4000.
set -euo pipefail
cmake --build build/release --target projector_bench >/dev/null
exec build/release/tests/projector_bench "$@"
