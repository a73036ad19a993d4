"""`python -m benchmarks [case …] [--size 0.1] [--rounds 5]`: one table."""

from __future__ import annotations

import argparse

from benchmarks.registry import CASES
from benchmarks.table import table


def main() -> None:
    reader = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    reader.add_argument("case", nargs="*", help=f"one of {', '.join(CASES)}; all when none")
    reader.add_argument("--size", type=float, default=1.0, help="share of the published volume")
    reader.add_argument("--rounds", type=int, default=5, help="rounds that the median is taken of")
    asked = reader.parse_args()
    unknown = set(asked.case) - set(CASES)
    if unknown:
        reader.error(f"no such case: {', '.join(sorted(unknown))}")
    benches = [CASES[name](asked.size) for name in asked.case or CASES]
    for line in table(benches, asked.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
