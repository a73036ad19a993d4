"""Slow twins of classes and skills: one queue in order of arrival, every contact by name.

States are what one would write on paper, `(agents, queue)`: what every single agent is busy with,
and who waits, in the order of arrival. Nothing is shared with the counts of `sim.erlang`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Matrix = NDArray[np.float64]
Moves = Callable[[Any], list[tuple[float, Any]]]

FOLLOWED = 99
"""Name in the queue of the contact that is followed; its class is known."""


@dataclass
class Chain:
    """Any chain, found from one state and solved densely."""

    states: list[Any]
    matrix: Matrix

    @classmethod
    def of(cls, moves: Moves, *start: Any) -> Chain:
        states, rates = list(start), []
        place = {state: number for number, state in enumerate(states)}
        for state in states:
            for rate, to in moves(state):
                if to not in place:
                    place[to] = len(states)
                    states.append(to)
                rates.append((place[state], place[to], rate))
        matrix = np.zeros((len(states), len(states)))
        for source, target, rate in rates:
            matrix[source, target] += rate
            matrix[source, source] -= rate
        return cls(states, matrix)

    def stationary(self) -> dict[Any, float]:
        balance = np.vstack((self.matrix.T[1:], np.ones(len(self.states))))
        right = np.zeros(len(self.states))
        right[-1] = 1.0
        return dict(zip(self.states, np.linalg.solve(balance, right), strict=True))

    def after(self, start: Matrix, time: float) -> dict[Any, float]:
        return dict(zip(self.states, start @ linalg.expm(self.matrix * time), strict=True))


@dataclass(frozen=True)
class Skills:
    """Agents by name (their pool), contacts by name (their class), at most `places` waiting."""

    arrival_rates: tuple[float, ...]
    aht: tuple[tuple[float, ...], ...]
    agents: tuple[int, ...]
    routes: tuple[tuple[int, ...], ...]
    serves: tuple[tuple[int, ...], ...]
    patience: tuple[float, ...]
    balking: tuple[float, ...]
    reserved: tuple[tuple[int, ...], ...]
    longest: bool
    places: int

    def idle(self, working: tuple[int, ...], pool: int) -> list[int]:
        return [a for a, work in enumerate(working) if self.agents[a] == pool and work < 0]

    def taker(self, working: tuple[int, ...], c: int) -> int | None:
        for pool in self.routes[c]:
            idle = self.idle(working, pool)
            if len(idle) > self.reserved[pool][c]:
                return idle[0]
        return None

    def moves(self, state: Any, follow: int | None = None) -> list[tuple[float, Any]]:
        if state in ("served", "lost"):
            return []
        working, queue = state
        found: list[tuple[float, Any]] = []
        for c, rate in enumerate(self.arrival_rates):
            agent = self.taker(working, c)
            if agent is not None:
                found.append((rate, (put(working, agent, c), queue)))
            elif len(queue) < self.places:
                found.append((rate * (1 - self.balking[c]), (working, (*queue, c))))
        for place, name in enumerate(queue):
            patience = self.patience[(follow or 0) if name == FOLLOWED else name]
            left = (*queue[:place], *queue[place + 1 :])
            to: Any = "lost" if name == FOLLOWED else (working, left)
            found.append((1 / patience, to))
        for agent, work in enumerate(working):
            if work >= 0:
                rate = 1 / self.aht[work][self.agents[agent]]
                found.append((rate, self.finished(put(working, agent, -1), queue, agent, follow)))
        return found

    def finished(
        self, working: tuple[int, ...], queue: tuple[int, ...], agent: int, follow: int | None
    ) -> Any:
        pool = self.agents[agent]
        classes = [follow if name == FOLLOWED else name for name in queue]
        may = [
            place
            for place, c in enumerate(classes)
            if c in self.serves[pool] and len(self.idle(working, pool)) > self.reserved[pool][c]
        ]
        if not may:
            return working, queue
        order = (
            (lambda p: p) if self.longest else (lambda p: (self.serves[pool].index(classes[p]), p))
        )
        place = min(may, key=order)
        if queue[place] == FOLLOWED:
            return "served"
        return put(working, agent, queue[place]), (*queue[:place], *queue[place + 1 :])

    @cache  # noqa: B019  # few twins, and they end with the tests
    def shares(self) -> dict[Any, float]:
        empty = (tuple(-1 for _ in self.agents), ())
        return Chain.of(self.moves, empty).stationary()

    def level(self, c: int, awt: float) -> float:
        """P(served, V <= awt), balking counted as not served."""
        at_once, starts = 0.0, {}
        for state, share in self.shares().items():
            working, queue = state
            if self.taker(working, c) is not None:
                at_once += share
            elif len(queue) < self.places:
                starts[working, (*queue, FOLLOWED)] = share * (1 - self.balking[c])
        chain = Chain.of(lambda state: self.moves(state, c), *starts, "served", "lost")
        start = np.zeros(len(chain.states))
        start[: len(starts)] = list(starts.values())
        return at_once + chain.after(start, awt)["served"]

    def waits(self, c: int) -> float:
        return sum(
            share for (working, _), share in self.shares().items() if self.taker(working, c) is None
        )

    def queue(self, c: int) -> float:
        return math.fsum(share * names.count(c) for (_, names), share in self.shares().items())

    def busy(self, pool: int) -> float:
        return math.fsum(
            share * sum(work >= 0 for a, work in enumerate(working) if self.agents[a] == pool)
            for (working, _), share in self.shares().items()
        )


def put(working: tuple[int, ...], agent: int, work: int) -> tuple[int, ...]:
    return (*working[:agent], work, *working[agent + 1 :])
