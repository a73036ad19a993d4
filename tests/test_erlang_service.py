"""Queues with handle times of any law agree with slow twins, with each other, and at the edges."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from sim._erlang.deterministic import FixedTimes
from sim._erlang.engineering import SPREAD
from sim._erlang.transforms import transform
from sim.erlang import (
    SERVICE_RULES,
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    PhaseType,
    QueueMeasures,
    Uniform,
    Weibull,
    erlang_a,
    erlang_b,
    erlang_c,
    mgn,
)
from sim.errors import InvalidInput

MEASURES = (
    "blocking",
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_abandoned",
    "mean_wait_virtual",
    "mean_wait_delayed",
    "mean_queue",
    "occupancy",
)
HANDLE = 100.0
E2 = Erlang(k=2, mean=HANDLE)
H2 = Hyperexponential.balanced(mean=HANDLE, scv=4)


def same(one: QueueMeasures[float], other: QueueMeasures[float], rel: float) -> None:
    """Two queues agree in every measure and service level."""
    for measure in MEASURES:
        got, wanted = getattr(one, measure), getattr(other, measure)
        assert got == pytest.approx(wanted, rel=rel, abs=1e-14), measure
    for rule in SERVICE_RULES:
        for awt in (0.0, 20.0, 300.0):
            wanted = other.service_level(rule, awt)
            assert one.service_level(rule, awt) == pytest.approx(wanted, rel=rel, abs=1e-13)


# Constant times


def crommelin(agents: int, load: float, states: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Contacts in M/D/n, from the chain of numbers one handle time apart, cut and solved."""
    chances = [math.exp(-load + k * math.log(load) - math.lgamma(k + 1)) for k in range(states)]
    moves = np.zeros((states, states))
    for present in range(states):
        start = max(present - agents, 0)
        moves[present, start:] = chances[: states - start]
        moves[present, -1] += 1.0 - moves[present].sum()
    balance = moves.T - np.eye(states)
    balance[-1] = 1.0
    return np.asarray(np.linalg.solve(balance, np.eye(states)[-1]))


@pytest.mark.parametrize(
    ("agents", "use", "states"), [(1, 0.8, 250), (2, 0.3, 60), (5, 0.9, 400), (25, 0.7, 200)]
)
def test_constant_times_equal_the_chain_of_numbers_one_handle_time_apart(
    agents: int, use: float, states: int
) -> None:
    load = use * agents
    present = crommelin(agents, load, states)
    queue = mgn(arrival_rate=load / HANDLE, service=Deterministic(value=HANDLE), agents=agents)
    waiting = np.maximum(np.arange(states) - agents, 0)

    assert queue.wait_probability == pytest.approx(present[agents:].sum(), rel=1e-9)
    assert queue.mean_queue == pytest.approx(present @ waiting, rel=1e-8)


def spitzer(agents: int, use: float) -> tuple[float, float]:
    """P(wait) and mean wait in handle times, by Spitzer's sums with 30 digits."""
    with mp.workdps(30):
        n, rho = mp.mpf(agents), mp.mpf(use)
        fall = n * (rho - 1 - mp.log(rho))
        chance = wait = mp.mpf(0)
        for k in range(1, int(80 / fall) + 2):
            late = mp.gammainc(k * n, 0, k * n * rho, regularized=True)
            later = mp.gammainc(k * n + 1, 0, k * n * rho, regularized=True)
            chance += late / k
            wait += late - later / rho
        return float(-mp.expm1(-chance)), float(wait)


@pytest.mark.parametrize(
    ("agents", "use"), [(1, 0.5), (3, 0.01), (7, 0.6), (40, 0.8), (40, 0.1), (300, 0.7)]
)
def test_constant_times_keep_the_digits_of_rare_waits(agents: int, use: float) -> None:
    # Spitzer (1956); the wait in M/D/n is that in E_n/D/1.
    queue = FixedTimes(arrival_rate=use * agents, handle=1.0, agents=agents)
    chance, wait = spitzer(agents, use)

    assert queue.wait_probability == pytest.approx(chance, rel=1e-11, abs=0)
    assert queue.mean_wait == pytest.approx(wait, rel=1e-8, abs=0)


