"""A day of constant pieces, walked through: what happens to whom, in sums and shares."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from sim._erlang.arrays import FloatArray, ratio
from sim._erlang.inputs import Real, numbers, require, require_not_negative
from sim._erlang.queue import Fates, WaitTotals
from sim._erlang.uniformisation import (
    FIELDS,
    Regime,
    advance,
    busy_numbers,
    crowd_of,
    follow,
    queue_numbers,
    refuse_crowd,
    restaff,
    still_waiting,
)
from sim.errors import InvalidInput

__all__ = [
    "DayPlan",
    "DaySums",
    "Rates",
    "StaffChange",
    "WalkedDay",
    "day_means",
    "day_plan",
    "mean_of_parts",
    "walk",
]

_COARSE, _FINE = np.polynomial.legendre.leggauss(6), np.polynomial.legendre.leggauss(10)

_AGREED = 3e-9
"""Difference of the coarse and the fine rule; the error of the fine one is about its square."""

_NOTHING = 1e-12
"""Share of answered contacts that is rounding: nobody is, when no agents ever come."""

_DEEPEST = 12
"""Halvings of the time before a change of staff; ever fewer contacts are left in the pieces."""


StaffChange = Literal["exhaustive", "preemptive"]

Rates = Real | Sequence[float] | Sequence[Sequence[float]]


class DayPlan(NamedTuple):
    """A day as asked for, checked, part by part; each interval has `parts` parts."""

    arrival_rate: FloatArray
    agents: FloatArray
    interval: FloatArray
    parts: int
    aht: float
    patience: float
    balking: float
    preemptive: bool
    busy: int
    queue: int

    @property
    def lengths(self) -> FloatArray:
        """Lengths of the intervals [s]."""
        return self.by_interval(self.interval)

    def by_interval(self, sums: FloatArray) -> FloatArray:
        """Add up the parts of each interval."""
        total: FloatArray = sums.reshape(-1, self.parts).sum(axis=1)
        return total

    @property
    def leave(self) -> float:
        """Rate at which one waiting contact gives up [1/s]."""
        return 1.0 / self.patience

    def regime(self, k: int) -> Regime:
        """What holds in the part numbered k: rates [1/s], agents and balking."""
        return Regime(
            float(self.arrival_rate[k]),
            1.0 / self.aht,
            self.leave,
            int(self.agents[k]),
            self.balking,
        )

    def changed(self, crowd: FloatArray, k: int) -> FloatArray:
        """Give a crowd the staff of interval k, coming from the one before."""
        old, new = int(self.agents[k - 1]), int(self.agents[k])
        return restaff(crowd, old, new, preemptive=self.preemptive)


class DaySums(NamedTuple):
    """Expected sums by interval: the first five by time, the others by arrival [contacts, s]."""

    queue: FloatArray
    busy: FloatArray
    surplus: FloatArray
    queue_at_end: FloatArray
    busy_at_end: FloatArray
    free: FloatArray
    wait: FloatArray
    virtual: FloatArray
    waited: FloatArray
    regretted: FloatArray
    answered: FloatArray
    never: FloatArray


class WalkedDay(NamedTuple):
    """A day that has been walked through."""

    plan: DayPlan
    volume: FloatArray
    sums: DaySums
    totals: WaitTotals
    fates: _Thresholds
    after: float


def day_plan(
    arrival_rate: Rates,
    agents: Rates,
    interval: Rates,
    *,
    aht: float,
    patience: float,
    staff_change: StaffChange = "exhaustive",
    balking: float = 0.0,
    initial: tuple[int, int] = (0, 0),
) -> DayPlan:
    """Check a day and bring its intervals to one length."""
    rate, staff, length = _columns(arrival_rate, agents, interval)
    require_not_negative("arrival_rate", rate)
    require_not_negative("agents", staff)
    require(staff, "agents", "must be whole", staff == np.floor(staff))
    require(length, "interval", "must be above 0 and finite", (length > 0) & np.isfinite(length))
    if not 0 < aht < math.inf:
        raise InvalidInput("aht", "must be above 0 and finite", aht)
    if not patience > 0:
        raise InvalidInput("patience", "must be above 0", patience)
    if not 0 <= balking <= 1:
        raise InvalidInput("balking", "must be from 0 to 1", balking)
    if staff_change not in get_args(StaffChange):
        raise InvalidInput("staff_change", "must be exhaustive or preemptive", staff_change)
    for name, number in zip(("initial_busy", "initial_queue"), initial, strict=True):
        if number < 0 or number != int(number):
            raise InvalidInput(name, "must be whole and at least 0", number)
    parts = rate.shape[1]
    joining = rate.mean(axis=1) * (1.0 - balking)
    refuse_crowd(length, joining, staff, (aht, patience), float(sum(initial)))
    return DayPlan(
        arrival_rate=rate.ravel(),
        agents=np.repeat(staff, parts),
        interval=np.repeat(length / parts, parts),
        parts=parts,
        aht=float(aht),
        patience=float(patience),
        balking=float(balking),
        preemptive=staff_change == "preemptive",
        busy=int(initial[0]),
        queue=int(initial[1]),
    )


def _columns(arrival_rate: Rates, agents: Rates, interval: Rates) -> tuple[FloatArray, ...]:
    """Return rates by interval and part, and agents and lengths by interval."""
    (rate,) = numbers(arrival_rate=arrival_rate)
    if rate.ndim > 2 or rate.size == 0:
        rule = "must be a number, a row of numbers or a table, one line per interval"
        raise InvalidInput("arrival_rate", rule, rate.shape)
    first = rate if rate.ndim < 2 else rate[:, 0]
    columns = numbers(
        arrival_rate=first,
        agents=agents,
        interval=interval,
    )
    if columns[0].ndim > 1:
        raise InvalidInput("agents", "must be a number or a row of numbers", np.shape(agents))
    by_interval, staff, length = (np.atleast_1d(column) for column in columns)
    by_part = rate if rate.ndim == 2 and len(rate) == staff.size else by_interval[:, None]
    if rate.ndim == 2 and len(rate) != staff.size:
        by_part = np.repeat(rate, staff.size, axis=0)
    return by_part, staff, length


def walk(plan: DayPlan) -> WalkedDay:
    """Walk through a day."""
    sums, starts, after = _walk(plan)
    volume = plan.arrival_rate * plan.interval
    totals = _totals(plan, sums, volume)
    return WalkedDay(plan, volume, sums, totals, _Thresholds(plan, starts, volume), after)


def _walk(plan: DayPlan) -> tuple[DaySums, list[FloatArray], float]:
    """Return sums by interval, the crowd at the start of each, and the queue time after closing."""
    size = plan.interval.size
    sums = DaySums(*np.zeros((len(DaySums._fields), size)))
    starts = []
    crowd = _first_crowd(plan)
    for k in range(size):
        if k:
            crowd = plan.changed(crowd, k)
        starts.append(crowd)
        regime = plan.regime(k)
        fields = np.concatenate((crowd, np.zeros((FIELDS - 1, *crowd.shape[1:]))))
        end, area = advance(fields, regime, float(plan.interval[k]))
        crowd = end[:1]
        _sum_by_time(sums, k, crowd, area, regime)
        _sum_by_arrival(sums, k, end, area, plan)
    return sums, starts, _queue_time_to_come(crowd, plan.regime(size - 1))


def _first_crowd(plan: DayPlan) -> FloatArray:
    agents = int(plan.agents[0])
    if plan.preemptive:
        crowd = np.zeros((1, 1, max(agents, plan.busy + plan.queue) + 1))
        crowd[0, 0, plan.busy + plan.queue] = 1.0
        return crowd
    return crowd_of(plan.busy, plan.queue, agents)


def _sum_by_time(
    sums: DaySums, k: int, crowd: FloatArray, area: FloatArray, regime: Regime
) -> None:
    """Add up what agents and the queue do while the interval lasts."""
    _, rows, columns = area.shape
    busy = busy_numbers(rows, columns, regime.agents)
    sums.queue[k] = (area[0] @ queue_numbers(columns, regime.agents)).sum()
    sums.busy[k] = (area[0] * busy).sum()
    sums.surplus[k] = (area[0].sum(axis=1) * np.arange(rows)).sum()
    _, rows, columns = crowd.shape
    sums.queue_at_end[k] = (crowd[0] @ queue_numbers(columns, regime.agents)).sum()
    sums.busy_at_end[k] = (crowd[0] * busy_numbers(rows, columns, regime.agents)).sum()


def _sum_by_arrival(
    sums: DaySums, k: int, end: FloatArray, area: FloatArray, plan: DayPlan
) -> None:
    """Add up what contacts that arrive in the interval live through, however long it takes."""
    agents = int(plan.agents[k])
    sums.free[k] = area[0, 0, :agents].sum()
    sums.wait[k] = area[0, 0, agents:].sum() + area[0, 1:].sum()
    waiting = np.concatenate((np.zeros_like(end[:1]), end[1:]))
    totals = area[1:].sum(axis=(1, 2))
    for later in range(k + 1, plan.interval.size):
        if not waiting.any():
            break
        waiting = still_waiting(plan.changed(waiting, later), int(plan.agents[later]))
        waiting, area = advance(waiting, plan.regime(later), float(plan.interval[later]))
        totals += area[1:].sum(axis=(1, 2))
    last = plan.regime(plan.interval.size - 1)
    if last.agents > 0:
        _, area = advance(waiting, last, math.inf)
        totals += area[1:].sum(axis=(1, 2))
        sums.answered[k] = totals[1] - totals[2] * plan.leave
    else:
        left = waiting[1:].sum(axis=(1, 2))
        sums.answered[k] = totals[1] - totals[2] * plan.leave - left[2]
        sums.never[k] = left[1] if plan.leave == 0 else 0.0
        totals += _unserved(left, plan.patience)
    sums.virtual[k], sums.waited[k] = totals[:2]
    sums.regretted[k] = totals[2] * plan.leave


def _unserved(left: FloatArray, patience: float) -> FloatArray:
    """Return the times to come of contacts that nobody will ever answer."""
    virtual, waiting, aged = left.tolist()
    forever = math.inf if virtual > 0 else 0.0
    if math.isinf(patience):
        return np.array([forever, math.inf if waiting > 0 else 0.0, 0.0])
    return np.array([forever, waiting * patience, (aged + waiting * patience) * patience])


def _queue_time_to_come(crowd: FloatArray, regime: Regime) -> float:
    """Return the expected time that all contacts together still wait when no more arrive [s]."""
    _, rows, columns = crowd.shape
    if columns <= regime.agents + 1:
        return 0.0
    waiting = np.arange(columns - regime.agents, dtype=np.float64)
    if regime.agents == 0 and regime.leave == 0:
        return math.inf if crowd[0, :, 1:].any() else 0.0
    total, before = 0.0, np.zeros_like(waiting)
    for row in range(rows):
        drop = (regime.agents + row) * regime.service
        pace = drop + waiting * regime.leave
        if row == 0:
            times = np.cumsum(ratio(waiting, pace))
        else:
            times = np.zeros_like(waiting)
            for q in range(1, waiting.size):
                coming = drop * before[q] + waiting[q] * regime.leave * times[q - 1]
                times[q] = (waiting[q] + coming) / pace[q]
        total += float(crowd[0, row, regime.agents :] @ times)
        before = times
    return total


def _totals(plan: DayPlan, sums: DaySums, volume: FloatArray) -> WaitTotals:
    """Return what one contact of each interval can expect."""
    nobody = volume == 0
    waits = ratio(plan.arrival_rate * sums.wait, volume)
    waited = ratio(sums.waited, volume)
    gave_up = ratio(sums.waited * plan.leave, volume) if plan.leave > 0 else np.zeros_like(volume)
    abandoned = np.minimum(plan.balking * waits + gave_up, 1.0)
    served = 1.0 - abandoned - ratio(sums.never, volume)
    answered = served > _NOTHING
    return WaitTotals(
        blocking=np.zeros_like(volume),
        accepted=np.ones_like(volume),
        no_wait=np.where(nobody, 1.0, ratio(plan.arrival_rate * sums.free, volume)),
        delayed=waits,
        served=np.where(answered, served, 0.0),
        abandoned=abandoned,
        waited=waited,
        waited_virtual=ratio(sums.virtual, volume),
        waited_served=np.where(answered, ratio(np.maximum(sums.answered, 0.0), volume), 0.0),
        waited_abandoned=ratio(sums.regretted, volume),
    )


def mean_of_parts(values: FloatArray, weights: FloatArray, parts: int) -> FloatArray:
    """Return the weighted mean of each `parts` values; the plain one where nothing has weight."""
    by, of = weights.reshape(-1, parts), values.reshape(-1, parts)
    by = np.where(by.sum(axis=1, keepdims=True) > 0, by, 1.0)
    sums = np.where(by > 0, of, 0.0) * by  # no weight at all for what may be infinite
    mean: FloatArray = sums.sum(axis=1) / by.sum(axis=1)
    return mean


def day_means(shares: WaitTotals | Fates, volume: FloatArray) -> Iterator[FloatArray]:
    """Return the mean over contacts of what the contacts of each interval can expect."""
    for column in shares:
        yield mean_of_parts(column, volume, volume.size)


class _Thresholds:
    """What has become of the contacts of each interval by a threshold; answers are kept."""

    def __init__(self, plan: DayPlan, starts: list[FloatArray], volume: FloatArray) -> None:
        self._plan = plan
        self._starts = starts
        self._volume = volume
        self._ends = np.cumsum(plan.interval)
        self._known: dict[tuple[int, float], FloatArray] = {}

    def __call__(self, awt: FloatArray) -> Fates:
        rows = [self._fates(k, float(t)) for k, t in enumerate(awt)]
        return Fates(*np.array(rows).T)

    def _fates(self, k: int, awt: float) -> FloatArray:
        if (k, awt) not in self._known:
            self._known[k, awt] = self._shares(k, awt)
        return self._known[k, awt]

    def _shares(self, k: int, awt: float) -> FloatArray:
        """Return in time, answered, abandoned, later and waiting, as in `Fates`."""
        plan, volume = self._plan, float(self._volume[k])
        if volume == 0:
            return np.array([1.0, 1.0, 0.0, 0.0, 0.0])
        sums = self._sums(k, awt) * (plan.arrival_rate[k] / volume)
        delayed, later, waited = sums.tolist()
        joins = 1.0 - plan.balking
        left = plan.balking * delayed + joins * plan.leave * waited
        waiting = joins * math.exp(-plan.leave * awt) * later
        in_time, answered = (
            share if share > _NOTHING else 0.0 for share in (1.0 - later, 1.0 - left - waiting)
        )
        return np.array([in_time, answered, left, later, waiting])

    def _sums(self, k: int, awt: float) -> FloatArray:
        """Integrate over the interval: who waits, who still does after `awt`, and how long."""
        plan = self._plan
        regime = plan.regime(k)
        crowd, total = self._starts[k], np.zeros(3)
        changes = self._changes(k)
        edges = self._edges(k, awt, changes)
        for low, high in itertools.pairwise(edges):
            if 0.5 * (low + high) + awt < min(changes, default=math.inf):
                crowd, area = advance(crowd, regime, high - low)
                total += self._followed(area, k, math.inf, awt)
            else:
                part, crowd = self._integral(crowd, k, (low, high), awt)
                total += part
        return total

    def _changes(self, k: int) -> list[float]:
        """Return when the staff changes, counted from the start of interval k."""
        agents, start = self._plan.agents, self._ends[k] - self._plan.interval[k]
        later = np.flatnonzero(agents[k:-1] != agents[k + 1 :])
        return [float(end - start) for end in self._ends[k + later]]

    def _edges(self, k: int, awt: float, changes: list[float]) -> list[float]:
        """Cut the interval where a wait of `awt` begins to outlast another change of staff."""
        length = float(self._plan.interval[k])
        inside = [change - awt for change in changes if 0.0 < change - awt < length]
        return [0.0, *inside, length]

    def _integral(
        self, crowd: FloatArray, k: int, bounds: tuple[float, float], awt: float, depth: int = 0
    ) -> tuple[FloatArray, FloatArray]:
        """Integrate over arrivals that may see the staff change; return the crowd at the end."""
        low, high = bounds
        regime, half, whole = self._plan.regime(k), 0.5 * (high - low), self._plan.interval[k]
        now, time, estimates = crowd, low, []
        for nodes, weights in (_COARSE, _FINE):
            now, time, total = crowd, low, np.zeros(3)
            for node, weight in zip(low + half * (nodes + 1.0), weights * half, strict=True):
                now, _ = advance(now, regime, float(node) - time)
                time = float(node)
                total += weight * self._followed(now, k, float(whole) - time, awt)
            estimates.append(total)
        unlike = np.abs(estimates[0] - estimates[1]) * np.array([1.0, 1.0, self._plan.leave])
        if depth >= _DEEPEST or unlike.max() <= _AGREED * whole:
            return estimates[1], advance(now, regime, high - time)[0]
        middle = low + half
        first, crowd = self._integral(crowd, k, (low, middle), awt, depth + 1)
        second, crowd = self._integral(crowd, k, (middle, high), awt, depth + 1)
        return first + second, crowd

    def _followed(self, crowd: FloatArray, k: int, left: float, awt: float) -> FloatArray:
        """Follow those who find a crowd, `left` seconds before interval k ends, for `awt`."""
        plan = self._plan
        waiting = still_waiting(crowd[:1], int(plan.agents[k]))
        delayed, passed, time = waiting.sum(), 0.0, 0.0
        while time < awt and waiting.any():
            last = k + 1 == plan.interval.size
            step = awt - time if last else min(left, awt - time)
            waiting, area = follow(waiting, plan.regime(k), step, discount=plan.leave)
            passed += area.sum() * math.exp(-plan.leave * time)
            time = awt if last or left >= awt - time else time + step
            if time < awt:
                k, left = k + 1, float(plan.interval[k + 1])
                waiting = still_waiting(plan.changed(waiting, k), int(plan.agents[k]))
        return np.array([delayed, waiting.sum(), passed])
