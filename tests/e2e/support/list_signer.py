"""ListSigner: what a mailing list puts in front of a post that it sends to its members: a DKIM
signature of its own (RFC 6376) and the first set of ARC (RFC 8617); and whether both still hold."""

import base64
import hashlib
import re
import subprocess

_FIELDS = ("from", "to", "subject", "date", "message-id", "list-id", "list-post",
           "list-unsubscribe", "list-unsubscribe-post", "precedence", "mime-version",
           "content-type")


class ListSigner:
    """An RSA key made for one test. Needs dkimpy (support/dkimpy.py)."""

    def __init__(self, directory, domain):
        self._domain = domain
        self._key = directory / f"{domain}.list.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", self._key, "2048"],
                       check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", self._key, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        self._record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def signed(self, octets):
        """`octets`: each field of the list once; a body without white space to be folded."""
        import dkim
        present = [name.encode() for name in _FIELDS if _value(octets, name) is not None]
        signature = dkim.sign(octets, b"k1", self._domain.encode(), self._key.read_bytes(),
                              canonicalize=(b"relaxed", b"relaxed"), include_headers=present)
        return self._arc_set(octets, present) + signature + octets

    def verdicts(self, octets):
        """Whether the list's DKIM signature holds, and the word for its chain of ARC. The topmost
        signature may be of another domain."""
        import dkim

        def key(name, timeout=5):
            own = name.rstrip(b".") == f"k1._domainkey.{self._domain}".encode()
            return self._record if own else None
        header = octets.split(b"\r\n\r\n", 1)[0]
        domains = re.findall(rb"(?ims)^dkim-signature:.*?\bd=([^;]*);", header)
        index = domains.index(self._domain.encode())
        chain, _, _ = dkim.arc_verify(octets, dnsfunc=key)
        return dkim.DKIM(octets).verify(index, dnsfunc=key), chain.decode()

    def _arc_set(self, octets, present):
        results = f"i=1; {self._domain};\r\n\tdkim=pass header.d=s.test; arc=none"
        body = octets.split(b"\r\n\r\n", 1)[1]
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        tags = f"a=rsa-sha256; d={self._domain}; s=k1; t=1772366400;"
        mail = (f"i=1; c=relaxed/relaxed; {tags}\r\n\th="
                + ":".join(name.decode() for name in present) + f";\r\n\tbh={digest};\r\n\tb=")
        mail += self._sign([_relaxed(name.decode(), _value(octets, name.decode()))
                            for name in present]
                           + [_relaxed("ARC-Message-Signature", mail).rstrip()])
        seal = f"i=1; cv=none; {tags}\r\n\tb="
        seal += self._sign([_relaxed("ARC-Authentication-Results", results),
                            _relaxed("ARC-Message-Signature", mail),
                            _relaxed("ARC-Seal", seal).rstrip()])
        return (f"ARC-Seal: {seal}\r\nARC-Message-Signature: {mail}\r\n"
                f"ARC-Authentication-Results: {results}\r\n").encode()

    def _sign(self, lines):
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self._key],
                              input=b"".join(lines), check=True, capture_output=True)
        return base64.b64encode(done.stdout).decode()


def _value(octets, name):
    header = octets.split(b"\r\n\r\n", 1)[0] + b"\r\n"
    found = re.search(rb"(?ims)^" + name.encode() + rb":(.*?)\r\n(?![ \t])", header)
    return found.group(1).decode() if found else None


def _relaxed(name, value):
    """RFC 6376 3.4.2."""
    return f"{name.lower()}:{' '.join(value.split())}\r\n".encode()
