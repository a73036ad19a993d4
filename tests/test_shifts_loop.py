"""Covers that are simulated and corrected until the simulated promise holds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from desks import desk, line, team
from numpy.typing import NDArray

from sim import erlang
from sim.errors import InvalidInput
from sim.experiment import case, replicate
from sim.plan.shifts import Effort, Horizon, PauseRule, ShiftTemplate
from sim.plan.shifts.closed_loop import Judged, Kept, closed_loop
from sim.scenario import Scenario

Floats = NDArray[np.float64]

# Three times a small office: steep mornings leave queues that no closed form by interval sees.
BASE = [6, 5, 4, 4, 5, 8, 20, 45, 80, 110, 120, 115]
BASE += [100, 95, 95, 100, 90, 75, 50, 35, 25, 18, 12, 8]
HOURS = [3 * calls for calls in BASE]
MOST = 50
AHT, PATIENCE, AWT = 240.0, 180.0, 20.0
HOUR = Horizon(60)
VOLUME = np.array(HOURS * 7, float)
EFFORT = Effort(seconds=1.5, threads=1)
TEMPLATES = [
    ShiftTemplate(f"{h}h", (0, 1380), (60 * h,), pauses=(PauseRule(60, (180, -180), paid=False),))
    for h in (8, 10)
]


@cache
def office() -> Scenario:
    phone = line(HOURS, patience="3m", target="{answered: 80% in 20s}")
    return desk({"phone": phone}, {"own": team("[phone]", "to_target: {}")})


def judge(agents: Floats) -> Judged:
    """The real engine, the same contacts every time."""
    per = office().intervals_per_week // 168
    plan = tuple(np.repeat(agents, per).tolist())
    seen = replicate(case(office(), "base", cover={"own": plan}), seed=7, replications=80)
    share, error = seen.profile("service_level", "phone", "slot")
    # Within an hour contacts come at one rate.
    hourly = share.reshape(168, per).mean(axis=1)
    days, days_error = seen.profile("service_level", "phone", "day")
    period, period_error = seen.profile("service_level", "phone", "period")
    return Judged(
        hourly,
        np.sqrt((error.reshape(168, per) ** 2).mean(axis=1) / per),
        days,
        days_error,
        float(period[0]),
        float(period_error[0]),
    )


def needed(share: float) -> Floats:
    target = erlang.Target(service_level=share, awt=AWT)
    found = erlang.agents_needed(target, arrival_rate=VOLUME / 3600, aht=AHT, patience=PATIENCE)
    return np.asarray(found.agents, float)


@cache
def curves() -> Floats:
    agents = np.arange(1.0, MOST + 1.0)
    shares = np.zeros((24, MOST + 1))
    for hour, volume in enumerate(HOURS):
        queue = erlang.erlang_a(
            arrival_rate=np.array(volume / 3600), aht=AHT, agents=agents, patience=PATIENCE
        )
        shares[hour, 1:] = np.maximum.accumulate(queue.service_level("offered", AWT))
    return np.tile(shares, (7, 1))


def test_what_is_too_little_is_raised_until_every_interval_keeps_its_promise() -> None:
    first = needed(0.6)
    found = closed_loop(
        TEMPLATES, first, judge, Kept(0.8), horizon=HOUR, effort=EFFORT, rounds=12, trims=2
    )

    assert found.rounds[0].missed > 0
    assert found.kept
    assert not found.judged.misses(Kept(0.8)).any()
    assert found.cover.cost > found.rounds[0].cost


def test_a_promise_over_the_week_is_cheaper_and_kept_within_a_third_of_a_point() -> None:
    promise = Kept(0.8, over="period", floor=0.5)
    each = closed_loop(
        TEMPLATES, needed(0.8), judge, Kept(0.8), horizon=HOUR, effort=EFFORT, rounds=1, trims=0
    )
    week = closed_loop(
        TEMPLATES,
        needed(0.8),
        judge,
        promise,
        curves=curves(),
        volume=VOLUME,
        horizon=HOUR,
        effort=EFFORT,
        rounds=5,
    )

    assert week.kept
    assert abs(week.judged.period - 0.8) <= 0.003 + week.judged.period_error
    assert week.cover.cost < each.cover.cost
    assert (week.cover.agents[0] >= needed(0.5) - 1e-9).all()


def noiseless(agents: Floats) -> Judged:
    """A judge that knows Erlang A and nothing else."""
    share = curves()[np.arange(168), np.minimum(np.floor(agents + 1e-9), MOST).astype(int)]
    days = (share * VOLUME).reshape(7, 24).sum(axis=1) / VOLUME.reshape(7, 24).sum(axis=1)
    period = float(share @ VOLUME / VOLUME.sum())
    return Judged(share, np.zeros(168), days, np.zeros(7), period, 0.0)


def test_every_day_keeps_a_promise_over_days() -> None:
    found = closed_loop(
        TEMPLATES,
        needed(0.8),
        noiseless,
        Kept(0.8, over="day", floor=0.4, tolerance=0.01),
        curves=curves(),
        volume=VOLUME,
        horizon=HOUR,
        effort=EFFORT,
    )

    assert found.kept
    assert found.judged.days.min() >= 0.79


def test_shifts_nobody_misses_are_taken_away_again() -> None:
    found = closed_loop(
        TEMPLATES,
        needed(0.8) + 2,
        noiseless,
        Kept(0.8),
        horizon=HOUR,
        effort=EFFORT,
        trims=10,
    )

    assert found.kept
    assert found.trimmed > 0
    assert found.cover.cost < found.rounds[-1].cost


def test_what_no_plan_keeps_is_told_as_such() -> None:
    never = replace(noiseless(np.full(168, 50.0)), intervals=np.full(168, 0.1))
    found = closed_loop(
        TEMPLATES, needed(0.5), lambda _: never, Kept(0.8), horizon=HOUR, effort=EFFORT, rounds=2
    )

    assert not found.kept
    assert len(found.rounds) == 2


def test_a_promise_over_more_than_an_interval_needs_curves() -> None:
    with pytest.raises(InvalidInput, match="curves must be given with volume"):
        closed_loop(TEMPLATES, needed(0.8), noiseless, Kept(0.8, over="period"), horizon=HOUR)


@pytest.mark.parametrize("wrong", [{"target": 1.2}, {"target": 0.8, "floor": 0.0}])
def test_a_promise_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        Kept(**wrong)  # type: ignore[arg-type]
