"""What the fast engines put on the table before play: who tries whom in which order, empty lists.

Plain Python, run once for each replication; what is made here the compiled loops only fill.
"""

from __future__ import annotations

import numpy as np

from sim.engine.base import CLOCK_LIMIT, FAR, Codes, Flags, Ints, Links
from sim.engine.staffing import Staffing

__all__ = ["heap", "linked_lists", "orders", "tree"]


def orders(staffing: Staffing) -> tuple[Codes, Ints, Codes, Ints, Ints]:
    """Put the choices of each queue and of each group in order.

    Groups by preference and their ranks, [queue, place]; queues by priority and their ranks,
    [group, place]; the waits at which groups open up to a queue, [queue, place]. `FAR` ends a row
    of ranks, the end of the clock a row of waits.
    """
    preference, can = staffing.preference, staffing.preference >= 0
    return (
        *_in_order(preference, can),
        *_in_order(staffing.priority.T, can.T),
        _overflow_waits(staffing.after, can),
    )


def _in_order(rank: Ints, can: Flags) -> tuple[Codes, Ints]:
    """Sort the allowed columns of each row by rank, then index; return them and their ranks."""
    shown = np.where(can, rank, FAR)
    return shown.argsort(axis=1, kind="stable").astype(np.uint8), _sorted(shown, FAR)


def _overflow_waits(after: Ints, can: Flags) -> Ints:
    """Sort the waits at which groups open up to each queue, a wait without end at the end."""
    return _sorted(np.where(can, np.minimum(after, CLOCK_LIMIT), CLOCK_LIMIT), CLOCK_LIMIT)


def _sorted(rows: Ints, last: int) -> Ints:
    """Sort each row, and end it with a number that is above all."""
    table = np.full((rows.shape[0], rows.shape[1] + 1), last)
    table[:, :-1] = rows
    table.sort(axis=1)
    return table


def heap(size: int) -> Ints:
    """Make room for `size` keys; memory beyond those in use is never touched."""
    keys = np.empty(size + 5, np.int64)
    keys[0] = 0
    keys[1:5] = FAR
    return keys


def tree(agents: int) -> tuple[Ints, Ints, Ints]:
    """Make a tree with a leaf for each agent and nobody at work; its root is its first leaf.

    Returned are the keys, the root with the number of leaves in use, and the leaves that are free.
    """
    leaves = 1 << max(agents - 1, 0).bit_length()
    return np.full(2 * leaves, FAR), np.array([leaves, 0]), np.arange(leaves, 2 * leaves)


def linked_lists(items: int, lists: int) -> tuple[Links, Links]:
    """Make empty linked lists: items in none, each sentinel linked to itself."""
    following, preceding = np.empty((2, items + lists), np.uint32)
    following[items:] = preceding[items:] = np.arange(items, items + lists)
    return following, preceding
