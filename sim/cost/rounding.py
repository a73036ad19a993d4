"""How talked time becomes billed time: each contact is rounded up to the contract's increment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

import numpy as np
from scipy.special import gammaincc, ndtr

from sim.errors import InvalidInput

__all__ = ["HandleLaw", "billed_minutes", "billed_seconds", "rounding_factor"]

HandleLaw = Literal["exponential", "lognormal", "gamma", "fixed"]

# Whole milliseconds, as in the engine: a minute that arrives as 60.00000001 s is one minute.
_TICKS_PER_SECOND = 1000
# Increments that are summed at a time, until what is left of the tail changes nothing.
_SUMMED = 4096


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


def rounding_factor(
    mean_handle: float, increment: float, *, law: HandleLaw = "exponential", cv: float = 1.0
) -> float:
    """Billed over talked time on average.

    Parameters
    ----------
    mean_handle
        Mean handle time, above 0 [s].
    increment
        Billing increment, at least 0.001 [s].
    law
        ``exponential``, ``lognormal``, ``gamma``, or ``fixed``: all contacts take the same.
    cv
        Standard deviation over mean of a lognormal or gamma law, above 0.

    Notes
    -----
    With mean handle time t and increment d the mean billed time is d times the sum of P(T > k d)
    over k = 0, 1, …; for exponential times d / (1 - exp(-d / t)). Other laws need
    `billed_minutes`.

    Examples
    --------
    >>> round(rounding_factor(240, increment=60), 3)
    1.13
    >>> rounding_factor(210, increment=60, law="fixed")
    1.1428571428571428
    """
    if not (math.isfinite(mean_handle) and mean_handle > 0):
        raise InvalidInput("mean_handle", "must be a time above 0 s", mean_handle)
    ratio = _step(increment) / _TICKS_PER_SECOND / mean_handle
    if law == "fixed":
        return billed_seconds(mean_handle, increment) / mean_handle
    if law == "exponential":
        return ratio / -math.expm1(-ratio)
    if law not in ("lognormal", "gamma"):
        raise InvalidInput("law", "must be exponential, lognormal, gamma or fixed", law)
    if not (math.isfinite(cv) and cv > 0):
        raise InvalidInput("cv", "must be above 0", cv)
    return ratio * (1 + _begun(ratio, law, cv))


def _begun(ratio: float, law: HandleLaw, cv: float) -> float:
    """Mean number of further increments begun: the sum of P(T > k d) over k = 1, 2, …."""
    total, k = 0.0, 1
    while True:
        steps = np.arange(k, k + _SUMMED)
        if law == "gamma":
            alive = gammaincc(1 / cv**2, steps * ratio / cv**2)
        else:
            sigma = math.sqrt(math.log1p(cv**2))
            alive = ndtr(-(np.log(steps * ratio) + sigma**2 / 2) / sigma)
        total += float(alive.sum())
        if alive[-1] * _SUMMED <= 1e-15 * total or k > _SUMMED * _SUMMED:
            return total
        k += _SUMMED


def _step(increment: float) -> int:
    if not (math.isfinite(increment) and increment * _TICKS_PER_SECOND >= 1):
        raise InvalidInput("increment", "must be at least 0.001 s", increment)
    return round(increment * _TICKS_PER_SECOND)
