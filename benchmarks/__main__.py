"""`python -m benchmarks [case …] [--size 0.1] [--rounds 5]`: a table for each case."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import (
    commands,
    covers,
    decisions,
    learn,
    machine,
    one_day,
    pages,
    rosters,
    rotations,
    visitors,
)
from benchmarks.registry import CASES
from benchmarks.table import table

#: Whole processes, beside the cases of the registry.
PROGRAMS = {
    **machine.PROGRAMS,
    **covers.PROGRAMS,
    **decisions.PROGRAMS,
    **learn.PROGRAMS,
    **one_day.PROGRAMS,
    **pages.PROGRAMS,
    **rosters.PROGRAMS,
    **visitors.PROGRAMS,
    "commands": commands.lines,
    "rotations": rotations.lines,
}
NAMES = (*CASES, *PROGRAMS)


def main() -> None:
    """Run the named cases and print their tables; all of them when none is named."""
    reader = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    reader.add_argument("case", nargs="*", help=f"of {', '.join(NAMES)}; all when none")
    reader.add_argument("--size", type=float, default=1.0, help="share of the published volume")
    reader.add_argument("--rounds", type=int, default=5, help="rounds that the median is taken of")
    asked = reader.parse_args()
    unknown = set(asked.case) - set(NAMES)
    if unknown:
        reader.error(f"no such case: {', '.join(sorted(unknown))}")
    for name in asked.case or NAMES:
        for line in lines(name, asked.size, asked.rounds):
            print(line, flush=True)


def lines(name: str, size: float, rounds: int) -> Iterator[str]:
    """What is printed of a case."""
    if name in CASES:
        yield from table(CASES[name](size), rounds)
    else:
        yield from PROGRAMS[name](size, rounds)
        yield ""


if __name__ == "__main__":
    main()
