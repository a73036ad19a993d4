"""Patience in a crowd: counted by hand, and learnt back from waits that were made so."""

from __future__ import annotations

import numpy as np
import pytest

from sim.learn.contacts import Contacts
from sim.learn.crowding import Crowding, agents_at, crowding_of, queue_ahead
from sim.learn.patience import kaplan_meier
from sim.learn.presence import Presence


def contacts(time: list[float], wait: list[float], abandoned: list[bool]) -> Contacts:
    """Contacts of one kind."""
    gone = np.array(abandoned)
    count = len(gone)
    none = np.zeros(count, np.int64)
    at = np.array(time, float)
    return Contacts(
        time=at,
        day=(at // 86400).astype(np.int64),
        second=(at % 86400).astype(np.int64),
        kind=none,
        kinds=("phone",),
        wait=np.array(wait, float),
        queued=np.array(wait) > 0,
        served=~gone,
        abandoned=gone,
        handle=np.where(gone, np.nan, 60.0),
        priority=none,
        agent=none,
        caller=none,
    )


def agents(*spans: tuple[float, float]) -> Presence:
    start, stop = (np.array(side, float) for side in zip(*spans, strict=True))
    none = np.zeros(len(spans))
    return Presence(start, stop, np.full(len(spans), -1), none, "logged")


def test_who_waits_ahead_is_counted_for_each_agent_who_is_there() -> None:
    some = contacts([10, 20, 30, 40, 200], [100, 5, 100, 0, 0], [True, False, True, False, False])

    there = agents((0, 1000)), agents((0, 1000), (35, 1000)), agents((5000, 6000))
    one, two, none = (agents_at(some, people) for people in there)

    # At 20 the first waits; at 30 the first, for the second went at 25; at 40 the first and third.
    assert queue_ahead(some, some.wait, one).tolist() == [0, 1, 1, 2, 0]
    assert queue_ahead(some, some.wait, two).tolist() == [0, 1, 1, 1, 0]
    assert queue_ahead(some, some.wait, none).tolist() == [0, 1, 1, 2, 0]


@pytest.mark.parametrize("power", [0.0, 0.8])
def test_the_power_that_waits_were_made_with_is_learnt_back(power: float) -> None:
    rng = np.random.default_rng(3)
    # Groups that come together and find as many ahead of them as came before in the group.
    size, groups = 6, 5000
    time = np.repeat(np.arange(groups) * 10_000.0, size) + np.tile(np.arange(size) * 0.001, groups)
    ahead = np.tile(np.arange(size), groups)
    patience = rng.exponential(100.0, len(time)) / (1 + ahead) ** power
    answered = rng.exponential(80.0, len(time)) + 1.0
    left = patience < answered
    wait = np.maximum(np.minimum(patience, answered), 0.02)
    some = contacts(time.tolist(), wait.tolist(), left.tolist())
    curves = {"": kaplan_meier(some.wait, some.abandoned)}

    found = crowding_of(some, agents((0, 1e9)), curves)

    # Mixing hastes the usual curve: what is learnt is the factor between crowds, a little flatter.
    assert found.power == pytest.approx(power, abs=0.12)
    factors = found.hazard(np.array([0.0, 5.0]))
    assert factors[1] / factors[0] == pytest.approx(6**found.power)


def test_few_who_gave_up_say_nothing_of_a_crowd() -> None:
    some = contacts([0, 1], [5, 5], [True, False])

    curves = {"": kaplan_meier(some.wait, some.abandoned)}

    assert crowding_of(some, agents((0, 100)), curves) == Crowding()
