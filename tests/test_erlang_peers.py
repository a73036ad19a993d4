"""What other tools are known to get wrong, closed forms get right."""

from __future__ import annotations

import math

import naive_erlang as naive
import numpy as np
import pytest

from sim.erlang import Target, agents_needed, erlang_a, erlang_b, erlang_c, lines_needed


@pytest.mark.parametrize(
    ("calls", "aht", "patience", "agents", "awt"),
    [
        (4000, 180.0, 600.0, 400, 600.0),
        (1000, 180.0, 600.0, 100, 1200.0),
        (3000, 180.0, 600.0, 300, 600.0),
    ],
)
def test_long_thresholds_do_not_lose_everybody_who_waits(
    calls: int, aht: float, patience: float, agents: int, awt: float
) -> None:
    # exp(-745) is the last number above zero: a tool that starts its sum there says .349 to .492.
    rate = calls / 1800
    queue = erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience)

    exact = naive.Palm(rate, aht, agents, patience).shares(awt)

    assert queue.service_level("offered", awt) == pytest.approx(exact[2], rel=1e-11)
    assert queue.service_level("offered", awt) > 0.95


def test_an_interval_without_calls_is_a_result() -> None:
    queue = erlang_a(arrival_rate=0.0, aht=180.0, agents=3, patience=60.0)

    assert queue.service_level("offered", 20.0) == 1.0
    assert agents_needed(Target(service_level=0.8, awt=20), arrival_rate=0.0, aht=180.0).agents == 0


def test_a_whole_load_at_full_occupancy_is_no_division_by_zero() -> None:
    found = agents_needed(Target(max_occupancy=1.0), arrival_rate=10 / 180, aht=180.0)

    assert found.agents == 10  # always busy, and the queue without end is another promise
    assert (
        agents_needed(
            Target(max_occupancy=1.0, max_asa=1e9), arrival_rate=10 / 180, aht=180.0
        ).agents
        == 11
    )


@pytest.mark.parametrize(("load", "agents"), [(10.0, 8), (100.0, 95), (12.0, 10), (10.0, 10)])
def test_overload_without_abandonment_is_certain_waiting_and_no_more(
    load: float, agents: int
) -> None:
    queue = erlang_c(arrival_rate=load / 180, aht=180.0, agents=agents)

    assert (queue.wait_probability, queue.asa) == (1.0, math.inf)


@pytest.mark.parametrize(
    ("load", "share", "agents"), [(0.6, 0.3, 1), (4.6, 0.01, 5), (9.6, 0.01, 10)]
)
def test_the_search_for_agents_does_not_start_above_the_answer(
    load: float, share: float, agents: int
) -> None:
    target = Target(service_level=share, awt=20)

    assert agents_needed(target, arrival_rate=load / 180, aht=180.0).agents == agents


@pytest.mark.parametrize("patience", [1e5, 1e7])
def test_long_patience_in_overload_is_not_cut_off(patience: float) -> None:
    # A chain that ends at a thousand states says .0827 where eleven erlangs meet ten agents.
    queue = erlang_a(arrival_rate=11 / 180, aht=180.0, agents=10, patience=patience)

    assert queue.abandonment == pytest.approx(1 / 11, rel=1e-9)


@pytest.mark.parametrize("agents", [499, 500, 700, 740, 1000])
def test_no_number_of_agents_is_too_many(agents: int) -> None:
    load = agents - math.sqrt(agents)
    queue = erlang_a(arrival_rate=load / 180, aht=180.0, agents=agents, patience=180.0)

    exact = naive.Palm(load / 180, 180.0, agents, 180.0).shares(20.0)

    assert queue.abandonment == pytest.approx(exact[1], rel=1e-10)
    assert not math.isnan(queue.service_level("virtual", 20.0))


def test_three_hundred_erlangs_on_a_hundred_agents_lose_two_thirds() -> None:
    queue = erlang_a(arrival_rate=300 / 180, aht=180.0, agents=100, patience=600.0)

    assert queue.abandonment == pytest.approx(2 / 3, rel=1e-12)


def test_fifty_agents_by_every_rule() -> None:
    # Garnett, Mandelbaum and Reiman (2002); a heuristic elsewhere gives .853 for .943.
    queue = erlang_a(arrival_rate=0.8, aht=60.0, agents=50, patience=120.0)

    assert queue.service_level("offered", 20.0) == pytest.approx(0.943, abs=5e-4)
    assert queue.service_level("virtual", 20.0) == pytest.approx(0.968, abs=5e-4)
    assert queue.service_level("including_short_abandons", 20.0) == pytest.approx(0.973, abs=5e-4)


def test_the_load_of_an_interval_is_not_rounded_up_twice() -> None:
    quiet = np.full(10, 0.05 / 300)

    found = agents_needed(Target(service_level=0.8, awt=20), arrival_rate=quiet, aht=300.0)

    assert found.agents.tolist() == [1] * 10


def test_a_printed_example_that_is_wrong_is_not_repeated() -> None:
    # A docstring elsewhere has .0346 for 123 erlangs on 132 lines.
    assert erlang_b(132, 123.0) == pytest.approx(0.0312428, abs=5e-8)


def test_a_hundred_lines_too_many_do_no_harm_to_the_count() -> None:
    assert lines_needed(1e-9, max_blocking=1e-12) == 2
    assert lines_needed(1e6, max_blocking=0.5) == pytest.approx(500_000, abs=5)
