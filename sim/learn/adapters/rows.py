"""One row, one contact: what formats share whose rows are whole contacts.

An adapter says how a row becomes a contact by a query that names its columns as `RAW` does, in any
order, and leaves out what it does not know. `why` names the reason to leave a row out; of rows
with one `key`, the one of the latest `version` is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.learn.source import STAGED, Import
from sim.learn.tables import Table, sniffed

__all__ = [
    "AGAIN",
    "NO_LINE",
    "NO_TIME",
    "begin",
    "end",
    "events",
    "from_lines",
    "from_tables",
    "pick",
    "whole",
]

# Rows without a key that are word for word in two files: its n-th copy in one is the n-th in the
# other. Two centres may have a call alike by chance, so files must be the same for a time: most of
# what one has between the first and the last such row, and some of it, or all of the file.
_OVERLAPS = """
INSERT INTO again
WITH counted AS (
    SELECT file, number, arrival, same,
        row_number() OVER (PARTITION BY same, file ORDER BY number) AS copy
    FROM (SELECT *, hash((channel, queue, type, priority, caller, agent, arrival, queued, answered,
            ended, outcome, wait, talk, hold, acw)) AS same FROM raw WHERE key IS NULL)
), seen AS (
    SELECT *, row_number() OVER (PARTITION BY same, copy ORDER BY file) > 1 AS before FROM counted
), spans AS (
    SELECT file, min(arrival) AS first, max(arrival) AS last, count(*) AS times FROM seen
    WHERE before GROUP BY file
), alike AS (
    SELECT file FROM seen JOIN spans USING (file)
    GROUP BY file, times HAVING times = count(*)
        OR times >= {some} AND 2 * times > count(*) FILTER (arrival BETWEEN first AND last)
)
SELECT file, number FROM seen WHERE before AND file IN (SELECT file FROM alike)
"""
_SOME = 10

NO_TIME = "no readable time"
NO_LINE = "cut short, or not of this format"
AGAIN = "the same contact a second time"

_RAW = """
CREATE TABLE raw (
    file USMALLINT, number UBIGINT, channel VARCHAR, queue VARCHAR, type VARCHAR, priority INTEGER,
    caller VARCHAR, agent VARCHAR, arrival BIGINT, queued BIGINT, answered BIGINT, ended BIGINT,
    outcome VARCHAR, wait DOUBLE, talk DOUBLE, hold DOUBLE, acw DOUBLE, leg INTEGER DEFAULT 1,
    key VARCHAR, version VARCHAR, why VARCHAR, faults VARCHAR
)
"""


def begin(task: Import) -> None:
    """Make the table that rows go to."""
    task.run(_RAW)
    task.scratch.append("raw")


def whole(task: Import, query: str, columns: Mapping[str, Sequence[str]]) -> None:
    """Read tables whose rows are contacts, from beginning to end; see `from_tables`."""
    begin(task)
    from_tables(task, query, columns)
    end(task)


def events(task: Import, table: str, columns: str, query: str) -> None:
    """Read objects of JSON, an event each, into a table of their own.

    Parameters
    ----------
    task
        The reading.
    table, columns
        The table that is made, and its columns beside `file`, `number` and `why`: the reason for
        which an event is left out.
    query
        Statement over ``piece(file, number, text)`` that fills it.
    """
    task.run(f"CREATE TABLE {table} (file USMALLINT, number UBIGINT, {columns}, why VARCHAR)")
    task.scratch.append(table)
    task.insert_lines(query, between=b'}{"')
    task.log.reading.lines = task.run(f"SELECT count(*) FROM {table}")[0][0]
    for why in (NO_LINE, NO_TIME):
        task.drop(why, table, f"why = '{why}'")


def from_lines(task: Import, query: str, *, between: bytes = b"") -> None:
    """Rows from lines of text: the query is over ``piece(file, number, text)``."""
    sql = f"INSERT INTO raw BY NAME {query}"
    task.insert_lines(sql, between=between)
    task.log.reading.lines = task.run("SELECT count(*) FROM raw")[0][0]


def from_tables(
    task: Import,
    query: str,
    columns: Mapping[str, Sequence[str]],
    open_table: Mapping[Path, Table] | None = None,
) -> set[str]:
    """Rows from tables with a header; which of the columns there were.

    Parameters
    ----------
    task
        The reading.
    query
        Over ``piece(file, number, …)`` with all of the columns, as texts.
    columns
        For each name in the query, what it may be called in a header, lower case. A column that a
        table has not got is empty.
    open_table
        Tables that are not what their beginning says.
    """
    known: set[str] = set()
    for file, path in enumerate(task.paths):
        task.tell(path.name)
        table = (open_table or {}).get(path) or sniffed(path)
        found = {name: here for name in columns if (here := pick(table.header, columns[name]))}
        known |= found.keys()
        missing = ", ".join(f"NULL::VARCHAR AS {name}" for name in columns if name not in found)
        piece = f"(SELECT *, {missing} FROM piece)" if missing else "piece"
        sql = f"INSERT INTO raw BY NAME {query.replace('{piece}', piece)}"
        task.insert_rows(sql, file, table, found)
    return known


def pick(header: Sequence[str], names: Sequence[str]) -> str | None:
    """The first of some names that a header has, as the header writes it."""
    lower = {name.lower(): name for name in reversed(header)}
    return next((lower[name] for name in names if name in lower), None)


def _overlaps(task: Import) -> None:
    """Find what two exports have in common, where rows have no key."""
    task.run(_OVERLAPS.format(some=_SOME))


def end(task: Import) -> None:
    """Count what is left out, and stage the rest."""
    task.run(
        f"UPDATE raw SET why = '{NO_TIME}'"
        " WHERE why IS NULL AND (arrival IS NULL OR arrival NOT BETWEEN 0 AND 4000000000000)"
    )
    for (why,) in task.run("SELECT DISTINCT why FROM raw WHERE why IS NOT NULL ORDER BY 1"):
        quoted = str(why).replace("'", "''")
        task.drop(str(why), "raw", f"why = '{quoted}'")
    task.run("DELETE FROM raw WHERE why IS NOT NULL")
    task.run(
        "CREATE TABLE again AS SELECT file, number FROM (SELECT file, number, row_number() OVER"
        " (PARTITION BY key ORDER BY version DESC NULLS LAST, file, number) AS nth FROM raw"
        " WHERE key IS NOT NULL) WHERE nth > 1"
    )
    task.scratch.append("again")
    if len(task.paths) > 1:
        _overlaps(task)
    task.drop(AGAIN, "again")
    task.staged.append(f"SELECT {STAGED} FROM raw ANTI JOIN again USING (file, number)")
