"""Real mail: every message of a collection goes through octet for octet."""

import collections
import json
import pathlib
import re
import unittest

from support.peers_case import PeersCase
from support.process import Running, free_port
from support.recording_sink import OUR_FIELDS
from support.verdicts import history
from support.waybill import Waybill, binary

MAIL = pathlib.Path(__file__).resolve().parents[2] / "../shared/cases/load/mail"


class Sink:
    """`waybill dustbin --dump`: each message as it came."""

    def __init__(self, directory):
        self.port = free_port()
        self.dump = directory / "mail"
        self._log = directory / "output"
        self._process = None

    def start(self):
        self._process = Running(
            [binary(), "dustbin", "--quiet", "--listen", f"127.0.0.1:{self.port}",
             "--dump", self.dump], self._log)
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def mail(self):
        """(record, octets) of each, in the order of arrival."""
        return [(json.loads(path.with_suffix(".json").read_text()), path.read_bytes())
                for path in sorted(self.dump.glob("*.eml"))]


def as_sent(octets):
    """Files have the line ends of their authors; mail has CRLF (RFC 5321 2.3.8)."""
    octets = re.sub(rb"\r?\n", b"\r\n", octets)
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def is_refused(octets):
    """A bare CR, or white space in front, where no field stands that it could continue."""
    return re.search(rb"\r(?!\n)|\A[ \t]", octets) is not None


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@unittest.skipUnless(MAIL.is_dir(), "no collection of mail at ../shared/cases/load/mail")
class LoadMailTest(PeersCase):
    def test_a_collection_of_mail_goes_through_octet_for_octet(self):
        sink = self.start(Sink)
        waybill = self.start(
            # Some of it names no author, or several; what enforces DMARC would refuse that.
            Waybill, {"x.test": {"dmarc": "tag", "catch_all": f"u@[127.0.0.1]:{sink.port}"}})
        mail = {path.name: as_sent(path.read_bytes()) for path in sorted(MAIL.iterdir())}
        refused = [name for name, octets in mail.items() if is_refused(octets)]
        sent = [name for name in mail if name not in refused]
        self.assertGreater(len(sent), 0)
        with waybill.client() as client:
            client.hello()
            for name, octets in mail.items():
                reply = client.deliver("s@s.test", ["a@x.test"], octets)
                with self.subTest(name, reply=str(reply)):
                    self.assertEqual((550, "5.6.0") if name in refused else (250, "2.0.0"),
                                     (reply.code, reply.enhanced))
        arrived = sink.mail()
        self.assertEqual(len(sent), len(arrived))
        for name, (record, octets) in zip(sent, arrived):
            with self.subTest(name):
                ours = OUR_FIELDS.match(octets)
                self.assertIsNotNone(ours)
                self.assertTrue(octets[ours.end():] == mail[name], "not the octets that were sent")
                self.assertEqual(250, record["reply"]["code"])
        kinds = collections.Counter(entry["kind"] for entry in history(waybill, "a@x.test"))
        self.assertEqual(collections.Counter(
            accepted=len(sent), forwarded=len(sent), rejected=len(refused)), kinds)


if __name__ == "__main__":
    unittest.main()
