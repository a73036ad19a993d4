"""Agents for a promise to all who wait for a group: in each interval, over a day, on average.

Over a day or the week agents go where they bring most: from a floor that every interval keeps,
one agent after the other is added where the most contacts more are answered in time, until the
promise holds. Below the floor that would be wrong: there a service level grows faster and faster
with agents, and the cheapest plan would leave whole nights alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.scenario.channel import Target

__all__ = ["FLOOR", "Wanted", "agents_for", "floor_of", "least_agents"]

if TYPE_CHECKING:  # what has a roster of its own does without closed forms
    from sim import erlang

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

#: Points of the promise that an interval may lack where the promise is over a day or the week
#: and no floor is given. An assumption of the plan.
FLOOR = 0.20

# The promise that nobody needs more agents for: where adding them over a span ends.
_ALL = 0.9999


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """All who wait for a group, by interval.

    Parameters
    ----------
    rate
        Contacts per second, what the interval before leaves over included.
    aht, patience
        Their mean agent time and patience [s].
    """

    rate: Floats
    aht: Floats
    patience: Floats

    def part(self, where: slice) -> Wanted:
        """Some of the intervals."""
        return Wanted(self.rate[where], self.aht[where], self.patience[where])


def floor_of(promise: Target) -> float:
    """Least service level of any interval that a plan for a promise over a span keeps."""
    return max(0.0, promise.answered - FLOOR) if promise.floor is None else promise.floor


def agents_for(promise: Target, wanted: Wanted, span: int) -> tuple[Agents, Floats]:
    """Least agents for a promise, whole and divided.

    Parameters
    ----------
    promise
        What is promised.
    wanted
        Who waits.
    span
        Intervals over which the promise holds on average; 1: in each of them.

    Returns
    -------
    Agents by interval, and the same when an agent may be divided.
    """
    if span == 1:
        return least_agents(promise.answered, promise, wanted), _divided(promise, wanted)
    whole = np.zeros(len(wanted.rate), np.int64)
    for start in range(0, len(whole), span):
        part = slice(start, start + span)
        whole[part] = _over_span(promise, wanted.part(part))
    return whole, whole.astype(np.float64)


def _target(share: float, promise: Target) -> erlang.Target:
    """A share answered in time; abandonment counts where the promise is to every interval."""
    from sim import erlang

    every = promise.hold == "every interval"
    return erlang.Target(
        service_level=share,
        awt=promise.awt,
        rule=promise.rule,
        max_abandonment=promise.abandonment if every else None,
    )


def least_agents(share: float, promise: Target, wanted: Wanted) -> Agents:
    """Least whole agents by interval for a share answered in time."""
    from sim import erlang

    found = erlang.agents_needed(
        _target(share, promise),
        arrival_rate=wanted.rate,
        aht=wanted.aht,
        patience=wanted.patience,
    )
    return np.asarray(found.agents, np.int64)


def _divided(promise: Target, wanted: Wanted) -> Floats:
    """Least agents by interval when an agent may be divided."""
    from sim import erlang

    found = erlang.fractional_agents_needed(
        _target(promise.answered, promise),
        arrival_rate=wanted.rate,
        aht=wanted.aht,
        patience=wanted.patience,
    )
    return np.asarray(found, np.float64)


def _over_span(promise: Target, wanted: Wanted) -> Agents:
    """Least agents whose service, averaged over the contacts of a span, is as promised."""
    if not wanted.rate.any():
        return np.zeros(len(wanted.rate), np.int64)
    # Days are often alike: each kind of interval is worked out once.
    columns = np.stack([wanted.rate, wanted.aht, wanted.patience])
    kinds, kind = np.unique(columns, axis=1, return_inverse=True)
    each = Wanted(*kinds)
    least = least_agents(floor_of(promise), promise, each)
    more = int((least_agents(_ALL, promise, each) - least).max()) + 1
    within, lost = _measured(promise, each, least, more)
    gain = np.minimum.accumulate(np.diff(within, axis=0), axis=0)  # [step, kind]
    order = np.argsort(-gain[:, kind].ravel(), kind="stable")  # steps of one interval in turn
    step, place = np.divmod(order, len(wanted.rate))
    answered = within[0, kind].sum() + np.cumsum(np.diff(within, axis=0)[step, kind[place]])
    left = lost[0, kind].sum() + np.cumsum(np.diff(lost, axis=0)[step, kind[place]])
    enough = _enough(promise, wanted.rate.sum())
    if enough(within[0, kind].sum(), lost[0, kind].sum()):
        return least[kind]
    kept = enough(answered, left)
    steps = int(np.argmax(kept)) + 1 if kept.any() else len(order)
    return np.asarray(least[kind] + np.bincount(place[:steps], minlength=len(kind)))


def _measured(promise: Target, each: Wanted, least: Agents, more: int) -> tuple[Floats, Floats]:
    """Contacts per second answered in time and lost, [agents above the least, kind]."""
    from sim import erlang

    agents = np.asarray(least + np.arange(more + 1.0)[:, None], np.float64)
    queue = erlang.erlang_a(
        arrival_rate=each.rate, aht=each.aht, agents=agents, patience=each.patience
    )
    within = each.rate * np.nan_to_num(queue.service_level(promise.rule, promise.awt), nan=1.0)
    return within, each.rate * np.nan_to_num(queue.abandonment)


def _enough(promise: Target, rate: float) -> Callable[[Floats, Floats], NDArray[np.bool_]]:
    """Whether contacts answered in time, and lost, of a span keep the promise."""
    lost = np.inf if promise.abandonment is None else promise.abandonment
    # A hair for the rounding of long sums; the measures themselves are not so exact.
    return lambda within, left: (
        (within >= (promise.answered - 1e-9) * rate) & (left <= (lost + 1e-9) * rate)
    )
