"""How busy days are: factors on the volume that channels share more or less.

A Gaussian copula: behind each factor stands a normal number, the sum of one that all channels
share on that day and one of the channel's own. Each number is keyed by day, and by channel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import FIRST_DAY, Purpose, exp, lognormal_parameters, normal, stream_of
from sim.demand.gamma import gamma_tails, log_gamma, standard_gamma
from sim.scenario.channel import Channel
from sim.scenario.model import Busyness

__all__ = ["DayFactors", "Strata"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STRATUM = int(Purpose.DAY_STRATUM)
_SHARED = np.array([stream_of("busyness")], np.uint64)
# A name that no channel can have: else one of that name would share its parts of the law.
_SHARED_PARTS = np.array([stream_of("busyness.shared")], np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """The parts of each day's law that fall to one replication (Latin hypercube, McKay 1979).

    Each replication of a block takes another part, in an order drawn for the block and the day,
    and for each channel and what channels share.

    Parameters
    ----------
    count
        Parts of a law, and replications of a block.
    place
        Which of its block the replication is.
    origin
        Where the random numbers of the block start.
    """

    count: int
    place: int
    origin: sampling.Origin

    @classmethod
    def of(cls, seed: int, replication: int, streams: NDArray[np.uint64], count: int) -> Strata:
        """The parts that fall to a replication, when so many share out a law."""
        block, place = divmod(replication, count)
        return cls(count, place, sampling.Origin(np.uint64(seed), np.uint64(block), streams))

    def parts(self, channel: int, days: Ints) -> Ints:
        """Part of a channel's law by day."""
        counters = (days[:, None] + FIRST_DAY) * self.count + np.arange(self.count)
        drawn = sampling.units(self.origin, channel, _STRATUM, counters.ravel())
        return np.argsort(drawn.reshape(counters.shape), axis=1)[:, self.place]

    @property
    def shared(self) -> Strata:
        """The same of what channels share."""
        return replace(self, origin=self.origin._replace(streams=_SHARED_PARTS))


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
        own = (channel.day_variation for channel in channels.values())
        spread = tuple(busyness.cv if cv is None else cv for cv in own)
        return cls(busyness.law, busyness.correlation, spread)

    @property
    def plain(self) -> bool:
        """Whether channels are busy each on its own, by the lognormal law."""
        return self.law == "lognormal" and self.correlation == 0

    def draw(self, origin: sampling.Origin, days: Ints, strata: Strata | None = None) -> Floats:
        """Factor of each channel in each slot, given the slots' days."""
        kinds, place = np.unique(days, return_inverse=True)
        counters = kinds + FIRST_DAY

        def drawn(at: sampling.Origin, channel: int, purpose: int, parts: Strata | None) -> Floats:
            values = sampling.units(at, channel, purpose, counters)
            return (parts.parts(channel, kinds) + values) / parts.count if parts else values

        everybody = origin._replace(streams=_SHARED)
        shared = drawn(everybody, 0, int(Purpose.BUSYNESS), strata.shared if strata else None)
        factors = np.ones((len(self.spread), len(kinds)))
        for channel, spread in enumerate(self.spread):
            if spread:
                own = drawn(origin, channel, int(Purpose.DAY_FACTOR), strata)
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
    middle, beyond, _ = gamma_tails(0.5, z * z / 2, log_gamma(0.5))
    tail = 0.5 * beyond
    return min(max(tail if z < 0 else 0.5 + 0.5 * middle, 2.0**-60), 1.0 - 2.0**-53)
