"""The hours of a person: what is owed, what may not be passed, and what it costs to miss it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.asked import Weights
from sim.plan.rules import Rules, norm_hours, paid_within

__all__ = ["Terms", "account", "accounts", "averaged", "known_hours", "terms_of"]

Floats = NDArray[np.float64]

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Terms:
    """Hours of a person in the period.

    Parameters
    ----------
    owed
        What they are to be given [h].
    most
        What they may not pass [h].
    least
        What they may not stay below [h].
    """

    owed: float
    most: float
    least: float = 0.0

    def at_least(self, hours: float) -> Terms:
        """The same, with room for so many hours."""
        return replace(self, most=max(self.most, hours))

    def cost(self, unit: int, weights: Weights) -> Floats:
        """What a line costs by its paid time, in units of so many minutes; infinite below least."""
        hours = np.arange(int((self.most + _SLACK) * 60 // unit) + 1) * unit / 60
        lacking = np.maximum(0.0, self.owed - hours)
        near = np.minimum(lacking, weights.near)
        deep = max(weights.owed, weights.owed_deep)
        cost = weights.owed * near + deep * (lacking - near)
        return np.where(hours < self.least - _SLACK, np.inf, cost)


def terms_of(person: Person, rules: Rules, period: Period) -> Terms:
    """The hours of a person under the rules that hold for them.

    Without a rule on the norm a person is given the hours of the calendar, by their share of full
    time, and no more.

    Raises
    ------
    InvalidInput
        If the period has parts of two accounting periods of a rule.
    """
    week, eve, limits = 40.0, 0.0, []
    for rule in rules:
        if rule.kind in ("norm", "norm_owed", "overtime_year"):
            week, eve = rule["week"], rule["eve"]
    full = norm_hours(person, period, 0, period.days, week, eve)
    for rule in rules:
        if not rule.hard:
            continue
        if rule.kind in ("norm", "overtime_year"):
            first, last = account(period, round(rule["months"]), rule.id)
            owed = norm_hours(person, period, first, last, rule["week"], rule["eve"])
            before = known_hours(person, period, first, last)
            extra = rule["over"] if rule.kind == "norm" else rule["hours"] - person.overtime_before
            limits.append(owed + max(0.0, extra) - before)
        elif rule.kind in ("average_week", "night_average"):
            limits.append(averaged(person, period, rule.kind, rule["hours"], rule["weeks"]))
    if person.most is not None:
        limits.append(person.most)
    if not any(rule.hard and rule.kind == "norm" for rule in rules) and person.most is None:
        limits.append(max(full, person.least or 0.0))
    most = max(0.0, min(limits))
    owed = min(most, max(full, person.least or 0.0))
    return Terms(owed, most)


def account(period: Period, months: int, rule: str) -> tuple[int, int]:
    """The accounting period that the plan lies in: its first day, and the day after its last."""
    found = list(accounts(period, months))
    if len(found) > 1:
        span = f"lie in one accounting period of {months} months (rule {rule})"
        hint = "plan each on its own, or sum hours over a longer one"
        raise InvalidInput("period", f"must {span}", f"{period.start}, {period.days} days", hint)
    return found[0]


def accounts(period: Period, months: int) -> Iterator[tuple[int, int]]:
    """Accounting periods that the days of a period touch."""
    date = period.start
    date = datetime.date(date.year, (date.month - 1) // months * months + 1, 1)
    while period.day_of(date) < period.days:
        month = date.month - 1 + months
        after = datetime.date(date.year + month // 12, month % 12 + 1, 1)
        yield period.day_of(date), period.day_of(after)
        date = after


def known_hours(person: Person, period: Period, first: int, last: int) -> float:
    """Hours of an accounting period that were worked before the plan."""
    span = (period.at(first), period.at(last))
    hours = sum(paid_within(duty, span) for duty in person.before) / 60
    if first < 0 or (first == 0 and person.before):
        hours += person.hours_before
    return hours


def averaged(person: Person, period: Period, kind: str, hours: float, weeks: float) -> float:
    """Hours that an average over so many weeks leaves for the plan."""
    days = {duty.start // 1440 for duty in person.before}
    first = min([0, *days])
    if period.days - first >= round(7 * weeks) + 7:
        rule = f"must be shorter than {round(7 * weeks) + 7} days under the rule {kind}"
        raise InvalidInput("period", rule, period.days)
    away = [(a.start, a.end) for a in person.absences if a.excused]
    counted = sum(
        not any(start <= period.at(day) and period.at(day + 1) <= end for start, end in away)
        for day in range(first, period.days)
    )
    known = sum(duty.paid for duty in person.before) / 60
    a_week = hours if kind == "average_week" else 6 * hours
    return max(0.0, a_week * max(counted, 7) / 7 - known)
