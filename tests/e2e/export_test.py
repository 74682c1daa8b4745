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
        self.assertEqual(20, len(self.lines("--address", "Nobody@X.test")))
        half = lines[50]["occurred_at"]
        self.assertEqual(lines[50:], self.lines("--from", half))
        self.assertEqual(lines[:50], self.lines("--to", half))

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
                              ("address=nobody", 404)):
            self.assertEqual(status, self.request("POST", f"/v1/exports?{query}")[0], query)
        self.assertEqual(404, self.request("GET", "/v1/exports/nope/file")[0])
        self.assertEqual(405, self.request("PUT", "/v1/exports")[0])
        self.assertIn("no such export", self.export("--id", "nope", code=2))


if __name__ == "__main__":
    unittest.main()
