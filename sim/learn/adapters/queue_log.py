"""Asterisk ``queue_log``: an event a line, ``epoch|call|queue|agent|EVENT|data…``.

Every event of `app_queue` is known, in the layouts of all versions: what a version leaves out (the
ring time, the position) is at the end of its line. Events of other programs are counted and passed
over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InvalidInput
from sim.learn.adapters.plain_calls import PLAIN, plain_calls
from sim.learn.adapters.queue_events import CALL_EVENTS, MEMBER_EVENTS, SILENT_EVENTS, finish
from sim.learn.adapters.rows import pick
from sim.learn.lines import ahead, head_of, lines_of
from sim.learn.source import Format, Import
from sim.learn.tables import header_of, sniffed

__all__ = ["LARGE", "QUEUE_LOG", "QUEUE_LOG_TABLE"]

_LINE = re.compile(r"\d{9,11}(\.\d+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+(\||$)")

#: From this size on [bytes] plain calls are put together before the database sees them: it takes
#: half the time, and once in a life some seconds to compile.
LARGE = 1 << 24
_NO_LINE, _NO_TIME, _UNKNOWN = 250, 251, 252
_KNOWS = frozenset({"arrivals", "waits", "handle", "patience", "presence", "callers"})


def _codes() -> str:
    known = {**dict.fromkeys(SILENT_EVENTS, 0), **CALL_EVENTS, **MEMBER_EVENTS}
    cases = " ".join(f"WHEN '{name}' THEN {code}" for name, code in known.items())
    return f"CASE event {cases} ELSE {_UNKNOWN} END"


# A line as an event: which one, who, how long the wait and the talk. The caller comes with the
# entry into the queue; a transfer over a link has one more piece of data than others.
_PARSED = """
INSERT INTO scratch.events
SELECT file, number, ms, CASE WHEN code BETWEEN 1 AND 99 THEN call END,
    CASE WHEN code BETWEEN 1 AND 99 THEN queue END,
    CASE WHEN code = 1 THEN d2 WHEN code BETWEEN 2 AND 99 THEN agent END,
    CASE WHEN cells < 5 THEN {no_line} WHEN ms BETWEEN 0 AND 4000000000000 THEN code
        ELSE {no_time} END::UTINYINT,
    try_cast(CASE WHEN code <= 1 OR code >= 20 THEN NULL WHEN code <= 3 THEN d1
        WHEN code = 7 OR d1 = 'LINK' THEN d4 ELSE d3 END AS INTEGER),
    try_cast(CASE WHEN code = 3 THEN d2 WHEN code <> 9 THEN NULL WHEN d1 = 'LINK' THEN d5
        ELSE d4 END AS INTEGER),
    CASE WHEN code BETWEEN 20 AND 99 THEN d1 END
FROM (SELECT *, {codes} AS code FROM ({cells}))
"""

_CELLS = """
SELECT file, number, len(p) - 1 AS cells, try_cast(try_cast(p[1] AS DOUBLE) * 1000 AS BIGINT) AS ms,
    p[2] AS call, p[3] AS queue, p[4] AS agent, p[5] AS event,
    p[6] AS d1, p[7] AS d2, p[8] AS d3, p[9] AS d4, p[10] AS d5
FROM (SELECT file, number, string_split(text, '|') AS p FROM piece WHERE text <> '|')
"""

# The table of a database: one column a piece of data, or all of them in one.
_TABLE_CELLS = """
SELECT file, number, 5 AS cells,
    instant(time) AS ms,
    callid AS call, queuename AS queue, agent, event, {data}
