"""Runs experiments one after the other; each is a row, whatever becomes of it."""

import time
import traceback

from harness import mounts
from harness.bench import Bench
from harness.catalogue import lacking
from harness.table import Row


class Skipped(Exception):
    """Why an experiment cannot be done here."""


def run(experiment, rounds, seed, options=None, prepare=None):
    """`prepare` is called with the bench before it begins: a sabotage."""
    if missing := lacking(experiment.needs):
        return Row(experiment.name, verdict="skipped", why=(f"not here: {missing}",))
    print(f"{experiment.name}: {experiment.what} (seed {seed})", flush=True)
    mounts.make_private()
    began = time.monotonic()
    bench = Bench(experiment.name, rounds, seed, options)
    try:
        with bench:
            try:
                if prepare:
                    prepare(bench)
                experiment.run(bench)
            except Skipped as why:
                return Row(experiment.name, verdict="skipped", why=(str(why),))
            except Exception as failure:  # pylint: disable=broad-except
                traceback.print_exc()
                bench.wrong.append(f"it could not go on: {type(failure).__name__}: {failure}")
            if bench.wrong:
                bench.keep_evidence()
    finally:
        seconds = time.monotonic() - began
    return Row(experiment.name, bench.rounds, bench.mails, bench.answered, bench.doubles,
               max(bench.healed, default=None), "BROKEN" if bench.wrong else "held",
               tuple(bench.wrong), bench.figures, seconds)
