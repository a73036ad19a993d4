"""From outcomes to counts: one pass over the attempts of a replication.

Every contact counts in the slot of its arrival, also when it is served later; agents' time counts
in the slot in which it passes. Contacts of the warm-up and the wrap-up are not counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit, uncounted
from sim.engine.contract import NEVER, TICKS_PER_SECOND, Outcome, Staffing, Status, Workload
from sim.metrics.deadlines import in_deadline
from sim.metrics.held import busy_by_slot
from sim.metrics.virtual import DIGITS, answered_within, in_order

__all__ = ["Count", "Lens", "Presence", "Tally", "Work", "tally"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Count(IntEnum):
    """What is counted for each channel and slot of arrival; times are sums [s]."""

    OFFERED = 0
    SERVED = 1
    ANSWERED_WITHIN = 2
    ABANDONED = 3
    ABANDONED_WITHIN = 4
    SHORT_ABANDONS = 5
    BLOCKED = 6
    CLOSED = 7
    WAITING = 8
    DELAYED = 9
    WAIT_SERVED = 10
    WAIT_ABANDONED = 11
    TALK = 12
    ACW = 13
    CLIENTS = 14
    CLIENTS_SERVED = 15
    CLIENTS_WITHIN = 16
    CLIENT_WAIT = 17
    CLIENTS_CLOSED = 18
    CALLED_BACK = 19
    DISMISSED = 20
    CLIENTS_RESOLVED = 21
    CLIENT_ATTEMPTS = 22
    WAIT_LEFT = 23
    WITH_DEADLINE = 24
    IN_DEADLINE = 25


class Work(IntEnum):
    """What is counted of each group's contacts, by channel and slot of arrival; times are [s]."""

    SERVED = 0
    TALK = 1
    ACW = 2
    BILLED = 3


class Presence(IntEnum):
    """Agents' time by group and the slot in which it passes [s]."""

    LOGGED = 0
    BUSY = 1
    OVERRUN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """What to look at: the slots that count and the thresholds.

    Parameters
    ----------
    before, within
        Slots of the warm-up, and of the period after it.
    slot
        Length of a slot [ticks].
    awt
        Acceptable waiting time by channel [ticks].
    grace
        Longest wait of a short abandon by channel [ticks].
    increment
        Step to which a contact's handle time is rounded up for the bill, by group [ticks].
    deadline
        Open time until a contact of a queue must be answered, `NEVER` for none [ticks]; None where
        no queue has a deadline.
    channel, row, part
        Of each queue: the channel whose clients come in to it; the row in which its contacts
        count, -1 for attempts that reach nobody; a further row that tells a part of a channel
        apart, -1 for none. Rows are the channels first; `awt` and `grace` are by row. None where
        each queue is a channel.
    """

    before: int
    within: int
    slot: int
    awt: Ints
    grace: Ints
    increment: Ints
    deadline: Ints | None = None
    channel: Ints | None = None
    row: Ints | None = None
    part: Ints | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of one replication.

    Parameters
    ----------
    contacts
        [channel, slot, `Count`]; rows of parts of channels follow where the lens has any.
    work
        [channel, group, slot, `Work`].
    presence
        [group, slot, `Presence`].
    virtual
        Share of contacts that an infinitely patient customer in their place would have seen
        answered within the acceptable time, by channel (Kaplan–Meier, abandoned ones censored);
        not a number where nobody came.
    """

    contacts: Floats
    work: Floats
    presence: Floats
    virtual: Floats


_SERVED, _ABANDONED = int(Status.SERVED), int(Status.ABANDONED)
_BLOCKED, _CLOSED, _WAITING = int(Status.BLOCKED), int(Status.CLOSED), int(Status.WAITING)
_CALLED_BACK, _DISMISSED = int(Status.CALLED_BACK), int(Status.DISMISSED)
_SECOND = 1.0 / TICKS_PER_SECOND

_OFFERED = int(Count.OFFERED)
_WITHIN, _ABANDONED_WITHIN = int(Count.ANSWERED_WITHIN), int(Count.ABANDONED_WITHIN)
_SHORT, _DELAYED = int(Count.SHORT_ABANDONS), int(Count.DELAYED)
_WAIT_SERVED, _WAIT_ABANDONED = int(Count.WAIT_SERVED), int(Count.WAIT_ABANDONED)
_WAIT_LEFT = int(Count.WAIT_LEFT)
_TALK, _ACW = int(Count.TALK), int(Count.ACW)
_CLIENTS, _CLIENT_WAIT = int(Count.CLIENTS), int(Count.CLIENT_WAIT)
_CLIENTS_CLOSED = int(Count.CLIENTS_CLOSED)
_CLIENTS_SERVED, _CLIENTS_WITHIN = int(Count.CLIENTS_SERVED), int(Count.CLIENTS_WITHIN)
_CLIENTS_RESOLVED, _CLIENT_ATTEMPTS = int(Count.CLIENTS_RESOLVED), int(Count.CLIENT_ATTEMPTS)
_DONE, _WORK_TALK, _WORK_ACW = int(Work.SERVED), int(Work.TALK), int(Work.ACW)
_BILLED = int(Work.BILLED)
# Not plain integers: for each of those the compiler would make a function of its own.
_LOGGED, _BUSY, _OVERRUN = map(np.int64, Presence)
_COUNTS, _WORKS, _PRESENCES = len(Count), len(Work), len(Presence)
# Column of a status among the counts. An attempt that was not made counts nowhere.
_COLUMN = np.array([-1, *(int(Count[status.name]) for status in list(Status)[1:])])


class _Attempts(NamedTuple):
    """Attempts and what became of them.

    Of each queue: the row in which its contacts count, that in which its clients count, and
    whether its attempts reach anybody. What lies beyond the last row is not counted.
    """

    row: Ints
    home: Ints
    reaches: Ints
    queue: Codes
    after_abandon: Ids
    after_busy: Ids
    escalation: Ids
    repeat: Ids
    callback: Ids
    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
    talk: Ints
    wrap: Ints


class _Agents(NamedTuple):
    """Agents, and what passes before they talk: an announcement, and the ringing [queue]."""

    began: Ints
    end: Ints
    left: Ints
    group: Codes
    greeting: Ints
    ring: Ints


class _View(NamedTuple):
    """The lens: first tick and slots of the period, the slot's length, thresholds."""

    start: int
    slots: int
    slot: int
    awt: Ints
    grace: Ints
    increment: Ints


