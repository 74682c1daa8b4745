"""Signed messages and what may become of them on their way.

The signer is dkimpy. A message is signed in every algorithm and form, then altered; which
alterations a signature survives, nobody says here: the verifiers are asked.
"""

import base64
import os
import re
import subprocess
import time

# dkimpy signs by the system's clock.
NOW = int(time.time())
DOMAIN = "origin.test"
ALGORITHMS = ("rsa-2048", "rsa-1024", "ed25519")
FORMS = tuple((header, body) for header in ("simple", "relaxed") for body in ("simple", "relaxed"))
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"from"]
# Larger ones take dkimpy seconds.
_LARGEST = 60_000  # octets

_HEADER = (b"Received: from a.test\r\n\tby b.test; Fri, 11 Jul 2003 21:01:54 -0700\r\n"
           b"From: Ann <ann@origin.test>\r\nTo: bob@x.test,\r\n  eve@x.test\r\n"
           b"Subject:  a  folded\r\n\tsubject \r\nDate: Fri, 11 Jul 2003 21:00:37 -0700\r\n"
           b"Message-ID: <1@origin.test>\r\n")
BODIES = {
    "text": b"Dear  Bob,\r\n\r\nthe parcel \t has left. \r\n",
    "nothing": b"",
    "an empty line": b"\r\n",
    "empty lines": b"\r\n\r\n\r\n",
    "a space": b" ",
    "lines of space": b" \r\n\t\r\n \t \r\n",
    "empty lines around": b"\r\n\r\na\r\n\r\n\r\nb\r\n\r\n\r\n",
    "space at line ends": b"a \r\nb\t\r\n c\r\n\td \t e\r\n",
    "no last line end": b"a\r\nb",
    "space and no last line end": b"a\r\nb \t",
    "eight bits": "Grüße\r\n".encode() + b"\xff\xfe\x80\r\n",
    "nul": b"a\0b\r\n",
    "long lines": b"x" * 5000 + b"\r\n" + b" " * 5000 + b"y\r\n",
    "dots": b".\r\n..\r\n. \r\n",
    "many lines": b"".join(b"line %d  of many\r\n" % i for i in range(1000)),
}


def _crlf(octets):
    return re.sub(rb"\r\n|\r|\n", b"\r\n", octets)


def own_messages():
    return {f"own: {name}": _HEADER + b"\r\n" + body for name, body in BODIES.items()}


def foreign_messages(folder):
    """Messages of other projects, as SMTP would bring them; none where there are none."""
    out = {}
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.getsize(path) > _LARGEST or name.endswith((".json", ".xml", ".tsv", ".txt")):
                continue
            with open(path, "rb") as file:
                octets = _crlf(file.read())
            # dkimpy signs nothing without From.
            if re.search(rb"(?im)^from[ \t]*:", octets.split(b"\r\n\r\n")[0]):
                out[os.path.relpath(path, folder)] = octets
    return out


class Keys:
    """New key pairs: what dkimpy signs with, and what DNS has."""

    def __init__(self):
        self.private, self.records = {}, {}
        for algorithm in ALGORITHMS:
            if algorithm == "ed25519":
                private = self._openssl("genpkey", "-algorithm", "ed25519")
                seed = self._openssl("pkey", "-outform", "DER", octets=private)[-32:]
                public = self._openssl("pkey", "-pubout", "-outform", "DER", octets=private)[-32:]
                self.private[algorithm] = base64.b64encode(seed)
                kind = "ed25519"
            else:
                # dkimpy reads this form alone.
                private = self._openssl("genrsa", "-traditional", algorithm.split("-")[1])
                public = self._openssl("pkey", "-pubout", "-outform", "DER", octets=private)
                self.private[algorithm] = private
                kind = "rsa"
            self.records[f"{algorithm}._domainkey.{DOMAIN}"] = (
                f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}")

    @staticmethod
    def _openssl(*arguments, octets=b""):
        return subprocess.run(["openssl", *arguments], input=octets, capture_output=True,
                              check=True).stdout

    def sign(self, message, algorithm, form, whole_length):
        """None: dkimpy cannot read the header, as some foreign ones are no header at all."""
        import dkim
        try:
            return self._field(dkim, message, algorithm, form, whole_length) + message
        except (dkim.DKIMException, IndexError):
            return None

    def _field(self, dkim, message, algorithm, form, whole_length):
        return dkim.sign(
            message, algorithm.encode(), DOMAIN.encode(), self.private[algorithm],
            canonicalize=(form[0].encode(), form[1].encode()), include_headers=_SIGNED,
            length=whole_length,
            signature_algorithm=b"ed25519-sha256" if algorithm == "ed25519" else b"rsa-sha256")


