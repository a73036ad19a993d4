"""Rates and teams that are not known for sure: what one gets, and whom one needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray
from sim._erlang.door import door
from sim._erlang.fitted import Discrete
from sim._erlang.inputs import check_queue, numbers, require
from sim._erlang.inverse import Requirement, agents_needed
from sim._erlang.laws import Deterministic, Gamma, Law
from sim._erlang.measures import QueueMeasures
from sim._erlang.mixtures import (
    Average,
    Known,
    Mixture,
    RandomQueue,
    Spread,
    check_average,
    random_queue,
)
from sim._erlang.patience import measure_any
from sim._erlang.target import DUST, Target
from sim.errors import InvalidInput

__all__ = [
    "RandomRequirement",
    "agents_needed_for_sure",
    "agents_needed_on_average",
    "random_rate",
    "random_staff",
    "rate_from_counts",
]

_MOST_AGENTS = 10_000_000
"""Agents beyond which a promise counts as one that nobody keeps."""


def _measures(
    arrival_rate: Any,
    aht: float,
    agents: Any,
    patience: Law | float,
    lines: float,
    balking: float,
) -> QueueMeasures[Any]:
    """Measure queues that differ in one thing, checked."""
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        patience=1.0 if isinstance(patience, Law) else patience,
        lines=lines,
        balking=balking,
    )
    check_queue(*columns[:5])
    share = columns[5]
    require(share, "balking", "must be at least 0 and at most 1", (share >= 0) & (share <= 1))
    waits = patience if isinstance(patience, Law) else columns[3]
    rate, handle, staff = columns[:3]
    return measure_any(rate, handle, staff, waits, columns[4], share)


@door
def random_rate(
    *,
    arrival_rate: Law,
    aht: float,
    agents: float,
    patience: Law | float = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
) -> RandomQueue:
    """Measure a queue whose arrival rate is drawn anew in every interval.

    Parameters
    ----------
    arrival_rate
        Law of the rate [1/s]: `Gamma` or `Lognormal` by its spread, `Discrete` for scenarios, or
        any other; `rate_from_counts` makes one of the mean and the variance of counted calls.
    aht, agents, lines, balking
        As in `erlang_a` [s, agents, lines].
    patience
        Mean of exponential patience, or a law [s]; endless by default.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Within an interval the rate is constant and the queue steady. Expectations are integrated by
    panels of the normal deviate of the rate, halved until nothing changes by more than 1e-12.
    Without patience a busy enough interval has no steady state; its service level counts as 0
    and its waits make the average wait infinite. Jongbloed and Koole (2001).

    Examples
    --------
    >>> from sim.erlang import Gamma
    >>> rate = Gamma(shape=100 / 3, mean=100 / 1800)
    >>> queue = random_rate(arrival_rate=rate, aht=180, agents=14, patience=120)
    >>> round(queue.service_level("offered", 20), 4)  # of all calls of many such half-hours
    0.8996
    >>> round(queue.at_mean.service_level("offered", 20), 4)
    0.9327
    """
    at_mean = _measures(arrival_rate.mean, aht, agents, patience, lines, balking)

    def measure(rates: FloatArray) -> QueueMeasures[FloatArray]:
        return _measures(rates, aht, agents, patience, lines, balking)

    return random_queue(at_mean, _mixture(arrival_rate, measure, float(agents) / float(aht)))


def _mixture(
    law: Law, measure: Callable[[FloatArray], QueueMeasures[FloatArray]], capacity: float
) -> Mixture:
    """A sum where the rate takes single values, an integral elsewhere."""
    if isinstance(law, Deterministic):
        return Known(np.ones(1), measure(np.array([law.mean])))
    if isinstance(law, Discrete):
        return Known(np.array(law.shares), measure(np.array(law.values)))
    return Spread(law, measure, capacity)


@door
def rate_from_counts(*, mean_calls: float, var_calls: float, interval: float) -> Law:
    """Law of the arrival rate behind counted calls: gamma, or constant without extra spread.

    Parameters
    ----------
    mean_calls, var_calls
        Mean and variance of the calls counted in intervals of one kind. The variance of Poisson
        counts is their mean; what is above it comes from the rate.
    interval
        Length of an interval, above 0 [s].

    Raises
    ------
    InvalidInput
        If the variance is below the mean: no random rate makes calls more regular than Poisson.

    Examples
    --------
    >>> law = rate_from_counts(mean_calls=100, var_calls=400, interval=1800)
    >>> round(law.mean * 1800, 6), round(1 / law.scv, 4)
    (100.0, 33.3333)
    """
    for name, value in (("mean_calls", mean_calls), ("interval", interval)):
        if not 0 < value < math.inf:
            raise InvalidInput(name, "must be above 0 and finite", value)
    extra = var_calls - mean_calls
    if not 0 <= extra < math.inf:
        rule = f"must be at least the mean, {mean_calls:g}, and finite"
        raise InvalidInput("var_calls", rule, var_calls, "use the mean: the rate is constant")
    if extra == 0:
        return Deterministic(value=mean_calls / interval)
    return Gamma(shape=mean_calls**2 / extra, mean=mean_calls / interval)


@door
def random_staff(
    *,
    arrival_rate: float,
    aht: float,
    scheduled: int,
    show_up_probability: float,
    patience: Law | float = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
) -> RandomQueue:
    """Measure a queue whose agents each come, or fail to come, by chance (Whitt 2006).

    Parameters
    ----------
    arrival_rate, aht, lines, balking
        As in `erlang_a` [1/s, s, lines].
    scheduled
        Agents on the roster.
    show_up_probability
        Chance of each to be there, from 0 to 1, independent of the others.
    patience
        Mean of exponential patience, or a law [s]; endless by default.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    The sum over the binomial law of those present. Illness that runs through a team spreads
    wider than that.

    Examples
    --------
    >>> queue = random_staff(
    ...     arrival_rate=100 / 1800, aht=180, scheduled=14, show_up_probability=0.85, patience=60
    ... )
    >>> round(queue.service_level("offered", 20), 4)
    0.8416
    >>> queue.at_mean.agents, round(queue.at_mean.service_level("offered", 20), 4)
    (12.0, 0.8603)
    """
    staff, chance = numbers(scheduled=scheduled, show_up_probability=show_up_probability)
    whole = (staff >= 0) & (staff == np.floor(staff)) & np.isfinite(staff)
    require(staff, "scheduled", "must be whole and at least 0", whole)
    inside = (chance >= 0) & (chance <= 1)
    require(chance, "show_up_probability", "must be at least 0 and at most 1", inside)
    present = np.arange(int(staff) + 1.0)
    log_share = (
        special.gammaln(staff + 1.0)
        - special.gammaln(present + 1.0)
        - special.gammaln(staff - present + 1.0)
        + special.xlogy(present, chance)
        + special.xlog1py(staff - present, -chance)
    )
    possible = log_share > -50.0
    shares = np.exp(log_share[possible])
    measures = _measures(arrival_rate, aht, present[possible], patience, lines, balking)
    mean = float(round(float(staff * chance)))
    at_mean = _measures(arrival_rate, aht, mean, patience, lines, balking)
    return random_queue(at_mean, Known(shares / shares.sum(), measures))


@door
def agents_needed_for_sure(
    target: Target,
    *,
    probability: float,
    arrival_rate: Law,
    aht: float,
    patience: Law | float = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
) -> Requirement:
    """Least number of agents that keeps a promise with a probability, over a random rate.

    Parameters
    ----------
    target
        What to promise of an interval.
    probability
        Chance with which an interval shall keep it, from 0 up to but not including 1.
    arrival_rate
        Law of the rate [1/s], as in `random_rate`.
    aht, patience, lines, balking
        As in `agents_needed`.

    Returns
    -------
    Requirement
        Its measures are those at the busiest rate that is still to be served well.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Every promise is harder to keep the more people call. So it is kept with a probability as
    soon as it is kept at that quantile of the rate.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> rate = rate_from_counts(mean_calls=100, var_calls=400, interval=1800)
    >>> need = agents_needed_for_sure(
    ...     promise, probability=0.9, arrival_rate=rate, aht=180, patience=120
    ... )
    >>> need.agents, round(need.measures.arrival_rate * 1800, 1)
    (14, 122.7)
    """
    if not 0 <= probability < 1:
        raise InvalidInput("probability", "must be at least 0 and below 1", probability)
    return agents_needed(
        target,
        arrival_rate=float(arrival_rate.quantile(probability)),
        aht=aht,
        patience=patience,
        lines=lines,
        balking=balking,
    )


@dataclass(frozen=True, eq=False)
class RandomRequirement:
    """Agents needed for a promise on average, and what they give.

    Parameters
    ----------
    agents
        The least number that keeps the promise; as many as there are lines, or ten million, when
        none of so many does.
    met
        Whether the promise is kept. With endless patience a rate of heavy tail makes the average
        wait infinite however many agents there are.
    queue
        The queue with that many agents.
    """

    agents: int
    met: bool
    queue: RandomQueue


@door
def agents_needed_on_average(
    target: Target,
    *,
    arrival_rate: Law,
    aht: float,
    patience: Law | float = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
    over: Average = "calls",
) -> RandomRequirement:
    """Least number of agents that keeps a promise on average over a random rate.

    Parameters
    ----------
    target
        What to promise of the averages.
    arrival_rate
        Law of the rate [1/s], as in `random_rate`.
    aht, patience, lines, balking
        As in `agents_needed`.
    over
        ``"calls"`` for the figure of a month, ``"intervals"`` for the mean of its intervals.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> rate = rate_from_counts(mean_calls=100, var_calls=400, interval=1800)
    >>> agents_needed_on_average(promise, arrival_rate=rate, aht=180, patience=120).agents
    13
    """
    check_average(over)
    most = int(min(lines, _MOST_AGENTS))

    def at(agents: int) -> RandomQueue:
        return random_rate(
            arrival_rate=arrival_rate,
            aht=aht,
            agents=agents,
            patience=patience,
            lines=lines,
            balking=balking,
        )

    at(0)  # refuses what no team could answer
    low, step = -1, max(1, round(math.sqrt(arrival_rate.mean * aht) / 4.0))
    high = min(round(arrival_rate.mean * aht), most)
    while not _keeps(at(high), target, over):
        if high == most:
            return RandomRequirement(high, False, at(high))
        low, high, step = high, min(high + step, most), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _keeps(at(middle), target, over) else (middle, high)
    return RandomRequirement(high, True, at(high))


def _keeps(queue: RandomQueue, target: Target, over: Average) -> bool:
    """Tell whether averages keep a promise."""
    return all(
        queue.average(name, over) <= bound * (1.0 + DUST)
        for name, bound in target._bounds().items()
    ) and all(
        queue.service_level(level.rule, level.awt, over) >= level.share * (1.0 - DUST)
        for level in target._levels()
    )
