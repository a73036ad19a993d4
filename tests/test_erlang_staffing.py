"""The least number of agents keeps the promise, and one agent fewer does not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    SERVICE_RULES,
    Deterministic,
    Exponential,
    Requirement,
    ServiceRule,
    Target,
    agents_needed,
    aht_allowed,
    arrival_rate_allowed,
    erlang_a,
    fractional_agents_needed,
    pooling,
    power_of_one,
    queue_lines_needed,
)
from sim.errors import InvalidInput

EIGHTY_TWENTY = Target(service_level=0.8, awt=20)

loads = st.floats(0.01, 300.0)
patiences = st.one_of(st.floats(1.0, 1e5), st.just(math.inf))
rules = st.sampled_from(SERVICE_RULES)


def need(target: Target = EIGHTY_TWENTY, **changed: float) -> Requirement:
    """Requirement of 100 calls in half an hour, three minutes each."""
    queue = {"arrival_rate": 100 / 1800, "aht": 180.0, **changed}
    return agents_needed(target, **queue)


def test_eighty_twenty_takes_fourteen_agents_without_abandonment() -> None:
    assert need().agents == 14


@pytest.mark.parametrize("rule", SERVICE_RULES)
def test_eighty_twenty_takes_twelve_agents_by_every_rule_with_abandonment(
    rule: ServiceRule,
) -> None:
    assert need(Target(service_level=0.8, awt=20, rule=rule), patience=180.0).agents == 12


def test_the_measures_are_those_of_the_agents_found() -> None:
    found = need(patience=180.0)
    twelve = erlang_a(arrival_rate=100 / 1800, aht=180, agents=12, patience=180)

    assert found.met
    assert found.measures.asa == twelve.asa
    assert found.measures.service_level("offered", 20) == twelve.service_level("offered", 20)


@given(loads, st.floats(5.0, 1800.0), patiences, rules, st.floats(0.01, 0.99), st.floats(0, 300))
def test_one_agent_fewer_breaks_the_promise(
    load: float, aht: float, patience: float, rule: ServiceRule, level: float, awt: float
) -> None:
    target = Target(service_level=level, awt=awt, rule=rule)
    found = agents_needed(target, arrival_rate=load / aht, aht=aht, patience=patience)
    fewer = erlang_a(
        arrival_rate=load / aht, aht=aht, agents=max(found.agents - 1, 0), patience=patience
    )

    assert found.met
    assert found.measures.service_level(rule, awt) >= level * (1 - 1e-12)
    assert found.agents == 0 or fewer.service_level(rule, awt) < level


@pytest.mark.parametrize(
    ("bound", "value", "measure"),
    [
        ("max_abandonment", 0.02, "abandonment"),
        ("max_wait_probability", 0.2, "wait_probability"),
        ("max_occupancy", 0.7, "occupancy"),
        ("max_asa", 5.0, "asa"),
        ("max_mean_wait", 5.0, "mean_wait"),
    ],
)
@pytest.mark.parametrize("load", [0.05, 3.0, 10.0, 700.0])
def test_every_bound_is_kept_and_no_agent_is_spare(
    bound: str, value: float, measure: str, load: float
) -> None:
    limits: dict[str, Any] = {bound: value}
    found = agents_needed(Target(**limits), arrival_rate=load / 180, aht=180.0, patience=240.0)
    fewer = erlang_a(
        arrival_rate=load / 180, aht=180, agents=max(found.agents - 1, 0), patience=240
    )

    assert getattr(found.measures, measure) <= value * (1 + 1e-12)
    # Nobody is never busy, and keeps no promise of being busy enough for the work.
    nobody = measure == "occupancy" and found.agents == 1
    assert found.agents == 0 or nobody or getattr(fewer, measure) > value


def test_several_promises_take_the_agents_of_the_hardest() -> None:
    together = Target(service_level=0.8, awt=20, max_occupancy=0.7, max_abandonment=0.1)

    assert need(together).agents == 15


def test_a_bound_met_exactly_is_met() -> None:
    # 100 / 1800 * 180 is a hair off 10 erlangs in floating point.
    assert need(Target(max_occupancy=0.5)).agents == 20


def test_a_fraction_of_an_agent_is_not_rounded_twice() -> None:
    quiet = agents_needed(EIGHTY_TWENTY, arrival_rate=0.05 / 300, aht=300.0)

    assert quiet.agents == 1


def test_the_least_agents_may_be_far_below_the_load() -> None:
    # Efficiency-driven: at 3000 erlangs 15 % abandonment takes 85 % of the load.
    found = agents_needed(
        Target(max_abandonment=0.1503), arrival_rate=10.0, aht=300.0, patience=180.0
    )

    assert found.agents == 2550


def test_no_calls_need_no_agents() -> None:
    found = need(arrival_rate=0.0)

    assert (found.agents, found.met) == (0, True)


def test_a_week_of_half_hours_equals_one_by_one() -> None:
    hours = np.arange(336.0)
    rates = np.maximum(0.0, np.sin(hours / 48 * 2 * np.pi)) * 0.3
    week = agents_needed(EIGHTY_TWENTY, arrival_rate=rates, aht=240.0, patience=180.0)

    for at in (0, 5, 12, 30, 100, 335):
        one = agents_needed(EIGHTY_TWENTY, arrival_rate=float(rates[at]), aht=240.0, patience=180.0)
        assert week.agents[at] == one.agents
        assert week.measures.occupancy[at] == one.measures.occupancy
    assert week.agents.dtype == np.int64
    assert week.met.all()


def test_lines_may_be_too_few_for_any_team() -> None:
    # Two lines are busy all the time, however many agents there are.
    crowded = need(Target(max_occupancy=0.5), lines=2)

    assert (crowded.agents, crowded.met) == (2, False)
    assert crowded.measures.occupancy > 0.5


def test_enough_lines_change_nothing() -> None:
    assert need(patience=180.0, lines=200).agents == 12


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "service_level or another bound must be given"),
        (
            {"service_level": 1.0, "awt": 20},
            "service_level must be at least 0 and below 1, got 1.0; "
            "no finite team serves everybody in time",
        ),
        (
            {"service_level": 800, "awt": 20},
            "service_level must be at least 0 and below 1, got 800",
        ),
        (
            {"service_level": 0.8},
            "awt must be at least 0 and finite when a service level is promised",
        ),
        (
            {"service_level": 0.8, "awt": -1},
            "awt must be at least 0 and finite when a service level is promised, got -1",
        ),
        ({"max_occupancy": 1.2}, "max_occupancy must be above 0 and at most 1, got 1.2"),
        ({"max_abandonment": 0.0}, "max_abandonment must be above 0 and at most 1, got 0.0"),
        ({"max_asa": -3.0}, "max_asa must be above 0, got -3.0"),
        ({"max_asa": math.nan}, "max_asa must be above 0, got nan"),
    ],
)
def test_a_promise_out_of_range_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Target(**wrong)

    assert str(caught.value) == message


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rule must be one of virtual, offered"):
        Target(service_level=0.8, awt=20, rule="good")  # type: ignore[arg-type]


def test_a_wrong_queue_is_refused_before_any_search() -> None:
    with pytest.raises(InvalidInput, match=r"aht must be above 0 and finite, got -1\.0"):
        need(aht=-1.0)


LAW = Exponential(mean=180.0)


def test_a_law_that_is_exponential_answers_as_its_mean_does() -> None:
    team: dict[str, Any] = {"arrival_rate": 100 / 1800, "aht": 180.0}
    promise = Target(service_level=0.8, awt=20)

    def same(ask: Any, **given: Any) -> None:
        assert ask(**given, patience=LAW) == pytest.approx(ask(**given, patience=180.0), rel=1e-9)

    same(fractional_agents_needed, target=promise, **team)
    same(arrival_rate_allowed, target=promise, aht=180.0, agents=12)
    same(aht_allowed, target=promise, arrival_rate=100 / 1800, agents=12)
    same(queue_lines_needed, max_blocking=0.01, agents=11, **team)
    rows = [power_of_one(**team, agents=11, patience=p) for p in (LAW, 180.0)]
    assert rows[0].gained_answered == pytest.approx(rows[1].gained_answered, rel=1e-8)
    rates = np.array([50.0, 70.0]) / 1800
    both = [pooling(promise, arrival_rate=rates, aht=180.0, patience=p) for p in (LAW, 180.0)]
    assert both[0].agents_pooled == both[1].agents_pooled
    assert both[0].pooled.asa == pytest.approx(both[1].pooled.asa, rel=1e-8)


def test_lines_are_whole_numbers_unless_none_are_enough() -> None:
    asked: dict[str, Any] = {"max_blocking": 0.01, "aht": 180.0, "agents": 11}

    assert isinstance(queue_lines_needed(**asked, arrival_rate=0.05, patience=180), int)
    assert queue_lines_needed(**asked, arrival_rate=0.1) == math.inf
    fixed = Deterministic(value=60.0)
    assert isinstance(queue_lines_needed(**asked, arrival_rate=0.1, patience=fixed), int)
