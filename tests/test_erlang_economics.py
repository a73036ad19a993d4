"""What a team can take, what one more agent is worth, what size saves; and few callers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.erlang import (
    Target,
    agents_needed,
    aht_allowed,
    arrival_rate_allowed,
    engset,
    erlang_a,
    erlang_b,
    erlang_c,
    fractional_agents_needed,
    pooling,
    power_of_one,
    square_root_staffing,
)
from sim.errors import InvalidInput

EIGHTY_TWENTY = Target(service_level=0.8, awt=20)
TARGETS = [
    EIGHTY_TWENTY,
    Target(max_abandonment=0.03),
    Target(max_wait_probability=0.25, max_occupancy=0.8),
    Target(max_asa=12.0),
    Target(max_wait_percentile=45.0, percentile=0.9),
]
targets = st.sampled_from(TARGETS)
patiences = st.one_of(st.floats(20.0, 1e4), st.just(math.inf))


# Inverse of inverse


@settings(max_examples=25)
@given(targets, st.floats(0.2, 80.0), patiences)
def test_the_volume_that_a_fraction_of_a_team_can_take_is_the_one_it_was_asked_for(
    target: Target, load: float, patience: float
) -> None:
    agents = fractional_agents_needed(target, arrival_rate=load / 180, aht=180.0, patience=patience)

    rate = arrival_rate_allowed(target, aht=180.0, agents=agents, patience=patience)

    if agents > 0.01 and rate < math.inf:  # else the promise is kept by any part of an agent
        assert rate == pytest.approx(load / 180, rel=1e-8)


@settings(max_examples=25)
@given(targets, st.integers(1, 60), patiences)
def test_the_volume_allowed_needs_the_team_and_no_more(
    target: Target, agents: int, patience: float
) -> None:
    rate = arrival_rate_allowed(target, aht=200.0, agents=agents, patience=patience)
    if rate == math.inf:
        assert target.max_abandonment is not None  # kept by endless patience
        return

    for share, needed in ((1 - 1e-9, agents), (1 + 1e-6, agents + 1)):
        found = agents_needed(target, arrival_rate=rate * share, aht=200.0, patience=patience)
        assert found.agents == needed


@settings(max_examples=25)
@given(targets, st.integers(1, 60), patiences)
def test_the_handle_time_allowed_needs_the_team_and_no_more(
    target: Target, agents: int, patience: float
) -> None:
    handle = aht_allowed(target, arrival_rate=0.05, agents=agents, patience=patience)
    if handle == math.inf:
        assert target.max_abandonment is not None
        return

    for share, needed in ((1 - 1e-9, agents), (1 + 1e-6, agents + 1)):
        found = agents_needed(target, arrival_rate=0.05, aht=handle * share, patience=patience)
        assert found.agents == needed


def test_arrays_of_teams_are_asked_at_once() -> None:
    agents = np.array([[0, 1], [12, 40]])

    rates = arrival_rate_allowed(EIGHTY_TWENTY, aht=180.0, agents=agents, patience=180.0)

    assert rates.shape == (2, 2)
    assert rates[0, 0] == 0.0
    assert rates[1, 0] == arrival_rate_allowed(EIGHTY_TWENTY, aht=180.0, agents=12, patience=180.0)


def test_what_cannot_be_broken_has_no_end_and_what_cannot_be_kept_is_nothing() -> None:
    vacuous = Target(max_abandonment=1.0)

    assert arrival_rate_allowed(vacuous, aht=100.0, agents=3, patience=50.0) == math.inf
    assert arrival_rate_allowed(EIGHTY_TWENTY, aht=100.0, agents=0) == 0.0
    assert aht_allowed(EIGHTY_TWENTY, arrival_rate=0.1, agents=0, patience=9.0) == 0.0
    assert aht_allowed(EIGHTY_TWENTY, arrival_rate=0.0, agents=2) == math.inf
    assert fractional_agents_needed(EIGHTY_TWENTY, arrival_rate=0.0, aht=60.0) == 0.0


def test_lines_and_balking_count_in_what_is_allowed() -> None:
    blocked = Target(max_blocking=0.02)
    rate = arrival_rate_allowed(blocked, aht=100.0, agents=10, patience=60.0, lines=14)

    queue = erlang_a(arrival_rate=rate, aht=100.0, agents=10, patience=60.0, lines=14)
    assert queue.blocking == pytest.approx(0.02, rel=1e-9)
    calm = arrival_rate_allowed(blocked, aht=100.0, agents=10, patience=60.0, lines=14, balking=0.5)
    assert calm > rate


def test_fractions_of_agents_lie_below_the_whole_ones() -> None:
    rates = np.linspace(0.0, 0.5, 41)
    whole = agents_needed(EIGHTY_TWENTY, arrival_rate=rates, aht=180.0, patience=240.0).agents

    parts = fractional_agents_needed(EIGHTY_TWENTY, arrival_rate=rates, aht=180.0, patience=240.0)

    assert np.all((parts <= whole) & (parts > whole - 1.0 - 1e-12) | (whole == 0))
    assert np.all(np.diff(parts) > 0)
    kept = erlang_a(arrival_rate=rates[1:], aht=180.0, agents=parts[1:], patience=240.0)
    assert kept.service_level("offered", 20.0) == pytest.approx(0.8, rel=1e-9)


# One more agent


def test_each_row_adds_up_to_the_next() -> None:
    team = power_of_one(
        arrival_rate=0.5, aht=180.0, agents=90, patience=120.0, cost_per_hour=20.0, spread=4
    )

    assert team.agents.tolist() == list(range(86, 95))
    assert np.diff(team.answered_per_hour) == pytest.approx(team.gained_answered[1:])
    assert np.diff(team.service_level) == pytest.approx(team.gained_service_level[1:])
    assert -np.diff(team.measures.asa) == pytest.approx(team.saved_asa[1:])
    assert team.cost_per_gained == pytest.approx(20.0 / team.gained_answered)
    assert np.all(np.diff(team.gained_answered) < 0)
    assert team.answered_per_hour == pytest.approx(1800 * (1 - team.measures.abandonment))
    before = erlang_a(arrival_rate=0.5, aht=180.0, agents=85, patience=120.0)
    assert team.gained_answered[0] == pytest.approx(
        1800 * (before.abandonment - team.measures.abandonment[0])
    )


def test_the_first_team_is_nobody_and_the_last_has_all_lines() -> None:
    team = power_of_one(arrival_rate=0.01, aht=100.0, agents=2, patience=60.0, lines=4)

    assert team.agents.tolist() == [0, 1, 2, 3, 4]
    assert team.gained_answered[0] == 0.0
    assert team.answered_per_hour[0] == 0.0


def test_in_erlang_c_an_agent_adds_speed_and_where_it_tips_no_number_is_lost() -> None:
    team = power_of_one(arrival_rate=0.1, aht=100.0, agents=11, spread=3, cost_per_hour=30.0)

    assert team.agents.tolist() == [8, 9, 10, 11, 12, 13, 14]
    assert team.gained_answered[:3] == pytest.approx([36.0, 36.0, 36.0])
    assert team.gained_answered[3:] == pytest.approx(0.0, abs=1e-9)
    assert team.saved_asa[:4].tolist() == [0.0, 0.0, 0.0, math.inf]
    for values in vars(team).values():
        assert not np.any(np.isnan(values)) if isinstance(values, np.ndarray) else True


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"agents": 2.5}, "agents must be whole, got 2.5"),
        ({"spread": -1}, "spread must be whole, at least 0 and at most 10000, got -1"),
        ({"cost_per_hour": -1.0}, "cost_per_hour must be at least 0 and finite, got -1.0"),
        ({"aht": 0.0}, "aht must be above 0 and finite"),
    ],
)
def test_a_wrong_team_is_refused(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"arrival_rate": 0.1, "aht": 100.0, "agents": 11}

    with pytest.raises(InvalidInput, match=message):
        power_of_one(**{**right, **wrong})


# Size and pooling


@given(st.integers(2, 5), st.floats(1.0, 60.0), targets)
def test_one_team_never_needs_more_than_several(teams: int, load: float, target: Target) -> None:
    rates = np.full(teams, load / 240)

    both = pooling(target, arrival_rate=rates, aht=240.0, patience=150.0)

    # Fewer give up in one team, which keeps it busier.
    assert both.agents_saved >= 0 or target.max_occupancy is not None
    assert both.pooled.abandonment <= both.apart.abandonment.max() * (1 + 1e-9)


def test_the_same_people_serve_better_as_one_team() -> None:
    both = pooling(
        arrival_rate=np.array([0.1, 0.05]),
        aht=np.array([100.0, 200.0]),
        patience=np.array([60.0, 120.0]),
        agents=np.array([11, 11]),
    )

    assert (both.agents_apart, both.agents_pooled) == (22, 22)
    assert both.pooled.load == pytest.approx(20.0)
    assert both.pooled.patience == pytest.approx(0.15 / (0.1 / 60 + 0.05 / 120))
    assert both.pooled.asa < both.apart.asa.min()


def test_a_pool_needs_two_teams_and_something_to_go_by() -> None:
    with pytest.raises(InvalidInput, match="target or agents must be given"):
        pooling(arrival_rate=np.array([0.1, 0.1]), aht=100.0)
    with pytest.raises(InvalidInput, match="arrival_rate must be an array of two or more teams"):
        pooling(EIGHTY_TWENTY, arrival_rate=np.array([0.1]), aht=100.0)
    with pytest.raises(InvalidInput, match="agents must be whole"):
        pooling(arrival_rate=np.array([0.1, 0.1]), aht=100.0, agents=2.5)


def test_teams_without_work_are_pooled_into_a_team_without_work() -> None:
    both = pooling(EIGHTY_TWENTY, arrival_rate=np.zeros(2), aht=100.0)

    assert (both.agents_apart, both.agents_pooled) == (0, 0)


@pytest.mark.parametrize("wait", [0.05, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("load", [5.0, 50.0, 500.0, 5000.0, 500_000.0])
def test_the_square_root_rule_is_at_most_one_agent_off(load: float, wait: float) -> None:
    rule = math.ceil(square_root_staffing(load, wait_probability=wait))

    exact = agents_needed(Target(max_wait_probability=wait), arrival_rate=load, aht=1.0).agents

    assert abs(rule - exact) <= 1


def test_spare_agents_grow_with_the_root_of_the_load() -> None:
    loads = np.array([0.0, 25.0, 100.0, 400.0])

    spare = square_root_staffing(loads, wait_probability=0.2) - loads

    assert spare == pytest.approx(spare[1] * np.array([0.0, 1.0, 2.0, 4.0]))
    agents = square_root_staffing(1e6, wait_probability=0.2)
    queue = erlang_c(arrival_rate=1e6, aht=1.0, agents=agents)
    assert queue.wait_probability == pytest.approx(0.2, rel=1e-3)
    with pytest.raises(InvalidInput, match="wait_probability must be above 0 and below 1"):
        square_root_staffing(10.0, wait_probability=1.0)


# Few sources


def truncated(sources: int, lines: int, load: Fraction) -> list[Fraction]:
    """Shares of time with 0, 1, 2 ... lines taken, in exact fractions."""
    weights = [math.comb(sources, k) * load**k for k in range(min(sources, lines) + 1)]
    return [w / sum(weights) for w in weights]


@pytest.mark.parametrize("load", [Fraction(1, 1000), Fraction(1, 4), Fraction(3)])
@pytest.mark.parametrize(
    ("sources", "lines"), [(1, 1), (5, 0), (20, 5), (9, 8), (9, 9), (3, 7), (0, 2)]
)
def test_engset_equals_the_sum_of_fractions(sources: int, lines: int, load: Fraction) -> None:
    shares = truncated(sources, lines, load)
    full = shares[lines] if sources >= lines else 0
    offered = sum((sources - k) * p for k, p in enumerate(shares))
    refused = (sources - lines) * full if sources > lines else 0

    group = engset(sources=sources, lines=lines, idle_load=float(load))

    assert group.time_congestion == pytest.approx(float(full), rel=1e-12)
    if sources:
        assert group.call_congestion == pytest.approx(float(refused / offered), rel=1e-12)
    carried = sum(k * p for k, p in enumerate(shares))
    assert group.carried_load == pytest.approx(float(carried), rel=1e-12)


def test_many_sources_with_little_load_are_erlang_b() -> None:
    group = engset(sources=1e9, lines=np.array([5, 12]), idle_load=8e-9)

    assert group.call_congestion == pytest.approx(erlang_b(np.array([5, 12]), 8.0), rel=1e-7)


def test_a_large_group_neither_overflows_nor_is_lost() -> None:
    group = engset(sources=100_000, lines=np.array([10_000, 40_000, 90_000]), idle_load=0.5)

    assert group.time_congestion[0] == pytest.approx(1 - 10_000 / (0.5 * 90_000), rel=1e-3)
    assert group.time_congestion[2] == 0.0
    assert group.carried_load[2] == pytest.approx(100_000 / 3)


def test_sources_and_lines_are_counted_whole() -> None:
    with pytest.raises(InvalidInput, match=r"sources must be whole, got 2\.5"):
        engset(sources=2.5, lines=1, idle_load=0.1)
    with pytest.raises(InvalidInput, match="idle_load must be at least 0 and finite, got -1"):
        engset(sources=2, lines=1, idle_load=-1.0)
