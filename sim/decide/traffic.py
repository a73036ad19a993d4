"""What an average month brings over the telephone lines, and what a group has handled.

Every minute that an agent talks is in one of two sums: inbound, on the line on which the client
called, or outbound, where the centre called: callbacks, and calls from a list. Waiting, the
announcement and the bot hold the client's line as well, and count in the inbound minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment import Case
from sim.metrics import Count, Work

__all__ = ["MonthCounts", "Traffic", "handled", "line_load", "reached", "traffic"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MonthCounts:
    """Expected counts of an average month.

    Parameters
    ----------
    contacts
        [row, `Count`]: the channels, then their parts, such as callbacks.
    work
        [channel, group, `Work`, kind of hour: all, night, weekend, holiday].
    presence
        [group, `Presence`, type of hour: night, weekend, holiday as bits].
    """

    contacts: Floats
    work: Floats
    presence: Floats


class Traffic(NamedTuple):
    """A group's part of a month on the telephone lines.

    Parameters
    ----------
    inbound, outbound
        Minutes of calls that came in, and of calls that were made [min].
    attempts
        Calls made, whether or not they reached anybody.
    sessions
        Sessions of bots in front of the channels that the group serves, whatever their kind.
    """

    inbound: float
    outbound: float
    attempts: float
    sessions: float


def reached(case: Case, counts: MonthCounts, channel: int) -> float:
    """Contacts of a channel that agents served; of calls that were made, those that reached."""
    outbound = tuple(case.demand.layout.channels.values())[channel].outbound
    if outbound is not None:
        return float(outbound.reached * counts.contacts[channel, Count.SERVED])
    callbacks = _part(case, counts, channel, "callback")
    return float(counts.contacts[channel, Count.SERVED] + callbacks[Count.SERVED])


def handled(case: Case, counts: MonthCounts, channel: int, group: int) -> float:
    """Contacts of a channel that a group served; a call that reaches nobody is none."""
    served = counts.work[channel, :, Work.SERVED, 0]
    share = reached(case, counts, channel) / served.sum() if served.any() else 1.0
    return float(served[group] * share)


def traffic(case: Case, counts: MonthCounts, group: int) -> Traffic:
    """A group's part of the telephone lines, and of the bots.

    What nobody's talk tells of a group, such as the waits of those who gave up, is shared out by
    contacts served; so are callbacks, of which only those of all groups are counted apart.
    """
    total = np.zeros(4)
    for c, channel in enumerate(case.demand.layout.channels.values()):
        served = counts.work[c, :, Work.SERVED, 0]
        share = served[group] / served.sum() if served.any() else 1 / len(served)
        bot = _part(case, counts, c, "bot")[Count.SERVED]
        total[3] += share * bot
        if channel.kind != "voice":
            continue
        own, talk = counts.contacts[c], counts.work[c, :, Work.TALK, 0]
        if channel.outbound is not None:
            total[1] += talk[group]
            total[2] += served[group]
            continue
        calls = channel.callback is not None and talk.any()
        called = (talk.sum() - own[Count.TALK]) / talk.sum() if calls else 0.0
        waits = [Count.WAIT_SERVED, Count.WAIT_ABANDONED, Count.WAIT_LEFT]
        held = own[waits].sum() + channel.greeting * own[Count.OFFERED]
        if channel.bot is not None:
            held += bot * (channel.greeting + channel.bot.session.mean)
        total[0] += (1 - called) * talk[group] + share * held
        total[1] += called * talk[group]
        total[2] += share * (served.sum() - own[Count.SERVED]) if calls else 0.0
    inbound, outbound, attempts, sessions = total.tolist()
    return Traffic(inbound / 60, outbound / 60, attempts, sessions)


def line_load(
    case: Case, counts: MonthCounts, by_slot: Callable[[str], Floats], group: int
) -> float:
    """Mean number of lines that calls to a group hold in the busiest interval [erlang].

    Parameters
    ----------
    case
        What was played.
    counts
        The average month, which tells the group's share of each channel.
    by_slot
        Mean counts of a channel by slot of arrival.
    group
        The group.
    """
    held = np.zeros(1)
    for c, (name, channel) in enumerate(case.demand.layout.channels.items()):
        if channel.kind != "voice":
            continue
        served = counts.work[c, :, Work.SERVED, 0]
        share = served[group] / served.sum() if served.any() else 1 / len(served)
        own = by_slot(name)
        times = own[:, [Count.WAIT_SERVED, Count.WAIT_ABANDONED, Count.WAIT_LEFT, Count.TALK]]
        held = held + share * (times.sum(axis=1) + channel.greeting * own[:, Count.OFFERED])
    return float(held.max()) / case.timeline.interval


def _part(case: Case, counts: MonthCounts, channel: int, part: str) -> Floats:
    """Counts of a part of a channel; nothing where it has no such part."""
    name = f"{case.channels[channel]}.{part}"
    if name not in case.rows:
        return np.zeros(len(Count))
    return np.asarray(counts.contacts[case.rows.index(name)])
