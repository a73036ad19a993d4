"""What a caller from Python asks for: refused by name where it is no number, or no such number.

A file is checked when it is loaded; this is the other door, where half a replication or a seed
that is no number would else be taken for another one, or end far from the call.
"""

from __future__ import annotations

from numbers import Integral, Real

from sim.errors import InvalidInput

__all__ = ["HIGHEST", "checked_count", "checked_seed", "number", "whole"]

#: Highest number of a replication, and most of them: more than anybody plays.
HIGHEST = (1 << 62) - 1


def whole(name: str, value: object, least: int, most: int, rule: str = "") -> int:
    """Take a whole number, numpy's too.

    Raises
    ------
    InvalidInput
        If it is none, or lies outside; `rule` says it in words of its own.

    Examples
    --------
    >>> whole("agents", 3, 1, 10)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InvalidInput(name, "must be a whole number", value)
    found = int(value)
    if not least <= found <= most:
        raise InvalidInput(name, rule or f"must lie between {least:,} and {most:,}", value)
    return found


def number(name: str, value: object, kind: str = "number") -> float:
    """Take a number, numpy's too.

    Raises
    ------
    InvalidInput
        If it is none; `kind` says what else would do.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidInput(name, f"must be a {kind}", value)
    return float(value)


def checked_seed(value: object) -> int:
    """Take a seed.

    Raises
    ------
    InvalidInput
        If it is no whole number, or has no 64 bits.
    """
    return whole("seed", value, 0, (1 << 64) - 1, "must be from 0 to 2^64 - 1")


def checked_count(name: str, value: object) -> int:
    """Take a number of replications or workers.

    Raises
    ------
    InvalidInput
        If it is no whole number, or none is asked for.
    """
    rule = "must be at least 1" if isinstance(value, Integral) and int(value) < 1 else ""
    return whole(name, value, 1, HIGHEST, rule)
