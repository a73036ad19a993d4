"""A log of contacts, replayed as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.demand.timeline import DAY, Timeline, ticks
from sim.scenario.log import Log

__all__ = ["Replay"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Contacts of a log along the timeline.

    Parameters
    ----------
    due
        When they came, in order [ticks].
    handle, patience
        What the log says of them [ticks], -1 where it says nothing; None where it never does.
    """

    due: Ints
    handle: Ints | None = None
    patience: Ints | None = None

    @classmethod
    def of(cls, log: Log, timeline: Timeline) -> Replay:
        """What a log says of the stretch of time that is played."""
        midnight = (timeline.calendar.start - date(1970, 1, 1)).days * DAY
        due = np.array([ticks(time - midnight) for time in log.times]) + timeline.start
        chosen = (due >= 0) & (due < timeline.end)
        known = [_known(column) for column in (log.handle_time, log.patience)]
        handle, patience = (None if one is None else one[chosen] for one in known)
        return cls(due[chosen], handle, patience)


def _known(column: Sequence[float | None]) -> Ints | None:
    """A column of a log [ticks]; None where it says nothing of anybody."""
    if all(value is None for value in column):
        return None
    return np.array([-1 if value is None else ticks(value) for value in column])
