"""Workbooks of Excel as rows of text, as a CSV file would have them."""

from __future__ import annotations

import datetime
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl

from sim.errors import InvalidInput

__all__ = ["DEEPEST_HEADER", "is_workbook", "sheet_rows", "sheets", "text_of"]

# A workbook is an archive, and some kilobytes of one can unfold to gigabytes. Real logs shrink to a
# tenth, at most to a thirtieth; what is not a sheet is read whole [bytes].
_ROOM, _SHRINKS, _WHOLE = 32 << 20, 100, 256 << 20
#: Rows of a sheet in which a table must begin.
DEEPEST_HEADER = 20
_TAKEN = 1_000


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook of Excel, told by what is packed in it.

    Raises
    ------
    InvalidInput
        If it is one in a form that cannot be read.
    """
    try:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
    if "xl/workbook.bin" in names or "content.xml" in names:
        rule = "is a workbook in a form that is not read"
        raise InvalidInput("log", rule, str(path), "save it as XLSX or CSV")
    return any(name.startswith("xl/") for name in names)


def sheets(path: Path) -> tuple[int, int]:
    """Place of the sheet that is read, and how many there are.

    It is the first one with two cells or more in one of its first rows: a cover has none.
    """
    with _opened(path) as book:
        for place, sheet in enumerate(book.worksheets):
            rows = itertools.islice(_rows(sheet), DEEPEST_HEADER)
            if any(sum(map(bool, cells)) > 1 for _, cells in rows):
                return place, len(book.worksheets)
        return 0, len(book.worksheets)


def sheet_rows(path: Path, place: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of a sheet as text, numbered from 1.

    Raises
    ------
    InvalidInput
        If the workbook is damaged, or unfolds beyond what a log can be.
    """
    with _opened(path) as book:
        yield from _rows(book.worksheets[place])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A workbook; what is wrong with it is refused in words."""
    _fits(path)
    with path.open("rb") as stream:  # by its content: a name may say anything
        try:
            # What is odd about styles and rules of a workbook does not touch its cells.
            with warnings.catch_warnings(action="ignore"):
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            yield book
            book.close()
        except Exception as error:  # what a damaged archive raises is not listed anywhere
            raise InvalidInput("log", "is no readable workbook", str(path)) from error


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    rows, first = sheet.iter_rows(values_only=True), 1
    while True:
        with warnings.catch_warnings(action="ignore"):  # not while others work with the rows
            some = list(itertools.islice(rows, _TAKEN))
        if not some:
            return
        for number, row in enumerate(some, start=first):
            yield number, [text_of(cell) for cell in row]
        first += len(some)


def _fits(path: Path) -> None:
    """Refuse an archive that unfolds beyond what a log can be, before any of it is unfolded."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    bombs = any(p.file_size > max(_ROOM, _SHRINKS * p.compress_size) for p in parts)
    whole = sum(p.file_size for p in parts if not p.filename.startswith("xl/worksheets/"))
    if bombs or whole > _WHOLE:
        rule = "unfolds to more than a workbook of logs can hold"
        raise InvalidInput("log", rule, str(path), "save it as CSV")


def text_of(cell: object) -> str:
    """A cell of a workbook as a CSV file would have it.

    Examples
    --------
    >>> text_of(datetime.time(0, 4, 30)), text_of(60.0), text_of(None)
    ('00:04:30', '60', '')
    >>> text_of(datetime.timedelta(hours=25, seconds=7.5))
    '25:00:07.500'
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, datetime.timedelta):
        return _clock(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _clock(span: datetime.timedelta) -> str:
    """A duration as a clock of hours, whatever unit its column is in."""
    sign, ms = "-" if span < datetime.timedelta() else "", round(abs(span).total_seconds() * 1000)
    seconds, rest = divmod(ms, 1000)
    text = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:03d}" if rest else text
