"""Who does not come to a shift, drawn for each replication."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import Purpose, stream_of
from sim.engine.contract import NONE, Staffing
from sim.scenario.option import Option

__all__ = ["Absences"]

_PLACES = 1 << 20  # people of a group who may start together


@dataclass(frozen=True, slots=True, eq=False)
class Absences:
    """Draws who is absent.

    Parameters
    ----------
    streams
        Stream of random numbers of each group.
    share
        Share of shifts missed, by group.
    """

    streams: NDArray[np.uint64]
    share: tuple[float, ...]

    @classmethod
    def of(cls, option: Option) -> Absences | None:
        """The absences of an option; None where nobody is ever absent."""
        share = tuple(group.absence for group in option.groups.values())
        names = [stream_of(name) for name in option.groups]
        return cls(np.array(names, np.uint64), share) if any(share) else None

    def present(self, staffing: Staffing, seed: int, replication: int) -> Staffing:
        """Those who come in one replication.

        A number belongs to a group, the start of a shift and a place among those who start it
        then: whoever else is added later or elsewhere, the same people are absent.
        """
        origin = sampling.Origin(np.uint64(seed), np.uint64(replication), self.streams)
        size = len(staffing.start)
        follows = staffing.follows if len(staffing.follows) else np.full(size, NONE, np.int32)
        first = np.arange(size)
        for row in np.flatnonzero(follows != NONE):
            first[row] = first[follows[row]]
        comes = np.ones(size, bool)
        for group, share in enumerate(self.share):
            mine = np.flatnonzero((staffing.group == group) & (first == np.arange(size)))
            start = staffing.start[mine]
            place = np.arange(len(mine)) - np.searchsorted(start, start)
            with np.errstate(over="ignore"):
                number = sampling.units(
                    origin, group, int(Purpose.ABSENCE), start * _PLACES + place
                )
            comes[mine] = number >= share
        return _only(staffing, follows, comes[first])


def _only(staffing: Staffing, follows: NDArray[np.int32], comes: NDArray[np.bool_]) -> Staffing:
    """Some of the stretches; who comes comes to all of his."""
    parts = {name: getattr(staffing, name)[comes] for name in ("start", "end", "group")}
    if len(staffing.follows):
        row = np.cumsum(comes) - 1
        kept = follows[comes]
        parts["follows"] = np.where(kept == NONE, NONE, row[kept]).astype(np.int32)
        parts["pause"] = staffing.pause[comes]
    return replace(staffing, **parts)