FROM piece
"""


_PUT = f"INSERT INTO scratch.plain SELECT file, {', '.join(PLAIN)} FROM piece"


def _keep(cells: str) -> str:
    """The statement that takes a piece apart: every line is kept, with what it says."""
    return _PARSED.format(no_line=_NO_LINE, no_time=_NO_TIME, codes=_codes(), cells=cells)


def _begin(task: Import) -> None:
    task.run(
        "CREATE TABLE scratch.events (file USMALLINT, number UBIGINT, ms BIGINT, call VARCHAR,"
        " queue VARCHAR, who VARCHAR, code UTINYINT, wait DOUBLE, talk DOUBLE, said VARCHAR)"
    )
    task.run(
        "CREATE TABLE scratch.plain (file USMALLINT, number UINTEGER, second BIGINT,"
        " answer_line UINTEGER, answer_second UINTEGER, end_line UINTEGER, end_second UINTEGER,"
        " code UTINYINT, answer_wait BIGINT, end_wait BIGINT, talk BIGINT, digest UBIGINT,"
        " queue VARCHAR, caller VARCHAR, agent VARCHAR)"
    )


def _end(task: Import, *, count: bool) -> None:
    if count:
        task.log.reading.lines += task.run("SELECT count(*) FROM scratch.events")[0][0]
    task.drop("cut short, or no line of a queue log", "scratch.events", f"code = {_NO_LINE}")
    task.drop("no readable time", "scratch.events", f"code = {_NO_TIME}")
    task.drop("event of another program", "scratch.events", f"code = {_UNKNOWN}")
    finish(task)


def _matches(head: str) -> bool:
    """Most of its first lines are events: a damaged beginning does no harm."""
    lines = [line for line in head.splitlines() if line.strip()]
    return bool(lines) and sum(map(bool, map(_LINE.match, lines))) > len(lines) / 2


def _began(path: Path) -> tuple[float, str]:
    """When the first event of a file was: rotations are read in this order."""
    times = re.findall(r"^(\d{9,11})(?:\.\d+)?\|", head_of(path, 1 << 14), re.MULTILINE)
    return (float(times[0]) if times else float("inf"), path.name)


def _load(task: Import) -> None:
    """Read the lines, in the order of their rotations."""
    task.paths = sorted(task.paths, key=_began)
    _begin(task)
    keep = _keep(_CELLS)
    for file, path in enumerate(task.paths):
        task.tell(path.name)
        pieces = lines_of(path, tell=task.noting(path), end=b"|")
        if path.stat().st_size < LARGE:
            for first, lines in pieces:
                task.insert(keep, file, np.arange(first, first + len(lines)), text=lines)
        else:
            _take_apart(task, file, pieces)
    _end(task, count=True)


def _take_apart(task: Import, file: int, pieces: Iterable[tuple[int, Any]]) -> None:
    """Read the lines of a large file: plain calls as they are, the others by the database."""
    # The loops hold no lock: lines are taken apart while the database takes in those before.
    for found in ahead(plain_calls(pieces, SILENT_EVENTS)):
        task.log.reading.lines += found.lines
        if found.calls:
            columns = {name: found.calls[name] for name in found.calls if name != "number"}
            task.insert(_PUT, file, found.calls["number"], **columns)
        task.insert(_keep(_CELLS), file, found.numbers, text=found.rest)


def _load_table(task: Import) -> None:
    """Read the rows of a database's table, exported as CSV."""
    _begin(task)
    for file, path in enumerate(task.paths):
        task.tell(path.name)
        table = sniffed(path)
        columns = ["time", "callid", "queuename", "agent", "event"]
        every = [f"data{at}" for at in range(1, 6)]
        data = [name for name in every if pick(table.header, [name])]
        cells = [name if name in data else "NULL" for name in every]
        if not data:
            data = ["data"]
            cells = [f"split_part(data, '|', {at})" for at in range(1, 6)]
        named = ", ".join(f"{cell} AS d{at}" for at, cell in enumerate(cells, start=1))
        sql = _keep(_TABLE_CELLS.format(data=named))
        found = {name: pick(table.header, [name]) for name in (*columns, *data)}
        missing = [name for name, here in found.items() if here is None]
        if missing:
            raise InvalidInput("log", f"has no column {missing[0]}", str(path))
        task.insert_rows(sql, file, table, {n: here for n, here in found.items() if here})
    _end(task, count=False)


def _is_table(head: str) -> bool:
    names = set(header_of(head))
    return {"callid", "queuename", "agent", "event"} <= names


QUEUE_LOG = Format(
    name="queue_log",
    title="Asterisk queue_log",
    knows=_KNOWS,
    matches=_matches,
    load=_load,
)

QUEUE_LOG_TABLE = Format(
    name="queue_log_table",
    title="Asterisk queue_log from a database, as CSV",
    knows=_KNOWS,
    matches=_is_table,
    load=_load_table,
)
