"""What must hold of every outcome, whichever engine made it.

A second opinion, not a second engine: nothing is played again. Each rule is read off the finished
columns, so that it costs milliseconds for a week of contacts and may run in production.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.engine.contract import (
    CLOCK_LIMIT,
    LAST_TICK,
    MILLION,
    NEVER,
    NONE,
    TICKS_PER_MINUTE,
    Outcome,
    Staffing,
    Status,
    Workload,
)
from sim.engine.story import (
    FAR,
    IN_QUEUE,
    Flags,
    Ints,
    Spells,
    Story,
    by_agent,
    column,
    demand,
    links,
    spells_of,
    tell,
    time_since,
)
from sim.engine.turns import Hours, check_kept_hours, check_turns

__all__ = ["check"]


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
    story = tell(workload, staffing, outcome)
    _check_attempts(workload, story)
    _check_followers(workload, story)
    _check_hours(workload, staffing, story)
    _check_waits(workload, staffing, story)
    _check_work(workload, staffing, story)
    spells = _check_agents(workload, staffing, story)
    for queue in range(staffing.queues):
        _check_order(workload, story, queue)
    check_kept_hours(workload, staffing, story)
    check_turns(workload, staffing, story)
    _check_lines(workload, staffing, story)
    _check_idleness(workload, staffing, story, spells)


# --- attempts ------------------------------------------------------------------------------------


def _check_attempts(workload: Workload, story: Story) -> None:
    """Every first attempt is made when due, and each attempt has one fate."""
    outcome, fresh = story.outcome, slice(0, workload.fresh)
    demand(outcome.status <= max(Status), "attempt {}: no such status")
    made = outcome.status != Status.NOT_MADE
    demand(made[fresh], "attempt {}: a first attempt was not made")
    on_time = outcome.arrival[fresh] == workload.due[fresh]
    demand(on_time, "attempt {}: a first attempt was not made when due")
    demand(made | (outcome.arrival == 0), "attempt {}: came in but was not made")
    waited = np.isin(outcome.status, IN_QUEUE)
    demand(waited | (outcome.wait == 0), "attempt {}: waited without end of the wait")
    demand(outcome.wait >= 0, "attempt {}: waited less than nothing")


def _check_followers(workload: Workload, story: Story) -> None:
    """A later attempt is made after what it follows, with its delay, and never otherwise."""
    size, outcome = len(workload), story.outcome
    due = np.full(size, CLOCK_LIMIT)
    due[: workload.fresh] = workload.due[: workload.fresh]
    status = outcome.status
    unsolved = (status == Status.SERVED) & ~story.passed & story.unsolved
    for link, cause, moment in (
        (workload.after_abandon, np.isin(status, (Status.ABANDONED, Status.DISMISSED)), story.out),
        (workload.after_busy, status == Status.BLOCKED, outcome.arrival),
        (workload.callback, status == Status.CALLED_BACK, story.out),
        (workload.escalation, story.passed, story.hangup),
        (workload.repeat, unsolved, story.hangup),
    ):
        first, later = links(link, cause)
        due[later] = moment[first] + workload.due[later]
    made = status != Status.NOT_MADE
    demand(made == (due < CLOCK_LIMIT), "attempt {}: made without cause, or not made with cause")
    demand(~made | (outcome.arrival == due), "attempt {}: not made after the right delay")


def _check_hours(workload: Workload, staffing: Staffing, story: Story) -> None:
    """An attempt finds its queue closed outside opening hours, and only then; a callback never.

    Nor does who comes in to a queue that never closes.
    """
    outcome = story.outcome
    shut = outcome.status == Status.CLOSED
    demand(~(shut & story.called_back), "attempt {}: called back, and found closed")
    waits = staffing.accepts[workload.queue] > 0
    demand(~(shut & waits), "attempt {}: found a queue closed that never closes")
    came = (outcome.status != Status.NOT_MADE) & ~story.called_back & ~waits
    for queue in range(staffing.queues):
        rows = np.flatnonzero((workload.queue == queue) & came)
        hours = slice(staffing.open_of[queue], staffing.open_of[queue + 1])
        now = outcome.arrival[rows]
        begun = np.searchsorted(staffing.open_start[hours], now, side="right")
        over = np.searchsorted(staffing.open_end[hours], now, side="right")
        demand(shut[rows] == (begun == over), "attempt {}: closed in hours or let in outside", rows)


def _closing(workload: Workload, staffing: Staffing, story: Story) -> Ints:
    """Tick at which each attempt would be sent away, a far one where it never is."""
    closing = np.full(len(workload), FAR)
    for queue in np.flatnonzero(staffing.dismiss):
        rows = np.flatnonzero(workload.queue == queue)
        ends = staffing.open_end[staffing.open_of[queue] : staffing.open_of[queue + 1]]
        ends = np.append(ends, FAR)
        end = ends[np.searchsorted(ends[:-1], story.outcome.arrival[rows], side="right")]
        closing[rows] = np.maximum(end, story.since[rows])
    return closing


def _check_waits(workload: Workload, staffing: Staffing, story: Story) -> None:
    """Who abandons has waited as long as patience, and nobody waits longer than anything allows."""
    outcome, patience = story.outcome, workload.patience
    left = np.isin(outcome.status, IN_QUEUE)
    waited = np.where(left, story.out - story.since, 0)
    abandoned = outcome.status == Status.ABANDONED
    demand(~abandoned | (waited == patience), "attempt {}: abandoned before or after its patience")
    demand(waited <= patience, "attempt {}: served after its patience")
    linked = column(workload.callback, len(workload), NONE) != NONE
    offer = np.where(linked, staffing.offer[workload.queue], NEVER)
    called = outcome.status == Status.CALLED_BACK
    demand(~called | (waited == offer), "attempt {}: called back without an offer then")
    demand(waited <= offer, "attempt {}: waited for longer than until the offer")
    closing = _closing(workload, staffing, story)
    sent = outcome.status == Status.DISMISSED
    demand(~sent | (story.out == closing), "attempt {}: sent away, but not at closing time")
    demand(~left | (story.out <= closing), "attempt {}: waited after closing time")
    still = outcome.status == Status.WAITING
    leaves = np.minimum(story.since + np.minimum(np.minimum(patience, offer), FAR), closing)
    for_ever = (leaves >= CLOCK_LIMIT) | (story.since >= CLOCK_LIMIT)
    demand(~still | for_ever, "attempt {}: waits still, its patience over")
    rows = np.flatnonzero(story.by_agent)
    way, group = workload.queue[rows], story.group[rows]
    may = staffing.preference[way, group] != NONE
    demand(may, "attempt {}: served by a group that cannot", rows)
    late = waited[rows] >= staffing.after[way, group]
    demand(late, "attempt {}: served by a group before its turn", rows)


# --- agents --------------------------------------------------------------------------------------


def _scheduled(workload: Workload, staffing: Staffing, story: Story) -> tuple[Ints, Ints]:
    """Talk and work after it as the tables have them, for one contact at a time."""
    way, group = workload.queue, story.group
    slot = story.answered // staffing.tempo_slot % staffing.tempo.shape[1]
    tempo = staffing.tempo[way, slot]
    drag = np.minimum(
        staffing.drag_most[way], staffing.drag[way] * story.outcome.wait // TICKS_PER_MINUTE
    )
    pace, law = staffing.pace[way, group], staffing.own[way, group]
    talk = (workload.handle * pace + 500) // 1000
    for number, handle in enumerate(workload.own_handle, 1):
        talk = np.where(law == number, handle, talk)
    wrap = (workload.acw * pace + 500) // 1000
    talk, wrap = ((work * tempo + 500) // 1000 for work in (talk, wrap))
    talk = np.minimum((talk * (1000 + drag) + 500) // 1000, CLOCK_LIMIT)
    conference = column(workload.conference, len(workload), 0)
    return talk + np.where(story.host != NONE, conference, 0), np.minimum(wrap, CLOCK_LIMIT)


def _check_work(workload: Workload, staffing: Staffing, story: Story) -> None:
    """A contact that leaves no room for another takes as long as the tables say."""
    outcome = story.outcome
    served = outcome.status == Status.SERVED
    nothing = (outcome.talk == 0) & (outcome.wrap == 0)
    demand(served | nothing, "attempt {}: talked without being served")
    machine = served & ~story.by_agent
    right = (outcome.wait == 0) & (outcome.talk == workload.handle) & (outcome.wrap == 0)
    demand(~machine | right, "attempt {}: not served by the machine as long as it takes")
    if not story.by_agent.any():
        return
    talk, wrap = _scheduled(workload, staffing, story)
    alone = story.by_agent & story.alone
    right = (outcome.talk == talk) & (outcome.wrap == wrap)
    demand(~alone | right, "attempt {}: took another time than the tables say")
    shared = story.by_agent & ~story.alone
    for agent in np.unique(outcome.agent[shared]):
        rows = np.flatnonzero(shared & (outcome.agent == agent))
        _check_together(workload, staffing, story, rows, talk, wrap)


def _check_together(
    workload: Workload, staffing: Staffing, story: Story, rows: Ints, talk: Ints, wrap: Ints
) -> None:
    """Contacts that an agent holds together: no more than may be, each done when its work is."""
    begin, finish = story.out[rows], story.finish[rows]
    ticks = np.unique(np.concatenate([begin, finish]))
    held = (begin <= ticks[:, None]) & (ticks[:, None] < finish)
    number = held.sum(axis=1)
    most = staffing.concurrency[workload.queue[rows], story.group[rows]]
    fits = ~held | (number[:, None] <= most)
    demand(fits.all(axis=0), "attempt {}: served by an agent who serves too many", rows)
    for queue in np.unique(workload.queue[rows]):
        pace = staffing.speed[queue, np.maximum(number[:-1], 1) - 1]
        done = np.concatenate([[0], np.cumsum(np.diff(ticks) * pace)])
        mine = rows[workload.queue[rows] == queue]
        for start, end, work in (
            (story.answered, story.hangup, talk),
            (story.hangup, story.finish, wrap),
        ):
            first, last = start[mine], end[mine]
            before = _done_by(ticks, done, pace, np.maximum(last - 1, first))
            at_start, by_end = (_done_by(ticks, done, pace, at) for at in (first, last))
            goal = work[mine] * MILLION
            enough = (by_end - at_start >= goal) & ((last == first) | (before - at_start < goal))
            demand(enough | (last >= LAST_TICK), "attempt {}: not done when its work is", mine)


def _done_by(ticks: Ints, done: Ints, pace: Ints, moment: Ints) -> Ints:
    """Work that would have been done by a moment at the speeds until then."""
    at = np.clip(np.searchsorted(ticks, moment, side="right") - 1, 0, max(len(pace) - 1, 0))
    result: Ints = done[at] + (moment - ticks[at]) * (pace[at] if len(pace) else 0)
    return result


def _check_agents(workload: Workload, staffing: Staffing, story: Story) -> Spells:
    """An agent begins each contact within the shift, leaves with the last one, and is paid so."""
    outcome = story.outcome
    rows = by_agent(story)
    agent, begin, finish = outcome.agent[rows].astype(np.int64), story.out[rows], story.finish[rows]
    began = outcome.began[agent]
    present = (began != NONE) & (begin >= began) & (begin < staffing.end[agent])
    demand(present, "attempt {}: served by an agent who is not there", rows)
    single = story.alone[rows][1:] | story.alone[rows][:-1]
    apart = (agent[1:] != agent[:-1]) | (begin[1:] >= finish[:-1])
    demand(~single | apart, "attempt {}: served by an agent who serves another", rows[1:])
    held = np.zeros(len(staffing.start), bool)
    held[agent[finish == FAR]] = True
    spells = spells_of(story, rows)
    busy = np.zeros(len(staffing.start), np.int64)
    np.add.at(busy, spells.agent, spells.end - spells.begin)
    demand(outcome.busy == busy, "agent {}: busy for another time than its contacts took")
    left = staffing.end.copy()
    np.maximum.at(left, agent[finish < FAR], finish[finish < FAR])
    here = (outcome.began != NONE) & ~held
    good = np.where(here, outcome.left == left, (outcome.left >= left) | ~held)
    demand(good, "agent {}: left neither at the end nor with the last contact")
    _check_stretches(staffing, outcome, held)
    spent = (outcome.began == NONE) | (outcome.busy <= outcome.left - outcome.began)
    demand(spent, "agent {}: busy for longer than present")
    return spells


def _check_stretches(staffing: Staffing, outcome: Outcome, held: Flags) -> None:
    """A stretch begins when it is due, or after the pause from the same person's one before."""
    begin, left = staffing.start.copy(), outcome.left
    waits = left < 0  # for somebody who never leaves
    for row in np.flatnonzero(staffing.follows != NONE) if len(staffing.follows) else ():
        before = staffing.follows[row]
        begin[row] = max(begin[row], left[before] + staffing.pause[row])
        waits[row] = held[before] or waits[before]
        if begin[row] >= staffing.end[row] or waits[row]:
            begin[row] = NONE
            same = left[[row]] == left[before]
            demand(same, "agent {}: left without having begun", np.array([row]))
    demand(outcome.began == begin, "agent {}: began at another time than due")


