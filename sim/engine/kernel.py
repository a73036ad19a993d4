"""The fast engine: the rules of `reference` on arrays, compiled.

Three presorted streams (first attempts, shift starts, shift ends) are read by pointer. What
arises during play are releases of agents, in a tree with a leaf for each agent at work, and timers
of attempts, in a heap. Both hold 64-bit keys that pack time, kind and identity, so that the least
key is the next event and ties need no second comparison. Queues and agents with room are linked
lists, oldest first, agents in one for each group and number of contacts in hand.

Plain days are left to `lean`. Here, what a queue needs of the model is noted in its traits, so that
a plain queue among others asks for nothing else, and the columns of mechanisms that nobody uses are
never read.

The small compiled functions here are compiled into their callers, since a call costs more than what
they do; each loop has its own, made for what it keeps of an agent. They make no arrays, so that no
references need counting; `tables` makes them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, uncounted
from sim.engine import lean, line, tables
from sim.engine.base import FAR, Links
from sim.engine.contract import (
    BILLION,
    CLOCK_LIMIT,
    LAST_TICK,
    MILLION,
    MOST_AT_ONCE,
    NEVER,
    NONE,
    TICKS_PER_MINUTE,
    Event,
    Outcome,
    Staffing,
    Status,
    Workload,
)

__all__ = ["play", "play_in_full"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Whole = int | np.int64

_BITS = 25
_MASK = (1 << _BITS) - 1
_KIND_BITS = 4
_KINDS = (1 << _KIND_BITS) - 1
_FAR = FAR
_LIMIT = CLOCK_LIMIT
_LAST = LAST_TICK
_NEVER = NEVER
_MILLION, _BILLION = MILLION, BILLION
_MINUTE = TICKS_PER_MINUTE
_MOST = MOST_AT_ONCE

# Not plain integers: for each of those the compiler would make a function of its own.
_SERVED, _ABANDONED, _BLOCKED, _CLOSED, _WAITING, _CALLED_BACK, _DISMISSED = map(
    np.int64, list(Status)[1:]
)
_START, _OVERFLOW, _HANGUP = map(np.int64, (Event.SHIFT_START, Event.OVERFLOW, Event.HANGUP))
_OFFER, _CLOSING, _PATIENCE = map(np.int64, (Event.OFFER, Event.CLOSING, Event.PATIENCE))
_JOIN, _ARRIVAL = map(np.int64, (Event.JOIN, Event.ARRIVAL))
_NONE = np.int64(NONE)

# Traits of a queue.
_GREETS = 1  # an announcement before it
_BY_MACHINE = 2
_SHARED = 4  # some group holds several of its contacts at once
_PACKS = 8
_VARIES = 16  # ringing, or handle times that hang on the hour, the wait, or a group's own law
_OFFERS = 32
_DISMISSES = 64
_LEVELS = 128  # some group takes only from so many waiting on
_PASSES = 256  # contacts are passed on or come back
_WATCHED = 512  # something happens when a talk ends: a line is free, or the above
_BUDGETS = 1024
_IS_WARM = 2048
_ACCEPTS = 4096  # takes contacts outside its hours, too
_KEEPS = 8192  # agents take its contacts in its hours only

# Columns of what is kept of a queue, of a group's way with a queue, of a stretch of work, and of
# an attempt where the model asks for it.
_TRAITS, _TRUNK, _GREETING, _RING, _AGEING, _BUDGET, _OFFER_AT, _DRAG, _DRAG_MOST = range(9)
_FROM, _UNTIL, _OPENING, _NUMBER = range(9, 13)  # hours, the row reached in them; number waiting
_AFTER, _LEVEL, _RESERVE, _PACE, _AT_ONCE, _ESCALATES, _REPEATS, _OWN = range(8)
_BEGIN, _END, _GROUP, _FOLLOWS, _NEXT, _PAUSE, _LATE, _BEGAN, _BUSY, _LEFT = range(10)
_SEAT, _TURN, _LOAD, _ROOM, _HELD = range(10, 15)
_CAME, _HOST, _ORDER, _UNDONE, _UPTO = range(5)

# How an attempt comes in: by itself; passed on with a line of trunk k as k + 1, or with none;
# or called back.
_BY_ITSELF = 0
_NO_LINE = -1
_BACK = -2


class _Work(NamedTuple):
    """The columns of a workload that every attempt needs."""

    due: Ints
    queue: Codes
    handle: Ints
    acw: Ints
    patience: Ints
    own_handle: Ints


class _Links(NamedTuple):
    """The columns of a workload that say what follows; one that is left out has no rows."""

    after_abandon: Ids
    after_busy: Ids
    escalation: Ids
    escalation_mark: Ids
    repeat: Ids
    repeat_mark: Ids
    callback: Ids
    conference: Ints


class _Crew(NamedTuple):
    """The tables of a staffing and what changes in them, and which mechanisms are in use at all.

    Parameters
    ----------
    queues
        [queue, `_TRAITS` …].
    cells
        [queue, group, `_AFTER` …].
    people
        [stretch of work, `_BEGIN` …].
    hours
        [row, start and end].
    leaver
        Stretches in order of the end of shift.
    """

    queues: Ints
    cells: Ints
    people: Ints
    hours: Ints
    leaver: Ints
    lines: Ints
    speed: Ints
    tempo: Ints
    tempo_slot: int
    levels: int
    shared: bool
    warm: bool
    passing: bool
    aged: bool
    levelled: bool
    ordered: bool
    kept: bool
    chained: bool


class _Routes(NamedTuple):
    """Whom to try in which order; a tier is what stands equal, and `_FAR` ends a row."""

    group: Codes
    group_tier: Ints
    queue: Codes
    queue_tier: Ints
    steps: Ints


class _Floor(NamedTuple):
    """The state of play; `extra` has rows only where the model needs more of an attempt."""

    releases: Ints
    tree: Ints
    free: Ints
    timers: Ints
    behind: Links
    ahead: Links
    next_idle: Links
    idle_before: Links
    resting: Ints
    used: Ints
    extra: Ints


class _Fate(NamedTuple):
    """The columns of an outcome that belong to attempts."""

    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
    talk: Ints
    wrap: Ints


# --- heaps of keys ---------------------------------------------------------------------------

_TOP = 1  # the least key of a heap
_ROOT, _TAKEN = 0, 1  # the root of the tree of releases, and its leaves in use


@inlined
def _push(heap: Ints, key: Whole) -> None:
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
def _sit_down(crew: _Crew, floor: _Floor, agent: Whole) -> None:
    """Give an agent a leaf of the tree; where none is free, the tree gets a root above its own.

    The leaves are the second half of `releases`, each node is the least of the two below it, and
    those in use lie under one root at the left. So the way up is as long as the crew at work is
    large, whatever the number of shifts.
    """
    taken = floor.tree[_TAKEN]
    crew.people[agent, _SEAT] = floor.free[taken]
    floor.tree[_TAKEN] = taken + 1
    leaves, root = floor.free.size, floor.tree[_ROOT]
    if taken >= leaves // root:
        floor.releases[root >> 1] = floor.releases[root]
        floor.tree[_ROOT] = root >> 1


@inlined
def _get_up(crew: _Crew, floor: _Floor, agent: Whole) -> None:
    """Give back the leaf of an agent who leaves."""
    floor.tree[_TAKEN] -= 1
    floor.free[floor.tree[_TAKEN]] = crew.people[agent, _SEAT]


@inlined
def _release_at(releases: Ints, node: Whole, root: Whole, key: Whole) -> None:
    """Set the release at a leaf, and on the way up what is the least now."""
    releases[node] = key
    while node > root:
        key = min(key, releases[node ^ 1])
        node >>= 1
        releases[node] = key


# --- linked lists ----------------------------------------------------------------------------


@inlined
def _append(following: Links, preceding: Links, end: Whole, item: Whole) -> None:
    """Add an item before the sentinel `end`, that is at the back."""
    last = preceding[end]
    following[last] = item
    preceding[item] = last
    following[item] = end
    preceding[end] = item


@inlined
def _unlink(following: Links, preceding: Links, item: Whole) -> None:
    """Take an item out of its list."""
    before = preceding[item]
    behind = following[item]
    following[before] = behind
    preceding[behind] = before


@inlined
def _first(following: Links, end: Whole) -> int:
    """Return the first item of a list, the sentinel `end` of an empty one."""
    return int(np.int64(following[np.uint32(end)]))


# --- coming in and going -----------------------------------------------------------------------


@inlined
def _set_timer(timers: Ints, tick: Whole, kind: Whole, row: Whole) -> None:
    """Let a timer ring if the clock runs that far: the key is time, then kind, then row."""
    if tick < _LIMIT:
        _push(timers, (((tick << _KIND_BITS) | kind) << _BITS) | row)


@inlined
def _is_open(queues: Ints, hours: Ints, way: Whole, now: Whole) -> bool:
    """Tell whether a queue takes contacts now; its hours are walked once, in order."""
    row, stop = queues[way, _OPENING], queues[way, _UNTIL]
    while row < stop and hours[row, 1] <= now:
        row += 1
    queues[way, _OPENING] = row
    return bool(row < stop and hours[row, 0] <= now)


@inlined
def _next_opening(queues: Ints, hours: Ints, way: Whole, now: Whole) -> int:
    """When agents next begin to take contacts of a queue that keeps hours."""
    row, stop = queues[way, _OPENING], queues[way, _UNTIL]
    while row < stop and hours[row, 0] <= now:
        row += 1
    return int(hours[row, 0]) if row < stop else _NEVER


@inlined
def _closing_time(queues: Ints, hours: Ints, way: Whole, arrival: Whole) -> int:
    """End of the hours in which a contact came in, outside hours of the next ones."""
    row, stop = queues[way, _OPENING], queues[way, _UNTIL]
    while row > queues[way, _FROM] and hours[row - 1, 1] > arrival:
        row -= 1
    while row < stop and hours[row, 1] <= arrival:
        row += 1
    return int(hours[row, 1]) if row < stop else _NEVER


@inlined
def _deadline(queues: Ints, hours: Ints, way: Whole, since: Whole) -> int:
    """Tick at which the budget of open time is spent, the end of the clock if it never is."""
    budget = queues[way, _BUDGET]
    row, stop = queues[way, _OPENING], queues[way, _UNTIL]
    while row > queues[way, _FROM] and hours[row - 1, 1] > since:
        row -= 1
    while row < stop:
        begin = max(hours[row, 0], since)
        length = hours[row, 1] - begin
        if length > 0:
            if budget <= length:
                return int(begin + budget)
            budget -= length
        row += 1
    return _LIMIT


@inlined
def _line_of(work: _Work, crew: _Crew, floor: _Floor, contact: Whole) -> int:
    """Trunk of which a contact holds a line, `NONE` if of none."""
    came = floor.extra[contact, _CAME] if crew.passing else _BY_ITSELF
    if came == _BY_ITSELF:
        return int(crew.queues[work.queue[contact], _TRUNK])
    return int(came) - 1 if came > 0 else NONE


@inlined
def _hang_up(work: _Work, crew: _Crew, floor: _Floor, contact: Whole) -> None:
    """Free the line that a contact holds, if it holds one."""
    line = _line_of(work, crew, floor, contact)
    if line >= 0:
        floor.used[line] -= 1


@inlined
def _enter(
    work: _Work, links: _Links, crew: _Crew, floor: _Floor, fate: _Fate, contact: Whole, now: Whole
) -> bool:
    """Let an attempt in, unless the queue is closed or its lines are busy."""
    way = np.int64(work.queue[contact])
    came = floor.extra[contact, _CAME] if crew.passing else _BY_ITSELF
    fate.arrival[contact] = now
    shut = not _is_open(crew.queues, crew.hours, way, now)
    if shut and came != _BACK and not crew.queues[way, _TRAITS] & _ACCEPTS:
        fate.status[contact] = _CLOSED
        if came > 0:
            floor.used[came - 1] -= 1
        return False
    if came == _BY_ITSELF:
        line = crew.queues[way, _TRUNK]
        if floor.used[line] >= crew.lines[line]:
            fate.status[contact] = _BLOCKED
            later = links.after_busy[contact] if links.after_busy.size > 0 else NONE
            if later >= 0:
                _set_timer(floor.timers, now + work.due[later], _ARRIVAL, later)
            return False
        floor.used[line] += 1
    return True


@inlined
def _since(work: _Work, queues: Ints, arrival: Ints, contact: Whole) -> int:
    """When a contact joined its queue."""
    return int(arrival[contact] + queues[work.queue[contact], _GREETING])


@inlined
def _queue_up(
    work: _Work, links: _Links, crew: _Crew, floor: _Floor, fate: _Fate, contact: Whole, now: Whole
) -> None:
    """Let a contact wait, and set what ends its wait."""
    way = np.int64(work.queue[contact])
    traits = crew.queues[way, _TRAITS]
    fate.status[contact] = _WAITING
    crew.queues[way, _NUMBER] += 1
    _append(floor.behind, floor.ahead, work.due.size + way, contact)
    _set_timer(floor.timers, now + work.patience[contact], _PATIENCE, contact)
    if crew.ordered and floor.extra[contact, _CAME] != _BACK:
        floor.extra[contact, _ORDER] = (
            _deadline(crew.queues, crew.hours, way, now) if traits & _BUDGETS else now
        )
    if traits & _OFFERS and links.callback[contact] >= 0:
        _set_timer(floor.timers, now + crew.queues[way, _OFFER_AT], _OFFER, contact)
    if traits & _DISMISSES:
        closing = max(now, _closing_time(crew.queues, crew.hours, way, fate.arrival[contact]))
        _set_timer(floor.timers, closing, _CLOSING, contact)


@inlined
def _expect_further_groups(
    steps: Ints,
    crew: _Crew,
    timers: Ints,
    contact: Whole,
    way: Whole,
    since: Whole,
    now: Whole,
) -> None:
    """Set the timer for the next groups that open up to a waiting contact, or the hours."""
    k = 0
    while steps[way, k] <= now - since:
        k += 1
    tick = since + steps[way, k]
    if crew.queues[way, _TRAITS] & _KEEPS:
        tick = min(tick, _next_opening(crew.queues, crew.hours, way, now))
    _set_timer(timers, tick, _OVERFLOW, contact)


@inlined
def _leave_queue(
    work: _Work,
    links: _Links,
    crew: _Crew,
    floor: _Floor,
    fate: _Fate,
    contact: Whole,
    kind: Whole,
    now: Whole,
) -> None:
    """Let a waiting contact go: it gave up, is sent away, or will be called back."""
    _unlink(floor.behind, floor.ahead, contact)
    crew.queues[work.queue[contact], _NUMBER] -= 1
    fate.wait[contact] = now - _since(work, crew.queues, fate.arrival, contact)
    _hang_up(work, crew, floor, contact)
    later = _NONE
    if kind == _OFFER:
        fate.status[contact] = _CALLED_BACK
        later = np.int64(links.callback[contact])
        floor.extra[later, _CAME] = _BACK
        if crew.ordered:
            floor.extra[later, _ORDER] = floor.extra[contact, _ORDER]
    else:
        fate.status[contact] = _ABANDONED if kind == _PATIENCE else _DISMISSED
        if links.after_abandon.size > 0:
            later = np.int64(links.after_abandon[contact])
    if later >= 0:
        _set_timer(floor.timers, now + work.due[later], _ARRIVAL, later)


# --- who serves whom -----------------------------------------------------------------------------


@inlined
def _stir(crew: _Crew, floor: _Floor, agent: Whole) -> None:
    """Take an agent off the list of those with room."""
    crew.people[agent, _TURN] = NONE
    if not crew.shared or crew.people[agent, _LOAD] == 0:
        floor.resting[crew.people[agent, _GROUP]] -= 1
    _unlink(floor.next_idle, floor.idle_before, agent)


@inlined
def _park(crew: _Crew, floor: _Floor, agent: Whole, turn: Whole) -> None:
    """Put an agent last on the list of those of the group who hold as many."""
    group = crew.people[agent, _GROUP]
    load = crew.people[agent, _LOAD] if crew.shared else 0
    crew.people[agent, _TURN] = turn
    if load == 0:
        floor.resting[group] += 1
    ready = crew.leaver.size + group * crew.levels + load
    _append(floor.next_idle, floor.idle_before, ready, agent)


@inlined
def _has_room(crew: _Crew, agent: Whole) -> bool:
    """Tell whether an agent could hold another contact."""
    return not crew.shared or crew.people[agent, _LOAD] < crew.people[agent, _ROOM]


@inlined
def _agent_in(
    crew: _Crew, floor: _Floor, way: Whole, group: Whole, traits: Whole
) -> tuple[int, int]:
    """Find who of a group comes first for a contact, and the key by which groups compare."""
    ready = crew.leaver.size + group * crew.levels
    if not traits & _SHARED:
        agent = _first(floor.next_idle, ready)
        if agent < crew.leaver.size and crew.cells[way, group, _RESERVE] < floor.resting[group]:
            return agent, crew.people[agent, _TURN]
        return NONE, _FAR
    most = crew.cells[way, group, _AT_ONCE]
    for step in range(most):
        held = most - 1 - step if traits & _PACKS else step
        agent = _first(floor.next_idle, ready + held)
        if agent < crew.leaver.size and (
            held > 0 or crew.cells[way, group, _RESERVE] < floor.resting[group]
        ):
            rank = _MOST - held if traits & _PACKS else held
            return agent, (rank << 40) + crew.people[agent, _TURN]
    return NONE, _FAR


@inlined
def _find_agent(
    crew: _Crew, routes: _Routes, floor: _Floor, way: Whole, waited: Whole, number: Whole
) -> int:
    """Find who serves a contact: the first group in preference, then who has been so longest."""
    found, best, k = NONE, _FAR, 0
    traits = crew.queues[way, _TRAITS]
    tier = routes.group_tier[way, 0]
    while tier < _FAR and routes.group_tier[way, k] <= tier:
        group = np.int64(routes.group[way, k])
        if crew.cells[way, group, _AFTER] <= waited and (
            not traits & _LEVELS or crew.cells[way, group, _LEVEL] <= number
        ):
            agent, key = _agent_in(crew, floor, way, group, traits)
            if key < best:
                found = agent
                best = key
        k += 1
        if found < 0:
            tier = routes.group_tier[way, k]
    return found


@inlined
def _next_contact(
    work: _Work, crew: _Crew, routes: _Routes, floor: _Floor, fate: _Fate, agent: Whole, now: Whole
) -> int:
    """Find whom an agent serves: by priority with age, in equal ones by order, then by row."""
    group, size = (crew.people[agent, _GROUP]), fate.arrival.size
    load = crew.people[agent, _LOAD] if crew.shared else 0
    found, best, oldest, k = NONE, _FAR, _FAR, 0
    tier = routes.queue_tier[group, 0]
    while tier < _FAR and routes.queue_tier[group, k] <= tier:
        way = np.int64(routes.queue[group, k])
        head = _first(floor.behind, size + way)
        fits = load > 0 or crew.cells[way, group, _RESERVE] <= floor.resting[group]
        if crew.shared:
            fits = fits and load < min(
                crew.cells[way, group, _AT_ONCE],
                crew.people[agent, _ROOM],
            )
        if crew.levelled:
            fits = fits and crew.cells[way, group, _LEVEL] <= crew.queues[way, _NUMBER]
        if crew.kept and crew.queues[way, _TRAITS] & _KEEPS:
            fits = fits and _is_open(crew.queues, crew.hours, way, now)
        if head < size and fits:
            since = fate.arrival[head] + crew.queues[way, _GREETING]
            if now - since >= crew.cells[way, group, _AFTER]:
                order = floor.extra[head, _ORDER] if crew.ordered else since
                score = (
                    tier * _BILLION - crew.queues[way, _AGEING] * (now - since) if crew.aged else 0
                )
                if score < best or (
                    score == best and (order < oldest or (order == oldest and head < found))
                ):
                    found = head
                    best = score
                    oldest = order
        k += 1
        if found < 0 or crew.aged:
            tier = routes.queue_tier[group, k]
    return found


@inlined
def _seek_agent(
    work: _Work,
    links: _Links,
    crew: _Crew,
    routes: _Routes,
    floor: _Floor,
    fate: _Fate,
    contact: Whole,
    is_new: bool,
    now: Whole,
) -> tuple[int, int]:
    """Let the first of a queue look for an agent, because one joins or groups open up."""
    way = np.int64(work.queue[contact])
    number = crew.queues[way, _NUMBER] + is_new
    alone = is_new and number == 1
    seeker, agent = np.int64(contact), NONE
    if not alone:
        seeker = np.int64(_first(floor.behind, fate.arrival.size + way))
    traits = crew.queues[way, _TRAITS]
    served = not traits & _KEEPS or _is_open(crew.queues, crew.hours, way, now)
    if served and (alone or not is_new or traits & _LEVELS):
        waited = now - _since(work, crew.queues, fate.arrival, seeker)
        agent = _find_agent(crew, routes, floor, way, waited, number)
    if agent >= 0 and not alone:
        _unlink(floor.behind, floor.ahead, seeker)
        crew.queues[way, _NUMBER] -= 1
    if agent < 0 or seeker != contact:
        since = _since(work, crew.queues, fate.arrival, contact)
        if is_new:
            _queue_up(work, links, crew, floor, fate, contact, now)
        _expect_further_groups(routes.steps, crew, floor.timers, contact, way, since, now)
    return int(seeker), agent


# --- being served --------------------------------------------------------------------------------


@inlined
def _scaled(ticks: Whole, factor: Whole) -> int:
    """Multiply by thousandths, rounded to the nearest."""
    return int((ticks * factor + 500) // 1000)


@inlined
def _durations(
    work: _Work, crew: _Crew, contact: Whole, group: Whole, answered: Whole, wait: Whole
) -> tuple[int, int]:
    """Time with the customer and work after it, for the group, the time of day and the wait."""
    way = np.int64(work.queue[contact])
    pace = crew.cells[way, group, _PACE]
    talk, wrap = work.handle[contact], work.acw[contact]
    if pace != 1000:
        talk = _scaled(talk, pace)
        wrap = _scaled(wrap, pace)
    if crew.queues[way, _TRAITS] & _VARIES:
        law = crew.cells[way, group, _OWN]
        if law > 0:
            talk = work.own_handle[law - 1, contact]
        tempo = crew.tempo[way, answered // crew.tempo_slot % crew.tempo.shape[1]]
        drag = min(crew.queues[way, _DRAG_MOST], crew.queues[way, _DRAG] * wait // _MINUTE)
        talk = _scaled(_scaled(talk, tempo), 1000 + drag)
        wrap = _scaled(wrap, tempo)
    return min(talk, _LIMIT), min(wrap, _LIMIT)


@inlined
def _bring_up_to_date(work: _Work, crew: _Crew, floor: _Floor, agent: Whole, now: Whole) -> int:
    """Take off what has been done of the contacts in hand; return one that is done, if any."""
    column = crew.people[agent, _LOAD] - 1
    done = NONE
    contact = crew.people[agent, _HELD]
    while contact < work.due.size:
        passed = now - floor.extra[contact, _UPTO]
        if passed > 0:
            speed = crew.speed[work.queue[contact], column]
            floor.extra[contact, _UNDONE] -= passed * speed
            floor.extra[contact, _UPTO] = now
        over = floor.extra[contact, _UNDONE] <= 0 and passed >= 0
        if (over or now >= _LAST) and (done < 0 or contact < done):
            done = contact
        contact = np.int64(floor.behind[contact])
    return int(done)


@inlined
def _next_end(work: _Work, crew: _Crew, floor: _Floor, agent: Whole) -> int:
    """First tick by which one of the contacts in hand is done."""
    column, end = crew.people[agent, _LOAD] - 1, _LAST
    contact = crew.people[agent, _HELD]
    while contact < work.due.size:
        speed = crew.speed[work.queue[contact], column]
        left = max(0, floor.extra[contact, _UNDONE])
        end = min(end, floor.extra[contact, _UPTO] + (left + speed - 1) // speed)
        contact = np.int64(floor.behind[contact])
    return int(end)


@inlined
def _take_in_hand(
    work: _Work,
    crew: _Crew,
    floor: _Floor,
    contact: Whole,
    agent: Whole,
    ticks: Whole,
    answered: Whole,
) -> None:
    """Add a contact to those in an agent's hands."""
    most = crew.cells[work.queue[contact], crew.people[agent, _GROUP], _AT_ONCE]
    if crew.people[agent, _LOAD] == 0:
        crew.people[agent, _HELD] = work.due.size
        crew.people[agent, _ROOM] = most
    floor.behind[contact] = crew.people[agent, _HELD]
    crew.people[agent, _HELD] = contact
    crew.people[agent, _LOAD] += 1
    crew.people[agent, _ROOM] = min(crew.people[agent, _ROOM], most)
    floor.extra[contact, _UNDONE] = ticks * _MILLION
    floor.extra[contact, _UPTO] = answered


