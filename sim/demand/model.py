"""From a scenario's option to workloads: one for each replication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.codes import coded, with_balking
from sim.demand.draws import Purpose, lognormal_parameters, stream_of
from sim.demand.timeline import Timeline
from sim.engine.contract import Workload
from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["MOST_CONTACTS", "Demand", "volume_factor"]

#: Attempts in one replication, all redials made; more is surely a slip of the pen.
MOST_CONTACTS = 20_000_000


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
    """

    timeline: Timeline
    names: tuple[str, ...]
    streams: NDArray[np.uint64]
    volume: sampling.Volume
    laws: sampling.Laws
    redials: sampling.Redials

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
        return cls(timeline, tuple(channels), streams, volume, _laws(channels), _redials(channels))

    def workload(self, seed: int, replication: int) -> Workload:
        """Draw what customers do in one replication.

        A pure function: the same seed and replication give the same workload.
        """
        origin = sampling.Origin(np.uint64(seed), np.uint64(replication), self.streams)
        with np.errstate(over="ignore"):  # 64-bit scrambling wraps around, as it should
            drawn = sampling.sample(origin, self.volume, self.laws, self.redials)
        return Workload(len(self.names), *drawn)


def _volume(timeline: Timeline, channels: Mapping[str, Channel], option: Option) -> sampling.Volume:
    """Expected contacts by channel and slot, and how far days are busier or quieter than that."""
    rates = [
        np.asarray(channel.arrivals)[timeline.week_slots] * volume_factor(channel, option.fcr)
        for channel in channels.values()
    ]
    spread = [lognormal_parameters(1.0, channel.day_variation)[1] for channel in channels.values()]
    return sampling.Volume(np.array(rates), np.array(spread), timeline.days, timeline.slot)


def _redials(channels: Mapping[str, Channel]) -> sampling.Redials:
    """Who tries again, by channel."""
    redials = [channel.redial for channel in channels.values()]
    return sampling.Redials(
        np.array([r.probability if r else 0.0 for r in redials]),
        np.array([r.after_busy if r else 0.0 for r in redials]),
        np.array([r.at_most if r else 1 for r in redials]),
    )


def _laws(channels: Mapping[str, Channel]) -> sampling.Laws:
    """Code the laws of all channels by number: law, two parameters, rows of tables."""
    rows: list[tuple[float, float]] = [(0.0, 0.0)]
    law = np.zeros((len(channels), len(Purpose) + 1), np.int64)
    parameters = np.zeros((*law.shape, 2))
    for c, channel in enumerate(channels.values()):
        for purpose, one in (
            (Purpose.HANDLE, channel.handle_time),
            (Purpose.ACW, channel.after_call_work),
            (Purpose.REDIAL_DELAY, channel.redial.delay if channel.redial else None),
        ):
            law[c, purpose], *parameters[c, purpose] = coded(one, rows)
        waits = with_balking(channel.balking, channel.patience, rows)
        law[c, Purpose.PATIENCE], *parameters[c, Purpose.PATIENCE] = waits
    return sampling.Laws(law, parameters, np.array(rows))
