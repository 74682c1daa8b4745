"""Who mail goes to, and what becomes of it at the next hop: known to load, sink and configuration
alike."""

from typing import NamedTuple

DOMAIN = "x.test"
SENDER = "s@s.test"
# The next hop is an address literal, so no name server is asked where mail goes.
HOP = "[127.0.0.1]"


class Mailbox(NamedTuple):
    """`share`: how often the load writes to it. `targets`: local parts at the next hop."""
    alias: str
    share: int
    targets: tuple
    body: str = "250"      # the next hop's reply to the body; "" hangs up
    rcpt: str = ""         # the same at RCPT, where it does not take the recipient
    seconds: float = 0     # before the reply to the body
    cut: bool = False      # hangs up in the middle of the body
    bounces: bool = False  # a report comes later
    octets: int = 0        # of the body, at least


ALL = (
    Mailbox("yes", 60, ("yes",)),
    Mailbox("both", 5, ("left", "right")),
    Mailbox("no", 8, ("no",), body="554"),
    Mailbox("later", 4, ("later",), body="451"),
    Mailbox("slow", 3, ("slow",), seconds=0.3),
    # Behind limits.memory_per_message and a piece of 256 KiB it goes by a spool file.
    Mailbox("large", 2, ("large",), octets=600_000),
    Mailbox("back", 6, ("back",), bounces=True),
    Mailbox("mute", 1, ("mute",), body=""),
    Mailbox("torn", 1, ("torn",), cut=True),
    Mailbox("shut", 2, ("shut",), rcpt="550 5.2.1 Shut"),
)
BY_ALIAS = {f"{box.alias}@{DOMAIN}": box for box in ALL}
BY_TARGET = {f"{target}@{HOP}": box for box in ALL for target in box.targets}
# How often a recipient is one that nobody knows.
UNKNOWN_SHARE = 8
UNKNOWN = f"nobody@{DOMAIN}"
# For the harness's own mail, which asks whether all is well.
PROBE = f"yes@{DOMAIN}"


def aliases():
    return {box.alias: [f"{target}@{HOP}" for target in box.targets] for box in ALL}
