#!/usr/bin/env bash
# How fast events become records of a SIEM's format.      ./dev bench mapping [EVENTS [FORMAT]]
set -euo pipefail
cmake --build build/release --target mapping_bench >&2
exec build/release/tests/mapping_bench "$@"
