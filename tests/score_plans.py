"""Solve files of public instances, count every answer anew, and say how near the best it is.

``python tests/score_plans.py [--seconds N] FILE …`` reads instances of the rotating workforce
problem (three formats), of shift design (Di Gaspero et al.) and of shift rostering (Curtois and
Qu), whichever a file is; of a folder all its files. It prints a line for each, and at last how
many answers keep all rules of their instance; it ends with 0 when all do. Who counts knows nothing
of how an answer was found.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import design_files
import rotating_files

from benchmarks import curtois
from benchmarks.texts import text_of
from sim.errors import LinewiseError
from sim.plan.rosters.solving import solve
from sim.plan.rotation import faults, solve_rotation

#: An answer in words, and the rules that it breaks.
Answer = tuple[str, list[str]]

_SECONDS = 60.0
_AGREE = 1e-6


def main(arguments: Sequence[str]) -> int:
    """Solve each file; 0 when no answer breaks a rule and every file could be read."""
    seconds, names = _asked(list(arguments))
    if not names:
        print("usage: python tests/score_plans.py [--seconds N] FILE …")
        return 2
    paths = [path for name in names for path in _files(Path(name))]
    good = 0
    for path in paths:
        begun = time.monotonic()
        try:
            said, broken = kind_of(path)(path, seconds)
        except (LinewiseError, ValueError, KeyError, IndexError, StopIteration, OSError) as error:
            said, broken = "", [f"{type(error).__name__}: {error}"]
        print(f"{path.name}: {said}, {time.monotonic() - begun:.1f} s" if said else path.name)
        print(*(f"  {fault}" for fault in broken), sep="\n", end="\n" if broken else "")
        good += not broken
    print(f"{good} of {len(paths)} answers keep all rules")
    return 0 if good == len(paths) else 1


def _asked(arguments: list[str]) -> tuple[float, list[str]]:
    if "--seconds" not in arguments:
        return _SECONDS, arguments
    at = arguments.index("--seconds")
    return float(arguments[at + 1]), arguments[:at] + arguments[at + 2 :]


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(
        (one for one in path.rglob("*") if one.suffix in (".txt", ".dzn")),
        key=lambda one: [
            int(word) if word.isdigit() else 0 for word in re.split(r"(\d+)", one.stem)
        ],
    )


def kind_of(path: Path) -> Callable[[Path, float], Answer]:
    """What an instance is of, by what stands in its file."""
    text = text_of(path)
    if "SECTION_" in text:
        return rostered
    return designed if "MinuteInterval" in text else rotated


def rotated(path: Path, seconds: float) -> Answer:
    """A cycle that everybody walks through."""
    found = solve_rotation(rotating_files.read(path), seconds=seconds)
    if found.status != "solved":
        why = f" ({found.reasons[0]})" if found.reasons else ""
        return f"{found.status}{why}", []
    return f"solved, {found.people} people", faults(found.problem, found.cycle)


def designed(path: Path, seconds: float) -> Answer:
    """Few distinct shifts near a requirement."""
    case = design_files.read(path)
    found = case.solved(seconds)
    again = case.recounted(found)
    broken = [] if abs(again - found.cost) <= _AGREE * max(again, 1.0) else [f"it costs {again}"]
    return f"{len(found.shifts)} shifts, cost {found.cost:g}, bound {found.bound:g}", broken


def rostered(path: Path, seconds: float) -> Answer:
    """A shift for every person and day."""
    case = curtois.read(path)
    found = solve(curtois.problem(case), seed=1, time_limit=seconds)
    if found.lines is None:
        return f"no roster, bound {found.bound:g}", ["no roster was found"]
    cost, broken = curtois.judged(case, curtois.shown(case, found.lines))
    if abs(cost - found.cost) > _AGREE * max(cost, 1):
        broken.append(f"it costs {cost}, not {found.cost:g}")
    return f"cost {cost}, bound {found.bound:g}, gap {found.gap:.2%}", broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
