"""The catalogue of experiments: each is a function of a Bench, found by its name."""

import os
from typing import Callable, NamedTuple

from support.kafka_java import jars
from support.process import find_program
from support.servers import find_server


class Experiment(NamedTuple):
    """`rounds`: of an ordinary run; `long`: of `--long`. `what` is a line for people; `needs`: what
    it cannot do without: "root", "kafka", or a program."""
    name: str
    what: str
    run: Callable
    rounds: int
    long: int
    needs: tuple


CATALOGUE = {}


def experiment(what, rounds=1, long=None, needs=()):
    """Of a function: its name, with dashes, is the experiment's."""
    def add(run):
        name = run.__name__.replace("_", "-")
        CATALOGUE[name] = Experiment(name, what, run, rounds, long or rounds, tuple(needs))
        return run
    return add


def lacking(needs):
    """What is not there, in words; empty where all is."""
    out = []
    for need in needs:
        if need == "root":
            there = os.geteuid() == 0
        elif need == "kafka":
            there = bool(find_program("java") and find_program("kcat")
                         and any(jars().glob("kafka_*.jar")))
        elif need.startswith("server:"):
            there = find_server(need.split(":")[1])
        else:
            there = find_program(need)
        if not there:
            out.append(need)
    return ", ".join(out)
