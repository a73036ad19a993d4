"""Estimates with their uncertainty: ratios of means, means, paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput

__all__ = [
    "CONFIDENCE",
    "ROWS",
    "Estimate",
    "RatioSums",
    "Rows",
    "Sample",
    "Span",
    "chance_estimate",
    "mean_estimate",
    "paired_mean",
    "paired_ratio",
    "ratio_estimate",
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
    from scipy.special import stdtrit  # only here: not every run needs it, and it loads slowly

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
    least, most
        Between these the figure lies whatever is observed, as a share does between 0 and 1: the
        interval of a few replications may reach beyond and is cut there.

    Examples
    --------
    >>> print(Estimate(0.8, 0.01))
    0.8 ± 0.01
    >>> Estimate(0.98, 0.05, 0.0, 1.0).high
    1.0
    """

    value: float
    half_width: float
    least: float = -math.inf
    most: float = math.inf

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        low = self.value - self.half_width
        return self.least if low < self.least else low

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        high = self.value + self.half_width
        return self.most if high > self.most else high

    @property
    def is_cut(self) -> bool:
        """Whether the interval would reach beyond what is possible."""
        around = self.value - self.half_width, self.value + self.half_width
        return (self.low, self.high) != around and not math.isnan(self.value)

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.half_width:.2g}"


@dataclass(frozen=True, slots=True)
class Span:
    """A simulated figure whose interval is not centred on it, such as a chance or a percentile.

    Parameters
    ----------
    value
        The estimate; not a number when nothing was observed.
    low, high
        Ends of the interval that holds the true one with `CONFIDENCE`.

    Examples
    --------
    >>> print(Span(0.95, 0.8, 0.98))
    0.95 (0.8 to 0.98)
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"


def chance_estimate(
    held: float,
    seen: float,
    *,
    error: float | None = None,
    apart: float | None = None,
    quantile: float | None = None,
) -> Span:
    """A probability from how often something held (Wilson 1927); never wider than 0 to 1.

    Parameters
    ----------
    held, seen
        How often it held, and how often it could have.
    error
        Standard error of the share where trials depend on each other; that of independent trials
        when None.
    apart
        Trials that are surely independent, such as replications; all of them when None.
    quantile
        Standard errors in half an interval; the normal ones of `CONFIDENCE` when None.

    Notes
    -----
    Dependent trials are worth as many independent ones as would have the same standard error,
    never more than there are: an error seen in few trials can be small by luck. Where all or none
    held, the error cannot be seen and only those trials count that are surely independent.

    Examples
    --------
    >>> print(chance_estimate(20, 20))
    1 (0.8389 to 1)
    >>> print(chance_estimate(0, 0))
    nan (0 to 1)
    """
    if not seen:
        return Span(math.nan, 0.0, 1.0)
    share, worth = held / seen, seen
    if share in (0, 1):
        worth = seen if apart is None else apart
    elif error:
        worth = min(seen, share * (1 - share) / error**2)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) if quantile is None else quantile
    if math.isinf(z):
        return Span(share, 0.0, 1.0)
    middle = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    half = z / (1 + z * z / worth) * math.sqrt(share * (1 - share) / worth + (z / worth / 2) ** 2)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Span(share, 0.0 if share == 0 else low, 1.0 if share == 1 else high)


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


def paired_mean(ours: Floats, theirs: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of ours minus mean of theirs, value by value: what both share cancels out.

    Raises
    ------
    InvalidInput
        If there are not as many of ours as of theirs: those would be no pairs.

    Examples
    --------
    >>> print(paired_mean(np.array([5.0, 9.0, 7.0]), np.array([4.0, 8.1, 5.9])))
    1 ± 0.25
    """
    if len(ours) != len(theirs):
        rule = f"must be as many as theirs ({len(theirs)}), to be paired"
        raise InvalidInput("ours", rule, len(ours))
    return mean_estimate(ours - theirs, confidence)


