"""Promises that a group cannot keep with as many agents as it may have, and what would do.

By closed form, in the interval that is worst off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan.promises import Wanted
from sim.plan.requirements import requirement
from sim.plan.streams import directed, in_hand, joined, streams, waiting_of
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.scenario.target import Target

__all__ = ["Limit", "limits"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limit:
    """A maximum that is too small for a promise.

    Parameters
    ----------
    group, maximum
        The group, and the most agents that it may have.
    target
        The strictest promise to its channels.
    intervals
        Intervals of the week in which that is too few.
    attained
        Service level in the worst of them with the maximum, by closed form.
    slot
        Which one that is.
    needed
        Agents with which the promise would hold in all of them.
    """

    group: str
    maximum: int
    target: Target
    intervals: int
    attained: float
    slot: int
    needed: int


def limits(scenario: Scenario, option: Option) -> tuple[Limit, ...]:
    """Groups of an option whose maximum is too small for what is promised to their channels.

    Parameters
    ----------
    scenario, option
        The operation and the way to source it.
    """
    found = []
    for name, need in requirement(scenario, option).items():
        group = option.groups[name]
        bounds = group.to_target
        assert bounds is not None
        parts = directed(scenario, option)[name]
        waiting = waiting_of(streams(scenario, option, group, parts))
        if need.met.all() or bounds.maximum is None or not waiting:
            continue
        free = bounds.model_copy(update={"maximum": None})
        groups = {**option.groups, name: group.model_copy(update={"staffing": free})}
        enough = requirement(scenario, option.model_copy(update={"groups": groups}))[name].agents
        targets = [s.channel.target for s in waiting if s.channel.target]
        strictest = max(targets, key=lambda target: (target.answered, -target.awt))
        wanted = joined(waiting, [in_hand(s, scenario.interval) for s in waiting])
        level = _level(strictest, wanted, need.agents)
        level = np.where(need.met, np.inf, level)
        slot = int(np.argmin(level))
        found.append(
            Limit(
                name,
                bounds.maximum,
                strictest,
                int((~need.met).sum()),
                float(level[slot]),
                slot,
                int(enough.max()),
            )
        )
    return tuple(found)


def _level(target: Target, wanted: Wanted, agents: Agents) -> Floats:
    """Service level of a group by interval."""
    from sim import erlang  # only here: what has a roster of its own does without closed forms

    queue = erlang.erlang_a(
        arrival_rate=wanted.rate,
        aht=wanted.aht,
        agents=np.maximum(agents, 1),
        patience=wanted.patience,
    )
    level = np.nan_to_num(queue.service_level(target.rule, target.awt), nan=1.0)
    return np.where(agents > 0, level, 0.0)