@inlined
def _put_down(work: _Work, crew: _Crew, floor: _Floor, contact: Whole, agent: Whole) -> None:
    """Take a contact out of an agent's hands, and see what room the others leave."""
    group, size = (crew.people[agent, _GROUP]), work.due.size
    crew.people[agent, _LOAD] -= 1
    room, before, item = _NEVER, np.int64(size), (crew.people[agent, _HELD])
    while item < size:
        following = np.int64(floor.behind[item])
        if item != contact:
            room = min(room, crew.cells[work.queue[item], group, _AT_ONCE])
            before = item
        elif before < size:
            floor.behind[before] = following
        else:
            crew.people[agent, _HELD] = following
        item = following
    crew.people[agent, _ROOM] = room


@inlined
def _release_one(
    work: _Work, crew: _Crew, floor: _Floor, fate: _Fate, agent: Whole, now: Whole
) -> int:
    """Play the first end among several contacts in hand; return the contact if its talk ended."""
    contact = _bring_up_to_date(work, crew, floor, agent, now)
    answered = _since(work, crew.queues, fate.arrival, contact) + fate.wait[contact]
    if fate.talk[contact] < 0:
        fate.talk[contact] = now - answered
        floor.extra[contact, _UNDONE] = fate.wrap[contact] * _MILLION
        return int(contact)
    fate.wrap[contact] = now - answered - fate.talk[contact]
    if crew.people[agent, _TURN] >= 0:
        _stir(crew, floor, agent)
    _put_down(work, crew, floor, contact, agent)
    if crew.people[agent, _LOAD] == 0:
        crew.people[agent, _BUSY] += now
    return NONE


