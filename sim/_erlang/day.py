"""A day whose rates and staff change from interval to interval, exactly: Mt/M/n(t)+M.

The number of contacts in service and in queue is a Markov chain; it is moved from interval to
interval without approximation (Ingolfsson et al. 2007 compare what others do). Waiting contacts
are followed by what is ahead of them, so a wait may outlast an interval and see the next staff.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from sim._erlang.arrays import FloatArray, ratio
from sim._erlang.day_walk import (
    DayPlan,
    Rates,
    StaffChange,
    WalkedDay,
    day_means,
    day_plan,
    mean_of_parts,
    walk,
)
from sim._erlang.door import door
from sim._erlang.laws import Gamma
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim.errors import InvalidInput

__all__ = ["DayMeasures", "RandomDayMeasures", "exact_day", "random_day"]


@dataclass(frozen=True, eq=False)
class DayMeasures:
    """What contacts and agents live through on a day, interval by interval.

    Parameters
    ----------
    intervals
        Every measure of the contacts that arrive in an interval, whenever they are answered.
        `mean_queue` and `occupancy` are of the interval's time; agents who finish a contact
        beyond their staff count as present.
    day
        The same for all contacts of the day.
    interval
        Lengths [s].
    volume
        Contacts that arrive.
    mean_busy
        Mean number of agents at work.
    abandons
        Contacts that give up, by the time at which they do so.
    queue_at_end
        Mean number of contacts that wait when the interval ends.
    busy_at_end
        Mean number of agents at work when the interval ends, before the staff changes.
    abandons_after_close
        Contacts that give up after the day's end, while the last staff empties the queue.
    wait_after_close
        Time that all contacts together still wait after the day's end [s].
    """

    intervals: QueueMeasures[FloatArray]
    day: QueueMeasures[float]
    interval: FloatArray
    volume: FloatArray
    mean_busy: FloatArray
    abandons: FloatArray
    queue_at_end: FloatArray
    busy_at_end: FloatArray
    abandons_after_close: float
    wait_after_close: float


@dataclass(frozen=True, eq=False)
class RandomDayMeasures:
    """A day whose busyness is not known beforehand.

    Parameters
    ----------
    intervals, day
        Measures of a contact: busy days count more, as they do in a month's report.
    mean_of_days
        Means over days of the measures of each day: the service level that a day can expect.
    volume
        Contacts that arrive, by interval.
    """

    intervals: QueueMeasures[FloatArray]
    day: QueueMeasures[float]
    mean_of_days: QueueMeasures[float]
    volume: FloatArray


@door
def exact_day(
    *,
    arrival_rate: Rates,
    aht: float,
    agents: Rates,
    patience: float = math.inf,
    interval: Rates = 1800.0,
    staff_change: StaffChange = "exhaustive",
    balking: float = 0.0,
    initial_busy: int = 0,
    initial_queue: int = 0,
) -> DayMeasures:
    """Measure a day of constant pieces exactly, overload and changes of staff included.

    Parameters
    ----------
    arrival_rate
        Contacts per second in each interval, at least 0; or a line for each interval, with the
        rates of parts of equal length [1/s].
    aht
        Mean handle time, above 0 [s].
    agents
        Agents in each interval, whole numbers of at least 0.
    patience
        Mean time until a waiting contact gives up, above 0; endless by default [s].
    interval
        Length of each interval, above 0; half an hour by default [s].
    staff_change
        ``exhaustive``: who must leave finishes the contact in hand. ``preemptive``: leaves at
        once, and the contact goes back to the head of the queue.
    balking
        Share of contacts that leave at once when no agent is free.
    initial_busy, initial_queue
        Agents at work, and contacts waiting, when the day begins.

    Returns
    -------
    DayMeasures
        Service levels are those of its `intervals` and its `day`, for any rule and threshold.

    Raises
    ------
    InvalidInput
        If a value is out of range, or the queue grows beyond some million states.

    Notes
    -----
    Handle times and patience are exponential, contacts are served in order of arrival. Nobody
    arrives after the last interval; its staff then empties the queue. Who is interrupted has
    been answered, and counts as such. The cost grows with the number of events of the day times
    the width of the queue's distribution: milliseconds for an interval with 25 agents.

    Examples
    --------
    >>> day = exact_day(
    ...     arrival_rate=[0.1, 0.2, 0.1], agents=34, aht=300, patience=180, interval=900
    ... )
    >>> day.intervals.service_level("offered", 20).round(3)
    array([0.975, 0.124, 0.608])
    >>> round(day.day.service_level("offered", 20), 4), day.abandons.round(1).tolist()
    (0.4576, [0.5, 58.1, 14.8])
    """
    plan = day_plan(
        arrival_rate,
        agents,
        interval,
        aht=aht,
        patience=patience,
        staff_change=staff_change,
        balking=balking,
        initial=(initial_busy, initial_queue),
    )
    day, sure = walk(plan), np.ones(1)
    balked = plan.balking * plan.arrival_rate * day.sums.wait
    return DayMeasures(
        intervals=_measures_of_intervals([day], sure, sure),
        day=_measures_of_day([day], sure, sure),
        interval=plan.lengths,
        volume=plan.by_interval(day.volume),
        mean_busy=plan.by_interval(day.sums.busy) / plan.lengths,
        abandons=plan.by_interval(day.sums.queue * plan.leave + balked),
        queue_at_end=day.sums.queue_at_end[plan.parts - 1 :: plan.parts],
        busy_at_end=day.sums.busy_at_end[plan.parts - 1 :: plan.parts],
        abandons_after_close=day.after * plan.leave if plan.leave > 0 else 0.0,
        wait_after_close=day.after,
    )


@door
def random_day(
    *,
    busyness: Gamma,
    arrival_rate: Rates,
    aht: float,
    agents: Rates,
    patience: float = math.inf,
    interval: Rates = 1800.0,
    staff_change: StaffChange = "exhaustive",
    balking: float = 0.0,
    nodes: int = 24,
) -> RandomDayMeasures:
    """Measure a day whose rates are all multiplied by one random factor, its busyness.

    Parameters
    ----------
    busyness
        Law of the factor of a day, of mean 1 when `arrival_rate` is that of a mean day.
    arrival_rate, aht, agents, patience, interval, staff_change, balking
        As in `exact_day`; the day begins empty.
    nodes
        Days of different busyness that are computed exactly, from 1 to 200.

    Returns
    -------
    RandomDayMeasures
        Measures of a contact, and means over days: two numbers, since busy days have more
        contacts.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Each day is exact; days are summed by generalised Gauss-Laguerre quadrature. The error of
    24 nodes is about 1e-8 with a spread of a third (shape 10), more with more spread. Measures
    of a day are the expected good contacts over the expected contacts of a day as busy as that.

    Examples
    --------
    >>> from sim.erlang import Gamma
    >>> random = random_day(
    ...     busyness=Gamma(shape=10, mean=1), arrival_rate=[0.05, 0.06], aht=100, agents=8,
    ...     patience=1000, interval=3600, nodes=12,
    ... )
    >>> round(random.day.service_level("offered", 20), 2)
    0.71
    >>> round(random.mean_of_days.service_level("offered", 20), 2)
    0.78
    """
    if nodes != int(nodes) or not 1 <= nodes <= 200:
        raise InvalidInput("nodes", "must be whole and from 1 to 200", nodes)
    plan = day_plan(
        arrival_rate,
        agents,
        interval,
        aht=aht,
        patience=patience,
        staff_change=staff_change,
        balking=balking,
        initial=(0, 0),
    )
    factors, chances = _gamma_nodes(busyness, nodes)
    days = [walk(plan._replace(arrival_rate=plan.arrival_rate * factor)) for factor in factors]
    by_contact = chances * factors / (chances @ factors)
    return RandomDayMeasures(
        intervals=_measures_of_intervals(days, chances, by_contact),
        day=_measures_of_day(days, chances, by_contact),
        mean_of_days=_measures_of_day(days, chances, chances),
        volume=plan.by_interval(chances @ np.array([day.volume for day in days])),
    )


def _gamma_nodes(law: Gamma, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return nodes and chances of the generalised Gauss-Laguerre rule (Golub and Welsch 1969)."""
    steps = np.arange(float(nodes))
    along = 2.0 * steps + law.shape
    beside = np.sqrt(steps[1:] * (steps[1:] + law.shape - 1.0))
    values, vectors = linalg.eigh_tridiagonal(along, beside)
    chances: FloatArray = vectors[0] ** 2
    used = chances > 1e-18
    factors: FloatArray = values[used] * (law.mean / law.shape)
    return factors, chances[used] / chances[used].sum()


