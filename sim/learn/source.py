"""What an adapter is, and what it works with: lines go in, staged contacts come out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.errors import InvalidInput
from sim.learn.lines import lines_of
from sim.learn.log import Log
from sim.learn.mapping import ColumnMap
from sim.learn.tables import Table, sniffed, text_head

__all__ = ["ONE_SHEET", "STAGED", "Format", "Import"]

#: Columns of the rows that adapters stage; ids are still texts, instants UTC [ms].
STAGED = (
    "file, number, channel, queue, type, priority, caller, agent, arrival, queued, answered, ended,"
    " outcome, wait, talk, hold, acw, leg"
)
ONE_SHEET = "of several sheets only the first one with a table is read"
_SPANS = """
CREATE TABLE spans (agent VARCHAR, start BIGINT, stop BIGINT, kind presence_kind);
"""

#: Words of the database that adapters share. A clock is H:MM:SS, MM:SS or seconds, with a decimal
#: point or comma; a moment is a local time, an instant any time.
_MACROS = r"""
CREATE MACRO given(text) AS
    CASE WHEN trim(text) NOT IN ('', 'NULL', 'null', '\N', 'None', '-') THEN trim(text) END;
CREATE MACRO clock(text) AS try_cast(list_reduce(
    list_transform(string_split(trim(text), ':'),
        lambda part: try_cast(replace(replace(part, ',', '.'), chr(160), '') AS DOUBLE)),
    lambda sum, part: sum * 60 + part) AS DECIMAL(12, 3))::DOUBLE;
CREATE MACRO seconds_of_day(text) AS
    try_cast(split_part(text, ':', 1) AS UTINYINT)::BIGINT * 3600
    + try_cast(split_part(text, ':', 2) AS UTINYINT)::BIGINT * 60
    + try_cast(split_part(text, ':', 3) AS UTINYINT);
CREATE MACRO utc_ms(wall) AS epoch_ms(timezone('{zone}', wall::TIMESTAMP));
CREATE MACRO wall_clock(instant) AS timezone('{zone}', make_timestamptz(instant * 1000));
CREATE MACRO moment(text) AS
    coalesce(try_cast(text AS TIMESTAMP), try_strptime(trim(text), {dates}));
CREATE MACRO epoch_of(number) AS
    (CASE WHEN number > 4e15 THEN NULL WHEN number > 1e14 THEN number / 1000
        WHEN number > 1e11 THEN number WHEN number > 1e8 THEN number * 1000 END)::BIGINT;
CREATE MACRO instant(text) AS CASE
    WHEN try_cast(text AS DOUBLE) IS NOT NULL THEN epoch_of(try_cast(text AS DOUBLE))
    WHEN regexp_matches(text, ':\d\d(\.\d+)?\s*(Z|[+-]\d\d(:?\d\d)?)$') THEN epoch_ms(try_cast(
        regexp_replace(text, '\s*([+-]\d\d):?(\d\d)$', '\1:\2') AS TIMESTAMPTZ))
    ELSE utc_ms(moment(text)) END;
