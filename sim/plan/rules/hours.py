"""Checks of hours: by duty, week and accounting period, against the norm of the calendar."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sim.plan.duties import DAY
from sim.plan.period import Span
from sim.plan.rules.norms import norm_hours
from sim.plan.rules.rule import Rule
from sim.plan.rules.worked import HOUR, Violation, Worked

__all__ = [
    "average_week",
    "duty_hours",
    "duty_length",
    "night_average",
    "norm",
    "norm_owed",
    "overtime_days",
    "overtime_year",
    "week_hours",
]

# Hours come out of minutes that are shared between months; a millionth is no overtime.
_SLACK = 1e-6


def duty_length(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """How long a duty lasts."""
    for duty in worked.planned:
        hours = (duty.end - duty.start) / HOUR
        if hours > rule["hours"]:
            happened = f"is {hours:g} h on duty from {worked.period.label(duty.start)}"
            yield worked.broken(rule, (duty.start, duty.end), hours, rule["hours"], happened)


def duty_hours(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """How much of a duty is paid."""
    for duty in worked.planned:
        if duty.paid / HOUR > rule["hours"]:
            at, hours = worked.period.label(duty.start), duty.paid / HOUR
            happened = f"works {hours:g} h in the duty of {at}"
            yield worked.broken(rule, (duty.start, duty.end), hours, rule["hours"], happened)


def week_hours(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Paid hours of each calendar week."""
    period = worked.period
    for monday in period.weeks(0, max(period.days - 1, max(worked.days, default=0))):
        week = (period.at(monday), period.at(monday + 7))
        hours = worked.paid(week) / HOUR
        if hours > rule["hours"] + _SLACK and worked.touches(week):
            happened = f"works {hours:g} h in the week from {period.label(week[0])[:-6]}"
            yield worked.broken(rule, week, hours, rule["hours"], happened)


def _references(worked: Worked, weeks: float) -> Iterator[tuple[Span, float]]:
    """Reference spans of so many weeks, and the days of each that are not excused.

    They follow each other from what is first known; a plan that is shorter is held to its average.
    """
    period, first = worked.period, worked.first_known
    while first < period.days:
        last = min(period.days, first + round(7 * weeks))
        # A rest of a few days is no span to average over: it goes with what lies before it.
        if period.days - last < 7:
            last = period.days
        span = (period.at(first), period.at(last))
        yield span, last - first - _excused_days(worked, first, last)
        first = last


def _excused_days(worked: Worked, first: int, last: int) -> int:
    """Days of vacation, sickness and leave: they count neither as work nor as rest."""
    period = worked.period
    spans = [(a.start, a.end) for a in worked.person.absences if a.excused]
    return sum(
        any(start <= period.at(day) and period.at(day + 1) <= end for start, end in spans)
        for day in range(first, last)
    )


def average_week(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Hours a week on average, vacation left out."""
    for span, days in _references(worked, rule["weeks"]):
        # A plan of a few days has no weekly average yet.
        hours = worked.paid(span) / HOUR * 7 / max(days, 7)
        if hours > rule["hours"] + _SLACK:
            happened = f"works {hours:.1f} h a week on average"
            yield worked.broken(rule, span, hours, rule["hours"], happened)


def night_average(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Hours in 24 on average of those who work at night; the weekly day of rest is left out."""
    nights = {id(duty) for duty in worked.nights(rule)}
    for span, days in _references(worked, rule["weeks"]):
        duties = [d for d in worked.duties if span[0] <= d.start < span[1]]
        # A night worker does so as a normal course: in half of the duties or more.
        if not duties or 2 * sum(id(duty) in nights for duty in duties) < len(duties):
            continue
        hours = worked.paid(span) / HOUR / (max(days, 7) * 6 / 7)
        if hours > rule["hours"] + _SLACK:
            happened = f"works {hours:.1f} h in 24 on average, as a night worker"
            yield worked.broken(rule, span, hours, rule["hours"], happened)


def _accounts(worked: Worked, months: float) -> Iterator[tuple[int, int]]:
    """Accounting periods that the plan touches, as their first day and the day after the last."""
    period, size = worked.period, round(months)
    date = period.start
    date = datetime.date(date.year, (date.month - 1) // size * size + 1, 1)
    while period.day_of(date) < period.days:
        month = date.month - 1 + size
        after = datetime.date(date.year + month // 12, month % 12 + 1, 1)
        yield period.day_of(date), period.day_of(after)
        date = after


def _beyond(rule: Rule, worked: Worked, first: int, last: int) -> tuple[float, float]:
    """Hours worked and owed in an accounting period, as far as they are known."""
    period = worked.period
    hours = worked.paid((period.at(first), period.at(last))) / HOUR
    if first < 0 or (first == 0 and worked.person.before):
        hours += worked.person.hours_before
    return hours, norm_hours(worked.person, period, first, last, rule["week"], rule["eve"])


def norm(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """No more than the norm of each accounting period, all of it even where the plan is shorter."""
    period = worked.period
    for first, last in _accounts(worked, rule["months"]):
        hours, owed = _beyond(rule, worked, first, last)
        limit = owed + rule["over"]
        if hours > limit + _SLACK:
            happened = f"works {hours:g} h of {owed:g} from {period.label(period.at(first))[:-6]}"
            span = (period.at(first), period.at(last))
            yield worked.broken(rule, span, hours, limit, happened)


def norm_owed(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """No less than the norm, in accounting periods that the plan ends in full."""
    period = worked.period
    for first, last in _accounts(worked, rule["months"]):
        if last > period.days or (first < 0 and not worked.person.hours_before):
            continue
        hours, owed = _beyond(rule, worked, first, last)
        limit = owed - rule["under"]
        if hours < limit - _SLACK:
            happened = f"works {hours:g} h of {owed:g} from {period.label(period.at(first))[:-6]}"
            span = (period.at(first), period.at(last))
            yield worked.broken(rule, span, hours, limit, happened)


def overtime_year(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """What goes beyond the norms of a calendar year, with what was worked before."""
    period = worked.period
    years: dict[int, float] = {period.start.year: worked.person.overtime_before}
    for first, last in _accounts(worked, rule["months"]):
        hours, owed = _beyond(rule, worked, first, last)
        year = period.date(first).year
        years[year] = years.get(year, 0.0) + max(0.0, hours - owed)
    for year, hours in years.items():
        if hours > rule["hours"] + _SLACK and worked.planned:
            happened = f"works {hours:g} h of overtime in {year}"
            yield worked.broken(rule, (0, period.end), hours, rule["hours"], happened)


def overtime_days(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """What goes beyond a normal day, on a day and the next."""
    period = worked.period
    beyond: dict[int, float] = {}
    for duty in worked.duties:
        day = period.day(duty.start)
        beyond[day] = beyond.get(day, 0.0) + duty.paid / HOUR
    beyond = {day: max(0.0, hours - rule["day"]) for day, hours in beyond.items()}
    for day in worked.days:
        if day < 0:
            continue
        # The pair that ends with this day, and the day alone where it begins the plan's row.
        hours = beyond[day] + beyond.get(day - 1, 0.0)
        if hours > rule["hours"] + _SLACK:
            span = (period.at(day) - DAY, period.at(day + 1))
            happened = f"works {hours:g} h of overtime until {period.label(period.at(day))[:-6]}"
            yield worked.broken(rule, span, hours, rule["hours"], happened)
