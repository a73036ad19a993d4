"""A log of contacts, replayed as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    def of_list(cls, per_day: int, opened: Iterable[tuple[int, int]], timeline: Timeline) -> Replay:
        """Calls to make: the list of each day comes with its first open moment [ticks]."""
        day = timeline.per_day * timeline.slot
        # Days begin at midnight, the timeline perhaps within one: the last midnight before it.
        ahead = (timeline.before % timeline.per_day - timeline.per_day) * timeline.slot
        first: dict[int, int] = {}
        for start, end in sorted(opened):
            for number in range((start - ahead) // day, (end - 1 - ahead) // day + 1):
                first.setdefault(number, max(start, ahead + number * day))
        due = np.array(sorted(first.values()), np.int64)
        return cls(np.repeat(due, per_day))

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
