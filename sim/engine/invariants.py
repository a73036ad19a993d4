"""What must hold of every outcome, whichever engine made it.

A second opinion, not a second engine: nothing is played again. Each rule is read off the finished
columns, so that it costs milliseconds for a week of contacts and may run in production.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, Outcome, Staffing, Status, Workload
from sim.errors import InvariantBroken

__all__ = ["check"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def check(workload: Workload, staffing: Staffing, outcome: Outcome) -> None:
    """Refuse an outcome that contradicts its workload, its staffing or itself.

    Parameters
    ----------
    workload, staffing
        What was played; both must keep the contract.
    outcome
        What became of it.

    Raises
    ------
    InvariantBroken
        Naming the rule and the first attempt or agent that breaks it. A defect of an engine.

    Examples
    --------
    >>> from sim.engine import ENGINES, Staffing, Workload
    >>> import numpy as np
    >>> one = np.array([7])
    >>> call = Workload(1, 1, one, np.zeros(1, np.uint8), one, one * 0, one)
    >>> crew = Staffing(one * 0, one * 9, np.zeros(1, np.uint8), np.zeros((1, 1), np.int64))
    >>> check(call, crew, ENGINES["reference"](call, crew))
    """
    story = _tell(workload, staffing, outcome)
    _check_attempts(workload, outcome)
    _check_followers(workload, outcome)
    _check_hours(workload, staffing, story)
    _check_waits(workload, staffing, story)
    _check_agents(workload, staffing, story)
    for channel in range(staffing.queues):
        _check_order(workload, story, channel)
        _check_lines(workload, staffing, story, channel)
    _check_idleness(workload, staffing, story)


@dataclass(frozen=True, eq=False)
class _Story:
    """The outcome, and the moments that follow from it [ticks]; far ones where they never come."""

    outcome: Outcome
    served: Flags
    group: Ints  # who served, 0 where nobody did
    out: Ints  # leaves the queue: served or abandoned
    hangup: Ints  # leaves the line
    finish: Ints  # lets the agent go


def _tell(workload: Workload, staffing: Staffing, outcome: Outcome) -> _Story:
    """Work out the moments in the life of each attempt."""
    columns = (outcome.status, outcome.arrival, outcome.wait, outcome.agent)
    _demand([len(column) == len(workload) for column in columns], "an attempt has no outcome")
    crew = [len(column) == len(staffing.start) for column in (outcome.busy, outcome.left)]
    _demand(crew, "an agent has no outcome")
    agents = len(staffing.start)
    _demand((outcome.agent >= NONE) & (outcome.agent < agents), "attempt {}: no such agent")
    served = outcome.status == Status.SERVED
    _demand((outcome.agent != NONE) == served, "attempt {}: served without agent or the reverse")
    group = np.zeros(len(workload), np.int64)
    group[served] = staffing.group[outcome.agent[served]]
    pace = np.where(served, staffing.pace[workload.queue, group], 1000) if len(workload) else 0
    talk, wrap = ((part * pace + 500) // 1000 for part in (workload.handle, workload.acw))
    in_queue = np.isin(outcome.status, (Status.SERVED, Status.ABANDONED))
    out = np.where(in_queue, outcome.arrival + outcome.wait, NEVER)
    return _Story(outcome, served, group, out, out + np.where(served, talk, 0), out + talk + wrap)


# --- attempts --------------------------------------------------------------------------------


def _check_attempts(workload: Workload, outcome: Outcome) -> None:
    """Every first attempt is made when due, and each attempt has one fate."""
    fresh = slice(0, workload.fresh)
    _demand(outcome.status <= max(Status), "attempt {}: no such status")
    made = outcome.status != Status.NOT_MADE
    _demand(made[fresh], "attempt {}: a first attempt was not made")
    on_time = outcome.arrival[fresh] == workload.due[fresh]
    _demand(on_time, "attempt {}: a first attempt was not made when due")
    _demand(made | (outcome.arrival == 0), "attempt {}: came in but was not made")
    waited = np.isin(outcome.status, (Status.SERVED, Status.ABANDONED))
    _demand(waited | (outcome.wait == 0), "attempt {}: waited without end of the wait")
    _demand(outcome.wait >= 0, "attempt {}: waited less than nothing")


def _check_followers(workload: Workload, outcome: Outcome) -> None:
    """A later attempt is made after the failure it follows, with its delay, and never otherwise."""
    due = np.full(len(workload), CLOCK_LIMIT)
    due[: workload.fresh] = workload.due[: workload.fresh]
    failures = ((Status.ABANDONED, workload.after_abandon), (Status.BLOCKED, workload.after_busy))
    for status, link in failures:
        failed = (outcome.status == status) & (link != NONE)
        later = link[failed]
        due[later] = (outcome.arrival + outcome.wait)[failed] + workload.due[later]
    made = outcome.status != Status.NOT_MADE
    _demand(made == (due < CLOCK_LIMIT), "attempt {}: made without cause, or not made with cause")
    _demand(~made | (outcome.arrival == due), "attempt {}: not made after the right delay")


def _check_hours(workload: Workload, staffing: Staffing, story: _Story) -> None:
    """An attempt finds its channel closed outside opening hours, and only then."""
    outcome = story.outcome
    shut = outcome.status == Status.CLOSED
    for channel in range(staffing.queues):
        rows = np.flatnonzero((workload.queue == channel) & (outcome.status != Status.NOT_MADE))
        hours = slice(staffing.open_of[channel], staffing.open_of[channel + 1])
        now = outcome.arrival[rows]
        begun = np.searchsorted(staffing.open_start[hours], now, side="right")
        over = np.searchsorted(staffing.open_end[hours], now, side="right")
        _demand(
            shut[rows] == (begun == over), "attempt {}: closed in hours or let in outside", rows
        )


def _check_waits(workload: Workload, staffing: Staffing, story: _Story) -> None:
    """Who abandons has waited as long as patience, and nobody waits longer."""
    outcome, patience = story.outcome, workload.patience
    abandoned = outcome.status == Status.ABANDONED
    as_patient = outcome.wait == patience
    _demand(~abandoned | as_patient, "attempt {}: abandoned before or after its patience")
    _demand(outcome.wait <= patience, "attempt {}: served after its patience")
    still = outcome.status == Status.WAITING
    for_ever = outcome.arrival + patience >= CLOCK_LIMIT
    _demand(~still | for_ever, "attempt {}: waits still, its patience over")
    rows = np.flatnonzero(story.served)
    way, group = workload.queue[rows], story.group[rows]
    may = staffing.preference[way, group] != NONE
    _demand(may, "attempt {}: served by a group that cannot", rows)
    late = outcome.wait[rows] >= staffing.after[way, group]
    _demand(late, "attempt {}: served by a group before its turn", rows)


# --- agents ----------------------------------------------------------------------------------


def _check_agents(workload: Workload, staffing: Staffing, story: _Story) -> None:
    """An agent serves one contact after another, begins each within the shift, and is paid so."""
    outcome = story.outcome
    rows = _by_agent(story)
    agent, begin, finish = outcome.agent[rows], story.out[rows], story.finish[rows]
    present = (begin >= staffing.start[agent]) & (begin < staffing.end[agent])
    _demand(present, "attempt {}: served by an agent who is not there", rows)
    alone = (agent[1:] != agent[:-1]) | (begin[1:] >= finish[:-1])
    _demand(alone, "attempt {}: served by an agent who serves another", rows[1:])
    busy = np.zeros(len(staffing.start), np.int64)
    np.add.at(busy, agent, finish - begin)
    _demand(outcome.busy == busy, "agent {}: busy for another time than its contacts took")
    left = staffing.end.copy()
    np.maximum.at(left, agent, finish)
    _demand(outcome.left == left, "agent {}: left neither at the end nor with the last contact")
    spent = outcome.busy <= outcome.left - staffing.start
    _demand(spent, "agent {}: busy for longer than present")


def _by_agent(story: _Story) -> Ints:
    """Rows of served attempts by agent, each agent's in order of service."""
    rows = np.flatnonzero(story.served)
    agent = story.outcome.agent[rows]
    return rows[np.lexsort((story.finish[rows], story.out[rows], agent))]


