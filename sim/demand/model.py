"""From a scenario's option to workloads: one for each replication."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import Purpose, lognormal_parameters, stream_of
from sim.demand.timeline import Timeline
from sim.engine.contract import Workload
from sim.errors import InvalidInput
from sim.scenario import laws
from sim.scenario.channel import Channel
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["MOST_CONTACTS", "STRATA", "Demand", "volume_factor"]

#: Attempts in one replication, all redials made; more is surely a slip of the pen.
MOST_CONTACTS = 20_000_000


#: Parts into which the law of a day's busyness is cut, and replications that share them out. Eight
#: leave enough blocks in a run for its interval; the gain of more is small.
STRATA = 8

_STRATUM = np.int64(Purpose.DAY_STRATUM)
_FIRST_DAY = 1000  # days before the period have counters too


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


def _tries(channel: Channel) -> float:
    """Attempts of a contact that is never served, on average."""
    redial = channel.redial
    if redial is None:
        return 1.0
    again = max(redial.probability, redial.after_busy)
    return sum(again**number for number in range(redial.at_most))


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What comes in under one option, ready to be drawn.

    Parameters
    ----------
    timeline
        The stretch of time that is played.
    names
        Channels, in the order of all arrays.
    streams
        Stream of random numbers of each channel.
    volume, laws, redials
        As `sampling.sample` takes them.
    strata
        Consecutive replications whose busy and quiet days are spread evenly over their law; 1
        where each draws its days for itself.
    """

    timeline: Timeline
    names: tuple[str, ...]
    streams: NDArray[np.uint64]
    volume: sampling.Volume
    laws: sampling.Laws
    redials: sampling.Redials
    strata: int = 1

    @classmethod
    def of(cls, scenario: Scenario, option: Option) -> Demand:
        """The demand that an option meets: its own share solved at once sets the volume.

        Raises
        ------
        InvalidInput
            If one replication could hold more than `MOST_CONTACTS` attempts.
        """
        timeline = Timeline.of(scenario)
        channels = scenario.channels
        volume = _volume(timeline, channels, option)
        expected = (volume.rates.sum(axis=1) * [_tries(c) for c in channels.values()]).sum()
        if expected > MOST_CONTACTS:
            rule = f"must bring at most {MOST_CONTACTS:,} contacts in one replication"
            raise InvalidInput("channels", rule, round(expected), "simulate fewer days")
        streams = np.array([stream_of(name) for name in channels], np.uint64)
        stratified = scenario.simulation.variance == "stratified" and bool(volume.spread.any())
        return cls(
            timeline,
            tuple(channels),
            streams,
            volume,
            _laws(channels),
            _redials(channels),
            STRATA if stratified else 1,
        )

    def workload(self, seed: int, replication: int) -> Workload:
        """Draw what customers do in one replication.

        A pure function: the same seed and replication give the same workload.
        """
        origin = sampling.Origin(np.uint64(seed), np.uint64(replication), self.streams)
        with np.errstate(over="ignore"):  # 64-bit scrambling wraps around, as it should
            volume = self._stratified(seed, replication) if self.strata > 1 else self.volume
            drawn = sampling.sample(origin, volume, self.laws, self.redials)
        return Workload(len(self.names), *drawn)

    def _stratified(self, seed: int, replication: int) -> sampling.Volume:
        """The volume with the strata of one replication (a Latin hypercube, McKay et al. 1979).

        Each replication of a block takes another part of each day's law, in an order drawn for
        the block, the channel and the day.
        """
        block, place = divmod(replication, self.strata)
        origin = sampling.Origin(np.uint64(seed), np.uint64(block), self.streams)
        days, day = np.unique(self.volume.days, return_inverse=True)
        counters = (days[:, None] + _FIRST_DAY) * self.strata + np.arange(self.strata)
        stratum = np.empty((len(self.names), len(day)), np.int64)
        for c in range(len(self.names)):
            drawn = sampling.units(origin, c, _STRATUM, counters.ravel()).reshape(counters.shape)
            order = np.argsort(drawn, axis=1)
            stratum[c] = order[day, place]
        return self.volume._replace(strata=self.strata, stratum=stratum)


def _volume(timeline: Timeline, channels: Mapping[str, Channel], option: Option) -> sampling.Volume:
    """Expected contacts by channel and slot, and how far days are busier or quieter than that."""
    rates = [
        np.asarray(channel.arrivals)[timeline.week_slots] * volume_factor(channel, option.fcr)
        for channel in channels.values()
    ]
    spread = [lognormal_parameters(1.0, channel.day_variation)[1] for channel in channels.values()]
    none = np.empty((0, 0), np.int64)
    return sampling.Volume(np.array(rates), np.array(spread), timeline.days, timeline.slot, 1, none)


def _redials(channels: Mapping[str, Channel]) -> sampling.Redials:
    """Who tries again, by channel."""
    redials = [channel.redial for channel in channels.values()]
    return sampling.Redials(
        np.array([r.probability if r else 0.0 for r in redials]),
        np.array([r.after_busy if r else 0.0 for r in redials]),
        np.array([r.at_most if r else 1 for r in redials]),
    )


def _laws(channels: Mapping[str, Channel]) -> sampling.Laws:
    """Code the laws of all channels by number: law, two parameters, rows of survival curves."""
    rows: list[tuple[float, float]] = [(0.0, 0.0)]
    law = np.zeros((len(channels), len(Purpose) + 1), np.int64)
    parameters = np.zeros((*law.shape, 2))
    for c, channel in enumerate(channels.values()):
        for purpose, one in (
            (Purpose.HANDLE, channel.handle_time),
            (Purpose.ACW, channel.after_call_work),
            (Purpose.PATIENCE, channel.patience),
            (Purpose.REDIAL_DELAY, channel.redial.delay if channel.redial else None),
        ):
            law[c, purpose], *parameters[c, purpose] = _coded(one, rows)
    return sampling.Laws(law, parameters, np.array(rows))


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
