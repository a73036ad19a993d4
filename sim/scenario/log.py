"""A log of contacts: when each came, and what else is known of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from pydantic_core import InitErrorDetails

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.scenario.base import Strict, joined, refusal
from sim.scenario.hours import DAY, WEEK
from sim.scenario.parse import number, seconds
from sim.scenario.tables import csv_rows

__all__ = ["Log", "read_log"]

MOST_ROWS = 1_000_000
MOST_TOLD = 5
ZERO = datetime(1970, 1, 1)
_LIKE = "write it like 2026-03-02 09:15:30"
_COLUMNS = ("time", "handle_time", "patience")


class Log(Strict):
    """Contacts as they came, by the wall clock of the scenario.

    Examples
    --------
    >>> log = Log.of(["2026-03-02 09:00:05, 4m", "2026-03-02 09:00:01"])
    >>> log.handle_time, log.first_day
    ((None, 240.0), 20514)
    """

    times: tuple[float, ...]
    """When they came, in order [s from the start of 1970, local time]."""
    handle_time: tuple[float | None, ...]
    """Time an agent was in contact [s]; None where the log does not say."""
    patience: tuple[float | None, ...]
    """How long they would have waited [s]; None where the log does not say."""

    @classmethod
    def of(cls, rows: object) -> Log:
        """A log from rows of text: time, handle time and patience, the last two left out or empty.

        Raises
        ------
        ValidationError
            With every row that cannot be read, the first few of them.
        """
        like = 'write it like ["2026-03-02 09:15:30", "2026-03-02 09:16:02, 4m"]'
        if isinstance(rows, str) or not isinstance(rows, Sequence) or not rows:
            raise InvalidInput("log", "must be a CSV file, or a list of contacts", rows, like)
        found: list[tuple[float, float | None, float | None]] = []
        wrong: list[InitErrorDetails] = []
        for index, row in enumerate(rows):
            try:
                found.append(_contact(row))
            except InvalidInput as error:
                wrong.append(refusal((index,), error.rule, error.value, error.hint))
                if len(wrong) == MOST_TOLD:
                    break
        if wrong:
            raise joined("Log", wrong)
        found.sort(key=lambda contact: contact[0])
        times, handle, patience = zip(*found, strict=True)
        return cls(times=times, handle_time=handle, patience=patience)

    @property
    def first_day(self) -> int:
        """Its first day, from the start of 1970."""
        return int(self.times[0] // DAY)

    def between(self, start: date, days: int) -> bool:
        """Whether any contact came on one of so many days from a date on."""
        first = (start - ZERO.date()).days * DAY
        return bisect_left(self.times, first) < bisect_left(self.times, first + days * DAY)

    @property
    def span(self) -> str:
        """Its first and its last day in words."""
        ends = self.times[0], self.times[-1]
        first, last = (str((ZERO + timedelta(seconds=at)).date()) for at in ends)
        return first if first == last else f"{first} to {last}"

    def week(self, interval: float) -> tuple[float, ...]:
        """Contacts in each interval of a week from Monday on, as an average over its days."""
        slots = round(WEEK / interval)
        counts = [0.0] * slots
        for time in self.times:
            monday = ZERO + timedelta(days=-3)  # 1970 began on a Thursday
            at = time - (monday - ZERO).total_seconds()
            counts[int(at % WEEK // interval)] += 1
        days = range(self.first_day, int(self.times[-1] // DAY) + 1)
        times = [sum((day + 3) % 7 == weekday for day in days) for weekday in range(7)]
        per_day = slots // 7
        return tuple(count / max(1, times[at // per_day]) for at, count in enumerate(counts))


def _contact(row: object) -> tuple[float, float | None, float | None]:
    """Read one row."""
    parts = [part.strip() for part in row.split(",")] if isinstance(row, str) else []
    if not 1 <= len(parts) <= len(_COLUMNS):
        raise InvalidInput("contact", "must be a time, a handle time and a patience", row, _LIKE)
    try:
        time = datetime.fromisoformat(parts[0])
    except ValueError:
        raise InvalidInput("time", "must be a date and a time", parts[0], _LIKE) from None
    if time.tzinfo is not None:
        rule = "must be by the wall clock of the scenario, without a zone"
        raise InvalidInput("time", rule, parts[0], _LIKE)
    known = [seconds(part) if part else None for part in parts[1:]] + [None, None]
    return (time - ZERO).total_seconds(), known[0], known[1]


def read_log(data: bytes, name: str) -> list[tuple[str, int]]:
    """Rows of a CSV file as text, each with its line.

    Columns are ``time``, and ``handle_time`` and ``patience`` where they are known, in seconds or
    with a unit; others are passed over.

    Raises
    ------
    ScenarioError
        If it is no such table.
    """
    rows = csv_rows(data, name, MOST_ROWS)
    header = [cell.strip().lower() for cell in rows[0][1]]
    if header.count("time") != 1:
        rule, hint = "must have one column time", "begin with time,handle_time,patience"
        raise ScenarioError([Problem(name, rows[0][0], "", rule, hint)])
    if len(rows) == 1:
        raise ScenarioError([Problem(name, rows[0][0], "", "has no contacts")])
    places = {column: header.index(column) for column in _COLUMNS if column in header}
    return [(", ".join(_cells(row, places)), line) for line, row in rows[1:]]


def _cells(row: Sequence[str], places: Mapping[str, int]) -> Iterator[str]:
    """Cells of one row in the order in which a contact is written."""
    for column in _COLUMNS:
        at = places.get(column, len(row))
        text = row[at].strip() if at < len(row) else ""
        yield f"{text}s" if column != "time" and _is_plain(text) else text


def _is_plain(text: str) -> bool:
    """Whether a cell is a number without a unit."""
    try:
        number(text)
    except InvalidInput:
        return False
    return True
