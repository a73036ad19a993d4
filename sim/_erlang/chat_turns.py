"""Chats made of turns: an agent types one answer at a time, customers compose the next question."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.chain import refuse_size
from sim._erlang.chat import MOST_CHAT_STATES, ChatMeasures, chat_measures, check_chats
from sim._erlang.classes import in_vain, nobody
from sim._erlang.door import door
from sim._erlang.inputs import numbers, require
from sim._erlang.loss import loss
from sim._erlang.one_queue import Answered, queued

__all__ = ["ChatTurnMeasures", "chat_think_time"]


@dataclass(frozen=True, eq=False)
class ChatTurnMeasures(ChatMeasures):
    """`ChatMeasures` of chats made of turns.

    Parameters
    ----------
    queue, chats, chats_per_agent, slot_utilisation, agent_busy, chat_duration
        As in `ChatMeasures`.
    typing
        Share of time in which an agent has a turn to take; 0 without agents or chats.
    """

    typing: float = 0.0


def _typed(measures: ChatMeasures, typing: float) -> ChatTurnMeasures:
    """Add how much agents type."""
    known = {field.name: getattr(measures, field.name) for field in fields(measures)}
    return ChatTurnMeasures(**known, typing=typing)


@door
def chat_think_time(
    *,
    arrival_rate: float,
    agents: int,
    concurrent_chats: int,
    agent_turn: float,
    customer_turn: float,
    last_turn: float,
    patience: float = math.inf,
) -> ChatTurnMeasures:
    """Measure chats made of turns: the agent types one answer at a time, customers compose.

    Parameters
    ----------
    arrival_rate
        Chats per second, at least 0 [1/s].
    agents
        Agents, whole, at least 0.
    concurrent_chats
        Chats that an agent may hold, whole, at least 1.
    agent_turn, customer_turn
        Mean times of a turn, above 0 [s].
    last_turn
        Probability that a turn of the agent is the last of its chat, above 0 and at most 1.
    patience
        Mean time until somebody who waits for an agent gives up, above 0; endless by default [s].

    Raises
    ------
    InvalidInput
        If a value is out of range, or the chain has too many states.

    Notes
    -----
    The first turn is the agent's. A new chat goes to an agent with the fewest open chats, at
    random among equals. An exact chain on how many agents are in which state (open chats, turns
    due) and the queue: some ten agents with two chats each, fewer with more.

    Examples
    --------
    >>> team = chat_think_time(
    ...     arrival_rate=0.01, agents=3, concurrent_chats=2, agent_turn=40, customer_turn=60,
    ...     last_turn=0.2, patience=120,
    ... )
    >>> round(team.queue.abandonment, 6), round(team.typing, 6)
    (0.155702, 0.562866)
    """
    rate, team, waits = check_chats(arrival_rate, agent_turn, agents, patience)
    levels, customer, last = numbers(
        concurrent_chats=concurrent_chats, customer_turn=customer_turn, last_turn=last_turn
    )
    whole = (levels >= 1) & np.isfinite(levels) & (np.floor(levels) == levels)
    require(levels, "concurrent_chats", "must be whole and at least 1", whole)
    require(customer, "customer_turn", "must be above 0", (customer > 0) & np.isfinite(customer))
    require(last, "last_turn", "must be above 0 and at most 1", (last > 0) & (last <= 1))
    require(last, "last_turn", "must be at least 1e-9", last >= 1e-9)
    service = _Turns(team, int(levels), agent_turn, customer_turn, last_turn)
    alone = agent_turn / last_turn + customer_turn * (1.0 / last_turn - 1.0)
    if team == 0 or rate == 0:
        answered = Answered(*(in_vain(waits) if rate > 0 else nobody()))
        idle = chat_measures(rate, waits, team, int(levels), answered, 0.0, 0.0, alone)
        return _typed(idle, 0.0)
    refuse_size(math.comb(team + len(service.types) - 1, team), MOST_CHAT_STATES)
    capacity = team * last_turn / agent_turn * (1.0 - service.composing())
    if math.isinf(waits) and rate >= capacity:
        return _typed(
            chat_measures(
                rate, waits, team, int(levels), Answered(*in_vain(waits)), 0.0, 0.0, alone
            ),
            1.0 - service.composing(),
        )
    found = queued(service, rate, waits)
    held = found.shares @ found.states.rows[:, :-1]
    chats, due = np.array(service.types).T
    measures = chat_measures(
        rate,
        waits,
        team,
        int(levels),
        found.answered,
        float(held @ chats),
        float(held @ (chats > 0)),
    )
    return _typed(measures, float(held @ (due > 0)) / team)


@dataclass(frozen=True)
class _Turns:
    """Agents counted by type: how many open chats, and in how many of them a turn is due."""

    agents: int
    levels: int
    agent_turn: float
    customer_turn: float
    last_turn: float

    @cached_property
    def types(self) -> list[tuple[int, int]]:
        return [(held, due) for held in range(self.levels + 1) for due in range(held + 1)]

    def composing(self) -> float:
        """Share of time in which a full agent has no turn due, chats that end being replaced."""
        # Customers compose between turns that are not the last: K machines and one repairman.
        ratio_ = self.customer_turn * (1.0 - self.last_turn) / self.agent_turn
        return float(loss(np.array([float(self.levels)]), np.array([ratio_]))[0])

    @property
    def bounds(self) -> IntArray:
        return np.full(len(self.types), self.agents, dtype=np.int64)

    @property
    def start(self) -> IntArray:
        start = np.zeros(len(self.types), dtype=np.int64)
        start[0] = self.agents
        return start

    def full(self, rows: IntArray) -> BoolArray:
        full: BoolArray = rows[:, -self.levels - 1 :].sum(axis=1) == self.agents
        return full

    def _to(self, rows: IntArray, source: tuple[int, int], target: tuple[int, int]) -> IntArray:
        to = rows.copy()
        to[:, self.types.index(source)] -= 1
        to[:, self.types.index(target)] += 1
        return to

    def arrivals(self, rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        """A new chat, the first turn due, for one of those with the fewest."""
        looking = np.ones(len(rows), dtype=np.bool_)
        for held in range(self.levels):
            columns = [self.types.index((held, due)) for due in range(held + 1)]
            there = rows[:, columns].sum(axis=1)
            for due, column in enumerate(columns):
                share = np.where(looking, rows[:, column] / np.maximum(there, 1), 0.0)
                yield share, self._to(rows, (held, due), (held + 1, due + 1))
            looking &= there == 0

    def work(
        self, rows: IntArray, waiting: BoolArray
    ) -> Iterator[tuple[FloatArray, IntArray, bool]]:
        """Agents and customers take their turns; a chat that ends makes room for the next."""
        for column, (held, due) in enumerate(self.types):
            there = rows[:, column].astype(np.float64)
            if due:
                turns = there / self.agent_turn
                ends, goes_on = turns * self.last_turn, turns * (1.0 - self.last_turn)
                yield goes_on, self._to(rows, (held, due), (held, due - 1)), False
                yield ends * ~waiting, self._to(rows, (held, due), (held - 1, due - 1)), False
                # Somebody waits only while all agents are full: the next chat begins at once.
                yield ends * waiting, rows, True
            if due < held:
                answers = there * ((held - due) / self.customer_turn)
                yield answers, self._to(rows, (held, due), (held, due + 1)), False
