"""Plain calls of a queue log, taken out of its lines before a database sees them.

Nearly every call is an entry, perhaps an answer, and an end, written the way Asterisk writes them
and within megabytes of each other. Those are put together here; whatever is anything else stays a
line, for the database to read by the rules of `queue_events`. A call of which any line turns up
elsewhere is given back to it, so that what is plain is only a matter of speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.learn.adapters.plain_loops import digested, joined, matched, taken_apart, told

__all__ = ["PLAIN", "Plain", "compile_loops", "digests", "plain_calls"]

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

#: Of each event: its code, and the pieces of data that are its wait and its talk; 0 for none.
_KNOWN = {
    "ENTERQUEUE": (1, 0, 0),
    "CONNECT": (2, 1, 0),
    "COMPLETEAGENT": (3, 1, 2),
    "COMPLETECALLER": (3, 1, 2),
    "ABANDON": (4, 3, 0),
    "EXITWITHTIMEOUT": (5, 3, 0),
    "EXITEMPTY": (6, 3, 0),
    "EXITWITHKEY": (7, 4, 0),
}
#: What is said of a plain call in numbers: its line and second, those of its answer and end after
#: it, how it ended, waits and talk [s].
_COLUMNS = (
    "number",
    "second",
    "answer_line",
    "answer_second",
    "end_line",
    "end_second",
    "code",
    "answer_wait",
    "end_wait",
    "talk",
)
#: Columns of plain calls.
PLAIN = (*_COLUMNS, "digest", "queue", "caller", "agent")


@dataclass(frozen=True, slots=True)
class Plain:
    """What was found in a piece of a file.

    Parameters
    ----------
    calls
        Columns of plain calls: number and second of the line where it enters; how many lines and
        seconds later it is answered and ends; with which code; waits and talk [s], -1 where they
        are not written; the digest of its name; queue, caller, agent.
    rest, numbers
        Lines that are left, and their numbers.
    lines
        How many belong to plain calls, or say nothing about calls.
    """

    calls: dict[str, Any]
    rest: Any
    numbers: Ints
    lines: int


def plain_calls(pieces: Iterable[tuple[int, Any]], silent: Iterable[str]) -> Iterator[Plain]:
    """Take plain calls out of a file's pieces; what is unfinished goes over into the next one.

    Parameters
    ----------
    pieces
        As `sim.learn.lines.lines_of` gives them, with a bar at the end of each line.
    silent
        Events that say nothing about calls.
    """
    events = {**dict.fromkeys(silent, (0, 0, 0)), **_KNOWN}
    names = digests(pa.array(list(events)))
    order = np.argsort(names)
    said = np.array(list(events.values()), np.int64)[order]
    kept, kept_numbers = pa.array([], pa.string()), np.zeros(0, np.int64)
    for first, lines in pieces:
        numbers = np.concatenate([kept_numbers, np.arange(first, first + len(lines))])
        text = pa.concat_arrays([kept, lines]) if len(kept) else lines
        calls, taken, open_ = _found(text, numbers, names[order], said, len(kept))
        rest, at = np.flatnonzero(~(taken | open_)), np.flatnonzero(open_)
        yield Plain(calls, text.take(rest), numbers[rest], int(taken.sum()))
        kept, kept_numbers = text.take(at), numbers[at]
    if len(kept):
        yield Plain({}, kept, kept_numbers, 0)


def compile_loops() -> None:
    """Have the loops compiled before somebody waits for them, by a call of three lines."""
    events = ("NONE|ENTERQUEUE||7|1|", "a|CONNECT|1|x|1|", "a|COMPLETECALLER|1|1|1|")
    lines = pa.array([f"170000000{at}|1.1|q|{event}" for at, event in enumerate(events)])
    for _ in plain_calls([(1, lines)], ("PENALTY",)):
        pass


def digests(texts: Any) -> Words:
    """Digests of an Arrow array of texts: those that calls are known by."""
    data, offsets = _buffers(texts)
    found = np.empty(len(texts), np.uint64)
    with np.errstate(over="ignore"):  # a digest is what is left of a product
        digested(data, offsets, found)
    return found


def _buffers(texts: Any) -> tuple[Bytes, NDArray[np.int32]]:
    """Bytes of an Arrow array of texts, and where each begins and the last ends."""
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data or b"", np.uint8), places


def _found(
    text: Any, lines: Ints, names: Words, said: Ints, old: int
) -> tuple[dict[str, Any], Flags, Flags]:
    """Columns of plain calls, which lines they took, and which are of calls that go on."""
    data, offsets = _buffers(text)
    size = len(text)
    code, numbers = np.empty(size, np.uint8), np.empty((size, 3), np.int64)
    names_of, places = np.empty((size, 3), np.uint64), np.zeros((size, 6), np.int32)
    with np.errstate(over="ignore"):
        taken_apart(data, offsets, names, said, code, numbers, names_of, places)
    table = np.full(1 << (2 * size).bit_length(), -1)
    rows, open_ = np.empty((size, 3), np.int64), np.zeros(size, bool)
    count = matched(code, numbers, names_of, old, table, rows, open_)
    columns, cut = np.empty((len(_COLUMNS), count), np.int64), np.empty((6, count), np.int32)
    told(rows[:count], code, numbers, places, lines, columns, cut)
    found = dict(zip(_COLUMNS, columns, strict=True))
    found["digest"] = names_of[rows[:count, 0], 0]
    for which, name in enumerate(("queue", "caller", "agent")):
        found[name] = _texts(data, cut[2 * which], cut[2 * which + 1])
    return found, code == 0, open_


def _texts(data: Bytes, start: NDArray[np.int32], stop: NDArray[np.int32]) -> Any:
    """Pieces of the bytes as an Arrow array of texts."""
    offsets = np.zeros(len(start) + 1, np.int32)
    np.cumsum(stop - start, out=offsets[1:])
    found = np.empty(offsets[-1], np.uint8)
    joined(data, start, offsets, found)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(found)]
    return pa.Array.from_buffers(pa.string(), len(start), buffers)
