"""Who does not come to a shift, drawn for each replication and each of its turns."""

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
        Share of turns missed, by group.
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

        A number belongs to a group, the start of a turn and a place among those who start it
        then: whoever else is added later or elsewhere, the same people are absent.
        """
        origin = sampling.Origin(np.uint64(seed), np.uint64(replication), self.streams)
        size = len(staffing.start)
        follows = staffing.follows if len(staffing.follows) else np.full(size, NONE, np.int32)
        goes_on = _goes_on(staffing, follows)
        # A turn is a stretch with those after its breaks; where it goes on, another begins.
        first = np.arange(size)
        for row in np.flatnonzero((follows != NONE) & ~goes_on):
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
        return _joined(staffing, follows, goes_on, comes[first])


def _goes_on(staffing: Staffing, follows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether a stretch is a turn that goes on where another ended, not the end of a break."""
    found = np.zeros(len(follows), bool)
    rows = np.flatnonzero(follows != NONE)
    found[rows] = staffing.end[follows[rows]] == staffing.start[rows]
    return found


def _joined(
    staffing: Staffing,
    follows: NDArray[np.int32],
    goes_on: NDArray[np.bool_],
    comes: NDArray[np.bool_],
) -> Staffing:
    """The stretches of who comes, one where turns go on without anybody missing between them."""
    size = len(follows)
    before = np.where(comes & (follows != NONE) & comes[follows], follows, NONE)
    head = np.arange(size)
    end = staffing.end.copy()
    for row in np.flatnonzero(goes_on & (before != NONE)):
        head[row] = head[before[row]]
        end[head[row]] = staffing.end[row]
    kept = comes & (head == np.arange(size))
    parts = {"start": staffing.start[kept], "end": end[kept], "group": staffing.group[kept]}
    if len(staffing.follows):
        place = np.cumsum(kept) - 1
        linked = before[kept]
        links = np.where(linked == NONE, NONE, place[head[linked]]).astype(np.int32)
        plain = bool((links == NONE).all())
        parts["follows"] = links[:0] if plain else links
        parts["pause"] = staffing.pause[kept][:0] if plain else staffing.pause[kept]
    return replace(staffing, **parts)
