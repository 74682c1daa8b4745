"""Bench: one experiment's stage. It starts Waybill, load and sink, each in a directory of its own,
takes what was seen together, has it checked, and leaves nothing behind."""

import contextlib
import pathlib
import random
import shutil
import sys
import tempfile
import time

from harness import HERE, diary, mailboxes
from harness.checker import Allowed, Bounds, Seen, complaints, doubles
from harness.node import Node
from harness.prober import Prober
from harness.record import told_by
from support.cluster import Cluster
from support.log_reader import complaints_of_log, what_is_in_effect
from support.process import Running, lasting_port, wait_until

# Longer than any fault lasts and any retry takes.
END_SECONDS = 150
PATIENCE_SECONDS = 60
_ENV = {"PYTHONPATH": f"{HERE}:{HERE.parent / 'e2e'}", "PYTHONDONTWRITEBYTECODE": "1"}


class Bench(contextlib.ExitStack):
    """`rounds`, `seed` and `options` come from the command line. An experiment adds to `wrong`
    what it finds itself, and to `figures` what its row should say."""

    def __init__(self, name, rounds, seed, options=None):
        super().__init__()
        self.name = name
        self.rounds = rounds
        self.options = options
        self.chance = random.Random(seed)
        self.seed = seed
        self.wrong = []
        self.figures = {}
        # A sabotage's: Waybill's environment, what stands in front of it, what is done to the
        # next hop's diary.
        self.env = {}
        self.front = lambda port: port
        self.tamper = lambda sink: sink
        self.allowed = Allowed()
        self.bounds = Bounds()
        self.healed = []
        self.nodes = []
        self.load = self.sink = self.prober = self.disk = self.sink_port = self.seen = None
        # Of every node, beside what all experiments have.
        self.more_tables = {}
        self.mails = self.answered = self.doubles = 0
        self._peers = 0
        self._said = time.monotonic()
        self._began = time.monotonic()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"waybill-fault-{name}-"))
        self.directory.chmod(0o755)
        self.callback(shutil.rmtree, self.directory, ignore_errors=True)

    # who takes part

    def addCleanup(self, call, *arguments):  # pylint: disable=invalid-name
        """As a test case has it, so that tests/e2e/support/cluster.py serves here too."""
        self.callback(call, *arguments)

    def start(self, kind, *args, **kwargs):
        peer = self.make(kind, *args, **kwargs)
        peer.start()
        return peer

    def make(self, kind, *args, **kwargs):
        """Not started, with a directory of its own; ended with the bench."""
        self._peers += 1
        place = self.directory / f"{self._peers}-{kind.__name__.lower()}"
        place.mkdir()
        place.chmod(0o755)
        peer = kind(place, *args, **kwargs)
        self.callback(peer.stop)
        if isinstance(peer, Node):
            self.watch(peer)
        return peer

    def domains(self):
        return {mailboxes.DOMAIN: {"bounces": "absorb", "dmarc": "ignore",
                                   "aliases": mailboxes.aliases()}}

    def tables(self):
        self.sink_port = self.sink_port or lasting_port()
        return {"server": {"next_hop_port": self.sink_port},
                "limits": {"max_transactions": 1000000, "max_sessions_per_client": 500,
                           "max_sessions": 500}, **self.more_tables}

    def start_cluster(self, kafka=None, **options):
        """The roles apart, on a broker; topics are made. Nodes are the caller's."""
        cluster = Cluster(self, kafka=kafka, tables=self.tables(), domains=self.domains(),
                          kind=Node, **options)
        cluster.create_topics()
        return cluster

    def make_node(self, *, tables=None, disk=None, env=None, **options):
        """Not started. `disk` makes what its data directory lies on: a function of that place."""
        with_ours = self.tables()
        for name, keys in (tables or {}).items():
            with_ours.setdefault(name, {}).update(keys)
        place = self.directory / f"node{len(self.nodes)}"
        place.mkdir()
        # Mounted before, so that the process that uses it ends before.
        self.disk = self.mount(disk(place / "data")) if disk else None
        node = Node(place, self.domains(), tables=with_ours, env={**self.env, **(env or {})},
                    **options)
        self.callback(node.stop)
        return self.watch(node)

    def mount(self, disk):
        """Gone with the bench, after all that uses it."""
        disk.start()
        self.callback(disk.stop)
        return disk

    def watch(self, node):
        self.callback(node.end_watch)
        self.nodes.append(node)
        return node

    def start_sink(self, *ports):
        """`ports`: where reports are brought."""
        self.sink = self._spawn("sink", "--port", self.sink_port, "--home", *ports)
        self.sink.wait_for_port(self.sink_port)

    def start_load(self, *ports, rate=100):
        self.load = self._spawn("load", "--ports", *ports, "--rate", rate, "--seed", self.seed)
        self.prober = Prober(self.diary("load"), self.diary("sink"))

    def _spawn(self, what, *arguments):
        process = Running([sys.executable, "-B", "-m", f"harness.{what}", "--diary",
                           self.diary(what), *arguments], self.directory / f"{what}.output",
                          _ENV, listens=True)
        self.diary(what).touch()
        self.callback(process.kill)
        setattr(self, f"_{what}_reader", diary.Reader(self.diary(what)))
        self._counted = getattr(self, "_counted", 0)
        return process

    def diary(self, what):
        return self.directory / f"{what}.diary"

    def start_all(self, rate=100, **options):
        """Waybill, sink and load; the node."""
        node = self.make_node(**options)
        node.start()
        self.start_parties(node, rate=rate)
        return node

    def start_parties(self, *nodes, rate=100):
        ports = [node.smtp_port for node in nodes]
        self.start_sink(*ports)
        self.start_load(*map(self.front, ports), rate=rate)

    # time

    def say(self, words):
        print(f"  {time.monotonic() - self._began:6.0f} s  {self.name}: {words}", flush=True)
        self._said = time.monotonic()

    def progress(self, words):
        """No more often than every 10 seconds."""
        if time.monotonic() - self._said > 10:
            self.say(words)

    def replies(self):
        """How many bodies the load has heard an answer to."""
        self._counted += sum(line["k"] == "reply" for line in self._load_reader.new())
        return self._counted

    def moment(self, least=1, most=0.5, seconds=PATIENCE_SECONDS):
        """Until mail goes through again, then as long as chance will have it."""
        before = self.replies()
        wait_until(lambda: self.replies() >= before + least, "mail goes through", seconds)
        time.sleep(self.chance.uniform(0, most))

    def pause(self):
        """No mail is under way any more, and no report due, when it returns."""
        self.load.tell("pause")
        wait_until(self._nothing_under_way, "nothing is under way", END_SECONDS)

    def go_on(self):
        self.load.tell("go")

    def _nothing_under_way(self):
        time.sleep(0.5)
        clients, sink = diary.read(self.diary("load")), diary.read(self.diary("sink"))
        tries = sum(line["k"] == "try" for line in clients)
        ends = sum(line["k"] in ("reply", "lost") for line in clients)
        due = {line["delivery"] for line in sink if line["k"] == "took"
               and mailboxes.BY_TARGET[line["to"][0]].bounces}
        brought = {line["delivery"] for line in sink if line["k"] == "reported"}
        return tries == ends and due <= brought

    # healing

    def heals(self, node, *others, since=None, seconds=90):
        """Waits until mail is taken and its bounce too, and /readyz of all says ready; notes how
        long after `since` (now) that was."""
        since = since or time.monotonic()
        deadline = time.monotonic() + seconds
        trouble = "not asked"
        while time.monotonic() < deadline:
            trouble = self.prober.trouble(node)
            for other in others if not trouble else ():
                if not other.http.ready():
                    trouble = f"/readyz of {other.directory.name} says no"
            if not trouble:
                self.healed.append(time.monotonic() - since)
                return self.healed[-1]
            self.progress(f"not healed: {trouble}")
            time.sleep(0.2)
        self.wrong.append(f"I11 not healed {seconds} s after the fault ended: {trouble}")
        self.healed.append(time.monotonic() - since)
        return None

    # the end

    def end_parties(self):
        for what, process in (("load", self.load), ("sink", self.sink)):
            process.tell("end")
            code = process.wait(END_SECONDS)
            if code != 0:
                raise RuntimeError(f"{what} ended with {code}: {process.output()[-2000:]}")

    def conclude(self, node, *, rebuild=True, kafka=()):
        """Ends load and sink, settles, and adds what the checker finds."""
        self.end_parties()
        node.wait_until_ready(PATIENCE_SECONDS)
        told = told_by(node, self.seed, kafka=kafka)
        if rebuild:
            told.digests = self.digests(node)
        self.check(told)

    def conclude_cluster(self, cluster, relay, projector):
        self.end_parties()
        cluster.wait_for_log(relay, PATIENCE_SECONDS)
        projector.wait_until_ready(PATIENCE_SECONDS)
        wrong, _ = complaints_of_log(cluster.records(), cut=True)
        self.wrong += [f"I6 {one}" for one in wrong]
        kept, _ = what_is_in_effect(cluster.records(), cut=True)
        told = told_by(projector, self.seed, kafka=[
            (None, event.node, event.node_seq, event.event_id.hex()) for event in kept])
        told.digests = self.digests(projector)
        self.check(told)

    def keep_evidence(self):
        """Diaries, outputs and configurations of a run that went wrong."""
        place = HERE.parents[1] / "build/fault" / self.name
        shutil.rmtree(place, ignore_errors=True)
        for path in self.directory.rglob("*"):
            if path.is_file() and path.stat().st_size < 50_000_000 and (
                    path.name in ("output", "waybill.toml")
                    or path.suffix in (".diary", ".output")):
                there = place / path.relative_to(self.directory)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, there)
        self.say(f"what was seen is kept in {place}")

    def digests(self, node):
        """Before and after the views are folded anew."""
        node.supervised = False
        code = node.stop()
        if code != 0:
            self.wrong.append(f"SIGTERM ended it with {code}")
        out = [node.run("views", "digest")]
        rebuilt = node.run("views", "rebuild")
        out.append(node.run("views", "digest"))
        if any(code for code, _ in (*out, rebuilt)):
            self.wrong.append(f"I7 views digest, rebuild: {out} {rebuilt}")
        return tuple(said for _, said in out)

    def count_diaries(self):
        clients = diary.read(self.diary("load"))
        self.mails = len({line["id"] for line in clients if line["k"] == "try"})
        self.answered = sum(line["k"] == "reply" for line in clients)

    def check(self, told):
        clients = diary.read(self.diary("load"))
        sink = self.tamper(diary.read(self.diary("sink")))
        self.bounds.rss = max(node.most_rss for node in self.nodes)
        self.bounds.descriptors = max(node.most_descriptors for node in self.nodes)
        self.bounds.healed = max(self.healed, default=None)
        self.seen = Seen(clients, sink, told, self.bounds, self.allowed)
        self.count_diaries()
        self.doubles = doubles(self.seen)
        self.wrong += complaints(self.seen)
        for node in self.nodes:
            self.wrong += [f"it ended by itself with {code}" for code in node.unexpected()]
        if not self.answered:
            self.wrong.append("no mail was answered: nothing is proved")
