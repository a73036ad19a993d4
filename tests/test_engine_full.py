"""The engines agree on days of the whole model, mechanism upon mechanism, made of ties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from full_days import full_days, seeded_full_day
from hypothesis import HealthCheck, given, settings
from workloads import UNCOMPILED, Day, assert_same, days, seeded_day

from sim.engine import ENGINES, Status, kernel
from sim.engine.contract import NONE, check_pair
from sim.engine.hours import is_open
from sim.engine.invariants import check

SEEDS = 3000
FEW = 150
EXAMPLES = 20 if UNCOMPILED else 100


def agree(day: Day) -> None:
    """Play a day by both engines, compare every field, and look the outcome over."""
    check_pair(*day)
    outcome = ENGINES["reference"](*day)
    assert_same(outcome, ENGINES["kernel"](*day))
    check(*day, outcome)


@pytest.mark.kernel
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(full_days())
def test_the_engines_agree_on_any_day_of_the_full_model(day: Day) -> None:
    agree(day)


@pytest.mark.kernel
def test_the_engines_agree_on_some_days_of_the_full_model() -> None:
    for seed in range(FEW):
        agree(seeded_full_day(seed))


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in (1, 2, 3, 4))]
)
def test_the_engines_agree_on_many_days_of_the_full_model(part: int) -> None:
    for seed in range(FEW + part, SEEDS, 5):
        agree(seeded_full_day(seed))


@pytest.mark.long
@pytest.mark.parametrize("part", range(100))
def test_the_engines_agree_on_a_hundred_thousand_days_of_the_full_model(part: int) -> None:
    for seed in range(part * 1000, (part + 1) * 1000):
        agree(seeded_full_day(SEEDS + seed))


@pytest.mark.kernel
@settings(max_examples=EXAMPLES // 2, suppress_health_check=list(HealthCheck))
@given(days())
def test_the_loop_of_the_whole_model_plays_plain_days_as_the_lean_one_does(day: Day) -> None:
    assert_same(ENGINES["kernel"](*day), kernel.play_in_full(*day))


@pytest.mark.kernel
def test_both_loops_agree_on_some_plain_days() -> None:
    for seed in range(FEW):
        day = seeded_day(seed)
        assert_same(ENGINES["kernel"](*day), kernel.play_in_full(*day))


def test_the_full_days_hold_what_they_are_meant_to_hold() -> None:
    """A test of the tests: no fate and no mechanism is missing from the seeded days."""
    fates, found = np.zeros(len(Status), int), dict.fromkeys(SIGHTS, 0)
    for seed in range(600):
        work, crew = seeded_full_day(seed)
        outcome = ENGINES["kernel"](work, crew)
        fates += np.bincount(outcome.status, minlength=len(Status))
        closing = replace(crew, accepts=np.zeros(crew.queues, np.int64))
        made, by_agent = outcome.status > 0, outcome.agent != NONE
        way, group = work.queue, crew.group[outcome.agent] if len(crew.group) else work.queue * 0
        followed = {
            name: int(made[link[link != NONE]].sum())
            for name in ("escalation", "repeat", "callback")
            if len(link := getattr(work, name))
        }
        sights = {
            **followed,
            "machine": int((made & (outcome.status == Status.SERVED) & ~by_agent).sum()),
            "warm": int((crew.warm[way] * by_agent).sum()) * (followed.get("escalation", 0) > 0),
            "several": int((by_agent & (crew.concurrency[way, group] > 1)).sum()),
            "late": int((outcome.began > crew.start).sum()),
            "never": int((outcome.began == NONE).sum()),
            "ringing": int((crew.ring[way] * by_agent > 0).sum()),
            "night": sum(
                by_agent[row] and not is_open(closing, int(way[row]), int(outcome.arrival[row]))
                for row in np.flatnonzero(crew.accepts[way])
            ),
            "kept": int((crew.keeps[way] * by_agent * (outcome.wait > 0)).sum()),
            "own law": int((by_agent & (crew.own[way, group] > 0)).sum()),
            "nobody": int(len(crew.start) == 0),
        }
        for name, count in sights.items():
            found[name] += count > 0

    assert (fates > 50).all()
    assert min(found.values()) > 5, found


SIGHTS = (
    *("escalation", "repeat", "callback", "machine", "warm", "several", "late", "never"),
    *("ringing", "night", "kept", "own law", "nobody"),
)
