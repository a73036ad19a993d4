"""What customers do, drawn: from rates and laws to the arrays of a workload.

Everything is drawn column by column, so that the compiler computes several numbers at a time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit
from sim.demand.draws import (
    COUNTERS,
    FIRST_DAY,
    Purpose,
    exp,
    exponential,
    is_middle,
    joined,
    key_of,
    log,
    normal_middle,
    normal_tail,
    unit,
)
from sim.demand.gamma import log_gamma, standard_gamma
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, TICKS_PER_SECOND, WORK_LIMIT

__all__ = [
    "EMPIRICAL",
    "EXPONENTIAL",
    "FIXED",
    "GAMMA",
    "LOGNORMAL",
    "MIXTURE",
    "SURVIVAL",
    "WEIBULL",
    "Laws",
    "Origin",
    "Redials",
    "Volume",
    "arrivals",
    "durations",
    "first_arrivals",
    "sample",
    "steps",
    "to_durations",
    "units",
]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Sample = tuple[int, Ints, Codes, Ints, Ints, Ints, Ids, Ids]

# Laws by number, for compiled code; their parameters are two numbers, or rows of a table.
FIXED, EXPONENTIAL, LOGNORMAL, WEIBULL, SURVIVAL, GAMMA, EMPIRICAL, MIXTURE = range(8)

# Not plain integers: for each of those the compiler would make a function of its own.
_ARRIVAL, _HANDLE, _ACW = map(np.int64, (Purpose.ARRIVAL, Purpose.HANDLE, Purpose.ACW))
_PATIENCE, _DAY_FACTOR = map(np.int64, (Purpose.PATIENCE, Purpose.DAY_FACTOR))
_REDIAL, _DELAY = map(np.int64, (Purpose.REDIAL, Purpose.REDIAL_DELAY))

_BLOCK = 1024  # contacts drawn at a time
_WORK = WORK_LIMIT - 1
_LIMIT = CLOCK_LIMIT - 1
_NEVER = NEVER
_LEAST = 2.0**-53  # numbers lie between this and its complement
_TICKS = float(TICKS_PER_SECOND)


class Origin(NamedTuple):
    """Where the random numbers of one replication start; each channel has its stream."""

    seed: np.uint64
    replication: np.uint64
    streams: NDArray[np.uint64]


class Volume(NamedTuple):
    """How much comes in.

    Parameters
    ----------
    rates
        Expected contacts, [channel, slot].
    spread
        Standard deviation of the logarithm of a day's volume around its mean, by channel.
    days
        Day of each slot.
    slot
        Length of a slot [ticks].
    strata
        Equal parts into which the law of a day's busyness is cut; 1 for none.
    stratum
        Part from which this replication draws the day of each slot, [channel, slot]; empty
        without strata.
    """

    rates: Floats
    spread: Floats
    days: Ints
    slot: int
    strata: int
    stratum: Ints


class Laws(NamedTuple):
    """The laws of all channels.

    Parameters
    ----------
    law
        Which law, [channel, `Purpose`].
    parameters
        Its two parameters, [channel, `Purpose`, 2]; of a law that is a table its first row and the
        row after its last.
    table
        Rows of all tables: (time [s], cumulative hazard) of a survival curve, (duration [s], share
        up to it) of an empirical law, (share up to it, law) and (two parameters) of each part of a
        mixture.
    """

    law: Ints
    parameters: Floats
    table: Floats


class Redials(NamedTuple):
    """What customers do who were not served, by channel.

    Parameters
    ----------
    abandoned, busy
        Probability to try again after abandoning, and after finding all lines busy.
    at_most
        Tries in all.
    """

    abandoned: Floats
    busy: Floats
    at_most: Ints


@jit
def steps(first: int, step: int, size: int) -> Ints:
    """Whole numbers at equal steps; `np.arange` takes a second to compile."""
    numbers = np.empty(size, np.int64)
    for i in range(size):
        numbers[i] = first + i * step
    return numbers


# --- durations -------------------------------------------------------------------------------


@inlined
def _key(origin: Origin, channel: int, purpose: int | np.int64) -> np.uint64:
    """Key of what is drawn of a channel for one purpose."""
    return key_of(origin.seed, origin.replication, np.uint64(purpose), origin.streams[channel])


@jit
def units(origin: Origin, channel: int, purpose: int | np.int64, counters: Ints) -> Floats:
    """Numbers between 0 and 1 at many counters."""
    key = _key(origin, channel, purpose)
    values = np.empty(counters.size)
    for i in range(counters.size):
        values[i] = unit(key, counters[i])
    return values


@jit
def durations(
    origin: Origin, laws: Laws, channel: int, purpose: int | np.int64, counters: Ints
) -> Floats:
    """Draw one kind of duration of a channel's contacts [s]; a fixed one needs no numbers."""
    if laws.law[channel, purpose] == FIXED:
        return np.full(counters.size, laws.parameters[channel, purpose, 0])
    values = units(origin, channel, purpose, counters)
    to_durations(values, laws, channel, purpose)
    return values


