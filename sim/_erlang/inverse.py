"""The inverse questions: how many agents and lines for a promise, how much load for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import overload

import numpy as np
from scipy import special

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.door import door
from sim._erlang.inputs import (
    MOST_LINES,
    Real,
    check_queue,
    check_traffic,
    numbers,
    require,
    require_not_negative,
    shaped,
)
from sim._erlang.laws import Law
from sim._erlang.loss import loss
from sim._erlang.measures import QueueMeasures
from sim._erlang.patience import mean_patience, measure_any
from sim._erlang.queue import Queue
from sim._erlang.target import DUST, Target
from sim._erlang.wait import compiled, queue_table

__all__ = [
    "Requirement",
    "Requirements",
    "agents_needed",
    "fractional_agents_needed",
    "lines_needed",
    "load_allowed",
    "queue_lines_needed",
]

_LEAST_LOG = -600.0
"""Logarithm of the least load that is told from none."""

_HALVINGS = 52
"""Halvings of a bracket of width 1 that leave nothing of it but rounding."""


@dataclass(frozen=True, eq=False)
class Requirement:
    """Agents needed for a target, and what they give.

    Parameters
    ----------
    agents
        The least number that keeps the promise; as many as there are lines when none does.
    met
        Whether the promise is kept. Only a lack of `lines` can break it.
    measures
        The queue with that many agents.
    """

    agents: int
    met: bool
    measures: QueueMeasures[float]


@dataclass(frozen=True, eq=False)
class Requirements:
    """`Requirement` for arrays of queues: every attribute has the common shape."""

    agents: IntArray
    met: BoolArray
    measures: QueueMeasures[FloatArray]


@overload
def agents_needed(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    target: Target,
    *,
    arrival_rate: float,
    aht: float,
    patience: float | Law = ...,
    lines: float = ...,
    balking: float = ...,
) -> Requirement: ...
@overload
def agents_needed(
    target: Target,
    *,
    arrival_rate: Real,
    aht: Real,
    patience: Real | Law = ...,
    lines: Real = ...,
    balking: Real = ...,
) -> Requirements: ...
@door
def agents_needed(
    target: Target,
    *,
    arrival_rate: Real,
    aht: Real,
    patience: Real | Law = math.inf,
    lines: Real = math.inf,
    balking: Real = 0.0,
) -> Requirement | Requirements:
    """Least number of agents that keeps a promise, by Erlang A or, without patience, Erlang C.

    Parameters
    ----------
    target
        What to promise.
    arrival_rate, aht, patience, balking
        As in `erlang_a`; endless patience, the default, makes it Erlang C. A law of patience
        is one for all queues.
    lines
        Contacts that fit in the house; no more agents than lines are of use.

    Returns
    -------
    Requirement or Requirements
        For numbers or for arrays. No arrivals need no agents.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    For a table around the answer, give `erlang_a` an array of agents, or see `power_of_one`.
    Every measure of a target improves with each agent, so the number is bracketed from the
    load in growing steps and then halved: the cost grows with the logarithm of the load.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> agents_needed(promise, arrival_rate=100 / 1800, aht=180).agents
    14
    >>> agents_needed(promise, arrival_rate=100 / 1800, aht=180, patience=180).agents
    12
    >>> import numpy as np
    >>> calls = np.array([0, 40, 100, 160]) / 1800
    >>> agents_needed(promise, arrival_rate=calls, aht=180, patience=180).agents
    array([ 0,  6, 12, 19])
    """
    columns = _traffic(arrival_rate, aht, patience, lines, balking)
    shape = columns[0].shape
    rate, handle, waits, room, balk = columns
    law = patience if isinstance(patience, Law) else None
    flat = [column.ravel() for column in columns]
    found, met = _least_agents(target, flat[0], flat[1], law or flat[2], flat[3], flat[4])
    agents = found.reshape(shape)
    team = agents.astype(np.float64)
    measures = measure_any(rate, handle, team, law or waits, room, balk)
    if not shape:
        return Requirement(int(found[0]), bool(met[0]), measures)
    return Requirements(agents, met.reshape(shape), measures)


def _traffic(
    arrival_rate: Real, aht: Real, patience: Real | Law, lines: Real, balking: Real
) -> tuple[FloatArray, ...]:
    """Return what is known of a queue before its agents are, checked and broadcast.

    A law of patience has its mean here.
    """
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        patience=mean_patience(patience),
        lines=lines,
        balking=balking,
    )
    check_traffic(*columns)
    return columns


def _least_agents(
    target: Target,
    rate: FloatArray,
    aht: FloatArray,
    patience: FloatArray | Law,
    lines: FloatArray,
    balking: FloatArray,
) -> tuple[IntArray, BoolArray]:
    """Least whole agents of every queue, at most its lines; and whether they are enough.

    Queues of exponential patience are searched compiled; a law of patience, and lines of very
    many, by measuring all queues that are still open at once.
    """
    found = np.full(rate.size, math.nan)
    if not isinstance(patience, Law):
        table = queue_table(Queue(rate, aht, np.zeros_like(rate), patience, lines, balking))
        found = compiled().least_agents(table, *target._arrays())
    long = np.flatnonzero(np.isnan(found))
    if long.size:

        def enough(agents: IntArray, at: IntArray) -> BoolArray:
            i, chosen = long[at], agents.astype(np.float64)
            waits = patience if isinstance(patience, Law) else patience[i]
            return target._met(measure_any(rate[i], aht[i], chosen, waits, lines[i], balking[i]))

        load = np.ceil(rate[long] * aht[long])
        least, enough_of_them = _least(enough, load, lines[long])
        found[long] = np.where(enough_of_them, least, lines[long] + 1.0)
    return np.minimum(found, lines).astype(np.int64), found <= lines


@overload
def fractional_agents_needed(  # type: ignore[overload-overlap]  # as above
    target: Target,
    *,
    arrival_rate: float,
    aht: float,
    patience: float | Law = ...,
    balking: float = ...,
) -> float: ...
@overload
def fractional_agents_needed(
    target: Target,
    *,
    arrival_rate: Real,
    aht: Real,
    patience: Real | Law = ...,
    balking: Real = ...,
) -> FloatArray: ...
@door
def fractional_agents_needed(
    target: Target,
    *,
    arrival_rate: Real,
    aht: Real,
    patience: Real | Law = math.inf,
    balking: Real = 0.0,
) -> float | FloatArray:
    """Least number of agents that keeps a promise when an agent may be divided.

    Many small intervals or skills that share people need the sum of these, not of the whole
    numbers; round the sum. Parameters and errors are those of `agents_needed`, with endless lines.

    Notes
    -----
    Between whole numbers Erlang's formulas are continued by the gamma function, as in
    `erlang_a`. A straight line between the measures of whole teams is another convention, and
    may differ by some points of service level in a small team.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> least = fractional_agents_needed(promise, arrival_rate=100 / 1800, aht=180, patience=180)
    >>> round(least, 4)
    11.973
    """
    columns = _traffic(arrival_rate, aht, patience, math.inf, balking)
    rate, handle, waits, lines, balk = (column.ravel() for column in columns)
    law = patience if isinstance(patience, Law) else waits
    whole, _ = _least_agents(target, rate, handle, law, lines, balk)

    def enough(agents: FloatArray) -> BoolArray:
        return target._met(measure_any(rate, handle, agents, law, lines, balk))

    high = whole.astype(np.float64)
    low = np.maximum(high - 1.0, 0.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        fits = enough(middle)
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    least: float | FloatArray = shaped(high, columns[0].shape)
    return least


@overload
def lines_needed(load: float, *, max_blocking: float) -> int: ...  # type: ignore[overload-overlap]  # as above
@overload
def lines_needed(load: Real, *, max_blocking: Real) -> IntArray: ...
@door
def lines_needed(load: Real, *, max_blocking: Real) -> int | IntArray:
    """Least number of lines that lose no more than a share of contacts (inverse Erlang B).

    Parameters
    ----------
    load
        Offered load, at least 0 [erlangs].
    max_blocking
        Largest share that may be lost, above 0 and at most 1.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> lines_needed(10.0, max_blocking=0.01)
    18
    """
    a, share = numbers(load=load, max_blocking=max_blocking)
    require_not_negative("load", a)
    require(share, "max_blocking", "must be above 0 and at most 1", (share > 0) & (share <= 1))
    flat_load, flat_share = a.ravel(), share.ravel()

    def enough(lines: IntArray, at: IntArray) -> BoolArray:
        blocking = loss(lines.astype(np.float64), flat_load[at])
        return blocking <= flat_share[at] * (1 + DUST)

    found, _ = _least(enough, np.ceil(flat_load), np.full(flat_load.size, np.inf))
    return int(found[0]) if a.ndim == 0 else found.reshape(a.shape)


@overload
def queue_lines_needed(  # type: ignore[overload-overlap]  # as above
    *,
    max_blocking: float,
    arrival_rate: float,
    aht: float,
    agents: float,
    patience: float | Law = ...,
    balking: float = ...,
) -> float: ...
@overload
def queue_lines_needed(
    *,
    max_blocking: Real,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Real | Law = ...,
    balking: Real = ...,
) -> FloatArray: ...
@door
def queue_lines_needed(
    *,
    max_blocking: Real,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Real | Law = math.inf,
    balking: Real = 0.0,
) -> float | FloatArray:
    """Least number of lines that turn no more than a share away when contacts wait on a line.

    Parameters
    ----------
    max_blocking
        Largest share that may find every line taken, above 0 and at most 1.
    arrival_rate, aht, agents, patience, balking
        As in `erlang_a`, with whole agents.

    Returns
    -------
    float or array
        Whole numbers, at least `agents`; `math.inf` when no number is enough, or only one above
        ten million. An array holds them as floats, for the sake of infinity.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> queue_lines_needed(
    ...     max_blocking=0.01, arrival_rate=100 / 1800, aht=180, agents=11, patience=180
    ... )
    18
    >>> queue_lines_needed(max_blocking=0.01, arrival_rate=0.1, aht=180, agents=11)
    inf
    """
    rate, handle, team, waits, balk, share = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        patience=mean_patience(patience),
        balking=balking,
        max_blocking=max_blocking,
    )
    lines = np.full_like(rate, math.inf)
    check_queue(rate, handle, team, waits, lines, balk)
    require(team, "agents", "must be whole when lines are limited", np.floor(team) == team)
    require(share, "max_blocking", "must be above 0 and at most 1", (share > 0) & (share <= 1))
    queue = Queue(*(column.ravel() for column in (rate, handle, team, waits, lines, balk)))
    law = patience if isinstance(patience, Law) else None
    found = _least_lines(queue, share.ravel()) if law is None else _lines(queue, share.ravel(), law)
    if rate.ndim:
        return found.reshape(rate.shape)
    least = found.item()
    return int(least) if math.isfinite(least) else math.inf


def _lines(queue: Queue, share: FloatArray, law: Law) -> FloatArray:
    """Least lines of every queue whose patience is a law, by measuring."""

    def enough(room: IntArray, at: IntArray) -> BoolArray:
        team = queue.agents[at]
        measures = measure_any(
            queue.arrival_rate[at], queue.aht[at], team, law, team + room, queue.balking[at]
        )
        blocking: BoolArray = measures.blocking <= share[at] * (1 + DUST)
        return blocking

    least, met = _least(enough, np.zeros(share.size), MOST_LINES - queue.agents)
    return np.where(met, queue.agents + least, math.inf)


def _least_lines(queue: Queue, share: FloatArray) -> FloatArray:
    """Least lines of every queue; without agents they hold only people who wait in vain."""
    lines = queue.agents.copy()
    counted = (queue.agents > 0) & (queue.arrival_rate > 0)
    room = compiled().least_room(queue_table(queue)[counted], share[counted], MOST_LINES)
    lines[counted] += room
    waiting = queue.joining_rate * np.where(queue.joining_rate > 0, queue.patience, 0.0)
    empty = (queue.agents == 0) & (queue.arrival_rate > 0)
    lines[empty] = np.where(share[empty] < 1, math.inf, 0.0)
    drains = empty & np.isfinite(waiting) & (share < 1)
    if np.any(drains):
        lines[drains] = lines_needed(waiting[drains], max_blocking=share[drains])
        lines[drains & (waiting == 0)] = 1.0
    return np.where(lines <= MOST_LINES, lines, math.inf)


@overload
def load_allowed(lines: float, *, max_blocking: float) -> float: ...  # type: ignore[overload-overlap]  # as above
@overload
def load_allowed(lines: Real, *, max_blocking: Real) -> FloatArray: ...
@door
def load_allowed(lines: Real, *, max_blocking: Real) -> float | FloatArray:
    """Largest load that a number of lines carries at a promised blocking [erlangs].

    Parameters
    ----------
    lines
        Lines, at least 0, fractions allowed.
    max_blocking
        Largest share that may be lost, above 0 and below 1.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> round(load_allowed(50, max_blocking=0.01), 3)
    37.901
    """
    n, share = numbers(lines=lines, max_blocking=max_blocking)
    require_not_negative("lines", n)
    require(share, "max_blocking", "must be above 0 and below 1", (share > 0) & (share < 1))
    flat, wanted = n.ravel(), share.ravel()
    # B lies between its bounds 1 - n/a and a**n / n!, which bracket the load.
    some = np.maximum(flat, 1e-9)
    low = (np.log(wanted) + special.gammaln(some + 1.0)) / some
    high = np.log(some) - np.log1p(-wanted)
    for _ in range(64):
        middle = 0.5 * (low + high)
        within = loss(flat, np.exp(np.maximum(middle, _LEAST_LOG))) <= wanted
        low, high = np.where(within, middle, low), np.where(within, high, middle)
    allowed: float | FloatArray = shaped(np.where(flat > 0, np.exp(low), 0.0), n.shape)
    return allowed


def _least(
    enough: Callable[[IntArray, IntArray], BoolArray], start: FloatArray, most: FloatArray
) -> tuple[IntArray, BoolArray]:
    """Least whole numbers that are enough, none above `most`; and whether they are enough.

    ``enough(numbers, at)`` judges numbers for the positions `at`, and must be monotone.
    """
    low = np.full(start.size, -1.0)
    high = np.full(start.size, np.inf)
    stride = np.maximum(1.0, np.floor(np.sqrt(start) / 4.0))
    probe = np.minimum(start, most)
    open_ = np.flatnonzero(high - low > 1)
    while open_.size:
        fits = enough(probe[open_].astype(np.int64), open_)
        high[open_[fits]] = probe[open_[fits]]
        low[open_[~fits]] = probe[open_[~fits]]
        high = np.where(low >= most, most + 1.0, high)
        probe = _next_probe(low, high, stride, most)
        stride *= 2.0
        open_ = np.flatnonzero(high - low > 1)
    return np.minimum(high, most).astype(np.int64), high <= most


def _next_probe(
    low: FloatArray, high: FloatArray, stride: FloatArray, most: FloatArray
) -> FloatArray:
    """Stride on while one side is unknown, then halve."""
    halved = np.floor((low + high) / 2.0)
    up = np.minimum(low + stride, most)
    down = np.maximum(high - stride, 0.0)
    return np.where(np.isinf(high), up, np.where(low < 0, down, halved))
