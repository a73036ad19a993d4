"""Queues with renewals, changing rates and batches agree with slow twins and with each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg

from sim._erlang.ahead import waits_by_place
from sim._erlang.engineering import SPREAD
from sim._erlang.renewal import met_by_phases, met_by_renewals, met_by_slow_leavers
from sim._erlang.twins import BY_STATES
from sim.erlang import (
    SERVICE_RULES,
    ArrivalMeasures,
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    QueueMeasures,
    Uniform,
    Weibull,
    batch_arrivals,
    erlang_a,
    erlang_c,
    ggn,
    gmn,
    mgn,
    mmpp,
)
from sim.errors import InvalidInput

Matrix = NDArray[np.float64]

MEASURES = (
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_abandoned",
    "mean_wait_virtual",
    "mean_queue",
    "occupancy",
)
BURSTY = Hyperexponential.balanced(mean=1.25, scv=4)
CALM = Erlang(k=2, mean=1.25)


def same(one: QueueMeasures[float], other: QueueMeasures[float], rel: float) -> None:
    """Two queues agree in every measure and service level."""
    for measure in MEASURES:
        got, wanted = getattr(one, measure), getattr(other, measure)
        assert got == pytest.approx(wanted, rel=rel, abs=1e-13), measure
    for rule in SERVICE_RULES:
        for awt in (0.0, 20.0, 300.0):
            wanted = other.service_level(rule, awt)
            assert one.service_level(rule, awt) == pytest.approx(wanted, rel=rel, abs=1e-12)


def twin(
    quiet: Matrix, batches: list[Matrix], aht: float, agents: int, leave: float, top: int
) -> dict[str, float]:
    """Any Markovian arrivals in batches, /M/n+M, by dense algebra; one contact followed.

    `batches` are the rates between states with 1, 2 ... arrivals at once.
    """
    size = len(quiet)
    chain = np.zeros((top * size, top * size))
    busy = np.minimum(np.arange(top), agents)
    out = busy / aht + (np.arange(top) - busy) * leave
    for level in range(top):
        here = slice(level * size, (level + 1) * size)
        chain[here, here] += quiet - out[level] * np.eye(size)
        if level:
            chain[here, (level - 1) * size : level * size] += out[level] * np.eye(size)
        for more, rates in enumerate(batches, start=1):
            to = min(level + more, top - 1)
            chain[here, to * size : (to + 1) * size] += rates
    balance = chain.T.copy()
    balance[-1] = 1.0
    shares = np.linalg.solve(balance, np.eye(top * size)[-1]).reshape(top, size)
    found = np.zeros(top + len(batches))
    for more, rates in enumerate(batches, start=1):
        flow = shares @ rates.sum(axis=1)
        for place in range(more):
            found[place : place + top] += flow
    found = found[:top] / found.sum()
    line = found[agents:]
    steps = np.zeros((line.size + 2, line.size + 2))  # served, places, lost
    for place in range(1, line.size + 1):
        steps[place, place - 1] = agents / aht + (place - 1) * leave
        steps[place, -1] = leave
        steps[place, place] = -steps[place].sum()
    start = np.concatenate(([0.0], line, [0.0]))
    by = start @ linalg.expm(20.0 * steps)
    inner = -steps[1:-1, 1:-1]
    times = np.linalg.solve(inner.T, line)
    no_wait = found[:agents].sum()
    served = no_wait + times @ steps[1:-1, 0]
    again = np.linalg.solve(inner.T, times)
    return {
        "all_busy": shares[agents:].sum(),
        "wait_probability": line.sum(),
        "abandonment": times.sum() * leave,
        "mean_wait": times.sum(),
        "asa": again @ steps[1:-1, 0] / served,
        "mean_queue": shares.sum(axis=1) @ (np.arange(top) - busy),
        "occupancy": shares.sum(axis=1) @ busy / agents,
        "offered": no_wait + by[0],
        "including_short_abandons": no_wait + by[0] + by[-1],
    }


def agrees(measures: ArrivalMeasures, wanted: dict[str, float]) -> None:
    for name, value in wanted.items():
        if name == "all_busy":
            got = measures.all_busy
        elif name in SERVICE_RULES:
            got = measures.queue.service_level(name, 20.0)
        else:
            got = getattr(measures.queue, name)
        assert got == pytest.approx(value, rel=1e-8, abs=1e-12), name


def renewals(law: Law) -> tuple[Matrix, Matrix]:
    assert law.phases is not None
    start, phases = law.phases
    return phases, np.outer(-phases.sum(axis=1), start)


# Renewals


@pytest.mark.parametrize("law", [CALM, BURSTY], ids=["calm", "bursty"])
@pytest.mark.parametrize(("agents", "patience"), [(12, 40.0), (8, 90.0), (13, math.inf)])
def test_renewals_equal_dense_algebra(law: Law, agents: int, patience: float) -> None:
    quiet, arriving = renewals(law)
    measures = gmn(interarrival=law, aht=12.5, agents=agents, patience=patience)

    agrees(measures, twin(quiet, [arriving], 12.5, agents, 1 / patience, 330))


def test_one_agent_with_erlang_gaps_solves_its_equation() -> None:
    # GI/M/1: P(wait) is the root sigma of A*(mu (1 - sigma)) = sigma, for any time all is busy rho.
    measures = gmn(interarrival=Erlang(k=2, mean=10), aht=8, agents=1)

    sigma = measures.queue.wait_probability
    fall = (1 - sigma) / 8
    assert (0.2 / (0.2 + fall)) ** 2 == pytest.approx(sigma, rel=1e-12)
    assert measures.queue.mean_wait == pytest.approx(sigma / fall, rel=1e-12)
    assert measures.all_busy == pytest.approx(0.8, rel=1e-12)


@pytest.mark.parametrize("patience", [math.inf, 100.0])
@pytest.mark.parametrize("use", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("agents", [1, 10, 120])
def test_renewals_without_memory_are_erlang(agents: int, use: float, patience: float) -> None:
    # A gamma law of shape 1 takes the way of general laws; c (1 - rho) is often whole here.
    law = Gamma(shape=1.0, mean=60 / (use * agents))
    measures = gmn(interarrival=law, aht=60, agents=agents, patience=patience)
    erlang = erlang_a(arrival_rate=1 / law.mean, aht=60, agents=agents, patience=patience)

    same(measures.queue, erlang, rel=1e-9)
    assert measures.all_busy == pytest.approx(erlang.wait_probability, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("agents", [1000, 100_000])
def test_large_teams_keep_their_digits(agents: int) -> None:
    law = Gamma(shape=1.0, mean=60 / (0.995 * agents))
    measures = gmn(interarrival=law, aht=60, agents=agents)
    erlang = erlang_c(arrival_rate=1 / law.mean, aht=60, agents=agents)

    assert measures.queue.asa == pytest.approx(erlang.asa, rel=1e-9)


@pytest.mark.parametrize("law", [CALM, BURSTY, Erlang(k=5, mean=1.25)], ids=str)
@pytest.mark.parametrize(("agents", "patience"), [(50, 120.0), (45, 30.0)])
def test_the_embedded_chain_equals_the_chain_of_levels(
    law: Law, agents: int, patience: float
) -> None:
    embedded = met_by_renewals(law, 1 / 60, agents, 1 / patience)
    levels = met_by_phases(*renewals(law), 1 / 60, agents, 1 / patience)

    assert embedded.all_busy == pytest.approx(levels.all_busy, rel=1e-10)
    shorter = min(embedded.found.size, levels.found.size)
    assert embedded.found[:shorter] == pytest.approx(levels.found[:shorter], abs=1e-12)


@pytest.mark.parametrize(
    "law",
    [
        Deterministic(value=1.25),
        Uniform(low=0.2, high=2.3),
        Gamma(shape=0.5, mean=1.25),
        Lognormal(mean=1.25, scv=0.5),
        Weibull(shape=0.8, scale=1.1),
        Empirical(times=(1.0, 2.0), curve=(0.5, 0.1)),
    ],
    ids=str,
)
def test_endless_patience_is_the_limit_of_long_patience(law: Law) -> None:
    # Two ways that share nothing but the law: the chain embedded at arrivals, and Takacs' sum.
    patience = 1e7
    endless = gmn(interarrival=law, aht=10.0 * law.mean, agents=13)
    long = gmn(interarrival=law, aht=10.0 * law.mean, agents=13, patience=patience)

    for measure in ("wait_probability", "asa", "mean_queue", "occupancy"):
        got, wanted = getattr(long.queue, measure), getattr(endless.queue, measure)
        assert got == pytest.approx(wanted, rel=1e-5), measure
    assert long.all_busy == pytest.approx(endless.all_busy, rel=1e-5)


def test_calm_arrivals_see_less_than_time_does_and_bursts_more() -> None:
    calm = gmn(interarrival=CALM, aht=60, agents=50, patience=120)
    bursty = gmn(interarrival=BURSTY, aht=60, agents=50, patience=120)

    assert calm.queue.wait_probability < calm.all_busy
    assert bursty.queue.wait_probability > bursty.all_busy
    assert bursty.queue.abandonment > calm.queue.abandonment


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 0.97), st.integers(1, 60), st.floats(0.15, 6.0))
def test_renewals_obey_little_and_their_own_tail(use: float, agents: int, scv: float) -> None:
    law = Lognormal(mean=60 / (use * agents), scv=scv)
    queue = gmn(interarrival=law, aht=60, agents=agents).queue

    assert queue.mean_queue == pytest.approx(queue.mean_wait / law.mean, rel=1e-12)
    assert queue.occupancy == pytest.approx(use, rel=1e-12)
    if queue.wait_probability > 1e-200:
        fall = math.exp(-1)
        late = 1 - queue.service_level("offered", queue.mean_wait_delayed)
        assert late == pytest.approx(queue.wait_probability * fall, abs=1e-12)


# Arrivals whose rate changes


def test_a_rate_that_changes_equals_dense_algebra() -> None:
    rates = np.array([0.9, 0.2, 0.0])
    moves = np.array([[0.0, 0.05, 0.01], [0.02, 0.0, 0.03], [0.1, 0.0, 0.0]])
    quiet = moves - np.diag(moves.sum(axis=1) + rates)

    measures = mmpp(
        arrival_rates=rates.tolist(), switching=moves.tolist(), aht=9, agents=5, patience=30
    )

    agrees(measures, twin(quiet, [np.diag(rates)], 9.0, 5, 1 / 30, 200))


def test_a_rate_that_changes_without_patience_equals_dense_algebra() -> None:
    rates = np.array([0.7, 0.2])
    moves = np.array([[0.0, 0.05], [0.02, 0.0]])
    quiet = moves - np.diag(moves.sum(axis=1) + rates)

    measures = mmpp(arrival_rates=[0.7, 0.2], switching=moves.tolist(), aht=9, agents=5)

    agrees(measures, twin(quiet, [np.diag(rates)], 9.0, 5, 0.0, 420))


@pytest.mark.parametrize("patience", [math.inf, 90.0])
def test_a_rate_that_does_not_change_is_poisson(patience: float) -> None:
    erlang = erlang_a(arrival_rate=0.8, aht=60, agents=52, patience=patience)
    alike = mmpp(
        arrival_rates=[0.8, 0.8],
        switching=[[0, 0.1], [0.3, 0]],
        aht=60,
        agents=52,
        patience=patience,
    )
    alone = mmpp(arrival_rates=[0.8], switching=[[0]], aht=60, agents=52, patience=patience)

    same(alike.queue, erlang, rel=1e-9)
    same(alone.queue, erlang, rel=1e-9)


def test_a_rate_that_changes_slowly_is_a_mix_of_two_queues() -> None:
    busy, quiet = (
        erlang_a(arrival_rate=rate, aht=60, agents=10, patience=60) for rate in (0.2, 0.1)
    )
    slow = mmpp(
        arrival_rates=[0.2, 0.1], switching=[[0, 1e-7], [1e-7, 0]], aht=60, agents=10, patience=60
    )

    mixed = (2 * busy.abandonment + quiet.abandonment) / 3
    assert slow.queue.abandonment == pytest.approx(mixed, rel=1e-4)
    assert slow.queue.arrival_rate == pytest.approx(0.15, rel=1e-12)


# Batches


@pytest.mark.parametrize(("agents", "patience"), [(7, 40.0), (3, 60.0), (8, math.inf)])
def test_batches_equal_dense_algebra(agents: int, patience: float) -> None:
    sizes = {1: 0.5, 2: 0.2, 5: 0.3}
    batches = [np.array([[0.2 * sizes.get(size, 0.0)]]) for size in range(1, 6)]

    measures = batch_arrivals(batch_rate=0.2, sizes=sizes, aht=10, agents=agents, patience=patience)

    agrees(measures, twin(np.array([[-0.2]]), batches, 10.0, agents, 1 / patience, 420))


@pytest.mark.parametrize("patience", [math.inf, 100.0])
def test_batches_of_one_are_poisson(patience: float) -> None:
    measures = batch_arrivals(batch_rate=0.8, sizes={1: 1.0}, aht=60, agents=50, patience=patience)

    same(
        measures.queue,
        erlang_a(arrival_rate=0.8, aht=60, agents=50, patience=patience),
        rel=1e-10,
    )


def test_one_agent_and_batches_wait_as_in_the_books() -> None:
    # M^X/M/1: mean wait is rho s / (1 - rho) + s E[X (X - 1)] / (2 E[X] (1 - rho)).
    sizes = {1: 0.25, 3: 0.5, 10: 0.25}
    mean = sum(size * share for size, share in sizes.items())
    pairs = sum(size * (size - 1) * share for size, share in sizes.items())
    use = 0.9

    measures = batch_arrivals(batch_rate=use / (mean * 20), sizes=sizes, aht=20, agents=1)

    wait = 20 * use / (1 - use) + 20 * pairs / (2 * mean * (1 - use))
    assert measures.queue.mean_wait == pytest.approx(wait, rel=1e-10)
    assert measures.all_busy == pytest.approx(use, rel=1e-10)


def test_large_batches_near_saturation_keep_their_digits() -> None:
    use, mean, pairs = 0.999, 50.5, 101 * 201 / 6 - 50.5
    sizes = dict.fromkeys(range(1, 101), 0.01)

    measures = batch_arrivals(batch_rate=use / mean / 100, sizes=sizes, aht=100, agents=1)

    wait = 100 * use / (1 - use) + 100 * pairs / (2 * mean * (1 - use))
    assert measures.queue.mean_wait == pytest.approx(wait, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.floats(0.1, 3.0), st.floats(1.0, 1e4), st.integers(1, 30))
def test_flows_balance_whatever_the_arrivals(
    agents: int, use: float, patience: float, batch: int
) -> None:
    rate = use * agents / 60
    measures = batch_arrivals(
        batch_rate=rate / batch, sizes={batch: 1.0}, aht=60, agents=agents, patience=patience
    )
    queue = measures.queue

    assert queue.abandonment == pytest.approx(queue.mean_wait / patience, rel=1e-9)
    served = rate * (1 - queue.abandonment) * 60
    assert served == pytest.approx(queue.occupancy * agents, rel=1e-9)
    # Work is kept: the time-average of busy agents is what is served.
    assert measures.all_busy <= queue.occupancy + 1e-12
    levels = [queue.service_level("offered", awt) for awt in (0.0, 10.0, 100.0, 1e7)]
    assert levels == sorted(levels)
    assert levels[-1] == pytest.approx(1 - queue.abandonment, rel=1e-9)


# Edges and bad input


@pytest.mark.parametrize(
    "measures",
    [
        gmn(interarrival=Erlang(k=2, mean=10), aht=60, agents=6),
        gmn(interarrival=Deterministic(value=10), aht=60, agents=5),
        mmpp(arrival_rates=[0.2, 0.0], switching=[[0, 1], [1, 0]], aht=60, agents=6),
        batch_arrivals(batch_rate=0.05, sizes={2: 1.0}, aht=60, agents=5),
    ],
)
def test_a_queue_without_steady_state_says_what_is_true(measures: ArrivalMeasures) -> None:
    queue = measures.queue

    assert (queue.wait_probability, queue.occupancy, measures.all_busy) == (1.0, 1.0, 1.0)
    assert queue.mean_wait == queue.mean_queue == queue.wait_percentile(0.5) == math.inf
    assert queue.service_level("offered", 1e6) == 0.0
    assert queue.agents in (5, 6)


def test_without_arrivals_all_is_well_and_without_agents_nobody_is_served() -> None:
    nobody = mmpp(
        arrival_rates=[0.0, 0.0], switching=[[0, 1], [1, 0]], aht=60, agents=2, patience=9
    )
    no_batches = batch_arrivals(batch_rate=0.0, sizes={3: 1.0}, aht=60, agents=2)
    alone = gmn(interarrival=CALM, aht=60, agents=0, patience=30)

    assert (nobody.queue.mean_wait, nobody.all_busy) == (0.0, 0.0)
    assert no_batches.queue.service_level("offered", 0.0) == 1.0
    assert (alone.queue.abandonment, alone.queue.mean_wait, alone.all_busy) == (1.0, 30.0, 1.0)


def test_exponential_gaps_are_erlang_at_once() -> None:
    measures = gmn(interarrival=Exponential(mean=10), aht=60, agents=8, patience=50)

    same(measures.queue, mgn(arrival_rate=0.1, service=60.0, agents=8, patience=50), rel=1e-12)


@pytest.mark.parametrize(
    ("make", "wrong", "message"),
    [
        (gmn, {"aht": 0.0}, "aht must be above 0 and finite, got 0.0"),
        (gmn, {"agents": 1.5}, "agents must be whole, got 1.5"),
        (gmn, {"patience": -1.0}, "patience must be above 0, got -1.0"),
        (mmpp, {"arrival_rates": [-1.0, 0.2]}, "arrival_rates must be at least 0 and finite, got"),
        (mmpp, {"arrival_rates": []}, "arrival_rates must be a list of at least one rate"),
        (mmpp, {"switching": [[0, 1]]}, "switching must have 2 rows and columns"),
        (mmpp, {"switching": [[0, -1], [1, 0]]}, "switching must be at least 0 and finite"),
        (mmpp, {"switching": [[0, 1], [0, 0]]}, "switching must lead from every state"),
        (batch_arrivals, {"sizes": {2: 0.5}}, "sizes must sum to 1, got 0.5"),
        (batch_arrivals, {"sizes": {0: 1.0}}, "sizes must be batches of 1 to 10000 contacts"),
        (batch_arrivals, {"sizes": {1: 1.5, 2: -0.5}}, "sizes must be probabilities, got"),
        (batch_arrivals, {"batch_rate": -1.0}, "batch_rate must be at least 0 and finite"),
    ],
)
def test_a_wrong_value_is_named_with_its_bound(
    make: Any, wrong: dict[str, Any], message: str
) -> None:
    right: dict[Any, dict[str, Any]] = {
        gmn: {"interarrival": CALM},
        mmpp: {"arrival_rates": [0.1, 0.2], "switching": [[0, 1], [1, 0]]},
        batch_arrivals: {"batch_rate": 0.1, "sizes": {1: 1.0}},
    }

    with pytest.raises(InvalidInput) as caught:
        make(**{"aht": 60.0, "agents": 20, **right[make], **wrong})

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("law", [Erlang(k=2, mean=0.61), BURSTY], ids=str)
@pytest.mark.parametrize("patience", [6e3, 6e5])
def test_a_slowly_leaving_line_misses_by_handle_time_over_patience(
    law: Law, patience: float
) -> None:
    agents = math.ceil(1.03 * 60 / law.mean)
    exact = gmn(interarrival=law, aht=60, agents=agents, patience=patience)
    met = met_by_slow_leavers(law, 1 / 60, agents, 1 / patience)
    waits, _ = waits_by_place(
        float(met.found[:agents].sum()), met.found[agents:], agents / 60, 1 / patience
    )

    assert exact.queue.method == "exact"
    error = 10 * 60 / patience
    assert float(waits.waited[0]) == pytest.approx(exact.queue.mean_wait, rel=error)
    assert float(waits.delayed[0]) == pytest.approx(exact.queue.wait_probability, rel=error)
    assert met.all_busy == pytest.approx(exact.all_busy, rel=error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gap", "agents"), [(0.61, 100), (3.335, 20), pytest.param(0.667, 100, marks=pytest.mark.long)]
)
def test_patience_of_months_is_nearly_endless_for_any_law(gap: float, agents: int) -> None:
    law = Lognormal(mean=gap, scv=2)
    queue = gmn(interarrival=law, aht=60, agents=agents, patience=1e7)
    endless = gmn(interarrival=law, aht=60, agents=agents)

    assert queue.queue.mean_wait == pytest.approx(endless.queue.mean_wait, rel=1e-3)
    assert queue.all_busy == pytest.approx(endless.all_busy, rel=1e-3)


def test_patience_of_months_is_nearly_endless_for_states_and_batches() -> None:
    changing: dict[str, Any] = {
        "arrival_rates": [0.1, 0.02],
        "switching": [[0, 1 / 1800], [1 / 3600, 0]],
        "aht": 180,
        "agents": 12,
    }
    sizes: dict[str, Any] = {"batch_rate": 0.2, "sizes": {1: 0.5, 5: 0.5}, "aht": 50, "agents": 35}

    models: list[tuple[Any, dict[str, Any]]] = [(mmpp, changing), (batch_arrivals, sizes)]
    for model, inputs in models:
        queue, endless = model(**inputs, patience=1e7).queue, model(**inputs).queue
        assert queue.method == "exact"
        assert queue.mean_wait == pytest.approx(endless.mean_wait, rel=3e-3)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (gmn, {"interarrival": Lognormal(mean=9.0, scv=2)}),
        (mmpp, {"arrival_rates": [0.2, 0.1], "switching": [[0, 0.01], [0.01, 0]]}),
        (batch_arrivals, {"batch_rate": 0.1, "sizes": {1: 0.5, 3: 0.5}}),
    ],
)
def test_patience_of_months_in_overload_is_a_flow(model: Any, given: dict[str, Any]) -> None:
    queue = model(**given, aht=60, agents=5, patience=1e7).queue

    assert queue.abandonment == pytest.approx(1 - 5 / (60 * queue.arrival_rate), rel=1e-5)
    assert queue.mean_wait == pytest.approx(1e7 * queue.abandonment, rel=1e-3)


@pytest.mark.parametrize("law", [Lognormal(mean=0.3, scv=3), Deterministic(value=0.3)], ids=str)
def test_lines_too_long_for_the_embedded_chain_are_near_by_their_spread(law: Law) -> None:
    # Of 200 agents both ways are open: the exact chain, and what stands in beyond its size.
    exact = gmn(interarrival=law, aht=60, agents=200, patience=60).queue
    near = ggn(interarrival=law, service=Gamma(shape=1, mean=60), agents=200, patience=60)

    assert (exact.method, near.method) == ("exact", SPREAD)
    assert near.wait_probability == pytest.approx(exact.wait_probability, rel=0.08)
    assert near.abandonment == pytest.approx(exact.abandonment, rel=0.05)
    assert near.mean_wait == pytest.approx(exact.mean_wait, rel=0.05)
    large = gmn(interarrival=Lognormal(mean=0.01, scv=2), aht=60, agents=5990, patience=60)
    assert large.queue.method == SPREAD


STATES: dict[str, Any] = {"arrival_rates": [1 / 15, 1 / 60], "aht": 180, "agents": 9}


def switching(first: float, second: float) -> list[list[float]]:
    """Rates between two states that last so long [s]."""
    return [[0, 1 / first], [1 / second, 0]]


@pytest.mark.parametrize("spell", [1.0, 60.0, 600.0, 1e4, 1e7])
@pytest.mark.parametrize("agents", [5, 9, 20])
def test_changing_rates_with_a_law_of_patience_keep_what_the_exponential_one_gives(
    spell: float, agents: int
) -> None:
    given = {**STATES, "agents": agents, "switching": switching(4 * spell, spell)}
    exact = mmpp(**given, patience=90).queue
    near = mmpp(**given, patience=Gamma(shape=1, mean=90)).queue

    assert near.wait_probability == pytest.approx(exact.wait_probability, abs=0.005)
    assert near.abandonment == pytest.approx(exact.abandonment, abs=0.02)
    assert near.service_level("offered", 20) == pytest.approx(
        exact.service_level("offered", 20), abs=0.025
    )


@pytest.mark.parametrize(
    ("law", "simulated"),
    [
        (Erlang(k=2, mean=100), (0.7406, 0.2476, 35.42, 0.370)),
        (Deterministic(value=100), (0.8202, 0.2292, 59.32, 0.243)),
    ],
    ids=str,
)
def test_slow_states_with_a_law_of_patience_are_near_a_simulation(
    law: Law, simulated: tuple[float, ...]
) -> None:
    # States of 40 and 10 minutes, seventy days of them.
    found = mmpp(
        arrival_rates=[0.0667, 0.0167], aht=180, agents=9, switching=switching(2400, 600),
        patience=law,
    ).queue  # fmt: skip
    level = found.service_level("offered", 20)

    assert (found.wait_probability, found.abandonment, level) == pytest.approx(
        (simulated[0], simulated[1], simulated[3]), abs=0.02
    )
    assert found.mean_wait == pytest.approx(simulated[2], rel=0.03)


def test_the_method_says_which_ends_were_mixed() -> None:
    fast, slow = (
        mmpp(**STATES, switching=switching(spell, spell), patience=Gamma(shape=2, mean=90)).queue
        for spell in (1e-3, 1e12)
    )
    assert (fast.method, slow.method) == (SPREAD, BY_STATES)


def test_large_batches_with_a_law_of_patience_are_refused_where_nothing_comes_near() -> None:
    given: dict[str, Any] = {"batch_rate": 0.01, "aht": 180, "agents": 12}
    single = batch_arrivals(**given, sizes={1: 1.0}, patience=Gamma(shape=2, mean=90))
    assert single.queue.method == SPREAD
    with pytest.raises(InvalidInput, match=r"no approximation comes within 0\.08 of wait_prob"):
        batch_arrivals(**given, sizes={10: 1.0}, patience=Gamma(shape=2, mean=90))