def single_constant(use: float, times: float) -> float:
    """P(V <= times handle times) in M/D/1 by Erlang's (1909) alternating sum, 60 digits."""
    with mp.workdps(60):
        rho, x = mp.mpf(use), mp.mpf(times)
        terms = (
            (rho * (k - x)) ** k / mp.factorial(k) * mp.exp(-rho * (k - x))
            for k in range(int(times) + 1)
        )
        return float((1 - rho) * mp.fsum(terms))


@pytest.mark.parametrize("use", [0.1, 0.8, 0.99])
@pytest.mark.parametrize("times", [0.0, 0.5, 1.0, 2.75, 20.0])
def test_one_agent_with_constant_times_is_erlangs_first_formula(use: float, times: float) -> None:
    queue = mgn(arrival_rate=use / HANDLE, service=Deterministic(value=HANDLE), agents=1)

    level = queue.service_level("virtual", times * HANDLE)
    assert level == pytest.approx(single_constant(use, times), abs=1e-13)
    assert queue.mean_wait == pytest.approx(HANDLE * use / (2 * (1 - use)), rel=1e-12)


@pytest.mark.parametrize("agents", [1, 2, 30, 400])
@pytest.mark.parametrize("use", [0.3, 0.9, 0.999, 0.99999])
def test_the_wait_for_constant_times_has_the_mean_of_its_tail(agents: int, use: float) -> None:
    queue = FixedTimes(arrival_rate=use * agents, handle=1.0, agents=agents)
    if queue.wait_probability < 1e-4:
        return
    span = 40.0 * queue.mean_wait / queue.wait_probability
    nodes, weights = np.polynomial.legendre.leggauss(12)
    edges = np.unique(np.concatenate((np.linspace(0, span, 200), np.arange(0, min(span, 300)))))
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (nodes + 1)).ravel()

    area = float((half * weights).ravel() @ queue.longer(x))

    assert area == pytest.approx(queue.mean_wait, rel=1e-7)
    assert queue.longer(np.zeros(1))[0] == pytest.approx(queue.wait_probability, abs=1e-11)


@pytest.mark.parametrize("agents", [1, 100, 10_000, 1_000_000])
@pytest.mark.parametrize("use", [0.001, 0.9, 1 - 1e-9])
def test_no_team_is_too_large_for_constant_times(agents: int, use: float) -> None:
    queue = mgn(arrival_rate=use * agents, service=Deterministic(value=1.0), agents=agents)

    assert 0.0 <= queue.wait_probability <= 1.0
    assert 0.0 <= queue.mean_wait < math.inf
    level = queue.service_level("offered", 0.3)
    assert level >= 1.0 - queue.wait_probability - 1e-9
    if use > 0.99:
        # Near saturation the wait is half that of Erlang C.
        patient = erlang_c(arrival_rate=use * agents, aht=1.0, agents=agents)
        assert queue.mean_wait == pytest.approx(0.5 * patient.mean_wait, rel=0.01)


# Phases


def dense_phases(
    agents: int, rate: float, law: Law, leave: float, room: int, awt: float
) -> dict[str, float]:
    """M/PH/n/K+M with two phases by dense algebra, one contact followed by an exponential."""
    assert law.phases is not None
    start, phases = law.phases
    ends = -phases.sum(axis=1)
    states = [(i, b - i, 0) for b in range(agents + 1) for i in range(b + 1)]
    states += [(i, agents - i, q) for q in range(1, room + 1) for i in range(agents + 1)]
    at = {state: index for index, state in enumerate(states)}

    def moves(state: tuple[int, int, int], joins: bool) -> list[tuple[float, Any]]:
        i, j, q = state
        out: list[tuple[float, Any]] = []
        if joins and i + j < agents:
            out += [(rate * start[0], (i + 1, j, q)), (rate * start[1], (i, j + 1, q))]
        elif joins and q < room:
            out.append((rate, (i, j, q + 1)))
        out += [(i * phases[0, 1], (i - 1, j + 1, q)), (j * phases[1, 0], (i + 1, j - 1, q))]
        out.append((q * leave, (i, j, q - 1)))
        for count, end, left in ((i, ends[0], (i - 1, j)), (j, ends[1], (i, j - 1))):
            if q:
                out.append((count * end * start[0], (left[0] + 1, left[1], q - 1)))
                out.append((count * end * start[1], (left[0], left[1] + 1, q - 1)))
            else:
                out.append((count * end, "served" if not joins else (*left, 0)))
        return [(speed, target) for speed, target in out if speed > 0]

    chain = np.zeros((len(states), len(states)))
    for state in states:
        for speed, target in moves(state, joins=True):
            chain[at[state], at[target]] += speed
            chain[at[state], at[state]] -= speed
    balance = chain.T.copy()
    balance[-1] = 1.0
    shares = np.linalg.solve(balance, np.eye(len(states))[-1])
    full = [s for s in states if s[0] + s[1] == agents]
    inner = {state: index for index, state in enumerate(full)}
    follow = np.zeros((len(full) + 2, len(full) + 2))  # served, lost
    for state in full:
        here = inner[state]
        for speed, target in [*moves(state, joins=False), (leave, "lost")]:
            there = {"served": -2, "lost": -1}.get(target)
            follow[here, inner[target] if there is None else there] += speed
            follow[here, here] -= speed
    blocked = sum(shares[at[s]] for s in full if s[2] == room)
    met = np.array([shares[at[s]] if s[2] < room else 0.0 for s in full] + [0, 0]) / (1 - blocked)
    by = met @ linalg.expm(follow * awt)
    ever = met @ linalg.expm(follow * 1e5)
    no_wait = 1.0 - met.sum()
    return {
        "blocking": blocked,
        "wait_probability": met.sum(),
        "abandonment": ever[-1],
        "mean_queue": sum(s[2] * shares[at[s]] for s in states),
        "occupancy": sum((s[0] + s[1]) * shares[at[s]] for s in states) / agents,
        "offered": no_wait + by[-2],
        "including_short_abandons": no_wait + by[-2] + by[-1],
    }


