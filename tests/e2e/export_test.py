"""Exports against a running program: `waybill export` and /v1/exports; what comes is what history
has, whole, through restarts, crashes and downloads that break off."""

import csv
import gzip
import hashlib
import http.client
import io
import json
import subprocess
import unittest

from support.peers_case import PeersCase
from support.process import STOP_SECONDS, wait_until
from support.smtp_client import message
from support.waybill import Waybill, binary

DROPPED = "void@x.test"
OTHER = "hole@y.test"
REFUSED = "nobody@x.test"
# A sender that a spreadsheet would run.
FORMULA = "=1+1@s.test"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ExportTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.waybill = self.start(Waybill, {
            "x.test": {"aliases": {"void": {"drop": True}}},
            "y.test": {"aliases": {"hole": {"drop": True}}}},
            tables={"limits": {"max_refusals": 100, "max_refusals_per_client": 10_000}})
        self.place = self.waybill.data.parent

    def write(self, *addresses, sender="ann@s.test"):
        with self.waybill.client() as client:
            client.hello()
            for address in addresses:
                client.deliver(sender, [address], message())
        for address in set(addresses):
            events = 1 if address == REFUSED else 2
            self.waybill.events(address, count=addresses.count(address) * events)

    def export(self, *arguments, code=0):
        """What it says."""
        done = subprocess.run([binary(), "export", "-c", self.waybill.configuration, *arguments],
                              capture_output=True, timeout=STOP_SECONDS, check=False,
                              cwd=self.place)
        self.assertEqual(code, done.returncode, (done.stdout[-500:], done.stderr))
        return done.stdout if code == 0 else done.stderr.decode()

    def lines(self, *arguments):
        """Of NDJSON, its end held against what comes before it."""
        octets = self.export("--out", "-", *arguments)
        *lines, last = octets.splitlines(keepends=True)
        end = json.loads(last)["end"]
        self.assertEqual(hashlib.sha256(b"".join(lines)).hexdigest(), end["sha256"])
        self.assertEqual(len(lines), end["count"])
        return [json.loads(line) for line in lines]

    def request(self, method, target, fields=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.waybill.http_port, timeout=20)
        self.addCleanup(connection.close)
        fields = dict(fields or {})
        if token:
            fields["Authorization"] = f"Bearer {token}"
        connection.request(method, target, headers=fields)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def made(self, query=""):
        """An export that is done."""
        status, fields, body = self.request("POST", f"/v1/exports?{query}")
        self.assertEqual(202, status, body)
        at = fields["Location"]

        def done():
            job = json.loads(self.request("GET", at)[2])
            self.assertNotEqual("failed", job["state"], job)
            return job if job["state"] == "done" else None
        return wait_until(done, "the export is done")

    def test_it_has_what_history_has(self):
        self.write(*[DROPPED, OTHER, REFUSED] * 20)
        lines = self.lines()
        told = {(line["partition"], line["index"]): line["event_id"] for line in lines}
        self.assertEqual(len(lines), len(told))
        for address in (DROPPED, OTHER, REFUSED):
            for entry in self.waybill.events(address, count=20):
                self.assertIn((entry["partition"], entry["index"]), told)
        self.assertEqual(100, len(lines))
        self.assertEqual([line["index"] for line in lines],
                         sorted(line["index"] for line in lines))
        self.assertEqual({REFUSED}, {line["alias"] for line in self.lines("--kind", "rejected")})
        self.assertEqual({OTHER}, {line["alias"] for line in self.lines("--domain", "y.test")})
        self.assertEqual(20, len(self.lines("Nobody@X.test")))
        half = lines[50]["occurred_at"]
        self.assertEqual(lines[50:], self.lines("--after", half))
        self.assertEqual(lines[:50], self.lines("--before", half))

    def test_it_is_asked_for_in_the_words_of_a_search(self):
        self.write(*[DROPPED, OTHER, REFUSED] * 5)
        self.write(DROPPED, sender="bob@t.test")
        every = self.lines()

        def expect(wanted, *arguments):
            held = [line for line in every if wanted(line)]
            self.assertTrue(0 < len(held) < len(every), arguments)
            self.assertEqual(held, self.lines(*arguments), arguments)

        def of(*kinds):
            return lambda line: any(kind in line for kind in kinds)
        expect(of("rejected"), "--rule", "unknown-alias")
        def of_void(line):
            return line["alias"] == DROPPED
        expect(of_void, "--domain", "x.test", "--not-status", "5xx")
        expect(of_void, "--domain", "x.test", "--not-kind", "rejected")
        expect(lambda line: line["sender"] == "bob@t.test", "--from", "bob@t.test")
        expect(lambda line: line["sender"] == "bob@t.test", "--from", "b*@t.test")
        expect(lambda line: line["alias"] == OTHER and "dropped" in line, "--to", OTHER,
               "is:dropped")
        expect(lambda line: "rejected" in line or line["alias"] == OTHER,
               "--alias", f"{REFUSED},hol*")
        self.assertEqual(every, self.lines("--client", "127.0.0.1"))
        self.assertEqual([], self.lines("--client", "192.0.2.1"))
        # The API's own words, of the same events.
        for query in ("rule=-unknown-alias&sender=b*@t.test", "kind=-accepted&class=-hard",
                      "domain=x.test,y.test&status=550", "address=void@x.test&role=alias"):
            job = self.made(query)
            exported = [json.loads(line) for line in
                        self.request("GET", job["file"])[2].splitlines()[:-1]]
            told = self.request("GET", f"/v1/feed?after=start&wait=0&limit=100&{query}")[2]
            fed = [line["event"] for line in map(json.loads, told.splitlines()) if "event" in line]
            self.assertTrue(0 < len(fed) < len(every), query)
            self.assertEqual(fed, exported, query)

    def test_what_cannot_be_exported_is_said(self):
        self.assertIn("times are --after",
                      self.export("--from", "2026-03-01T00:00:00Z", code=2))
        self.assertIn("waybill export", self.export("sales@x.test", "frm:bob@x.test", code=2))
        self.assertIn("looked up whole", self.export("msgid:1@x.test", code=2))
        self.assertIn("go alone", self.export("--id", "x", "--rule", "spam", code=2))

    def test_who_asked_is_exported_by_its_kind(self):
        self.write(DROPPED)
        self.request("GET", "/v1/events?kind=dropped")
        lines = self.lines("--kind", "access")
        self.assertIn("/v1/events", [line["access"]["route"] for line in lines])
        both = self.lines("--kind", "access", "--kind", "dropped")
        self.assertTrue(any("dropped" in line for line in both))

    def test_a_csv_gives_the_octets_back_and_runs_nothing(self):
        self.write(DROPPED, sender=FORMULA)
        text = self.export("--out", "-", "--format", "csv").decode()
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        for row in rows:
            for cell in row.values():
                self.assertFalse(cell[:1] and cell[0] in "=+-@\t\r", cell)
        self.assertEqual({"'" + FORMULA}, {row["sender"] for row in rows[:-1]})
        self.assertTrue(all(row["time"].endswith("Z") for row in rows[:-1]))
        self.assertEqual("end", rows[-1]["row"])
        end = json.loads(rows[-1]["detail"])
        self.assertEqual(len(rows) - 1, end["count"])
        before = text.encode().rsplit(b"\r\n", 2)[0] + b"\r\n"
        self.assertEqual(hashlib.sha256(before).hexdigest(), end["sha256"])

    def test_what_is_packed_is_read_by_anybody(self):
        self.write(*[DROPPED] * 5)
        plain = self.export("--out", "-")
        self.assertEqual(plain, gzip.decompress(self.export("--out", "-", "--packing", "gzip")))
        packed = self.export("--out", "-", "--packing", "zstd")
        self.assertEqual(b"\x28\xb5\x2f\xfd", packed[:4])

    def test_a_download_that_broke_off_goes_on(self):
        self.write(*[DROPPED] * 50)
        job = self.made()
        status, fields, whole = self.request("GET", job["file"])
        self.assertEqual((200, str(len(whole))), (status, fields["Content-Length"]))
        self.assertEqual(job["octets"], len(whole))
        part = {"Range": "bytes=1000-", "If-Range": fields["ETag"]}
        status, fields, rest = self.request("GET", job["file"], part)
        self.assertEqual((206, f"bytes 1000-{len(whole) - 1}/{len(whole)}"),
                         (status, fields["Content-Range"]))
        self.assertEqual(whole[1000:], rest)
        self.assertEqual(416, self.request("GET", job["file"], {"Range": "bytes=9999999-"})[0])
        other = {"Range": "bytes=1000-", "If-Range": '"other"'}
        self.assertEqual((200, whole), self.request("GET", job["file"], other)[::2])
        # The command takes up the part that it finds.
        part = self.place / f"mail.ndjson.{job['id']}.part"
        part.write_bytes(whole[:777])
        self.export("--id", job["id"], "--out", "mail.ndjson", "--keep")
        self.assertEqual(whole, (self.place / "mail.ndjson").read_bytes())
        # A part that is none of it is seen.
        for packing in ("none", "gzip"):
            job = self.made(f"packing={packing}")
            (self.place / f"other.{job['id']}.part").write_bytes(b"x" * 77)
            self.assertIn("not what the server wrote",
                          self.export("--id", job["id"], "--out", "other", code=3))
            self.assertFalse((self.place / "other").exists())
            # It was not removed there, and comes whole now.
            self.export("--id", job["id"], "--out", "other")
            octets = (self.place / "other").read_bytes()
            self.assertEqual(job["file_sha256"], hashlib.sha256(octets).hexdigest())
            (self.place / "other").unlink()

    def test_it_outlives_a_crash_and_pauses(self):
        self.write(*[DROPPED] * 20)
        done = self.made()
        status, _, body = self.request("POST", "/v1/exports?packing=gzip")
        self.assertEqual(202, status)
        under_way = json.loads(body)["id"]
        status, _, body = self.request("POST", f"/v1/exports/{under_way}/pause")
        paused = json.loads(body)["state"]
        self.assertIn(paused, ("paused", "done"))
        self.waybill.kill()
        self.waybill.start_again()
        self.waybill.wait_until_ready()
        told = json.loads(self.request("GET", "/v1/exports")[2])["exports"]
        jobs = {job["id"]: job for job in told}
        self.assertEqual({done["id"], under_way}, set(jobs))
        # A piece that was in hand is written to its end, and may be the last.
        self.assertIn(jobs[under_way]["state"], (paused, "done"))
        self.assertEqual(done["sha256"], jobs[done["id"]]["sha256"])
        self.assertEqual(200, self.request("GET", done["file"])[0])
        self.request("POST", f"/v1/exports/{under_way}/resume")
        wait_until(lambda: json.loads(self.request("GET", f"/v1/exports/{under_way}")[2])["state"]
                   == "done", "it goes on")
        self.export("--remove", under_way)
        self.assertEqual(404, self.request("GET", f"/v1/exports/{under_way}")[0])
        files = [path.name for path in (self.waybill.data / "exports").iterdir()]
        self.assertEqual([], [name for name in files if under_way in name])

    def test_a_token_exports_its_domains_and_sees_no_others(self):
        self.write(DROPPED, OTHER)
        def token(*scopes):
            done = subprocess.run(
                [binary(), "token", "create", "-c", self.waybill.configuration, "--name", "t",
                 "--domain", "y.test", *[word for s in scopes for word in ("--scope", s)]],
                capture_output=True, text=True, timeout=STOP_SECONDS, check=True)
            return done.stdout.strip()
        theirs = token("export")
        of_all = self.made()
        self.assertEqual(404, self.request("GET", of_all["file"], token=theirs)[0])
        self.assertEqual(404, self.request("DELETE", f"/v1/exports/{of_all['id']}",
                                           token=theirs)[0])
        self.assertEqual([], json.loads(self.request("GET", "/v1/exports",
                                                     token=theirs)[2])["exports"])
        status, fields, _ = self.request("POST", "/v1/exports", token=theirs)
        self.assertEqual(202, status)
        at = fields["Location"]
        wait_until(lambda: json.loads(self.request("GET", at, token=theirs)[2])["state"] == "done",
                   "theirs is done")
        text = self.request("GET", at + "/file", token=theirs)[2].decode()
        self.assertIn(OTHER, text)
        self.assertNotIn("@x.test", text)
        self.assertEqual(403, self.request("POST", "/v1/exports?kind=access", token=theirs)[0])
        self.assertEqual(403, self.request("GET", "/v1/exports", token=token("history"))[0])

    def test_who_fetched_it_is_on_record_with_how_much(self):
        self.write(*[DROPPED] * 7)
        job = self.made("reason=ticket%204711&domain=x.test")
        self.request("GET", job["file"])

        def seen():
            found = json.loads(self.request("GET", "/v1/access?limit=500")[2])["accesses"]
            return [one for one in found if one["route"] == "/v1/exports/{id}/file"]
        [fetched] = wait_until(seen, "the fetch is on record")
        self.assertEqual((job["count"], "x.test"), (fetched["rows"], fetched["subject"]))
        asked = json.loads(self.request("GET", "/v1/access?subject=x.test")[2])["accesses"]
        self.assertIn("ticket 4711", [one.get("reason") for one in asked])

    def test_what_is_wrong_is_told(self):
        for query, status in (("format=xml", 400), ("from=yesterday", 400), ("limit=5", 400),
                              ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 409),
                              ("address=nobody", 404), ("status=250", 404),
                              ("kind=bounced,-bounced", 409), ("role=alias", 409)):
            self.assertEqual(status, self.request("POST", f"/v1/exports?{query}")[0], query)
        self.assertEqual(404, self.request("GET", "/v1/exports/nope/file")[0])
        self.assertEqual(405, self.request("PUT", "/v1/exports")[0])
        self.assertIn("no such export", self.export("--id", "nope", code=2))


if __name__ == "__main__":
    unittest.main()
