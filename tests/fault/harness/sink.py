"""The sink, a process of its own: the next hop, which takes, refuses, is slow, hangs up, and
reports later to the return path. Each reply has a text of its own, so whoever repeats it says of
which copy it was. Told `end`, it brings the reports that are due, and ends.

Its diary: `took` for each whole message, before it is answered; `reports` before the first try to
bring a report on a delivery, and `reported` for the reply that ended it."""

import argparse
import collections
import itertools
import queue
import sys
import threading
import time

from harness import mailboxes
from harness.diary import Diary
from harness.load import digest
from support.recording_sink import Kept, RecordingSink
from support.return_paths import delivery_of, report
from support.smtp_client import Closed, SmtpClient

# How long a report is tried for, from its first try on, as a bridgehead would for days.
REPORT_SECONDS = 90
REPORT_PAUSE_SECONDS = 0.5


class Reporter:
    """Brings reports on deliveries to their return paths, one at a time; one that is put off waits
    for its next try behind the others, and holds nobody up."""

    def __init__(self, ports, diary):
        self._ports = itertools.cycle(ports)
        self._diary = diary
        self._due = queue.Queue()
        self._waiting = collections.deque()
        self._next_turn = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, return_path, delivery):
        self._due.put((return_path, delivery))

    def end(self):
        self._due.put(None)
        self._thread.join()

    def _run(self):
        ended = False
        while not ended or self._waiting:
            pause = max(0, self._next_turn - time.monotonic()) if self._waiting else None
            try:
                due = self._due.get(timeout=pause)
            except queue.Empty:
                self._try_next()
                continue
            ended = ended or due is None
            if due is not None:
                self._begin(*due)

    def _begin(self, return_path, delivery):
        octets = report(return_path, "back@toybox.test", host="sink.test", identity=delivery)
        self._diary.write("reports", delivery=delivery)
        self._try(return_path, delivery, octets, time.monotonic() + REPORT_SECONDS)

    def _try_next(self):
        # After a pause all of them have their turn, until one is put off again.
        for _ in range(len(self._waiting)):
            if not self._try(*self._waiting.popleft()):
                break

    def _try(self, return_path, delivery, octets, until):
        """False: it was put off."""
        code = self._bring(return_path, octets)
        if 400 <= code < 500 and time.monotonic() < until:
            self._waiting.append((return_path, delivery, octets, until))
            self._next_turn = time.monotonic() + REPORT_PAUSE_SECONDS
            return False
        self._diary.write("reported", delivery=delivery, code=code)
        return True

    def _bring(self, return_path, octets):
        try:
            with SmtpClient(next(self._ports), timeout=30) as client:
                client.hello("sink.test")
                return client.deliver("", [return_path], octets).code
        except (Closed, OSError, ValueError):
            return 400


class Sink(RecordingSink):
    """`tag` tells its replies from those of a sink before it."""

    def __init__(self, port, diary, reporter, tag):
        boxes = mailboxes.BY_TARGET.items()
        super().__init__(port=port, at_rcpt={to: box.rcpt for to, box in boxes if box.rcpt},
                         cut={to for to, box in boxes if box.cut})
        self._diary = diary
        self._reporter = reporter
        self._tag = tag
        self._numbers = itertools.count(1)

    def keep(self, sender, recipients, octets):
        number = f"{self._tag}{next(self._numbers)}"
        kept = Kept(sender, recipients, octets, None)
        sent = kept.behind_our_header()
        box = mailboxes.BY_TARGET.get(recipients[0], mailboxes.ALL[0])
        enhanced = {"250": "2.0.0", "451": "4.3.0", "554": "5.7.1"}.get(box.body, "")
        text = f"Seen as {number}"
        delivery = delivery_of(sender)
        self._diary.write(
            "took", id=kept.field("X-Load-Id"), to=recipients, code=int(box.body or 0),
            enhanced=enhanced, text=text, delivery=delivery, t=time.time(),
            digest=digest(sent) if sent is not None else None,
            **{"from": sender, "try": int(kept.field("X-Load-Try") or 0)})
        # The moment in which a crash leaves a copy here and no verdict there.
        time.sleep(box.seconds)
        if box.bounces and delivery:
            self._reporter.add(sender, delivery)
        return f"{box.body} {enhanced} {text}" if box.body else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=int, nargs="+", required=True, help="ports for reports")
    parser.add_argument("--diary", required=True)
    parser.add_argument("--tag", default="")
    options = parser.parse_args()
    diary = Diary(options.diary)
    reporter = Reporter(options.home, diary)
    sink = Sink(options.port, diary, reporter, options.tag)
    sink.start()
    for line in sys.stdin:
        if line.strip() == "end":
            break
    reporter.end()
    sink.stop()


if __name__ == "__main__":
    main()
