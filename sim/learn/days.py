"""Counts by day: which days are unlike others of their weekday."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.learn.arrays import Flags, Ints

__all__ = ["Day", "Surge", "odd_days", "quiet_days", "stray_days", "stray_rows", "surges"]

#: Weeks on either side that a day is compared with: trend and season stay out of it.
AROUND = 4
#: Robust standard deviations from which a busy day is told, and the least it must be above usual.
FAR, ABOVE = 4.0, 1.25
#: The same for an hour, which varies more.
HOUR_FAR, HOUR_ABOVE = 5.0, 2.5
#: A day below this share of its weekday is quiet.
QUIET = 0.6
#: A weekday is open if it is there in this share of the weeks.
OPEN = 0.5
#: Days without contacts that part a log, and the share of contacts below which a part is stray.
APART, STRAY = 180, 0.01
#: Beside so many contacts a part of one contact is stray, too.
MANY = 20
#: With fewer days than this nothing is usual yet.
LEAST = 15


@dataclass(frozen=True)
class Day:
    """A day that is unlike its weekday."""

    date: date
    count: int
    usual: float
    """Median of the same weekday in the weeks around."""

    @property
    def times(self) -> float:
        """Count in terms of the usual one."""
        return self.count / self.usual if self.usual else math.inf


@dataclass(frozen=True)
class Surge:
    """Hours on end far busier than usual."""

    date: date
    start: int
    """First hour of the day."""
    stop: int
    """Hour at which it is over."""
    count: int
    usual: float

    def __str__(self) -> str:
        return f"{self.date} {self.start:02d}:00-{self.stop:02d}:00"


def stray_days(counts: Mapping[date, int]) -> list[date]:
    """Days far from all others with next to nothing on them: a clock that was not set.

    Parameters
    ----------
    counts
        Contacts by date.

    Examples
    --------
    >>> counts = {date(2026, 3, 1) + timedelta(n): 100 for n in range(9)}
    >>> [str(day) for day in stray_days({date(1970, 1, 1): 2, **counts})]
    ['1970-01-01']
    """
    parts: list[list[date]] = []
    for day in sorted(counts):
        if not parts or (day - parts[-1][-1]).days > APART:
            parts.append([])
        parts[-1].append(day)
    all_ = sum(counts.values())
    least = max(STRAY * all_, 2 if all_ > MANY else 0)
    sums = [sum(counts[day] for day in part) for part in parts]
    few = [part for part, n in zip(parts, sums, strict=True) if n < least and n < max(sums)]
    return [day for part in few for day in part]


def stray_rows(days: Ints, counts: Ints) -> Flags:
    """Which rows are of stray days.

    Parameters
    ----------
    days
        Date of each row, counted from 1970.
    counts
        Contacts of each row.
    """
    dates, place = np.unique(days, return_inverse=True)
    sums = np.bincount(place, counts).astype(np.int64).tolist()
    named = [date(1970, 1, 1) + timedelta(days=day) for day in dates.tolist()]
    stray = set(stray_days(dict(zip(named, sums, strict=True))))
    return np.array([day in stray for day in named], bool)[place]


def odd_days(counts: Mapping[date, int]) -> list[Day]:
    """Days far busier than their weekday in the weeks around, the busiest first.

    Parameters
    ----------
    counts
        Contacts by date.

    Examples
    --------
    >>> counts = {date(2026, 1, 1) + timedelta(n): 100 + n % 5 for n in range(60)}
    >>> counts[date(2026, 2, 2)] = 300
    >>> [(str(day.date), round(day.times)) for day in odd_days(counts)]
    [('2026-02-02', 3)]
    """
    usual = _usual(counts)
    if len(usual) < LEAST:
        return []
    away = {day: math.log(max(counts[day], 0.5) / usual[day]) for day in usual}
    spread = 1.4826 * float(np.median(np.abs(list(away.values()))))
    # Chance alone spreads the count of a small day.
    limits = {
        day: max(FAR * math.hypot(spread, 1 / math.sqrt(usual[day])), math.log(ABOVE))
        for day in usual
    }
    odd = [Day(day, counts[day], usual[day]) for day in usual if away[day] > limits[day]]
    return sorted(odd, key=lambda day: -day.times)


def surges(counts: Mapping[tuple[date, int], int]) -> list[Surge]:
    """Hours far busier than the same hour of the weekday in the weeks around, the biggest first.

    Parameters
    ----------
    counts
        Contacts by date and hour; an hour that is left out had none.

    Examples
    --------
    >>> usual = {(date(2026, 1, 1) + timedelta(n), h): 40 for n in range(60) for h in (9, 10, 11)}
    >>> usual[date(2026, 2, 2), 9] = usual[date(2026, 2, 2), 10] = 300
    >>> [str(surge) for surge in surges(usual)]
    ['2026-02-02 09:00-11:00']
    """
    dates = sorted({day for day, _ in counts})
    usual: dict[tuple[date, int], float] = {}
    for hour in sorted({hour for _, hour in counts}):
        by_day = {day: counts.get((day, hour), 0) for day in dates}
        usual |= {(day, hour): n for day, n in _usual(by_day).items() if (day, hour) in counts}
    if len(usual) < LEAST:
        return []
    away = {key: math.log(counts[key] / usual[key]) for key in usual}
    spread = 1.4826 * float(np.median(np.abs(list(away.values()))))
    odd = {
        key
        for key, n in usual.items()
        if away[key] > max(HOUR_FAR * math.hypot(spread, 1 / math.sqrt(n)), math.log(HOUR_ABOVE))
    }
    found: list[Surge] = []
    for day, start in sorted(odd):
        if (day, start - 1) in odd:
            continue
        stop = start
        while (day, stop) in odd:
            stop += 1
        hours = [(day, hour) for hour in range(start, stop)]
        count = sum(counts[key] for key in hours)
        found.append(Surge(day, start, stop, count, sum(usual[key] for key in hours)))
    return sorted(found, key=lambda surge: surge.usual - surge.count)


def quiet_days(counts: Mapping[date, int]) -> tuple[list[Day], list[Day]]:
    """Days far below their weekday, and days of an open weekday without any contact, by date.

    Parameters
    ----------
    counts
        Contacts by date; a date that is left out had none.
    """
    first, last = min(counts), max(counts)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if len(every) < LEAST:
        return [], []
    whole = {day: counts.get(day, 0) for day in every}
    usual = _usual(whole)
    there = {
        weekday: float(np.mean([n > 0 for day, n in whole.items() if day.weekday() == weekday]))
        for weekday in range(7)
    }
    open_ = [day for day in every if there[day.weekday()] >= OPEN and day in usual]
    low = [Day(day, whole[day], usual[day]) for day in open_ if whole[day] < QUIET * usual[day]]
    # Half a day's worth of contacts is the least that can be told from chance.
    low = [day for day in low if day.usual - day.count > 3 * math.sqrt(day.usual)]
    return [day for day in low if day.count], [day for day in low if not day.count]


def _usual(counts: Mapping[date, int]) -> dict[date, float]:
    """Median of the same weekday around each day, itself left out; only where that is not zero."""
    found: dict[date, float] = {}
    for day in counts:
        near = [
            counts[other]
            for week in range(-AROUND, AROUND + 1)
            if week and (other := day + timedelta(weeks=week)) in counts
        ]
        if len(near) >= 2 and (median := float(np.median(near))) > 0:
            found[day] = median
    return found