TWO_PHASES = [
    E2,
    H2,
    PhaseType(start=(0.3, 0.7), generator=((-0.05, 0.02), (0.004, -0.01))),
]


@pytest.mark.parametrize("law", TWO_PHASES, ids=["E2", "H2", "general"])
@pytest.mark.parametrize(
    ("agents", "load", "patience", "room"),
    [(1, 0.9, 50.0, 4), (3, 2.5, math.inf, 6), (4, 6.0, 80.0, 7), (2, 1.0, 30.0, 1)],
)
def test_phases_equal_dense_algebra(
    law: Law, agents: int, load: float, patience: float, room: int
) -> None:
    rate = load / law.mean
    queue = mgn(
        arrival_rate=rate, service=law, agents=agents, patience=patience, lines=agents + room
    )
    twin = dense_phases(agents, rate, law, 1 / patience, room, 40.0)

    assert queue.method == "exact"
    for name, value in twin.items():
        level = name in SERVICE_RULES
        got = queue.service_level(name, 40.0) if level else getattr(queue, name)  # type: ignore[arg-type]
        assert got == pytest.approx(value, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("law", TWO_PHASES, ids=["E2", "H2", "general"])
def test_endless_lines_are_the_limit_of_many_lines(law: Law) -> None:
    rate = 3 * 0.7 / law.mean
    endless = mgn(arrival_rate=rate, service=law, agents=3)
    many = mgn(arrival_rate=rate, service=law, agents=3, lines=240)

    same(endless, many, rel=1e-8)


@pytest.mark.parametrize("patience", [30.0, math.inf])
@pytest.mark.parametrize(
    "law",
    [
        PhaseType(start=(1.0,), generator=((-0.01,),)),
        Hyperexponential(shares=(0.4, 0.6), means=(HANDLE, HANDLE)),
        Erlang(k=1, mean=HANDLE),
    ],
    ids=["one phase", "two alike", "E1"],
)
def test_phases_that_are_exponential_are_erlang(law: Law, patience: float) -> None:
    queue = mgn(arrival_rate=0.09, service=law, agents=10, patience=patience)

    same(queue, erlang_a(arrival_rate=0.09, aht=HANDLE, agents=10, patience=patience), rel=1e-9)


def test_whitts_hundred_agents_with_erlang_times() -> None:
    # The instance of Whitt (2005): 102 calls a minute of one minute, patience of one minute.
    queue = mgn(arrival_rate=1.7, service=Erlang(k=2, mean=60), agents=100, patience=60)

    assert queue.abandonment == pytest.approx(0.0476718, abs=5e-8)
    assert queue.wait_probability == pytest.approx(0.6097117, abs=5e-8)


@pytest.mark.parametrize("law", [E2, H2], ids=str)
def test_one_agent_with_phases_is_pollaczek_and_khinchine(law: Law) -> None:
    queue = mgn(arrival_rate=0.008, service=law, agents=1)

    assert queue.mean_wait == pytest.approx(0.008 * HANDLE**2 * (1 + law.scv) / 2 / 0.2, rel=1e-10)
    assert queue.wait_probability == pytest.approx(0.8, rel=1e-10)


def test_more_and_more_stages_come_to_constant_times() -> None:
    waits = [
        mgn(arrival_rate=0.0085, service=Erlang(k=k, mean=200), agents=2).mean_wait
        for k in (8, 16, 32)
    ]
    fixed = mgn(arrival_rate=0.0085, service=Deterministic(value=200), agents=2).mean_wait

    # The gap is halved with each doubling, to next order.
    assert waits[2] - fixed == pytest.approx(0.5 * (waits[1] - fixed), rel=0.03)
    assert 2 * waits[2] - waits[1] == pytest.approx(fixed, rel=2e-3)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.floats(0.2, 1.6), st.floats(5.0, 500.0), st.floats(1.0, 8.0))
