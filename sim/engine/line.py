"""One line, taken in order: what `kernel` plays where everybody waits in one queue for all agents.

With one queue, first come first served, and agents who all stand equal, the fate of a contact is
known as soon as those before it are settled: it takes the agent who is ready first (Kiefer and
Wolfowitz 1955), or leaves if that is too late for its patience. So contacts are taken in order of
arrival, and there are no events at all; the only state is when each agent at work is ready. Redials
join the stream of arrivals by a heap. Outcomes are those of the other engines, row by row, the
number of events that they play among them.

A tree holds for each agent at work the tick at which they are ready, whether they come from a
contact or begin their shift, and their row: the order in which agents become idle, and so who has
been idle longest. Only agents who are ready twice in one tick would have two places in this order:
a day with work that takes no time goes to the lean engine.

The small compiled functions here are compiled into their callers, since a call costs more than what
they do; each loop has its own, made for what it keeps of an agent. They make no arrays, so that no
references need counting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, uncounted
from sim.engine import tables
from sim.engine.base import FAR
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, Outcome, Staffing, Status, Workload

__all__ = ["fits", "play"]

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]

_BITS = 25
_ROWS = (1 << _BITS) - 1
_AGENT_BITS = _BITS + 1  # above the row one bit: 0 after a contact, 1 at the start of a shift
_START = 1 << _BITS
_FAR = FAR
_LIMIT = CLOCK_LIMIT
_TOO_QUICK = -1  # somebody is ready again in the tick in which they were taken

# Not plain integers: for each of those the compiler would make a function of its own.
_SERVED, _ABANDONED, _CLOSED, _WAITING = map(
    np.int64, (Status.SERVED, Status.ABANDONED, Status.CLOSED, Status.WAITING)
)


class _Work(NamedTuple):
    """The columns of a workload."""

    due: Ints
    handle: Ints
    acw: Ints
    patience: Ints
    after_abandon: Ids


class _Crew(NamedTuple):
    """The columns of a staffing; how long each group takes, and when the queue is open."""

    start: Ints
    end: Ints
    group: Codes
    pace: Ints
    open_start: Ints
    open_end: Ints


class _Floor(NamedTuple):
    """The state of play: who is ready when, their places in the tree, and who calls again when."""

    ready: Ints
    free: Ints
    seat: Ints
    later: Ints


class _Fate(NamedTuple):
    """The columns of an outcome."""

    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
    talk: Ints
    wrap: Ints
    busy: Ints
    left: Ints


@inlined
def _push(heap: Ints, key: int) -> None:
    """Add a key to a binary heap; its size is in front."""
    slot = heap[0] + 1
    heap[0] = slot
    while slot > 1 and heap[slot >> 1] > key:
        heap[slot] = heap[slot >> 1]
        slot >>= 1
    heap[slot] = key


@inlined
def _pop(heap: Ints) -> None:
    """Remove the least key: the last one takes its place."""
    size = heap[0] - 1
    key = heap[size + 1]
    heap[0] = size
    heap[size + 1] = _FAR
    slot, child = 1, 2
    while child <= size:
        child += heap[child + 1] < heap[child]
        if heap[child] >= key:
            break
        heap[slot] = heap[child]
        slot = child
        child = slot << 1
    heap[slot] = key if size > 0 else _FAR


@inlined
def _set_ready(ready: Ints, node: int, root: int, key: int) -> None:
    """Say when an agent is ready, and on the way up who is first now."""
    ready[node] = key
    while node > root:
        key = min(key, ready[node ^ 1])
        node >>= 1
        ready[node] = key


@uncounted
def _run(fresh: int, work: _Work, crew: _Crew, floor: _Floor, fate: _Fate) -> int:
    """Settle all attempts in order of arrival; return the number of events that there were.

    Events are arrivals, releases, starts and ends of shifts, and the patience of who had to wait.
    """
    agents, paced = crew.start.size, False
    for group in range(crew.pace.size):
        paced |= crew.pace[group] != 1000
    follows = work.after_abandon.size > 0
    ready, later = floor.ready, floor.later
    root, taken, leaves = floor.free.size, 0, floor.free.size
    events, next_fresh, next_start, hours = 2 * agents, 0, 0, 0
    starting = (crew.start[0] << _AGENT_BITS) | _START if agents > 0 else _FAR
    while True:
        arriving = work.due[next_fresh] if next_fresh < fresh else _FAR
        if (later[1] >> _BITS) < arriving and later[1] < _FAR:
            contact, now = later[1] & _ROWS, later[1] >> _BITS
            _pop(later)
        elif arriving < _FAR:
            contact, now = next_fresh, arriving
            next_fresh += 1
        else:
            return events
        events += 1
        fate.arrival[contact] = now
        while hours < crew.open_end.size and crew.open_end[hours] <= now:
            hours += 1
        if hours == crew.open_end.size or crew.open_start[hours] > now:
            fate.status[contact] = _CLOSED
            continue
        # Who is ready first: those are let go whose shift is over, those come whose shift begins.
        while True:
            first = ready[root]
            if starting < first:
                if taken >= leaves // root:
                    ready[root >> 1] = ready[root]
                    root >>= 1
                seat = floor.free[taken]
                taken += 1
                floor.seat[next_start] = seat
                _set_ready(ready, seat, root, starting)
                next_start += 1
                starting = _FAR
                if next_start < agents:
                    starting = (crew.start[next_start] << _AGENT_BITS) | _START | next_start
                continue
            agent, begin = first & _ROWS, max(now, first >> _AGENT_BITS)
            if first == _FAR or begin < crew.end[agent]:
                break
            taken -= 1
            floor.free[taken] = floor.seat[agent]
            _set_ready(ready, floor.seat[agent], root, _FAR)
        leave = now + work.patience[contact]
        if first == _FAR or begin > now:
            events += leave < _LIMIT
            if first == _FAR or (begin > leave and leave < _LIMIT):
                if leave >= _LIMIT:
                    fate.status[contact] = _WAITING
                    continue
                fate.status[contact] = _ABANDONED
                fate.wait[contact] = leave - now
                if follows and work.after_abandon[contact] >= 0:
                    again = leave + work.due[work.after_abandon[contact]]
                    if again < _LIMIT:
                        _push(later, (again << _BITS) | work.after_abandon[contact])
                continue
        talk, wrap = work.handle[contact], work.acw[contact]
        if paced:
            pace = crew.pace[crew.group[agent]]
            talk = (talk * pace + 500) // 1000
            wrap = (wrap * pace + 500) // 1000
        if talk + wrap == 0:
            return _TOO_QUICK
        done = begin + talk + wrap
        events += 1
        fate.status[contact] = _SERVED
        fate.wait[contact] = begin - now
        fate.agent[contact] = agent
        fate.talk[contact] = talk
        fate.wrap[contact] = wrap
        fate.busy[agent] += talk + wrap
        fate.left[agent] = max(done, crew.end[agent])
        _set_ready(ready, floor.seat[agent], root, (done << _AGENT_BITS) | agent)


def fits(staffing: Staffing) -> bool:
    """Tell whether one queue without a limit of lines is served by groups that stand equal."""
    return bool(
        staffing.queues == 1
        and staffing.groups > 0
        and staffing.lines[0] == NEVER
        and staffing.preference[0, 0] >= 0
        and (staffing.preference == staffing.preference[0, 0]).all()
        and not staffing.after.any()
        and not staffing.reserve.any()
    )


def play(workload: Workload, staffing: Staffing) -> Outcome | None:
    """Play one plain workload of one queue, compiled; None where work takes no time."""
    attempts, agents = len(workload), len(staffing.start)
    fate = _Fate(
        status=np.zeros(attempts, np.uint8),
        arrival=np.zeros(attempts, np.int64),
        wait=np.zeros(attempts, np.int64),
        agent=np.full(attempts, NONE, np.int32),
        talk=np.zeros(attempts, np.int64),
        wrap=np.zeros(attempts, np.int64),
        busy=np.zeros(agents, np.int64),
        left=staffing.end.copy(),
    )
    events = _run(
        workload.fresh,
        _Work(*(getattr(workload, name) for name in _Work._fields)),
        _crew(staffing),
        _floor(attempts - workload.fresh, agents),
        fate,
    )
    if events == _TOO_QUICK:
        return None
    return Outcome(**fate._asdict(), began=staffing.start.copy(), events=events)


def _crew(staffing: Staffing) -> _Crew:
    """Take the columns of a staffing."""
    return _Crew(
        staffing.start,
        staffing.end,
        staffing.group,
        staffing.pace[0],
        staffing.open_start,
        staffing.open_end,
    )


def _floor(later: int, agents: int) -> _Floor:
    """Make an empty floor; the root of the tree is its first leaf, so nobody is at work."""
    ready, _, free = tables.tree(agents)
    heap = np.full(later + 3, _FAR)
    heap[0] = 0
    return _Floor(
        ready=ready,
        free=free,
        seat=np.zeros(agents, np.int64),
        later=heap,
    )
