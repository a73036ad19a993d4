"""The lean engine: what `kernel` plays of a plain model, without asking for anything else.

Plain is a day of queues, groups, shifts, patience, lines, hours and redials, where every contact is
served alone by one agent (`Staffing.is_plain`, `fits`). Most days are, and the loop that knows
nothing more is faster. Its outcomes are those of the other engines, event by event.

Three presorted streams (first attempts, shift starts, shift ends) are read by pointer. What
arises during play are releases of agents, in a tree with a leaf for each agent at work, and timers
of attempts, in a heap. Both hold 64-bit keys that pack time, kind and identity, so that the least
key is the next event and ties need no second comparison. Queues and idle agents are linked lists,
oldest first.

The small compiled functions here are compiled into their callers, since a call costs more than what
they do; each loop has its own, made for what it keeps of an agent. They make no arrays, so that no
references need counting; `tables` makes them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, uncounted
from sim.engine import tables
from sim.engine.base import FAR, Links
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, Event, Outcome, Staffing, Status, Workload

__all__ = ["fits", "play"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]

_BITS = 25
_MASK = (1 << _BITS) - 1
_KIND_BITS = 4
_KINDS = (1 << _KIND_BITS) - 1
_FAR = FAR
_LIMIT = CLOCK_LIMIT
_NEVER = NEVER

# Not plain integers: for each of those the compiler would make a function of its own.
_NOT_MADE, _SERVED, _ABANDONED, _BLOCKED, _CLOSED, _WAITING = map(np.int64, list(Status)[:6])
_OVERFLOW, _HANGUP, _PATIENCE, _ARRIVAL = map(
    np.int64, (Event.OVERFLOW, Event.HANGUP, Event.PATIENCE, Event.ARRIVAL)
)


class _Work(NamedTuple):
    """The columns of a workload."""

    due: Ints
    queue: Codes
    handle: Ints
    acw: Ints
    patience: Ints
    after_abandon: Ids
    after_busy: Ids


class _Crew(NamedTuple):
    """The columns and tables of a staffing; leavers are agents in order of the end of shift."""

    leaver: Links
    start: Ints
    end: Ints
    group: Codes
    after: Ints
    reserve: Ints
    pace: Ints
    lines: Ints
    open_of: Ints
    open_start: Ints
    open_end: Ints


class _Routes(NamedTuple):
    """Whom to try in which order; a tier is what stands equal, and `_FAR` ends a row."""

    group: Codes
    group_tier: Ints
    queue: Codes
    queue_tier: Ints
    steps: Ints


class _Floor(NamedTuple):
    """The state of play."""

    releases: Ints
    tree: Ints
    free: Ints
    seat: Ints
    timers: Ints
    behind: Links
    ahead: Links
    next_idle: Links
    idle_before: Links
    idle: Ints
    resting: Ints
    used: Ints
    opening: Ints


class _Fate(NamedTuple):
    """The columns of an outcome."""

    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
    talk: Ints
    wrap: Ints
    began: Ints
    busy: Ints
    left: Ints


# --- heaps of keys ---------------------------------------------------------------------------

_TOP = 1  # the least key of a heap
_ROOT, _TAKEN = 0, 1  # the root of the tree of releases, and its leaves in use


@inlined
def _push(heap: Ints, key: int) -> None:
    """Add a key to a four-way heap; its size is in front, slots beyond its end hold `_FAR`."""
    slot = heap[0] + 1
    heap[0] = slot
    heap[slot + 3] = _FAR
    while slot > _TOP:
        parent = (slot + 2) >> 2
        if heap[parent] <= key:
            break
        heap[slot] = heap[parent]
        slot = parent
    heap[slot] = key


@inlined
def _pop(heap: Ints) -> None:
    """Remove the least key: the last one takes its place."""
    size = heap[0]
    key = heap[size]
    heap[size] = _FAR
    heap[0] = size - 1
    slot, child = _TOP, _TOP + 1
    while child < size:
        first, second = heap[child], heap[child + 1]
        third, fourth = heap[child + 2], heap[child + 3]
        left = child if first <= second else child + 1
        right = child + 2 if third <= fourth else child + 3
        low, high = min(first, second), min(third, fourth)
        if high < low:
            low, left = high, right
        if low >= key:
            break
        heap[slot] = low
        slot = left
        child = (slot << 2) - 2
    if size > 1:
        heap[slot] = key


# --- the tree of releases --------------------------------------------------------------------


@inlined
def _sit_down(floor: _Floor, agent: int) -> None:
    """Give an agent a leaf of the tree; where none is free, the tree gets a root above its own.

    The leaves are the second half of `releases`, each node is the least of the two below it, and
    those in use lie under one root at the left. So the way up is as long as the crew at work is
    large, whatever the number of shifts.
    """
    taken = floor.tree[_TAKEN]
    floor.seat[agent] = floor.free[taken]
    floor.tree[_TAKEN] = taken + 1
    leaves, root = floor.free.size, floor.tree[_ROOT]
    if taken >= leaves // root:
        floor.releases[root >> 1] = floor.releases[root]
        floor.tree[_ROOT] = root >> 1


@inlined
def _get_up(floor: _Floor, agent: int) -> None:
    """Give back the leaf of an agent who leaves."""
    floor.tree[_TAKEN] -= 1
    floor.free[floor.tree[_TAKEN]] = floor.seat[agent]


@inlined
def _release_at(floor: _Floor, agent: int, key: int) -> None:
    """Set the release of an agent, and on the way up what is the least now."""
    node, root = floor.seat[agent], floor.tree[_ROOT]
    floor.releases[node] = key
    while node > root:
        key = min(key, floor.releases[node ^ 1])
        node >>= 1
        floor.releases[node] = key


# --- linked lists ----------------------------------------------------------------------------


@inlined
def _append(following: Links, preceding: Links, end: int, item: int) -> None:
    """Add an item before the sentinel `end`, that is at the back."""
    last = preceding[end]
    following[last] = item
    preceding[item] = last
    following[item] = end
    preceding[end] = item


@inlined
def _unlink(following: Links, preceding: Links, item: int) -> None:
    """Take an item out of its list."""
    before = preceding[item]
    behind = following[item]
    following[before] = behind
    preceding[behind] = before


@inlined
def _first(following: Links, end: int) -> int:
    """Return the first item of a list, the sentinel `end` of an empty one."""
    return int(np.int64(following[np.uint32(end)]))


# --- rules -----------------------------------------------------------------------------------


@inlined
def _set_timer(floor: _Floor, tick: int, kind: np.int64, attempt: int) -> None:
    """Let a timer ring if the clock runs that far: the key is time, then kind, then attempt."""
    if tick < _LIMIT:
        _push(floor.timers, int((((tick << _KIND_BITS) | kind) << _BITS) | attempt))


@inlined
def _follow(work: _Work, floor: _Floor, link: Ids, attempt: int, now: int) -> None:
    """Let the customer try again, if there is another attempt."""
    later = link[attempt] if link.size > 0 else NONE
    if later >= 0:
        _set_timer(floor, now + work.due[later], _ARRIVAL, later)


@inlined
def _is_open(crew: _Crew, floor: _Floor, way: int, now: int) -> bool:
    """Tell whether a channel takes contacts now; its hours are walked once, in order."""
    row, stop = floor.opening[way], crew.open_of[way + 1]
    while row < stop and crew.open_end[row] <= now:
        row += 1
    floor.opening[way] = row
    return bool(row < stop and crew.open_start[row] <= now)


@inlined
def _enter(work: _Work, crew: _Crew, floor: _Floor, fate: _Fate, contact: int, now: int) -> bool:
    """Let an attempt in, unless the channel is closed or its lines are busy."""
    way = work.queue[contact]
    fate.arrival[contact] = now
    if not _is_open(crew, floor, way, now):
        fate.status[contact] = _CLOSED
        return False
    if floor.used[way] >= crew.lines[way]:
        fate.status[contact] = _BLOCKED
        _follow(work, floor, work.after_busy, contact, now)
        return False
    floor.used[way] += 1
    return True


@inlined
def _stir(crew: _Crew, floor: _Floor, agent: int) -> None:
    """Take an agent off the idle list."""
    floor.idle[agent] = NONE
    floor.resting[crew.group[agent]] -= 1
    _unlink(floor.next_idle, floor.idle_before, agent)


@inlined
def _idle_agent(crew: _Crew, routes: _Routes, floor: _Floor, way: int, waited: int) -> int:
    """Find who serves a contact: the first group in preference, in it the longest idle."""
    found, best, k = NONE, _FAR, 0
    tier = routes.group_tier[way, 0]
    while tier < _FAR and routes.group_tier[way, k] <= tier:
        group = routes.group[way, k]
        agent = _first(floor.next_idle, floor.idle.size + group)
        if (
            agent < floor.idle.size
            and floor.idle[agent] < best
            and crew.after[way, group] <= waited
            and crew.reserve[way, group] < floor.resting[group]
        ):
            found = agent
            best = floor.idle[agent]
        k += 1
        if found < 0:
            tier = routes.group_tier[way, k]
    return found


@inlined
def _next_contact(
    crew: _Crew, routes: _Routes, floor: _Floor, arrival: Ints, group: int, now: int
) -> int:
    """Find whom an agent serves: the first channel in priority, in it the longest wait."""
    found, oldest, k = NONE, _FAR, 0
    tier = routes.queue_tier[group, 0]
    while tier < _FAR and routes.queue_tier[group, k] <= tier:
        way = routes.queue[group, k]
        head = _first(floor.behind, arrival.size + way)
        free = crew.reserve[way, group] <= floor.resting[group]
        if head < arrival.size and free and now - arrival[head] >= crew.after[way, group]:
            since = arrival[head]
            if since < oldest or (since == oldest and head < found):
                found = head
                oldest = since
        k += 1
        if found < 0:
            tier = routes.queue_tier[group, k]
    return found


@inlined
def _wait_on(
    work: _Work, routes: _Routes, floor: _Floor, fate: _Fate, contact: int, now: int
) -> None:
    """Queue a contact, or let it wait for the next groups to open up."""
    way = work.queue[contact]
    if fate.status[contact] == _NOT_MADE:
        fate.status[contact] = _WAITING
        _append(floor.behind, floor.ahead, work.due.size + way, contact)
        _set_timer(floor, now + work.patience[contact], _PATIENCE, contact)
    k, since = 0, fate.arrival[contact]
    while routes.steps[way, k] <= now - since:
        k += 1
    _set_timer(floor, since + routes.steps[way, k], _OVERFLOW, contact)


@inlined
def _seek_agent(
    work: _Work, crew: _Crew, routes: _Routes, floor: _Floor, fate: _Fate, contact: int, now: int
) -> int:
    """Let a contact look for an idle agent, and wait where there is none."""
    made = fate.status[contact] != _NOT_MADE
    if not made and not _enter(work, crew, floor, fate, contact, now):
        return NONE
    way = work.queue[contact]
    agent = _idle_agent(crew, routes, floor, way, now - fate.arrival[contact])
    if agent < 0:
        _wait_on(work, routes, floor, fate, contact, now)
        return NONE
    _stir(crew, floor, agent)
    if made:
        _unlink(floor.behind, floor.ahead, contact)
    return agent


@inlined
def _seek_contact(
    crew: _Crew, routes: _Routes, floor: _Floor, fate: _Fate, agent: int, now: int, turn: int
) -> int:
    """Let an agent look for a waiting contact, and be idle where there is none."""
    group = crew.group[agent]
    contact = _next_contact(crew, routes, floor, fate.arrival, group, now)
    if contact < 0:
        floor.idle[agent] = turn
        floor.resting[group] += 1
        _append(floor.next_idle, floor.idle_before, crew.start.size + group, agent)
    else:
        _unlink(floor.behind, floor.ahead, contact)
    return contact


@inlined
def _connect(
    work: _Work, crew: _Crew, floor: _Floor, fate: _Fate, contact: int, agent: int, now: int
) -> int:
    """Start a conversation; return the key of the agent's release."""
    way = work.queue[contact]
    fate.status[contact] = _SERVED
    fate.wait[contact] = now - fate.arrival[contact]
    fate.agent[contact] = agent
    pace = crew.pace[way, crew.group[agent]]
    talk, wrap = work.handle[contact], work.acw[contact]
    if pace != 1000:
        talk = (talk * pace + 500) // 1000
        wrap = (wrap * pace + 500) // 1000
    fate.talk[contact] = talk
    fate.wrap[contact] = wrap
    fate.busy[agent] += talk + wrap
    if crew.lines[way] < _NEVER:
        _set_timer(floor, now + talk, _HANGUP, contact)
    return int(((now + talk + wrap) << _BITS) | agent)


