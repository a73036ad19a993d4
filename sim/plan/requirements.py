"""Agents needed along the week, by closed form, for groups that are staffed to target.

What waits for the group counts together in each interval: the joint rate, mean agent time and
patience of its channels, and the strictest of their promises, by Erlang A; a team that only
chats, by the chain of its chats. What an interval leaves in hand is carried over into the next.
Groups that part a channel by hours or by share are staffed each for its own part; who takes the
overflow of others, for what they leave waiting.
Work that can be put off (e-mail) fills the idle time that this leaves; where it does not fit
within its deadline, agents are added. What the plan is worth in simulation, with several channels
and other laws, is for the simulation to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.plan.deferrable import Later, fitted
from sim.plan.overflow import Parts, relief
from sim.plan.promises import agents_for
from sim.plan.sharing import less, owned, teams
from sim.plan.streams import Stream, directed, in_hand, joined, open_share, streams, waiting_of
from sim.scenario.channel import Target
from sim.scenario.hours import DAY
from sim.scenario.legs import any_overflow
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option, ToTarget

__all__ = ["HOLDS", "Requirement", "at_hand", "later_of", "promises_of", "requirement"]

Floats = NDArray[np.float64]

#: Over which time a promise may hold, from the strictest to the loosest.
HOLDS = ("every interval", "every day", "on average")

# A team that only chats is worked out exactly up to this load: beyond, the chain takes seconds.
_LARGEST_CHAIN = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """Agents that a group needs in each interval of the week.

    Parameters
    ----------
    agents
        Agents at work, by interval of the week from Monday 00:00.
    divided
        The same for what waits, when an agent may be divided: what pieces of teams add up.
    load
        Offered load of the channels that wait for the group, in agents' time [erlangs].
    carried
        Part of it that the interval before leaves over, beyond what its own contacts bring
        [erlangs].
    deferrable
        Offered load of those that do not wait for it [erlangs].
    met
        Whether the closed form keeps the promise in each interval; False where the scenario's
        maximum is too small.
    """

    agents: NDArray[np.int64]
    divided: Floats
    load: Floats
    carried: Floats
    deferrable: Floats
    met: NDArray[np.bool_]


def requirement(
    scenario: Scenario, option: Option, *, hold: str | None = None
) -> dict[str, Requirement]:
    """Agents needed by each group of an option that is staffed to target.

    Groups that share channels which nothing parts are given together what one pool of them would
    need, and each at least what channels take that nobody else serves: where the simulation begins
    to add.

    Parameters
    ----------
    scenario, option
        The operation and the way to source it.
    hold
        Over which time the promises are to hold, one of `HOLDS`, instead of their own.
    """
    parts = directed(scenario, option)
    found: dict[str, Requirement] = {}
    # Who takes what overflows comes after those from whom it does.
    order = sorted(teams(scenario, option), key=lambda t: any(any_overflow(option, n) for n in t))
    for names in order:
        over = {name: relief(scenario, option, name, parts, found, hold) for name in names}
        if len(names) == 1:
            (name,) = names
            group = option.groups[name]
            found[name] = _required(scenario, option, group, parts[name], hold, *over[name])
        else:
            found |= _together(scenario, option, parts, hold, over)
    return {name: found[name] for name in option.groups if name in found}


def _together(
    scenario: Scenario,
    option: Option,
    parts: Mapping[str, Parts],
    hold: str | None,
    over: Mapping[str, tuple[Parts, NDArray[np.int64]]],
) -> dict[str, Requirement]:
    """Agents needed by groups that share channels, with what overflows to each of them."""
    none = np.zeros(scenario.intervals_per_week)

    def need(group: Group, own: Parts, taken: Parts, helpers: NDArray[np.int64]) -> Requirement:
        # A channel of which nothing is a group's own promises nothing of it.
        met = [n for n in group.skills if own[n].any() or taken.get(n, none).any()]
        skills = {name: group.skills[name] for name in met}
        part = group.model_copy(update={"skills": skills})
        return _required(scenario, option, part, own, hold, taken, helpers)

    own, alone = owned(scenario, option, list(over), parts)
    needs = {name: need(option.groups[name], part, *over[name]) for name, part in own.items()}
    least = {name: need(option.groups[name], part, *over[name]) for name, part in alone.items()}
    skills = {c: skill for name in own for c, skill in option.groups[name].skills.items()}
    everybody = next(iter(own))
    pool = need(
        option.groups[everybody].model_copy(update={"skills": skills, "staffing": ToTarget()}),
        _added([parts[name] for name in own], skills, none),
        _added([taken for taken, _ in over.values()], skills, none),
        np.sum([helpers for _, helpers in over.values()], axis=0),
    )
    agents = less(
        {name: one.agents for name, one in needs.items()},
        {name: one.agents for name, one in least.items()},
        pool.agents,
    )
    return {name: replace(one, agents=agents[name]) for name, one in needs.items()}


def _added(each: Sequence[Parts], channels: Iterable[str], none: Floats) -> Parts:
    """Parts of channels of several groups together."""
    return {
        channel: np.sum([one.get(channel, none) for one in each], axis=0) for channel in channels
    }


def _required(
    scenario: Scenario,
    option: Option,
    group: Group,
    parts: Parts,
    hold: str | None,
    taken: Parts,
    helpers: NDArray[np.int64],
) -> Requirement:
    """Agents needed by one group for its parts of channels and for what overflows to it."""
    bounds = group.to_target
    assert bounds is not None
    served = list(streams(scenario, option, group, parts))
    waiting = waiting_of(served)
    # A list of calls to make is done in time that is idle anyhow: nobody is added for it.
    later = [s for s in served if s not in waiting and s.channel.outbound is None]
    none = np.zeros(scenario.intervals_per_week)
    load = np.sum([s.load for s in waiting], axis=0) if waiting else none
    hands = [in_hand(s, scenario.interval) for s in waiting]
    carried = np.sum(hands, axis=0) - load if waiting else none
    agents, divided = helpers, helpers.astype(np.float64)
    for promise in promises_of(waiting, hold, bounds.answered):
        for_it = _for_promise(promise, waiting, hands, scenario)
        agents, divided = np.maximum(agents, for_it[0]), np.maximum(divided, for_it[1])
    over = list(streams(scenario, option, group, taken)) if taken else []
    load = load + (np.sum([s.load for s in over], axis=0) if over else none)
    open_ = np.zeros(len(none), bool)
    for name in group.skills:
        open_ |= at_hand(scenario, option, name, parts, taken)
    agents = np.where(open_, np.maximum(agents, bounds.minimum), agents)
    put_off = [later_of(scenario, option, s) for s in later]
    agents = fitted(agents, load, put_off, open_)
    capped = np.minimum(agents, bounds.maximum if bounds.maximum is not None else agents)
    deferrable = np.sum([one.load for one in put_off], axis=0) if put_off else none
    return Requirement(capped, divided, load, carried, deferrable, capped == agents)


def at_hand(
    scenario: Scenario, option: Option, name: str, parts: Parts, taken: Parts
) -> NDArray[np.bool_]:
    """Intervals in which a channel is open and some of it is a group's to serve."""
    own = parts[name] + taken.get(name, 0.0)
    return np.asarray((open_share(scenario, option, name) > 0) & (own > 0))


