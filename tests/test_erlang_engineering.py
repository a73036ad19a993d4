"""Without an exact way, queues are right where they must be, and close to simulation elsewhere."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases_laws import law_of
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_general import NAMES, exponential, simulated

from sim._erlang.engineering import SPREAD, irregularity, spread_measures
from sim._erlang.patience import patient_law
from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
    erlang_a,
    erlang_b,
    erlang_c,
    ggn,
    mgn,
)
from sim.errors import InvalidInput

SERVICES: list[Law] = [
    Deterministic(value=60),
    Erlang(k=2, mean=60),
    Gamma(shape=0.5, mean=60),
    Lognormal(mean=60, scv=4),
    Hyperexponential.balanced(mean=60, scv=9),
]
services = st.sampled_from(SERVICES)
patiences: st.SearchStrategy[Law | float] = st.sampled_from(
    [60.0, Uniform(low=0, high=90), Lognormal(mean=60, scv=2), Deterministic(value=45)]
)


# Means by `naive_general.py` (ten seeds of 2,000,000 contacts, standard errors within 1 %), in its
# order: chance of a wait, abandonment, mean wait, service level in 20 s.
SIMULATED: list[tuple[float, Law, Law | float, int, list[float]]] = [
    (0.33, Deterministic(value=60), 60.0, 20, [0.53737, 0.072372, 4.3428, 0.90426]),
    (
        1 / 0.6,
        Deterministic(value=60),
        Lognormal(mean=90, scv=2),
        100,
        [0.70095, 0.021784, 4.3704, 0.97705],
    ),
    (
        1 / 5.5,
        Lognormal(mean=60, scv=4),
        Uniform(low=0, high=120),
        12,
        [0.44541, 0.072027, 7.4302, 0.80759],
    ),
    (
        1 / 1.1,
        Lognormal(mean=60, scv=1.5),
        Gamma(shape=2, mean=60),
        50,
        [0.87649, 0.09428, 12.775, 0.6988],
    ),
    (
        1 / 2.2,
        Gamma(shape=2, mean=60),
        Deterministic(value=45),
        30,
        [0.48378, 0.0034056, 6.8147, 0.87102],
    ),
]


@pytest.mark.parametrize(("rate", "service", "patience", "agents", "simulated"), SIMULATED)
def test_it_is_within_its_stated_error_of_simulation(
    rate: float, service: Law, patience: Law | float, agents: int, simulated: list[float]
) -> None:
    queue = mgn(arrival_rate=rate, service=service, agents=agents, patience=patience)
    chance, left, waited, level = simulated

    assert queue.method == SPREAD
    assert queue.wait_probability == pytest.approx(chance, rel=0.07)
    assert queue.abandonment == pytest.approx(left, rel=0.08 if left < 0.01 else 0.04)
    assert queue.mean_wait == pytest.approx(waited, rel=0.04)
    assert queue.service_level("offered", 20) == pytest.approx(level, abs=0.015)


def test_the_simulation_behind_these_numbers_agrees_with_erlang_a() -> None:
    runs = [
        simulated(exponential(3.0), exponential(60), exponential(60), 20, 20.0, 60_000, seed)
        for seed in range(6)
    ]
    means = np.mean(runs, axis=0)
    error = np.std(runs, axis=0, ddof=1) / np.sqrt(6)
    queue = erlang_a(arrival_rate=1 / 3, aht=60, agents=20, patience=60)
    exact = [getattr(queue, name) for name in NAMES[:3]] + [queue.service_level("offered", 20)]

    assert np.all(np.abs(means - exact) < 5 * error)


@pytest.mark.parametrize(
    ("gaps", "service", "patience", "agents", "simulated"),
    [
        (
            Lognormal(mean=1.2, scv=4),
            Lognormal(mean=60, scv=1.5),
            60.0,
            50,
            [0.57968, 0.084755, 5.089, 0.87762],
        ),
        (
            Gamma(shape=4, mean=2.9),
            Lognormal(mean=60, scv=2),
            Lognormal(mean=90, scv=1),
            20,
            [0.73916, 0.069237, 13.037, 0.68511],
        ),
    ],
)
def test_arrivals_that_are_not_random_are_within_their_stated_error(
    gaps: Law, service: Law, patience: Law | float, agents: int, simulated: list[float]
) -> None:
    queue = ggn(interarrival=gaps, service=service, agents=agents, patience=patience)
    chance, left, waited, level = simulated

    assert queue.wait_probability == pytest.approx(chance, rel=0.14)
    assert queue.abandonment == pytest.approx(left, rel=0.05)
    assert queue.mean_wait == pytest.approx(waited, rel=0.05)
    assert queue.service_level("offered", 20) == pytest.approx(level, abs=0.02)


@pytest.mark.slow
def test_cases_of_others_are_within_two_percent(shared: Path) -> None:
    cases: list[dict[str, Any]] = json.loads(
        (shared / "cases" / "closed_forms_open.json").read_text(encoding="utf-8")
    )
    seen = 0
    for case in cases:
        given = case["inputs"]
        if case["model"] != "gg_n_gi" or "interarrival" in given:
            continue
        seen += 1
        queue = mgn(
            arrival_rate=given["arrival_rate"],
            service=law_of(given["service"]),
            agents=given["n_agents"],
            patience=law_of(given.get("patience", given.get("mean_patience"))),
        )
        expected = case["expected"]
        for name, value, error in (
            ("p_wait", queue.wait_probability, 0.05),
            ("p_abandon", queue.abandonment, 0.02),
            ("mean_wait", queue.mean_wait, 0.02),
            ("sl_offered", queue.service_level("offered", given["awt"]), 0.02),
        ):
            assert value == pytest.approx(expected[name], rel=error), (case["id"], name)
    assert seen >= 4


# Exact phases against what the approximation would say of them.
@pytest.mark.parametrize("law", [Erlang(k=3, mean=60), Hyperexponential.balanced(mean=60, scv=4)])
@pytest.mark.parametrize("use", [0.8, 1.2])
@pytest.mark.parametrize(("agents", "room"), [(5, 3), (10, 10), (20, 5)])
def test_few_places_to_wait_are_within_their_stated_error(
    law: Law, use: float, agents: int, room: int
) -> None:
    rate = use * agents / 60
    exact = mgn(arrival_rate=rate, service=law, agents=agents, lines=agents + room)
    rates, aht, team, lines = (np.asarray(x) for x in (rate, 60.0, agents, agents + room))
    near = spread_measures(
        (rates, aht, team, lines),
        patient_law(math.inf),
        np.zeros(()),
        lambda leaving: 0.5 * (1.0 + irregularity(law, leaving)),
    )
    errors = (0.25, 0.6) if law.scv > 1 else (0.15, 0.15)

    assert exact.method == "exact"
    assert near.mean_wait == pytest.approx(exact.mean_wait, rel=errors[0])
    assert near.blocking == pytest.approx(exact.blocking, rel=errors[1])


@given(st.integers(1, 300), st.floats(0.1, 2.0), patiences, st.sampled_from([3.0, math.inf]))
def test_exponential_handle_times_are_exact(
    agents: int, ratio: float, patience: Law | float, room: float
) -> None:
    rate = ratio * agents / 60
    queue = mgn(
        arrival_rate=rate,
        service=Exponential(mean=60),
        agents=agents,
        patience=patience,
        lines=agents + room,
    )
    # A gamma law of shape one is the same law, and takes the long way.
    same = mgn(
        arrival_rate=rate,
        service=Gamma(shape=1, mean=60),
        agents=agents,
        patience=patience,
        lines=agents + room,
    )
    if not isinstance(patience, Law):
        exact = erlang_a(
            arrival_rate=rate, aht=60, agents=agents, patience=patience, lines=agents + room
        )
        assert queue.mean_wait == pytest.approx(exact.mean_wait, rel=1e-7, abs=1e-25)
        assert queue.abandonment == pytest.approx(exact.abandonment, rel=1e-7, abs=1e-25)
    assert same.mean_wait == pytest.approx(queue.mean_wait, rel=1e-7, abs=1e-25)


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_parts_of_an_agent_scale_erlang_c(service: Law) -> None:
    queue = mgn(arrival_rate=0.3, service=service, agents=20.5)
    plain = erlang_c(arrival_rate=0.3, aht=60, agents=20.5)

    assert queue.wait_probability == pytest.approx(plain.wait_probability, rel=1e-9)
    assert queue.mean_wait == pytest.approx(plain.mean_wait * (1 + service.scv) / 2, rel=1e-9)
    assert queue.method.startswith(SPREAD)


def test_a_full_house_without_end_of_patience_is_erlang_b_with_a_queue() -> None:
    queue = mgn(arrival_rate=0.1, service=Gamma(shape=1, mean=60), agents=5, lines=8)
    exact = erlang_a(arrival_rate=0.1, aht=60, agents=5, patience=math.inf, lines=8)

    assert queue.blocking == pytest.approx(exact.blocking, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.floats(0.05, 3.0), services, patiences)
def test_work_is_conserved(agents: int, ratio: float, service: Law, patience: Law | float) -> None:
    rate = ratio * agents / 60
    queue = mgn(arrival_rate=rate, service=service, agents=agents, patience=patience)

    assert queue.occupancy * agents == pytest.approx(
        rate * 60 * (1 - queue.abandonment), rel=1e-8, abs=1e-290
    )
    assert queue.occupancy <= 1.0
    assert queue.mean_queue == pytest.approx(rate * queue.mean_wait, rel=1e-9, abs=1e-290)


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_without_places_to_wait_only_the_mean_matters(service: Law) -> None:
    queue = mgn(arrival_rate=0.2, service=service, agents=10, patience=60, lines=10)

    assert queue.blocking == pytest.approx(erlang_b(10, 12.0), rel=1e-12)


def test_regular_work_makes_shorter_waits_than_irregular() -> None:
    waits = [
        mgn(arrival_rate=0.2, service=service, agents=12, patience=60).mean_wait
        for service in SERVICES
    ]

    assert waits[0] < waits[1] < waits[2]
    assert waits[1] < waits[3]


def test_edges_and_arrays() -> None:
    table = mgn(
        arrival_rate=np.array([0.0, 0.2, 0.2, 0.9]),
        service=Lognormal(mean=60, scv=1.5),
        agents=np.array([5.0, 0.0, 12.0, 12.0]),
        patience=Lognormal(mean=90, scv=1),
    )
    single = mgn(
        arrival_rate=0.2,
        service=Lognormal(mean=60, scv=1.5),
        agents=12,
        patience=Lognormal(mean=90, scv=1),
    )

    assert table.abandonment[:2].tolist() == [0.0, 1.0]
    assert table.asa[2] == pytest.approx(single.asa, rel=1e-12)
    assert mgn(arrival_rate=0.3, service=SERVICES[3], agents=10).mean_wait == math.inf


def test_a_load_out_of_range_is_named() -> None:
    with pytest.raises(InvalidInput, match="agents must be at least 0"):
        mgn(arrival_rate=0.2, service=SERVICES[0], agents=-1, patience=60)
    with pytest.raises(InvalidInput, match="balking must be at least 0 and at most 1"):
        mgn(arrival_rate=0.2, service=SERVICES[0], agents=1, patience=60, balking=2)
