"""Sums over replications: they take as much memory after a million as after one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.caps import Capped
from sim.experiment.case import Case
from sim.experiment.levels import LEVELS, Levels
from sim.experiment.played import Played
from sim.metrics import (
    BINS,
    MEASURES,
    Count,
    Presence,
    Waited,
    measure_names,
    parts,
    service_level,
)
from sim.stats import RatioSums, Rows, Sample

__all__ = ["BANDED", "Sums"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

#: Measures whose spread over replications is kept.
BANDED = ("service_level", "abandonment", "asa", "offered")

# Replications kept for that spread: a twentieth of them are still several.
_KEPT = 256
_NAMES = measure_names()


class Sums:
    """Running sums of one option: all measures at three levels, promises, waits.

    Replications are added in their order, so that sums of floats come out alike whoever computed
    what is added.
    """

    def __init__(self, played: Case) -> None:
        line = played.timeline
        channels, groups = len(played.rows), len(played.groups)
        #: Places along an axis that holds all levels.
        self.levels = Levels.of(line)
        places = self.levels.places
        #: Replications that are added together or not at all, since they depend on each other.
        self.block = block = played.demand.strata
        self.case = played
        self.measures = RatioSums((channels, places, len(MEASURES)), block)
        self.occupancy = RatioSums((groups, places), block)
        self.contacts = np.zeros((channels, line.within, len(Count)))
        self.presence = np.zeros((groups, line.within, len(Presence)))
        self.totals, self.virtual, self.records = Rows(block), Rows(block), Rows(block)
        #: How often a promise was kept, and how often anything was seen of it, [channel, place].
        self.kept = np.zeros((channels, places), np.int64)
        self.seen = np.zeros((channels, places), np.int64)
        #: The same summed over the places of a level, [channel, level].
        self.chances = RatioSums((channels, len(LEVELS)), block)
        #: Contacts that waited no longer than a bin's end, of all; [channel, whose, bin].
        self.waits = RatioSums((channels, len(Waited) + 1, BINS), block)
        #: Who came to the end of what is played of a client; None where nobody can.
        self.capped: Capped | None = None
        self.bands = Sample(_KEPT)
        self.busy = Sample(_KEPT)
        self._rules = [_NAMES.index(_ratio(rule)) for rule in played.rules]

    @property
    def count(self) -> int:
        """Replications added."""
        return self.totals.count

    def add(self, played: Played) -> None:
        """Add one replication."""
        self.contacts += played.contacts
        self.presence += played.presence
        self.totals.add(played.contacts.sum(axis=1))
        self.virtual.add(played.virtual)
        self.records.add(played.record)
        if played.capped is not None:
            before = self.capped
            self.capped = before.joined(played.capped) if before else played.capped
        # Folding is linear: the parts of the measures are taken first, they are fewer.
        over, under = (self.levels.folded(side) for side in parts(played.contacts))
        self.measures.add(over, under)
        present = self.levels.folded(played.presence)
        busy, logged = present[..., Presence.BUSY], present[..., Presence.LOGGED]
        self.occupancy.add(busy, logged)
        self._add_waits(played.waits)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = over / under
            self.busy.add(busy / logged)
        self._add_promises(values, played.virtual)
        level = values[np.arange(len(values)), :, self._rules]
        lost, asa = (values[..., _NAMES.index(name)] for name in ("abandonment", "asa"))
        offered = under[..., _NAMES.index("abandonment")]
        self.bands.add(np.stack([level, lost, asa, offered], axis=1))

    def _add_waits(self, waits: Counts) -> None:
        """Add the distribution of waits: of the served, the abandoned, and of both."""
        both = np.concatenate([waits, waits.sum(axis=1, keepdims=True)], axis=1)
        reached = np.cumsum(both, axis=2).astype(np.float64)
        self.waits.add(reached, np.broadcast_to(reached[..., -1:], reached.shape))

    def _add_promises(self, values: Floats, virtual: Floats) -> None:
        """Count where each promise was kept in this replication."""
        held, seen = np.zeros(self.kept.shape, bool), np.zeros(self.kept.shape, bool)
        for c, target in enumerate(self.case.targets):
            if target is None:
                continue
            level = values[c, :, self._rules[c]]
            if target.rule == "virtual":
                level = level.copy()
                level[-1] = virtual[c]
            held[c] = level >= target.answered
            seen[c] = ~np.isnan(level)
            if target.abandonment is not None:
                lost = values[c, :, _NAMES.index("abandonment")]
                held[c] &= ~(lost > target.abandonment)
        self.kept += held
        self.seen += seen
        over, under = (
            np.stack([flags[:, self.levels.at[level]].sum(axis=1) for level in LEVELS], axis=1)
            for flags in (held.astype(np.float64), seen.astype(np.float64))
        )
        self.chances.add(over, under)


def _ratio(rule: str) -> str:
    """The measure that stands for a rule: the virtual service level is no ratio of counts."""
    return service_level("offered" if rule == "virtual" else rule)
