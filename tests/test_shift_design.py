"""Few distinct shifts: public instances at their published values, small ones by trying all."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from design_files import Instance, read
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InvalidInput
from sim.plan.shifts import Horizon, PauseRule, ShiftDesign, ShiftTemplate, design_shifts

#: Found in two seconds, and those that take longer.
QUICK = (6, 15)
LONG = tuple(number for number in range(1, 31) if number not in QUICK)


def solved(shared: Path, number: int, seconds: float) -> tuple[Instance, float, ShiftDesign]:
    """An instance, its best known cost, and a design."""
    folder = shared / "data" / "scheduling"
    case = read(folder / "shift_design" / f"RandomExample{number}.txt")
    known = json.loads((folder / "best_known.json").read_text("utf-8"))["shift_design"]["set1"]
    return case, known[number - 1]["literature_best"], case.solved(seconds)


@pytest.mark.parametrize("number", QUICK)
def test_a_public_instance_is_solved_at_its_published_value(shared: Path, number: int) -> None:
    case, best, found = solved(shared, number, 30.0)

    assert found.cost == case.recounted(found) == best
    assert found.bound <= found.cost


@pytest.mark.long
@pytest.mark.parametrize("number", LONG)
def test_every_public_instance_is_solved_within_a_minute(shared: Path, number: int) -> None:
    case, best, found = solved(shared, number, 60.0)

    assert found.cost == case.recounted(found) <= best


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
