"""Asterisk call detail records: when calls came and who called, and nothing of queues.

A call inside a queue is ANSWERED there, and its billed seconds are wait and talk together: neither
the wait nor the loss of a call can be told. Three layouts: the file of `cdr_csv`, the usual one of
`cdr_custom`, and the table of a database with a header.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from sim.learn.adapters.rows import AGAIN, NO_LINE, NO_TIME, begin, end, from_tables
from sim.learn.source import Format, Import
from sim.learn.tables import Table, header_of, sniffed

__all__ = ["ASTERISK_CDR"]

_MASTER = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_CUSTOM = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode"),
)
_COLUMNS = {
    "src": ("src",),
    "dst": ("dst",),
    "lastapp": ("lastapp",),
    "lastdata": ("lastdata",),
    "came": ("start", "calldate"),
    "disposition": ("disposition",),
    "uniqueid": ("uniqueid",),
    "linkedid": ("linkedid",),
}
_LAYOUTS = {9: _MASTER, 8: _CUSTOM}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_CALL = re.compile(r"\d{9,10}\.\d+")

# The unique id begins with the time in UTC: it is right whatever zone the file is in.
_QUERY = f"""
SELECT file, number, 'voice' AS channel,
    CASE WHEN lastapp = 'Queue' THEN split_part(lastdata, ',', 1) ELSE given(dst) END AS queue,
    given(src) AS caller, ms AS arrival,
    CASE WHEN disposition IN ('BUSY', 'CONGESTION', 'FAILED') THEN 'blocked' ELSE 'unknown' END
        AS outcome,
    coalesce(given(linkedid), given(uniqueid)) AS key,
    CASE WHEN given(disposition) IS NULL THEN '{NO_LINE}' WHEN ms IS NULL THEN '{NO_TIME}' END
        AS why
FROM (SELECT *, coalesce(CASE WHEN regexp_full_match(uniqueid, '\\d{{9,10}}\\.\\d+')
        THEN epoch_of(split_part(uniqueid, '.', 1)::DOUBLE) END, instant(came)) AS ms
      FROM {{piece}})
"""


def _first_row(head: str) -> list[str]:
    try:
        return next(csv.reader(head.splitlines()), [])
    except csv.Error:
        return []


def _layout(head: str) -> tuple[str, ...] | None:
    """Columns of a file without a header, by the place of the first time."""
    row = _first_row(head)
    start = next((at for at, cell in enumerate(row) if _MOMENT.fullmatch(cell)), -1)
    if start not in _LAYOUTS or len(row) < len(_MASTER):
        return None
    names = list(_LAYOUTS[start]) + [f"more{at}" for at in range(len(row) - len(_MASTER))]
    for at, cell in enumerate(row[len(_MASTER) :], start=len(_MASTER)):
        if _CALL.fullmatch(cell):
            names[at] = "uniqueid" if "uniqueid" not in names else "linkedid"
    return tuple(names)


def _matches(head: str) -> bool:
    names = set(header_of(head))
    return _layout(head) is not None or {"calldate", "disposition", "billsec"} <= names


def _table(task: Import, path: Path) -> Table:
    names = _layout(task.head(path))
    if names is None:
        return sniffed(path)
    return Table(path, names, 0, ",")


def _load(task: Import) -> None:
    begin(task)
    known = from_tables(task, _QUERY, _COLUMNS, {path: _table(task, path) for path in task.paths})
    if "uniqueid" not in known:
        task.log.reading.note("calls have no unique id: times are read by the zone alone")
    end(task)
    again = task.log.reading.dropped.pop(AGAIN, None)
    if again:  # several records of one call are no fault
        task.log.reading.dropped["a further record of the same call"] = again


ASTERISK_CDR = Format(
    name="asterisk_cdr",
    title="Asterisk call detail records",
    knows=frozenset({"arrivals", "callers"}),
    matches=_matches,
    load=_load,
)
