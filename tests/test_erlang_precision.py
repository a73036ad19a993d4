"""Closed forms keep ten digits from one agent to a million."""

from __future__ import annotations

import math

import mpmath as mp
import naive_erlang as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_room import Room

from sim.erlang import (
    QueueMeasures,
    erlang_a,
    erlang_b,
    erlang_c,
)


def measured(room: Room) -> QueueMeasures[float]:
    return erlang_a(
        arrival_rate=room.arrival_rate,
        aht=room.aht,
        agents=room.agents,
        patience=1 / room.leave_rate if room.leave_rate else math.inf,
        lines=room.agents + room.places,
        balking=room.balking,
    )


def named(queue: QueueMeasures[float], awt: float) -> dict[str, float]:
    """The measures by the names of the twin."""
    return {
        "blocking": queue.blocking,
        "wait_probability": queue.wait_probability,
        "abandonment": queue.abandonment,
        "mean_wait": queue.mean_wait,
        "mean_wait_virtual": queue.mean_wait_virtual,
        "asa": queue.asa,
        "virtual": queue.service_level("virtual", awt),
        "offered": queue.service_level("offered", awt),
        "short_abandons": queue.short_abandons(awt),
    }


# Forty digits


@pytest.mark.parametrize("balking", [0.0, 0.3])
@pytest.mark.parametrize("awt", [0.0, 0.7, 20.0, 3600.0, 40_000.0])
@pytest.mark.parametrize("leave_rate", [0.0, 1e-8, 1 / 180, 1.0, 1e3])
@pytest.mark.parametrize(
    ("agents", "ratio", "places"),
    [(1, 0.9, 1), (2, 1e-9, 5), (11, 10 / 11, 40), (30, 1.0, 90), (40, 3.0, 60), (7, 1e3, 12)],
)
def test_limited_lines_equal_forty_digits(
    agents: int, ratio: float, places: int, leave_rate: float, awt: float, balking: float
) -> None:
    room = Room(ratio * agents / 180.0, 180.0, agents, leave_rate, places, balking)

    exact = room.measures(awt)
    later = exact.pop("later")

    assert named(measured(room), awt) == pytest.approx(exact, rel=1e-11, abs=1e-40)
    assert measured(room)._fates(np.array([awt])).later == pytest.approx(later, rel=1e-9, abs=1e-40)


@pytest.mark.parametrize("ratio", [0.01, 0.7, 0.999, 1.0, 1.02, 3.0])
@pytest.mark.parametrize("agents", [1, 2, 10, 100, 1000, 30_000])
def test_endless_lines_of_every_size_equal_palm(agents: int, ratio: float) -> None:
    times = [(1e-3, 0.0), (0.5, 1.0), (5.0, 20.0), (300.0, 20.0), (300.0, 3600.0), (1e5, 20.0)]
    for patience, awt in times[3:4] if agents > 100 else times:
        rate = ratio * agents / 300.0
        queue = erlang_a(arrival_rate=rate, aht=300.0, agents=agents, patience=patience)
        shares = (
            queue.wait_probability,
            queue.abandonment,
            queue.service_level("offered", awt),
            queue.service_level("virtual", awt),
        )

        exact = naive.Palm(rate, 300.0, agents, patience).shares(awt)

        assert shares == pytest.approx(exact, rel=1e-10, abs=1e-60), (patience, awt)


def blocking(lines: float, load: float) -> mp.mpf:
    """Erlang's formula by the upper incomplete gamma function, in 60 digits."""
    with mp.workdps(60):
        x, a = mp.mpf(lines), mp.mpf(load)
        return mp.exp(x * mp.log(a) - a) / mp.gammainc(x + 1, a)


@pytest.mark.parametrize("load", [1e-9, 1e-3, 0.6, 10.0, 123.0, 4990.0, 1e6])
@pytest.mark.parametrize("lines", [0.5, 1.0, 5.0, 30.25, 132.0, 1000.0])
def test_erlang_b_keeps_ten_digits_however_small(lines: float, load: float) -> None:
    exact = blocking(lines, load)

    assert erlang_b(lines, load) == pytest.approx(float(exact), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("lines", [100_000, 1_000_000])
@pytest.mark.parametrize("spare", [-3.0, 0.0, 0.1, 3.0, 6.0])
def test_a_million_lines_equal_the_recursion(lines: int, spare: float) -> None:
    load = lines - spare * math.sqrt(lines)
    inverse = 1.0
    for line in range(max(1, lines - 40_000), lines + 1):  # what was before is forgotten by then
        inverse = 1.0 + inverse * line / load
    exact = 1.0 / inverse if spare <= 3.0 else erlang_b(lines, load)

    assert erlang_b(lines, load) == pytest.approx(exact, rel=1e-10)
    queue = erlang_c(arrival_rate=load, aht=1.0, agents=lines, lines=lines)
    assert queue.blocking == pytest.approx(exact, rel=1e-10)


@given(st.floats(-9, 6), st.integers(1, 1_000_000), st.floats(-3, 9))
def test_nothing_leaves_its_bounds(log_load: float, agents: int, log_patience: float) -> None:
    queue = erlang_a(
        arrival_rate=10**log_load / 300, aht=300.0, agents=agents, patience=10**log_patience
    )

    load = queue.load
    assert max(0.0, 1 - agents / load) * (1 - 1e-11) <= queue.abandonment <= 1
    assert queue.occupancy * agents == pytest.approx(load * (1 - queue.abandonment), rel=1e-9)
    assert 0 <= queue.service_level("offered", 20.0) <= 1


@pytest.mark.parametrize("lines", [1_000, 20_000, 1_000_000])
def test_a_room_that_never_fills_is_as_good_as_endless(lines: int) -> None:
    common = {"arrival_rate": 3.0, "aht": 300.0, "agents": 900, "patience": 250.0}
    endless = named(erlang_a(**common), 20.0)

    room = named(erlang_a(**common, lines=900 + lines), 20.0)

    assert room == pytest.approx(endless, rel=1e-11, abs=1e-80)
    assert 0.0 <= room["blocking"] < 1e-80
