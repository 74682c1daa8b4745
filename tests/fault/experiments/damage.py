"""Damage on the disk: one bit, or the end of a file. A start either refuses, with place and cure,
or every acknowledged event is there; an answer is right, or an error."""

import shutil
import time

from harness import mailboxes
from harness.catalogue import experiment
from harness.record import told_by
from support.http_client import HttpClient

# A prime, so that each offset within a block has its turn.
STRIDE = 997
START_SECONDS = 8
# Of answers: whether a whole one comes at last.
ANSWER_SECONDS = 4
QUESTIONS = [(alias, "alias") for alias in (*mailboxes.BY_ALIAS, mailboxes.UNKNOWN)] + [
    (mailboxes.SENDER, "sender")] + [(target, "target") for target in mailboxes.BY_TARGET]
# Of a start whose journal lost records that the views have.
_ANEW = "it begins anew behind the views"
_KINDS = {"journal": (".log", ".sst", "MANIFEST", "CURRENT"),
          "views": (".log", ".sst", "MANIFEST", "CURRENT")}


# What a refusal names at least, and what it tells to do.
_PLACES = {"journal": ("/data/journal/", "the journal"), "views": ("/data/views/", "the views")}
_CURES = ("restore", "move", "rebuild", "remove", "delete")


class Sound:
    """A data directory that a killed process left, and what it said before."""

    def __init__(self, bench):
        self.bench = bench
        self.node = node = bench.start_all()
        for stop in (node.kill, node.stop):
            bench.moment(least=60)
            stop()
            node.start()
        bench.moment(least=60)
        bench.end_parties()
        told = told_by(node, bench.seed)
        bench.check(told)
        self.answers = {question: self.ask(question)[0] for question in QUESTIONS}
        node.kill()
        self.copy = bench.directory / "sound"
        shutil.copytree(node.data, self.copy)

    def files(self, store):
        return sorted(path.relative_to(self.copy) for path in (self.copy / store).rglob("*")
                      if path.is_file() and path.stat().st_size
                      and any(kind in path.name for kind in _KINDS[store]))

    def places(self, store):
        """(file, octet) by the stride through all files of a store."""
        out, at = [], 0
        for file in self.files(store):
            size = (self.copy / file).stat().st_size
            while at < size:
                out.append((file, at))
                at += STRIDE
            at -= size
        return out

    def lay_out(self):
        shutil.rmtree(self.node.data)
        shutil.copytree(self.copy, self.node.data)
        (self.node.directory / "output").unlink(missing_ok=True)

    def ask(self, question):
        """Every entry, as far as they are told, and what was odd: an error is one word, a lag
        another, and a short answer without either is a lie."""
        address, role = question
        entries, cursor = [], {}
        http = HttpClient(self.node.http_port, timeout=10)
        while True:
            try:
                answer = http.history(address, role=role, limit=500, **cursor)
            except OSError as failure:
                return entries, f"{type(failure).__name__}"
            if answer.status != 200:
                return entries, f"{answer.status}"
            page = answer.json
            entries += page["entries"]
            if "next_cursor" not in page:
                lag = page["as_of"].get("lag")
                return entries, "" if lag == 0 else f"lag {lag}"
            cursor = {"cursor": page["next_cursor"]}

    # what a start makes of it

    def start(self):
        """True where it answers; False where it ended."""
        self.node.run_bare()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.node.runs:
            if self.node.http.ready():
                return True
            time.sleep(0.03)
        return self.node.runs

    def refusal(self, where, store):
        """What is wrong with a refusal; empty where it is as it should be."""
        code, said = self.node.exit_code, self.node.output()
        last = said.strip().splitlines()[-1] if said.strip() else ""
        if code is None or code <= 0:
            return f"{where}: it ended with {code}: {last[-300:]}"
        if not any(word in said for word in _PLACES[store]):
            return f"{where}: it refuses without a place: {last[-300:]}"
        if not any(word in last.lower() for word in _CURES):
            return f"{where}: it refuses without a cure: {last[-300:]}"
        return ""

    def answers_wrong(self, where):
        """Answers that are neither whole nor an error."""
        deadline = time.monotonic() + ANSWER_SECONDS
        out = []
        for question in QUESTIONS:
            entries, odd = self.ask(question)
            while odd.startswith("lag") and time.monotonic() < deadline:
                time.sleep(0.1)
                entries, odd = self.ask(question)
            wanted = self.answers[question]
            if not odd and entries != wanted:
                out.append(f"{where}: {question[1]} {question[0]} says that this is all: "
                           f"{_difference(entries, wanted)}")
            elif odd and any(entry not in wanted for entry in entries):
                out.append(f"{where}: {question[1]} {question[0]} shows what never was")
        return out


