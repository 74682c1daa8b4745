"""Pages as clients of HTTP fetch them: packed as they like, and not again where they have them."""

import gzip
import http.client
import json
import subprocess
import unittest

from support.peers_case import PeersCase
from support.process import STOP_SECONDS, Running
from support.smtp_client import message
from support.waybill import Waybill, binary

DROPPED = "void@x.test"
HISTORY = "/v1/addresses/void%40x.test/history?limit=50"
# An address, several things at once, and numbers.
PAGES = (HISTORY, "/v1/search?q=void%40x.test", "/v1/events?kind=dropped",
         "/v1/figures?by=alias&from=2026-01-01T00%3A00%3A00Z&to=2026-12-01T00%3A00%3A00Z")


def unpacked(coding, octets):
    if coding == "gzip":
        return gzip.decompress(octets)
    if coding == "zstd":
        # With the window that every client of HTTP has (RFC 9659).
        return subprocess.run(["zstd", "-dc", "--memory=8MiB"], input=octets, check=True,
                              capture_output=True, timeout=STOP_SECONDS).stdout
    return octets


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class PagesTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.waybill = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}})
        with self.waybill.client() as client:
            client.hello()
            for _ in range(20):
                client.deliver("ann@s.test", [DROPPED], message())
        self.waybill.events(DROPPED, count=40)

    def ask(self, target, method="GET", **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.waybill.http_port, timeout=20)
        self.addCleanup(connection.close)
        connection.request(method, target, headers={name.replace("_", "-"): value
                                                    for name, value in fields.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def read_only(self):
        self.waybill.stop()
        reader = Running([binary(), "serve", "--history-only", self.waybill.data, "-c",
                          self.waybill.configuration], self.directory / "reader")
        self.addCleanup(reader.stop)
        reader.wait_for_port(self.waybill.http_port)

    def test_a_page_comes_in_the_coding_that_its_reader_likes(self):
        entries = json.loads(self.ask(HISTORY)[2])["entries"]
        for said, coding in (("gzip", "gzip"), ("zstd", "zstd"), ("gzip, br, zstd", "zstd"),
                             ("zstd;q=0.5, gzip", "gzip"), ("identity, zstd;q=0.1", None),
                             ("br", None), ("*", "gzip")):
            status, fields, octets = self.ask(HISTORY, Accept_Encoding=said)
            self.assertEqual((200, coding), (status, fields["Content-Encoding"]), said)
            self.assertEqual("Accept-Encoding", fields["Vary"], said)
            self.assertEqual(entries, json.loads(unpacked(coding, octets))["entries"], said)
            # It says up to which moment it is whole: the next one has other octets.
            self.assertIsNone(fields["ETag"], said)

    def test_what_the_client_has_does_not_come_again(self):
        self.read_only()
        for page in PAGES:
            tags, codings = set(), set()
            for coding in (None, "gzip", "zstd"):
                with self.subTest(page, coding=coding):
                    asked = {"Accept_Encoding": coding} if coding else {}
                    status, fields, octets = self.ask(page, **asked)
                    self.assertEqual(200, status, octets)
                    self.assertEqual(octets, self.ask(page, **asked)[2])
                    tag = fields["ETag"]
                    self.assertRegex(tag, r'^"[0-9a-f]{32}"$')
                    tags.add(tag)
                    codings.add(fields["Content-Encoding"])
                    for method in ("GET", "HEAD"):
                        status, fields, octets = self.ask(page, method, If_None_Match=f'"x", {tag}',
                                                          **asked)
                        self.assertEqual((304, tag, b""), (status, fields["ETag"], octets))
                        self.assertIsNone(fields["Content-Encoding"])
            # A short one is packed for nobody.
            self.assertEqual(len(codings), len(tags), page)
            # Of another coding the client has other octets.
            for tag in tags - {self.ask(page)[1]["ETag"]}:
                self.assertEqual(200, self.ask(page, If_None_Match=tag)[0])
