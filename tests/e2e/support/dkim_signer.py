"""DkimSigner: signs messages for a domain (RFC 6376), with OpenSSL's command."""

import base64
import hashlib
import re
import subprocess

_SELECTOR = "k1"
_FIELDS = ("From", "To", "Subject", "Date", "Message-ID")


class DkimSigner:
    """An RSA key made for one test; its private half is a file in `directory`."""

    def __init__(self, directory, domain):
        self._key = directory / f"{domain}.dkim.pem"
        self._domain = domain
        subprocess.run(["openssl", "genrsa", "-out", self._key, "2048"], check=True,
                       capture_output=True)

    def record(self):
        """The line for the domain's zone."""
        public = subprocess.run(["openssl", "rsa", "-in", self._key, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        text = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
        strings = " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))
        return f"{_SELECTOR}._domainkey IN TXT {strings}"

    def signed(self, message):
        """`message` has each of the usual fields once, and ends with a line of text."""
        header, body = message.split(b"\r\n\r\n", 1)
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        unsigned = (f"v=1; a=rsa-sha256; c=relaxed/simple; d={self._domain}; s={_SELECTOR};\r\n"
                    f"\th={':'.join(_FIELDS)};\r\n\tbh={digest};\r\n\tb=")
        fields = [_relaxed(name, _value(header, name)) for name in _FIELDS]
        fields.append(_relaxed("DKIM-Signature", unsigned.encode()).rstrip(b"\r\n"))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self._key],
                                   input=b"".join(fields), check=True, capture_output=True).stdout
        field = f"DKIM-Signature: {unsigned}{base64.b64encode(signature).decode()}\r\n"
        return field.encode() + message


def _value(header, name):
    return re.search(rb"(?im)^" + name.encode() + rb":(.*)$", header).group(1)


def _relaxed(name, value):
    """RFC 6376 3.4.2."""
    return name.lower().encode() + b":" + re.sub(rb"\s+", b" ", value).strip() + b"\r\n"
