"""Agents for a volume that is so many times the scenario's, for many such factors at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.plan.deferrable import Later, fitted
from sim.plan.overflow import Parts
from sim.plan.promises import Wanted, agents_for, least_agents
from sim.plan.requirements import at_hand, later_of, promises_of, requirement
from sim.plan.streams import directed, in_hand, joined, streams, waiting_of
from sim.scenario.channel import Target
from sim.scenario.hours import DAY
from sim.scenario.legs import any_overflow
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["agents_by_volume"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]


def agents_by_volume(scenario: Scenario, option: Option, factors: Floats) -> dict[str, Agents]:
    """Agents that groups staffed to target need when so many times as much comes.

    The same closed form as `sim.plan.requirement`, but for a team that only chats, which counts
    here with the time that an agent has for a chat, as beside calls. Where something overflows
    from one group to another, each volume is worked out by `sim.plan.requirement` itself.

    Parameters
    ----------
    scenario, option
        The operation and the way to source it.
    factors
        On the volume of all channels.

    Returns
    -------
    Agents by factor and interval of the week, of each group.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/company-n.yaml")
    >>> twice = agents_by_volume(shop, shop.options["inhouse"], np.array([1.0, 2.0]))
    >>> twice["own"].sum(axis=1).tolist()
    [888, 1403]
    """
    if any(any_overflow(option, name) for name in option.groups):
        rows = [requirement(_scaled(scenario, factor), option) for factor in factors.tolist()]
        return {name: np.array([row[name].agents for row in rows]) for name in rows[0]}
    parts = directed(scenario, option)
    return {name: _of_group(scenario, option, name, parts[name], factors) for name in parts}


def _scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with so many times as many contacts."""
    channels = {
        name: channel.model_copy(
            update={"arrivals": tuple(factor * rate for rate in channel.arrivals)}
        )
        for name, channel in scenario.channels.items()
    }
    return scenario.model_copy(update={"channels": channels})


def _of_group(
    scenario: Scenario, option: Option, name: str, parts: Parts, factors: Floats
) -> Agents:
    """Agents of one group for its parts of channels, by factor and interval."""
    group = option.groups[name]
    bounds = group.to_target
    assert bounds is not None
    served = list(streams(scenario, option, group, parts))
    waiting = waiting_of(served)
    later = [s for s in served if s not in waiting and s.channel.outbound is None]
    size = scenario.intervals_per_week
    found = np.zeros((len(factors), size), np.int64)
    load = np.sum([s.load for s in waiting], axis=0) if waiting else np.zeros(size)
    if waiting:
        wanted = joined(waiting, [in_hand(s, scenario.interval) for s in waiting])
        for promise in promises_of(waiting, None, bounds.answered):
            found = np.maximum(found, _for_promise(promise, wanted, factors, scenario))
    open_ = np.any([at_hand(scenario, option, n, parts, {}) for n in group.skills], axis=0)
    found = np.where(open_, np.maximum(found, bounds.minimum), found)
    put_off = [later_of(scenario, option, s) for s in later]
    if put_off:
        for row, factor in enumerate(factors.tolist()):
            more = [Later(factor * one.load, one.counted, one.within) for one in put_off]
            found[row] = fitted(found[row], factor * load, more, open_)
    return found if bounds.maximum is None else np.minimum(found, bounds.maximum)


def _for_promise(promise: Target, wanted: Wanted, factors: Floats, scenario: Scenario) -> Agents:
    """Agents for one promise, by factor and interval."""
    if promise.hold != "every interval":
        days = round(DAY / scenario.interval)
        span = days if promise.hold == "every day" else scenario.intervals_per_week
        rows = (Wanted(f * wanted.rate, wanted.aht, wanted.patience) for f in factors)
        return np.array([agents_for(promise, row, span)[0] for row in rows])
    # Hours are often alike: each kind of interval is worked out once.
    columns = np.stack([wanted.rate, wanted.aht, wanted.patience])
    (rate, aht, patience), kind = np.unique(columns, axis=1, return_inverse=True)
    shape = len(factors), len(rate)
    every = Wanted(
        np.outer(factors, rate).ravel(),
        np.broadcast_to(aht, shape).ravel(),
        np.broadcast_to(patience, shape).ravel(),
    )
    least = least_agents(promise.answered, promise, every).reshape(shape)
    return np.asarray(least[:, kind])
