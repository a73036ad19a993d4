"""How much a given team can take: the largest volume, and the longest handle time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import overload

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray
from sim._erlang.door import door
from sim._erlang.inputs import MOST_LOAD, Real, check_queue, numbers, shaped
from sim._erlang.laws import Law
from sim._erlang.patience import mean_patience, measure_any
from sim._erlang.target import Target

__all__ = ["aht_allowed", "arrival_rate_allowed"]

_STEP = 16.0
"""Factor by which a bound is sought."""

_LEAST = 1e-60
"""Share of the team's capacity below which nothing is left to take."""

_RAREST = 1e-200
"""Contacts per second below which no handle time is too long."""

_HALVINGS = 60
"""Halvings of a bracket of one step that leave nothing of it but rounding."""


@overload
def arrival_rate_allowed(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    target: Target,
    *,
    aht: float,
    agents: float,
    patience: float | Law = ...,
    lines: float = ...,
    balking: float = ...,
) -> float: ...
@overload
def arrival_rate_allowed(
    target: Target,
    *,
    aht: Real,
    agents: Real,
    patience: Real | Law = ...,
    lines: Real = ...,
    balking: Real = ...,
) -> FloatArray: ...
@door
def arrival_rate_allowed(
    target: Target,
    *,
    aht: Real,
    agents: Real,
    patience: Real | Law = math.inf,
    lines: Real = math.inf,
    balking: Real = 0.0,
) -> float | FloatArray:
    """Largest volume with which a team keeps a promise [contacts per second].

    Parameters
    ----------
    target
        What is promised.
    aht, agents, patience, lines, balking
        As in `erlang_a`; a law of patience is one for all teams.

    Returns
    -------
    float or array
        Zero when the promise is broken by any volume, infinite when it is kept by every one.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Every measure of a target gets worse with the volume, so the largest is found by halving, to
    the last digits. Volumes of more than a trillion erlangs are not tried.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> rate = arrival_rate_allowed(promise, aht=180, agents=12, patience=180)
    >>> round(rate * 1800, 2)  # contacts in half an hour
    100.26
    """
    handle, team, waits, room, balk = numbers(
        aht=aht, agents=agents, patience=mean_patience(patience), lines=lines, balking=balking
    )
    check_queue(np.zeros_like(handle), handle, team, waits, room, balk)
    columns = [column.ravel() for column in (handle, team, waits, room, balk)]
    law = patience if isinstance(patience, Law) else columns[2]

    def kept(rate: FloatArray) -> BoolArray:
        return target._met(measure_any(rate, columns[0], columns[1], law, *columns[3:]))

    capacity = np.maximum(columns[1], 1.0) / columns[0]
    rate: float | FloatArray = shaped(
        _largest(kept, capacity, MOST_LOAD / columns[0]), handle.shape
    )
    return rate


@overload
def aht_allowed(  # type: ignore[overload-overlap]  # as above
    target: Target,
    *,
    arrival_rate: float,
    agents: float,
    patience: float | Law = ...,
    lines: float = ...,
    balking: float = ...,
) -> float: ...
@overload
def aht_allowed(
    target: Target,
    *,
    arrival_rate: Real,
    agents: Real,
    patience: Real | Law = ...,
    lines: Real = ...,
    balking: Real = ...,
) -> FloatArray: ...
@door
def aht_allowed(
    target: Target,
    *,
    arrival_rate: Real,
    agents: Real,
    patience: Real | Law = math.inf,
    lines: Real = math.inf,
    balking: Real = 0.0,
) -> float | FloatArray:
    """Longest mean handle time with which a team keeps a promise [s].

    Parameters, results and errors are those of `arrival_rate_allowed`, with the volume in the
    place of the handle time. Without arrivals any handle time is short enough.

    Examples
    --------
    >>> promise = Target(service_level=0.8, awt=20)
    >>> round(aht_allowed(promise, arrival_rate=100 / 1800, agents=12, patience=180), 2)
    180.46
    """
    rate, team, waits, room, balk = numbers(
        arrival_rate=arrival_rate,
        agents=agents,
        patience=mean_patience(patience),
        lines=lines,
        balking=balking,
    )
    check_queue(rate, np.full_like(rate, 1e-9), team, waits, room, balk)
    flat_rate, *columns = (column.ravel() for column in (rate, team, waits, room, balk))
    used = np.where(flat_rate > 0, np.maximum(flat_rate, _RAREST), 1.0)
    law = patience if isinstance(patience, Law) else columns[1]

    def kept(handle: FloatArray) -> BoolArray:
        return target._met(measure_any(used, handle, columns[0], law, *columns[2:]))

    longest = _largest(kept, np.maximum(columns[0], 1.0) / used, MOST_LOAD / used)
    handle: float | FloatArray = shaped(np.where(flat_rate > 0, longest, math.inf), rate.shape)
    return handle


def _largest(
    kept: Callable[[FloatArray], BoolArray], start: FloatArray, most: FloatArray
) -> FloatArray:
    """Largest numbers that keep a promise: 0 where none does, infinite where `most` does."""
    low, high = start.copy(), start.copy()
    good = kept(start)
    never, always = np.zeros(start.size, np.bool_), np.zeros(start.size, np.bool_)
    going = good.copy()
    while going.any():
        always |= going & (high >= most)
        going &= ~always
        low = np.where(going, high, low)
        high = np.where(going, np.minimum(high * _STEP, most), high)
        going &= kept(high)
    going = ~good
    while going.any():
        never |= going & (low < start * _LEAST)
        going &= ~never
        high = np.where(going, low, high)
        low = np.where(going, low / _STEP, low)
        going &= ~kept(low)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        fits = kept(middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.where(never, 0.0, np.where(always, math.inf, low))
