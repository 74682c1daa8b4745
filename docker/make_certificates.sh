#!/bin/bash
# make_certificates.sh SECRET AUTHORITY NODES NAME...
#
# What nodes need to trust each other, in NODES/NAME/ for each: the shared secret, the authority's
# certificate (ca.pem), and a certificate with its key for the host NAME. The authority is in the
# directory AUTHORITY, whose key nobody else needs. Runs at every start: what is there and good for
# another month stays.
set -euo pipefail
umask 077
readonly OWNER=10001 # of the image's user
readonly AUTHORITY_DAYS=3650 NODE_DAYS=365 RENEW_SECONDS=$((30 * 86400))
secret=$1 authority=$2 nodes=$3
shift 3

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

mkdir -p "$authority"
if [[ ! -e $authority/ca.pem ]]; then
  new_key "$authority/ca.key"
  openssl req -x509 -new -key "$authority/ca.key" -days "$AUTHORITY_DAYS" \
    -subj '/CN=Waybill nodes' \
    -addext keyUsage=critical,keyCertSign,cRLSign -out "$authority/ca.pem"
fi

for name in "$@"; do
  place=$nodes/$name
  mkdir -p "$place"
  install -m 0600 "$secret" "$place/secret"
  install -m 0644 "$authority/ca.pem" "$place/ca.pem"
  if ! openssl x509 -in "$place/certificate.pem" -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1
  then
    new_key "$place/key.pem"
    openssl req -new -key "$place/key.pem" -subj "/CN=$name" |
      openssl x509 -req -CA "$authority/ca.pem" -CAkey "$authority/ca.key" -CAcreateserial \
        -days "$NODE_DAYS" -out "$place/certificate.pem" \
        -extfile <(printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$name")
    printf 'certificate of %s: made anew; a node that runs reads it at its next start\n' "$name"
  fi
  # Only root can give files away; where somebody else tries things out they stay his.
  if ((EUID == 0)); then chown -R "$OWNER:$OWNER" "$place"; fi
done
