"""What every public function refuses at its door, by what its signature and its names say.

A signature says what kind of thing an argument is: a number, a whole one, a row of them, a law, a
promise, one of some words. The name says how large it may sensibly be. Each function then checks
its own rules, and meets nothing that it was not made for.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NamedTuple,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.inputs import LEAST_TIME, MOST_TIME, numbers, require, require_number, require_word
from sim._erlang.laws import Law
from sim._erlang.target import Target
from sim.errors import InvalidInput

__all__ = ["door"]

P = ParamSpec("P")
R = TypeVar("R")

MOST_RATE = 1e15
"""Contacts per second beyond which something is counted in the wrong unit [1/s]."""

MOST_COUNT = 1e12
"""Agents, lines, contacts: as many as there may be erlangs."""

MOST_SCV = 1e9
"""Squared coefficient of variation: thirty thousand times the mean is a usual distance from it."""

_TIMES = (
    "agent_turn aht aht_by_level aht_single awt customer_turn interval outbound_aht patience"
    " period reconnect_delay redial_delay times"
)
_RATES = "amplitude arrival_rate arrival_rates batch_rate switching"
_COUNTS = (
    "agents concurrent_chats initial_busy initial_queue least lines load mean_calls most pools"
    " reserved scheduled sources threshold"
)
_SIZES: dict[str, tuple[float, float, str]] = {
    **dict.fromkeys(_TIMES.split(), (LEAST_TIME, MOST_TIME, " s")),
    **dict.fromkeys(("awt", "times"), (0.0, MOST_TIME, " s")),
    "period": (LEAST_TIME, 1e11, " s"),
    **dict.fromkeys(_RATES.split(), (1e-300, MOST_RATE, " a second")),
    **dict.fromkeys(_COUNTS.split(), (1e-100, MOST_COUNT, "")),
    **dict.fromkeys(("scv_arrival", "scv_service"), (0.0, MOST_SCV, "")),
    "var_calls": (0.0, MOST_COUNT**2, ""),
    "cost_per_hour": (0.0, MOST_COUNT, ""),
    "costs": (0.0, MOST_COUNT, ""),
    "compose_ratio": (1e-12, MOST_COUNT, ""),
    "idle_load": (0.0, MOST_COUNT, ""),
}
"""Least and greatest sensible size above 0, and its unit, by name; infinite may have a meaning."""


class _Kind(NamedTuple):
    """What may be given for an argument."""

    classes: tuple[type, ...] = ()
    words: tuple[str, ...] = ()
    none: bool = False
    number: bool = False
    whole: bool = False
    row: bool = False
    table: bool = False
    nested: bool = False
    open: bool = False

    @property
    def said(self) -> str:
        """The kind in words."""
        several = (self.whole and "a list of whole numbers") or "a list of numbers"
        parts = [
            *(_said(each) for each in self.classes if not (each is Target and self.row)),
            *(["a Target, or a list of them"] if self.row and Target in self.classes else []),
            *(["a whole number" if self.whole else "a number"] if self.number else []),
            *([several] if self.row and Target not in self.classes else []),
        ]
        return "must be " + " or ".join(parts)


def _said(kind: type) -> str:
    if kind is Law:
        return "a law such as Exponential(mean=60)"
    return f"a {kind.__name__}"


def door(function: Callable[P, R]) -> Callable[P, R]:
    """Let in only what the signature of a function says, in sizes that its names allow."""
    names = tuple(inspect.signature(function).parameters)
    kinds: dict[str, _Kind] = {}

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not kinds:
            hints = get_type_hints(function)
            kinds.update({name: _kind(hints[name]) for name in names})
        given: Any = {**dict(zip(names, args, strict=False)), **kwargs}
        changed = {
            name: _let_in(name, value, kinds[name]) if name in kinds else value
            for name, value in given.items()
        }
        if len(args) > len(names):  # Python says what is wrong
            return function(*args, **kwargs)
        first = [changed.pop(name) for name in names[: len(args)]]
        return function(*first, **changed)

    return checked


def _kind(hint: Any, *, within: bool = False) -> _Kind:
    """Read a type hint."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        kinds = [_kind(each) for each in get_args(hint)]
        return _Kind(
            classes=tuple(each for kind in kinds for each in kind.classes),
            words=tuple(word for kind in kinds for word in kind.words),
            none=any(kind.none for kind in kinds),
            number=any(kind.number for kind in kinds),
            whole=all(kind.whole or kind.none for kind in kinds),
            row=any(kind.row for kind in kinds),
            table=any(kind.table for kind in kinds),
            nested=all(kind.nested or kind.none for kind in kinds),
            open=any(kind.open for kind in kinds),
        )
    if hint is NoneType:
        return _Kind(none=True)
    if origin is Literal:
        return _Kind(words=get_args(hint))
    if hint in (int, float):
        return _Kind(number=True, whole=hint is int)
    if inspect.isclass(hint) and issubclass(hint, Law | Target):
        return _Kind(classes=(hint,))
    if origin is np.ndarray:
        return _Kind(row=True, table=True)
    if origin is Sequence:
        (inner,) = (_kind(each) for each in get_args(hint))
        return inner._replace(number=False, row=True, table=inner.row, nested=inner.row)
    return _Kind(open=True)


