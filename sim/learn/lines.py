"""Files as lines: any size, compressed or not, whatever bytes are in them.

A file is read in pieces of megabytes. A piece becomes an array of lines without copying them one
by one; nothing is thrown away here but what cannot be a line of text.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from sim.errors import InvalidInput

__all__ = ["LONGEST", "ahead", "decoded", "head_of", "lines_of", "pieces_of"]

#: Bytes read at once.
PIECE = 1 << 24
#: A longer line is no line of a log.
LONGEST = 1 << 20
HEAD = 1 << 16
CUT_ARCHIVE = "the archive is cut short or damaged: read as far as it goes"
_Item = TypeVar("_Item")
_GZIP = b"\x1f\x8b"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
            start = stream.read(3)
            stream.seek(0)
            raw = iter(lambda: stream.read(size), b"")
            if start[:2] == _GZIP:
                yield from _unmarked(_unpacked(raw, size, tell or str))
            elif start[:2] in _UTF16:
                decode = codecs.getincrementaldecoder("utf-16")(errors="replace").decode
                yield from (decode(piece).encode() for piece in raw)
            else:
                yield from _unmarked(raw)
    except OSError as error:
        raise InvalidInput("log", f"cannot be read ({error.strerror})", str(path)) from None


def _unmarked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.removeprefix(codecs.BOM_UTF8)
        break
    yield from pieces


def _unpacked(raw: Iterator[bytes], size: int, tell: Callable[[str], object]) -> Iterator[bytes]:
    """What is in a gzip file of one or more parts."""
    unpack, begun = zlib.decompressobj(wbits=31), False
    for packed in raw:
        while packed:
            begun = True
            try:
                found = unpack.decompress(packed, size)
            except zlib.error:
                tell(CUT_ARCHIVE)
                return
            if found:
                yield found
            packed = unpack.unconsumed_tail
            if unpack.eof:
                packed = unpack.unused_data.lstrip(b"\0")  # some programs fill up the last block
                unpack, begun = zlib.decompressobj(wbits=31), False
    if begun:
        tell(CUT_ARCHIVE)


def head_of(path: Path, size: int = HEAD) -> str:
    """The first characters of a file, decoded as well as possible; whole lines if there are any."""
    data = b""
    for piece in pieces_of(path, size):
        data += piece
        if len(data) >= size:
            data = data[:size]
            data = data[: data.rindex(b"\n") + 1] if b"\n" in data else data
            break
    return decoded(data.replace(b"\0", b""))


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
    the line end off needless. A line longer than `LONGEST` is cut to nothing, so that numbers stay
    true, and `tell` is told. `between` is cut in its middle: some programs write one object after
    the other on one line.
    """
    number, rest, overlong = 1, b"", False
    tell = tell or str
    for taken in pieces_of(path, size, tell):
        piece = taken
        if overlong:
            over = piece.find(b"\n")
            if over < 0:
                continue
            piece, overlong = piece[over:], False  # its line end stays: an empty line
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
    if rest:
        yield number, _array(rest + b"\n", end)


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
