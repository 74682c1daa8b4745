"""Sabotage: each promise is broken on purpose, in front of Waybill, below it, behind it, or in its
code, and the experiment that stands for the promise must say so. One that stays green is blind."""

import functools
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import time
from typing import Callable, NamedTuple, Optional

from harness import HERE, runner
from harness.catalogue import CATALOGUE, lacking
from harness.proxy import LyingProxy
from support.power_cut import PowerCut
from support.waybill import binary

ROOT = HERE.parents[1]
PATCHES = HERE / "sabotage"
PLACE = ROOT / "build/sabotage"


class Sabotage(NamedTuple):
    """`promises`: of which one at least must be said to be broken; `how`: of a Bench before the
    experiment begins; `patch`: of the code, tests/fault/sabotage/NAME.patch."""
    name: str
    what: str
    experiment: str
    rounds: int
    promises: tuple
    how: Optional[Callable] = None
    patch: bool = False


def _no_sync(bench):
    power = PowerCut(bench.directory)
    power.stop_syncing()
    bench.env.update(power.env)


def _lie(bench):
    """What is answered 451 is one mail in fifteen: each round waits until there was some."""
    def front(port):
        proxy = LyingProxy(port)
        bench.callback(proxy.stop)
        return proxy.port
    bench.front = front
    bench.moment = functools.partial(bench.moment, least=60)


def _drop(bench):
    bench.tamper = lambda sink: [line for number, line in enumerate(sink)
                                 if line["k"] != "took" or number % 10]


def _repeat(bench):
    bench.tamper = lambda sink: sink + [line for line in sink if line["k"] == "took"][-3:]


SABOTAGES = (
    Sabotage("no-sync", "each sync is a lie (a preloaded library)", "power-cut", 3,
             ("I1", "I2", "it could"), _no_sync),
    Sabotage("lying-proxy", "a proxy says 250 where Waybill said 451", "kill", 3, ("I1",), _lie),
    Sabotage("lost-copies", "the next hop forgets what it took", "kill", 2, ("I1", "I3"), _drop),
    Sabotage("twice-copies", "the next hop has some copies twice", "kill", 2, ("D",), _repeat),
    # Its mark is synced still: a start that finds the journal shorter refuses, with status 3.
    Sabotage("sync_off", "the journal's commits are not synced", "power-cut", 5,
             ("I1", "I2", "it could not go on: RuntimeError: ended with 3"), patch=True),
    Sabotage("event_after_reply", "the outcome is recorded behind the reply", "kill-in-sync", 6,
             ("I1",), patch=True),
    Sabotage("body_before_acceptance", "the body's end does not wait for the acceptance",
             "kill-in-sync", 6, ("I2",), patch=True),
    Sabotage("no_recovery", "a start leaves open deliveries as they are", "kill", 6,
             ("I2", "I3"), patch=True),
    Sabotage("no_dedupe", "what comes twice on Kafka is folded twice", "broker-down-kill", 3,
             ("I3", "I4", "I6", "I7", "I9"), patch=True),
    Sabotage("horizon_unbounded", "one clock ahead erases return paths", "clock", 7,
             ("I9", "I11"), patch=True),
    Sabotage("trim_before_ack", "the journal is trimmed before Kafka acknowledged",
             "broker-down-kill", 2, ("I1", "I2", "I6", "I11"), patch=True),
)


class Result(NamedTuple):
    name: str
    what: str
    experiment: str
    caught: str
    said: str


_FORM = "{:<24}{:<18}{:<9}{}"


def text(results):
    lines = [_FORM.format("sabotage", "experiment", "caught", "what it said")]
    lines += [_FORM.format(one.name, one.experiment, one.caught, one.said[:90])
              for one in results]
    return "\n".join(lines)


