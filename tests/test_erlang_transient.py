"""Queues on their way: warming up, swinging for ever, and busy without a limit."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_day import Floats
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
    Weibull,
    erlang_a,
    erlang_c,
    piecewise_load,
    sinusoidal_load,
    sinusoidal_queue,
    transient,
)
from sim.errors import InvalidInput


def generator(rate: float, aht: float, agents: int, patience: float, room: int) -> Floats:
    """All moves of M/M/n+M with room for so many."""
    number = np.arange(room + 1.0)
    down = np.minimum(number, agents) / aht + np.maximum(number - agents, 0.0) / patience
    up = np.full(room, rate)
    moves: Floats = np.diag(up, 1) + np.diag(down[1:], -1)
    return moves - np.diag(moves.sum(axis=1))


# Warming up


@pytest.mark.parametrize(
    ("rate", "aht", "agents", "patience"),
    [
        (0.15, 60.0, 10, math.inf),
        (0.5, 60.0, 10, 30.0),
        (0.02, 300.0, 1, 5.0),
        (0.1, 60.0, 0, 20.0),
        (0.0, 60.0, 4, 20.0),
    ],
)
@pytest.mark.parametrize("initial", [0, 25])
def test_a_queue_warms_up_as_its_matrix_exponential(
    rate: float, aht: float, agents: int, patience: float, initial: int
) -> None:
    times, room = [0.0, 1.0, 45.0, 400.0], 150
    moves = generator(rate, aht, agents, patience, room)

    queue = transient(
        arrival_rate=rate, aht=aht, agents=agents, patience=patience, initial=initial, times=times
    )

    for place, time in enumerate(times):
        exact = expm(moves * time)[initial]
        got = queue.probabilities[place]
        width = min(exact.size, got.size)
        assert got[:width] == pytest.approx(exact[:width], abs=1e-12)
        assert queue.mean_in_system[place] == pytest.approx(exact @ np.arange(151.0), abs=1e-9)
        assert queue.wait_probability[place] == pytest.approx(exact[agents:].sum(), abs=1e-12)


def test_small_chances_keep_their_digits() -> None:
    """From empty, n busy agents are a Poisson number: known to the last digit."""
    queue = transient(arrival_rate=0.8, aht=60, agents=400, times=[10.0, 60.0])

    for time, chances in zip(queue.times, queue.probabilities, strict=True):
        mean = 48.0 * -math.expm1(-time / 60.0)
        for number in (0, 5, 60, 90):
            exact = math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
            if exact > 1e-20:
                assert chances[number] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("patience", [120.0, 1e5])
def test_after_a_long_time_it_is_erlang_a(patience: float) -> None:
    queue = transient(arrival_rate=0.8, aht=60, agents=50, patience=patience, times=1e8)
    steady = erlang_a(arrival_rate=0.8, aht=60, agents=50, patience=patience)

    assert queue.mean_queue[0] == pytest.approx(steady.mean_queue, rel=1e-8)
    assert queue.wait_probability[0] == pytest.approx(steady.wait_probability, rel=1e-8)
    assert queue.mean_busy[0] == pytest.approx(50 * steady.occupancy, rel=1e-9)


def test_an_overloaded_queue_without_end_of_patience_just_grows() -> None:
    queue = transient(arrival_rate=0.2, aht=100, agents=10, times=[36000.0])

    # Ten busy agents serve 0.1 a second; filling up takes little.
    assert queue.mean_queue[0] == pytest.approx(0.1 * 36000, rel=0.01)


@pytest.mark.slow
def test_thousands_of_agents_warm_up_too() -> None:
    queue = transient(arrival_rate=16.0, aht=300, agents=6000, patience=120, times=[300.0, 3000.0])

    few, many = queue.mean_in_system.tolist()
    assert few == pytest.approx(4800 * -math.expm1(-1.0), rel=1e-9)
    assert many == pytest.approx(4800 * -math.expm1(-10.0), rel=1e-6)
    assert queue.probabilities.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-11)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0.0, 3.0),
    st.integers(0, 12),
    st.floats(0.2, 20.0),
    st.integers(0, 30),
    st.floats(0.0, 30.0),
)
def test_a_queue_changes_by_who_comes_and_goes(
    rate: float, agents: int, patience: float, initial: int, time: float
) -> None:
    step = 1e-4
    queue = transient(
        arrival_rate=rate,
        aht=1.0,
        agents=agents,
        patience=patience,
        initial=initial,
        times=[time, time + step, time + 2 * step],
    )
    slope = (queue.mean_in_system[2] - queue.mean_in_system[0]) / (2 * step)

    assert slope == pytest.approx(
        rate - queue.mean_busy[1] - queue.mean_queue[1] / patience, abs=1e-5
    )
    assert queue.mean_in_system == pytest.approx(queue.mean_busy + queue.mean_queue, rel=1e-9)


def test_a_distribution_may_begin() -> None:
    half = transient(arrival_rate=0.1, aht=60, agents=3, initial=[0.5, 0, 0, 0, 0.5], times=30)
    ends = [
        transient(arrival_rate=0.1, aht=60, agents=3, initial=number, times=30) for number in (0, 4)
    ]

    assert half.mean_queue[0] == pytest.approx(sum(e.mean_queue[0] for e in ends) / 2, rel=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"agents": 2.5}, "agents must be whole, got 2.5"),
        ({"initial": -1}, "initial must be whole and at least 0, got -1"),
        ({"initial": [0.5, 0.1]}, "initial must be a row of chances with sum 1"),
        ({"times": [-1.0]}, "times must be at least 0 and finite"),
        ({"aht": 0.0}, "aht must be above 0"),
        ({"arrival_rate": np.array([0.1, 0.2])}, "arrival_rate must be a number"),
    ],
)
def test_a_wrong_beginning_is_named(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"arrival_rate": 0.1, "aht": 60.0, "agents": 3, "times": [1.0]}

    with pytest.raises(InvalidInput, match=message):
        transient(**{**right, **wrong})


# Swinging for ever


@pytest.mark.parametrize("patience", [math.inf, 90.0])
def test_a_wave_equals_days_of_its_differential_equations(patience: float) -> None:
    rate, swing, period, aht, agents = 0.04, 0.035, 7200.0, 200.0, 12
    wave = sinusoidal_queue(
        arrival_rate=rate, amplitude=swing, period=period, aht=aht, agents=agents, patience=patience
    )
    up, down = (
        generator(1.0, aht, agents, patience, 160),
        generator(0.0, aht, agents, patience, 160),
    )

    swings = up - down

    def slope(time: float, chances: Floats) -> Floats:
        now = rate + swing * math.sin(2 * math.pi * time / period)
        return chances @ down + now * (chances @ swings)

    states = np.eye(161)[:, [10]]
    for _ in range(8):
        states = solve_ivp(
            slope,
            (0, period),
            states[:, -1],
            t_eval=wave.times,
            rtol=1e-10,
            atol=1e-13,
            method="LSODA",
            # Moves are to neighbours only: the solver need not look for others.
            lband=1,
            uband=1,
        ).y
    number = np.arange(161.0)

    assert wave.mean_queue == pytest.approx(np.maximum(number - 12, 0) @ states, rel=1e-6, abs=1e-8)
    assert wave.wait_probability == pytest.approx(states[12:].sum(axis=0), rel=1e-6, abs=1e-8)
    arrivals = rate + swing * np.sin(2 * np.pi * wave.times / period)
    seen = np.trapezoid(arrivals * states[12:].sum(axis=0), wave.times) / (rate * period)
    assert wave.contacts.wait_probability == pytest.approx(seen, rel=1e-6)


@pytest.mark.parametrize("patience", [math.inf, 100.0])
def test_a_wave_without_a_swing_is_a_steady_queue(patience: float) -> None:
    wave = sinusoidal_queue(
        arrival_rate=0.1, amplitude=0.0, period=3600, aht=100, agents=12, patience=patience
    )
    steady = erlang_a(arrival_rate=0.1, aht=100, agents=12, patience=patience)

    for measure in ("wait_probability", "mean_wait", "asa", "mean_wait_virtual", "occupancy"):
        assert getattr(wave.contacts, measure) == pytest.approx(getattr(steady, measure), rel=1e-9)
    for rule in ("virtual", "offered", "answered", "excluding_short_abandons"):
        assert wave.contacts.service_level(rule, 20) == pytest.approx(
            steady.service_level(rule, 20), rel=1e-10
        )
    assert wave.contacts.short_abandons(20) == pytest.approx(steady.short_abandons(20), abs=1e-12)
    assert wave.contacts.wait_percentile(0.9) == pytest.approx(steady.wait_percentile(0.9))


def test_a_wave_in_balance_serves_all_who_do_not_leave() -> None:
    wave = sinusoidal_queue(
        arrival_rate=0.2, amplitude=0.2, period=5000, aht=100, agents=18, patience=150
    )

    served = 0.2 * (1 - wave.contacts.abandonment) * 100
    assert wave.contacts.occupancy * 18 == pytest.approx(served, rel=1e-9)
    assert wave.contacts.mean_queue == pytest.approx(0.2 * wave.contacts.mean_wait, rel=1e-12)
    assert wave.contacts.wait_probability > wave.busy_time


def test_a_wave_beyond_capacity_waits_for_ever_and_one_without_agents_is_lost() -> None:
    flooded = sinusoidal_queue(arrival_rate=0.2, amplitude=0.1, period=3600, aht=100, agents=20)
    lost = sinusoidal_queue(
        arrival_rate=0.2, amplitude=0.1, period=3600, aht=100, agents=0, patience=60
    )
    calm = sinusoidal_queue(arrival_rate=0.0, amplitude=0.0, period=3600, aht=100, agents=2)

    assert flooded.contacts.asa == math.inf
    assert flooded.mean_queue.min() == math.inf
    assert flooded.contacts.service_level("offered", 20) == 0.0
    assert lost.contacts.abandonment == 1.0
    assert lost.mean_queue.mean() == pytest.approx(12.0, rel=1e-2)
    assert (calm.mean_queue.max(), calm.contacts.wait_probability) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"amplitude": 0.3}, "amplitude must be at least 0 and at most the arrival rate, 0.2"),
        ({"period": 0.0}, "period must be above 0"),
        ({"arrival_rate": -1.0}, "arrival_rate must be at least 0"),
        ({"agents": 2.5}, "agents must be whole"),
    ],
)
def test_a_wave_below_zero_is_refused(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {
        "arrival_rate": 0.2, "amplitude": 0.1, "period": 3600.0, "aht": 60.0, "agents": 20
    }  # fmt: skip

    with pytest.raises(InvalidInput, match=message):
        sinusoidal_queue(**{**right, **wrong})


# Busy without a limit

LAWS: list[Law] = [
    Exponential(mean=7200),
    Deterministic(value=7200),
    Uniform(low=100, high=9000),
    Erlang(k=3, mean=7200),
    Gamma(shape=0.5, mean=7200),
    Lognormal(mean=7200, scv=2),
    Weibull(shape=0.7, scale=3600),
    Hyperexponential.balanced(mean=7200, scv=4),
]


def survival(law: Law, u: Any) -> Any:
    """Survival in forty digits, where the law has none in floats."""
    if isinstance(law, Lognormal):
        deviation = mpmath.sqrt(mpmath.log(1 + law.scv))
        z = (mpmath.log(u / law.mean) + deviation**2 / 2) / deviation
        return mpmath.erfc(z / mpmath.sqrt(2)) / 2
    if isinstance(law, Weibull):
        return mpmath.exp(-((u / law.scale) ** law.shape))
    if isinstance(law, Gamma):
        return mpmath.gammainc(law.shape, u * law.shape / law.mean, regularized=True)
    return mpmath.mpf(float(law.survival(float(u))))


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_the_load_of_a_wave_is_the_integral_over_past_arrivals(law: Law) -> None:
    rate, swing, period, time = 0.05, 0.04, 28800.0, 5000.0
    wave = sinusoidal_load(
        arrival_rate=rate, amplitude=swing, period=period, service=law, times=[time]
    )

    def present(u: Any) -> Any:
        turn = mpmath.sin(2 * mpmath.pi * (time - u) / period)
        return swing * turn * survival(law, u)

    far = sorted({*law.kinks, *(7200.0 * 2.0**k for k in range(-12, 11))})
    cut = [0.0, *[x for x in far if not law.kinks or x <= law.kinks[-1]]]
    exact = rate * law.mean + float(mpmath.quad(present, cut))
    assert wave.load[0] == pytest.approx(exact, rel=1e-9)


def test_the_peak_of_the_load_is_as_late_as_said() -> None:
    # Eick, Massey and Whitt (1993): for exponential handle times the lag is arctan(w / mu) / w.
    wave = sinusoidal_load(
        arrival_rate=0.05,
        amplitude=0.05,
        period=28800,
        service=Exponential(mean=7200),
        times=np.linspace(0, 28800, 28801),
    )
    pulse = 2 * math.pi / 28800

    assert wave.peak_lag == pytest.approx(math.atan(pulse * 7200) / pulse, rel=1e-12)
    assert wave.times[wave.load.argmax()] == pytest.approx(7200 + wave.peak_lag, abs=1)
    assert wave.load.max() == pytest.approx(wave.mean + wave.amplitude, rel=1e-8)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_the_load_of_equal_intervals_grows_to_rate_times_handle_time(law: Law) -> None:
    load = piecewise_load(
        arrival_rate=[0.1] * 400, service=law, times=[0.0, 600.0, 7.2e6 - 1, 1e9], interval=18e3
    )

    assert load[0] == 0.0
    assert load[1] == pytest.approx(0.1 * float(law.mean_until(600.0)), rel=1e-12)
    assert load[2] == pytest.approx(0.1 * law.mean, rel=1e-9)
    assert load[3] == pytest.approx(0.0, abs=1e-9)


def test_endless_agents_are_the_offered_load() -> None:
    queue = transient(arrival_rate=0.3, aht=100, agents=200, times=[50.0, 400.0])
    load = piecewise_load(arrival_rate=[0.3], service=Exponential(mean=100), times=[50.0, 400.0])

    assert queue.mean_busy == pytest.approx(load, rel=1e-12)
    assert erlang_c(arrival_rate=0.3, aht=100, agents=200).load == pytest.approx(30.0)