def _in_body(change):
    def altered(message):
        header, gap, body = message.partition(b"\r\n\r\n")
        return header + gap + change(body)
    return altered


def _in_signature(change):
    def altered(message):
        end = re.search(rb"\r\n(?![ \t])", message).start()
        return change(message[:end]) + message[end:]
    return altered


def _below_signature(added):
    return lambda message: re.sub(rb"\r\n(?![ \t])", lambda _: b"\r\n" + added, message, count=1)


def _in_field(pattern, change):
    """In the header below the signature."""
    def altered(message):
        end = re.search(rb"\r\n(?![ \t])", message).end()
        header, gap, body = message[end:].partition(b"\r\n\r\n")
        changed = re.sub(pattern, change, header + b"\r\n", count=1)[:-2]
        return message[:end] + changed + gap + body
    return altered


# What becomes of a signed message.
ALTERATIONS = {
    "nothing": lambda message: message,
    "empty lines added": _in_body(lambda body: body + b"\r\n\r\n"),
    "text added": _in_body(lambda body: body + b"P.S.\r\n"),
    "text added in front": _in_body(lambda body: b"P.S.\r\n" + body),
    "body lost": _in_body(lambda body: b""),
    "last octets lost": _in_body(lambda body: body[:-2]),
    "space added at line ends": _in_body(lambda body: body.replace(b"\r\n", b" \t\r\n")),
    "space doubled": _in_body(lambda body: body.replace(b" ", b"  ")),
    "space lost": _in_body(lambda body: body.replace(b" ", b"")),
    "a letter changed": _in_body(lambda body: body.replace(b"a", b"b", 1)),
    "a line of space added": _in_body(lambda body: body + b" \r\n"),
    "an unsigned field on top": lambda message: b"X-Any: thing\r\n" + message,
    "an unsigned field below": _below_signature(b"X-Any: thing\r\n"),
    "a signed name on top": lambda message: b"Subject: other\r\n" + message,
    "a signed name at the end": lambda message: message.replace(
        b"\r\n\r\n", b"\r\nSubject: other\r\n\r\n", 1),
    "a second From on top": lambda message: b"From: eve@other.test\r\n" + message,
    "a subject changed": _in_field(rb"(?im)^(subject[ \t]*:.*?)(\r\n)(?![ \t])", rb"\1!\2"),
    "a name in other letters": _in_field(rb"(?im)^from", b"FROM"),
    "space before a colon": _in_field(rb"(?im)^(to)[ \t]*:", rb"\1 :"),
    "space behind a colon": _in_field(rb"(?im)^(to[ \t]*:)", rb"\1  \t"),
    "a field unfolded": _in_field(rb"\r\n[ \t]+", b" "),
    "a field folded": _in_field(rb"(?im)^(from[ \t]*:)[ \t]", b"\\1\r\n\t"),
    "space at a field's end": _in_field(rb"(?im)^(to[ \t]*:.*?)(\r\n)(?![ \t])", rb"\1 \2"),
    "b= folded": _in_signature(lambda field: field[:-20] + b"\r\n\t " + field[-20:]),
    "b= lost": _in_signature(lambda field: field[:field.rindex(b"b=") + 2]),
    "b= cut": _in_signature(lambda field: field[:-4]),
    "b= changed": _in_signature(lambda field: field[:-9] + b"AAAA" + field[-5:]),
    "bh= changed": _in_signature(lambda field: re.sub(rb"(bh=\s*)....", rb"\1AAAA", field)),
    "a tag added": _in_signature(lambda field: field.replace(b" v=1;", b" v=1; y=1;", 1)),
    "signature refolded": _in_signature(lambda field: re.sub(rb";\s+", b";\r\n   ", field)),
    "another algorithm": _in_signature(lambda field: field.replace(b"-sha256", b"-sha1")),
    "another selector": _in_signature(lambda field: re.sub(rb"s=[^;]*;", b"s=none;", field)),
    "another domain in i=": _in_signature(lambda field: re.sub(rb"i=[^;]*;", b"i=@o.test;", field)),
    "signature twice": _in_signature(lambda field: field + b"\r\n" + field),
}
