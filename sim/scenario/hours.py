"""Hours of the week as people write them: ``Mon-Fri 09:00-18:00``, ``Fri 20:00-08:00``.

A second of the week counts from Monday 00:00 by the wall clock of the scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Self

from pydantic import GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema

from sim.errors import InvalidInput
from sim.scenario.base import Strict, in_file

__all__ = [
    "DAY",
    "DAYS",
    "WEEK",
    "OpenHours",
    "ShiftHours",
    "clock",
    "days_named",
    "merged",
    "spans",
]

DAY = 86_400
WEEK = 7 * DAY
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_SPANS = 1000

_LIKE = "write it like Mon-Fri 09:00-18:00"
_RANGE = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*[-–]\s*([0-9]{1,2}:[0-9]{2})")
_DAYS = re.compile(r"([A-Za-zА-Яа-я]+)\.?(?:\s*[-–]\s*([A-Za-zА-Яа-я]+)\.?)?")
_TOKEN = re.compile(rf"\s*[,;]?\s*(?:(?P<hours>{_RANGE.pattern})|(?P<days>{_DAYS.pattern}))")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RUSSIAN = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_NUMBER_OF = {
    **{name.lower(): i for i, name in enumerate(DAYS)},
    **{name: i for i, name in enumerate(_FULL)},
    **{name: i for i, name in enumerate(_RUSSIAN)},
}


def clock(text: str) -> int:
    """Read a time of day [s after midnight]; 24:00 is the end of the day.

    Examples
    --------
    >>> clock("09:30")
    34200
    """
    match = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?", text.strip())
    if not match:
        raise InvalidInput("time", "must be a time of day", text, "write it like 09:00")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    value = hours * 3600 + minutes * 60 + rest
    if value > DAY:
        raise InvalidInput("time", "must be at most 24:00", text)
    return value


def days_named(text: str) -> tuple[int, ...]:
    """Read days of the week, Monday is 0; a range may run over Sunday.

    Examples
    --------
    >>> days_named("Mon-Wed"), days_named("Sat, Mon"), days_named("Fri-Mon")
    ((0, 1, 2), (5, 0), (4, 5, 6, 0))
    """
    found: list[int] = []
    for part in text.split(","):
        match = _DAYS.fullmatch(part.strip())
        if not match:
            raise InvalidInput(
                "days", "must name days", text, "write them like Mon-Fri or Sat, Sun"
            )
        found.extend(_day_range(match[1], match[2] or match[1]))
    return tuple(dict.fromkeys(found))


def _day_range(first: str, last: str) -> list[int]:
    start, end = _weekday(first), _weekday(last)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _weekday(name: str) -> int:
    day = _NUMBER_OF.get(name.lower())
    if day is None:
        raise InvalidInput("days", "is not a day of the week", name, "use " + ", ".join(DAYS))
    return day


def spans(text: str) -> list[tuple[int, int]]:
    """Read hours as spans of seconds of the week, one for each day that is named.

    A span that ends before it starts runs over midnight; one that starts late on Sunday
    ends beyond the week. No span is merged with another.

    Examples
    --------
    >>> spans("Mon, Fri 20:00-08:00")
    [(72000, 115200), (417600, 460800)]
    """
    if text.strip() in ("always", "24/7"):
        return [(day * DAY, (day + 1) * DAY) for day in range(7)]
    if text.strip() == "never":
        return []
    found: list[tuple[int, int]] = []
    for days, hours in _clauses(text):
        start, length = _daily(hours)
        found.extend((day * DAY + start, day * DAY + start + length) for day in days)
    return found


def _clauses(text: str) -> list[tuple[Sequence[int], str]]:
    """Pair every range of hours with the days named before it (all days when none are)."""
    days: list[int] = []
    clauses: list[tuple[Sequence[int], str]] = []
    fresh = True  # the next day name begins a new list of days
    place = 0
    while match := _TOKEN.match(text, place):
        place = match.end()
        if match["hours"]:
            clauses.append((days or range(7), match["hours"]))
            fresh = True
        else:
            days = ([] if fresh else days) + list(days_named(match["days"]))
            fresh = False
    if text[place:].strip(" ,;") or not clauses or not fresh:
        raise InvalidInput("hours", "must be hours of the week", text, _LIKE)
    return clauses


def _daily(hours: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(hours)
    assert match is not None
    start, end = clock(match[1]), clock(match[2])
    if start == end:
        hint = "for the whole day write 00:00-24:00"
        raise InvalidInput("hours", "must not start and end at the same time", hours, hint)
    if start == DAY:
        raise InvalidInput(
            "hours", "must not start at 24:00", hours, "start at 00:00 of the next day"
        )
    return start, end - start if end > start else end + DAY - start


def merged(pieces: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Fold spans into the week, then join those that overlap or touch."""
    folded: list[tuple[int, int]] = []
    for start, end in pieces:
        folded.append((start, min(end, WEEK)))
        if end > WEEK:
            folded.append((0, end - WEEK))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(folded):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _all_spans(data: object) -> list[tuple[int, int]]:
    lines = data if isinstance(data, list | tuple) else [data]
    found: list[tuple[int, int]] = []
    for line in lines:
        if not isinstance(line, str):
            raise InvalidInput("hours", "must be text", line, _LIKE)
        found.extend(spans(line))
    if len(found) > MOST_SPANS:
        raise InvalidInput("hours", f"must be at most {MOST_SPANS} spans", len(found))
    return found


def _written() -> dict[str, Any]:
    line = {"type": "string", "examples": ["Mon-Fri 09:00-18:00", "always", "never"]}
    return {"anyOf": [line, {"type": "array", "items": line}]}


class OpenHours(Strict):
    """Hours of the week during which something is open.

    Examples
    --------
    >>> OpenHours.of("Mon-Fri 09:00-18:00").seconds / 3600
    45.0
    >>> OpenHours.of("always").is_always
    True
    """

    ranges: tuple[tuple[int, int], ...]
    """Sorted, disjoint spans [start, end) in seconds of the week."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, OpenHours) or (isinstance(data, dict) and not in_file(info)):
            return data
        return {"ranges": merged(_all_spans(data))}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the text that is written, not the spans that are kept."""
        return _written()

    @classmethod
    def of(cls, *lines: str) -> Self:
        """Hours from one line of text or several."""
        return cls(ranges=merged(_all_spans(list(lines))))

    @property
    def seconds(self) -> int:
        """Open time in a week [s]."""
        return sum(end - start for start, end in self.ranges)

    @property
    def is_always(self) -> bool:
        """Whether it never closes."""
        return self.ranges == ((0, WEEK),)

    @property
    def is_never(self) -> bool:
        """Whether it never opens."""
        return not self.ranges

    def covers(self, second: float) -> bool:
        """Whether it is open at a second of the week (taken modulo the week)."""
        at = second % WEEK
        return any(start <= at < end for start, end in self.ranges)


class ShiftHours(Strict):
    """When the people of a shift start and end, one span for each start in the week.

    Examples
    --------
    >>> ShiftHours.of("Sun 20:00-08:00").spans
    ((590400, 633600),)
    """

    spans: tuple[tuple[int, int], ...]
    """Spans [start, end) in seconds; the start lies in the week, the end may lie beyond it."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, ShiftHours) or (isinstance(data, dict) and not in_file(info)):
            return data
        return {"spans": tuple(sorted(_all_spans(data)))}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the text that is written, not the spans that are kept."""
        return _written()

    @classmethod
    def of(cls, *lines: str) -> Self:
        """Shift hours from one line of text or several."""
        return cls(spans=tuple(sorted(_all_spans(list(lines)))))