@inlined
def _let_go(crew: _Crew, floor: _Floor, fate: _Fate, contact: Whole, tick: Whole) -> None:
    """Let who stays with a contact that was passed on go at a tick, to the work after it."""
    first = floor.extra[contact, _HOST] - 1
    agent = np.int64(fate.agent[first])
    free = tick + fate.wrap[first]
    crew.people[agent, _BUSY] += free
    key = (free << _BITS) | agent
    _release_at(floor.releases, crew.people[agent, _SEAT], floor.tree[_ROOT], key)


@inlined
def _connect(
    work: _Work,
    links: _Links,
    crew: _Crew,
    floor: _Floor,
    fate: _Fate,
    contact: Whole,
    agent: Whole,
    now: Whole,
) -> tuple[bool, int, int]:
    """Start a conversation; return whether it leaves no room, and the ends of talk and work."""
    way, group = np.int64(work.queue[contact]), (crew.people[agent, _GROUP])
    traits = crew.queues[way, _TRAITS]
    answered = now + crew.queues[way, _RING] if traits & _VARIES else now
    wait = answered - _since(work, crew.queues, fate.arrival, contact)
    talk, wrap = _durations(work, crew, contact, group, answered, wait)
    if crew.warm and floor.extra[contact, _HOST] > 0:
        conference = links.conference[contact] if links.conference.size > 0 else 0
        talk += conference
        _let_go(crew, floor, fate, contact, answered + conference)
    fate.status[contact] = _SERVED
    fate.wait[contact] = wait
    fate.agent[contact] = agent
    fate.wrap[contact] = wrap
    if traits & _SHARED and crew.cells[way, group, _AT_ONCE] > 1:
        fate.talk[contact] = NONE
        if crew.people[agent, _LOAD] > 0:
            _bring_up_to_date(work, crew, floor, agent, now)
        else:
            crew.people[agent, _BUSY] -= now
        _take_in_hand(work, crew, floor, contact, agent, talk, answered)
        return False, int(now), int(now)
    fate.talk[contact] = talk
    hangup = answered + talk
    crew.people[agent, _BUSY] += hangup + wrap - now
    return True, int(hangup), int(hangup + wrap)


