"""ContractCase: a Waybill whose history has what the contract can speak of: mail that was forwarded
and came back, and mail that was refused, put off and dropped."""

import unittest

from support.peers_case import PeersCase
from support.recording_sink import RecordingSink
from support.return_paths import report
from support.smtp_client import message
from support.waybill import Waybill, binary

ALIAS = "a@x.test"
SENDER = "ann@s.test"
TARGET = "u@[127.0.0.1]"
# Events of all of it, the report that came back included.
KINDS = {"accepted": 3, "forwarded": 1, "bounced": 1, "dropped": 2, "rejected": 2, "deferred": 1}
MESSAGE_ID = "<1@s.test>"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ContractCase(PeersCase):
    def setUp(self):
        super().setUp()
        sink = self.start(RecordingSink, at_rcpt={
            "gone@[127.0.0.1]": "550 5.1.1 No such mailbox", "full@[127.0.0.1]": "452 4.2.2 Full"})
        to_sink = "{}@[127.0.0.1]:" + str(sink.port)
        self.waybill = self.start(Waybill, {"x.test": {"aliases": {
            "a": to_sink.format("u"), "gone": to_sink.format("gone"),
            "full": to_sink.format("full"), "void": {"drop": True}}}})
        self.server = f"http://127.0.0.1:{self.waybill.http_port}"
        with self.waybill.client() as client:
            client.hello()
            for alias in ("a", "gone", "full", "void", "nobody"):
                client.deliver(SENDER, [f"{alias}@x.test"], message())
            path = sink.mail()[-1].sender
            client.deliver("", [path], report(path, TARGET, host="sink.test"))
        self.waybill.events(ALIAS, ["bounced", "dropped"], 2)
        self.contract = self.waybill.http.get("/openapi.json").json

    def owner(self):
        """What the owner shows: this machine alone may make no token."""
        return (self.waybill.data / "owner.token").read_text().strip()

    def operations(self):
        """Of the document: (path, method, operation)."""
        return [(path, method, operation)
                for path, methods in self.contract["paths"].items()
                for method, operation in methods.items() if method != "parameters"]
