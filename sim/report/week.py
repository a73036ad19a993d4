"""A simulated option folded to one week: who is there, who is needed, what service comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide import OptionResult
from sim.decide.month import Month
from sim.decide.traffic import reached
from sim.engine import Staffing
from sim.errors import InvalidInput
from sim.metrics import Count
from sim.plan import requirement
from sim.scenario.variant import to_target

__all__ = ["WeekOf", "edges", "level", "needed", "served_a_month", "unit_cost", "week_of"]

Floats = NDArray[np.float64]

_DAYS = 7
#: Service that a channel without a promise is measured by.
_USUAL = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class WeekOf:
    """One channel and one group of an option by interval of the week, from Monday 00:00.

    Parameters
    ----------
    per_day
        Intervals in a day.
    service, width
        Service level and the half-width of its interval; not a number without contacts.
    contacts
        Expected contacts.
    cover
        Agents of the group at work.
    target
        Share promised in time; the usual one where nothing is promised.
    promised
        Whether anything is: the usual share is a yardstick, not a promise.
    """

    per_day: int
    service: Floats
    width: Floats
    contacts: Floats
    cover: Floats
    target: float
    promised: bool = True

    @property
    def thin(self) -> list[int]:
        """Intervals below the target, those first in which most contacts wait too long."""
        missing = (self.target - self.service) * self.contacts
        below = np.flatnonzero(self.service < self.target)
        return sorted(below.tolist(), key=lambda slot: -float(missing[slot]))

    def least(self, where: NDArray[np.bool_]) -> float:
        """Fewest agents among some intervals; 0 when there are none."""
        return float(self.cover[where].min()) if where.any() else 0.0


def week_of(result: OptionResult, channel: str, group: str) -> WeekOf:
    """Fold an option's period to a week; weeks of a longer period are averaged.

    Parameters
    ----------
    result
        The option.
    channel
        Whose service.
    group
        Whose agents.
    """
    line = result.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    size = _DAYS * line.per_day
    values, widths = result.replications.profile("service_level", channel, "slot")
    offered = result.replications.counts(channel)[:, Count.OFFERED]
    weights = np.where(np.isnan(values), 0.0, offered)
    occurs = np.bincount(place, minlength=size)
    total = np.bincount(place, weights, size)
    agents = _cover(result.case.staffing, result.case.groups.index(group), line.slots, line.slot)
    target = result.scenario.channels[channel].target
    with np.errstate(divide="ignore", invalid="ignore"):
        return WeekOf(
            line.per_day,
            np.bincount(place, weights * np.nan_to_num(values), size) / total,
            # Weeks are not independent under busy and quiet days: widths are not let shrink.
            np.bincount(place, weights * np.nan_to_num(widths), size) / total,
            np.bincount(place, offered, size) / occurs,
            np.bincount(place, agents[line.before : line.before + line.within], size) / occurs,
            target.answered if target else _USUAL,
            target is not None,
        )


def _cover(staffing: Staffing, group: int, slots: int, slot: int) -> Floats:
    """Agents of a group in each slot, parts of a slot as fractions."""
    mine = staffing.group == group
    edges = np.arange(slots + 1) * slot

    def begun(moments: NDArray[np.int64]) -> Floats:
        """Time since all these moments, summed up to each edge."""
        ordered = np.sort(moments)
        before = np.searchsorted(ordered, edges)
        sums = np.concatenate([[0], np.cumsum(ordered)])
        return np.asarray(before * edges - sums[before], np.float64)

    present = begun(staffing.start[mine]) - begun(staffing.end[mine])
    return np.asarray(np.diff(present) / slot)


def needed(result: OptionResult, group: str) -> Floats | None:
    """Agents that a group needs by closed form, whatever its staffing; None if it cannot tell."""
    variant = to_target(result.scenario, result.name, group)
    option = variant.options[result.name]
    if not any(variant.channels[name].target for name in option.groups[group].skills):
        return None
    try:
        return requirement(variant, option)[group].agents.astype(np.float64)
    except InvalidInput:
        return None


def edges(target: float) -> tuple[float, float, float, float]:
    """Bounds of the five classes of service around a target.

    Examples
    --------
    >>> [round(edge, 2) for edge in edges(0.8)]
    [0.6, 0.7, 0.8, 0.9]
    """
    return (max(target - 0.2, 0.0), max(target - 0.1, 0.0), target, (1 + target) / 2)


def level(service: float, target: float) -> int | None:
    """Class of a service from 0, far below the target, to 4; None without contacts.

    Examples
    --------
    >>> level(0.8, 0.8), level(0.79, 0.8), level(0.1, 0.8), level(float("nan"), 0.8)
    (3, 2, 0, None)
    """
    if math.isnan(service):
        return None
    return sum(service >= edge for edge in edges(target))


def served_a_month(result: OptionResult) -> float | None:
    """Contacts served in an average month; None where no terms made a month of it."""
    if result.statement is None:
        return None
    month = Month.of(result.scenario, result.case)
    counts = month.read(result.replications.record)
    return sum(reached(result.case, counts, c) for c in range(len(result.case.channels)))


def unit_cost(result: OptionResult) -> float:
    """Cost of one served contact; not a number where there is no cost or nobody is served."""
    served = served_a_month(result)
    return result.cost.value / served if result.cost and served else math.nan
