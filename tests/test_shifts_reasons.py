"""Why a cover is short, and whether each way out is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.errors import InvalidInput
from sim.plan.shifts import Effort, Horizon, PauseRule, Pay, ShiftTemplate, cover_shifts
from sim.plan.shifts.covering import cover_problem
from sim.plan.shifts.reasons import reasons_of, start_values, unreachable
from sim.plan.shifts.search import linear_bound

DAY = Horizon(60, days=1)
EARLY = ShiftTemplate("early", (360, 480), (480,))
ALL = ShiftTemplate("all", (0, 1380), (480,))
QUICK = Effort(seconds=2.0, sweeps=1, threads=1)


def test_hours_in_which_nobody_may_be_present_are_counted_without_a_solver() -> None:
    gaps = unreachable(cover_problem([2.0] * 24, [EARLY], horizon=DAY))

    assert [(gap.start, gap.end, gap.hours) for gap in gaps] == [(0, 360, 12.0), (960, 1440, 16.0)]
    assert str(gaps[0]).startswith("Mon 00:00-06:00")


def test_an_hour_in_which_all_are_at_their_meal_is_one_of_them() -> None:
    meal = (PauseRule(60, (240, 300), paid=False, kind="meal"),)
    lone = ShiftTemplate("lone", (480, 480), (540,), pauses=meal)
    needed = np.zeros(24)
    needed[8:17] = 1.0
    (gap,) = unreachable(cover_problem(needed, [lone], horizon=DAY))

    assert (gap.start, gap.end) == (720, 780)


def test_limits_that_allow_too_few_hours_are_counted() -> None:
    few = replace(ALL, most_per_day=5)
    found = reasons_of(cover_problem([2.0] * 24, [few], horizon=DAY), effort=QUICK, ways=0)

    assert found.counted == (
        "48.0 agent-hours are needed and the limits on numbers of shifts allow 40.0",
    )
    assert sum(gap.hours for gap in found.short) == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("template", "way"),
    [
        (replace(ALL, most_per_day=5), "allow 6 of all a day"),
        (replace(ALL, most=5), "allow 6 of all"),
        (replace(ALL, distinct_starts=2), "allow 3 starts of all"),
        (ShiftTemplate("all", (0, 480), (480,), step=480), "let all start at 16:00"),
        (ShiftTemplate("all", (480, 960), (480,), step=480), "let all start at 00:00"),
    ],
)
def test_the_cheapest_way_out_is_found_and_is_one(template: ShiftTemplate, way: str) -> None:
    problem = cover_problem([2.0] * 24, [template], horizon=DAY)
    found = reasons_of(problem, effort=QUICK)
    first = found.ways[0]
    again = cover_shifts([2.0] * 24, first.templates, horizon=DAY, effort=QUICK)

    assert found.short
    assert first.text == way
    assert first.cover.full
    assert again.full
    assert str(first).startswith(f"{way}: nothing is short")


@pytest.mark.parametrize(
    ("tight", "field"),
    [(replace(ALL, most_per_day=2), "most_per_day"), (replace(ALL, most=2), "most")],
)
def test_a_number_is_raised_to_the_least_that_leaves_nothing_short(
    tight: ShiftTemplate, field: str
) -> None:
    """48 hours take six shifts of eight; five leave eight hours short."""
    found = reasons_of(cover_problem([2.0] * 24, [tight], horizon=DAY), effort=QUICK)
    first = found.ways[0]
    less = replace(tight, **{field: 5})  # type: ignore[arg-type]

    assert (first.what.what, first.what.value) == (field, 6)
    assert first.shifts == 4
    assert first.paid == pytest.approx(32.0)
    assert not cover_shifts([2.0] * 24, [less], horizon=DAY, effort=QUICK).full


def test_a_limit_that_helps_nobody_is_no_way_out() -> None:
    """More of a shift that starts at eight fills no hour of the night."""
    few = ShiftTemplate("few", (480, 480), (480,), most_per_day=1)
    needed = np.zeros(24)
    needed[2:4] = 1.0
    needed[9:12] = 1.0
    found = reasons_of(cover_problem(needed, [few], horizon=DAY), effort=QUICK)

    assert "most_per_day" not in {way.what.what for way in found.ways}


def test_the_worth_of_a_limit_is_what_one_more_saves() -> None:
    cheap = ShiftTemplate("cheap", (0, 960), (480,), step=480, most=2, pay=Pay(rate=1.0))
    dear = ShiftTemplate("dear", (0, 960), (480,), step=480, pay=Pay(rate=3.0))
    problem = cover_problem([1.0] * 24, [cheap, dear], horizon=DAY)
    found = reasons_of(problem, effort=QUICK)
    more = cover_problem([1.0] * 24, [replace(cheap, most=3), dear], horizon=DAY)
    saved = linear_bound(problem.program)[1] - linear_bound(more.program)[1]

    assert found.worth["most of cheap"] == pytest.approx(saved) == pytest.approx(16.0)
    assert found.ways[0].text == "allow 3 of cheap"
    assert found.ways[0].extra == pytest.approx(-16.0)


def test_the_value_of_a_start_bounds_what_allowing_it_saves() -> None:
    needed = np.zeros(48)
    needed[11:29] = 3.0
    pauses = (PauseRule(60, (120, -120), paid=False),)
    six = ShiftTemplate("six", (360, 840), (480,), step=240, pauses=pauses)
    horizon = Horizon(30, days=1)
    problem = cover_problem(needed, [six], horizon=horizon, missing=50.0)
    best = start_values(problem, "six")[0]
    extra = replace(six, name="extra", starts=(best.start, best.start), most=1)
    more = cover_problem(needed, [six, extra], horizon=horizon, missing=50.0)
    saved = linear_bound(problem.program)[1] - linear_bound(more.program)[1]

    assert 0 < saved <= best.saving + 1e-6


def test_a_full_and_best_cover_has_nothing_to_explain() -> None:
    problem = cover_problem([1.0] * 24, [replace(ALL, step=480, starts=(0, 960))], horizon=DAY)
    found = reasons_of(problem, effort=QUICK)

    assert (found.counted, found.short, found.worth) == ((), (), {})
    assert found.ways == ()


def test_a_template_that_is_not_there_has_no_value() -> None:
    with pytest.raises(InvalidInput, match="template must be one of"):
        start_values(cover_problem([1.0] * 24, [ALL], horizon=DAY), "late")
