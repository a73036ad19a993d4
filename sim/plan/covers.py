"""Cover that keeps the promise in simulation: the closed form's plan, corrected where it misses.

The closed form knows neither the queue that an interval hands to the next, nor the e-mail that
keeps an agent busy when a call comes in, nor other laws than the exponential. So the plan is
simulated, agents are added where the promise is missed, and again, until it holds. The
replications used for that are not those that later say what the plan is worth: a plan tuned on
the same luck would look better than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Interrupted
from sim.experiment import Place, Replications, case, replicate
from sim.metrics import Count
from sim.plan.requirements import Requirement, requirement
from sim.scenario.channel import Target
from sim.scenario.model import Scenario
from sim.scenario.option import Group, ToTarget

__all__ = ["Cover", "cover", "misses"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

#: Replications that a plan is tried on, and rounds of trying.
TRIALS, ROUNDS = 128, 12
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
    """

    agents: Agents
    requirement: Requirement
    rounds: int


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
    agents = {group: need.agents for group, need in needed.items()}
    rounds = 0
    while needed and rounds < ROUNDS:
        plan = {group: tuple(map(float, levels)) for group, levels in agents.items()}
        tried = _tried(scenario, name, plan, seed, on)
        raised = {
            group: _raised(scenario, tried, option.groups[group], levels)
            for group, levels in agents.items()
        }
        if all(np.array_equal(raised[group], agents[group]) for group in agents):
            break
        agents = raised
        rounds += 1
    return {group: Cover(agents[group], need, rounds) for group, need in needed.items()}


def _tried(
    scenario: Scenario,
    name: str,
    plan: dict[str, tuple[float, ...]],
    seed: int,
    on: str | Place | None,
) -> Replications:
    """Try a plan; half a trial is of no use to anybody."""
    played = case(scenario, name, cover=plan)
    try:
        return replicate(played, seed=seed ^ _TRIAL_SEED, replications=TRIALS, on=on)
    except Interrupted:
        raise KeyboardInterrupt from None


def _raised(scenario: Scenario, tried: Replications, group: Group, agents: Agents) -> Agents:
    """One more agent in each interval of the week where a promise to the group's channels fails."""
    short = np.zeros(len(agents), bool)
    for name in group.skills:
        target = scenario.channels[name].target
        if target is not None:
            short |= _short(scenario, tried, name, target)
    assert isinstance(group.staffing, ToTarget)
    most = group.staffing.maximum
    higher = agents + short
    return higher if most is None else np.minimum(higher, most)


def _short(scenario: Scenario, tried: Replications, name: str, target: Target) -> NDArray[np.bool_]:
    """Intervals of the week to strengthen: those that miss, or the worst of a span that does."""
    line = tried.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    level = {"every interval": "slot", "every day": "day", "on average": "period"}[target.hold]
    missed = misses(tried, name, target, level, certainty=0.5)
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