@inlined
def _ring(work: _Work, floor: _Floor, fate: _Fate, timer: int, now: int) -> int:
    """Play a timer; return the attempt if it now looks for an agent."""
    contact = timer & _MASK
    kind = (timer >> _BITS) & _KINDS
    _pop(floor.timers)
    if kind == _ARRIVAL:
        return contact
    way = work.queue[contact]
    if kind == _HANGUP:
        floor.used[way] -= 1
        return NONE
    if fate.status[contact] != _WAITING:
        return NONE
    if kind == _OVERFLOW:
        return contact
    _unlink(floor.behind, floor.ahead, contact)
    fate.status[contact] = _ABANDONED
    fate.wait[contact] = now - fate.arrival[contact]
    floor.used[way] -= 1
    _follow(work, floor, work.after_abandon, contact, now)
    return NONE


@inlined
def _end_shift(crew: _Crew, floor: _Floor, fate: _Fate, agent: int, now: int) -> None:
    """Let an agent leave who is idle at the end of the shift."""
    if floor.idle[agent] >= 0:
        _stir(crew, floor, agent)
        _get_up(floor, agent)
        fate.left[agent] = now


@inlined
def _peek(column: Ints, row: int, stop: int) -> int:
    """Return the tick in a row, a far one beyond the last."""
    return int(column[row]) if row < stop else _FAR


