"""The shift rostering instances of Curtois and Qu, each roster judged on its own terms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.curtois import BEST, judged, problem, read, shown
from sim.plan.rosters.solving import solve

FOLDER = Path(__file__).resolve().parents[1] / "../shared/data/scheduling/curtois24"

if not FOLDER.exists():
    pytest.skip("no instances beside the project", allow_module_level=True)


@pytest.mark.parametrize("number", [2, 3, 4])
def test_small_instances_are_solved_and_proven(number: int) -> None:
    instance = read(FOLDER / f"Instance{number}.txt")
    found = solve(problem(instance), seed=1, time_limit=20)

    assert found.lines is not None
    assert judged(instance, shown(instance, found.lines)) == (BEST[number], [])
    assert (found.cost, found.bound) == (BEST[number], BEST[number])


@pytest.mark.parametrize("number", [8, 16])
def test_a_roster_is_legal_at_once_and_costs_what_the_judge_says(number: int) -> None:
    instance = read(FOLDER / f"Instance{number}.txt")
    found = solve(problem(instance), seed=1, tell=lambda now: True)

    assert found.lines is not None
    cost, broken = judged(instance, shown(instance, np.asarray(found.lines)))
    assert not broken
    assert cost == pytest.approx(found.cost)
    assert found.cost <= found.first
    assert not math.isnan(found.gap)


@pytest.mark.long
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11])
def test_larger_instances_come_close_to_the_best_known(number: int) -> None:
    instance = read(FOLDER / f"Instance{number}.txt")
    found = solve(problem(instance), seed=1, time_limit=180)

    assert found.lines is not None
    cost, broken = judged(instance, shown(instance, found.lines))
    assert not broken
    assert found.bound <= BEST[number] <= cost <= 1.05 * BEST[number]
