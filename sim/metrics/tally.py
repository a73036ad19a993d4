"""From outcomes to counts: one pass over the attempts of a replication.

Every contact counts in the slot of its arrival, also when it is served later; agents' time counts
in the slot in which it passes. Contacts of the warm-up and the wrap-up are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import jit
from sim.engine.contract import TICKS_PER_SECOND, Outcome, Staffing, Status, Workload

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
    """

    before: int
    within: int
    slot: int
    awt: Ints
    grace: Ints
    increment: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of one replication.

    Parameters
    ----------
    contacts
        [channel, slot, `Count`].
    work
        [channel, group, slot, `Work`].
    presence
        [group, slot, `Presence`].
    virtual
        Share of contacts that an infinitely patient customer in their place would have seen
        answered within the acceptable time, by channel (Kaplan–Meier, abandoned ones censored).
    """

    contacts: Floats
    work: Floats
    presence: Floats
    virtual: Floats


_SERVED, _ABANDONED = int(Status.SERVED), int(Status.ABANDONED)
_BLOCKED, _CLOSED, _WAITING = int(Status.BLOCKED), int(Status.CLOSED), int(Status.WAITING)
_SECOND = 1.0 / TICKS_PER_SECOND

_OFFERED = int(Count.OFFERED)
_WITHIN, _ABANDONED_WITHIN = int(Count.ANSWERED_WITHIN), int(Count.ABANDONED_WITHIN)
_SHORT, _DELAYED = int(Count.SHORT_ABANDONS), int(Count.DELAYED)
_WAIT_SERVED, _WAIT_ABANDONED = int(Count.WAIT_SERVED), int(Count.WAIT_ABANDONED)
_TALK, _ACW = int(Count.TALK), int(Count.ACW)
_CLIENTS, _CLIENT_WAIT = int(Count.CLIENTS), int(Count.CLIENT_WAIT)
_CLIENTS_SERVED, _CLIENTS_WITHIN = int(Count.CLIENTS_SERVED), int(Count.CLIENTS_WITHIN)
# Column of a status among the counts; not made counts nowhere.
_COLUMN = np.array(
    [
        -1,
        int(Count.SERVED),
        int(Count.ABANDONED),
        int(Count.BLOCKED),
        int(Count.CLOSED),
        int(Count.WAITING),
    ]
)


@jit
def _count(
    channel: Codes,
    handle: Ints,
    acw: Ints,
    status: Codes,
    arrival: Ints,
    wait: Ints,
    agent: Ids,
    group: Codes,
    pace: Ints,
    start: int,
    slot: int,
    awt: Ints,
    grace: Ints,
    increment: Ints,
    contacts: Floats,
    work: Floats,
) -> None:
    """Count attempts by channel, slot of arrival and what became of them."""
    slots = contacts.shape[1]
    for row in range(status.size):
        what = status[row]
        at = (arrival[row] - start) // slot
        if what == 0 or at < 0 or at >= slots:
            continue
        c = channel[row]
        cell = contacts[c, at]
        cell[_COLUMN[what]] += 1
        if what in (_BLOCKED, _CLOSED):
            continue
        cell[_OFFERED] += 1
        waited = wait[row]
        if what == _SERVED:
            g = group[agent[row]]
            talk = (handle[row] * pace[c, g] + 500) // 1000
            wrap = (acw[row] * pace[c, g] + 500) // 1000
            step = increment[g]
            cell[_WITHIN] += waited <= awt[c]
            cell[_DELAYED] += waited > 0
            cell[_WAIT_SERVED] += waited * _SECOND
            cell[_TALK] += talk * _SECOND
            cell[_ACW] += wrap * _SECOND
            done = work[c, g, at]
            done[0] += 1
            done[1] += talk * _SECOND
            done[2] += wrap * _SECOND
            done[3] += (talk + wrap + step - 1) // step * step * _SECOND
        else:
            cell[_DELAYED] += 1
            if what == _ABANDONED:
                cell[_WAIT_ABANDONED] += waited * _SECOND
                cell[_ABANDONED_WITHIN] += waited <= awt[c]
                cell[_SHORT] += waited <= grace[c]


@jit
def _count_clients(
    fresh: int,
    channel: Codes,
    after_abandon: Ids,
    after_busy: Ids,
    status: Codes,
    arrival: Ints,
    wait: Ints,
    start: int,
    slot: int,
    awt: Ints,
    contacts: Floats,
) -> None:
    """Count clients by first channel and slot of their first attempt, over all their attempts."""
    slots = contacts.shape[1]
    for client in range(fresh):
        at = (arrival[client] - start) // slot
        if at < 0 or at >= slots or status[client] == _CLOSED:
            continue
        row = client
        waited = wait[row]
        while True:
            later = after_abandon[row] if status[row] == _ABANDONED else after_busy[row]
            if status[row] not in (_ABANDONED, _BLOCKED) or later < 0 or status[later] == 0:
                break
            row = later
            waited += wait[row]
        c = channel[client]
        cell = contacts[c, at]
        cell[_CLIENTS] += 1
        cell[_CLIENT_WAIT] += waited * _SECOND
        if status[row] == _SERVED:
            cell[_CLIENTS_SERVED] += 1
            cell[_CLIENTS_WITHIN] += waited <= awt[c]


@jit
def _spread(cells: Floats, column: int, first: int, last: int, start: int, slot: int) -> None:
    """Add a span of time [ticks] to the slots that it passes through [s]."""
    slots = cells.shape[0]
    at = max(0, (first - start) // slot)
    while at < slots and start + at * slot < last:
        from_, to = max(first, start + at * slot), min(last, start + (at + 1) * slot)
        cells[at, column] += (to - from_) * _SECOND
        at += 1


@jit
def _count_presence(
    begin: Ints,
    end: Ints,
    left: Ints,
    group: Codes,
    handle: Ints,
    acw: Ints,
    channel: Codes,
    status: Codes,
    arrival: Ints,
    wait: Ints,
    agent: Ids,
    pace: Ints,
    start: int,
    slot: int,
    presence: Floats,
) -> None:
    """Add agents' time to the slots in which it passes."""
    for a in range(begin.size):
        cells = presence[group[a]]
        _spread(cells, 0, begin[a], left[a], start, slot)
        _spread(cells, 2, end[a], left[a], start, slot)
    for row in range(status.size):
        if status[row] == _SERVED:
            g = group[agent[row]]
            speed = pace[channel[row], g]
            first = arrival[row] + wait[row]
            length = (handle[row] * speed + 500) // 1000 + (acw[row] * speed + 500) // 1000
            _spread(presence[g], 1, first, first + length, start, slot)


