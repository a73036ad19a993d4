"""How long contacts waited: exact counts in fixed bins, so that runs of any length can be joined.

Bins are one tick wide up to 32 ticks, then 32 to each doubling: a wait is known to one part in 32
at worst, and counts of two runs are added bin by bin.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import uncounted
from sim.engine.contract import CLOCK_LIMIT, TICKS_PER_SECOND, Outcome, Status, Workload
from sim.metrics.tally import Lens

__all__ = ["BINS", "Waited", "bin_edges", "wait_counts"]

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Waited(IntEnum):
    """Whose waits are counted."""

    SERVED = 0
    ABANDONED = 1


_SERVED, _ABANDONED = int(Status.SERVED), int(Status.ABANDONED)

_BITS = 5  # so many binary digits of a wait after the first are kept
_EXACT = 1 << _BITS  # waits below this have a bin each [ticks]
_DROPPED = 52 - _BITS  # digits of a number's fraction that are not looked at
_FIRST = (1023 + _BITS) << _BITS  # what is left of the number at which the joint bins begin
#: Bins that hold every wait on the clock; the last one longer waits, too.
BINS = _EXACT * (CLOCK_LIMIT.bit_length() - 1 - _BITS + 1)
_LAST = BINS - 1


def bin_edges() -> Floats:
    """Where bins begin, and where the last one ends [s].

    Examples
    --------
    >>> edges = bin_edges()
    >>> len(edges), float(edges[0]), float(edges[33]), float(edges[66])
    (961, 0.0, 0.033, 0.068)
    """
    doubling, step = np.divmod(np.arange(_EXACT, BINS + 1) - _EXACT, _EXACT)
    joint = (step + _EXACT) << doubling
    return np.concatenate([np.arange(_EXACT), joint]) / TICKS_PER_SECOND


@uncounted
def _count(
    status: Codes, channel: Codes, arrival: Ints, wait: Ints, start: int, end: int, counts: Ints
) -> None:
    """Count waits of attempts that arrived within a stretch of time."""
    for row in range(status.size):
        what = status[row]
        if arrival[row] < start or arrival[row] >= end:
            continue
        if what != _SERVED and what != _ABANDONED:
            continue
        at = wait[row]
        if at >= _EXACT:
            at = (np.float64(at).view(np.int64) >> _DROPPED) - _FIRST + _EXACT
        # Who rings at the end of the clock may be answered beyond it.
        counts[channel[row], what - _SERVED, min(at, _LAST)] += 1


def wait_counts(workload: Workload, outcome: Outcome, lens: Lens) -> Ints:
    """Count one replication's waits, [channel, `Waited`, bin].

    Who still waited at the end, or never came to the queue, is not among them.
    """
    rows = len(lens.awt)
    own = np.arange(workload.queues) if lens.row is None else lens.row
    row = np.where(own < 0, rows, own).astype(np.uint8)
    # One row more, for attempts that reach nobody.
    counts = np.zeros((rows + 1, len(Waited), BINS), np.int64)
    start = lens.before * lens.slot
    _count(
        outcome.status,
        row[workload.queue],
        outcome.arrival,
        outcome.wait,
        start,
        start + lens.within * lens.slot,
        counts,
    )
    if lens.part is not None:
        for queue in np.flatnonzero(lens.part >= 0):
            mine = np.where(np.arange(workload.queues) == queue, lens.part[queue], rows)
            columns = mine.astype(np.uint8)[workload.queue], outcome.arrival, outcome.wait
            _count(outcome.status, *columns, start, start + lens.within * lens.slot, counts)
    return counts[:rows]
