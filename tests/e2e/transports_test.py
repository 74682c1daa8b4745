"""The transports of stream/transport with real receivers: rsyslog, by TLS of OpenSSL and of GnuTLS,
by TCP, UDP and RELP. What was confirmed is there, also behind a crash of the receiver."""

import collections
import json
import os
import pathlib
import subprocess
import time
import unittest

from support.certificates import Authority
from support.peers_case import PeersCase
from support.power_cut import PowerCut
from support.process import wait_until
from support.rsyslog import Rsyslog
from support.servers import needs_servers

_ROOT = pathlib.Path(__file__).resolve().parents[2]
ODD = 'one\n12 <134>1 two\r\n5 syslog 3 abc "]\\ \u00fc \U0001f4ec'
# librelp's own sender would have a quarter of it.
WINDOW = 512


def driver():
    """The program that drives a transport, beside the program under test."""
    return pathlib.Path(os.environ.get("WAYBILL_BIN", _ROOT / "build/release/waybill")
                        ).parent / "tests/drive_transport"


class Driven:
    """drive_transport at work: `confirmed` is what it has said so far."""

    def __init__(self, directory, given, env=None, **options):
        self._said = directory / f"said-{time.monotonic_ns()}"
        self._troubles = self._said.with_suffix(".troubles")
        entries = self._said.with_suffix(".records")
        entries.write_text("".join(json.dumps(one) + "\n" for one in given))
        with open(entries, "rb") as lines, open(self._said, "wb") as said, open(
                self._troubles, "wb") as troubles:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", driver(),
                 *(f"{key}={value}" for key, value in options.items())],
                stdin=lines, stdout=said, stderr=troubles, env={**os.environ, **(env or {})})

    def words(self, word):
        lines = self._said.read_text().splitlines(keepends=True)
        return [line.split()[1] for line in lines
                if line.endswith("\n") and line.startswith(word + " ")]

    @property
    def confirmed(self):
        return self.words("confirmed")

    @property
    def troubles(self):
        return self._troubles.read_text().splitlines()

    def wait(self, seconds=60):
        return self._process.wait(seconds)

    def stop(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def records(count, text="x" * 300):
    return [{"id": f"id-{i}", "body": json.dumps({"id": f"id-{i}", "text": text})}
            for i in range(count)]


def mounted(place, size):
    """A file system of that size there; False: not for this user."""
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place],
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