# --- queues ----------------------------------------------------------------------------------


def _in_order(workload: Workload, story: _Story, channel: int) -> Ints:
    """Attempts that came in to an open channel, in order."""
    missing = (Status.NOT_MADE, Status.CLOSED)
    here = (workload.queue == channel) & ~np.isin(story.outcome.status, missing)
    rows = np.flatnonzero(here)
    return rows[np.argsort(story.outcome.arrival[rows], kind="stable")]


def _check_order(workload: Workload, story: _Story, channel: int) -> None:
    """First come, first served: whoever came before has left the queue before."""
    rows = _in_order(workload, story, channel)
    rows = rows[story.outcome.status[rows] != Status.BLOCKED]
    out = story.out[rows]
    first = (np.maximum.accumulate(out) == out) | ~story.served[rows]
    _demand(first, "attempt {}: served before one who came before", rows)


def _check_lines(workload: Workload, staffing: Staffing, story: _Story, channel: int) -> None:
    """An attempt is blocked when all lines are held, and only then.

    An attempt that is over in the tick in which it came holds no line that another could miss.
    """
    rows = _in_order(workload, story, channel)
    blocked = story.outcome.status[rows] == Status.BLOCKED
    now, hangup = story.outcome.arrival[rows], story.hangup[rows]
    holds = ~blocked & (hangup > now)
    entered = np.cumsum(holds) - holds
    gone = np.searchsorted(np.sort(hangup[holds]), now, side="right")
    full = entered - gone >= staffing.lines[channel]
    _demand(blocked == full, "attempt {}: blocked with a line free, or let in without", rows)


