"""The process ends: by kill -9 at any moment, and by SIGTERM under load."""

import time

from harness.catalogue import experiment
from harness.trace import Injected


@experiment("kill -9 at a random moment, and a start", rounds=20, long=500)
def kill(bench):
    """What was said stays said; what was under way is in doubt; nothing is told twice."""
    node = bench.start_all()
    slowest = 0
    for number in range(bench.rounds):
        bench.moment(most=1)
        node.kill()
        began = time.monotonic()
        node.start()
        slowest = max(slowest, time.monotonic() - began)
        bench.progress(f"round {number + 1} of {bench.rounds}, {bench.replies()} answered")
    bench.heals(node)
    bench.figures["slowest start, s"] = round(slowest, 1)
    bench.conclude(node)


@experiment("kill -9 while each sync takes 0.2 s", rounds=6, long=100, needs=("strace",))
def kill_in_sync(bench):
    """Most of what is under way waits for a sync when the process ends: nothing went out before
    its sync had returned."""
    node = bench.start_all()
    hits = 0
    for number in range(bench.rounds):
        bench.moment(most=0.1)
        slow = Injected(node.pid, "fdatasync,fsync:delay_enter=200000", bench.directory / "strace")
        bench.callback(slow.stop)
        time.sleep(bench.chance.uniform(0.8, 1.6))
        node.kill()
        slow.stop()
        hits += slow.hits
        node.start()
        bench.progress(f"round {number + 1} of {bench.rounds}, {bench.replies()} answered")
    bench.figures["syncs delayed"] = hits
    if not hits:
        bench.wrong.append("no sync was delayed: nothing is proved")
    bench.heals(node)
    bench.conclude(node)


@experiment("SIGTERM under load, and a start", rounds=10, long=100)
def term(bench):
    """What is under way ends within its 30 s, and nobody is left in doubt."""
    node = bench.start_all()
    for number in range(bench.rounds):
        bench.moment(most=0.5)
        code = node.stop()
        if code != 0:
            bench.wrong.append(f"SIGTERM ended it with {code}")
        node.start()
        bench.progress(f"round {number + 1} of {bench.rounds}, {bench.replies()} answered")
    bench.heals(node)
    bench.conclude(node)