# --- the play --------------------------------------------------------------------------------


@uncounted
def _run(fresh: int, work: _Work, crew: _Crew, routes: _Routes, floor: _Floor, fate: _Fate) -> int:
    """Play all events in order of time, kind and row; return their number.

    Each turn of the loop finds the next event, then either a contact that looks for an agent or
    an agent that looks for a contact; where both are found, they are connected at the end.
    """
    agents = crew.start.size
    events, next_fresh, next_start, next_end = 0, 0, 0, 0
    arriving = _peek(work.due, 0, fresh)
    starting = _peek(crew.start, 0, agents)
    ending = crew.end[crew.leaver[0]] if agents > 0 else _FAR
    while True:
        key, timer = floor.releases[floor.tree[_ROOT]], floor.timers[_TOP]
        release = key >> _BITS if key < _FAR else _FAR
        ring = timer >> (_BITS + _KIND_BITS) if timer < _FAR else _FAR
        shift = min(starting, ending)
        now = min(min(release, ring), min(arriving, shift))
        if now == _FAR:
            return events
        events += 1
        contact, agent = NONE, NONE
        if release == now:
            agent = key & _MASK
            if now >= crew.end[agent]:
                fate.left[agent] = now
                _release_at(floor, agent, _FAR)
                _get_up(floor, agent)
                continue
        elif starting == now:
            agent = next_start
            _sit_down(floor, agent)
            next_start += 1
            starting = _peek(crew.start, next_start, agents)
        elif ending == now:
            _end_shift(crew, floor, fate, crew.leaver[next_end], now)
            next_end += 1
            ending = crew.end[crew.leaver[next_end]] if next_end < agents else _FAR
            continue
        elif ring == now and (arriving != now or (timer >> _BITS) & _KINDS != _ARRIVAL):
            contact = _ring(work, floor, fate, timer, now)
            if contact < 0:
                continue
        else:
            contact = next_fresh
            next_fresh += 1
            arriving = _peek(work.due, next_fresh, fresh)
        if contact >= 0:
            agent = _seek_agent(work, crew, routes, floor, fate, contact, now)
        else:
            contact = _seek_contact(crew, routes, floor, fate, agent, now, events)
        if contact >= 0 and agent >= 0:
            _release_at(floor, agent, _connect(work, crew, floor, fate, contact, agent, now))
        elif release == now:
            _release_at(floor, agent, _FAR)