def test_with_patience_nobody_is_lost_count_of(
    agents: int, use: float, patience: float, scv: float
) -> None:
    law = Hyperexponential.balanced(mean=HANDLE, scv=scv)
    rate = use * agents / HANDLE
    queue = mgn(arrival_rate=rate, service=law, agents=agents, patience=patience)
    more = mgn(arrival_rate=rate, service=law, agents=agents + 1, patience=patience)

    assert queue.abandonment == pytest.approx(queue.mean_wait / patience, rel=1e-9)
    served = rate * (1 - queue.abandonment)
    assert served * HANDLE == pytest.approx(queue.occupancy * agents, rel=1e-9)
    assert queue.mean_queue == pytest.approx(rate * queue.mean_wait, rel=1e-9)
    assert more.abandonment <= queue.abandonment
    levels = [queue.service_level("offered", awt) for awt in (0.0, 10.0, 100.0, 1e4)]
    assert levels == sorted(levels)
    assert levels[0] == pytest.approx(1 - queue.wait_probability, rel=1e-9)
    assert levels[-1] == pytest.approx(1 - queue.abandonment, rel=1e-9)


@pytest.mark.parametrize("law", [E2, H2, Deterministic(value=HANDLE)], ids=str)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_percentile_is_reached_by_its_share(law: Law, share: float) -> None:
    queue = mgn(arrival_rate=0.09, service=law, agents=10)

    wait = queue.wait_percentile(share)

    assert wait == queue.virtual_wait_percentile(share)
    if wait > 0:
        assert queue.service_level("offered", wait) == pytest.approx(share, abs=1e-9)
    else:
        assert queue.wait_probability <= 1 - share


# One agent, any law


@pytest.mark.parametrize("use", [0.2, 0.8, 0.97])
@pytest.mark.parametrize("awt", [0.5, 20.0, 100.0, 900.0])
@pytest.mark.parametrize(("shape", "twin"), [(1.0, 1), (2.0, 2), (9.0, 9)])
def test_one_agent_and_a_numeric_transform_agree_with_phases(
    use: float, awt: float, shape: float, twin: int
) -> None:
    rate = use / HANDLE
    numeric = mgn(arrival_rate=rate, service=Gamma(shape=shape, mean=HANDLE), agents=1)
    exact = mgn(arrival_rate=rate, service=Erlang(k=twin, mean=HANDLE), agents=1)

    assert numeric.mean_wait == pytest.approx(exact.mean_wait, rel=1e-10)
    assert numeric.service_level("offered", awt) == pytest.approx(
        exact.service_level("offered", awt), abs=2e-10
    )


def brute_force_tail(law: Law, use: float, awt: float, steps: int) -> float:
    """P(V > awt) in M/G/1 from its renewal equation on a grid, by the trapezoid rule."""
    grid = np.linspace(0.0, awt, steps + 1)
    density = law.survival(grid) / law.mean
    beyond = 1.0 - law.mean_until(grid) / law.mean
    tail = np.empty(steps + 1)
    step = awt / steps
    for i in range(steps + 1):
        inner = 0.0
        if i:
            inner = step * (0.5 * density[i] * tail[0] + density[1:i] @ tail[i - 1 : 0 : -1])
        own = 0.5 * step * density[0] if i else 0.0
        tail[i] = use * (beyond[i] + inner) / (1.0 - use * own)
    return float(tail[-1])


