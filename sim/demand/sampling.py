"""What customers do, drawn: from rates and laws to the arrays of a workload."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit
from sim.demand.draws import exp, exponential, log, normal, unit
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, TICKS_PER_SECOND, WORK_LIMIT

__all__ = ["EXPONENTIAL", "FIXED", "LOGNORMAL", "SURVIVAL", "WEIBULL", "sample"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Book = tuple[Keys, Ints, Floats, Floats]
Sample = tuple[int, Ints, Codes, Ints, Ints, Ints, Ids, Ids]

# Laws by number, for compiled code; their parameters are two numbers, or rows of a table.
FIXED, EXPONENTIAL, LOGNORMAL, WEIBULL, SURVIVAL = 0, 1, 2, 3, 4

# Columns of the law and key tables: what is drawn for a channel.
_ARRIVAL, _HANDLE, _ACW, _PATIENCE, _REDIAL, _DELAY = 0, 1, 2, 3, 4, 5

_TRIES = 128  # counters set aside for the attempts of one contact
_WORK = WORK_LIMIT - 1
_LIMIT = CLOCK_LIMIT - 1
_NEVER = NEVER
_TICKS = float(TICKS_PER_SECOND)


@inlined
def _survival(table: Floats, first: int, last: int, e: float) -> float:
    """Time at which a cumulative hazard given by rows (time, hazard) reaches `e`."""
    row = first + 1
    while row < last - 1 and table[row, 1] < e:
        row += 1
    gain = table[row, 1] - table[row - 1, 1]
    if gain <= 0.0:
        return np.inf
    share = (e - table[row - 1, 1]) / gain
    return float(table[row - 1, 0] + share * (table[row, 0] - table[row - 1, 0]))


@inlined
def _draw(law: int, a: float, b: float, table: Floats, u: float) -> float:
    """Draw a duration [s] from a law at a number between 0 and 1; a fixed one needs no number."""
    if law == EXPONENTIAL:
        return a * exponential(u)
    if law == LOGNORMAL:
        return exp(a + b * normal(u))
    if law == WEIBULL:
        return a * exp(log(exponential(u)) / b)
    if law == SURVIVAL:
        return _survival(table, int(a), int(b), exponential(u))
    return a


@inlined
def _mark(book: Book, channel: int, what: int, counter: int) -> float:
    """Draw one duration of a contact [s]: its handle time, its patience and so on."""
    keys, laws, parameters, table = book
    law = laws[channel, what]
    a, b = parameters[channel, what, 0], parameters[channel, what, 1]
    return _draw(law, a, b, table, unit(keys[channel, what], counter))


@inlined
def _work_ticks(seconds: float) -> int:
    """Ticks of a handle time or delay, never beyond what the contract takes."""
    return min(int(seconds * _TICKS + 0.5), _WORK) if seconds < 1e9 else _WORK


@inlined
def _patience_ticks(seconds: float) -> int:
    """Ticks of a patience; beyond the clock it is without end."""
    return int(seconds * _TICKS + 0.5) if seconds * _TICKS < _LIMIT else _NEVER


@jit
def _arrivals(key: np.uint64, rates: Floats, slot: int, due: Ints, first: int) -> int:
    """Fill in the arrivals of one channel by inverting its cumulative rate; return their end.

    One exponential for each contact, whatever the rates: when a rate changes, contacts move in
    time, none is another.
    """
    at, contact, now, place = first, 0, 0.0, 0
    need = exponential(unit(key, contact))
    while place < rates.size:
        left = (1.0 - now) * rates[place]
        if need > left:
            need -= left
            place += 1
            now = 0.0
            continue
        now += need / rates[place]
        if at < due.size:
            due[at] = min(int((place + min(now, 1.0)) * slot), (place + 1) * slot - 1)
        at += 1
        contact += 1
        need = exponential(unit(key, contact))
    return at


@jit
def _merge(due: Ints, ends: Ints, merged: Ints, channel: Codes, number: Ids) -> None:
    """Merge the channels' arrivals into one stream; equal ticks in order of channel."""
    channels = ends.size - 1
    at = ends[:-1].copy()
    for row in range(merged.size):
        best, tick = 0, _NEVER
        for c in range(channels):
            if at[c] < ends[c + 1] and due[at[c]] < tick:
                best, tick = c, due[at[c]]
        merged[row] = tick
        channel[row] = best
        number[row] = at[best] - ends[best]
        at[best] += 1


@jit
def sample(
    rates: Floats, slot: int, room: Ints, book: Book, again: Floats, at_most: Ints
) -> Sample:
    """Draw one replication.

    Parameters
    ----------
    rates
        Expected contacts, [channel, slot].
    slot
        Length of a slot [ticks].
    room
        Rows set aside for the first attempts of each channel.
    book
        Keys, laws and their two parameters by [channel, what is drawn], and the rows (time,
        cumulative hazard) of all survival curves.
    again, at_most
        Probability to try again after abandoning and after busy, and tries in all, by channel.

    Returns
    -------
    tuple
        Number of first attempts and the columns of a workload: due, channel, handle, acw,
        patience, after_abandon, after_busy. When the number exceeds the room, nothing else is
        drawn and more room must be made.
    """
    channels = rates.shape[0]
    ends = np.zeros(channels + 1, np.int64)
    due = np.empty(room.sum(), np.int64)
    for c in range(channels):
        ends[c + 1] = _arrivals(book[0][c, _ARRIVAL], rates[c], slot, due, ends[c])
    fresh = ends[channels]
    rows = int(fresh) if fresh <= due.size else 0
    tries = np.where((again[:, 0] > 0) | (again[:, 1] > 0), at_most, 1)
    most = rows * int(tries.max())
    tick, way = np.empty(most, np.int64), np.empty(most, np.uint8)
    handle, acw = np.empty(most, np.int64), np.empty(most, np.int64)
    patience = np.empty(most, np.int64)
    after_abandon, after_busy = np.empty(most, np.int32), np.empty(most, np.int32)
    number = np.empty(rows, np.int32)
    if rows > 0:
        _merge(due[:fresh], ends, tick[:rows], way[:rows], number)
    for contact in range(rows):
        c = way[contact]
        counter = number[contact] * _TRIES
        talk = _work_ticks(_mark(book, c, _HANDLE, counter))
        wrap = _work_ticks(_mark(book, c, _ACW, counter))
        row = contact
        for attempt in range(tries[c]):
            handle[row] = talk
            acw[row] = wrap
            patience[row] = _patience_ticks(_mark(book, c, _PATIENCE, counter + attempt))
            after_abandon[row] = NONE
            after_busy[row] = NONE
            if attempt + 1 == tries[c]:
                break
            u = unit(book[0][c, _REDIAL], counter + attempt)
            if u < again[c, 0]:
                after_abandon[row] = rows
            if u < again[c, 1]:
                after_busy[row] = rows
            if u >= max(again[c, 0], again[c, 1]):
                break
            row = rows
            rows += 1
            way[row] = c
            tick[row] = _work_ticks(_mark(book, c, _DELAY, counter + attempt))
    return (
        int(fresh),
        tick[:rows],
        way[:rows],
        handle[:rows],
        acw[:rows],
        patience[:rows],
        after_abandon[:rows],
        after_busy[:rows],
    )
