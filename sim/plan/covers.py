"""Cover that keeps the promise in simulation: the closed form's plan, corrected where it misses.

The closed form knows neither the queue that an interval hands to the next, nor the e-mail that
keeps an agent busy when a call comes in, nor other laws than the exponential. So the plan is
simulated, agents are added where the promise is missed, and again, until it holds. The
replications used for that are not those that later say what the plan is worth: a plan tuned on
the same luck would look better than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import Interrupted
from sim.experiment import Place, Replications, case, replicate
from sim.metrics import Count
from sim.plan.answerable import answerable, behind
from sim.plan.requirements import Requirement, requirement
from sim.scenario.channel import Target
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option, ToTarget

__all__ = ["Cover", "cover", "misses", "staffed"]

if TYPE_CHECKING:
    from sim.plan.shift_plans import ShiftPlan

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

#: Replications that a plan is tried on, and rounds of trying.
TRIALS, ROUNDS = 128, 12
#: Trials of taking shifts away, and the share of them that goes at first.
TRIMS, TRIMMED = 8, 0.04
# Half-widths of the 95 % interval by which a trial must miss before more is wanted. Of a hundred
# intervals some miss by chance, and chasing them would never end; the one figure of a whole period
# is to hold on other customers too, so it must be kept by some margin.
_CERTAINTY = {"slot": 0.5, "day": 0.0, "period": -0.5}
# Far from the numbers that evaluations use, so that a plan is judged on fresh customers.
_TRIAL_SEED = 0x5EED


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Agents that a group is given in each interval of the week.

    Parameters
    ----------
    agents
        By interval of the week from Monday 00:00.
    requirement
        What the closed form asked for.
    rounds
        How often agents were added after a simulation.
    plan
        The shifts that bring them, where a scenario says which may be worked.
    """

    agents: Agents
    requirement: Requirement
    rounds: int
    plan: ShiftPlan | None = None


