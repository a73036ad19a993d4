"""The days that are planned, on one line of minutes that knows the clock and the calendar.

Minute 0 is the first midnight. Minutes are those that pass: on the day that the clock is put
forward, 23 hours lie between two midnights. What was worked before lies below 0.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.scenario import Calendar

__all__ = ["Period", "Span"]

#: From and to [minutes since the first midnight].
Span = tuple[int, int]

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a plan is made for.

    Parameters
    ----------
    start
        The first day.
    days
        How many.
    calendar
        Public holidays, working days and the time zone; without one every Monday to Friday is a
        working day and the clock is never changed.
    announced
        The day on which people learn of the plan; None where that is not known.

    Examples
    --------
    >>> march = Period(datetime.date(2026, 3, 1), 31)
    >>> march.label(march.at(1, 8 * 60))
    'Mon 2 Mar 08:00'
    """

    start: datetime.date
    days: int
    calendar: Calendar | None = None
    announced: datetime.date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 3660:
            raise InvalidInput("days", "must be 1 to 3660", self.days)

    @property
    def end(self) -> int:
        """The midnight that ends the last day [minutes]."""
        return self.at(self.days)

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone, where its clock is ever changed."""
        if self.calendar is None or self.calendar.timezone == "UTC":
            return None
        return self.calendar.zone

    def date(self, day: int) -> datetime.date:
        """The date of a day, 0 for the first."""
        return self.start + datetime.timedelta(days=day)

    def day_of(self, date: datetime.date) -> int:
        """The number of a date, 0 for the first day."""
        return (date - self.start).days

    def weekday(self, day: int) -> int:
        """The day of the week, 0 for Monday."""
        return (self.start.weekday() + day) % 7

    def at(self, day: int, clock: int = 0) -> int:
        """The minute at which the clock of a day shows a time.

        Parameters
        ----------
        day
            0 for the first.
        clock
            Minutes after midnight by the clock; from ``DAY`` on it is that of a later day.

        Examples
        --------
        Berlin puts its clock forward in the night to 29 March 2026:

        >>> berlin = Calendar(start=datetime.date(2026, 3, 1), timezone="Europe/Berlin")
        >>> spring = Period(datetime.date(2026, 3, 28), 2, berlin)
        >>> spring.at(1), spring.at(2) - spring.at(1)
        (1440, 1380)
        """
        zone = self.zone
        if zone is None:
            return day * DAY + clock
        return _passed(zone, self.start, day + clock // DAY, clock % DAY)

    def day(self, minute: int) -> int:
        """The day that a minute lies in."""
        day = minute // DAY
        while self.at(day + 1) <= minute:
            day += 1
        while self.at(day) > minute:
            day -= 1
        return day

    def clock(self, minute: int) -> int:
        """What the clock shows [minutes after midnight]."""
        zone = self.zone
        if zone is None:
            return minute % DAY
        begun = datetime.datetime.combine(self.start, datetime.time(), zone).timestamp()
        shown = datetime.datetime.fromtimestamp(begun + 60 * minute, zone)
        return shown.hour * 60 + shown.minute

    def label(self, minute: int) -> str:
        """A moment in words."""
        day, clock = self.day(minute), self.clock(minute)
        date = self.date(day)
        return f"{_NAMES[date.weekday()]} {date:%-d %b} {clock // 60:02}:{clock % 60:02}"

    def weeks(self, first: int, last: int) -> Iterator[int]:
        """The Mondays (as days) of the calendar weeks that touch the days from first to last."""
        monday = first - self.weekday(first)
        yield from range(monday, last + 1, 7)

    def nights(self, span: Span, since: int, until: int) -> int:
        """Minutes of a span that lie in the night.

        Parameters
        ----------
        span
            From and to [minutes].
        since, until
            Start and end of the night by the clock [minutes after midnight].
        """
        over = until + (DAY if until <= since else 0)
        days = range(self.day(span[0]) - 1, self.day(max(span[0], span[1] - 1)) + 1)
        dark = ((self.at(day, since), self.at(day, over)) for day in days)
        return sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in dark)

    def is_holiday(self, day: int) -> bool:
        """Whether a day is a public holiday."""
        return self.calendar is not None and self.calendar.is_holiday(self.date(day))

    def is_working(self, day: int) -> bool:
        """Whether a five-day office works."""
        if self.calendar is None:
            return self.weekday(day) < 5
        return self.calendar.is_working_day(self.date(day))


@lru_cache(maxsize=4096)
def _passed(zone: ZoneInfo, start: datetime.date, day: int, clock: int) -> int:
    """Minutes from the first midnight to a time by the clock."""
    begun = datetime.datetime.combine(start, datetime.time(), zone)
    time = datetime.time(clock // 60, clock % 60)
    shown = datetime.datetime.combine(start + datetime.timedelta(days=day), time, zone)
    return round((shown.timestamp() - begun.timestamp()) / 60)