@inlined
def _end_talk(
    work: _Work,
    links: _Links,
    crew: _Crew,
    floor: _Floor,
    fate: _Fate,
    contact: Whole,
    tick: Whole,
    now: Whole,
) -> bool:
    """See what follows a talk that ends at a tick; return whether the agent stays with it.

    It is passed on with its line, or the line is free; if it is not solved, it comes back.
    """
    way = np.int64(work.queue[contact])
    traits, agent = crew.queues[way, _TRAITS], fate.agent[contact]
    line = _line_of(work, crew, floor, contact)
    if traits & _PASSES:
        later = _NONE
        if links.escalation.size > 0 and (
            agent < 0
            or links.escalation_mark[contact]
            < crew.cells[way, crew.people[agent, _GROUP], _ESCALATES]
        ):
            later = np.int64(links.escalation[contact])
        if later >= 0:
            _set_timer(floor.timers, tick + work.due[later], _ARRIVAL, later)
            floor.extra[later, _CAME] = line + 1 if line >= 0 else _NO_LINE
            stays = traits & _IS_WARM > 0 and agent >= 0
            if stays:
                floor.extra[later, _HOST] = contact + 1
            return bool(stays)
        if links.repeat.size > 0 and (
            agent < 0
            or links.repeat_mark[contact] < crew.cells[way, crew.people[agent, _GROUP], _REPEATS]
        ):
            later = np.int64(links.repeat[contact])
            if later >= 0:
                _set_timer(floor.timers, tick + work.due[later], _ARRIVAL, later)
    if line >= 0:
        if agent >= 0 and crew.shared and crew.cells[way, crew.people[agent, _GROUP], _AT_ONCE] > 1:
            floor.used[line] -= 1
        elif crew.lines[line] < _NEVER:
            _set_timer(floor.timers, tick, _HANGUP, contact)
    return False


