"""What may be worked: templates of shifts, their pauses, who works them, and the time to cover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.shifts.pay import Pay

__all__ = ["Crew", "Horizon", "PauseRule", "ShiftTemplate", "Split", "clock"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Nobody works longer than this in one go [minutes].
LONGEST = 2 * DAY
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock(minute: int, *, day: bool = False) -> str:
    """A time as people write it.

    Parameters
    ----------
    minute
        From midnight of the first day, a Monday [minutes].
    day
        Whether the day of the week is told.

    Examples
    --------
    >>> clock(330), clock(DAY + 120, day=True), clock(26 * 60)
    ('05:30', 'Tue 02:00', '02:00')
    """
    text = f"{minute % DAY // 60:02d}:{minute % 60:02d}"
    return f"{_DAYS[minute // DAY % 7]} {text}" if day else text


@dataclass(frozen=True, slots=True)
class Horizon:
    """The time to cover, in intervals of equal length.

    Parameters
    ----------
    interval
        Length of an interval [minutes]; a whole number of them makes a day.
    days
        How many days.
    cyclic
        Whether the last day is followed by the first, as in a week that repeats. If not, a shift
        may run past the end, where nobody asks for it.
    first_weekday
        Day of the week of the first day, 0 for Monday.

    Raises
    ------
    InvalidInput
        If intervals do not make a day, or there is no day.

    Examples
    --------
    >>> Horizon(30).intervals, Horizon(15, days=31, cyclic=False).intervals
    (336, 2976)
    """

    interval: int = 30
    days: int = 7
    cyclic: bool = True
    first_weekday: int = 0

    def __post_init__(self) -> None:
        if self.interval < 1 or DAY % self.interval:
            raise InvalidInput("interval", "must divide the 1440 minutes of a day", self.interval)
        if self.days < 1:
            raise InvalidInput("days", "must be at least 1", self.days)
        if not 0 <= self.first_weekday <= 6:
            raise InvalidInput("first_weekday", "must be from 0 to 6", self.first_weekday)

    @property
    def intervals(self) -> int:
        """How many intervals there are."""
        return self.minutes // self.interval

    @property
    def minutes(self) -> int:
        """How long it is [minutes]."""
        return self.days * DAY

    def weekday(self, day: int) -> int:
        """Day of the week of a day, 0 for Monday."""
        return (self.first_weekday + day) % 7

    def told(self, minute: int) -> str:
        """A moment as people write it: ``Tue 02:00``, with the number of the day beyond a week."""
        text = clock(minute + self.first_weekday * DAY, day=True)
        return text if self.days <= 7 else f"day {minute // DAY + 1} ({text})"

    def spread(self, start: int, minutes: int) -> tuple[Ints, Floats]:
        """Intervals that a stretch of time touches, and which part of each it fills.

        Parameters
        ----------
        start, minutes
            Where it begins, from midnight of the first day, and how long it is [minutes].

        Examples
        --------
        >>> [part.tolist() for part in Horizon(30, days=1).spread(1425, 45)]
        [[47, 0], [0.5, 1.0]]
        """
        _, at, share = self.spread_all(np.array([start]), minutes)
        return at, share

    def spread_all(self, starts: Ints, minutes: int) -> tuple[Ints, Ints, Floats]:
        """As `spread`, for several stretches of one length: which of them, intervals and parts."""
        first = starts // self.interval
        most = int((-(-(starts + minutes) // self.interval) - first).max(initial=0))
        at = first[:, None] + np.arange(most)
        begin = np.maximum(at * self.interval, starts[:, None])
        end = np.minimum((at + 1) * self.interval, starts[:, None] + minutes)
        inside = end > begin
        if not self.cyclic:
            inside &= (at >= 0) & (at < self.intervals)
        which = np.nonzero(inside)[0]
        return which, at[inside] % self.intervals, (end - begin)[inside] / self.interval


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A pause that belongs to a shift and may be moved.

    Parameters
    ----------
    minutes
        How long.
    window
        From when to when it may last, relative to the shift [minutes]: values from 0 count from the
        start of the shift; a negative begin, and an end of 0 or below, count from its end.
    paid
        Whether it is paid.
    kind
        ``break``, ``meal``, ``meeting`` or ``training``.
    gap
        Time at work since the end of the pause that is listed before [minutes].
    step
        Distance between the times at which it may begin [minutes]; when not said, that of the
        intervals.

    Examples
    --------
    A meal of half an hour, not within the first and the last two hours:

    >>> PauseRule(30, (120, -120), paid=False, kind="meal").kind
    'meal'
    """

    minutes: int
    window: tuple[int, int]
    paid: bool = True
    kind: str = "break"
    gap: int = 0
    step: int | None = None

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise InvalidInput("minutes", "of a pause must be at least 1", self.minutes)
        if self.gap < 0:
            raise InvalidInput("gap", "must be at least 0", self.gap)
        if self.step is not None and (self.step < 1 or DAY % self.step):
            raise InvalidInput("step", "must divide the 1440 minutes of a day", self.step)

    def within(self, minutes: int) -> tuple[int, int]:
        """First and last begin of the pause in a shift of some length, from its start [minutes]."""
        begin, end = self.window
        begin = begin + minutes if begin < 0 else begin
        end = end + minutes if end <= 0 else end
        return begin, end - self.minutes


