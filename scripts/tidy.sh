# Sourced by ../dev: clang-tidy over the units of the program, each alone, as clang compiles them:
# with precompiled headers, which a clang-tidy of the same version reads. The questions and their
# reasons stand in ../.clang-tidy.

# A unit costs some 3 s of a processor, nearly all of it for headers of others. So a change is asked
# about its own units, at most so many, and the whole is for the night.
readonly TIDY_UNITS=30

# program_units: every unit that ends up in the program.
program_units() {
  local folder folders=(app control http ingest projector query relay runtime schemas stream tools)
  git ls-files --cached --others --exclude-standard "${folders[@]/%//*.cc}" |
    grep -v '_test\.cc$' | while IFS= read -r folder; do
      [[ ! -f $folder ]] || printf '%s\n' "$folder"
    done
}

# units_of FILE...: a unit is its own; a header is seen in the unit of its name, or else in the
# first that includes it; one that headers alone include waits for the whole. Tests have none.
units_of() {
  local file units
  units=$(program_units)
  for file in "$@"; do
    if [[ $file == *.h && ! -f ${file%.h}.cc ]]; then
      file=$(xargs grep -l "^#include \"$file\"" <<<"$units" | head -n 1) || true
    fi
    grep -Fx -- "${file%.*}.cc" <<<"$units" || true
  done | sort -u
}

# changed_files: what differs from where this branch left origin/main; on main itself, or without
# one, from the commit before.
changed_files() {
  local base head
  head=$(git rev-parse --verify --quiet HEAD) || return 0
  base=$(git merge-base origin/main HEAD 2>/dev/null) || base=$head
  [[ $base != "$head" ]] || base=$(git rev-parse --verify --quiet HEAD~1) || return 0
  git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
  git ls-files --others --exclude-standard -- '*.cc' '*.h'
}

# tidy_units: those whose names it reads; any finding fails it. Their precompiled headers are there.
tidy_units() {
  local tidy
  tidy=$(of_release clang-tidy) || return
  # It counts what it found in headers of others and does not show.
  xargs -r -n 1 -P "$JOBS" "$tidy" --quiet -p "$TIDY" 2>&1 |
    sed '/^[0-9]* warnings\{0,1\} generated\.$/d'
}

# tidy_changes: the units of what changed.
tidy_changes() {
  local units=() changed=()
  mapfile -t changed < <(changed_files)
  mapfile -t units < <(units_of "${changed[@]}")
  if ((${#units[@]} > TIDY_UNITS)); then
    printf 'dev: %d units differ; clang-tidy is asked about %d, and by ./dev tidy about all\n' \
      "${#units[@]}" "$TIDY_UNITS"
    units=("${units[@]:0:TIDY_UNITS}")
  fi
  if ((${#units[@]} == 0)); then
    printf 'dev: no unit of the program differs: clang-tidy is asked nothing\n'
    return 0
  fi
  printf 'clang-tidy: %s\n' "${units[@]}"
  printf '%s\n' "${units[@]}" | tidy_units
}

# build_tidy: what it reads beside the sources.
build_tidy() {
  configure_clang "$TIDY" address -DWAYBILL_UNITY=0 &&
    compile "$TIDY" waybill_pch waybill_fuzzed_pch
}

tidy_of_changes() {
  build_tidy && tidy_changes
}

task_tidy() {
  ensure_packages "${TEST_SECTIONS[@]}"
  build_tidy
  if (($# > 0)); then units_of "$@"; else program_units; fi | tidy_units
}
