"""Groups that share channels and are all staffed to target: who they are, what they cost.

No closed form tells how much of a channel each of several groups takes. What brackets it is known:
all agents in one pool that serves everything need the least, and each group needs what its own
channels take that nobody else serves. Between the two the simulation decides, from below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work
from sim.scenario.legs import overflows, routed, serving
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option, ToTarget

__all__ = ["agent_hour", "less", "owned", "prices", "ranked", "teams"]

Agents = NDArray[np.int64]


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
        if not isinstance(group.staffing, ToTarget):
            continue
        with_it = [
            one for one in found if any(_side_by_side(scenario, option, name, n) for n in one)
        ]
        names = [*(n for one in with_it for n in one), name]
        found = [*(one for one in found if one not in with_it), names]
    return tuple(tuple(names) for names in found)


def _side_by_side(scenario: Scenario, option: Option, name: str, other: str) -> bool:
    """Whether two groups serve a channel at the same time, and nothing parts it."""
    night = scenario.calendar.night
    ours, theirs = option.groups[name], option.groups[other]
    for channel in set(ours.skills) & set(theirs.skills):
        shares = routed(option, channel)
        parted = any(shares.get(one, 0.0) is not None for one in (name, other))
        if parted or overflows(ours, channel) or overflows(theirs, channel):
            continue
        hours = [at_work(scenario, serving(option, one, night)) > 0 for one in (name, other)]
        if np.any(hours[0] & hours[1]):
            return True
    return False


def agent_hour(group: Group) -> float | None:
    """Price of an hour of one of its agents [money]; None where it has none.

    Parameters
    ----------
    group
        With a payroll, or a contract by the hour.
    """
    if group.payroll is not None:
        return group.payroll.agents.pay.hourly_rate
    price = group.contract.price_per_agent_hour if group.contract else None
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


def owned(option: Option, names: Sequence[str]) -> tuple[dict[str, Group], dict[str, Group]]:
    """Groups with a part of their skills: those that nobody cheaper has, and those nobody has.

    Parameters
    ----------
    option, names
        Whose they are, and which of its groups.
    """
    own: dict[str, Group] = {}
    taken: set[str] = set()
    for name in ranked(option, names):
        skills = option.groups[name].skills
        own[name] = _with(option.groups[name], [skill for skill in skills if skill not in taken])
        taken |= set(skills)
    alone = {
        name: _with(
            option.groups[name],
            [
                skill
                for skill in option.groups[name].skills
                if not any(skill in option.groups[other].skills for other in names if other != name)
            ],
        )
        for name in names
    }
    return own, alone


def _with(group: Group, skills: Sequence[str]) -> Group:
    return group.model_copy(update={"skills": {name: group.skills[name] for name in skills}})


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
