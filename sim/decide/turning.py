"""Where an answer turns: the nearest number at which a difference changes its sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.errors import InvalidInput

__all__ = ["Turn", "outward", "turning"]


class Turn(NamedTuple):
    """A number at which a difference changes its sign, between two that lie close together.

    Parameters
    ----------
    before, after
        The last number with the sign that was, and the first with the other.
    """

    before: float
    after: float


def turning(of: Callable[[float], float], before: float, after: float, within: float) -> Turn:
    """Narrow down where a difference changes its sign; it may jump there, as whole people do.

    Parameters
    ----------
    of
        The difference; above 0 on one side and not above it on the other.
    before, after
        Numbers with either sign.
    within
        How far apart the two may be in the end.

    Examples
    --------
    >>> turn = turning(lambda x: 1 - x * x, 0.0, 3.0, 1e-6)
    >>> round(turn.before, 4), round(turn.after, 4)
    (1.0, 1.0)
    >>> jump = turning(lambda x: 5.0 if x < 2 else -1.0, 0.0, 3.0, 1e-6)
    >>> jump.before < 2 <= jump.after
    True
    """
    from scipy.optimize import brentq

    known: dict[float, float] = {}

    def signed(x: float) -> float:
        value = of(x)
        known[x] = value if value > 0 else min(value, -_LEAST)  # nothing is on the far side
        return known[x]

    positive = signed(before) > 0
    if positive == (signed(after) > 0):
        raise InvalidInput("difference", "must change its sign between the ends", (before, after))
    brentq(signed, before, after, xtol=max(within / 2, 1e-300), rtol=1e-13)
    side = 1 if after > before else -1
    firsts = [x for x, value in known.items() if (value > 0) != positive]
    first = min(firsts, key=lambda x: side * x)
    last = max(
        (x for x, value in known.items() if (value > 0) == positive and side * x < side * first),
        key=lambda x: side * x,
    )
    return Turn(last, first)


_LEAST = 1e-300


def outward(of: Callable[[float], float], steps: Sequence[float], within: float) -> Turn | None:
    """Follow a difference step by step until its sign changes, then narrow that down.

    Parameters
    ----------
    of
        The difference. Where it raises `InvalidInput`, nothing is beyond.
    steps
        Numbers to look at, from where it is now.
    within
        As `turning` takes it.

    Returns
    -------
    The change that is nearest to the first step; None where there is none.
    """
    before, *rest = steps
    positive = of(before) > 0
    for after in rest:
        try:
            if (of(after) > 0) != positive:
                return turning(of, before, after, within)
        except InvalidInput:
            return None
        before = after
    return None
