"""Whose agents are to be more where a promise fails: of groups that part a channel, which."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work
from sim.experiment import Service
from sim.metrics import Count
from sim.plan.streams import directed
from sim.scenario.legs import overflows, routed, serving
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["answerable", "behind"]

Flags = NDArray[np.bool_]


def answerable(scenario: Scenario, option: Option) -> dict[str, dict[str, Flags]]:
    """Intervals of the week in which groups staffed to target answer for the service of channels.

    Who takes what overflows answers for it, as long as that still is in time; else those whose part
    of the channel it is.

    Returns
    -------
    By channel and group.
    """
    parts = directed(scenario, option)
    found: dict[str, dict[str, Flags]] = {}
    for name, own in parts.items():
        for channel, part in own.items():
            found.setdefault(channel, {})[name] = part > 0
    for channel, groups in found.items():
        target = scenario.channels[channel].target
        helped = np.zeros(scenario.intervals_per_week, bool)
        helpers = {}
        for name in groups:
            group = option.groups[name]
            if overflows(group, channel) and target and group.skills[channel].after < target.awt:
                hours = at_work(scenario, serving(option, name, scenario.calendar.night))
                helpers[name] = hours > 0
                helped |= helpers[name]
        for name in groups:
            if name in helpers:
                groups[name] = helpers[name]
            elif routed(option, channel).get(name, 0.0) is None:
                groups[name] = groups[name] & ~helped
    return found


def behind(
    tried: Service, channel: str, short: Flags, groups: Mapping[str, Flags], option: Option
) -> dict[str, Flags]:
    """Who of those who answer for a channel must do more in the intervals where it is short.

    Parameters
    ----------
    tried
        A trial.
    channel, short
        The channel, and intervals of the week in which it misses its promise.
    groups
        Who answers for it, by interval of the week.
    option
        Whose groups they are.

    Returns
    -------
    By group. Of groups that have shares of the channel it is the one with the lowest service.
    """
    shares = routed(option, channel)
    if all(shares.get(name) is None for name in groups):
        return {name: short & mask for name, mask in groups.items()}
    line = tried.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    legs = [name for name, share in shares.items() if share is not None]
    counted = {name: tried.counts(f"{channel}.{name}") for name in legs}
    rest = tried.counts(channel) - np.sum(list(counted.values()), axis=0)
    served = {}
    for name in groups:
        counts = counted.get(name, rest)
        answered, offered = (
            np.bincount(place, counts[:, column], len(short))
            for column in (Count.ANSWERED_WITHIN, Count.OFFERED)
        )
        served[name] = answered / np.maximum(offered, 1e-9)
    level = np.array([np.where(groups[name], served[name], np.inf) for name in groups])
    worst = level.min(axis=0)
    return {
        name: short & mask & (level[number] <= worst)
        for number, (name, mask) in enumerate(groups.items())
    }