class _Ends(NamedTuple):
    """Waits that end within `awt`, as `answered_within` has them, those of a channel together.

    Of each channel: where its waits end so far, the contacts at risk, those answered at once.
    """

    waits: Ints
    last: Ints
    risk: Ints
    at_once: Ints


@inlined
def _slot_at(tick: int, start: int, slot: int) -> int:
    """Slot of a tick; exact, since ticks have fewer than 53 bits, and faster than on integers."""
    return math.floor((tick - start) / slot)


@uncounted
def _place(seen: _Attempts, view: _View, places: Ids, first: Ints) -> None:
    """Find the slot of each attempt, -1 for one that does not count.

    Beside it is found where the waits of each channel have their place: after all those that the
    channels before it can have.
    """
    for row in range(places.size):
        at = _slot_at(seen.arrival[row], view.start, view.slot)
        counts = (seen.status[row] > 0) & (at >= 0) & (at < view.slots)
        places[row] = at if counts else -1
    for row in range(places.size):
        first[seen.row[seen.queue[row]] + 1] += 1
    for c in range(1, first.size):
        first[c] += first[c - 1]


@uncounted
def _count(seen: _Attempts, view: _View, places: Ids, contacts: Floats, ends: _Ends) -> None:
    """Count attempts by channel, slot of arrival and what became of them; gather their waits."""
    for row in range(places.size):
        at, what, c = places[row], seen.status[row], seen.row[seen.queue[row]]
        if at < 0 or c >= view.awt.size:
            continue
        if _COLUMN[what] >= 0:
            contacts[c, at, _COLUMN[what]] += 1
        if what in (_BLOCKED, _CLOSED):
            continue
        waited = seen.wait[row]
        within = waited <= view.awt[c]
        contacts[c, at, _OFFERED] += 1
        contacts[c, at, _DELAYED] += waited > 0 or what != _SERVED
        ends.risk[c] += 1
        if what == _SERVED and waited == 0:
            ends.at_once[c] += 1
        elif what != _WAITING and within:
            ends.waits[ends.last[c]] = 2 * waited + (what != _SERVED)
            ends.last[c] += 1
        if what == _SERVED:
            contacts[c, at, _WITHIN] += within
            contacts[c, at, _WAIT_SERVED] += waited * _SECOND
        elif what == _ABANDONED:
            contacts[c, at, _ABANDONED_WITHIN] += within
            contacts[c, at, _SHORT] += waited <= view.grace[c]
            contacts[c, at, _WAIT_ABANDONED] += waited * _SECOND
        else:
            contacts[c, at, _WAIT_LEFT] += waited * _SECOND


