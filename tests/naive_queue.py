"""A third opinion on what becomes of a day: lists, no ledgers, every question asked anew.

It keeps a list of what is to come and looks through all of it for the least, and finds queues,
lines and free agents by going through everybody. Slow and plain; it shares nothing with the
engines but the contract.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine import Outcome, Staffing, Status, Workload
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, Event


@dataclass
class Attempt:
    row: int
    queue: int
    status: Status = Status.NOT_MADE
    came: int = 0
    waited: int = 0
    talked_until: int = 0
    talk: int = 0
    wrap: int = 0
    agent: int = NONE


@dataclass
class Agent:
    row: int
    group: int
    end: int
    idle_since: int | None = None  # number of the event that made the agent idle
    busy: int = 0
    left: int = 0


class Day:
    """One day, one event at a time."""

    def __init__(self, workload: Workload, staffing: Staffing) -> None:
        self.work, self.crew = workload, staffing
        self.attempts = [Attempt(k, int(c)) for k, c in enumerate(workload.queue)]
        rows = zip(staffing.group.tolist(), staffing.end.tolist(), strict=True)
        self.agents = [Agent(k, group, end) for k, (group, end) in enumerate(rows)]
        self.to_come: list[tuple[int, Event, int]] = []
        self.events = 0
        for k in range(workload.fresh):
            self.expect(int(workload.due[k]), Event.ARRIVAL, k)
        for k, agent in enumerate(self.agents):
            self.expect(int(staffing.start[k]), Event.SHIFT_START, k)
            self.expect(agent.end, Event.SHIFT_END, k)

    def expect(self, tick: int, kind: Event, row: int) -> None:
        if kind == Event.RELEASE or tick < CLOCK_LIMIT:
            self.to_come.append((tick, kind, row))

    def play(self) -> Outcome:
        while self.to_come:
            event = min(self.to_come)
            self.to_come.remove(event)
            self.events += 1
            now, kind, row = event
            if kind in (Event.RELEASE, Event.SHIFT_START, Event.SHIFT_END):
                self.play_agent(now, kind, self.agents[row])
            else:
                self.play_attempt(now, kind, self.attempts[row])
        return self.told()

    def play_agent(self, now: int, kind: Event, agent: Agent) -> None:
        if kind == Event.SHIFT_END:
            if agent.idle_since is not None:
                agent.idle_since, agent.left = None, now
        elif now >= agent.end:
            agent.left = now
        else:
            agent.idle_since = self.events
            self.match(now, self.waiting(), [agent])

    def play_attempt(self, now: int, kind: Event, attempt: Attempt) -> None:
        if kind == Event.ARRIVAL:
            self.arrive(now, attempt)
        elif attempt.status != Status.WAITING:
            return
        elif kind == Event.OVERFLOW:
            self.match(now, [attempt], self.idle())
        elif kind == Event.PATIENCE:
            attempt.status, attempt.waited = Status.ABANDONED, now - attempt.came
            self.follow(now, self.work.after_abandon, attempt.row)

    def arrive(self, now: int, attempt: Attempt) -> None:
        queue, attempt.came = attempt.queue, now
        if not self.is_open(queue, now):
            attempt.status = Status.CLOSED
        elif sum(self.holds_line(a, queue, now) for a in self.attempts) >= self.crew.lines[queue]:
            attempt.status = Status.BLOCKED
            self.follow(now, self.work.after_busy, attempt.row)
        else:
            attempt.status = Status.WAITING
            self.match(now, [attempt], self.idle())
            if attempt.status == Status.WAITING:
                self.expect_timers(now, attempt)

    def expect_timers(self, now: int, attempt: Attempt) -> None:
        patience = int(self.work.patience[attempt.row])
        if patience != NEVER:
            self.expect(now + patience, Event.PATIENCE, attempt.row)
        groups = range(self.crew.groups)
        for wait in {self.opens(attempt.queue, g) for g in groups} - {None, 0}:
            assert wait is not None
            self.expect(now + wait, Event.OVERFLOW, attempt.row)

    def is_open(self, queue: int, now: int) -> bool:
        rows = range(self.crew.open_of[queue], self.crew.open_of[queue + 1])
        inside = any(self.crew.open_start[k] <= now < self.crew.open_end[k] for k in rows)
        return inside or self.crew.accepts[queue] == 1

    def holds_line(self, attempt: Attempt, queue: int, now: int) -> bool:
        talks = attempt.status == Status.SERVED and attempt.talked_until > now
        return attempt.queue == queue and (talks or attempt.status == Status.WAITING)

    def follow(self, now: int, link: np.ndarray, row: int) -> None:
        later = int(link[row]) if len(link) else NONE
        if later != NONE:
            self.expect(now + int(self.work.due[later]), Event.ARRIVAL, later)

    def waiting(self) -> list[Attempt]:
        return [a for a in self.attempts if a.status == Status.WAITING]

    def idle(self) -> list[Agent]:
        return [a for a in self.agents if a.idle_since is not None]

    def others_idle(self, agent: Agent) -> int:
        return sum(a.group == agent.group and a is not agent for a in self.idle())

    def opens(self, queue: int, group: int) -> int | None:
        """The wait after which a group may serve a queue, None if it never may."""
        can = self.crew.preference[queue, group] != NONE
        return int(self.crew.after[queue, group]) if can else None

    def match(self, now: int, attempts: list[Attempt], agents: list[Agent]) -> None:
        """Join the best pair: one side has one member, so the other side's rule decides."""
        pairs = []
        for attempt in attempts:
            for agent in agents:
                opens = self.opens(attempt.queue, agent.group)
                spare = self.others_idle(agent) >= self.crew.reserve[attempt.queue, agent.group]
                if opens is not None and spare and now - attempt.came >= opens:
                    cell = attempt.queue, agent.group
                    by_agent = (self.crew.preference[cell], agent.idle_since)
                    by_contact = (self.crew.priority[cell], attempt.came, attempt.row)
                    both = (by_agent, by_contact) if len(attempts) == 1 else (by_contact, by_agent)
                    pairs.append((*both, attempt.row, agent.row))
        if pairs:
            *_, attempt_row, agent_row = min(pairs)
            self.connect(now, self.attempts[attempt_row], self.agents[agent_row])

    def connect(self, now: int, attempt: Attempt, agent: Agent) -> None:
        pace = int(self.crew.pace[attempt.queue, agent.group])
        talk, wrap = (
            (int(part[attempt.row]) * pace + 500) // 1000
            for part in (self.work.handle, self.work.acw)
        )
        attempt.status, attempt.agent = Status.SERVED, agent.row
        attempt.waited, attempt.talked_until = now - attempt.came, now + talk
        attempt.talk, attempt.wrap = talk, wrap
        agent.idle_since = None
        agent.busy += talk + wrap
        self.expect(now + talk + wrap, Event.RELEASE, agent.row)

    def told(self) -> Outcome:
        return Outcome(
            status=np.array([a.status for a in self.attempts], np.uint8),
            arrival=np.array([a.came for a in self.attempts], np.int64),
            wait=np.array([a.waited for a in self.attempts], np.int64),
            agent=np.array([a.agent for a in self.attempts], np.int32),
            talk=np.array([a.talk for a in self.attempts], np.int64),
            wrap=np.array([a.wrap for a in self.attempts], np.int64),
            began=self.crew.start.copy(),
            busy=np.array([a.busy for a in self.agents], np.int64),
            left=np.array([a.left for a in self.agents], np.int64),
            events=self.events,
        )


def play(workload: Workload, staffing: Staffing) -> Outcome:
    """Play one day naively; timers that no longer concern anybody are not all counted."""
    return Day(workload, staffing).play()
