"""The clock jumps: by a second, an hour, days, years, ahead and back, and returns. CLOCK_MONOTONIC
goes on as it is: a machine's does too."""

import glob
import os
import time

from harness.catalogue import experiment
from harness.runner import Skipped
from support.return_paths import delivery_of

HOUR, DAY = 3600, 86400
JUMPS = {"+1 s": 1, "-1 s": -1, "+1 h": HOUR, "-1 h": -HOUR, "+20 d": 20 * DAY,
         "+10 y": 3652 * DAY, "-10 y": -3652 * DAY}
_LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
# So long a return path is good (docs/configuration.md, bounce_window).
WINDOW = 72 * HOUR


class Clock:
    """A file says how far Waybill's clock is off; it is read each time the clock is."""

    def __init__(self, bench):
        found = glob.glob(_LIBRARIES)
        if not found:
            raise Skipped("not here: libfaketime")
        self._file = bench.directory / "clock"
        self.set(0)
        self.env = {"LD_PRELOAD": found[0], "FAKETIME_TIMESTAMP_FILE": str(self._file),
                    "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                    "FAKETIME_DONT_RESET": "1"}

    def set(self, seconds):
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+d}\n")
        os.replace(part, self._file)


def begun(delivery):
    """Seconds since 1970, as a delivery's id has them (RFC 9562 5.7)."""
    return int(delivery.replace("-", "")[:12], 16) / 1000


def _jump(bench, node, clock, seconds):
    """Mail from before, within and after the jump: each one's bounce must come home."""
    before = bench.prober.mail_for_later(node)
    # The window is judged by the clock of the hour: what is under way comes home first.
    bench.pause()
    clock.set(seconds)
    bench.go_on()
    bench.moment(least=10)
    if bench.heals(node) is None:
        return False
    if abs(seconds) >= HOUR and "stamped" not in node.http.get("/readyz").json.get("detail", ""):
        bench.wrong.append("/readyz says nothing of the jump")
    within = bench.prober.mail_for_later(node)
    off = begun(delivery_of(within)) - time.time()
    if abs(off - seconds) > 30:
        raise RuntimeError(f"the clock is off by {off:.0f} s and not by {seconds} s")
    if abs(seconds) < WINDOW:
        bench.wrong += bench.prober.bounce_later(node, before, "of before, within the jump")
    bench.pause()
    clock.set(0)
    bench.go_on()
    bench.moment(least=10)
    if bench.heals(node) is None:
        return False
    bench.wrong += bench.prober.bounce_later(node, before, "of before, after the jump")
    if seconds > -WINDOW:
        bench.wrong += bench.prober.bounce_later(node, within, "of within, after the jump")
    return True


@experiment("the clock jumps by 1 s to 10 y and returns", rounds=len(JUMPS), long=3 * len(JUMPS))
def clock(bench):
    """Return paths outlive it, indexes stay dense, views fold to the same."""
    clock = Clock(bench)
    node = bench.start_all(env=clock.env, rate=40)
    node.supervised = True
    bench.moment(least=20)
    for number in range(bench.rounds):
        name, seconds = list(JUMPS.items())[number % len(JUMPS)]
        began = len(bench.wrong)
        if not _jump(bench, node, clock, seconds):
            break
        bench.wrong[began:] = [f"{one} (the clock: {name})" for one in bench.wrong[began:]]
        bench.progress(f"round {number + 1} of {bench.rounds}: {name}")
    bench.figures["ends of its own"] = len(node.ends)
    bench.conclude(node)
