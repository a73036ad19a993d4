"""Laws that come from data: stages of a Markov chain, measured survival curves, given values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray
from sim._erlang.inputs import LEAST_TIME, require_row, require_sizes
from sim._erlang.laws import Law
from sim.errors import InvalidInput

__all__ = ["Discrete", "Empirical", "PhaseType"]

_TERMS = 36
"""Terms of a series of an exponential of at most 2 or 3: the rest is below 1e-20."""


@dataclass(frozen=True, kw_only=True)
class Empirical(Law):
    """Law read off a measured survival curve, such as Kaplan and Meier's of patience.

    Between two points the curve is a straight line. Beyond the last point the rest leaves at
    the constant rate that would have led from 1 to that point, since nothing better is known.

    Parameters
    ----------
    times
        Increasing times, at least 0 [s]. A first time of 0 allows a share that leaves at once.
    survival
        Probability of more than each time: falling, from at most 1, to 0 or above.

    Raises
    ------
    InvalidInput
        If the points are no survival curve, or nobody has ever left.

    Examples
    --------
    >>> from sim.erlang import Empirical
    >>> law = Empirical(times=(10, 30, 90), curve=(0.9, 0.6, 0.2))
    >>> float(law.survival(20).round(6)), round(law.mean, 2)
    (0.75, 59.68)
    """

    times: tuple[float, ...]
    curve: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("times", "curve"):
            object.__setattr__(self, name, require_row(name, getattr(self, name)))
        times, left = np.array(self.times), np.array(self.curve)
        if times.ndim != 1 or times.shape != left.shape or not times.size:
            raise InvalidInput("curve", f"must be {times.size}, one per time", self.curve)
        if not (times[0] >= 0 and np.all(np.diff(times) > 0) and times[-1] < np.inf):
            raise InvalidInput("times", "must increase from 0 or above", self.times)
        if np.any(np.diff(times, prepend=0.0)[times > 0] < LEAST_TIME):
            raise InvalidInput("times", f"must be at least {LEAST_TIME:g} s apart", self.times)
        if times[-1] == 0:
            raise InvalidInput("times", "must end above 0", self.times)
        require_sizes(times=float(times[-1]))
        if not (left[0] <= 1 and np.all(np.diff(left) <= 0) and left[-1] >= 0):
            raise InvalidInput("curve", "must fall from at most 1 to at least 0", self.curve)
        if left[-1] == 1:
            hint = "if nobody leaves, patience is math.inf"
            raise InvalidInput("curve", "must fall below 1", self.curve, hint)

    def _points(self) -> tuple[FloatArray, FloatArray]:
        """The curve from time 0 on; a first drop at time 0 stays."""
        times, left = np.array(self.times), np.array(self.curve)
        if times[0] > 0:
            times, left = np.concatenate(([0.0], times)), np.concatenate(([1.0], left))
        return times, left

    @property
    def _rate(self) -> float:
        """Rate of leaving beyond the last point."""
        return -math.log(self.curve[-1]) / self.times[-1] if self.curve[-1] > 0 else math.inf

    @property
    def mean(self) -> float:
        """Area under the curve, with the exponential tail beyond its last point [s]."""
        times, left = self._points()
        within = float((0.5 * (left[1:] + left[:-1]) * np.diff(times)).sum())
        return within + self.curve[-1] / self._rate

    @property
    def scv(self) -> float:
        """Variance over the square of the mean, the tail beyond the last point included."""
        times, left = self._points()
        a, b, fall = times[:-1], times[1:], left[:-1] - left[1:]
        second = float((fall * (a * a + a * b + b * b)).sum()) / 3.0
        end, rest = times[-1], 1.0 / self._rate
        second += float(left[-1] * (end * end + 2.0 * rest * (end + rest)))
        return second / self.mean**2 - 1.0

    def survival(self, x: FloatArray | float) -> FloatArray:
        times, left = self._points()
        time = np.asarray(x, dtype=np.float64)
        out: FloatArray = np.interp(time, times, left) * np.exp(-self._beyond(time))
        return out

    def _beyond(self, time: FloatArray) -> FloatArray:
        """Integrated rate of leaving beyond the last point."""
        if self.curve[-1] == 0:
            return np.zeros_like(time)
        return self._rate * np.maximum(time - self.times[-1], 0.0)

    def cdf(self, x: FloatArray | float) -> FloatArray:
        times, left = self._points()
        time = np.asarray(x, dtype=np.float64)
        rest = -left[-1] * np.expm1(-self._beyond(time))
        out: FloatArray = np.interp(time, times, 1.0 - left) + rest
        return out

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        times, left = self._points()
        time = np.asarray(x, dtype=np.float64)
        fall = (left[:-1] - left[1:]) / np.diff(times)
        before = np.concatenate(([0.0], np.cumsum(0.5 * fall * np.diff(times**2))))
        at = np.clip(np.searchsorted(times, time, side="right") - 1, 0, fall.size - 1)
        until = np.clip(time, times[at], times[at + 1])
        early = before[at] + 0.5 * fall[at] * (until - times[at]) * (until + times[at])
        beyond = self._beyond(time)
        tail = -times[-1] * np.expm1(-beyond) + special.gammainc(2.0, beyond) / self._rate
        out: FloatArray = early + left[-1] * tail
        return out

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return self.mean_by(x) + np.asarray(x) * self.survival(x)

    @property
    def kinks(self) -> tuple[float, ...]:
        return tuple(time for time in self.times if time > 0)


def _exponentials(moves: FloatArray, times: FloatArray) -> FloatArray:
    """Exponentials of moves times each time, every element with its digits.

    Off the diagonal the moves are rates, so with their fastest one put on the diagonal every
    number here is positive: a series over a short time, and squarings of it.
    """
    fastest = float(-np.diag(moves).min())
    halvings = np.ceil(np.log2(np.maximum(fastest * times, 1.0)))
    short = times / 2.0**halvings
    terms = [np.eye(len(moves))]
    positive = moves + fastest * np.eye(len(moves))
    for k in range(1, _TERMS):
        terms.append(terms[-1] @ positive / k)
    powers = (short[:, None] ** np.arange(_TERMS)) * np.exp(-fastest * short)[:, None]
    out: FloatArray = np.tensordot(powers, np.array(terms), axes=1)
    for done in range(int(halvings.max(initial=0.0))):
        rest = halvings > done
        out[rest] = out[rest] @ out[rest]
    return out


@dataclass(frozen=True, kw_only=True)
class PhaseType(Law):
    """Time until a Markov chain is absorbed: any law made of exponential stages.

    Parameters
    ----------
    start
        Probability of each phase at the start; they sum to 1.
    generator
        Rates between phases, and minus the rate out of a phase on the diagonal [1/s].

    Raises
    ------
    InvalidInput
        If the start is no distribution, or the generator cannot be left.

    Examples
    --------
    >>> from sim.erlang import PhaseType
    >>> law = PhaseType(start=(1, 0), generator=((-0.1, 0.04), (0, -0.02)))
    >>> round(law.mean, 6), round(float(law.survival(30)), 6)
    (30.0, 0.299299)
    """

    start: tuple[float, ...]
    generator: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        given: object = self.generator
        if isinstance(given, str | bytes | dict) or not np.iterable(given):
            raise InvalidInput("generator", "must be a square table", given)
        table = tuple(require_row("generator", row) for row in self.generator)
        object.__setattr__(self, "start", require_row("start", self.start))
        object.__setattr__(self, "generator", table)
        if len({len(row) for row in table}) > 1:
            raise InvalidInput("generator", "must be a square table", self.generator)
        start, rates = np.array(self.start), np.array(table)
        if not (np.all(start >= 0) and abs(start.sum() - 1.0) <= 1e-9):
            raise InvalidInput("start", "must be at least 0 and sum to 1", self.start)
        size = start.size
        if not size or rates.shape != (size, size):
            raise InvalidInput("generator", f"must be a {size} by {size} table", self.generator)
        out = -rates.sum(axis=1)
        between = rates - np.diag(np.diag(rates))
        slack = 1e-9 * np.abs(np.diag(rates))
        if not (np.all(np.isfinite(rates)) and np.all(between >= 0) and np.all(out >= -slack)):
            rule = "must have rates of at least 0 and rows that sum to at most 0"
            raise InvalidInput("generator", rule, self.generator)
        reached = np.linalg.matrix_power(np.eye(size) + (between > 0), size) @ (out > slack)
        if not np.all(reached > 0):
            raise InvalidInput("generator", "must lead out of every phase", self.generator)

    def _moments(self) -> tuple[float, float]:
        inverse = np.linalg.inv(-np.array(self.generator))
        first = inverse.sum(axis=1)
        start = np.array(self.start)
        return float(start @ first), float(2.0 * start @ inverse @ first)

    @property
    def mean(self) -> float:
        """Time spent in all phases until the last one is left [s]."""
        return self._moments()[0]

    @property
    def scv(self) -> float:
        mean, second = self._moments()
        return second / mean**2 - 1.0

    def _parts(self, x: FloatArray | float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Survival, distribution and `mean_by`, none of them a difference.

        With p the probabilities of the phases at time x, x p follows a chain of its own: fed
        by p, moved and absorbed at the same rates. What it absorbs by x is `mean_by`.
        """
        rates, size = np.array(self.generator), len(self.start)
        out = np.maximum(-rates.sum(axis=1), 0.0)
        # Rescaled by the mean, so that times and probabilities are of one size.
        moves = np.zeros((2 * size + 2, 2 * size + 2))
        moves[:size, :size] = moves[size : 2 * size, size : 2 * size] = rates * self.mean
        moves[:size, size : 2 * size] = np.eye(size)
        moves[:size, -2] = moves[size : 2 * size, -1] = out * self.mean
        times = np.asarray(x, dtype=np.float64)
        flat = np.minimum(times.ravel() / self.mean, self._end)
        begin = np.zeros(2 * size + 2)
        begin[:size] = self.start
        at = begin @ _exponentials(moves, flat)
        shape = times.shape
        alive = at[:, :size].sum(axis=1).reshape(shape)
        return alive, at[:, -2].reshape(shape), self.mean * at[:, -1].reshape(shape)

    @property
    def _end(self) -> float:
        """Time in means after which nothing is left: a thousand of the slowest e-foldings."""
        slowest = -np.linalg.eigvals(np.array(self.generator)).real.max()
        return float(1000.0 / (slowest * self.mean))

    def survival(self, x: FloatArray | float) -> FloatArray:
        return self._parts(x)[0]

    def cdf(self, x: FloatArray | float) -> FloatArray:
        return self._parts(x)[1]

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        return self._parts(x)[2]

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        alive, _, early = self._parts(x)
        return early + np.asarray(x) * alive

    @property
    def phases(self) -> tuple[FloatArray, FloatArray]:
        return np.array(self.start), np.array(self.generator)


