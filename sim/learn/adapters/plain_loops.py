"""Loops over the bytes of a queue log, compiled: lines taken apart, plain calls put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import jit

__all__ = [
    "BEGIN",
    "EMPTY",
    "ODD",
    "STRIDE",
    "digest_of",
    "digested",
    "joined",
    "matched",
    "numbered",
    "taken_apart",
    "told",
]

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

#: Of a number that is not written, and of what is no plain number.
EMPTY, ODD = -1, -2
#: Digest of no text, and what each byte is multiplied by (FNV-1a, 64 bits: Fowler, Noll, Vo 1991).
BEGIN, STRIDE = np.uint64(14695981039346656037), np.uint64(1099511628211)
_BAR = 124
_CELLS = 12
_CALL, _QUEUE, _AGENT, _EVENT, _CALLER = 1, 2, 3, 4, 6
_UNREAD = 255
_MOST_DIGITS = 10


@jit
def digest_of(data: Bytes, start: int, stop: int) -> np.uint64:
    """A number of 64 bits that stands for a text."""
    found = BEGIN
    for at in range(start, stop):
        found = (found ^ np.uint64(data[at])) * STRIDE
    return found


@jit
def digested(data: Bytes, offsets: NDArray[np.int32], found: Words) -> None:
    """Fill the digests of texts that stand one after the other."""
    for one in range(len(found)):
        found[one] = digest_of(data, offsets[one], offsets[one + 1])


@jit
def numbered(data: Bytes, start: int, stop: int) -> int:
    """A whole number without a sign, of up to ten digits."""
    if start >= stop:
        return EMPTY
    if stop - start > _MOST_DIGITS:
        return ODD
    found = 0
    for at in range(start, stop):
        digit = int(data[at]) - 48
        if digit < 0 or digit > 9:
            return ODD
        found = found * 10 + digit
    return found


@jit
def taken_apart(
    data: Bytes,
    offsets: NDArray[np.int32],
    names: Words,
    said: Ints,
    code: NDArray[np.uint8],
    numbers: Ints,
    digests: Words,
    places: NDArray[np.int32],
) -> None:
    """Take lines apart, ``time|call|queue|agent|EVENT|data…|``.

    Parameters
    ----------
    data, offsets
        Bytes of the lines, and where each begins and the last ends; a line ends with a bar.
    names, said
        Digests of events that are known, rising; of each its code, and which pieces of data are
        its wait and its talk, 0 for none.
    code
        Filled: of each line that is written as usual its event, else 255.
    numbers
        Filled: time, wait and talk of each line.
    digests
        Filled: of call, queue and agent of each line.
    places
        Filled: where queue, agent and caller of each line begin and end.
    """
    bars = np.empty(_CELLS, np.int64)
    for line in range(len(offsets) - 1):
        cells, begin, stop = 0, offsets[line], offsets[line + 1]
        for at in range(begin, stop):
            if data[at] == _BAR and cells < _CELLS:
                bars[cells] = at
                cells += 1
        code[line] = _UNREAD
        if cells <= _EVENT or cells == _CELLS or bars[0] - begin != _MOST_DIGITS:
            continue
        time = numbered(data, begin, bars[0])
        name = digest_of(data, bars[_EVENT - 1] + 1, bars[_EVENT])
        event = np.searchsorted(names, name)
        if time < 0 or event == len(names) or names[event] != name:
            continue
        if said[event, 0] == 0:
            code[line] = 0
            continue
        numbers[line, 0] = time
        for which in range(2):
            place = said[event, 1 + which]
            numbers[line, 1 + which] = EMPTY
            if place > 0 and place + _EVENT < cells:
                start = bars[place + _EVENT - 1] + 1
                numbers[line, 1 + which] = numbered(data, start, bars[place + _EVENT])
        for which in range(3):
            digests[line, which] = digest_of(data, bars[which] + 1, bars[which + 1])
        places[line, 0], places[line, 1] = bars[_QUEUE - 1] + 1, bars[_QUEUE]
        places[line, 2], places[line, 3] = bars[_AGENT - 1] + 1, bars[_AGENT]
        enters = said[event, 0] == 1
        if enters and cells > _CALLER:
            places[line, 4], places[line, 5] = bars[_CALLER - 1] + 1, bars[_CALLER]
        # Nobody is the caller of an entry that does not say who enters: the database reads it.
        odd = numbers[line, 1] == ODD or numbers[line, 2] == ODD or (enters and cells <= _CALLER)
        if not odd and bars[0] + 1 < bars[_CALL]:
            code[line] = said[event, 0]


@jit
def matched(
    code: NDArray[np.uint8],
    numbers: Ints,
    digests: Words,
    old: int,
    table: Ints,
    calls: Ints,
    open_: Flags,
) -> int:
    """Put plain calls together: an entry, and an end, between them an answer if it was served.

    Parameters
    ----------
    code, numbers, digests
        As `taken_apart` fills them.
    old
        So many lines have been waiting for the rest of their calls since the piece before.
    table
        -1 everywhere, a power of two and more than there are lines: room for the search.
    calls
        Room for lines of the entry, the answer (the entry where there is none) and the end of each
        call; when done the plain ones stand first.
    open_
        Filled: lines of calls that go on, if they have not been waiting.

    Returns
    -------
    int
        How many calls are plain.
    """
    found, mask = 0, len(table) - 1
    group = np.empty(len(code), np.int64)
    bad = np.zeros(len(code), np.bool_)
    for line in range(len(code)):
        if code[line] == 0 or code[line] == _UNREAD:
            continue
        place = np.int64(digests[line, 0] & np.uint64(mask))
        while table[place] >= 0 and digests[table[place], 0] != digests[line, 0]:
            place = (place + 1) & mask
        if table[place] < 0:
            table[place] = line
            group[line] = found
            calls[found, 0], calls[found, 1], calls[found, 2] = line, line, -1
            bad[found] = code[line] != 1
            found += 1
            continue
        one = group[table[place]]
        group[line] = one
        entry, answer = calls[one, 0], calls[one, 1]
        apart = digests[line, 1] != digests[entry, 1] or numbers[line, 0] < numbers[answer, 0]
        if code[line] == 2 and not apart and answer == entry and calls[one, 2] < 0:
            calls[one, 1] = line
            continue
        ends = code[line] > 2 and calls[one, 2] < 0 and (code[line] == 3) == (answer != entry)
        if ends and answer != entry:
            ends = digests[line, 2] == digests[answer, 2]
        bad[one] = bad[one] or apart or not ends
        if code[line] > 2:
            calls[one, 2] = line
    for line in range(len(code)):
        if code[line] != 0 and code[line] != _UNREAD:
            one = group[line]
            open_[line] = calls[one, 2] < 0 and calls[one, 0] >= old
    plain = 0
    for one in range(found):
        if not bad[one] and calls[one, 2] >= 0:
            for which in range(3):
                calls[plain, which] = calls[one, which]
            plain += 1
    return plain


@jit
def told(
    calls: Ints,
    code: NDArray[np.uint8],
    numbers: Ints,
    places: NDArray[np.int32],
    lines: Ints,
    said: Ints,
    cut: NDArray[np.int32],
) -> None:
    """Fill columns with what is said of plain calls, and mark their lines as taken.

    Parameters
    ----------
    calls
        Lines of each call, as `matched` gives them.
    code, numbers, places
        As `taken_apart` fills them; the code of lines that are taken becomes 0.
    lines
        Number of each line in its file.
    said
        Filled, a row each: line and time of the entry, lines and seconds until the answer and
        until the end, code of the end, waits of answer and end, talk.
    cut
        Filled, a row each: where queue, caller and agent begin and end.
    """
    for one in range(len(calls)):
        entry, answer, end = calls[one]
        answered = answer != entry
        said[0, one], said[1, one] = lines[entry], numbers[entry, 0]
        said[2, one] = lines[answer] - lines[entry]
        said[3, one] = numbers[answer, 0] - numbers[entry, 0]
        said[4, one] = lines[end] - lines[entry]
        said[5, one] = numbers[end, 0] - numbers[entry, 0]
        said[6, one] = code[end]
        said[7, one] = numbers[answer, 1] if answered else EMPTY
        said[8, one], said[9, one] = numbers[end, 1], numbers[end, 2]
        for side in range(2):
            cut[side, one] = places[entry, side]
            cut[2 + side, one] = places[entry, 4 + side]
            cut[4 + side, one] = places[answer, 2 + side] if answered else 0
    for one in range(len(calls)):
        for which in range(3):
            code[calls[one, which]] = 0


@jit
def joined(data: Bytes, start: NDArray[np.int32], offsets: NDArray[np.int32], found: Bytes) -> None:
    """Copy pieces of bytes one after the other."""
    for one in range(len(start)):
        for at in range(offsets[one + 1] - offsets[one]):
            found[offsets[one] + at] = data[start[one] + at]
