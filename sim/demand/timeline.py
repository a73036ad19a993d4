"""The stretch of time that is played: warm-up, the period that counts, wrap-up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import TICKS_PER_SECOND
from sim.scenario.calendar import Calendar
from sim.scenario.model import Scenario

__all__ = ["DAY", "WEEK", "Timeline", "ticks"]

DAY = 86_400
WEEK = 7 * DAY


def ticks(seconds: float) -> int:
    """Whole ticks of a duration in seconds, rounded to the nearest.

    Examples
    --------
    >>> ticks(1.2345)
    1235
    """
    return math.floor(seconds * TICKS_PER_SECOND + 0.5)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Slots of equal length, before, in and after the period, on the local wall clock.

    Tick 0 is the start of the warm-up. Local time is simulated as it reads on the wall: a change
    to or from summer time is not played.

    Parameters
    ----------
    calendar
        Names the days.
    interval
        Length of a slot [s].
    before, within, after
        Slots of warm-up, period and wrap-up.
    """

    calendar: Calendar
    interval: int
    before: int
    within: int
    after: int

    @classmethod
    def of(cls, scenario: Scenario) -> Timeline:
        """The timeline of a scenario; warm-up and wrap-up are rounded up to whole slots."""
        interval = round(scenario.interval)
        before = math.ceil(scenario.simulation.warm_up / interval)
        after = math.ceil(scenario.simulation.wrap_up / interval)
        within = scenario.calendar.days * DAY // interval
        return cls(scenario.calendar, interval, before, within, after)

    @property
    def slots(self) -> int:
        """All slots."""
        return self.before + self.within + self.after

    @property
    def per_day(self) -> int:
        """Slots in a day."""
        return DAY // self.interval

    @property
    def slot(self) -> int:
        """Length of a slot [ticks]."""
        return self.interval * TICKS_PER_SECOND

    @property
    def start(self) -> int:
        """Start of the period [ticks]."""
        return self.before * self.slot

    @property
    def end(self) -> int:
        """End of the wrap-up [ticks]."""
        return self.slots * self.slot

    @property
    def weeks(self) -> float:
        """Length of the period in weeks."""
        return self.within * self.interval / WEEK

    @property
    def week_slots(self) -> NDArray[np.int64]:
        """Slot of the week, from Monday 00:00, of every slot."""
        first = self.calendar.start.weekday() * self.per_day - self.before
        return (first + np.arange(self.slots)) % (7 * self.per_day)

    @property
    def days(self) -> NDArray[np.int64]:
        """Day of every slot, 0 for the first day of the period."""
        return (np.arange(self.slots) - self.before) // self.per_day

    def mondays(self) -> Iterator[int]:
        """Monday midnights from before the timeline to its end [s from its start, may be < 0]."""
        monday = self.before * self.interval - self.calendar.start.weekday() * DAY
        while monday > 0:
            monday -= WEEK
        while monday * TICKS_PER_SECOND < self.end:
            yield monday
            monday += WEEK
