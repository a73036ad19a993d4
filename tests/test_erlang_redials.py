"""Redials: the fixed point keeps its balance, the orbit equals a dense chain, the flow a hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    Law,
    Lognormal,
    RedialQueue,
    Uniform,
    erlang_a,
    erlang_x,
    redial_fluid,
    redial_orbit,
)
from sim.errors import InvalidInput


def desk(redial_probability: float = 0.5, agents: float = 9) -> RedialQueue[float]:
    """100 fresh calls in half an hour, three minutes of work, one of patience."""
    return erlang_x(
        arrival_rate=100 / 1800,
        aht=180,
        agents=agents,
        patience=60,
        redial_probability=redial_probability,
    )


# The fixed point


@given(
    st.integers(1, 300),
    st.floats(0.05, 3.0),
    st.floats(0.0, 0.99),
    st.floats(0.0, 0.9),
    st.sampled_from([0.0, 0.2]),
    st.sampled_from([0.0, 5.0, math.inf]),
    st.sampled_from([60.0, Uniform(low=0, high=90), Lognormal(mean=60, scv=2)]),
)
def test_what_comes_in_goes_out_for_good(
    agents: int,
    ratio: float,
    redial: float,
    reconnect: float,
    balking: float,
    room: float,
    patience: Law | float,
) -> None:
    rate = ratio * agents / 180
    queue = erlang_x(
        arrival_rate=rate,
        aht=180,
        agents=agents,
        patience=patience,
        redial_probability=redial,
        reconnect_probability=reconnect,
        balking=balking,
        lines=agents + room,
    )
    total, met = queue.total_arrival_rate, queue.attempts
    served = total * (1 - met.blocking) * (1 - met.abandonment)

    assert met.arrival_rate == total
    assert total == pytest.approx(rate + queue.redial_rate + queue.reconnect_rate, rel=1e-10)
    assert queue.attempts_per_caller * rate == pytest.approx(total, rel=1e-12)
    assert queue.lost_callers * rate + (1 - reconnect) * served == pytest.approx(rate, rel=1e-10)


@given(st.integers(1, 200), st.floats(0.1, 2.0), st.floats(0.0, 0.5), st.floats(0.0, 0.45))
def test_more_redials_are_more_attempts_and_fewer_lost(
    agents: int, ratio: float, redial: float, more: float
) -> None:
    few, many = (
        erlang_x(
            arrival_rate=ratio * agents / 60,
            aht=60,
            agents=agents,
            patience=30,
            redial_probability=chance,
        )
        for chance in (redial, redial + more)
    )

    assert many.total_arrival_rate >= few.total_arrival_rate * (1 - 1e-12)
    assert many.lost_callers <= few.lost_callers * (1 + 1e-9) + 1e-300
    assert many.attempts.abandonment >= few.attempts.abandonment * (1 - 1e-10)


def test_without_redials_it_is_erlang_a() -> None:
    queue = desk(redial_probability=0.0)
    alone = erlang_a(arrival_rate=100 / 1800, aht=180, agents=9, patience=60)

    assert queue.attempts_per_caller == 1.0
    assert queue.lost_callers == pytest.approx(alone.abandonment, rel=1e-12)
    assert queue.attempts.asa == pytest.approx(alone.asa, rel=1e-12)


def test_who_never_gives_up_is_served_in_the_end() -> None:
    queue = desk(redial_probability=1.0, agents=12)

    assert queue.lost_callers == 0.0
    assert queue.attempts.occupancy == pytest.approx(10 / 12, rel=1e-12)


@pytest.mark.parametrize("agents", [0, 9, 10])
def test_redials_for_ever_into_overload_have_no_steady_state(agents: int) -> None:
    queue = erlang_x(arrival_rate=0.1, aht=100, agents=agents, patience=60, redial_probability=1.0)

    assert queue.total_arrival_rate == queue.redial_rate == queue.attempts_per_caller == math.inf
    assert (queue.attempts.abandonment, queue.attempts.occupancy) == (1.0, float(agents > 0))
    assert (queue.attempts.agents, queue.attempts.mean_queue) == (agents, math.inf)
    assert queue.attempts.service_level("offered", 20) == 0.0
    assert queue.attempts.service_level("including_short_abandons", 60) > 0.6
    assert queue.lost_callers == 0.0


def test_a_hair_below_capacity_redials_end() -> None:
    queue = erlang_x(arrival_rate=0.0999, aht=100, agents=10, patience=60, redial_probability=1.0)

    assert math.isfinite(queue.total_arrival_rate)
    assert queue.attempts.occupancy == pytest.approx(0.999, rel=1e-10)


def test_a_busy_line_may_have_a_redial_of_its_own() -> None:
    def lines(after_busy: float | None) -> RedialQueue[float]:
        return erlang_x(
            arrival_rate=0.2,
            aht=60,
            agents=10,
            patience=60,
            redial_probability=0.5,
            redial_after_busy=after_busy,
            lines=12,
        )

    assert lines(None).total_arrival_rate == lines(0.5).total_arrival_rate
    assert lines(0.0).total_arrival_rate < lines(0.5).total_arrival_rate


def test_patient_contacts_only_reconnect() -> None:
    queue = erlang_x(
        arrival_rate=0.1,
        aht=60,
        agents=9,
        patience=math.inf,
        redial_probability=1.0,
        reconnect_probability=0.2,
    )

    assert queue.total_arrival_rate == pytest.approx(0.125, rel=1e-12)
    assert queue.reconnect_rate == pytest.approx(0.025, rel=1e-12)


def test_arrays_equal_the_numbers_one_by_one() -> None:
    rates, chances = np.array([0.0, 0.05, 0.2]), np.array([[0.0], [0.5], [1.0]])
    table = erlang_x(arrival_rate=rates, aht=60, agents=9, patience=45, redial_probability=chances)

    for row, column in np.ndindex(3, 3):
        single = erlang_x(
            arrival_rate=rates[column],
            aht=60,
            agents=9,
            patience=45,
            redial_probability=chances[row, 0],
        )
        for name in ("total_arrival_rate", "redial_rate", "attempts_per_caller", "lost_callers"):
            assert getattr(table, name)[row, column] == pytest.approx(
                getattr(single, name), rel=1e-11
            )
        assert table.attempts.asa[row, column] == pytest.approx(single.attempts.asa, rel=1e-10)


# The orbit


def dense_orbit(
    rate: float, aht: float, agents: int, patience: float, redial: float, delay: float, room: int
) -> tuple[float, float, float]:
    """Shares of a chain of (house, orbit), cut at 160 in orbit: blocking, abandonment, orbit."""
    top, deep = agents + room, 160
    size = (top + 1) * (deep + 1)
    rates = np.zeros((size, size))

    def move(house: int, orbit: int, to: tuple[int, int], speed: float) -> None:
        if 0 <= to[1] <= deep:
            rates[house * (deep + 1) + orbit, to[0] * (deep + 1) + to[1]] += speed

    for house in range(top + 1):
        for orbit in range(deep + 1):
            busy = min(house, agents)
            leaving = (house - busy) / patience
            if house < top:
                move(house, orbit, (house + 1, orbit), rate)
                move(house, orbit, (house + 1, orbit - 1), orbit / delay)
            else:
                move(house, orbit, (house, orbit + 1), redial * rate)
                move(house, orbit, (house, orbit - 1), (1 - redial) * orbit / delay)
            if house:
                move(house, orbit, (house - 1, orbit), busy / aht + (1 - redial) * leaving)
                move(house, orbit, (house - 1, orbit + 1), redial * leaving)
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0
    share = np.linalg.solve(balance, np.eye(size)[0]).reshape(top + 1, deep + 1)
    orbit_now = float(share.sum(axis=0) @ np.arange(deep + 1))
    total = rate + orbit_now / delay
    blocked = float(share[-1] @ (rate + np.arange(deep + 1) / delay)) / total
    queue = float(np.maximum(np.arange(top + 1) - agents, 0) @ share.sum(axis=1))
    return blocked, queue / patience / (total * (1 - blocked)), orbit_now


@pytest.mark.parametrize("redial", [0.0, 0.4, 0.9, 1.0])
def test_the_orbit_equals_a_dense_chain(redial: float) -> None:
    blocked, left, orbit = dense_orbit(0.03, 100, 4, 40, redial, 30, 3)

    queue = redial_orbit(
        arrival_rate=0.03,
        aht=100,
        agents=4,
        patience=40,
        redial_probability=redial,
        redial_delay=30,
        lines=7,
    )

    assert queue.attempts.blocking == pytest.approx(blocked, rel=1e-9)
    assert queue.attempts.abandonment == pytest.approx(left, rel=1e-9)
    assert queue.mean_orbit == pytest.approx(orbit, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("patience", [0.05, 45.0, 1e6])
@pytest.mark.parametrize("lines", [5.0, 12.0, math.inf])
def test_without_redials_the_orbit_is_empty_and_all_is_erlang_a(
    patience: float, lines: float
) -> None:
    orbit = redial_orbit(
        arrival_rate=0.04,
        aht=100,
        agents=5,
        patience=patience,
        redial_probability=0.0,
        redial_delay=60,
        lines=lines,
    )
    alone = erlang_a(arrival_rate=0.04, aht=100, agents=5, patience=patience, lines=lines)

    assert orbit.mean_orbit == 0.0
    for met in (orbit.attempts, orbit.fresh):
        for name in (
            "blocking",
            "wait_probability",
            "abandonment",
            "mean_wait",
            "asa",
            "mean_wait_abandoned",
            "mean_wait_virtual",
            "occupancy",
        ):
            assert getattr(met, name) == pytest.approx(getattr(alone, name), rel=1e-8, abs=1e-15)
        for awt in (0.0, 20.0, 900.0):
            assert met.service_level("offered", awt) == pytest.approx(
                alone.service_level("offered", awt), rel=1e-9
            )
            assert met.short_abandons(awt) == pytest.approx(
                alone.short_abandons(awt), rel=1e-6, abs=1e-14
            )


@pytest.mark.slow
def test_redials_after_hours_are_fresh_calls() -> None:
    orbit = redial_orbit(
        arrival_rate=100 / 1800,
        aht=180,
        agents=9,
        patience=60,
        redial_probability=0.5,
        redial_delay=36_000,
    )

    assert orbit.total_arrival_rate == pytest.approx(desk().total_arrival_rate, rel=1e-4)
    assert orbit.lost_callers == pytest.approx(desk().lost_callers, rel=1e-3)


@pytest.mark.parametrize("delay", [1.0, 60.0, 900.0])
def test_the_sooner_they_call_the_worse_they_fare(delay: float) -> None:
    sooner, later = (
        redial_orbit(
            arrival_rate=100 / 1800,
            aht=180,
            agents=9,
            patience=60,
            redial_probability=0.5,
            redial_delay=seconds,
        )
        for seconds in (delay, 2 * delay)
    )

    assert sooner.attempts.abandonment > later.attempts.abandonment
    assert sooner.fresh.abandonment < sooner.attempts.abandonment
    assert sooner.lost_callers > later.lost_callers


def test_the_classic_retrial_queue_has_its_closed_form() -> None:
    # One line, nobody gives up: the mean orbit is rho (lambda + mu + gamma...) of Falin (1990).
    rate, aht, delay = 0.006, 100.0, 50.0
    rho = rate * aht

    queue = redial_orbit(
        arrival_rate=rate,
        aht=aht,
        agents=1,
        patience=math.inf,
        redial_probability=1.0,
        redial_delay=delay,
        lines=1,
    )

    # Falin and Templeton (1997), M/M/1 retrial queue: rho (lambda + rho gamma) / ((1-rho) gamma).
    gamma = 1 / delay
    expected = rho * (rate + rho * gamma) / ((1 - rho) * gamma)
    assert queue.attempts.occupancy == pytest.approx(rho, rel=1e-9)
    assert queue.mean_orbit == pytest.approx(expected, rel=1e-8)
    assert queue.lost_callers == 0.0


# The flow


def test_a_flow_in_overload_is_done_by_hand() -> None:
    flow = redial_fluid(
        arrival_rate=1.0,
        aht=300,
        agents=240,
        patience=120,
        redial_probability=0.5,
        redial_delay=60,
        reconnect_probability=0.2,
        reconnect_delay=1000,
    )

    # 0.8 a second are served, 0.16 of them return: 1.16 + half of those lost are 0.8 + lost.
    assert flow.total_arrival_rate == pytest.approx(0.8 + 0.72)
    assert flow.redial_rate == pytest.approx(0.36)
    assert flow.reconnect_rate == pytest.approx(0.16)
    assert (flow.mean_orbit, flow.mean_reconnecting) == pytest.approx((0.36 * 60, 160))
    assert flow.mean_queue == pytest.approx(0.72 * 120)
    assert flow.lost_callers == pytest.approx(0.36)


def test_a_calm_flow_only_reconnects() -> None:
    flow = redial_fluid(
        arrival_rate=0.5,
        aht=300,
        agents=240,
        patience=120,
        redial_probability=0.5,
        reconnect_probability=0.2,
    )

    assert flow.total_arrival_rate == pytest.approx(0.625)
    assert (flow.redial_rate, flow.wait, flow.mean_queue) == (0.0, 0.0, 0.0)


def test_a_flow_of_people_who_never_give_up_is_endless() -> None:
    flow = redial_fluid(arrival_rate=1.0, aht=300, agents=240, patience=120, redial_probability=1.0)

    assert flow.total_arrival_rate == flow.mean_queue == math.inf
    assert (flow.abandonment, flow.lost_callers) == (1.0, 0.0)


@pytest.mark.parametrize("law", [120.0, Lognormal(mean=120, scv=2)])
def test_a_large_centre_flows(law: Law | float) -> None:
    given = {"arrival_rate": 14.0, "aht": 300.0, "agents": 4000.0, "redial_probability": 0.6}
    flow = redial_fluid(**given, patience=law)
    exact = erlang_x(**given, patience=law)

    assert flow.total_arrival_rate == pytest.approx(exact.total_arrival_rate, rel=1e-3)
    assert flow.mean_wait == pytest.approx(exact.attempts.mean_wait, rel=1e-2)


# Bad input


def test_redials_have_their_bounds() -> None:
    with pytest.raises(InvalidInput, match="redial_probability must be at least 0 and at most 1"):
        desk(redial_probability=1.5)
    with pytest.raises(InvalidInput, match="reconnect_probability must be at least 0 and below 1"):
        erlang_x(
            arrival_rate=1,
            aht=1,
            agents=1,
            patience=1,
            redial_probability=0,
            reconnect_probability=1,
        )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": 0.0}, "arrival_rate must be above 0"),
        ({"redial_delay": 0.0}, "redial_delay must be above 0"),
        ({"agents": 8.5}, "agents must be whole"),
        ({"redial_probability": 1.0, "agents": 3}, "redials pile up for ever"),
        ({"redial_delay": 1e9}, "states must be at most .* simulate"),
    ],
)
def test_an_orbit_that_cannot_be_counted_is_refused(wrong: dict[str, float], message: str) -> None:
    right = {
        "arrival_rate": 0.05,
        "aht": 180.0,
        "agents": 9,
        "patience": 60.0,
        "redial_probability": 0.5,
        "redial_delay": 60.0,
    }
    with pytest.raises(InvalidInput, match=message):
        redial_orbit(**{**right, **wrong})  # type: ignore[arg-type]
