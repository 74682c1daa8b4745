"""Certificates: an authority of a test, and what it issues, made by openssl on the spot."""

import hashlib
import ssl
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def tlsa(usage, path):
    """The data of a TLSA record of the key of the first certificate in the file: SPKI, SHA-256."""
    key = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-pubkey"], check=True,
                         capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True,
                         capture_output=True).stdout
    return f"{usage} 1 1 {hashlib.sha256(der).hexdigest()}"


# Of OpenSSL's words for a new key.
_KEYS = {"ECDSA": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "RSA": ("rsa:2048",)}


def client_context(authority=None):
    """Of a client that trusts the authority alone; None: it looks at no certificate."""
    context = ssl.create_default_context(cafile=authority and str(authority.file))
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Authority:
    def __init__(self, directory, name="authority"):
        self._directory = directory
        self.file = directory / f"{name}.pem"
        self._key = directory / f"{name}.key"
        # What a strict client asks of an authority (RFC 5280 4.2.1.3).
        _openssl("req", "-x509", "-newkey", *_KEYS["ECDSA"], "-nodes", "-keyout", self._key,
                 "-out", self.file, "-subj", f"/CN={name}", "-days", 2,
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, host, *, under=None, key_for="ECDSA"):
        """The files of a certificate for `host` and its key; `under` names them, and the key is
        for signatures by `key_for`."""
        stem = self._directory / (under or host)
        chain, key = stem.with_suffix(".chain"), stem.with_suffix(".key")
        request, extensions = stem.with_suffix(".csr"), stem.with_suffix(".ext")
        # The identifiers are what a strict client finds the authority by (RFC 5280 4.2.1.1).
        extensions.write_text(f"subjectAltName=DNS:{host}\nsubjectKeyIdentifier=hash\n"
                              "authorityKeyIdentifier=keyid\n")
        _openssl("req", "-newkey", *_KEYS[key_for], "-nodes", "-keyout", key, "-out", request,
                 "-subj", f"/CN={host}")
        _openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key,
                 "-CAcreateserial", "-out", chain, "-extfile", extensions, "-days", 2)
        for path in (chain, key):
            path.chmod(0o644)  # servers give up root before they read them
        return chain, key
