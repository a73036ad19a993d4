"""Counting, the slow way: one attempt at a time, every slot looked at, nothing shared.

The readable twin of `sim.metrics.tally`; it knows the contract and the definitions only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.engine import Outcome, Staffing, Status, Workload
from sim.engine.contract import NONE
from sim.metrics import Count, Lens, Presence, Tally, Work

STATUS = {
    Status.SERVED: Count.SERVED,
    Status.ABANDONED: Count.ABANDONED,
    Status.BLOCKED: Count.BLOCKED,
    Status.CLOSED: Count.CLOSED,
    Status.WAITING: Count.WAITING,
}
QUEUED = (Status.SERVED, Status.ABANDONED, Status.WAITING)


class NaiveTally:
    """The counts of one replication."""

    def __init__(
        self, workload: Workload, staffing: Staffing, outcome: Outcome, lens: Lens
    ) -> None:
        self.work, self.crew, self.out, self.lens = workload, staffing, outcome, lens
        self.status = [Status(s) for s in outcome.status]

    def counted(self) -> Tally:
        channels, groups = self.crew.queues, self.crew.groups
        contacts = np.zeros((channels, self.lens.within, len(Count)))
        work = np.zeros((channels, groups, self.lens.within, len(Work)))
        presence = np.zeros((groups, self.lens.within, len(Presence)))
        for row in self.made():
            slot = self.slot(row)
            if slot is not None:
                self.count_attempt(row, contacts[self.channel(row), slot])
            if self.status[row] is Status.SERVED:
                self.count_service(row, slot, contacts, work, presence)
        for client in range(self.work.fresh):
            slot = self.slot(client)
            if slot is not None:
                self.count_client(client, contacts[self.channel(client), slot])
        for agent, group in enumerate(self.crew.group.tolist()):
            self.spread(presence[group], Presence.LOGGED, self.crew.start[agent], self.left(agent))
            self.spread(presence[group], Presence.OVERRUN, self.crew.end[agent], self.left(agent))
        virtual = np.array([self.virtual(c) for c in range(channels)])
        return Tally(contacts, work, presence, virtual)

    def made(self) -> Iterator[int]:
        return (row for row, what in enumerate(self.status) if what is not Status.NOT_MADE)

    def channel(self, row: int) -> int:
        return int(self.work.queue[row])

    def wait(self, row: int) -> int:
        return int(self.out.wait[row])

    def left(self, agent: int) -> int:
        return int(self.out.left[agent])

    def slot(self, row: int) -> int | None:
        """The slot of an attempt's arrival, None outside the period."""
        found, arrival = None, int(self.out.arrival[row])
        for slot in range(self.lens.within):
            start = (self.lens.before + slot) * self.lens.slot
            if start <= arrival < start + self.lens.slot:
                found = slot
        return found

    def count_attempt(self, row: int, cell: NDArray[np.float64]) -> None:
        what, waited, c = self.status[row], self.wait(row), self.channel(row)
        in_time = waited <= self.lens.awt[c]
        cell[STATUS[what]] += 1
        if what not in QUEUED:
            return
        cell[Count.OFFERED] += 1
        cell[Count.DELAYED] += what is not Status.SERVED or waited > 0
        if what is Status.SERVED:
            cell[Count.ANSWERED_WITHIN] += in_time
            cell[Count.WAIT_SERVED] += waited / 1000
        if what is Status.ABANDONED:
            cell[Count.ABANDONED_WITHIN] += in_time
            cell[Count.SHORT_ABANDONS] += waited <= self.lens.grace[c]
            cell[Count.WAIT_ABANDONED] += waited / 1000

    def count_service(
        self,
        row: int,
        slot: int | None,
        contacts: NDArray[np.float64],
        work: NDArray[np.float64],
        presence: NDArray[np.float64],
    ) -> None:
        c, g = self.channel(row), int(self.crew.group[self.out.agent[row]])
        pace, step = int(self.crew.pace[c, g]), int(self.lens.increment[g])
        talk, acw = (int(a[row]) * pace / 1000 for a in (self.work.handle, self.work.acw))
        talk, acw = int(talk + 0.5), int(acw + 0.5)
        start = int(self.out.arrival[row]) + self.wait(row)
        self.spread(presence[g], Presence.BUSY, start, start + talk + acw)
        if slot is None:
            return
        billed = next(n * step for n in range(talk + acw + 1) if n * step >= talk + acw)
        contacts[c, slot, [Count.TALK, Count.ACW]] += [talk / 1000, acw / 1000]
        work[c, g, slot, Work.SERVED] += 1
        work[c, g, slot, [Work.TALK, Work.ACW]] += [talk / 1000, acw / 1000]
        work[c, g, slot, Work.BILLED] += billed / 1000

    def count_client(self, client: int, cell: NDArray[np.float64]) -> None:
        if self.status[client] is Status.CLOSED:
            cell[Count.CLIENTS_CLOSED] += 1
            return
        rows = [client]
        while (later := self.following(rows[-1])) != NONE:
            rows.append(later)
        waited = sum(self.wait(row) for row in rows)
        cell[Count.CLIENTS] += 1
        cell[Count.CLIENT_WAIT] += waited / 1000
        if self.status[rows[-1]] is Status.SERVED:
            cell[Count.CLIENTS_SERVED] += 1
            cell[Count.CLIENTS_WITHIN] += waited <= self.lens.awt[self.channel(client)]

    def following(self, row: int) -> int:
        """The attempt that was made after this one failed."""
        links = {
            Status.ABANDONED: self.work.after_abandon,
            Status.BLOCKED: self.work.after_busy,
        }
        link = links.get(self.status[row], ())
        later = int(link[row]) if len(link) else NONE
        return later if later != NONE and self.status[later] is not Status.NOT_MADE else NONE

    def spread(self, cells: NDArray[np.float64], column: int, first: int, last: int) -> None:
        """Time between two ticks, slot by slot."""
        for slot in range(self.lens.within):
            start = (self.lens.before + slot) * self.lens.slot
            inside = min(last, start + self.lens.slot) - max(first, start)
            cells[slot, column] += max(0, inside) / 1000

    def virtual(self, channel: int) -> float:
        """Kaplan-Meier: at each time at which somebody was served, the share still waiting."""
        rows = [
            row
            for row in self.made()
            if self.channel(row) == channel
            and self.slot(row) is not None
            and self.status[row] in QUEUED
        ]
        if not rows:
            return float("nan")
        served = [self.wait(row) for row in rows if self.status[row] is Status.SERVED]
        unserved = 1.0
        for time in sorted(set(served)):
            if time <= self.lens.awt[channel]:
                # Who waits at the end of the day waits longer than anybody was seen to.
                at_risk = sum(
                    self.status[row] is Status.WAITING or self.wait(row) >= time for row in rows
                )
                unserved *= 1 - served.count(time) / at_risk
        return 1 - unserved
