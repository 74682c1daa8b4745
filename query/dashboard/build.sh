#!/usr/bin/env bash
# Makes the dashboard's files from source/: index.html, app.css and app.js, minified. They are in
# the repository (dist/), so that the program is built without node; a test makes them anew and
# compares. What they are made of and by is in package-lock.json, each with its SHA-512.
#
# Usage: query/dashboard/build.sh [--check | --test | OUT]
#   --check  check the types, and make nothing
#   --test   run the tests of single files, source/*_test.ts
#   OUT      where the files go; default: query/dashboard/dist
# Exits with 77, which ctest takes for "skipped", where there is no node or no npm.
set -euo pipefail
readonly HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly MODULES=$HERE/../../build/dashboard
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
# Modules are looked for from where a source lies upwards.
rm -rf "$MODULES/source"
cp -r "$HERE/source" "$MODULES/source"

if [[ ${1:-} == --check ]]; then
  exec "$MODULES/node_modules/.bin/tsc" --project "$MODULES/source"
fi
readonly ESBUILD=$MODULES/node_modules/esbuild/bin/esbuild
readonly OF_PREACT=(--jsx=automatic --jsx-import-source=preact --log-level=warning)
cd "$MODULES"
if [[ ${1:-} == --test ]]; then
  rm -rf tests
  "$ESBUILD" source/*_test.ts --bundle --platform=node --format=esm --out-extension:.js=.mjs \
    "${OF_PREACT[@]}" --outdir=tests
  exec node --test tests
fi
readonly OUT=${1:-$HERE/dist}
mkdir -p "$OUT"
"$ESBUILD" source/main.tsx --bundle --minify --format=iife --target=es2022 --charset=ascii \
  --legal-comments=none "${OF_PREACT[@]}" \
  --outfile="$OUT/app.js"
"$ESBUILD" source/app.css --bundle --minify --target=es2022 --log-level=warning \
  --outfile="$OUT/app.css"
cp source/index.html "$OUT/index.html"
# The licences of what is in app.js ask to be named.
{
  printf '/*! preact, MIT (c) 2015-present Jason Miller; '
  printf 'uPlot, MIT (c) 2022 Leon Sorokin; Waybill, Apache-2.0 */\n'
  cat "$OUT/app.js"
} >"$OUT/app.js.named"
mv "$OUT/app.js.named" "$OUT/app.js"
