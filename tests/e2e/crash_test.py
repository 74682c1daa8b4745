"""Crashes and power cuts under load: nothing that was said is lost, nothing is told twice."""

import os
import random
import time
import unittest

from support.crash_load import TAKEN, UNKNOWN, Load, complaints
from support.peers_case import PeersCase, needs
from support.power_cut import PowerCut
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import message
from support.waybill import Waybill, binary

ROUNDS = int(os.environ.get("WAYBILL_CRASH_ROUNDS", "20"))
SEED = int(os.environ.get("WAYBILL_CRASH_SEED", str(random.randrange(1 << 32))))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class CrashCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)
        self.sink = self.start(RecordingSink, at_body={"no@[127.0.0.1]": "554 5.7.1 Never"},
                               before_reply=self.dawdle)

    def dawdle(self, _):
        """A crash should find deliveries at every step, also between body and reply."""
        time.sleep(random.uniform(0, 0.01))

    def start_waybill(self, env=None):
        aliases = {name: f"{name}@[127.0.0.1]:{self.sink.port}" for name in ("yes", "no")}
        waybill = self.start(Waybill, {"x.test": {"aliases": aliases}}, env=env)
        load = Load(waybill.smtp_port)
        self.addCleanup(load.stop)
        load.start()
        return waybill, load

    def run_for_a_moment(self, load):
        """At least until something went through, then as long as chance will have it."""
        before = len(load.seen)
        wait_until(lambda: len(load.seen) > before, "mail goes through", seconds=60)
        time.sleep(self.chance.uniform(0, 0.4))

    def check(self, waybill, load):
        self.assertEqual([], complaints(waybill, load, self.sink)[:20],
                         f"WAYBILL_CRASH_SEED={SEED}\n{waybill.output()[-3000:]}")

    def check_views(self, waybill):
        """Dropped and folded again, the views are the same, octet for octet."""
        self.assertEqual(0, waybill.stop())
        before = waybill.run("views", "digest")
        self.assertEqual(0, waybill.run("views", "rebuild")[0])
        self.assertEqual(before, waybill.run("views", "digest"))
        self.assertEqual(0, before[0], before)


class KillTest(CrashCase):
    def test_kills_at_any_moment_lose_nothing_that_was_said(self):
        waybill, load = self.start_waybill()
        for _ in range(ROUNDS):
            self.run_for_a_moment(load)
            waybill.kill()
            waybill.start()
        self.run_for_a_moment(load)
        load.stop()
        self.assertGreater(len(load.seen), ROUNDS)
        self.check(waybill, load)
        self.check_views(waybill)


@needs("cc")
class PowerCutTest(CrashCase):
    def test_a_power_cut_loses_nothing_that_was_said(self):
        power = PowerCut(self.directory)
        waybill, load = self.start_waybill(power.env)
        lost = 0
        for _ in range(ROUNDS):
            self.run_for_a_moment(load)
            waybill.kill()
            lost += power.cut(waybill.data)
            waybill.start()
        self.run_for_a_moment(load)
        load.stop()
        self.assertGreater(lost, 0, "the cuts took nothing: they prove nothing")
        self.check(waybill, load)
        self.check_views(waybill)

    def test_without_the_sync_the_same_check_turns_red(self):
        """The oracle is not blind."""
        power = PowerCut(self.directory)
        waybill, load = self.start_waybill(power.env)
        self.run_for_a_moment(load)
        power.stop_syncing()
        before = len(load.seen)
        wait_until(lambda: len(load.seen) > before + 50, "mail goes through without a sync")
        waybill.kill()
        load.stop()
        power.cut(waybill.data)
        power.sync_again()
        self.start_whatever_is_missing(waybill)
        found = complaints(waybill, load, self.sink)
        self.assertTrue(any("saw" in one for one in found), found)
        self.assertTrue(any("acceptance is not in the log" in one for one in found), found)

    def start_whatever_is_missing(self, waybill):
        """The journal's mark may have told the disk of more than the cut left, and refuses then."""
        try:
            waybill.start()
        except RuntimeError as refused:
            self.assertIn("more were acknowledged: they are missing", str(refused))
            (waybill.data / "journal" / "mark").unlink()
            waybill.start()

    def test_a_failed_sync_ends_it_and_nothing_is_believed_until_it_is_read_again(self):
        power = PowerCut(self.directory)
        waybill, load = self.start_waybill(power.env)
        self.run_for_a_moment(load)
        load.stop()
        arrived = len(self.sink.mail())
        with waybill.client() as early, waybill.client() as late:
            early.hello()
            late.hello()
            power.fail_next_sync()
            reply = early.deliver("s@s.test", [TAKEN], message(Message_ID="<early>"))
            self.assertEqual(451, reply.code)
            self.assertTrue(power.failed())
            self.assertEqual(451, early.deliver("s@s.test", [TAKEN], message()).code)
            self.assertEqual(451, late.deliver("s@s.test", [TAKEN], message()).code)
            self.assertEqual(451, late.deliver("s@s.test", [UNKNOWN], message()).code)
        self.assertEqual(arrived, len(self.sink.mail()), "sent on without a record")
        self.assertNotEqual(0, waybill.wait())
        self.assertIn("journal write or sync failed; fenced", waybill.output())
        waybill.start()
        self.check(waybill, load)
        with waybill.client() as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", [TAKEN], message()).code)
        self.check_views(waybill)


if __name__ == "__main__":
    unittest.main()
