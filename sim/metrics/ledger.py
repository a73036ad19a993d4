"""What must hold of the counts of every replication, whatever was played; cheap enough for all."""

from __future__ import annotations

import numpy as np

from sim.errors import InvariantBroken
from sim.metrics.tally import Count, Presence, Tally

__all__ = ["check_ledger"]

_ENDS = [Count.SERVED, Count.ABANDONED, Count.WAITING, Count.CALLED_BACK, Count.DISMISSED]
_PARTS = [  # the first is among the second
    (Count.ANSWERED_WITHIN, Count.SERVED),
    (Count.SHORT_ABANDONS, Count.ABANDONED),
    (Count.DELAYED, Count.OFFERED),
    (Count.CLIENTS_WITHIN, Count.CLIENTS_SERVED),
    (Count.CLIENTS_SERVED, Count.CLIENTS),
    (Count.IN_DEADLINE, Count.WITH_DEADLINE),
]
_SMALLER, _GREATER = (list(side) for side in zip(*_PARTS, strict=True))
_ROUNDING = 1e-6  # of sums of seconds


def check_ledger(counted: Tally) -> None:
    """Check that nobody is lost or counted twice, and nobody works while they are not there.

    Raises
    ------
    InvariantBroken
        If a count contradicts another: a bug of ours, never of the input.
    """
    total = counted.contacts.sum(axis=1)
    if not np.array_equal(total[:, Count.OFFERED], total[:, _ENDS].sum(axis=1)):
        raise InvariantBroken("contacts that came in are not those that were served or left")
    if (total[:, _SMALLER] > total[:, _GREATER]).any():
        raise InvariantBroken("a part of the contacts is more than all of them")
    busy, logged = counted.presence[..., Presence.BUSY], counted.presence[..., Presence.LOGGED]
    if (busy > logged + _ROUNDING).any():
        raise InvariantBroken("agents are busy for longer than they are there")
