"""What service a plan on trial gives: the same customers every time, and only what tells it.

A plan is tried many times before it is played for what it is worth. A trial needs neither waits
nor agents' time nor clients; what it does count are whole numbers, so that its sums are exact and
those of `sim.experiment.replicate`, bit for bit, in whatever order they are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from sim.demand import Demand
from sim.engine import ENGINES, Workload, check_pair
from sim.errors import one_of
from sim.experiment.case import Case
from sim.experiment.levels import Levels
from sim.experiment.places import Place, opened
from sim.metrics import ANSWERS, MEASURES, answer_counts, service_level
from sim.stats import RatioSums

__all__ = ["Customers", "Service", "serve"]

Floats = NDArray[np.float64]

#: Memory that drawn customers may take until a plan is found [bytes].
MEMORY = 96 << 20
# Replications that are added up together.
_TOGETHER = 16
_MEASURES = ("service_level", "abandonment")


class Customers:
    """The customers of an option, drawn once and met by one plan after another.

    As many replications are kept as memory allows, the others are drawn again each time: a
    workload is a pure function of its number. To another process they go without what was drawn.

    Parameters
    ----------
    demand
        What comes in.
    seed
        Where the random numbers start.
    """

    def __init__(self, demand: Demand, seed: int) -> None:
        self.demand = demand
        self.seed = seed
        self._left = MEMORY
        self._drawn: dict[int, Workload] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[Customers], tuple[Demand, int]]:
        return Customers, (self.demand, self.seed)

    def of(self, number: int) -> Workload:
        """What they do in one replication."""
        known = self._drawn.get(number)
        if known is not None:
            return known
        drawn = self.demand.workload(self.seed, number)
        columns = (getattr(drawn, one.name) for one in fields(drawn))
        size = sum(one.nbytes for one in columns if isinstance(one, np.ndarray))
        with self._lock:
            if size <= self._left:
                self._left -= size
                self._drawn[number] = drawn
        return drawn


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """One option to be tried on some customers; knows nothing of where that happens."""

    case: Case
    customers: Customers

    def play(self, number: int) -> Floats:
        """Play one replication: its counts, as `sim.metrics.answer_counts` has them."""
        workload = self.customers.of(number)
        staffing = self.case.present(self.customers.seed, number)
        if number == 0:
            check_pair(workload, staffing)
        outcome = ENGINES["kernel"](workload, staffing)
        return answer_counts(workload, outcome, self.case.lens)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Answers in time and abandonment, over some replications.

    Parameters
    ----------
    case
        What was played.
    count
        How many replications.
    """

    case: Case
    count: int
    _contacts: Floats
    _ratios: tuple[Floats, Floats]
    _levels: Levels

    def counts(self, channel: str) -> Floats:
        """Mean counts of a channel by slot, [slot, the first `ANSWERS` of `Count`]."""
        return np.asarray(self._contacts[self._row(channel)] / self.count)

    def profile(self, measure: str, channel: str, level: str) -> tuple[Floats, Floats]:
        """``service_level`` or ``abandonment`` as `Replications.profile` has it."""
        at = _MEASURES.index(one_of("measure", measure, _MEASURES))
        places = self._levels.at[one_of("level", level, self._levels.at)]
        values, widths = self._ratios
        here = self._row(channel), places, at
        return values[here], widths[here]

    def _row(self, channel: str) -> int:
        return self.case.rows.index(one_of("channel", channel, self.case.rows))


def serve(
    played: Case,
    customers: Customers,
    replications: int,
    *,
    on: str | Place | None = None,
    tell: Callable[[], object] | None = None,
) -> Service:
    """Play replications of one option, and see what service it gives.

    Parameters
    ----------
    played
        The option.
    customers
        Who comes, of the same option.
    replications
        How many, from number 0 on; where days are stratified, as many more as make blocks whole.
    on
        Where to play, see `sim.experiment.opened`. The service is the same.
    tell
        Called after each replication; what it raises ends the trial.
    """
    levels, block = Levels.of(played.timeline), played.demand.strata
    rows, count = len(played.rows), -(-replications // block) * block
    over, under = _weights(played)
    contacts = np.zeros((rows, played.timeline.within, ANSWERS))
    sums = RatioSums((rows, levels.places, len(_MEASURES)), block)
    with opened(on) as place, closing(place.play(_Trial(played, customers), range(count))) as found:
        for some in _batches(_followed(found, tell), -(-_TOGETHER // block) * block):
            cells = np.stack(some)
            contacts += cells.sum(axis=0)
            sums.add_whole(levels.folded(cells @ over), levels.folded(cells @ under))
    return Service(played, count, contacts, sums.estimates(), levels)


def _weights(played: Case) -> tuple[Floats, Floats]:
    """Weights of the counts in both measures, by row: numerators and denominators."""
    over, under = (np.zeros((len(played.rows), ANSWERS, len(_MEASURES))) for _ in range(2))
    for row, rule in enumerate(played.rules):
        level = service_level("offered" if rule == "virtual" else rule)
        for at, name in enumerate((level, "abandonment")):
            for side, table in ((MEASURES[name].over, over), (MEASURES[name].under, under)):
                for column, weight in side.items():
                    table[row, column, at] = weight
    return over, under


def _followed(found: Iterator[Floats], tell: Callable[[], object] | None) -> Iterator[Floats]:
    """What is found, telling each time that something was."""
    for one in found:
        if tell is not None:
            tell()
        yield one


def _batches(found: Iterator[Floats], size: int) -> Iterator[list[Floats]]:
    """So many at a time."""
    while some := list(islice(found, size)):
        yield some
