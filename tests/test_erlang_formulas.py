"""Formulas for mean waits: what they reduce to, and how far from exact they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    erlang_c,
    ggn,
    ggn_mean_waits,
    gmn,
    mgn,
)
from sim.errors import InvalidInput

uses = st.floats(0.05, 0.99)
teams = st.integers(1, 200)


@given(teams, uses)
def test_with_exponential_times_the_formulas_are_erlang_c(agents: int, use: float) -> None:
    waits = ggn_mean_waits(arrival_rate=use * agents / 60, aht=60, agents=agents)
    exact = erlang_c(arrival_rate=use * agents / 60, aht=60, agents=agents).mean_wait

    for name in ("erlang_c", "kimura", "allen_cunneen", "allen_cunneen_klb", "approximate"):
        assert getattr(waits, name) == pytest.approx(exact, rel=1e-9, abs=1e-290)
    assert waits.klb_factor == 1.0


@given(uses, st.floats(0.0, 9.0))
def test_one_agent_and_poisson_arrivals_are_pollaczek_and_khinchine(use: float, scv: float) -> None:
    waits = ggn_mean_waits(arrival_rate=use / 60, aht=60, agents=1, scv_service=scv)
    exact = 60 * use / (1 - use) * (1 + scv) / 2

    for name in ("kimura", "allen_cunneen", "sakasegawa", "approximate"):
        assert getattr(waits, name) == pytest.approx(exact, rel=1e-9)


def test_sakasegawa_replaces_erlang_c_by_a_power_of_the_utilisation() -> None:
    # Sakasegawa (1977): rho ** (sqrt(2 (n + 1)) - 1) / (n (1 - rho)) of a handle time.
    waits = ggn_mean_waits(arrival_rate=0.04, aht=100, agents=5, scv_service=0.5)

    power = 0.8 ** (math.sqrt(12) - 1) / (5 * 0.2)
    assert waits.sakasegawa == pytest.approx(100 * 0.75 * power, rel=1e-12)


def test_the_factor_for_arrivals_is_kraemers_and_langenbach_belzs() -> None:
    # Kraemer and Langenbach-Belz (1976), both branches.
    calm = ggn_mean_waits(arrival_rate=0.17, aht=100, agents=20, scv_arrival=0.25, scv_service=2.0)
    bursty = ggn_mean_waits(arrival_rate=0.08, aht=100, agents=10, scv_arrival=4.0)

    assert calm.klb_factor == pytest.approx(
        math.exp(-2 * 0.15 / (3 * 0.85) * 0.75**2 / 2.25), rel=1e-12
    )
    assert bursty.klb_factor == pytest.approx(math.exp(-0.2 * 3 / 8), rel=1e-12)


@pytest.mark.parametrize("agents", [2, 5, 10, 25, 50])
@pytest.mark.parametrize("use", [0.8, 0.9, 0.95])
@pytest.mark.parametrize(
    "law", [Erlang(k=2, mean=100), Hyperexponential.balanced(mean=100, scv=4)], ids=str
)
def test_kimura_is_within_four_percent_of_exact_phases(agents: int, use: float, law: Law) -> None:
    rate = agents * use / 100
    exact = mgn(arrival_rate=rate, service=law, agents=agents).mean_wait
    waits = ggn_mean_waits(arrival_rate=rate, aht=100, agents=agents, scv_service=law.scv)

    assert waits.kimura == pytest.approx(exact, rel=0.04)


@pytest.mark.parametrize(("agents", "use"), [(2, 0.5), (5, 0.8), (25, 0.9), (100, 0.95)])
def test_cosmetatos_is_close_to_constant_times(agents: int, use: float) -> None:
    exact = mgn(arrival_rate=agents * use, service=Deterministic(value=1), agents=agents).mean_wait
    waits = ggn_mean_waits(arrival_rate=agents * use, aht=1, agents=agents)

    assert waits.cosmetatos == pytest.approx(exact, rel=0.03)


def test_formulas_take_arrays_and_say_what_has_no_steady_state() -> None:
    waits = ggn_mean_waits(
        arrival_rate=np.array([0.0, 0.02, 0.05, 0.06]), aht=100, agents=5, scv_service=0.5
    )

    assert waits.kimura.shape == (4,)
    assert waits.kimura[0] == 0.0
    assert waits.kimura[2:].tolist() == [math.inf, math.inf]
    assert ggn_mean_waits(arrival_rate=0.1, aht=10, agents=0).erlang_c == math.inf
    assert ggn_mean_waits(arrival_rate=1e-9, aht=1, agents=900, scv_service=0).kimura >= 0.0


def test_formulas_refuse_negative_variability() -> None:
    with pytest.raises(InvalidInput, match="scv_service must be at least 0 and finite, got -1"):
        ggn_mean_waits(arrival_rate=0.1, aht=10, agents=3, scv_service=-1)


# Any arrivals and any handle times


def test_where_one_law_is_exponential_the_general_queue_is_exact() -> None:
    calm, fixed = Erlang(k=3, mean=25), Deterministic(value=100)

    assert ggn(interarrival=Exponential(mean=25), service=fixed, agents=5).method == "exact"
    queue = ggn(interarrival=calm, service=Exponential(mean=100), agents=5)
    exact = gmn(interarrival=calm, aht=100, agents=5).queue
    assert (queue.method, queue.mean_wait) == ("exact", exact.mean_wait)


# Means of 3,000,000 contacts by Lindley's recursion for n agents, seed 1; good to 1 % or so.
SIMULATED = [
    (1, 0.9, Erlang(k=4, mean=1), Erlang(k=4, mean=1), 2.0978),
    (5, 0.8, Erlang(k=4, mean=1), Lognormal(mean=1, scv=2), 0.4842),
    (5, 0.9, Hyperexponential.balanced(mean=1, scv=4), Lognormal(mean=1, scv=0.5), 3.7506),
    (20, 0.9, Erlang(k=4, mean=1), Lognormal(mean=1, scv=2), 0.2302),
    (
        20,
        0.9,
        Hyperexponential.balanced(mean=1, scv=4),
        Hyperexponential.balanced(mean=1, scv=4),
        1.1970,
    ),
]


def stretched(law: Law, times: float) -> Law:
    """The law of a multiple of the time."""
    if isinstance(law, Erlang):
        return Erlang(k=law.k, mean=law.mean * times)
    return Hyperexponential.balanced(mean=law.mean * times, scv=law.scv)


@pytest.mark.parametrize(("agents", "use", "gaps", "service", "mean_wait"), SIMULATED)
def test_the_general_queue_is_within_eight_percent_of_simulation(
    agents: int, use: float, gaps: Law, service: Law, mean_wait: float
) -> None:
    queue = ggn(interarrival=stretched(gaps, 1 / (agents * use)), service=service, agents=agents)

    assert queue.method == "margins"
    assert queue.mean_wait == pytest.approx(mean_wait, rel=0.09)


def test_too_many_phases_for_an_exact_margin_are_interpolated() -> None:
    queue = ggn(interarrival=Erlang(k=2, mean=0.55), service=Erlang(k=6, mean=20), agents=40)

    assert queue.method == "margins"
    assert 0.0 < queue.mean_wait < erlang_c(arrival_rate=1 / 0.55, aht=20, agents=40).mean_wait


@pytest.mark.parametrize("agents", [0, 3])
def test_the_general_queue_without_a_steady_state_waits_for_ever(agents: int) -> None:
    queue = ggn(
        interarrival=Gamma(shape=2, mean=1), service=Lognormal(mean=4, scv=1), agents=agents
    )

    assert (queue.mean_wait, queue.service_level("offered", 20)) == (math.inf, 0.0)
