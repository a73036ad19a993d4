"""The readable engine: what happens to every contact and agent, in SimPy.

This is the specification. It is written to be read, and a new rule is tried here first; `kernel`
plays the same rules fast. Simultaneous events happen in the order of `Event`, then by row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy

from sim.engine.contract import (
    CLOCK_LIMIT,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    Event,
    Outcome,
    Staffing,
    Status,
    Workload,
)

__all__ = ["play"]

Steps = Generator[simpy.Event, object, None]


class _Moment(simpy.Event):
    """A point on the clock with its place among the events of the same tick.

    SimPy's own events (a process begins, a condition is met) have priorities 0 and 1 and so come
    before every moment: what one moment sets off is complete before the next one happens.
    """

    def __init__(self, env: simpy.Environment, tick: int, kind: Event, row: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        if tick < CLOCK_LIMIT or kind is Event.RELEASE:
            place = (kind + 1) * MOST_ATTEMPTS + row
            env.schedule(self, priority=place, delay=tick - env.now)  # type: ignore[arg-type]


@dataclass(eq=False)
class _Agent:
    """One stretch of work of one agent."""

    row: int
    group: int
    end: int
    idle_since: int = NONE  # order of becoming idle among all agents; NONE when not idle


class _Waiting(simpy.Event):
    """A contact in queue; happens when an agent takes it."""

    def __init__(self, env: simpy.Environment, attempt: int) -> None:
        super().__init__(env)
        self.attempt = attempt
        self.since = int(env.now)


class _Floor:
    """The centre in play: queues, idle agents, lines, and the rules that join them."""

    def __init__(self, workload: Workload, staffing: Staffing) -> None:
        attempts, agents = len(workload), len(staffing.start)
        self.env = simpy.Environment(initial_time=0)
        self.work = workload
        self.crew = staffing
        self.events = 0
        self.becoming_idle = 0
        self.queues: list[deque[_Waiting]] = [deque() for _ in range(staffing.queues)]
        self.idle: list[deque[_Agent]] = [deque() for _ in range(staffing.groups)]
        self.lines_used = [0] * staffing.queues
        self.status = np.zeros(attempts, np.uint8)
        self.arrival = np.zeros(attempts, np.int64)
        self.wait = np.zeros(attempts, np.int64)
        self.agent = np.full(attempts, NONE, np.int32)
        self.talk = np.zeros(attempts, np.int64)
        self.wrap = np.zeros(attempts, np.int64)
        self.busy = np.zeros(agents, np.int64)
        self.left = np.zeros(agents, np.int64)

    def run(self) -> Outcome:
        """Play every event."""
        for row in range(len(self.crew.start)):
            self.env.process(self.shift(row))
        self.env.process(self.first_attempts())
        self.env.run()
        return Outcome(
            self.status,
            self.arrival,
            self.wait,
            self.agent,
            self.talk,
            self.wrap,
            self.crew.start.copy(),
            self.busy,
            self.left,
            self.events,
        )

    def moment(self, tick: int, kind: Event, row: int) -> _Moment:
        """Wait for a point on the clock; every moment that comes is an event."""
        moment = _Moment(self.env, tick, kind, row)
        assert moment.callbacks is not None
        moment.callbacks.append(self.count)
        return moment

    def count(self, _: simpy.Event) -> None:
        """Count an event."""
        self.events += 1

    # --- agents ------------------------------------------------------------------------------

    def shift(self, row: int) -> Steps:
        """An agent begins, works, and leaves at the end of the shift if idle then."""
        agent = _Agent(row, int(self.crew.group[row]), int(self.crew.end[row]))
        yield self.moment(int(self.crew.start[row]), Event.SHIFT_START, row)
        self.look_for_work(agent)
        yield self.moment(agent.end, Event.SHIFT_END, row)
        if agent.idle_since != NONE:
            self.unpark(agent)
            self.left[row] = agent.end

    def look_for_work(self, agent: _Agent) -> None:
        """Take the contact that comes first for this agent, or wait for one."""
        waiting = self.next_contact(agent.group)
        if waiting is None:
            self.park(agent)
        else:
            self.queues[self.work.queue[waiting.attempt]].remove(waiting)
            waiting.succeed(agent)

    def next_contact(self, group: int) -> _Waiting | None:
        """Choose among the heads of queues: by priority, then the longest wait, then the row."""
        crew = self.crew
        heads = [
            (crew.priority[channel, group], queue[0].since, queue[0].attempt, queue[0])
            for channel, queue in enumerate(self.queues)
            if queue
            and crew.preference[channel, group] != NONE
            and len(self.idle[group]) >= crew.reserve[channel, group]
            and self.env.now - queue[0].since >= crew.after[channel, group]
        ]
        return min(heads)[-1] if heads else None

    def idle_agent(self, channel: int, waited: int) -> _Agent | None:
        """Choose among idle agents: first by the contact's preference, then the longest idle."""
        crew = self.crew
        heads = [
            (crew.preference[channel, group], agents[0].idle_since, agents[0])
            for group, agents in enumerate(self.idle)
            if len(agents) > crew.reserve[channel, group]
            and crew.preference[channel, group] != NONE
            and waited >= crew.after[channel, group]
        ]
        return min(heads)[-1] if heads else None

    def park(self, agent: _Agent) -> None:
        """Let an agent wait for work."""
        agent.idle_since = self.becoming_idle
        self.becoming_idle += 1
        self.idle[agent.group].append(agent)

    def unpark(self, agent: _Agent) -> None:
        """Take an agent off the idle list."""
        agent.idle_since = NONE
        self.idle[agent.group].remove(agent)

    # --- contacts ----------------------------------------------------------------------------

    def first_attempts(self) -> Steps:
        """Let first attempts come in as they are due."""
        for attempt in range(self.work.fresh):
            yield self.moment(int(self.work.due[attempt]), Event.ARRIVAL, attempt)
            self.env.process(self.contact(attempt))

    def later_attempt(self, attempt: int) -> Steps:
        """Let the attempt that follows a failed one come in after its delay."""
        tick = int(self.env.now) + int(self.work.due[attempt])
        yield self.moment(tick, Event.ARRIVAL, attempt)
        yield from self.contact(attempt)

    def follow(self, attempt: int) -> None:
        """Try again, if the customer does."""
        if attempt != NONE:
            self.env.process(self.later_attempt(attempt))

    def contact(self, attempt: int) -> Steps:
        """One attempt, from coming in to the end."""
        now = int(self.env.now)
        channel = int(self.work.queue[attempt])
        self.arrival[attempt] = now
        if not self.is_open(channel, now):
            self.status[attempt] = Status.CLOSED
        elif self.lines_used[channel] >= self.crew.lines[channel]:
            self.status[attempt] = Status.BLOCKED
            self.follow(int(self.work.after_busy[attempt]))
        else:
            self.lines_used[channel] += 1
            agent = self.idle_agent(channel, 0)
            if agent is None:
                yield from self.queue(attempt, channel)
            else:
                self.unpark(agent)
                yield from self.conversation(attempt, agent)

    def is_open(self, channel: int, now: int) -> bool:
        """Tell whether the channel takes contacts now."""
        rows = slice(self.crew.open_of[channel], self.crew.open_of[channel + 1])
        hours = zip(self.crew.open_start[rows], self.crew.open_end[rows], strict=True)
        return any(start <= now < end for start, end in hours)

    def queue(self, attempt: int, channel: int) -> Steps:
        """Wait for an agent until patience ends; further groups open up on the way."""
        self.status[attempt] = Status.WAITING
        waiting = _Waiting(self.env, attempt)
        self.queues[channel].append(waiting)
        patience = int(self.work.patience[attempt])
        gives_up = self.env.event()
        if patience != NEVER:
            gives_up = self.moment(waiting.since + patience, Event.PATIENCE, attempt)
        for wait in self.overflow_waits(channel):
            further = self.moment(waiting.since + wait, Event.OVERFLOW, attempt)
            yield waiting | gives_up | further
            agent = self.idle_agent(channel, wait) if further.processed else None
            if agent is not None and not waiting.triggered:
                self.unpark(agent)
                self.queues[channel].remove(waiting)
                waiting.succeed(agent)
            if waiting.triggered or gives_up.processed:
                break
        yield waiting | gives_up
        if waiting.triggered:
            assert isinstance(waiting.value, _Agent)
            yield from self.conversation(attempt, waiting.value)
        else:
            self.abandon(waiting, channel)

    def overflow_waits(self, channel: int) -> list[int]:
        """List the waits at which further groups open up to a channel."""
        serves = self.crew.preference[channel] != NONE
        return sorted(set(self.crew.after[channel][serves].tolist()) - {0})

    def abandon(self, waiting: _Waiting, channel: int) -> None:
        """Leave the queue and free the line."""
        attempt = waiting.attempt
        self.queues[channel].remove(waiting)
        self.status[attempt] = Status.ABANDONED
        self.wait[attempt] = self.env.now - waiting.since
        self.lines_used[channel] -= 1
        self.follow(int(self.work.after_abandon[attempt]))

    def conversation(self, attempt: int, agent: _Agent) -> Steps:
        """Talk, hang up, finish the after-call work; then the agent leaves or looks for work."""
        now = int(self.env.now)
        channel = int(self.work.queue[attempt])
        pace = int(self.crew.pace[channel, agent.group])
        talk = (int(self.work.handle[attempt]) * pace + 500) // 1000
        wrap = (int(self.work.acw[attempt]) * pace + 500) // 1000
        self.status[attempt] = Status.SERVED
        self.wait[attempt] = now - self.arrival[attempt]
        self.agent[attempt] = agent.row
        self.talk[attempt], self.wrap[attempt] = talk, wrap
        self.busy[agent.row] += talk + wrap
        if self.crew.lines[channel] != NEVER:
            self.env.process(self.hang_up(now + talk, attempt, channel))
        yield self.moment(now + talk + wrap, Event.RELEASE, agent.row)
        if self.env.now >= agent.end:
            self.left[agent.row] = self.env.now
        else:
            self.look_for_work(agent)

    def hang_up(self, tick: int, attempt: int, channel: int) -> Steps:
        """Free the line when the talk ends."""
        yield self.moment(tick, Event.HANGUP, attempt)
        self.lines_used[channel] -= 1


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one workload against one crew, readably; see `sim.engine.Engine`."""
    return _Floor(workload, staffing).run()
