"""Contacts that come again: redials after a busy line or an abandonment, reconnects after service.

Three views of one system. When people try again long after, their attempts come as fresh calls
do, and the rate of all attempts is a fixed point (Erlang X). When they try again soon, they
find the congestion that they have left: `sim._erlang.orbit` follows them one by one. And in
overload chance matters little: a fluid (Ding, Koole and van der Mei 2013).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, overload

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, ratio
from sim._erlang.asymptotic import fluid_wait
from sim._erlang.door import door
from sim._erlang.inputs import Real, check_queue, numbers, require, require_not_negative, shaped
from sim._erlang.laws import Law
from sim._erlang.measures import QueueMeasures
from sim._erlang.patience import measure_any, patient_law

__all__ = ["FluidRedials", "RedialQueue", "erlang_x", "redial_fluid"]

Value = TypeVar("Value", float, FloatArray)

_MOST_GROWTH = 2.0**40
"""Attempts per fresh contact above which there is taken to be no end of them."""


@dataclass(frozen=True, eq=False)
class RedialQueue(Generic[Value]):
    """A queue that is called again by those it has not served, and by some it has.

    Parameters
    ----------
    attempts
        The queue as all attempts together meet it; every measure is per attempt.
    total_arrival_rate
        Attempts: fresh contacts, redials and reconnects [1/s]. Infinite without a steady state.
    redial_rate
        Attempts that follow one that was not served [1/s].
    reconnect_rate
        Attempts that follow one that was served [1/s].
    attempts_per_caller
        Attempts per fresh contact.
    lost_callers
        Share of fresh contacts that give up for good, unserved at their last attempt.
    """

    attempts: QueueMeasures[Value]
    total_arrival_rate: Value
    redial_rate: Value
    reconnect_rate: Value
    attempts_per_caller: Value
    lost_callers: Value


@overload
def erlang_x(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    *,
    arrival_rate: float,
    aht: float,
    agents: float,
    patience: Law | float = ...,
    redial_probability: float,
    lines: float = ...,
    balking: float = ...,
    redial_after_busy: float | None = ...,
    reconnect_probability: float = ...,
) -> RedialQueue[float]: ...
@overload
def erlang_x(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Law | Real = ...,
    redial_probability: Real,
    lines: Real = ...,
    balking: Real = ...,
    redial_after_busy: Real | None = ...,
    reconnect_probability: Real = ...,
) -> RedialQueue[FloatArray]: ...
@door
def erlang_x(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Law | Real = np.inf,
    redial_probability: Real,
    lines: Real = np.inf,
    balking: Real = 0.0,
    redial_after_busy: Real | None = None,
    reconnect_probability: Real = 0.0,
) -> RedialQueue[float] | RedialQueue[FloatArray]:
    """Measure a queue whose callers try again when they are not served (Erlang X).

    Parameters
    ----------
    arrival_rate
        Fresh contacts per second, at least 0 [1/s].
    aht, agents, lines
        As in `erlang_a` [s, agents, lines].
    patience
        Mean of exponential patience, or a law; drawn anew at every attempt, endless by default
        [s].
    redial_probability
        Chance to try again after each abandonment, from 0 to 1.
    balking
        Share that leaves at once when no agent is free; they too may redial.
    redial_after_busy
        Chance to try again after finding every line taken; as after an abandonment by default.
    reconnect_probability
        Chance to come back after being served, from 0 up to but not including 1.

    Returns
    -------
    RedialQueue
        With infinite rates and waits where there is no steady state: when everybody redials for
        ever and fresh contacts alone bring as much work as the agents can do.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    All attempts are taken for one Poisson stream of the rate L that solves ``L = arrival_rate +
    L (r P(abandon; L) + ...)``. This is exact in the limit of long delays before a redial. When
    people redial within minutes they meet the crowd they have left, and `redial_orbit` says by
    how much that is worse. Aguir, Karaesmen, Aksin and Chauvet (2004); the equation has one
    root, since both those served and those lost grow with L.

    Examples
    --------
    >>> queue = erlang_x(
    ...     arrival_rate=100 / 1800, aht=180, agents=9, patience=60, redial_probability=0.5
    ... )
    >>> round(queue.attempts_per_caller, 4), round(queue.lost_callers, 4)
    (1.1704, 0.1704)
    >>> round(queue.attempts.service_level("offered", 20), 4)
    0.4982
    """
    law = patience if isinstance(patience, Law) else None
    busy = redial_probability if redial_after_busy is None else redial_after_busy
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        patience=1.0 if isinstance(patience, Law) else patience,
        lines=lines,
        balking=balking,
        redial_probability=redial_probability,
        redial_after_busy=busy,
        reconnect_probability=reconnect_probability,
    )
    check_queue(*columns[:5])
    for name, column in zip(
        ("balking", "redial_probability", "redial_after_busy"), columns[5:8], strict=True
    ):
        require(column, name, "must be at least 0 and at most 1", (column >= 0) & (column <= 1))
    again = columns[8]
    rule = "must be at least 0 and below 1"
    require(again, "reconnect_probability", rule, (again >= 0) & (again < 1))
    return _Redials(law, *(column.ravel() for column in columns)).solved(columns[0].shape)


class _Redials:
    """Queues with redials, one per position of flat columns."""

    def __init__(self, law: Law | None, rate: FloatArray, *queue: FloatArray) -> None:
        self.law = law
        self.rate = rate
        self.queue = queue

    def solved(self, shape: tuple[int, ...]) -> RedialQueue[Any]:
        total, steady = self._total()
        agents = np.where(steady, self.queue[1], 0.0)
        at = np.where(steady, total, self.rate)
        attempts = self._measure(at, (self.queue[0], agents, *self.queue[2:]), shape)
        if not np.all(steady):
            attempts = self._flooded(attempts, steady, shape)
        redial, busy, again = self.queue[5:8]
        blocked, abandoned, served = self._flows(np.where(steady, total, 0.0), attempts)
        redials = np.where(steady, busy * blocked + redial * abandoned, np.inf)
        flood = self.queue[1] / self.queue[0]
        reconnects = again * np.where(steady, served, flood)
        lost = (1.0 - busy) * blocked + (1.0 - redial) * abandoned
        fresh = np.where(self.rate > 0, self.rate, 1.0)

        def out(column: FloatArray) -> Any:
            return shaped(column, shape)

        return RedialQueue(
            attempts=attempts,
            total_arrival_rate=out(total),
            redial_rate=out(redials),
            reconnect_rate=out(reconnects),
            attempts_per_caller=out(np.where(self.rate > 0, total / fresh, 1.0)),
            lost_callers=out(lost / fresh),
        )

    def _measure(
        self, rate: FloatArray, queue: tuple[FloatArray, ...], shape: tuple[int, ...]
    ) -> QueueMeasures[Any]:
        aht, agents, patience, lines, balking = (column.reshape(shape) for column in queue[:5])
        waits = patience if self.law is None else self.law
        return measure_any(rate.reshape(shape), aht, agents, waits, lines, balking)

    def _balance(self, total: FloatArray, rate: FloatArray, *queue: FloatArray) -> FloatArray:
        """Those who leave for good minus those who come anew: 0 at the fixed point."""
        redial, busy, again = queue[5:8]
        blocked, abandoned, served = self._flows(total, self._measure(total, queue, total.shape))
        gone = (1.0 - busy) * blocked + (1.0 - redial) * abandoned
        return gone + (1.0 - again) * served - rate

    def _flows(
        self, total: FloatArray, measures: QueueMeasures[Any]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rates of attempts that are turned away, that give up and that are served."""
        blocked = total * np.ravel(measures.blocking)
        abandoned = (total - blocked) * np.ravel(measures.abandonment)
        return blocked, abandoned, total - blocked - abandoned

    def _total(self) -> tuple[FloatArray, BoolArray]:
        """Rate of all attempts; and where there is an end to it."""
        from scipy.optimize import elementwise  # only here: it takes as long as all the rest

        aht, agents = self.queue[:2]
        redial, busy, again = self.queue[5:8]
        stay = (redial == 1.0) & ((busy == 1.0) | np.isinf(self.queue[3]))
        if self.law is None:
            # With endless patience and lines nobody is lost: nothing here can flood the queue.
            stay &= np.isfinite(self.queue[2]) | np.isfinite(self.queue[3])
        endless = stay & (self.rate * aht >= (1.0 - again) * agents) & (self.rate > 0)
        low = self.rate.copy()
        steady = (self.rate > 0) & ~endless
        returning = np.maximum(np.maximum(redial, busy), again)
        cap = np.where(steady, _MOST_GROWTH, 0.0) * self.rate
        high = np.minimum(self.rate / np.maximum(1.0 - returning, 0.25), np.maximum(cap, low))
        at = np.flatnonzero(steady)
        while at.size:
            short = self._at(high[at], at) < 0
            low[at[short]] = high[at[short]]
            at = at[short]
            high[at] *= 4.0
            endless[at[high[at] > cap[at]]] = True
            at = at[high[at] <= cap[at]]
        roots = np.flatnonzero(steady & ~endless & (high > low))
        total = np.where(endless, np.inf, high)
        if roots.size:
            parameters = (self.rate[roots], *(column[roots] for column in self.queue))
            found = elementwise.find_root(self._balance, (low[roots], high[roots]), args=parameters)
            total[roots] = found.x
        return total, ~endless

    def _at(self, total: FloatArray, at: Any) -> FloatArray:
        return self._balance(total, self.rate[at], *(column[at] for column in self.queue))

    def _flooded(
        self, attempts: QueueMeasures[Any], steady: BoolArray, shape: tuple[int, ...]
    ) -> QueueMeasures[Any]:
        """Say what is true where attempts pile up: agents never rest, next to nobody is served."""
        lines, agents = self.queue[3], self.queue[1]
        limited = np.isfinite(lines)
        changed = {
            "arrival_rate": np.full_like(lines, np.inf),
            "load": np.full_like(lines, np.inf),
            "agents": agents,
            "lines": lines,
            "occupancy": np.where(agents > 0, 1.0, 0.0),
            "blocking": np.where(limited, 1.0, 0.0),
            "mean_queue": np.where(limited, lines - agents, np.inf),
        }
        return replace(
            attempts,
            **{
                name: shaped(np.where(steady, np.ravel(getattr(attempts, name)), column), shape)
                for name, column in changed.items()
            },
        )


