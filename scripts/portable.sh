# Sourced by ../dev: the tree in a root directory of another Debian release, as a fresh machine of
# that release would have it.

# make_root RELEASE DIRECTORY: a minimal system, once.
make_root() {
  [[ ! -f $2/etc/debian_version || -d $2/debootstrap ]] || return 0
  printf 'dev: making a root of Debian %s in %s\n' "$1" "$2"
  # Cut off half-way, it is begun anew.
  rm -rf --one-file-system "$2"
  mkdir -p "$2"
  debootstrap --variant=minbase --include=ca-certificates "$1" "$2" >"$2.log" 2>&1 ||
    die "debootstrap failed: $2.log"
  # Authorities that this machine trusts beyond Debian's, as behind a proxy that reads along.
  local authorities=usr/local/share/ca-certificates
  cp "/$authorities"/*.crt "$2/$authorities/" 2>/dev/null || true
  chroot "$2" update-ca-certificates >>"$2.log" 2>&1
}

# copy_tree DIRECTORY: what git knows or would take, with its times; builds there stay.
copy_tree() {
  mkdir -p "$1"
  # A file that is gone from the tree must not be found by CMake there.
  find "$1" -mindepth 1 -maxdepth 1 ! -name build ! -name .git ! -name .fuzz -exec rm -rf {} +
  git ls-files -z --cached --others --exclude-standard |
    tar --create --null --ignore-failed-read --files-from=- 2>/dev/null |
    tar --extract --directory="$1" --no-same-owner
  # The front door asks git which files there are.
  [[ -d $1/.git ]] || git -C "$1" -c init.defaultBranch=main init -q
}

# in_root DIRECTORY COMMAND...: with mounts that end with the command.
in_root() {
  local root=$1
  shift
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # shellcheck disable=SC2016  # for the inner shell
  unshare --mount --propagation private -- bash -euc '
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      CI="${CI:-}" "$@"
  ' in_root "$root" "$@"
}

# task_portable [RELEASE [TASK...]]: ./dev TASK there, by default all tests.
task_portable() {
  local release=${1:-trixie} root
  shift || true
  root=build/portable/$release
  ((EUID == 0)) || die 'portable: only root can make and enter another root directory'
  ensure_packages lint portable
  make_root "$release" "$root"
  copy_tree "$root/waybill"
  (($# > 0)) || set -- test
  in_root "$root" sh -c 'cd /waybill && exec ./dev "$@"' dev "$@"
}
