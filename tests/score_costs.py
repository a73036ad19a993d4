"""Compare a file of worked examples with what the product makes of their inputs.

``python tests/score_costs.py FILE`` prints each value that differs, what the inputs do not
determine, and at last how many values agree; it ends with 0 when all do. The examples are those of
the cost model: payroll, a seat that never closes, contract months, a team that is built, a hybrid
month, whole scenarios.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cases_costs import UNDETERMINED, answer, slack

from sim.errors import LinewiseError

# How many digits after the point the files give money, and counts of contacts and hours.
_MONEY_DIGITS = 2
_COUNT_DIGITS = 3


def main(arguments: list[str]) -> int:
    """Score each file; 0 when every value of all of them agrees."""
    if not arguments:
        print("usage: python tests/score_costs.py FILE …")
        return 2
    agreed = values = 0
    for name in arguments:
        cases = json.loads(Path(name).read_text(encoding="utf-8"))
        for case in cases if isinstance(cases, list) else cases["cases"]:
            good, count, said = scored(case)
            agreed, values = agreed + good, values + count
            print(*said, sep="\n", end="\n" if said else "")
    print(f"{agreed} of {values} values agree")
    return 0 if agreed == values else 1


def scored(case: Mapping[str, Any]) -> tuple[int, int, list[str]]:
    """Values of a case that agree, all its values, and what there is to say."""
    notes: list[str] = []
    wanted = dict(_leaves(case["expected"]))
    try:
        found = dict(_leaves(answer(case, notes)))
    except (LinewiseError, ValueError, KeyError, TypeError, AttributeError) as error:
        return 0, len(wanted), [f"{case['id']}: {type(error).__name__}: {error}"]
    said = [f"{case['id']}: {note}" for note in dict.fromkeys(notes)]
    near = slack(case)
    agreed = counted = 0
    for place, value in wanted.items():
        if place in UNDETERMINED:
            said.append(f"{case['id']} {place}: the inputs do not determine it")
            continue
        counted += 1
        tolerance = max(_tolerance(place, value, case.get("tolerance", {})), near.get(place, 0.0))
        ours = found.get(place, 0.0 if value == 0 else None)
        if _meets(value, ours, tolerance):
            agreed += 1
        else:
            said.append(f"{case['id']} {place}: expected {value}, found {ours}")
    return agreed, counted, said


def _meets(value: Any, ours: Any, tolerance: float) -> bool:
    if isinstance(value, bool | str) or value is None or ours is None:
        return bool(value == ours)
    return bool(abs(ours - value) <= tolerance)


def _leaves(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, below in node.items():
            yield from _leaves(below, f"{place}.{key}" if place else str(key))
    elif isinstance(node, list | tuple):
        for number, below in enumerate(node):
            yield from _leaves(below, f"{place}[{number}]")
    else:
        yield place, node


def _tolerance(place: str, value: Any, given: Mapping[str, float]) -> float:
    """Money to the kopeck, ratios and counts to their last digit."""
    digits = len(repr(value).partition(".")[2]) if isinstance(value, float) else 0
    ratio = given.get("ratio_abs", 1e-6)
    if "info." in place:
        return ratio
    if digits <= _MONEY_DIGITS:
        return given.get("money_abs", 0.01)
    if digits > _COUNT_DIGITS:  # whatever it is, the file has it to so many digits only
        return max(ratio, 0.501 * 10.0**-digits)
    return max(ratio, 0.5e-3) if digits == _COUNT_DIGITS and abs(value) >= 100 else ratio


def ended(arguments: list[str]) -> int:
    """`main`, also where whoever reads has seen enough, as ``head`` has."""
    try:
        code = main(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left is written at the end of the program: it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(ended(sys.argv[1:]))
