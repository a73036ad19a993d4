"""From a scenario's option to workloads: one for each replication."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import Purpose, key_of, lognormal_parameters, normal, stream_of, unit
from sim.demand.timeline import Timeline
from sim.engine.contract import Workload
from sim.errors import InvalidInput
from sim.scenario import laws
from sim.scenario.channel import Channel
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["MOST_CONTACTS", "Demand", "volume_factor"]

#: Expected contacts in one replication; more is surely a slip of the pen.
MOST_CONTACTS = 20_000_000

# What is drawn for a channel, in the order of the columns in `sampling`.
_PURPOSES = (
    Purpose.ARRIVAL,
    Purpose.HANDLE,
    Purpose.ACW,
    Purpose.PATIENCE,
    Purpose.REDIAL,
    Purpose.REDIAL_DELAY,
)


def volume_factor(channel: Channel, fcr: float | None) -> float:
    """Contacts per contact of the stated volume when another share is solved at once.

    The volume was measured at `channel.fcr`; of the unsolved, `repeat_share` come back, so
    volume = intents / (1 - (1 - fcr)·repeat_share).

    Examples
    --------
    >>> from sim.scenario.laws import Exponential
    >>> phone = Channel(kind="voice", arrivals=(10.0,) * 168, fcr=0.75, repeat_share=0.6,
    ...                 handle_time=Exponential(mean=240.0))
    >>> round(volume_factor(phone, fcr=0.68), 4)
    1.052
    """
    if fcr is None or channel.fcr is None:
        return 1.0
    return (1 - (1 - channel.fcr) * channel.repeat_share) / (1 - (1 - fcr) * channel.repeat_share)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What comes in under one option, ready to be drawn.

    Parameters
    ----------
    timeline
        The stretch of time that is played.
    names
        Channels, in the order of all arrays.
    rates
        Expected contacts, [channel, slot].
    variation
        Coefficient of variation of a day's volume, by channel.
    law, parameters, table, again, at_most
        As `sampling.sample` takes them.
    """

    timeline: Timeline
    names: tuple[str, ...]
    rates: NDArray[np.float64]
    variation: NDArray[np.float64]
    law: NDArray[np.int64]
    parameters: NDArray[np.float64]
    table: NDArray[np.float64]
    again: NDArray[np.float64]
    at_most: NDArray[np.int64]

    @classmethod
    def of(cls, scenario: Scenario, option: Option) -> Demand:
        """The demand that an option meets: its own share solved at once sets the volume.

        Raises
        ------
        InvalidInput
            If one replication would hold more than `MOST_CONTACTS` contacts.
        """
        timeline = Timeline.of(scenario)
        channels = scenario.channels
        rates = np.array(
            [
                np.asarray(channel.arrivals)[timeline.week_slots]
                * volume_factor(channel, option.fcr)
                for channel in channels.values()
            ]
        )
        if rates.sum() > MOST_CONTACTS:
            rule = f"must bring at most {MOST_CONTACTS:,} contacts in one replication"
            raise InvalidInput("channels", rule, round(rates.sum()), "simulate fewer days")
        law, parameters, table = _laws(channels)
        redials = [channel.redial for channel in channels.values()]
        return cls(
            timeline,
            tuple(channels),
            rates,
            np.array([channel.day_variation for channel in channels.values()]),
            law,
            parameters,
            table,
            np.array([(r.probability, r.after_busy) if r else (0.0, 0.0) for r in redials]),
            np.array([r.at_most if r else 1 for r in redials]),
        )

    def workload(self, seed: int, replication: int) -> Workload:
        """Draw what customers do in one replication.

        A pure function: the same seed and replication give the same workload.
        """
        streams = [stream_of(name) for name in self.names]
        keys = np.array(
            [[key_of(seed, replication, p, s) for p in _PURPOSES] for s in streams], np.uint64
        )
        rates = self.rates * self._day_factors(seed, replication, streams)
        expected = rates.sum(axis=1)
        # Eight standard deviations of a Poisson count: more come once in 10^15 replications.
        room = np.ceil(expected + 8 * np.sqrt(expected) + 16).astype(np.int64)
        book = (keys, self.law, self.parameters, self.table)
        while True:
            with np.errstate(over="ignore"):  # 64-bit scrambling wraps around, as it should
                drawn = sampling.sample(
                    rates, self.timeline.slot, room, book, self.again, self.at_most
                )
            if drawn[0] <= room.sum():
                return Workload(len(self.names), *drawn)
            room *= 2

    def _day_factors(self, seed: int, replication: int, streams: list[int]) -> NDArray[np.float64]:
        """Busyness of each day around its mean, lognormal, [channel, slot] or 1."""
        factors = np.ones((len(streams), 1))
        if not self.variation.any():
            return factors
        days = self.timeline.days
        factors = np.ones((len(streams), len(days)))
        for row, (stream, cv) in enumerate(zip(streams, self.variation, strict=True)):
            mu, sigma = lognormal_parameters(1.0, float(cv))
            key = key_of(seed, replication, Purpose.DAY_FACTOR, stream)
            with np.errstate(over="ignore"):
                levels = {
                    day: math.exp(mu + sigma * normal(unit(key, day + 1000)))
                    for day in range(int(days[0]), int(days[-1]) + 1)
                }
            factors[row] = [levels[int(day)] for day in days]
        return factors


def _laws(
    channels: Mapping[str, Channel],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Code the laws of all channels by number: law, two parameters, rows of survival curves."""
    none = laws.Never()
    rows: list[tuple[float, float]] = [(0.0, 0.0)]
    codes = [
        [
            _coded(law, rows)
            for law in (
                none,
                channel.handle_time,
                channel.after_call_work,
                channel.patience,
                none,
                channel.redial.delay if channel.redial else none,
            )
        ]
        for channel in channels.values()
    ]
    law = np.array([[code for code, _, _ in row] for row in codes], np.int64)
    parameters = np.array([[(a, b) for _, a, b in row] for row in codes], np.float64)
    return law, parameters, np.array(rows, np.float64)


def _coded(law: laws.Law | None, rows: list[tuple[float, float]]) -> tuple[int, float, float]:
    """Code one law; a survival curve adds its rows."""
    match law:
        case None:
            return sampling.FIXED, 0.0, 0.0
        case laws.Fixed():
            return sampling.FIXED, law.value, 0.0
        case laws.Exponential():
            return sampling.EXPONENTIAL, law.mean, 0.0
        case laws.Lognormal():
            return sampling.LOGNORMAL, *lognormal_parameters(law.mean, law.cv)
        case laws.Weibull():
            return sampling.WEIBULL, law.mean / math.gamma(1 + 1 / law.shape), law.shape
        case laws.Survival():
            first = len(rows)
            rows.extend(_hazards(law))
            return sampling.SURVIVAL, float(first), float(len(rows))
        case laws.Never():
            return sampling.FIXED, math.inf, 0.0


def _hazards(law: laws.Survival) -> list[tuple[float, float]]:
    """Rows (time, cumulative hazard) of a survival curve; its last hazard goes on far beyond."""
    rows = [(0.0, 0.0)]
    rows += [(t, -math.log(s)) for t, s in zip(law.times, law.survival, strict=True)]
    (t0, h0), (t1, h1) = rows[-2:]
    hazard = (h1 - h0) / (t1 - t0) if t1 > t0 else 0.0
    far = 1e9
    return [*rows, (t1 + far, h1 + hazard * far)]
