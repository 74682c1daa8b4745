# Sourced by ../dev: what packages.txt names is installed, or unpacked where it is a server.

# entries SECTION...: their lines.
entries() {
  awk -v wanted=" $* " '
    /^\[/ { gsub(/[][]/, ""); on = index(wanted, " " $0 " "); next }
    on && !/^#/ && NF' packages.txt
}

# missing_entries SECTION...: the lines of which no alternative is installed and no command there.
missing_entries() {
  local -A installed=()
  local name entry command
  while read -r name; do installed[$name]=yes; done < <(
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  while IFS= read -r entry; do
    if [[ $entry == *'# for '* ]]; then
      command=${entry##*'# for '}
      entry=${entry%%#*}
      ! command -v "$command" >/dev/null || continue
    fi
    for name in ${entry//|/ }; do
      [[ -z ${installed[$name]:-} ]] || continue 2
    done
    printf '%s\n' "$entry"
  done < <(entries "$@")
}

# first_known ALTERNATIVE...: that which this release has.
first_known() {
  local name
  for name in "$@"; do
    # A name that other packages merely mention is no error to apt-cache, which then prints nothing.
    if [[ -n $(apt-cache show "$name" 2>/dev/null) ]]; then
      printf '%s\n' "$name"
      return
    fi
  done
  printf 'dev: this release of Debian has none of: %s\n' "$*" >&2
  return 1
}

as_root() {
  if ((EUID == 0)); then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    die "neither root nor sudo: run \`$*\` as root"
  fi
}

update_lists() {
  as_root apt-get -q -o Acquire::Retries=3 update ||
    die 'apt-get update failed: is a Debian mirror in reach?'
}

# ensure_packages SECTION...
ensure_packages() {
  if ! command -v dpkg-query >/dev/null; then
    printf 'dev: no dpkg here; packages.txt says what must be installed (of Debian 12 or 13)\n' >&2
    return
  fi
  local entries=() names=() entry
  mapfile -t entries < <(missing_entries "$@")
  ((${#entries[@]} > 0)) || return 0
  update_lists
  for entry in "${entries[@]}"; do
    # shellcheck disable=SC2086  # a list of words
    names+=("$(first_known ${entry//|/ })") || die 'packages.txt and this release differ'
  done
  printf 'dev: installing %s\n' "${names[*]}"
  as_root apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "${names[@]}" ||
    die "apt-get could not install all of: ${names[*]}"
}

# servers_here: those of packages.txt, by the names that this release has for them.
servers_here() {
  local entry
  while IFS= read -r entry; do
    if [[ $entry == *'|'* ]]; then
      # shellcheck disable=SC2086  # a list of words
      first_known ${entry//|/ } || return 1
    else
      printf '%s\n' "$entry"
    fi
  done < <(entries servers) | sort -u
}

# ensure_servers [PACKAGE...]: in build/peers; without names, all of them.
ensure_servers() {
  local names=("$@")
  ((${#names[@]} > 0)) ||
    mapfile -t names < <(servers_here || { update_lists >&2 && servers_here; })
  # Once more with fresh lists: a mirror drops what a later version has replaced.
  python3 -B scripts/unpack.py "${names[@]}" 2>/dev/null ||
    { (update_lists) && python3 -B scripts/unpack.py "${names[@]}"; }
}
