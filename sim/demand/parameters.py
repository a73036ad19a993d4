"""Chances for inputs that are not known for sure: another source of doubt than customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import stream_of

__all__ = ["chances"]


def chances(seed: int, name: str, count: int) -> NDArray[np.float64]:
    """Numbers strictly between 0 and 1 for one input, one for each draw.

    A function of seed, name and number of the draw alone (a counter under a key, Philox): another
    input or more draws change none of them.

    Parameters
    ----------
    seed
        Where they start.
    name
        The input.
    count
        How many.

    Examples
    --------
    >>> first, more = chances(1, "wage", 3), chances(1, "wage", 5)
    >>> bool((first == more[:3]).all()), bool((first == chances(1, "price", 3)).any())
    (True, False)
    """
    generator = np.random.Philox(key=np.array([seed, stream_of(f"risk: {name}")], np.uint64))
    whole = generator.random_raw(count) >> np.uint64(12)
    return np.asarray((whole + 0.5) * 2.0**-52)
