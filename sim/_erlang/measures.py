"""What a queue gives: every measure by its name in the glossary."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_args

import numpy as np

from sim._erlang.arrays import NOTHING, WHOLE, FloatArray, ratio
from sim._erlang.inputs import numbers, require_not_negative, require_number, require_word, shaped
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim._erlang.wait import wait_fates, wait_totals
from sim.errors import InvalidInput

__all__ = ["SERVICE_RULES", "QueueMeasures", "ServiceRule", "measure", "queue_measures"]

Value = TypeVar("Value", float, FloatArray)

_NEVER = np.array([[math.inf], [0.0], [0.0], [0.0]])
"""What stands for a mean of nobody: a wait for an answer without end, and nothing else."""

_HALVINGS = 50
"""Halvings of a bracket that leave its width below a rounding error of its ends."""

ServiceRule = Literal[
    "virtual",
    "offered",
    "answered",
    "excluding_short_abandons",
    "including_short_abandons",
]
SERVICE_RULES: tuple[ServiceRule, ...] = get_args(ServiceRule)


@dataclass(frozen=True, eq=False)
class QueueMeasures(Generic[Value]):
    """What contacts and agents live through in one queue, or in an array of queues.

    Everything but `blocking` is about contacts that found a free line. With no arrivals at all
    nobody waits and every service level is met; a queue without a steady state, or without
    agents, has infinite waits and serves nobody in time. Never NaN.

    Parameters
    ----------
    arrival_rate, aht, agents, patience, lines, balking
        The queue, as given [1/s, s, agents, s, lines, share].
    load
        Offered load, arrival rate times AHT [erlangs].
    blocking
        Share of all arrivals that find every line taken.
    wait_probability
        Share that finds every agent busy.
    abandonment
        Share that gives up before an agent is free.
    mean_wait
        Mean time in queue of everybody, answered or not, zero waits included [s].
    asa
        Mean wait of those answered [s]; infinite when nobody ever is.
    mean_wait_abandoned
        Mean wait of those who gave up [s]; zero when nobody does.
    mean_wait_virtual
        Mean wait of somebody who would never give up [s].
    mean_wait_delayed
        Mean time in queue of those who do not find a free agent [s].
    mean_queue
        Mean number of contacts waiting.
    occupancy
        Handling time over the time of the agents, from 0 to 1.
    method
        ``exact``, or the name of the approximation.
    """

    arrival_rate: Value
    aht: Value
    agents: Value
    patience: Value
    lines: Value
    load: Value
    blocking: Value
    wait_probability: Value
    abandonment: Value
    mean_wait: Value
    asa: Value
    mean_wait_abandoned: Value
    mean_wait_virtual: Value
    mean_wait_delayed: Value
    mean_queue: Value
    occupancy: Value
    balking: Value | float = field(default=0.0, kw_only=True)
    method: str = field(default="exact", kw_only=True)
    _served: FloatArray = field(repr=False, kw_only=True)
    _fates: Callable[[FloatArray], Fates] = field(repr=False, kw_only=True)

    def service_level(self, rule: ServiceRule, awt: Value | float) -> Value:
        """Share of contacts served within `awt` by one of the rules of this module.

        Parameters
        ----------
        rule
            One of `SERVICE_RULES`: the share within `awt` of what.
        awt
            Acceptable waiting time, at least 0 [s].

        Raises
        ------
        InvalidInput
            If the rule is unknown or `awt` is out of range.

        Examples
        --------
        >>> from sim.erlang import erlang_a
        >>> queue = erlang_a(arrival_rate=100 / 1800, aht=180, agents=11, patience=180)
        >>> [round(queue.service_level(rule, 20), 4) for rule in ("offered", "virtual")]
        [0.7054, 0.7121]
        """
        require_word("rule", SERVICE_RULES, rule)
        by = self._by(awt)
        shares: dict[ServiceRule, Callable[[], FloatArray]] = {
            "virtual": lambda: by.in_time,
            "offered": lambda: by.answered,
            "answered": lambda: ratio(by.answered, self._served),
            "excluding_short_abandons": lambda: ratio(by.answered, 1.0 - by.abandoned),
            "including_short_abandons": lambda: by.answered + by.abandoned,
        }
        return self._like(np.minimum(shares[rule](), WHOLE))

    def short_abandons(self, within: Value | float) -> Value:
        """Share of contacts that give up within a grace time [s].

        Examples
        --------
        >>> from sim.erlang import erlang_a
        >>> queue = erlang_a(arrival_rate=100 / 1800, aht=180, agents=11, patience=180)
        >>> round(queue.short_abandons(5), 4)
        0.011
        """
        return self._like(self._by(within).abandoned)

    def wait_percentile(self, share: float) -> Value:
        """Time in queue that a share of contacts does not exceed, answered or not [s].

        Parameters
        ----------
        share
            From 0 up to but not including 1: 0.5 for the median.

        Raises
        ------
        InvalidInput
            If the share is out of range.

        Examples
        --------
        >>> from sim.erlang import erlang_a
        >>> queue = erlang_a(arrival_rate=0.8, aht=60, agents=50, patience=120)
        >>> round(queue.wait_percentile(0.9), 3)
        12.445
        """
        waiting = _percentile(
            lambda wait: self._fates(wait).waiting, share, self._flat("mean_wait")
        )
        return self._like(waiting)

    def virtual_wait_percentile(self, share: float) -> Value:
        """Wait that a share of people who never gave up would not exceed [s].

        Parameters and errors are those of `wait_percentile`.

        Examples
        --------
        >>> from sim.erlang import erlang_c
        >>> queue = erlang_c(arrival_rate=100 / 1800, aht=180, agents=14)
        >>> round(queue.virtual_wait_percentile(0.95), 2)
        56.15
        """
        mean = self._flat("mean_wait_virtual")
        return self._like(_percentile(lambda wait: self._fates(wait).later, share, mean))

    def _by(self, awt: Value | float) -> Fates:
        shape = np.shape(self.load)
        threshold, _ = numbers(awt=awt, load=self.load)
        if threshold.shape != shape:
            raise InvalidInput("awt", f"must fit the shape {shape} of the queues", threshold.shape)
        require_not_negative("awt", threshold)
        return self._fates(threshold.ravel())

    def _flat(self, name: str) -> FloatArray:
        return np.atleast_1d(np.asarray(getattr(self, name), dtype=np.float64)).ravel()

    def _like(self, flat: FloatArray) -> Value:
        values: Value = shaped(flat, np.shape(self.load))
        return values


def measure(
    arrival_rate: FloatArray,
    aht: FloatArray,
    agents: FloatArray,
    patience: FloatArray,
    lines: FloatArray,
    balking: FloatArray | None = None,
) -> QueueMeasures[Any]:
    """Measure broadcast queues M/M/n/K+M; numbers for arrays without dimensions."""
    shape = arrival_rate.shape
    columns = [arrival_rate, aht, agents, patience, lines - agents]
    if balking is not None:
        columns.append(balking)
    queue = Queue(*(column.ravel() for column in columns))
    totals, known = wait_totals(queue)
    return queue_measures(queue, totals, lambda awt: wait_fates(queue, known, awt), shape=shape)


def queue_measures(
    queue: Queue,
    totals: WaitTotals,
    fates: Callable[[FloatArray], Fates],
    *,
    shape: tuple[int, ...] = (),
    method: str = "exact",
    **other: FloatArray,
) -> QueueMeasures[Any]:
    """Name what is known of queues, whatever the model that it comes from.

    Parameters
    ----------
    queue, totals
        Flat arrays, one position per queue.
    fates
        What has become of contacts by thresholds, one per queue.
    shape
        Shape of the result; numbers for none.
    method
        ``exact``, or the name of the approximation.
    other
        Measures that the model knows better than the general rule, such as `occupancy`.
    """
    load, nobody = queue.load, totals.accepted == NOTHING
    entering = np.where(nobody, WHOLE, queue.arrival_rate * totals.accepted)
    served = load * totals.accepted * totals.served
    means = ratio(
        np.array((totals.waited_served, totals.waited_abandoned, totals.waited, served)),
        np.array((totals.served, totals.abandoned, totals.delayed, queue.agents)),
        otherwise=_NEVER,
    )
    values = {
        "arrival_rate": queue.arrival_rate,
        "aht": queue.aht,
        "agents": queue.agents,
        "patience": queue.patience,
        "lines": queue.agents + queue.room,
        "load": load,
        "blocking": totals.blocking,
        "wait_probability": totals.delayed,
        "abandonment": totals.abandoned,
        "mean_wait": totals.waited,
        "asa": means[0],
        "mean_wait_abandoned": means[1],
        "mean_wait_virtual": totals.waited_virtual,
        "mean_wait_delayed": means[2],
        "mean_queue": entering * np.where(nobody, queue.room, totals.waited),
        "occupancy": _occupancy(queue, totals, means[3]),
        "balking": queue.balking + np.zeros(load.shape),
        **other,
    }
    return QueueMeasures(
        **{name: shaped(column, shape) for name, column in values.items()},
        method=method,
        _served=totals.served,
        _fates=fates,
    )


def _percentile(
    longer: Callable[[FloatArray], FloatArray], share: float, mean: FloatArray
) -> FloatArray:
    """Invert the tail `longer` of a wait with a given mean, between zero and its doublings."""
    require_number("share", share)
    if not 0 <= share < 1:
        raise InvalidInput("share", "must be at least 0 and below 1", share)
    reachable = np.isfinite(mean)
    scale = np.where(reachable, mean, 0.0)
    wanted = 1.0 - share
    low, high = np.zeros_like(scale), scale
    above = first = longer(low) - wanted
    below = longer(high) - wanted
    while np.any(beyond := reachable & (below > 0)):
        low, above = np.where(beyond, high, low), np.where(beyond, below, above)
        high = np.where(beyond, 2.0 * high, high)
        below = longer(high) - wanted
    # Who waits at all is rarer than that, or nobody is ever served: there is nothing to look for.
    low = np.where(reachable & (first > 0), low, high)
    high = _crossed(lambda wait: longer(wait) - wanted, low, high, above, below)
    return np.where(first <= 0, 0.0, np.where(reachable, high, np.inf))


def _crossed(
    falling: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    above: FloatArray,
    below: FloatArray,
) -> FloatArray:
    """Where a falling function is 0 or less first, to a part in 2^`_HALVINGS` of its bracket.

    Oliveira & Takahashi (2021), An enhancement of the bisection method average performance: as
    sure as halving, and on smooth tails it takes a fifth of the steps.

    Parameters
    ----------
    falling
        The function, of a column of waits.
    low, high
        Brackets.
    above, below
        What the function is there.
    """
    width = high - low
    least = np.where(width > 0, width, 1.0) * 0.5**_HALVINGS
    for step in range(_HALVINGS + 1, 0, -1):
        gap = high - low
        if not np.any(gap > least):
            break
        middle = 0.5 * (low + high)
        drop = above - below
        line = np.where(drop > 0, low + gap * above / np.where(drop > 0, drop, 1.0), middle)
        side = np.sign(middle - line)
        nudge = np.maximum(0.2 * gap**2 / np.where(width > 0, width, 1.0), 0.5 * least)
        nudged = line + side * nudge
        nudged = np.where(side * (middle - nudged) > 0, nudged, middle)
        # No further from the middle than leaves time to halve the rest.
        room = np.maximum(least * 2.0 ** (step - 1) - 0.5 * gap, 0.0)
        tried = np.clip(nudged, middle - room, middle + room)
        value = falling(tried)
        beyond = value > 0
        low, above = np.where(value >= 0, tried, low), np.where(beyond, value, above)
        high, below = np.where(beyond, high, tried), np.where(beyond, below, value)
    return high


def _occupancy(queue: Queue, totals: WaitTotals, handled: FloatArray) -> FloatArray:
    """Return what agents serve over what they could; all of it when no queue is steady."""
    flooded = np.isinf(totals.waited) & (queue.agents > NOTHING)
    return np.where(flooded, WHOLE, np.minimum(handled, WHOLE))
