"""Calls and other work in one team: one handle time in closed form, two as a chain."""

from __future__ import annotations

import math
from typing import Any

import naive_skills as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.erlang import BlendingMeasures, blending, erlang_a, erlang_c
from sim.errors import InvalidInput

MEASURES = ("wait_probability", "abandonment", "mean_wait", "asa", "mean_wait_virtual")


def team(**other: Any) -> BlendingMeasures:
    given_ = {"arrival_rate": 0.05, "aht": 180.0, "agents": 20, "threshold": 2, "patience": 60.0}
    return blending(**{**given_, **other})


def shares(
    rate: float, aht: float, outbound: float, agents: int, kept: int, patience: float
) -> dict[Any, float]:
    """Long-run shares of (inbound, outbound, queue), found one state at a time."""

    def settled(inbound: int, other: int, queue: int) -> tuple[int, int, int]:
        while queue and inbound + other < agents:
            inbound, queue = inbound + 1, queue - 1
        while not queue and agents - inbound - other > kept:
            other += 1
        return inbound, other, queue

    def moves(state: Any) -> list[tuple[float, Any]]:
        inbound, other, queue = state
        found = [
            (inbound / aht, settled(inbound - 1, other, queue)),
            (other / outbound, settled(inbound, other - 1, queue)),
            (queue / patience, settled(inbound, other, queue - 1)),
        ]
        if queue < 25:
            found.append((rate, settled(inbound, other, queue + 1)))
        return [(speed, to) for speed, to in found if speed > 0 and to != state]

    return naive.Chain.of(moves, settled(0, 0, 0)).stationary()


@pytest.mark.parametrize("outbound", [1.0, 0.4, 3.0])
@pytest.mark.parametrize(("agents", "kept"), [(3, 1), (3, 0), (4, 4), (1, 0)])
def test_states_counted_by_hand_give_the_same(agents: int, kept: int, outbound: float) -> None:
    exact = shares(2.0, 1.0, outbound, agents, kept, 0.5)

    found = blending(
        arrival_rate=2.0,
        aht=1.0,
        agents=agents,
        threshold=kept,
        patience=0.5,
        outbound_aht=outbound,
    )

    full = sum(s for (one, two, _), s in exact.items() if one + two == agents)
    queue = sum(s * waiting for (_, _, waiting), s in exact.items())
    other = sum(s * two for (_, two, _), s in exact.items())
    assert found.inbound.wait_probability == pytest.approx(full, rel=1e-9)
    assert found.inbound.mean_queue == pytest.approx(queue, rel=1e-9)
    assert found.busy_outbound == pytest.approx(other, rel=1e-9, abs=1e-12)
    assert found.outbound_rate == pytest.approx(other / outbound, rel=1e-9, abs=1e-12)


@given(
    (st.just(0.0) | st.floats(1e-12, 0.3)),
    st.integers(1, 40),
    st.floats(0.0, 1.0),
    st.sampled_from([20.0, 200.0]),
)
@settings(max_examples=40)
def test_work_is_conserved(rate: float, agents: int, share: float, patience: float) -> None:
    kept = round(share * agents)
    found = blending(arrival_rate=rate, aht=180.0, agents=agents, threshold=kept, patience=patience)

    served = rate * (1 - found.inbound.abandonment)
    assert found.busy_inbound == pytest.approx(served * 180.0, rel=1e-9, abs=1e-12)
    assert found.occupancy * agents == pytest.approx(
        (served + found.outbound_rate) * 180.0, rel=1e-9, abs=1e-12
    )
    assert found.occupancy * agents >= (agents - kept) * (1 - 1e-12)


@pytest.mark.parametrize("awt", [0.0, 20.0, 300.0])
def test_two_handle_times_that_are_nearly_one_give_nearly_the_same(awt: float) -> None:
    closed, chain = team(), team(outbound_aht=180.0 * (1 + 1e-12))

    assert chain.outbound_rate == pytest.approx(closed.outbound_rate, rel=1e-9)
    for rule in ("offered", "virtual", "answered"):
        assert chain.inbound.service_level(rule, awt) == pytest.approx(
            closed.inbound.service_level(rule, awt), rel=1e-9
        )
    for name in MEASURES:
        assert getattr(chain.inbound, name) == pytest.approx(
            getattr(closed.inbound, name), rel=1e-9
        )


