"""kill -9 at each named point of harness/points.py: the process is seen to end there, and what
stands in docs/life_of_a_message.md is what is left."""

import subprocess

from harness.catalogue import experiment
from harness.checker import Story
from harness.kill_at import Trap, library
from harness.points import BROKER, SERVE
from harness.runner import Skipped
from support.waybill import binary

# Until a point is reached: what is acknowledged is written down each 10 s.
REACH_SECONDS = 40
# Small enough that the journal is trimmed each time that it may be.
_SMALL = {"journal": {"max_size": "1 MiB"}}


def _chosen(bench, points):
    """One for each round: that of --point, or all in turn, or as many by chance."""
    if name := getattr(bench.options, "point", None):
        points = [point for point in points if point.name == name]
        if not points:
            raise Skipped(f"no point of it is named {name}")
        if not bench.options.rounds:
            bench.rounds = 1
    if bench.rounds < len(points):
        return bench.chance.sample(points, bench.rounds)
    return [points[number % len(points)] for number in range(bench.rounds)]


class _Rounds:
    def __init__(self, bench, ports):
        self.bench = bench
        self._ports = ports
        self.struck = []
        self.library = library(bench.directory)

    def trap(self, name):
        place = self.bench.directory / name
        place.mkdir()
        return Trap(self.library, place)

    def arm(self, trap, point):
        def placed(call):
            return call and call._replace(on=call.on.format(**self._ports))
        trap.arm(placed(point.call), point.side, first=placed(point.first), nth=point.nth)

    def ended(self, trap, point, runs, reap):
        """Waits for the end at the point. `reap` gives the exit code, and ends what goes on."""
        hit = trap.spring(runs, REACH_SECONDS)
        code = reap()
        if hit is None:
            self.bench.wrong.append(f"{point.name} was never reached (it ended with {code}): "
                                    "nothing is proved of it")
        elif code != -9:
            self.bench.wrong.append(f"{point.name} was reached, and it ended with {code}")
        else:
            self.struck.append((point, hit))
        return hit

    def conclude(self):
        """After the checker: what is left of each mail that was struck."""
        bench = self.bench
        bench.figures["points struck"] = len({point.name for point, _ in self.struck})
        seen = bench.seen
        for point, hit in self.struck if seen and any(one.left for one, _ in self.struck) else ():
            bench.wrong += left(Story(seen), point, hit)


def left(story, point, hit):
    """Complaints where something else is left than the point says."""
    if not point.left:
        return
    by_words = {line["text"]: line for line in story.took}
    if point.left.startswith("on record") or point.left == "in doubt, sent":
        keys = {(line["id"], line["try"]): words for words, line in by_words.items()
                if words in hit.words()}
    else:
        keys = dict.fromkeys(hit.tries())
    if not keys:
        yield f"{point.name}: what was struck is no mail of ours: {hit.octets[:300]!r}"
    for key, words in keys.items():
        outcomes = story.outcomes.get(key, [])
        kinds = [entry["kind"] for entry in outcomes]
        what = f"{point.name} at {key[0]}.{key[1]}: left is {point.left!r}, but"
        if point.left == "nothing" and (story.accepted.get(key) or key in story.arrived):
            yield f"{what} it is accepted, with {kinds}"
        if point.left.startswith("in doubt") and "in_doubt" not in kinds:
            yield f"{what} on record is {kinds}"
        # Of several deliveries one may have ended before.
        alone = key in story.tries and "both" not in story.tries[key]["to"]
        if point.left.endswith("not sent") and alone and key in story.arrived:
            yield f"{what} the next hop has it"
        if point.left.startswith("on record") and words not in [
                entry.get("reply", {}).get("text") for entry in outcomes]:
            yield f"{what} on record is {kinds}, without {words!r}"
        if point.left.endswith("not heard") and key in story.replies:
            yield f"{what} its sender heard {story.replies[key]['text']!r}"


# ---- scenes: each leaves the node running ----


def _load(rounds, node, trap, point):
    rounds.bench.moment()
    rounds.arm(trap, point)
    rounds.ended(trap, point, lambda: node.runs, node.kill)
    node.start()


def _start(rounds, node, trap, point):
    """A kill under load leaves something open, and logs that the next start writes out."""
    rounds.bench.moment(least=20)
    rounds.arm(trap, next(one for one in SERVE if one.name == "end-sent"))
    trap.spring(lambda: node.runs, REACH_SECONDS)
    node.kill()
    rounds.arm(trap, point)
    node.run_bare()
    rounds.ended(trap, point, lambda: node.runs, node.kill)
    node.start()


def _new(rounds, _node, _trap, point):
    """A node of its own, whose first start this is; the other one goes on, by another trap."""
    trap = rounds.trap(f"trap-{len(rounds.bench.nodes)}")
    fresh = rounds.bench.make_node(env=trap.env)
    rounds.arm(trap, point)
    fresh.run_bare()
    rounds.ended(trap, point, lambda: fresh.runs, fresh.kill)
    fresh.start()
    fresh.stop()


