"""How busy days are: factors on the volume that channels share more or less.

A Gaussian copula: behind each factor stands a normal number, the sum of one that all channels
share on that day and one of the channel's own. Each number is keyed by day, and by channel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import Purpose, exp, lognormal_parameters, normal, stream_of
from sim.demand.gamma import gamma_tails, log_gamma, standard_gamma
from sim.scenario.channel import Channel
from sim.scenario.model import Busyness

__all__ = ["DayFactors"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FIRST_DAY = 1000  # counter of the period's first day
_HALF = log_gamma(0.5)


@dataclass(frozen=True, slots=True, eq=False)
class DayFactors:
    """Draws the factors of all channels and days.

    Parameters
    ----------
    law, correlation
        As in `sim.scenario.model.Busyness`.
    spread
        Standard deviation over mean, by channel.
    """

    law: str
    correlation: float
    spread: tuple[float, ...]

    @classmethod
    def of(cls, busyness: Busyness, channels: Mapping[str, Channel]) -> DayFactors:
        """Channels without a variation of their own have that of the scenario."""
        spread = tuple(c.day_variation or busyness.cv for c in channels.values())
        return cls(busyness.law, busyness.correlation, spread)

    @property
    def plain(self) -> bool:
        """Whether channels are busy each on its own, by the lognormal law."""
        return self.law == "lognormal" and self.correlation == 0

    def draw(self, origin: sampling.Origin, days: Ints) -> Floats:
        """Factor of each channel in each slot, given the slots' days."""
        kinds, place = np.unique(days, return_inverse=True)
        shared_stream = np.array([stream_of("busyness")], np.uint64)
        everybody = origin._replace(streams=shared_stream)
        counters = kinds + _FIRST_DAY
        shared = sampling.units(everybody, 0, int(Purpose.BUSYNESS), counters)
        factors = np.ones((len(self.spread), len(kinds)))
        for channel, spread in enumerate(self.spread):
            if spread:
                own = sampling.units(origin, channel, int(Purpose.DAY_FACTOR), counters)
                both = zip(shared.tolist(), own.tolist(), strict=True)
                factors[channel] = [self._factor(common, alone, spread) for common, alone in both]
        return factors[:, place]

    def _factor(self, common: float, alone: float, spread: float) -> float:
        """One day's factor, from the number that all share and the channel's own."""
        rho = self.correlation
        z = normal(alone)
        if rho:
            z = math.sqrt(rho) * normal(common) + math.sqrt(1 - rho) * z
        if self.law == "lognormal":
            sigma = lognormal_parameters(1.0, spread)[1]
            return exp(sigma * z - sigma * sigma / 2)
        shape = 1 / spread**2
        return standard_gamma(_below(z), shape, log_gamma(shape)) / shape


def _below(z: float) -> float:
    """Probability of a normal number below z, strictly between 0 and 1."""
    if z == 0:
        return 0.5
    middle, beyond, _ = gamma_tails(0.5, z * z / 2, _HALF)
    tail = 0.5 * beyond
    return min(max(tail if z < 0 else 0.5 + 0.5 * middle, 2.0**-60), 1.0 - 2.0**-53)
