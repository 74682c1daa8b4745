"""Mail as senders' programs make it, through real servers: it arrives octet for octet, and what was
signed in it still verifies."""

import concurrent.futures
import pathlib
import re
import smtplib
import time
import unittest

from support.dkimpy import needs_dkimpy
from support.exim import Exim
from support.list_signer import ListSigner
from support.mail_signers import PgpSigner, SmimeSigner
from support.name_server import NameServer
from support.peers_case import PeersCase, needs
from support.postfix import Postfix
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import facts
from support.waybill import Waybill, binary

SENDER, ALIAS = "ann@s.test", "a@x.test"
BOX = "good@y.test"
MIB = 1 << 20

INVITATION = """\
From: Ann <ann@s.test>
To: a@x.test
Subject: =?utf-8?Q?Invitation:_Gespr=C3=A4ch?=
Date: Sun, 01 Mar 2026 12:00:00 +0000
Message-ID: <invitation@s.test>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_edge"

--=_edge
Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes
Content-Transfer-Encoding: 8bit

Grüße, 
 From here on the line is stuffed and 
flows on.
-- 
Ann
>quoted, and dots alone:
.
..
--=_edge
Content-Type: text/calendar; charset=utf-8; method=REQUEST
Content-Transfer-Encoding: 8bit

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
DESCRIPTION:a line that RFC 5545 folds in the middle of a wo
 rd\\, and of an ü
ORGANIZER;CN=Ann:mailto:ann@s.test
ATTENDEE;RSVP=TRUE:mailto:a@x.test
END:VEVENT
END:VCALENDAR
--=_edge--
"""

RECEIPT = """\
From: bob@t.test
To: a@x.test
Subject: Read: Hello
Date: Sun, 01 Mar 2026 12:00:00 +0000
Message-ID: <receipt@t.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="edge"

--edge
Content-Type: text/plain

The message was displayed. That is no guarantee that it was read.
--edge
Content-Type: message/disposition-notification

Reporting-UA: desk.t.test; Reader 1
Final-Recipient: rfc822;bob@t.test
Original-Message-ID: <1@s.test>
Disposition: manual-action/MDN-sent-manually; displayed

--edge--
"""


def crlf(text):
    return text.replace("\n", "\r\n").encode()


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class StoriesCase(PeersCase):
    """A box at y.test, whose domain has an address and no MX, behind a port of its own."""
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.names = self.start(NameServer, {"test": "", "y.test": "@ IN A 127.0.0.1"})

    def start_waybill(self, box, **domain):
        return self.start(
            Waybill, {"x.test": {"aliases": {"a": f"{BOX}:{box.port}"}, **domain}},
            name_server=self.names)

    def start_box(self, **extra):
        return self.start(Postfix, [BOX], extra=extra)

    def send(self, port, octets, sender=SENDER, options=()):
        """By Python's own client, as a desk's program does."""
        with smtplib.SMTP("127.0.0.1", port, "desk.s.test", timeout=60) as client:
            self.assertEqual({}, client.sendmail(sender, [ALIAS], octets, list(options)))

    def kept(self, box, count):
        """Messages in the box with the line ends of SMTP, in the order of their Message-ID."""
        found = [octets.replace(b"\n", b"\r\n") for octets in box.wait_for_mail(BOX, count)]
        self.assertEqual(count, len(found))
        return sorted(found, key=lambda octets: re.search(rb"(?mi)^message-id: (.*)", octets)[1])