@unittest.skipUnless(driver().exists(), f"not built: {driver()}")
class LineFileTest(PeersCase):
    def setUp(self):
        super().setUp()
        # The name by which PowerCut knows whose syncs may fail.
        self.folder = self.directory / "journal"
        self.folder.mkdir()
        self.cut = PowerCut(self.directory)

    def drive(self, given, **options):
        driven = Driven(self.directory, given, env=self.cut.env, kind="file",
                        path=self.folder / "events", **{"kept": 50, **options})
        self.addCleanup(driven.stop)
        return driven

    def ids(self):
        """Of all files; each line is whole."""
        lines = b"".join(path.read_bytes() for path in self.folder.iterdir())
        self.assertTrue(not lines or lines.endswith(b"\n"))
        return {json.loads(line)["id"] for line in lines.splitlines()}

    def lose_power(self, given):
        """In the midst of records; what was confirmed then."""
        driven = self.drive(given, batch=200, rotate=1_000_000)
        wait_until(lambda: len(driven.confirmed) > 1_000, "some are confirmed")
        driven.stop()
        self.cut.cut(self.folder)
        return set(driven.confirmed)

    def test_a_loss_of_power_loses_nothing_that_was_confirmed(self):
        given = records(60_000)
        confirmed = self.lose_power(given)
        self.assertLess(len(confirmed), len(given), "it was to be killed in the midst")
        self.assertEqual(set(), confirmed - self.ids())
        rest = [one for one in given if one["id"] not in confirmed]
        driven = self.drive(rest, batch=5_000)
        self.assertEqual(0, driven.wait(), driven.troubles)
        self.assertEqual({one["id"] for one in given}, self.ids())

    def test_such_a_loss_would_be_seen(self):
        self.cut.stop_syncing()
        confirmed = self.lose_power(records(60_000))
        self.assertNotEqual(set(), confirmed - self.ids())

    def test_a_sync_that_fails_is_no_confirmation(self):
        given = records(60_000)
        driven = self.drive(given, batch=200)
        wait_until(lambda: driven.confirmed, "some are confirmed")
        self.cut.fail_next_sync()
        wait_until(self.cut.failed, "a sync has failed")
        self.assertEqual(0, driven.wait(), driven.troubles)
        self.assertIn("cannot sync", driven.troubles[0])
        # The batch was taken back and came again: nothing stands there twice.
        self.assertEqual([one["id"] for one in given], driven.confirmed)
        lines = (self.folder / "events").read_bytes().splitlines()
        self.assertEqual([one["id"] for one in given], [json.loads(line)["id"] for line in lines])

    def test_a_full_disk_is_waited_for(self):
        if not mounted(self.folder, "1m"):
            self.skipTest("file systems are mounted by root alone")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        given = records(6_000)
        driven = self.drive(given, batch=200, rotate=200_000)
        self.addCleanup(driven.stop)
        wait_until(lambda: driven.troubles, "the disk is full")
        self.assertIn("No space left on device; make room there", driven.troubles[0])
        there = set()
        while len(driven.confirmed) < len(given):
            for old in self.folder.glob("events.*"):
                there |= {json.loads(line)["id"] for line in old.read_bytes().splitlines()}
                old.unlink()
            known = len(driven.troubles)
            wait_until(lambda known=known: len(driven.confirmed) == len(given)
                       or len(driven.troubles) > known + 3, "it goes on until it is full again")
        self.assertEqual(0, driven.wait(), driven.troubles)
        self.assertEqual([one["id"] for one in given], driven.confirmed)
        self.assertEqual({one["id"] for one in given}, there | self.ids())


@unittest.skipUnless(driver().exists(), f"not built: {driver()}")
class ReceiverCase(PeersCase):
    driver = None

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.client = self.authority.issue("relay.test")
        self.rsyslog = self.start(Rsyslog, self.authority, self.driver)

    def drive(self, way, given, **more):
        chain, key = self.client
        options = {"kind": way, "host": "127.0.0.1", "port": self.rsyslog.port[way],
                   "ca": self.authority.file, "cert": chain, "key": key, "name": "siem.test"}
        driven = Driven(self.directory, given, **{**options, **more})
        self.addCleanup(driven.stop)
        return driven

    def arrived(self):
        """Ids, as often as they came."""
        return collections.Counter(json.loads(one["body"])["id"]
                                   for one in self.rsyslog.records())

    def confirm_arrival(self, driven, given):
        self.assertEqual(0, driven.wait(), driven.troubles)
        self.assertEqual([one["id"] for one in given], driven.confirmed)
        ids = {one["id"] for one in given}
        wait_until(lambda: ids <= set(self.arrived()), "rsyslog has written all")

    def crash(self, way):
        """The receiver is killed in the midst of records and started again."""
        given = records(30_000)
        driven = self.drive(way, given, batch=500, barrier=2)
        wait_until(lambda: len(driven.confirmed) > 3_000, "some are confirmed")
        # What was said before the crash.
        before = driven.confirmed
        self.rsyslog.kill()
        self.assertLess(len(before), len(given), "it was to be killed in the midst")
        there = set(self.arrived())
        self.assertEqual(set(), set(before) - there, "it was confirmed, and is lost")
        # It is away for a while.
        time.sleep(0.3)
        self.rsyslog.start()
        self.assertEqual(0, driven.wait(), driven.troubles)
        self.assertEqual({one["id"] for one in given}, set(driven.confirmed))
        return before, set(driven.confirmed)


