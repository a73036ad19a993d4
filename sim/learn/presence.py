"""Who was there: read from the log where it says so, else inferred from the calls of each agent.

A log of calls knows when an agent was busy, not when he was ready. Between two calls he is taken
to be ready unless the pause was long, or somebody waited in it: who sits idle while a queue
stands is not there to be called. The rule is tuned on months of its own (`sim.learn.fit`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints, Names
from sim.learn.contacts import Contacts
from sim.learn.log import Log

__all__ = ["Presence", "Rule", "inferred", "layered", "logged", "usual", "wrap_up"]

#: Between calls further apart than this an agent has gone home or to another task [s], unless the
#: rule takes even that for readiness.
LEAVE = 1800.0
#: Apart enough for the calls of one agent never to be taken for those of the next [s].
_APART = 1e11
_SHORTEST = 0.002


@dataclass(frozen=True, slots=True)
class Rule:
    """How presence is inferred where it is not logged.

    Parameters
    ----------
    idle
        Longest pause between two calls in which an agent counts as ready [s].
    grace
        Time for which somebody may wait in such a pause before the agent counts as away for all
        the time that somebody waited [s].
    ready
        Mean time after the work after a contact until the agent takes the next [s].
    """

    idle: float = 900.0
    grace: float = 15.0
    ready: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Stretches of work, a row each, in order of start.

    Parameters
    ----------
    start, stop
        From when to when [s since 1970, UTC].
    follows
        Row of the same agent's stretch before a break, or -1.
    pause
        Length of that break [s].
    who
        Salted hash of the agent; 0, or no rows at all, where nobody is known by name.
    how
        ``logged``, ``inferred``, ``usual`` or ``assumed``.
    """

    start: Floats
    stop: Floats
    follows: Ints
    pause: Floats
    how: str
    who: Names = field(default_factory=lambda: np.zeros(0, np.uint64))

    def __len__(self) -> int:
        """Count the stretches."""
        return len(self.start)

    def mean(self, start: float, width: float, count: int) -> Floats:
        """Mean number of agents in so many intervals of a width from a moment on."""
        return np.diff(self.spent(start + width * np.arange(count + 1, dtype=float))) / width

    def spent(self, edges: Floats) -> Floats:
        """Time at work until each of some moments, of all agents together [s]."""
        begun, ended = (_spent_before(np.sort(side), edges) for side in (self.start, self.stop))
        return begun - ended

    def between(self, start: float, stop: float) -> Presence:
        """What lies in a span of time; a break that began before it is no break any more."""
        rows = np.flatnonzero((self.start >= start) & (self.start < stop))
        place = np.full(len(self) + 1, -1)
        place[rows] = np.arange(len(rows))
        follows = place[self.follows[rows]]
        pause = np.where(follows >= 0, self.pause[rows], 0.0)
        who = self.who[rows] if len(self.who) else self.who
        return Presence(self.start[rows], self.stop[rows], follows, pause, self.how, who)


def _spent_before(moments: Floats, edges: Floats) -> Floats:
    """Time that has passed since each of some moments, all together, at each edge."""
    count = np.searchsorted(moments, edges)
    sums = np.concatenate([[0.0], np.cumsum(moments)])
    return np.asarray(count * edges - sums[count])


@dataclass(frozen=True, slots=True, eq=False)
class _Calls:
    """Pauses between calls of one agent."""

    start: Floats
    ended: Floats  # when the agent had ended all calls so far
    same: Flags  # whether the next row is of the same agent
    gap: Floats
    queue: Floats  # of the gap, the time in which somebody waited
    who: Names
    day: Ints

    @classmethod
    def of(cls, contacts: Contacts) -> _Calls:
        rows = np.flatnonzero(contacts.served & (contacts.agent >= 0) & (contacts.handle > 0))
        start = contacts.taken[rows]
        agent = contacts.agent[rows]
        order = np.lexsort((start, agent))
        start, agent = start[order], agent[order]
        ended = np.maximum.accumulate(start + contacts.handle[rows][order] + agent * _APART)
        ended = ended - agent * _APART
        same = np.zeros(len(start), bool)
        same[:-1] = agent[1:] == agent[:-1]
        gap = np.zeros(len(start))
        gap[:-1] = np.where(same[:-1], start[1:] - ended[:-1], 0.0)
        waited = _waiting(contacts)
        queue = np.zeros(len(start))
        after = np.flatnonzero(gap > 0)
        queue[after] = waited(start[after + 1]) - waited(ended[after])
        known = len(contacts.names) > 0
        who = contacts.names[agent] if known else np.zeros(len(agent), np.uint64)
        return cls(start, ended, same, gap, queue, who, contacts.day[rows][order])


