"""Scales: brackets of pay and tiers of volume, each part with its own rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sim.errors import InvalidInput

__all__ = ["check_scale", "graduated"]


def check_scale(ends: Sequence[float | None], noun: str) -> None:
    """Refuse a scale whose parts are out of order or whose last part is closed.

    Parameters
    ----------
    ends
        Upper end of each part; None for open.
    noun
        What a part is called in the message.

    Raises
    ------
    InvalidInput
        With the number of the part at fault.
    """
    *closed, last = ends
    if last is not None:
        hint = "leave its upto out, or whatever is above has no rate"
        raise InvalidInput(f"the last {noun}", "must be open", last, hint)
    known = [end for end in closed if end is not None]
    if len(known) < len(closed):
        place = closed.index(None) + 1
        hint = "only the last may be open"
        raise InvalidInput(f"{noun} {place}", "must say where it ends", None, hint)
    for place, (low, high) in enumerate(pairwise([0.0, *known]), start=1):
        if high <= low:
            hint = "sort them from low to high"
            raise InvalidInput(f"{noun} {place}", f"must end above {low:g}", high, hint)


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
