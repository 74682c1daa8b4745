"""`waybill trace` against a running program: the search box for terminals, pipes and
spreadsheets."""

import csv
import io
import json
import os
import signal
import socket
import subprocess
import threading
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


class TraceCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.waybill = self.start(Waybill, {
            "x.test": {"aliases": {"void": {"drop": True}}},
            "y.test": {"aliases": {"hole": {"drop": True}}}},
            tables={"limits": {"max_refusals": 100, "max_refusals_per_client": 10_000}})

    def write(self, *addresses, sender="ann@s.test"):
        with self.waybill.client() as client:
            client.hello()
            for address in addresses:
                client.deliver(sender, [address], message())

    def command(self, *arguments):
        server = () if "--server" in arguments else (
            "--server", f"http://127.0.0.1:{self.waybill.http_port}")
        return [binary(), "trace", *arguments, *server]

    def trace(self, *arguments, code=0):
        """What it prints."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=STOP_SECONDS, check=False)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def rows(self, *arguments):
        """Of --csv, with the octets given back."""
        text = self.trace(*arguments, "--csv")
        return [{name: cell[1:] if cell.startswith("'") else cell for name, cell in row.items()}
                for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)]

    def settle(self, address, count):
        """Until the history of an address has so many events."""
        self.waybill.events(address, count=count)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class TraceTest(TraceCase):
    def test_words_and_flags_are_one_query(self):
        self.write(DROPPED, OTHER, REFUSED)
        self.settle(DROPPED, 2)
        self.settle(REFUSED, 1)
        self.assertIn("ann@s.test > void@x.test", self.trace(DROPPED))
        of_words = self.trace("from:ann@s.test", "to:" + DROPPED, "--csv")
        self.assertEqual(3, len(of_words.splitlines()))
        of_flags = self.trace("--from", "ann@s.test", "--recipient", DROPPED, "--csv")
        self.assertEqual(of_words, of_flags)
        of_words = self.trace("msgid:a@x.test", "rule:unknown-alias", code=2)
        self.assertIn("Try: waybill trace 'msgid:a@x.test'", of_words)
        self.assertIn(REFUSED, self.trace("127.0.0.0/8", "rule:unknown-alias"))
        self.assertIn("nobody@x.test", self.trace("rule:unknown-alias", "status:5xx"))
        self.assertIn(DROPPED, self.trace("voi*"))
        self.assertEqual(2, len(self.rows("alias:voi*@x.test", "is:accepted,dropped")))
        for words in (["--sender", "ann@s.test", "--kind", "rejected", "--since", "24h"],
                      ["from:ann@s.test is:rejected since:24h"]):
            narrowed = self.trace(*words)
            self.assertIn("1 event;", narrowed)
            self.assertIn("nobody@x.test", narrowed)
        self.assertIn("2 events;", self.trace("--alias", DROPPED, "--not-is", "rejected"))
        self.assertIn("0 events;", self.trace("alias:" + DROPPED, "older_than:1h"))
        self.assertIn("dropped 1", self.trace("x.test"))
        delivery = self.waybill.events(DROPPED, count=2)[0]["delivery_id"]
        story = self.trace("--delivery", delivery).splitlines()
        self.assertEqual(["accepted", "dropped"], [line.split()[1] for line in story[:2]], story)
        self.assertIn("as alias: /v1/addresses/void%40x.test/", self.trace("--explain", DROPPED))

    def test_a_refusal_shows_its_place_and_what_works(self):
        said = self.trace("grüße@x.test", "frm:ann@s.test", code=2)
        lines = said.splitlines()
        self.assertEqual("  grüße@x.test frm:ann@s.test", lines[1])
        self.assertEqual("               ^~~", lines[2][:18])
        self.assertEqual("Try: waybill trace 'grüße@x.test from:ann@s.test'", lines[3])
        said = self.trace("--subject", "two words", "--is", "bouncd", code=2)
        self.assertIn('subject:"two words"', said)
        self.assertIn("is:bounced", said)
        self.assertIn("times are --after", self.trace("--from", "2026-03-01T12:00:00Z", code=2))
        self.assertIn("nothing is asked for", self.trace(code=2))
        for form in ([], ["--csv"]):
            unknown = self.trace("019ca945-7c3e-7d21-8b4f-5a6b7c8d9e0f", *form, code=2)
            self.assertIn("know no delivery", unknown)

    def test_json_is_the_answers_page_after_page(self):
        self.write(*[DROPPED] * 120)
        self.settle(DROPPED, 240)
        lines = self.trace("alias:" + DROPPED, "--limit", "230", "--json").splitlines()
        first, *more = map(json.loads, lines)
        self.assertEqual("alias:" + DROPPED, first["query"]["canonical"])
        entries = first["groups"][0]["answer"]["entries"]
        self.assertEqual(100, len(entries))
        for page in more:
            entries += page["entries"]
        self.assertEqual(230, len({entry["index"] for entry in entries}))
        self.assertEqual(entries, sorted(entries, key=lambda entry: entry["time"], reverse=True)
                         [:len(entries)])
        self.assertIn("older ones with --limit", self.trace("alias:" + DROPPED, "--limit", "230"))
        self.assertIn("240 events;", self.trace("alias:" + DROPPED, "--all"))

    def test_csv_has_each_event_once_and_nothing_that_runs(self):
        self.write(DROPPED, OTHER, sender=FORMULA)
        self.write(DROPPED, sender="")
        self.settle(DROPPED, 4)
        self.settle(OTHER, 2)
        text = self.trace("from:" + FORMULA, "--csv")
        self.assertIn(",'=1+1@s.test,", text)
        self.assertTrue(text.startswith("time,partition,index,kind,alias,sender,target,"))
        rows = self.rows("from:" + FORMULA)
        self.assertEqual({FORMULA}, {row["sender"] for row in rows})
        self.assertEqual(4, len(rows))
        self.assertTrue(all(row["time"].endswith("Z") for row in rows))
        # As alias and by Message-ID, and in no order but that of time.
        rows = self.rows(DROPPED)
        self.assertEqual(4, len({row["index"] for row in rows}))
        self.assertEqual(4, len(rows))
        self.assertEqual(["<>", "<>", FORMULA, FORMULA], [row["sender"] for row in rows])
        # An event of a message has the same line as that of a history.
        of_message = self.rows("--message", rows[0]["message_id"])
        self.assertEqual([row for row in rows if row["message_id"] == rows[0]["message_id"]],
                         sorted(of_message, key=lambda row: -int(row["index"])))
        self.assertEqual(4, len(self.rows("x.test")))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class FollowTest(TraceCase):
    def follow(self, *arguments):
        process = subprocess.Popen(self.command("--follow", *arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        os.set_blocking(process.stdout.fileno(), False)
        os.set_blocking(process.stderr.fileno(), False)
        self.addCleanup(self.end, process)
        self.said = self.heard = ""
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def until(self, process, condition, what):
        def read():
            self.heard += (process.stdout.read() or b"").decode()
            self.said += (process.stderr.read() or b"").decode()
            return condition()
        wait_until(read, what, seconds=60)

    def test_it_goes_on_through_restarts_and_tells_each_event_once(self):
        self.write(*[DROPPED] * 5)
        self.settle(DROPPED, 10)
        process = self.follow(DROPPED, "--csv", "--limit", "20")
        self.until(process, lambda: self.heard.count("\n") == 11, "pages and header")
        self.write(*[DROPPED, OTHER] * 3)
        self.until(process, lambda: self.heard.count("\n") == 17, "what comes")
        for end in (self.waybill.stop, self.waybill.kill):
            before = self.said.count("broke off")
            end()
            self.until(process, lambda: self.said.count("broke off") == before + 1, "it is said")
            self.waybill.start()
            lines = self.heard.count("\n")
            self.write(*[DROPPED] * 4)
            self.until(process, lambda: self.heard.count("\n") == lines + 8, "what came since")
        self.assertEqual(2, self.said.count("the feed goes on"), self.said)
        rows = list(csv.DictReader(io.StringIO(self.heard)))
        self.assertEqual(10 + 6 + 16, len({row["index"] for row in rows}))
        self.assertEqual(len(rows), len({row["index"] for row in rows}))
        self.assertEqual([row["time"] for row in rows], sorted(row["time"] for row in rows))
        self.assertEqual({DROPPED}, {row["alias"] for row in rows})
        of_history = {row["index"]: row for row in csv.DictReader(
            io.StringIO(self.trace(DROPPED, "--csv", "--all")))}
        self.assertEqual(of_history, {row["index"]: row for row in rows})
        process.send_signal(signal.SIGINT)
        self.assertEqual(0, process.wait(STOP_SECONDS))

    def test_none_is_missed_or_told_twice_while_mail_goes_in(self):
        """Pages and feed overlap: followers begin in the middle of the mail."""
        followers = []
        with self.waybill.client() as client:
            client.hello()
            for number in range(120):
                client.deliver("ann@s.test", [DROPPED], message())
                if number % 20 == 10:
                    followers.append(subprocess.Popen(
                        self.command("--follow", "--json", DROPPED, "--limit", "1000"),
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        for process in followers:
            indexes = []
            too_long = threading.Timer(60, process.kill)
            too_long.start()
            self.addCleanup(too_long.cancel)
            for line in process.stdout:
                told = json.loads(line)
                event = told.get("entry") or told.get("event")
                indexes.append(event["index"])
                if len(indexes) == 240:
                    break
            process.terminate()
            self.assertEqual(0, process.wait(STOP_SECONDS))
            self.assertEqual("", process.stderr.read())
            self.end(process)
            self.assertEqual(240, len(set(indexes)))

    def test_what_comes_between_its_questions_is_told_once(self):
        """Mail comes in behind the feed's end and before the pages: it is in both."""
        self.write(DROPPED)
        self.settle(DROPPED, 2)

        def before(request):
            if b"/v1/search" in request and b"explain" not in request:
                self.write(DROPPED, DROPPED)
                self.settle(DROPPED, 6)
        port = self.start_between(before)
        process = self.follow(DROPPED, "--csv", "--server", f"http://127.0.0.1:{port}")
        self.until(process, lambda: self.heard.count("\n") >= 7, "header and pages")
        self.write(DROPPED)
        self.until(process, lambda: self.heard.count("\n") >= 9, "what comes")
        indexes = [row["index"] for row in csv.DictReader(io.StringIO(self.heard))]
        self.assertEqual(8, len(set(indexes)))
        self.assertEqual(8, len(indexes))

    def start_between(self, before):
        """A port that leads to the server; `before` sees what goes there, and holds it up."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def carry(source, sink, look):
            try:
                while octets := source.recv(65536):
                    look(octets)
                    sink.sendall(octets)
            except OSError:
                pass
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        def serve():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                server = socket.create_connection(("127.0.0.1", self.waybill.http_port))
                for each in (client, server):
                    self.addCleanup(each.close)
                for ends in ((client, server, before), (server, client, lambda octets: None)):
                    threading.Thread(target=carry, args=ends, daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    def test_what_events_say_is_followed_and_the_rest_is_refused(self):
        process = self.follow("is:rejected", "--not-is", "dropped")
        self.write(DROPPED, REFUSED)
        self.until(process, lambda: "nobody@x.test" in self.heard, "the refusal")
        self.assertNotIn("void@x.test", self.heard)
        process.terminate()
        self.assertEqual(0, process.wait(STOP_SECONDS))
        for words in (["msgid:a@x.test"], ["before:2026-03-01", DROPPED]):
            self.assertIn("follow", self.trace("--follow", *words, code=2), words)
        self.assertIn("^", self.trace("--follow", "frm:ann", code=2))

    def test_a_closed_pipe_ends_it_quietly(self):
        for mail in ([], [DROPPED]):
            process = self.follow("is:dropped", "is:rejected", "--json")
            self.write(DROPPED)
            self.until(process, lambda: "void@x.test" in self.heard, "it follows")
            # Without an event it ends at the feed's next sign of life, 15 s later at most.
            process.stdout.close()
            self.write(*mail)
            self.assertEqual(0, process.wait(STOP_SECONDS), mail)
            self.assertEqual(b"", process.stderr.read() or b"")


if __name__ == "__main__":
    unittest.main()
