"""An event of the log as far as tests look into its octets: the envelope, without the program's
own reader."""

import hashlib
from typing import NamedTuple


class Envelope(NamedTuple):
    event_id: bytes
    node: str
    node_seq: int
    alias: str
    journal: int


def _varint(octets, at):
    value = shift = 0
    while True:
        octet = octets[at]
        value |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not octet & 0x80:
            return value, at


def _fields(octets):
    """(number, value) of each field of one message; of one that comes twice the last counts."""
    at = 0
    while at < len(octets):
        tag, at = _varint(octets, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(octets, at)
        elif kind == 1:
            value, at = int.from_bytes(octets[at:at + 8], "little"), at + 8
        elif kind == 2:
            size, at = _varint(octets, at)
            value, at = octets[at:at + size], at + size
        elif kind == 5:
            value, at = int.from_bytes(octets[at:at + 4], "little"), at + 4
        else:
            raise ValueError(f"wire type {kind}")
        yield tag >> 3, value


def _id_of(occurred_at, salt):
    """What docs/events.md says of an id that is left out."""
    octets = bytearray(hashlib.sha256(salt).digest()[:16])
    octets[:6] = (occurred_at // 1_000_000).to_bytes(6, "big")
    octets[6] = 0x70 | octets[6] & 0x0F
    octets[8] = 0x80 | octets[8] & 0x3F
    return bytes(octets)


def envelope(octets):
    fields = dict(_fields(octets))
    left_out = fields.get(16, 0)
    event_id = _id_of(fields[2], fields[3]) if left_out & 1 << 17 else fields.get(1, b"")
    return Envelope(event_id, fields.get(4, b"").decode(), fields.get(5, 0),
                    fields.get(10, b"").decode(), fields.get(15, 0))
