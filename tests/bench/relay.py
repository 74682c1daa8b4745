"""Waybill beside Postfix as a proxy: the same mail, the same sink, in turns.

Both take each message from smtp-source, pass it to smtp-sink while the sender waits, and give the
sink's reply back. Waybill makes every verdict durable before it answers (one fdatasync is shared by
all who wait); Postfix, by smtpd_proxy_filter, keeps no record but its log file, which it does not
sync. Then what a message costs Waybill in counts: system calls (strace) and instructions
(callgrind), which a busy machine does not change. Needs root, as Postfix does."""

import argparse
import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
# pylint: disable=wrong-import-position
import relay_cost
from support.postfix import Postfix
from support.smtp_client import SmtpClient, message
from support.smtp_tools import SmtpSink, smtp_source
from support.waybill import Waybill, binary

ROUNDS = 3
COUNTED = 400  # messages, under strace and callgrind
RECIPIENT = "a@x.test"
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(root):
    """Of a process, its descendants, and those that they have waited for (proc(5))."""
    parents, used = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # ended meanwhile; its parent has its time
        parents[int(entry.name)] = int(fields[1])
        used[int(entry.name)] = sum(map(int, fields[11:15]))
    total = 0
    for pid, ticks in used.items():
        ancestor = pid
        while ancestor not in (root, 0, 1) and ancestor in parents:
            ancestor = parents[ancestor]
        total += ticks if ancestor == root else 0
    return total / TICKS


class Relay:
    """One of the two, with what was measured of it."""

    def __init__(self, name, peer, load):
        self.name = name
        self.load = load
        self.peer = peer
        self.port = getattr(peer, "smtp_port", None) or peer.port
        self.rates = {}
        self.costs = {}
        self.latencies = []

    def send(self, messages, keep_connections):
        before = processor_seconds(self.peer.pid)
        began = time.monotonic()
        trouble = smtp_source(self.port, messages=messages, sessions=self.load.sessions,
                              octets=self.load.octets, recipient=RECIPIENT,
                              keep_connections=keep_connections, seconds=900)
        spent = time.monotonic() - began
        if trouble:
            sys.exit(f"{self.name}: smtp-source complains: {trouble[:1000]}")
        cost = processor_seconds(self.peer.pid) - before
        self.rates.setdefault(keep_connections, []).append(messages / spent)
        print(f"{self.name}: {messages} messages in {spent:.1f} s", file=sys.stderr)
        self.costs.setdefault(keep_connections, []).append(1000 * cost / messages)

    def time_each(self, messages):
        """From MAIL to the reply to the body, one command at a time, connections kept."""
        octets = message(text=("x" * 70 + "\r\n") * (max(0, self.load.octets - 200) // 72))
        share = messages // self.load.sessions
        threads = [threading.Thread(target=self._session, args=(share, octets))
                   for _ in range(self.load.sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _session(self, messages, octets):
        with SmtpClient(self.port) as client:
            client.hello()
            for _ in range(messages):
                began = time.monotonic()
                reply = client.deliver("source@s.test", [RECIPIENT], octets)
                self.latencies.append(time.monotonic() - began)
                if reply.code != 250:
                    sys.exit(f"{self.name}: {reply}")

    def quantile(self, share):
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def start_all(place, cleanup, load):
    def start(kind, *args, **kwargs):
        directory = place / kind.__name__.lower()
        directory.mkdir()
        directory.chmod(0o755)
        peer = kind(directory, *args, **kwargs)
        cleanup.append(peer.stop)
        peer.start()
        return peer
    sink = start(SmtpSink)
    waybill = start(Waybill, {"x.test": {"aliases": {"a": f"a@[127.0.0.1]:{sink.port}"}}},
                    tables={"limits": {"max_transactions": 1_000_000}})
    # The relay host is never used: with a proxy before the queue nothing is queued.
    postfix = start(Postfix, relayhost="[127.0.0.1]:9",
                    extra={"smtpd_proxy_filter": f"127.0.0.1:{sink.port}"})
    return Relay("waybill", waybill, load), Relay("postfix", postfix, load)


def row(title, values, ratio, form):
    waybill, postfix = values
    print(f"{title:<44}{waybill:>12{form}}{postfix:>12{form}}{ratio:>10.2f}")


def report(relays, load):
    print(f"\n{load.messages} messages of {load.octets} octets a run, {load.sessions} sessions, "
          f"{ROUNDS} runs of each in turns; medians")
    print(f"{'':<44}{'waybill':>12}{'postfix':>12}{'ratio':>10}")
    for keep, what in ((True, "connection kept"), (False, "one connection each")):
        rates = [statistics.median(relay.rates[keep]) for relay in relays]
        row(f"messages/s, {what}", rates, rates[0] / rates[1], ".0f")
        costs = [statistics.median(relay.costs[keep]) for relay in relays]
        row(f"processor s per 1,000, {what}", costs, costs[0] / costs[1], ".3f")
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        times = [relay.quantile(share) for relay in relays]
        row(f"ms a message, {name} of {load.timed}, {load.sessions} at a time", times,
            times[0] / times[1], ".2f")
    for relay in relays:
        runs = " ".join(f"{rate:.0f}" for rate in relay.rates[True])
        print(f"messages/s of the runs of {relay.name}, connection kept: {runs}")


def measure(place, load):
    cleanup = []
    try:
        relays = start_all(place, cleanup, load)
        for relay in relays:
            relay.send(min(load.messages, 200), True)  # warm
        for relay in relays:
            relay.rates.clear()
            relay.costs.clear()
        for keep in (True, False):
            for _ in range(ROUNDS):
                for relay in relays:
                    relay.send(load.messages, keep)
        for relay in relays:
            relay.time_each(load.timed)
        report(relays, load)
    finally:
        for stop in reversed(cleanup):
            stop()


def count(place, load):
    calls = relay_cost.system_calls(place / "calls", load.octets, COUNTED)
    if calls is None:
        print("system calls a message: strace is not installed (Debian: strace)")
    else:
        most = ", ".join(f"{name} {n:.1f}" for name, n in calls.items() if n >= 0.05)
        print(f"system calls a message of waybill: {sum(calls.values()):.1f} ({most})")
    spent = relay_cost.instructions(place / "instructions", load.octets, COUNTED)
    if spent is None:
        print("instructions a message: valgrind is not installed (Debian: valgrind)")
    else:
        print(f"instructions a message of waybill, in user space: {spent:,.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("messages", nargs="?", type=int, default=5000, help="in each run")
    parser.add_argument("--timed", type=int, default=2000, help="messages timed one by one")
    parser.add_argument("--sessions", type=int, default=10, help="at one time")
    parser.add_argument("--octets", type=int, default=2048, help="of a message")
    parser.add_argument("--directory", help="where data and queue live: a disk, not a tmpfs")
    options = parser.parse_args()
    if not binary().exists():
        sys.exit(f"not built: {binary()}")
    if os.geteuid() != 0:
        sys.exit("Postfix can be started by root alone")
    # An interrupted run ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    place = pathlib.Path(tempfile.mkdtemp(prefix="waybill-bench-", dir=options.directory))
    place.chmod(0o755)
    try:
        print(f"load before: {os.getloadavg()[0]:.1f}; above 0.5, ratios alone mean something")
        measure(place, options)
        count(place, options)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
