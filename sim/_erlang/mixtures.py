"""Queues drawn by chance: averages over calls and over intervals, and chances of a promise.

Two averages of a measure differ. Over intervals, every interval counts alike: what a planner
finds in the mean of half-hourly reports. Over calls, busy intervals count for more, since more
people call in them: what callers live through, and what a total over a month converges to. An
average over calls of a ratio is the ratio of two averages.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy import special

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray, ratio
from sim._erlang.laws import Law
from sim._erlang.measures import QueueMeasures, ServiceRule
from sim._erlang.target import Target
from sim.errors import InvalidInput

__all__ = ["Average", "Known", "Mixture", "RandomQueue", "Spread", "check_average", "random_queue"]

Average = Literal["calls", "intervals"]

_FAR = 8.5
"""Normal deviates followed; 2e-17 of probability lies beyond."""

_CLOSE = 1e-12
"""Change of an integral, as a share of it, at which its panels are no longer halved."""

_MOST_HALVINGS = 40

_SIMPLE = (
    "blocking",
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_abandoned",
    "mean_wait_virtual",
    "mean_queue",
    "occupancy",
)
_OVER_TIME = ("mean_queue", "occupancy")
"""Measures of the queue, not of calls: their average is over time whatever is asked."""

Parts = Callable[[QueueMeasures[FloatArray]], tuple[FloatArray, FloatArray]]
"""What is averaged, and what it is a share of, both per contact with a free line."""


class Mixture(ABC):
    """Queues whose rate or team is drawn by chance."""

    @abstractmethod
    def expect(self, values: Callable[[QueueMeasures[FloatArray]], FloatArray]) -> FloatArray:
        """Expectations of functions of the measures, one function per row."""

    @abstractmethod
    def chance(self, target: Target) -> float:
        """Probability that a promise is kept."""


@dataclass(frozen=True)
class Known(Mixture):
    """A few rates or teams, each with its share."""

    shares: FloatArray
    measures: QueueMeasures[FloatArray]

    def expect(self, values: Callable[[QueueMeasures[FloatArray]], FloatArray]) -> FloatArray:
        """Sum over what has a share: measures of a rate that cannot occur may be infinite."""
        possible = self.shares > 0
        found = values(self.measures)[:, possible]
        out: FloatArray = found @ self.shares[possible]
        return out

    def chance(self, target: Target) -> float:
        """Sum of the shares whose queue keeps the promise."""
        return min(float(self.shares @ target._met(self.measures)), 1.0)


@dataclass(frozen=True)
class Spread(Mixture):
    """A rate with a continuous law, followed by its normal deviate."""

    law: Law
    measure: Callable[[FloatArray], QueueMeasures[FloatArray]]
    capacity: float

    def _rates(self, z: FloatArray) -> FloatArray:
        below: FloatArray = special.ndtr(z)
        above: FloatArray = special.ndtr(-z)
        return self.law._quantile(below, above)

    def _deviate(self, rate: float) -> float:
        below, above = float(self.law.cdf(rate)), float(self.law.survival(rate))
        return float(special.ndtri(below) if below < 0.5 else -special.ndtri(above))

    def expect(self, values: Callable[[QueueMeasures[FloatArray]], FloatArray]) -> FloatArray:
        """Integrate over the deviate, halving where a panel bends; infinite where a part is."""
        # The steady state ends at capacity if nobody leaves; elsewhere halving finds the bends.
        joints = [self._deviate(rate) for rate in (self.capacity, *self.law.kinks) if rate > 0]
        edges = np.array([*np.linspace(-_FAR, _FAR, 9), *joints])
        edges = np.unique(np.clip(edges, -_FAR, _FAR))
        left, right = edges[:-1], edges[1:]
        whole = self._panels(values, left, right)
        total: FloatArray = np.zeros(len(whole))
        for _ in range(_MOST_HALVINGS):
            middle = 0.5 * (left + right)
            first = self._panels(values, left, middle)
            second = self._panels(values, middle, right)
            both = first + second
            endless = np.isinf(both).any(axis=1) | np.isinf(total)
            both = np.where(endless[:, None], 0.0, both)
            whole = np.where(endless[:, None], 0.0, whole)
            total[endless] = np.inf
            scale = np.where(endless, 0.0, np.abs(total)) + np.abs(both).sum(axis=1)
            done = (np.abs(both - whole) <= _CLOSE * scale[:, None]).all(axis=0)
            total += both[:, done].sum(axis=1)
            left, right, whole = (
                np.concatenate((one[..., ~done], other[..., ~done]), axis=-1)
                for one, other in ((left, middle), (middle, right), (first, second))
            )
            if not left.size:
                return total
        rest: FloatArray = np.where(np.isinf(whole), 0.0, whole).sum(axis=1)
        return total + rest

    def _panels(
        self,
        values: Callable[[QueueMeasures[FloatArray]], FloatArray],
        left: FloatArray,
        right: FloatArray,
    ) -> FloatArray:
        half = 0.5 * (right - left)[:, None]
        z = left[:, None] + half * (1.0 + NODES)
        density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        found = values(self.measure(self._rates(z).ravel())).reshape(-1, *z.shape)
        sums: FloatArray = np.sum(found * (density * half * WEIGHTS), axis=-1)
        return sums

    def chance(self, target: Target) -> float:
        """Follow the deviate up to where the promise breaks: more contacts never help it."""
        low, high = -_FAR, _FAR
        for _ in range(14):
            z = np.linspace(low, high, 18)
            met = target._met(self.measure(self._rates(z)))
            kept = int(np.argmin(met)) if not met.all() else met.size
            if kept == 0:
                return 0.0 if low == -_FAR else float(special.ndtr(low))
            if kept == met.size:
                return 1.0 if high == _FAR else float(special.ndtr(high))
            low, high = float(z[kept - 1]), float(z[kept])
        return float(special.ndtr(low))


@dataclass(frozen=True, eq=False)
class RandomQueue:
    """A queue whose rate of arrivals, or whose team, is not known for sure.

    Parameters
    ----------
    at_mean
        The queue at the mean rate, or with the mean team, rounded: what one gets by ignoring
        that it is random.
    wait_probability, abandonment, blocking, mean_wait, asa
        Averages over calls [s for waits].
    mean_queue, occupancy
        Averages over time.
    """

    at_mean: QueueMeasures[float]
    wait_probability: float
    abandonment: float
    blocking: float
    mean_wait: float
    asa: float
    mean_queue: float
    occupancy: float
    _mixture: Mixture = field(repr=False)

    def average(self, measure: str, over: Average = "calls") -> float:
        """Average of a measure over calls or over intervals.

        Parameters
        ----------
        measure
            Name of a measure of `QueueMeasures`, such as ``"asa"``.
        over
            ``"calls"`` or ``"intervals"``. Occupancy and queue length are averaged over time.

        Raises
        ------
        InvalidInput
            If either is unknown.

        Examples
        --------
        >>> from sim.erlang import Gamma, random_rate
        >>> rate = Gamma(shape=100 / 3, mean=100 / 1800)
        >>> queue = random_rate(arrival_rate=rate, aht=180, agents=14, patience=120)
        >>> [round(queue.average("abandonment", over), 4) for over in ("calls", "intervals")]
        [0.0347, 0.0301]
        """
        if measure not in _SIMPLE:
            raise InvalidInput("measure", f"must be one of {', '.join(_SIMPLE)}", measure)
        check_average(over)
        return _average(self._mixture, measure, over)

    def service_level(self, rule: ServiceRule, awt: float, over: Average = "calls") -> float:
        """Average service level, over calls or over intervals.

        Parameters
        ----------
        rule, awt
            As in `QueueMeasures.service_level`.
        over
            ``"calls"``, what a total over a month shows, or ``"intervals"``, the mean of the
            service levels of single intervals.

        Raises
        ------
        InvalidInput
            If a value is out of range.

        Examples
        --------
        >>> from sim.erlang import Gamma, random_rate
        >>> rate = Gamma(shape=100 / 3, mean=100 / 1800)
        >>> queue = random_rate(arrival_rate=rate, aht=180, agents=14, patience=120)
        >>> [round(queue.service_level("offered", 20, o), 4) for o in ("calls", "intervals")]
        [0.8996, 0.9127]
        """
        self.at_mean.service_level(rule, awt)  # says what is wrong with a rule or a threshold
        check_average(over)

        def levels(met: QueueMeasures[FloatArray]) -> FloatArray:
            return met.service_level(rule, awt)[None]

        if over == "intervals":
            return float(self._mixture.expect(levels)[0])

        def parts(met: QueueMeasures[FloatArray]) -> tuple[FloatArray, FloatArray]:
            by = met._fates(np.full(met.load.size, float(awt)))
            shares = {
                "virtual": (by.in_time, np.ones_like(by.in_time)),
                "offered": (by.answered, np.ones_like(by.in_time)),
                # Without a steady state everybody is served at last, and nobody in time.
                "answered": (by.answered, 1.0 - met.abandonment),
                "excluding_short_abandons": (by.answered, 1.0 - by.abandoned),
                "including_short_abandons": (by.answered + by.abandoned, np.ones_like(by.later)),
            }
            return shares[rule]

        return min(_over_calls(self._mixture, parts), 1.0)

    def chance(self, target: Target) -> float:
        """Probability that an interval keeps a promise.

        Examples
        --------
        >>> from sim.erlang import Gamma, Target, random_rate
        >>> rate = Gamma(shape=100 / 3, mean=100 / 1800)
        >>> queue = random_rate(arrival_rate=rate, aht=180, agents=14, patience=120)
        >>> round(queue.chance(Target(service_level=0.8, awt=20)), 4)
        0.9062
        """
        return self._mixture.chance(target)


def check_average(over: Average) -> None:
    """Refuse any other way to average than over calls or over intervals."""
    if over not in ("calls", "intervals"):
        raise InvalidInput("over", "must be calls or intervals", over)


def _average(mixture: Mixture, measure: str, over: Average) -> float:
    if over == "intervals" or measure in _OVER_TIME:
        return float(mixture.expect(lambda met: getattr(met, measure)[None])[0])
    if measure == "blocking":
        found = mixture.expect(
            lambda met: np.stack((met.arrival_rate * met.blocking, met.arrival_rate))
        )
        return float(ratio(found[:1], found[1:])[0])

    def parts(met: QueueMeasures[FloatArray]) -> tuple[FloatArray, FloatArray]:
        of = {"asa": 1.0 - met.abandonment, "mean_wait_abandoned": met.abandonment}
        whole = of.get(measure, np.ones_like(met.load))
        value = getattr(met, measure)
        return np.multiply(value, whole, out=np.zeros_like(value), where=whole > 0), whole

    return _over_calls(mixture, parts)


def _over_calls(mixture: Mixture, parts: Parts) -> float:
    """Ratio of two expectations, each weighted by the calls that find a free line."""

    def weighted(met: QueueMeasures[FloatArray]) -> FloatArray:
        calls = met.arrival_rate * (1.0 - met.blocking)
        return np.stack(
            [
                np.multiply(part, calls, out=np.zeros_like(calls), where=calls > 0)
                for part in parts(met)
            ]
        )

    part, whole = mixture.expect(weighted)
    if whole > 0:
        return float(part / whole)
    # Nobody calls in any interval: what somebody would meet, all intervals alike.
    return float(mixture.expect(lambda met: ratio(*parts(met), otherwise=math.inf)[None])[0])


def random_queue(at_mean: QueueMeasures[float], mixture: Mixture) -> RandomQueue:
    """What is expected over the mixture, beside the queue at the mean rate and team."""
    names = ("wait_probability", "abandonment", "blocking", "mean_wait", "asa")
    averages = {name: _average(mixture, name, "calls") for name in (*names, *_OVER_TIME)}
    return RandomQueue(at_mean=at_mean, _mixture=mixture, **averages)
