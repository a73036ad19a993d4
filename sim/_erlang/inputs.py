"""Arguments of the closed forms: numbers or arrays in, broadcast arrays of floats inside."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sim._erlang.arrays import NOTHING, BoolArray, FloatArray
from sim.errors import InvalidInput

__all__ = [
    "LEAST_TIME",
    "MOST_LINES",
    "MOST_LOAD",
    "MOST_TIME",
    "Real",
    "check_queue",
    "check_traffic",
    "numbers",
    "require",
    "require_not_negative",
    "require_number",
    "require_row",
    "require_sizes",
    "require_time",
    "require_word",
    "shaped",
]

Real = float | FloatArray

MOST_LOAD = 1e12
"""Erlangs, more than telephones: a wrong unit, and close to where whole numbers lose their ones."""

MOST_LINES = 10_000_000
"""Limited lines are counted one by one; more of them would not fit in memory."""

LEAST_TIME, MOST_TIME = 1e-12, 1e15
"""Shortest and longest times [s]: beyond, products of them leave what a float can hold."""

_FINITE = sys.float_info.max
_MOST_BITS = sys.float_info.max_exp
_NUMBERS = "must be a number or an array of numbers"

_RANGES = {
    "arrival_rate": ("must be at least 0 and finite", 0.0, _FINITE),
    "aht": ("must be above 0 and finite", math.ulp(0.0), _FINITE),
    "patience": ("must be above 0", math.ulp(0.0), math.inf),
    "lines": ("must be whole and at least 0, or infinite", 0.0, math.inf),
    "balking": ("must be at least 0 and at most 1", 0.0, 1.0),
}
"""Rule, least and greatest value of what is known of a queue before its agents are."""

_SENSIBLE = {**_RANGES, "aht": ("", LEAST_TIME, MOST_TIME), "patience": ("", LEAST_TIME, math.inf)}
_LEAST, _MOST = (np.array([rule[end] for rule in _SENSIBLE.values()]) for end in (1, 2))
_MOST_TIME = np.array(MOST_TIME)
_MOST_LOAD = np.array(MOST_LOAD)


def numbers(**arguments: object) -> tuple[FloatArray, ...]:
    """Return the arguments as arrays of one shape, which has no dimensions for plain numbers."""
    arrays = [_number(name, value) for name, value in arguments.items()]
    try:
        shape = np.broadcast(*arrays).shape
    except ValueError as error:
        shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(arguments, arrays, strict=True))
        raise InvalidInput("arrays", "must broadcast to one shape", shapes) from error
    return tuple(a if a.shape == shape else np.array(np.broadcast_to(a, shape)) for a in arrays)


def _number(name: str, value: object) -> FloatArray:
    """Return a copy as an array of floats: results do not change with what was given."""
    try:
        given = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput(name, _NUMBERS, value) from error
    if given.dtype.kind not in "iuf":  # text, truth values and complex numbers would pass else
        raise InvalidInput(name, _NUMBERS, value)
    return np.array(given, dtype=np.float64)


def require_number(name: str, value: object, rule: str = "must be a number") -> None:
    """Refuse what is no single real number, or one that no float can hold."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise InvalidInput(name, rule, value)
    if isinstance(value, np.complexfloating):
        raise InvalidInput(name, "must be a real number", value)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise InvalidInput(name, f"must be at most {_FINITE:g}", f"{value.bit_length()} bits")


def require_sizes(least: float = 1e-15, most: float = MOST_TIME, **values: float) -> None:
    """Refuse parameters of laws that are not above 0, or of no sensible size."""
    for name, value in values.items():
        require_number(name, value)
        if not 0 < value < math.inf:
            raise InvalidInput(name, "must be above 0 and finite", value)
        if value < least:
            raise InvalidInput(name, f"must be at least {least:g}", value)
        if value > most:
            raise InvalidInput(name, f"must be at most {most:g}", value)


