"""Programs that sign a mail at its author's desk, and say at its reader's whether that holds:
OpenSSL for S/MIME (RFC 8551), GnuPG for PGP/MIME (RFC 3156)."""

import re
import subprocess

_FIELDS = """\
From: Ann <{author}>
To: a@x.test
Subject: signed by {name}
Date: Sun, 01 Mar 2026 12:00:00 +0000
Message-ID: <{name}@s.test>
"""
# What servers on the way like to change: trailing blanks, dots, "From " and a long line.
_PART = """\
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: 8bit

Grüße an alle, 
From here on it is 
.
..hidden
-- 
""" + "x" * 900 + "\n\n\n"


def _crlf(text):
    return text.replace("\n", "\r\n").encode()


class SmimeSigner:
    name = "smime"

    def __init__(self, directory, author):
        self._author = author
        self._key, self._certificate = directory / "smime.key", directory / "smime.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             f"/CN=Ann/emailAddress={author}", "-keyout", self._key, "-out", self._certificate],
            check=True, capture_output=True)

    def signed(self):
        done = subprocess.run(
            ["openssl", "cms", "-sign", "-signer", self._certificate, "-inkey", self._key],
            input=_crlf(_PART), check=True, capture_output=True)
        mail = re.sub(rb"\r?\n", b"\r\n", done.stdout)
        return _crlf(_FIELDS.format(author=self._author, name=self.name)) + mail

    def holds(self, octets):
        done = subprocess.run(["openssl", "cms", "-verify", "-CAfile", self._certificate],
                              input=octets, check=False, capture_output=True)
        return done.returncode == 0


class PgpSigner:
    """Its agent ends with stop()."""
    name = "pgp"

    def __init__(self, directory, author):
        self._author = author
        self._home = directory
        self._home.chmod(0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", author, "ed25519", "sign", "1d")

    def start(self):
        """A peer's part: the key is there already."""

    def stop(self):
        subprocess.run(["gpgconf", "--homedir", self._home, "--kill", "all"], check=False,
                       capture_output=True)

    def _gpg(self, *arguments, octets=b""):
        return subprocess.run(["gpg", "--homedir", self._home, "--batch", "--quiet", *arguments],
                              input=octets, check=True, capture_output=True).stdout

    def signed(self):
        # RFC 3156 5: the line end before the boundary is no part of what is signed.
        part = _crlf(_PART)[:-2]
        signature = self._gpg("--armor", "--textmode", "--detach-sign", octets=part)
        header = _FIELDS.format(author=self._author, name=self.name) + (
            "MIME-Version: 1.0\nContent-Type: multipart/signed; micalg=pgp-sha512;\n"
            ' protocol="application/pgp-signature"; boundary="=_edge"\n\n')
        return (_crlf(header) + b"--=_edge\r\n" + part + b"\r\n--=_edge\r\n"
                b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
                + re.sub(rb"\r?\n", b"\r\n", signature) + b"--=_edge--\r\n")

    def holds(self, octets):
        _, part, signature, _ = re.split(rb"(?:^|\r\n)--=_edge(?:--)?\r\n", octets)
        kept = self._home / "signature.asc"
        kept.write_bytes(signature.split(b"\r\n\r\n", 1)[1])
        done = subprocess.run(["gpg", "--homedir", self._home, "--batch", "--verify", kept, "-"],
                              input=part, check=False, capture_output=True)
        return done.returncode == 0