# --- queues --------------------------------------------------------------------------------------


def _check_order(workload: Workload, story: Story, queue: int) -> None:
    """First come, first served: whoever joined before has left the queue before.

    Later attempts that join in one tick may do so in either order.
    """
    missing = (Status.NOT_MADE, Status.CLOSED, Status.BLOCKED)
    rows = np.flatnonzero((workload.queue == queue) & ~np.isin(story.outcome.status, missing))
    key = 2 * story.since[rows] + (rows >= workload.fresh)
    rows, key = rows[np.argsort(key, kind="stable")], np.sort(key)
    latest = np.maximum.accumulate(np.concatenate([[0], story.out[rows]]))
    before = np.where(
        rows >= workload.fresh, np.searchsorted(key, key, side="left"), np.arange(len(rows))
    )
    first = (latest[before] <= story.out[rows]) | ~story.by_agent[rows]
    demand(first, "attempt {}: served before one who came before", rows)


def _check_lines(workload: Workload, staffing: Staffing, story: Story) -> None:
    """An attempt is blocked when all lines are held, and only then.

    A line goes with a contact that is passed on.
    """
    outcome, limited = story.outcome, np.flatnonzero(staffing.lines < NEVER)
    may = staffing.lines[staffing.trunk[workload.queue]] < NEVER
    blocked = outcome.status == Status.BLOCKED
    demand(may | ~blocked, "attempt {}: blocked where lines have no limit")
    end, last = story.hangup.copy(), np.arange(len(workload))
    closed = outcome.status == Status.CLOSED
    end[closed] = outcome.arrival[closed]
    passed, later = links(workload.escalation, story.passed)
    for first, second in zip(passed[::-1], later[::-1], strict=True):
        end[first], last[first] = end[second], last[second]
    by_itself = (outcome.status != Status.NOT_MADE) & ~closed & ~story.called_back
    by_itself[later] = False
    for trunk in limited:
        rows = np.flatnonzero(by_itself & (staffing.trunk[workload.queue] == trunk))
        rows = rows[np.argsort(outcome.arrival[rows], kind="stable")]
        _check_trunk(workload, story, int(staffing.lines[trunk]), rows, end[rows], last[rows])


