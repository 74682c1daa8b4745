"""A disk is lost: what a backup brings back, and what goes on without one."""

import hashlib
import pathlib
import re
import shutil
import threading
import unittest

from support.peers_case import PeersCase
from support.process import Running, listening, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.silent_failure_case import ALIAS, AUTHOR, TOLD, SilentFailureCase
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary


def files_of(directory):
    """What is in it, by name: size and digest."""
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(directory).rglob("*")) if path.is_file()}


def flip(path):
    """One bit, in the middle."""
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(bytes(octets))


@needs_servers("nsd")
class LostDiskTest(SilentFailureCase):
    """With return paths, so with DNS."""

    def load(self, waybill, stopped):
        with waybill.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            while not stopped.is_set():
                client.deliver(AUTHOR, [ALIAS], message(From=AUTHOR, To=ALIAS))

    def test_a_restored_backup_goes_on_where_it_was_made(self):
        home, bridgehead = self.start_home_sink(), self.start_taking_bridgehead()
        waybill = self.start_waybill()
        self.write(waybill)
        first = bridgehead.mail()[-1].sender
        self.assertEqual((250, "2.0.0"), self.report(waybill, first))
        self.story(waybill, *TOLD)
        self.write(waybill)
        old = bridgehead.mail()[-1].sender
        place = self.directory / "backup"

        stopped = threading.Event()
        load = threading.Thread(target=self.load, args=(waybill, stopped))
        load.start()
        try:
            for _ in range(2):
                code, output = waybill.run("backup", str(place))
                self.assertEqual(0, code, output)
                self.assertIn("read back and whole", output)
        finally:
            stopped.set()
            load.join()
        before = history(waybill, ALIAS)
        waybill.kill()
        shutil.rmtree(waybill.data)

        code, output = waybill.run("restore", str(place))
        self.assertEqual(0, code, output)
        self.assertIn("restored backup 2 of ", output)
        waybill.start()
        after = history(waybill, ALIAS)
        # What was under way when the copy was made is in doubt; all else is as it was.
        whole = [entry for entry in after if entry["kind"] != "in_doubt"]
        self.assertEqual(before[:len(whole)], whole)
        self.assertGreaterEqual(len(whole), len(TOLD) + 2)
        # A bounce of mail that went out before the disk was lost finds its way home.
        self.assertEqual(1, len(home.mail()))
        self.assertEqual((250, "2.0.0"), self.report(waybill, old))
        self.assertEqual(2, len(home.mail()))
        self.write(waybill)
        self.assertEqual((250, "2.0.0"), self.report(waybill, bridgehead.mail()[-1].sender))
        code, output = waybill.run("doctor")
        self.assertRegex(output, r"warning\s+history\s+found on [\s\S]*restored from\s+backup 2")


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class BackupCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{self.sink.port}"}}})
        self.place = self.directory / "backup"

    def mail(self, count=1):
        with self.waybill.client() as client:
            client.hello()
            for _ in range(count):
                self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)

    def run_well(self, *arguments):
        code, output = self.waybill.run(*map(str, arguments))
        self.assertEqual(0, code, output)
        return output

    def refused(self, code, words, *arguments):
        said, output = self.waybill.run(*map(str, arguments))
        self.assertEqual((code, True), (said, words in output), output)


class BackupTest(BackupCase):
    def test_a_further_one_copies_what_is_new_and_old_ones_can_go(self):
        self.mail(200)
        self.run_well("backup", self.place)
        tables = lambda: {path.name for path in self.place.rglob("*.sst")}
        first = tables()
        self.mail(1)
        output = self.run_well("backup", self.place)
        self.assertRegex(output, r"backup 2: journal to record 402, .* new; read back and whole")
        self.assertLess(first, tables(), "what was there stays, and is there once")
        self.waybill.stop()
        self.run_well("backup", self.place, "--keep", 1)
        self.assertEqual(["3.json"], [path.name for path in self.place.glob("*.json")])
        self.assertIn("backup 3 of ", self.run_well("backup", self.place, "--verify"))

    def test_damage_is_named_and_nothing_is_restored_from_it(self):
        self.mail(20)
        self.run_well("backup", self.place)
        self.waybill.kill()
        shutil.rmtree(self.waybill.data)
        for name in ("1.json", "files/1/return_path.keys", "views/meta/1",
                     next(self.place.glob("views/shared_checksum/*.sst")),
                     next(self.place.glob("journal/shared_checksum/*.sst"))):
            with self.subTest(name):
                damaged = self.place / name
                flip(damaged)
                words = damaged.name.split("_")[0]
                self.refused(3, words, "restore", self.place)
                self.refused(1, words, "backup", "--verify", self.place)
                self.assertFalse(self.waybill.data.exists())
                flip(damaged)
        self.run_well("restore", self.place)

    def test_what_is_in_the_way_is_not_harmed(self):
        self.mail()
        full = self.directory / "full"
        full.mkdir()
        (full / "letter").write_text("dear")
        self.refused(3, "has something in it that is no backup", "backup", full)
        self.refused(3, "is no backup", "restore", full)
        self.run_well("backup", self.place)
        self.refused(3, "stop it first", "restore", self.place)
        self.mail()
        before = history(self.waybill, "a@x.test")
        self.waybill.stop()
        self.refused(3, "nothing was written", "restore", self.place)
        self.waybill.start()
        self.assertEqual(before, history(self.waybill, "a@x.test"))
        self.waybill.stop()
        self.assertIn("before-restore-", self.run_well("restore", "--replace", self.place))
        self.waybill.start()
        self.assertEqual(before[:2], history(self.waybill, "a@x.test"))
        self.mail()

    def test_a_backup_without_keys_says_so(self):
        (self.waybill.data / "return_path.keys").unlink()
        self.refused(1, "IT LACKS the key file", "backup", self.place)


