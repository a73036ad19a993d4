"""Cover that keeps the promise in simulation: the closed form's plan, corrected where it misses.

The closed form knows neither the queue that an interval hands to the next, nor the e-mail that
keeps an agent busy when a call comes in, nor other laws than the exponential. So the plan is
simulated, agents are added where the promise is missed, and again, until it holds. Where shifts are
worked, they are found for the agents who keep it, tried, and corrected again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import one_of
from sim.experiment import Place, Service
from sim.experiment.asked import checked_seed
from sim.plan.lowering import enough, lowered, trimmed
from sim.plan.promises import floor_of
from sim.plan.raising import raised
from sim.plan.requirements import Requirement, requirement
from sim.plan.sharing import ranked, teams
from sim.plan.trials import LEVELS, Brought, Trial, misses, staffed
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario

__all__ = ["Cover", "cover", "misses", "staffed"]

if TYPE_CHECKING:
    from sim.plan.shift_plans import ShiftPlan

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

#: Rounds of trying.
ROUNDS = 12
#: Plans of shifts by which a promise over a day or more is approached, and how near that must be.
NEARER, NEAR = 3, 0.003
#: What makes other customers of a seed.
OTHERS = 0x0DD


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
        How often agents were added after a simulation; with shifts, after one of shifts.
    plan
        The shifts that bring them, where a scenario says which may be worked.
    in_vain
        Whether the promise is missed where these shifts bring no more, whatever is asked of them.
    """

    agents: Agents
    requirement: Requirement
    rounds: int
    plan: ShiftPlan | None = None
    in_vain: bool = False