def _check_trunk(
    workload: Workload, story: Story, lines: int, rows: Ints, end: Ints, last: Ints
) -> None:
    """Count the lines held when each attempt comes: at least and at most, where a tick has it.

    Whatever ends in the tick of an arrival has ended before it, but for who was answered in that
    very tick, and lines that are freed only when a later attempt has its turn. Several later ones
    in a tick come in an order of their own.
    """
    outcome = story.outcome
    now, blocked = outcome.arrival[rows], outcome.status[rows] == Status.BLOCKED
    late = (end == outcome.arrival[last]) | (end <= story.answered[last])
    surely = ~blocked & ((end > now) | (last != rows))
    least = _held(now, surely, end, surely)
    most = _held(now, ~blocked, end, ~blocked & ~late)
    most -= np.searchsorted(np.sort(end[~blocked & late]), now, side="left")
    _, where, many = np.unique(now, return_inverse=True, return_counts=True)
    unclear = (rows >= workload.fresh) & (many[where] > 1)
    right = np.where(blocked, most >= lines, least < lines) | unclear
    demand(right, "attempt {}: blocked with a line free, or let in without", rows)


def _held(now: Ints, came: Flags, end: Ints, freed: Flags) -> Ints:
    """Lines of those who came before, less those that are freed by then."""
    gone = np.searchsorted(np.sort(end[freed]), now, side="right")
    return np.asarray(np.cumsum(came) - came - gone, np.int64)