def ratio_estimate(over: Floats, under: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """A ratio of means, E[X]/E[Y], from independent rows; the delta method of `RatioSums`.

    Examples
    --------
    >>> print(ratio_estimate(np.array([8.0, 9.0, 7.0]), np.array([10.0, 10.0, 10.0])))
    0.8 ± 0.25
    """
    rows, total = len(over), float(under.sum())
    if total == 0:
        return Estimate(math.nan, math.nan)
    value = float(over.sum()) / total
    square = float(((over - value * under) ** 2).sum())
    error = math.sqrt(square * rows / max(rows - 1, 1)) / total
    return Estimate(value, t_quantile(rows, confidence) * error if rows > 1 else math.inf)


def paired_ratio(
    ours: tuple[Floats, Floats],
    theirs: tuple[Floats, Floats],
    weights: Floats,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Difference of two ratios of means, row by row from the same customers.

    Parameters
    ----------
    ours, theirs
        Numerators and denominators by row.
    weights
        Replications of which a row is the mean.

    Notes
    -----
    The delta method: each ratio varies as (X - r·Y)/E[Y], the difference as the difference of
    these. Rows of several replications vary by so much less.
    """
    value, residual = 0.0, np.zeros(len(weights))
    for sign, (x, y) in ((1, ours), (-1, theirs)):
        over, under = float(np.average(x, weights=weights)), float(np.average(y, weights=weights))
        if under == 0:
            return Estimate(math.nan, math.nan)
        ratio = over / under
        value += sign * ratio
        residual += sign * (x - ratio * y) / under
    rows = len(weights)
    if rows < 2:
        return Estimate(value, math.inf)
    spread = float(np.sum(weights * residual**2)) / (rows - 1)
    return Estimate(value, t_quantile(rows, confidence) * math.sqrt(spread / weights.sum()))


@dataclass(slots=True)
class RatioSums:
    """Running sums for ratios of means, E[X]/E[Y], many at once; memory does not grow.

    Replications are added in their order, so that sums of floats come out alike whoever
    computed them.

    Parameters
    ----------
    shape
        Shape of the numerators and denominators.
    block
        Replications that depend on each other: their sum is one observation.
    """

    shape: tuple[int, ...]
    block: int = 1
    count: int = 0
    sums: Floats | None = None
    filled: int = 0
    filling: Floats | None = None
    # What was estimated last, with how many replications and what confidence: asked for again
    # and again, of one place after the other. It is not sent to other processes, nor copied.
    known: tuple[int, float, Floats, Floats] | None = field(
        init=False, repr=False, compare=False, default=None
    )

    def __getstate__(self) -> list[Any]:
        return [getattr(self, one.name) for one in fields(self) if one.init]

    def __setstate__(self, state: list[Any]) -> None:
        self.__init__(*state)  # type: ignore[misc]  # as it was made, and nothing estimated yet

    def add(self, numerator: Floats, denominator: Floats) -> None:
        """Add one replication."""
        if self.sums is None:
            self.sums = np.zeros((5, *self.shape))
        x, y = numerator, denominator
        if self.block > 1:
            if self.filling is None:
                self.filling = np.zeros((2, *self.shape))
            self.filling += np.stack([x, y])
            self.filled += 1
            if self.filled < self.block:
                return
            (x, y), self.filling, self.filled = self.filling, None, 0
        for total, term in zip(self.sums, (x, y, x * x, y * y, x * y), strict=True):
            total += term
        self.count += 1

    def add_whole(self, numerators: Floats, denominators: Floats) -> None:
        """Add several replications of whole numbers, whose sums are exact in any order.

        Parameters
        ----------
        numerators, denominators
            [replication, …]; as many replications as make blocks whole.
        """
        if self.sums is None:
            self.sums = np.zeros((5, *self.shape))
        x, y = numerators, denominators
        if self.block > 1:
            x, y = (side.reshape(-1, self.block, *self.shape).sum(axis=1) for side in (x, y))
        self.sums[:2] += x.sum(axis=0), y.sum(axis=0)
        for total, (one, other) in zip(self.sums[2:], ((x, x), (y, y), (x, y)), strict=True):
            total += np.einsum("i...,i...->...", one, other)
        self.count += len(x)

    def estimates(self, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """Values and half-widths, to be read only; not a number where the denominator is zero.

        The half-width is that of the delta method: r = X/Y varies as (X - r·Y)/E[Y].
        """
        if self.sums is None:
            nothing = np.full(self.shape, np.nan)
            return nothing, nothing
        known = self.known
        if known and known[:2] == (self.count, confidence):
            return known[2:]
        x, y, xx, yy, xy = self.sums
        with np.errstate(divide="ignore", invalid="ignore"):
            value = x / y
            # Rounding can leave a variance of zero a hair below it.
            square = np.maximum(xx - 2 * value * xy + value * value * yy, 0.0)
            error = np.sqrt(square * self.count / max(self.count - 1, 1)) / y
        width = t_quantile(self.count, confidence) * error if self.count > 1 else error + np.inf
        for found in (value, width):
            found.flags.writeable = False
        self.known = self.count, confidence, value, width
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

    def __init__(self, size: int = 1) -> None:
        self.rows: list[Floats] = []
        self.size = size  # replications in a full row
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


class Sample:
    """Every 2^k-th of the arrays that are added, at most `most` of them, however many there are.

    Replications are alike in law and independent, so that every other one is as good a sample.

    Examples
    --------
    >>> sample = Sample(most=4)
    >>> for number in range(10):
    ...     sample.add(np.array([float(number)]))
    >>> sample.stacked()[:, 0].tolist()
    [0.0, 4.0, 8.0]
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: list[NDArray[np.float32]] = []
        self.step = 1
        self.count = 0

    def add(self, values: Floats) -> None:
        """Add one array, if it is one of those that are kept."""
        if self.count % self.step == 0:
            if len(self.kept) == self.most:
                self.kept, self.step = self.kept[::2], 2 * self.step
            if self.count % self.step == 0:
                self.kept.append(values.astype(np.float32))
        self.count += 1

    def stacked(self) -> NDArray[np.float32]:
        """What is kept, [kept, …]."""
        return np.stack(self.kept)
