"""Tables with a header: CSV of any dialect, and XLSX."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.errors import InvalidInput
from sim.learn.lines import head_of, text_lines
from sim.learn.words import guess
from sim.learn.workbooks import DEEPEST_HEADER, is_workbook, sheet_rows, sheets

__all__ = ["Rows", "Table", "header_of", "sniffed", "text_head"]

DELIMITERS = ",;\t|"
#: Rows handed on together.
BLOCK = 50_000
BAD_QUOTES = "quotes that do not close, or a cell beyond all bounds"
CUT_SHORT = "cut short: fewer cells than the header"
TOO_MANY = "more cells than the header"
# A line that cannot be read with its quotes is read without.
_QUOTES: tuple[Literal[0], Literal[3]] = (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
# No name of a column begins like this; times, numbers and telephones do.
_LIKE_DATA = re.compile(r"\s*[+(\-]?\d|.*\d{5}|.*@")


@dataclass(frozen=True)
class Rows:
    """Some rows of a table: the line of each, and cells by column."""

    numbers: list[int]
    columns: list[list[str | None]]


@dataclass(frozen=True)
class Table:
    """A file as a table: its header, and how to go on reading it."""

    path: Path
    header: tuple[str, ...]
    line: int
    """Number of the header's line."""
    delimiter: str = ","
    """Empty for a workbook."""
    sheet: int = 0
    """Place of the sheet that is read in a workbook."""
    sheets: int = 1
    """How many there are."""

    @property
    def hint(self) -> str:
        """Which columns there are, for a message: it must not tell who called."""
        if any(_LIKE_DATA.match(name) for name in self.header):
            return "its first row is no row of column names"
        return f"there are {', '.join(name for name in self.header if name)}"

    def blocks(
        self, wanted: Sequence[str], drop: Callable[[str, int, int], object], size: int = BLOCK
    ) -> Iterator[Rows]:
        """Rows below the header, of the wanted columns only.

        Parameters
        ----------
        wanted
            Names of columns as the header writes them.
        drop
            Told of lines that are left out: why, the first one, how many.
        size
            Rows of a block.
        """
        places = [self.header.index(name) for name in wanted]
        rows = self._lines(drop) if self.delimiter else sheet_rows(self.path, self.sheet)
        rows = itertools.dropwhile(lambda row: row[0] <= self.line, rows)
        good = self._whole(rows, drop)
        while block := list(itertools.islice(good, size)):
            numbers = [number for number, _ in block]
            yield Rows(numbers, [[cells[at] for _, cells in block] for at in places])

    def _whole(
        self,
        rows: Iterable[tuple[int, list[str]]],
        drop: Callable[[str, int, int], object],
    ) -> Iterator[tuple[int, list[str]]]:
        """Rows with a cell for each name, and no more of them."""
        width, least = len(self.header), len(self.header)
        while least > 1 and not self.header[least - 1]:
            least -= 1  # columns without a name at the end may be left away
        for number, cells in rows:
            if not any(cells):
                continue
            if not self.delimiter:  # a sheet has no cells where nothing was written
                cells += [""] * (width - len(cells))
            if len(cells) < least:
                drop(CUT_SHORT, number, 1)
            elif self.line and any(cells[width:]):
                drop(TOO_MANY, number, 1)
            else:
                yield number, cells + [""] * (width - len(cells))

    def _lines(self, drop: Callable[[str, int, int], object]) -> Iterator[tuple[int, list[str]]]:
        """Rows of a text file; where quotes do not close, its lines one by one."""
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in text_lines(self.path):
                taken.append(line)
                yield line

        reader = csv.reader(lines(), delimiter=self.delimiter)
        while True:
            taken.clear()
            before = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield from self._one_by_one(before + 1, taken, drop)
                continue
            if len(taken) > 1 and self._swallowed(cells):
                yield from self._one_by_one(before + 1, taken, drop)
            else:
                yield before + 1, cells

    def _swallowed(self, cells: Iterable[str]) -> bool:
        """Whether a cell has lines in it that would be rows of their own."""
        bars = len(self.header) - 1
        return bars > 1 and any(
            line.count(self.delimiter) == bars for cell in cells for line in cell.split("\n")[1:]
        )

    def _one_by_one(
        self, first: int, lines: Iterable[str], drop: Callable[[str, int, int], object]
    ) -> Iterator[tuple[int, list[str]]]:
        """Rows of lines that a quote had joined: each by itself, its quotes as they stand."""
        for number, line in enumerate(list(lines), start=first):
            cells = next((found for how in _QUOTES if (found := self._split(line, how))), None)
            if cells:
                yield number, cells
            elif line.strip():
                drop(BAD_QUOTES, number, 1)

    def _split(self, line: str, quoting: Literal[0, 3]) -> list[str] | None:
        """The cells of one line, if they are as many as the names."""
        try:
            cells = next(csv.reader([line], delimiter=self.delimiter, quoting=quoting), [])
        except csv.Error:
            return None
        return cells if len(cells) == len(self.header) else None


