"""What a visitor has brought to learn from, kept in the session: files, wishes, what was read."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import streamlit as st

from sim.errors import InvalidInput
from sim.learn import detect
from sim.learn.tables import sniffed
from sim.scenario import Scenario
from sim.ui.jobs import Task
from sim.ui.learn_tasks import Asked, LogRead, Result, contacts_csv, learnt, read
from sim.ui.work import from_text

__all__ = [
    "MOST_BYTES",
    "Bag",
    "Brought",
    "Looked",
    "Wanted",
    "bag",
    "contacts_task",
    "is_binary",
    "learn_task",
    "look_at",
    "read_task",
    "scenario_in",
]

#: A larger upload is for the command line, which needs no upload.
MOST_BYTES = 200_000_000
_ROWS = 5
#: Share of control characters from which a file is no text, in its first bytes.
_HEAD, _ODD = 65_536, 0.1


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was uploaded."""

    name: str
    content: bytes = field(repr=False)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it; no copy is made, as stripping would."""
        return not self.content or self.content.isspace()

    @property
    def digest(self) -> str:
        """What names its content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Looked:
    """What the beginning of some files says.

    Parameters
    ----------
    format
        Name of the format; None where it cannot be told.
    header, rows
        Of a table: names of the columns, and the first rows.
    why
        Why it is nothing that can be read, where that is known.
    """

    format: str | None
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    why: InvalidInput | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files and how they are to be read: what results follow from."""

    logs: tuple[Brought, ...]
    asked: Asked
    example: bool = False

    @property
    def key(self) -> str:
        """Names what follows from it."""
        parts = [*(f"{one.name}.{one.digest}" for one in self.logs), repr(self.asked)]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the files."""
        return tuple(one.name for one in self.logs)

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Names and contents."""
        return tuple((one.name, one.content) for one in self.logs)


@dataclass
class Bag:
    """What a session holds of the page.

    Parameters
    ----------
    logs, tests
        Files that were brought; the second are what results are tried on.
    looked
        What they look like.
    example
        Whether they were made here.
    problems
        Why the last upload was not taken, and the name of the file, by what it was for.
    zone, country, said_salt
        What was chosen; empty before.
    columns
        For tables: column by field; empty where there is none.
    words
        Of columns that were looked through: their words, and how often they are there.
    wanted
        What is to be read, and has perhaps not been.
    done, read
        What was read last, and how that went.
    salt
        For who names none.
    """

    logs: tuple[Brought, ...] = ()
    tests: tuple[Brought, ...] = ()
    looked: Looked = field(default_factory=lambda: Looked(None))
    example: bool = False
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    zone: str = ""
    country: str = ""
    said_salt: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    wanted: Wanted | None = None
    done: Wanted | None = None
    read: LogRead | None = None
    salt: str = field(default_factory=lambda: secrets.token_hex(16))


def bag() -> Bag:
    """What this session holds."""
    if "learn.bag" not in st.session_state:
        st.session_state["learn.bag"] = Bag()
    found: Bag = st.session_state["learn.bag"]
    return found


def is_binary(content: bytes) -> bool:
    r"""Whether it is neither text, nor gzipped, nor a workbook.

    Examples
    --------
    >>> is_binary(b"1700000000|a|b"), is_binary(bytes(range(32)) * 9), is_binary(b"PK\x03\x04")
    (False, True, False)
    """
    if content.startswith((b"\x1f\x8b", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")):
        return False
    head = content[:_HEAD]
    odd = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x1b")
    return odd > _ODD * len(head)


def look_at(files: Sequence[Brought]) -> Looked:
    """Which format files are, by the first; they lie on the disk only while they are looked at."""
    first = next((one for one in files if not one.is_blank), files[0])
    with tempfile.TemporaryDirectory(prefix="linewise-") as folder:
        path = Path(folder, first.name)
        path.write_bytes(first.content)
        header, rows = _table(path)
        try:
            return Looked(detect(path).name, header, rows)
        except InvalidInput as error:
            return Looked(None, header, rows, error)


def _table(path: Path) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names of columns and the first rows, if it is a table at all."""
    try:
        table = sniffed(path)
        block = next(table.blocks(table.header, lambda *_: None, _ROWS), None)
    except (InvalidInput, ValueError, StopIteration):
        return (), ()
    if block is None:
        return table.header, ()
    cells = zip(*block.columns, strict=True)
    rows = tuple(tuple(str(cell or "") for cell in row) for row in islice(cells, _ROWS))
    return table.header, rows


def read_task(wanted: Wanted) -> Task[LogRead]:
    """The reading of some files."""
    return Task(f"read.{wanted.key}", read, (wanted.names, wanted.asked), files=wanted.files)


def learn_task(wanted: Wanted, tests: Sequence[Brought]) -> Task[Result]:
    """What is learnt of some files, and how it does on others."""
    others = [(f"test-{one.name}", one.content) for one in tests]
    key = "|".join([wanted.key, *(one.digest for one in tests)])
    args = (wanted.names, [name for name, _ in others], wanted.asked)
    return Task(f"learn.{key}", learnt, args, files=(*wanted.files, *others))


def contacts_task(wanted: Wanted) -> Task[bytes]:
    """Contacts as a file."""
    args = (wanted.names, wanted.asked)
    return Task(f"contacts.{wanted.key}", contacts_csv, args, files=wanted.files)


def scenario_in(result: Result) -> Scenario:
    """The scenario that was learnt."""
    return from_text(result.text, "learnt.yaml")
