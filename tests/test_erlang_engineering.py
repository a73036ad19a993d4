"""The approximation of M/G/n+G is exact where it must be, and close to simulation elsewhere."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases_laws import law_of
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
    Uniform,
    erlang_a,
    erlang_b,
    erlang_c,
    mgn_g,
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


@pytest.mark.slow
def test_it_is_within_its_stated_error_of_simulation(shared: Path) -> None:
    cases: list[dict[str, Any]] = json.loads(
        (shared / "cases" / "closed_forms_open.json").read_text(encoding="utf-8")
    )
    seen = 0
    for case in cases:
        given = case["inputs"]
        if case["model"] not in ("gg_n_gi", "mgn_m_exact") or "interarrival" in given:
            continue
        seen += 1
        queue = mgn_g(
            arrival_rate=given["arrival_rate"],
            service=law_of(given["service"]),
            agents=given["n_agents"],
            patience=law_of(given.get("patience", given.get("mean_patience"))),
        )
        expected = case["expected"]
        for name, value, error in (
            ("p_wait", queue.wait_probability, 0.05),
            ("p_abandon", queue.abandonment, 0.01),
            ("mean_wait", queue.mean_wait, 0.01),
            ("mean_wait_served", queue.asa, 0.01),
            ("sl_offered", queue.service_level("offered", given["awt"]), 0.01),
            ("occupancy", queue.occupancy, 0.005),
        ):
            assert value == pytest.approx(expected[name], rel=error), (case["id"], name)
    assert seen >= 8


@given(st.integers(1, 300), st.floats(0.1, 2.0), patiences, st.sampled_from([3.0, math.inf]))
def test_exponential_handle_times_are_exact(
    agents: int, ratio: float, patience: Law | float, room: float
) -> None:
    rate = ratio * agents / 60
    queue = mgn_g(
        arrival_rate=rate,
        service=Exponential(mean=60),
        agents=agents,
        patience=patience,
        lines=agents + room,
    )
    # A gamma law of shape one is the same law, and takes the long way.
    same = mgn_g(
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
@pytest.mark.parametrize("ratio", [0.2, 0.9])
def test_one_agent_has_the_mean_wait_of_pollaczek_and_khinchine(service: Law, ratio: float) -> None:
    queue = mgn_g(arrival_rate=ratio / 60, service=service, agents=1)

    exact = ratio / (1 - ratio) * 60 * (1 + service.scv) / 2
    assert queue.mean_wait == pytest.approx(exact, rel=1e-10)
    assert queue.wait_probability == pytest.approx(ratio, rel=1e-10)


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_endless_patience_scales_erlang_c(service: Law) -> None:
    queue = mgn_g(arrival_rate=0.3, service=service, agents=20)
    plain = erlang_c(arrival_rate=0.3, aht=60, agents=20)

    assert queue.wait_probability == pytest.approx(plain.wait_probability, rel=1e-9)
    assert queue.mean_wait == pytest.approx(plain.mean_wait * (1 + service.scv) / 2, rel=1e-9)
    assert queue.method != "exact"


@given(st.integers(1, 300), st.floats(0.05, 3.0), services, patiences)
def test_work_is_conserved(agents: int, ratio: float, service: Law, patience: Law | float) -> None:
    rate = ratio * agents / 60
    queue = mgn_g(arrival_rate=rate, service=service, agents=agents, patience=patience)

    assert queue.occupancy * agents == pytest.approx(
        rate * 60 * (1 - queue.abandonment), rel=1e-8, abs=1e-290
    )
    assert queue.occupancy <= 1.0
    assert queue.mean_queue == pytest.approx(rate * queue.mean_wait, rel=1e-9, abs=1e-290)


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_without_places_to_wait_only_the_mean_matters(service: Law) -> None:
    queue = mgn_g(arrival_rate=0.2, service=service, agents=10, patience=60, lines=10)

    assert queue.blocking == pytest.approx(erlang_b(10, 12.0), rel=1e-12)


def test_regular_work_makes_shorter_waits_than_irregular() -> None:
    waits = [
        mgn_g(arrival_rate=0.2, service=service, agents=12, patience=60).mean_wait
        for service in SERVICES
    ]

    assert waits[0] < waits[1] < waits[2]
    assert waits[1] < waits[3]


def test_edges_and_arrays() -> None:
    table = mgn_g(
        arrival_rate=np.array([0.0, 0.2, 0.2, 0.9]),
        service=Lognormal(mean=60, scv=1.5),
        agents=np.array([5.0, 0.0, 12.0, 12.0]),
        patience=Lognormal(mean=90, scv=1),
    )
    single = mgn_g(
        arrival_rate=0.2,
        service=Lognormal(mean=60, scv=1.5),
        agents=12,
        patience=Lognormal(mean=90, scv=1),
    )

    assert table.abandonment[:2].tolist() == [0.0, 1.0]
    assert table.asa[2] == pytest.approx(single.asa, rel=1e-12)
    assert mgn_g(arrival_rate=0.3, service=SERVICES[3], agents=10).mean_wait == math.inf


def test_a_load_out_of_range_is_named() -> None:
    with pytest.raises(InvalidInput, match="agents must be at least 0"):
        mgn_g(arrival_rate=0.2, service=SERVICES[0], agents=-1, patience=60)
    with pytest.raises(InvalidInput, match="balking must be at least 0 and at most 1"):
        mgn_g(arrival_rate=0.2, service=SERVICES[0], agents=1, patience=60, balking=2)
