"""One long run: batches long enough, a beginning put aside, intervals that hold what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from desks import desk, line, only, team
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import erlang
from sim.errors import InvalidInput
from sim.experiment import Case, batch_means, steady_state
from sim.stats import t_quantile

Floats = NDArray[np.float64]


def autoregressive(seed: int, size: int, memory: float, *, start: float = 0.0) -> Floats:
    """A series around 10 whose neighbours depend on each other."""
    noise = np.random.default_rng(seed).normal(size=size)
    values = np.empty(size)
    value = start
    for at in range(size):
        value = memory * value + noise[at]
        values[at] = 10 + value
    return values


def naive(series: Floats, batches: int, size: int) -> tuple[float, float]:
    """Mean and half-width from batches at the end of a series, the plain way."""
    means = series[len(series) - batches * size :].reshape(batches, size).mean(axis=1)
    half = t_quantile(batches) * means.std(ddof=1) / math.sqrt(batches)
    return float(means.mean()), float(half)


@pytest.mark.parametrize("memory", [0.0, 0.7, 0.95])
def test_the_estimate_is_that_of_its_batches(memory: float) -> None:
    series = autoregressive(3, 20_000, memory)
    found = batch_means(series, np.ones(len(series)))
    value, half = naive(series, found.batches, found.length)

    assert found.estimate.value == pytest.approx(value)
    assert found.estimate.half_width == pytest.approx(half)
    assert found.discarded == len(series) - found.batches * found.length


def test_batches_grow_with_the_memory_of_the_series() -> None:
    lengths = [
        np.mean(
            [batch_means(autoregressive(s, 16_384, m), np.ones(16_384)).length for s in range(9)]
        )
        for m in (0.0, 0.9, 0.99)
    ]

    assert lengths[0] < lengths[1] < lengths[2]


@pytest.mark.parametrize(("memory", "least"), [(0.0, 0.93), (0.8, 0.92), (0.95, 0.90)])
def test_intervals_hold_the_truth_as_often_as_they_say(memory: float, least: float) -> None:
    runs = [
        batch_means(autoregressive(seed, 12_288, memory), np.ones(12_288)).estimate
        for seed in range(300)
    ]
    held = sum(run.low <= 10 <= run.high for run in runs) / len(runs)

    assert least <= held <= 0.985


def test_a_beginning_that_is_unlike_the_rest_is_put_aside() -> None:
    runs = [
        batch_means(autoregressive(seed, 8_192, 0.9, start=400.0), np.ones(8_192))
        for seed in range(40)
    ]

    assert all(run.discarded > 20 for run in runs)
    assert sum(run.estimate.low <= 10 <= run.estimate.high for run in runs) >= 34


def test_a_run_too_short_for_its_memory_says_so() -> None:
    walk = np.cumsum(np.random.default_rng(1).normal(size=2_048))
    found = batch_means(walk, np.ones(2_048))

    assert not found.independent
    assert found.batches < 32
    assert found.correlation > 0.3


@given(st.integers(16, 400), st.integers(1, 5), st.integers(0, 9))
def test_batches_are_whole_cycles_at_the_end_of_the_run(size: int, cycle: int, seed: int) -> None:
    series = np.random.default_rng(seed).random(size * cycle)
    found = batch_means(series, np.ones(size * cycle), cycle=cycle)

    assert found.length % cycle == 0
    assert found.batches * found.length + found.discarded == size * cycle
    assert 0 <= found.discarded < size * cycle


def test_a_series_that_never_varies_is_known_exactly_and_an_empty_one_is_no_number() -> None:
    same = batch_means(np.full(64, 3.0), np.ones(64))
    nothing = batch_means(np.zeros(64), np.zeros(64))

    assert (same.estimate.value, same.estimate.half_width) == (3.0, 0.0)
    assert math.isnan(nothing.estimate.value)


def test_what_is_too_short_or_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="16 cycles"):
        batch_means(np.ones(15), np.ones(15))
    with pytest.raises(InvalidInput, match="16 cycles"):
        batch_means(np.ones(30), np.ones(30), cycle=2)
    with pytest.raises(InvalidInput, match="as many slots"):
        batch_means(np.ones(30), np.ones(31))


@pytest.fixture(scope="module")
def long() -> Case:
    """Four weeks of five agents with 60 calls an hour."""
    phone = line(60, patience="2m", target="{answered: 80% in 20s}")
    groups = {"own": team(staffing="shifts: [{agents: 5, hours: always}]")}
    return only(desk({"phone": phone}, groups, days=28))


def test_the_steady_state_of_a_queue_is_that_of_the_closed_form(long: Case) -> None:
    exact = erlang.erlang_a(arrival_rate=1 / 60, aht=240, agents=5, patience=120)
    runs = 120
    for measure, truth in (
        ("service_level", exact.service_level("offered", 20.0)),
        ("asa", exact.asa),
    ):
        found = [steady_state(long, measure, "phone", seed=seed) for seed in range(runs)]
        held = sum(one.estimate.low <= truth <= one.estimate.high for one in found)

        # Three standard errors of a share of 120 around 95 %.
        assert held / runs > 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)
        assert sum(one.independent for one in found) > 0.8 * runs


def test_a_long_run_agrees_with_many_short_ones(long: Case) -> None:
    one = steady_state(long, "abandonment", "phone", seed=5, cycle=24).estimate
    exact = erlang.erlang_a(arrival_rate=1 / 60, aht=240, agents=5, patience=120).abandonment

    assert one.value == pytest.approx(float(exact), abs=3 * one.half_width)


def test_unknown_names_are_refused(long: Case) -> None:
    with pytest.raises(InvalidInput, match="channel"):
        steady_state(long, "asa", "fax", seed=1)
    with pytest.raises(InvalidInput, match="measure"):
        steady_state(long, "service_level_virtual", "phone", seed=1)
    with pytest.raises(InvalidInput, match="engine must be one of kernel, reference"):
        steady_state(long, "asa", "phone", seed=1, engine="abacus")
    with pytest.raises(InvalidInput, match="seed must be a whole number"):
        steady_state(long, "asa", "phone", seed=math.nan)  # type: ignore[arg-type]