@dataclass(frozen=True, eq=False)
class FluidRedials(Generic[Value]):
    """Redials and reconnects as a flow, chance averaged out.

    Parameters
    ----------
    total_arrival_rate, redial_rate, reconnect_rate
        All attempts, and those that follow an abandonment or a service [1/s].
    abandonment
        Share of attempts that give up.
    wait
        Wait of every attempt that is served [s].
    mean_wait
        Mean time in queue of every attempt [s].
    mean_queue, mean_orbit, mean_reconnecting
        People waiting; about to redial; served and about to come back.
    occupancy
        Share of agents busy.
    attempts_per_caller, lost_callers
        Attempts per fresh contact; share of fresh contacts that give up for good.
    """

    total_arrival_rate: Value
    redial_rate: Value
    reconnect_rate: Value
    abandonment: Value
    wait: Value
    mean_wait: Value
    mean_queue: Value
    mean_orbit: Value
    mean_reconnecting: Value
    occupancy: Value
    attempts_per_caller: Value
    lost_callers: Value


@overload
def redial_fluid(  # type: ignore[overload-overlap]  # as above
    *,
    arrival_rate: float,
    aht: float,
    agents: float,
    patience: Law | float = ...,
    redial_probability: float,
    redial_delay: float = ...,
    reconnect_probability: float = ...,
    reconnect_delay: float = ...,
) -> FluidRedials[float]: ...
@overload
def redial_fluid(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Law | float = ...,
    redial_probability: Real,
    redial_delay: Real = ...,
    reconnect_probability: Real = ...,
    reconnect_delay: Real = ...,
) -> FluidRedials[FloatArray]: ...
@door
def redial_fluid(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Law | float = np.inf,
    redial_probability: Real,
    redial_delay: Real = 0.0,
    reconnect_probability: Real = 0.0,
    reconnect_delay: Real = 0.0,
) -> FluidRedials[float] | FluidRedials[FloatArray]:
    """Rates and crowds of a large centre with redials and reconnects, as a flow.

    Parameters
    ----------
    arrival_rate, aht, agents
        Fresh contacts, handle time and agents [1/s, s, agents].
    patience
        Law of patience, or the mean of exponential patience; endless by default, and then an
        overload waits for ever and nobody redials [s].
    redial_probability, redial_delay
        Chance to try again after an abandonment, from 0 to 1, and the mean time until then [s].
    reconnect_probability, reconnect_delay
        Chance to come back after service, from 0 up to but not including 1, and the mean time
        until then [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    With r and q the two chances: if ``arrival_rate / (1 - q)`` is no more than the agents can
    serve, that is the rate of attempts and nobody waits. Otherwise every agent is busy, and the
    flows balance at ``(arrival_rate + (q - r) agents / aht) / (1 - r)`` attempts; infinite when
    everybody redials. Ding, Koole and van der Mei (2013), who found it close to simulation in
    overload; near balance use `erlang_x`, which knows chance. Delays change the crowds that are
    about to call again, not the rates.

    Examples
    --------
    >>> flow = redial_fluid(
    ...     arrival_rate=1, aht=300, agents=280, patience=120, redial_probability=0.5
    ... )
    >>> round(flow.total_arrival_rate, 4), round(flow.abandonment, 4)
    (1.0667, 0.125)
    """
    rate, handle, staff, redial, wait, again, return_ = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        redial_probability=redial_probability,
        redial_delay=redial_delay,
        reconnect_probability=reconnect_probability,
        reconnect_delay=reconnect_delay,
    )
    law = patient_law(patience)
    mean = np.full_like(rate, law.mean)
    check_queue(rate, handle, staff, mean, np.full_like(rate, np.inf))
    inside = (redial >= 0) & (redial <= 1)
    require(redial, "redial_probability", "must be at least 0 and at most 1", inside)
    rule = "must be at least 0 and below 1"
    require(again, "reconnect_probability", rule, (again >= 0) & (again < 1))
    require_not_negative("redial_delay", wait)
    require_not_negative("reconnect_delay", return_)
    most = staff / handle
    flooded = rate > (1.0 - again) * most
    served = np.where(flooded, most, rate / (1.0 - again))
    # Those who are lost for good are what is not served for good.
    leaves = flooded & np.isfinite(mean)
    for_good = np.where(leaves, rate - (1.0 - again) * most, 0.0)
    lost = np.divide(for_good, 1.0 - redial, out=np.full_like(rate, np.inf), where=redial < 1)
    lost = np.where(leaves, lost, 0.0)
    stuck = flooded & ~leaves
    return _flow(law, rate, staff, handle, served, lost, stuck, redial, wait, again, return_)


