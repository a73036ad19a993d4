"""Who is there to be planned, a number or each by name, and the rules they work under."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.scenario.base import Also, Strict, broken, joined, nearest, refusal
from sim.scenario.units import Count, Hours, PositiveShare

__all__ = ["DaySpan", "Member", "Team", "Wish", "read_people", "sheet_rows"]

MOST_PEOPLE = 5000
MOST_BYTES = 5_000_000

_DAY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_SPAN = re.compile(rf"{_DAY}(?:\s*(?:\.\.|–)\s*{_DAY})?")
_WISH = re.compile(
    r"(off|on)\s+([0-9].*?)(?:\s+([^\s0-9][^:]*?))?(?:\s*:\s*([0-9]+(?:\.[0-9]+)?))?"
)


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date", "must be a date", text, "write it like 2026-03-09") from None


def _span(data: object) -> object:
    """Read ``2026-03-09`` or ``2026-03-09..2026-03-15``, both days included."""
    if isinstance(data, datetime.date):
        return {"first": data, "last": data}
    if not isinstance(data, str):
        return data
    match = _SPAN.fullmatch(data.strip())
    if not match:
        hint = "write it like 2026-03-09..2026-03-15"
        raise InvalidInput("days", "must be a date or two", data, hint)
    first = _date(match[1])
    return {"first": first, "last": _date(match[2]) if match[2] else first}


class DaySpan(Strict):
    """Days from a first to a last one, both included."""

    first: datetime.date
    """The first day."""
    last: datetime.date
    """The last day."""

    _read = model_validator(mode="before")(_span)

    @model_validator(mode="after")
    def _in_order(self) -> DaySpan:
        if self.last < self.first:
            raise broken(("last",), f"must not be before {self.first}", str(self.last))
        return self


def _wish(data: object) -> object:
    """Read ``off 2026-03-21``, ``on 2026-03-08 late/night``, ``off 2026-03-21..2026-03-22: 5``."""
    if not isinstance(data, str):
        return data
    match = _WISH.fullmatch(data.strip())
    if not match:
        hint = "write it like off 2026-03-21, or on 2026-03-08 night: 5"
        raise InvalidInput("wish", "must say off or on, and a day", data, hint)
    shift = {"shift": match[3]} if match[3] else {}
    weight = {"weight": float(match[4])} if match[4] else {}
    return {"kind": match[1], "days": match[2], **shift, **weight}


class Wish(Strict):
    """What somebody would like: a day off, or to work."""

    kind: Literal["off", "on"]
    """Not to work, or to work."""
    days: Annotated[DaySpan, Also(type="string", examples=["2026-03-21"])]
    """On which days."""
    shift: str | None = None
    """Which shift, by its name, or several parted by a slash; None for any."""
    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """How much, against other wishes."""

    _read = model_validator(mode="before")(_wish)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The shifts that it names."""
        return tuple(kind.strip() for kind in (self.shift or "").split("/") if kind.strip())


Spans = tuple[Annotated[DaySpan, Also(type="string", examples=["2026-03-09..2026-03-15"])], ...]


