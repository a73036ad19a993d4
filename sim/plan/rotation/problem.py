"""The rotating workforce problem: one cycle that everybody walks through, a week apart.

With n people the cycle has n weeks. In any calendar week each person stands in another week of
it, so what the cycle's weeks hold together is what every calendar week is covered with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.errors import InvalidInput

__all__ = ["FREE", "Bounds", "Clock", "Rotating"]

#: What stands in a cycle for a day off.
FREE = -1

#: Least and most.
Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a shift lies in its day, for rests that are counted in hours.

    Parameters
    ----------
    start
        From midnight [minutes].
    minutes
        Its length, over midnight where it is.
    """

    start: int
    minutes: int

    @property
    def end(self) -> int:
        """From midnight of the day it starts on [minutes]."""
        return self.start + self.minutes


@dataclass(frozen=True, slots=True)
class Rotating:
    """A rotation that is sought.

    Parameters
    ----------
    demand
        People on duty by shift and by day of the week, from Monday.
    people
        How many, and so how many weeks the cycle has; None: as few as it takes.
    names
        Of the shifts.
    runs
        By shift, days that it is worked running: least and most.
    work
        Days of work running: least and most.
    off
        Days off running: least and most.
    forbidden
        Pairs of shifts by number that must not follow each other on days running.
    forbidden_apart
        Pairs that must not stand around a single day off.
    surplus
        Whether more people than the demand may be on duty.
    clocks
        By shift, its time of day; needed for the weekly rest.
    weekly_rest
        Rest without a break within every calendar week [minutes]; 0 for none.

    Examples
    --------
    >>> demand = ((1,) * 7, (1,) * 7)
    >>> problem = Rotating(demand, 4, ("D", "N"), runs=((2, 2), (2, 2)), work=(2, 4), off=(2, 4),
    ...                    forbidden=frozenset({(1, 0)}))
    >>> problem.days, problem.duties
    (7, 14)
    """

    demand: tuple[tuple[int, ...], ...]
    people: int | None
    names: tuple[str, ...]
    runs: tuple[Bounds, ...]
    work: Bounds
    off: Bounds
    forbidden: frozenset[tuple[int, int]] = frozenset()
    forbidden_apart: frozenset[tuple[int, int]] = frozenset()
    surplus: bool = False
    clocks: tuple[Clock, ...] = field(default=())
    weekly_rest: int = 0

    def __post_init__(self) -> None:
        self._check_demand()
        if self.people is not None and not 1 <= self.people <= 5000:
            raise InvalidInput("people", "must be 1 to 5000", self.people)
        for name, bounds in (("work", self.work), ("off", self.off)):
            _check_bounds(name, bounds)
        if len(self.runs) != self.shifts:
            raise InvalidInput("runs", f"must be {self.shifts}, one by shift", len(self.runs))
        for name, bounds in zip(self.names, self.runs, strict=True):
            _check_bounds(f"runs[{name}]", bounds)
        for pair in self.forbidden | self.forbidden_apart:
            if not all(0 <= shift < self.shifts for shift in pair):
                raise InvalidInput("forbidden", f"must name shifts 0 to {self.shifts - 1}", pair)
        if self.weekly_rest and (self.days != 7 or len(self.clocks) != self.shifts):
            rule = "needs a week of seven days and the clock of every shift"
            raise InvalidInput("weekly_rest", rule, self.weekly_rest)

    def _check_demand(self) -> None:
        """A table of whole numbers, a row for each shift."""
        if not self.demand or not self.demand[0] or len(self.names) != len(self.demand):
            raise InvalidInput("demand", "must have a row for each named shift", len(self.demand))
        for name, row in zip(self.names, self.demand, strict=True):
            if len(row) != len(self.demand[0]):
                raise InvalidInput(f"demand[{name}]", f"must have {self.days} days", len(row))
            for count in row:
                if count < 0 or count != int(count):
                    raise InvalidInput(f"demand[{name}]", "must be whole numbers from 0", count)
        if not self.duties:
            raise InvalidInput("demand", "must ask for somebody", 0)

    @property
    def days(self) -> int:
        """Days of a week."""
        return len(self.demand[0])

    @property
    def shifts(self) -> int:
        """How many kinds of shift there are."""
        return len(self.demand)

    @property
    def duties(self) -> int:
        """Duties of a week."""
        return sum(map(sum, self.demand))

    def by_day(self) -> tuple[int, ...]:
        """People on duty by day, whatever the shift."""
        return tuple(map(sum, zip(*self.demand, strict=True)))


def _check_bounds(name: str, bounds: Sequence[int]) -> None:
    if len(bounds) != 2 or not 1 <= bounds[0] <= bounds[1]:
        raise InvalidInput(name, "must be least and most days, from 1 on", tuple(bounds))
