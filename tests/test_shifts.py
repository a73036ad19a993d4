"""Shift covers: cheapest, full, legal, and honest about what they are not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_shifts import cheapest, keeps_rules, recounted, written
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.errors import InvalidInput
from sim.plan.shifts import (
    Crew,
    Effort,
    Horizon,
    PauseRule,
    Pay,
    ShiftCover,
    ShiftTemplate,
    Split,
    cover_problem,
    cover_shifts,
)
from sim.plan.shifts.effort import Progress
from sim.plan.shifts.search import search
from sim.plan.shifts.solver import whole_solution
from sim.plan.shifts.windows import grain, window_solution

Floats = NDArray[np.float64]

ONE_DAY = Horizon(120, days=1)
NIGHTS = Pay(rate=10.0, night_premium=0.2, weekend_premium=0.1, holiday_premium=1.0)
QUICK = Effort(seconds=20.0, threads=1)


def week(peak: float, interval: int = 30) -> Floats:
    """A week of a call centre: two peaks a day, less at weekends."""
    hour = (np.arange(1440 // interval) + 0.5) * interval / 60
    day = 0.08 + np.exp(-0.5 * ((hour - 11) / 2.6) ** 2)
    day += 0.8 * np.exp(-0.5 * ((hour - 16.5) / 3) ** 2)
    days = [peak * share * day / day.max() for share in (1, 0.97, 0.95, 0.96, 0.94, 0.6, 0.5)]
    return np.asarray(np.ceil(np.concatenate(days)))


def usual(*hours: int, step: int = 60) -> list[ShiftTemplate]:
    """Shifts round the clock with a meal in the middle and two rests."""
    found = []
    for length in (60 * h for h in hours):
        middle = length // 2
        pauses: tuple[PauseRule, ...] = (PauseRule(15, (60, -60)),)
        if length > 300:
            pauses = (
                PauseRule(15, (60, middle - 60)),
                PauseRule(60, (middle - 60, middle + 90), paid=False, kind="meal"),
                PauseRule(15, (middle + 90, -60)),
            )
        found.append(
            ShiftTemplate(f"{length // 60}h", (0, 1440 - step), (length,), step=step, pauses=pauses)
        )
    return found


@st.composite
def small_templates(draw: st.DrawFn) -> list[ShiftTemplate]:
    """One or two templates whose every shift can be written down."""
    found = []
    for name in ("a", "b")[: draw(st.integers(1, 2))]:
        length = draw(st.sampled_from([480, 600]))
        pauses: tuple[PauseRule, ...] = ()
        if draw(st.booleans()):
            paid = draw(st.booleans())
            minutes = draw(st.sampled_from([60, 120]))
            pauses = (PauseRule(minutes, (120, -120), paid=paid),)
        if draw(st.booleans()) and pauses:
            gap = draw(st.sampled_from([0, 60]))
            pauses = (*pauses, PauseRule(60, (120, -60), gap=gap))
        found.append(
            ShiftTemplate(
                name,
                starts=(draw(st.sampled_from([0, 240])), 1320),
                lengths=(length,),
                step=draw(st.sampled_from([240, 360])),
                pauses=pauses,
                allowance=draw(st.sampled_from([0.0, 5.0])),
            )
        )
    return found


needs = st.lists(st.sampled_from([0.0, 0.0, 1.0, 1.0, 1.5, 2.0]), min_size=12, max_size=12)


# --- the cheapest, and as it says ----------------------------------------------------------------


@settings(max_examples=25)
@given(
    needed=needs,
    templates=small_templates(),
    cyclic=st.booleans(),
    pay=st.sampled_from([NIGHTS, Pay()]),
)
def test_a_cover_costs_what_the_best_of_all_covers_costs(
    needed: list[float], templates: list[ShiftTemplate], cyclic: bool, pay: Pay
) -> None:
    """And no bound is above that, though bounds are rounded up to the next cost there may be."""
    horizon = Horizon(120, days=1, cyclic=cyclic)
    shifts = written(templates, horizon, pay)
    reachable = sum(one.cover for one in shifts) > 0
    wanted = np.where(reachable, needed, 0.0)
    found = cover_shifts(wanted, templates, horizon=horizon, pay=pay, effort=QUICK)
    best = cheapest(wanted, shifts)

    assert found.full
    assert found.cost == pytest.approx(best, rel=1e-4)
    assert found.bound <= best * (1 + 1e-9)


def test_two_overlapping_pauses_keep_their_distance_and_the_best_is_found() -> None:
    rests = (PauseRule(30, (60, -60)), PauseRule(30, (60, -60), gap=60))
    template = ShiftTemplate("day", (480, 600), (300,), step=60, pauses=rests)
    horizon = Horizon(30, days=1)
    needed = np.zeros(48)
    needed[16:28] = [1, 1, 2, 2, 2, 1, 2, 1, 2, 2, 1, 1]
    found = cover_shifts(needed, [template], horizon=horizon, effort=QUICK)
    shifts = written([template], horizon, Pay())

    assert found.cost == pytest.approx(cheapest(needed, shifts))
    assert all(keeps_rules(item.shift, template, 30) for item in found.shifts)


def explicit(
    needed: Floats, templates: list[ShiftTemplate], horizon: Horizon, pay: Pay
) -> tuple[float, float]:
    """Cost and bound of another model by another door: a column for each lay of pauses."""
    shifts = written(templates, horizon, pay)
    matrix = np.array([one.cover for one in shifts]).T
    answer = milp(
        np.array([one.cost for one in shifts]),
        constraints=LinearConstraint(matrix, needed, np.inf),
        integrality=np.ones(len(shifts)),
        bounds=Bounds(0, np.inf),
        options={"time_limit": 5, "mip_rel_gap": 1e-6},
    )
    return float(answer.fun), float(answer.mip_dual_bound)


def test_a_day_with_rests_and_meals_costs_what_explicit_columns_say() -> None:
    horizon = Horizon(60, days=1)
    needed = np.ceil(week(5, 60)[:24])
    templates = [
        ShiftTemplate(
            "eight",
            (0, 1320),
            (480,),
            step=120,
            pauses=(PauseRule(15, (60, 180)), PauseRule(60, (180, 360), paid=False, kind="meal")),
        ),
        ShiftTemplate("four", (0, 1320), (240,), step=120, allowance=3.0),
    ]
    cost, bound = explicit(needed, templates, horizon, NIGHTS)
    found = cover_shifts(needed, templates, horizon=horizon, pay=NIGHTS, effort=Effort(seconds=15))

    assert found.full
    assert bound - 1e-3 <= found.cost <= cost * 1.001
    assert found.bound <= cost + 1e-6


@pytest.fixture(scope="module")
def planned() -> ShiftCover:
    pay = Pay(200, 0.2, 0.5, 1.0, holidays=frozenset({2}))
    return cover_shifts(week(20), usual(8, 12), pay=pay, effort=Effort(seconds=2))


def test_the_objective_is_the_statement_of_a_recount_minute_by_minute(planned: ShiftCover) -> None:
    pay = Pay(200, 0.2, 0.5, 1.0, holidays=frozenset({2}))
    cover, cost = recounted(planned.shifts, usual(8, 12), Horizon(), pay)

    assert planned.cost == pytest.approx(cost)
    np.testing.assert_allclose(planned.agents[0], cover, atol=1e-9)


def test_no_interval_of_a_full_cover_is_short(planned: ShiftCover) -> None:
    assert planned.full
    assert (planned.agents[0] >= week(20) - 1e-9).all()


def test_every_pause_lies_in_its_window(planned: ShiftCover) -> None:
    rules = {template.name: template for template in usual(8, 12)}

    assert all(keeps_rules(item.shift, rules[item.shift.name], 30) for item in planned.shifts)


def test_a_night_shift_runs_into_the_next_day_and_a_last_one_into_the_first() -> None:
    night = ShiftTemplate("night", (1320, 1320), (600,))
    needed = np.zeros(336)
    needed[[0, 15, 47]] = 1.0
    found = cover_shifts(needed, [night], effort=QUICK)

    assert {item.day for item in found.shifts} == {0, 6}
    assert found.agents[0, :16].tolist() == [1.0] * 16


def test_where_days_do_not_come_round_nobody_works_before_the_first() -> None:
    night = ShiftTemplate("night", (1320, 1320), (600,))
    horizon = Horizon(60, days=2, cyclic=False)
    found = cover_shifts([1.0] * 48, [night], horizon=horizon, effort=QUICK)

    assert not found.full
    assert found.missing[0, :22].tolist() == [1.0] * 22
    assert found.missing[0, 22:32].tolist() == [0.0] * 10


# --- what may be worked --------------------------------------------------------------------------


def starts_of(found: ShiftCover) -> set[int]:
    return {item.shift.start for item in found.shifts}


def test_no_more_starts_are_used_than_allowed() -> None:
    free = ShiftTemplate("free", (0, 1380), (480,))
    few = ShiftTemplate("free", (0, 1380), (480,), distinct_starts=4)
    horizon, needed = Horizon(60), week(6, 60)
    any_start = cover_shifts(needed, [free], horizon=horizon, effort=Effort(seconds=4))
    four = cover_shifts(needed, [few], horizon=horizon, effort=Effort(seconds=8))

    assert four.full
    assert len(starts_of(four)) <= 4 < len(starts_of(any_start))
    assert four.cost > any_start.cost


def test_limits_on_numbers_are_kept() -> None:
    short = ShiftTemplate("short", (0, 1380), (240,), most=5, most_per_day=2)
    long = ShiftTemplate("long", (0, 1200), (720,), step=240, least_per_day=1)
    found = cover_shifts(week(4, 60), [short, long], horizon=Horizon(60), effort=Effort(seconds=4))
    by_day = [
        {name: sum(i.count for i in found.shifts if (i.day, i.shift.name) == (day, name))
         for name in ("short", "long")}
        for day in range(7)
    ]  # fmt: skip

    assert found.full
    assert sum(day["short"] for day in by_day) <= 5
    assert max(day["short"] for day in by_day) <= 2
    assert min(day["long"] for day in by_day) >= 1


def test_a_split_shift_is_two_parts_around_an_unpaid_gap() -> None:
    split = ShiftTemplate("split", (480, 600), (240,), split=Split(gaps=(180, 240), lengths=(240,)))
    needed = np.zeros(24)
    needed[[8, 9, 10, 11, 15, 16, 17, 18]] = 1
    found = cover_shifts(needed, [split], horizon=Horizon(60, days=1), effort=QUICK)

    assert found.count == 1
    assert found.cost == 8.0
    assert found.shifts[0].shift.pauses[0].kind == "gap"
    assert found.shifts[0].shift.minutes == 660


def test_days_of_the_week_are_kept_wherever_the_horizon_begins() -> None:
    weekdays = ShiftTemplate("weekdays", (0, 0), (1440,), days=(0, 1, 2, 3, 4))
    horizon = Horizon(60, days=3, cyclic=False, first_weekday=4)
    found = cover_shifts([1.0] * 72, [weekdays], horizon=horizon, effort=QUICK)

    assert [item.day for item in found.shifts] == [0]
    assert found.missing.sum() == 48.0


def test_those_who_are_there_anyway_need_not_be_hired() -> None:
    night = ShiftTemplate("night", (1320, 1320), (600,))
    there = np.zeros(48)
    there[:22] = 1.0
    there[32:46] = 1.0
    horizon = Horizon(60, days=2, cyclic=False)
    found = cover_shifts([1.0] * 48, [night], horizon=horizon, already=there, effort=QUICK)

    assert found.full
    assert found.count == 2


# --- more and less than needed -------------------------------------------------------------------


def test_a_gap_stays_where_filling_it_costs_more() -> None:
    eight = ShiftTemplate("eight", (0, 1200), (480,), step=240)
    needed = np.zeros(24)
    needed[3] = 1.0
    cheap = cover_shifts(needed, [eight], horizon=Horizon(60, days=1), missing=7.9, effort=QUICK)
    dear = cover_shifts(needed, [eight], horizon=Horizon(60, days=1), missing=8.1, effort=QUICK)

    assert (cheap.count, cheap.cost) == (0, 7.9)
    assert (dear.count, dear.cost) == (1, 8.0)


def test_the_first_agent_short_may_be_cheaper_than_the_second() -> None:
    four = ShiftTemplate("four", (0, 1200), (240,), step=240)
    needed = np.zeros(24)
    needed[0:4] = 2.0
    found = cover_shifts(
        needed,
        [four],
        horizon=Horizon(60, days=1),
        missing=[(1.0, 0.5), (1.0, 2.0)],
        effort=QUICK,
    )

    assert found.count == 1
    assert found.missing[0, :4].tolist() == [1.0] * 4
    assert found.lines["missing"] == 2.0
    assert found.cost == 6.0


def test_somebody_is_there_even_where_missing_costs_nothing() -> None:
    four = ShiftTemplate("four", (0, 1200), (240,), step=240)
    found = cover_shifts(
        [3.0] * 24, [four], horizon=Horizon(60, days=1), missing=0.0, presence=1.0, effort=QUICK
    )

    assert found.count == 6
    assert found.agents[0].tolist() == [1.0] * 24


def test_surplus_has_its_price() -> None:
    eight = ShiftTemplate("eight", (0, 0), (480,))
    needed = np.zeros(24)
    needed[0:5] = 1.0
    found = cover_shifts(needed, [eight], horizon=Horizon(60, days=1), surplus=2.0, effort=QUICK)

    assert found.lines["surplus"] == 6.0
    assert found.cost == 14.0


# --- skills --------------------------------------------------------------------------------------


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3), min_size=24, max_size=24))
def test_crews_share_their_work_as_the_best_flow_does(values: list[int]) -> None:
    needed = np.array(values, float).reshape(2, 12)
    templates = [
        ShiftTemplate("one", (0, 1320), (480,), step=240),
        ShiftTemplate("both", (0, 1320), (480,), step=240, pay=Pay(rate=1.3)),
    ]
    crews = [
        Crew("calls", (0,), ("one",)),
        Crew("mail", (1,), ("one",)),
        Crew("both", (0, 1), ("both",)),
    ]
    found = cover_shifts(needed, templates, horizon=ONE_DAY, crews=crews, effort=QUICK)
    shifts = written(templates[:1], ONE_DAY, Pay())
    cover = np.array([one.cover for one in shifts]).T
    n, none = len(shifts), np.zeros_like(cover)
    # Every set of skills must be met by those who have one of them (Hall).
    rows = np.vstack(
        [
            np.hstack([cover, none, cover]),
            np.hstack([none, cover, cover]),
            np.hstack([cover, cover, cover]),
        ]
    )
    least = np.concatenate([needed[0], needed[1], needed.sum(axis=0)])
    answer = milp(
        np.repeat([8.0, 8.0, 10.4], n),
        constraints=LinearConstraint(rows, least, np.inf),
        integrality=np.ones(3 * n),
        options={"mip_rel_gap": 1e-9},
    )

    assert found.full
    assert found.cost == pytest.approx(answer.fun, rel=1e-4)


# --- effort --------------------------------------------------------------------------------------


def test_a_plan_only_gets_cheaper_and_its_bound_is_never_above_it() -> None:
    told: list[Progress] = []
    found = cover_shifts(week(40), usual(8, 10), effort=Effort(seconds=4), tell=told.append)
    costs = [step.cost for step in told if np.isfinite(step.cost)]

    assert all(later <= sooner for sooner, later in pairwise(costs))
    assert all(step.bound <= step.cost for step in told[1:])
    assert found.cost == pytest.approx(costs[-1])


def test_a_search_without_time_still_gives_a_full_plan_and_its_gap() -> None:
    found = cover_shifts(week(40), usual(8, 10), effort=Effort(seconds=0.001))

    assert found.full
    assert found.stopped == "seconds"
    assert 0 < found.gap < 0.05


def test_a_proof_that_does_not_end_is_given_up_and_the_gap_is_told() -> None:
    """On a flat curve all hours are alike: the last solve would branch for hours on end."""
    steps: list[Progress] = []
    effort = Effort(300, sweeps=1, nodes=1, proof=0.5)
    found = cover_shifts(np.full(336, 3.0), usual(8), effort=effort, tell=steps.append)

    assert [step.stage for step in steps][-1] == "proof"
    assert steps[-1].seconds - steps[-2].seconds < 30  # the solver looks at the clock now and then
    assert found.full
    assert found.stopped == "seconds"
    assert 0 < found.gap < 0.25


def test_a_key_pressed_returns_the_best_plan_so_far() -> None:
    def press(step: Progress) -> None:
        if step.stage == "first plan" and step.missing == 0:
            raise KeyboardInterrupt

    found = cover_shifts(week(20), usual(8), effort=Effort(seconds=20), tell=press)

    assert found.stopped == "interrupted"
    assert found.full


def test_the_same_question_gets_the_same_plan() -> None:
    effort, horizon = Effort(seconds=60, sweeps=1, nodes=5), Horizon(60, days=1)
    plans = [cover_shifts(week(4, 60)[:24], usual(8), horizon=horizon, effort=effort) for _ in "ab"]

    assert plans[0].shifts == plans[1].shifts


def test_demand_without_people_needs_none() -> None:
    found = cover_shifts([0.0] * 336, usual(8), effort=QUICK)

    assert (found.count, found.cost, found.gap) == (0, 0.0, 0.0)
    assert found.full


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"starts": (500, 400)}, "starts of 'x'"),
        ({"lengths": ()}, "lengths of 'x'"),
        ({"lengths": (5000,)}, "lengths of 'x'"),
        ({"days": (7,)}, "days of 'x'"),
        ({"step": 0}, "step of 'x'"),
        ({"most": -1}, "most of 'x'"),
        ({"least_per_day": 3, "most_per_day": 2}, "least_per_day of 'x'"),
        ({"distinct_starts": 0}, "distinct_starts of 'x'"),
        ({"allowance": float("nan")}, "allowance of 'x'"),
    ],
)
def test_a_template_that_cannot_be_is_refused_by_name(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ShiftTemplate(**{"name": "x", "starts": (0, 60), "lengths": (480,), **change})


@pytest.mark.parametrize(
    "pauses",
    [
        (PauseRule(60, (200, 250)),),
        (PauseRule(60, (400, 700)),),
        (PauseRule(30, (60, 120)), PauseRule(30, (60, 120), gap=60)),
    ],
)
def test_pauses_that_fit_into_no_shift_are_refused(pauses: tuple[PauseRule, ...]) -> None:
    template = ShiftTemplate("x", (0, 0), (480,), pauses=pauses)
    with pytest.raises(InvalidInput, match="must fit into a shift of 480 minutes"):
        cover_shifts([1.0] * 336, [template])


EIGHT = ShiftTemplate("eight", (0, 960), (480,), step=480)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"requirement": [1.0] * 10}, "must have 336 intervals"),
        ({"requirement": [-1.0] * 336}, "must be at least 0 everywhere"),
        ({"requirement": [float("nan")] * 336}, "must be at least 0 everywhere"),
        ({"templates": []}, "must be one or more"),
        ({"templates": [EIGHT, EIGHT]}, "must have different names"),
        ({"crews": [Crew("a", (1,))]}, "must be rows of the requirement"),
        ({"crews": [Crew("a", (0,), ("late",))]}, "must be among"),
        ({"missing": [(1.0, 2.0), (1.0, 1.0)]}, "prices of at least 0 that rise"),
        ({"surplus": -1.0}, "must be a price"),
        ({"presence": [1.0, 2.0]}, "must have 336 intervals"),
    ],
)
def test_what_cannot_be_covered_is_refused_by_name(arguments: dict[str, Any], says: str) -> None:
    given_: dict[str, Any] = {"requirement": [1.0] * 336, "templates": [EIGHT], **arguments}
    with pytest.raises(InvalidInput, match=says):
        cover_shifts(given_.pop("requirement"), given_.pop("templates"), **given_)


# --- both solvers in one process -----------------------------------------------------------------


@pytest.mark.parametrize(
    "order", ["highspy, ortools.sat.python.cp_model", "ortools.sat.python.cp_model, highspy"]
)
def test_both_solvers_live_in_one_process_whichever_comes_first(order: str) -> None:
    program = f"""