@dataclass(frozen=True, slots=True)
class Split:
    """The second part of a shift in two parts.

    Parameters
    ----------
    gaps
        Lengths that the unpaid time between the parts may have [minutes].
    lengths
        Lengths that the second part may have [minutes].
    """

    gaps: tuple[int, ...]
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("gaps", "lengths"):
            values = getattr(self, name)
            if not values or min(values) < 1:
                raise InvalidInput(name, "of a split shift must be one or more, above 0", values)


@dataclass(frozen=True, slots=True)
class ShiftTemplate:
    """A family of shifts that the planner allows.

    Parameters
    ----------
    name
        What the planner calls it.
    starts
        First and last time of a start, from midnight [minutes]; the last may lie on the next day.
    lengths
        From start to end, pauses included [minutes]; the first part's of a split shift. A shift may
        run past midnight. Part-time is a short length.
    step
        Distance between starts [minutes].
    days
        Days of the week on which it may start, 0 for Monday.
    pauses
        In order of time. In a split shift they are relative to the whole of it.
    split
        The second part, if the shift has two.
    most, most_per_day, least_per_day
        Limits on how many are worked over the horizon and on each day it may start.
    distinct_starts
        How many different starting times may be used.
    allowance
        Paid for each shift beside the hours, say for a way home at night [money].
    pay
        What its hours cost, if not what all others do.

    Raises
    ------
    InvalidInput
        If nobody could work it as it is written.

    Examples
    --------
    >>> early = ShiftTemplate("early", starts=(360, 480), lengths=(480, 540), step=30)
    >>> list(early.start_times())
    [360, 390, 420, 450, 480]
    """

    name: str
    starts: tuple[int, int]
    lengths: tuple[int, ...]
    step: int = 60
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    pauses: tuple[PauseRule, ...] = ()
    split: Split | None = None
    most: int | None = None
    most_per_day: int | None = None
    least_per_day: int = 0
    distinct_starts: int | None = None
    allowance: float = 0.0
    pay: Pay | None = None

    def __post_init__(self) -> None:
        self._check_times()
        self._check_limits()

    def _check_times(self) -> None:
        first, last = self.starts
        where = f"of {self.name!r}"
        if not 0 <= first < DAY or not first <= last < first + DAY:
            rule = f"{where} must be a first and a last time from 0 to {DAY - 1}, in order"
            raise InvalidInput("starts", rule, self.starts)
        if self.step < 1:
            raise InvalidInput("step", f"{where} must be at least 1", self.step)
        if not self.lengths or min(self.lengths) < 1 or max(self.lengths) > LONGEST:
            rule = f"{where} must be one or more, from 1 to {LONGEST} minutes"
            raise InvalidInput("lengths", rule, self.lengths)
        if not self.days or not set(self.days) <= set(range(7)):
            raise InvalidInput("days", f"{where} must be one or more, from 0 to 6", self.days)

    def _check_limits(self) -> None:
        where = f"of {self.name!r}"
        for name in ("most", "most_per_day", "distinct_starts"):
            limit = getattr(self, name)
            if limit is not None and limit < (1 if name == "distinct_starts" else 0):
                raise InvalidInput(name, f"{where} must not be below 0, nor no start", limit)
        most = math.inf if self.most_per_day is None else self.most_per_day
        if not 0 <= self.least_per_day <= most:
            rule = f"{where} must be from 0 to most_per_day"
            raise InvalidInput("least_per_day", rule, self.least_per_day)
        if not (math.isfinite(self.allowance) and self.allowance >= 0):
            raise InvalidInput("allowance", f"{where} must be at least 0", self.allowance)

    def start_times(self) -> range:
        """Times at which it may start, from midnight [minutes]."""
        return range(self.starts[0], self.starts[1] + 1, self.step)


@dataclass(frozen=True, slots=True)
class Crew:
    """People who can do the same.

    Parameters
    ----------
    name
        What the planner calls them.
    skills
        Rows of the requirement that they can serve.
    templates
        Names of the shifts they work; all when not said.
    """

    name: str
    skills: tuple[int, ...]
    templates: tuple[str, ...] | None = None

    def allowed(self, templates: Sequence[ShiftTemplate]) -> list[int]:
        """Which of the templates they work."""
        names = [template.name for template in templates]
        if self.templates is None:
            return list(range(len(names)))
        unknown = set(self.templates) - set(names)
        if unknown:
            rule = f"of crew {self.name!r} must be among {names}"
            raise InvalidInput("templates", rule, sorted(unknown))
        return [names.index(name) for name in self.templates]