class _Waited:
    """Time until a moment in which somebody waited."""

    def __init__(self, begin: Floats, end: Floats) -> None:
        order = np.argsort(begin)
        begin, end = begin[order], np.maximum.accumulate(end[order])
        new = np.ones(len(begin), bool)
        new[1:] = begin[1:] > end[:-1]
        self.begin = begin[new]
        self.end = end[np.append(np.flatnonzero(new)[1:] - 1, len(end) - 1)] if len(end) else end
        self.before = np.concatenate([[0.0], np.cumsum(self.end - self.begin)])

    def __call__(self, moments: Floats) -> Floats:
        at = np.searchsorted(self.begin, moments, side="right") - 1
        last = np.maximum(at, 0)
        if not len(self.begin):
            return np.zeros(len(moments))
        part = np.minimum(moments, self.end[last]) - self.begin[last]
        return np.asarray(np.where(at < 0, 0.0, self.before[last] + part))


def _waiting(contacts: Contacts) -> _Waited:
    waits = contacts.wait > 0
    begin = contacts.time[waits]
    return _Waited(begin, begin + contacts.wait[waits])


def wrap_up(contacts: Contacts, grace: float = Rule().grace) -> tuple[Floats, Ints]:
    """Pauses between calls all through which somebody waited, up to `grace`, and their days [s].

    What an agent does then is work after the call, or the ringing of the next one.
    """
    calls = _Calls.of(contacts)
    short = calls.same & (calls.gap >= 0) & (calls.gap <= grace) & (calls.queue >= calls.gap - 1)
    return calls.gap[short], calls.day[short]


def inferred(contacts: Contacts, rule: Rule, wrap: float) -> Presence:
    """Presence by the rule, from calls served by agents that are known.

    Parameters
    ----------
    contacts
        Calls as they were.
    rule
        How it is inferred.
    wrap
        Work after a call, which is no break though somebody waits [s].
    """
    calls = _Calls.of(contacts)
    leaves = ~calls.same | (calls.gap > max(LEAVE, rule.idle))
    long = ~leaves & (calls.gap > rule.idle)
    away = ~leaves & ~long & (calls.queue > rule.grace)
    off = np.where(long, calls.gap - wrap, np.where(away, calls.queue - wrap, 0.0))
    pauses = off > 1.0
    ends = np.flatnonzero(leaves | pauses)
    begins = np.concatenate([[0], ends[:-1] + 1])
    if not len(calls.start):
        empty = np.zeros(0)
        return Presence(empty, empty, np.zeros(0, np.int64), empty, "inferred")
    follow = np.zeros(len(ends), bool)
    follow[1:] = pauses[ends[:-1]]
    # A break begins where the time in which somebody waited would fit in before the next call.
    back = np.where(pauses & away, calls.gap - calls.queue, 0.0)
    stop = calls.ended[ends] + back[ends]
    start = calls.start[begins]
    pause = np.where(follow, off[np.maximum(begins - 1, 0)], 0.0)
    return _ordered(start, stop, follow, pause, "inferred", calls.who[begins])