class Shared:
    """What holds with both drivers."""

    def test_every_way_brings_each_record_once_and_whole(self):
        for way in ("tls", "tcp", "relp", "relps"):
            with self.subTest(way):
                given = [{"id": f"{way}-{i}", "body": json.dumps({"id": f"{way}-{i}"}) + ODD}
                         for i in range(2_000)]
                driven = self.drive(way, given)
                self.assertEqual(0, driven.wait(), driven.troubles)
                self.assertEqual([], driven.troubles)
                self.assertEqual([one["id"] for one in given], driven.confirmed)
                mine = [one for one in self.rsyslog.records() if f'"{way}-' in one["body"]]
                self.assertEqual([one["body"] for one in given], [one["body"] for one in mine])
                wanted = {"pri": "166", "host": "relay.test", "app": "waybill",
                          "kind": "accepted", "sd": "-"}
                self.assertEqual(wanted, {key: mine[0][key] for key in wanted})

    def test_a_crash_of_the_receiver_loses_nothing_that_relp_acknowledged(self):
        for way in ("relp", "relps"):
            with self.subTest(way):
                self.crash(way)
                repeats = sum(self.arrived().values()) - len(self.arrived())
                self.assertLessEqual(repeats, WINDOW, "a window is sent again, and no more")
                (self.rsyslog.directory / "out.jsonl").unlink()
                self.rsyslog.kill()
                self.rsyslog.start()

    def test_a_crash_of_the_receiver_loses_nothing_behind_a_barrier(self):
        for way in ("tls", "tcp"):
            with self.subTest(way):
                self.crash(way)

    def test_a_receiver_that_restarts_gets_all(self):
        given = records(60_000)
        driven = self.drive("tls", given, batch=500, barrier=2)
        for _ in range(3):
            known = len(driven.confirmed)
            wait_until(lambda known=known: len(driven.confirmed) > known + 2_000, "it goes on")
            self.rsyslog.stop()
            self.rsyslog.start()
        self.assertEqual(0, driven.wait(), driven.troubles)
        ids = {one["id"] for one in given}
        wait_until(lambda: ids <= set(self.arrived()), "rsyslog has written all")

    def test_a_client_that_is_not_known_gets_nothing_confirmed(self):
        stranger = Authority(self.directory, "stranger")
        chain, key = stranger.issue("relay.test", under="stranger-client")
        for way in ("tls", "relps"):
            for shown in ({"cert": chain, "key": key}, {"cert": "", "key": ""}):
                with self.subTest(way, shown=shown):
                    driven = self.drive(way, records(300), seconds=1, **shown)
                    self.assertEqual(1, driven.wait())
                    self.assertEqual([], driven.confirmed)
                    self.assertNotEqual([], driven.troubles)
        self.assertEqual([], self.rsyslog.records())

    def test_a_receiver_that_is_not_trusted_gets_nothing(self):
        stranger = Authority(self.directory, "stranger")
        for way in ("tls", "relps"):
            for options in ({"ca": stranger.file}, {"name": "other.test"}):
                with self.subTest(way, **options):
                    driven = self.drive(way, records(10), seconds=1, **options)
                    self.assertEqual(1, driven.wait())
                    self.assertIn("setup: 127.0.0.1", driven.troubles[0])
        self.assertEqual([], self.rsyslog.records())


@needs_servers("rsyslogd")
class OpensslTest(Shared, ReceiverCase):
    driver = "ossl"

    def test_datagrams_arrive_each_a_record(self):
        given = [{"id": f"id-{i}", "body": ODD + str(i)} for i in range(100)]
        driven = self.drive("udp", given)
        self.assertEqual(0, driven.wait(), driven.troubles)
        wait_until(lambda: len(self.rsyslog.records()) == len(given), "all have come")
        self.assertEqual([one["body"] for one in given],
                         [one["body"] for one in self.rsyslog.records()])

    def test_an_enterprise_number_brings_the_id_in_structured_data(self):
        driven = self.drive("tls", [{"id": 'a"]\\b', "body": "{}"}], enterprise=32473)
        self.assertEqual(0, driven.wait(), driven.troubles)
        wait_until(self.rsyslog.records, "it has come")
        self.assertEqual('[waybill@32473 id="a\\"\\]\\\\b"]', self.rsyslog.records()[0]["sd"])


@needs_servers("rsyslogd")
class GnutlsTest(Shared, ReceiverCase):
    driver = "gtls"


if __name__ == "__main__":
    unittest.main()