def header_of(head: str) -> tuple[str, ...]:
    r"""The names of columns at the beginning of a text, lower case; empty if it has none.

    Examples
    --------
    >>> header_of("Calls of May;;\nTime;Queue;Wait\n")
    ('time', 'queue', 'wait')
    """
    found = _header(head)
    return tuple(name.lower() for name in found[1]) if found else ()


def _header(head: str) -> tuple[int, tuple[str, ...], str] | None:
    """Line, names and delimiter of a header."""
    lines = [f"{line}\n" for line in head.split("\n")]
    found = []
    for mark in DELIMITERS:
        reader = csv.reader(lines, delimiter=mark)
        rows: list[tuple[int, list[str]]] = []
        with suppress(csv.Error):
            rows += ((reader.line_num, row) for row in itertools.islice(reader, DEEPEST_HEADER))
        if best := _best(rows):
            found.append((*best, mark))
    if not found:
        return None
    (_, line, names), mark = max(((one[:3], one[3]) for one in found), key=lambda one: one[0][0])
    return line, names, mark


def _best(
    rows: Iterable[tuple[int, list[str]]],
) -> tuple[tuple[bool, int, int], int, tuple[str, ...]] | None:
    """How good it is, line and names: of the rows with two names or more, the best header.

    Titles and merged cells may stand above it, and data below: the best is without numbers and
    has the most names that are known, then the first.
    """
    best: tuple[tuple[bool, int, int], int, tuple[str, ...]] | None = None
    for line, cells in rows:
        names = tuple(cell.strip() for cell in cells)
        count = sum(map(bool, names))
        if count < 2:
            continue
        plain = not any(_LIKE_DATA.match(name) for name in names)
        score = (plain, len(guess(names)) if plain else 0, count)
        if best is None or score[:2] > best[0][:2]:
            best = score, line, names
    return best


def sniffed(path: Path) -> Table:
    """A file as a table, its dialect told by its beginning.

    Raises
    ------
    InvalidInput
        If it has no header, or cannot be read.
    """
    if is_workbook(path):
        place, count = sheets(path)
        rows = itertools.islice(sheet_rows(path, place), DEEPEST_HEADER)
        if best := _best(rows):
            return Table(path, best[2], best[1], "", place, count)
    else:
        head = head_of(path)
        if found := _header(head):
            line, names, delimiter = found
            return Table(path, names, line, delimiter)
    raise InvalidInput("log", "has no row of column names", str(path))


def text_head(path: Path) -> str:
    """The beginning of a file as text; of a workbook, its first rows as a CSV file."""
    if not is_workbook(path):
        return head_of(path)
    written = io.StringIO()
    rows = itertools.islice(sheet_rows(path, sheets(path)[0]), DEEPEST_HEADER)
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(cells for _, cells in rows)
    return written.getvalue()
