"""Cover by skill: how many of a team must serve some of a group's channels, so that all are served.

A group is staffed as one team in which everybody serves everything. Where people of it serve only
some channels, enough in all is not enough: for every set of channels, those who serve any of them
must be as many as these channels would take alone. That is what it takes for the work to be dealt
out among people as they can do it (Hall's condition), and it needs nobody to be told beforehand
which channel they will serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.covers import Cover
from sim.plan.requirements import requirement
from sim.scenario.model import Scenario
from sim.scenario.team import Member

__all__ = ["served_by", "skill_needs", "skill_sets"]

Floats = NDArray[np.float64]

#: Sets of channels that a roster keeps apart: of six channels there are no more.
MOST_SETS = 62


def served_by(channels: Iterable[str], members: Sequence[Member]) -> None:
    """Refuse a team of which nobody serves some channel of its group.

    Parameters
    ----------
    channels
        Of the group.
    members
        Who is there.

    Raises
    ------
    InvalidInput
        With the first such channel.
    """
    for name in channels:
        if not any(not member.skills or name in member.skills for member in members):
            hint = "give somebody the skill, or serve the channel by another group"
            raise InvalidInput("team.skills", f"must have somebody who serves {name}", None, hint)


def skill_sets(channels: Sequence[str], skills: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    """Sets of channels that some of a team serve none of, without those that others imply.

    Parameters
    ----------
    channels
        All that there are.
    skills
        What each person serves.

    Raises
    ------
    InvalidInput
        If there are more than anybody could keep.

    Examples
    --------
    >>> skill_sets(["phone", "chat", "mail"], [["phone"], ["phone", "chat", "mail"]])
    [('chat', 'mail')]
    >>> skill_sets(["phone", "chat"], [["phone"], ["chat"]])
    [('chat',), ('phone',)]
    """
    # Those who serve none of a set are those whose skills lie outside it: the largest set that
    # they leave is all but what they serve together.
    outside = {frozenset[str]()}
    for own in sorted({frozenset(each) for each in skills}, key=sorted):
        outside |= {other | own for other in outside}
        if len(outside) > MOST_SETS + 2:
            rule = f"must leave at most {MOST_SETS} sets of channels to be kept apart"
            raise InvalidInput("team.skills", rule, len(outside))
    found = [tuple(name for name in channels if name not in away) for away in outside]
    return sorted((names for names in found if 0 < len(names) < len(channels)), key=_by_size)


def _by_size(names: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(names), names


def skill_needs(
    scenario: Scenario, name: str, group: str, found: Cover, members: Sequence[Member]
) -> dict[tuple[str, ...], Floats]:
    """Agents at work who serve at least one of some channels, by interval of the week.

    Parameters
    ----------
    scenario, name, group
        The operation, its option and group.
    found
        What was planned for all channels together. Where a simulation asked for more than the
        closed form, it does so here in proportion.
    members
        Who is there.
    """
    option = scenario.options[name]
    staff = option.groups[group]
    every = list(staff.skills)
    assert staff.to_target is not None
    wanted = np.asarray(found.agents if found.plan is None else found.plan.wanted, np.float64)
    raised = wanted / np.maximum(found.requirement.agents, 1)
    # The fewest at work are those of the group, not of each channel.
    bounds = staff.to_target.model_copy(update={"minimum": 0})
    needs = {}
    for names in skill_sets(every, [member.skills or every for member in members]):
        skills = {name: staff.skills[name] for name in names}
        part = staff.model_copy(update={"skills": skills, "staffing": bounds})
        alone = option.model_copy(update={"groups": {group: part}})
        agents = requirement(scenario, alone)[group].agents
        needs[names] = np.minimum(wanted, agents * np.maximum(1.0, raised))
    return needs
