"""Names of the arrays that this room works on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flags", "Floats", "Ints", "Names"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Salted hashes that stand for people.
Names = NDArray[np.uint64]
