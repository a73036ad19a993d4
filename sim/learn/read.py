"""Reading logs: which format a file is, and from files to contacts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sim.errors import InvalidInput, InvariantBroken, one_of
from sim.learn.formats import FORMATS
from sim.learn.log import Log, is_interrupt
from sim.learn.mapping import ColumnMap, read_map
from sim.learn.source import STAGED, Format, Import
from sim.learn.tables import text_head
from sim.scenario.calendar import time_zones

__all__ = ["Seen", "detect", "format_names", "look_at", "read_logs"]

# Hashed with a salt: the first 16 hexadecimal digits of a digest.
_HASHED = """
CREATE MACRO hashed(id) AS CASE WHEN id IS NOT NULL AND id <> ''
    THEN ('0x' || left(sha256($salt || chr(31) || id), 16))::UBIGINT END
"""

# Everything but the number of a row is worked out below the order, side by side.
_CONTACTS = """
INSERT INTO contacts
SELECT row_number() OVER () - 1, * EXCLUDE (file, number)
FROM (SELECT channel, queue, type, priority, hashed(caller) AS caller, hashed(agent) AS agent,
        arrival, queued, answered, ended, outcome, wait, talk, hold, acw,
        CASE WHEN talk IS NOT NULL OR acw IS NOT NULL
            THEN coalesce(talk, 0) + coalesce(hold, 0) + coalesce(acw, 0) END AS handle,
        leg, clock::DATE AS day, epoch(clock - date_trunc('day', clock))::INTEGER AS second,
        file, number
      FROM (SELECT *, wall_clock(arrival) AS clock FROM ({staged}) AS rows({columns}))
      ORDER BY arrival, file, number)
