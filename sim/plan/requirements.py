"""Agents needed along the week, by closed form, for groups that are staffed to target.

Each interval is treated on its own, as Erlang A with the mix of all channels that wait for the
group: their joint rate, mean handle time and patience, and the strictest of their promises. Work
that can be put off (e-mail) fills the idle time that this leaves; where it does not fit, agents
are added. What the plan is worth in a queue that carries over from one interval to the next,
with several channels and other laws, is for the simulation to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import volume_factor
from sim.scenario.channel import Channel, Target
from sim.scenario.hours import DAY, OpenHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option, ToTarget

__all__ = ["FILL", "Requirement", "requirement"]

Floats = NDArray[np.float64]

#: Share of the agents' idle time that deferrable work can fill: the rest is too short or too
#: late. An assumption of the plan; the simulation plays the real thing.
FILL = 0.85

# How finely the level of a span is sought: to a part in two thousand.
_HALVINGS = 11


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """Agents that a group needs in each interval of the week.

    Parameters
    ----------
    agents
        Agents at work, by interval of the week from Monday 00:00.
    load
        Offered load of the channels that wait for the group [erlangs].
    deferrable
        Offered load of those that do not wait for it [erlangs].
    met
        Whether the closed form keeps the promise in each interval; False where the scenario's
        maximum is too small.
    """

    agents: NDArray[np.int64]
    load: Floats
    deferrable: Floats
    met: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Stream:
    """One channel as a group meets it."""

    channel: Channel
    rate: Floats  # contacts per second by interval of the week, while open
    aht: float


def requirement(scenario: Scenario, option: Option) -> dict[str, Requirement]:
    """Agents needed by each group of an option that is staffed to target.

    A scenario staffs a channel to target by one group at most: the closed form could not tell how
    much each of two would take.
    """
    return {
        name: _required(scenario, option, group, group.staffing)
        for name, group in option.groups.items()
        if isinstance(group.staffing, ToTarget)
    }


def _required(scenario: Scenario, option: Option, group: Group, bounds: ToTarget) -> Requirement:
    """Agents needed by one group."""
    streams = list(_streams(scenario, option, group))
    waiting = [s for s in streams if s.channel.kind != "email" and s.channel.target]
    # A list of calls to make is done in time that is idle anyhow: nobody is added for it.
    later = [s for s in streams if s not in waiting and s.channel.outbound is None]
    rate = np.sum([s.rate for s in waiting], axis=0) if waiting else _none(scenario)
    load = np.sum([s.rate * s.aht for s in waiting], axis=0) if waiting else _none(scenario)
    deferrable = np.sum([s.rate * s.aht for s in later], axis=0) if later else _none(scenario)
    agents = np.zeros(len(rate), np.int64)
    for promise in _promises(waiting):
        agents = np.maximum(agents, _for_promise(promise, rate, load, waiting, scenario))
    open_ = np.any([_open_share(scenario, option, n) > 0 for n in group.skills], axis=0)
    agents = np.where(open_, np.maximum(agents, bounds.minimum), agents)
    agents = _with_deferrable(agents, load, deferrable, open_)
    capped = np.minimum(agents, bounds.maximum if bounds.maximum is not None else agents)
    return Requirement(capped, load, deferrable, capped == agents)


def _none(scenario: Scenario) -> Floats:
    """Nothing, in every interval."""
    return np.zeros(scenario.intervals_per_week)


def _streams(scenario: Scenario, option: Option, group: Group) -> Iterator[_Stream]:
    """The channels of a group: what comes while they are open, and how long it takes there."""
    for name, skill in group.skills.items():
        channel = scenario.channels[name]
        contacts = np.asarray(channel.arrivals) * volume_factor(channel, option.fcr)
        wrap = channel.after_call_work.mean if channel.after_call_work else 0.0
        aht = (channel.handle_time.mean + wrap) * group.handle_time * skill.handle_time
        open_ = _open_share(scenario, option, name) > 0
        if channel.kind == "email" and open_.any():  # a mailbox takes what comes at any hour
            open_ = np.ones(len(open_), bool)
        yield _Stream(channel, contacts * open_ / scenario.interval, aht)


def _open_share(scenario: Scenario, option: Option, name: str) -> Floats:
    """Share of each interval of the week in which a channel is open."""
    hours: OpenHours = option.open.get(name, scenario.channels[name].open)
    starts = np.arange(scenario.intervals_per_week) * scenario.interval
    share = np.zeros(len(starts))
    for start, end in hours.ranges:
        overlap = np.minimum(end, starts + scenario.interval) - np.maximum(start, starts)
        share += np.clip(overlap, 0, None) / scenario.interval
    return share


def _promises(streams: list[_Stream]) -> list[Target]:
    """The different promises made to the channels that wait."""
    return list(dict.fromkeys(s.channel.target for s in streams if s.channel.target))


def _for_promise(
    promise: Target, rate: Floats, load: Floats, streams: list[_Stream], scenario: Scenario
) -> NDArray[np.int64]:
    """Agents for one promise to everybody who waits; over a day or the week by one level each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        aht = np.where(rate > 0, load / rate, 1.0)
        leaving = np.sum([s.rate / s.channel.patience.mean for s in streams], axis=0)
        patience = np.where(leaving > 0, rate / leaving, math.inf)
    per_day = round(DAY / scenario.interval)
    spans = {"every interval": 1, "every day": per_day, "on average": len(rate)}
    span = spans[promise.hold]
    if span == 1:
        return _least(promise.answered, promise, rate, aht, patience)
    found = np.zeros(len(rate), np.int64)
    for start in range(0, len(rate), span):
        part = slice(start, start + span)
        found[part] = _over_span(promise, rate[part], aht[part], patience[part])
    return found


