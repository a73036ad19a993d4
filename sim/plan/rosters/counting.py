"""What cannot be covered, found by counting: before any search, with the way out and its price.

The most that a person can give to some hours is asked of that person's legal lines alone; what all
of them give together is then more than any roster can. Where even that is not enough, no search
will help: the hours that lack are named, with their cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.laying import Laid
from sim.plan.rosters.pricing import Pricers

__all__ = ["Shortfall", "crowded", "lacking", "shortfalls", "without_line", "without_skill"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Hours that no roster of these people can cover.

    Parameters
    ----------
    kind
        ``skill``: nobody has it; ``line``: somebody has no legal line; ``day``, ``nights``,
        ``weekends``, ``hours``: not enough of those can be worked.
    where
        The skill, the person or the day; empty for all.
    need, have
        Hours that are needed, and the most that people can give [h].
    people
        People more, like the one who gives most, that would close it.
    text
        Number and cause in a sentence.
    fix
        What would help.
    """

    kind: str
    where: str
    need: float
    have: float
    people: int
    text: str
    fix: str

    def __str__(self) -> str:
        return f"{self.text}; {self.fix}" if self.fix else self.text


def shortfalls(laid: Laid, pricers: Pricers) -> list[Shortfall]:
    """What cannot be covered, in the order in which it should be read."""
    found = [*without_skill(laid), *without_line(laid, pricers)]
    if found and any(one.kind == "line" for one in found):
        return found
    demand, period = laid.demand, laid.period
    at = np.arange(demand.intervals) * demand.minutes
    days = np.array([period.day(int(minute)) for minute in at])
    hours = np.array([period.clock(int(minute)) // 60 for minute in at])
    weekend = np.array([period.weekday(day) >= 5 for day in range(period.days)])[days]
    for day in crowded(laid, days):
        label = period.label(period.at(day))[:-6]
        found += lacking(laid, pricers, "day", label, days == day)
    found += lacking(laid, pricers, "nights", "", (hours >= 22) | (hours < 6))
    found += lacking(laid, pricers, "weekends", "", weekend)
    found += lacking(laid, pricers, "hours", "", np.ones(len(at), bool))
    told = {one.where for one in found if one.kind == "skill"}
    for n, names in enumerate(demand.sets):
        if ", ".join(names) not in told:
            row = len(demand.skills) + n
            all_day = np.ones(len(at), bool)
            found += lacking(laid, pricers, "skill", " or ".join(names), all_day, [row])
    return found


def without_skill(laid: Laid) -> Iterator[Shortfall]:
    """Skills that are needed and that nobody has."""
    demand = laid.demand
    for n, skill in enumerate(demand.skills):
        need = float(demand.need[n].sum()) * demand.minutes / 60
        able = [p for p in laid.people if not skill or not p.skills or skill in p.skills]
        if need > 0 and not able:
            text = f"nobody has the skill {skill}, and {need:g} h of it are needed"
            yield Shortfall("skill", skill, need, 0.0, 1, text, f"train or hire for {skill}")
    for n, names in enumerate(demand.sets):
        need = float(demand.rows[len(demand.skills) + n, : demand.intervals].sum())
        need *= demand.minutes / 60
        if need > 0 and not any(n in demand.filled_by(p.skills) for p in laid.people):
            what = " or ".join(names)
            text = f"nobody serves {what}, and {need:g} h of it are needed"
            yield Shortfall(
                "skill", ", ".join(names), need, 0.0, 1, text, f"train or hire for {what}"
            )


def without_line(laid: Laid, pricers: Pricers) -> Iterator[Shortfall]:
    """People whom the rules, what is settled and what went before leave no legal line."""
    idle = np.zeros((laid.problem.days, laid.problem.kinds))
    for n, person in enumerate(laid.people):
        if pricers[n](idle).value == np.inf:
            text = f"{person.name} has no legal line of days in this period"
            fix = "loosen what is settled for them, or a rule; see what their last duties break"
            yield Shortfall("line", person.name, 0.0, 0.0, 0, text, fix)


def crowded(laid: Laid, days: NDArray[np.int64]) -> list[int]:
    """Days on which more people are needed at once than are there."""
    at_once = laid.demand.need.sum(axis=0)
    there = np.array([np.isfinite(w.cost).any(axis=1) for w in laid.problem.workers]).sum(axis=0)
    # Whoever came the day before may still be there.
    there = there + np.concatenate(([len(laid.people)], there[:-1]))
    peaks = np.array([at_once[days == day].max() for day in range(laid.period.days)])
    return [int(day) for day in np.flatnonzero(peaks > there)]


def lacking(
    laid: Laid,
    pricers: Pricers,
    kind: str,
    where: str,
    inside: Flags,
    rows: Sequence[int] | None = None,
) -> Iterator[Shortfall]:
    """Whether some hours need more than all people can give them, each by the best legal line."""
    demand, posts = laid.demand, laid.problem.posts
    hour = demand.minutes / 60
    # What comes after the period is not counted.
    table = np.zeros(demand.rows.shape, bool)
    table[list(range(len(demand.skills)) if rows is None else rows), : len(inside)] = inside
    asked = table.ravel()
    need = float(np.maximum(posts.need, 0)[asked].sum()) * hour
    if need <= 0:
        return
    prices = -laid.problem.worth(asked.astype(np.float64) * hour)
    given = []
    for n in range(len(laid.people)):
        worker = pricers[n].worker
        answer = pricers[n](prices * 1e6, np.where(np.isfinite(worker.cost), 0.0, np.inf))
        worked = np.flatnonzero(answer.line >= 0)
        given.append(-float(prices[worked, answer.line[worked]].sum()))
    have = sum(given)
    if have >= need - _SLACK:
        return
    best = max(given, default=0.0)
    people = math.ceil((need - have) / best - _SLACK) if best > 0 else 0
    what = {
        "day": f"of {where}",
        "nights": "between 22:00 and 06:00",
        "weekends": "on weekends",
        "hours": "in all",
        "skill": f"of people who serve {where}",
    }[kind]
    text = (
        f"{need:.0f} h are needed {what} and these {len(laid.people)} people can give"
        f" {have:.0f} h at most by the rules: {need - have:.0f} h stay short"
    )
    fix = (
        f"{people} more people who can give {best:.0f} h each, or {need - have:.0f} h less to cover"
    )
    if kind == "nights":
        barred = sum(give <= 0 for give in given)
        fix += f"; {barred} of them cannot work nights" if barred else ""
    yield Shortfall(kind, where, need, have, people, text, fix)
