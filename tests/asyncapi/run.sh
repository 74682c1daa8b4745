#!/usr/bin/env bash
# Runs check.mjs; the parser is kept in the build directory and fetched when the lockfile changed.
#
# Usage: run.sh MODULES
# Exits with 77, which ctest takes for "skipped", where there is no node or no npm.
set -euo pipefail
readonly HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly MODULES=$1
readonly SKIPPED=77

for program in node npm; do
  if ! command -v "$program" >/dev/null; then
    printf 'skipped: %s is not installed (packages.txt)\n' "$program"
    exit "$SKIPPED"
  fi
done

# The copy of the lockfile is the last thing that is written: it says that all of it is there.
if ! cmp -s "$HERE/package-lock.json" "$MODULES/installed.json"; then
  rm -rf "$MODULES"
  mkdir -p "$MODULES"
  cp "$HERE/package.json" "$HERE/package-lock.json" "$MODULES/"
  (cd "$MODULES" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$HERE/package-lock.json" "$MODULES/installed.json"
fi
exec node "$HERE/check.mjs" "$HERE/../../schemas" "$MODULES"
