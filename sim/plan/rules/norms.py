"""The norm of hours: what the production calendar asks of a person."""

from __future__ import annotations

import datetime
from functools import lru_cache

from sim.errors import InvalidInput
from sim.plan.people import Person
from sim.plan.period import Period
from sim.scenario import Calendar

__all__ = ["norm_hours", "year_norm"]


def norm_hours(
    person: Person, period: Period, first: int, last: int, week: float = 40.0, eve: float = 0.0
) -> float:
    """Hours that a person owes in some days.

    Parameters
    ----------
    person
        Their share of full time counts, and vacations, sickness and leave take their days out.
        A norm of their own stands for that of the days that the plan has.
    period
        The working days.
    first, last
        First day, and the day after the last.
    week
        Hours of a full week; a working day has a fifth.
    eve
        How much shorter the working day before a public holiday is [h].

    Examples
    --------
    >>> march = Period(datetime.date(2026, 3, 1), 31, Calendar(country="RU", start="2026-03-01"))
    >>> norm_hours(Person(name="Anna"), march, 0, 31, eve=1)
    168.0
    """
    away = [(a.start, a.end) for a in person.absences if a.excused]
    hours = 0.0
    for day in range(first, last):
        if person.norm is not None and 0 <= day < period.days:
            continue
        middle = period.at(day, 720)
        if any(start <= middle < end for start, end in away):
            continue
        hours += person.share * _of_day(period, day, week, eve)
    if person.norm is not None and first < period.days and last > 0:
        shown = (min(last, period.days) - max(first, 0)) / period.days
        hours += person.norm * shown
    return hours


def _of_day(period: Period, day: int, week: float, eve: float) -> float:
    """Hours of a full-time day."""
    if not period.is_working(day):
        return 0.0
    return week / 5 - (eve if eve and period.is_holiday(day + 1) else 0.0)


@lru_cache(maxsize=64)
def year_norm(country: str | None, year: int, week: float = 40.0) -> tuple[float, ...]:
    """Hours of full time in each month of a year, by the production calendar.

    Parameters
    ----------
    country
        Whose public holidays; None for a year without any.
    year
        The year.
    week
        Hours of a full week.

    Raises
    ------
    InvalidInput
        If the country's holidays are not known.

    Examples
    --------
    >>> sum(year_norm("RU", 2026))
    1972.0
    """
    if not 1980 <= year <= 2100:
        raise InvalidInput("year", "must be in 1980 to 2100", year)
    start = datetime.date(year, 1, 1)
    calendar = Calendar(country=country, start=start)
    days = (datetime.date(year + 1, 1, 1) - start).days
    # The day before a public holiday is an hour shorter where the law says so: in Russia.
    eve = 1.0 if country == "RU" else 0.0
    period = Period(start, days, calendar)
    months = [0.0] * 12
    for day in range(days):
        months[period.date(day).month - 1] += _of_day(period, day, week, eve)
    return tuple(months)
