"""What a planner allows: shifts that may be worked, with the pauses in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.errors import InvalidInput
from sim.scenario.base import Also, Strict, Text, broken
from sim.scenario.hours import DAY, DAYS, clock, days_named
from sim.scenario.units import Count, Money, PositiveCount, PositiveDuration, Yes

__all__ = ["MovablePause", "ShiftForm", "SplitForm", "shift_forms"]

#: Nobody works longer than this in one go [s].
LONGEST_SHIFT = 2 * DAY

_START = re.compile(r"([0-9]{1,2}:[0-9]{2})(?:\s*[-–]\s*([0-9]{1,2}:[0-9]{2}))?")


def _starts(data: object) -> object:
    """Read ``07:00`` or ``06:00-10:00`` as the first and the last start [s after midnight]."""
    if not isinstance(data, str):
        if isinstance(data, tuple):
            return data
        raise InvalidInput("start", "must be text", data, "write it like 06:00-10:00")
    match = _START.fullmatch(data.strip())
    if not match:
        raise InvalidInput("start", "must be a time or two", data, "write it like 06:00-10:00")
    first, last = clock(match[1]), clock(match[2] or match[1])
    if first >= DAY:
        raise InvalidInput("start", "must be before 24:00", data, "write 00:00 of the next day")
    return (first, last if last >= first else last + DAY)


def _days(data: object) -> object:
    return days_named(data) if isinstance(data, str) else data


def _several(data: object) -> object:
    """One value stands for a list of one."""
    return [data] if isinstance(data, str | int | float) else data


Lengths = Annotated[
    tuple[PositiveDuration, ...],
    BeforeValidator(_several),
    Field(min_length=1),
    Also(type="string", examples=["8h"]),
]


class MovablePause(Strict):
    """A pause that belongs to a shift; where it lies in its window is for the plan to say."""

    title: Text | None = None
    """The name that people read."""
    length: Annotated[PositiveDuration, Field(alias="for")]
    """How long it is [s]."""
    after: PositiveDuration = 3600.0
    """Time at work before it, at least [s]."""
    before_end: PositiveDuration = 3600.0
    """Time between its end and that of the shift, at least [s]."""
    until: PositiveDuration | None = None
    """Time from the start of the shift by which it is over, at the latest [s]."""
    gap: PositiveDuration | None = None
    """Time at work since the pause before it, at least [s]."""
    paid: Yes = True
    """Whether it is paid; a meal often is not."""
    kind: Literal["break", "meal", "meeting", "training"] = "break"
    """What it is for."""


class SplitForm(Strict):
    """The second part of a shift that is worked in two."""

    gap: Lengths
    """Unpaid time between the parts [s]; any of these."""
    length: Lengths
    """Length of the second part [s]; any of these."""


class ShiftForm(Strict):
    """Shifts that may be worked: from when to when they start, how long they are."""

    title: Text | None = None
    """The name that people read; its key when absent."""
    start: Annotated[
        tuple[int, int],
        BeforeValidator(_starts),
        Also(type="string", examples=["07:00", "06:00-10:00"]),
    ]
    """First and last time at which one may start [s after midnight]."""
    every: PositiveDuration = 3600.0
    """Distance between possible starts [s]."""
    length: Lengths
    """From start to end, pauses included [s]; any of these. It may run past midnight."""
    days: Annotated[
        tuple[int, ...], BeforeValidator(_days), Also(type="string", examples=["Mon-Fri"])
    ] = tuple(range(7))
    """Days of the week on which it may start, 0 is Monday."""
    pauses: tuple[MovablePause, ...] = ()
    """Breaks, meals and meetings, in order of time."""
    split: SplitForm | None = None
    """The second part, for shifts in two parts."""
    at_most: PositiveCount | None = None
    """Most agents on it in a week; None for no bound."""
    per_day: PositiveCount | None = None
    """Most agents who start it on a day; None for no bound."""
    at_least: Count = 0
    """Fewest agents who start it on each of its days."""
    starts: PositiveCount | None = None
    """Different times of day at which it is started, at most; None for no bound."""
    allowance: Money = 0.0
    """Paid for each such shift beside its hours, for a way home at night."""

    @field_validator("days", mode="after")
    @classmethod
    def _some_day(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if not days or not set(days) <= set(range(7)):
            raise InvalidInput("days", "must name days of the week", days, ", ".join(DAYS))
        return days

    @model_validator(mode="after")
    def _can_be_worked(self) -> ShiftForm:
        longest = max(self.length)
        if longest > LONGEST_SHIFT:
            raise broken(("length",), "must be at most 48 h", longest / 3600)
        if self.per_day is not None and self.at_least > self.per_day:
            rule = f"must not be above the {self.per_day} that may start on a day"
            raise broken(("at_least",), rule, self.at_least)
        for number, pause in enumerate(self.pauses):
            latest = min(self.length) - pause.before_end
            if pause.until is not None:
                latest = min(latest, pause.until)
            if pause.after + pause.length > latest and self.split is None:
                rule = f"leaves no room for it in a shift of {min(self.length) / 3600:g} h"
                hint = "make after or before_end shorter, or the shift longer"
                raise broken(("pauses", number), rule, None, hint)
        return self


def shift_forms(data: Any) -> Any:
    """Shifts by name; a list would leave them without one."""
    if not isinstance(data, Mapping) or not data:
        rule, hint = "must name shifts", "write it like {day: {start: 09:00, length: 8h}}"
        raise InvalidInput("shifts", rule, data or None, hint)
    return data
