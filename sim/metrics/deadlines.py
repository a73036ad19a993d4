"""Deadlines that run in opening hours, and who was answered before them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Outcome, Staffing, Status, Workload

__all__ = ["in_deadline"]

Ints = NDArray[np.int64]


def in_deadline(
    workload: Workload,
    staffing: Staffing,
    outcome: Outcome,
    queue: int,
    deadline: int,
    slot: Ints,
    slots: int,
) -> Ints:
    """Contacts offered to a queue, and those answered in time, [slot of arrival, 2]."""
    never_came = [Status.NOT_MADE, Status.BLOCKED, Status.CLOSED]
    offered = (workload.queue == queue) & ~np.isin(outcome.status, never_came)
    offered &= (slot >= 0) & (slot < slots)
    joined = outcome.arrival + staffing.greeting[queue]
    spent = _open_time(staffing, queue, joined + outcome.wait)
    spent -= _open_time(staffing, queue, joined)
    kept = offered & (outcome.status == Status.SERVED) & (spent <= deadline)
    return np.stack([np.bincount(slot[one], minlength=slots) for one in (offered, kept)], axis=1)


def _open_time(staffing: Staffing, queue: int, ticks: Ints) -> Ints:
    """Time for which a queue has been open until given ticks."""
    rows = slice(int(staffing.open_of[queue]), int(staffing.open_of[queue + 1]))
    start, end = staffing.open_start[rows], staffing.open_end[rows]
    if not len(start):
        return np.zeros(len(ticks), np.int64)
    before = np.concatenate([[0], np.cumsum(end - start)])
    at = np.searchsorted(start, ticks, side="right") - 1
    inside = np.clip(ticks - start[at], 0, (end - start)[at])
    return np.where(at < 0, 0, before[at] + inside)
