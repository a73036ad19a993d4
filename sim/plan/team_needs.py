"""What a roster must bring: a plan's typical week, laid along the days of a period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.plan.covers import Cover
from sim.plan.duties import Shift
from sim.plan.period import Period
from sim.plan.skill_needs import skill_needs
from sim.scenario.model import Scenario
from sim.scenario.option import Group
from sim.scenario.team import Member

__all__ = ["needed_after", "needed_by_skill", "needed_on_roster"]

Floats = NDArray[np.float64]


def needed_on_roster(scenario: Scenario, group: Group, found: Cover, period: Period) -> Floats:
    """People on the roster in each interval of a period, so that enough are at work.

    Who is away within the shift beyond the pauses that are placed, and who does not come, must be
    there as well; parts of people are kept until the roster makes them whole.

    Parameters
    ----------
    scenario, group, found
        What was planned for a typical week.
    period
        The days.
    """
    week = _wanted(group, found) / _present(group, found)
    return _along(week, period, 0, period.end)


def needed_by_skill(
    scenario: Scenario,
    name: str,
    group: str,
    found: Cover,
    members: Sequence[Member],
    period: Period,
    shifts: Sequence[Shift],
) -> dict[tuple[str, ...], Floats]:
    """People on the roster who serve at least one of some channels, by these channels.

    Parameters
    ----------
    scenario, name, group, found
        What was planned for a typical week.
    members
        Who is there; where everybody serves everything, nothing is asked beside the total.
    period, shifts
        The days and what may be worked: in each interval that they reach.
    """
    staff = scenario.options[name].groups[group]
    end = max(period.end, _last_minute(period, shifts))
    return {
        names: _along(agents.reshape(7, -1) / _present(staff, found), period, 0, end)
        for names, agents in skill_needs(scenario, name, group, found, members).items()
    }


def needed_after(group: Group, found: Cover, period: Period, shifts: Sequence[Shift]) -> Floats:
    """People on the roster in the intervals after a period that its shifts reach.

    The week goes on as it is: who comes on the last day is needed beyond its midnight as on any
    other.

    Parameters
    ----------
    group, found, period
        As for `needed_on_roster`.
    shifts
        That may be worked.
    """
    week = _wanted(group, found) / _present(group, found)
    return _along(week, period, period.end, _last_minute(period, shifts))


def _last_minute(period: Period, shifts: Sequence[Shift]) -> int:
    """The end of the last shift that can begin in a period."""
    return max(period.at(period.days - 1, shift.start) + shift.minutes for shift in shifts)


def _wanted(group: Group, found: Cover) -> Floats:
    """Agents at work by interval of a typical week [days x intervals]."""
    wanted = found.agents if found.plan is None else found.plan.wanted
    week = np.asarray(wanted, np.float64).reshape(7, -1)
    if group.team is not None:
        week = np.where(week > 0, np.maximum(week, group.team.at_least), week)
    return week


def _present(group: Group, found: Cover) -> float:
    """Share of the people on the roster who are at work, pauses that are placed apart."""
    present = 1.0 - group.absence
    if group.payroll is not None:
        placed = found.plan.placed if found.plan is not None else 0.0
        shrinkage = group.payroll.agents.shrinkage_in_shift
        present *= (1.0 - max(shrinkage, placed)) / (1.0 - placed)
    return present


def _along(week: Floats, period: Period, start: int, end: int) -> Floats:
    """A week's intervals between two minutes of a period."""
    # Where the clock is changed a day is shorter or longer: each interval needs what it shows.
    minutes = 24 * 60 // week.shape[1]
    starts = range(start, end, minutes)
    return np.array(
        [week[period.weekday(period.day(m)), period.clock(m) // minutes] for m in starts]
    )