def promises_of(waiting: list[Stream], hold: str | None, alone: float | None) -> list[Target]:
    """The different promises to channels that wait; what a group keeps alone where it has help."""
    made = [s.channel.target for s in waiting if s.channel.target]
    if alone is not None:
        less = {"answered": alone, "abandonment": None, "floor": None}
        made = [promise.model_copy(update=less) for promise in made]
    if hold is not None:
        made = [promise.model_copy(update={"hold": hold}) for promise in made]
    return list(dict.fromkeys(made))


def _for_promise(
    promise: Target, waiting: list[Stream], hands: list[Floats], scenario: Scenario
) -> tuple[NDArray[np.int64], Floats]:
    """Agents for one promise to everybody who waits, whole and divided."""
    per_day = round(DAY / scenario.interval)
    span = dict(zip(HOLDS, (1, per_day, scenario.intervals_per_week), strict=True))[promise.hold]
    wanted = joined(waiting, hands)
    chats = _only_chats(waiting)
    if chats and span == 1 and float((wanted.rate * wanted.aht).max()) <= _LARGEST_CHAIN:
        found = _for_chats(promise, waiting[0], wanted.rate)
        return found, found.astype(np.float64)
    return agents_for(promise, wanted, span)


def _only_chats(waiting: list[Stream]) -> bool:
    """Whether the team holds several chats at once, and nothing else waits for it."""
    return len(waiting) == 1 and len(waiting[0].levels) > 1


def _for_chats(promise: Target, stream: Stream, rates: Floats) -> NDArray[np.int64]:
    """Least agents by interval for chats, by the chain of those in hand."""
    from sim import erlang  # only here: what has a roster of its own does without closed forms

    target = erlang.Target(
        service_level=promise.answered,
        awt=promise.awt,
        rule=promise.rule,
        max_abandonment=promise.abandonment,
    )
    kinds, kind = np.unique(rates, return_inverse=True)
    least = [
        erlang.chat_agents_needed(
            target,
            arrival_rate=float(rate),
            aht_by_level=stream.levels,
            patience=stream.channel.patience.mean,
        ).agents
        if rate > 0
        else 0
        for rate in kinds
    ]
    return np.asarray(np.array(least, np.int64)[kind])


def later_of(scenario: Scenario, option: Option, stream: Stream) -> Later:
    """Work of a channel that can be put off, and until when."""
    channel = stream.channel
    if channel.deadline is not None:
        counted = open_share(scenario, option, stream.name)
        return Later(stream.load, counted, channel.deadline / scenario.interval)
    promised = channel.target.awt if channel.target and channel.kind == "email" else math.inf
    return Later(stream.load, np.ones(len(stream.load)), promised / scenario.interval)
