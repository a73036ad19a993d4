"""What to allow where planned shifts leave hours short, or are dear: each way out with its plan."""

from __future__ import annotations

import numpy as np

from sim.plan.covers import Cover
from sim.plan.requirements import requirement
from sim.plan.shift_plans import ShiftPlan
from sim.plan.shifts import Effort
from sim.plan.shifts.covering import cover_problem, solve
from sim.plan.shifts.reasons import Loosened, WayOut, reasons_of, way_out
from sim.scenario.model import Scenario

__all__ = ["ways_out"]

#: How many limits are tried, and how hard each plan is looked for.
WAYS, TRIED = 12, Effort(seconds=5.0, sweeps=1, gap=1e-3, proof=2.0)


def ways_out(
    scenario: Scenario, option: str, group: str, found: Cover, *, most: int = WAYS
) -> tuple[WayOut, ...]:
    """Limits that may be loosened, each with the plan it makes possible, the best first.

    Parameters
    ----------
    scenario, option, group
        Whose plan it is.
    found
        The plan.
    most
        How many limits of shifts are tried at most.

    Returns
    -------
    Those that fill hours, or save money at no fewer hours; of a number the least that helps. None
    where no shifts were planned.

    Notes
    -----
    Where hours stay short the simulation has asked for more and more in vain. Then ways are for
    the agents that the closed form asks for.
    """
    plan = found.plan
    if plan is None:
        return ()
    if not plan.cover.full:
        plan = _as_asked(found, plan)
    now = solve(plan.problem, TRIED) if plan.trimmed else plan.cover
    ways = list(reasons_of(plan.problem, effort=TRIED, ways=most, now=now).ways)
    fewer = _fewer(scenario, option, group, found, plan)
    if fewer is not None:
        minimum, needed = fewer
        problem = plan.problem
        asked = cover_problem(needed, problem.templates, horizon=problem.horizon, pay=problem.pay)
        way = way_out(Loosened("minimum", value=minimum), asked, now, TRIED)
        ways += [] if way is None else [way]
    return tuple(sorted(ways, key=lambda way: (-round(way.saved, 6), way.extra)))


def _as_asked(found: Cover, plan: ShiftPlan) -> ShiftPlan:
    """The plan for what the closed form asks for."""
    problem, wanted = plan.problem, found.requirement.agents.astype(np.float64)
    asked = cover_problem(wanted, problem.templates, horizon=problem.horizon, pay=problem.pay)
    cover = solve(asked, TRIED)
    return ShiftPlan(wanted, cover, asked, cover.gap)


def _fewer(
    scenario: Scenario, option: str, group: str, found: Cover, plan: ShiftPlan
) -> tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] | None:
    """One less at least, and what is then asked of shifts; None where nothing hangs on it."""
    terms = scenario.options[option]
    staffing = terms.groups[group].to_target
    if staffing is None or not staffing.minimum:
        return None
    less = staffing.model_copy(update={"minimum": staffing.minimum - 1})
    changed = terms.groups[group].model_copy(update={"staffing": less})
    groups = {**terms.groups, group: changed}
    needed = requirement(scenario, terms.model_copy(update={"groups": groups}))[group].agents
    spared = needed < found.requirement.agents
    if not spared.any():
        return None
    return staffing.minimum - 1, np.where(spared, np.maximum(plan.wanted - 1, 0), plan.wanted)
