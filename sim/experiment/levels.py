"""How finely a period is looked at: by slot, by day, and as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import Timeline

__all__ = ["LEVELS", "Levels"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The levels, the finest first.
LEVELS = ("slot", "day", "period")


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Places of all levels along one axis: the slots, then the days, then the period.

    Parameters
    ----------
    at
        Places of each level.
    midnights
        First slot of each day.
    """

    at: dict[str, slice]
    midnights: Ints

    @classmethod
    def of(cls, line: Timeline) -> Levels:
        """The levels of the period that counts."""
        days = math.ceil(line.within / line.per_day)
        at = {
            "slot": slice(line.within),
            "day": slice(line.within, line.within + days),
            "period": slice(line.within + days, line.within + days + 1),
        }
        return cls(at, np.arange(0, line.within, line.per_day))

    @property
    def places(self) -> int:
        """How many places there are."""
        return int(self.at["period"].stop)

    def folded(self, cells: Floats) -> Floats:
        """Append to the slots, the last axis but one, their sums by day and over the period."""
        days = np.add.reduceat(cells, self.midnights, axis=-2)
        return np.concatenate([cells, days, days.sum(axis=-2, keepdims=True)], axis=-2)