class HistoryOnlyTest(BackupCase):
    def test_a_restored_backup_is_read_and_not_written(self):
        self.mail(3)
        before = history(self.waybill, "a@x.test")
        self.run_well("backup", self.place)
        self.refused(3, "a waybill runs on", "serve", "--history-only", self.waybill.data)
        self.refused(3, "has backups and is no data directory", "serve", "--history-only",
                     self.place)
        self.waybill.stop()
        other = self.directory / "other"
        self.run_well("restore", self.place, "--data", other)
        files = files_of(other)
        process = Running([binary(), "serve", "--history-only", other, "-c",
                           self.waybill.configuration], self.directory / "reader")
        self.addCleanup(process.stop)
        process.wait_for_port(self.waybill.http_port)
        answer = self.waybill.http.history("a@x.test", limit=500)
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual(before, answer.json["entries"][::-1])
        self.assertEqual(200, self.waybill.http.get("/readyz").status)
        self.assertFalse(listening(self.waybill.smtp_port))
        self.assertEqual(0, process.stop(), process.output())
        self.assertEqual(files, files_of(other))


class LostJournalTest(BackupCase):
    def test_views_alone_are_enough_to_go_on(self):
        self.mail(5)
        before = history(self.waybill, "a@x.test")
        self.waybill.stop()
        shutil.rmtree(self.waybill.data / "journal")
        self.waybill.start()
        self.assertIn("it begins anew behind the views", self.waybill.output())
        self.assertEqual(before, history(self.waybill, "a@x.test"))
        self.mail(5)
        wait_until(lambda: len(history(self.waybill, "a@x.test")) == 20, "new mail has history")
        metrics = self.waybill.http.get("/metrics").body.decode()
        self.assertRegex(metrics, r"waybill_history_gap_timestamp_seconds\S* 1\.?\d+e?\+?0?9?")
        self.assertIn("the journal was empty", " ".join(self.waybill.run("doctor")[1].split()))
        digest = self.run_digest()
        self.assertEqual(digest, self.run_digest(rebuild=True))

    def run_digest(self, rebuild=False):
        self.waybill.stop()
        if rebuild:
            self.run_well("views", "rebuild")
        return self.run_well("views", "digest")

    def test_keys_that_are_gone_end_the_start_and_are_not_made(self):
        self.mail()
        keys = self.waybill.data / "return_path.keys"
        self.waybill.stop()
        saved = keys.read_bytes()
        keys.unlink()
        self.refused(3, "`waybill keys make`", "serve")
        self.assertFalse(keys.exists())
        # Nor where the journal was lost with it.
        shutil.rmtree(self.waybill.data / "journal")
        self.refused(3, "`waybill keys make`", "serve")
        self.run_well("keys", "make")
        self.assertNotEqual(saved, keys.read_bytes())
        self.waybill.start()
        self.mail()


class RebuildTest(BackupCase):
    """The archive's only table file is damaged; the backup has made it be written."""

    def setUp(self):
        super().setUp()
        self.mail(3)
        self.before = history(self.waybill, "a@x.test")
        self.run_well("backup", self.place)
        self.waybill.stop()
        self.digest = self.run_well("views", "digest")
        # Who looked at history is on record too.
        self.events = re.search(r"(\d+) events", self.digest).group(1)
        views = self.waybill.data / "views/p0"
        [archive] = [path for path in views.glob("*.sst") if b"archive" in path.read_bytes()]
        octets = bytearray(archive.read_bytes())
        octets[8] ^= 1
        archive.write_bytes(bytes(octets))

    def test_damage_is_mended_from_the_journal(self):
        self.assertIn(f"rebuilt the views of partition 0 from {self.events} events",
                      self.run_well("views", "rebuild"))
        self.assertEqual(self.digest, self.run_well("views", "digest"))
        self.assertEqual(["p0"], [path.name for path in (self.waybill.data / "views").iterdir()])
        self.waybill.start()
        self.assertEqual(self.before, history(self.waybill, "a@x.test"))
        [delivery] = {entry["delivery_id"] for entry in self.before[:2]}
        self.assertEqual(200, self.waybill.http.delivery(delivery).status)

    def test_without_the_journal_it_is_a_hole_and_the_rest_lives(self):
        shutil.rmtree(self.waybill.data / "journal")
        self.refused(1, f"{self.events} events of partition 0 (from index 0 on, before 20",
                     "views", "rebuild")
        self.waybill.start()
        self.assertIn("from index 0 on", self.waybill.http.get("/readyz").json["detail"])
        self.mail()
        history(self.waybill, "a@x.test")
        answer = self.waybill.http.history("a@x.test").json
        self.assertEqual(2, len(answer["entries"]))
        [partition] = answer["as_of"]["partitions"]
        self.assertEqual(["before"], list(partition["holes"][0]))
        self.assertIn("from index 0 on", " ".join(self.waybill.run("doctor")[1].split()))

    def test_one_that_is_cut_off_leaves_the_views_as_they_were(self):
        beside = self.waybill.data / "views/p0.rebuilding"
        beside.mkdir()
        (beside / "CURRENT").write_text("half")
        self.waybill.start()
        self.assertEqual(self.before, history(self.waybill, "a@x.test"))
        self.waybill.stop()
        digest = self.run_well("views", "digest")
        self.run_well("views", "rebuild")
        self.assertEqual(digest, self.run_well("views", "digest"))


if __name__ == "__main__":
    unittest.main()
