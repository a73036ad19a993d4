"""The same queues in SimPy as its users write them: a process for each contact.

These are what the kernel is measured against. They know nothing of ties, lines or closing times,
which the workloads do not have; where there are no ties their waits equal those of the kernel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Any, TypeAlias

import simpy

from sim.engine import Staffing, Workload
from sim.engine.contract import NEVER, NONE

ABANDONED = -1

Steps: TypeAlias = Generator[simpy.Event, Any, None]
#: Row, group and end of shift, in ticks or in seconds.
Agent: TypeAlias = tuple[int, int, float]


def one_queue(workload: Workload, staffing: Staffing) -> list[Any]:
    """W1: a resource, and a request that competes with a timeout."""
    env = simpy.Environment()
    desk = simpy.Resource(env, capacity=len(staffing.start))
    waits: list[Any] = [None] * len(workload)

    def call(row: int, handle: int, patience: int) -> Steps:
        came = env.now
        with desk.request() as turn:
            met = yield turn | env.timeout(patience)
            waits[row] = env.now - came if turn in met else ABANDONED
            if turn in met:
                yield env.timeout(handle)

    def source() -> Steps:
        columns = workload.due.tolist(), workload.handle.tolist(), workload.patience.tolist()
        for row, (due, handle, patience) in enumerate(zip(*columns, strict=True)):
            yield env.timeout(due - env.now)
            env.process(call(row, handle, patience))

    env.process(source())
    env.run()
    return waits


def shifts(workload: Workload, staffing: Staffing) -> list[Any]:
    """W2: a store of agents, who put themselves back after each call until their shift ends."""
    env = simpy.Environment()
    desk = simpy.Store(env)
    waits: list[Any] = [None] * len(workload)
    columns = workload.due, workload.handle, workload.patience, workload.after_abandon
    dues, handles, patiences, redials = (column.tolist() for column in columns)

    def call(row: int) -> Steps:
        came = env.now
        agent = desk.get()
        met = yield agent | env.timeout(patiences[row])
        if agent in met:
            waits[row] = env.now - came
            yield env.timeout(handles[row])
            me: Any = agent.value
            if env.now < me[1]:
                yield desk.put(me)
            return
        agent.cancel()
        waits[row] = ABANDONED
        if redials[row] != NONE:
            yield env.timeout(dues[redials[row]])
            env.process(call(redials[row]))

    def agent(row: int, start: int, end: int) -> Steps:
        yield env.timeout(start)
        yield desk.put((row, end))
        yield env.timeout(end - start)
        if (row, end) in desk.items:
            desk.items.remove((row, end))

    def source() -> Steps:
        for row in range(workload.fresh):
            yield env.timeout(dues[row] - env.now)
            env.process(call(row))

    for row, stretch in enumerate(zip(staffing.start.tolist(), staffing.end.tolist(), strict=True)):
        env.process(agent(row, *stretch))
    env.process(source())
    env.run()
    return waits


class Router:
    """W3: idle agents by group, waiting contacts by queue, an event for each that waits."""

    def __init__(self, env: simpy.Environment, staffing: Staffing) -> None:
        self.env = env
        self.idle: list[deque[Agent]] = [deque() for _ in range(staffing.groups)]
        self.waiting: list[deque[simpy.Event]] = [deque() for _ in range(staffing.queues)]
        self.groups = [in_order(row, row) for row in staffing.preference.tolist()]
        tables = zip(staffing.priority.T.tolist(), staffing.preference.T.tolist(), strict=True)
        self.queues = [in_order(rank, can) for rank, can in tables]

    def find(self, queue: int) -> Agent | None:
        """Take the agent who has been idle longest in the first group that has one."""
        for group in self.groups[queue]:
            if self.idle[group]:
                return self.idle[group].popleft()
        return None

    def offer(self, agent: Agent) -> None:
        """Give an agent the next contact, or let the agent wait for one."""
        for queue in self.queues[agent[1]]:
            if self.waiting[queue]:
                self.waiting[queue].popleft().succeed(agent)
                return
        self.idle[agent[1]].append(agent)


def in_order(rank: list[int], can: list[int]) -> list[int]:
    """Columns that are allowed, by rank."""
    return sorted((k for k in range(len(rank)) if can[k] != NONE), key=rank.__getitem__)


def skills(workload: Workload, staffing: Staffing) -> list[Any]:
    """W3: contacts of several queues, agents of several groups."""
    env = simpy.Environment()
    router = Router(env, staffing)
    waits: list[Any] = [None] * len(workload)
    columns = workload.due, workload.queue, workload.handle, workload.acw, workload.patience
    rows = list(zip(*(column.tolist() for column in columns), strict=True))

    def contact(row: int, queue: int, handle: int, acw: int, patience: int) -> Steps:
        came = env.now
        agent: Any = router.find(queue)
        if agent is None:
            turn = env.event()
            router.waiting[queue].append(turn)
            yield turn if patience == NEVER else turn | env.timeout(patience)
            if not turn.triggered:
                router.waiting[queue].remove(turn)
                waits[row] = ABANDONED
                return
            agent = turn.value
        waits[row] = env.now - came
        yield env.timeout(handle)
        yield env.timeout(acw)
        if env.now < agent[2]:
            router.offer(agent)

    def agent(row: int, group: int, start: int, end: int) -> Steps:
        yield env.timeout(start)
        me = (row, group, end)
        router.offer(me)
        yield env.timeout(end - start)
        if me in router.idle[group]:
            router.idle[group].remove(me)

    def source() -> Steps:
        for row, (due, *rest) in enumerate(rows):
            yield env.timeout(due - env.now)
            env.process(contact(row, *rest))

    crew = staffing.group, staffing.start, staffing.end
    for row, stretch in enumerate(zip(*(column.tolist() for column in crew), strict=True)):
        env.process(agent(row, *stretch))
    env.process(source())
    env.run()
    return waits
