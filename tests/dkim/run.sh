#!/usr/bin/env bash
# Runs differential.py; dkimpy and mailauth are kept in the build directory and fetched when what
# names them has changed.
#
# Usage: run.sh DIRECTORY PROGRAM [--all]
# Exits with 77, which ctest takes for "skipped", where there is no node, no npm or no pip.
set -euo pipefail
readonly HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly KEPT=$1 PROGRAM=$2
readonly SKIPPED=77
readonly FOREIGN=$HERE/../../../shared/cases/mime
shift 2

for program in node npm openssl; do
  if ! command -v "$program" >/dev/null; then
    printf 'skipped: %s is not installed (packages.txt)\n' "$program"
    exit "$SKIPPED"
  fi
done
if ! python3 -m pip --version >/dev/null 2>&1; then
  printf 'skipped: python3-pip is not installed (packages.txt)\n'
  exit "$SKIPPED"
fi

# The copy of the names is the last thing that is written: it says that all of it is there.
names() { cat "$HERE/package-lock.json" "$HERE/requirements.txt"; }
if ! names | cmp -s - "$KEPT/installed"; then
  rm -rf "$KEPT"
  mkdir -p "$KEPT"
  cp "$HERE/package.json" "$HERE/package-lock.json" "$KEPT/"
  (cd "$KEPT" && npm ci --ignore-scripts --no-audit --no-fund)
  python3 -m pip install -q --require-hashes --no-warn-script-location --root-user-action=ignore \
    -r "$HERE/requirements.txt" --target "$KEPT/python"
  names >"$KEPT/installed"
fi
foreign=()
if [[ -d $FOREIGN ]]; then
  foreign=("$FOREIGN")
else
  printf 'no foreign messages at %s\n' "$FOREIGN"
fi
export PYTHONPATH=$KEPT/python
exec python3 -B "$HERE/differential.py" "$PROGRAM" "$KEPT" "${foreign[@]}" "$@"
