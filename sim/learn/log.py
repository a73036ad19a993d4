"""Contacts that were read from logs, kept on disk, and what was left out on the way."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType

import duckdb

from sim.errors import InvalidInput

__all__ = ["KNOWLEDGE", "OUTCOMES", "Dropped", "Log", "Reading", "is_interrupt"]

#: How a contact ended.
OUTCOMES = (
    "served",
    "abandoned",
    "timeout",
    "exit_key",
    "exit_empty",
    "blocked",
    "transferred",
    "unknown",
)

#: What a source can tell, and what it means when it cannot.
KNOWLEDGE: Mapping[str, str] = {
    "arrivals": "the source does not say when contacts came",
    "waits": "the source does not say how long contacts waited",
    "handle": "the source does not say how long contacts were handled",
    "patience": "the source does not say who gave up and after which wait",
    "presence": "the source does not say when agents were there",
    "callers": "the source does not say who called",
}

_TABLES = """
CREATE TYPE outcome AS ENUM ({outcomes});
CREATE TYPE presence_kind AS ENUM ('available', 'paused');
CREATE TABLE contacts (
    id UBIGINT, channel VARCHAR, queue VARCHAR, type VARCHAR, priority INTEGER,
    caller UBIGINT, agent UBIGINT,
    arrival BIGINT, queued BIGINT, answered BIGINT, ended BIGINT, outcome outcome,
    wait DOUBLE, talk DOUBLE, hold DOUBLE, acw DOUBLE, handle DOUBLE,
    leg INTEGER, day DATE, second INTEGER
);
CREATE TABLE presence (agent UBIGINT, start BIGINT, stop BIGINT, kind presence_kind);
CREATE TABLE intervals (
    start BIGINT, minutes INTEGER, queue VARCHAR,
    offered BIGINT, answered BIGINT, abandoned BIGINT, within_sl BIGINT,
    wait_sum DOUBLE, abandoned_wait_sum DOUBLE, talk_sum DOUBLE, hold_sum DOUBLE, acw_sum DOUBLE,
    busy_seconds DOUBLE, staffed_seconds DOUBLE, day DATE, second INTEGER
);
"""


@dataclass
class Dropped:
    """Lines left out for one reason.

    Examples
    --------
    >>> print(Dropped(2, ["queue_log:7", "queue_log:9"]))
    2, such as queue_log:7, queue_log:9
    """

    count: int = 0
    examples: list[str] = field(default_factory=list)
    """Places of the first few, ``file:line``; what stood there is not kept."""

    def __str__(self) -> str:
        named = f", such as {', '.join(self.examples)}" if self.examples else ""
        return f"{self.count}{named}"


@dataclass
class Reading:
    """How the reading went: every line is either used, or counted with a reason."""

    lines: int = 0
    """Lines (rows of a table) seen, headers and blank lines left out."""
    used: int = 0
    """Lines that went into contacts, presence or intervals, or say nothing about them by nature."""
    contacts: int = 0
    intervals: int = 0
    dropped: dict[str, Dropped] = field(default_factory=dict)
    """By reason, in English words."""
    repaired: dict[str, int] = field(default_factory=dict)
    """Contacts that were kept with something in them taken as unknown: what, and how many."""
    notes: list[str] = field(default_factory=list)
    """What was assumed: the zone, the columns, the layout."""

    MOST_EXAMPLES = 3

    def drop(self, reason: str, count: int, examples: list[str]) -> None:
        """Count lines as left out."""
        if count:
            known = self.dropped.setdefault(reason, Dropped())
            known.count += count
            known.examples += examples[: max(0, self.MOST_EXAMPLES - len(known.examples))]

    def note(self, text: str) -> None:
        """Keep something that was assumed, once."""
        if text not in self.notes:
            self.notes.append(text)


class Log:
    """Contacts read from files: tables in a temporary database on disk, and how the reading went.

    A context manager: leaving it deletes the database. `sim.learn.read_logs` makes one.

    Tables of `database`, instants in UTC [ms since 1970], durations [s]:

    ``contacts``
        A row for each contact in each queue (`leg` counts the queues of one call), in order of
        arrival. `queued` is empty where the source can tell that nobody had to wait, `day` and
        `second` are the date and the second of the day at arrival by the clock of `timezone`.
        `handle` is `talk` + `hold` + `acw`, as far as they are known.
    ``presence``
        Spans of agents at work, where the source has them.
    ``intervals``
        Rows of interval reports; then there are no contacts.

    Callers and agents are salted hashes.
    """

    def __init__(self, *, source: str, timezone: str, files: tuple[str, ...]) -> None:
        self.source = source
        """Name of the format."""
        self.timezone = timezone
        """Zone of the clock that days and seconds go by."""
        self.files = files
        self.reading = Reading()
        self.knows: frozenset[str] = frozenset()
        """What the source can tell, of `KNOWLEDGE`."""
        self.channels: tuple[str, ...] = ()
        """Channels of the contacts, or of the intervals."""
        self.first: date | None = None
        """Local date of the first arrival; None without any."""
        self.last: date | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="linewise-"))
        # Also when nobody closes it, at the latest when the program ends.
        self._clear = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.database = _opened(self.folder)

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if is_interrupt(error):
            raise KeyboardInterrupt from None

    def close(self) -> None:
        """Delete the database. Closing twice does no harm."""
        self.database.close()
        self._clear()

    @property
    def presence_logged(self) -> bool:
        """Whether the source says when agents were there."""
        return "presence" in self.knows

    def need(self, *what: str) -> None:
        """Refuse what the source cannot tell.

        Raises
        ------
        InvalidInput
            If it does not know one of them; the message says why.
        """
        for item in what:
            if item not in self.knows:
                raise InvalidInput(
                    f"{self.source} log", f"cannot give {item}", None, _reason(self.source, item)
                )


def is_interrupt(error: BaseException | None) -> bool:
    """Whether it is how the database tells that a key was pressed to stop the work.

    Examples
    --------
    >>> is_interrupt(RuntimeError("Query interrupted")), is_interrupt(RuntimeError("no memory"))
    (True, False)
    """
    return isinstance(error, RuntimeError) and "interrupted" in str(error)


def _reason(source: str, item: str) -> str:
    if source == "asterisk_cdr" and item in ("waits", "patience", "handle"):
        return (
            "a call inside a queue is ANSWERED there, and billsec is wait and talk together: "
            "give queue_log instead"
        )
    return KNOWLEDGE[item]


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(str(folder / "log.duckdb"))
    swap = str(folder / "swap").replace("'", "''")
    database.execute(
        "SET threads = 2; SET memory_limit = '400MB'; SET TimeZone = 'UTC';"
        f"SET temp_directory = '{swap}'; SET enable_progress_bar = false;"
        # Rows carry the numbers of their lines: two threads may write them in any order.
        "SET preserve_insertion_order = false"
    )
    database.execute("ATTACH ':memory:' AS scratch")
    database.execute(_TABLES.format(outcomes=", ".join(f"'{name}'" for name in OUTCOMES)))
    return database
