"""The table that a run ends with: a row for each experiment, for people and as JSON."""

import json
from typing import NamedTuple, Optional


class Row(NamedTuple):
    """`healed`: the longest time after a fault's end, in seconds; None where nothing had to heal.
    `verdict`: held, BROKEN or skipped. `why`: complaints, or what was lacking."""
    experiment: str
    rounds: int = 0
    mails: int = 0
    answered: int = 0
    doubles: int = 0
    healed: Optional[float] = None
    verdict: str = "held"
    why: tuple = ()
    figures: dict = {}
    seconds: float = 0


_FORM = "{:<24}{:>7}{:>8}{:>9}{:>8}{:>10}{:>7}  {}"
_HEAD = ("experiment", "rounds", "mails", "answered", "doubles", "healed s", "took s", "verdict")
# Complaints of one row that are printed; the JSON has all.
SHOWN = 5


def text(rows):
    lines = [_FORM.format(*_HEAD)]
    for row in rows:
        healed = "-" if row.healed is None else f"{row.healed:.1f}"
        lines.append(_FORM.format(row.experiment, row.rounds, row.mails, row.answered, row.doubles,
                                  healed, f"{row.seconds:.0f}", row.verdict))
        lines += [f"    {name}: {value}" for name, value in row.figures.items()]
        lines += [f"    {why}" for why in row.why[:SHOWN]]
        if len(row.why) > SHOWN:
            lines.append(f"    ... and {len(row.why) - SHOWN} more")
    return "\n".join(lines)


def as_json(rows):
    return json.dumps([row._asdict() for row in rows], indent=1)
