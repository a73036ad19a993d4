"""A simulated month, moved as the closed forms move: factors on what was counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide.queueing import Closed
from sim.decide.traffic import MonthCounts
from sim.experiment import Case
from sim.metrics import Count, Work

__all__ = ["Moved", "moved"]

Floats = NDArray[np.float64]

# What each count moves with, beside the contacts offered: those served, those who gave up, waits,
# handle time.
_SERVED = (
    Count.SERVED,
    Count.ANSWERED_WITHIN,
    Count.WAIT_SERVED,
    Count.TALK,
    Count.ACW,
    Count.CLIENTS_SERVED,
    Count.CLIENTS_WITHIN,
    Count.CLIENTS_RESOLVED,
)
_LOST = (
    Count.ABANDONED,
    Count.ABANDONED_WITHIN,
    Count.SHORT_ABANDONS,
    Count.WAIT_ABANDONED,
)
_WAITS = (Count.WAIT_SERVED, Count.WAIT_ABANDONED, Count.WAIT_LEFT, Count.CLIENT_WAIT)
_TIMES = (Count.TALK, Count.ACW)
_MOVES = np.array(
    [[1.0 if count in one else 0.0 for count in Count] for one in (_SERVED, _LOST, _WAITS, _TIMES)]
)


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Factors on an average month.

    Parameters
    ----------
    contacts
        [row, `Count`].
    work
        [channel, group, `Work`, kind of hour]; alike in all kinds of hour.
    """

    contacts: Floats
    work: Floats


def moved(case: Case, counts: MonthCounts, before: Closed, after: Closed) -> Moved:
    """Factors by which an average month moves between two states of the closed forms.

    The odds of giving up move as their closed form does, so that shares stay shares and everybody
    who does not give up is served. With nothing changed every factor is exactly 1.

    Parameters
    ----------
    case
        What was played.
    counts
        Its average month.
    before, after
        Closed forms as it was played, and as it would be.
    """
    contacts, work = np.ones(counts.contacts.shape), np.ones(counts.work.shape)
    for c, name in enumerate(case.channels):
        if name not in before.offered:
            continue
        more = _ratio(after.offered[name], before.offered[name])
        own = counts.contacts[c]
        served, lost = own[Count.SERVED], own[Count.ABANDONED]
        gone = _lost(lost, served, before.lost[name], after.lost[name])
        kept = _ratio(served + lost * (1 - gone), served)
        longer = np.ones(len(case.groups))
        for g, group in enumerate(case.groups):
            if (name, group) not in before.handle:
                continue
            longer[g] = _ratio(after.handle[name, group], before.handle[name, group])
            rounded = _ratio(after.billed[name, group], before.billed[name, group])
            factors = np.full(len(Work), longer[g])
            factors[Work.SERVED], factors[Work.BILLED] = 1.0, rounded
            work[c, g] *= (more * kept * factors)[:, None]
        talk = counts.work[c, :, Work.TALK, 0]
        mean = _ratio(float(talk @ longer), float(talk.sum()))
        waits = _ratio(after.wait[name], before.wait[name])
        moves = np.array([kept, gone, waits, mean])[:, None]
        row = more * np.prod(np.where(_MOVES > 0, moves, 1.0), axis=0)
        for at, part in enumerate(case.rows):
            if part.partition(".")[0] == name:
                contacts[at] = row
    return Moved(contacts, work)


def _ratio(over: float, under: float) -> float:
    """A ratio that is 1 where there is nothing to move."""
    return over / under if under > 0 else 1.0


def _lost(lost: float, served: float, before: float, after: float) -> float:
    """Factor on those who give up."""
    if lost <= 0 or served <= 0 or not 0 < before < 1 or before == after:
        return 1.0
    if after >= 1:
        return (lost + served) / lost
    odds = lost / served * (after / (1 - after)) / (before / (1 - before))
    return float((lost + served) * odds / (1 + odds) / lost)
