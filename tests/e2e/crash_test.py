"""Crashes and power cuts under load: nothing that was said is lost, nothing is told twice."""

import collections
import itertools
import os
import random
import threading
import time
import unittest

from support.peers_case import PeersCase, needs
from support.power_cut import PowerCut
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import Closed, SmtpClient, message
from support.verdicts import Said, history, said
from support.waybill import Waybill, binary

ROUNDS = int(os.environ.get("WAYBILL_CRASH_ROUNDS", "20"))
SEED = int(os.environ.get("WAYBILL_CRASH_SEED", str(random.randrange(1 << 32))))
SENDERS = 8
OUTCOMES = {"forwarded", "rejected", "deferred", "dropped", "in_doubt"}

# Who is refused at the end of the body, and who at RCPT.
REFUSED_BODY = "no@x.test"
UNKNOWN = "unknown@x.test"
TAKEN = "yes@x.test"


class Load:
    """Senders that go on through every crash. `seen`: the replies to bodies, by load id, and
    nothing else: what they did not see, nobody promised them."""

    def __init__(self, port):
        self._port = port
        self._numbers = itertools.count(1)
        self._stopped = threading.Event()
        self._threads = []
        self.seen = {}
        self.unknown_refused = 0
        self._lock = threading.Lock()

    def start(self):
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _send(self):
        while not self._stopped.is_set():
            try:
                self._session()
            except (Closed, OSError):
                time.sleep(0.01)

    def _session(self):
        with SmtpClient(self._port, timeout=30) as client:
            client.hello()
            while not self._stopped.is_set():
                number = next(self._numbers)
                if number % 10 == 0:
                    refused = client.deliver("s@s.test", [UNKNOWN], message())
                    with self._lock:
                        self.unknown_refused += refused.code == 550
                else:
                    self._deliver(client, f"load-{number}",
                                  REFUSED_BODY if number % 10 == 1 else TAKEN)

    def _deliver(self, client, load_id, recipient):
        replies = len(client.replies)
        reply = client.deliver("s@s.test", [recipient],
                               message(Message_ID=f"<{load_id}>", X_Load_Id=load_id))
        if any(one.code == 354 for one in client.replies[replies:]):
            with self._lock:
                self.seen[load_id] = said(reply)


def complaints(waybill, load, sink):
    """What breaks the promise: the log against all that clients and next hop saw."""
    out = []
    ids, outcomes = {}, collections.defaultdict(list)
    for entry in history(waybill, TAKEN) + history(waybill, REFUSED_BODY):
        if entry["kind"] == "accepted":
            ids[entry["delivery_id"]] = entry["rfc5322_message_id"].strip("<>")
        elif entry["kind"] in OUTCOMES and entry.get("stage") != "rcpt":
            reply = entry.get("reply", {})
            outcomes[entry["delivery_id"]].append((entry["kind"], Said(
                reply.get("code", 0), reply.get("enhanced", ""), reply.get("text", ""))))
    by_id = collections.defaultdict(list)
    for delivery, load_id in ids.items():
        told = outcomes.pop(delivery, [])
        by_id[load_id] += told
        if len(told) != 1:
            out.append(f"{load_id} was accepted and has {len(told)} outcomes: {told}")
    out += [f"an outcome without an acceptance: {told}" for told in outcomes.values()]
    out += _against_clients(load, by_id)
    out += _against_next_hop(sink, by_id)
    refused = sum(entry["kind"] == "rejected" for entry in history(waybill, UNKNOWN))
    if refused < load.unknown_refused:
        out.append(f"{load.unknown_refused} saw an unknown alias refused, {refused} are on record")
    return out


def _against_clients(load, by_id):
    for load_id, reply in load.seen.items():
        kind = {2: "forwarded", 5: "rejected"}.get(reply.code // 100)
        if kind and by_id[load_id] != [(kind, reply)]:
            yield f"the sender of {load_id} saw {reply}, the log has {by_id[load_id]}"


def _against_next_hop(sink, by_id):
    arrived = collections.Counter()
    for mail in sink.mail():
        load_id = mail.field("X-Load-Id")
        arrived[load_id] += 1
        told = by_id[load_id]
        if not told:
            yield f"{load_id} is at the next hop, and its acceptance is not in the log"
        for kind, reply in told:
            answer = f"{reply.code} {reply.enhanced} {reply.text}"
            if kind in ("forwarded", "rejected") and answer != mail.reply:
                yield f"the next hop answered {load_id} by {mail.reply}, the log has {answer}"
    for load_id, count in arrived.items():
        if count > 1:
            yield f"{load_id} arrived {count} times"
    for load_id, told in by_id.items():
        if any(kind == "forwarded" for kind, _ in told) and not arrived[load_id]:
            yield f"{load_id} is forwarded in the log, and never arrived"


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
        waybill.start()
        found = complaints(waybill, load, self.sink)
        self.assertTrue(any("saw" in one for one in found), found)
        self.assertTrue(any("acceptance is not in the log" in one for one in found), found)

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
