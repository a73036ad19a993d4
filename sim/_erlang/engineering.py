"""Queues that no exact formula knows: the wait of M/M/n+G, its spread put right.

The wait of M/M/n+G is right in everything but the spread of its density: how irregularly contacts
arrive and agents become free. A line that forgets its past at a rate theta (its people give up)
feels that irregularity over a time of 1/theta. Over short times the ends of many services look
like a Poisson stream, whatever the law; over long times their variance is that of a renewal
process. With f the Laplace transform of the handle time

    I(theta) = 1 + 2 (f(theta) / (1 - f(theta)) - 1 / (theta aht)),

which runs from its squared variability (theta = 0) to 1, and with J(theta) the same of arrivals
(1 for Poisson ones), the density of the wait is raised to the power 2 / (I + J) and scaled so that
work is conserved. theta is the share that gives up
or is turned away over the mean wait in M/M/n+G, the rate at which the line forgets. Without
patience this gives the mean wait of Erlang C times (I + J) / 2, exact for one agent and Poisson
arrivals (Pollaczek and Khinchine). After Whitt (2004, 2005), who takes exponential
handle times. Below n busy agents, arrivals of peakedness z are taken as Poisson ones of load a / z
on n / z agents (Hayward; Fredericks 1980).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray
from sim._erlang.laws import Law
from sim._erlang.measures import QueueMeasures
from sim._erlang.patience import landmarks, measure_patience

__all__ = ["SPREAD", "SPREAD_BEYOND", "irregularity", "spread_measures"]

SPREAD = "M/M/n+G with the spread of arrivals and ends of service"
"""Name of the method."""

SPREAD_BEYOND = f"{SPREAD}, beyond the variability that it was tried for"

_FAR = 60.0
"""Exponents at which the Laplace transform of a survival function is cut off."""

_POWERS = 4.0 ** -np.arange(25.0)
_EIGHTHS = np.arange(1.0, 9.0) / 8.0


def spread_measures(
    columns: tuple[FloatArray, ...],
    patience: Law,
    balking: FloatArray,
    irregular: Callable[[FloatArray], FloatArray],
    peakedness: float = 1.0,
    method: str = SPREAD,
) -> QueueMeasures[Any]:
    """Measure queues with handle times and patience of any law, approximately.

    `columns` are arrival rates, means of handle times, agents and lines, broadcast; `irregular` is
    the mean of I and J at rates of giving up, `peakedness` the variance over the mean of busy
    agents if there were no end of them.
    """
    rate, handle, staff, places = columns
    base = measure_patience(rate, handle, staff, patience, balking, places)
    accepted = 1.0 - np.ravel(base.blocking)
    left = np.ravel(base.abandonment) - balking.ravel() * np.ravel(base.wait_probability)
    left = left * accepted + np.ravel(base.blocking)
    waited = accepted * np.ravel(base.mean_wait)
    some = (waited > 0) & np.isfinite(waited) & (left > 0)
    rates = np.full_like(waited, 1.0 / patience.mean)
    np.divide(left, waited, out=rates, where=some)
    power = (1.0 / irregular(rates)).reshape(rate.shape)
    return measure_patience(
        rate, handle, staff, patience, balking, places, power, method, peakedness
    )


def irregularity(law: Law, rates: FloatArray) -> FloatArray:
    """Variance of renewals over their mean number, as felt by a line that forgets at rates."""
    felt = np.full_like(rates, law.scv)
    # Closer to endless memory than this the transform has no digits left, and it is the limit.
    some = rates * law.mean > 1e-6
    if some.any():
        gone = _transformed(law, rates[some])
        felt[some] = 1.0 + 2.0 * ((1.0 - gone) / gone - 1.0 / (rates[some] * law.mean))
    return np.maximum(felt, 0.0)


def _transformed(law: Law, rates: FloatArray) -> FloatArray:
    """One minus the Laplace transform of a law, by panels over its survival function."""
    reach = (_FAR / rates)[:, None]
    bends = landmarks(law)
    columns = (
        np.zeros_like(reach),
        reach * _POWERS,
        reach * _EIGHTHS,
        np.broadcast_to(bends, (rates.size, bends.size)),
    )
    edges = np.minimum(np.concatenate(columns, axis=1), reach)
    edges.sort(axis=1)
    half = 0.5 * np.diff(edges, axis=1)[:, :, None]
    nodes = edges[:, :-1, None] + half * (1.0 + NODES)
    mass = half * WEIGHTS * np.exp(-rates[:, None, None] * nodes)
    whole: FloatArray = (mass * law.survival(nodes)).sum(axis=(1, 2))
    return rates * whole
