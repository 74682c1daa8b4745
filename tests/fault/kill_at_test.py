"""The trap ends a process where it is told to, and what is left of a mail that was struck is looked
at: a lie about it is seen."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import checker_test
import harness  # noqa: F401  pylint: disable=unused-import
from experiments.kill_at import left
from harness.checker import Story
from harness.kill_at import Call, Hit, Trap, library
from harness.points import BROKER, SERVE

# Two lines by two calls, each with a sync; then the file gets its name.
_WRITER = """
import os, sys
place = sys.argv[1]
file = os.open(place + "/part", os.O_CREAT | os.O_WRONLY)
for line in (b"one\\n", b"two\\n"):
    os.write(file, line)
    os.fdatasync(file)
os.rename(place + "/part", place + "/whole")
"""


@unittest.skipUnless(shutil.which("cc"), "not here: cc")
class TrapTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # pylint: disable=consider-using-with
        cls.directory = tempfile.TemporaryDirectory(prefix="waybill-trap-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.library = library(pathlib.Path(cls.directory.name))

    def struck(self, call, side, **more):
        """The hit, the exit code, and what the writer's files have."""
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            trap = Trap(self.library, place)
            trap.arm(call, side, **more)
            code = subprocess.run([sys.executable, "-c", _WRITER, place], check=False,
                                  env={**os.environ, **trap.env}).returncode
            files = {file: (place / file).read_text() for file in ("part", "whole")
                     if (place / file).exists()}
            return trap.disarm(), code, files

    def test_before_a_call_it_has_not_happened(self):
        hit, code, files = self.struck(Call("write", "/part", b"two"), "before")
        self.assertEqual((-signal.SIGKILL, {"part": "one\n"}), (code, files))
        self.assertEqual(("write", "before", b"two\n"), (hit.call, hit.side, hit.octets))
        self.assertTrue(hit.place.endswith("/part"), hit.place)

    def test_after_a_call_it_has(self):
        _, code, files = self.struck(Call("write", "/part", b"two"), "after")
        self.assertEqual((-signal.SIGKILL, {"part": "one\ntwo\n"}), (code, files))

    def test_a_sync_is_told_by_what_was_written_before_it(self):
        hit, _, files = self.struck(Call("sync", "/part"), "before",
                                    first=Call("write", "/part", b"one"))
        self.assertEqual(({"part": "one\n"}, b"one\n"), (files, hit.octets))
        hit, _, files = self.struck(Call("sync", "/part"), "after",
                                    first=Call("write", "/part", b"two"))
        self.assertEqual(({"part": "one\ntwo\n"}, b"two\n"), (files, hit.octets))

    def test_the_second_of_them_is_struck_where_it_is_asked_for(self):
        _, _, files = self.struck(Call("sync", "/part"), "before", nth=2)
        self.assertEqual({"part": "one\ntwo\n"}, files)

    def test_octets_at_the_head_at_the_tail_and_any(self):
        for where, has, there in (("head", b"tw", True), ("head", b"wo", False),
                                  ("tail", b"o\n", True), ("tail", b"tw", False),
                                  ("any", (ord("t"), None, ord("o")), True),
                                  ("any", b"three", False), ("any", b"x" * 99, False)):
            hit, code, _ = self.struck(Call("write", "/part", has, where), "before")
            self.assertEqual((there, -signal.SIGKILL if there else 0), (hit is not None, code),
                             (where, has))

    def test_a_name_is_changed_or_not(self):
        for side, name in (("before", "part"), ("after", "whole")):
            hit, _, files = self.struck(Call("rename", "/whole"), side)
            self.assertEqual([name], list(files))
            self.assertIn("/part -> ", hit.place)

    def test_what_never_comes_is_not_hit(self):
        hit, code, files = self.struck(Call("write", "/elsewhere"), "before")
        self.assertEqual((None, 0, {"whole": "one\ntwo\n"}), (hit, code, files))


class LeftTest(unittest.TestCase):
    def setUp(self):
        self.points = {point.name: point for point in SERVE + BROKER}
        self.story = Story(checker_test.truth())

    def test_names_are_one_points_each(self):
        self.assertEqual(len(SERVE) + len(BROKER), len(self.points))

    def test_words_end_where_a_record_says(self):
        for octets, words in ((b"250 2.0.0 Seen as 242\r\n", "Seen as 242"),
                              (b"\x32\x0aSeen as 242\x1c", "Seen as 24")):
            self.assertEqual({words}, Hit("write", "before", "/x", octets).words())

    def left(self, name, octets):
        return list(left(self.story, self.points[name], Hit("write", "before", "/x", octets)))

    def test_the_truth_is_believed(self):
        # m3's first try was cut off: in doubt, and there; nobody sent m9 at all.
        self.assertEqual([], self.left("hop-replied", b"250 2.0.0 Seen as 3\r\n"))
        self.assertEqual([], self.left("end-sent", b"Message-ID: <m3.1@load.test>"))
        self.assertEqual([], self.left("reply-sent", b"250 2.0.0 Seen as 1\r\n"))
        self.assertEqual([], self.left("acceptance-unwritten", b"<m9.1@load.test>"))

    def test_what_is_on_record_too_early_is_found(self):
        self.assertIn("it is accepted", self.left("acceptance-unwritten", b"<m1.1@load.test>")[0])

    def test_what_was_sent_too_early_is_found(self):
        self.assertIn("the next hop has it", self.left("end-unsent", b"<m3.1@load.test>")[0])

    def test_an_outcome_in_place_of_a_doubt_is_found(self):
        self.assertIn("['forwarded']", self.left("hop-replied", b"250 2.0.0 Seen as 1\r\n")[0])

    def test_an_outcome_that_is_lost_is_found(self):
        self.assertIn("without 'Seen as 3'", self.left("reply-sent", b"Seen as 3")[0])

    def test_a_reply_that_was_heard_too_early_is_found(self):
        self.assertIn("heard 'Seen as 1'", self.left("outcome-unsynced", b"Seen as 1")[0])

    def test_a_hit_that_names_no_mail_is_found(self):
        self.assertIn("no mail of ours", self.left("end-sent", b"250 2.0.0 OK\r\n")[0])


if __name__ == "__main__":
    unittest.main()
