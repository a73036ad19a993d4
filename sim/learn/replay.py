"""Playing a log again: contacts as they came, agents as they were there, the rest drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.draws import COUNTERS, Purpose, stream_of
from sim.engine.contract import CLOCK_LIMIT, TICKS_PER_SECOND, Staffing, Status, Workload
from sim.engine.door import play
from sim.learn.contacts import DAY, Contacts
from sim.learn.patience import Curve
from sim.learn.presence import Presence

__all__ = ["Model", "Replayed", "replay"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_T = TypeVar("_T")

#: Days played in one go, far below what the clock holds.
PIECE = 56
#: Contacts on either side whose handle times are at hand for one that has none.
_AROUND = 5
_BILLION = 1_000_000_000
_LAST = 0.9 * CLOCK_LIMIT


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What a replay takes from the months that it was learnt on.

    Parameters
    ----------
    patience, handle
        By kind (``channel/type``): the curve, and handle times that were measured, in order [s].
    wrap
        Mean work after a contact [s].
    priority
        Share of contacts of high priority, by kind, for those whose priority is not known.
    head_start
        Time by which contacts of high priority stand ahead in the queue [s].
    """

    patience: dict[str, Curve]
    handle: dict[str, Floats]
    wrap: float
    priority: dict[str, float] = field(default_factory=dict)
    head_start: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What became of each contact in one replay."""

    wait: Floats
    served: Flags
    abandoned: Flags


def replay(
    contacts: Contacts,
    presence: Presence,
    model: Model,
    *,
    as_handled: bool,
    seed: int = 1,
    replication: int = 0,
) -> Replayed:
    """Play contacts again with the people who were there.

    Parameters
    ----------
    contacts
        When they came, and of which kind. Of what became of them, only handle times are looked at.
    presence
        Who was there.
    model
        Patience, work after contacts, and handle times where they are not those of the log.
    as_handled
        Whether contacts take as long as the log has it. Those that it has no handle time of, since
        nobody served them, take as long as one of the same kind around the same time.
    seed, replication
        Where random numbers start. Each contact has its own, whoever is there.
    """
    found = np.zeros(len(contacts)), np.zeros(len(contacts), bool), np.zeros(len(contacts), bool)
    handle = _handled(contacts, model, as_handled, seed, replication)
    patience, acw = _drawn(contacts, model, seed, replication)
    high = _high(contacts, model, seed, replication)
    first = contacts.day.min()
    for start in range(int(first), int(contacts.day.max()) + 1, PIECE):
        rows = np.flatnonzero((contacts.day >= start) & (contacts.day < start + PIECE))
        if not len(rows):
            continue
        origin = float(contacts.time[rows].min()) - DAY
        until = float(contacts.time[rows].max())
        people = presence.between(origin, until + DAY / 4)
        work = Workload(
            queues=2,
            fresh=len(rows),
            due=_ticks(contacts.time[rows] - origin),
            queue=high[rows].astype(np.uint8),
            handle=_ticks(handle[rows]),
            acw=_ticks(acw[rows]),
            patience=_ticks(patience[rows]),
        )
        outcome = play(work, _crew(people, origin, model.head_start))
        found[0][rows] = outcome.wait / TICKS_PER_SECOND
        found[1][rows] = outcome.status == Status.SERVED
        found[2][rows] = outcome.status == Status.ABANDONED
    return Replayed(*found)


def _ticks(seconds: Floats) -> Ints:
    return np.round(np.minimum(seconds * TICKS_PER_SECOND, _LAST)).astype(np.int64)


def _crew(people: Presence, origin: float, head_start: float) -> Staffing:
    """Everybody in one group, the second queue ahead by the head start."""
    start, stop = _ticks(people.start - origin), _ticks(people.stop - origin)
    ageing = round(_BILLION / (head_start * TICKS_PER_SECOND)) if head_start else 0
    return Staffing(
        start=start,
        end=np.maximum(stop, start + 1),
        group=np.zeros(len(people), np.uint8),
        preference=np.zeros((2, 1), np.int64),
        priority=np.array([[1 if head_start else 0], [0]], np.int64),
        ageing=np.full(2, ageing, np.int64),
        follows=people.follows.astype(np.int32),
        pause=_ticks(people.pause),
    )


def _units(contacts: Contacts, kind: int, purpose: Purpose, seed: int, number: int) -> Floats:
    """A number between 0 and 1 for each contact, by its place among all."""
    stream = np.array([stream_of(contacts.kinds[kind])], np.uint64)
    origin = sampling.Origin(np.uint64(seed), np.uint64(number), stream)
    counters = np.flatnonzero(contacts.kind == kind) * COUNTERS
    return sampling.units(origin, 0, int(purpose), counters)


def _drawn(contacts: Contacts, model: Model, seed: int, number: int) -> tuple[Floats, Floats]:
    """Patience and work after the contact."""
    patience, acw = np.empty(len(contacts)), np.empty(len(contacts))
    for kind, name in enumerate(contacts.kinds):
        mine = contacts.kind == kind
        curve = _of(model.patience, name)
        patience[mine] = curve.draw(_units(contacts, kind, Purpose.PATIENCE, seed, number))
        acw[mine] = -model.wrap * np.log(_units(contacts, kind, Purpose.ACW, seed, number))
    return patience, acw


def _of(by_kind: Mapping[str, _T], name: str) -> _T:
    """What is known of a kind, or of all together."""
    return by_kind.get(name, by_kind[""])


def _handled(contacts: Contacts, model: Model, logged: bool, seed: int, number: int) -> Floats:
    handle = np.empty(len(contacts))
    known = contacts.served & (contacts.handle >= 0)
    for kind, name in enumerate(contacts.kinds):
        mine = np.flatnonzero(contacts.kind == kind)
        units = _units(contacts, kind, Purpose.HANDLE, seed, number)
        measured = _of(model.handle, name)
        handle[mine] = measured[(units * len(measured)).astype(np.int64)]
        served = mine[known[mine]]
        if logged and len(served):
            handle[served] = contacts.handle[served]
            others = mine[~known[mine]]
            shift = (units[~known[mine]] * 2 * _AROUND).astype(np.int64) - _AROUND
            near = np.clip(np.searchsorted(served, others) + shift, 0, len(served) - 1)
            handle[others] = contacts.handle[served[near]]
    return handle


def _high(contacts: Contacts, model: Model, seed: int, number: int) -> Flags:
    """Who stands ahead: as the log says, or drawn where it does not know."""
    if not model.head_start:
        return np.zeros(len(contacts), bool)
    top = contacts.priority.max(initial=0)
    found = contacts.priority == top
    for kind, name in enumerate(contacts.kinds):
        share = model.priority.get(name, 0.0)
        unknown = (contacts.kind == kind) & (contacts.priority == 0)
        if share and unknown.any():
            units = _units(contacts, kind, Purpose.CLIENT_CLASS, seed, number)
            found[unknown] = units[unknown[contacts.kind == kind]] < share
    return np.asarray(found)
