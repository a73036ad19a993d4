"""What the closed form says of a group, worked out once."""

from __future__ import annotations

from sim.decide.needs import Needs, staff
from sim.errors import InvalidInput
from sim.scenario import Scenario
from sim.scenario.variant import to_target
from sim.ui.pages.shifts_edits import Desk
from sim.ui.work import kept, key_of

__all__ = ["needs_of", "needs_of_group"]


def needs_of(desk: Desk) -> Needs | None:
    """Agents and people that the group needs; None where the closed form cannot be asked.

    Parameters
    ----------
    desk
        The group; where it is staffed as the scenario says, it is asked what its target takes.
    """
    return needs_of_group(desk.planned, desk.option, desk.group)


def needs_of_group(scenario: Scenario, option: str, group: str) -> Needs | None:
    """The same of a group by name.

    Parameters
    ----------
    scenario, option, group
        Whose needs.
    """
    key = key_of(scenario, "needs", option, group)
    return kept(key, lambda: _needs(scenario, option, group))


def _needs(scenario: Scenario, option: str, group: str) -> Needs | None:
    if scenario.options[option].groups[group].to_target is None:
        scenario = to_target(scenario, option, group)
    try:
        return next(one for one in staff(scenario, option) if one.group == group)
    except InvalidInput:
        return None
