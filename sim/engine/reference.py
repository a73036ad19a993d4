"""The readable engine: what happens to every contact and agent, in SimPy.

This is the specification in code; `docs/model.md` is the same in words. It is written to be read,
and a new rule is tried here first; `kernel` plays the same rules fast. Simultaneous events happen
in the order of `Event`, then by row; what an event sets off at once is part of it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np

from sim.engine.clock import Clock
from sim.engine.contract import (
    BILLION,
    LAST_TICK,
    MILLION,
    NEVER,
    NONE,
    Event,
    Outcome,
    Staffing,
    Status,
    Workload,
)
from sim.engine.hours import (
    closing_time,
    deadline,
    durations,
    is_open,
    is_served_now,
    next_opening,
    overflow_waits,
)
from sim.engine.parties import Agent, Contact, Way, Work, rules

__all__ = ["play"]


class _Floor:
    """The centre in play: queues, agents, lines, and the rules that join them."""

    def __init__(self, workload: Workload, staffing: Staffing) -> None:
        attempts, agents = len(workload), len(staffing.start)
        self.clock = Clock()
        self.work = workload
        self.crew = staffing
        self.rules = rules(staffing)
        self.waiting: list[list[Contact]] = [[] for _ in range(staffing.queues)]
        #: Agents with room for more, by group and how many they hold, longest so first.
        self.ready: dict[tuple[int, int], list[Agent]] = defaultdict(list)
        self.places = 0
        self.present: dict[int, Agent] = {}
        self.lines_used = [0] * len(staffing.lines)
        self.waits = [overflow_waits(staffing, queue) for queue in range(staffing.queues)]
        self.successor = {
            int(before): row for row, before in enumerate(staffing.follows) if before != NONE
        }
        self.late: set[int] = set()  # stretches that are due but whose person is still at work
        self.status = np.zeros(attempts, np.uint8)
        self.arrival, self.wait, self.talk, self.wrap = np.zeros((4, attempts), np.int64)
        self.agent = np.full(attempts, NONE, np.int32)
        self.busy = np.zeros(agents, np.int64)
        self.began, self.left = np.full((2, agents), NONE, np.int64)

    @property
    def now(self) -> int:
        """The present tick."""
        return self.clock.now

    def run(self) -> Outcome:
        """Play every event."""
        for row, (start, end) in enumerate(zip(self.crew.start, self.crew.end, strict=True)):
            self.clock.at(int(start), Event.SHIFT_START, row, partial(self.shift_is_due, row))
            self.clock.at(int(end), Event.SHIFT_END, row, partial(self.shift_is_over, row))
        for row in range(self.work.fresh):
            contact = Contact(row, int(self.work.queue[row]))
            self.arrive(contact, int(self.work.due[row]))
        self.clock.run()
        self.close_the_books()
        columns = (self.status, self.arrival, self.wait, self.agent, self.talk, self.wrap)
        return Outcome(*columns, self.began, self.busy, self.left, self.clock.events)

    # --- coming in ---------------------------------------------------------------------------

    def arrive(self, contact: Contact, tick: int) -> None:
        """Let an attempt come in at a tick."""
        self.clock.at(tick, Event.ARRIVAL, contact.row, partial(self.come_in, contact))

    def follow(self, link: np.ndarray, row: int, tick: int) -> None:
        """Let the attempt that a link names come in after its delay."""
        later = _linked(link, row)
        if later != NONE:
            contact = Contact(later, int(self.work.queue[later]))
            self.arrive(contact, tick + int(self.work.due[later]))

    def come_in(self, contact: Contact) -> None:
        """An attempt comes in: hours, lines, announcement, queue."""
        self.arrival[contact.row] = self.now
        queue = contact.queue
        if contact.way is not Way.CALLED_BACK and not is_open(self.crew, queue, self.now):
            self.end(contact, Status.CLOSED)
            return
        if contact.way is Way.BY_ITSELF:
            trunk = int(self.crew.trunk[queue])
            if self.lines_used[trunk] >= self.crew.lines[trunk]:
                self.end(contact, Status.BLOCKED)
                self.follow(self.work.after_busy, contact.row, self.now)
                return
            self.lines_used[trunk] += 1
            contact.line = trunk
        self.status[contact.row] = Status.WAITING
        greeting = int(self.crew.greeting[queue])
        if greeting:
            joins = partial(self.join, contact)
            self.clock.at(self.now + greeting, Event.JOIN, contact.row, joins)
        else:
            self.join(contact)

    def join(self, contact: Contact) -> None:
        """A contact joins its queue; the first of the queue looks for an agent."""
        contact.since = self.now
        queue = contact.queue
        if self.crew.machine[queue]:
            self.serve_by_machine(contact)
            return
        if contact.way is not Way.CALLED_BACK:
            contact.order = deadline(self.crew, queue, self.now)
        self.waiting[queue].append(contact)
        self.look_for_agent(queue)
        if self.still_waits(contact):
            self.set_timers(contact)

    def end(self, contact: Contact, status: Status) -> None:
        """A contact leaves without being served."""
        self.status[contact.row] = status
        if contact in self.waiting[contact.queue]:
            self.waiting[contact.queue].remove(contact)
            self.wait[contact.row] = self.now - contact.since
        self.hang_up(contact)
        if contact.host is not None:
            self.let_go(contact.host, self.now)

    def hang_up(self, contact: Contact) -> None:
        """Free the line that a contact holds, if it holds one."""
        if contact.line != NONE:
            self.lines_used[contact.line] -= 1
            contact.line = NONE

    # --- waiting -----------------------------------------------------------------------------

    def still_waits(self, contact: Contact) -> bool:
        """Tell whether a contact is in its queue."""
        return contact in self.waiting[contact.queue]

    def set_timers(self, contact: Contact) -> None:
        """Set what ends a wait: patience, an offer, closing time; and what may shorten it."""
        row, queue, since = contact.row, contact.queue, contact.since
        patience, offer = int(self.work.patience[row]), int(self.crew.offer[queue])
        self.clock.at(since + patience, Event.PATIENCE, row, partial(self.give_up, contact))
        if _linked(self.work.callback, row) != NONE:
            self.clock.at(since + offer, Event.OFFER, row, partial(self.accept_offer, contact))
        if self.crew.dismiss[queue]:
            closing = max(closing_time(self.crew, queue, int(self.arrival[row])), since)
            self.clock.at(closing, Event.CLOSING, row, partial(self.dismiss, contact))
        self.expect_further_groups(contact)

    def expect_further_groups(self, contact: Contact) -> None:
        """Set the timer for the next groups that open up to a waiting contact, or the hours."""
        waited = self.now - contact.since
        wait = next((wait for wait in self.waits[contact.queue] if wait > waited), NEVER)
        tick = min(contact.since + wait, next_opening(self.crew, contact.queue, self.now))
        opens = partial(self.further_groups, contact)
        self.clock.at(tick, Event.OVERFLOW, contact.row, opens)

    def further_groups(self, contact: Contact) -> None:
        """A contact has waited long enough for further groups, or its queue is served again."""
        if self.still_waits(contact):
            self.look_for_agent(contact.queue)
        if self.still_waits(contact):
            self.expect_further_groups(contact)

    def give_up(self, contact: Contact) -> None:
        """Patience ends."""
        if self.still_waits(contact):
            self.end(contact, Status.ABANDONED)
            self.follow(self.work.after_abandon, contact.row, self.now)

    def dismiss(self, contact: Contact) -> None:
        """The queue closes: who waits is sent away."""
        if self.still_waits(contact):
            self.end(contact, Status.DISMISSED)
            self.follow(self.work.after_abandon, contact.row, self.now)

    def accept_offer(self, contact: Contact) -> None:
        """A waiting customer hangs up and will be called back, in the place that it has."""
        if self.still_waits(contact):
            self.end(contact, Status.CALLED_BACK)
            row = _linked(self.work.callback, contact.row)
            queue = int(self.work.queue[row])
            later = Contact(row, queue, Way.CALLED_BACK, order=contact.order)
            self.arrive(later, self.now + int(self.work.due[row]))

    # --- who serves whom ---------------------------------------------------------------------

    def look_for_agent(self, queue: int) -> None:
        """The first of a queue takes the agent who comes first for it, if there is one."""
        if not self.waiting[queue]:
            return
        contact = self.waiting[queue][0]
        pack = -1 if self.crew.pack[queue] else 1
        found = [
            (self.rules[queue][group].preference, pack * held, agents[0].place, agents[0])
            for (group, held), agents in self.ready.items()
            if agents and self.may_take(agents[0], contact)
        ]
        if found:
            agent = min(found)[-1]
            self.be_off(agent)
            self.serve(contact, agent)
            self.look_for_work(agent)

    def look_for_work(self, agent: Agent) -> None:
        """An agent takes contact after contact while any fits, then is ready for more."""
        while True:
            heads = [
                (*self.score(queue[0], agent), queue[0])
                for queue in self.waiting
                if queue and self.may_take(agent, queue[0])
            ]
            if not heads:
                break
            self.serve(min(heads)[-1], agent)
        self.be_ready(agent)

    def score(self, contact: Contact, agent: Agent) -> tuple[int, int, int]:
        """Order in which an agent takes contacts: priority with age, then time, then row."""
        queue = contact.queue
        steps = self.rules[queue][agent.group].priority * BILLION
        aged = int(self.crew.ageing[queue]) * (self.now - contact.since)
        return steps - aged, contact.order, contact.row

    def may_take(self, agent: Agent, contact: Contact) -> bool:
        """Tell whether an agent may take the first of a queue now."""
        rule = self.rules[contact.queue][agent.group]
        return bool(
            rule.preference != NONE
            and is_served_now(self.crew, contact.queue, self.now)
            and self.now - contact.since >= rule.after
            and len(self.waiting[contact.queue]) >= rule.level
            and len(agent.held) < min(rule.concurrency, self.room(agent))
            and (agent.held or self.others_idle(agent) >= rule.reserve)
        )

    def others_idle(self, agent: Agent) -> int:
        """Count the agents of a group, one of them left out, who hold nothing."""
        idle = self.ready[agent.group, 0]
        return len(idle) - (agent in idle)

    def room(self, agent: Agent) -> int:
        """How many contacts an agent may hold beside those in hand."""
        held = [self.rules[work.contact.queue][agent.group].concurrency for work in agent.held]
        return min(held, default=NEVER)

    def be_ready(self, agent: Agent) -> None:
        """Stand last among those who can take more, if there is room."""
        if len(agent.held) < self.room(agent):
            agent.place = self.places
            self.places += 1
            self.ready[agent.group, len(agent.held)].append(agent)

    def be_off(self, agent: Agent) -> None:
        """Stand no longer among them."""
        if agent.place != NONE:
            agent.place = NONE
            self.ready[agent.group, len(agent.held)].remove(agent)

    # --- being served ------------------------------------------------------------------------

    def serve(self, contact: Contact, agent: Agent) -> None:
        """An agent takes a contact: it rings, they talk, the agent finishes the work after it."""
        row, queue = contact.row, contact.queue
        self.waiting[queue].remove(contact)
        answered = self.now + int(self.crew.ring[queue])
        wait = answered - contact.since
        talk, wrap = durations(self.work, self.crew, row, agent.group, answered, wait)
        self.status[row], self.agent[row], self.wait[row] = Status.SERVED, agent.row, wait
        if contact.host is not None:
            conference = int(self.work.conference[row]) if len(self.work.conference) else 0
            talk = talk + conference
            self.let_go(contact.host, answered + conference)
        if not agent.held:
            agent.busy_since = self.now
        alone = self.rules[queue][agent.group].concurrency == 1
        work = Work(contact, agent, answered, talk, wrap, alone)
        if alone:
            self.serve_alone(work)
        else:
            self.bring_up_to_date(agent)
            work.undone, work.since = talk * MILLION, answered
            agent.held.append(work)
            self.expect_release(agent)

    def serve_alone(self, work: Work) -> None:
        """A conversation that leaves no room for another: its end is known from the start."""
        contact, agent, hangup = work.contact, work.agent, work.answered + work.talk
        agent.held = [work]
        self.talk[contact.row], self.wrap[contact.row] = work.talk, work.wrap
        stays = self.pass_on(work, hangup) and self.crew.warm[contact.queue]
        self.hang_up_at(contact, hangup)
        if not stays:
            self.let_go(work, hangup)

    def serve_by_machine(self, contact: Contact) -> None:
        """A machine serves at once; what it cannot do is passed on, or comes back."""
        row, hangup = contact.row, self.now + int(self.work.handle[contact.row])
        self.status[row] = Status.SERVED
        self.talk[row] = self.work.handle[row]
        if contact.host is not None:
            self.let_go(contact.host, self.now)
        if _linked(self.work.escalation, row) != NONE:
            self.transfer(contact, hangup, None)
        else:
            self.follow(self.work.repeat, row, hangup)
        self.hang_up_at(contact, hangup)

    def hang_up_at(self, contact: Contact, tick: int) -> None:
        """Free the line when the talk ends; where lines have no limit nobody needs to know."""
        if contact.line != NONE and self.crew.lines[contact.line] != NEVER:
            self.clock.at(tick, Event.HANGUP, contact.row, partial(self.hang_up, contact))

    def pass_on(self, work: Work, tick: int) -> bool:
        """At the end of talk: pass the contact on, or let it come back if it is not solved."""
        row, cell = work.contact.row, (work.contact.queue, work.agent.group)
        may = _linked(self.work.escalation, row) != NONE
        if may and self.work.escalation_mark[row] < self.crew.escalates[cell]:
            self.transfer(work.contact, tick, work if self.crew.warm[cell[0]] else None)
            return True
        if len(self.work.repeat) and self.work.repeat_mark[row] < self.crew.repeats[cell]:
            self.follow(self.work.repeat, row, tick)
        return False

    def transfer(self, contact: Contact, tick: int, host: Work | None) -> None:
        """Pass a contact on with its line; in a warm transfer the agent stays with it."""
        row = _linked(self.work.escalation, contact.row)
        queue = int(self.work.queue[row])
        self.arrive(
            Contact(row, queue, Way.PASSED_ON, contact.line, host),
            tick + int(self.work.due[row]),
        )
        contact.line = NONE

    def let_go(self, work: Work, tick: int) -> None:
        """The customer leaves the agent at a tick; after the work that follows he is free."""
        agent = work.agent
        release = partial(self.finish, agent, work)
        self.clock.at(tick + work.wrap, Event.RELEASE, agent.row, release)

    # --- several contacts at once ------------------------------------------------------------

    def bring_up_to_date(self, agent: Agent) -> None:
        """Take off what has been done of each contact in hand at the speed until now."""
        for work in agent.held:
            done = max(0, self.now - work.since)
            work.undone -= done * self.speed(work)
            work.since = max(work.since, self.now)

    def speed(self, work: Work) -> int:
        """Millionths of a tick of work done in a tick, with so many contacts in hand."""
        return int(self.crew.speed[work.contact.queue, len(work.agent.held) - 1])

    def end_of(self, work: Work) -> int:
        """First tick by which what is being done is done, at the present speed."""
        return min(work.since + -(-max(0, work.undone) // self.speed(work)), LAST_TICK)

    def expect_release(self, agent: Agent) -> None:
        """Set the moment at which the first of the contacts in hand is done."""
        if agent.release is not None:
            agent.release.call_off()
        ends = [self.end_of(work) for work in agent.held if not work.alone]
        if ends:
            release = partial(self.release_one, agent)
            agent.release = self.clock.at(min(ends), Event.RELEASE, agent.row, release)

    def release_one(self, agent: Agent) -> None:
        """A talk ends and the work after it begins, or that work ends: two events, at any pace."""
        work = min(agent.held, key=lambda work: (self.end_of(work), work.contact.row))
        self.bring_up_to_date(agent)
        row = work.contact.row
        if work.talking:
            work.talking = False
            self.talk[row] = self.now - work.answered
            self.pass_on(work, self.now)
            self.hang_up(work.contact)
            work.undone = work.wrap * MILLION
        else:
            self.wrap[row] = self.now - work.answered - self.talk[row]
            self.finish(agent, work)
        self.expect_release(agent)

    # --- agents ------------------------------------------------------------------------------

    def finish(self, agent: Agent, work: Work) -> None:
        """A contact is done: leave if the shift is over and nothing is in hand, else look."""
        self.be_off(agent)
        agent.held.remove(work)
        if not agent.held:
            self.busy[agent.row] += self.now - agent.busy_since
        if self.now < agent.end:
            self.look_for_work(agent)
        elif not agent.held:
            self.leave(agent.row)

    def shift_is_due(self, row: int) -> None:
        """A stretch begins, unless the person is still at work."""
        before = int(self.crew.follows[row]) if len(self.crew.follows) else NONE
        if before != NONE and self.left[before] == NONE:
            self.late.add(row)
        else:
            self.begin_after(row, before)

    def begin_after(self, row: int, before: int) -> None:
        """Begin a stretch when the pause after the one before it is over, if it is not too late."""
        start = int(self.crew.start[row])
        if before != NONE:
            start = max(start, int(self.left[before]) + int(self.crew.pause[row]))
        if start >= self.crew.end[row]:
            self.left[row] = self.left[before]
            self.call_next(row)
        elif start == self.now and row not in self.late:
            self.begin(row)
        else:
            self.clock.at(start, Event.SHIFT_START, row, partial(self.begin, row))

    def begin(self, row: int) -> None:
        """An agent logs in and looks for work."""
        agent = Agent(row, int(self.crew.group[row]), int(self.crew.end[row]))
        self.present[row] = agent
        self.began[row] = self.now
        self.look_for_work(agent)

    def shift_is_over(self, row: int) -> None:
        """An agent who holds nothing leaves; who holds something takes no more."""
        agent = self.present.get(row)
        if agent is not None:
            self.be_off(agent)
            if not agent.held:
                self.leave(row)

    def leave(self, row: int) -> None:
        """An agent leaves; the same person's next stretch begins if it is due already."""
        del self.present[row]
        self.left[row] = self.now
        self.call_next(row)

    def call_next(self, row: int) -> None:
        """Let the stretch that waits for the end of this one begin."""
        following = self.successor.get(row, NONE)
        if following in self.late:
            self.begin_after(following, row)

    def close_the_books(self) -> None:
        """Nothing more happens: who is held by a warm transfer without end is so until then."""
        for row in range(len(self.left)):
            if row in self.present:
                agent = self.present[row]
                self.left[row] = max(agent.end, self.now)
                self.busy[row] += self.left[row] - agent.busy_since
            elif self.left[row] == NONE:
                self.left[row] = self.left[self.crew.follows[row]]


def _linked(link: np.ndarray, row: int) -> int:
    """Return the attempt that a link names; nobody does where the column is left out."""
    return int(link[row]) if len(link) else NONE


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one workload against one crew, readably; see `sim.engine.Engine`."""
    return _Floor(workload, staffing).run()
