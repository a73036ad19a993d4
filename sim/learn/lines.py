"""Files as lines: any size, compressed or not, whatever bytes are in them.

A file is read in pieces of megabytes. A piece becomes an array of lines without copying them one
by one; nothing is thrown away here but what cannot be a line of text.
"""

from __future__ import annotations

import codecs
import itertools
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from sim.errors import InvalidInput

__all__ = [
    "BEGINNINGS",
    "LONGEST",
    "PASSED_OVER",
    "ahead",
    "decoded",
    "head_of",
    "lines_of",
    "no_log",
    "pieces_of",
    "text_lines",
]

#: Bytes read at once.
PIECE = 1 << 24
#: A longer line is no line of a log.
LONGEST = 1 << 20
HEAD = 1 << 16
CUT_ARCHIVE = "the archive is cut short or damaged: read as far as it goes"
#: What stands in place of a line that is too long: no format takes it for one of its own.
PASSED_OVER = b"?"
_Item = TypeVar("_Item")
_GZIP = b"\x1f\x8b"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A gzip file can unfold a thousandfold, without end. Logs unfold to ten times their size, at most
# to some dozens [bytes].
_ROOM, _UNFOLDS = 256 << 20, 250
_HEAD = 64
_ARCHIVE = (
    "is a packed archive of files",
    "unpack it, and give what is in it; gzip is read as it is",
)
_PICTURE = ("is a document or a picture, not a log", "export the log as CSV or XLSX")
_PAGE = ("is a web page or XML, not a table", "open it in Excel and save it as XLSX or CSV")
#: How files begin that are no logs: what to say of them, and what to do.
BEGINNINGS: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"\xd0\xcf\x11\xe0", ("is an old workbook (.xls)", "save it as XLSX or CSV in Excel")),
    *((start, _ARCHIVE) for start in (b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    *((start, _PICTURE) for start in (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    (b"SQLite format 3", ("is a database, not a log", "export its table as CSV")),
    *((start, _PAGE) for start in (b"<!doctype", b"<html", b"<table", b"<?xml")),
)


def pieces_of(
    path: Path, size: int = PIECE, tell: Callable[[str], object] | None = None
) -> Iterator[bytes]:
    """Bytes of a file, unpacked if it is gzipped, in UTF-8 without a mark if it was marked.

    Parameters
    ----------
    path
        The file.
    size
        Bytes of the file read at once.
    tell
        Told of a damaged archive; what could be unpacked is given all the same.

    Raises
    ------
    InvalidInput
        If there is no such file or it may not be read.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_HEAD)
            stream.seek(0)
            if wrong := no_log(start):
                raise InvalidInput("log", wrong[0], str(path), wrong[1])
            raw = iter(lambda: stream.read(size), b"")
            packed = start[:2] == _GZIP
            yield from _as_utf8(_unpacked(raw, size, path, tell or str) if packed else raw)
    except OSError as error:
        raise InvalidInput("log", f"cannot be read ({error.strerror})", str(path)) from None


def no_log(start: bytes) -> tuple[str, str] | None:
    """What a file is by its first bytes, and what to do, if it is surely no log; else None.

    Examples
    --------
    >>> no_log(b"%PDF-1.7")
    ('is a document or a picture, not a log', 'export the log as CSV or XLSX')
    >>> no_log(b"1700000000|1.1|q|NONE|ENTERQUEUE||7|1")
    """
    begins = start.removeprefix(codecs.BOM_UTF8).lstrip()[:_HEAD].lower()
    return next(
        (said for mark, said in BEGINNINGS if start.startswith(mark) or begins.startswith(mark)),
        None,
    )


def _as_utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces without a mark of their encoding; what is marked as UTF-16 becomes UTF-8."""
    first = next(pieces, b"")
    while len(first) < len(codecs.BOM_UTF8) and (more := next(pieces, b"")):
        first += more
    pieces = itertools.chain([first], pieces)
    if first[:2] in _UTF16:
        decode = codecs.getincrementaldecoder("utf-16")(errors="replace").decode
        pieces = (decode(piece).encode("utf-8", "replace") for piece in pieces)
    elif b"\r" in first and b"\n" not in first:  # as old programs end lines
        pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
    for piece in pieces:
        yield piece.removeprefix(codecs.BOM_UTF8)
        break
    yield from pieces


def _unpacked(
    raw: Iterator[bytes], size: int, path: Path, tell: Callable[[str], object]
) -> Iterator[bytes]:
    """What is in a gzip file of one or more parts.

    Raises
    ------
    InvalidInput
        If it unfolds to more than a log does.
    """
    unpack, begun, given, taken = zlib.decompressobj(wbits=31), False, 0, 0
    for packed in raw:
        taken += len(packed)
        while packed:
            begun = True
            try:
                found = unpack.decompress(packed, size)
            except zlib.error:
                tell(CUT_ARCHIVE)
                return
            given += len(found)
            if given > max(_ROOM, _UNFOLDS * taken):
                rule = "unfolds to more than a log can hold"
                raise InvalidInput("log", rule, str(path), "unpack it to see what is in it")
            if found:
                yield found
            packed = unpack.unconsumed_tail
            if unpack.eof:
                packed = unpack.unused_data.lstrip(b"\0")  # some programs fill up the last block
                unpack, begun = zlib.decompressobj(wbits=31), False
    if begun:
        tell(CUT_ARCHIVE)


def head_of(path: Path, size: int = HEAD) -> str:
    """The first characters of a file, each line decoded by itself; whole lines if there are any."""
    data = b""
    for piece in pieces_of(path, size):
        data += piece
        if len(data) >= size:
            data = data[:size]
            data = data[: data.rindex(b"\n") + 1] if b"\n" in data else data
            break
    return "\n".join(map(decoded, data.replace(b"\0", b"").split(b"\n")))


def decoded(data: bytes) -> str:
    """Text in UTF-8, else in the Russian code page of Windows.

    Examples
    --------
    >>> decoded("Звонки".encode()) == decoded("Звонки".encode("cp1251")) == "Звонки"
    True
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items, each worked out in a thread while the one before is in use.

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    ended = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, ended)
        while (item := coming.result()) is not ended:
            coming = thread.submit(next, items, ended)
            yield item  # type: ignore[misc]  # whatever is not the end is an item


def lines_of(
    path: Path,
    size: int = PIECE,
    tell: Callable[[str], object] | None = None,
    end: bytes = b" ",
    between: bytes = b"",
) -> Iterator[tuple[int, Any]]:
    """Lines of a file: number of the first one from 1, and an Arrow array of texts.

    Each text ends with `end` in place of its line end: a mark of the format, which makes cutting
    the line end off needless. In place of a line longer than `LONGEST` stands `PASSED_OVER`, so
    that it is counted and numbers stay true, and `tell` is told. `between` is cut in its middle:
    some programs write one object after the other on one line.
    """
    number, rest, overlong = 1, b"", False
    tell = tell or str
    for taken in pieces_of(path, size, tell):
        piece = taken
        if overlong:
            over = piece.find(b"\n")
            if over < 0:
                continue
            piece, overlong = PASSED_OVER + piece[over:], False
        piece = rest + piece
        if between:
            half = len(between) // 2
            piece = piece.replace(between, between[:half] + b"\n" + between[half:])
        cut = piece.rfind(b"\n") + 1
        rest, piece = piece[cut:], piece[:cut]
        if len(rest) > LONGEST:
            rest, overlong = b"", True
            tell(f"a line longer than {LONGEST} bytes was passed over")
        if piece:
            array = _array(piece, end)
            yield number, array
            number += len(array)
    rest = PASSED_OVER if overlong else rest
    if rest:
        yield number, _array(rest + b"\n", end)


def text_lines(path: Path) -> Iterator[str]:
    """Lines of a file one by one, with their line ends; no NUL in them.

    Where one is not UTF-8 it is taken for the Russian code page of Windows.
    In place of a line longer than `LONGEST` stands `PASSED_OVER`.
    """
    rest, overlong = b"", False
    for piece in pieces_of(path):
        lines = (rest + piece).replace(b"\0", b"").replace(b"\r\n", b"\n").split(b"\n")
        rest = lines.pop()
        if lines and overlong:
            lines[0], overlong = PASSED_OVER, False
        if len(rest) > LONGEST:
            rest, overlong = b"", True
        yield from (decoded(line if len(line) <= LONGEST else PASSED_OVER) + "\n" for line in lines)
    rest = PASSED_OVER if overlong else rest
    if rest:
        yield decoded(rest)


def _array(data: bytes, end: bytes) -> Any:
    """Lines as an Arrow array of strings, each with one mark at its end."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            data = b"\n".join(decoded(line).encode() for line in data.split(b"\n"))
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    data = data.replace(b"\n", end)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
