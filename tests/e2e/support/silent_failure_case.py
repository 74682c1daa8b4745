"""SilentFailureCase: a sender with a mail server, Waybill, and a target whose servers are hidden
behind an alias. Mail goes by MX records, on port 25.

    author@s.test  ->  mail.s.test  ->  mx.x.test  ->  gatehouse.toybox.test  ->  cellar.toybox.test
       a mailbox        Postfix         Waybill        takes any mail             knows no mailbox
"""

import email
import email.policy
import unittest

from support.name_server import NameServer
from support.network import DNS_PORT, SMTP_PORT, Network, closed_port
from support.peers_case import PeersCase
from support.postfix import Postfix
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.return_paths import report
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary

AUTHOR = "author@s.test"
# Of a domain without SPF; it signs.
SIGNER = "author@signs.test"
ALIAS = "buzz@x.test"
HIDDEN = "zurg@toybox.test"
# None of these is the sender's to know, nor are the addresses of the two hosts.
HIDDEN_WORDS = ("zurg", "toybox", "gatehouse", "cellar")
# Its history where a report was handed on, and where it was not.
TOLD = ("accepted", "forwarded", "accepted", "bounced", "forwarded")
NOT_TOLD = ("accepted", "forwarded", "accepted", "bounced", "dropped")

_ZONES = {
    # Whoever asks for a name above the senders' domains is answered.
    "test": "",
    "s.test": '@ IN MX 10 mail\nmail IN A {home}\n@ IN TXT "v=spf1 ip4:{home} -all"',
    "signs.test": "@ IN MX 10 mail.s.test.\n{key}",
    "x.test": "@ IN MX 10 mx\nmx IN A {relay}",
    "toybox.test": "@ IN MX 10 gatehouse\ngatehouse IN A {bridgehead}\ncellar IN A {cellar}",
}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class SilentFailureCase(PeersCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if why := closed_port():
            raise unittest.SkipTest(why)

    def setUp(self):
        super().setUp()
        hosts = ("home", "relay", "bridgehead", "cellar")
        self.at = Network("names", *hosts)
        values = {"key": self.key_record(), **{host: self.at[host] for host in hosts}}
        zones = {name: records.format(**values) for name, records in _ZONES.items()}
        self.names = self.start(NameServer, zones, address=self.at["names"], port=DNS_PORT)

    def key_record(self):
        """DKIM's, in the zone of the signer; none by default."""
        return ""

    # who takes part

    def start_home(self):
        return self.start(Postfix, [AUTHOR, SIGNER], host_name="mail.s.test",
                          address=self.at["home"], port=SMTP_PORT, name_server=self.names)

    def start_home_sink(self, **options):
        return self.start(RecordingSink, address=self.at["home"], port=SMTP_PORT, **options)

    def start_waybill(self, alias=HIDDEN, **keys):
        return self.start(Waybill, {"x.test": {"aliases": {"buzz": alias}, **keys}},
                          address=self.at["relay"], smtp_port=SMTP_PORT, name_server=self.names)

    def start_postfix_bridgehead(self):
        return self.start(
            Postfix, host_name="gatehouse.toybox.test", address=self.at["bridgehead"],
            port=SMTP_PORT, name_server=self.names,
            extra={"relay_domains": "toybox.test",
                   "transport_maps": f"inline:{{{{toybox.test = smtp:[{self.at['cellar']}]}}}}"})

    def start_taking_bridgehead(self):
        """One that keeps what it takes: the test itself speaks for it."""
        return self.start(RecordingSink, address=self.at["bridgehead"], port=SMTP_PORT)

    def start_cellar(self):
        """The server that knows no mailbox, and says too much."""
        words = (f"550 5.1.1 <{HIDDEN}>: zurg has no mailbox on cellar.toybox.test "
                 f"({self.at['cellar']}), see https://toybox.test/why?who=zurg")
        return self.start(RecordingSink, address=self.at["cellar"], port=SMTP_PORT,
                          at_rcpt={HIDDEN: words})

    # what they do

    def write(self, waybill, sender=AUTHOR, *, come_from="home", octets=None):
        """Mail to the alias without a mail server of the sender's; it is taken."""
        octets = octets or message(From=sender, To=ALIAS)
        with waybill.client(source=self.at[come_from]) as client:
            client.hello("mail.s.test")
            self.assertEqual(250, client.deliver(sender, [ALIAS], octets).code)

    def report(self, waybill, recipient, octets=None, sender=""):
        """A report to a return path, from the bridgehead: the reply that ends its fate."""
        octets = octets or report(recipient, HIDDEN, host="gatehouse.toybox.test")
        with waybill.client(source=self.at["bridgehead"]) as client:
            client.hello("gatehouse.toybox.test")
            reply = client.deliver(sender, [recipient], octets)
            return reply.code, reply.enhanced

    # what is seen

    def story(self, waybill, *kinds):
        """The alias's history, oldest first, once it is as long as `kinds`, which it must be."""
        wait_until(lambda: len(history(waybill, ALIAS)) >= len(kinds), f"{kinds} of {ALIAS}")
        entries = history(waybill, ALIAS)
        self.assertEqual(list(kinds), [entry["kind"] for entry in entries])
        return entries

    def delivery(self, waybill, entries):
        """The one that the first mail of a story was."""
        [first] = [entry for entry in entries if entry["kind"] == "forwarded"][:1]
        return waybill.http.delivery(first["delivery_id"]).json

    def bounced(self, delivery):
        """What the only Bounced of a delivery says."""
        [event] = [event for event in delivery["events"] if event["kind"] == "bounced"]
        return event["bounced"]

    def home_events(self, delivery):
        """What became of the reports on a delivery, oldest first."""
        return [event for event in delivery["events"]
                if event.get("reported_delivery_id") == delivery["delivery_id"]]

    def hidden_words(self, *more):
        return [*HIDDEN_WORDS, self.at["bridgehead"], self.at["cellar"], *more]


class Notice:
    """A delivery status notification as its reader has it."""

    def __init__(self, octets):
        self.octets = octets
        self.message = email.message_from_bytes(octets, policy=email.policy.default)
        parts = list(self.message.iter_parts())
        self.words = parts[0].get_content()
        _, self.recipient = parts[1].get_payload()
        self.returned = parts[2].get_payload()

    def names(self, word):
        """In any form in which a reader, or a program, would find it."""
        texts = [self.octets.decode("utf-8", "replace")]
        texts += [str(part.get_payload(decode=True) or b"", "utf-8", "replace")
                  for part in self.message.walk() if not part.is_multipart()]
        return any(word.lower() in text.lower() for text in texts)
