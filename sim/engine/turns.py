"""Who is served first, and in which hours: what must hold of every outcome across queues.

Read off the finished columns, as all of `sim.engine.invariants` is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.engine.contract import BILLION, CLOCK_LIMIT, NEVER, NONE, Staffing, Status, Workload
from sim.engine.story import FAR, IN_QUEUE, Flags, Ints, Story, demand

__all__ = ["Hours", "check_kept_hours", "check_turns"]


@dataclass(frozen=True, eq=False)
class Hours:
    """Hours that follow each other, and the open time before each of them [ticks]."""

    start: Ints
    end: Ints
    before: Ints

    @classmethod
    def of(cls, staffing: Staffing, queue: int) -> Hours:
        """The opening hours of a queue."""
        rows = slice(staffing.open_of[queue], staffing.open_of[queue + 1])
        start, end = staffing.open_start[rows], staffing.open_end[rows]
        return cls(start, end, np.concatenate([[0], np.cumsum(end - start)]))

    def hold(self, now: Ints) -> Flags:
        """Whether moments lie within."""
        begun = np.searchsorted(self.start, now, side="right")
        over = np.searchsorted(self.end, now, side="right")
        return np.asarray(begun > over)

    def passed(self, count: Callable[[Ints], Ints], now: Ints) -> Ints:
        """How far a count has gone on within the hours, up to each moment."""
        if not len(self.start):
            return np.zeros(len(now), np.int64)
        begin, end = count(self.start), count(self.end)
        whole = np.concatenate([[0], np.cumsum(end - begin)])
        at = np.searchsorted(self.start, now, side="right") - 1
        last = np.maximum(at, 0)
        part = count(np.minimum(now, self.end[last])) - begin[last]
        return np.asarray(np.where(at < 0, 0, whole[last] + part))

    def deadline(self, since: Ints, budget: int) -> Ints:
        """When so much open time will have passed; the end of the clock if it never will."""
        if not len(self.start):
            return np.full(len(since), CLOCK_LIMIT)
        over = np.searchsorted(self.end, since, side="right")
        at = np.minimum(over, len(self.start) - 1)
        spent = self.before[over] + np.where(over == at, np.maximum(since - self.start[at], 0), 0)
        row = np.maximum(over, np.searchsorted(self.before[1:], spent + budget, side="left"))
        last = np.minimum(row, len(self.start) - 1)
        due = self.start[last] + spent + budget - self.before[last]
        return np.asarray(np.where(row > last, CLOCK_LIMIT, due))


def check_kept_hours(workload: Workload, staffing: Staffing, story: Story) -> None:
    """Where agents take contacts in opening hours only, they take none outside."""
    for queue in np.flatnonzero(staffing.keeps).tolist():
        rows = np.flatnonzero(story.by_agent & (workload.queue == queue))
        within = Hours.of(staffing, queue).hold(story.out[rows])
        demand(within, "attempt {}: taken outside the hours that its queue keeps", rows)


def check_turns(workload: Workload, staffing: Staffing, story: Story) -> None:
    """Nobody is served while one who comes first waits whom the same agent might have taken.

    Looked at are those served by an agent who held nothing, and of each other queue the first
    in it who could be taken before that tick and waits on after it: within a tick it is not always
    an agent who looks. Queues in which the group has a reserve, or a number that must wait, are
    passed over: there an agent may have to leave the first one waiting.
    """
    serving = np.flatnonzero(story.by_agent & story.alone)
    if staffing.queues < 2 or not len(serving):
        return
    order = _orders(workload, staffing, story)
    for queue in range(staffing.queues):
        line = _Line.of(workload, staffing, story, queue)
        for group in range(staffing.groups):
            able = (
                staffing.preference[queue, group] != NONE
                and staffing.reserve[queue, group] == 0
                and staffing.level[queue, group] <= 1
            )
            others = (story.group[serving] == group) & (workload.queue[serving] != queue)
            rows = serving[others]
            if not able or not len(rows) or not len(line.rows):
                continue
            first, waits = line.first_at(story.out[rows])
            waits &= story.out[rows] - story.since[first] > staffing.after[queue, group]
            ours = _score(workload, staffing, story, rows, story.out[rows])
            theirs = _score(workload, staffing, story, first, story.out[rows], group)
            level = (ours == theirs) & (order[first] < order[rows])
            demand(
                ~(waits & ((theirs < ours) | level)),
                "attempt {}: served before one whose turn it was",
                rows,
            )


def _score(
    workload: Workload,
    staffing: Staffing,
    story: Story,
    rows: Ints,
    now: Ints,
    group: int | None = None,
) -> Ints:
    """Priority with age at a moment, for the group that served unless another is given."""
    queue = workload.queue[rows]
    which = story.group[rows] if group is None else group
    age = staffing.ageing[queue] * (now - story.since[rows])
    return np.asarray(staffing.priority[queue, which] * BILLION - age, np.int64)


def _orders(workload: Workload, staffing: Staffing, story: Story) -> Ints:
    """Place of each attempt among those of equal score: when it joined, or its deadline.

    A callback has the place of the contact before it.
    """
    order = story.since.copy()
    for queue in np.flatnonzero(staffing.budget < NEVER).tolist():
        rows = np.flatnonzero(workload.queue == queue)
        budget = int(staffing.budget[queue])
        order[rows] = Hours.of(staffing, queue).deadline(story.since[rows], budget)
    called = story.outcome.status == Status.CALLED_BACK
    for first in np.flatnonzero(called & (workload.callback != NONE)) if called.any() else ():
        order[workload.callback[first]] = order[first]
    return order


@dataclass(frozen=True, eq=False)
class _Line:
    """Those who wait in one queue, in order of joining."""

    rows: Ints
    since: Ints
    longest: Ints  # when the last of those who joined so far leaves
    mixed: bool  # callbacks among them, whose place in order is older than they are
    hours: Hours | None  # in which they are served at all

    @classmethod
    def of(cls, workload: Workload, staffing: Staffing, story: Story, queue: int) -> _Line:
        """Whoever stood in a queue that agents serve."""
        waits = np.isin(story.outcome.status, (*IN_QUEUE, Status.WAITING))
        waits &= (workload.queue == queue) & (staffing.machine[queue] == 0)
        rows = np.flatnonzero(waits)
        rows = rows[np.argsort(story.since[rows], kind="stable")]
        hours = Hours.of(staffing, queue) if staffing.keeps[queue] else None
        longest = np.maximum.accumulate(story.out[rows])
        mixed = bool(story.called_back[rows].any())
        return cls(rows, story.since[rows], longest, mixed, hours)

    def first_at(self, now: Ints) -> tuple[Ints, Flags]:
        """The first in the queue before and after each tick, and whether there is one."""
        at = np.searchsorted(self.longest, now, side="right")
        found = np.minimum(at, len(self.rows) - 1)
        waits = (at < len(self.rows)) & (self.since[found] < now) & (now < FAR)
        if self.mixed:  # of several who joined in one tick it is not known here who stands first
            beside = np.minimum(found + 1, len(self.rows) - 1)
            waits &= (self.since[beside] != self.since[found]) | (beside == found)
        if self.hours is not None:
            waits &= self.hours.hold(now - 1) & self.hours.hold(now)
        return self.rows[found], waits
