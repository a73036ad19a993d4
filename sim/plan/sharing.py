"""Groups that share channels and are all staffed to target: who they are, what they cost.

No closed form tells how much of a channel each of several groups takes. What brackets it is known:
all agents in one pool that serves everything need the least, and each group needs what its own
channels take that nobody else serves. Between the two the simulation decides, from below. Groups
between which hours, shares or overflow part a channel share nothing of it: see `requirements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work
from sim.scenario.legs import overflows, routed, serving, side_by_side
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = ["agent_hour", "less", "owned", "prices", "ranked", "teams"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]
Parts = Mapping[str, Floats]


def teams(scenario: Scenario, option: Option) -> tuple[tuple[str, ...], ...]:
    """Groups staffed to target, those together that share channels which nothing parts.

    Hours, shares and overflow part a channel: then each group has its own contacts, and is staffed
    for these. Where nothing does, whoever is free serves, and no closed form tells who how much.

    Parameters
    ----------
    scenario, option
        The operation, and the way to source the work.

    Returns
    -------
    Names of groups in their order; a group that shares nothing is alone.
    """
    found: list[list[str]] = []
    for name, group in option.groups.items():
        if group.to_target is None:
            continue
        with_it = [
            one for one in found if any(_side_by_side(scenario, option, name, n) for n in one)
        ]
        names = [*(n for one in with_it for n in one), name]
        found = [*(one for one in found if one not in with_it), names]
    return tuple(tuple(names) for names in found)


def _side_by_side(scenario: Scenario, option: Option, name: str, other: str) -> bool:
    """Whether two groups serve any channel that nothing parts between them."""
    both = set(option.groups[name].skills) & set(option.groups[other].skills)
    night = scenario.calendar.night
    return any(side_by_side(option, channel, name, other, night) for channel in both)


def agent_hour(group: Group) -> float | None:
    """Price of an hour of one of its agents [money]; None where it has none.

    Parameters
    ----------
    group
        With a payroll, or a contract by the hour.
    """
    if group.payroll is not None:
        return group.payroll.agents.pay.hourly_rate
    price = group.contract.converted.price_per_agent_hour if group.contract else None
    return price.rate if price is not None else None


def prices(option: Option, names: Sequence[str]) -> dict[str, float]:
    """What an hour of each group's agents costs, slower ones being dearer [money].

    Parameters
    ----------
    option, names
        Whose they are, and which of its groups. One without a price costs as much as the dearest.
    """
    known = {name: agent_hour(option.groups[name]) for name in names}
    dearest = max((price for price in known.values() if price is not None), default=1.0)
    return {
        name: (dearest if price is None else price) * option.groups[name].handle_time
        for name, price in known.items()
    }


def ranked(option: Option, names: Sequence[str]) -> list[str]:
    """Groups from the cheapest to the dearest; of equal ones those with fewer skills first.

    Parameters
    ----------
    option, names
        Whose they are, and which of its groups.
    """
    cost = prices(option, names)
    return sorted(names, key=lambda name: (cost[name], len(option.groups[name].skills)))


def owned(
    scenario: Scenario, option: Option, names: Sequence[str], parts: Mapping[str, Parts]
) -> tuple[dict[str, dict[str, Floats]], dict[str, dict[str, Floats]]]:
    """Parts of channels that groups have to themselves, the cheapest group first.

    Parameters
    ----------
    scenario, option, names
        Whose they are, and which of its groups.
    parts
        Part of channels that groups are the first to meet.

    Returns
    -------
    By group and channel, by interval of the week: what nobody cheaper has at that time, and what
    nobody else has.
    """
    night = scenario.calendar.night
    there = {name: at_work(scenario, serving(option, name, night)) > 0 for name in names}
    order = ranked(option, names)
    own: dict[str, dict[str, Floats]] = {name: {} for name in order}
    alone: dict[str, dict[str, Floats]] = {name: {} for name in order}
    for channel in dict.fromkeys(c for name in names for c in option.groups[name].skills):
        serve = [name for name in order if channel in option.groups[name].skills]
        shared = [
            name
            for name in serve
            if routed(option, channel).get(name, 0.0) is None
            and not overflows(option.groups[name], channel)
        ]
        whole = np.sum([parts[name][channel] for name in shared], axis=0)
        left = whole
        for name in serve:
            if name not in shared:  # a share or overflow, its own anyhow
                own[name][channel] = alone[name][channel] = parts[name][channel]
                continue
            others = np.any([there[one] for one in shared if one != name], axis=0)
            own[name][channel] = np.where(there[name], left, 0.0)
            alone[name][channel] = np.where(there[name] & ~others, whole, 0.0)
            left = np.where(there[name], 0.0, left)
    return own, alone


def less(own: Mapping[str, Agents], alone: Mapping[str, Agents], pool: Agents) -> dict[str, Agents]:
    """Agents of each group when all together are no more than one pool would need.

    Parameters
    ----------
    own
        What each needs for its part of the channels, from the cheapest group to the dearest.
    alone
        What each needs for channels that nobody else serves.
    pool
        What one pool of agents that serve everything would need.
    """
    excess = np.maximum(np.sum(list(own.values()), axis=0) - pool, 0)
    found = dict(own)
    for name in reversed(list(own)):
        fewer = np.minimum(excess, np.maximum(own[name] - alone[name], 0))
        found[name] = own[name] - fewer
        excess = excess - fewer
    return found
