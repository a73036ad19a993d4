"""Slow, obvious twins of changing queues: every state, dense matrices, arrivals one by one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]


@dataclass
class Day:
    """Agents finish what they have in hand; a state is (busy agents, waiting contacts)."""

    rates: list[float]
    staff: list[int]
    lengths: list[float]
    service: float
    leave: float
    room: int
    begun: dict[int, Floats] = field(default_factory=dict)
    at_start: dict[int, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.most = max(self.staff)
        self.states = [(b, q) for b in range(self.most + 1) for q in range(self.room + 1)]
        self.at = {state: number for number, state in enumerate(self.states)}

    def generator(self, k: int) -> Floats:
        """Moves of everybody in interval k."""
        moves, agents = np.zeros((len(self.states),) * 2), self.staff[k]
        for (b, q), i in self.at.items():
            joined = (b + 1, 0) if b < agents and q == 0 else (b, q + 1)
            self._move(moves, i, joined, self.rates[k])
            if b:
                self._move(moves, i, self._after_service(b, q, agents), b * self.service)
            if q:
                self._move(moves, i, (b, q - 1), q * self.leave)
        return moves

    def _after_service(self, b: int, q: int, agents: int) -> tuple[int, int]:
        return (b, q - 1) if q and b - 1 < agents else (b - 1, q)

    def _move(self, moves: Floats, i: int, to: tuple[int, int], rate: float) -> None:
        if to in self.at:
            moves[i, self.at[to]] += rate
            moves[i, i] -= rate

    def ahead(self, k: int) -> tuple[Floats, Floats]:
        """Moves of what is ahead of a waiting contact, and the rate at which it is answered."""
        moves, answered = np.zeros((len(self.states),) * 2), np.zeros(len(self.states))
        agents = self.staff[k]
        for (b, q), i in self.at.items():
            if b and q == 0 and b - 1 < agents:
                answered[i] = b * self.service
                moves[i, i] -= b * self.service
            elif b:
                self._move(moves, i, self._after_service(b, q, agents), b * self.service)
            if q:
                self._move(moves, i, (b, q - 1), q * self.leave)
        return moves, answered

    def restaffed(self, k: int) -> tuple[Floats, Floats]:
        """Where states go when interval k begins; and whose contact behind them is answered."""
        to, answered, agents = np.zeros((len(self.states),) * 2), np.zeros(len(self.states)), 0
        agents = self.staff[k]
        for (b, q), i in self.at.items():
            taken = min(q, max(agents - b, 0))
            to[i, self.at[b + taken, q - taken]] = 1.0
            answered[i] = float(b + q < agents)
        return to, answered

    def must_wait(self, k: int) -> Floats:
        return np.array([float(b >= self.staff[k] or q > 0) for b, q in self.states])

    def walk(self, k: int, time: float) -> tuple[Floats, Floats]:
        """Chances `time` after the start of interval k, and their integral since it began."""
        return self.chances(k, time), self.begin(k) @ integral(self.generator(k), time)

    def chances(self, k: int, time: float) -> Floats:
        """Of states, `time` after the start of interval k."""
        now: Floats = self.begin(k) @ linalg.expm(self.generator(k) * time)
        return now

    def begin(self, k: int) -> Floats:
        """Chances of states as interval k begins."""
        if k not in self.begun:
            self.begun[k] = np.eye(len(self.states))[self.at[0, 0]]
            if k:
                end = self.chances(k - 1, self.lengths[k - 1])
                self.begun[k] = end @ self.restaffed(k)[0]
        return self.begun[k]

    def fate(self, k: int, left: float, awt: float) -> Floats:
        """Chance to be answered within `awt`, by state met `left` before the end of interval k.

        Columns: for those who never give up, and for the others.
        """
        moves, answered = self.ahead(k)
        last = k == len(self.staff) - 1
        step = awt if last else min(left, awt)
        ones = np.eye(len(self.states))
        columns = []
        for leave in (0.0, self.leave):
            pace = moves - leave * ones
            within = integral(pace, step) @ answered
            if step < awt:
                to, at_once = self.restaffed(k + 1)
                column = 0 if leave == 0.0 else 1
                later = self.fate(k + 1, self.lengths[k + 1], awt - step)[:, column]
                met = at_once + (1.0 - at_once) * (to @ later)
                within = within + linalg.expm(pace * step) @ met
            columns.append(within)
        return np.stack(columns, axis=1)

    def waits_from(self, k: int, left: float) -> Floats:
        """E[V], P(answered) and E[V; answered] by state met `left` before the end of interval k."""
        moves, answered = self.ahead(k)
        size = len(self.states)
        killed = moves - self.leave * np.eye(size)
        if k == len(self.staff) - 1:
            waiting = self.must_wait(k) > 0
            inner = np.ix_(waiting, waiting)
            values = np.zeros((size, 3))
            values[waiting, 0] = np.linalg.solve(-moves[inner], np.ones(waiting.sum()))
            served = np.linalg.solve(-killed[inner], answered[waiting])
            values[waiting, 1] = served
            values[waiting, 2] = np.linalg.solve(-killed[inner], served)
            return values
        to, at_once = self.restaffed(k + 1)
        if k + 1 not in self.at_start:
            self.at_start[k + 1] = self.waits_from(k + 1, self.lengths[k + 1])
        after = (1.0 - at_once)[:, None] * (to @ self.at_start[k + 1])
        after[:, 1] += at_once
        virtual = integral(moves, left).sum(axis=1) + linalg.expm(moves * left) @ after[:, 0]
        both = np.zeros((2 * size + 1,) * 2)
        both[:size, :size] = both[size:-1, size:-1] = killed
        both[:size, size:-1] = np.eye(size)
        both[size:-1, -1] = answered
        ends = linalg.expm(both * left) @ np.concatenate((after[:, 2], after[:, 1], [1.0]))
        return np.stack((virtual, ends[size:-1], ends[:size]), axis=1)

    def contacts(self, k: int, awt: float) -> dict[str, float]:
        """Measures of the contacts that arrive in interval k, summed over times of arrival."""
        length = self.lengths[k]
        cuts = sorted({0.0, length, *(c for c in (length - awt,) if 0 < c < length)})
        nodes, weights = np.polynomial.legendre.leggauss(9)
        sums = np.zeros(6)
        for low, high in itertools.pairwise(cuts):
            for panel in np.linspace(low, high, 3)[:-1]:
                half = (high - low) / 4.0
                for node, weight in zip(nodes, weights, strict=True):
                    time = panel + half * (node + 1.0)
                    waits = self.chances(k, time) * self.must_wait(k)
                    in_time = waits @ self.fate(k, length - time, awt)
                    longer = waits @ self.waits_from(k, length - time)
                    sums += weight * half * np.array([waits.sum(), *in_time, *longer]) / length
        delayed, virtual, answered, wait, served, served_wait = sums.tolist()
        return {
            "wait_probability": delayed,
            "virtual": 1.0 - delayed + virtual,
            "offered": 1.0 - delayed + answered,
            "mean_wait_virtual": wait,
            "abandonment": delayed - served,
            "asa": served_wait / (1.0 - delayed + served),
        }


def integral(moves: Floats, time: float) -> Floats:
    """Integral of the matrix exponential."""
    size = len(moves)
    both = np.zeros((2 * size,) * 2)
    both[:size, :size], both[:size, size:] = moves, np.eye(size)
    whole: Floats = linalg.expm(both * time)[:size, size:]
    return whole


def integrated(start: Floats, moves: Floats, time: float) -> tuple[Floats, Floats]:
    return start @ linalg.expm(moves * time), start @ integral(moves, time)
