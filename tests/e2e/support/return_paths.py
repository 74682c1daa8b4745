"""Return paths as the holder of the key file can make them, and reports to send to them."""

import base64
import hashlib
import hmac
import os
import re
import uuid
from typing import NamedTuple

_VERSION = 1


class ReturnPathKey(NamedTuple):
    id: int
    secret: bytes


def keys_of(waybill):
    """Newest first."""
    lines = (waybill.data / "return_path.keys").read_text().splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return [ReturnPathKey(int(number), bytes.fromhex(secret)) for number, secret in pairs]


def return_path(key, domain, delivery_id, partition=0):
    """relay/returnpath/token.h says what is in it."""
    facts = (bytes([_VERSION << 5 | key.id]) + partition.to_bytes(2, "big")
             + uuid.UUID(delivery_id).bytes)
    mac = hmac.new(key.secret, facts + domain.encode(), hashlib.sha256).digest()[:10]
    letters = base64.b32encode(facts + mac).decode().lower().rstrip("=")
    return f"b.{letters}@{domain}"


def key_id_of(address):
    first = base64.b32decode(address[2:10].upper())[0]
    return first & 31


def delivery_of(address):
    """The delivery that a return path belongs to; None for any other address."""
    found = re.fullmatch(r"b\.([a-z2-7]{47})@.*", address, re.IGNORECASE)
    if not found:
        return None
    facts = base64.b32decode(found.group(1).upper() + "=")
    return str(uuid.UUID(bytes=facts[3:19]))


def delivery_begun(seconds_since_1970):
    """The id of a delivery that began then (RFC 9562 5.7)."""
    octets = bytearray(int(seconds_since_1970 * 1000).to_bytes(6, "big") + os.urandom(10))
    octets[6] = 0x70 | octets[6] & 0x0F
    octets[8] = 0x80 | octets[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(octets)))


_REPORT = """\
From: MAILER-DAEMON@{host}
To: {to}
Subject: Undelivered Mail
Date: Sun, 01 Mar 2026 12:01:00 +0000
Message-ID: <{identity}@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

No mailbox for {recipient}: {words}

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} {words}

--edge--
"""


def report(to, recipient, *, host, words="No such mailbox", status="5.1.1", action="failed",
           identity="report"):
    """RFC 3464, as a bridgehead at `host` writes it; octets."""
    text = _REPORT.format(to=to, recipient=recipient, host=host, words=words, status=status,
                          action=action, identity=identity)
    return text.replace("\n", "\r\n").encode()
