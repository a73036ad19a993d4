"""Who was answered in time, and who gave up: the few counts by which a plan on trial is judged.

They are the first columns of a `sim.metrics.Tally`, number for number, at a fraction of its time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compiled import uncounted
from sim.engine.contract import Outcome, Status, Workload
from sim.metrics.tally import Count, Lens

__all__ = ["ANSWERS", "answer_counts"]

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: How many of the first columns of `Count` are counted here.
ANSWERS = Count.SHORT_ABANDONS + 1

_SERVED, _ABANDONED = int(Status.SERVED), int(Status.ABANDONED)
_BLOCKED, _CLOSED = int(Status.BLOCKED), int(Status.CLOSED)
_AT_OFFERED, _AT_SERVED, _AT_WITHIN = 0, 1, 2
_AT_ABANDONED, _AT_ABANDONED_WITHIN, _AT_SHORT = 3, 4, 5


@uncounted
def _count(
    status: Codes,
    queue: Codes,
    arrival: Ints,
    wait: Ints,
    row: Ints,
    span: tuple[int, int, int],
    awt: Ints,
    grace: Ints,
    counts: Floats,
) -> None:
    """Count attempts by the row of their queue and the slot of arrival.

    A span is its first tick, the number of slots and the length of one.
    """
    start, slots, slot = span
    end = start + slots * slot
    for attempt in range(status.size):
        what, c, tick = status[attempt], row[queue[attempt]], arrival[attempt]
        if what == 0 or what in (_BLOCKED, _CLOSED) or c < 0:
            continue
        if tick < start or tick >= end:
            continue
        # Exact, as ticks have fewer than 53 bits.
        at, waited = math.floor((tick - start) / slot), wait[attempt]
        counts[c, at, _AT_OFFERED] += 1
        if what == _SERVED:
            counts[c, at, _AT_SERVED] += 1
            counts[c, at, _AT_WITHIN] += waited <= awt[c]
        elif what == _ABANDONED:
            counts[c, at, _AT_ABANDONED] += 1
            counts[c, at, _AT_ABANDONED_WITHIN] += waited <= awt[c]
            counts[c, at, _AT_SHORT] += waited <= grace[c]


def answer_counts(workload: Workload, outcome: Outcome, lens: Lens) -> Floats:
    """Count one replication, [channel, slot, the first `ANSWERS` of `Count`].

    Rows of parts of channels follow where the lens has any, as in a `sim.metrics.Tally`.
    """
    counts = np.zeros((len(lens.awt), lens.within, ANSWERS))
    span = (lens.before * lens.slot, lens.within, lens.slot)
    own = np.arange(workload.queues) if lens.row is None else lens.row
    rows = [own] if lens.part is None else [own, lens.part]
    for row in rows:
        _count(
            outcome.status,
            workload.queue,
            outcome.arrival,
            outcome.wait,
            row,
            span,
            lens.awt,
            lens.grace,
            counts,
        )
    return counts
