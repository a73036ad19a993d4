"""Approximations for patience of any law, tried first on a twin whose patience is exponential.

The twin has the same arrivals, services and mean patience, and an exact answer. Where arrivals
change their rate, two approximations are right at opposite ends: their spread, when the rate
changes faster than the line, and a mixture of queues with constant rates, when it changes more
slowly. They are mixed in the proportion that gives the twin its exact chance of a wait. Where
nothing comes near the twin, nothing is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.laws import Exponential, Law
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.patience import measure_patience
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim.errors import InvalidInput

__all__ = ["BY_STATES", "Approximate", "between", "mixed_by_states", "refuse_far"]

BY_STATES = "mixture of M/M/n+G over the states of arrivals"
"""Name of the method."""

_MISS = 0.08
"""Largest error of the twin's chance of a wait, and of its abandonment, that is put up with."""

_TRACE = 1e-4
"""Share of one end in a mixture that is as good as none."""

_HINT = "exponential patience is exact; simulate for any other law"


class Approximate(NamedTuple):
    """Measures of contacts, and the share of time in which every agent is busy."""

    queue: QueueMeasures[float]
    all_busy: float


def mixed_by_states(queue: Queue, law: Law, rates: FloatArray, steady: FloatArray) -> Approximate:
    """Answer as if each state of arrivals lasted for ever.

    `rates` are those of contacts by state, `steady` the shares of time of the states.
    """
    some = (rates > 0) & (steady > 0)
    same = np.ones(int(some.sum()))
    found = measure_patience(
        rates[some], queue.aht[0] * same, queue.agents[0] * same, law, 0.0, np.inf * same
    )
    shares = steady[some] * rates[some]
    busy = float(steady[some] @ np.asarray(found.wait_probability))
    return Approximate(_mixture(queue, [found], [shares / shares.sum()], BY_STATES), busy)


def between(
    queue: Queue,
    fast: Callable[[Law], QueueMeasures[float]],
    slow: Callable[[Law], Approximate],
    exact: QueueMeasures[float],
    law: Law,
) -> Approximate:
    """Mix what holds for fast and for slow changes as it is right for the exponential twin.

    Raises
    ------
    InvalidInput
        If even so the twin is missed by far.
    """
    twin = Exponential(mean=law.mean)
    quick, lasting = fast(twin), slow(twin).queue
    apart = lasting.wait_probability - quick.wait_probability
    weight = 1.0
    if apart != 0.0:
        weight = (exact.wait_probability - quick.wait_probability) / apart
    weight = 0.0 if weight < _TRACE else 1.0 if weight > 1.0 - _TRACE else weight
    ends = [np.array([weight]), np.array([1.0 - weight])]
    refuse_far(_mixture(queue, [lasting, quick], ends, ""), exact)
    spread, states = fast(law), slow(law)
    names = [states.queue.method] * (weight > 0) + [spread.method] * (weight < 1)
    return Approximate(
        _mixture(queue, [states.queue, spread], ends, " and ".join(names)),
        weight * states.all_busy + (1.0 - weight) * spread.wait_probability,
    )


def refuse_far(found: QueueMeasures[float], exact: QueueMeasures[float]) -> None:
    """Refuse an approximation that misses the exact answer for the twin by far."""
    for name in ("wait_probability", "abandonment"):
        miss = abs(getattr(found, name) - getattr(exact, name))
        if miss > _MISS:
            rule = f"cannot be of that law here: no approximation comes within {_MISS:g} of {name}"
            raise InvalidInput("patience", rule, f"{miss:.3f} off for an exponential one", _HINT)


def _mixture(
    queue: Queue,
    parts: Sequence[QueueMeasures[Any]],
    shares: Sequence[FloatArray],
    method: str,
) -> QueueMeasures[float]:
    """Average over contacts; every part may hold several queues, each with its share."""

    def mean(values: Sequence[FloatArray]) -> FloatArray:
        sums = [share @ column for share, column in zip(shares, values, strict=True)]
        return np.atleast_1d(np.sum(sums, axis=0))

    def fates(awt: FloatArray) -> Fates:
        rows = []
        for time in awt.tolist():
            by = [
                part._fates(np.full(share.size, time))
                for part, share in zip(parts, shares, strict=True)
            ]
            rows.append([float(mean(list(column))[0]) for column in zip(*by, strict=True)])
        return Fates(*np.array(rows).reshape(-1, 5).T)

    columns = [_totals(part, share.size) for part, share in zip(parts, shares, strict=True)]
    totals = WaitTotals(*(mean(list(column)) for column in zip(*columns, strict=True)))
    found: QueueMeasures[float] = queue_measures(queue, totals, fates, method=method)
    return found


def _totals(found: QueueMeasures[Any], count: int) -> WaitTotals:
    """Return probabilities and joint expectations of queues that turn nobody away."""

    def column(name: str) -> FloatArray:
        return np.atleast_1d(np.asarray(getattr(found, name), dtype=np.float64))

    nothing, served = np.zeros(count), found._served
    some = served > 0
    return WaitTotals(
        blocking=nothing,
        accepted=np.ones(count),
        no_wait=found._fates(nothing).in_time,
        delayed=column("wait_probability"),
        served=served,
        abandoned=column("abandonment"),
        waited=column("mean_wait"),
        waited_virtual=column("mean_wait_virtual"),
        waited_served=np.multiply(column("asa"), served, out=nothing.copy(), where=some),
        waited_abandoned=column("mean_wait_abandoned") * column("abandonment"),
    )