def _let_in(name: str, value: Any, kind: _Kind) -> Any:
    """Return a value of the kind asked for; refuse any other."""
    if kind.open or (value is None and kind.none):
        return value
    if type(value) is float and kind.number and not kind.whole:  # nearly always
        _check_size(name, value)
        return value
    if kind.words:
        require_word(name, kind.words, value)
        return value
    if kind.classes and isinstance(value, kind.classes):
        return value
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if kind.row and Target in kind.classes:
        if isinstance(value, list | tuple) and all(isinstance(each, Target) for each in value):
            return value
    elif kind.row and _is_row(value):
        return _row(name, value, kind)
    elif kind.number and not _is_row(value):
        require_number(name, value, kind.said)
        if kind.whole:
            _check_whole(name, value, "must be whole")
        _check_size(name, value)
        return int(value) if kind.whole else value
    raise InvalidInput(name, kind.said, value)


def _is_row(value: Any) -> bool:
    """Tell what holds numbers in an order: lists, tuples, arrays, columns of tables."""
    if isinstance(value, str | bytes | Mapping):
        return False
    return isinstance(value, Sequence) or (hasattr(value, "__array__") and np.ndim(value) > 0)


def _row(name: str, value: Any, kind: _Kind) -> Any:
    """Check every number of a row, or of rows of rows."""
    if kind.nested and not all(map(_is_row, value)):
        raise InvalidInput(name, "must be a list of lists of numbers", value)
    if not isinstance(value, Sequence):
        column = np.asarray(value)
        if column.dtype.kind not in "iuf":
            raise InvalidInput(name, kind.said, value)
        _check_sizes(name, column.astype(np.float64))
        if kind.whole:
            for each in column.ravel().tolist():
                _check_whole(name, each, "must be whole numbers")
        return column
    for each in value:
        if _is_row(each) and kind.table:
            _row(name, each, kind._replace(nested=False))
        else:
            require_number(name, each, kind.said)
            if kind.whole:
                _check_whole(name, each, "must be whole numbers")
            _check_size(name, each)
    if kind.number:
        numbers(**{name: value})  # rows of different lengths make no array
    return value


def _check_whole(name: str, value: float, rule: str) -> None:
    if not (math.isfinite(value) and value == int(value)):
        raise InvalidInput(name, rule, value)


def _check_size(name: str, value: float) -> None:
    """Refuse what is finite and of no sensible size."""
    if name in _SIZES and 0.0 < value < math.inf:
        least, most, unit = _SIZES[name]
        if value < least:
            raise InvalidInput(name, f"must be at least {least:g}{unit}", value)
        if value > most:
            raise InvalidInput(name, f"must be at most {most:g}{unit}", value, _hint(name))


def _check_sizes(name: str, column: FloatArray) -> None:
    """Refuse an array with anything of no sensible size."""
    if name in _SIZES:
        least, most, unit = _SIZES[name]
        sized = (column > 0) & np.isfinite(column)
        require(column, name, f"must be at least {least:g}{unit}", ~sized | (column >= least))
        require(column, name, f"must be at most {most:g}{unit}", ~sized | (column <= most))


def _hint(name: str) -> str:
    return "endless patience is math.inf" if name == "patience" else ""
