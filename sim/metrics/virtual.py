"""The wait of somebody who would never give up, estimated from those of people who do."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compiled import uncounted

__all__ = ["DIGITS", "answered_within", "in_order"]

Ints = NDArray[np.int64]

_BITS = 8
#: Values of a digit by which numbers are sorted.
DIGITS = 1 << _BITS


@uncounted
def in_order(keys: Ints, spare: Ints, digits: Ints, first: int, last: int) -> None:
    """Sort a stretch of whole numbers from 0 on: by their last digits, then by those before.

    Faster than comparing, and a shuffle of the waits costs nothing: the steps do not depend on it.
    """
    most = np.int64(0)
    for k in range(first, last):
        most = max(most, keys[k])
    shift = 0
    while shift < 63 and most >> shift > 0:
        for _ in range(2):  # there and back
            digits[:] = 0
            for k in range(first, last):
                digits[(keys[k] >> shift) & (DIGITS - 1)] += 1
            place = first
            for digit in range(DIGITS):
                size = digits[digit]
                digits[digit] = place
                place += size
            for k in range(first, last):
                digit = (keys[k] >> shift) & (DIGITS - 1)
                spare[digits[digit]] = keys[k]
                digits[digit] += 1
            keys, spare = spare, keys
            shift += _BITS


@uncounted
def answered_within(ends: Ints, first: int, last: int, risk: int, at_once: int) -> float:
    """Estimate P(virtual wait <= awt): the product-limit over contacts, abandoned ones censored.

    Parameters
    ----------
    ends, first, last
        Waits that end within the time, in order from `first` to `last`: doubled, and odd for those
        that ended otherwise than by an answer, so that they come after answers at the same time.
    risk
        All contacts that waited or were answered at once.
    at_once
        Those answered at once, who are not among the waits.
    """
    if risk == 0:
        return math.nan
    unserved = 1.0 - at_once / risk
    risk -= at_once
    for k in range(first, last):
        if ends[k] % 2 == 0:
            unserved *= 1.0 - 1.0 / risk
        risk -= 1
    return 1.0 - unserved
