"""Who takes what overflows: agents beside those who keep less than the promise by themselves.

What is still waiting after so long goes on to the group: by Erlang A of the group that is asked
first, as if nobody helped it. How much of it must be answered in what is left of the time follows
from the promise. Overflow comes in bursts, which this leaves out; the simulation adds what lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work
from sim.plan.promises import Wanted
from sim.plan.streams import in_hand, joined, open_share, streams, waiting_of
from sim.scenario.legs import overflows, routed, serving
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option
from sim.scenario.target import Target

__all__ = ["Parts", "relief"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]
Parts = Mapping[str, Floats]

# More helpers than a promise could need where it can be kept at all.
_MOST = 400


class _Staffed(Protocol):
    """A group for which agents are found."""

    @property
    def agents(self) -> Agents: ...


@dataclass(frozen=True, slots=True, eq=False)
class _First:
    """What becomes of the contacts of a channel before they overflow, by interval.

    Parameters
    ----------
    answered, lost
        Shares answered, and given up, until then.
    beyond
        Share that waits longer.
    alone, lost_alone
        Shares answered in time, and given up, if nobody takes what overflows.
    """

    answered: Floats
    lost: Floats
    beyond: Floats
    alone: Floats
    lost_alone: Floats


def relief(
    scenario: Scenario,
    option: Option,
    name: str,
    parts: Mapping[str, Parts],
    staffed: Mapping[str, _Staffed],
    hold: str | None = None,
) -> tuple[dict[str, Floats], Agents]:
    """What overflows to a group, and the agents whom that takes.

    Parameters
    ----------
    scenario, option, name
        The operation, the way to source it, the group.
    parts
        Part of channels that groups are the first to meet.
    staffed
        Groups whose agents are known: those from whom it overflows.
    hold
        Over which time promises hold; a part of this is promised to every interval in any case.

    Returns
    -------
    Part of each channel that overflows, and agents, by interval of the week.
    """
    group = option.groups[name]
    hours = at_work(scenario, serving(option, name, scenario.calendar.night)) > 0
    taken: dict[str, Floats] = {}
    firsts: list[tuple[str, _First, NDArray[np.bool_]]] = []
    none = np.zeros(scenario.intervals_per_week)
    for channel in group.skills:
        taken[channel] = none
        if not overflows(group, channel) or channel not in scenario.channels:
            continue
        for other, found in staffed.items():
            share = routed(option, channel).get(other, 0.0)
            if share is not None or overflows(option.groups[other], channel):
                continue
            before = _before(scenario, option, other, parts[other], found.agents, channel, group)
            where = hours & (parts[other][channel] > 0)
            firsts.append((channel, before, where))
            part = np.where(where, parts[other][channel] * before.beyond, 0.0)
            taken[channel] = taken[channel] + part
    agents = np.zeros(len(none), np.int64)
    if not firsts:
        return taken, agents
    over = waiting_of(streams(scenario, option, group, taken))
    wanted = joined(over, [s.load for s in over]) if over else Wanted(none, none + 1, none + 1)
    for channel, before, where in firsts:
        promise = scenario.channels[channel].target
        if promise is not None and scenario.channels[channel].kind != "email":
            needed = _helpers(promise, group.skills[channel].after, before, wanted)
            agents = np.maximum(agents, np.where(where & (wanted.rate > 0), needed, 0))
    return taken, agents


def _before(
    scenario: Scenario,
    option: Option,
    name: str,
    parts: Parts,
    agents: Agents,
    channel: str,
    helper: Group,
) -> _First:
    """What becomes of contacts with the group that is asked first, until they overflow."""
    from sim import erlang  # only here: what has a roster of its own does without closed forms

    served = waiting_of(streams(scenario, option, option.groups[name], parts))
    none = np.zeros(scenario.intervals_per_week)
    if not served:
        return _First(none, none, none, none, none)
    wanted = joined(served, [in_hand(s, scenario.interval) for s in served])
    skill = helper.skills[channel]
    there = np.maximum(agents, 1)
    # So many in the queue are as long a wait as it takes to answer them.
    after = skill.after + (skill.above or 0) * wanted.aht / there
    queue = erlang.erlang_a(
        arrival_rate=wanted.rate, aht=wanted.aht, agents=there, patience=wanted.patience
    )
    empty = agents == 0
    stay = np.exp(-after / wanted.patience)
    answered = np.where(empty, 0.0, queue.service_level("offered", after))
    lost = np.where(empty, 1 - stay, queue.short_abandons(after))
    promise = scenario.channels[channel].target
    awt = promise.awt if promise else 0.0
    alone = np.where(empty, 0.0, queue.service_level("offered", awt))
    gone = np.where(empty, 1.0, queue.abandonment)
    open_ = (open_share(scenario, option, channel) > 0) & (wanted.rate > 0)
    beyond = np.where(open_, np.clip(1 - answered - lost, 0.0, 1.0), 0.0)
    return _First(answered, lost, beyond, np.nan_to_num(alone, nan=1.0), np.nan_to_num(gone))


def _helpers(promise: Target, after: float, first: _First, wanted: Wanted) -> Agents:
    """Least agents for what overflows so that the promise to all holds, by interval."""
    from sim import erlang

    kept = first.alone >= promise.answered
    if promise.abandonment is not None:
        kept &= first.lost_alone <= promise.abandonment
    left = promise.awt - after
    number = np.arange(1.0, min(_MOST, 12 + 2 * int((wanted.rate * wanted.aht).max())) + 1)
    queue = erlang.erlang_a(
        arrival_rate=wanted.rate,
        aht=wanted.aht,
        agents=number[:, None],
        patience=wanted.patience,
    )
    if left > 0:
        within = first.answered + first.beyond * queue.service_level("offered", left)
    else:  # who overflows is late: only giving up can be prevented
        within = np.maximum(first.alone, promise.answered) + 0.0 * queue.abandonment
    enough = np.nan_to_num(within, nan=1.0) >= promise.answered - 1e-9
    if promise.abandonment is not None:
        lost = first.lost + first.beyond * np.nan_to_num(queue.abandonment)
        enough &= lost <= promise.abandonment + 1e-9
    least = np.where(enough.any(axis=0), np.argmax(enough, axis=0) + 1, len(number))
    return np.where(kept, 0, least).astype(np.int64)
