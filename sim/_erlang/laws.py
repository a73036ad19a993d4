"""Laws of patience, of handle times and of the time between arrivals.

Each law knows its mean, its variability and its survival function; `mean_until(x)`, the mean of
the smaller of the time and x, is what queues with impatience are made of. Times are in seconds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray
from sim._erlang.inputs import numbers, require_number, require_row, require_sizes
from sim.errors import InvalidInput

__all__ = [
    "Deterministic",
    "Erlang",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Law",
    "Lognormal",
    "Uniform",
    "Weibull",
]

_HALVINGS = 80
"""Halvings of a bracket whose lower end may be many powers of two below the root."""

_LEAST_SHAPE, _MOST_SHAPE = 1e-9, 1e9
"""Shapes and squared variabilities: beyond, a law is a point or has nothing but a tail."""

_MOST_STAGES = 2000
"""Stages that a chain or a matrix is made of."""

_LEAST_WEIBULL = 0.02
"""Below this shape the mean, a factorial of its inverse, is close to overflow."""


class Law(ABC):
    """Law of a time that is never negative.

    Examples
    --------
    >>> from sim.erlang import Lognormal
    >>> patience = Lognormal(mean=120, scv=2)
    >>> round(float(patience.survival(60)), 4)
    0.5546
    """

    if TYPE_CHECKING:  # a field of some laws, a property of others

        @property
        def mean(self) -> float:
            """Mean [s]."""

        @property
        def scv(self) -> float:
            """Squared coefficient of variation, the variance over the square of the mean."""

    @abstractmethod
    def survival(self, x: FloatArray | float) -> FloatArray:
        """Probability of more than x, for x at least 0."""

    @abstractmethod
    def mean_until(self, x: FloatArray | float) -> FloatArray:
        """Mean of the smaller of the time and x [s]: the area under `survival` up to x."""

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Probability of at most x, with its digits also where it is tiny."""
        return 1.0 - self.survival(x)

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        """Mean of a time that counts as nothing when it is above x [s]."""
        return self.mean_until(x) - np.asarray(x) * self.survival(x)

    def quantile(self, share: FloatArray | float) -> FloatArray:
        """Time that a share does not exceed, from 0 up to but not including 1 [s].

        Examples
        --------
        >>> from sim.erlang import Erlang
        >>> float(Erlang(k=2, mean=60).quantile(0.5).round(3))
        50.35
        """
        (below,) = numbers(share=share)
        if not np.all((below >= 0) & (below < 1)):
            raise InvalidInput("share", "must be at least 0 and below 1", share)
        return self._quantile(below, 1.0 - below)

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        """Invert the smaller of both tails, which has the digits."""

        def short(x: FloatArray) -> FloatArray:
            return np.where(below <= 0.5, self.cdf(x) < below, self.survival(x) > above)

        low, high = np.zeros_like(below), np.full_like(below, self.mean)
        while np.any(beyond := short(high)):
            low, high = np.where(beyond, high, low), np.where(beyond, 2.0 * high, high)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            beyond = short(middle)
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
        return np.where(below > 0, high, 0.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Times above 0 at which the survival function is not smooth [s]."""
        return ()

    @property
    def phases(self) -> tuple[FloatArray, FloatArray] | None:
        """Start probabilities and generator of a phase-type law; None for any other law."""
        return None


def _over(x: FloatArray | float, scale: float) -> FloatArray:
    """Times over a scale; infinite far out, where nobody is left."""
    with np.errstate(over="ignore"):
        return np.asarray(np.asarray(x, dtype=np.float64) / scale)


def _hazard_of(below: FloatArray, above: FloatArray) -> FloatArray:
    """Integrated hazard at which a share is gone, from the smaller of both tails."""
    soon, late = -np.log1p(-np.minimum(below, 0.5)), -np.log(np.maximum(above, 1e-300))
    return np.where(below < 0.5, soon, late)


@dataclass(frozen=True, kw_only=True)
class Exponential(Law):
    """Time without memory."""

    mean: float

    def __post_init__(self) -> None:
        require_sizes(mean=self.mean)

    @property
    def scv(self) -> float:
        return 1.0

    def survival(self, x: FloatArray | float) -> FloatArray:
        return np.exp(-_over(x, self.mean))

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return -self.mean * np.expm1(-_over(x, self.mean))

    def cdf(self, x: FloatArray | float) -> FloatArray:
        return -np.expm1(-_over(x, self.mean))

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = self.mean * special.gammainc(2.0, _over(x, self.mean))
        return out

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        return self.mean * _hazard_of(below, above)

    @property
    def phases(self) -> tuple[FloatArray, FloatArray]:
        return np.ones(1), np.full((1, 1), -1.0 / self.mean)


@dataclass(frozen=True, kw_only=True)
class Deterministic(Law):
    """Always the same time."""

    value: float

    def __post_init__(self) -> None:
        require_sizes(value=self.value)

    @property
    def mean(self) -> float:
        return self.value

    @property
    def scv(self) -> float:
        return 0.0

    def survival(self, x: FloatArray | float) -> FloatArray:
        return np.where(np.asarray(x) < self.value, 1.0, 0.0)

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return np.minimum(np.asarray(x, dtype=np.float64), self.value)

    def cdf(self, x: FloatArray | float) -> FloatArray:
        return np.where(np.asarray(x) < self.value, 0.0, 1.0)

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        return self.value * self.cdf(x)

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        return np.full_like(below, self.value)

    @property
    def kinks(self) -> tuple[float, ...]:
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Uniform(Law):
    """Any time between two bounds, alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require_sizes(high=self.high)
        require_number("low", self.low)
        if not 0 <= self.low < self.high:
            raise InvalidInput("low", f"must be at least 0 and below {self.high:g}", self.low)

    @property
    def mean(self) -> float:
        return 0.5 * (self.low + self.high)

    @property
    def scv(self) -> float:
        return ((self.high - self.low) / (self.high + self.low)) ** 2 / 3.0

    def survival(self, x: FloatArray | float) -> FloatArray:
        within = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        return np.asarray((self.high - within) / (self.high - self.low))

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        until = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        over = until - self.low
        early = np.minimum(np.asarray(x, dtype=np.float64), self.low)
        out: FloatArray = early + over * (1.0 - 0.5 * over / (self.high - self.low))
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        within = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        return np.asarray((within - self.low) / (self.high - self.low))

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        until = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        out: FloatArray = 0.5 * (until + self.low) * self.cdf(x)
        return out

    @property
    def kinks(self) -> tuple[float, ...]:
        return (self.low, self.high) if self.low > 0 else (self.high,)


@dataclass(frozen=True, kw_only=True)
class Gamma(Law):
    """Gamma law; a shape below 1 varies more than the exponential, above 1 less."""

    shape: float
    mean: float

    def __post_init__(self) -> None:
        require_sizes(mean=self.mean)
        require_sizes(_LEAST_SHAPE, _MOST_SHAPE, shape=self.shape)

    @property
    def scv(self) -> float:
        return 1.0 / self.shape

    def survival(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = special.gammaincc(self.shape, _over(x, self.mean / self.shape))
        return out

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        steps = _over(x, self.mean / self.shape)
        within = self.mean * special.gammainc(self.shape + 1.0, steps)
        out: FloatArray = within + np.asarray(x) * special.gammaincc(self.shape, steps)
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = special.gammainc(self.shape, _over(x, self.mean / self.shape))
        return out

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        steps = _over(x, self.mean / self.shape)
        out: FloatArray = self.mean * special.gammainc(self.shape + 1.0, steps)
        return out

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        lower = special.gammaincinv(self.shape, below)
        upper = special.gammainccinv(self.shape, above)
        out: FloatArray = np.where(below < 0.5, lower, upper) * (self.mean / self.shape)
        return out


@dataclass(frozen=True, kw_only=True)
class Erlang(Law):
    """Sum of `k` exponential stages."""

    k: int
    mean: float

    def __post_init__(self) -> None:
        require_sizes(mean=self.mean)
        require_number("k", self.k)
        if not 1 <= self.k < math.inf or self.k != int(self.k):
            raise InvalidInput("k", "must be a whole number and at least 1", self.k)
        require_sizes(1.0, _MOST_SHAPE, k=self.k)

    @property
    def scv(self) -> float:
        return 1.0 / self.k

    def survival(self, x: FloatArray | float) -> FloatArray:
        return Gamma(shape=self.k, mean=self.mean).survival(x)

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return Gamma(shape=self.k, mean=self.mean).mean_until(x)

    def cdf(self, x: FloatArray | float) -> FloatArray:
        return Gamma(shape=self.k, mean=self.mean).cdf(x)

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        return Gamma(shape=self.k, mean=self.mean).mean_by(x)

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        return Gamma(shape=self.k, mean=self.mean)._quantile(below, above)

    @property
    def phases(self) -> tuple[FloatArray, FloatArray] | None:
        if self.k > _MOST_STAGES:
            return None
        start = np.zeros(int(self.k))
        start[0] = 1.0
        rate = self.k / self.mean
        return start, rate * (np.eye(int(self.k), k=1) - np.eye(int(self.k)))


@dataclass(frozen=True, kw_only=True)
class Lognormal(Law):
    """Lognormal law, as handle times often are."""

    mean: float
    scv: float

    def __post_init__(self) -> None:
        require_sizes(mean=self.mean)
        require_sizes(_LEAST_SHAPE, _MOST_SHAPE, scv=self.scv)

    def _deviate(self, x: FloatArray | float) -> tuple[FloatArray, float]:
        variance = math.log1p(self.scv)
        centre = math.log(self.mean) - 0.5 * variance
        with np.errstate(divide="ignore"):
            return (np.log(np.asarray(x)) - centre) / math.sqrt(variance), math.sqrt(variance)

    def survival(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = special.ndtr(-self._deviate(x)[0])
        return out

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        z, deviation = self._deviate(x)
        out: FloatArray = self.mean * special.ndtr(z - deviation) + np.asarray(x) * special.ndtr(-z)
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = special.ndtr(self._deviate(x)[0])
        return out

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        z, deviation = self._deviate(x)
        out: FloatArray = self.mean * special.ndtr(z - deviation)
        return out

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        deviation = math.sqrt(math.log1p(self.scv))
        z = np.where(below < 0.5, special.ndtri(below), -special.ndtri(above))
        out: FloatArray = self.mean * np.exp(deviation * (z - 0.5 * deviation))
        return out


@dataclass(frozen=True, kw_only=True)
class Weibull(Law):
    """Weibull law, survival ``exp(-(x / scale) ** shape)``."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        require_sizes(scale=self.scale)
        require_sizes(_LEAST_WEIBULL, _MOST_SHAPE, shape=self.shape)

    @property
    def mean(self) -> float:
        return self.scale * math.gamma(1.0 + 1.0 / self.shape)

    @property
    def scv(self) -> float:
        logs = math.lgamma(1.0 + 2.0 / self.shape) - 2.0 * math.lgamma(1.0 + 1.0 / self.shape)
        return max(math.expm1(logs), 0.0)

    def _hazard(self, x: FloatArray | float) -> FloatArray:
        """Integrated hazard."""
        with np.errstate(over="ignore"):
            return np.asarray(_over(x, self.scale) ** self.shape)

    def survival(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = np.exp(-self._hazard(x))
        return out

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = self.mean * special.gammainc(1.0 / self.shape, self._hazard(x))
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = -np.expm1(-self._hazard(x))
        return out

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        out: FloatArray = self.mean * special.gammainc(1.0 + 1.0 / self.shape, self._hazard(x))
        return out

    def _quantile(self, below: FloatArray, above: FloatArray) -> FloatArray:
        hazard = _hazard_of(below, above)
        out: FloatArray = self.scale * hazard ** (1.0 / self.shape)
        return out


@dataclass(frozen=True, kw_only=True)
class Hyperexponential(Law):
    """Mixture of exponential times, by shares that sum to 1."""

    shares: tuple[float, ...]
    means: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("shares", "means"):
            object.__setattr__(self, name, require_row(name, getattr(self, name)))
        if len(self.shares) != len(self.means) or not self.shares:
            raise InvalidInput("means", f"must be {len(self.shares)}, one per share", self.means)
        if not (min(self.shares) >= 0 and abs(math.fsum(self.shares) - 1.0) <= 1e-9):
            raise InvalidInput("shares", "must be at least 0 and sum to 1", self.shares)
        for mean in self.means:
            require_sizes(means=mean)

    @classmethod
    def balanced(cls, *, mean: float, scv: float) -> Hyperexponential:
        """Two branches that contribute half of the mean each, with a given variability.

        Examples
        --------
        >>> from sim.erlang import Hyperexponential
        >>> law = Hyperexponential.balanced(mean=100, scv=4)
        >>> [round(share, 4) for share in law.shares], round(law.scv, 6)
        ([0.8873, 0.1127], 4.0)
        """
        require_sizes(mean=mean)
        if not 1 <= scv < math.inf:
            raise InvalidInput("scv", "must be at least 1 and finite", scv)
        often = 0.5 * (1.0 + math.sqrt((scv - 1.0) / (scv + 1.0)))
        return cls(
            shares=(often, 1.0 - often),
            means=(0.5 * mean / often, 0.5 * mean / (1.0 - often)),
        )

    @property
    def mean(self) -> float:
        return math.fsum(p * m for p, m in zip(self.shares, self.means, strict=True))

    @property
    def scv(self) -> float:
        second = math.fsum(2.0 * p * m * m for p, m in zip(self.shares, self.means, strict=True))
        return second / self.mean**2 - 1.0

    def _steps(self, x: FloatArray | float) -> FloatArray:
        return np.stack([_over(x, mean) for mean in self.means], axis=-1)

    def survival(self, x: FloatArray | float) -> FloatArray:
        left = np.exp(-self._steps(x))
        out: FloatArray = left @ np.array(self.shares)
        return out

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        means = np.array(self.means)
        gone = -np.expm1(-self._steps(x))
        out: FloatArray = gone @ (means * np.array(self.shares))
        return out

    def cdf(self, x: FloatArray | float) -> FloatArray:
        gone = -np.expm1(-self._steps(x))
        out: FloatArray = gone @ np.array(self.shares)
        return out

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        means = np.array(self.means)
        early = special.gammainc(2.0, self._steps(x))
        out: FloatArray = early @ (means * np.array(self.shares))
        return out

    @property
    def phases(self) -> tuple[FloatArray, FloatArray]:
        return np.array(self.shares), np.diag(-1.0 / np.array(self.means))
