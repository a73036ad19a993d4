"""Weekly tables in CSV, as spreadsheets save them: ``day,time,phone,email``.

Commas, semicolons or tabs; a decimal comma with semicolons; UTF-8 with or without a mark, else
the Russian Windows code page (cp1251), which is what Excel writes there by default.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.scenario.base import nearest, shown
from sim.scenario.hours import DAY, DAYS, clock, days_named
from sim.scenario.parse import number
from sim.scenario.profile import ROWS_PER_DAY

__all__ = ["WeekTable", "csv_rows", "read_table"]

MOST_ROWS = 10_000
FINEST = DAY // ROWS_PER_DAY[-1]
MOST_TOLD = 10  # holes named one by one before they are only counted
DAY_NAMES, TIME_NAMES = ("day", "день"), ("time", "время")


@dataclass(frozen=True)
class WeekTable:
    """A CSV file read: its header, and its cells by day and time of day [s]."""

    name: str
    header: tuple[str, ...]
    cells: Mapping[tuple[int, int], tuple[int, Sequence[str]]]
    """Line number and raw cells of each row."""

    def column(self, column: str) -> list[tuple[float, int]]:
        """Numbers of a column for the week from Monday 00:00, each with its line.

        Raises
        ------
        ScenarioError
            With every cell that is empty or no number, and every row that is missing.
        """
        if column not in self.header:
            rule = f"has no column {column}"
            raise _failure(self.name, 1, column, rule, nearest(column, self.header))
        place = self.header.index(column)
        numbers: list[tuple[float, int]] = []
        problems: list[Problem] = []
        for day, time in self._grid():
            line, cells = self.cells[day, time]
            try:
                numbers.append((_cell(cells, place), line))
            except InvalidInput as error:
                rule = f"cell at {_when(day, time)} {error.rule}"
                problems.append(Problem(self.name, line, column, rule, error.hint))
        if problems:
            raise ScenarioError(_first(problems, column))
        return numbers

    def _grid(self) -> list[tuple[int, int]]:
        """Day and time of every row the week must have; refuses holes."""
        odd = [(line, key) for key, (line, _) in self.cells.items() if key[1] % FINEST]
        if odd:
            rule, hint = "row does not begin on a quarter of an hour", "use 15, 30 or 60 minutes"
            wrong = [Problem(self.name, at, "", f"{rule}, got {_when(*k)}", hint) for at, k in odd]
            raise ScenarioError(_first(wrong))
        times = {time for _, time in self.cells}
        rows = next(n for n in ROWS_PER_DAY if all(t % (DAY // n) == 0 for t in times))
        whole = [(day, step * (DAY // rows)) for day in range(7) for step in range(rows)]
        missing = [key for key in whole if key not in self.cells]
        if len(missing) > MOST_TOLD:
            rule = f"must have {len(whole)} rows, got {len(self.cells)}"
            raise _failure(self.name, 0, "", rule, f"the first missing is {_when(*missing[0])}")
        if missing:
            raise ScenarioError(
                [Problem(self.name, 0, "", f"has no row for {_when(*key)}") for key in missing]
            )
        return whole


def read_table(data: bytes, name: str) -> WeekTable:
    """Read a weekly table.

    Raises
    ------
    ScenarioError
        With every row whose day or time cannot be read, or the reason why it is no table.
    """
    rows = csv_rows(data, name)
    header = tuple(cell.strip() for cell in rows[0][1])
    days = _place(header, DAY_NAMES, name)
    times = _place(header, TIME_NAMES, name)
    repeated = {column for column in header if column and header.count(column) > 1}
    if repeated:
        raise _failure(name, rows[0][0], sorted(repeated)[0], "is the name of two columns")
    cells: dict[tuple[int, int], tuple[int, Sequence[str]]] = {}
    problems: list[Problem] = []
    for line, row in rows[1:]:
        try:
            for key in _keys(row, days, times):
                if key in cells:
                    rule = f"gives {_when(*key)} a second time"
                    raise InvalidInput("row", rule, None, f"first on line {cells[key][0]}")
                cells[key] = (line, row)
        except InvalidInput as error:
            given = "" if error.value is None else f", got {shown(error.value)}"
            rule = f"row {error.rule}{given}"
            problems.append(Problem(name, line, "", rule, error.hint))
    if problems:
        raise ScenarioError(_first(problems))
    return WeekTable(name, header, cells)


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise _failure(name, 0, "", "must be text in UTF-8", "save it as CSV UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1251")
        except UnicodeDecodeError:
            rule = "must be text in UTF-8 or cp1251"
            raise _failure(name, 0, "", rule, "save it as CSV UTF-8") from None


def csv_rows(data: bytes, name: str, most: int = MOST_ROWS) -> list[tuple[int, list[str]]]:
    """Line number and cells of every row that is not blank; the header comes first.

    Raises
    ------
    ScenarioError
        If it is no text, no CSV, or has more than `most` rows.
    """
    text = _decoded(data, name)
    if not text.strip():
        raise _failure(name, 0, "", "is empty", "begin with a row of column names")
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
            if len(rows) > most:
                raise _failure(name, reader.line_num, "", f"must have at most {most} rows")
    except csv.Error as error:
        raise _failure(name, reader.line_num, "", f"is not readable as CSV ({error})") from None
    return rows


def _place(header: Sequence[str], names: Sequence[str], file: str) -> int:
    lowered = [column.lower() for column in header]
    for name in names:
        if name in lowered:
            return lowered.index(name)
    raise _failure(file, 1, "", f"has no column {names[0]}", "begin with the row day,time,…")


def _keys(row: Sequence[str], days: int, times: int) -> list[tuple[int, int]]:
    if len(row) <= max(days, times):
        raise InvalidInput("row", "has too few cells", ",".join(row))
    time = clock(row[times])
    if time == DAY:
        raise InvalidInput("time", "must begin before 24:00", row[times])
    return [(day, time) for day in days_named(row[days])]


def _cell(cells: Sequence[str], place: int) -> float:
    text = cells[place].strip() if place < len(cells) else ""
    if not text:
        raise InvalidInput("cell", "is empty", text, "write 0 if nothing came")
    try:
        value = number(text)
    except InvalidInput as error:
        raise InvalidInput("cell", f"{error.rule}, got {text!r}", text, error.hint) from None
    if value < 0 or not math.isfinite(value):
        raise InvalidInput("cell", f"must not be negative, got {text}", text)
    return value


def _when(day: int, time: int) -> str:
    return f"{DAYS[day]} {time // 3600:02d}:{time % 3600 // 60:02d}"


def _first(problems: list[Problem], column: str = "") -> list[Problem]:
    """Keep the list readable when a whole file is wrong."""
    more = len(problems) - MOST_TOLD
    if more <= 0:
        return problems
    last = problems[MOST_TOLD]
    rest = Problem(last.file, last.line, column, f"is the first of {more} more such faults")
    return [*problems[:MOST_TOLD], rest]


def _failure(name: str, line: int, path: str, rule: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(name, line, path, rule, hint)])
