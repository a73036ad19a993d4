"""What a group is asked to do along the week: streams of contacts, and the work in hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work, first_choice, solved_at_once, volume_factor
from sim.plan.promises import Wanted
from sim.scenario.channel import Channel
from sim.scenario.hours import OpenHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = ["Stream", "directed", "in_hand", "joined", "open_share", "streams", "waiting_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One channel as a group meets it.

    Parameters
    ----------
    name, channel
        The channel.
    rate
        Contacts per second by interval of the week, while it is open.
    aht
        Mean handle time of the group with one contact in hand, after-call work included [s].
    levels
        The same with one contact in hand, with two, and so on [s].
    """

    name: str
    channel: Channel
    rate: Floats
    aht: float
    levels: tuple[float, ...]

    @property
    def agent_time(self) -> float:
        """Time of an agent that a contact takes where agents hold as many as they may [s]."""
        return self.levels[-1] / len(self.levels)

    @property
    def load(self) -> Floats:
        """Offered load in agents' time, by interval of the week [erlangs]."""
        return self.rate * self.agent_time


def streams(
    scenario: Scenario,
    option: Option,
    group: Group,
    parts: Mapping[str, Floats] | None = None,
) -> Iterator[Stream]:
    """The channels of a group: what comes while they are open, and how long it takes there.

    Parameters
    ----------
    scenario, option, group
        The operation, the way to source it, who serves.
    parts
        Part of each channel's contacts that the group meets, by interval; None: all of them.
    """
    for name, skill in group.skills.items():
        channel = option.met(name, scenario.channels[name])
        again = volume_factor(channel, solved_at_once(scenario, option, name))
        contacts = np.asarray(channel.arrivals) * again
        if parts is not None:
            contacts = contacts * parts[name]
        wrap = channel.after_call_work.mean if channel.after_call_work else 0.0
        aht = (channel.handle_time.mean + wrap) * group.handle_time * skill.handle_time
        open_ = open_share(scenario, option, name) > 0
        if channel.kind == "email" and open_.any():  # a mailbox takes what comes at any hour
            open_ = np.ones(len(open_), bool)
        most = skill.at_once or channel.most_at_once
        yield Stream(
            name, channel, contacts * open_ / scenario.interval, aht, _levels(channel, aht, most)
        )


def directed(scenario: Scenario, option: Option) -> dict[str, dict[str, Floats]]:
    """Part of the contacts of each channel that groups staffed to target are the first to meet.

    Returns
    -------
    By group and channel, by interval of the week. Groups that are staffed otherwise are as if they
    were not there, a share of their own apart: how much they would take is for the play to say.
    """
    found = [n for n, group in option.groups.items() if group.to_target]
    parts = {
        channel: first_choice(
            scenario, option, channel, [n for n in found if channel in option.groups[n].skills]
        )
        for channel in dict.fromkeys(c for n in found for c in option.groups[n].skills)
    }
    return {n: {c: parts[c][n] for c in option.groups[n].skills} for n in found}


def _levels(channel: Channel, aht: float, most: int) -> tuple[float, ...]:
    """Mean handle times by contacts in hand; beyond the levels given, the last one holds."""
    times = channel.by_level or (1.0,)
    return tuple(aht * times[min(level, len(times) - 1)] / times[0] for level in range(most))


def in_hand(stream: Stream, interval: float) -> Floats:
    """Work in hand of a stream by interval of the week, as if nobody had to wait [erlangs].

    Contacts that come at the end of an interval are still in hand in the next: the mean number
    in hand of an M/M/infinity queue whose rate is constant in each interval, week after week
    (the modified offered load). Where that is less than what the interval's own contacts bring,
    at the beginning of a busier one, the latter counts, since its end is as busy as that.

    Parameters
    ----------
    stream
        What comes.
    interval
        Length of an interval [s].

    Returns
    -------
    Offered load by interval; 0 where nobody comes: who is talking to the last contact of the day
    ends it, and nobody new is needed for that.
    """
    own = stream.load
    mean = max(stream.agent_time, 1e-9)
    kept = float(np.exp(-interval / mean))
    # After so many intervals nothing is left of the first state; a week more forgets any.
    state, starts = 0.0, np.zeros(len(own))
    for _ in range(2):
        for k, load in enumerate(own.tolist()):
            starts[k] = state
            state = load + (state - load) * kept
    mean_state = own + (starts - own) * (mean / interval) * (1.0 - kept)
    return np.asarray(np.where(own > 0, np.maximum(own, mean_state), 0.0))


def joined(waiting: Sequence[Stream], hands: Sequence[Floats]) -> Wanted:
    """All who wait, as one stream: a contact in hand from before counts like one that comes."""
    rates = [hand / s.agent_time for s, hand in zip(waiting, hands, strict=True)]
    rate, load = np.sum(rates, axis=0), np.sum(hands, axis=0)
    leaving = np.sum(
        [r / s.channel.patience.mean for s, r in zip(waiting, rates, strict=True)], axis=0
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        aht = np.where(rate > 0, load / rate, 1.0)
        patience = np.where(leaving > 0, rate / leaving, math.inf)
    return Wanted(rate, aht, patience)


def waiting_of(served: Iterable[Stream]) -> list[Stream]:
    """Streams of contacts that wait for an agent and are promised something."""
    return [s for s in served if s.channel.kind != "email" and s.channel.target]


def open_share(scenario: Scenario, option: Option, name: str) -> Floats:
    """Share of each interval of the week in which a channel is open."""
    hours: OpenHours = option.open.get(name, scenario.channels[name].open)
    return at_work(scenario, hours)
