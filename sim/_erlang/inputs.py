"""Arguments of the closed forms: numbers or arrays in, broadcast arrays of floats inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray
from sim.errors import InvalidInput

__all__ = [
    "MOST_LINES",
    "MOST_LOAD",
    "Real",
    "check_queue",
    "check_traffic",
    "numbers",
    "require",
    "require_not_negative",
    "shaped",
]

Real = float | FloatArray

MOST_LOAD = 1e12
"""Erlangs, more than telephones: a wrong unit, and close to where whole numbers lose their ones."""

MOST_LINES = 10_000_000
"""Limited lines are counted one by one; more of them would not fit in memory."""


def numbers(**arguments: Real) -> tuple[FloatArray, ...]:
    """Return the arguments as arrays of one shape, which has no dimensions for plain numbers."""
    arrays = [_number(name, value) for name, value in arguments.items()]
    try:
        return tuple(np.array(column) for column in np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(arguments, arrays, strict=True))
        raise InvalidInput("arrays", "must broadcast to one shape", shapes) from error


def _number(name: str, value: Real) -> FloatArray:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(name, "must be a number or an array of numbers", value) from error


def require(column: FloatArray, name: str, rule: str, holds: BoolArray) -> None:
    """Refuse a column with every position at which a rule is broken."""
    if holds.all():
        return
    if column.ndim == 0:
        raise InvalidInput(name, rule, column.item())
    wrong = np.argwhere(~holds)
    places = ", ".join(",".join(map(str, place)) for place in wrong.tolist())
    raise InvalidInput(name, rule, column[~holds].tolist(), f"at positions {places}")


def require_not_negative(name: str, column: FloatArray) -> None:
    """Refuse negative and infinite values."""
    require(column, name, "must be at least 0 and finite", (column >= 0) & np.isfinite(column))


def check_traffic(
    arrival_rate: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    lines: FloatArray,
    balking: FloatArray | None = None,
) -> None:
    """Check what is known of a queue before its agents are."""
    require_not_negative("arrival_rate", arrival_rate)
    require(aht, "aht", "must be above 0 and finite", np.isfinite(aht) & (aht > 0))
    with np.errstate(over="ignore"):
        load = arrival_rate * aht
    require(load, "load", f"must be at most {MOST_LOAD:g} erlangs", load <= MOST_LOAD)
    require(patience, "patience", "must be above 0", patience > 0)
    require(lines, "lines", "must be whole and at least 0, or infinite", _is_whole(lines))
    counted = np.isinf(lines) | (lines <= MOST_LINES)
    require(lines, "lines", f"must be at most {MOST_LINES}, or infinite", counted)
    if balking is not None:
        share = (balking >= 0) & (balking <= 1)
        require(balking, "balking", "must be at least 0 and at most 1", share)


def check_queue(
    arrival_rate: FloatArray,
    aht: FloatArray,
    agents: FloatArray,
    patience: FloatArray,
    lines: FloatArray,
    balking: FloatArray | None = None,
) -> None:
    """Check everything known of a queue, broadcast."""
    check_traffic(arrival_rate, aht, patience, lines, balking)
    require_not_negative("agents", agents)
    whole = np.isinf(lines) | _is_whole(agents)
    require(agents, "agents", "must be whole when lines are limited", whole)
    require(lines, "lines", "must be at least as many as agents", lines >= agents)


def _is_whole(column: FloatArray) -> BoolArray:
    """Tell whole numbers from 0, and infinity, from the rest."""
    whole: BoolArray = (column >= 0) & (np.isinf(column) | (np.floor(column) == column))
    return whole


def shaped(flat: FloatArray, shape: tuple[int, ...]) -> Any:
    """Give results the shape of the arguments: a number for numbers.

    The static type is that of the overload which the caller has declared.
    """
    return flat.reshape(shape) if shape else float(flat[0])