class Member(Strict):
    """Somebody who is planned by name."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """As on the roster."""
    share: PositiveShare = 1.0
    """Share of full time."""
    norm: Hours | None = None
    """Hours owed in the period; None: those of the calendar, less absences."""
    most: Hours | None = None
    """Most paid hours in the period; None: as the rules say."""
    skills: tuple[str, ...] = ()
    """Channels that the person serves; none for all of the group."""
    flags: tuple[str, ...] = ()
    """What rules must know, such as night_ban, pregnant or minor."""
    vacation: Spans = ()
    """Days of vacation, which lessen the hours owed."""
    sick: Spans = ()
    """Days of sickness."""
    unavailable: Spans = ()
    """Days on which the person cannot work, though the hours stay owed."""
    wishes: tuple[Annotated[Wish, Also(type="string", examples=["off 2026-03-21"])], ...] = ()
    """What the person would like."""


def _people(data: object) -> object:
    """A number of people stands for so many alike."""
    if isinstance(data, bool) or not isinstance(data, int):
        return data
    if not 1 <= data <= MOST_PEOPLE:
        raise InvalidInput("people", f"must be 1 to {MOST_PEOPLE}", data)
    width = len(str(data))
    return [{"name": f"{number:0{width}d}"} for number in range(1, data + 1)]


class Team(Strict):
    """The people of a group, and the rules that they work under."""

    people: Annotated[
        tuple[Member, ...],
        BeforeValidator(_people),
        Field(min_length=1, max_length=MOST_PEOPLE),
        Also(type="integer", minimum=1, maximum=MOST_PEOPLE),
    ]
    """Each by name, or how many alike."""
    rules: Annotated[Mapping[str, Any], Also(type="string", examples=["RU", "EU", "none"])] = Field(
        default_factory=dict
    )
    """Labour rules: RU, EU or none, or a mapping with such a base and own rules."""
    accounting: Literal["week", "month", "quarter", "year"] = "month"
    """Period over which hours are counted against the norm."""
    at_least: Count = 0
    """Fewest people at work while the group is needed at all."""

    @field_validator("rules", mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"base": data}
        if not isinstance(data, Mapping):
            hint = "write rules: RU, or {base: RU, nights_running: 3}"
            raise InvalidInput("rules", "must be a name or a mapping", data, hint)
        return data

    @field_validator("people", mode="after")
    @classmethod
    def _each_once(cls, people: tuple[Member, ...]) -> tuple[Member, ...]:
        seen: set[str] = set()
        wrong: list[InitErrorDetails] = []
        for number, member in enumerate(people):
            if member.name in seen:
                wrong.append(refusal((number, "name"), "must be there once", member.name))
            seen.add(member.name)
        if wrong:
            raise joined("people", wrong)
        return people


_COLUMNS = {
    "name": ("name", "имя", "фио", "сотрудник"),
    "share": ("share", "ставка", "доля"),
    "norm": ("norm", "норма"),
    "most": ("most", "максимум"),
    "skills": ("skills", "навыки", "каналы"),
    "flags": ("flags", "пометки"),
    "vacation": ("vacation", "отпуск"),
    "sick": ("sick", "больничный"),
    "unavailable": ("unavailable", "недоступен"),
    "wishes": ("wishes", "пожелания"),
}
_LISTS = ("skills", "flags", "vacation", "sick", "unavailable", "wishes")


def read_people(path: str | Path) -> tuple[Member, ...]:
    """Read people from a CSV file, a row each.

    Parameters
    ----------
    path
        The file: commas, semicolons or tabs, UTF-8 or cp1251; columns of `Member` in any order,
        English or Russian. What a person has several of is parted by ``|``.

    Raises
    ------
    ScenarioError
        With every cell that is wrong.
    """
    place = Path(path)
    try:
        data = place.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        rule = f"cannot be read ({error.strerror})"
        raise ScenarioError([Problem(str(path), 0, "", rule)]) from None
    if len(data) > MOST_BYTES:
        raise ScenarioError([Problem(str(path), 0, "", "must be at most 5 MB")])
    try:
        rows = sheet_rows(data)
    except InvalidInput as error:
        raise ScenarioError([Problem(str(path), 0, "", error.rule, error.hint)]) from None
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise ScenarioError([Problem(str(path), 1, "", "must have a row of headings")])
    names, problems = _headings(rows[0], str(path))
    found = list(_members(rows, names, str(path), problems))
    if not found and not problems:
        problems.append(Problem(str(path), 0, "", "names nobody"))
    if len(found) > MOST_PEOPLE:
        problems.append(Problem(str(path), 0, "", f"must name at most {MOST_PEOPLE} people"))
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def sheet_rows(data: bytes) -> list[list[str]]:
    r"""Rows of a CSV file as spreadsheets save it.

    Parameters
    ----------
    data
        Its bytes: commas, semicolons or tabs, whichever the first row has most; UTF-8, UTF-16 with
        its mark, or cp1251.

    Raises
    ------
    InvalidInput
        If it is no such table.

    Examples
    --------
    >>> sheet_rows("имя;ставка\nАнна;50%\n".encode("cp1251"))
    [['имя', 'ставка'], ['Анна', '50%']]
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1251", errors="replace")
    head = text.partition("\n")[0]
    try:
        delimiter = max(",;\t", key=head.count)
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        why = "bytes that are no letters"
        if "limit" in str(error):
            why = "a cell is longer than 131,072 letters"
        elif "expected" in str(error):
            why = "a quote does not close, or stands in the middle of a cell"
        hint = "a spreadsheet is to be saved as .csv; --out NAME.csv writes a roster as one"
        raise InvalidInput("table", f"is no table of text ({why})", None, hint) from None


def _headings(row: list[str], file: str) -> tuple[list[str | None], list[Problem]]:
    """Columns by their headings."""
    known = {word: name for name, words in _COLUMNS.items() for word in words}
    names = [known.get(cell.strip().lower()) for cell in row]
    problems = [
        Problem(file, 1, cell.strip(), "is not a known column", nearest(cell.strip(), list(known)))
        for cell, name in zip(row, names, strict=True)
        if name is None and cell.strip()
    ]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [Problem(file, 1, name, "has two columns") for name in twice]
    if "name" not in names and not problems:
        problems.append(Problem(file, 1, "name", "has no such column"))
    return names, problems


def _members(
    rows: list[list[str]], names: list[str | None], file: str, problems: list[Problem]
) -> Iterator[Member]:
    """People of the rows; what is wrong is added to the problems."""
    seen: dict[str, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(names) :]):
            rule, hint = "has more cells than there are headings", "put what holds commas in quotes"
            problems.append(Problem(file, line, "", rule, hint))
            continue
        cells: dict[str, object] = {}
        for name, cell in zip(names, row, strict=False):
            if name and cell.strip():
                cells[name] = _parts(cell) if name in _LISTS else cell.strip()
        try:
            member = Member.model_validate(cells, context={"file": True})
        except ValidationError as error:
            problems += [_problem(file, line, one) for one in error.errors(include_url=False)]
            continue
        if member.name in seen:
            rule = f"is in line {seen[member.name]} already"
            problems.append(Problem(file, line, "name", rule))
        seen[member.name] = line
        yield member


def _parts(cell: str) -> list[str]:
    """Several things in one cell."""
    return [part.strip() for part in cell.split("|") if part.strip()]


def _problem(file: str, line: int, found: Mapping[str, Any]) -> Problem:
    """What is wrong with a cell."""
    column = str(found["loc"][0]) if found["loc"] else ""
    error = found.get("ctx", {}).get("error")
    if isinstance(error, InvalidInput):
        got = f", got {error.value!r}" if error.value is not None else ""
        return Problem(file, line, column, f"{error.rule}{got}", error.hint)
    if found["type"] == "missing":
        return Problem(file, line, column, "must not be empty")
    return Problem(file, line, column, str(found["msg"]).lower())