def cover(
    scenario: Scenario,
    name: str,
    *,
    seed: int,
    on: str | Place | None = None,
    tell: Callable[[], object] | None = None,
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
    tell
        Called after each replication of a trial: nobody knows how many it takes.

    Raises
    ------
    InvalidInput
        If the closed form cannot be asked: a load beyond what it takes.
    """
    known = one_of("option", name, scenario_of(scenario).options)
    trial = Trial(scenario, known, checked_seed(seed), on, tell)
    needed = requirement(scenario, trial.option)
    if not needed:
        return {}
    levels, rounds = _settled(trial, {group: need.agents for group, need in needed.items()})
    found = {group: Brought(agents) for group, agents in levels.items()}
    in_vain: set[str] = set()
    if any(_on_shifts(trial, group) for group in needed):
        found, rounds, in_vain = _with_shifts(trial, _nearer(trial, levels))
        for names in teams(scenario, trial.option):
            for group in reversed(ranked(trial.option, names)):
                if found[group].plan is not None:
                    found[group] = trimmed(trial, found, group, names)
    return {
        group: Cover(found[group].agents, need, rounds, found[group].plan, group in in_vain)
        for group, need in needed.items()
    }


def _on_shifts(trial: Trial, group: str) -> bool:
    bounds = trial.option.groups[group].to_target
    return bounds is not None and bounds.shifts is not None


def _settled(trial: Trial, wanted: Mapping[str, Agents]) -> tuple[dict[str, Agents], int]:
    """Agents who come and go with every interval and keep the promises, and rounds of adding."""
    levels, rounds = _raised(trial, wanted)
    shared = [names for names in teams(trial.scenario, trial.option) if len(names) > 1]
    for names in shared:
        levels = lowered(trial, levels, names)
    if shared:
        # Whom few customers did not miss, others may: what was chosen by luck is put right.
        others = replace(trial, seed=trial.seed ^ OTHERS)
        more, added = _raised(others, levels)
        if added and _over_spans(trial, levels):
            more = enough(others, levels, more)
        levels, rounds = more, rounds + added
    return levels, rounds


def _over_spans(trial: Trial, groups: Mapping[str, Agents]) -> bool:
    """Whether a promise to a channel of some groups holds over a day or more."""
    targets = [trial.scenario.channels[name].target for name in trial.served(list(groups))]
    return any(target and target.hold != "every interval" for target in targets)


def _raised(trial: Trial, wanted: Mapping[str, Agents]) -> tuple[dict[str, Agents], int]:
    """Agents added until the promises hold, and rounds of it."""
    levels, rounds = dict(wanted), 0
    while rounds < ROUNDS:
        covers = {group: Brought(agents) for group, agents in levels.items()}
        more = raised(trial, trial.play(covers), covers, levels)
        if all(np.array_equal(more[group], levels[group]) for group in levels):
            break
        levels, rounds = more, rounds + 1
    return levels, rounds


def _brought(trial: Trial, name: str, wanted: Agents, *, proven: bool) -> Brought:
    """Agents as they are wanted, or the cheapest shifts that bring them."""
    group = trial.option.groups[name]
    assert group.to_target is not None
    if group.to_target.shifts is None:
        return Brought(wanted)
    from sim.plan.shift_plans import planned  # the solver is loaded where shifts are looked for

    plan = planned(trial.scenario, group, wanted, group.to_target.shifts, proven=proven)
    return Brought(plan.agents, plan)


def _with_shifts(
    trial: Trial, levels: Mapping[str, Agents]
) -> tuple[dict[str, Brought], int, set[str]]:
    """Shifts that keep the promises, rounds of wanting more, and of whom more is wanted in vain.

    Only the last plan is proven: until then the next one is another question.
    """
    wanted, rounds = dict(levels), 0
    found: dict[str, Brought] = {}
    in_vain: set[str] = set()
    for proven in (False, True):
        asked: dict[str, Agents] = {}
        while True:
            changed = [n for n in wanted if n not in asked or (wanted[n] != asked[n]).any()]
            more = {n: _brought(trial, n, wanted[n], proven=proven) for n in changed}
            if asked and not any(_helped(found[n], more[n], wanted[n] - asked[n]) for n in changed):
                wanted, rounds = asked, rounds - 1
                in_vain |= set(changed)
                break
            found |= more
            asked = wanted
            if rounds >= ROUNDS:
                break
            raise_to = raised(trial, trial.play(found), found, wanted)
            # What is missing already is not brought by wanting more of it.
            wanted = {n: np.where(_missing(found[n]) > 0, asked[n], raise_to[n]) for n in raise_to}
            in_vain |= {n for n in wanted if (wanted[n] != raise_to[n]).any()}
            if all(np.array_equal(wanted[n], asked[n]) for n in wanted):
                break
            rounds += 1
    return found, rounds, in_vain


def _missing(brought: Brought) -> Floats | float:
    """Agents that the shifts of a group leave short, by interval of the week."""
    return 0.0 if brought.plan is None else np.asarray(brought.plan.cover.missing.sum(axis=0))


def _helped(before: Brought, after: Brought, added: Agents) -> bool:
    """Whether shifts bring anything of the agents wanted in addition."""
    return float(np.sum(_missing(after)) - np.sum(_missing(before))) < float(added.sum()) - 1e-6


def _nearer(trial: Trial, levels: Mapping[str, Agents]) -> dict[str, Agents]:
    """Fewer agents where shifts bring more than a promise over a day or more takes.

    Shifts do not fit a curve, and who is there beyond it gives service too. So less is asked of
    the closed form, by as much as the trial of rough plans was above the promise.
    """
    best = dict(levels)
    asked = {
        name: channel.target.answered
        for name, channel in trial.scenario.channels.items()
        if channel.target and channel.target.hold != "every interval" and channel.kind != "email"
    }
    asked = {name: share for name, share in asked.items() if name in trial.served(list(levels))}
    for _ in range(NEARER if asked else 0):
        covers = {n: _brought(trial, n, agents, proven=False) for n, agents in best.items()}
        above = _above(trial, trial.play(covers), list(asked))
        if all(off <= NEAR for off in above.values()):
            break
        asked = {name: share - max(above[name], 0.0) for name, share in asked.items()}
        easier = replace(trial, scenario=_asking(trial.scenario, asked))
        needed = requirement(easier.scenario, easier.option)
        best, _ = _settled(easier, {group: need.agents for group, need in needed.items()})
    return best


def _above(trial: Trial, tried: Service, channels: list[str]) -> dict[str, float]:
    """By how much the least of the spans of a promise is above it."""
    found = {}
    for name in channels:
        target = trial.scenario.channels[name].target
        assert target is not None
        served, noise = tried.profile("service_level", name, LEVELS[target.hold])
        margin = noise / 2 if target.hold == "on average" else 0.0
        found[name] = float(np.nanmin(served - margin - target.answered))
    return found


def _asking(scenario: Scenario, asked: Mapping[str, float]) -> Scenario:
    """The scenario with other shares promised, and the floors that it has."""
    channels = dict(scenario.channels)
    for name, share in asked.items():
        target = channels[name].target
        assert target is not None
        floor = floor_of(target)
        new = target.model_copy(update={"answered": max(share, floor), "floor": floor})
        channels[name] = channels[name].model_copy(update={"target": new})
    return scenario.model_copy(update={"channels": channels})
