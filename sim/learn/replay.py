"""Playing a log again: contacts as they came, agents as they were there, the rest drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from sim.demand import sampling
from sim.demand.draws import COUNTERS, Purpose, stream_of
from sim.engine.contract import CLOCK_LIMIT, TICKS_PER_SECOND, Staffing, Status, Workload
from sim.engine.door import play
from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import DAY, Contacts
from sim.learn.crowding import USUAL, Crowding, agents_at, queue_ahead
from sim.learn.pace import EVEN, Pace
from sim.learn.patience import Curve
from sim.learn.presence import Presence

__all__ = ["Model", "Replayed", "replay"]

_T = TypeVar("_T")

#: Days played in one go, far below what the clock holds.
PIECE = 56
#: How often the queue that shortens patience is taken from the replay before; the first has none.
_PASSES = 3
#: Contacts on either side whose handle times are at hand for one that has none.
_AROUND = 5
_BILLION = 1_000_000_000
_LAST = 0.9 * CLOCK_LIMIT
#: A centre with nobody there for so long is closed: who waits until then is not there next morning.
_CLOSED = DAY // 4 * TICKS_PER_SECOND


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
    crowding
        How a queue shortens patience.
    pace
        What agents and hours of the day make of handle times.
    """

    patience: dict[str, Curve]
    handle: dict[str, Floats]
    wrap: float
    priority: dict[str, float] = field(default_factory=dict)
    head_start: float = 0.0
    crowding: Crowding = USUAL
    pace: Pace = EVEN


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What became of each contact in one replay.

    Parameters
    ----------
    wait
        Seconds until it was answered or left; of one that would have waited until after everybody
        had gone home, until then.
    served, abandoned
        How it ended; neither, where it would have waited on.
    """

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
    handle = _handled(contacts, model, as_handled, seed, replication)
    acw = _after(contacts, model, seed, replication)
    high = _high(contacts, model, seed, replication)
    pace = model.pace.among(presence.who, (presence.stop - presence.start)[: len(presence.who)])
    pace = EVEN if as_handled else pace
    patience = _Patience.of(contacts, model, seed, replication)
    pieces = list(_pieces(contacts, presence, model, _Marks(handle, acw, high), pace))
    ahead = np.zeros(len(contacts))
    found = _played(pieces, patience.drawn(model.crowding.hazard(ahead)))
    if not model.crowding.power:
        return found
    agents = agents_at(contacts, presence)
    for number in range(_PASSES):
        # The queue that a contact meets shortens its patience, and so the queue: halfway each time.
        met = queue_ahead(contacts, found.wait, agents)
        ahead = met if number == 0 else (ahead + met) / 2
        found = _played(pieces, patience.drawn(model.crowding.hazard(ahead)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What each contact brings with it, beside its patience."""

    handle: Floats
    acw: Floats
    high: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Days that are played in one go: which contacts, and with whom."""

    rows: Ints
    work: Workload
    crew: Staffing
    until: Ints
    """How long each may wait until the centre opens again, and"""
    closed: Ints
    """until it closed: what a contact has waited that would be there then [ticks]."""


def _pieces(
    contacts: Contacts, presence: Presence, model: Model, marks: _Marks, pace: Pace
) -> Iterator[_Piece]:
    """All that does not change from one pass to the next."""
    stays = contacts.of_channel("email")
    first = int(contacts.day.min())
    for start in range(first, int(contacts.day.max()) + 1, PIECE):
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
            queue=marks.high[rows].astype(np.uint8),
            handle=_ticks(marks.handle[rows]),
            acw=_ticks(marks.acw[rows]),
            patience=np.zeros(len(rows), np.int64),
        )
        crew = _crew(people, origin, model.head_start, pace)
        yield _Piece(rows, work, crew, *_closing(work, crew, stays[rows]))


def _closing(work: Workload, crew: Staffing, stays: Flags) -> tuple[Ints, Ints]:
    """How long each contact may wait until the centre opens again, and until it closed [ticks].

    Nobody waits through a time in which it is closed: the log would not show such a wait, and
    whoever is patient without end would have it. Only what `stays`, an e-mail, is still there when
    agents come again.
    """
    there = np.maximum.accumulate(crew.end)
    gaps = np.flatnonzero(crew.start[1:] - there[:-1] >= _CLOSED)
    closes = np.append(there[gaps], there[-1:].max(initial=0))
    opens = np.append(crew.start[gaps + 1], int(_LAST))
    at = np.minimum(np.searchsorted(opens, work.due, side="right"), len(gaps))
    at = np.where(stays, len(gaps), at)
    until, closed = opens[at] - work.due - 1, closes[at] - work.due
    return np.maximum(until, 0), np.maximum(closed, 0)


def _played(pieces: Sequence[_Piece], patience: Floats) -> Replayed:
    """What becomes of contacts with so much patience [s]."""
    count = len(patience)
    found = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    for piece in pieces:
        rows = piece.rows
        would = _ticks(patience[rows])
        most = np.minimum(would, piece.until)
        outcome = play(replace(piece.work, patience=most), piece.crew)
        gone = outcome.status == Status.ABANDONED
        sent = gone & (would > piece.until)
        found[0][rows] = np.where(sent, piece.closed, outcome.wait) / TICKS_PER_SECOND
        found[1][rows] = outcome.status == Status.SERVED
        found[2][rows] = gone & ~sent
    return Replayed(*found)


def _ticks(seconds: Floats) -> Ints:
    return np.round(np.minimum(seconds * TICKS_PER_SECOND, _LAST)).astype(np.int64)


def _crew(people: Presence, origin: float, head_start: float, pace: Pace) -> Staffing:
    """A group for each pace, the second queue ahead by the head start."""
    classes, group = pace.classes(people.who)
    if not len(classes):  # nobody is known: all are alike
        classes, group = np.ones(1), np.zeros(len(people), np.int64)
    start, stop = _ticks(people.start - origin), _ticks(people.stop - origin)
    ageing = round(_BILLION / (head_start * TICKS_PER_SECOND)) if head_start else 0
    return Staffing(
        start=start,
        end=np.maximum(stop, start + 1),
        group=group.astype(np.uint8),
        preference=np.zeros((2, len(classes)), np.int64),
        pace=np.tile(np.round(1000 * classes).astype(np.int64), (2, 1)),
        priority=np.repeat([[1 if head_start else 0], [0]], len(classes), axis=1),
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


@dataclass(frozen=True, slots=True, eq=False)
class _Patience:
    """Numbers that patience is drawn from, each contact its own."""

    units: Floats
    kinds: Sequence[tuple[Curve, Ints]]
    """The curve of each kind, and its rows."""

    @classmethod
    def of(cls, contacts: Contacts, model: Model, seed: int, number: int) -> _Patience:
        units, kinds = np.empty(len(contacts)), []
        for kind, name in enumerate(contacts.kinds):
            mine = np.flatnonzero(contacts.kind == kind)
            units[mine] = _units(contacts, kind, Purpose.PATIENCE, seed, number)
            kinds.append((_of(model.patience, name), mine))
        return cls(units, kinds)

    def drawn(self, hazard: Floats) -> Floats:
        """Patience where the hazard is so many times that of the curves [s]."""
        found = np.empty(len(self.units))
        units = self.units ** (1 / hazard)
        for curve, mine in self.kinds:
            found[mine] = curve.draw(units[mine])
        return found


def _after(contacts: Contacts, model: Model, seed: int, number: int) -> Floats:
    """Work after each contact [s]."""
    found = np.empty(len(contacts))
    for kind in range(len(contacts.kinds)):
        units = _units(contacts, kind, Purpose.ACW, seed, number)
        found[contacts.kind == kind] = -model.wrap * np.log(units)
    return found


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
        drawn = measured[(units * len(measured)).astype(np.int64)]
        handle[mine] = drawn * model.pace.of_hours(contacts.second[mine])
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
