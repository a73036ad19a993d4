"""Laplace transforms of times, of the time left of them, and back again.

A transform of any law comes from its survival function: E exp(-s X) = 1 - s times the integral of
exp(-s x) P(X > x). Where a closed form exists it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray
from sim._erlang.laws import Deterministic, Gamma, Law, Uniform

__all__ = [
    "Complex",
    "last_survivor",
    "survivor_at",
    "survivor_transform",
    "survivors",
    "survivors_between",
    "tail_at",
    "transform",
]

Complex = NDArray[np.complex128]

_RATIO = 1.5
"""Growth of the panels of the quadrature: smooth functions of log x need no more."""

_SMALL = 1e-10
_NEGLIGIBLE = 1e-18
_MOST_DOUBLINGS = 200

_DISCRETISATION = 24.0
"""The series that inverts a transform repeats the function, scaled by exp(-24)."""

_AVERAGED = 14
"""Last terms of the series, whose sums are averaged with binomial weights."""

_PANELS_PER_TERM = 2


def transform(law: Law, s: FloatArray) -> FloatArray:
    """Return E exp(-s X) for real s, at least 0."""
    if isinstance(law, Deterministic):
        return np.asarray(np.exp(-s * law.value))
    if isinstance(law, Gamma):
        return np.asarray((1.0 + s * law.mean / law.shape) ** -law.shape)
    if isinstance(law, Uniform):
        width = s * (law.high - law.low)
        part = np.divide(-np.expm1(-width), width, out=np.ones_like(s), where=width > 0)
        return np.asarray(np.exp(-s * law.low) * part)
    if law.phases is not None:
        start, phases = law.phases
        return np.asarray(_resolved(s, phases, -phases.sum(axis=1)) @ start)
    return np.asarray(1.0 - s * survivor_transform(law, s))


def survivor_transform(law: Law, s: FloatArray) -> FloatArray:
    """Return the integral of exp(-s x) P(X > x), which keeps its digits where s is small."""
    if law.phases is not None:
        start, phases = law.phases
        return np.asarray(_resolved(s, phases, np.ones(start.size)) @ start)
    x, weights = survivors(law)
    return np.asarray(np.exp(-s[:, None] * x) @ weights)


def _resolved(s: Any, phases: FloatArray, right: FloatArray) -> Any:
    """Return (s I - phases)^-1 right for every s."""
    shifted = s[:, None, None] * np.eye(right.size) - phases
    return np.linalg.solve(shifted, np.broadcast_to(right[:, None], (s.size, right.size, 1)))[
        ..., 0
    ]


def survivors(law: Law) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights whose sum is the integral of the survival function."""
    end = last_survivor(law)
    start = _SMALL * law.mean
    count = math.ceil(math.log(end / start) / math.log(_RATIO))
    edges = np.concatenate(([0.0], np.geomspace(start, end, count + 1)))
    return _survivor_nodes(law, edges)


def last_survivor(law: Law) -> float:
    """Return a time that nothing of the law exceeds."""
    end = law.mean
    for _ in range(_MOST_DOUBLINGS):
        if float(law.survival(end)) * end <= _NEGLIGIBLE * law.mean:
            break
        end *= 2.0
    return end


def survivors_between(law: Law, start: float, end: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights for the integral over one span of time, finely cut."""
    edges = np.linspace(start, end, 25)
    near = np.geomspace(_SMALL * min(law.mean, end), end, 60) if start == 0.0 else edges
    return _survivor_nodes(law, np.concatenate((edges, near)))


def _survivor_nodes(law: Law, edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    kinks = [kink for kink in law.kinks if edges.min() < kink < edges.max()]
    edges = np.unique(np.concatenate((edges, kinks)))
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (NODES + 1.0)).ravel()
    return x, (half * WEIGHTS).ravel() * law.survival(x)


def survivor_at(law: Law, s: Complex, time: float) -> Complex:
    """Return the integral of exp(-s x) P(X > x) for the points s of `tail_at` at a time."""
    if law.phases is not None:
        start, phases = law.phases
        return np.asarray(_resolved(s, phases, np.ones(start.size)) @ start)
    # Beyond a few times `time`, exp(-s x) is nothing; within, it turns often.
    end = 2.0 * 40.0 / _DISCRETISATION * time
    near = np.geomspace(_SMALL * min(time, law.mean), end, 60)
    edges = np.concatenate(([0.0], near, np.linspace(0.0, end, _PANELS_PER_TERM * s.size)))
    x, weights = _survivor_nodes(law, edges)
    kept = weights > 0
    return np.asarray(np.exp(-s[:, None] * x[kept]) @ weights[kept])


def tail_at(laplace: Callable[[Complex], Complex], time: float, terms: int) -> float:
    """Return a function at a time above 0 from its Laplace transform (Abate and Whitt 1995).

    A Fourier series, whose alternating sums are averaged (Euler). For a smooth function between 0
    and 1 forty terms are right to 1e-10; a kink nearby leaves 1e-6, and 1e-7 with two hundred.
    """
    k = np.arange(terms + _AVERAGED + 1)
    half = 0.5 * _DISCRETISATION
    points = np.asarray((half + 1j * math.pi * k) / time, dtype=np.complex128)
    values = laplace(points).real * (-1.0) ** k
    values[0] *= 0.5
    sums = np.cumsum(values)[terms:]
    weights = np.array([math.comb(_AVERAGED, j) for j in range(_AVERAGED + 1)], dtype=np.float64)
    return math.exp(half) / time * float(weights @ sums) / 2.0**_AVERAGED
