"""Slow twins of patience of any law: thirty-digit integrals, and a chain that knows each phase."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import numpy as np

from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
    Weibull,
)

Digits = Any
"""A number of mpmath."""


def survival_of(law: Law) -> Callable[[Digits], Digits]:
    """Survival function in as many digits as mpmath is asked for, written anew."""
    match law:
        case Exponential(mean=mean):
            return lambda x: mp.exp(-x / mp.mpf(mean))
        case Deterministic(value=value):
            return lambda x: mp.mpf(1 if x < value else 0)
        case Uniform(low=low, high=high):
            return lambda x: min(
                mp.mpf(1), max(mp.mpf(0), (mp.mpf(high) - x) / (mp.mpf(high) - mp.mpf(low)))
            )
        case Gamma(shape=shape, mean=mean) | Erlang(k=shape, mean=mean):
            return lambda x: mp.gammainc(shape, x * shape / mp.mpf(mean), regularized=True)
        case Lognormal(mean=mean, scv=scv):
            variance = mp.log(1 + mp.mpf(scv))
            centre = mp.log(mean) - variance / 2
            return lambda x: mp.ncdf((centre - mp.log(x)) / mp.sqrt(variance)) if x else mp.mpf(1)
        case Weibull(shape=shape, scale=scale):
            return lambda x: mp.exp(-((x / mp.mpf(scale)) ** mp.mpf(shape)))
        case Hyperexponential(shares=shares, means=means):
            pairs = list(zip(shares, means, strict=True))
            return lambda x: mp.fsum(p * mp.exp(-x / mp.mpf(m)) for p, m in pairs)
    raise NotImplementedError(law)


def area_of(law: Law) -> Callable[[Digits], Digits] | None:
    """Area under the survival function up to a moment, where it has a form (by parts)."""
    match law:
        case Gamma(shape=shape, mean=mean) | Erlang(k=shape, mean=mean):
            survival, scale = survival_of(law), mp.mpf(mean) / shape
            return lambda x: (
                x * survival(x) + mean * mp.gammainc(shape + 1, 0, x / scale, regularized=True)
            )
    return None


@dataclass
class Patient:
    """M/M/n/K+G by Gauss-Legendre in thirty digits, panel by panel; `room` may be endless."""

    arrival_rate: float
    aht: float
    agents: int
    law: Law
    balking: float = 0.0
    room: float = np.inf
    reach: float = 0.0
    values: dict[str, Digits] = field(default_factory=dict)

    def measures(self, awt: float) -> dict[str, float]:
        """Return shares and means under the names of `QueueMeasures`, and service levels."""
        with mp.workdps(30):
            return self._measures(awt)

    def _measures(self, awt: float) -> dict[str, float]:
        rate, joins = mp.mpf(self.arrival_rate), mp.mpf(self.arrival_rate) * (1 - self.balking)
        served = mp.mpf(self.agents) / mp.mpf(self.aht)
        survival, form = survival_of(self.law), area_of(self.law)
        node, weight = _rule()
        area = mp.mpf(0)  # of the survival function so far
        sums = {
            name: mp.mpf(0) for name in ("all", "stay", "x", "xs", "w", "soon", "soons", "full")
        }
        for a, b in itertools.pairwise(self._edges(awt, served)):
            half = (b - a) / 2
            xs = [a + half * (1 + t) for t in node]
            alive = [survival(x) for x in xs]
            # The area up to each node: the same rule again between the edge and the node.
            until = [form(x) if form else area + _area(survival, a, x, node, weight) for x in xs]
            area += half * mp.fdot(weight, alive)
            assert form is None or abs(area - form(b)) <= mp.mpf(10) ** -14 * mp.mpf(self.law.mean)
            for x, s, h, w in zip(xs, alive, until, weight, strict=True):
                full = mp.mpf(0)
                if np.isinf(self.room):
                    v = rate * mp.exp(joins * h - served * x)
                else:
                    ahead, k = joins * h, int(self.room)
                    terms = [ahead**j / mp.factorial(j) for j in range(k + 1)]
                    v = rate * mp.exp(-served * x) * mp.fsum(terms[:-1])
                    full = rate * mp.exp(-served * x) * terms[-1]
                m = half * w * v
                stay = (1 - mp.mpf(self.balking)) * s
                sums["full"] += half * w * full
                for name, value in (
                    ("all", 1),
                    ("stay", stay),
                    ("x", x),
                    ("xs", x * stay),
                    ("w", (1 - mp.mpf(self.balking)) * h),
                    ("soon", 1 if x <= awt else 0),
                    ("soons", stay if x <= awt else 0),
                ):
                    sums[name] += m * value
        return self._named(sums)

    def _named(self, sums: dict[str, Digits]) -> dict[str, float]:
        idle, term = mp.mpf(0), mp.mpf(1)
        for busy in range(self.agents, 0, -1):
            idle += term
            term *= (busy - 1) / (mp.mpf(self.arrival_rate) * mp.mpf(self.aht))
        whole = idle + sums["all"]
        ab = sums["all"] - sums["stay"]
        return {
            "blocking": float(sums["full"] / (whole + sums["full"])),
            "wait_probability": float(sums["all"] / whole),
            "abandonment": float(ab / whole),
            "mean_wait": float(sums["w"] / whole),
            "mean_wait_virtual": float(sums["x"] / whole),
            "asa": float(sums["xs"] / (idle + sums["stay"])),
            "mean_wait_abandoned": float((sums["w"] - sums["xs"]) / ab),
            "virtual": float((idle + sums["soon"]) / whole),
            "offered": float((idle + sums["soons"]) / whole),
        }

    def _edges(self, awt: float, served: Digits) -> list[Digits]:
        reach = mp.mpf(self.reach) if self.reach else 90 / served
        points = {mp.mpf(0), reach, mp.mpf(awt), *(mp.mpf(kink) for kink in self.law.kinks)}
        points |= {reach * mp.mpf(4) ** -j for j in range(1, 22)}
        points |= {reach * j / 24 for j in range(1, 24)}
        spread = mp.mpf(self.law.mean) * mp.sqrt(self.law.scv)
        points |= {self.law.mean + spread * j for j in range(-10, 11)}
        return sorted(point for point in points if 0 <= point <= reach)


def _rule() -> tuple[list[Digits], list[Digits]]:
    """Nodes and weights of Gauss and Legendre, 20 of them, in full digits."""
    start, _ = np.polynomial.legendre.leggauss(20)
    nodes = [mp.findroot(lambda t: mp.legendre(20, t), t) for t in start]
    slopes = [20 * (mp.legendre(19, t) - t * mp.legendre(20, t)) / (1 - t * t) for t in nodes]
    return nodes, [2 / ((1 - t * t) * d * d) for t, d in zip(nodes, slopes, strict=True)]


def _area(
    survival: Callable[[Digits], Digits],
    a: Digits,
    b: Digits,
    node: list[Digits],
    weight: list[Digits],
) -> Digits:
    half = (b - a) / 2
    return half * mp.fdot(weight, [survival(a + half * (1 + t)) for t in node])


def two_phase_line(
    arrival_rate: float, aht: float, agents: int, patience: float, room: int
) -> tuple[float, float, float]:
    """M/M/n/K+Erlang-2 as a chain of every waiting contact's phase: blocking, P(wait), P(leave)."""
    lines: list[tuple[int, ...]] = [
        phases for k in range(room + 1) for phases in itertools.product((0, 1), repeat=k)
    ]
    states: list[Any] = [*range(agents), *lines]  # idle agents, or all busy and a line
    place = {state: i for i, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))
    step = 2 / patience

    def move(a: Any, b: Any, rate: float) -> None:
        rates[place[a], place[b]] += rate

    for state in states:
        if isinstance(state, int):
            move(state, state + 1 if state + 1 < agents else (), arrival_rate)
            if state:
                move(state, state - 1, state / aht)
            continue
        if len(state) < room:
            move(state, (*state, 0), arrival_rate)
        move(state, state[1:] if state else agents - 1, agents / aht)
        for i, phase in enumerate(state):
            rest = (*state[:i], *state[i + 1 :])
            move(state, rest if phase else (*state[:i], 1, *state[i + 1 :]), step)
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0
    share = np.linalg.solve(balance, np.eye(len(states))[0])
    by = dict(zip(states, share.tolist(), strict=True))
    blocked = sum(by[line] for line in lines if len(line) == room)
    waits = sum(by[line] for line in lines if len(line) < room)
    leaving = sum(by[line] * step * sum(line) for line in lines)
    joined = 1.0 - blocked
    return blocked, waits / joined, leaving / (arrival_rate * joined)
