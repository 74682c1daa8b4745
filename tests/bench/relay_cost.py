"""What one message costs the relay in system calls and instructions: counts, which a busy machine
does not change."""

import re
import shutil
import signal
import subprocess
import time

from support.process import wait_until
from support.smtp_tools import SmtpSink, smtp_source
from support.waybill import Waybill

SESSIONS = 10
WARM = 50
# A message that nobody hurries: under callgrind one takes some 20 ms.
START_SECONDS = 120


class Counted:
    """A relay and a sink of its own, sent to while a tool counts."""

    def __init__(self, place, octets, prefix=()):
        place.mkdir()
        (place / "sink").mkdir()
        self.octets = octets
        self.sink = SmtpSink(place / "sink")
        self.sink.start()
        target = f"a@[127.0.0.1]:{self.sink.port}"
        self.relay = Waybill(place, {"x.test": {"aliases": {"a": target}}},
                             tables={"limits": {"max_transactions": 1_000_000}}, prefix=prefix)
        self.relay.start_again()
        self.relay.wait_until_ready(START_SECONDS)

    def send(self, messages):
        trouble = smtp_source(self.relay.smtp_port, messages=messages, sessions=SESSIONS,
                              octets=self.octets, recipient="a@x.test", seconds=900)
        if trouble:
            raise RuntimeError(trouble[:1000])

    def stop(self):
        self.relay.stop()
        self.sink.stop()


def traced(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return not re.search(r"^TracerPid:\t0$", status.read(), re.MULTILINE)


def system_calls(place, octets, messages):
    """Calls a message by name, the most frequent first; None without strace."""
    if not shutil.which("strace"):
        return None
    counted = Counted(place, octets)
    try:
        counted.send(WARM)
        summary = place / "strace"
        pid = counted.relay.pid
        with subprocess.Popen(["strace", "-c", "-f", "-o", summary, "-p", str(pid)],
                              stderr=subprocess.DEVNULL) as tracer:
            wait_until(lambda: traced(pid), "strace has the relay")
            counted.send(messages)
            tracer.send_signal(signal.SIGINT)
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", summary.read_text(),
                          re.MULTILINE)
        calls = {name: int(count) / messages for count, name in rows if name != "total"}
        return dict(sorted(calls.items(), key=lambda entry: -entry[1]))
    finally:
        counted.stop()


def instructions(place, octets, messages):
    """Of all threads in user space, a message; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    out = place / "callgrind"
    counted = Counted(place, octets,
                      prefix=["valgrind", "--tool=callgrind", "--instr-atstart=no",
                              f"--callgrind-out-file={out}"])
    try:
        def control(*what):
            subprocess.run(["callgrind_control", *what, str(counted.relay.pid)], check=True,
                           capture_output=True)
        counted.send(WARM)
        control("-i", "on")
        counted.send(messages)
        time.sleep(1)  # the projector has folded them
        control("-i", "off")
        control("-d")
        totals = re.findall(r"^(?:totals|summary): (\d+)$", (place / "callgrind.1").read_text(),
                            re.MULTILINE)
        return int(totals[-1]) / messages
    finally:
        counted.stop()
