"""The fast engine: the rules of `reference` on arrays, compiled.

Three presorted streams (first attempts, shift starts, shift ends) are read by pointer. What
arises during play sits in two heaps of 64-bit keys: releases of agents, and timers of attempts.
A key packs time, kind and identity, so that the least key is the next event and ties need no
second comparison. Queues and idle agents are linked lists, oldest first.

All functions that call each other live in this file: a cached caller would keep the old code of
a callee elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, Event, Outcome, Staffing, Status, Workload

__all__ = ["play"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Hours = tuple[Ints, Ints]

_BITS = 26
_MASK = (1 << _BITS) - 1
_KIND_BITS = 3
_KINDS = (1 << _KIND_BITS) - 1
_FAR = NEVER * 2 - 1  # above every key: the greatest 64-bit integer
_LIMIT = CLOCK_LIMIT
_NEVER = NEVER

_NOT_MADE = int(Status.NOT_MADE)
_SERVED = int(Status.SERVED)
_ABANDONED = int(Status.ABANDONED)
_BLOCKED = int(Status.BLOCKED)
_CLOSED = int(Status.CLOSED)
_WAITING = int(Status.WAITING)
_OVERFLOW = int(Event.OVERFLOW)
_HANGUP = int(Event.HANGUP)
_PATIENCE = int(Event.PATIENCE)
_ARRIVAL = int(Event.ARRIVAL)

# --- heaps of keys ---------------------------------------------------------------------------


@inlined
def _push(heap: Ints, size: int, key: int) -> None:
    """Add a key to a four-way heap; slots beyond its end hold `_FAR`."""
    heap[size + 3] = _FAR
    slot = size
    while slot > 0:
        parent = (slot - 1) >> 2
        if heap[parent] <= key:
            break
        heap[slot] = heap[parent]
        slot = parent
    heap[slot] = key


@inlined
def _sink(heap: Ints, size: int, key: int) -> None:
    """Put a key in place of the least one."""
    slot = 0
    child = 1
    while child < size:
        first, second, third, fourth = (
            heap[child],
            heap[child + 1],
            heap[child + 2],
            heap[child + 3],
        )
        left = child if first <= second else child + 1
        low = min(first, second)
        right = child + 2 if third <= fourth else child + 3
        high = min(third, fourth)
        if high < low:
            low = high
            left = right
        if low >= key:
            break
        heap[slot] = low
        slot = left
        child = (slot << 2) + 1
    heap[slot] = key


@inlined
def _pop(heap: Ints, size: int) -> None:
    """Remove the least key of a heap of `size` keys."""
    last = heap[size - 1]
    heap[size - 1] = _FAR
    if size > 1:
        _sink(heap, size - 1, last)


# --- linked lists ----------------------------------------------------------------------------


@inlined
def _append(following: Ids, preceding: Ids, end: int, item: int) -> None:
    """Add an item before the sentinel `end`, that is at the back."""
    last = preceding[end]
    following[last] = item
    preceding[item] = last
    following[item] = end
    preceding[end] = item


@inlined
def _unlink(following: Ids, preceding: Ids, item: int) -> None:
    """Take an item out of its list."""
    before = preceding[item]
    behind = following[item]
    following[before] = behind
    preceding[behind] = before


# --- rules -----------------------------------------------------------------------------------


@inlined
def _timer_key(tick: int, kind: int, attempt: int) -> int:
    """Pack a timer: time first, then kind, then attempt."""
    return (((tick << _KIND_BITS) | kind) << _BITS) | attempt


@inlined
def _is_open(row: int, stop: int, now: int, hours: Hours, opening: Ints, channel: int) -> bool:
    """Tell whether a channel takes contacts now; its hours are walked once, in order."""
    start, end = hours
    while row < stop and end[row] <= now:
        row += 1
    opening[channel] = row
    return row < stop and start[row] <= now


@inlined
def _idle_agent(
    channel: int, waited: int, tries: Ids, preference: Ints, after: Ints, following: Ids, idle: Ints
) -> int:
    """Find who serves a contact: the first group in preference, in it the longest idle."""
    found = NONE
    best = _FAR
    tier = 0
    for k in range(tries.shape[1]):
        group = tries[channel, k]
        if group < 0 or (found >= 0 and preference[channel, group] != tier):
            break
        agent = following[idle.size + group]
        if agent < idle.size and idle[agent] < best and after[channel, group] <= waited:
            found = int(agent)
            best = idle[agent]
            tier = preference[channel, group]
    return found


@inlined
def _next_contact(
    group: int, now: int, takes: Ids, priority: Ints, after: Ints, following: Ids, arrival: Ints
) -> int:
    """Find whom an agent serves: the first channel in priority, in it the longest wait."""
    found = NONE
    oldest = _FAR
    tier = 0
    for k in range(takes.shape[1]):
        channel = takes[group, k]
        if channel < 0 or (found >= 0 and priority[channel, group] != tier):
            break
        head = following[arrival.size + channel]
        if head < arrival.size and now - arrival[head] >= after[channel, group]:
            since = arrival[head]
            if since < oldest or (since == oldest and head < found):
                found = int(head)
                oldest = since
                tier = priority[channel, group]
    return found


@inlined
def _next_step(steps: Ints, channel: int, waited: int) -> int:
    """Return the least wait above `waited` at which further groups open up, or a far one."""
    for k in range(steps.shape[1]):
        if steps[channel, k] > waited:
            return int(steps[channel, k])
    return _LIMIT


# --- the play --------------------------------------------------------------------------------


@jit
def _run(
    # the workload
    fresh: int,
    due: Ints,
    channel: Codes,
    handle: Ints,
    acw: Ints,
    patience: Ints,
    after_abandon: Ids,
    after_busy: Ids,
    # the staffing
    start: Ints,
    end: Ints,
    group: Codes,
    end_order: Ids,
    preference: Ints,
    priority: Ints,
    after: Ints,
    pace: Ints,
    lines: Ints,
    open_of: Ints,
    hours: Hours,
    # the routing in order
    tries: Ids,
    takes: Ids,
    steps: Ints,
    # the outcome, filled here
    status: Codes,
    arrival: Ints,
    wait: Ints,
    agent_of: Ids,
    busy: Ints,
    left: Ints,
) -> int:
    """Play all events in order of time, kind and row; return their number.

    Each turn of the loop finds the next event, then either a contact that looks for an agent or
    an agent that looks for a contact; where both are found, they are connected at the end.
    """
    agents, attempts = start.size, due.size
    releases, timers = _heap(agents), _heap(3 * attempts)
    waiting, ahead = _lists(attempts, lines.size)
    following, preceding = _lists(agents, takes.shape[0])
    idle = np.full(agents, NONE, np.int64)  # order of becoming idle
    used = np.zeros(lines.size, np.int64)  # lines held
    opening = open_of.copy()  # row of the opening hours in force or next
    working, ringing, stamp, events = 0, 0, 0, 0
    next_fresh, next_start, next_end = 0, 0, 0
    arriving = due[0] if fresh > 0 else _FAR
    starting = start[0] if agents > 0 else _FAR
    ending = end[end_order[0]] if agents > 0 else _FAR
    while True:
        key, timer = releases[0], timers[0]
        release = key >> _BITS if key < _FAR else _FAR
        ring = timer >> (_BITS + _KIND_BITS) if timer < _FAR else _FAR
        now = min(min(release, ring), min(arriving, min(starting, ending)))
        if now == _FAR:
            return events
        events += 1
        contact, agent, frees = NONE, NONE, False
        if release == now:
            agent = key & _MASK
            if now >= end[agent]:
                left[agent] = now
                _pop(releases, working)
                working -= 1
                continue
            frees = True
        elif starting == now:
            agent = next_start
            next_start += 1
            starting = start[next_start] if next_start < agents else _FAR
        elif ending == now:
            leaver = end_order[next_end]
            if idle[leaver] >= 0:
                idle[leaver] = NONE
                _unlink(following, preceding, leaver)
                left[leaver] = now
            next_end += 1
            ending = end[end_order[next_end]] if next_end < agents else _FAR
            continue
        elif ring == now and (arriving != now or (timer >> _BITS) & _KINDS != _ARRIVAL):
            contact = timer & _MASK
            kind = (timer >> _BITS) & _KINDS
            _pop(timers, ringing)
            ringing -= 1
            if kind == _HANGUP:
                used[channel[contact]] -= 1
                continue
            if kind != _ARRIVAL and status[contact] != _WAITING:
                continue
            if kind == _PATIENCE:
                _unlink(waiting, ahead, contact)
                status[contact] = _ABANDONED
                wait[contact] = now - arrival[contact]
                used[channel[contact]] -= 1
                later = after_abandon[contact]
                if later >= 0 and now + due[later] < _LIMIT:
                    _push(timers, ringing, _timer_key(now + due[later], _ARRIVAL, later))
                    ringing += 1
                continue
        else:
            contact = next_fresh
            next_fresh += 1
            arriving = due[next_fresh] if next_fresh < fresh else _FAR

        if contact >= 0:  # a contact looks for an agent
            way = channel[contact]
            if status[contact] == _NOT_MADE:
                arrival[contact] = now
                if not _is_open(opening[way], open_of[way + 1], now, hours, opening, way):
                    status[contact] = _CLOSED
                    continue
                if used[way] >= lines[way]:
                    status[contact] = _BLOCKED
                    later = after_busy[contact]
                    if later >= 0 and now + due[later] < _LIMIT:
                        _push(timers, ringing, _timer_key(now + due[later], _ARRIVAL, later))
                        ringing += 1
                    continue
                used[way] += 1
            waited = now - arrival[contact]
            agent = _idle_agent(way, waited, tries, preference, after, following, idle)
            if agent < 0:
                if status[contact] == _NOT_MADE:
                    status[contact] = _WAITING
                    _append(waiting, ahead, attempts + way, contact)
                    if now + patience[contact] < _LIMIT:
                        key = _timer_key(now + patience[contact], _PATIENCE, contact)
                        _push(timers, ringing, key)
                        ringing += 1
                step = now - waited + _next_step(steps, way, waited)
                if step < _LIMIT:
                    _push(timers, ringing, _timer_key(step, _OVERFLOW, contact))
                    ringing += 1
                continue
            idle[agent] = NONE
            _unlink(following, preceding, agent)
        else:  # an agent looks for a contact
            contact = _next_contact(group[agent], now, takes, priority, after, waiting, arrival)
            if contact < 0:
                idle[agent] = stamp
                stamp += 1
                _append(following, preceding, agents + group[agent], agent)
                if frees:
                    _pop(releases, working)
                    working -= 1
                continue
            way = channel[contact]

        if status[contact] == _WAITING:
            _unlink(waiting, ahead, contact)
        status[contact] = _SERVED
        wait[contact] = now - arrival[contact]
        agent_of[contact] = agent
        speed = pace[way, group[agent]]
        talk = handle[contact]
        wrap = acw[contact]
        if speed != 1000:
            talk = (talk * speed + 500) // 1000
            wrap = (wrap * speed + 500) // 1000
        busy[agent] += talk + wrap
        if lines[way] < _NEVER and now + talk < _LIMIT:
            _push(timers, ringing, _timer_key(now + talk, _HANGUP, contact))
            ringing += 1
        key = ((now + talk + wrap) << _BITS) | agent
        if frees:  # the release that has just happened is still the least key: take its place
            _sink(releases, working, key)
        else:
            _push(releases, working, key)
            working += 1


@jit
def _heap(size: int) -> Ints:
    """Make room for `size` keys; memory beyond those in use is never touched."""
    heap = np.empty(size + 8, np.int64)
    heap[:4] = _FAR
    return heap


@jit
def _lists(items: int, lists: int) -> tuple[Ids, Ids]:
    """Make empty linked lists: items in none, each sentinel linked to itself."""
    following = np.empty(items + lists, np.int32)
    preceding = np.empty(items + lists, np.int32)
    for sentinel in range(items, items + lists):
        following[sentinel] = sentinel
        preceding[sentinel] = sentinel
    return following, preceding


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one workload against one crew, compiled; see `sim.engine.Engine`."""
    attempts, agents = len(workload), len(staffing.start)
    status = np.zeros(attempts, np.uint8)
    arrival, wait = np.zeros(attempts, np.int64), np.zeros(attempts, np.int64)
    agent = np.full(attempts, NONE, np.int32)
    busy, left = np.zeros(agents, np.int64), np.zeros(agents, np.int64)
    events = _run(
        workload.fresh,
        workload.due,
        workload.channel,
        workload.handle,
        workload.acw,
        workload.patience,
        workload.after_abandon,
        workload.after_busy,
        staffing.start,
        staffing.end,
        staffing.group,
        np.argsort(staffing.end, kind="stable").astype(np.int32),
        staffing.preference,
        staffing.priority,
        staffing.after,
        staffing.pace,
        staffing.lines,
        staffing.open_of,
        (staffing.open_start, staffing.open_end),
        _orders(staffing.preference, staffing.preference),
        _orders(staffing.priority.T, staffing.preference.T),
        _steps(staffing),
        status,
        arrival,
        wait,
        agent,
        busy,
        left,
    )
    return Outcome(status, arrival, wait, agent, busy, left, events)


def _orders(rank: Ints, allowed: Ints) -> Ids:
    """Sort the columns of each row by rank, then index; pad with NONE where not allowed."""
    rows = [
        sorted(np.flatnonzero(can >= 0).tolist(), key=row.__getitem__)
        for row, can in zip(rank, allowed, strict=True)
    ]
    width = max((len(row) for row in rows), default=0)
    table = [row + [NONE] * (width - len(row)) for row in rows]
    return np.array(table, np.int32).reshape(len(rows), width)


def _steps(staffing: Staffing) -> Ints:
    """List the distinct positive overflow waits of each channel, padded with 0."""
    can = staffing.preference >= 0
    rows = [
        sorted(set(after[serves].tolist()) - {0})
        for after, serves in zip(staffing.after, can, strict=True)
    ]
    width = max((len(row) for row in rows), default=0)
    table = [row + [0] * (width - len(row)) for row in rows]
    return np.array(table, np.int64).reshape(len(rows), width)