@uncounted
def _count_work(
    seen: _Attempts,
    crew: _Agents,
    view: _View,
    places: Ids,
    contacts: Floats,
    work: Floats,
    presence: Floats,
) -> None:
    """Count what was served: by group and slot of arrival, and busy time where it passes.

    What a machine serves is talk of its contacts, and work of no group.
    """
    for row in range(places.size):
        q, at = seen.queue[row], places[row]
        c = seen.row[q]
        if seen.agent[row] < 0:
            if at >= 0:
                contacts[c, at, _TALK] += seen.talk[row] * _SECOND
            continue
        g = crew.group[seen.agent[row]]
        talk, wrap = seen.talk[row], seen.wrap[row]
        first = seen.arrival[row] + crew.greeting[q] + seen.wait[row]
        _spread(presence, g, _BUSY, first - crew.ring[q], first + talk + wrap, view)
        if at < 0:
            continue
        step = view.increment[g]
        contacts[c, at, _TALK] += talk * _SECOND
        contacts[c, at, _ACW] += wrap * _SECOND
        work[c, g, at, _DONE] += 1
        work[c, g, at, _WORK_TALK] += talk * _SECOND
        work[c, g, at, _WORK_ACW] += wrap * _SECOND
        work[c, g, at, _BILLED] += math.ceil((talk + wrap) / step) * step * _SECOND


@inlined
def _spread(presence: Floats, g: int, column: np.int64, first: int, last: int, view: _View) -> None:
    """Add a span of time [ticks] to the slots that it passes through [s]."""
    at = max(0, _slot_at(first, view.start, view.slot))
    edge = view.start + at * view.slot
    while at < view.slots and edge < last:
        following = edge + view.slot
        presence[g, at, column] += (min(last, following) - max(first, edge)) * _SECOND
        edge = following
        at += 1


@uncounted
def _count_agents(crew: _Agents, view: _View, presence: Floats) -> None:
    """Add agents' presence to the slots in which it passes."""
    for a in range(crew.began.size):
        if crew.began[a] < 0:
            continue
        g = crew.group[a]
        _spread(presence, g, _LOGGED, crew.began[a], crew.left[a], view)
        _spread(presence, g, _OVERRUN, crew.end[a], crew.left[a], view)


@uncounted
def _count_clients(seen: _Attempts, view: _View, fresh: int, places: Ids, contacts: Floats) -> None:
    """Count clients over all their attempts, where the first was; apart those it found closed."""
    rows = view.awt.size
    for client in range(fresh):
        at, c = places[client], seen.home[seen.queue[client]]
        if at < 0 or c >= rows:
            continue
        if seen.status[client] == _CLOSED:
            contacts[c, at, _CLIENTS_CLOSED] += 1
            continue
        row = client
        waited, attempts, served, reached = 0, 0, False, False
        while row >= 0:
            waited += seen.wait[row]
            attempts += 1
            reached = seen.status[row] == _SERVED and seen.reaches[seen.queue[row]] > 0
            served |= reached
            row = _next_attempt(seen, row)
        contacts[c, at, _CLIENTS] += 1
        contacts[c, at, _CLIENT_WAIT] += waited * _SECOND
        contacts[c, at, _CLIENT_ATTEMPTS] += attempts
        if served:
            contacts[c, at, _CLIENTS_SERVED] += 1
            contacts[c, at, _CLIENTS_WITHIN] += waited <= view.awt[c]
        contacts[c, at, _CLIENTS_RESOLVED] += reached


@inlined
def _next_attempt(seen: _Attempts, row: int) -> int:
    """The attempt that was made after one, however it ended; -1 for none."""
    later, what = -1, seen.status[row]
    if what in (_ABANDONED, _DISMISSED) and seen.after_abandon.size:
        later = seen.after_abandon[row]
    elif what == _BLOCKED and seen.after_busy.size:
        later = seen.after_busy[row]
    elif what == _CALLED_BACK and seen.callback.size:
        later = seen.callback[row]
    elif what == _SERVED:
        if seen.escalation.size:
            later = seen.escalation[row]
        if seen.repeat.size and (later < 0 or seen.status[later] == 0):
            later = seen.repeat[row]
    return later if later >= 0 and seen.status[later] > 0 else -1


