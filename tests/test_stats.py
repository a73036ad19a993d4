"""Intervals hold what they promise; sums do not grow; nothing observed is no number, not zero."""

from __future__ import annotations

import math
import pickle
import sys
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.errors import InvalidInput
from sim.stats import CONFIDENCE, Estimate, RatioSums, mean_estimate, t_quantile

Floats = NDArray[np.float64]


def summed(over: Floats, under: Floats) -> RatioSums:
    """Replications are rows."""
    sums = RatioSums(over.shape[1:])
    for x, y in zip(over, under, strict=True):
        sums.add(x, y)
    return sums


def test_the_interval_of_a_share_ends_where_shares_do() -> None:
    """Two replications say so little that half of the interval is twelve standard errors."""
    mean = mean_estimate(np.array([0.97, 0.99]))
    share = Estimate(mean.value, mean.half_width, 0.0, 1.0)

    assert (round(mean.low, 3), round(mean.high, 3)) == (0.853, 1.107)
    assert (share.low, share.high, share.is_cut) == (mean.low, 1.0, True)
    assert not Estimate(0.75, 0.25, 0.0, 1.0).is_cut
    assert not mean.is_cut
    assert Estimate(0.5, math.inf, 0.0, 1.0).low == 0.0
    assert math.isnan(Estimate(math.nan, 1.0, 0.0, 1.0).low)


@pytest.mark.parametrize("replications", [2, 3, 10, 30, 1000])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_quantiles_are_students(replications: int, confidence: float) -> None:
    expected = stats.t.ppf((1 + confidence) / 2, replications - 1)

    assert t_quantile(replications, confidence) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("replications", "printed"), [(2, 12.706), (5, 2.776), (11, 2.228), (31, 2.042)]
)
def test_quantiles_are_those_of_printed_tables(replications: int, printed: float) -> None:
    assert round(t_quantile(replications), 3) == printed


def test_one_replication_tells_nothing_of_the_spread() -> None:
    value, width = summed(np.array([[3.0]]), np.array([[4.0]])).estimates()

    assert t_quantile(1) == math.inf
    assert mean_estimate(np.array([5.0])) == Estimate(5.0, math.inf)
    assert (float(value[0]), float(width[0])) == (0.75, math.inf)


def test_no_replication_is_refused_or_no_number() -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        mean_estimate(np.array([]))
    assert all(np.isnan(side).all() for side in RatioSums((2, 3)).estimates())


def test_nothing_observed_is_not_a_number() -> None:
    value, width = summed(np.zeros((5, 1)), np.zeros((5, 1))).estimates()

    assert np.isnan(value).all()
    assert np.isnan(width).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_a_mean_has_students_interval(values: list[float]) -> None:
    found = mean_estimate(np.array(values))
    width = t_quantile(len(values)) * np.std(values, ddof=1) / math.sqrt(len(values))

    assert found.value == pytest.approx(np.mean(values), abs=1e-6)
    assert found.half_width == pytest.approx(width, abs=1e-6)
    assert found.low <= found.value <= found.high


def test_a_ratio_has_the_interval_of_the_delta_method() -> None:
    rng = np.random.default_rng(1)
    under = rng.poisson(50, (30, 4)).astype(float)
    over = rng.binomial(under.astype(int), 0.8).astype(float)
    value, width = summed(over, under).estimates()
    ratio = over.mean(axis=0) / under.mean(axis=0)
    rest = np.std(over - ratio * under, axis=0, ddof=1)

    np.testing.assert_allclose(value, ratio, rtol=1e-14)
    expected = t_quantile(30) * rest / under.mean(axis=0) / math.sqrt(30)
    np.testing.assert_allclose(width, expected, rtol=1e-9)


def test_a_ratio_that_never_varies_has_no_width() -> None:
    under = np.array([[7.0], [11.0], [13.0]])
    value, width = summed(under / 4, under).estimates()

    assert value[0] == 0.25
    assert width[0] < 1e-8


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    studies, replications = 4_000, 20
    # Busy days have a worse service: numerator and denominator depend on each other.
    offered = rng.poisson(100 * rng.lognormal(-0.02, 0.2, (replications, studies))).astype(float)
    served = rng.binomial(offered.astype(int), np.clip(1.1 - 0.003 * offered, 0, 1))
    many = 100 * rng.lognormal(-0.02, 0.2, 4_000_000)
    crowd = rng.poisson(many)
    truth = rng.binomial(crowd, np.clip(1.1 - 0.003 * crowd, 0, 1)).sum() / crowd.sum()
    value, width = summed(served.astype(float), offered).estimates()
    held = np.mean(np.abs(value - truth) <= width)

    # Noise of 4 000 studies: 0.35 %; a ratio of few replications is a little too sure of itself.
    assert CONFIDENCE - 0.02 < held < CONFIDENCE + 0.012


def test_the_mean_of_ratios_is_another_number() -> None:
    over, under = np.array([[9.0], [10.0]]), np.array([[10.0], [100.0]])
    value, _ = summed(over, under).estimates()

    assert value[0] == pytest.approx(19 / 110)
    assert np.mean(over / under) == pytest.approx(0.5)


def test_sums_do_not_grow_with_replications() -> None:
    sums = RatioSums((15, 100))
    ones = np.ones((15, 100))
    sums.add(ones, ones)
    assert sums.sums is not None
    before = sums.sums.nbytes
    for _ in range(50):
        sums.add(ones, ones)

    assert sums.sums.nbytes == before == 5 * 15 * 100 * 8
    assert sys.getsizeof(sums) < 200


def test_what_is_added_may_change_afterwards() -> None:
    sums, cell = RatioSums((1,)), np.array([1.0])
    sums.add(cell, cell)
    cell[0] = 99

    assert sums.estimates()[0][0] == 1


def test_what_was_estimated_before_is_given_again_until_more_is_added() -> None:
    rng = np.random.default_rng(3)
    over, under = rng.random((2, 9, 4))
    sums = summed(over[:8], under[:8])
    early, wide = sums.estimates(), sums.estimates(0.99)
    assert sums.estimates(0.99)[1] is wide[1]
    sums.add(over[8], under[8])

    for confidence, before in ((0.95, early), (0.99, wide)):
        now, fresh = sums.estimates(confidence), summed(over, under).estimates(confidence)
        assert all((a == b).all() for a, b in zip(now, fresh, strict=True))
        assert all((a != b).all() for a, b in zip(now, before, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        early[0][0] = 1.0
    for copy in (deepcopy(sums), pickle.loads(pickle.dumps(sums))):
        assert (copy.known, copy.count) == (None, 9)
        assert (copy.estimates()[0] == sums.estimates()[0]).all()


def test_estimates_read_like_measurements() -> None:
    assert str(Estimate(0.81234, 0.0123)) == "0.8123 ± 0.012"
