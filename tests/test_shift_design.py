"""Few distinct shifts: public instances at their published values, small ones by trying all."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.shifts import Horizon, PauseRule, ShiftDesign, ShiftTemplate, design_shifts

Floats = NDArray[np.float64]

#: Found at once, and those that need their minute.
QUICK = (1, 3, 5, 6, 15)
LONG = tuple(number for number in range(1, 31) if number not in QUICK)


@dataclass(frozen=True)
class Instance:
    """A public instance: its requirement, shifts and the price of one (Di Gaspero et al.)."""

    needed: Floats
    templates: list[ShiftTemplate]
    horizon: Horizon
    each: float
    best: float


def read(folder: Path, number: int) -> Instance:
    """The format of the instances: blocks under titles that begin with #."""
    text = (folder / "shift_design" / f"RandomExample{number}.txt").read_text("latin-1")
    blocks: dict[str, list[str]] = {}
    title = ""
    for row in text.splitlines():
        if row.startswith("#"):
            title = row.strip("# :")
            blocks[title] = []
        elif row.strip():
            blocks[title].append(row)

    def block(begin: str) -> list[str]:
        return next(rows for title, rows in blocks.items() if title.startswith(begin))

    step = int(block("MinuteInterval")[0])
    horizon = Horizon(
        step, int(block("DaysPerCycle")[0]), cyclic=block("FlagCyclical")[0].strip() == "yes"
    )
    pattern = r"(\S+) .*?(\d+):(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)"
    templates = []
    for row in block("Abbr"):
        found = re.match(pattern, row)
        assert found is not None
        hour, minute, later, sooner, length, more, less = map(int, found.groups()[1:])
        start = 60 * hour + minute
        lengths = tuple(range(length - less, length + more + 1, step))
        window = (start - sooner, start + later)
        templates.append(ShiftTemplate(found[1], window, lengths, step=step))
    known = json.loads((folder / "best_known.json").read_text("utf-8"))["shift_design"]["set1"]
    needed = np.array(" ".join(block("Requirements")).split(), float)
    return Instance(
        needed, templates, horizon, float(block("Shifts")[0]), known[number - 1]["literature_best"]
    )


def solved(shared: Path, number: int, seconds: float) -> tuple[Instance, ShiftDesign]:
    case = read(shared / "data" / "scheduling", number)
    found = design_shifts(
        case.needed,
        case.templates,
        each=case.each,
        missing=60.0,
        surplus=60.0,
        horizon=case.horizon,
        seconds=seconds,
    )
    return case, found


def recounted(case: Instance, found: ShiftDesign) -> float:
    """Cost of a design, minute by minute of its list of shifts."""
    present = np.zeros(case.horizon.minutes)
    for one in found.shifts:
        for day, count in enumerate(one.counts):
            start = day * DAY + one.shift.start
            at = np.arange(start, start + one.shift.minutes) % case.horizon.minutes
            present[at] += count
    off = np.abs(present - np.repeat(case.needed, case.horizon.interval)).sum()
    return float(off) + case.each * len(found.shifts)


@pytest.mark.parametrize("number", QUICK)
def test_a_public_instance_is_solved_at_its_published_value(shared: Path, number: int) -> None:
    case, found = solved(shared, number, 30.0)

    assert found.cost == recounted(case, found) == case.best
    assert found.bound <= found.cost


@pytest.mark.long
@pytest.mark.parametrize("number", LONG)
def test_every_public_instance_is_solved_within_a_minute(shared: Path, number: int) -> None:
    case, found = solved(shared, number, 60.0)

    assert found.cost == recounted(case, found) <= case.best


# --- small ones ----------------------------------------------------------------------------------

SIX = Horizon(240, days=1)
KINDS = [(0, 480), (480, 480), (960, 480), (240, 720)]
FREE = [
    ShiftTemplate("eight", (0, 960), (480,), step=480),
    ShiftTemplate("twelve", (240, 240), (720,)),
]


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.sampled_from([0.5, 3.0, 20.0]),
    st.sampled_from([1.0, 2.0]),
)
def test_a_design_is_the_best_of_all(needed: list[int], each: float, missing: float) -> None:
    found = design_shifts(needed, FREE, each=each, missing=missing, horizon=SIX, seconds=10)
    best = np.inf
    for counts in itertools.product(range(4), repeat=4):
        over = -np.array(needed, float)
        for (start, minutes), count in zip(KINDS, counts, strict=True):
            over[np.arange(start // 240, (start + minutes) // 240) % 6] += count
        deviation = 4 * (np.maximum(over, 0) + missing * np.maximum(-over, 0)).sum()
        best = min(best, float(deviation) + each * sum(count > 0 for count in counts))

    assert found.cost == pytest.approx(best)
    assert found.proven


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"each": 0.0}, "each must be a price"),
        ({"requirement": [0.5] * 6}, "must be whole numbers"),
        ({"requirement": [1.0] * 5}, "must have 6 intervals"),
        ({"templates": []}, "must be one or more"),
        ({"templates": [ShiftTemplate("odd", (0, 0), (300,))]}, "by whole intervals"),
        (
            {"templates": [ShiftTemplate("p", (0, 0), (480,), pauses=(PauseRule(60, (60, -60)),))]},
            "must have no pauses",
        ),
    ],
)
def test_what_cannot_be_designed_is_refused(wrong: dict[str, object], says: str) -> None:
    given_ = {"requirement": [1.0] * 6, "templates": FREE, "each": 1.0, **wrong}
    with pytest.raises(InvalidInput, match=says):
        design_shifts(**given_, horizon=SIX)  # type: ignore[arg-type]


def test_demand_of_nobody_needs_no_shift() -> None:
    found = design_shifts([0] * 6, FREE, each=1.0, horizon=SIX)

    assert (found.shifts, found.cost, found.proven) == ((), 0.0, True)