@jit
def _tally(
    seen: _Attempts, crew: _Agents, view: _View, fresh: int, groups: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Count one replication, as the four arrays of a `Tally`."""
    channels = view.awt.size
    # One row more, for attempts that reach nobody.
    contacts = np.zeros((channels + 1, view.slots, _COUNTS))
    work = np.zeros((channels + 1, groups, view.slots, _WORKS))
    presence = np.zeros((groups, view.slots, _PRESENCES))
    virtual = np.zeros(channels)
    places = np.empty(seen.status.size, np.int32)
    first = np.zeros(channels + 2, np.int64)
    _place(seen, view, places, first)
    waits, spare = np.empty(places.size, np.int64), np.empty(places.size, np.int64)
    risk, at_once = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
    ends = _Ends(waits, first[:channels].copy(), risk, at_once)
    _count(seen, view, places, contacts, ends)
    _count_work(seen, crew, view, places, contacts, work, presence)
    _count_agents(crew, view, presence)
    _count_clients(seen, view, fresh, places, contacts)
    digits = np.empty(DIGITS, np.int64)
    for c in range(channels):
        in_order(waits, spare, digits, first[c], ends.last[c])
        virtual[c] = answered_within(waits, first[c], ends.last[c], risk[c], at_once[c])
    return contacts, work, presence, virtual


def tally(workload: Workload, staffing: Staffing, outcome: Outcome, lens: Lens) -> Tally:
    """Count one replication."""
    counted = _told_apart(workload, staffing, outcome, lens)
    if (staffing.concurrency > 1).any() or (staffing.warm.any() and len(workload.escalation)):
        busy = busy_by_slot(workload, staffing, outcome, lens.before, lens.within, lens.slot)
        counted.presence[:, :, Presence.BUSY] = busy
    for queue in [] if lens.deadline is None else np.flatnonzero(lens.deadline < NEVER).tolist():
        assert lens.deadline is not None
        slot = outcome.arrival // lens.slot - lens.before
        all_in_time = in_deadline(
            workload, staffing, outcome, queue, int(lens.deadline[queue]), slot, lens.within
        )
        own = queue if lens.row is None else int(lens.row[queue])
        part = -1 if lens.part is None else int(lens.part[queue])
        for row in {own, part} - {-1}:
            columns = [Count.WITH_DEADLINE, Count.IN_DEADLINE]
            counted.contacts[row][:, columns] += all_in_time
    return counted


def _told_apart(workload: Workload, staffing: Staffing, outcome: Outcome, lens: Lens) -> Tally:
    """Count one replication, channels and their parts."""
    rows, own = len(lens.awt), np.arange(staffing.queues)
    played = workload, staffing, outcome, lens
    if lens.row is None or lens.channel is None:
        return _counted(*played, own, own, rows)
    counted = _counted(*played, np.where(lens.row < 0, rows, lens.row), lens.channel, rows)
    # Agents' work counts in the channel, whichever of its queues it comes from.
    channels = int(lens.channel.max()) + 1
    work = _counted(*played, lens.channel, lens.channel, channels).work
    contacts, virtual = counted.contacts, counted.virtual
    if lens.part is not None and (lens.part >= 0).any():
        part = np.where(lens.part < 0, rows, lens.part)
        apart = _counted(*played, part, part, rows)
        chosen = np.unique(lens.part[lens.part >= 0])
        contacts[chosen], virtual[chosen] = apart.contacts[chosen], apart.virtual[chosen]
    return Tally(contacts, work, counted.presence, virtual)


def _counted(
    workload: Workload,
    staffing: Staffing,
    outcome: Outcome,
    lens: Lens,
    row: Ints,
    home: Ints,
    rows: int,
) -> Tally:
    """Count one replication, contacts and clients in given rows of so many."""
    reaches = np.ones(staffing.queues, np.int64) if lens.row is None else np.sign(lens.row + 1)
    seen = _Attempts(
        row,
        home,
        reaches,
        workload.queue,
        workload.after_abandon,
        workload.after_busy,
        workload.escalation,
        workload.repeat,
        workload.callback,
        outcome.status,
        outcome.arrival,
        outcome.wait,
        outcome.agent,
        outcome.talk,
        outcome.wrap,
    )
    crew = _Agents(
        outcome.began,
        staffing.end,
        outcome.left,
        staffing.group,
        staffing.greeting,
        staffing.ring,
    )
    view = _View(
        lens.before * lens.slot, lens.within, lens.slot, lens.awt, lens.grace, lens.increment
    )
    contacts, work, presence, virtual = _tally(seen, crew, view, workload.fresh, staffing.groups)
    return Tally(contacts[:rows], work[:rows], presence, virtual[:rows])
