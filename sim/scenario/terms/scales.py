"""What several terms share: scales of rates, whole people, lists without repetition."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sim.scenario.base import Strict, broken
from sim.scenario.units import unit_of

__all__ = ["amounts_raised", "check_scale", "graduated", "refuse_twice", "whole_up"]

Terms = TypeVar("Terms", bound=Strict)


def check_scale(key: str, ends: Sequence[float | None], unit: str = "") -> None:
    """Refuse a scale whose parts are out of order or whose last part is closed.

    Parameters
    ----------
    key
        The list that holds the scale; each of its parts ends at its ``upto``.
    ends
        Upper end of each part; None for open.
    unit
        What the ends are counted in, as a file writes it.

    Raises
    ------
    ValidationError
        At the part at fault.
    """
    *closed, last = ends
    if last is not None:
        hint = "leave its upto out, or whatever is above has no rate"
        raise broken((key, len(closed), "upto"), "must be open in the last part", last, hint)
    floor = 0.0
    for number, end in enumerate(closed):
        if end is None:
            rule, hint = "must be given in all parts but the last", "only the last may be open"
            raise broken((key, number, "upto"), rule, None, hint)
        if end <= floor:
            hint = "sort the parts from low to high"
            rule = f"must be above {floor:.12g} {unit}".rstrip()
            raise broken((key, number, "upto"), rule, f"{end:.12g} {unit}".rstrip(), hint)
        floor = end


def graduated(parts: Iterable[tuple[float | None, float]], amount: float) -> float:
    """Each part of an amount at the rate of the part of the scale it falls into.

    Parameters
    ----------
    parts
        Upper end (None for open) and rate, from low to high.
    amount
        What the scale is applied to.

    Examples
    --------
    >>> graduated([(100, 3.0), (None, 2.0)], 150)
    400.0
    """
    total = floor = 0.0
    for upto, rate in parts:
        end = amount if upto is None else min(amount, upto)
        total += max(end - floor, 0.0) * rate
        floor = max(end, floor)
    return total


def refuse_twice(key: str, names: Sequence[str]) -> None:
    """Refuse a list in which something is entered twice, for its cost would count twice.

    Parameters
    ----------
    key
        The list.
    names
        What is in it.

    Raises
    ------
    ValidationError
        With the first name that comes again.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise broken((key,), "must name each entry once", twice, "its cost would count twice")


def whole_up(number: float) -> int:
    """Round up to a whole, forgiving the last digits of a float.

    Parameters
    ----------
    number
        People, seats or licences that a formula asks for.

    Examples
    --------
    >>> whole_up(6.2)
    7
    >>> whole_up(0.1 * 3 / 0.05)
    6
    >>> whole_up(1e-12)
    1
    """
    # 0.1 * 3 / 0.05 is 6.000000000000001: a seventh person for that would be absurd. What is
    # needed at all, however little, takes a whole one all the same.
    nearest = round(number)
    noise = abs(number - nearest) <= 1e-9 * nearest
    return nearest if noise else math.ceil(number)


def amounts_raised(terms: Terms, level: Callable[[str], float]) -> Terms:
    """Terms with every amount of money multiplied; what is no money stays.

    Parameters
    ----------
    terms
        Any part of terms.
    level
        Factor by the name of the field that holds an amount.
    """
    changes: dict[str, Any] = {}
    for name, field in type(terms).model_fields.items():
        money = (unit_of(field) or "").startswith("money")
        before = getattr(terms, name)
        after = _raised(before, level(name) if money else 1.0, level)
        if after is not before:
            changes[name] = after
    return terms.model_copy(update=changes) if changes else terms


def _raised(value: Any, factor: float, level: Callable[[str], float]) -> Any:
    if isinstance(value, Strict):
        return amounts_raised(value, level)
    if isinstance(value, tuple):
        return tuple(_raised(item, factor, level) for item in value)
    if isinstance(value, Mapping):
        return {key: _raised(item, factor, level) for key, item in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool) and factor != 1:
        return value * factor
    return value