def _check_idleness(workload: Workload, staffing: Staffing, story: Story, spells: Spells) -> None:
    """Nobody waits while an agent who may serve is idle, beyond those in reserve."""
    outcome = story.outcome
    wait = np.isin(outcome.status, (*IN_QUEUE, Status.WAITING))
    wait &= (staffing.machine[workload.queue] == 0) & (story.since < CLOCK_LIMIT)
    for group in range(staffing.groups):
        idle = _Idleness.of(staffing, outcome, spells, group)
        for queue in range(staffing.queues):
            cell = queue, group
            if staffing.preference[cell] == NONE or staffing.level[cell] > 1:
                continue
            rows = np.flatnonzero(wait & (workload.queue == queue))
            until = np.minimum(story.out[rows], CLOCK_LIMIT)
            since = story.since[rows] + np.minimum(staffing.after[cell], CLOCK_LIMIT)
            since = np.minimum(since, until)
            # Nobody keeps more than there are, and the product fits.
            reserve = min(int(staffing.reserve[cell]), len(staffing.start))
            spare = partial(idle.spare, reserve=reserve)
            if staffing.keeps[queue]:
                spare = partial(Hours.of(staffing, queue).passed, spare)
            nobody = spare(until) <= spare(since)
            demand(nobody, "attempt {}: waited while an agent was idle", rows)


@dataclass(frozen=True, eq=False)
class _Idleness:
    """When agents of one group become idle and cease to be."""

    start: Ints
    end: Ints

    @classmethod
    def of(cls, staffing: Staffing, outcome: Outcome, spells: Spells, group: int) -> _Idleness:
        """Take what lies between shift and contacts."""
        mine = staffing.group[spells.agent] == group
        crew = (staffing.group == group) & (outcome.began != NONE)
        start = np.concatenate([outcome.began[crew], spells.end[mine]])
        end = np.concatenate([outcome.left[crew], spells.begin[mine]])
        return cls(start, end)

    def spare(self, now: Ints, reserve: int) -> Ints:
        """Idle ticks of all agents together up to a moment, less those of a reserve."""
        return time_since(self.start, now) - time_since(self.end, now) - reserve * now
