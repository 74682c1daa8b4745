#!/bin/bash
# The secrets of docker/compose.yaml, in docker/secrets or the directory that is named; one that is
# there already stays.
#
#   cluster_secret   shown by nodes to each other
#   htpasswd         who may ask for history: nginx's file, one user, "operator"
#   grafana_admin    the password of Grafana's "admin"
set -euo pipefail
umask 022
directory=${1:-$(dirname "${BASH_SOURCE[0]}")/secrets}
mkdir -p "$directory"
# Containers read the files as users of their own; on this machine the directory keeps others out.
chmod 700 "$directory"
cd "$directory"

[[ -e cluster_secret ]] || openssl rand -hex 32 >cluster_secret
[[ -e grafana_admin ]] || openssl rand -hex 16 >grafana_admin
if [[ ! -e htpasswd ]]; then
  password=$(openssl rand -hex 16)
  printf 'operator:%s\n' "$(openssl passwd -6 -stdin <<<"$password")" >htpasswd
  printf 'history is for "operator" with the password %s, shown this once\n' "$password"
fi
