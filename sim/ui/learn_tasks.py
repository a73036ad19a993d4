"""What the page of learning from logs has computed beside it; knows no Streamlit."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sim.errors import InvalidInput
from sim.learn import Log, Reading, read_logs
from sim.learn.door import Learned, learn_from
from sim.learn.quality import Finding, quality
from sim.scenario import load_text
from sim.scenario.edited import tree_text
from sim.scenario.load import standalone
from sim.ui.jobs import Tell

__all__ = ["Asked", "LogRead", "Result", "contacts_csv", "learnt", "opened", "read"]

#: Columns of contacts as a file: nobody can be known by them.
_SHARED = (
    "channel, queue, type, priority, wall_clock(arrival) AS arrival, wait, talk, hold, acw,"
    " handle, outcome, leg"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a visitor wants logs to be read.

    Parameters
    ----------
    format
        Name of the format; None tells it by the content.
    timezone
        Zone of the centre.
    country
        ISO code, for public holidays; None leaves them out.
    mapping
        For tables of no known format: field and column, and options.
    salt
        Mixed into the hashes of callers and agents.
    """

    format: str | None = None
    timezone: str | None = None
    country: str | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)
    salt: str = ""


@dataclass(frozen=True, slots=True)
class LogRead:
    """A log that was read: how it went, and what is odd about it.

    Parameters
    ----------
    title
        Name of the format.
    timezone
        Zone that days and hours go by.
    knows
        What the source can tell.
    first, last
        Local dates of the first and last contact; None without any.
    reading
        Lines used and left out.
    findings
        What is wrong or odd.
    days
        Contacts of each day that has some.
    outcomes
        Contacts by how they ended.
    """

    title: str
    timezone: str
    knows: frozenset[str]
    first: date | None
    last: date | None
    reading: Reading
    findings: tuple[Finding, ...]
    days: Mapping[date, int]
    outcomes: Mapping[str, int]


@contextmanager
def opened(folder: Path, names: Sequence[str], asked: Asked, tell: Tell) -> Iterator[Log]:
    """The log in some files of a folder.

    Raises
    ------
    InvalidInput
        If it cannot be read; files are named as the visitor did.
    """

    def follow(name: str) -> None:
        tell(0.05, name)

    with _named(folder):
        log = read_logs(
            [folder / name for name in names],
            format=asked.format,
            timezone=asked.timezone,
            mapping=asked.mapping,
            salt=asked.salt,
            tell=follow,
        )
    with log:
        yield log


@contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Errors name files as the visitor did, not where they lie."""
    try:
        yield
    except InvalidInput as error:
        value = error.value
        if isinstance(value, str):
            value = value.replace(f"{folder}/", "")
        raise InvalidInput(error.name, error.rule, value, error.hint) from None


def read(folder: Path, names: Sequence[str], asked: Asked, *, tell: Tell) -> LogRead:
    """Read logs and look for what is wrong with them.

    Parameters
    ----------
    folder, names
        Where the files are.
    asked
        How they are to be read.
    tell
        Told of each file.
    """
    tell(0.0, names[0])
    with opened(folder, names, asked, tell) as log:
        tell(0.7, "quality")
        table, column = ("contacts", "count(*)")
        if log.reading.intervals and not log.reading.contacts:
            table, column = ("intervals", "sum(offered)::BIGINT")
        run = log.database.execute
        days = run(f"SELECT day, {column} FROM {table} GROUP BY day ORDER BY day").fetchall()
        ended = run(
            "SELECT outcome::VARCHAR, count(*) FROM contacts GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        return LogRead(
            log.source,
            log.timezone,
            log.knows,
            log.first,
            log.last,
            _plain(log.reading),
            quality(log, country=asked.country),
            dict(days),
            dict(ended),
        )


def _plain(reading: Reading) -> Reading:
    """The same, with nothing in it that is still being filled."""
    return replace(reading, dropped=dict(reading.dropped), notes=list(reading.notes))


def contacts_csv(folder: Path, names: Sequence[str], asked: Asked, *, tell: Tell) -> bytes:
    """The contacts of logs as CSV, gzipped: no callers, no agents.

    Parameters
    ----------
    folder, names, asked, tell
        As `read` takes them.
    """
    tell(0.0, names[0])
    with opened(folder, names, asked, tell) as log:
        tell(0.8, "contacts")
        place = str(folder / "contacts.csv").replace("'", "''")
        log.database.execute(
            f"COPY (SELECT {_SHARED} FROM contacts ORDER BY id) TO '{place}' (HEADER)"
        )
        return gzip.compress((folder / "contacts.csv").read_bytes(), mtime=0)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What was learnt, and the scenario of it as one file.

    Parameters
    ----------
    learned
        Estimates, fit, scenario as it is written with a table beside it.
    text
        The scenario with the table in it.
    """

    learned: Learned
    text: str


#: Steps of the work, by how their names begin, and the share that is done when they begin.
_STEPS = (("estimates", 0.15), ("presence", 0.3), ("fit, replayed", 0.6), ("fit, staffed", 0.75))


def learnt(
    folder: Path, names: Sequence[str], tests: Sequence[str], asked: Asked, *, tell: Tell
) -> Result:
    """Estimate what a scenario needs, write it, and try it on what happened.

    Parameters
    ----------
    folder, names
        Where the logs are.
    tests
        Logs of another period to try it on; may be none.
    asked
        How they are to be read.
    tell
        Told of each step.
    """
    done = 0.0

    def follow(what: str) -> None:
        nonlocal done
        known = next((share for start, share in _STEPS if what.startswith(start)), done)
        done = max(done, known) if known != done else min(done + 0.02, 0.95)
        tell(done, what)

    with _named(folder):
        found = learn_from(
            [folder / name for name in names],
            test=[folder / name for name in tests] or None,
            to=folder / "learnt.yaml",
            format=asked.format,
            timezone=asked.timezone,
            mapping=asked.mapping,
            salt=asked.salt,
            country=asked.country,
            tell=follow,
        )
    text = tree_text(standalone(folder / "learnt.yaml"))
    load_text(text, "learnt.yaml")
    return Result(found, text)