@pytest.mark.parametrize("awt", [30.0, 150.0])
@pytest.mark.parametrize(
    "law",
    [
        Lognormal(mean=HANDLE, scv=1.5),
        Weibull(shape=1.7, scale=110),
        Uniform(low=20, high=180),
        Uniform(low=0, high=200),
    ],
    ids=str,
)
def test_one_agent_with_any_law_satisfies_its_renewal_equation(law: Law, awt: float) -> None:
    coarse, fine = (brute_force_tail(law, 0.85, awt, steps) for steps in (1000, 2000))
    extrapolated = (4 * fine - coarse) / 3

    queue = mgn(arrival_rate=0.85 / law.mean, service=law, agents=1)

    assert queue.method == "exact"
    level = queue.service_level("virtual", awt)
    assert 1 - level == pytest.approx(extrapolated, abs=3e-6)


def test_a_heavy_tail_makes_one_agent_slow() -> None:
    queue = mgn(arrival_rate=0.008, service=Lognormal(mean=100, scv=4), agents=1)

    assert queue.mean_wait == pytest.approx(1000.0, rel=1e-12)
    assert queue.service_level("offered", 0.0) == pytest.approx(0.2)
    assert queue.service_level("offered", 1e6) == pytest.approx(1.0, abs=1e-9)


def test_transforms_by_quadrature_equal_their_closed_forms() -> None:
    class Bare(Law):
        """A law that does not say what it is."""

        def __init__(self, law: Law) -> None:
            self._law = law
            self._mean = law.mean

        @property
        def mean(self) -> float:
            return self._mean

        @property
        def scv(self) -> float:
            return self._law.scv

        @property
        def kinks(self) -> tuple[float, ...]:
            return self._law.kinks

        def survival(self, x: Any) -> Any:
            return self._law.survival(x)

        def mean_until(self, x: Any) -> Any:
            return self._law.mean_until(x)

        def cdf(self, x: Any) -> Any:
            return 1.0 - self._law.survival(x)

        def mean_by(self, x: Any) -> Any:
            return self._law.mean_until(x) - x * self._law.survival(x)

    s = np.array([0.0, 1e-6, 1e-3, 0.02, 0.5, 20.0])
    for law in (E2, H2, Gamma(shape=0.4, mean=90), Uniform(low=5, high=60), Deterministic(value=9)):
        assert transform(Bare(law), s) == pytest.approx(transform(law, s), abs=1e-14)


# Approximations, named


@pytest.mark.parametrize("agents", [2, 10, 50])
@pytest.mark.parametrize("use", [0.7, 0.9])
@pytest.mark.parametrize("stages", [1, 2, 4])
def test_between_exponential_and_constant_times_gamma_is_close_to_erlang(
    agents: int, use: float, stages: int
) -> None:
    rate = use * agents / HANDLE
    near = mgn(arrival_rate=rate, service=Gamma(shape=stages, mean=HANDLE), agents=agents)
    if agents**stages > 1000:
        return
    exact = mgn(arrival_rate=rate, service=Erlang(k=stages, mean=HANDLE), agents=agents)

    assert near.method == "kimura"
    assert near.mean_wait == pytest.approx(exact.mean_wait, rel=0.041)
    assert near.wait_probability == pytest.approx(exact.wait_probability, abs=0.022)
    for awt in (0.2, 1.0, 3.0):
        wait = awt * exact.mean_wait_delayed
        assert near.service_level("offered", wait) == pytest.approx(
            exact.service_level("offered", wait), abs=0.025
        )


def test_patience_of_months_is_nearly_endless() -> None:
    endless = mgn(arrival_rate=0.3, service=Erlang(k=2, mean=60), agents=20)
    queue = mgn(arrival_rate=0.3, service=Erlang(k=2, mean=60), agents=20, patience=1e7)

    assert queue.method == "exact"
    assert queue.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4)
    assert queue.abandonment == pytest.approx(queue.mean_wait / 1e7, rel=1e-9)


def test_patience_of_months_in_overload_is_a_flow() -> None:
    queue = mgn(arrival_rate=1.7, service=Erlang(k=2, mean=60), agents=100, patience=1e7)

    assert queue.method == SPREAD
    assert queue.abandonment == pytest.approx(1 - 100 / 102, rel=1e-6)


