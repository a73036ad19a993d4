"""Fewer agents, and fewer shifts, where a trial says that nobody misses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment import Service
from sim.plan.sharing import ranked
from sim.plan.trials import Brought, Trial

__all__ = ["enough", "lowered", "trimmed"]

Agents = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Trials of taking agents of a group away, and how often some of them are given back in each.
LOWERINGS, GIVEN_BACK = 12, 4
#: Intervals back in which who is missed in one is looked for.
REACH = 4
#: Trials of taking shifts away, and the share of them that goes at first.
TRIMS, TRIMMED = 8, 0.04


def lowered(
    trial: Trial, levels: Mapping[str, Agents], names: tuple[str, ...]
) -> dict[str, Agents]:
    """Take agents of groups that share channels away where nobody misses them.

    One in every second interval at a time, since an agent is also missed by those whom an interval
    hands on; who is missed after all comes back. The dearest group goes first.

    Parameters
    ----------
    trial
        What plans are tried with.
    levels
        Agents by interval of the week of all groups, who keep the promises.
    names
        The groups that share channels.
    """
    found = dict(levels)
    served = trial.served(names)
    tried = trial.play(_brought(found))
    if trial.any_short(tried, served):
        return found
    for name in reversed(ranked(trial.option, names)):
        staffing = trial.option.groups[name].to_target
        assert staffing is not None
        barred = np.zeros(len(found[name]), bool)
        idle = 0
        for number in range(LOWERINGS):
            at = (found[name] > staffing.minimum) & ~barred
            at &= (trial.spare(tried, served) > 0) & (np.arange(len(at)) % 2 == number % 2)
            gone, back, seen = _gone(trial, found, name, at, tried, served)
            barred |= back
            found[name], tried = found[name] - gone, seen
            idle = 0 if gone.any() else idle + 1
            if idle == 2:  # neither even intervals nor odd ones
                break
    return found


def _brought(levels: Mapping[str, Agents]) -> dict[str, Brought]:
    return {name: Brought(agents) for name, agents in levels.items()}


def _gone(
    trial: Trial,
    levels: Mapping[str, Agents],
    name: str,
    at: Flags,
    before: Service,
    served: Sequence[str],
) -> tuple[Flags, Flags, Service]:
    """Where one agent less of a group is not missed, where one is, and the trial that says so."""
    back = np.zeros(len(at), bool)
    for _ in range(GIVEN_BACK):
        if not at.any():
            break
        seen = trial.play(_brought({**levels, name: levels[name] - at}))
        missed = np.logical_or.reduce([_missed(trial, before, seen, at, one) for one in served])
        if not missed.any():
            return at, back, seen
        at, back = at & ~missed, back | missed
    return np.zeros(len(at), bool), back, before


def _missed(trial: Trial, before: Service, seen: Service, at: Flags, channel: str) -> Flags:
    """Of the agents who were taken away, those whom the promise to a channel misses."""
    target = trial.scenario.channels[channel].target
    if target is None:
        return np.zeros(len(at), bool)
    every = target.hold == "every interval"
    low = trial.short(seen, channel) if every else trial.below_floor(seen, channel)
    missed = _before(low, at)
    if every:
        return missed
    loss = trial.answered(before, [channel]) - trial.answered(seen, [channel])
    loss = np.maximum(loss + np.roll(loss, -1), 0.0)
    for rows, lacking in trial.missed(seen, channel, target):
        within = np.zeros(len(at), bool)
        within[trial.place(seen)[rows]] = True
        some = np.flatnonzero(at & within) if (at & within).any() else np.flatnonzero(at)
        worst = some[np.argsort(-loss[some], kind="stable")]
        # Enough of them to bring what lacks, and a few more: what each brings is known roughly.
        enough = int(np.searchsorted(np.cumsum(loss[worst]), lacking.sum())) + 1
        missed[worst[: enough + len(some) // 8]] = True
    return missed


def _before(low: Flags, at: Flags) -> Flags:
    """Those of some intervals who come last before, or in, others, within a few of them."""
    found = np.zeros(len(at), bool)
    left = low
    for back in range(REACH + 1):
        hit = np.roll(left, -back) & at
        found |= hit
        left = left & ~np.roll(hit, back)
    return found | at if left.any() and not found.any() else found


def enough(
    trial: Trial, before: Mapping[str, Agents], after: Mapping[str, Agents]
) -> dict[str, Agents]:
    """As few of the agents who were added at once as keep the promises, the most wanted first.

    Where a promise over a day or more lacks a little, a tenth of its intervals is strengthened; a
    part of that may do.

    Parameters
    ----------
    trial
        What plans are tried with.
    before, after
        Agents by interval of the week of all groups, who miss a promise, and who keep all.
    """
    served = trial.served(list(after))
    tried = trial.play(_brought(before))
    lacking = trial.lacking(tried, served)
    added = [(name, k) for name in after for k in np.flatnonzero(after[name] > before[name])]
    added.sort(key=lambda one: -lacking[one[1]])
    few, many, best = 0, len(added), dict(after)
    if not trial.any_short(tried, served) or trial.any_short(trial.play(_brought(best)), served):
        return best
    while many - few > 1:
        number = (few + many) // 2
        levels = {name: agents.copy() for name, agents in before.items()}
        for name, k in added[:number]:
            levels[name][k] = after[name][k]
        if trial.any_short(trial.play(_brought(levels)), served):
            few = number
        else:
            many, best = number, levels
    return best


def trimmed(
    trial: Trial, covers: Mapping[str, Brought], group: str, names: tuple[str, ...]
) -> Brought:
    """Take shifts of a group away, many at first, as long as its promises are seen kept.

    Parameters
    ----------
    trial
        What plans are tried with.
    covers
        The plan of all groups.
    group, names
        Whose shifts, and those with whom it shares channels.
    """
    from sim.plan.shift_plans import fewer  # the solver is loaded where shifts are looked for

    best = covers[group]
    served = trial.served(names)
    tried = trial.play(covers)
    if best.plan is None or trial.any_short(tried, served):
        return best
    number = max(1, round(TRIMMED * best.plan.cover.count))
    for _ in range(TRIMS):
        assert best.plan is not None
        spare = trial.spare(tried, trial.served([group]))
        plan = fewer(best.plan, spare, number)
        if plan is None:
            break
        fresh = Brought(plan.agents, plan)
        again = trial.play({**covers, group: fresh})
        if not trial.any_short(again, served):
            best, tried = fresh, again
        elif number == 1:
            break
        else:
            number //= 2
    return best