@jit
def to_durations(values: Floats, laws: Laws, row: int, purpose: int | np.int64) -> None:
    """Turn numbers between 0 and 1 into durations of a law [s]."""
    law = laws.law[row, purpose]
    a, b = laws.parameters[row, purpose, 0], laws.parameters[row, purpose, 1]
    if law == MIXTURE:
        _to_mixture(values, laws.table, int(a), int(b))
    else:
        _to_law(values, law, a, b, laws.table)


@jit
def _to_law(values: Floats, law: int, a: float, b: float, table: Floats) -> None:
    """Turn numbers between 0 and 1 into durations of a law that is no mixture."""
    if law == FIXED:
        values[:] = a
    elif law == LOGNORMAL:
        _to_lognormal(values, a, b)
    elif law == GAMMA:
        of_shape = log_gamma(a)
        for i in range(values.size):
            values[i] = b * standard_gamma(values[i], a, of_shape)
    elif law == EMPIRICAL:
        for i in range(values.size):
            values[i] = _measured(table, int(a), int(b), values[i])
    else:
        _to_exponential(values)
        if law == EXPONENTIAL:
            values *= a
        elif law == WEIBULL:
            for i in range(values.size):
                values[i] = a * exp(log(values[i]) / b)
        else:
            for i in range(values.size):
                values[i] = _survival(table, int(a), int(b), values[i])


@jit
def _to_mixture(values: Floats, table: Floats, first: int, last: int) -> None:
    """Turn numbers into durations of a mixture: each chooses a part and is spread anew in it."""
    numbers = values.copy()
    below = 0.0
    for part in range(first, last, 2):
        upto, law = table[part, 0], int(table[part, 1])
        at = np.empty(values.size, np.int64)
        size = 0
        for i in range(values.size):
            at[size] = i
            size += below < numbers[i] <= upto
        some = np.empty(size)
        for k in range(size):
            spread = (numbers[at[k]] - below) / (upto - below)
            some[k] = min(max(spread, _LEAST), 1.0 - _LEAST)
        _to_law(some, law, table[part + 1, 0], table[part + 1, 1], table)
        for k in range(size):
            values[at[k]] = some[k]
        below = upto


