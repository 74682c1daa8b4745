"""Processes that meet: two on one directory, an old release and a new one on the same data; and one
that may have too little memory."""

import os
import pathlib
import time

from harness.catalogue import experiment
from harness.node import Node
from harness.runner import Skipped
from support.waybill import binary

# What a second process on a directory says.
_REFUSALS = ("lock", "another", "in use", "already")


@experiment("a second process on the directory of one that runs", rounds=3, long=20)
def two_on_one(bench):
    """It refuses, and the first does not notice."""
    node = bench.start_all()
    place = bench.directory / "second"
    place.mkdir()
    for _ in range(bench.rounds):
        bench.moment()
        second = Node(place, bench.domains(), tables={
            "server": {"data_dir": str(node.data), "next_hop_port": bench.sink_port}})
        second.run_bare()
        bench.callback(second.end_watch)
        code = second.wait()
        last = second.output().strip().splitlines()[-1]
        if code <= 0 or not any(word in last.lower() for word in _REFUSALS):
            bench.wrong.append(f"a second process ended with {code}: {last}")
    bench.heals(node)
    bench.conclude(node)


@experiment("another release's binary and this one by turns on one directory (--old PATH)",
            rounds=4, long=20)
def old_new(bench):
    """Each reads what the other wrote, or refuses cleanly and leaves it as it is."""
    old = getattr(bench.options, "old", None)
    if not old:
        raise Skipped("no --old PATH")
    node = bench.make_node()
    refused = 0
    started = False
    for number in range(bench.rounds):
        program = (old, binary())[number % 2]
        node.set_program(program)
        node.run_bare()
        if not _comes_up(node):
            refused += 1
            if program == binary() or node.exit_code < 0:
                bench.wrong.append(f"{program} does not start: {node.output()[-500:]}")
                break
            continue
        if not started:
            bench.start_parties(node)
            started = True
        bench.moment(least=30, most=1)
        code = node.stop() if number % 4 < 2 else node.kill()
        if code not in (0, -9):
            bench.wrong.append(f"{program} ended with {code}")
    bench.figures["the old one refused"] = refused
    node.set_program(binary())
    node.start()
    bench.heals(node)
    bench.conclude(node)


def _comes_up(node, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and node.runs:
        if node.http.ready():
            return True
        time.sleep(0.1)
    return False


class MemoryGroup:
    """A control group of version 1 or 2, whose processes have so much memory and no more."""

    def __init__(self):
        name = f"waybill-fault-{os.getpid()}"
        self._one = pathlib.Path("/sys/fs/cgroup/memory")
        self._two = pathlib.Path("/sys/fs/cgroup")
        if (self._one / "memory.limit_in_bytes").exists():
            self.place, self._limit = self._one / name, "memory.limit_in_bytes"
        elif "memory" in _words(self._two / "cgroup.subtree_control"):
            self.place, self._limit = self._two / name, "memory.max"
        else:
            raise Skipped("no memory control group, of version 1 or 2, that may be written")
        try:
            self.place.mkdir()
        except OSError as failure:
            raise Skipped(f"no control group can be made: {failure}") from failure

    def allow(self, octets):
        """So many, or as few as the kernel can bring about."""
        while True:
            try:
                (self.place / self._limit).write_text(str(int(octets)))
                return
            except OSError:
                octets *= 1.1

    def stop(self):
        """Once its processes have ended; the kernel counts them down a moment later."""
        for _ in range(100):
            try:
                self.place.rmdir()
                return
            except OSError:
                time.sleep(0.05)

    def prefix(self):
        """A command that moves itself into the group and becomes the program."""
        return ("sh", "-c", f'echo $$ >{self.place}/cgroup.procs && exec "$@"', "sh")


def _words(path):
    return path.read_text().split() if path.exists() else []


@experiment("memory for the program alone and little more, by a control group", rounds=3, long=20,
            needs=("root",))
def little_memory(bench):
    """It lives within it, or it is killed and comes again: never a wrong word."""
    group = MemoryGroup()
    bench.callback(group.stop)
    node = bench.make_node(prefix=group.prefix())
    node.start()
    node.supervised = True
    node.ends_well = {0, 3, -9}
    bench.start_parties(node, rate=200)
    bench.moment(least=100)
    # Of this much some is shared with the disk's cache, which gives way.
    for number in range(bench.rounds):
        group.allow(node.most_rss * (1.1, 0.6, 0.3)[number % 3])
        bench.moment(most=4)
        group.allow(1 << 40)
        bench.heals(node)
        bench.progress(f"round {number + 1} of {bench.rounds}, killed {node.ends.count(-9)} times")
    bench.figures["killed for want of memory"] = node.ends.count(-9)
    bench.figures["most resident, MiB"] = node.most_rss >> 20
    bench.conclude(node)
