"""Tables with a header: CSV of any dialect, and XLSX."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from sim.errors import InvalidInput
from sim.learn.lines import PIECE, head_of, pieces_of

__all__ = ["Rows", "Table", "header_of", "sniffed", "text_head", "text_of"]

DELIMITERS = ",;\t|"
#: Rows handed on together.
BLOCK = 50_000
#: Lines in which the header is looked for: reports begin with titles.
DEEPEST_HEADER = 20
BAD_QUOTES = "quotes that do not close, or a cell beyond all bounds"
CUT_SHORT = "cut short: fewer cells than the header"
# A workbook is an archive, and some kilobytes of one can unfold to gigabytes. Real logs shrink to a
# tenth, at most to a thirtieth; what is not a sheet is read whole [bytes].
_ROOM, _SHRINKS, _WHOLE = 32 << 20, 100, 256 << 20


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
    encoding: str = "utf-8"

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
        rows = _sheet(self.path) if not self.delimiter else self._lines(drop)
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
        for number, cells in rows:
            if not any(cells):
                continue
            if len(cells) < len(self.header):
                drop(CUT_SHORT, number, 1)
            else:
                yield number, cells

    def _lines(self, drop: Callable[[str, int, int], object]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(_texts(self.path, self.encoding), delimiter=self.delimiter)
        while True:
            before = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                drop(BAD_QUOTES, before + 1, reader.line_num - before)
                continue
            yield before + 1, cells


def _texts(path: Path, encoding: str) -> Iterator[str]:
    """Lines of a text file, decoded; no NUL in them."""
    decode = codecs.getincrementaldecoder(encoding)(errors="replace").decode
    rest = ""
    for piece in pieces_of(path, PIECE):
        text = rest + decode(piece).replace("\0", "").replace("\r\n", "\n")
        lines = text.split("\n")
        rest = lines.pop()
        yield from (line + "\n" for line in lines)
    if rest:
        yield rest


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet of a workbook as text."""
    try:
        _fits(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [text_of(cell) for cell in row]
        book.close()
    except InvalidInput:
        raise
    except Exception as error:  # what a damaged archive raises is not listed anywhere
        raise InvalidInput("log", f"is no readable workbook ({error})", str(path)) from None


def _fits(path: Path) -> None:
    """Refuse an archive that unfolds beyond what a log can be, before any of it is unfolded."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    bombs = any(p.file_size > max(_ROOM, _SHRINKS * p.compress_size) for p in parts)
    whole = sum(p.file_size for p in parts if not p.filename.startswith("xl/worksheets/"))
    if bombs or whole > _WHOLE:
        rule = "unfolds to more than a workbook of logs can hold; save it as CSV"
        raise InvalidInput("log", rule, path.name)


def text_of(cell: object) -> str:
    """A cell of a workbook as a CSV file would have it.

    Examples
    --------
    >>> text_of(datetime.time(0, 4, 30)), text_of(60.0), text_of(None)
    ('00:04:30', '60', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, datetime.timedelta):
        return str(cell.total_seconds())
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


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
    """Line, names and delimiter of a header: the first row with two names or more."""
    delimiter = max(DELIMITERS, key=lambda mark: max(_counts(head, mark), default=0))
    reader = csv.reader(head.splitlines()[:DEEPEST_HEADER], delimiter=delimiter)
    try:
        for cells in reader:
            names = tuple(cell.strip() for cell in cells)
            if sum(map(bool, names)) > 1:
                return reader.line_num, names, delimiter
    except csv.Error:
        return None
    return None


def _counts(head: str, mark: str) -> list[int]:
    return [line.count(mark) for line in head.splitlines()[:DEEPEST_HEADER]]


def sniffed(path: Path) -> Table:
    """A file as a table, its dialect told by its beginning.

    Raises
    ------
    InvalidInput
        If it has no header, or cannot be read.
    """
    if zipfile.is_zipfile(path):
        for number, cells in itertools.islice(_sheet(path), DEEPEST_HEADER):
            if sum(map(bool, cells)) > 1:
                return Table(path, tuple(cell.strip() for cell in cells), number, "", "")
    else:
        head = head_of(path)
        if found := _header(head):
            line, names, delimiter = found
            return Table(path, names, line, delimiter, _encoding(path))
    raise InvalidInput("log", "has no row of column names", str(path))


def text_head(path: Path) -> str:
    """The beginning of a file as text; of a workbook, its first rows as a CSV file."""
    if not zipfile.is_zipfile(path):
        return head_of(path)
    written = io.StringIO()
    rows = itertools.islice(_sheet(path), DEEPEST_HEADER)
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(cells for _, cells in rows)
    return written.getvalue()


def _encoding(path: Path) -> str:
    """UTF-8 as far as the first megabyte goes, else the Russian code page of Windows."""
    for piece in pieces_of(path, 1 << 20):
        try:
            codecs.getincrementaldecoder("utf-8")().decode(piece)
        except UnicodeDecodeError:
            return "cp1251"
        break
    return "utf-8"
