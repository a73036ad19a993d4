"""Solving for whatever is unknown: the answers are those of the single functions, and inverse."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    SERVICE_RULES,
    Lognormal,
    QueueMeasures,
    ServiceRule,
    Target,
    agents_needed,
    erlang_a,
    erlang_c,
    solve,
)
from sim.errors import InvalidInput

PROMISE = Target(service_level=0.8, awt=20)
DESK: dict[str, Any] = {"arrival_rate": 100 / 1800, "aht": 180.0, "patience": 180.0}


def test_missing_agents_are_those_that_agents_needed_finds() -> None:
    found = solve(**DESK, target=PROMISE)

    assert (found.unknown, found.value, found.met) == ("agents", 12.0, True)
    assert found.value == agents_needed(PROMISE, **DESK).agents


@given(
    agents=st.integers(1, 60),
    aht=st.floats(20, 2000),
    patience=st.sampled_from([30.0, 180.0, 3000.0, math.inf]),
    awt=st.floats(0, 200),
)
def test_the_volume_that_a_team_takes_asks_for_that_team(
    agents: int, aht: float, patience: float, awt: float
) -> None:
    target = Target(service_level=0.8, awt=awt)
    volume = solve(aht=aht, agents=agents, patience=patience, target=target)

    assert volume.met
    assert volume.measures.service_level("offered", awt) == pytest.approx(0.8, rel=1e-9)
    back = agents_needed(target, arrival_rate=volume.value * (1 - 1e-9), aht=aht, patience=patience)
    assert back.agents == agents


@given(
    agents=st.integers(1, 60), rate=st.floats(0.001, 1), patience=st.sampled_from([60, math.inf])
)
def test_the_handle_time_that_a_team_affords_just_keeps_the_target(
    agents: int, rate: float, patience: float
) -> None:
    found = solve(arrival_rate=rate, agents=agents, patience=patience, target=PROMISE)

    assert found.unknown == "aht"
    assert found.measures.service_level("offered", 20) == pytest.approx(0.8, rel=1e-8)


@pytest.mark.parametrize("rule", SERVICE_RULES)
@pytest.mark.parametrize("patience", [math.inf, 180.0, Lognormal(mean=120, scv=2)])
def test_the_wait_and_the_share_that_can_be_promised_are_inverse(
    rule: ServiceRule, patience: float | Lognormal
) -> None:
    team: dict[str, Any] = {
        "arrival_rate": 100 / 1800,
        "aht": 180.0,
        "agents": 12.0,
        "patience": patience,
    }
    wait = solve(**team, service_level=0.9, rule=rule)
    share = solve(**team, awt=wait.value, rule=rule)

    assert (wait.unknown, share.unknown) == ("awt", "service_level")
    assert share.value == pytest.approx(0.9, rel=1e-9)


def test_a_share_above_those_who_stay_is_reached_by_no_wait() -> None:
    found = solve(**DESK, agents=9, service_level=0.95)

    assert (found.value, found.met) == (math.inf, False)


def test_a_share_that_is_always_served_at_once_needs_no_wait() -> None:
    assert solve(**DESK, agents=40, service_level=0.5).value == 0.0


def test_a_known_team_is_judged() -> None:
    assert solve(**DESK, agents=12, target=PROMISE).met
    assert not solve(**DESK, agents=11, target=PROMISE).met
    assert solve(**DESK, agents=11).met


def test_an_unstable_team_is_a_result() -> None:
    found = solve(arrival_rate=1, aht=180, agents=12, target=PROMISE)

    assert not found.met
    assert found.measures.asa == math.inf


def test_no_team_takes_nothing_and_no_contacts_may_last_for_ever() -> None:
    assert solve(aht=180, agents=0, target=PROMISE, patience=180).value == 0.0
    assert solve(arrival_rate=0, agents=3, target=PROMISE).value == math.inf


def test_a_promise_that_any_volume_keeps_has_no_bound() -> None:
    found = solve(aht=180, agents=3, target=Target(max_abandonment=1), patience=180)

    assert (found.value, found.met) == (math.inf, True)


def test_several_bounds_hold_together_and_the_next_smaller_team_breaks_one() -> None:
    target = Target(service_level=0.8, awt=20, max_occupancy=0.75, max_abandonment=0.03)
    found = solve(**DESK, target=target)

    assert found.met
    assert not solve(**DESK, agents=found.value - 1, target=target).met


def test_patience_of_any_law_is_solved_by_search() -> None:
    law = Lognormal(mean=180, scv=1)
    found = solve(arrival_rate=100 / 1800, aht=180, target=PROMISE, patience=law)
    fewer = solve(
        arrival_rate=100 / 1800, aht=180, agents=found.value - 1, target=PROMISE, patience=law
    )

    assert found.met
    assert not fewer.met


def test_no_more_agents_are_tried_than_a_model_has_lines() -> None:
    def full(*, arrival_rate: float, aht: float, agents: float) -> QueueMeasures[float]:
        return erlang_c(arrival_rate=arrival_rate, aht=aht, agents=agents, lines=4)

    few = solve(arrival_rate=1, aht=9, target=Target(max_blocking=0.01), model=full, lines=4)

    assert (few.value, few.met) == (4, False)


def test_any_model_is_solved_for_anything() -> None:
    def twice(*, arrival_rate: float, aht: float, agents: float) -> QueueMeasures[float]:
        return erlang_c(arrival_rate=2 * arrival_rate, aht=aht, agents=agents)

    agents = solve(arrival_rate=50 / 1800, aht=180, target=PROMISE, model=twice)
    volume = solve(agents=14, aht=180, target=PROMISE, model=twice)
    plain = solve(agents=14, aht=180, target=PROMISE)

    assert agents.value == 14
    assert volume.value == pytest.approx(plain.value / 2, rel=1e-9)


def test_lines_that_are_too_few_leave_the_promise_broken() -> None:
    found = solve(**DESK, target=Target(service_level=0.8, awt=20), lines=0)

    assert found.value <= 0
    assert found.measures.blocking == 1.0


def test_balking_counts_against_the_promise() -> None:
    plain, balking = (solve(**DESK, target=PROMISE, balking=b) for b in (0.0, 0.5))

    measures = erlang_a(**DESK, agents=balking.value, balking=0.5)
    assert balking.met
    assert measures.service_level("offered", 20) >= 0.8
    assert balking.value != plain.value or measures.abandonment != plain.measures.abandonment


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"aht": 180, "target": PROMISE}, "arrival_rate or agents"),
        ({"arrival_rate": 1, "aht": 180}, "target must be given"),
        ({"arrival_rate": 1, "aht": 180, "service_level": 0.8}, "target must be given"),
        ({"arrival_rate": 1, "aht": 1, "target": PROMISE, "awt": 20}, "twice"),
        ({"arrival_rate": 1, "aht": 1, "agents": 3, "service_level": 1.5}, "service_level"),
        ({"arrival_rate": -1, "aht": 180, "target": PROMISE}, "arrival_rate"),
        ({"arrival_rate": 1, "aht": 0, "target": PROMISE}, "aht"),
        ({"aht": 1, "agents": -3, "target": PROMISE}, "agents"),
        (
            {"arrival_rate": 1, "aht": 1, "target": PROMISE, "model": erlang_c, "balking": 0.1},
            "model",
        ),
    ],
)
def test_what_cannot_be_solved_is_refused_in_words(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        solve(**asked)


def test_a_law_of_patience_is_solved_for_every_unknown() -> None:
    law = Lognormal(mean=180, scv=2)
    team = solve(arrival_rate=100 / 1800, aht=180, patience=law, balking=0.1, target=PROMISE)
    asked: dict[str, Any] = {"patience": law, "balking": 0.1, "target": PROMISE}
    volume = solve(aht=180, agents=team.value, **asked)
    longest = solve(arrival_rate=100 / 1800, agents=team.value, **asked)

    for found in (volume, longest):
        assert found.measures.service_level("offered", 20) == pytest.approx(0.8, rel=1e-9)
    assert volume.value > 100 / 1800
    assert longest.value > 180