def _least(
    share: float, promise: Target, rate: Floats, aht: Floats, patience: Floats
) -> NDArray[np.int64]:
    """Least agents by interval for a share answered in time; abandonment counts where alone."""
    from sim import erlang  # only here: what has a roster of its own does without closed forms

    every = promise.hold == "every interval"
    target = erlang.Target(
        service_level=share,
        awt=promise.awt,
        rule=promise.rule,
        max_abandonment=promise.abandonment if every else None,
    )
    agents = erlang.agents_needed(target, arrival_rate=rate, aht=aht, patience=patience).agents
    return np.asarray(agents, np.int64)


def _over_span(promise: Target, rate: Floats, aht: Floats, patience: Floats) -> NDArray[np.int64]:
    """Least level, alike in all intervals of a span, whose average over contacts is enough."""
    if not rate.any():
        return np.zeros(len(rate), np.int64)
    # Days are often alike: each kind of interval is worked out once.
    kinds, kind, times = np.unique(
        np.stack([rate, aht, patience]), axis=1, return_inverse=True, return_counts=True
    )
    low, high = 0.0, 0.9999
    best = _least(high, promise, *kinds)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        agents = _least(middle, promise, *kinds)
        if _kept(promise, agents, kinds, times):
            best, high = agents, middle
        else:
            low = middle
    return best[kind]


def _kept(
    promise: Target, agents: NDArray[np.int64], kinds: Floats, times: NDArray[np.int64]
) -> bool:
    """Whether a promise is kept on average over the contacts of a span."""
    from sim import erlang

    rate, aht, patience = kinds
    staffed = agents.astype(np.float64)
    queue = erlang.erlang_a(arrival_rate=rate, aht=aht, agents=staffed, patience=patience)
    level = np.average(queue.service_level(promise.rule, promise.awt), weights=rate * times)
    lost = np.average(queue.abandonment, weights=rate * times)
    return bool(
        level >= promise.answered and (promise.abandonment is None or lost <= promise.abandonment)
    )


def _with_deferrable(
    agents: NDArray[np.int64], load: Floats, deferrable: Floats, open_: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Add agents in open intervals until deferrable work fits into their idle time."""
    extra = 0
    while open_.any():
        staffed = agents + extra * open_
        idle = np.clip(staffed - load, 0, None) * FILL
        if idle.sum() >= deferrable.sum():
            return staffed
        # One more agent in every open interval brings at most FILL each: never overshoots.
        missing = (deferrable.sum() - idle.sum()) / (FILL * open_.sum())
        extra += max(1, math.floor(missing))
    return agents
