"""Time in which agents hold something, where they may hold several contacts or stay with one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import TICKS_PER_SECOND, Outcome, Staffing, Workload
from sim.engine.story import spells_of, tell, time_since

__all__ = ["busy_by_slot"]


def busy_by_slot(
    workload: Workload, staffing: Staffing, outcome: Outcome, before: int, within: int, slot: int
) -> NDArray[np.float64]:
    """Busy time by group and slot [s]: what overlaps in the hands of one agent counts once.

    Parameters
    ----------
    before, within, slot
        As in a `sim.metrics.Lens`.
    """
    spells = spells_of(tell(workload, staffing, outcome))
    edges = (before + np.arange(within + 1, dtype=np.int64)) * slot
    busy = np.empty((staffing.groups, within))
    for group in range(staffing.groups):
        mine = staffing.group[spells.agent] == group
        passed = time_since(spells.begin[mine], edges) - time_since(spells.end[mine], edges)
        busy[group] = np.diff(passed) / TICKS_PER_SECOND
    return busy