def _ordered(
    start: Floats, stop: Floats, follow: Flags, pause: Floats, how: str, who: Names
) -> Presence:
    """Stretches of one agent after the other, put in order of their start."""
    stop = np.maximum(stop, start + _SHORTEST)
    chained = np.flatnonzero(follow)
    start[chained] = np.maximum(start[chained], stop[chained - 1])
    stop = np.maximum(stop, start + _SHORTEST)
    # A stretch may have been moved behind the beginning of the next one of its chain.
    follow = follow.copy()
    follow[chained] = start[chained] >= stop[chained - 1]
    order = np.argsort(start, kind="stable")
    place = np.empty(len(start), np.int64)
    place[order] = np.arange(len(start))
    before = np.where(follow, np.append(-1, place[:-1]), -1)
    later = before[order] < np.arange(len(start))
    follows = np.where(later, before[order], -1)
    pause = np.where(later, pause[order], 0.0)
    return Presence(start[order], stop[order], follows, pause, how, who[order])


def logged(log: Log) -> Presence:
    """Presence as the log has it: spans at work, without the pauses in them."""
    rows = log.database.execute(_LOGGED).fetchnumpy()
    start, stop = np.asarray(rows["start"], float), np.asarray(rows["stop"], float)
    follow = np.zeros(len(start), bool)
    who = np.asarray(rows["agent"], np.uint64)
    return _ordered(start, stop, follow, np.zeros(len(start)), "logged", who)


# Moments at which an agent begins or stops to be there or to be paused; there and not paused.
_LOGGED = """
WITH turns AS (
    SELECT agent, start AS moment, CASE kind WHEN 'available' THEN 1 ELSE 0 END AS there,
        CASE kind WHEN 'paused' THEN 1 ELSE 0 END AS paused FROM presence
    UNION ALL
    SELECT agent, stop, CASE kind WHEN 'available' THEN -1 ELSE 0 END,
        CASE kind WHEN 'paused' THEN -1 ELSE 0 END FROM presence
), summed AS (
    SELECT agent, moment, sum(there) AS there, sum(paused) AS paused FROM turns
    GROUP BY agent, moment
), running AS (
    SELECT agent, moment, lead(moment) OVER w AS until,
        sum(there) OVER (w ROWS UNBOUNDED PRECEDING) AS there,
        sum(paused) OVER (w ROWS UNBOUNDED PRECEDING) AS paused
    FROM summed WINDOW w AS (PARTITION BY agent ORDER BY moment)
)
SELECT coalesce(agent, 0) AS agent, moment / 1000.0 AS start, until / 1000.0 AS stop FROM running
WHERE there > 0 AND paused = 0 AND until > moment
ORDER BY min(moment) OVER (PARTITION BY agent), max(until) OVER (PARTITION BY agent), agent, moment
"""


def usual(levels: Floats, days: Ints, edges: Floats) -> Presence:
    """Presence of days on which nothing is known but what is usual: agents by weekday and hour.

    Parameters
    ----------
    levels
        Mean agents, [weekday, hour], Monday first.
    days
        Dates, counted from 1970.
    edges
        When the hours of each day begin, and the last one ends, [day, 25] [s since 1970, UTC].

    Notes
    -----
    Of 3.4 agents three are there all the hour, and a fourth for the first 40 % of it.
    """
    hours = levels[(days + 3) % 7]
    return layered(edges[:, :-1].ravel(), np.diff(edges).ravel(), hours.ravel(), "usual")


def layered(begins: Floats, widths: Floats, agents: Floats, how: str) -> Presence:
    """Presence of people nobody knows, of whom the mean number in each interval is told.

    Parameters
    ----------
    begins, widths
        When intervals begin [s since 1970, UTC], in order, and how long they are [s].
    agents
        Mean agents in each.
    how
        Where they are known from.
    """
    spans = []
    for layer in range(int(np.ceil(agents.max(initial=0.0)))):
        share = np.clip(agents - layer, 0.0, 1.0)
        spans += [
            (begin, begin + width * part)
            for begin, width, part in zip(
                begins.tolist(), widths.tolist(), share.tolist(), strict=True
            )
            if part * width > 0
        ]
    joined = _joined(spans)
    start, stop = (np.array([span[side] for span in joined]) for side in (0, 1))
    order = np.argsort(start, kind="stable")
    none = np.full(len(start), -1)
    return Presence(start[order], stop[order], none, np.zeros(len(start)), how)


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that touch made one, layer by layer."""
    found: list[tuple[float, float]] = []
    for start, stop in spans:
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], stop
        else:
            found.append((start, stop))
    return found
