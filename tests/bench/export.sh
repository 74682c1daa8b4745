#!/usr/bin/env bash
# How fast an export is written.      ./dev bench export [EVENTS]
set -euo pipefail
cmake --build build/release --target export_bench >&2
exec build/release/tests/export_bench "$@"
