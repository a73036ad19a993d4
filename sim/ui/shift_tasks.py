"""What the page of shifts has computed beside it; knows no Streamlit, as `sim.ui.tasks`."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from sim import compiled
from sim.decide import OptionResult, simulate
from sim.errors import InvalidInput
from sim.plan import Cover, cover, requirement
from sim.plan.crews import crew_roster, pattern_of
from sim.plan.duties import Duty
from sim.plan.rosters import Progress
from sim.plan.teams import TeamRoster, month_of, team_roster
from sim.plan.trials import TRIALS
from sim.scenario import Scenario
from sim.ui.jobs import Tell

__all__ = ["drafted", "proven", "rostered", "rotated"]

#: Nobody knows how many trials a plan takes: each is taken for so much of what is left.
_EACH = 0.05
# Where random numbers of a roster start, as on the command line.
_SEED = 1


def drafted(scenario: Scenario, name: str, group: str, *, tell: Tell) -> Cover:
    """A first plan of shifts for what the closed form asks for, not tried in simulation.

    Parameters
    ----------
    scenario, name, group
        The operation, its option, and a group whose shifts may be worked.
    tell
        Told that it has begun.
    """
    from sim.plan.shift_plans import planned  # the solver is loaded where it is asked for

    tell(0.1, "draft")
    staff = scenario.options[name].groups[group]
    need = requirement(scenario, scenario.options[name])[group]
    if staff.to_target is None or staff.to_target.shifts is None:
        raise InvalidInput("shifts", "must be given for a plan", None)
    plan = planned(scenario, staff, need.agents, staff.to_target.shifts, proven=False)
    return Cover(plan.agents, need, 0, plan)


def proven(scenario: Scenario, name: str, *, tell: Tell) -> OptionResult:
    """The cheapest shifts of an option that keep the promise in simulation, and what they give.

    Parameters
    ----------
    scenario, name
        The operation and its option.
    tell
        Told of every trial.
    """
    played = 0

    def follow() -> None:
        nonlocal played
        played += 1
        trials = played / TRIALS
        tell(0.9 * (1.0 - (1.0 - _EACH) ** trials), f"trial {math.ceil(trials)}")

    found = cover(scenario, name, seed=scenario.simulation.seed, tell=follow)
    tell(0.92, "played")
    result = simulate(scenario, name, covers=found)
    compiled.mark_warm()
    return result


def rostered(
    scenario: Scenario,
    name: str,
    group: str,
    found: Cover,
    first: datetime.date | None,
    seconds: float,
    last: Sequence[Duty] | None = None,
    keep_until: datetime.date | None = None,
    *,
    tell: Tell,
) -> TeamRoster:
    """A roster of a calendar month.

    Parameters
    ----------
    scenario, name, group
        The operation, its option and group.
    found
        The group's plan.
    first
        First day; the month of the scenario when None.
    seconds
        How long to look.
    last, keep_until
        An earlier roster and its first day that may still change, as `team_roster` takes them.
    tell
        Told how far it is from the best.
    """

    def follow(step: Progress) -> None:
        above = (step.cost - step.bound) / step.cost if step.cost > 0 else 0.0
        known = 0.0 <= above <= 1.0  # before there is a roster nothing is known
        tell(min(0.99, step.seconds / seconds), f"{above:.4f}" if known else "")

    return team_roster(
        scenario,
        name,
        group,
        found,
        period=month_of(scenario, first),
        last=last,
        keep_until=keep_until,
        seed=_SEED,
        time_limit=seconds,
        progress=follow,
    )


def rotated(
    scenario: Scenario,
    name: str,
    group: str,
    found: Cover,
    first: datetime.date | None,
    pattern: str,
    *,
    tell: Tell,
) -> TeamRoster:
    """Everybody on one rotation for a month.

    Parameters
    ----------
    scenario, name, group, found, first
        As for `rostered`.
    pattern
        Of the library, or days such as ``DDNN....``.
    tell
        Told that it has begun.
    """
    tell(0.1, "")
    period = month_of(scenario, first)
    return crew_roster(scenario, name, group, found, pattern_of(pattern), period=period)