def require_row(name: str, values: object) -> tuple[float, ...]:
    """Return a row of real numbers; refuse anything else."""
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise InvalidInput(name, "must be a list of numbers", values)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise InvalidInput(name, "must be a list of numbers", values)
    row = tuple(values)
    for value in row:
        require_number(name, value, "must be a list of numbers")
    return tuple(map(float, row))


def require_word(name: str, words: tuple[str, ...], value: object) -> None:
    """Refuse what is none of some words."""
    if not (isinstance(value, str) and value in words):
        raise InvalidInput(name, f"must be one of {', '.join(words)}", value)


def require(column: FloatArray, name: str, rule: str, holds: BoolArray) -> None:
    """Refuse a column with every position at which a rule is broken."""
    if np.count_nonzero(holds) == holds.size:
        return
    if column.ndim == 0:
        raise InvalidInput(name, rule, column.item())
    wrong = np.argwhere(~holds)
    places = ", ".join(",".join(map(str, place)) for place in wrong.tolist())
    raise InvalidInput(name, rule, column[~holds].tolist(), f"at positions {places}")


def require_not_negative(name: str, column: FloatArray) -> None:
    """Refuse negative and infinite values."""
    holds = np.isfinite(column) & (column >= NOTHING)
    require(column, name, "must be at least 0 and finite", holds)


def check_traffic(
    arrival_rate: FloatArray,
    aht: FloatArray,
    patience: FloatArray,
    lines: FloatArray,
    balking: FloatArray | None = None,
) -> None:
    """Check what is known of a queue before its agents are."""
    balks = balking if balking is not None else np.zeros_like(lines)
    _check_ranges((arrival_rate, aht, patience, lines, balks))
    with np.errstate(over="ignore"):
        load = arrival_rate * aht
    require(load, "load", f"must be at most {MOST_LOAD:g} erlangs", load <= _MOST_LOAD)
    limited = np.isfinite(lines)
    if np.count_nonzero(limited):
        whole = np.floor(lines) == lines
        require(lines, "lines", "must be whole and at least 0, or infinite", whole)
        counted = ~limited | (lines <= MOST_LINES)
        require(lines, "lines", f"must be at most {MOST_LINES}, or infinite", counted)


def _check_ranges(columns: tuple[FloatArray, ...]) -> None:
    """Refuse what is out of its range: all at once, since that is quick and nearly always well."""
    table = np.array(columns)
    least, most = (bound.reshape(-1, *(1,) * (table.ndim - 1)) for bound in (_LEAST, _MOST))
    within = (table >= least) & (table <= most)
    long = table[2] > _MOST_TIME
    if np.count_nonzero(within) == within.size and not np.count_nonzero(long & ~np.isinf(table[2])):
        return
    for column, (name, (rule, low, high)) in zip(table, _RANGES.items(), strict=True):
        require(np.asarray(column), name, rule, np.asarray((column >= low) & (column <= high)))
    for name, column in zip(("aht", "patience"), table[1:3], strict=True):
        require_time(name, np.asarray(column))


def require_time(name: str, column: FloatArray) -> None:
    """Refuse finite times above 0 that no float can be multiplied by without loss."""
    sized = np.isfinite(column) & (column > NOTHING)
    require(column, name, f"must be at least {LEAST_TIME:g} s", ~sized | (column >= LEAST_TIME))
    hint = ", or infinite" if name == "patience" else ""
    require(column, name, f"must be at most {MOST_TIME:g} s{hint}", ~sized | (column <= MOST_TIME))


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
    limited = np.isfinite(lines)
    if np.count_nonzero(limited):
        whole = ~limited | (np.floor(agents) == agents)
        require(agents, "agents", "must be whole when lines are limited", whole)
        require(lines, "lines", "must be at least as many as agents", lines >= agents)


def shaped(flat: FloatArray, shape: tuple[int, ...]) -> Any:
    """Give results the shape of the arguments: a number for numbers.

    The static type is that of the overload which the caller has declared.
    """
    return flat.reshape(shape) if shape else flat.item()
