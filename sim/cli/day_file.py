"""A day of intervals as a CSV file: read strictly, and refused with all that is wrong at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from sim.cli.reading import read_agents, read_number, read_seconds
from sim.errors import InvalidInput, LinewiseError
from sim.scenario.parse import as_duration

__all__ = ["Day", "read_day"]

Read = TypeVar("Read")

_WANTED = ("start", "calls", "agents")
_SEPARATORS = (";", "\t", ",")
_CLOCK = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d[ T])?(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"\s?(?P<half>[ap]m)?",
    re.IGNORECASE,
)
_DAY = 86_400


class Day(NamedTuple):
    """The intervals of a day.

    Parameters
    ----------
    starts
        When each begins, as the file says it.
    calls, agents
        What comes and who is there.
    aht
        Handle times that the file names [s]; none without such a column.
    unread
        Columns that say nothing to a day.
    """

    starts: tuple[str, ...]
    calls: tuple[float, ...]
    agents: tuple[int, ...]
    aht: tuple[float, ...]
    unread: tuple[str, ...]


def read_day(file: Path, per: float) -> Day:
    """Read the intervals of a day, of `per` seconds each; refuse all that is wrong at once."""
    head, rows = _table(file)
    problems: list[str] = []
    for line, cells in rows:
        if len(cells) < len(head) or any(cells[len(head) :]):
            problems.append(f"{file}:{line}: must have {len(head)} fields, got {len(cells)}")
    _refuse(problems)
    columns = {name: [(line, cells[at]) for line, cells in rows] for at, name in enumerate(head)}
    calls = _read(file, "calls", columns, read_number, problems)
    agents = _read(file, "agents", columns, read_agents, problems)
    aht = _read(file, "aht", columns, read_seconds, problems) if "aht" in columns else []
    problems += _starts(file, columns["start"], per)
    _refuse(problems)
    starts = tuple(text for _, text in columns["start"])
    unread = tuple(name for name in head if name and name not in (*_WANTED, "aht"))
    return Day(starts, tuple(calls), tuple(agents), tuple(aht), unread)


def _refuse(problems: list[str]) -> None:
    """Refuse what is wrong, a line for each."""
    if problems:
        raise LinewiseError("\n".join(problems))


def _table(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Names of the columns in small letters, and the fields of all rows with their lines."""
    try:
        text = file.read_text("utf-8-sig")
        first = text.partition("\n")[0]
        separator = next((sign for sign in _SEPARATORS if sign in first), ",")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LinewiseError(f"{file}: {_unread(error)}") from None
    head = [name.casefold() for name in rows[0][1]] if rows else []
    lacking = [name for name in _WANTED if name not in head]
    if lacking or len(rows) < 2:
        what = f"; {', '.join(lacking)} missing" if lacking else "; no row below them"
        raise LinewiseError(f"{file}: needs the columns start, calls and agents{what}")
    twice = sorted({name for name in head if name and head.count(name) > 1})
    if twice:
        raise LinewiseError(f"{file}: has a column twice: {', '.join(twice)}")
    return head, rows[1:]


def _unread(error: Exception) -> str:
    """Why a file cannot be read, in plain words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder: name the CSV file in it"
    if isinstance(error, PermissionError):
        return "may not be read by you"
    if isinstance(error, UnicodeDecodeError):
        return "is no text in UTF-8: save it as “CSV UTF-8”"
    return f"cannot be read ({error})"


def _read(
    file: Path,
    name: str,
    columns: dict[str, list[tuple[int, str]]],
    read: Callable[[str, str], Read],
    problems: list[str],
) -> list[Read]:
    """Read a column; add what is wrong with it to the problems."""
    values = []
    for line, text in columns[name]:
        try:
            values.append(read(f"{file}:{line}: {name}", text))
        except InvalidInput as error:
            problems.append(str(error))
    return values


def _starts(file: Path, column: list[tuple[int, str]], per: float) -> list[str]:
    """What is wrong with the times at which intervals start: each begins as the last one ends.

    Names that are no times at all, such as numbers of intervals, contradict nothing.
    """
    clocks = [(line, text, _clock(text)) for line, text in column]
    if not any(clock for _, _, clock in clocks):
        return []
    wrong = [
        f"{file}:{line}: start must be a time such as 09:30, as in other rows, got {text!r}"
        for line, text, clock in clocks
        if clock is None
    ]
    if wrong:
        return wrong
    for (_, before, one), (line, after, two) in pairwise(clocks):
        assert one is not None
        assert two is not None
        dated = bool(one[0] and two[0])
        step = two[1] - one[1] + (_days(one[0], two[0]) * _DAY if dated else 0)
        if (step if dated else step % _DAY) != (per if dated else per % _DAY):
            hint = f"; are intervals {as_duration(step)} long? Give --per" if step > 0 else ""
            return [
                f"{file}:{line}: start must be {as_duration(per)} after {before}, as --per says, "
                f"got {after!r}{hint}"
            ]
    return []


def _clock(text: str) -> tuple[str, int] | None:
    """The date, if any, and the seconds after midnight; None for what is no time."""
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if hour > (12 if half else 24):
        return None
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    seconds = 3600 * hour + 60 * int(match["minute"]) + int(match["second"] or 0)
    return (match["day"] or "")[:10], seconds


def _days(first: str, second: str) -> int:
    """Days from one date to another; so many that no interval fits where one is no date."""
    try:
        return (date.fromisoformat(second) - date.fromisoformat(first)).days
    except ValueError:
        return 10_000