def _flow(
    law: Law,
    rate: FloatArray,
    agents: FloatArray,
    aht: FloatArray,
    served: FloatArray,
    lost: FloatArray,
    stuck: BoolArray,
    redial: FloatArray,
    redial_delay: FloatArray,
    again: FloatArray,
    return_delay: FloatArray,
) -> FluidRedials[Any]:
    """Name what follows from the rates of those served and of those who give up.

    Where flows are `stuck`, nobody gives up and not everybody is served: the rest wait for ever.
    """
    total = np.where(stuck, rate + again * served, served + lost)
    share = np.where(np.isinf(lost), 0.0, np.where(lost > 0, served / np.maximum(total, 1e-300), 1))
    until = np.where(stuck, np.inf, fluid_wait(law, share))
    forever = np.isinf(until)
    waited = np.where(forever, law.mean, law.mean_until(np.where(forever, 0.0, until)))
    redials = np.multiply(redial, lost, out=np.zeros_like(lost), where=redial > 0)
    fresh = np.where(rate > 0, rate, 1.0)

    def out(column: FloatArray) -> Any:
        return shaped(np.asarray(column, dtype=np.float64).ravel(), rate.shape)

    def crowd(flow: FloatArray, delay: FloatArray) -> Any:
        return out(np.multiply(flow, delay, out=np.zeros_like(flow), where=delay > 0))

    gone = np.multiply(1.0 - redial, lost, out=np.zeros_like(lost), where=redial < 1)
    return FluidRedials(
        total_arrival_rate=out(total),
        redial_rate=out(redials),
        reconnect_rate=out(again * served),
        abandonment=out(1.0 - share),
        wait=out(until),
        mean_wait=out(waited),
        mean_queue=out(np.multiply(total, waited, out=np.zeros_like(total), where=waited > 0)),
        mean_orbit=crowd(redials, redial_delay),
        mean_reconnecting=crowd(again * served, return_delay),
        occupancy=out(ratio(served * aht, agents)),
        attempts_per_caller=out(np.where(rate > 0, total / fresh, 1.0)),
        lost_callers=out(gone / fresh),
    )
