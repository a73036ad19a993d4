"""Attempts in the making, column by column, and the ways from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Attempts", "Step"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """Attempts, column by column.

    Parameters
    ----------
    row, queue, channel
        Its row, its queue, the queue's channel.
    origin, path
        Where its random numbers come from: the channel in which the client came, and the counter.
    client_class
        Number of the client's class.
    tries, repeats, calls
        Tries before this one, since the client was last served; times come back; callbacks tried.
    handle, acw
        What the client's matter takes [ticks].
    own
        What it takes groups with a law of their own, [attempt, row] [ticks].
    """

    row: Ints
    queue: Ints
    channel: Ints
    origin: Ints
    path: Ints
    client_class: Ints
    tries: Ints
    repeats: Ints
    calls: Ints
    handle: Ints
    acw: Ints
    own: Ints

    def __len__(self) -> int:
        """Count the attempts."""
        return len(self.path)

    def only(self, chosen: Flags | Ints) -> Attempts:
        """Some of the attempts."""
        return Attempts(*(getattr(self, f.name)[chosen] for f in fields(self)))

    @staticmethod
    def joined(groups: Sequence[Attempts]) -> Attempts:
        """All attempts of several groups."""
        columns = [f.name for f in fields(Attempts)]
        return Attempts(*(np.concatenate([getattr(g, c) for g in groups]) for c in columns))


class Step(NamedTuple):
    """Attempts that others lead to, and how."""

    parents: Attempts
    attempts: Attempts
    due: Ints
    links: dict[str, Flags]  # by name of the link: which of the parents have it
    marks: Ints | None = None
    conference: Ints | None = None
