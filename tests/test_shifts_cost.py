"""What a cover costs is what the cost room says of its hours, counted minute by minute."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from naive_shifts import minutes_of

from sim.cost import Hours, Ops
from sim.cost.payroll import payroll
from sim.plan.duties import DAY
from sim.plan.shifts import (
    Effort,
    Horizon,
    PauseRule,
    Pay,
    ShiftCover,
    ShiftTemplate,
    cover_shifts,
)
from sim.scenario.terms import AgentTerms, WorkingYear
from sim.scenario.terms import Pay as Wages

HORIZON = Horizon(60, cyclic=False)
PAY = Pay(
    rate=310.0,
    night_premium=0.2,
    weekend_premium=0.15,
    holiday_premium=1.0,
    holidays=frozenset({0, 3}),
)
MEAL = PauseRule(30, (180, -120), paid=False, kind="meal")
REST = PauseRule(15, (60, 180))
TEMPLATES = [
    ShiftTemplate("day", (0, 960), (480, 540), pauses=(REST, MEAL)),
    ShiftTemplate("night", (1200, 1320), (600,), pauses=(MEAL,), allowance=250.0),
]


def hours_of(plan: ShiftCover) -> tuple[Hours, ...]:
    """Paid hours by kind."""
    minutes: Counter[tuple[bool, bool, bool]] = Counter()
    for item in plan.shifts:
        for minute, pause in minutes_of(item.day, item.shift):
            if pause is None or pause.paid:
                day, of_day = divmod(minute, DAY)
                night = of_day >= 22 * 60 or of_day < 6 * 60
                kind = night, (HORIZON.first_weekday + day) % 7 >= 5, day in PAY.holidays
                minutes[kind] += item.count
    return tuple(
        Hours(logged=count / 60, night=night, weekend=weekend, holiday=holiday)
        for (night, weekend, holiday), count in minutes.items()
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_objective_of_a_cover_is_the_statement_of_the_cost_room(seed: int) -> None:
    shape = 2 + 3 * np.sin(np.arange(168) % 24 / 24 * math.pi)
    needed = np.random.default_rng(seed).poisson(shape).astype(float)
    needed[:6] = needed[-6:] = 0
    plan = cover_shifts(
        needed, TEMPLATES, horizon=HORIZON, pay=PAY, effort=Effort(seconds=60, sweeps=0)
    )
    terms = AgentTerms(
        calendar=WorkingYear(contract_hours_year=1972),
        pay=Wages(hourly_rate=310, night_premium=0.2, weekend_premium=0.15, holiday_premium=1),
    )
    told = {line.name: line.amount for line in payroll(terms, Ops(hours=hours_of(plan))).lines}
    premia = ("night_premium", "weekend_premium", "holiday_premium")
    nights = sum(item.count for item in plan.shifts if item.shift.name == "night")

    assert plan.full
    assert all(told[name] > 0 for name in premia)
    assert nights > 0
    for name in ("base_wages", *premia):
        assert plan.lines[name] == pytest.approx(told[name])
    whole = math.fsum(told[name] for name in ("base_wages", *premia)) + 250 * nights
    assert plan.cost == pytest.approx(whole)
    assert plan.bound <= plan.cost