@inlined
def _measured(table: Floats, first: int, last: int, u: float) -> float:
    """The duration of an empirical law whose share up to it first reaches `u`."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high) // 2
        if table[middle, 1] < u:
            low = middle + 1
        else:
            high = middle
    return float(table[low, 0])


@jit
def _to_exponential(values: Floats) -> None:
    """Turn numbers between 0 and 1 into exponential ones."""
    for i in range(values.size):
        values[i] = exponential(values[i])


@jit
def _to_lognormal(values: Floats, mu: float, sigma: float) -> None:
    """Turn numbers between 0 and 1 into lognormal ones; the tails apart, since they are few."""
    at = np.empty(values.size, np.int64)
    tails = 0
    for i in range(values.size):
        at[tails] = i
        tails += not is_middle(values[i])
    tail = np.empty(tails)
    for k in range(tails):
        tail[k] = normal_tail(values[at[k]])
    for i in range(values.size):
        values[i] = normal_middle(values[i])
    for k in range(tails):
        values[at[k]] = tail[k]
    for i in range(values.size):
        values[i] = exp(mu + sigma * values[i])


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


@jit
def _fill(
    origin: Origin,
    laws: Laws,
    channel: int,
    purpose: int | np.int64,
    counters: Ints,
    rows: Ints,
    column: Ints,
) -> None:
    """Draw durations into rows of a column [ticks], block by block to stay in the fast memory."""
    patience = purpose == _PATIENCE
    most, beyond = (_LIMIT, _NEVER) if patience else (_WORK, _WORK)
    for low in range(0, rows.size, _BLOCK):
        high = min(low + _BLOCK, rows.size)
        seconds = durations(origin, laws, channel, purpose, counters[low:high])
        for i in range(seconds.size):
            ticks = seconds[i] * _TICKS + 0.5
            column[rows[low + i]] = np.int64(ticks) if ticks < most else beyond


# --- arrivals --------------------------------------------------------------------------------


@jit
def first_arrivals(origin: Origin, volume: Volume, channel: int) -> Ints:
    """Arrivals of one channel [ticks]."""
    rates = volume.rates[channel] * _day_factors(origin, volume, channel)
    expected = rates.sum()
    # Eight standard deviations of a Poisson count: more come once in 10^15 replications.
    room = int(expected + 8 * math.sqrt(expected)) + 16
    return arrivals(origin, channel, rates, volume.slot, room)


@jit
def arrivals(origin: Origin, channel: int, rates: Floats, slot: int, room: int) -> Ints:
    """Arrivals of one channel [ticks], whatever room is set aside for them at first.

    One exponential for each contact, whatever the rates: when a rate changes, contacts move in
    time, none is another.
    """
    while True:
        gaps = units(origin, channel, _ARRIVAL, steps(0, 1, room))
        _to_exponential(gaps)
        due = np.empty(room, np.int64)
        count = _place(gaps, rates, slot, due)
        if count < room:
            return due[:count]
        room *= 2


@jit
def _day_factors(origin: Origin, volume: Volume, channel: int) -> Floats:
    """Busyness of the day of each slot, lognormal around a mean of 1."""
    sigma = volume.spread[channel]
    if sigma == 0.0:
        return np.ones(volume.days.size)
    values = units(origin, channel, _DAY_FACTOR, volume.days + FIRST_DAY)
    if volume.strata > 1:
        for i in range(values.size):
            values[i] = (volume.stratum[channel, i] + values[i]) / volume.strata
    _to_lognormal(values, -sigma * sigma / 2, sigma)
    return values


@jit
def _place(gaps: Floats, rates: Floats, slot: int, due: Ints) -> int:
    """Place contacts whose gaps are given in expected contacts; return how many come in time."""
    now, before, at = 0.0, 0.0, 0
    for contact in range(gaps.size):
        now += gaps[contact]
        while now > before + rates[at]:
            before += rates[at]
            at += 1
            if at == rates.size:
                return contact
        tick = int((at + (now - before) / rates[at]) * slot)
        due[contact] = min(tick, (at + 1) * slot - 1)
    return int(gaps.size)


@jit
def _merge(due: Ints, ends: Ints, merged: Ints, channel: Codes, rows: Ints) -> None:
    """Merge the channels' arrivals into one stream; equal ticks in order of channel."""
    channels = ends.size - 1
    at = ends[:-1].copy()
    for row in range(due.size):
        best, tick = 0, _NEVER
        for c in range(channels):
            if at[c] < ends[c + 1] and due[at[c]] < tick:
                best, tick = c, due[at[c]]
        merged[row] = tick
        channel[row] = best
        rows[at[best]] = row
        at[best] += 1