def _check_idleness(workload: Workload, staffing: Staffing, story: _Story) -> None:
    """Nobody waits while an agent who may serve is idle, beyond those in reserve."""
    wait = np.isin(story.outcome.status, (Status.SERVED, Status.ABANDONED, Status.WAITING))
    rows = np.flatnonzero(wait)
    arrival = story.outcome.arrival[rows]
    until = np.minimum(story.out[rows], CLOCK_LIMIT)
    for group in range(staffing.groups):
        idle = _Idleness.of(staffing, story, group)
        after = staffing.after[workload.queue[rows], group]
        since = np.minimum(arrival + np.minimum(after, CLOCK_LIMIT), until)
        may = staffing.preference[workload.queue[rows], group] != NONE
        kept = staffing.reserve[workload.queue[rows], group] * (until - since)
        nobody = idle.ticks(until) - idle.ticks(since) <= kept
        _demand(~may | nobody, "attempt {}: waited while an agent was idle", rows)


@dataclass(frozen=True, eq=False)
class _Idleness:
    """When agents of one group become idle and cease to be."""

    start: Ints
    end: Ints

    @classmethod
    def of(cls, staffing: Staffing, story: _Story, group: int) -> _Idleness:
        """Take what lies between shift and contacts."""
        rows = _by_agent(story)
        rows = rows[story.group[rows] == group]
        crew = staffing.group == group
        start = np.concatenate([staffing.start[crew], story.finish[rows]])
        end = np.concatenate([story.outcome.left[crew], story.out[rows]])
        return cls(np.sort(start), np.sort(end))

    def ticks(self, now: Ints) -> Ints:
        """Idle ticks of all agents together up to a moment."""
        return _ticks_since(self.start, now) - _ticks_since(self.end, now)


def _ticks_since(moments: Ints, now: Ints) -> Ints:
    """Sum of the time since each of the moments that lie before `now`."""
    before = np.searchsorted(moments, now, side="right")
    total = np.concatenate([[0], np.cumsum(moments)])
    passed: Ints = before * now - total[before]
    return passed


def _demand(holds: Flags | list[bool], rule: str, rows: Ints | None = None) -> None:
    """Refuse the first row that breaks a rule."""
    wrong = np.flatnonzero(~np.asarray(holds, bool))
    if len(wrong):
        first = wrong[0] if rows is None else rows[wrong[0]]
        raise InvariantBroken(rule.format(first))