@pytest.mark.parametrize("outbound_aht", [None, 50.0])
def test_a_threshold_of_the_whole_team_leaves_the_plain_queue(outbound_aht: float | None) -> None:
    found = team(threshold=20, outbound_aht=outbound_aht)
    beyond = team(threshold=30, outbound_aht=outbound_aht)
    assert (beyond.outbound_rate, beyond.inbound.mean_wait) == (0.0, found.inbound.mean_wait)
    plain = erlang_a(arrival_rate=0.05, aht=180, agents=20, patience=60)

    assert found.outbound_rate == 0.0
    for name in MEASURES:
        assert getattr(found.inbound, name) == pytest.approx(getattr(plain, name), rel=1e-9)
    assert found.inbound.service_level("offered", 20) == pytest.approx(
        plain.service_level("offered", 20), rel=1e-10
    )
    assert found.inbound.wait_percentile(0.999) == pytest.approx(
        plain.wait_percentile(0.999), rel=1e-8
    )


def test_a_higher_threshold_trades_other_work_for_service() -> None:
    found = [team(threshold=kept) for kept in range(21)]

    levels = [each.inbound.service_level("offered", 20) for each in found]
    outbound = [each.outbound_rate for each in found]
    assert levels == sorted(levels)
    assert outbound == sorted(outbound, reverse=True)


def test_endless_patience_is_a_cut_erlang_c() -> None:
    found = blending(arrival_rate=0.08, aht=100, agents=12, threshold=12)
    plain = erlang_c(arrival_rate=0.08, aht=100, agents=12)

    assert found.inbound.mean_wait == pytest.approx(plain.mean_wait, rel=1e-12)
    assert blending(arrival_rate=0.08, aht=100, agents=12, threshold=0).inbound.mean_wait == (
        pytest.approx(100 / (12 - 8), rel=1e-12)
    )


@pytest.mark.parametrize("outbound_aht", [None, 50.0])
def test_too_many_calls_leave_no_time_for_other_work(outbound_aht: float | None) -> None:
    found = team(arrival_rate=0.2, patience=math.inf, outbound_aht=outbound_aht)

    assert (found.inbound.mean_wait, found.outbound_rate, found.occupancy) == (math.inf, 0.0, 1.0)
    assert found.inbound.service_level("offered", 60) == 0.0


@pytest.mark.parametrize("outbound_aht", [180.0, 90.0])
def test_without_calls_all_but_those_kept_free_do_other_work(outbound_aht: float) -> None:
    found = team(arrival_rate=0.0, outbound_aht=outbound_aht)

    assert found.outbound_rate == pytest.approx(18 / outbound_aht)
    assert found.occupancy == pytest.approx(0.9)
    assert found.inbound.service_level("offered", 0) == 1.0


@pytest.mark.parametrize("outbound_aht", [None, 90.0])
def test_without_agents_everybody_waits_out_their_patience(outbound_aht: float | None) -> None:
    found = team(agents=0, threshold=0, outbound_aht=outbound_aht)

    assert (found.inbound.abandonment, found.inbound.mean_wait) == (1.0, 60.0)
    assert (found.outbound_rate, found.occupancy) == (0.0, 0.0)


@pytest.mark.parametrize("rate", [1e-9, 1.0, 5.0, 50.0])
@pytest.mark.parametrize("kept", [0, 3, 500, 1000])
def test_large_teams_neither_overflow_nor_lose_the_balance(kept: int, rate: float) -> None:
    found = blending(arrival_rate=rate, aht=180, agents=1000, threshold=kept, patience=100)

    served = rate * (1 - found.inbound.abandonment)
    assert 0.0 <= found.inbound.wait_probability <= 1.0
    assert found.occupancy * 1000 == pytest.approx((served + found.outbound_rate) * 180, rel=1e-9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": -1.0}, "arrival_rate must be at least 0"),
        ({"agents": 4.5}, "agents must be whole"),
        ({"threshold": 2.5}, "threshold must be whole, got 2.5"),
        ({"threshold": -1}, "threshold must be whole and at least 0"),
        ({"outbound_aht": 0.0}, "outbound_aht must be above 0 and finite"),
        ({"patience": -5.0}, "patience must be above 0"),
    ],
)
def test_a_wrong_value_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        team(**wrong)