"""

#: Ways to write a date, beside ISO 8601. What stands first is ambiguous only between slashes.
_DATES = tuple(
    f"{date} {time}".strip()
    for date in ("%d.%m.%Y", "%d.%m.%y", "{slashes}", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y")
    for time in ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "")
)


_SLASHES = re.compile(r"\s*(\d{1,2})/(\d{1,2})/\d{2,4}")


def _macros(zone: str, *, month_first: bool) -> str:
    slashes = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    dates = ", ".join(f"'{date.format(slashes=slashes)}'" for date in _DATES)
    return _MACROS.replace("{zone}", zone).replace("{dates}", f"[{dates}]")


@dataclass(frozen=True)
class Format:
    """A kind of log, and how it is read."""

    name: str
    title: str
    knows: frozenset[str]
    """What it can tell, of `sim.learn.log.KNOWLEDGE`."""
    matches: Callable[[str], bool]
    """Whether the beginning of a file looks like it."""
    load: Callable[[Import], None]
    timezone: str | None = None
    """The zone of its clock, where that is known of the format itself."""
    tabular: bool = False
    """Whether users say which column is what."""


@dataclass
class Import:
    """One reading under way: the files in order, and the log that is being filled."""

    log: Log
    paths: Sequence[Path]
    mapping: ColumnMap = field(default_factory=ColumnMap)
    """What the user says of columns, for tables of no known format."""
    tell: Callable[[str], object] = str
    """Told how far the reading has come."""
    staged: list[str] = field(default_factory=list)
    """Queries of which contacts are made, with the columns `STAGED`."""
    scratch: list[str] = field(default_factory=list)
    """Tables that go when contacts are made."""

    def __post_init__(self) -> None:
        """Lay out what adapters fill."""
        self.run(_SPANS)
        self.run(_macros(self.log.timezone, month_first=False))

    def head(self, path: Path) -> str:
        """The beginning of a file."""
        return text_head(path)

    def read_slashes(self, column: str, say: str | None = None) -> None:
        """Tell from the data whether dates between slashes begin with the day or with the month.

        Parameters
        ----------
        column
            Name of the column of dates, as a header writes it, in any case.
        say
            "day first" or "month first", where the user says it.
        """
        parts: list[tuple[int, int]] = []
        for path in self.paths:
            table = sniffed(path)
            name = next((name for name in table.header if name.lower() == column.lower()), None)
            if name is not None:
                block = next(table.blocks([name], lambda *_: None), None)
                cells = block.columns[0] if block else []
                parts += [
                    (int(found[1]), int(found[2]))
                    for cell in cells
                    if (found := _SLASHES.match(cell or ""))
                ]
        if not parts:
            return
        month_first = max(second for _, second in parts) > 12
        if say is not None:
            month_first = say == "month first"
        elif not month_first and max(first for first, _ in parts) <= 12:
            self.log.reading.note("dates like 3/4/2026 are read with the day first")
        if month_first:
            self.read_month_first()

    def read_month_first(self) -> None:
        """Dates between slashes begin with the month."""
        again = _macros(self.log.timezone, month_first=True)
        self.run(again.replace("CREATE MACRO", "CREATE OR REPLACE MACRO"))

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        return self.log.database.execute(sql, list(values)).fetchall()

    def insert_lines(self, sql: str, end: bytes = b" ", between: bytes = b"") -> None:
        """Run `sql` for every piece of every file, over ``piece(file, number, text)``.

        Each text has the mark `end` at its end. A line is also cut at `between`, in its middle.
        """
        for file, path in enumerate(self.paths):
            self.tell(path.name)
            for first, lines in lines_of(path, tell=self.noting(path), end=end, between=between):
                self.insert(sql, file, np.arange(first, first + len(lines)), text=lines)

    def insert(self, sql: str, file: int, numbers: Sized, **columns: object) -> None:
        """Run `sql` over ``piece``: a table of some lines of one file."""
        files = np.full(len(numbers), file, np.uint16)
        table = pa.table({"file": files, "number": numbers, **columns})
        # Batches of this size are what the database works on side by side.
        table = pa.Table.from_batches(table.to_batches(max_chunksize=1 << 16), schema=table.schema)
        self.log.database.register("piece", table)
        try:
            self.log.database.execute(sql)
        finally:
            self.log.database.unregister("piece")

    def insert_rows(self, sql: str, file: int, table: Table, columns: Mapping[str, str]) -> None:
        """Run `sql` for every block of a table's rows; lines are counted.

        Parameters
        ----------
        sql
            A statement over ``piece(file, number, …)``, the columns as texts.
        file
            Place of the table among the files.
        table
            The table.
        columns
            The header's name for each name in the statement.
        """
        if not columns:
            rule = f"has none of the columns of {self.log.source}"
            raise InvalidInput("log", rule, str(table.path), table.hint)
        reading = self.log.reading
        if table.sheets > 1:
            self.noting(table.path)(ONE_SHEET)

        def drop(reason: str, first: int, count: int) -> None:
            reading.lines += count
            reading.drop(reason, count, [self.place(file, first)])

        for rows in table.blocks(tuple(columns.values()), drop):
            reading.lines += len(rows.numbers)
            texts = (pa.array(cells, pa.string()) for cells in rows.columns)
            self.insert(sql, file, rows.numbers, **dict(zip(columns, texts, strict=True)))

    def rows(self, sql: str, size: int = 10_000) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, a few at a time."""
        cursor = self.log.database.cursor()
        cursor.execute(sql)
        while some := cursor.fetchmany(size):
            yield from some

    def stage_spans(self, spans: Iterable[tuple[str, int, int, str]], size: int = 10_000) -> int:
        """Stage who was at work: agent, start, stop, kind. How many there were."""
        count, spans = 0, iter(spans)
        while some := list(itertools.islice(spans, size)):
            count += len(some)
            agents, starts, stops, kinds = zip(*some, strict=True)
            self.insert(
                "INSERT INTO spans SELECT agent, start, stop, kind FROM piece",
                0,
                list(range(len(some))),
                agent=pa.array(agents, pa.string()),
                start=pa.array(starts, pa.int64()),
                stop=pa.array(stops, pa.int64()),
                kind=pa.array(kinds, pa.string()),
            )
        return count

    def noting(self, path: Path) -> Callable[[str], object]:
        """What a fault of a file is told to."""
        return lambda text: self.log.reading.note(f"{path.name}: {text}")

    def place(self, file: int, number: int) -> str:
        """A line as it is named to users."""
        return f"{self.paths[file].name}:{number}"

    def drop(self, reason: str, table: str, where: str = "true") -> None:
        """Count rows of a table with columns `file` and `number` as left out."""
        ((count,),) = self.run(f"SELECT count(*) FROM {table} WHERE {where}")
        if count:
            first = self.run(
                f"SELECT file, number FROM {table} WHERE {where} ORDER BY file, number LIMIT 3"
            )
            self.log.reading.drop(reason, count, [self.place(*at) for at in first])
