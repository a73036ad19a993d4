"""From a scenario's option to workloads: one for each replication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.busyness import DayFactors, Strata
from sim.demand.codes import laws_of
from sim.demand.crew import opening_hours
from sim.demand.draws import lognormal_parameters, stream_of
from sim.demand.journeys import Journeys
from sim.demand.legs import solved_at_once, volume_factor
from sim.demand.own_laws import OwnLaws
from sim.demand.queues import Layout, passed_on, unresolved
from sim.demand.replay import Replay
from sim.demand.timeline import Timeline
from sim.engine.contract import Workload
from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.model import STRATA, Scenario
from sim.scenario.option import Option

__all__ = ["MOST_CONTACTS", "STRATA", "Demand"]

#: Attempts in one replication, all redials made; more is surely a slip of the pen.
MOST_CONTACTS = 20_000_000


def _tries(channel: Channel) -> float:
    """Attempts of a contact that is never served, on average."""
    redial = channel.redial
    if redial is None:
        return 1.0
    again = max(redial.probability, redial.after_busy)
    later = max(redial.later, redial.later_after_busy)
    return 1 + sum(again * later**number for number in range(redial.at_most - 1))


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What comes in under one option, ready to be drawn.

    Parameters
    ----------
    timeline
        The stretch of time that is played.
    names
        Channels, in the order of all arrays.
    layout
        The queues that they become.
    streams
        Stream of random numbers of each channel.
    volume, laws, redials
        As `sampling.sample` takes them.
    day_factors
        How days differ; None where `volume` says it.
    journeys
        Draws what clients do who can do more than try again where they failed; None for others.
    strata
        Consecutive replications whose busy and quiet days are spread evenly over their law; 1
        where each draws its days for itself.
    """

    timeline: Timeline
    names: tuple[str, ...]
    layout: Layout
    streams: NDArray[np.uint64]
    volume: sampling.Volume
    laws: sampling.Laws
    redials: sampling.Redials
    day_factors: DayFactors | None
    journeys: Journeys | None
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
        layout = Layout.of(scenario, option)
        days = DayFactors.of(scenario.busyness, channels)
        volume = _volume(timeline, scenario, option, days)
        expected = (volume.rates.sum(axis=1) * [_tries(c) for c in channels.values()]).sum()
        if expected > MOST_CONTACTS:
            rule = f"must bring at most {MOST_CONTACTS:,} contacts in one replication"
            raise InvalidInput("channels", rule, round(expected), "simulate fewer days")
        laws = laws_of(layout)
        stratified = scenario.simulation.variance == "stratified" and any(days.spread)
        return cls(
            timeline,
            tuple(channels),
            layout,
            np.array([stream_of(name) for name in channels], np.uint64),
            volume,
            laws,
            _redials(channels),
            None if days.plain else days,
            _journeys(layout, option, laws, _replays(channels, option, timeline)),
            STRATA if stratified else 1,
        )

    def workload(self, seed: int, replication: int) -> Workload:
        """Draw what customers do in one replication.

        A pure function: the same seed and replication give the same workload.
        """
        origin = sampling.Origin(np.uint64(seed), np.uint64(replication), self.streams)
        with np.errstate(over="ignore"):  # 64-bit scrambling wraps around, as it should
            volume = self._busied(origin, self._strata(seed, replication))
            if self.journeys is not None:
                return self.journeys.draw(origin, volume)
            drawn = sampling.sample(origin, volume, self.laws, self.redials)
        return Workload(len(self.names), *drawn)

    def _strata(self, seed: int, replication: int) -> Strata | None:
        """Which parts of the laws of busyness fall to a replication; None where they are plain."""
        if self.strata == 1:
            return None
        return Strata.of(seed, replication, self.streams, self.strata)

    def _busied(self, origin: sampling.Origin, strata: Strata | None) -> sampling.Volume:
        """The volume with how busy its days are, or with what says it as contacts are drawn."""
        volume = self.volume
        if self.day_factors is not None:
            factors = self.day_factors.draw(origin, volume.days, strata)
            return volume._replace(rates=volume.rates * factors)
        if strata is None:
            return volume
        days, day = np.unique(volume.days, return_inverse=True)
        parts = [strata.parts(channel, days)[day] for channel in range(len(self.names))]
        return volume._replace(strata=strata.count, stratum=np.stack(parts))


def _journeys(
    layout: Layout, option: Option, laws: sampling.Laws, replays: dict[int, Replay]
) -> Journeys | None:
    """What draws the journeys of clients, where any can do more than try again."""
    own = OwnLaws.of(layout, option, laws)
    ways = any(_goes_on(channel) for channel in layout.channels.values())
    ways = ways or any(queue.leg is not None for queue in layout.queues)
    if not (replays or ways or len(own)):
        return None
    most = (passed_on(layout, option).max(axis=1), unresolved(layout, option).max(axis=1))
    return Journeys(layout, laws, *most, replays, own)


def _replays(
    channels: Mapping[str, Channel], option: Option, timeline: Timeline
) -> dict[int, Replay]:
    """Channels that play a log, or a list of calls to make, by number."""
    found = {}
    for number, (name, channel) in enumerate(channels.items()):
        if channel.log is not None:
            found[number] = Replay.of(channel.log, timeline)
        elif channel.outbound is not None:
            opened = opening_hours(timeline, channel, option.open.get(name, channel.open))
            found[number] = Replay.of_list(channel.outbound.per_day, opened, timeline)
    return found


def _goes_on(channel: Channel) -> bool:
    """Whether clients of a channel can do more than try again there."""
    ways = (channel.repeat, channel.escalation, channel.callback, channel.bot)
    again = channel.redial is not None and channel.redial.varies
    return again or bool(channel.classes) or any(way is not None for way in ways)


def _volume(
    timeline: Timeline, scenario: Scenario, option: Option, days: DayFactors
) -> sampling.Volume:
    """Expected contacts by channel and slot, and how far days are busier or quieter than that."""
    rates = [
        np.asarray(channel.arrivals)[timeline.week_slots]
        * volume_factor(channel, solved_at_once(scenario, option, name))
        for name, channel in scenario.channels.items()
    ]
    spread = [lognormal_parameters(1.0, cv)[1] if days.plain else 0.0 for cv in days.spread]
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