@needs_servers("nsd")
@needs_servers("postfix", root=True)
@needs("openssl", "gpg")
class AnyMailTest(StoriesCase):
    def setUp(self):
        super().setUp()
        self.signers = [SmimeSigner(self.directory, SENDER), self.start(PgpSigner, SENDER)]
        self.signed = {one.name: one.signed() for one in self.signers}

    def check_signatures(self, arrived):
        """Of {name: octets as they arrived, trace and all}."""
        for one in self.signers:
            with self.subTest(one.name):
                octets = arrived[one.name]
                self.assertTrue(one.holds(octets), octets)
                self.assertFalse(one.holds(octets.replace(b"hidden", b"Hidden")), "it can fail")

    def test_what_a_desk_sends_by_postfix_is_in_the_mailbox_octet_for_octet(self):
        box = self.start_box()
        waybill = self.start_waybill(box)
        home = self.start(Postfix, relayhost=f"[127.0.0.1]:{waybill.smtp_port}",
                          host_name="mail.s.test")
        asks = message(  # RFC 8098 2
            Message_ID="<asks@s.test>", Disposition_Notification_To="Ann <ann@s.test>",
            Disposition_Notification_Options="signed-receipt-protocol=optional,pkcs7-signature",
            Return_Receipt_To="ann@s.test", Original_Recipient="rfc822;a@x.test")
        sent = {"invitation": crlf(INVITATION), "asks": asks, "receipt": crlf(RECEIPT),
                **self.signed}
        for name, octets in sent.items():
            # RFC 8098 3: nobody is to hear of a receipt that does not arrive.
            self.send(home.port, octets, "" if name == "receipt" else SENDER,
                      ["BODY=8BITMIME"])
        arrived = dict(zip(sorted(sent), self.kept(box, len(sent))))
        for name, octets in sent.items():
            with self.subTest(name):
                # Above it: Return-Path and others of the box, our fields, home's Received.
                above, own = arrived[name][:-len(octets)], arrived[name][-len(octets):]
                self.assertEqual(octets, own)
                names = re.findall(rb"(?m)^([A-Za-z-]+):", above)
                self.assertEqual(
                    [b"Return-Path", b"X-Original-To", b"Delivered-To", b"Received",
                     b"Authentication-Results", b"Received", b"Received"], names)
                path = re.search(rb"Return-Path: <(.*)>", above)[1]
                null = name == "receipt"
                self.assertRegex(path, b"^$" if null else rb"^b\.[a-z2-7]{47}@x\.test$")
        self.check_signatures(arrived)
        self.assertEqual(["accepted"] * len(sent) + ["forwarded"] * len(sent),
                         sorted(fact.kind for fact in facts(waybill, ALIAS)))

    @needs_servers("exim4", root=True)
    @needs("ldd", "chroot")
    def test_what_exim_sends_in_chunks_arrives_octet_for_octet(self):
        sink = self.start(RecordingSink)
        waybill = self.start_waybill(sink)
        exim = self.start(Exim, host_name="mail.s.test", port=free_port(),
                          routes={"x.test": ("127.0.0.1", waybill.smtp_port)})
        sent = {"invitation": crlf(INVITATION), **self.signed}
        for octets in sent.values():
            self.send(exim.port, octets, options=["BODY=8BITMIME"])
        wait_until(lambda: len(sink.mail()) == len(sent), f"Exim sends it:\n{exim.log()}")
        self.assertRegex(exim.log(), r"=> a@x\.test .* K ", "by CHUNKING")
        arrived = {}
        for kept in sink.mail():
            name = re.search(rb"(?m)^Message-ID: <(.*)@s\.test>", kept.octets)[1].decode()
            arrived[name] = kept.octets
            self.assertEqual(sent[name], kept.octets[-len(sent[name]):])
        self.check_signatures(arrived)


@needs_servers("nsd")
@needs_dkimpy
@needs("openssl")
class MailingListTest(StoriesCase):
    POST = """\
From: Ann via list <list@lists.test>
To: list@lists.test
Reply-To: ann@s.test
Subject: [list] news
Date: Sun, 01 Mar 2026 12:00:00 +0000
Message-ID: <post@lists.test>
MIME-Version: 1.0
Content-Type: text/plain
List-Id: news <list.lists.test>
List-Post: <mailto:list@lists.test>
List-Unsubscribe: <mailto:leave@lists.test>, <https://lists.test/leave?a=1>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Precedence: bulk
Sender: list-bounces@lists.test
Errors-To: list-bounces@lists.test
X-BeenThere: list@lists.test

News.
"""

    def test_signature_and_seal_of_a_list_hold_also_below_our_own(self):
        signer = ListSigner(self.directory, "lists.test")
        post = signer.signed(crlf(self.POST))
        self.assertEqual((True, "pass"), signer.verdicts(post))
        self.assertEqual((False, "fail"), signer.verdicts(post.replace(b"bulk", b"junk")))
        sink = self.start(RecordingSink)
        waybill = self.start_waybill(sink, sign_forwarded=True, dmarc="tag")
        for ours in (0, 2):
            with self.subTest(ours=ours):
                if ours:
                    self.make_keys(waybill)
                self.send(waybill.smtp_port, post, "list-bounces+a=x.test@lists.test")
                arrived = sink.mail()[-1].octets
                self.assertEqual(post, arrived[-len(post):])
                self.assertEqual(ours, arrived[:-len(post)].count(b"d=x.test;"))
                self.assertEqual((True, "pass"), signer.verdicts(arrived))

    def make_keys(self, waybill):
        code, said = waybill.run("keys", "dkim", "x.test", "--selector", "k")
        self.assertEqual(0, code, said)
        for waiting in pathlib.Path(waybill.data, "dkim/x.test").glob("*.next"):
            waiting.rename(waiting.with_suffix(""))
        waybill.restart()


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class HopWithoutSmtputf8Test(StoriesCase):
    def setUp(self):
        super().setUp()
        self.box = self.start_box(smtputf8_enable="no")
        self.waybill = self.start_waybill(self.box)

    def test_mail_that_needs_it_is_refused_and_mail_that_does_not_passes(self):
        for turn, (sender, options, octets, code) in enumerate((
                ("ann@s.test", "SMTPUTF8", message("Hello"), 250),
                ("ann@s.test", "BODY=8BITMIME", message(text="Grüße\r\n"), 250),
                ("ann@s.test", "SMTPUTF8", message("Grüße"), 550),
                ("ann@s.test", "", message("Grüße"), 550),
                ("jörg@s.test", "SMTPUTF8", message("Hello"), 550))):
            with self.subTest(turn=turn), self.waybill.client() as client:
                client.hello()
                client.mail(sender, options)
                reply = client.rcpt(ALIAS)
                if reply.code == 250:
                    reply = client.body(octets)
                self.assertEqual(code, reply.code, reply)
                last = facts(self.waybill, ALIAS)[-1]
                if code == 550:
                    self.assertEqual("5.6.7", reply.enhanced)
                    self.assertEqual(("rejected", "next-hop-without-smtputf8"),
                                     (last.kind, last.rule))
        self.assertEqual(2, len(self.box.wait_for_mail(BOX, 2)))


