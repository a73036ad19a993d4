"""One queue, first come, first served, before whatever serves it.

Two ways to the same answers. While somebody waits, some teams finish contacts at one constant
rate: then a wait is that of a single fast agent, and only its probability is their own
(`one_rate`). Any other team is a Markov chain with the length of the queue as one more number
(`queued`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from scipy import sparse

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.chain import (
    MOST_STATES,
    Followed,
    States,
    explore,
    generator,
    refuse_size,
    stationary,
)
from sim._erlang.classes import in_vain, nobody
from sim._erlang.measures import measure
from sim._erlang.queue import Fates, WaitTotals

__all__ = ["Answered", "Queued", "Service", "one_rate", "queued"]

_LOST = 1e-13
"""Share of contacts that may find the queue of the truncated chain full."""

_FIRST_ROOM = 30
_LEAST_RATE = 1e-250


class Answered(NamedTuple):
    """What becomes of a contact in the end, and by thresholds."""

    totals: WaitTotals
    fates: Callable[[FloatArray], Fates]


def one_rate(
    arrival_rate: float, service_rate: float, patience: float, below: float
) -> tuple[Answered, float]:
    """Answer for a team that finishes contacts at one rate whenever a contact has to wait.

    Parameters
    ----------
    arrival_rate, service_rate
        Contacts per second that come, and that are finished while somebody waits [1/s].
    patience
        Mean patience [s].
    below
        Time with somebody free over the time of a last such state from which arrivals would fill
        the team, as if there were one: the arrival rate times the time in the first full state is
        the service rate times that.

    Returns
    -------
    tuple
        The answer, and the probability of the first full state.
    """
    if arrival_rate == 0:
        return Answered(*nobody()), math.nan
    if service_rate == 0 or (math.isinf(patience) and arrival_rate >= service_rate):
        return Answered(*in_vain(patience)), 0.0
    # Far below any real rate, whole numbers of the smallest float lose their ratios.
    arrival_rate = max(arrival_rate, _LEAST_RATE)
    columns = (arrival_rate, 1.0 / service_rate, 1.0, patience, math.inf)
    single = measure(*(np.array(value) for value in columns))
    delayed, free = single.wait_probability, float(single._fates(np.zeros(1)).in_time[0])
    whole = delayed + free * below
    factor, no_wait = 1.0 / whole, (free * below / whole if math.isfinite(whole) else 1.0)
    served = delayed - single.abandonment
    values = {
        "blocking": 0.0,
        "accepted": 1.0,
        "no_wait": no_wait,
        "delayed": delayed * factor,
        "served": no_wait + served * factor,
        "abandoned": single.abandonment * factor,
        "waited": single.mean_wait * factor,
        "waited_virtual": single.mean_wait_virtual * factor,
        "waited_served": single.asa * (1.0 - single.abandonment) * factor,
        "waited_abandoned": single.mean_wait_abandoned * single.abandonment * factor,
    }
    totals = WaitTotals(**{name: np.array([value]) for name, value in values.items()})

    def fates(awt: FloatArray) -> Fates:
        same = (np.full_like(awt, value) for value in columns)
        by = single._fates(awt) if awt.size == 1 else measure(*same)._fates(awt)
        return Fates(
            in_time=no_wait + factor * (by.in_time - free),
            answered=no_wait + factor * (by.answered - free),
            abandoned=factor * by.abandoned,
            later=factor * by.later,
            waiting=factor * by.waiting,
        )

    first = free * factor * arrival_rate / service_rate
    return Answered(totals, fates), first


class Service(Protocol):
    """Who is busy with what, as numbers; what happens to them."""

    @property
    def bounds(self) -> IntArray:
        """Largest value of every number."""

    @property
    def start(self) -> IntArray:
        """One state that can be reached."""

    def full(self, rows: IntArray) -> BoolArray:
        """Tell in which states a contact has to wait."""

    def arrivals(self, rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        """Shares of arrivals that somebody free takes, and the states they lead to."""

    def work(
        self, rows: IntArray, waiting: BoolArray
    ) -> Iterator[tuple[FloatArray, IntArray, bool]]:
        """Rates of all else, where they lead, and whether that takes a contact that waits."""


class Queued(NamedTuple):
    """A service and its queue in their steady state; the last number of a row is the queue."""

    states: States
    shares: FloatArray
    answered: Answered


def queued(service: Service, arrival_rate: float, patience: float) -> Queued:
    """Answer for a service with a queue; it must have a steady state.

    The queue is given more places until next to nobody finds it full.
    """
    room, needed = _FIRST_ROOM, 0
    while True:
        chain = _Chain(service, arrival_rate, patience, room)
        bounds = np.append(service.bounds, room)
        start = np.append(service.start, 0)[None, :]
        states = explore(chain.moves, start, bounds, MOST_STATES)
        shares = stationary(generator(chain.moves, states))
        lengths = np.bincount(states.rows[:, -1], shares, room + 1)
        if lengths[room] <= _LOST:
            return Queued(states, shares, chain.answered(states, shares))
        if room == _FIRST_ROOM and (places := chain.least_room(states)) > room:
            room = places
            continue
        thinner = min(float(lengths[room] / lengths[room - 1]), 0.9999)
        needed = int(math.log(_LOST / lengths[room]) / math.log(thinner)) + 5
        room += min(needed, 4 * room)


class _Chain(NamedTuple):
    """A service with a queue of limited room."""

    service: Service
    arrival_rate: float
    patience: float
    room: int

    def moves(
        self, rows: IntArray, followed: bool = False
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        """What can happen; if followed, ahead of a contact that stands last in the queue."""
        busy, queue = rows[:, :-1], rows[:, -1]
        if not followed:
            full = self.service.full(busy)
            for share, to in self.service.arrivals(busy):
                yield self.arrival_rate * share * ~full, np.column_stack((to, queue))
            joins = full & (queue < self.room)
            yield np.where(joins, self.arrival_rate, 0.0), np.column_stack((busy, queue + 1))
        for rate, to, takes in self.service.work(busy, queue > 0):
            stays = rate * (queue > 1) if takes and followed else rate
            yield stays, np.column_stack((to, queue - takes))
        if math.isfinite(self.patience):
            waiting = (queue - 1 if followed else queue).astype(np.float64)
            yield waiting / self.patience, np.column_stack((busy, queue - 1))

    def least_room(self, states: States) -> int:
        """Places that overload fills, however fast agents who are all busy work."""
        full = states.rows[self.service.full(states.rows[:, :-1]), :-1]
        full = np.unique(full, axis=0)
        rates = self.service.work(full, np.ones(len(full), dtype=np.bool_))
        pace = np.sum([rate for rate, _, takes in rates if takes], axis=0)
        surplus = max(self.arrival_rate - float(np.max(pace, initial=0.0)), 0.0)
        places = surplus * self.patience if surplus > 0 else 0.0
        refuse_size(min(places, 1e18) * len(full))
        return int(places)

    def answered(self, states: States, shares: FloatArray) -> Answered:
        """Follow one contact that has to wait."""
        behind = np.flatnonzero(states.rows[:, -1] >= 1)
        inner = States(states.rows[behind], states.codes[behind], states.strides)
        served = np.zeros(inner.size)
        for rate, _, takes in self.service.work(inner.rows[:, :-1], inner.rows[:, -1] > 0):
            if takes:
                served += rate * (inner.rows[:, -1] == 1)
        inside = generator(lambda rows: self.moves(rows, followed=True), inner)
        waits = self.service.full(states.rows[:, :-1]) & (states.rows[:, -1] < self.room)
        joins = states.rows[waits].copy()
        joins[:, -1] += 1
        start = np.zeros(inner.size)
        start[inner.positions(joins)] = shares[waits]
        moves = (inside - sparse.diags_array(served)).tocsr()
        contact = Followed(moves, served, start, 1.0 / self.patience)
        return Answered(contact.totals(), contact.fates)