# --- later attempts --------------------------------------------------------------------------


@jit
def _count_later(origin: Origin, redials: Redials, channel: int, later: Ints) -> None:
    """Count how many times each contact would try again if it were never served."""
    later[:] = 0
    most = redials.at_most[channel] - 1
    chance = max(redials.abandoned[channel], redials.busy[channel])
    if most == 0 or chance == 0.0:
        return
    key = _key(origin, channel, _REDIAL)
    for i in range(later.size):
        while later[i] < most and unit(key, i * COUNTERS + later[i]) < chance:
            later[i] += 1


@jit
def _link(
    origin: Origin,
    redials: Redials,
    channel: int,
    later: Ints,
    rows: Ints,
    next_row: int,
    after_abandon: Ids,
    after_busy: Ids,
) -> tuple[Ints, Ints]:
    """Give later attempts their rows and link them; return their counters and first attempts."""
    counters, firsts = np.empty(later.sum(), np.int64), np.empty(later.sum(), np.int64)
    key = _key(origin, channel, _REDIAL)
    made = 0
    for i in range(later.size):
        row = rows[i]
        for attempt in range(later[i]):
            counters[made] = i * COUNTERS + attempt
            firsts[made] = rows[i]
            u = unit(key, counters[made])
            if u < redials.abandoned[channel]:
                after_abandon[row] = next_row + made
            if u < redials.busy[channel]:
                after_busy[row] = next_row + made
            row = next_row + made
            made += 1
    return counters, firsts


# --- all together ----------------------------------------------------------------------------


@jit
def sample(origin: Origin, volume: Volume, laws: Laws, redials: Redials) -> Sample:
    """Draw one replication.

    Returns
    -------
    tuple
        Number of first attempts and the columns of a workload: due, channel, handle, acw,
        patience, after_abandon, after_busy.
    """
    channels = volume.rates.shape[0]
    ends = np.zeros(channels + 1, np.int64)
    came = np.empty(0, np.int64)
    for c in range(channels):
        came = joined(came, first_arrivals(origin, volume, c))
        ends[c + 1] = came.size
    fresh = came.size
    later = np.empty(fresh, np.int64)
    for c in range(channels):
        _count_later(origin, redials, c, later[ends[c] : ends[c + 1]])
    size = fresh + later.sum()
    due, way = np.empty(size, np.int64), np.empty(size, np.uint8)
    handle, acw = np.empty(size, np.int64), np.empty(size, np.int64)
    patience = np.empty(size, np.int64)
    after_abandon = np.full(size, NONE, np.int32)
    after_busy = np.full(size, NONE, np.int32)
    row_of = np.empty(fresh, np.int64)
    _merge(came, ends, due, way, row_of)
    next_row = fresh
    for c in range(channels):
        rows = row_of[ends[c] : ends[c + 1]]
        contacts = steps(0, COUNTERS, rows.size)
        _fill(origin, laws, c, _HANDLE, contacts, rows, handle)
        _fill(origin, laws, c, _ACW, contacts, rows, acw)
        _fill(origin, laws, c, _PATIENCE, contacts, rows, patience)
        counters, firsts = _link(
            origin,
            redials,
            c,
            later[ends[c] : ends[c + 1]],
            rows,
            next_row,
            after_abandon,
            after_busy,
        )
        again = steps(next_row, 1, counters.size)
        _fill(origin, laws, c, _DELAY, counters, again, due)
        _fill(origin, laws, c, _PATIENCE, counters + 1, again, patience)
        for k in range(counters.size):
            way[again[k]] = c
            handle[again[k]] = handle[firsts[k]]
            acw[again[k]] = acw[firsts[k]]
        next_row += counters.size
    return fresh, due, way, handle, acw, patience, after_abandon, after_busy
