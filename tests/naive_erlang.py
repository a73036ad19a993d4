"""The slow, obvious twin of `sim.erlang`: count states, follow one contact, exponentiate."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import factorial

import mpmath as mp
import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Matrix = NDArray[np.float64]


def erlang_b(lines: int, load: Fraction) -> Fraction:
    """Erlang's formula as he wrote it, in exact fractions."""
    terms = [load**k / factorial(k) for k in range(lines + 1)]
    return terms[-1] / sum(terms)


def erlang_c(agents: int, load: Fraction) -> Fraction:
    """Probability of waiting in a stable M/M/n, in exact fractions."""
    queued = load**agents / factorial(agents) * Fraction(agents) / (agents - load)
    return queued / (sum(load**k / factorial(k) for k in range(agents)) + queued)


@dataclass(frozen=True)
class Palm:
    """Erlang A with endless lines as Palm (1957) had it: incomplete gamma functions, 40 digits."""

    arrival_rate: float
    aht: float
    agents: int
    patience: float

    def shares(self, awt: float) -> tuple[float, float, float, float]:
        """Return P(wait), P(abandon), P(V <= awt, answered) and P(V <= awt)."""
        with mp.workdps(40):
            rate = mp.mpf(self.arrival_rate)
            idle = self._idle()
            offered = rate * self._integral(0, mp.inf)
            answered = rate * self._integral(1, mp.inf)
            soon, answered_soon = (rate * self._integral(power, awt) for power in (0, 1))
            whole = idle + offered
            return (
                float(offered / whole),
                float((offered - answered) / whole),
                float((idle + answered_soon) / whole),
                float((idle + soon) / whole),
            )

    def _idle(self) -> mp.mpf:
        load = mp.mpf(self.arrival_rate) * self.aht
        term, total = mp.mpf(1), mp.mpf(0)
        for present in range(self.agents, 0, -1):
            total += term
            term *= (present - 1) / load
        return total

    def _integral(self, power: int, until: float) -> mp.mpf:
        # Integral of exp(-power x / patience) times the density's shape, from 0 to `until`.
        leaving = mp.mpf(self.arrival_rate) * self.patience
        c = mp.mpf(self.agents) / self.aht * self.patience + power
        last = leaving * mp.exp(-mp.mpf(until) / self.patience)
        area = mp.gammainc(c, last, leaving)
        return self.patience * mp.exp(leaving) * leaving ** (-c) * area


@dataclass(frozen=True)
class Queue:
    """M/M/n/K+M with rates per second; `leave_rate` 0 is endless patience."""

    arrival_rate: float
    service_rate: float
    agents: int
    leave_rate: float
    places: int

    def states(self) -> list[float]:
        """Long-run share of time with 0, 1, 2 ... contacts in the house."""
        weights = [1.0]
        for present in range(1, self.agents + self.places + 1):
            busy = min(present, self.agents)
            out = busy * self.service_rate + (present - busy) * self.leave_rate
            weights.append(weights[-1] * self.arrival_rate / out)
        return [weight / sum(weights) for weight in weights]

    def met_on_arrival(self) -> Matrix:
        """Probability of 0, 1, 2 ... people waiting ahead of a contact that must wait."""
        shares = np.array(self.states())
        met: Matrix = shares[self.agents : -1] / (1.0 - shares[-1])
        return met

    def generator(self, gives_up: float) -> Matrix:
        """Moves of one waiting contact by its place in line, the last state being lost."""
        size = self.places
        moves = np.zeros((size + 2, size + 2))  # served, places 1 to K, lost
        for place in range(1, size + 1):
            moves[place, place - 1] = (
                self.agents * self.service_rate + (place - 1) * self.leave_rate
            )
            moves[place, size + 1] = gives_up
            moves[place, place] = -moves[place].sum()
        return moves

    def fates(self, seconds: float) -> tuple[float, float, float]:
        """Return P(0 < V <= t), P(0 < V <= t, served), P(lost by t) given a free line."""
        start = np.concatenate(([0.0], self.met_on_arrival(), [0.0]))
        patient = start @ linalg.expm(self.generator(0.0) * seconds)
        real = start @ linalg.expm(self.generator(self.leave_rate) * seconds)
        return float(patient[0]), float(real[0]), float(real[-1])

    def mean_waits(self) -> tuple[float, float, float]:
        """Return E[V], E[V; served] and E[R; lost] given a free line."""
        return (
            self._mean_until(0.0, 0),
            self._mean_until(self.leave_rate, 0),
            (self._mean_until(self.leave_rate, -1)),
        )

    def _mean_until(self, gives_up: float, end: int) -> float:
        # E[time; absorbed in `end`] = start (-G)**-2 (rates into `end`).
        moves = self.generator(gives_up)
        inner = -moves[1:-1, 1:-1]
        into = moves[1:-1, end]
        return float(self.met_on_arrival() @ np.linalg.solve(inner, np.linalg.solve(inner, into)))
