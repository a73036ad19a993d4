"""Estimates with their uncertainty: ratios of means, means, paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.errors import InvalidInput

__all__ = [
    "CONFIDENCE",
    "ROWS",
    "Estimate",
    "RatioSums",
    "Rows",
    "mean_estimate",
    "t_quantile",
]

Floats = NDArray[np.float64]

#: Confidence of every interval that is shown, unless a caller asks for another.
CONFIDENCE = 0.95
#: Rows kept of a run are fewer than this.
ROWS = 64


def t_quantile(replications: int, confidence: float = CONFIDENCE) -> float:
    """Half-width of a Student interval in standard errors.

    Infinite with one replication: nothing is known of the spread.

    Examples
    --------
    >>> round(t_quantile(20), 3)
    2.093
    """
    if replications < 2:
        return math.inf
    return float(stdtrit(replications - 1, (1 + confidence) / 2))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure and the interval that holds the true one with `CONFIDENCE`.

    Parameters
    ----------
    value
        The estimate; not a number when nothing was observed.
    half_width
        Half of the interval's width.

    Examples
    --------
    >>> print(Estimate(0.8, 0.01))
    0.8 ± 0.01
    """

    value: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.value - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.value + self.half_width

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.half_width:.2g}"


def mean_estimate(values: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of independent values, one for each replication, with a Student interval.

    For a paired difference give the differences, replication by replication.

    Raises
    ------
    InvalidInput
        If there is no value.

    Examples
    --------
    >>> print(mean_estimate(np.array([1.0, 2.0, 3.0])))
    2 ± 2.5
    """
    count = len(values)
    if not count:
        raise InvalidInput("values", "must hold at least one replication", count)
    spread = float(np.std(values, ddof=1)) if count > 1 else 0.0
    width = t_quantile(count, confidence) * spread / math.sqrt(count) if count > 1 else math.inf
    return Estimate(float(np.mean(values)), width)


@dataclass(slots=True)
class RatioSums:
    """Running sums for ratios of means, E[X]/E[Y], many at once; memory does not grow.

    Replications are added in their order, so that sums of floats come out alike whoever
    computed them.

    Parameters
    ----------
    shape
        Shape of the numerators and denominators.
    """

    shape: tuple[int, ...]
    count: int = 0
    sums: Floats | None = None

    def add(self, numerator: Floats, denominator: Floats) -> None:
        """Add one replication."""
        if self.sums is None:
            self.sums = np.zeros((5, *self.shape))
        x, y = numerator, denominator
        for total, term in zip(self.sums, (x, y, x * x, y * y, x * y), strict=True):
            total += term
        self.count += 1

    def estimates(self, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """Values and half-widths; not a number where the denominator is zero.

        The half-width is that of the delta method: r = X/Y varies as (X - r·Y)/E[Y].
        """
        if self.sums is None:
            nothing = np.full(self.shape, np.nan)
            return nothing, nothing
        x, y, xx, yy, xy = self.sums
        with np.errstate(divide="ignore", invalid="ignore"):
            value = x / y
            # Rounding can leave a variance of zero a hair below it.
            square = np.maximum(xx - 2 * value * xy + value * value * yy, 0.0)
            error = np.sqrt(square * self.count / max(self.count - 1, 1)) / y
        width = t_quantile(self.count, confidence) * error if self.count > 1 else error + np.inf
        return value, width


class Rows:
    """Means over consecutive replications, fewer than `ROWS` of them, however many are added.

    Examples
    --------
    >>> rows = Rows()
    >>> for number in range(130):
    ...     rows.add(np.array([float(number)]))
    >>> rows.stacked().shape, float(rows.weights().sum())
    ((33, 1), 130.0)
    >>> float(np.average(rows.stacked()[:, 0], weights=rows.weights()))
    64.5
    """

    def __init__(self) -> None:
        self.rows: list[Floats] = []
        self.size = 1  # replications in a full row
        self.last: list[Floats] = []  # of the row being filled: their sum, once begun
        self.filled = 0
        self.count = 0

    def add(self, row: Floats) -> None:
        """Add one replication; when there are too many rows, join them in pairs."""
        self.last = [self.last[0] + row] if self.last else [row]
        self.filled += 1
        self.count += 1
        if self.filled == self.size:
            self.rows.append(self.last[0] / self.size)
            self.last, self.filled = [], 0
        if len(self.rows) == ROWS:
            pairs = zip(self.rows[::2], self.rows[1::2], strict=True)
            self.rows = [(one + other) / 2 for one, other in pairs]
            self.size *= 2

    def stacked(self) -> Floats:
        """All rows, the one being filled among them."""
        return np.stack([*self.rows, *(total / self.filled for total in self.last)])

    def weights(self) -> Floats:
        """Replications in each row."""
        return np.array([self.size] * len(self.rows) + [self.filled] * len(self.last), np.float64)
