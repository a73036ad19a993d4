"""The queue M/M/n/K+M as arrays, what is computed of it, and Erlang's loss formula.

Everything works on one-dimensional arrays of equal length, already validated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = [
    "DROP",
    "NODES",
    "WEIGHTS",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "Positions",
    "Queue",
    "WaitPartials",
    "WaitTotals",
    "expectation",
    "log_inverse_b",
    "loss",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Positions = NDArray[np.intp]

DROP = 45.0
"""Densities are followed until they fall by exp(-45), about 3e-20 of their peak."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


class Queue(NamedTuple):
    """Parameters of one queue per position; `room` is the number of waiting places."""

    arrival_rate: FloatArray
    aht: FloatArray
    agents: FloatArray
    patience: FloatArray
    room: FloatArray

    @property
    def load(self) -> FloatArray:
        return self.arrival_rate * self.aht

    @property
    def service_rate(self) -> FloatArray:
        """Rate at which all agents together finish contacts."""
        return self.agents / self.aht

    @property
    def impatience(self) -> FloatArray:
        """Rate at which one waiting contact gives up; zero for endless patience."""
        return 1.0 / self.patience

    def at(self, positions: Positions) -> Queue:
        return Queue(*(column[positions] for column in self))


class WaitTotals(NamedTuple):
    """Probabilities and joint expectations of one contact that found a free line.

    `waited_served` is E[V; served] and `waited_abandoned` E[R; abandoned]: divide by the
    probability of the event for a mean. `scale` turns the shape of the density of an open
    queue into the density.
    """

    blocking: FloatArray
    accepted: FloatArray
    no_wait: FloatArray
    delayed: FloatArray
    served: FloatArray
    abandoned: FloatArray
    waited: FloatArray
    waited_virtual: FloatArray
    waited_served: FloatArray
    waited_abandoned: FloatArray
    scale: FloatArray


class WaitPartials(NamedTuple):
    """What happened by a threshold T to a contact that found a free line.

    `offered` is P(0 < V <= T), `served` P(0 < V <= T, served), `abandoned` P(R < V <= T).
    """

    offered: FloatArray
    served: FloatArray
    abandoned: FloatArray


def expectation(mass: FloatArray, values: FloatArray) -> FloatArray:
    """Return the sum of values by their mass, one number per row."""
    sums: FloatArray = np.einsum("ij,ij->i", mass, values)
    return sums


def loss(lines: FloatArray, load: FloatArray) -> FloatArray:
    """Return Erlang's loss formula B, also for no lines and for no load."""
    blocking = np.where(lines > 0, 0.0, 1.0)
    used = load > 0
    blocking[used] = np.exp(-log_inverse_b(lines[used], load[used]))
    return blocking


def log_inverse_b(lines: FloatArray, load: FloatArray) -> FloatArray:
    """Logarithm of 1/B for Erlang's loss formula, `lines` real and above -1, `load` positive.

    ``1/B = integral of exp(-t) (1 + t/load)**lines`` (Jagerman 1974), which is an upper
    incomplete gamma function over a Poisson probability. Far above capacity both underflow
    and the integrand is close to an exponential, so there the integral itself is taken.
    """
    overloaded = load > lines + 10.0 * np.sqrt(np.maximum(lines, 0.0)) + 20.0
    result = np.empty_like(load)
    x, a = lines[~overloaded], load[~overloaded]
    result[~overloaded] = np.log(special.gammaincc(x + 1.0, a)) - _log_poisson(x, a)
    x, a = lines[overloaded, None], load[overloaded, None]
    reach = DROP / (1.0 - np.maximum(x, 0.0) / a)
    t = 0.5 * reach * (NODES + 1.0)
    area = 0.5 * reach[:, 0] * (np.exp(x * np.log1p(t / a) - t) @ WEIGHTS)
    result[overloaded] = np.log(area)
    return result


def _log_poisson(x: FloatArray, mean: FloatArray) -> FloatArray:
    """Log of the Poisson probability of x, by Loader's saddle point where x is large."""
    big = np.maximum(x, 16.0)
    inverse = 1.0 / (big * big)
    stirling_rest = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / big
    gap = (mean - big) / big
    near = np.abs(gap) < 0.5
    deviance = big * (gap - np.where(near, np.log1p(np.where(near, gap, 0.0)), np.log(mean / big)))
    saddle = -stirling_rest - deviance - 0.5 * np.log(2.0 * np.pi * big)
    plain = special.xlogy(x, mean) - mean - special.gammaln(x + 1.0)
    return np.where(x >= 16.0, saddle, plain)
