"""How talked time becomes billed time: each contact is rounded up to the contract's increment."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sim.errors import InvalidInput

__all__ = ["billed_minutes", "billed_seconds", "rounding_factor"]

# Whole milliseconds, as in the engine: a minute that arrives as 60.00000001 s is one minute.
_TICKS_PER_SECOND = 1000


def billed_seconds(handle: float, increment: float) -> float:
    """Billed time of one contact: its handle time rounded up to whole increments.

    Parameters
    ----------
    handle
        Handle time, at least 0 [s]; taken to the nearest millisecond.
    increment
        Billing increment, at least 0.001 [s].

    Raises
    ------
    InvalidInput
        If a time is negative or not finite, or the increment is under a millisecond.

    Examples
    --------
    >>> billed_seconds(61, increment=60), billed_seconds(60, increment=60)
    (120.0, 60.0)
    """
    if not (math.isfinite(handle) and handle >= 0):
        raise InvalidInput("handle", "must be a time of at least 0 s", handle)
    step = _step(increment)
    return -(-round(handle * _TICKS_PER_SECOND) // step) * step / _TICKS_PER_SECOND


def billed_minutes(handles: Iterable[float], increment: float) -> float:
    """Billed minutes of many contacts, each rounded up by itself.

    Parameters
    ----------
    handles
        Handle time of each contact [s].
    increment
        Billing increment [s].

    Returns
    -------
    float
        Billed time [min].

    Examples
    --------
    >>> billed_minutes([61, 60, 1], increment=60)
    4.0
    """
    return math.fsum(billed_seconds(handle, increment) for handle in handles) / 60


def rounding_factor(mean_handle: float, increment: float) -> float:
    """Billed over talked time on average, for exponential handle times.

    Parameters
    ----------
    mean_handle
        Mean handle time, above 0 [s].
    increment
        Billing increment, at least 0.001 [s].

    Notes
    -----
    The number of increments begun is geometric, so with mean handle time t and increment d
    the mean billed time is d / (1 - exp(-d / t)). Other laws need `billed_minutes`.

    Examples
    --------
    >>> round(rounding_factor(240, increment=60), 3)
    1.13
    """
    if not (math.isfinite(mean_handle) and mean_handle > 0):
        raise InvalidInput("mean_handle", "must be a time above 0 s", mean_handle)
    ratio = _step(increment) / _TICKS_PER_SECOND / mean_handle
    return ratio / -math.expm1(-ratio)


def _step(increment: float) -> int:
    if not (math.isfinite(increment) and increment * _TICKS_PER_SECOND >= 1):
        raise InvalidInput("increment", "must be at least 0.001 s", increment)
    return round(increment * _TICKS_PER_SECOND)
