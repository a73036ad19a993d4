"""Work that can be put off: where it fits into idle time, and who must be added where not.

Mail waits for a quiet moment as long as its deadline allows. Which moments are taken, and where
agents are added so that every letter is answered in time, is one small linear program over the
week, in which backlog goes on from interval to interval and from Sunday to Monday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FILL", "Later", "done_in_time", "fitted"]

Floats = NDArray[np.float64]

#: Share of the agents' idle time that deferrable work can fill: the rest is too short or too
#: late. An assumption of the plan; the simulation plays the real thing.
FILL = 0.85

# What a step up, a seat and a late erlang cost beside one agent for one interval: people come
# for more than one interval, seats cost too, and a promise is broken only where it must be.
_STEP, _SEAT, _LATE = 0.25, 1.0, 50.0
_GAP, _NODES = 0.01, 100


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """Work of one channel that can be put off.

    Parameters
    ----------
    load
        What comes, by interval of the week [erlangs].
    counted
        Part of each interval that counts towards the deadline: 1 on the clock, the open part
        where only open time counts.
    within
        Intervals' time in which it must be done, so counted; infinite without a deadline.
    """

    load: Floats
    counted: Floats
    within: float


def fitted(
    agents: NDArray[np.int64],
    load: Floats,
    later: Sequence[Later],
    open_: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Agents by interval of the week who also get the work done that can be put off.

    Parameters
    ----------
    agents
        Those needed for contacts that wait, by interval of the week.
    load
        Their offered load [erlangs].
    later
        Work that can be put off, by channel.
    open_
        Intervals in which anybody may work.

    Returns
    -------
    The same or more agents: enough that the idle time, as far as it can be filled (`FILL`), holds
    all work that can be put off, each within its deadline where any open hours allow it.
    """
    nothing = not any(one.load.any() for one in later) or not open_.any()
    # Mostly nobody is added: the program would take a tenth of a whole answer to say so.
    if nothing or done_in_time(agents, load, later, open_):
        return agents
    from scipy.optimize import Bounds, LinearConstraint, milp  # only where mail is put off
    from scipy.sparse import csr_array, eye_array

    size, channels = len(agents), len(later)
    extra, peak = slice(0, size), size
    # Columns: extra agents, their peak, steps up, then by channel work done, backlog, lateness.
    columns = 2 * size + 1 + 3 * channels * size
    idle = np.clip(agents - load, 0, None) * FILL
    one = eye_array(size, format="csr")
    previous = csr_array(np.roll(np.eye(size), -1, axis=1))
    # Rows: what is done fits into idle time; a step up is paid for; the peak is the peak.
    done = [_block(one, 2 * size + 1 + 3 * c * size, columns) for c in range(channels)]
    fits = sum(done[1:], done[0]) - FILL * _block(one, 0, columns)
    steps = _block(one - previous, 0, columns) - _block(one, size + 1, columns)
    ones = csr_array(np.ones((size, 1)))
    seats = _block(one, 0, columns) - _block(ones, peak, columns)
    constraints = [
        LinearConstraint(fits, -np.inf, idle * open_),
        LinearConstraint(steps, -np.inf, np.roll(agents, 1) - agents),
        LinearConstraint(seats, -np.inf, -agents.astype(np.float64)),
    ]
    upper = np.full(columns, np.inf)
    upper[extra] = np.where(open_, np.inf, 0.0)
    for c, stream in enumerate(later):
        at = 2 * size + 1 + 3 * c * size
        backlog, late = _block(one, at + size, columns), _block(one, at + 2 * size, columns)
        before = _block(previous, at + size, columns)
        constraints.append(LinearConstraint(backlog - before + done[c], stream.load, stream.load))
        recent = _recent(stream)
        if np.isfinite(recent).all():
            constraints.append(LinearConstraint(backlog - late, -np.inf, recent))
    cost = np.zeros(columns)
    cost[extra], cost[peak], cost[size + 1 : 2 * size + 1] = 1.0, _SEAT, _STEP
    for c in range(channels):
        cost[2 * size + 1 + 3 * c * size + 2 * size :][:size] = _LATE
    whole = np.zeros(columns)
    whole[extra] = 1
    options = {"mip_rel_gap": _GAP, "node_limit": _NODES}
    found = milp(
        cost, constraints=constraints, bounds=Bounds(0, upper), integrality=whole, options=options
    )
    if found.x is None:  # stopped before any whole plan: the divided one, rounded up, is one
        found = milp(cost, constraints=constraints, bounds=Bounds(0, upper))
    added = np.ceil(np.asarray(found.x[extra]) - 1e-6).astype(np.int64)
    return np.asarray(agents + added)


def _block(part: Any, at: int, columns: int) -> Any:
    """A block of a matrix that stands at a column, with nothing beside it."""
    from scipy.sparse import csr_array, hstack

    rows, width = part.shape
    left, right = csr_array((rows, at)), csr_array((rows, columns - at - width))
    return csr_array(hstack([left, part, right]))


def _recent(stream: Later) -> Floats:
    """Work that came within the deadline before the end of each interval [erlang-intervals]."""
    if not np.isfinite(stream.within):
        return np.full(len(stream.load), np.inf)
    size = len(stream.load)
    counted = np.tile(stream.counted, 3)
    work = np.tile(stream.load, 3)
    ends = np.concatenate([[0.0], np.cumsum(counted)])
    came = np.concatenate([[0.0], np.cumsum(work)])
    # What came after this moment is not yet due; counted time may stand still.
    last = np.arange(2 * size, 3 * size) + 1
    since = np.clip(ends[last] - stream.within, 0.0, None)
    at = np.interp(since, ends, np.arange(len(ends))) if ends[-1] > 0 else np.zeros(size)
    return np.asarray(came[last] - np.interp(at, np.arange(len(came)), came))


def done_in_time(
    agents: NDArray[np.int64],
    load: Floats,
    later: Sequence[Later],
    open_: NDArray[np.bool_],
) -> bool:
    """Whether idle time surely holds all work that can be put off, with nobody added.

    Parameters
    ----------
    agents, load, later, open_
        As `fitted` takes them, which then returns the agents as they are.

    Returns
    -------
    Whether the channel with the nearest deadline, done as early as idle time allows, is in time,
    and the next in what that leaves. Another order may do where this does not.
    """
    idle = np.tile(np.clip(agents - load, 0, None) * FILL * open_, 3)
    if sum(one.load.sum() for one in later) > idle.sum() / 3:
        return False
    for one in sorted(later, key=lambda one: one.within):
        came = np.tile(one.load, 3)
        total = np.cumsum(came - idle)
        backlog = total - np.minimum.accumulate(np.minimum(total, 0.0))
        if (backlog[-len(one.load) :] > _recent(one) + 1e-9).any():
            return False
        idle = idle - (came - np.diff(backlog, prepend=0.0))
    return True