"""

_PRESENCE = """
INSERT INTO presence
SELECT hashed(agent), start, stop, kind FROM spans WHERE stop > start ORDER BY start, agent
"""


def format_names() -> tuple[str, ...]:
    """Names of the formats that can be read.

    Examples
    --------
    >>> "anonymous_bank" in format_names()
    True
    """
    return tuple(known.name for known in FORMATS)


def detect(path: str | Path) -> Format:
    """Which format a file is, by what is in it.

    Raises
    ------
    InvalidInput
        If it is none that is known, or it cannot be read.
    """
    head = text_head(Path(path))
    if not head.strip():
        raise InvalidInput("log", "is empty", str(path))
    for known in FORMATS:
        if known.matches(head):
            return known
    hint = f"say which it is, of {', '.join(format_names())}"
    raise InvalidInput("log", "is of no format that can be told by its beginning", str(path), hint)


@dataclass(frozen=True)
class Seen:
    """Files as they are before they are read: which of them, their format, what is said of it."""

    files: tuple[Path, ...]
    format: Format
    mapping: ColumnMap
    notes: tuple[str, ...]
    """What was passed over."""


def look_at(
    paths: str | Path | Sequence[str | Path],
    *,
    format: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
) -> Seen:
    """Refuse what can be refused by the beginnings of files, before any is read.

    Parameters
    ----------
    paths, format, timezone, mapping
        As `read_logs` takes them.

    Raises
    ------
    InvalidInput, ScenarioError
        As `read_logs` does.
    """
    given = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not given:
        raise InvalidInput("log", "must be at least one file", None)
    if timezone is not None and timezone not in time_zones():
        hint = "write it like Europe/Moscow"
        raise InvalidInput("timezone", "is not a known time zone", timezone, hint)
    said = read_map(mapping)
    once = list({path.resolve(): path for path in given}.values())
    empty = [path for path in once if not text_head(path).strip()]
    if len(empty) == len(once):
        raise InvalidInput("log", "is empty", str(once[0]))
    files = tuple(path for path in once if path not in empty)  # such as a rotation just begun
    chosen = _chosen(files, format)
    if said.said and not chosen.tabular:
        rule = f"is for tables of contacts, and this is {chosen.title}"
        raise InvalidInput("mapping", rule, None, "leave it out, or say that the format is table")
    notes = [f"{path.name}: the file is empty" for path in empty]
    notes += ["a file that was given more than once is read once"] * (len(once) < len(given))
    return Seen(files, chosen, said, tuple(notes))


def read_logs(
    paths: str | Path | Sequence[str | Path],
    *,
    format: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    salt: str | None = None,
    tell: Callable[[str], object] | None = None,
) -> Log:
    """Read logs of one format.

    Parameters
    ----------
    paths
        One file or several: months, rotations, in any order; plain or gzipped.
    format
        Name of the format, of `format_names`; None tells it by the content.
    timezone
        Zone of the centre: local times of the source are read by it, and days and hours of the
        log go by it. None takes the one of the format, else UTC, and says so in the notes.
    mapping
        For tables of no known format: which column is what, or a file in YAML that says it.
    salt
        Mixed into the hashes of callers and agents. The same salt gives the same hashes; None
        makes one up.
    tell
        Told the name of each file as it is read.

    Returns
    -------
    Log
        To be closed, or used with ``with``.

    Raises
    ------
    InvalidInput
        If a file cannot be read, or is of another format than the first one.
    ScenarioError
        If the mapping is wrong: all that is wrong with it.
    """
    seen = look_at(paths, format=format, timezone=timezone, mapping=mapping)
    files, chosen = seen.files, seen.format
    zone = timezone or chosen.timezone or "UTC"
    log = Log(source=chosen.name, timezone=zone, files=tuple(str(path) for path in files))
    try:
        if timezone is None and chosen.timezone is None:
            log.reading.note("no time zone was given: UTC is taken")
        for note in seen.notes:
            log.reading.note(note)
        log.knows = chosen.knows
        task = Import(log, files, seen.mapping, tell or str)
        chosen.load(task)
        _finish(task, secrets.token_hex(16) if salt is None else salt)
    except duckdb.Error as error:
        log.close()
        told = str(error).split("\n", 1)[0]
        if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
            raise InvalidInput("log", f"cannot be read ({told})", str(files[0])) from error
        told = re.sub(r"(['\"]).*\1", "…", told)  # what stood in the log is nobody's business
        raise InvariantBroken(f"a log could not be read: {told}") from None
    except BaseException as error:
        log.close()
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        raise
    return log


def _chosen(files: Sequence[Path], name: str | None) -> Format:
    """The format that is asked for, or the one of all files."""
    if name is not None:
        one_of("format", name, format_names())
        return next(known for known in FORMATS if known.name == name)
    found = [detect(path) for path in files]
    for path, other in zip(files, found, strict=True):
        if other is not found[0]:
            rule = f"is {other.title}, and {files[0].name} is {found[0].title}"
            raise InvalidInput("log", rule, str(path), "read one format at a time")
    return found[0]


def _finish(task: Import, salt: str) -> None:
    """From staged rows to contacts: ids hashed, days counted, in order of arrival."""
    log = task.log
    quoted = salt.replace("'", "''")
    task.run(_HASHED.replace("$salt", f"'{quoted}'"))
    task.run("SET preserve_insertion_order = true")
    if task.staged:
        staged = " UNION ALL ".join(f"({query})" for query in task.staged)
        task.run(_CONTACTS.format(staged=staged, columns=STAGED))
    task.run(_PRESENCE)
    for table in ("spans", *task.scratch):
        task.run(f"DROP TABLE {table}")
    task.run("DROP MACRO hashed")
    _repair(log)
    table = "contacts"
    if not task.run("SELECT 1 FROM contacts LIMIT 1"):
        table = "intervals" if task.run("SELECT 1 FROM intervals LIMIT 1") else table
    ((log.first, log.last, log.reading.contacts, log.reading.intervals),) = task.run(
        "SELECT min(day), max(day), (SELECT count(*) FROM contacts), "
        f"(SELECT count(*) FROM intervals) FROM {table}"
    )
    channels = task.run("SELECT DISTINCT channel FROM contacts ORDER BY 1")
    log.channels = tuple(row[0] for row in channels)
    log.reading.used = log.reading.lines - sum(d.count for d in log.reading.dropped.values())


def _repair(log: Log) -> None:
    """Durations below zero are not known: clocks that were set back, or do not agree."""
    for column in ("wait", "talk", "hold", "acw"):
        ((count,),) = log.database.execute(
            f"SELECT count(*) FROM contacts WHERE {column} < 0"
        ).fetchall()
        if count:
            log.reading.repaired[f"{column} below zero, taken as unknown"] = count
            also = ", handle = NULL" if column != "wait" else ""
            log.database.execute(f"UPDATE contacts SET {column} = NULL{also} WHERE {column} < 0")