import {order}
import highspy, ortools.sat.python.cp_model as cp
solver = highspy.Highs(); solver.setOptionValue("output_flag", False)
x = solver.addVariable(lb=2); solver.minimize(x)
model = cp.CpModel(); y = model.new_int_var(3, 9, "y"); model.minimize(y)
answer = cp.CpSolver(); answer.solve(model)
print(solver.getObjectiveValue(), answer.value(y))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )

    assert done.stdout.split() == ["2.0", "3"], done.stderr


# --- sizes that planners have --------------------------------------------------------------------


def test_nights_that_run_into_the_next_day_leave_no_interval_short() -> None:
    """What pyworkforce calls optimal is short in 18 intervals, since its nights stay in their day.

    120 shifts with a meal at a fixed place, round the clock.
    """
    templates = [
        ShiftTemplate(
            f"{hours}h",
            (0, 1380),
            (60 * hours,),
            pauses=(PauseRule(60, (30 * hours - 30, 30 * hours + 30), paid=False, kind="meal"),),
        )
        for hours in (6, 8, 9, 10, 12)
    ]
    found = cover_shifts(week(60), templates, effort=Effort(seconds=20, gap=0.009))
    cover, cost = recounted(found.shifts, templates, Horizon(), Pay())

    assert found.full
    assert (cover >= week(60) - 1e-9).all()
    assert cost == pytest.approx(found.cost)
    assert found.gap < 0.01


