"""There are no descriptors: the limit of a process that runs falls to what it has open, for some
seconds; and idle clients take what there is."""

import os
import resource
import socket
import time

from harness.catalogue import experiment

SECONDS = 4
# Below max_sessions, and above what is left of 1024 (docs/configuration.md, max_sessions).
IDLE = 450
LOW_LIMIT = 1024


@experiment("no descriptors for 4 s: the limit falls to what is open", rounds=4, long=20,
            needs=("prlimit",))
def emfile(bench):
    """No 2xx without a record, no end, and it heals."""
    bench.allowed.deferred_copies = True
    node = bench.start_all()
    node.supervised = True
    for _ in range(bench.rounds):
        bench.moment()
        before = _limit(node, None)
        _limit(node, len(os.listdir(f"/proc/{node.pid}/fd")))
        time.sleep(SECONDS)
        if node.runs:
            _limit(node, before)
        if bench.heals(node) is None:
            break
    bench.figures["ends of its own"] = len(node.ends)
    bench.conclude(node)


def _limit(node, number):
    """Sets the soft limit, or gives it."""
    soft, hard = resource.prlimit(node.pid, resource.RLIMIT_NOFILE)
    if number is not None:
        resource.prlimit(node.pid, resource.RLIMIT_NOFILE, (number, hard))
    return soft


@experiment("450 idle clients where 1024 descriptors are all", rounds=1, needs=("prlimit",))
def idle_clients(bench):
    """Idle clients cannot take the files of journal and views: mail and bounces go on."""
    node = bench.make_node(prefix=("prlimit", f"--nofile={LOW_LIMIT}:{LOW_LIMIT}"))
    node.start()
    bench.start_parties(node)
    bench.moment()
    idle = []
    for number in range(IDLE):
        try:
            idle.append(socket.create_connection(("127.0.0.1", node.smtp_port), timeout=2))
        except OSError:
            break
        if number % 50 == 0:
            time.sleep(0.1)
    time.sleep(SECONDS)
    bench.figures["idle clients"] = len(idle)
    for one in idle:
        one.close()
    bench.heals(node)
    bench.conclude(node)
