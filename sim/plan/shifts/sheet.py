"""Columns and rows of a program while it is written, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ONCE", "Sheet", "Span"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: The moment of a column that belongs to no moment: it is settled once.
ONCE = -1.0


class Span(NamedTuple):
    """A run of columns or rows."""

    first: int
    end: int

    @property
    def slice(self) -> slice:
        """As an index."""
        return slice(self.first, self.end)


@dataclass(slots=True)
class Sheet:
    """Columns and rows as they are written down, one block after the other."""

    cost: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[Mask] = field(default_factory=list)
    moment: list[Floats] = field(default_factory=list)
    lowest: list[Floats] = field(default_factory=list)
    highest: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    width: int = 0
    height: int = 0

    def columns(
        self, cost: Floats, upper: float | Floats, *, whole: bool, moment: Floats | Ints
    ) -> Span:
        """A block of columns: cost, upper bound, whether whole, and the moment each belongs to."""
        n = len(cost)
        self.cost.append(cost)
        self.upper.append(np.broadcast_to(np.asarray(upper, float), (n,)))
        self.whole.append(np.full(n, whole))
        self.moment.append(np.asarray(moment, float))
        self.width += n
        return Span(self.width - n, self.width)

    def rows(self, lowest: Floats, highest: float | Floats) -> Span:
        """A block of rows between two bounds."""
        n = len(lowest)
        self.lowest.append(np.asarray(lowest, float))
        self.highest.append(np.broadcast_to(np.asarray(highest, float), (n,)))
        self.height += n
        return Span(self.height - n, self.height)

    def put(self, rows: Ints | int, columns: Ints | int, values: Floats | float) -> None:
        """Entries; what is given once holds for all."""
        row, column, value = np.broadcast_arrays(
            np.atleast_1d(rows), np.atleast_1d(columns), np.asarray(values, float)
        )
        self.entries.append((row.astype(np.int64), column.astype(np.int64), value))