def run(seed, names=()):
    """Every sabotage, or those of these names: whether all were caught that could be tried."""
    results = []
    for one in SABOTAGES:
        if names and one.name not in names:
            continue
        print(f"sabotage {one.name}: {one.what}", flush=True)
        results.append(_try(one, seed))
        print(text(results[-1:]) + "\n", flush=True)
    print(text(results))
    return all(one.caught != "NO" for one in results)


def _try(one, seed):
    experiment = CATALOGUE[one.experiment]
    facts = (one.name, one.what, one.experiment)
    if missing := lacking(experiment.needs):
        return Result(*facts, "skipped", f"not here: {missing}")
    program = binary()
    try:
        if one.patch:
            os.environ["WAYBILL_BIN"] = str(build(one.name))
    except (OSError, RuntimeError, subprocess.CalledProcessError) as failure:
        # A patch that fits no more proves nothing; the others are still to be tried.
        return Result(*facts, "NO", f"not built: {failure}")
    try:
        row = runner.run(experiment, one.rounds, seed, prepare=one.how)
    finally:
        os.environ["WAYBILL_BIN"] = str(program)
    if row.verdict == "skipped":
        return Result(*facts, "skipped", row.why[0])
    said = [why for why in row.why if why.startswith(one.promises)]
    return Result(*facts, "yes" if said else "NO", (said or row.why or ("nothing",))[0])


# ---- the code itself ----


def build(name):
    """The program with one patch, built in a copy of HEAD; the copy and what was compiled for it
    stay for the next."""
    tree = PLACE / "tree"
    if not (tree / "head").exists() or (tree / "head").read_text() != _head():
        _copy_head(tree)
        (tree / "head").write_text(_head())
    patch = PATCHES / f"{name}.patch"
    _apply(tree, patch)
    try:
        _compile(tree)
        shutil.copyfile(tree / "build/release/waybill", PLACE / name)
        (PLACE / name).chmod(0o755)
    finally:
        _apply(tree, patch, "-R")
    return PLACE / name


def _copy_head(tree):
    """Only what differs is written, so that only that is compiled again; what an earlier HEAD had
    besides goes, for sources are found by their names."""
    archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD"], check=True,
                             stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        files = list(filter(tarfile.TarInfo.isfile, members))
        names = {one.name for one in files}
        for path in filter(pathlib.Path.is_file, tree.rglob("*")):
            name = path.relative_to(tree)
            if name.parts[0] != "build" and str(name) not in names:
                path.unlink()
        for member in files:
            octets, path = members.extractfile(member).read(), tree / member.name
            if not path.exists() or path.read_bytes() != octets:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(octets)
                path.chmod(member.mode)


def _head():
    """What the program is made of, by content."""
    return subprocess.run(
        ["git", "-C", ROOT, "ls-tree", "HEAD", "CMakeLists.txt", "app", "cmake", "http", "ingest",
         "projector", "query", "relay", "runtime", "schemas", "tools"],
        check=True, text=True, stdout=subprocess.PIPE).stdout


def _apply(tree, patch, *options):
    # The copy lies inside of the project's tree, and is none of git's.
    subprocess.run(["git", "apply", *options, patch], cwd=tree, check=True,
                   env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)})


def _compile(tree):
    began = time.monotonic()
    # As ./dev has it: what was compiled in one clone serves the next.
    env = {**os.environ, "CCACHE_BASEDIR": str(tree), "CCACHE_NOHASHDIR": "true",
           "CCACHE_SLOPPINESS":
               "pch_defines,time_macros,include_file_mtime,include_file_ctime"}
    for command in (["cmake", "-S", ".", "-B", "build/release", "-G", "Ninja",
                     "-DCMAKE_BUILD_TYPE=Release", "-DWAYBILL_WERROR=ON", "-DWAYBILL_TESTS=ON"],
                    ["nice", "-n", "10", "cmake", "--build", "build/release", "--parallel", "2",
                     "--target", "waybill"]):
        done = subprocess.run(command, cwd=tree, env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout[-3000:]}")
    print(f"  built in {time.monotonic() - began:.0f} s", flush=True)