@jit
def _virtual(
    channel: Codes,
    status: Codes,
    arrival: Ints,
    wait: Ints,
    start: int,
    end: int,
    awt: Ints,
    shares: Floats,
) -> None:
    """Estimate P(virtual wait <= awt): the product-limit over contacts, abandoned ones censored."""
    waits = np.empty(status.size, np.int64)
    for c in range(shares.size):
        size = 0
        risk = 0
        for row in range(status.size):
            inside = channel[row] == c and start <= arrival[row] < end
            if inside and status[row] in (_SERVED, _ABANDONED, _WAITING):
                risk += 1
                if status[row] != _WAITING and wait[row] <= awt[c]:
                    waits[size] = 2 * wait[row] + (status[row] != _SERVED)
                    size += 1
        unserved = 1.0
        for key in np.sort(waits[:size]):
            if key % 2 == 0:
                unserved *= 1.0 - 1.0 / risk
            risk -= 1
        shares[c] = 1.0 - unserved


def tally(workload: Workload, staffing: Staffing, outcome: Outcome, lens: Lens) -> Tally:
    """Count one replication."""
    channels, groups = staffing.channels, staffing.groups
    contacts = np.zeros((channels, lens.within, len(Count)))
    work = np.zeros((channels, groups, lens.within, len(Work)))
    presence = np.zeros((groups, lens.within, len(Presence)))
    virtual = np.zeros(channels)
    start = lens.before * lens.slot
    _count(
        workload.channel,
        workload.handle,
        workload.acw,
        outcome.status,
        outcome.arrival,
        outcome.wait,
        outcome.agent,
        staffing.group,
        staffing.pace,
        start,
        lens.slot,
        lens.awt,
        lens.grace,
        lens.increment,
        contacts,
        work,
    )
    _count_clients(
        workload.fresh,
        workload.channel,
        workload.after_abandon,
        workload.after_busy,
        outcome.status,
        outcome.arrival,
        outcome.wait,
        start,
        lens.slot,
        lens.awt,
        contacts,
    )
    _count_presence(
        staffing.start,
        staffing.end,
        outcome.left,
        staffing.group,
        workload.handle,
        workload.acw,
        workload.channel,
        outcome.status,
        outcome.arrival,
        outcome.wait,
        outcome.agent,
        staffing.pace,
        start,
        lens.slot,
        presence,
    )
    end = start + lens.within * lens.slot
    _virtual(
        workload.channel,
        outcome.status,
        outcome.arrival,
        outcome.wait,
        start,
        end,
        lens.awt,
        virtual,
    )
    return Tally(contacts, work, presence, virtual)