@pytest.mark.long
@pytest.mark.parametrize(
    ("interval", "step", "hours", "gap"),
    [(30, 60, (8, 10, 12), 0.003), (15, 30, (4, 5, 6, 8, 10, 12), 0.004)],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_large_centre_is_covered_to_a_fraction_of_a_percent(
    interval: int, step: int, hours: tuple[int, ...], gap: float, seed: int
) -> None:
    uneven = np.random.default_rng(seed).uniform(0.9, 1.1, 10080 // interval)
    steps: list[Progress] = []
    found = cover_shifts(
        np.ceil(week(200, interval) * uneven),
        usual(*hours, step=step),
        horizon=Horizon(interval),
        # Twenty of processor time where others have their share of it too.
        effort=Effort(seconds=60, gap=gap),
        tell=steps.append,
    )

    assert found.full
    assert found.gap <= gap
    assert (steps[0].stage, steps[0].missing) == ("first plan", 0)
    assert 1 - found.bound / steps[0].cost <= 0.07


@pytest.mark.parametrize("pay", [Pay(), Pay(rate=287.5, night_premium=0.2, weekend_premium=0.35)])
def test_a_first_plan_from_some_of_the_shifts_is_full_and_told_at_its_cost(pay: Pay) -> None:
    """Pauses in windows and pauses that are laid together, and a limit on the way."""
    together = (PauseRule(15, (60, 240)), PauseRule(15, (90, 300), gap=60))
    templates = [
        *usual(8, 10, 12),
        ShiftTemplate("late", (720, 1200), (360,), pauses=together, most_per_day=3),
    ]
    steps: list[Progress] = []
    found = cover_shifts(
        week(30), templates, pay=pay, effort=Effort(seconds=60, sweeps=0), tell=steps.append
    )
    cover, cost = recounted(found.shifts, templates, Horizon(), pay)

    assert (steps[0].stage, steps[0].missing) == ("first plan", 0)
    assert found.bound <= found.cost <= steps[0].cost <= 1.1 * found.bound
    assert (cover >= week(30) - 1e-9).all()
    assert cost == pytest.approx(found.cost)


@pytest.mark.parametrize("pay", [Pay(), Pay(rate=271.3, night_premium=0.2)])
def test_constraint_programming_finds_in_a_window_what_branching_finds(pay: Pay) -> None:
    program = cover_problem(week(20), usual(8, step=120), pay=pay).program
    plan = search(program, Effort(seconds=60, sweeps=0)).x
    parts = grain(program)
    assert parts is not None
    free = (program.moment >= 1440) & (program.moment < 2880)
    level = program.matrix @ np.where(free, 0.0, plan)
    sides = program.lowest - level, program.highest - level
    part = (program.cost[free], program.upper[free], program.matrix[:, free], *sides)
    found = window_solution(
        *part,
        grain=replace(parts, whole=parts.whole[free]),
        start=plan[free],
        work=5.0,
        seconds=60,
        worth=1e-3,
    )
    branched = whole_solution(
        *part, program.whole[free], start=plan[free], nodes=100_000, seconds=60, worth=1e-3
    )

    assert found.cost == pytest.approx(branched.cost, abs=0.01)
    assert found.cost <= part[0] @ plan[free]


def test_a_large_program_is_bounded_beside_its_first_plan_and_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is large is a matter of speed: the bound is that of the corner, without chance."""
    hours = np.arange(168) % 24
    needed = np.ceil(3 + 4 * np.sin(np.pi * hours / 24) ** 2)
    pauses = (PauseRule(60, (180, -180), paid=False, kind="meal"),)
    eight = ShiftTemplate("eight", (0, 1380), (480, 540), pauses=pauses)
    asked: dict[str, Any] = {
        "horizon": Horizon(60),
        "effort": Effort(seconds=60.0, sweeps=0),
    }
    corner = cover_shifts(needed, [eight], **asked)
    monkeypatch.setattr("sim.plan.shifts.search.LARGE", 100)
    monkeypatch.setattr("sim.plan.shifts.search.AT_ONCE", 50)
    one, other = (cover_shifts(needed, [eight], **asked) for _ in range(2))

    assert one.full
    assert one.bound == pytest.approx(corner.bound, rel=1e-6)
    assert one.bound <= one.cost
    assert [repr(item) for item in one.shifts] == [repr(item) for item in other.shifts]
