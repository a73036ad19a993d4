"""Calls and other work in one team: a threshold keeps some agents free for calls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.chain import refuse_size
from sim._erlang.classes import nobody
from sim._erlang.door import door
from sim._erlang.inputs import check_queue, numbers, require
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.one_queue import Answered, one_rate, queued
from sim._erlang.queue import Queue
from sim.errors import InvalidInput

__all__ = ["BlendingMeasures", "blending"]

_MOST_APART = 1e5
"""Ratio of the two handle times from which a chain is slow and loses its digits."""


@dataclass(frozen=True, eq=False)
class BlendingMeasures:
    """What inbound contacts live through, and how much outbound work gets done beside them.

    Parameters
    ----------
    inbound
        Measures of inbound contacts; its `occupancy` is that of the agents with all their work.
    outbound_rate
        Outbound contacts handled per second [1/s].
    busy_inbound, busy_outbound
        Mean number of agents busy with each.
    occupancy
        Handling time of both kinds over the time of the agents, from 0 to 1.
    """

    inbound: QueueMeasures[float]
    outbound_rate: float
    busy_inbound: float
    busy_outbound: float
    occupancy: float


@door
def blending(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    threshold: int,
    patience: float = math.inf,
    outbound_aht: float | None = None,
) -> BlendingMeasures:
    """Measure a team that fills its idle time with outbound work, up to a threshold.

    There is always outbound work. It is started at once whenever more than `threshold` agents
    are idle, and never interrupted; inbound contacts go first.

    Parameters
    ----------
    arrival_rate
        Inbound contacts per second, at least 0 [1/s].
    aht
        Mean handle time of inbound contacts, above 0 [s].
    agents
        Agents, whole, at least 0.
    threshold
        Agents kept free for inbound contacts, whole, at least 0; as many as there are agents,
        or more, means no outbound work at all.
    patience
        Mean time until a waiting contact gives up, above 0; endless by default [s].
    outbound_aht
        Mean handle time of outbound work, above 0; that of inbound contacts by default [s].

    Raises
    ------
    InvalidInput
        If a value is out of range, or a chain would need too many states.

    Notes
    -----
    Poisson arrivals, exponential times, steady state (Bhulai and Koole 2003). With one handle
    time at least ``agents - threshold`` are always busy, and the rest is Erlang A cut off there:
    exact for any size. With two it is a Markov chain on the agents busy with each and the queue,
    for some hundreds of agents. Endless patience needs a load below `agents`; otherwise contacts
    wait for ever and no outbound work is done.

    Examples
    --------
    >>> team = blending(arrival_rate=0.08, aht=240, agents=30, threshold=3, patience=120)
    >>> round(team.inbound.service_level("offered", 20), 4), round(team.outbound_rate * 3600, 1)
    (0.9172, 144.4)
    """
    columns = numbers(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=patience, lines=math.inf
    )
    check_queue(*columns)
    team, kept, other = numbers(
        agents=agents,
        threshold=threshold,
        outbound_aht=aht if outbound_aht is None else outbound_aht,
    )
    require(team, "agents", "must be whole", np.floor(team) == team)
    whole = (kept >= 0) & (np.floor(kept) == kept) & np.isfinite(kept)
    require(kept, "threshold", "must be whole and at least 0", whole)
    require(other, "outbound_aht", "must be above 0 and finite", (other > 0) & np.isfinite(other))
    queue = Queue(*(column.reshape(1) for column in (*columns[:4], columns[4] - columns[2])))
    within = int(min(kept, team))
    if float(other) == float(columns[1]):
        return _alike(queue, int(agents), within)
    return _apart(queue, int(agents), within, float(other))


def _alike(queue: Queue, agents: int, threshold: int) -> BlendingMeasures:
    """Answer for one handle time: Erlang A without its states of few busy agents."""
    rate, aht, patience = (float(c[0]) for c in (queue.arrival_rate, queue.aht, queue.patience))
    least = agents - threshold
    if rate == 0:
        return _named(queue, Answered(*nobody()), 0.0, float(least), least / aht)
    # States relative to that with one agent free; some may weigh more than a float can hold.
    fewer = np.log(np.arange(agents - 1, least, -1.0)) - math.log(rate * aht)
    logs = np.concatenate(([0.0], np.cumsum(fewer))) if threshold else np.full(1, -np.inf)
    top = float(logs.max(initial=0.0))
    relative = np.exp(logs - top)
    with np.errstate(over="ignore"):
        below = float(relative.sum() * np.exp(top))
    answered, first = one_rate(rate, agents / aht, patience, below)
    served = float(answered.totals.served[0])
    lowest = first
    if threshold and served > 0:
        lowest = float(answered.totals.no_wait[0] * relative[-1] / relative.sum())
    outbound = lowest * least / aht
    return _named(queue, answered, rate * served * aht, outbound * aht, outbound)


def _named(
    queue: Queue, answered: Answered, inbound: float, outbound: float, outbound_rate: float
) -> BlendingMeasures:
    """Name the measures, given the agents busy with each kind."""
    agents = float(queue.agents[0])
    flooded = math.isinf(float(answered.totals.waited[0])) and agents > 0
    share = (inbound + outbound) / agents if agents else 0.0
    occupancy = 1.0 if flooded else min(share, 1.0)
    return BlendingMeasures(
        inbound=queue_measures(
            queue, answered.totals, answered.fates, occupancy=np.array([occupancy])
        ),
        outbound_rate=outbound_rate,
        busy_inbound=agents if flooded else inbound,
        busy_outbound=outbound,
        occupancy=occupancy,
    )


def _apart(queue: Queue, agents: int, threshold: int, outbound_aht: float) -> BlendingMeasures:
    """Answer for two handle times: a Markov chain."""
    rate, aht, patience = (float(c[0]) for c in (queue.arrival_rate, queue.aht, queue.patience))
    least = agents - threshold
    if rate == 0:
        return _named(queue, Answered(*nobody()), 0.0, float(least), least / outbound_aht)
    if agents == 0 or (math.isinf(patience) and rate * aht >= agents):
        return _named(queue, one_rate(rate, 0.0, patience, 0.0)[0], 0.0, 0.0, 0.0)
    if not 1.0 / _MOST_APART <= outbound_aht / aht <= _MOST_APART:
        rule = f"must be from {aht / _MOST_APART:g} to {aht * _MOST_APART:g} s beside an aht of"
        raise InvalidInput("outbound_aht", f"{rule} {aht:g} s", outbound_aht)
    refuse_size((agents + 1.0) * (threshold + 1.0))
    found = queued(_Blend(agents, threshold, aht, outbound_aht), rate, patience)
    inbound, outbound = (float(found.shares @ found.states.rows[:, c]) for c in (0, 1))
    return _named(queue, found.answered, inbound, outbound, outbound / outbound_aht)


@dataclass(frozen=True)
class _Blend:
    """Agents busy with inbound and with outbound work."""

    agents: int
    threshold: int
    aht: float
    outbound_aht: float

    @property
    def bounds(self) -> IntArray:
        return np.full(2, self.agents, dtype=np.int64)

    @property
    def start(self) -> IntArray:
        return np.array([0, self.agents - self.threshold], dtype=np.int64)

    def full(self, rows: IntArray) -> BoolArray:
        full: BoolArray = rows.sum(axis=1) == self.agents
        return full

    def arrivals(self, rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        yield np.ones(len(rows)), rows + np.array([1, 0])

    def work(
        self, rows: IntArray, waiting: BoolArray
    ) -> Iterator[tuple[FloatArray, IntArray, bool]]:
        """Finish one contact; take the next, or start other work if too many would be idle."""
        idle_enough = rows.sum(axis=1) - 1 < self.agents - self.threshold
        for column, time in enumerate((self.aht, self.outbound_aht)):
            rate = rows[:, column] / time
            done = rows.copy()
            done[:, column] -= 1
            yield rate * waiting, done + np.array([1, 0]), True
            yield rate * (~waiting & idle_enough), done + np.array([0, 1]), False
            yield rate * (~waiting & ~idle_enough), done, False