@needs_servers("nsd")
class OriginalRecipientTest(StoriesCase):
    """RFC 6533 3: a server without SMTPUTF8 reads ASCII, in ORCPT too."""

    def test_what_was_asked_for_outside_of_ascii_is_told_in_ascii_where_it_must(self):
        sink = self.start(RecordingSink, offers=["8BITMIME", "DSN"])
        waybill = self.start_waybill(sink)
        with waybill.client() as client:
            client.hello()
            client.mail(SENDER, "SMTPUTF8")
            self.assertEqual(250, client.rcpt(ALIAS, "ORCPT=utf-8;jörg@x.test").code)
            self.assertEqual(250, client.body(message()).code)
        self.assertIn(b"RCPT TO:<good@y.test> ORCPT=utf-8;j\\x{F6}rg@x.test\r\n", sink.commands)


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class LargeMailTest(StoriesCase):
    """50 MB, as providers count; the default of max_message_size is 50 MiB."""
    OCTETS = 50_000_000
    AT_ONCE = 2
    # Of which each session has memory_per_message and what is in flight.
    MOST = 24 * MIB

    def peak(self, waybill):
        status = pathlib.Path(f"/proc/{waybill.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def deliver(self, waybill, octets):
        with waybill.client() as client:
            client.hello()
            client.mail(SENDER, f"SIZE={len(octets)}")
            self.assertEqual(250, client.rcpt(ALIAS).code)
            return client.body(octets)

    def test_several_at_once_pass_and_take_no_memory_to_speak_of(self):
        box = self.start_box(message_size_limit="0", mailbox_size_limit="0",
                             virtual_mailbox_limit="0")
        waybill = self.start_waybill(box, sign_forwarded=True)
        self.assertEqual(250, self.deliver(waybill, message()).code)
        code, said = waybill.run("keys", "dkim", "x.test", "--selector", "k")
        self.assertEqual(0, code, said)
        line = b"QUJD" * 18 + b"QUJDRA==\r\n"
        header = message(Message_ID="<large@s.test>")
        octets = header + line * ((self.OCTETS - len(header)) // len(line))
        # From here on the kernel counts anew (proc(5), clear_refs).
        pathlib.Path(f"/proc/{waybill.pid}/clear_refs").write_text("5")
        before, began = self.peak(waybill), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.AT_ONCE) as pool:
            replies = list(pool.map(lambda _: self.deliver(waybill, octets), range(self.AT_ONCE)))
        taken = time.monotonic() - began
        self.assertEqual([250] * self.AT_ONCE, [reply.code for reply in replies])
        grown = self.peak(waybill) - before
        print(f"{self.AT_ONCE} mails of {self.OCTETS} octets at once: {taken:.1f} s, "
              f"{grown / MIB:.1f} MiB more than {before / MIB:.1f} MiB")
        self.assertLess(grown, self.MOST)
        wait_until(lambda: len(box.mail(BOX)) == 1 + self.AT_ONCE, "they are in the box", 40)
        for kept in box.mail(BOX)[1:]:
            self.assertTrue(kept.replace(b"\n", b"\r\n").endswith(octets))

        self.check_limit(waybill)

    def check_limit(self, waybill):
        """One that says nothing of its size is refused at its end, and the session goes on."""
        with waybill.client() as client:
            client.hello()
            client.mail(SENDER)
            client.rcpt(ALIAS)
            reply = client.body(message() + b"0123456789abcd\r\n" * (51 * MIB // 16))
            self.assertEqual((552, "5.3.4"), (reply.code, reply.enhanced))
            self.assertEqual(250, client.deliver(SENDER, [ALIAS], message()).code)


if __name__ == "__main__":
    unittest.main()
