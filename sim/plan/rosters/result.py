"""A roster as a planner reads it: who works when, what is short, what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.plan.duties import Duty
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.counting import Shortfall
from sim.plan.rosters.effort import Effort
from sim.plan.rosters.fairness import is_night
from sim.plan.rosters.laying import Laid
from sim.plan.rosters.pricing import extended
from sim.plan.rules import Violation

__all__ = ["Band", "Roster", "bands_of", "begun_weekends", "nights_of", "wishes_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Band:
    """One part of what a roster costs.

    Parameters
    ----------
    amount
        How much of it there is.
    unit
        Of what.
    cost
        What it is worth by the weights.
    """

    amount: float
    unit: str
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Duties of named people, and how good they are.

    Parameters
    ----------
    duties
        By person and day; those before the period are not among them.
    serves
        By duty: the skill it is for.
    cover, short, over
        People there, lacking and too many [skills x intervals].
    unserved
        By set of skills that is asked for: people lacking who serve one of them [intervals].
    cost, bound, gap
        What it costs by the weights; what no roster can be below; how far apart these are, as a
        share of the cost.
    first_cost
        What the first roster cost.
    bands
        The cost by its parts.
    wishes_kept, wishes
        Wishes that are kept, and all.
    nights, weekends, hours, owed
        By person: night duties, worked weekends, paid hours, hours of the norm.
    changes
        Days that differ from the last roster.
    shortfalls
        What these people cannot cover whatever the roster, by counting.
    violations
        What the independent checker says, wishes with a name among it; nothing hard unless it was
        settled or worked before.
    effort
        What was spent.
    people, period
        Whom and what it is for.
    """

    duties: tuple[Duty, ...]
    serves: tuple[str, ...]
    cover: Floats
    short: Floats
    over: Floats
    unserved: Mapping[tuple[str, ...], Floats]
    cost: float
    bound: float
    gap: float
    first_cost: float
    bands: Mapping[str, Band]
    wishes_kept: int
    wishes: int
    nights: Mapping[str, int]
    weekends: Mapping[str, int]
    hours: Mapping[str, float]
    owed: Mapping[str, float]
    changes: int
    shortfalls: tuple[Shortfall, ...]
    violations: tuple[Violation, ...]
    effort: Effort
    people: tuple[Person, ...]
    period: Period
    laid: Laid = field(repr=False)
    lines: Integers | None = field(repr=False)

    @property
    def found(self) -> bool:
        """Whether there is a roster; else the shortfalls say why not."""
        return self.lines is not None

    @property
    def legal(self) -> bool:
        """Whether no rule is broken."""
        return self.found and not any(broken.hard for broken in self.violations)

    def of(self, person: str) -> tuple[Duty, ...]:
        """The duties of a person."""
        return tuple(duty for duty in self.duties if duty.person == person)

    def __repr__(self) -> str:
        if not self.found:
            return "Roster(none: " + "; ".join(map(str, self.shortfalls)) + ")"
        hour = self.laid.demand.minutes / 60
        return (
            f"Roster({len(self.duties)} duties, {float(self.short.sum()) * hour:.1f} h short,"
            f" {self.wishes_kept}/{self.wishes} wishes, cost {self.cost:.0f},"
            f" within {self.gap:.1%})"
        )


def wishes_of(person: Person, duties: tuple[Duty, ...]) -> int:
    """How many of a person's wishes are kept."""
    kept = 0
    for wish in person.wishes:
        there = [d for d in duties if d.start < wish.end and wish.start < d.end]
        if wish.kind == "off":
            kept += not there
        else:
            kept += any(wish.means(d.shift.name if d.shift else "") for d in there)
    return kept


def bands_of(laid: Laid, lines: Integers, cost: float, cover: Floats) -> dict[str, Band]:
    """The cost by its parts; what is left of it is wishes and changes."""
    demand, problem = laid.demand, laid.problem
    hour = demand.minutes / 60
    gap = (problem.posts.need - cover.ravel()).reshape(demand.rows.shape)
    inside = np.arange(demand.reach) < demand.intervals
    skill = np.arange(len(gap))[:, None] >= len(demand.skills)
    own = inside & ~skill
    lacking, excess = np.where(own, gap, 0).clip(0), np.where(own, -gap, 0).clip(0)
    parts = {
        "short": Band(float(lacking.sum()) * hour, "h", problem.posts.cost(lacking.ravel())),
        "over": Band(float(excess.sum()) * hour, "h", problem.posts.cost(-excess.ravel())),
    }
    if demand.sets:
        missed = np.where(inside & skill, gap, 0)
        worth = problem.posts.cost(missed.ravel())
        parts["skills"] = Band(float(missed.clip(0).sum()) * hour, "h", worth)
    if demand.reach > demand.intervals:
        beyond = np.where(inside, 0, gap)
        # What the next day can fill itself is no lack.
        ours = problem.posts.costs[:, 0].reshape(gap.shape) > 0
        many = np.where(skill, 0, -beyond).clip(0)
        odd = float((np.where(ours, beyond, 0).clip(0) + many).sum()) * hour
        parts["after"] = Band(odd, "h", problem.posts.cost(beyond.ravel()))
    owed = owed_cost = weekend_cost = night_cost = 0.0
    weekends = nights = 0
    for line, worker, terms in zip(lines, problem.workers, laid.terms, strict=True):
        units = int(worker.gain[line[line >= 0]].sum())
        paid = sum(laid.shifts[laid.kinds[k][0]].paid for k in line[line >= 0].tolist()) / 60
        owed += max(0.0, terms.owed - paid)
        owed_cost += float(worker.hours_end[units])
        begun = begun_weekends(laid, line)
        weekends += begun
        weekend_cost += float(worker.weekends_end[min(begun, len(worker.weekends_end) - 1)])
        nights += sum(is_night(laid.shifts[laid.kinds[k][0]]) for k in line[line >= 0].tolist())
        night_cost += extended(worker.tally_end, worker.tallied(line))
    parts["owed"] = Band(owed, "h", owed_cost)
    parts["weekends"] = Band(weekends, "weekends", weekend_cost)
    parts["nights"] = Band(nights, "nights", night_cost)
    rest = cost - sum(band.cost for band in parts.values())
    parts["wishes and changes"] = Band(rest, "", rest)
    return parts


def begun_weekends(laid: Laid, line: Integers) -> int:
    """Weekends of the period that a line works on."""
    period = laid.period
    touched = set()
    for day in np.flatnonzero(line >= 0).tolist():
        shift = laid.shifts[laid.kinds[int(line[day])][0]]
        weekday = period.weekday(day)
        if weekday >= 5 or (weekday == 4 and shift.end > 1440):
            touched.add(day - weekday)
    # The Sunday of a weekend that began before the period is no whole weekend.
    return len({monday for monday in touched if monday + 5 >= 0})


def nights_of(duties: tuple[Duty, ...]) -> int:
    """Night duties."""
    return sum(duty.shift is not None and is_night(duty.shift) for duty in duties)
