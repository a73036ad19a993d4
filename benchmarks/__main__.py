"""`python -m benchmarks [case …] [--size 0.1] [--rounds 5]`: one table."""

from __future__ import annotations

import argparse
from itertools import chain

from benchmarks import commands
from benchmarks.registry import CASES
from benchmarks.table import table

#: Whole processes, beside the cases of the registry.
COMMANDS = "commands"
NAMES = (*CASES, COMMANDS)


def main() -> None:
    reader = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    reader.add_argument("case", nargs="*", help=f"of {', '.join(NAMES)}; all when none")
    reader.add_argument("--size", type=float, default=1.0, help="share of the published volume")
    reader.add_argument("--rounds", type=int, default=5, help="rounds that the median is taken of")
    asked = reader.parse_args()
    unknown = set(asked.case) - set(NAMES)
    if unknown:
        reader.error(f"no such case: {', '.join(sorted(unknown))}")
    names = asked.case or NAMES
    benches = [CASES[name](asked.size) for name in names if name in CASES]
    parts = [table(benches, asked.rounds)] if benches else []
    if COMMANDS in names:
        parts.append(commands.lines(asked.rounds))
    for line in chain.from_iterable(parts):
        print(line, flush=True)


if __name__ == "__main__":
    main()