# --- agents --------------------------------------------------------------------------------------


@inlined
def _call_next(people: Ints, timers: Ints, row: Whole) -> None:
    """Let the stretch that waits for the end of another begin, or the one after it."""
    before = np.int64(row)
    following = people[before, _NEXT]
    while following >= 0 and people[following, _LATE]:
        begin = max(
            people[following, _BEGIN],
            people[before, _LEFT] + people[following, _PAUSE],
        )
        if begin < people[following, _END]:
            _set_timer(timers, begin, _START, following)
            return
        people[following, _LEFT] = people[before, _LEFT]
        before = following
        following = people[before, _NEXT]


@inlined
def _may_begin(people: Ints, timers: Ints, row: Whole, now: Whole) -> bool:
    """Tell whether a stretch that is due begins now: not if its person is at work, or pauses."""
    before = people[row, _FOLLOWS]
    if before < 0:
        return True
    if people[before, _LEFT] < 0:
        people[row, _LATE] = 1
        return False
    begin = max(now, people[before, _LEFT] + people[row, _PAUSE])
    if begin >= people[row, _END]:
        people[row, _LEFT] = people[before, _LEFT]
        _call_next(people, timers, row)
    elif begin > now:
        _set_timer(timers, begin, _START, row)
    return bool(begin == now)