def fits(workload: Workload, staffing: Staffing) -> bool:
    """Tell whether a day is plain: nobody is passed on, comes back, or is called back."""
    return staffing.is_plain and not any(
        len(link) for link in (workload.escalation, workload.repeat, workload.callback)
    )


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one plain workload against one crew, compiled; see `sim.engine.Engine`."""
    fate = _blank(len(workload), staffing.start)
    crew, routes = _rules(staffing)
    events = _run(
        workload.fresh, _work(workload), crew, routes, _floor(len(workload), staffing), fate
    )
    return Outcome(*fate, events)


def _work(workload: Workload) -> _Work:
    """Take the columns of a workload."""
    return _Work(*(getattr(workload, name) for name in _Work._fields))


@lru_cache(maxsize=4)
def _rules(staffing: Staffing) -> tuple[_Crew, _Routes]:
    """Take the columns and tables of a staffing, which a play only reads."""
    leaver = np.argsort(staffing.end, kind="stable").astype(np.uint32)
    crew = _Crew(leaver, *(getattr(staffing, name) for name in _Crew._fields[1:]))
    return crew, _Routes(*tables.orders(staffing))


def _floor(attempts: int, staffing: Staffing) -> _Floor:
    """Make an empty floor: nobody is here, nobody waits."""
    agents = len(staffing.start)
    return _Floor(
        *tables.tree(agents),
        np.zeros(agents, np.int64),
        tables.heap(3 * attempts),
        *tables.linked_lists(attempts, staffing.queues),
        *tables.linked_lists(agents, staffing.groups),
        idle=np.full(agents, NONE, np.int64),
        resting=np.zeros(staffing.groups, np.int64),
        used=np.zeros(staffing.queues, np.int64),
        opening=staffing.open_of.copy(),
    )


def _blank(attempts: int, start: Ints) -> _Fate:
    """Make an outcome in which nothing has happened."""
    return _Fate(
        status=np.zeros(attempts, np.uint8),
        arrival=np.zeros(attempts, np.int64),
        wait=np.zeros(attempts, np.int64),
        agent=np.full(attempts, NONE, np.int32),
        talk=np.zeros(attempts, np.int64),
        wrap=np.zeros(attempts, np.int64),
        began=start.copy(),
        busy=np.zeros(len(start), np.int64),
        left=np.zeros(len(start), np.int64),
    )
