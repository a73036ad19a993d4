"""How much of a channel each group of an option meets, and what of it comes back."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from sim.scenario.channel import Channel
from sim.scenario.hours import OpenHours
from sim.scenario.legs import overflows, routed, serving
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["at_work", "first_choice", "solved_at_once", "volume_factor"]

Floats = NDArray[np.float64]


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

    Where repeats are played, the stated volume is that of first contacts, whoever serves them.
    """
    if channel.repeat is not None or fcr is None or channel.fcr is None:
        return 1.0
    return (1 - (1 - channel.fcr) * channel.repeat_share) / (1 - (1 - fcr) * channel.repeat_share)


def solved_at_once(scenario: Scenario, option: Option, name: str) -> float | None:
    """Share of a channel's contacts resolved at first contact under an option.

    Where groups differ it is that of all of them, weighed by the contacts that each is the first to
    be offered; what overflows to others is not known before it is played.

    Returns
    -------
    The share; None where neither option nor groups say any, so that it is the channel's own.
    """
    usual = scenario.channels[name].fcr
    groups = list(routed(option, name))
    if all(option.groups[group].fcr is None for group in groups):
        return option.fcr
    parts = first_choice(scenario, option, name, groups)
    arrivals = np.asarray(scenario.channels[name].arrivals)
    weights = [float(parts[group] @ arrivals) for group in groups]
    shares = [option.resolved(group, usual) for group in groups]
    known = [(w, share) for w, share in zip(weights, shares, strict=True) if share is not None]
    total = sum(w for w, _ in known)
    return sum(w * share for w, share in known) / total if total else option.fcr


def first_choice(
    scenario: Scenario, option: Option, name: str, groups: Collection[str]
) -> dict[str, Floats]:
    """Part of a channel's contacts that groups are the first to be offered, by interval.

    Parameters
    ----------
    scenario, option, name
        The operation, the way to source it, the channel.
    groups
        Those that are looked at; others are as if they were not there.

    Returns
    -------
    By group: its share of the channel; of what nobody has a share of all in its hours where no
    other of the groups comes first or beside it, else an equal part. Who only takes overflow comes
    first where nobody else is there.
    """
    routes = {g: share for g, share in routed(option, name).items() if g in groups}
    rest = 1.0 - sum(share or 0.0 for share in routed(option, name).values())
    none = np.zeros(scenario.intervals_per_week)
    parts = dict.fromkeys(groups, none)
    left = np.ones(scenario.intervals_per_week)
    order = sorted({_rank(option, g, name) for g, share in routes.items() if share is None})
    for rank in order:
        alike = [g for g, s in routes.items() if s is None and _rank(option, g, name) == rank]
        there = {g: at_work(scenario, serving(option, g, scenario.calendar.night)) for g in alike}
        total = np.sum(list(there.values()), axis=0)
        shared = np.minimum(total, 1.0) / np.maximum(total, 1e-12)
        for group in alike:
            parts[group] = rest * left * there[group] * shared
        left = left * (1.0 - np.minimum(total, 1.0))
    return parts | {g: none + share for g, share in routes.items() if share is not None}


def _rank(option: Option, group: str, channel: str) -> tuple[bool, int]:
    """Who is asked first: not those that wait for overflow, then by preference."""
    staff = option.groups[group]
    return overflows(staff, channel), staff.skills[channel].prefer


def at_work(scenario: Scenario, hours: OpenHours) -> Floats:
    """Share of each interval of the week that lies within hours."""
    starts = np.arange(scenario.intervals_per_week) * scenario.interval
    share = np.zeros(len(starts))
    for start, end in hours.ranges:
        overlap = np.minimum(end, starts + scenario.interval) - np.maximum(start, starts)
        share += np.clip(overlap, 0, None) / scenario.interval
    return share