def _command(node, *arguments, env=None):
    return subprocess.Popen(
        [binary(), *arguments, "-c", node.configuration], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


def _must(rounds, node, point, *arguments):
    code, said = node.run(*arguments)
    if code != 0:
        rounds.bench.wrong.append(f"{point.name}: waybill {' '.join(arguments)}: {said[-300:]}")


def _backup(rounds, node, trap, point):
    """The backup before it stays whole, and the next one is."""
    bench = rounds.bench
    place = str(bench.directory / "kept")
    _must(rounds, node, point, "backup", place)
    bench.moment(least=20)
    rounds.arm(trap, point)
    asking = _command(node, "backup", place)
    rounds.ended(trap, point, lambda: node.runs, node.kill)
    asking.kill()
    asking.wait()
    node.start()
    for arguments in (("backup", "--verify", place), ("backup", place),
                      ("backup", "--verify", place)):
        _must(rounds, node, point, *arguments)


def _killed(rounds, node, trap, point, *arguments):
    """A command, with the trap in it."""
    rounds.arm(trap, point)
    command = _command(node, *arguments, env=trap.whole_env())

    def reap():
        command.kill()
        return command.wait()
    rounds.ended(trap, point, lambda: command.poll() is None, reap)


def _restore(rounds, node, trap, point):
    """Over what a node of its own has: said again, it brings the backup back."""
    bench = rounds.bench
    place = str(bench.directory / "kept")
    _must(rounds, node, point, "backup", place)
    fresh = bench.make_node()
    fresh.write_configuration()
    digests = []
    for again in (False, True):
        if again:
            _killed(rounds, fresh, trap, point, "restore", "--replace", place)
        _must(rounds, fresh, point, "restore", "--replace", place)
        digests.append(fresh.run("views", "digest"))
    if digests[0] != digests[1]:
        bench.wrong.append(f"{point.name}: restored are other views: {digests}")
    fresh.start()
    fresh.stop()


def _rebuild(rounds, node, trap, point):
    rounds.bench.moment(least=20)
    node.stop()
    _killed(rounds, node, trap, point, "views", "rebuild")
    node.start()


_SCENES = {"load": _load, "start": _start, "new": _new, "backup": _backup, "restore": _restore,
           "rebuild": _rebuild}


@experiment("kill -9 at each named point of harness/points.py (--point NAME: at one)",
            rounds=len(SERVE), long=10 * len(SERVE), needs=("cc",))
def kill_at(bench):
    """Each is seen to be reached; what the crash notes say is left."""
    points = _chosen(bench, SERVE)
    ports = {"broker": 0}
    rounds = _Rounds(bench, ports)
    trap = rounds.trap("trap")
    node = bench.start_all(env=trap.env, tables=_SMALL)
    ports.update(sink=bench.sink_port, smtp=node.smtp_port)
    for number, point in enumerate(points):
        _SCENES[point.scene](rounds, node, trap, point)
        bench.progress(f"round {number + 1} of {bench.rounds}, {point.name}: {point.what}")
    bench.heals(node)
    bench.conclude(node)
    rounds.conclude()


@experiment("kill -9 at each named point of relay and projector (--point NAME: at one)",
            rounds=2 * len(BROKER), long=10 * len(BROKER), needs=("cc", "kafka"))
def kill_at_broker(bench):
    """The log on Kafka has each event once in effect. The relay replies by turns once its journal
    has a verdict and once the log has it too: an odd number of points has its turn in both."""
    points = _chosen(bench, BROKER)
    ports = {}
    rounds = _Rounds(bench, ports)
    traps = {name: rounds.trap(name) for name in ("relay", "projector")}
    bench.more_tables = _SMALL
    cluster = bench.start_cluster()
    nodes = {"relay": cluster.relay(env=traps["relay"].env),
             "projector": cluster.projector(env=traps["projector"].env)}
    relay, projector = nodes["relay"], nodes["projector"]
    bench.start_parties(relay, rate=60)
    ports.update(sink=bench.sink_port, smtp=relay.smtp_port,
                 broker=cluster.kafka.brokers[0].port)
    for number, point in enumerate(points):
        # As it is read at the next start.
        cluster.tables_of(relay)["kafka"]["ack"] = ("kafka", "journal")[number % 2]
        name = point.name.split("-")[0]
        node, trap = nodes[name], traps[name]
        bench.moment(seconds=90)
        rounds.arm(trap, point)
        rounds.ended(trap, point, lambda node=node: node.runs, node.kill)
        node.start_again()
        bench.progress(f"round {number + 1} of {bench.rounds}, {point.name}: {point.what}")
        if bench.heals(relay, projector) is None:
            break
    bench.conclude_cluster(cluster, relay, projector)
    rounds.conclude()
