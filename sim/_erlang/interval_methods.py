"""The usual ways to treat a day as a row of steady states, and what each gets wrong.

Each method replaces the queue of an interval by queues in steady state (M/M/n+M) with an arrival
rate that it believes in. Methods differ in that rate:

=============  ===================================================================================
method         arrival rate of an interval
=============  ===================================================================================
sipp           the mean rate of the interval (stationary, independent, period by period)
sipp_max       the highest rate in the interval
sipp_mix       the mean where the rate rises, the highest where it does not
psa            the rate of each moment (pointwise stationary)
lag_avg        the mean rate one handle time ago
lag_max        the highest rate one handle time ago
lag_mix        the mean one handle time ago where that rate rises, the highest where it does not
mol            the offered load of each moment over the handle time (modified offered load)
effective      the mean of that load over the interval (effective arrival rate)
backlog        what a loss system passes on from one handle time to the next (SBC)
=============  ===================================================================================

Green, Kolesar and Soares (2001) for SIPP and its lags; Jennings et al. (1996) and Feldman et al.
(2008) for the offered load; Thompson (1993) for the effective rate; Stolletz (2008) for the
backlog.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple, get_args

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.day_walk import DayPlan, Rates, day_plan, mean_of_parts
from sim._erlang.door import door
from sim._erlang.infinite import piecewise_load
from sim._erlang.inverse import agents_needed
from sim._erlang.laws import Exponential
from sim._erlang.loss import loss
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim._erlang.target import Target
from sim._erlang.wait import wait_fates, wait_totals
from sim.errors import InvalidInput

__all__ = [
    "INTERVAL_METHODS",
    "IntervalAgents",
    "IntervalMethod",
    "IntervalService",
    "interval_agents",
    "interval_service",
]

IntervalMethod = Literal[
    "sipp",
    "sipp_max",
    "sipp_mix",
    "psa",
    "lag_avg",
    "lag_max",
    "lag_mix",
    "mol",
    "effective",
    "backlog",
]
INTERVAL_METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True, eq=False)
class IntervalService:
    """What a method says of a day.

    Parameters
    ----------
    method
        One of `INTERVAL_METHODS`.
    intervals
        Measures by interval; `arrival_rate` is the mean rate that the method believes in.
    day
        Measures of all contacts, weighted by the contacts that arrive in truth.
    volume
        Contacts that arrive in each interval.
    """

    method: IntervalMethod
    intervals: QueueMeasures[FloatArray]
    day: QueueMeasures[float]
    volume: FloatArray


@dataclass(frozen=True, eq=False)
class IntervalAgents:
    """How many agents a method asks for.

    Parameters
    ----------
    method
        One of `INTERVAL_METHODS`.
    agents
        Agents for each interval.
    agent_hours
        Their hours over the day.
    """

    method: IntervalMethod
    agents: IntArray
    agent_hours: float


class _Seen(NamedTuple):
    """Rates that a method believes in, by interval, and how much of the contacts see each."""

    rate: FloatArray
    weight: FloatArray


@door
def interval_service(
    *,
    method: IntervalMethod,
    arrival_rate: Rates,
    aht: float,
    agents: Rates,
    patience: float = math.inf,
    interval: Rates = 1800.0,
) -> IntervalService:
    """Measure a given staff by one of the usual approximations.

    Parameters
    ----------
    method
        One of `INTERVAL_METHODS`.
    arrival_rate
        Contacts per second in each interval; or a row for each interval, with the rates of parts
        of equal length [1/s]. Nobody arrives before the day.
    aht, patience
        Mean handle time, and mean time until a waiting contact gives up [s].
    agents
        Agents in each interval, whole numbers of at least 0.
    interval
        Length of each interval, above 0; half an hour by default [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Approximations, whose errors on a day are what `compare_methods` shows. Without abandonment an
    interval with more load than agents has infinite waits by every method but ``backlog``. That
    one divides intervals into pieces of about one handle time; whom a loss system would turn
    away in a piece comes back in the next, and the others wait as in a steady state. Those whose
    patience ends before the next piece do not come back: our extension, since the original knows
    no abandonment; with endless patience it is the original.

    Examples
    --------
    >>> seen = interval_service(
    ...     method="sipp", arrival_rate=[0.1, 0.2, 0.1], aht=300, agents=34, patience=180,
    ...     interval=900,
    ... )
    >>> seen.intervals.service_level("offered", 20).round(3)
    array([0.871, 0.01 , 0.871])
    """
    _check_method(method)
    plan = day_plan(arrival_rate, agents, interval, aht=aht, patience=patience)
    return _service(method, plan, _backlogged(plan) if method == "backlog" else _seen(method, plan))


@door
def interval_agents(
    target: Target,
    *,
    method: IntervalMethod,
    arrival_rate: Rates,
    aht: float,
    patience: float = math.inf,
    interval: Rates = 1800.0,
) -> IntervalAgents:
    """Least agents per interval that keep a promise, as one of the usual approximations has it.

    Parameters
    ----------
    target
        What each interval must meet.
    method, arrival_rate, aht, patience, interval
        As in `interval_service`. Methods of each moment staff for its highest rate.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> from sim.erlang import Target
    >>> target = Target(service_level=0.8, awt=20)
    >>> interval_agents(
    ...     target, method="lag_avg", arrival_rate=[0.1, 0.2, 0.1], aht=300, patience=180,
    ...     interval=900,
    ... ).agents
    array([23, 52, 43])
    """
    _check_method(method)
    plan = day_plan(arrival_rate, 0, interval, aht=aht, patience=patience)
    if method == "backlog":
        agents = _agents_by_backlog(target, plan)
    else:
        rates = _seen(method, plan).rate.max(axis=1)
        agents = agents_needed(target, arrival_rate=rates, aht=aht, patience=patience).agents
    hours = float(agents @ plan.lengths) / 3600.0
    return IntervalAgents(method=method, agents=agents, agent_hours=hours)


def _check_method(method: IntervalMethod) -> None:
    if method not in INTERVAL_METHODS:
        raise InvalidInput("method", f"must be one of {', '.join(INTERVAL_METHODS)}", method)


# Rates that methods believe in


def _seen(method: IntervalMethod, plan: DayPlan) -> _Seen:
    """Return the rates of a method that does not depend on the staff."""
    rate = plan.arrival_rate.reshape(-1, plan.parts)
    if method == "psa":
        return _Seen(rate, rate)
    if method == "mol":
        return _load_seen(plan)
    if method == "effective":
        ends = np.concatenate(([0.0], np.cumsum(plan.lengths)))
        swing = np.diff(_load(plan, ends))
        # The load obeys load' = rate - load / aht: its integral needs its ends only.
        believed = np.maximum(plan.by_interval(plan.arrival_rate * plan.interval) - swing, 0.0)
        return _alone(believed / plan.lengths)
    late = plan.aht if method.startswith("lag") else 0.0
    mean, most, rising = _past(plan, late)
    if method.endswith("mix"):
        return _alone(np.where(rising, mean, most))
    return _alone(most if method.endswith("max") else mean)


def _alone(rate: FloatArray) -> _Seen:
    """Let all contacts of an interval see one rate."""
    return _Seen(rate[:, None], np.ones((rate.size, 1)))


def _past(plan: DayPlan, late: float) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return mean and highest rate of each interval some time ago, and whether it rose."""
    ends = np.cumsum(plan.interval)
    marks = np.concatenate(([0.0], ends))
    came = np.concatenate(([0.0], np.cumsum(plan.arrival_rate * plan.interval)))
    edges = np.concatenate(([0.0], np.cumsum(plan.lengths)))
    mean = np.diff(np.interp(edges - late, marks, came)) / plan.lengths
    most, rising = np.zeros_like(mean), np.zeros(mean.size, dtype=np.bool_)
    for k, (low, high) in enumerate(itertools.pairwise(edges - late)):
        # A rounding error must not let the interval touch its neighbours.
        dust = 1e-9 * (high - low)
        met = (marks[:-1] < high - dust) & (ends > low + dust)
        rates = plan.arrival_rate[met]
        if low < -dust:  # nobody arrived before the day
            rates = np.concatenate(([0.0], rates))
        most[k] = rates.max(initial=0.0)
        rising[k] = rates.size > 1 and bool(np.all(np.diff(rates) > 0))
    return mean, most, rising


def _load(plan: DayPlan, times: FloatArray) -> FloatArray:
    return piecewise_load(
        arrival_rate=plan.arrival_rate,
        service=Exponential(mean=plan.aht),
        times=times,
        interval=plan.interval,
    )


def _load_seen(plan: DayPlan) -> _Seen:
    """Return the offered load over the handle time at nodes of each part."""
    half = 0.5 * plan.interval[:, None]
    ends = np.cumsum(plan.interval)[:, None]
    times = ends - half + half * _NODES
    size = plan.lengths.size
    rates = _load(plan, times.ravel()).reshape(size, -1) / plan.aht
    return _Seen(rates, (plan.arrival_rate[:, None] * half * _WEIGHTS).reshape(size, -1))


# Backlog (Stolletz 2008)


def _backlogged(plan: DayPlan) -> _Seen:
    """Pass on from piece to piece whom a loss system would turn away."""
    seen, weights, backlog = [], [], 0.0
    for k, pieces in enumerate(_pieces(plan)):
        agents = float(plan.agents[k * plan.parts])
        rates, backlog = _carried(plan, pieces, float(plan.lengths[k]), agents, backlog)
        seen.append(rates)
        weights.append(pieces)
    width = max(rates.size for rates in seen)
    table = np.zeros((2, len(seen), width))
    for k, (rates, pieces) in enumerate(zip(seen, weights, strict=True)):
        table[:, k, : rates.size] = rates, pieces
        if not pieces.any():  # nobody arrives: what is believed of nobody is plain
            table[1, k, : rates.size] = 1.0
    return _Seen(table[0], table[1])


def _pieces(plan: DayPlan) -> list[FloatArray]:
    """Return the arrival rates of pieces of about one handle time, by interval."""
    marks = np.concatenate(([0.0], np.cumsum(plan.interval)))
    came = np.concatenate(([0.0], np.cumsum(plan.arrival_rate * plan.interval)))
    edges = np.concatenate(([0.0], np.cumsum(plan.lengths)))
    pieces = []
    for low, high in itertools.pairwise(edges):
        cuts = np.linspace(low, high, max(round((high - low) / plan.aht), 1) + 1)
        pieces.append(np.diff(np.interp(cuts, marks, came)) / np.diff(cuts))
    return pieces


def _carried(
    plan: DayPlan, pieces: FloatArray, length: float, agents: float, backlog: float
) -> tuple[FloatArray, float]:
    """Return the rates that the pieces of one interval deal with, and who is left over."""
    stay = math.exp(-length / pieces.size / plan.patience)
    rates = np.zeros_like(pieces)
    for j, rate in enumerate(pieces.tolist()):
        offered = rate + backlog
        lost = float(loss(np.array([agents]), np.array([offered * plan.aht]))[0])
        backlog = offered * lost * stay
        rates[j] = offered if agents == 0 else offered - backlog
    return rates, backlog


def _agents_by_backlog(target: Target, plan: DayPlan) -> IntArray:
    """Staff interval after interval, each with what the one before has left over."""
    agents, backlog = np.zeros(plan.lengths.size, dtype=np.int64), 0.0
    for k, pieces in enumerate(_pieces(plan)):
        length = float(plan.lengths[k])
        enough = partial(_is_enough, target, plan, pieces, length, backlog)
        agents[k] = _least_team(enough) if pieces.any() or backlog > 0 else 0
        _, backlog = _carried(plan, pieces, length, float(agents[k]), backlog)
    return agents


def _is_enough(
    target: Target,
    plan: DayPlan,
    pieces: FloatArray,
    length: float,
    backlog: float,
    team: int,
) -> bool:
    rates, _ = _carried(plan, pieces, length, float(team), backlog)
    weights = pieces if pieces.any() else np.ones_like(pieces)
    steady = _steady(plan, np.array([float(team)]), _Seen(rates[None, :], weights[None, :]))
    return bool(target._met(queue_measures(*steady, shape=(1,)))[0])


def _least_team(enough: Callable[[int], bool]) -> int:
    """Return the least number that is enough, by doubling and halving."""
    low, high = -1, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# Measures


def _service(method: IntervalMethod, plan: DayPlan, seen: _Seen) -> IntervalService:
    """Mix steady states: those of an interval by the contacts that see each, and all of a day."""
    volume = plan.by_interval(plan.arrival_rate * plan.interval)
    agents = plan.agents[:: plan.parts]
    queue, totals, fates = _steady(plan, agents, seen)
    staff = float(agents @ plan.lengths) / plan.lengths.sum()
    rate = float(queue.arrival_rate @ plan.lengths) / plan.lengths.sum()

    def whole(shares: WaitTotals | Fates) -> Iterator[FloatArray]:
        for column in shares:
            yield mean_of_parts(column, volume, volume.size)

    day = queue_measures(
        Queue(*(np.array([value]) for value in (rate, plan.aht, staff, plan.patience, math.inf))),
        WaitTotals(*whole(totals)),
        lambda awt: Fates(*whole(fates(np.repeat(awt, volume.size)))),
        method=method,
    )
    return IntervalService(
        method=method,
        intervals=queue_measures(queue, totals, fates, shape=volume.shape, method=method),
        day=day,
        volume=volume,
    )


def _steady(
    plan: DayPlan, agents: FloatArray, seen: _Seen
) -> tuple[Queue, WaitTotals, Callable[[FloatArray], Fates]]:
    """Return the intervals as queues, and what their contacts can expect in steady states."""
    width = seen.rate.shape[1]
    weights = seen.weight.ravel()
    states = _queues(plan, seen.rate.ravel(), np.repeat(agents, width))
    totals, known = wait_totals(states)

    def mixed(shares: WaitTotals | Fates) -> Iterator[FloatArray]:
        for column in shares:
            yield mean_of_parts(column, weights, width)

    def fates(awt: FloatArray) -> Fates:
        return Fates(*mixed(wait_fates(states, known, np.repeat(awt, width))))

    mean = mean_of_parts(seen.rate.ravel(), weights, width)
    return _queues(plan, mean, agents), WaitTotals(*mixed(totals)), fates


def _queues(plan: DayPlan, rate: FloatArray, agents: FloatArray) -> Queue:
    same = np.ones_like(rate)
    return Queue(rate, plan.aht * same, agents, plan.patience * same, math.inf * same)
