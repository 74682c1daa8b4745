"""./dev fault: experiments on the real binary, on a machine that fails (docs/faults.md).

Usage: ./dev fault list
       ./dev fault all | NAME... [--rounds N] [--long] [--seed N] [--old PATH] [--point NAME]
                            [--json FILE]
       ./dev fault sabotage [NAME...] [--seed N]
"""

import argparse
import pathlib
import random
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402  pylint: disable=wrong-import-position,unused-import
import experiments  # noqa: E402  pylint: disable=wrong-import-position,unused-import
from harness import runner, sabotages, table  # noqa: E402  pylint: disable=wrong-import-position
from harness.catalogue import CATALOGUE  # noqa: E402  pylint: disable=wrong-import-position


def main():
    parser = argparse.ArgumentParser(prog="./dev fault")
    parser.add_argument("names", nargs="+", metavar="NAME",
                        help="experiments; or list, all, sabotage")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--long", action="store_true", help="as many rounds as for a release")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--old", type=pathlib.Path, help="another release's binary, for `old-new`")
    parser.add_argument("--point", help="the only one that `kill-at` strikes (harness/points.py)")
    parser.add_argument("--json", type=pathlib.Path, help="where the table goes as JSON")
    options = parser.parse_args()
    # What an experiment began is undone whatever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.names == ["list"]:
        for one in CATALOGUE.values():
            print(f"{one.name:<24}{one.what}")
        return 0
    if options.names[0] == "sabotage":
        return 0 if sabotages.run(options.seed, options.names[1:]) else 1
    names = list(CATALOGUE) if options.names == ["all"] else options.names
    if unknown := [name for name in names if name not in CATALOGUE]:
        parser.error(f"no experiment named {', '.join(unknown)}; `./dev fault list` has them")
    rows = []
    try:
        for name in names:
            one = CATALOGUE[name]
            rounds = options.rounds or (one.long if options.long else one.rounds)
            rows.append(runner.run(one, rounds, options.seed, options))
            print(table.text(rows[-1:]) + "\n", flush=True)
    finally:
        if len(names) > 1:
            print(table.text(rows))
        if options.json:
            options.json.write_text(table.as_json(rows) + "\n")
    return 1 if any(row.verdict == "BROKEN" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
