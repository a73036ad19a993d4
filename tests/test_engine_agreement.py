"""The engines agree on every field of every outcome, on days made of ties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import naive_queue
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from workloads import (
    UNCOMPILED,
    Day,
    assert_same,
    calls,
    days,
    draw_line,
    seeded_day,
    seeded_line,
    team,
)

from sim.engine import ENGINES, Status, lean, line
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, check_pair
from sim.engine.invariants import check

pytestmark = pytest.mark.kernel

# Compiled code plays all of them; its lines are all reached by a sixth.
SEEDS = 250 if UNCOMPILED else 1500
EXAMPLES = 20 if UNCOMPILED else 100
# Days of one line are simple: as many as show nine in ten of them taken in order.
LINES = 80 if UNCOMPILED else 250
HALF_OPEN = 50 if UNCOMPILED else 100
MORE = () if UNCOMPILED else pytest.mark.long


def agree(day: Day) -> None:
    """Play a day by all engines and naively; compare, and look one of the outcomes over."""
    check_pair(*day)
    outcome = ENGINES["reference"](*day)
    assert_same(outcome, ENGINES["kernel"](*day))
    if lean.fits(*day):
        assert_same(outcome, lean.play(*day))
    # The naive queue counts no hang-ups and forgets no timer, so its number of events is its own.
    assert_same(outcome, naive_queue.play(*day), but=["events"])
    check(*day, outcome)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(days(draw_line))
def test_the_engines_agree_on_any_day_of_one_line(day: Day) -> None:
    agree(day)


@pytest.mark.slow
def test_days_of_one_line_are_taken_in_order_and_end_alike() -> None:
    in_order = 0
    for seed in range(LINES):
        day = seeded_line(seed)
        assert line.fits(day[1])
        in_order += line.play(*day) is not None
        agree(day)

    assert in_order > 3 * LINES // 4


def test_who_works_in_no_time_is_not_taken_in_order() -> None:
    """They are ready twice in one tick, between others who are ready in it once."""
    work, crew = calls([5, 5, 5], [0, 3, 4]), team([(0, 20), (0, 20)])

    assert line.fits(crew)
    assert line.play(work, crew) is None
    agree((work, crew))


@pytest.mark.parametrize("lines", [0, 1, CLOCK_LIMIT, NEVER - 1, NEVER])
def test_one_line_ends_alike_however_many_lines_it_has(lines: int) -> None:
    agree((calls([5, 5, 6], [3, 4, 5]), team([(0, 20), (0, 20)], lines=lines)))


def test_a_queue_that_no_group_serves_only_waits() -> None:
    day = calls([5, 6], patience=[NEVER, 3]), team([], preference=np.empty((1, 0), np.int64))

    agree(day)
    assert ENGINES["kernel"](*day).status.tolist() == [Status.WAITING, Status.ABANDONED]


def test_the_engines_agree_where_some_queues_never_close() -> None:
    let_in = 0
    for seed in range(HALF_OPEN):
        work, crew = seeded_day(seed)
        shut = ENGINES["kernel"](work, crew).status == Status.CLOSED
        crew = replace(crew, accepts=np.arange(crew.queues) % 2)
        agree((work, crew))
        after = ENGINES["kernel"](work, crew).status == Status.CLOSED
        assert not (after & (crew.accepts[work.queue] > 0)).any()
        let_in += (shut & ~after).sum()

    assert let_in > HALF_OPEN // 2


@pytest.mark.parametrize(
    "unlike",
    [
        {"lines": 5},
        {"reserve": [[1, 0]]},
        {"after": [[0, 10]]},
        {"preference": [[0, 1]]},
        {"preference": [[0, NONE]]},
        {"concurrency": 2},
    ],
    ids=lambda unlike: next(iter(unlike)),
)
def test_groups_that_do_not_stand_equal_are_no_single_line(unlike: dict[str, Any]) -> None:
    crew = team([(0, 20, 0), (0, 20, 1)], **({"preference": [[0, 0]]} | unlike))

    assert not (lean.fits(calls([5]), crew) and line.fits(crew))


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(days())
def test_the_engines_agree_on_any_day(day: Day) -> None:
    agree(day)


@pytest.mark.slow
@pytest.mark.parametrize("part", [0, 1, *(pytest.param(part, marks=MORE) for part in (2, 3, 4))])
def test_the_engines_agree_on_many_days(part: int) -> None:
    for seed in range(part, SEEDS, 5):
        agree(seeded_day(seed))


@pytest.mark.long
@pytest.mark.parametrize("part", range(100))
def test_the_engines_agree_on_a_hundred_thousand_days(part: int) -> None:
    for seed in range(part * 1000, (part + 1) * 1000):
        agree(seeded_day(SEEDS + seed))
        if seed % 10 == 0:
            agree(seeded_line(SEEDS + seed))


def test_the_random_days_hold_what_they_are_meant_to_hold() -> None:
    """A test of the tests: no fate, rule or corner is missing from the seeded days."""
    drawn = [seeded_day(seed) for seed in range(200)]
    fates = np.zeros(len(Status), int)
    for day in drawn:
        fates += np.bincount(ENGINES["kernel"](*day).status, minlength=len(Status))
    crews = [crew for _, crew in drawn]

    assert (fates[: Status.CALLED_BACK] > 100).all()
    assert any(len(crew.start) == 0 for crew in crews)
    assert any(len(crew.start) == 1 for crew in crews)
    assert any(len(crew.start) > 1 and np.ptp(crew.end) == 0 for crew in crews)
    assert any((crew.lines == NEVER).all() for crew in crews)
    assert any(np.unique(crew.after[row]).size > 2 for crew in crews for row in range(crew.queues))
    assert any(work.fresh == 0 for work, _ in drawn)
    assert any((work.handle + work.acw).max(initial=0) == 0 < work.fresh for work, _ in drawn)
    assert any((work.patience[: work.fresh] == 0).any() for work, _ in drawn)
    assert any((work.due[: work.fresh] > CLOCK_LIMIT // 2).any() for work, _ in drawn)
    assert any(chain_of(work.after_abandon) > 2 for work, _ in drawn)


def chain_of(link: np.ndarray) -> int:
    """Number of attempts in the longest chain of redials."""
    longest = np.ones(len(link), int)
    for row in range(len(link) - 1, -1, -1):
        if link[row] >= 0:
            longest[row] = longest[link[row]] + 1
    return int(longest.max(initial=0))