@inlined
def _close_the_books(people: Ints, last: Whole) -> None:
    """Nothing more happens: who is held by a warm transfer without end is so until then."""
    for row in range(people.shape[0]):
        if people[row, _LEFT] < 0 <= people[row, _BEGAN]:
            people[row, _LEFT] = max(people[row, _END], last)
            people[row, _BUSY] += people[row, _LEFT]
        elif people[row, _LEFT] < 0:
            people[row, _LEFT] = people[people[row, _FOLLOWS], _LEFT]


@inlined
def _peek(column: Ints, row: Whole, stop: Whole) -> int:
    """Return the tick in a row, a far one beyond the last."""
    return int(column[row]) if row < stop else _FAR


# --- the play ------------------------------------------------------------------------------------


@uncounted
def _run(
    fresh: Whole,
    work: _Work,
    links: _Links,
    crew: _Crew,
    routes: _Routes,
    floor: _Floor,
    fate: _Fate,
) -> int:
    """Play all events in order of time, kind and row; return their number.

    Each turn of the loop finds the next event, then either a contact that looks for an agent or
    an agent who looks for contacts; where both are found, they are connected. What follows for the
    talk that ends and for the agent's next release comes at the end of the turn.
    """
    agents = crew.leaver.size
    events, last, next_fresh, next_start, next_end = 0, 0, 0, 0, 0
    arriving = _peek(work.due, 0, fresh)
    starting = crew.people[0, _BEGIN] if agents > 0 else _FAR
    ending = crew.people[crew.leaver[0], _END] if agents > 0 else _FAR
    while True:
        key, timer = floor.releases[floor.tree[_ROOT]], floor.timers[_TOP]
        release = key >> _BITS if key < _FAR else _FAR
        ring = timer >> (_BITS + _KIND_BITS) if timer < _FAR else _FAR
        shift = min(starting, ending)
        now = min(min(release, ring), min(arriving, shift))
        if now == _FAR:
            if crew.warm or crew.chained:
                _close_the_books(crew.people, last)
            return events
        events += 1
        last = now
        kind = (timer >> _BITS) & _KINDS
        # Who is looked at in this turn: `is_new`, the contact comes in; `seeks`, the agent looks
        # for work; `starts`, the agent begins; `leaver` leaves; `gone` ended without being served.
        contact, agent, leaver, ended, gone = NONE, NONE, NONE, NONE, NONE
        is_new, seeks, starts, changed = False, False, False, False
        ended_at, free_at = now, _FAR
        if release == now:
            agent = key & _MASK
            changed = True
            if crew.shared and crew.people[agent, _LOAD] > 0:
                ended = _release_one(work, crew, floor, fate, agent, now)
            if ended < 0 and now < crew.people[agent, _END]:
                seeks = True
            elif not crew.shared or crew.people[agent, _LOAD] == 0:
                leaver = agent
        elif starting == now and (ring != now or kind != _START or next_start < timer & _MASK):
            agent = next_start
            next_start += 1
            starting = crew.people[next_start, _BEGIN] if next_start < agents else _FAR
            starts = not crew.chained or _may_begin(crew.people, floor.timers, agent, now)
        elif ending == now and (ring != now or kind != _START):
            over = np.int64(crew.leaver[next_end])
            next_end += 1
            ending = crew.people[crew.leaver[next_end], _END] if next_end < agents else _FAR
            if crew.people[over, _TURN] >= 0:
                _stir(crew, floor, over)
                if not crew.shared or crew.people[over, _LOAD] == 0:
                    leaver = int(over)
        elif ring == now and (arriving != now or kind != _ARRIVAL):
            row = timer & _MASK
            _pop(floor.timers)
            if kind >= _JOIN:
                contact = row
                is_new = True
            elif kind == _START:
                agent = row
                starts = True
            elif kind == _HANGUP:
                _hang_up(work, crew, floor, row)
            elif fate.status[row] == _WAITING:
                if kind == _OVERFLOW:
                    contact = row
                else:
                    _leave_queue(work, links, crew, floor, fate, row, kind, now)
                    gone = row
        else:
            contact = next_fresh
            next_fresh += 1
            arriving = _peek(work.due, next_fresh, fresh)
            is_new = True
            kind = _ARRIVAL
        if starts:
            _sit_down(crew, floor, agent)
            crew.people[agent, _BEGAN] = now
            seeks = True
        if is_new:
            way = np.int64(work.queue[contact])
            traits = crew.queues[way, _TRAITS]
            if kind == _ARRIVAL:
                if not _enter(work, links, crew, floor, fate, contact, now):
                    gone = contact
                elif traits & _GREETS:
                    fate.status[contact] = _WAITING
                    _set_timer(floor.timers, now + crew.queues[way, _GREETING], _JOIN, contact)
                    contact = NONE
            if gone >= 0:
                contact = NONE
            elif contact >= 0 and traits & _BY_MACHINE:
                fate.status[contact] = _SERVED
                fate.talk[contact] = work.handle[contact]
                ended, ended_at, gone = contact, now + work.handle[contact], contact
                contact = NONE
        alone = False
        while seeks or contact >= 0:
            if seeks:
                contact = _next_contact(work, crew, routes, floor, fate, agent, now)
                if contact < 0:
                    break
                _unlink(floor.behind, floor.ahead, contact)
                crew.queues[work.queue[contact], _NUMBER] -= 1
            else:
                contact, agent = _seek_agent(
                    work, links, crew, routes, floor, fate, contact, is_new, now
                )
                if agent < 0:
                    break
                _stir(crew, floor, agent)
            changed = True
            alone, hangup, free_at = _connect(work, links, crew, floor, fate, contact, agent, now)
            if alone and crew.queues[work.queue[contact], _TRAITS] & _WATCHED:
                ended, ended_at = contact, hangup
            if alone:
                break
            seeks = True
        if seeks and not alone and _has_room(crew, agent):
            _park(crew, floor, agent, events)
        if ended >= 0 and _end_talk(work, links, crew, floor, fate, ended, ended_at, now):
            crew.people[agent, _BUSY] -= free_at
            free_at = _FAR
        if changed:
            if crew.shared and crew.people[agent, _LOAD] > 0:
                free_at = _next_end(work, crew, floor, agent)
                alone = True
            key = (free_at << _BITS) | agent if alone and free_at < _FAR else _FAR
            _release_at(floor.releases, crew.people[agent, _SEAT], floor.tree[_ROOT], key)
        if leaver >= 0:
            crew.people[leaver, _LEFT] = now
            _get_up(crew, floor, leaver)
            if crew.chained:
                _call_next(crew.people, floor.timers, leaver)
        if crew.warm and gone >= 0 and floor.extra[gone, _HOST] > 0:
            _let_go(crew, floor, fate, gone, now)


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one workload against one crew, compiled; see `sim.engine.Engine`."""
    if not lean.fits(workload, staffing):
        return play_in_full(workload, staffing)
    in_order = line.play(workload, staffing) if line.fits(staffing) else None
    return in_order or lean.play(workload, staffing)


def play_in_full(workload: Workload, staffing: Staffing) -> Outcome:
    """Play with the loop that knows the whole model, though a leaner one might do."""
    crew = _crew(workload, staffing)
    fate = _blank(len(workload))
    events = _run(
        workload.fresh,
        _Work(*(getattr(workload, name) for name in _Work._fields)),
        _Links(*(getattr(workload, name) for name in _Links._fields)),
        crew,
        _Routes(*tables.orders(staffing)),
        _floor(workload, staffing, crew),
        fate,
    )
    began, busy, left = crew.people[:, [_BEGAN, _BUSY, _LEFT]].T.copy()
    return Outcome(*fate, began, busy, left, events)


def _crew(workload: Workload, staffing: Staffing) -> _Crew:
    """Take the tables of a staffing, and see what of the model they use."""
    traits = _traits(workload, staffing)
    return _Crew(
        queues=_queues(staffing, traits),
        cells=_cells(staffing),
        people=_people(staffing),
        hours=np.stack([staffing.open_start, staffing.open_end], axis=1),
        leaver=np.argsort(staffing.end, kind="stable"),
        lines=staffing.lines,
        speed=staffing.speed,
        tempo=staffing.tempo,
        tempo_slot=staffing.tempo_slot,
        levels=int(staffing.concurrency.max(initial=1)),
        shared=bool((traits & _SHARED).any()),
        warm=bool((traits & _IS_WARM).any()) and len(workload.escalation) > 0,
        passing=len(workload.escalation) + len(workload.callback) > 0,
        aged=bool(staffing.ageing.any()),
        levelled=bool((traits & _LEVELS).any()),
        ordered=bool((traits & _BUDGETS).any()) or len(workload.callback) > 0,
        kept=bool((traits & _KEEPS).any()),
        chained=len(staffing.follows) > 0,
    )


def _queues(staffing: Staffing, traits: Ints) -> Ints:
    """Put together what is kept of a queue."""
    columns = ("trunk", "greeting", "ring", "ageing", "budget", "offer", "drag", "drag_most")
    opened = staffing.open_of
    table = [traits, *(getattr(staffing, name) for name in columns)]
    return np.stack([*table, opened[:-1], opened[1:], opened[:-1], np.zeros_like(traits)], axis=1)


def _cells(staffing: Staffing) -> Ints:
    """Put together what is kept of a group's way with a queue."""
    columns = ("after", "level", "reserve", "pace", "concurrency", "escalates", "repeats", "own")
    return np.stack([getattr(staffing, name) for name in columns], axis=2)


