"""The feed: whoever reads it misses nothing and hears of nothing twice, through broken connections,
restarts and crashes; and nobody who reads slowly, or not at all, is in the way of others."""

import json
import pathlib
import resource
import socket
import threading
import time
import unittest

from support.feed_reader import Cut, FeedReader
from support.peers_case import PeersCase
from support.process import wait_until
from support.smtp_client import message
from support.waybill import Waybill, binary

DROPPED = "void@x.test"
OTHER = "hole@y.test"
REFUSED = "nobody@x.test"
# Octets of the process's memory that are its own.
MEMORY = "VmRSS"


def streams_at_most():
    """docs/api.md; and this process may have as many, with what it has besides."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    return 1024 if hard >= 8192 else 32


class FeedCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.waybill = self.start(Waybill, {
            "x.test": {"aliases": {"void": {"drop": True}}},
            "y.test": {"aliases": {"hole": {"drop": True}}}},
            # Where no question of its own is among the events, their places are told by counting.
            tables={"http": {"record_access": False},
                    "limits": {"max_refusals": 100, "max_refusals_per_client": 10_000}})

    def read(self, **parameters):
        reader = FeedReader(self.waybill.http_port, **parameters)
        self.addCleanup(reader.close)
        return reader

    def write(self, *addresses, sender="ann@s.test"):
        """A message to each: an acceptance and its outcome, or a refusal alone."""
        with self.waybill.client() as client:
            client.hello()
            for address in addresses:
                client.deliver(sender, [address], message())

    def all(self, count, **parameters):
        """The first `count` events of the log, once they are there."""
        with FeedReader(self.waybill.http_port, after="start", **parameters) as reader:
            return reader.events(count)

    def memory(self):
        """KiB."""
        status = pathlib.Path(f"/proc/{self.waybill.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines()
                    if line.startswith(MEMORY + ":"))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class FeedTest(FeedCase):
    def test_from_the_start_it_tells_what_history_tells(self):
        self.write(*[DROPPED, OTHER, REFUSED] * 20)
        told = self.all(100)
        self.assertEqual([(0, index) for index in range(100)], [line.place for line in told])
        self.assertEqual(100, len({line.event_id for line in told}))
        of_history = {}
        for address in (DROPPED, OTHER, REFUSED):
            for entry in self.waybill.events(address, count=20):
                of_history[entry["index"]] = (entry["kind"], address, entry["time"])
        of_feed = {line.body["index"]: (line.kind, line.body["alias"], line.body["occurred_at"])
                   for line in told}
        self.assertEqual(of_history, {index: of_feed[index] for index in of_history})
        self.assertEqual({"dropped", "rejected"},
                         {kind for kind, _, _ in of_history.values()} - {"accepted"})
        whole = self.waybill.http.message(told[0].body["message_id"]).json["events"]
        self.assertEqual(whole, [line.body for line in told
                                 if line.body.get("message_id") == told[0].body["message_id"]])

    def test_an_event_is_told_within_a_second_of_its_reply(self):
        with self.read() as reader:
            self.assertEqual("application/x-ndjson", reader.fields["Content-Type"])
            self.assertEqual("private, no-store", reader.fields["Cache-Control"])
            self.assertEqual("no", reader.fields["X-Accel-Buffering"])
            first = reader.line()
            self.assertEqual(("progress", 0), (first.kind, first.body["unread"]))
            for _ in range(5):
                self.write(DROPPED)
                began = time.monotonic()
                self.assertEqual(["accepted", "dropped"],
                                 [line.kind for line in reader.events(2)])
                self.assertLess(time.monotonic() - began, 1)

    def test_who_waits_is_told_so_before_a_proxy_cuts(self):
        with self.read() as reader:
            reader.line()
            began = time.monotonic()
            line = reader.line()
            self.assertEqual(("progress", {"unread": 0, "lag": 0}), (
                line.kind, {name: line.body[name] for name in ("unread", "lag")}))
            self.assertTrue(13 < time.monotonic() - began < 20)

    def test_filters_tell_what_all_of_them_are_true_of(self):
        self.write(DROPPED, OTHER, REFUSED)
        self.write(OTHER, sender="Bob@s.test")
        told = self.all(7)

        def found(**parameters):
            with self.read(after="start", wait=0, **parameters) as reader:
                return [line.body["index"] for line in reader.lines() if line.is_event]

        def expected(condition):
            out = [line.body["index"] for line in told if condition(line)]
            self.assertTrue(0 < len(out) < 7, "a filter that is one")
            return out
        self.assertEqual(expected(lambda line: line.kind in ("dropped", "rejected")),
                         found(kind="rejected,dropped"))
        self.assertEqual(expected(lambda line: line.body["alias"] == OTHER),
                         found(domain="Y.TEST"))
        self.assertEqual(expected(lambda line: line.body["alias"] == OTHER),
                         found(address="Hole@Y.test"))
        self.assertEqual(expected(lambda line: line.body["sender"].lower() == "bob@s.test"),
                         found(address="BOB@s.test"))
        self.assertEqual(expected(lambda line: line.kind == "dropped"
                                  and line.body["alias"] == OTHER),
                         found(kind="dropped", domain="y.test"))
        self.assertEqual([], found(**{"class": "hard"}))
        self.assertEqual([], found(domain="z.test"))
        self.assertEqual([], found(address="oid@x.test"))
        # It goes on from where it was with another filter.
        with self.read(after="start", limit=1, kind="rejected") as reader:
            rejected = reader.lines()[-1]
        with self.read(after=rejected.cursor, wait=0) as reader:
            self.assertEqual(list(range(rejected.body["index"] + 1, 7)),
                             [line.body["index"] for line in reader.lines() if line.is_event])

    def test_a_limit_ends_it_whole(self):
        self.write(DROPPED)
        self.write(DROPPED)
        with self.read(after="start", limit=3) as reader:
            lines = reader.lines()
        self.assertEqual([0, 1, 2], [line.body["index"] for line in lines if line.is_event])
        self.assertTrue(lines[-1].is_event)

    def test_a_long_poll_ends_with_news_or_behind_its_time(self):
        with self.read(wait=1) as reader:
            began = time.monotonic()
            last = reader.lines()[-1]
            self.assertTrue(0.9 < time.monotonic() - began < 4)
        self.assertEqual(("progress", 0), (last.kind, last.body["unread"]))
        with self.read(wait=20, after=last.cursor) as reader:
            began = time.monotonic()
            writer = threading.Timer(0.5, self.write, [DROPPED])
            writer.start()
            lines = reader.lines()
            writer.join()
            self.assertTrue(0.4 < time.monotonic() - began < 5)
        told = [line for line in lines if line.is_event]
        self.assertIn([line.body["index"] for line in told], ([0], [0, 1]))
        self.assertEqual("progress", lines[-1].kind)
        with self.read(wait=5, after=lines[-1].cursor, limit=1) as reader:
            if len(told) == 1:
                self.assertEqual(1, reader.events(1)[0].body["index"])

    def test_what_is_there_is_told_by_a_poll_that_does_not_wait(self):
        self.write(*[DROPPED] * 30)
        self.all(60)
        told, cursor = [], "start"
        for _ in range(9):
            with self.read(wait=0, after=cursor, limit=7) as reader:
                told += [line.body["index"] for line in reader.lines() if line.is_event]
                cursor = reader.cursor
        self.assertEqual(list(range(60)), told)

    def test_what_is_wrong_with_a_question_is_said(self):
        self.write(DROPPED)
        cursor = self.all(1)[0].cursor
        damaged = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
        for wrong, parameters in (
                ("after", {"after": "yester day"}), ("after", {"after": ""}),
                ("kind", {"kind": "accepted,lost"}), ("kind", {"kind": "accepted,"}),
                ("class", {"class": "hard,mild"}), ("limit", {"limit": 0}),
                ("limit", {"limit": 1_000_001}), ("limit", {"limit": "-1"}),
                ("wait", {"wait": 3301}), ("wait", {"wait": "1s"}),
                ("format", {"format": "xml"}), ("from", {"from": "2026-01-01T00:00:00Z"})):
            with self.subTest(parameters=parameters), self.read(**parameters) as reader:
                answer = reader.answer()
                self.assertEqual((400, "invalid_parameter", wrong), (
                    answer.status, answer.json["code"], answer.json["parameter"]))
        for after in ("yesterday", damaged, cursor[:-4], cursor + "A", "A" * 7000):
            with self.subTest(after=after), self.read(after=after) as reader:
                answer = reader.answer()
                self.assertEqual((409, "unknown_cursor"), (answer.status, answer.json["code"]))
        for name, value in (("domain", "a b"), ("address", "x.test")):
            with self.subTest(name), self.read(**{name: value}) as reader:
                answer = reader.answer()
                self.assertEqual((404, name), (answer.status, answer.json["parameter"]))
        with self.read(fields={"Last-Event-ID": damaged}) as reader:
            self.assertEqual("Last-Event-ID", reader.answer().json["parameter"])
        twice = self.waybill.http.get(f"/v1/feed?after=start&after={cursor}")
        self.assertEqual((400, "after"), (twice.status, twice.json["parameter"]))

    def test_a_cursor_of_another_log_is_told_so(self):
        self.write(*[DROPPED] * 5)
        cursor = self.all(10)[-1].cursor
        other = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}})
        with FeedReader(other.http_port, after=cursor) as reader:
            answer = reader.answer()
        self.assertEqual((410, "cursor_ahead"), (answer.status, answer.json["code"]))
        self.assertIn("after=start", answer.json["detail"])

    def test_head_has_its_fields_alone_and_the_connection_goes_on(self):
        self.write(DROPPED)
        with socket.create_connection(("127.0.0.1", self.waybill.http_port), timeout=10) as asker:
            asker.sendall(b"HEAD /v1/feed?after=start HTTP/1.1\r\nHost: localhost\r\n\r\n"
                          b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            heard = b"".join(iter(lambda: asker.recv(4096), b""))
        head, rest = heard.split(b"\r\n\r\n", 1)
        self.assertIn(b"application/x-ndjson", head)
        self.assertTrue(rest.startswith(b"HTTP/1.1 200 "), rest)
        self.assertTrue(rest.endswith(b"ok\n"), rest)

    def test_a_client_of_http_10_reads_up_to_the_end_of_the_connection(self):
        self.write(DROPPED)
        self.all(2)
        with socket.create_connection(("127.0.0.1", self.waybill.http_port), timeout=10) as asker:
            asker.sendall(b"GET /v1/feed?after=start&limit=2 HTTP/1.0\r\n\r\n")
            heard = b"".join(iter(lambda: asker.recv(4096), b""))
        head, body = heard.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"chunked", head)
        self.assertEqual(2, body.count(b'"event":'))
        self.assertTrue(body.endswith(b"}\n"))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ReaderThatComesAgainTest(FeedCase):
    """Each goes on from the cursor of the last line that it heard whole."""

    def load(self, ended):
        """Until `ended`; what cannot be sent, since the server is away, is sent no more."""
        while not ended.is_set():
            try:
                self.write(DROPPED, OTHER)
            except Exception:  # pylint: disable=broad-exception-caught
                time.sleep(0.05)

    def follow(self, told, ended, fields=None, **parameters):
        """Comes again and again until `ended`, and until it has heard all that there is."""
        cursor = "start"
        while True:
            try:
                place = {"after": cursor} if cursor == "start" or not fields else {}
                more = {**(fields or {}), **({} if place else {"Last-Event-ID": cursor})}
                with FeedReader(self.waybill.http_port, fields=more, timeout=20, **place,
                                **parameters) as reader:
                    if reader.status != 200:
                        raise ConnectionError(reader.answer().body)
                    while (line := reader.line()) is not None:
                        cursor = line.cursor
                        if line.is_event:
                            told.append(line)
                        elif ended.is_set() and line.body["unread"] == line.body["lag"] == 0:
                            return
            except (Cut, OSError):
                time.sleep(0.05)

    def follow_through(self, disturb, **parameters):
        told, ended = [], threading.Event()
        stopped = threading.Event()
        load = threading.Thread(target=self.load, args=(stopped,))
        reader = threading.Thread(target=self.follow, args=(told, ended), kwargs=parameters)
        load.start()
        reader.start()
        try:
            for _ in range(3):
                seen = len(told)
                wait_until(lambda: len(told) > seen + 20, "events of the feed")
                disturb()
        finally:
            stopped.set()
            load.join()
            ended.set()
            reader.join(60)
        self.assertFalse(reader.is_alive(), "the reader has heard all that there is")
        self.expect_all(told)

    def expect_all(self, told):
        places = [line.place for line in told]
        self.assertEqual([(0, index) for index in range(len(places))], places)
        self.assertEqual(len(told), len({line.event_id for line in told}))
        self.assertEqual([line.event_id for line in self.all(len(told))],
                         [line.event_id for line in told])

    def test_an_event_source_misses_nothing_where_its_connection_breaks(self):
        self.write(*[DROPPED] * 40)
        self.all(80)
        told, cursor = [], None
        for _ in range(8):
            fields = {"Accept": "text/event-stream"}
            if cursor:
                fields["Last-Event-ID"] = cursor
            # A browser comes again with the question that it had at first.
            with self.read(fields=fields, after="start") as reader:
                self.assertTrue(reader.sse)
                told += reader.events(10)
                cursor = reader.cursor
        self.expect_all(told)

    def test_a_restart_in_between_is_not_noticed(self):
        self.follow_through(self.waybill.restart)

    def test_an_event_source_goes_on_through_restarts(self):
        self.follow_through(self.waybill.restart, fields={"Accept": "text/event-stream"})

    def test_a_crash_in_between_is_not_noticed(self):
        def crash():
            self.waybill.kill()
            self.waybill.start()
        self.follow_through(crash)

    def test_a_long_poll_goes_on_through_a_crash(self):
        def crash():
            self.waybill.kill()
            self.waybill.start()
        self.follow_through(crash, wait=2)

    def test_a_stop_does_not_wait_for_readers(self):
        readers = [self.read(after="start") for _ in range(20)]
        for reader in readers:
            reader.line()
        began = time.monotonic()
        self.assertEqual(0, self.waybill.stop())
        self.assertLess(time.monotonic() - began, 5)
        for reader in readers:
            with self.assertRaises(Cut):
                reader.line()

    def test_a_cursor_outlives_views_that_are_folded_anew(self):
        self.write(*[DROPPED] * 20)
        told = self.all(40)
        self.waybill.stop()
        code, output = self.waybill.run("views", "rebuild")
        self.assertEqual(0, code, output)
        self.waybill.start()
        with self.read(after=told[9].cursor) as reader:
            self.assertEqual([line.event_id for line in told[10:]],
                             [line.event_id for line in reader.events(30)])
        with self.read(after=told[39].cursor) as reader:
            self.assertEqual("progress", reader.line().kind)
            self.write(DROPPED)
            self.assertEqual([40, 41], [line.body["index"] for line in reader.events(2)])


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class CrowdOfReadersTest(FeedCase):
    def write_much(self):
        """More than a system holds for one connection (tcp_wmem); the number of events."""
        most = int(pathlib.Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])
        sender = f"{'s' * 60}@{'.'.join(['d' * 60] * 3)}.test"
        octets = count = 0
        with self.read(after="start") as reader:
            while octets < most + (1 << 20):
                writers = [threading.Thread(target=self.write, args=[DROPPED] * 250,
                                            kwargs={"sender": sender}) for _ in range(4)]
                for writer in writers:
                    writer.start()
                for writer in writers:
                    writer.join()
                lines = reader.events(2000)
                count += len(lines)
                octets += sum(len(json.dumps(line.body)) for line in lines)
        return count

    def test_a_hundred_hear_all_though_others_do_not_read(self):
        count = self.write_much()
        # Each is to be told more than the system holds for it, and takes nothing.
        deaf = [self.read(after="start", receives=4096) for _ in range(5)]
        before = self.memory()
        crowd = [self.read() for _ in range(100)]
        for reader in crowd:
            self.assertEqual("progress", reader.line().kind)
        heard, failed = [], []

        def listen(reader):
            try:
                lines = reader.events(40)
                heard.append((time.monotonic(), [line.body["index"] for line in lines]))
            except Exception as error:  # pylint: disable=broad-exception-caught
                failed.append(error)
        threads = [threading.Thread(target=listen, args=(reader,)) for reader in crowd]
        for thread in threads:
            thread.start()
        self.write(*[OTHER] * 20)
        written = time.monotonic()
        for thread in threads:
            thread.join(30)
        self.assertEqual([], failed)
        self.assertEqual([list(range(count, count + 40))] * 100, [indexes for _, indexes in heard])
        self.assertLess(max(when for when, _ in heard) - written, 5)
        self.assertLess(self.memory() - before, 64 << 10)
        # They were told what they took, and are told the rest once they take more.
        self.assertEqual(list(range(count + 40)),
                         [line.body["index"] for line in deaf[0].events(count + 40)])

    def test_who_takes_nothing_for_long_is_cut_and_counted(self):
        self.write_much()
        deaf = self.read(after="start", receives=4096)
        began = time.monotonic()
        line = 'waybill_http_streams_total{end="slow",route="/v1/feed"} 1'
        wait_until(lambda: line in self.waybill.http.get("/metrics").body.decode(),
                   "the one who does not read is cut off", 45)
        self.assertGreater(time.monotonic() - began, 25)
        with self.assertRaises(Cut):
            deaf.lines()

    def test_one_more_than_there_may_be_gets_a_sentence(self):
        crowd = []
        self.addCleanup(lambda: [one.close() for one in crowd])
        ask = b"GET /v1/feed HTTP/1.1\r\nHost: localhost\r\n\r\n"
        most = streams_at_most()
        for _ in range(most):
            one = socket.create_connection(("127.0.0.1", self.waybill.http_port), timeout=20)
            crowd.append(one)
            one.sendall(ask)
        for one in crowd:
            self.assertTrue(one.recv(64).startswith(b"HTTP/1.1 200 "))
        with self.read() as reader:
            answer = reader.answer()
        self.assertEqual((503, "too_many_streams"), (answer.status, answer.json["code"]))
        self.assertIn("Retry-After", answer.headers)
        self.assertTrue(self.waybill.http.ready(), "questions have places of their own")
        # All of them hear of one event.
        self.write(DROPPED)
        heard = [self.wait_for(one, b'"kind":"dropped"') for one in crowd]
        self.assertEqual(most, len(heard))
        for one in crowd:
            one.close()
        gone = 'waybill_http_streams 0'
        wait_until(lambda: gone in self.waybill.http.get("/metrics").body.decode().splitlines(),
                   "no stream is left")
        with self.read() as reader:
            self.assertEqual(200, reader.status)

    def wait_for(self, one, octets):
        heard = b""
        while octets not in heard:
            more = one.recv(65536)
            self.assertTrue(more, "cut off")
            heard += more
        return heard
