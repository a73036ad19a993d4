"""CALLCENTER-1, a published problem of staffing by simulation, solved and played again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.one_day import (
    LUNCHES,
    NOBODY,
    PLAN,
    STARTS,
    Sample,
    agents,
    calls,
    fewest_by_work,
    presences,
    staffed,
)
from sim.engine import play


@pytest.mark.long
def test_the_fewest_agents_by_simulated_cuts_keep_the_promise_of_every_hour() -> None:
    found = staffed(Sample(30, 1), challenges=1)

    assert (found.seen.mean >= 0).all()
    assert found.count - 1 <= found.bound <= found.count == found.plan.sum()
    # Were there a plan with one agent fewer among those the cuts had hidden, it would miss nothing.
    assert found.nearest < 0


def test_the_plan_found_keeps_the_promise_of_every_hour_on_days_it_was_not_made_for() -> None:
    seen = Sample(60, 3).played(PLAN)

    assert PLAN.sum() == 140
    assert (seen.mean + seen.error >= 0).all()


def test_two_agents_fewer_at_a_start_break_the_promise_of_an_hour() -> None:
    sample = Sample(40, 3)
    for start, lunch in np.argwhere(PLAN > 1).tolist():
        fewer = PLAN.copy()
        # Two fewer: one is within what days differ by.
        fewer[start, lunch] -= 2
        assert (sample.played(fewer).mean < 0).any(), (start, lunch)


def test_the_work_alone_needs_fewer_agents_than_the_promise() -> None:
    assert 90 < fewest_by_work(presences()) < PLAN.sum()


def test_a_plan_covers_half_hours_as_its_people_come_go_and_have_lunch() -> None:
    plan = PLAN
    counted = np.zeros(34)
    for begin, row in zip(STARTS.tolist(), plan, strict=True):
        for lunch, number in zip(LUNCHES.tolist(), row, strict=True):
            counted[begin // 30 : begin // 30 + 17] += number
            counted[(begin + lunch) // 30] -= number

    np.testing.assert_allclose(presences() @ plan.ravel(), counted)


def test_both_engines_play_a_day_of_it_alike() -> None:
    work, crew = calls(1, 3), agents(PLAN, 1, NOBODY)
    fast, slow = play(work, crew), play(work, crew, engine="reference")

    np.testing.assert_array_equal(fast.status, slow.status)
    np.testing.assert_array_equal(fast.wait, slow.wait)


def test_who_has_lunch_late_has_all_of_it() -> None:
    crew = agents(PLAN, 1, NOBODY)
    seen = play(calls(1, 3), crew)
    second = np.flatnonzero(crew.follows >= 0)
    late = seen.left[crew.follows[second]] - crew.start[crew.follows[second]]

    assert len(second) == PLAN.sum()
    assert (late >= 180 * 60_000).all()
    hungry = play(calls(1, 3), replace(crew, pause=np.zeros_like(crew.pause)))
    assert not np.array_equal(hungry.wait, seen.wait)