@dataclass(frozen=True, kw_only=True)
class Discrete(Law):
    """One of some given values, each with its share: scenarios of a day, or promised times.

    Parameters
    ----------
    values
        Increasing values, at least 0.
    shares
        Probability of each, at least 0; they sum to 1.

    Raises
    ------
    InvalidInput
        If the values do not increase, or the shares are none.

    Examples
    --------
    >>> from sim.erlang import Discrete
    >>> law = Discrete(values=(20, 60), shares=(0.25, 0.75))
    >>> law.mean, float(law.survival(20)), float(law.mean_until(30))
    (50.0, 0.75, 27.5)
    """

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("values", "shares"):
            object.__setattr__(self, name, require_row(name, getattr(self, name)))
        values, shares = np.array(self.values), np.array(self.shares)
        if values.shape != shares.shape or not values.size:
            raise InvalidInput("shares", f"must be {values.size}, one per value", self.shares)
        if not (values[0] >= 0 and np.all(np.diff(values) > 0) and 0 < values[-1] < np.inf):
            raise InvalidInput("values", "must increase from 0 or above", self.values)
        require_sizes(values=float(values[-1]))
        if not (np.all(shares >= 0) and abs(math.fsum(self.shares) - 1.0) <= 1e-9):
            raise InvalidInput("shares", "must be at least 0 and sum to 1", self.shares)

    @property
    def mean(self) -> float:
        return math.fsum(p * x for p, x in zip(self.shares, self.values, strict=True))

    @property
    def scv(self) -> float:
        second = math.fsum(p * x * x for p, x in zip(self.shares, self.values, strict=True))
        return second / self.mean**2 - 1.0

    def _sum(self, weights: FloatArray, x: FloatArray | float) -> FloatArray:
        """Sum of weights of the values that are at most x."""
        sums = np.concatenate(([0.0], np.cumsum(weights)))
        out: FloatArray = sums[np.searchsorted(np.array(self.values), x, side="right")]
        return out

    def survival(self, x: FloatArray | float) -> FloatArray:
        left = np.concatenate((np.cumsum(np.array(self.shares)[::-1])[::-1], [0.0]))
        out: FloatArray = left[np.searchsorted(np.array(self.values), x, side="right")]
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        return self._sum(np.array(self.shares), x)

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        return self._sum(np.array(self.shares) * np.array(self.values), x)

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return self.mean_by(x) + np.asarray(x) * self.survival(x)

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        # A share that was meant to be reached is not missed by a rounding error.
        sums = np.cumsum(self.shares) * (1.0 + 1e-12)
        at = np.minimum(np.searchsorted(sums, below), len(self.values) - 1)
        out: FloatArray = np.array(self.values)[at]
        return out

    @property
    def kinks(self) -> tuple[float, ...]:
        return tuple(value for value in self.values if value > 0)