def _people(staffing: Staffing) -> Ints:
    """Put together what is kept of a stretch of work."""
    people = np.zeros((len(staffing.start), _HELD + 1), np.int64)
    people[:, _BEGIN], people[:, _END] = staffing.start, staffing.end
    people[:, _GROUP] = staffing.group
    people[:, [_FOLLOWS, _NEXT, _BEGAN, _LEFT, _TURN]] = NONE
    people[:, _ROOM] = NEVER
    if len(staffing.follows):
        people[:, _FOLLOWS], people[:, _PAUSE] = staffing.follows, staffing.pause
        rows = np.flatnonzero(staffing.follows != NONE)
        people[staffing.follows[rows], _NEXT] = rows
    return people


def _traits(workload: Workload, staffing: Staffing) -> Ints:
    """Note what of the model each queue uses."""
    crew = staffing
    passes = (crew.machine > 0) | (crew.escalates > 0).any(axis=1) | (crew.repeats > 0).any(axis=1)
    passes &= len(workload.escalation) + len(workload.repeat) > 0
    limited = crew.lines[crew.trunk] < NEVER
    if len(workload.escalation):  # a contact may bring a line of any trunk
        limited |= (crew.lines < NEVER).any()
    offers = (crew.offer < NEVER) & (len(workload.callback) > 0)
    varies = (crew.ring > 0) | (crew.drag > 0) | (crew.tempo != 1000).any(axis=1)
    varies |= (crew.own > 0).any(axis=1)
    found = {
        _GREETS: crew.greeting > 0,
        _BY_MACHINE: crew.machine > 0,
        _SHARED: (crew.concurrency > 1).any(axis=1),
        _PACKS: crew.pack > 0,
        _VARIES: varies,
        _OFFERS: offers,
        _DISMISSES: crew.dismiss > 0,
        _LEVELS: (crew.level > 1).any(axis=1),
        _PASSES: passes,
        _WATCHED: passes | limited,
        _BUDGETS: crew.budget < NEVER,
        _IS_WARM: crew.warm > 0,
        _ACCEPTS: crew.accepts > 0,
        _KEEPS: crew.keeps > 0,
    }
    bits = [bit * np.asarray(has, np.int64) for bit, has in found.items()]
    return np.asarray(np.sum(bits, axis=0))


def _floor(workload: Workload, staffing: Staffing, crew: _Crew) -> _Floor:
    """Make an empty floor: nobody is here, nobody waits."""
    attempts, agents = len(workload), len(staffing.start)
    more = crew.passing or crew.ordered or crew.shared
    return _Floor(
        *tables.tree(agents),
        # Patience, overflow, offer, closing time, hang-up, and an arrival or joining.
        tables.heap(6 * attempts + agents),
        *tables.linked_lists(attempts, staffing.queues),
        *tables.linked_lists(agents, staffing.groups * crew.levels),
        resting=np.zeros(staffing.groups, np.int64),
        used=np.zeros(len(staffing.lines), np.int64),
        extra=np.zeros((attempts if more else 0, _UPTO + 1), np.int64),
    )


def _blank(attempts: int) -> _Fate:
    """Make an outcome in which nothing has happened."""
    return _Fate(
        status=np.zeros(attempts, np.uint8),
        arrival=np.zeros(attempts, np.int64),
        wait=np.zeros(attempts, np.int64),
        agent=np.full(attempts, NONE, np.int32),
        talk=np.zeros(attempts, np.int64),
        wrap=np.zeros(attempts, np.int64),
    )
