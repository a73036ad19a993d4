"""One queue per position of an array, and what is known of a contact that joins it.

Everything works on one-dimensional arrays of equal length, already validated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim._erlang.arrays import FloatArray, Positions

__all__ = ["Fates", "Queue", "WaitPartials", "WaitTotals", "patient_waits"]


_NOBODY = np.zeros(())
"""One number for all positions, from when nobody balks."""


class Queue(NamedTuple):
    """Parameters of one queue per position.

    `room` is the number of waiting places, `balking` the share that leaves at once when no agent
    is free; it may be one number for all.
    """

    arrival_rate: FloatArray
    aht: FloatArray
    agents: FloatArray
    patience: FloatArray
    room: FloatArray
    balking: FloatArray = _NOBODY

    @property
    def load(self) -> FloatArray:
        """Offered load, in erlangs; balking is not taken off."""
        return self.arrival_rate * self.aht

    @property
    def service_rate(self) -> FloatArray:
        """Rate at which all agents together finish contacts."""
        return self.agents / self.aht

    @property
    def impatience(self) -> FloatArray:
        """Rate at which one waiting contact gives up; zero for endless patience."""
        return 1.0 / self.patience

    @property
    def joining_rate(self) -> FloatArray:
        """Rate at which contacts join the line when no agent is free."""
        return self.arrival_rate * (1.0 - self.balking)

    def at(self, positions: Positions) -> Queue:
        """The queues at some positions; a column that is one number for all stays so."""
        return Queue(*(column[positions] if column.ndim else column for column in self))


class WaitTotals(NamedTuple):
    """Probabilities and joint expectations of one contact that found a free line.

    `waited_served` is E[V; served] and `waited_abandoned` E[R; abandoned]: divide by the
    probability of the event for a mean.
    """

    blocking: FloatArray
    accepted: FloatArray
    no_wait: FloatArray
    delayed: FloatArray
    served: FloatArray
    abandoned: FloatArray
    waited: FloatArray
    waited_virtual: FloatArray
    waited_served: FloatArray
    waited_abandoned: FloatArray


class WaitPartials(NamedTuple):
    """What happened by a threshold T to a contact that found a free line, but no free agent.

    `offered` is P(0 < V <= T), `served` P(0 < V <= T, served), `abandoned` P(R < V <= T).
    """

    offered: FloatArray
    served: FloatArray
    abandoned: FloatArray


class Fates(NamedTuple):
    """What has become of a contact by a threshold T, given that it found a free line.

    With V the wait of somebody who never gives up, R the patience and W the smaller of both:
    `in_time` is P(V <= T), `answered` P(served, V <= T), `abandoned` P(R < V, R <= T), `later`
    P(V > T) and `waiting` P(W > T). The last two are not one minus the others: far out they
    keep their digits.
    """

    in_time: FloatArray
    answered: FloatArray
    abandoned: FloatArray
    later: FloatArray
    waiting: FloatArray


def patient_waits(
    delayed: float, mean_wait: float, longer: Callable[[FloatArray], FloatArray]
) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Return the totals and fates of one queue that nobody leaves.

    From P(V > 0), E[V] and P(V > T) for an array of thresholds.
    """
    zero, one = np.zeros(1), np.ones(1)
    chance, waited = np.array([delayed]), np.array([mean_wait])
    totals = WaitTotals(
        blocking=zero,
        accepted=one,
        no_wait=1.0 - chance,
        delayed=chance,
        served=one,
        abandoned=zero,
        waited=waited,
        waited_virtual=waited,
        waited_served=waited,
        waited_abandoned=zero,
    )

    def fates(awt: FloatArray) -> Fates:
        later = np.clip(longer(awt), 0.0, delayed)
        return Fates(1.0 - later, 1.0 - later, np.zeros_like(later), later, later)

    return totals, fates
