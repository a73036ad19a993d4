"""Redials that come soon: everybody who is about to call again is counted (a retrial queue)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.chain import assembled, stationary
from sim._erlang.door import door
from sim._erlang.inputs import check_queue, numbers, require
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim._erlang.redials import RedialQueue, erlang_x
from sim.errors import InvalidInput

__all__ = ["OrbitQueue", "redial_orbit"]

_REST = 1e-14
"""Probability at an edge of the states counted above which more states are counted."""

_MOST_COUNTED = 200_000
"""States that are solved in some seconds; growing windows solve several chains of that size."""


@dataclass(frozen=True, eq=False)
class OrbitQueue:
    """A queue and the people who are about to call it again.

    Parameters
    ----------
    attempts
        The queue as all attempts meet it; every measure is per attempt.
    fresh
        The queue as first attempts meet it; `mean_queue` and `occupancy` are their part.
    total_arrival_rate, redial_rate
        All attempts, and those that are not the first [1/s].
    attempts_per_caller
        Attempts per fresh contact.
    lost_callers
        Share of fresh contacts that give up for good.
    mean_orbit
        People about to call again.
    states
        States that were counted; 0 where there was no need to, or too many for it.
    """

    attempts: QueueMeasures[float]
    fresh: QueueMeasures[float]
    total_arrival_rate: float
    redial_rate: float
    attempts_per_caller: float
    lost_callers: float
    mean_orbit: float
    states: int


class _System(NamedTuple):
    arrival_rate: float
    aht: float
    agents: int
    patience: float
    redial: float
    redial_rate: float
    lines: float

    @property
    def leave_rate(self) -> float:
        """Rate at which one who waits gives up [1/s]."""
        return 1.0 / self.patience


class _Window(NamedTuple):
    """States counted: in the house from `bottom` to `top`, in orbit from `low` to `high`."""

    bottom: int
    top: int
    low: int
    high: int

    @property
    def deep(self) -> int:
        return self.top - self.bottom + 1

    @property
    def wide(self) -> int:
        return self.high - self.low + 1

    @property
    def size(self) -> int:
        return self.deep * self.wide


@door
def redial_orbit(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    patience: float = math.inf,
    redial_probability: float,
    redial_delay: float,
    lines: float = math.inf,
) -> OrbitQueue:
    """Measure a queue whose callers try again soon, exactly, as a Markov chain with an orbit.

    Parameters
    ----------
    arrival_rate
        Fresh contacts per second, at least 0 [1/s].
    aht, agents, patience, lines
        As in `erlang_a` [s, agents, s, lines]; whole agents, endless patience by default. With
        limited lines that is the retrial queue; with endless ones nobody redials.
    redial_probability
        Chance to try again after every abandonment and every busy line, from 0 to 1.
    redial_delay
        Mean time until then, exponential, above 0 [s].

    Returns
    -------
    OrbitQueue
        With infinite rates where everybody redials for ever in an overload, as in `erlang_x`.
        With the answer of `erlang_x`, and ``method="erlang_x"``, where there are too many states
        to count, or patience is millions of times shorter than handle times.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    States are the contacts in the house and those in orbit. As many are counted as leave less
    than 1e-14 of probability at each edge. The wait of an attempt depends on those ahead only,
    so its law is that of Erlang A given the place in line, in incomplete beta functions. For
    long delays the result tends to `erlang_x`. Aguir, Karaesmen, Aksin and Chauvet (2004).

    Examples
    --------
    >>> queue = redial_orbit(
    ...     arrival_rate=100 / 1800, aht=180, agents=9, patience=60,
    ...     redial_probability=0.5, redial_delay=60,
    ... )
    >>> round(queue.attempts.abandonment, 4), round(queue.mean_orbit, 4)
    (0.3103, 0.612)
    >>> fresh, all_ = (q.service_level("offered", 20) for q in (queue.fresh, queue.attempts))
    >>> round(fresh, 4), round(all_, 4)
    (0.5094, 0.4741)
    """
    columns = numbers(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=patience, lines=lines
    )
    check_queue(*columns)
    redial, delay = numbers(redial_probability=redial_probability, redial_delay=redial_delay)
    require(delay, "redial_delay", "must be above 0 and finite", (delay > 0) & np.isfinite(delay))
    require(columns[2], "agents", "must be whole", columns[2] == np.floor(columns[2]))
    share = (redial >= 0) & (redial <= 1)
    require(redial, "redial_probability", "must be at least 0 and at most 1", share)
    system = _System(
        float(arrival_rate),
        float(aht),
        int(agents),
        float(patience),
        float(redial_probability),
        1.0 / float(redial_delay),
        float(lines),
    )
    far = erlang_x(
        arrival_rate=system.arrival_rate,
        aht=system.aht,
        agents=system.agents,
        patience=system.patience,
        redial_probability=system.redial,
        lines=system.lines,
    )
    steady = math.isfinite(far.total_arrival_rate) and math.isfinite(far.attempts.mean_queue)
    stuck = system.agents == 0 and math.isinf(system.patience)
    if far.redial_rate == 0 or stuck or not steady:
        return _as_fixed_point(system, far, "exact")
    try:
        window, shares = _solved(system, _first_window(system, far))
    except InvalidInput as refused:
        if refused.name != "rates":  # too far apart for a float
            raise
        return _as_fixed_point(system, far, "erlang_x")
    if window.size > _MOST_COUNTED:
        return _as_fixed_point(system, far, "erlang_x")
    return _named(system, window, shares)


def _as_fixed_point(system: _System, far: RedialQueue[float], method: str) -> OrbitQueue:
    """Answer as if redials came long after: where there are none, no end, or too many."""
    attempts = replace(far.attempts, method=method)
    waited = (1.0 - attempts.blocking) * system.arrival_rate
    part = system.arrival_rate / far.total_arrival_rate if far.total_arrival_rate > 0 else 1.0
    fresh = replace(
        attempts,
        arrival_rate=system.arrival_rate,
        load=system.arrival_rate * system.aht,
        mean_queue=waited * attempts.mean_wait if waited > 0 else 0.0,
        occupancy=part * attempts.occupancy,
    )
    return OrbitQueue(
        attempts=attempts,
        fresh=fresh,
        total_arrival_rate=far.total_arrival_rate,
        redial_rate=far.redial_rate,
        attempts_per_caller=far.attempts_per_caller,
        lost_callers=far.lost_callers,
        mean_orbit=far.redial_rate / system.redial_rate,
        states=0,
    )


def _solved(system: _System, window: _Window) -> tuple[_Window, FloatArray]:
    """Return the states counted and their shares of time, house by orbit.

    A window of too many states is returned unsolved.
    """
    while True:
        if window.size > _MOST_COUNTED:
            return window, np.zeros(0)
        shares = stationary(_moves(system, window)).reshape(window.deep, -1)
        house, orbit = shares.sum(axis=1), shares.sum(axis=0)
        deeper, wider = window.deep // 2 + 1, window.wide // 2 + 1
        top = window.top + deeper * bool(house[-1] > _REST)
        grown = _Window(
            bottom=max(0, window.bottom - deeper * bool(house[0] > _REST)),
            top=int(min(top, system.lines)),
            low=max(0, window.low - wider * bool(orbit[0] > _REST)),
            high=window.high + wider * bool(orbit[-1] > _REST),
        )
        if grown == window:
            return window, shares
        window = grown


def _first_window(system: _System, far: RedialQueue[float]) -> _Window:
    """Guess from the fixed point of long delays which states matter."""
    orbit = far.redial_rate / system.redial_rate
    around = 9.0 * math.sqrt(orbit) + 20.0
    waiting = far.attempts.mean_queue
    house = system.agents * far.attempts.occupancy + waiting
    spread = 9.0 * math.sqrt(waiting + system.agents) + 30.0
    return _Window(
        bottom=int(max(0.0, min(house, system.agents) - spread)),
        top=int(min(house + spread, system.lines)),
        low=int(max(0.0, orbit - around)),
        high=int(orbit + around),
    )


def _moves(system: _System, window: _Window) -> Any:
    """Rates between states, house by orbit."""
    wide = window.wide
    place: IntArray = np.arange(window.size).reshape(-1, wide)
    house = np.arange(float(window.bottom), window.top + 1.0)[:, None] + np.zeros(wide)
    orbit = np.arange(float(window.low), window.high + 1.0) + np.zeros_like(house)
    busy = np.minimum(house, system.agents)
    leaving = (house - busy) * system.leave_rate
    full = house == system.lines
    stays, goes = system.redial, 1.0 - system.redial
    fresh, back = np.full_like(house, system.arrival_rate), orbit * system.redial_rate
    moves = (
        # rate, change in the house, change in the orbit
        (np.where(full, 0.0, fresh), 1, 0),
        (np.where(full, stays * fresh, 0.0), 0, 1),
        (np.where(full, 0.0, back), 1, -1),
        (np.where(full, goes * back, 0.0), 0, -1),
        (busy / system.aht + goes * leaving, -1, 0),
        (stays * leaving, -1, 1),
    )
    sources, targets, rates = [], [], []
    for rate, more, again in moves:
        to_house, to_orbit = house + more, orbit + again
        inside = (rate > 0) & (to_house >= window.bottom) & (to_house <= window.top)
        inside &= to_orbit >= window.low
        inside &= to_orbit <= window.high
        sources.append(place[inside])
        targets.append(place[inside] + more * wide + again)
        rates.append(rate[inside])
    return assembled(sources, targets, rates, window.size)


def _named(system: _System, window: _Window, shares: FloatArray) -> OrbitQueue:
    orbit = np.arange(float(window.low), window.high + 1.0)
    mean_orbit = float(shares.sum(axis=0) @ orbit)
    redials = mean_orbit * system.redial_rate
    total = system.arrival_rate + redials
    empty = np.zeros(window.bottom)
    first = np.concatenate((empty, shares.sum(axis=1)))
    again = np.concatenate((empty, shares @ orbit))
    met = (system.arrival_rate * first + system.redial_rate * again) / total
    attempts = _met(system, total, met)
    fresh = _met(system, system.arrival_rate, first)
    served = (1.0 - attempts.blocking) * (1.0 - attempts.abandonment)
    return OrbitQueue(
        attempts=attempts,
        fresh=fresh,
        total_arrival_rate=total,
        redial_rate=redials,
        attempts_per_caller=total / system.arrival_rate,
        lost_callers=(1.0 - system.redial) * total * (1.0 - served) / system.arrival_rate,
        mean_orbit=mean_orbit,
        states=window.size,
    )


def _met(system: _System, rate: float, met: FloatArray) -> QueueMeasures[float]:
    """Measure attempts that meet the house with these chances of its states."""
    blocking = float(met[-1]) if len(met) > system.lines else 0.0
    joined = met[:-1] if len(met) > system.lines else met
    accepted = float(joined.sum())
    scale = 1.0 / accepted if accepted > 0 else 0.0
    ahead = joined[system.agents :] * scale
    no_wait = float(joined[: system.agents].sum()) * scale
    queue = Queue(
        *(
            np.array([value])
            for value in (
                rate,
                system.aht,
                float(system.agents),
                system.patience,
                system.lines - system.agents,
            )
        )
    )
    totals = WaitTotals(*(np.array([value]) for value in _totals(system, blocking, no_wait, ahead)))
    measures: QueueMeasures[float] = queue_measures(queue, totals, _fates(system, no_wait, ahead))
    return measures


def _totals(
    system: _System, blocking: float, no_wait: float, ahead: FloatArray
) -> tuple[float, ...]:
    """Return the `WaitTotals` of attempts with 0, 1, 2 ... people ahead in line."""
    theta, line = system.leave_rate, system.agents / system.aht
    place = np.arange(1.0, ahead.size + 1.0)
    moving = line + place * theta  # rate of the moves of somebody who may leave
    left, early = np.zeros(ahead.size), np.zeros(ahead.size)
    gone, time = 0.0, 0.0
    for j, out in enumerate(moving):
        # Leave now, or move up and leave later, after one more time at this place.
        on = (out - theta) / out
        time = theta / out / out + on * (time + gone / out)
        gone = theta / out + on * gone
        left[j], early[j] = gone, time
    virtual = np.cumsum(1.0 / (moving - theta)) if line > 0 else np.full(ahead.size, math.inf)
    served = line / moving
    endured = served * np.cumsum(1.0 / moving)
    delayed = float(ahead.sum())
    return (
        blocking,
        1.0 - blocking,
        no_wait,
        delayed,
        no_wait + float(ahead @ served),
        float(ahead @ left),
        float(ahead @ (endured + early)),
        float(ahead @ virtual) if delayed > 0 else 0.0,
        float(ahead @ endured),
        float(ahead @ early),
    )


def _fates(system: _System, no_wait: float, ahead: FloatArray) -> Callable[[FloatArray], Fates]:
    """Return a function from thresholds to what has become of attempts by then."""
    theta, line = system.leave_rate, system.agents / system.aht
    place = np.arange(1.0, ahead.size + 1.0)

    def by(awt: FloatArray) -> Fates:
        rows = np.array([_by(float(time)) for time in awt]).reshape(-1, 3).T
        soon, served, later = rows
        elapsed = awt * theta
        lost = np.maximum(soon - served, 0.0)
        return Fates(
            in_time=no_wait + soon,
            answered=no_wait + served,
            abandoned=lost - np.expm1(-elapsed) * later,
            later=later,
            waiting=np.exp(-elapsed) * later,
        )

    def _by(time: float) -> tuple[float, float, float]:
        if line == 0:
            return 0.0, 0.0, float(ahead.sum())
        if theta == 0:
            soon = special.gammainc(place, line * time)
            return (
                float(ahead @ soon),
                float(ahead @ soon),
                float(ahead @ special.gammaincc(place, line * time)),
            )
        soon, served, later = _beta(place, line / theta, theta * time)
        return float(ahead @ soon), float(ahead @ served), float(ahead @ later)

    return by


def _beta(place: FloatArray, c: float, elapsed: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """P(V <= T), P(V <= T, served) and P(V > T) by place in line, T in units of patience.

    ``exp(-V)`` in these units has a beta law. Its argument is given by the end that has digits.
    """
    served = c / (c + place)
    if elapsed < 0.7:
        gone = -math.expm1(-elapsed)
        soon, served = (
            special.betainc(place, c, gone),
            served * special.betainc(place, c + 1.0, gone),
        )
        return soon, served, special.betaincc(place, c, gone)
    if elapsed < 700.0:
        left = math.exp(-elapsed)
        soon, served = (
            special.betaincc(c, place, left),
            served * special.betaincc(c + 1.0, place, left),
        )
        return soon, served, special.betainc(c, place, left)
    # The argument underflows; the first term of the series is all there is.
    later: FloatArray = np.minimum(np.exp(-c * elapsed - special.betaln(c, place)) / c, 1.0)
    return 1.0 - later, served, later
