"""What every part of the contract is made of: limits, kinds of event, fates, and how to refuse."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ContractError

__all__ = [
    "BILLION",
    "CLOCK_LIMIT",
    "FAR",
    "LAST_TICK",
    "MILLION",
    "MOST_ATTEMPTS",
    "MOST_AT_ONCE",
    "NEVER",
    "NONE",
    "SLOWEST_PACE",
    "TICKS_PER_MINUTE",
    "TICKS_PER_SECOND",
    "WORK_LIMIT",
    "Codes",
    "Event",
    "Flags",
    "Ids",
    "Ints",
    "Links",
    "Status",
    "check_are_arrays",
    "check_lengths",
    "check_types",
    "rule",
    "within",
]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Links = NDArray[np.uint32]

TICKS_PER_SECOND = 1000
TICKS_PER_MINUTE = 60_000
#: Patience without end, and "no limit" for lines.
NEVER = 1 << 62
#: Above every key and tick: the greatest 64-bit integer.
FAR = NEVER * 2 - 1
#: "No such attempt", "no such agent", "this group cannot serve this queue".
NONE = -1
#: The clock runs below this tick (198 days); a timer that would ring later never rings.
CLOCK_LIMIT = 1 << 34
#: What an agent has in hand ends by this tick at the latest, far beyond the clock.
LAST_TICK = 1 << 37
#: One conversation or its after-call work is shorter than this (49 days) at pace 1000.
WORK_LIMIT = 1 << 32
#: A group is at most ten times slower than the workload says.
SLOWEST_PACE = 10_000
#: Attempts in one workload, and stretches of work, so that time, kind and row pack into 64 bits.
MOST_ATTEMPTS = 1 << 25
#: Contacts that one agent may hold at once.
MOST_AT_ONCE = 32
#: Shares are whole millionths; what age is worth, billionths.
MILLION = 1_000_000
BILLION = 1_000_000_000


class Event(IntEnum):
    """Kinds of event in the order in which they happen within one tick."""

    RELEASE = 0
    SHIFT_START = 1
    SHIFT_END = 2
    OVERFLOW = 3
    HANGUP = 4
    OFFER = 5
    CLOSING = 6
    PATIENCE = 7
    JOIN = 8
    ARRIVAL = 9


class Status(IntEnum):
    """What became of an attempt."""

    NOT_MADE = 0
    SERVED = 1
    ABANDONED = 2
    BLOCKED = 3
    CLOSED = 4
    WAITING = 5
    CALLED_BACK = 6
    DISMISSED = 7


# --- refusing ------------------------------------------------------------------------------------


def rule(name: str, holds: Flags | np.bool_, words: str) -> None:
    """Refuse the first row that breaks a rule; of a table, the first cell."""
    if not np.all(holds):
        first = np.argwhere(~np.atleast_1d(holds))[0].tolist()
        raise ContractError(f"{name}[{', '.join(map(str, first))}]: {words}")


def within(name: str, values: NDArray[Any], low: int, high: int) -> None:
    """Refuse the first value out of bounds."""
    rule(name, (values >= low) & (values <= high), f"must lie between {low} and {high}")


_TYPES = {"Ints": np.int64, "Ids": np.int32, "Codes": np.uint8}


def check_are_arrays(arrays: Any) -> None:
    """Refuse columns that are no arrays, such as lists."""
    for field in fields(arrays):
        kind = _TYPES.get(str(field.type))
        if kind and not isinstance(getattr(arrays, field.name), np.ndarray):
            raise ContractError(f"{field.name}: must be a contiguous array of {kind.__name__}")


def check_types(arrays: Any, tables: Collection[str]) -> None:
    """Refuse columns of another type or layout: a kernel would be compiled anew for them."""
    check_are_arrays(arrays)
    for field in fields(arrays):
        kind, values = _TYPES.get(str(field.type)), getattr(arrays, field.name)
        if kind and (values.dtype != kind or not values.flags.c_contiguous):
            raise ContractError(f"{field.name}: must be a contiguous array of {kind.__name__}")
        if kind and values.ndim != (2 if field.name in tables else 1):
            shape = "a table" if field.name in tables else "a column"
            raise ContractError(f"{field.name}: must be {shape}, its shape is {values.shape}")


def check_lengths(arrays: Any, names: tuple[str, ...], size: int, like: str) -> None:
    """Refuse columns of different length."""
    for name in names:
        if len(getattr(arrays, name)) != size:
            raise ContractError(f"{name}: must have {size} rows like {like}")
