#!/usr/bin/env bash
# Runs walk.mjs and its kin in a browser; what drives it is kept in the build directory and
# fetched when the lockfile changed.
#
# Usage: run.sh MODULES [OPTION-OF-NODE-TEST...]
set -euo pipefail
readonly HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly MODULES=$1
shift

# The copy of the lockfile is the last thing that is written: it says that all of it is there.
if ! cmp -s "$HERE/package-lock.json" "$MODULES/installed.json"; then
  rm -rf "$MODULES"
  mkdir -p "$MODULES"
  cp "$HERE/package.json" "$HERE/package-lock.json" "$MODULES/"
  (cd "$MODULES" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$HERE/package-lock.json" "$MODULES/installed.json"
fi
# Modules are looked for from where a program lies upwards.
cp "$HERE"/*.mjs "$MODULES/"
exec node --test --test-reporter=spec --test-concurrency=1 "$@" \
  "$MODULES/walk.mjs" "$MODULES/walk_exports.mjs" \
  "$MODULES/walk_sign_in.mjs" "$MODULES/walk_certified.mjs"
