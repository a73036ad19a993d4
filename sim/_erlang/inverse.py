"""The inverse questions: how many agents, how many lines, how much load for a promise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import overload

import numpy as np
from scipy import special

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.inputs import Real, check_traffic, numbers, require, require_not_negative, shaped
from sim._erlang.loss import loss
from sim._erlang.measures import SERVICE_RULES, QueueMeasures, ServiceRule, measure
from sim.errors import InvalidInput

__all__ = [
    "Requirement",
    "Requirements",
    "Target",
    "agents_needed",
    "lines_needed",
    "load_allowed",
]

_DUST = 1e-12
"""Relative slack of a promise, so that 10 erlangs on 20 agents are 50 % busy, not a hair more."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A promise to keep: a service level, or bounds on other measures, or several at once.

    Parameters
    ----------
    service_level
        Least share within `awt`, from 0 up to but not including 1.
    awt
        Acceptable waiting time [s]; needed with a service level.
    rule
        The service level meant, one of `SERVICE_RULES`.
    max_abandonment, max_wait_probability, max_occupancy
        Largest shares, above 0 and at most 1.
    max_asa, max_mean_wait
        Longest mean waits of those answered, and of everybody, above 0 [s].

    Raises
    ------
    InvalidInput
        If a bound is out of range or nothing at all is promised.

    Examples
    --------
    >>> Target(service_level=0.8, awt=20).rule
    'offered'
    """

    service_level: float | None = None
    awt: float | None = None
    rule: ServiceRule = "offered"
    max_abandonment: float | None = None
    max_wait_probability: float | None = None
    max_occupancy: float | None = None
    max_asa: float | None = None
    max_mean_wait: float | None = None

    def __post_init__(self) -> None:
        if self.rule not in SERVICE_RULES:
            raise InvalidInput("rule", f"must be one of {', '.join(SERVICE_RULES)}", self.rule)
        if self.service_level is None and not self._bounds():
            raise InvalidInput("service_level", "or another bound must be given", None)
        if self.service_level is not None:
            self._check_service_level(self.service_level)
        for name, bound in self._bounds().items():
            top = math.inf if name in ("asa", "mean_wait") else 1.0
            if not 0 < bound <= top:
                rule = "must be above 0" + (" and at most 1" if top == 1.0 else "")
                raise InvalidInput(f"max_{name}", rule, bound)

    def _check_service_level(self, level: float) -> None:
        if not 0 <= level < 1:
            hint = "no finite team serves everybody in time" if level == 1 else ""
            raise InvalidInput("service_level", "must be at least 0 and below 1", level, hint)
        if self.awt is None or not 0 <= self.awt < math.inf:
            rule = "must be at least 0 and finite when a service level is promised"
            raise InvalidInput("awt", rule, self.awt)

    def _bounds(self) -> dict[str, float]:
        bounds = {
            "abandonment": self.max_abandonment,
            "wait_probability": self.max_wait_probability,
            "occupancy": self.max_occupancy,
            "asa": self.max_asa,
            "mean_wait": self.max_mean_wait,
        }
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def _met(self, measures: QueueMeasures[FloatArray]) -> BoolArray:
        met = np.ones(measures.load.shape, dtype=np.bool_)
        for name, bound in self._bounds().items():
            met &= getattr(measures, name) <= bound * (1 + _DUST)
        if self.service_level is not None and self.awt is not None:
            reached = measures.service_level(self.rule, self.awt)
            met &= reached >= self.service_level * (1 - _DUST)
        return met


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
    target: Target, *, arrival_rate: float, aht: float, patience: float = ..., lines: float = ...
) -> Requirement: ...
@overload
def agents_needed(
    target: Target, *, arrival_rate: Real, aht: Real, patience: Real = ..., lines: Real = ...
) -> Requirements: ...
def agents_needed(
    target: Target,
    *,
    arrival_rate: Real,
    aht: Real,
    patience: Real = math.inf,
    lines: Real = math.inf,
) -> Requirement | Requirements:
    """Least number of agents that keeps a promise, by Erlang A or, without patience, Erlang C.

    Parameters
    ----------
    target
        What to promise.
    arrival_rate, aht, patience
        As in `erlang_a`; endless patience, the default, makes it Erlang C.
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
    For a table around the answer, give `erlang_a` an array of agents.
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
    columns = numbers(arrival_rate=arrival_rate, aht=aht, patience=patience, lines=lines)
    shape = columns[0].shape
    check_traffic(*columns)
    rate, handle, waits, room = (column.ravel() for column in columns)

    def enough(agents: IntArray, at: IntArray) -> BoolArray:
        chosen = agents.astype(np.float64)
        return target._met(measure(rate[at], handle[at], chosen, waits[at], room[at]))

    # Without abandonment the square-root rule asks for spare agents; the search starts with some.
    spare = np.where(np.isinf(waits) & np.isinf(room), 0.5 * np.sqrt(rate * handle), 0.0)
    found, met = _least(enough, np.ceil(rate * handle + spare), room)
    agents = found.reshape(shape)
    measures = measure(columns[0], columns[1], agents.astype(np.float64), *columns[2:])
    if not shape:
        return Requirement(int(found[0]), bool(met[0]), measures)
    return Requirements(agents, met.reshape(shape), measures)


@overload
def lines_needed(load: float, *, max_blocking: float) -> int: ...  # type: ignore[overload-overlap]  # as above
@overload
def lines_needed(load: Real, *, max_blocking: Real) -> IntArray: ...
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
        return blocking <= flat_share[at] * (1 + _DUST)

    found, _ = _least(enough, np.ceil(flat_load), np.full(flat_load.size, np.inf))
    return int(found[0]) if a.ndim == 0 else found.reshape(a.shape)


@overload
def load_allowed(lines: float, *, max_blocking: float) -> float: ...  # type: ignore[overload-overlap]  # as above
@overload
def load_allowed(lines: Real, *, max_blocking: Real) -> FloatArray: ...
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
        within = loss(flat, np.exp(middle)) <= wanted
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
