"""The moments in the life of each attempt, read off an outcome; and the refusal of a wrong one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import NONE, Outcome, Staffing, Status, Workload
from sim.errors import InvariantBroken

__all__ = [
    "FAR",
    "IN_QUEUE",
    "Flags",
    "Ints",
    "Spells",
    "Story",
    "by_agent",
    "column",
    "demand",
    "links",
    "spells_of",
    "tell",
    "time_since",
]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: What ends a wait.
IN_QUEUE = (Status.SERVED, Status.ABANDONED, Status.CALLED_BACK, Status.DISMISSED)
#: Later than all that comes to pass.
FAR = 1 << 38


@dataclass(frozen=True, eq=False)
class Story:
    """The outcome, and the moments that follow from it [ticks]; far ones where they never come."""

    outcome: Outcome
    by_agent: Flags  # served by an agent
    alone: Flags  # by one who holds nothing else
    group: Ints  # who served, 0 where nobody did
    passed: Flags  # passed on at the end of talk
    unsolved: Flags  # else comes back if there is a link
    called_back: Flags  # comes in because we call
    since: Ints  # joins the queue
    out: Ints  # leaves the queue: found an agent, or went
    answered: Ints
    hangup: Ints
    finish: Ints  # lets the agent go
    host: Ints  # the attempt whose agent stays with this one, or `NONE`


@dataclass(frozen=True, eq=False)
class Spells:
    """Stretches of time in which an agent holds something; those of one agent are apart."""

    agent: Ints
    begin: Ints
    end: Ints


def tell(workload: Workload, staffing: Staffing, outcome: Outcome) -> Story:
    """Work out the moments in the life of each attempt."""
    size, agents = len(workload), len(staffing.start)
    columns = (outcome.status, outcome.arrival, outcome.wait, outcome.agent, outcome.talk)
    lengths = [len(column) == size for column in (*columns, outcome.wrap)]
    demand(lengths, "an attempt has no outcome")
    crew = (outcome.began, outcome.busy, outcome.left)
    demand([len(column) == agents for column in crew], "an agent has no outcome")
    demand((outcome.agent >= NONE) & (outcome.agent < agents), "attempt {}: no such agent")
    machine = staffing.machine[workload.queue] > 0
    served = outcome.status == Status.SERVED
    with_agent = outcome.agent != NONE
    right = with_agent == (served & ~machine)
    demand(right, "attempt {}: served without agent or the reverse")
    group = np.zeros(size, np.int64)
    group[with_agent] = staffing.group[outcome.agent[with_agent]]
    since = outcome.arrival + staffing.greeting[workload.queue]
    ring = np.where(with_agent, staffing.ring[workload.queue], 0)
    answered = np.where(np.isin(outcome.status, IN_QUEUE), since + outcome.wait, FAR)
    hangup = np.where(served, answered + outcome.talk, answered)
    escalated = column(workload.escalation, size, NONE) != NONE
    mark = column(workload.escalation_mark, size, 0)
    passed = served & escalated & (machine | (mark < _cell(staffing.escalates, workload, group)))
    called = np.zeros(size, bool)
    called[links(workload.callback, outcome.status == Status.CALLED_BACK)[1]] = True
    story = Story(
        outcome=outcome,
        by_agent=with_agent,
        alone=_cell(staffing.concurrency, workload, group) == 1,
        group=group,
        passed=passed,
        unsolved=machine
        | (column(workload.repeat_mark, size, 0) < _cell(staffing.repeats, workload, group)),
        called_back=called,
        since=since,
        out=np.where(with_agent, answered - ring, answered),
        answered=answered,
        hangup=hangup,
        finish=np.minimum(hangup + outcome.wrap, FAR),
        host=np.full(size, NONE),
    )
    _hold_on(workload, staffing, story)
    return story


def _cell(table: Ints, workload: Workload, group: Ints) -> Ints:
    """Look up a table for each attempt and who served it, zeros where there are no groups."""
    if not table.shape[1]:
        return np.zeros(len(workload), np.int64)
    found: Ints = table[workload.queue, group]
    return found


def _hold_on(workload: Workload, staffing: Staffing, story: Story) -> None:
    """In a warm transfer the agent is held until the contact is answered, or ends."""
    outcome = story.outcome
    warm = story.passed & story.by_agent & (staffing.warm[workload.queue] > 0)
    first, second = links(workload.escalation, warm)
    story.host[second] = first
    status = outcome.status[second]
    conference = column(workload.conference, len(workload), 0)[second]
    free = np.where(story.by_agent[second], story.answered[second] + conference, FAR)
    over = (status != Status.SERVED) & np.isin(status, IN_QUEUE)
    free = np.where(over, story.out[second], free)
    free = np.where((status == Status.SERVED) & ~story.by_agent[second], story.since[second], free)
    free = np.where(status == Status.CLOSED, outcome.arrival[second], free)
    story.finish[first] = np.minimum(free + outcome.wrap[first], FAR)


def by_agent(story: Story) -> Ints:
    """Rows of attempts served by agents, each agent's in order of service."""
    rows = np.flatnonzero(story.by_agent)
    agent = story.outcome.agent[rows]
    return rows[np.lexsort((story.finish[rows], story.out[rows], agent))]


def spells_of(story: Story, rows: Ints | None = None) -> Spells:
    """Join what an agent holds at the same time; whoever is never let go is held until the end.

    `rows` are those `by_agent`, where they are known already.
    """
    rows = by_agent(story) if rows is None else rows
    agent, begin, end = (
        story.outcome.agent[rows].astype(np.int64),
        story.out[rows],
        story.finish[rows],
    )
    end = np.where(end == FAR, story.outcome.left[agent], end)
    past = np.maximum.accumulate(np.concatenate([[NONE], (agent << 38) + end]))[:-1]
    opens = (agent << 38) + begin >= past
    first = np.flatnonzero(opens)
    last = np.maximum.reduceat(end, first) if len(first) else end
    return Spells(agent[first], begin[first], last)


def time_since(moments: Ints, now: Ints) -> Ints:
    """Sum, at each tick of `now`, of the time since each of the moments up to it; any order."""
    moments = np.sort(moments)
    before = np.searchsorted(moments, now, side="right")
    total = np.concatenate([[0], np.cumsum(moments)])
    return np.asarray(before * now - total[before], np.int64)


def column(values: NDArray[np.int32] | Ints, size: int, missing: int) -> Ints:
    """Take a column, or what stands for one that is left out."""
    return values.astype(np.int64) if len(values) else np.full(size, missing)


def links(link: NDArray[np.int32], rows: Flags) -> tuple[Ints, Ints]:
    """Find the rows, of some, that link to another, and those others."""
    first = np.flatnonzero(rows & (link != NONE)) if len(link) else np.empty(0, np.int64)
    return first, link[first].astype(np.int64) if len(link) else first


def demand(holds: Flags | list[bool], rule: str, rows: Ints | None = None) -> None:
    """Refuse the first row that breaks a rule."""
    wrong = np.flatnonzero(~np.asarray(holds, bool))
    if len(wrong):
        first = wrong[0] if rows is None else rows[wrong[0]]
        raise InvariantBroken(rule.format(first))