def _measures_of_intervals(
    days: Sequence[WalkedDay], chances: FloatArray, weights: FloatArray
) -> QueueMeasures[FloatArray]:
    """Mix days, interval by interval: contacts by their weights, times by chances."""
    plan = days[0].plan
    rate = chances @ np.array([day.plan.arrival_rate for day in days])
    busy, surplus, queue = (
        plan.by_interval(chances @ np.array([getattr(day.sums, name) for day in days]))
        for name in ("busy", "surplus", "queue")
    )

    def mixed(shares: Sequence[WaitTotals | Fates]) -> Iterator[FloatArray]:
        for column in zip(*shares, strict=True):
            yield mean_of_parts(weights @ np.array(column), rate, plan.parts)

    def fates(awt: FloatArray) -> Fates:
        return Fates(*mixed([day.fates(np.repeat(awt, plan.parts)) for day in days]))

    staff = plan.by_interval(plan.agents * plan.interval)
    mean_rate = plan.by_interval(rate) / plan.parts
    return queue_measures(
        _described(plan, mean_rate, plan.agents[:: plan.parts]),
        WaitTotals(*mixed([day.totals for day in days])),
        fates,
        shape=mean_rate.shape,
        mean_queue=queue / plan.lengths,
        occupancy=ratio(busy, staff + surplus),
    )


def _measures_of_day(
    days: Sequence[WalkedDay], chances: FloatArray, weights: FloatArray
) -> QueueMeasures[float]:
    """Mix days as wholes, and within each its contacts."""
    plan, length = days[0].plan, days[0].plan.interval.sum()
    rate = chances @ np.array([day.volume.sum() for day in days]) / length
    staff = (plan.agents * plan.interval).sum()
    shares = np.array([list(day_means(day.totals, day.volume)) for day in days])
    busy = chances @ np.array([day.sums.busy.sum() for day in days])
    surplus = chances @ np.array([day.sums.surplus.sum() for day in days])
    queue = chances @ np.array([day.sums.queue.sum() for day in days])

    def fates(awt: FloatArray) -> Fates:
        thresholds = np.repeat(awt, plan.interval.size)
        known = [list(day_means(day.fates(thresholds), day.volume)) for day in days]
        return Fates(*(weights @ np.array(column) for column in zip(*known, strict=True)))

    return queue_measures(
        _described(plan, np.array([rate]), np.array([staff / length])),
        WaitTotals(*(weights @ column for column in shares.transpose(1, 0, 2))),
        fates,
        mean_queue=np.array([queue / length]),
        occupancy=ratio(np.array([busy]), np.array([staff + surplus])),
    )


def _described(plan: DayPlan, rate: FloatArray, agents: FloatArray) -> Queue:
    same = np.ones_like(rate)
    return Queue(rate, plan.aht * same, agents, plan.patience * same, math.inf * same)
