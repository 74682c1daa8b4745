"""There is no room: on the journal's disk, the views', both; for a second, for longer, at the
start."""

import time

from harness.catalogue import experiment
from harness.mounts import Tmpfs

SIZE = 64 << 20
# Status 1 too: a start without room is refused.
_ENDS = {0, 1, 3}
_SECONDS = (1, 8)


def _node(bench, where):
    """The node, with a small disk below `where` of its data directory ("" for all of it)."""
    # What the next hop took while nothing could be recorded is answered 451.
    bench.allowed.deferred_copies = True
    node = bench.start_all(disk=lambda data: Tmpfs(data / where, SIZE))
    node.ends_well = _ENDS
    node.supervised = True
    return node


def _fill(bench, where):
    node = _node(bench, where)
    for number in range(bench.rounds):
        bench.moment()
        seconds = _SECONDS[number % len(_SECONDS)]
        bench.disk.fill()
        time.sleep(seconds)
        bench.disk.release()
        if bench.heals(node) is None:
            break
        bench.progress(f"round {number + 1} of {bench.rounds}: without room for {seconds} s, "
                       f"healed after {bench.healed[-1]:.1f} s")
    bench.figures["ends of its own"] = len(node.ends)
    bench.conclude(node)


@experiment("the disk of journal and views full, for 1 s and 8 s", rounds=4, long=20,
            needs=("root",))
def full_disk(bench):
    """No 2xx without a record; it heals by itself."""
    _fill(bench, "")


@experiment("the journal's disk full, for 1 s and 8 s", rounds=4, long=20, needs=("root",))
def full_journal(bench):
    _fill(bench, "journal")


@experiment("the views' disk full, for 1 s and 8 s", rounds=4, long=20, needs=("root",))
def full_views(bench):
    """Mail goes on."""
    node = _node(bench, "views")
    for number in range(bench.rounds):
        bench.moment()
        bench.disk.fill()
        began = time.monotonic()
        while time.monotonic() < began + _SECONDS[number % len(_SECONDS)]:
            if trouble := bench.prober.trouble(node, bounce=False, ready=False):
                bench.wrong.append(f"with the views' disk full, {trouble}")
            time.sleep(0.2)
        bench.disk.release()
        if bench.heals(node) is None:
            break
    bench.figures["ends of its own"] = len(node.ends)
    bench.conclude(node)


@experiment("a start on a full disk, and room after 5 s", rounds=3, long=20, needs=("root",))
def full_start(bench):
    """It says what is missing, ends by a status and not by a signal, and starts once there is
    room."""
    node = _node(bench, "")
    for _ in range(bench.rounds):
        bench.moment()
        node.kill()
        bench.disk.fill()
        said = len(node.output())
        node.run_bare()
        time.sleep(5)
        words = node.output()[said:]
        if not node.http.ready() and not any(word in words.lower() for word in
                                             ("no space", "room", "full", "452")):
            bench.wrong.append(f"a start on a full disk does not say so: {words[-300:]}")
        bench.disk.release()
        if bench.heals(node) is None:
            break
    bench.figures["ends of its own"] = node.ends[:]
    bench.conclude(node)
