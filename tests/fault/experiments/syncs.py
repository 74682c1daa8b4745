"""Writes and syncs that fail, that take long, that write half."""

import pathlib
import subprocess
import time

import harness
from harness.catalogue import experiment
from harness.trace import Injected


def _inject(bench, whats, seconds, files=lambda node: ()):
    """Each round another of `whats`, for so many seconds, under the supervisor."""
    # The outcome of what the next hop took may be on the disk whose sync failed: 451.
    bench.allowed.deferred_copies = True
    node = bench.start_all()
    node.supervised = True
    hits = 0
    for number in range(bench.rounds):
        bench.moment(seconds=90)
        what = whats[number % len(whats)]
        fault = Injected(node.pid, what, bench.directory / "strace", files(node))
        bench.callback(fault.stop)
        time.sleep(seconds)
        fault.stop()
        hits += fault.hits
        if bench.heals(node) is None:
            break
        bench.progress(f"round {number + 1} of {bench.rounds}: {what}")
    bench.figures["calls touched"] = hits
    bench.figures["ends of its own"] = len(node.ends)
    if not hits:
        bench.wrong.append("no call was touched: nothing is proved")
    bench.conclude(node)


@experiment("syncs fail by EIO: one of them, each third, all", rounds=6, long=60,
            needs=("strace",))
def sync_fails(bench):
    """Nobody of that commit hears 2xx, and no later sync that succeeds revives the file."""
    _inject(bench, ("fdatasync,fsync:error=EIO:when=1", "fdatasync,fsync:error=EIO:when=2+3",
                    "fdatasync,fsync:error=EIO"), 2)


@experiment("writes to the journal fail by EIO and ENOSPC", rounds=4, long=40, needs=("strace",))
def write_fails(bench):
    _inject(bench, ("write,pwrite64:error=EIO:when=3", "write,pwrite64:error=ENOSPC"), 2,
            lambda node: sorted((node.data / "journal").glob("*.log")))


@experiment("each sync takes 0.3 s", rounds=2, long=20, needs=("strace",))
def slow_sync(bench):
    """Late and right."""
    _inject(bench, ("fdatasync,fsync:delay_enter=300000",), 6)


@experiment("writes of half of what is given, and interrupted ones", rounds=3, long=20,
            needs=("cc",))
def short_writes(bench):
    """write(2) may do that: nothing changes, but for a kill in between."""
    library, switch = bench.directory / "short_io.so", bench.directory / "short"
    source = pathlib.Path(harness.__file__).parent / "short_io.c"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    source, "-ldl"], check=True)
    node = bench.start_all(env={"LD_PRELOAD": str(library), "WAYBILL_TEST_SHORT": str(switch)})
    for _ in range(bench.rounds):
        switch.touch()
        bench.moment(least=20, most=1)
        node.kill()
        switch.unlink()
        node.start()
    bench.heals(node)
    bench.conclude(node)