@pytest.mark.parametrize("room", [3, math.inf])
@pytest.mark.parametrize("patience", [100.0, math.inf])
def test_phases_know_those_who_leave_at_once(patience: float, room: float) -> None:
    given = {"arrival_rate": 0.11, "agents": 10, "lines": 10 + room, "balking": 0.3}
    one_phase = PhaseType(start=(1.0,), generator=((-0.01,),))
    queue = mgn(**given, service=one_phase, patience=patience)
    exact = mgn(**given, service=100.0, patience=patience)

    assert queue.method == "exact"
    same(queue, exact, rel=1e-9)


@pytest.mark.parametrize("law", [E2, Deterministic(value=HANDLE), Lognormal(mean=HANDLE, scv=2)])
def test_where_nobody_would_wait_only_the_mean_matters(law: Law) -> None:
    queue = mgn(arrival_rate=0.11, service=law, agents=10, balking=1.0)

    assert queue.abandonment == pytest.approx(erlang_b(10, 11.0), rel=1e-9)
    assert queue.mean_wait == 0.0


def test_arrays_give_what_single_queues_give() -> None:
    rates, patience = np.array([0.09, 0.11, 0.0]), np.array([math.inf, 60.0, 60.0])
    queues = mgn(arrival_rate=rates, service=E2, agents=10, patience=patience)

    assert queues.method == "exact"
    for i in range(3):
        queue = mgn(arrival_rate=rates[i], service=E2, agents=10, patience=patience[i])
        assert queues.mean_wait[i] == queue.mean_wait
        level = queues.service_level("offered", 20)[i]
        assert level == queue.service_level("offered", 20)


# Edges and bad input

ANY_LAW: list[Law] = [E2, Deterministic(value=HANDLE), Lognormal(mean=HANDLE, scv=2)]


@pytest.mark.parametrize("law", ANY_LAW, ids=str)
def test_queues_to_which_the_law_does_not_matter(law: Law) -> None:
    nobody = mgn(arrival_rate=0.0, service=law, agents=3)
    assert (nobody.mean_wait, nobody.service_level("offered", 0)) == (0.0, 1.0)

    alone = mgn(arrival_rate=0.1, service=law, agents=0, patience=60)
    assert (alone.abandonment, alone.mean_wait) == (1.0, 60.0)

    for agents, rate in ((3, 0.05), (3, 0.03)):
        flooded = mgn(arrival_rate=rate, service=law, agents=agents)
        assert (flooded.wait_probability, flooded.occupancy) == (1.0, 1.0)
        assert flooded.mean_wait == flooded.wait_percentile(0.5) == math.inf
        assert flooded.service_level("offered", 1e6) == 0.0

    lines = mgn(arrival_rate=0.04, service=law, agents=5, lines=5)
    assert lines.blocking == pytest.approx(erlang_b(5, 4.0), rel=1e-12)
    assert lines.method == "exact"


def test_a_queue_saturated_but_for_rounding_has_no_steady_state() -> None:
    law = Erlang(k=2, mean=80.5)

    queue = mgn(arrival_rate=3 / 80.5 * (1 - 1e-14), service=law, agents=3)

    assert (queue.agents, queue.mean_wait) == (3, math.inf)


def test_a_number_is_the_mean_of_an_exponential_law() -> None:
    queue = mgn(arrival_rate=0.1, service=60.0, agents=8, patience=90)

    same(queue, erlang_a(arrival_rate=0.1, aht=60, agents=8, patience=90), rel=1e-12)
    same(
        mgn(arrival_rate=0.1, service=Exponential(mean=60), agents=8),
        erlang_c(arrival_rate=0.1, aht=60, agents=8),
        rel=1e-12,
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": -0.1}, "arrival_rate must be at least 0 and finite, got -0.1"),
        ({"agents": -1}, "agents must be at least 0 and finite, got -1.0"),
        ({"patience": 0.0}, "patience must be above 0, got 0.0"),
        ({"lines": 2}, "lines must be at least as many as agents, got 2.0"),
        ({"service": -5.0}, "mean must be above 0 and finite, got -5.0"),
    ],
)
def test_a_wrong_value_is_named_with_its_bound(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"arrival_rate": 0.02, "service": E2, "agents": 3}

    with pytest.raises(InvalidInput) as caught:
        mgn(**{**right, **wrong})

    assert str(caught.value) == message


def test_where_phases_are_too_many_the_approximation_is_named() -> None:
    law = Erlang(k=3, mean=100)

    assert mgn(arrival_rate=0.9, service=law, agents=100).method == "kimura"
    assert mgn(arrival_rate=0.9, service=law, agents=100, patience=100).method == SPREAD