def cover(
    scenario: Scenario, name: str, *, seed: int, on: str | Place | None = None
) -> dict[str, Cover]:
    """Find the cover of every group of an option that is staffed to target.

    Parameters
    ----------
    scenario
        The operation.
    name
        Its option.
    seed
        Where the random numbers start; the same seed gives the same cover.
    on
        Where to play the trials; the cover is the same.

    Raises
    ------
    InvalidInput
        If the closed form cannot be asked: a load beyond what it takes.
    """
    option = scenario.options[name]
    needed = requirement(scenario, option)
    wanted = {group: need.agents for group, need in needed.items()}
    covers = {group: _brought(scenario, option, group, one) for group, one in wanted.items()}
    rounds = 0
    while needed and rounds < ROUNDS:
        tried = _tried(scenario, name, covers, seed, on)
        short = _behind(scenario, option, tried)
        raised = {
            group: _raised(option.groups[group], short[group], wanted[group], covers[group].agents)
            for group in covers
        }
        changed = [group for group in covers if not np.array_equal(raised[group], wanted[group])]
        if not changed:
            break
        wanted |= raised
        covers |= {group: _brought(scenario, option, group, raised[group]) for group in changed}
        rounds += 1
    for group, found in covers.items():
        if found.plan is not None:
            covers[group] = _trimmed(scenario, name, covers, group, seed, on)
    return {
        group: Cover(covers[group].agents, need, rounds, covers[group].plan)
        for group, need in needed.items()
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Brought:
    """Agents of a group at work, and the shifts that bring them, if there are any."""

    agents: Agents
    plan: ShiftPlan | None = None


def _brought(scenario: Scenario, option: Option, name: str, wanted: Agents) -> _Brought:
    """Agents as they are wanted, or the cheapest shifts that bring them."""
    group = option.groups[name]
    assert isinstance(group.staffing, ToTarget)
    if group.staffing.shifts is None:
        return _Brought(wanted)
    from sim.plan.shift_plans import planned  # the solver is loaded where shifts are looked for

    plan = planned(scenario, group, wanted, group.staffing.shifts)
    return _Brought(plan.agents, plan)


def _trimmed(
    scenario: Scenario,
    name: str,
    covers: Mapping[str, _Brought],
    group: str,
    seed: int,
    on: str | Place | None,
) -> _Brought:
    """Take shifts of a group away, many at first, as long as its promises are seen kept."""
    from sim.plan.shift_plans import fewer

    best = covers[group]
    staff = scenario.options[name].groups[group]
    tried = _tried(scenario, name, covers, seed, on)
    if best.plan is None or _any_short(scenario, tried, staff):
        return best
    number = max(1, round(TRIMMED * best.plan.cover.count))
    for _ in range(TRIMS):
        assert best.plan is not None
        plan = fewer(best.plan, _spare(scenario, tried, staff), number)
        if plan is None:
            break
        fresh = _Brought(plan.agents, plan)
        again = _tried(scenario, name, {**covers, group: fresh}, seed, on)
        if not _any_short(scenario, again, staff):
            best, tried = fresh, again
        elif number == 1:
            break
        else:
            number //= 2
    return best


def _any_short(scenario: Scenario, tried: Replications, group: Group) -> bool:
    """Whether any promise to a group's channels fails."""
    return any(
        _short(scenario, tried, name, target).any()
        for name in group.skills
        if (target := scenario.channels[name].target) is not None
    )


def _spare(scenario: Scenario, tried: Replications, group: Group) -> Floats:
    """By interval of the week, how far service lies above the promises of a group, beyond noise."""
    line = tried.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    spare = np.full(scenario.intervals_per_week, 1.0)
    for name in group.skills:
        target = scenario.channels[name].target
        if target is None or scenario.channels[name].kind == "email":
            continue
        served, noise = tried.profile("service_level", name, "slot")
        room = np.nan_to_num(served - noise - target.answered, nan=1.0)
        if target.abandonment is not None:
            lost, noise = tried.profile("abandonment", name, "slot")
            room = np.minimum(room, np.nan_to_num(target.abandonment - lost - noise, nan=1.0))
        np.minimum.at(spare, place, room)
    return spare


def staffed(option: Option, covers: Mapping[str, Cover | _Brought]) -> Option:
    """The option with the shifts that were found for it.

    What of paid time goes into pauses that are placed is not lost a second time, and no hours are
    added for shifts that do not fit the curve: the shifts are there, and paid as they are.
    """
    groups = dict(option.groups)
    for name, found in covers.items():
        if found.plan is not None:
            group = groups[name].model_copy(update={"staffing": found.plan.staffing})
            groups[name] = _paid(group, found.plan)
    return option.model_copy(update={"groups": groups})


def _paid(group: Group, plan: ShiftPlan) -> Group:
    """A group whose pauses and fit are in its shifts."""
    if group.payroll is None:
        return group
    agents = group.payroll.agents
    changed = {
        "shrinkage_in_shift": max(agents.shrinkage_in_shift, plan.placed),
        "schedule_fit_loss": 0.0,
    }
    payroll = group.payroll.model_copy(update={"agents": agents.model_copy(update=changed)})
    return group.model_copy(update={"payroll": payroll})


def _tried(
    scenario: Scenario,
    name: str,
    covers: Mapping[str, _Brought],
    seed: int,
    on: str | Place | None,
) -> Replications:
    """Try a plan; half a trial is of no use to anybody."""
    levels = {
        group: tuple(map(float, found.agents))
        for group, found in covers.items()
        if found.plan is None
    }
    option = staffed(scenario.options[name], covers)
    played = case(scenario, name, option=option, cover=levels)
    try:
        return replicate(played, seed=seed ^ _TRIAL_SEED, replications=TRIALS, on=on)
    except Interrupted:
        raise KeyboardInterrupt from None


def _behind(
    scenario: Scenario, option: Option, tried: Replications
) -> dict[str, NDArray[np.bool_]]:
    """Intervals of the week in which groups are to be strengthened, since a promise fails."""
    found: dict[str, NDArray[np.bool_]] = {}
    for channel, groups in answerable(scenario, option).items():
        target = scenario.channels[channel].target
        short = np.zeros(scenario.intervals_per_week, bool)
        if target is not None:
            short = _short(scenario, tried, channel, target)
        for name, where in behind(tried, channel, short, groups, option).items():
            found[name] = found.get(name, False) | where
    return found


def _raised(group: Group, short: NDArray[np.bool_], wanted: Agents, agents: Agents) -> Agents:
    """One more agent of a group in each interval of the week where it falls short.

    Shifts may bring more than was wanted of them: then more is wanted than they brought.
    """
    assert isinstance(group.staffing, ToTarget)
    most = group.staffing.maximum
    higher = np.where(short, np.maximum(wanted, agents) + 1, wanted)
    return higher if most is None else np.minimum(higher, most)


def _short(scenario: Scenario, tried: Replications, name: str, target: Target) -> NDArray[np.bool_]:
    """Intervals of the week to strengthen: those that miss, or the worst of a span that does."""
    line = tried.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    level = {"every interval": "slot", "every day": "day", "on average": "period"}[target.hold]
    missed = misses(tried, name, target, level, certainty=_CERTAINTY[level])
    slots = {"slot": 1, "day": line.per_day, "period": line.within}[level]
    lacking = _lacking(tried.counts(name), target)
    short = np.zeros(scenario.intervals_per_week, bool)
    for span in np.flatnonzero(missed).tolist():
        rows = np.arange(span * slots, min((span + 1) * slots, line.within))
        worst = rows[np.argsort(-lacking[rows], kind="stable")]
        short[place[worst[: max(1, len(rows) // 10)]]] = True
    return short


def misses(
    tried: Replications, name: str, target: Target, level: str, *, certainty: float = 1.0
) -> NDArray[np.bool_]:
    """Tell where a promise to a channel is missed by more than chance.

    Parameters
    ----------
    tried
        Replications of an option.
    name, target
        The channel and its promise.
    level
        ``slot``, ``day`` or ``period``.
    certainty
        Half-widths of the 95 % interval by which it must be missed.
    """
    served, noise = tried.profile("service_level", name, level)
    missed = served + certainty * noise < target.answered
    if target.abandonment is not None:
        lost, noise = tried.profile("abandonment", name, level)
        missed |= lost - certainty * noise > target.abandonment
    return np.asarray(missed)


def _lacking(counts: Floats, target: Target) -> Floats:
    """Contacts by slot that a promise lacks, answered in time."""
    wanted = target.answered * counts[:, Count.OFFERED]
    return np.asarray(wanted - counts[:, Count.ANSWERED_WITHIN])
