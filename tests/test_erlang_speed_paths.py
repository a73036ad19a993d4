"""The quick ways to a number agree with the slow ones, wherever one ends and the next begins."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim._erlang.open import partials_impatient, totals_impatient
from sim._erlang.patience import measure_patience
from sim._erlang.queue import Queue
from sim._erlang.wait import wait_fates, wait_totals
from sim.erlang import (
    SERVICE_RULES,
    Exponential,
    QueueMeasures,
    Target,
    agents_needed,
    erlang_a,
    erlang_b,
    erlang_c,
    queue_lines_needed,
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
    "mean_queue",
    "occupancy",
)


def everything(queue: QueueMeasures[Any], awt: float) -> list[Any]:
    values = [getattr(queue, name) for name in MEASURES]
    values += [queue.service_level(rule, awt) for rule in SERVICE_RULES]
    return [*values, queue.short_abandons(awt)]


def test_the_closed_forms_load_without_the_compiler(root: Path) -> None:
    code = "import sys, sim.erlang; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"


# Counting and integrating


@pytest.mark.kernel
@pytest.mark.parametrize("awt", [0.0, 5.0, 60.0, 1200.0])
@pytest.mark.parametrize(
    ("agents", "ratio", "patience"),
    [
        (10, 1.0, 60.0),
        (10.5, 1.2, 60.0),
        (10.5, 0.3, 60.0),
        (400, 0.2, 60.0),
        (300, 0.98, 1e4),
        (300, 1.1, 3000.0),
        (2000, 1.0, 300.0),
        (5000, 1.2, 500.0),
        (100_000, 1.0, 600.0),
    ],
)
def test_states_counted_equal_the_density_integrated(
    agents: float, ratio: float, patience: float, awt: float
) -> None:
    counted = erlang_a(
        arrival_rate=ratio * agents / 300, aht=300.0, agents=agents, patience=patience
    )
    row = (ratio * agents / 300, 300.0, float(agents), patience, math.inf)
    queue = Queue(*(np.array([value]) for value in row))

    totals, scale = totals_impatient(queue)
    partials = partials_impatient(queue, scale, np.array([awt]))

    assert counted.wait_probability == pytest.approx(totals.delayed[0], rel=1e-11)
    assert counted.abandonment == pytest.approx(totals.abandoned[0], rel=1e-11)
    assert counted.mean_wait_virtual == pytest.approx(totals.waited_virtual[0], rel=1e-11)
    assert counted.asa == pytest.approx(totals.waited_served[0] / totals.served[0], rel=1e-10)
    level = totals.no_wait[0] + partials.served[0]
    assert counted.service_level("offered", awt) == pytest.approx(level, rel=1e-11)


@pytest.mark.parametrize("balking", [0.0, 0.25, 0.9])
@pytest.mark.parametrize(
    ("agents", "ratio", "patience", "awt"),
    [(50_000, 1.0, 3e5, 100.0), (1_000_000, 1.3, 600.0, 20.0), (9, 1.0, 1e9, 3600.0)],
)
def test_lines_too_long_to_count_equal_the_law_of_patience(
    agents: int, ratio: float, patience: float, awt: float, balking: float
) -> None:
    rate = ratio * agents / 300.0
    queue = erlang_a(
        arrival_rate=rate, aht=300.0, agents=agents, patience=patience, balking=balking
    )
    columns = (np.array([rate]), np.array([300.0]), np.array([float(agents)]))

    law = measure_patience(
        *columns, Exponential(mean=patience), np.array([balking]), np.array([math.inf])
    )

    assert everything(queue, awt) == pytest.approx(
        np.ravel(everything(law, awt)).tolist(), rel=1e-9, abs=1e-13
    )


@settings(max_examples=40)
@given(
    st.integers(1, 80),
    st.floats(0.05, 3.0),
    st.floats(1.0, 3000.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 600.0),
    st.one_of(st.just(math.inf), st.integers(0, 60)),
)
def test_balking_is_a_patience_of_nothing_for_some(
    agents: int, ratio: float, patience: float, balking: float, awt: float, places: float
) -> None:
    rate = ratio * agents / 200.0
    queue = erlang_a(
        arrival_rate=rate,
        aht=200.0,
        agents=agents,
        patience=patience,
        balking=balking,
        lines=agents + places,
    )
    columns = (np.array([rate]), np.array([200.0]), np.array([float(agents)]))

    law = measure_patience(
        *columns, Exponential(mean=patience), np.array([balking]), np.array([agents + places])
    )

    assert everything(queue, awt) == pytest.approx(
        np.ravel(everything(law, awt)).tolist(), rel=1e-8, abs=1e-12
    )


def test_long_and_short_lines_mix_in_one_array() -> None:
    agents = np.array([5.0, 80_000.0, 0.0, 40.0])
    rates = np.array([0.02, 270.0, 0.1, 0.0])

    table = erlang_a(arrival_rate=rates, aht=300.0, agents=agents, patience=1e5)

    for at in range(4):
        one = erlang_a(
            arrival_rate=float(rates[at]), aht=300.0, agents=float(agents[at]), patience=1e5
        )
        assert everything(one, 20.0) == [value[at] for value in everything(table, 20.0)]


@pytest.mark.kernel
def test_a_room_of_a_thousand_lines_is_counted_to_its_end() -> None:
    full = erlang_a(arrival_rate=4.0, aht=300.0, agents=500, patience=5000.0, lines=1500)
    endless = erlang_a(arrival_rate=4.0, aht=300.0, agents=500, patience=5000.0)

    assert full.mean_queue == pytest.approx(full.load * 0 + 1000.0, rel=0.01)
    assert full.blocking == pytest.approx(1 - (500 / 300 + 1000 / 5000) / 4.0, rel=0.01)
    assert full.service_level("offered", 20.0) < 1e-10 < endless.mean_queue


@pytest.mark.kernel
@pytest.mark.parametrize("awt", [10.0, 1e5, 1e7])
def test_a_threshold_that_underflows_is_lifted(awt: float) -> None:
    # A thousand agents finish 3e5 * awt / 180 contacts by then: exp of minus that is nothing.
    queue = erlang_a(arrival_rate=20.0, aht=180.0, agents=1000, patience=1e6, lines=3000)

    virtual = queue.service_level("virtual", awt)

    assert virtual == (pytest.approx(1.0) if awt > 1000 else pytest.approx(0.0, abs=1e-12))
    median = queue.virtual_wait_percentile(0.5)
    assert queue.service_level("virtual", median) == pytest.approx(0.5, rel=1e-9)


# Balking


@pytest.mark.kernel
@given(st.integers(1, 60), st.floats(0.01, 3.0), st.floats(0.0, 1.0))
def test_whoever_finds_nobody_free_balks_or_waits(
    agents: int, ratio: float, balking: float
) -> None:
    queue = erlang_a(
        arrival_rate=ratio * agents / 60, aht=60.0, agents=agents, patience=90.0, balking=balking
    )

    assert queue.abandonment >= balking * queue.wait_probability * (1 - 1e-12)
    assert queue.short_abandons(0.0) == pytest.approx(balking * queue.wait_probability)
    served = queue.load * (1 - queue.abandonment)
    assert queue.occupancy * agents == pytest.approx(served, rel=1e-9)
    left_waiting = queue.abandonment - balking * queue.wait_probability
    assert left_waiting * 90.0 == pytest.approx(queue.mean_wait, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize("patience", [5.0, math.inf])
def test_when_everybody_balks_it_is_a_loss_system(patience: float) -> None:
    queue = erlang_a(arrival_rate=0.2, aht=60.0, agents=11, patience=patience, balking=1.0)

    assert queue.abandonment == pytest.approx(erlang_b(11, 12.0))
    assert (queue.mean_wait, queue.mean_queue) == (0.0, 0.0)


@pytest.mark.kernel
@pytest.mark.parametrize("lines", [0, 4, math.inf])
@pytest.mark.parametrize("patience", [30.0, math.inf])
@pytest.mark.parametrize("balking", [0.0, 0.4, 1.0])
def test_without_agents_balking_is_all_that_helps(
    patience: float, balking: float, lines: float
) -> None:
    queue = erlang_a(
        arrival_rate=0.2, aht=60.0, agents=0, patience=patience, balking=balking, lines=lines
    )

    values = everything(queue, 10.0)
    assert not any(math.isnan(value) for value in values)
    assert queue.abandonment == (1.0 if patience < math.inf else balking)
    if 0 < lines < math.inf and patience < math.inf:
        assert queue.blocking == pytest.approx(erlang_b(lines, 0.2 * (1 - balking) * 30.0))


def test_balking_may_make_an_endless_queue_steady() -> None:
    load = {"arrival_rate": 0.2, "aht": 60.0, "agents": 10, "patience": math.inf}

    assert erlang_a(**load).asa == math.inf
    steady = erlang_a(**load, balking=0.5)
    twin = erlang_a(**{**load, "patience": 1e12}, balking=0.5)
    assert everything(steady, 20.0)[:5] == pytest.approx(everything(twin, 20.0)[:5], rel=1e-6)
    assert steady.service_level("offered", 20.0) == pytest.approx(
        twin.service_level("offered", 20.0), rel=1e-6
    )


@pytest.mark.parametrize("wrong", [-0.1, 1.5, math.nan])
def test_a_share_of_balking_has_its_bounds(wrong: float) -> None:
    with pytest.raises(InvalidInput, match="balking must be at least 0 and at most 1"):
        erlang_a(arrival_rate=0.1, aht=60.0, agents=3, patience=60.0, balking=wrong)


# The search


TARGETS = [
    Target(service_level=0.8, awt=20),
    Target(service_level=0.95, awt=0, rule="virtual"),
    Target(service_level=0.9, awt=30, rule="answered"),
    Target(service_level=0.6, awt=90, rule="excluding_short_abandons"),
    Target(service_level=0.99, awt=5, rule="including_short_abandons"),
    Target(max_abandonment=0.05),
    Target(max_wait_probability=0.3, max_occupancy=0.9),
    Target(max_occupancy=0.75),
    Target(max_asa=10.0, max_mean_queue=2.0),
    Target(max_mean_wait=3.0),
    Target(max_blocking=0.01),
    Target(max_wait_percentile=60.0, percentile=0.9),
    Target(max_wait_percentile=0.0),
]


@pytest.mark.kernel
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target)[7:60])
@pytest.mark.parametrize(
    ("patience", "places", "balking"),
    [(math.inf, math.inf, 0.0), (120.0, math.inf, 0.0), (45.0, 90, 0.0), (300.0, math.inf, 0.2)],
)
def test_the_compiled_search_finds_what_trying_every_team_finds(
    target: Target, patience: float, places: float, balking: float
) -> None:
    loads = np.array([0.01, 0.9, 4.0, 17.3, 40.0])
    found = agents_needed(
        target,
        arrival_rate=loads / 180,
        aht=180.0,
        patience=patience,
        lines=places,
        balking=balking,
    )

    for load, agents, met in zip(loads, found.agents, found.met, strict=True):
        teams = np.arange(0.0, min(places, 130) + 1)
        tried = erlang_a(
            arrival_rate=load / 180,
            aht=180.0,
            agents=teams,
            patience=patience,
            lines=places,
            balking=balking,
        )
        enough = target._met(tried)
        assert met == enough.any()
        if met:
            assert agents == np.argmax(enough)
            assert enough[agents:].all()


@pytest.mark.parametrize("load", [3.0, 60.0])
def test_a_law_of_patience_that_is_exponential_needs_the_same_agents(load: float) -> None:
    rates = np.array([0.0, load / 180, 2 * load / 180])
    target = Target(service_level=0.85, awt=15, max_occupancy=0.95)

    law = agents_needed(target, arrival_rate=rates, aht=180.0, patience=Exponential(mean=100.0))
    mean = agents_needed(target, arrival_rate=rates, aht=180.0, patience=100.0)

    assert law.agents.tolist() == mean.agents.tolist()
    assert law.measures.asa == pytest.approx(mean.measures.asa, rel=1e-8)


def test_a_team_of_a_hundred_thousand_is_found_by_measuring() -> None:
    found = agents_needed(
        Target(max_wait_probability=0.4), arrival_rate=1000.0, aht=300.0, patience=1e6
    )
    fewer = erlang_a(arrival_rate=1000.0, aht=300.0, agents=found.agents - 1, patience=1e6)

    assert found.measures.wait_probability <= 0.4 < fewer.wait_probability


def test_a_promise_of_occupancy_is_not_kept_by_nobody() -> None:
    quiet = agents_needed(Target(max_occupancy=0.9), arrival_rate=0.05 / 180, aht=180.0)

    assert quiet.agents == 1


@pytest.mark.kernel
@given(
    st.floats(0.1, 120.0),
    st.integers(1, 60),
    st.floats(1.0, 1e5),
    st.floats(0.0, 0.8),
    st.floats(1e-4, 0.5),
)
def test_one_line_fewer_turns_too_many_away(
    load: float, agents: int, patience: float, balking: float, share: float
) -> None:
    common = {
        "arrival_rate": load / 90,
        "aht": 90.0,
        "agents": agents,
        "patience": patience,
        "balking": balking,
    }
    lines = queue_lines_needed(max_blocking=share, **common)

    assert erlang_a(**common, lines=lines).blocking <= share * (1 + 1e-12)
    if lines > agents:
        assert erlang_a(**common, lines=lines - 1).blocking > share


def test_lines_for_a_queue_that_cannot_be_had() -> None:
    common = {"max_blocking": 0.05, "aht": 100.0}

    assert queue_lines_needed(arrival_rate=0.2, agents=10, **common) == math.inf
    assert queue_lines_needed(arrival_rate=0.104, agents=10, **common) < 100
    assert queue_lines_needed(arrival_rate=0.0, agents=10, **common) == 10
    assert queue_lines_needed(arrival_rate=0.2, agents=0, **common) == math.inf
    in_vain = queue_lines_needed(arrival_rate=0.2, agents=0, patience=50.0, **common)
    assert erlang_b(in_vain, 10.0) <= 0.05 < erlang_b(in_vain - 1, 10.0)
    with pytest.raises(InvalidInput, match="agents must be whole when lines are limited"):
        queue_lines_needed(arrival_rate=0.2, agents=2.5, **common)
    with pytest.raises(InvalidInput, match="max_blocking must be above 0"):
        queue_lines_needed(arrival_rate=0.2, agents=2, aht=100.0, max_blocking=0.0)


def test_fates_and_totals_are_asked_in_flat_arrays() -> None:
    row = (0.1, 100.0, 9.0, 60.0, 20.0, 0.1)
    queue = Queue(*(np.full(3, value) for value in row))

    totals, known = wait_totals(queue)
    fates = wait_fates(queue, known, np.array([0.0, 10.0, 1e6]))

    assert totals.accepted == pytest.approx(1 - totals.blocking)
    assert np.all(np.diff(fates.later) < 0)
    assert fates.answered[2] == pytest.approx(totals.served[2])
    assert fates.abandoned[2] == pytest.approx(totals.abandoned[2])


def test_an_unstable_queue_keeps_no_promise_of_occupancy_below_its_load() -> None:
    busy = erlang_c(arrival_rate=0.1, aht=100.0, agents=np.array([9.0, 10.0, 11.0]))

    assert Target(max_occupancy=1.0)._met(busy).tolist() == [False, True, True]
