"""Arrays that the closed forms work on, and the quadrature they share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DROP",
    "NODES",
    "NOTHING",
    "WEIGHTS",
    "WHOLE",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "Positions",
    "expectation",
    "ratio",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Positions = NDArray[np.intp]

DROP = 45.0
"""Densities are followed until they fall by exp(-45), about 3e-20 of their peak."""

NOTHING, WHOLE = np.zeros(()), np.ones(())
"""0 and 1 as arrays: beside an array of one number, a plain one costs more than the operation."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def expectation(mass: FloatArray, values: FloatArray) -> FloatArray:
    """Return the sum of values by their mass, one number per row."""
    sums: FloatArray = np.einsum("ij,ij->i", mass, values)
    return sums


def ratio(
    part: FloatArray, whole: FloatArray, otherwise: FloatArray | float = NOTHING
) -> FloatArray:
    """Return part over whole, or `otherwise` where the whole is nothing."""
    out = np.empty(whole.shape)
    out[...] = otherwise
    return np.divide(part, whole, out=out, where=whole > NOTHING)
