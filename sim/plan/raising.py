"""More agents where a trial misses a promise: of which group, and how many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.demand import at_work
from sim.experiment import Service
from sim.plan.answerable import answerable, behind
from sim.plan.sharing import prices, ranked, teams
from sim.plan.trials import Brought, Trial
from sim.scenario.legs import serving
from sim.scenario.option import Group

__all__ = ["raised"]

Agents = NDArray[np.int64]
Flags = NDArray[np.bool_]


def raised(
    trial: Trial,
    tried: Service,
    covers: Mapping[str, Brought],
    wanted: Mapping[str, Agents],
) -> dict[str, Agents]:
    """One more agent in each interval of the week where a promise fails, of who answers for it.

    Of groups that share channels it is the one whose agent brings most answers for its price where
    the promise fails, as the simulation says; one that cannot help there is left alone.

    Parameters
    ----------
    trial, tried
        What plans are tried with, and a trial.
    covers
        The plan that was tried.
    wanted
        Agents by interval of the week that it was made for.
    """
    option = trial.option
    late = _late(trial, tried)
    found: dict[str, Agents] = {}
    for names in teams(trial.scenario, option):
        failing = [c for c, groups in late.items() if any(groups[n].any() for n in names)]
        at = np.zeros(trial.scenario.intervals_per_week, bool)
        for channel in failing:
            at = np.logical_or.reduce([at, *(late[channel][name] for name in names)])
        room = {name: at & (wanted[name] < _most(option.groups[name])) for name in names}
        if len(names) > 1:
            room = {name: where & _there(trial, name) for name, where in room.items()}
            room = _best(trial, tried, covers, failing, room) if at.any() else room
        for name, where in room.items():
            # Shifts may bring more than was wanted of them: then more is wanted than they brought.
            more = np.maximum(wanted[name], covers[name].agents) + 1
            most = _most(option.groups[name])
            found[name] = np.where(where, np.minimum(more, most), wanted[name])
    return found


def _late(trial: Trial, tried: Service) -> dict[str, dict[str, Flags]]:
    """By channel and group staffed to target: where it is to be strengthened."""
    scenario, option = trial.scenario, trial.option
    none = np.zeros(scenario.intervals_per_week, bool)
    every = [n for n, group in option.groups.items() if group.to_target]
    return {
        channel: dict.fromkeys(every, none)
        | behind(tried, channel, trial.short(tried, channel), groups, option)
        for channel, groups in answerable(scenario, option).items()
    }


def _there(trial: Trial, name: str) -> Flags:
    """Intervals of the week in which a group serves."""
    hours = serving(trial.option, name, trial.scenario.calendar.night)
    return np.asarray(at_work(trial.scenario, hours) > 0)


def _most(group: Group) -> int:
    """Most agents that a group may be given."""
    assert group.to_target is not None
    most = group.to_target.maximum
    return np.iinfo(np.int64).max if most is None else most


def _best(
    trial: Trial,
    tried: Service,
    covers: Mapping[str, Brought],
    failing: Sequence[str],
    room: Mapping[str, Flags],
) -> dict[str, Flags]:
    """Which group is to have one more in which interval."""
    option = trial.option
    order, cost = ranked(option, list(room)), prices(option, list(room))
    # By their numbers even where shifts bring them, so that nothing but these differs.
    plain = {name: Brought(found.agents) for name, found in covers.items()}
    by_numbers = all(found.plan is None for found in covers.values())
    base = trial.answered(tried if by_numbers else trial.play(plain), failing)
    worth = np.full((len(order), len(base)), -np.inf)
    for k, name in enumerate(order):
        at = room[name]
        if at.any():
            more = trial.play({**plain, name: Brought(plain[name].agents + at)})
            gain = trial.answered(more, failing) - base
            # A group that serves none of what fails is asked only where it helps all the same.
            serves = any(skill in option.groups[name].skills for skill in failing)
            useful = at & ((gain > 0) | serves)
            worth[k, useful] = gain[useful] / max(cost[name], 1e-9)
    best = np.argmax(worth, axis=0)
    some = np.isfinite(worth.max(axis=0))
    return {name: some & (best == k) for k, name in enumerate(order)}