def _difference(entries, wanted):
    def short(some):
        return [f"{one['index']} {one['kind']} {one.get('delivery_id')}" for one in some[:2]]
    lacks = [one for one in wanted if one not in entries]
    more = [one for one in entries if one not in wanted]
    return f"{len(lacks)} lacking {short(lacks)}, {len(more)} that were not there {short(more)}"


def judge(sound, where, store, tally):
    """One start from what lies in the data directory."""
    if not sound.start():
        tally["refused"] += 1
        wrong = sound.refusal(where, store)
        return [wrong] if wrong else []
    wrong = sound.answers_wrong(where)
    tally["answered"] += 1
    sound.node.kill()
    # A journal that lost its end begins anew behind views that know more: they alone have the rest.
    if _ANEW in sound.node.output():
        tally["begun anew"] += 1
    elif store == "journal" and not wrong:
        # Views know it all: what has the journal itself?
        shutil.rmtree(sound.node.data / "views")
        if sound.start():
            wrong = sound.answers_wrong(f"{where}, folded from the journal alone")
            sound.node.kill()
        else:
            refusal = sound.refusal(f"{where}, without views", store)
            wrong = [refusal] if refusal else []
    return wrong


def _each(bench, store, places, spoil):
    sound = Sound(bench)
    # Unharmed, it starts, and says what it said.
    sound.lay_out()
    tally = {"refused": 0, "answered": 0, "begun anew": 0}
    bench.wrong += judge(sound, "nothing", store, tally)
    if tally["refused"]:
        bench.wrong.append("what was not harmed is refused")
    tally["answered"] = 0
    chosen = places(sound)
    if len(chosen) > bench.rounds:
        chosen = [chosen[n * len(chosen) // bench.rounds] for n in range(bench.rounds)]
    bench.rounds = len(chosen)
    for number, (file, at) in enumerate(chosen):
        sound.lay_out()
        spoil(sound.node.data / file, at)
        bench.wrong += judge(sound, f"{file} at {at}", store, tally)
        if sound.node.runs:
            sound.node.kill()
        bench.progress(f"{number + 1} of {len(chosen)}, {len(bench.wrong)} wrong")
    bench.figures.update(tally)


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        octet = file.read(1)[0]
        file.seek(at)
        file.write(bytes([octet ^ 1 << at % 8]))


def cut(path, octets):
    with open(path, "r+b") as file:
        file.truncate(max(0, path.stat().st_size - octets))


@experiment("one flipped bit at every 997th octet of the journal's files", rounds=60, long=100000)
def flip_journal(bench):
    _each(bench, "journal", lambda sound: sound.places("journal"), flip)


@experiment("one flipped bit at every 997th octet of the views' files", rounds=60, long=100000)
def flip_views(bench):
    _each(bench, "views", lambda sound: sound.places("views"), flip)


# The last octets that go, from one to more than a block of the write-ahead log has of one commit.
_TAILS = [1, 2, 3, 5, 7, 8, 11, 13, 50, 100, 200, 333, 500, 777, 1000, 1500, 2000, 3000, 4096]


def _tails(store):
    return lambda sound: [(file, size) for file in sound.files(store) for size in _TAILS
                          if size < (sound.copy / file).stat().st_size]


@experiment("the last 1 to 4096 octets of the journal's files gone", rounds=40, long=100000)
def torn_journal(bench):
    """No crash takes what was synced: what is missing was acknowledged."""
    _each(bench, "journal", _tails("journal"), cut)


@experiment("the last 1 to 4096 octets of the views' files gone", rounds=40, long=100000)
def torn_views(bench):
    _each(bench, "views", _tails("views"), cut)
