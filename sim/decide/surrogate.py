"""What simulation makes of screened costs: learnt from those simulated, for all others.

The closed form errs alike for candidates that are alike: what an own team is given beyond it
because somebody takes its overflow depends on channels, hours and the level it is staffed for. So
the ratio of simulated to screened cost is a Gaussian process over these, and the next candidate is
the one that is expected to improve on the best by most (Jones, Schonlau and Welch 1998).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide.candidates import Candidate
from sim.scenario.hours import DAY

__all__ = ["Surrogate", "improvement", "traits"]

Floats = NDArray[np.float64]

# Standard deviations of the log of the ratio: between kinds, and of one staffing and its seed.
_BETWEEN, _WITHIN = 0.06, 0.008
# Doubt of the mean ratio itself, before anything is simulated.
_MEAN = 0.1
# Simulations that a candidate is worth which is like none of those that were simulated, and the
# share of these that keeps the promises.
_PRIOR, _KEPT = 0.5, 0.9


def traits(one: Candidate, channels: Sequence[str]) -> Floats:
    """What makes candidates alike, in lengths over which the ratio changes.

    Parameters
    ----------
    one
        The candidate.
    channels
        All channels, in order.

    Examples
    --------
    >>> traits(Candidate(("phone",), ((0, 302400),), 10.0, 0.6), ("phone", "chat")).round(2)
    array([1. , 0. , 1. , 1. , 1. , 1.2, 0. ])
    """
    week = sum(end - start for start, end in one.hours) / (7 * DAY)
    there = [float(name in one.own) for name in channels]
    overflow = 0.0 if one.after is None else 1.0
    alone = 0.0 if one.after is None else (1.0 if one.alone is None else one.alone)
    after = 0.0 if one.after is None else one.after
    return np.array([*there, week / 0.5, overflow, after / 10, alone / 0.5, one.share / 0.5])


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """Costs that simulation would say, given those that it said.

    Parameters
    ----------
    places
        Traits of the candidates that were simulated, one a row.
    ratios
        Logs of simulated over screened cost.
    kept
        Whether they keep the promises.
    """

    places: Floats
    ratios: Floats
    kept: NDArray[np.bool_]

    def cost(self, places: Floats, screened: Floats) -> tuple[Floats, Floats, Floats]:
        """Expected cost of candidates, its standard deviation, chance to keep the promises.

        Parameters
        ----------
        places
            Their traits, one a row.
        screened
            Their cost by closed form.
        """
        if not len(self.ratios):
            return screened, screened * math.hypot(_BETWEEN, _MEAN), np.full(len(screened), _KEPT)
        alike = _alike(places, self.places)
        among = _BETWEEN**2 * _alike(self.places, self.places) + _MEAN**2
        among[np.diag_indices_from(among)] += _WITHIN**2
        across = _BETWEEN**2 * alike + _MEAN**2
        solved = np.linalg.solve(among, np.column_stack([self.ratios, across.T]))
        mean = across @ solved[:, 0]
        left = _BETWEEN**2 + _MEAN**2 - np.einsum("ij,ji->i", across, solved[:, 1:])
        cost = screened * np.exp(mean)
        chance = (_PRIOR * _KEPT + alike @ self.kept) / (_PRIOR + alike.sum(axis=1))
        return cost, cost * np.sqrt(np.maximum(left, 0.0) + _WITHIN**2), chance


def improvement(cost: Floats, doubt: Floats, best: float) -> Floats:
    """How much less than the best candidates are expected to cost, counting none that cost more.

    Parameters
    ----------
    cost, doubt
        Expected cost and its standard deviation.
    best
        Cost of the best so far; infinite when there is none, and then the cheapest is the first.

    Examples
    --------
    >>> improvement(np.array([90.0, 100.0, 200.0]), np.array([0.1, 10.0, 10.0]), 100.0).round(2)
    array([10.  ,  3.99,  0.  ])
    """
    from scipy.special import ndtr  # only here: screening does without it

    if not math.isfinite(best):
        return np.asarray(cost.max() - cost + doubt)
    z = (best - cost) / np.maximum(doubt, 1e-12)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return np.asarray((best - cost) * ndtr(z) + doubt * density)


def _alike(one: Floats, other: Floats) -> Floats:
    """How much alike candidates are, from 0 to 1."""
    apart = ((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(np.exp(-0.5 * apart))
