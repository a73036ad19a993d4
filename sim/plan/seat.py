"""The seat that is always open: from one position round the clock to people, factor by factor.

A week has 168 hours and a job 40, so it begins with 4.2. What a person gives is less than the job
has: holidays, leave, sickness and training take days, pauses take minutes of every shift, some do
not come, and shifts never fit the hours to the minute. Each factor divides what is left.
"""

from __future__ import annotations

import calendar as months
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.errors import InvalidInput
from sim.plan.rules import year_norm

__all__ = ["SOURCES", "Factor", "Seat", "seat"]

#: Where each factor's usual value comes from; nothing that is not a law is more than an assumption.
SOURCES = {
    "hours": "production calendar: working days of 8 h, 1 h less before a public holiday",
    "leave": "Labour Code of the Russian Federation, art. 115: 28 calendar days",
    "sickness": "assumption: working days a year",
    "training": "assumption: working days a year",
    "in_shift": "assumption: pauses, coaching, meetings, systems down, as a share of the shift",
    "no_show": "assumption: share of shifts that nobody comes to",
    "cover": "required over scheduled hours, from the shift cover",
    "two_persons": "rule of the house: nobody is alone on duty",
}


@dataclass(frozen=True, slots=True)
class Factor:
    """One step from a seat to people.

    Parameters
    ----------
    name
        Of `SOURCES`.
    value
        As given: hours, days or a share.
    unit
        Of the value.
    times
        What it multiplies the people by.
    people
        People for the seat with all factors up to this one.
    source
        Where the value comes from.
    text
        The step in words.
    parts
        What it is made of, by name, where there is more to see: hours by month.
    """

    name: str
    value: float
    unit: str
    times: float
    people: float
    source: str
    text: str
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seat:
    """People for one position that is always open.

    Parameters
    ----------
    people
        With every factor.
    hours
        Hours a year that a person sits there.
    factors
        Step by step.
    by_month
        People for the seat by month by the hours of the calendar alone: most where holidays are.
    """

    people: float
    hours: float
    factors: tuple[Factor, ...]
    by_month: tuple[float, ...]

    def __str__(self) -> str:
        lines = (f"{f.people:6.2f}  {f.text} ({f.source})" for f in self.factors)
        return "\n".join(lines)


def seat(
    *,
    country: str | None = "RU",
    year: int = 2026,
    leave_days: float = 0.0,
    sick_days: float = 0.0,
    training_days: float = 0.0,
    in_shift: float = 0.0,
    no_show: float = 0.0,
    cover: float = 1.0,
    two_persons: bool = False,
) -> Seat:
    """People for a seat round the clock.

    Parameters
    ----------
    country, year
        Of the production calendar.
    leave_days
        Calendar days of leave a year; five in seven of them are working days of 8 h.
    sick_days, training_days
        Working days a year.
    in_shift
        Share of the shift away from contacts.
    no_show
        Share of shifts that nobody comes to.
    cover
        Required over scheduled agent hours, 1 where shifts fit exactly.
    two_persons
        Whether at least two must be there at any time: the seat is then two.

    Raises
    ------
    InvalidInput
        If a value is out of range, or absences take the whole year.

    Examples
    --------
    >>> print(seat(leave_days=28, sick_days=8, training_days=5))
      4.20  168 h a week by 40 h of a job (arithmetic)
      4.44  8760 h a year by 1972 h of the norm (production calendar: working days of 8 h, 1 h less
            before a public holiday)
      4.83  160 h of leave (Labour Code of the Russian Federation, art. 115: 28 calendar days)
      5.01  64 h of sickness (assumption: working days a year)
      5.13  40 h of training (assumption: working days a year)
    """
    _check(leave_days, sick_days, training_days, in_shift, no_show, cover)
    norm = year_norm(country, year)
    whole = 24.0 * (366 if months.isleap(year) else 365)
    left = sum(norm)
    factors = [
        Factor("week", 40, "h", 4.2, 4.2, "arithmetic", "168 h a week by 40 h of a job"),
        _hours(norm, whole),
    ]
    absences = (
        ("leave", leave_days, "calendar days", leave_days * 5 / 7 * 8),
        ("sickness", sick_days, "working days", sick_days * 8),
        ("training", training_days, "working days", training_days * 8),
    )
    for name, days, unit, hours in absences:
        if days:
            if hours >= left:
                raise InvalidInput(name, f"must leave some of {left:g} h a year", days)
            times, left = left / (left - hours), left - hours
            factors.append(_next(factors, name, days, unit, times, f"{hours:g} h of {name}"))
    shares = (
        ("in_shift", in_shift, 1 - in_shift, f"{in_shift:.0%} of the shift away from contacts"),
        ("no_show", no_show, 1 - no_show, f"{no_show:.0%} of shifts that nobody comes to"),
        ("cover", cover, cover, f"{cover:.0%} of scheduled hours are needed when they are"),
    )
    for name, value, kept, text in shares:
        if kept != 1:
            left *= kept
            factors.append(_next(factors, name, value, "share", 1 / kept, text))
    if two_persons:
        text = "never alone: two are there whatever the load"
        factors.append(_next(factors, "two_persons", 2, "people", 2.0, text))
    by_month = tuple(
        24.0 * months.monthrange(year, month + 1)[1] / hours for month, hours in enumerate(norm)
    )
    return Seat(factors[-1].people, left, tuple(factors), by_month)


def _hours(norm: tuple[float, ...], whole: float) -> Factor:
    """From a job's week to the hours that the calendar leaves of a year."""
    people = whole / sum(norm)
    return Factor(
        "hours",
        sum(norm),
        "h a year",
        people / 4.2,
        people,
        SOURCES["hours"],
        f"{whole:g} h a year by {sum(norm):g} h of the norm",
        {months.month_abbr[month + 1]: hours for month, hours in enumerate(norm)},
    )


def _next(
    factors: list[Factor], name: str, value: float, unit: str, times: float, text: str
) -> Factor:
    """The next step: what is needed so far, times so much."""
    return Factor(name, value, unit, times, factors[-1].people * times, SOURCES[name], text)


def _check(
    leave: float, sick: float, training: float, in_shift: float, no_show: float, cover: float
) -> None:
    for name, days in (("leave_days", leave), ("sick_days", sick), ("training_days", training)):
        if not (math.isfinite(days) and 0 <= days <= 366):
            raise InvalidInput(name, "must be 0 to 366 days", days)
    for name, share in (("in_shift", in_shift), ("no_show", no_show)):
        if not 0 <= share < 1:
            raise InvalidInput(name, "must be at least 0 and below 1", share)
    if not 0 < cover <= 1:
        raise InvalidInput("cover", "must be above 0 and at most 1", cover)
