"""What is played, and what is kept of one replication until it is added to the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.caps import Capped, capped
from sim.engine import ENGINES, check_pair
from sim.experiment.case import Case
from sim.metrics import Tally, check_ledger, tally, wait_counts

__all__ = ["Job", "Played", "Plays"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_Kept_co = TypeVar("_Kept_co", covariant=True)


class Plays(Protocol[_Kept_co]):
    """What a place plays, replication by replication."""

    def play(self, number: int) -> _Kept_co:
        """Play one replication: a pure function of its number."""


class Played(NamedTuple):
    """What is kept of one replication.

    Parameters
    ----------
    contacts, presence, virtual
        As in a `sim.metrics.Tally`.
    waits
        As `sim.metrics.wait_counts` gives them.
    record
        What the caller asked to keep.
    capped
        Who came to the end of what is played of a client; None where nobody can.
    """

    contacts: Floats
    presence: Floats
    virtual: Floats
    waits: Ints
    record: Floats
    capped: Capped | None


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One option to be played on one stream of customers; knows nothing of where that happens.

    Parameters
    ----------
    case
        The option.
    seed
        Where the random numbers start.
    engine
        A name in `sim.engine.ENGINES`.
    record
        What to keep of each replication; nothing when None.
    """

    case: Case
    seed: int
    engine: str = "kernel"
    record: Callable[[Tally], Floats] | None = None

    def play(self, number: int) -> Played:
        """Play one replication: a pure function of the job and the number."""
        workload = self.case.demand.workload(self.seed, number)
        staffing = self.case.present(self.seed, number)
        if number == 0:  # the rest are made alike, and looking takes longer than playing
            check_pair(workload, staffing)
        outcome = ENGINES[self.engine](workload, staffing)
        counted = tally(workload, staffing, outcome, self.case.lens)
        check_ledger(counted)
        return Played(
            counted.contacts,
            counted.presence,
            counted.virtual,
            wait_counts(workload, outcome, self.case.lens),
            self.record(counted) if self.record else np.zeros(0),
            capped(self.case.demand, workload, outcome),
        )
