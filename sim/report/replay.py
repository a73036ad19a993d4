"""One simulated day played again: who waits, who is at work and who is busy, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.decide import OptionResult
from sim.demand.queues import Role
from sim.engine import Status, play
from sim.engine.contract import NONE, TICKS_PER_SECOND
from sim.engine.story import FAR, Story, spells_of, tell
from sim.metrics import Count

__all__ = ["MINUTES", "Moment", "Replay", "busiest_day", "replay"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Minutes in a day.
MINUTES = 1440
_MINUTE = 60 * TICKS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Moment:
    """What one sees on the floor at one moment.

    Parameters
    ----------
    waits
        How long each of those who wait has waited so far, the longest first [s].
    ours, others, free
        Agents who hold a contact of the channel, who hold others only, and who hold none.
    came, answered, in_time, gave_up
        Contacts of the day that have come by now; of these, those who were answered, answered in
        time, and who gave up.
    """

    waits: tuple[float, ...]
    ours: int
    others: int
    free: int
    came: int
    answered: int
    in_time: int
    gave_up: int

    @property
    def present(self) -> int:
        """Agents at work."""
        return self.ours + self.others + self.free


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A day of one replication, as one channel and those who serve it lived through it.

    Parameters
    ----------
    start
        Midnight at its beginning [ticks].
    awt
        Acceptable waiting time of the channel [s].
    arrived, joined, out
        Of each contact of the channel in the replication: when it came, joined the queue, and left
        it [ticks].
    answered, gave_up
        What became of it.
    held
        Contacts in agents' hands: agent, begin, end [3, contact]; those of the channel first.
    ours
        How many of these are contacts of the channel.
    spells
        When agents hold anything: begin, end [2, spell].
    stays
        When agents come and leave [2, stretch].
    """

    start: int
    awt: float
    arrived: Ints
    joined: Ints
    out: Ints
    answered: NDArray[np.bool_]
    gave_up: NDArray[np.bool_]
    held: Ints
    ours: int
    spells: Ints
    stays: Ints

    def moment(self, minute: float) -> Moment:
        """The floor at so many minutes after midnight."""
        now = self.start + round(minute * _MINUTE)
        waiting = (self.joined <= now) & (now < self.out)
        today = (self.arrived >= self.start) & (self.arrived <= now)
        waits = np.sort((now - self.joined[waiting]) / TICKS_PER_SECOND)[::-1]
        done = today & (self.out <= now)
        quick = self.out - self.joined <= self.awt * TICKS_PER_SECOND
        here = int(((self.stays[0] <= now) & (now < self.stays[1])).sum())
        agent, begin, end = self.held
        busy = (begin <= now) & (now < end)
        mine = np.unique(agent[: self.ours][busy[: self.ours]])
        all_ = np.unique(agent[busy])
        return Moment(
            tuple(waits.tolist()),
            len(mine),
            len(all_) - len(mine),
            max(here - len(all_), 0),
            int(today.sum()),
            int((done & self.answered).sum()),
            int((done & self.answered & quick).sum()),
            int((done & self.gave_up).sum()),
        )

    def waiting(self) -> Ints:
        """Most contacts that wait at once in each minute of the day."""
        waited = self.out > self.joined
        return _most(self.joined[waited], self.out[waited], self.start)

    def at_work(self) -> Floats:
        """Mean number of agents at work in each minute of the day."""
        return _mean(self.stays[0], self.stays[1], self.start)

    def busy(self) -> Floats:
        """Mean number of agents in each minute of the day who hold something."""
        return _mean(self.spells[0], self.spells[1], self.start)


def busiest_day(result: OptionResult, channel: str) -> int:
    """The day of the period, from 0, on which most contacts of a channel come."""
    offered = result.replications.counts(channel)[:, Count.OFFERED]
    return int(offered.reshape(-1, result.case.timeline.per_day).sum(axis=1).argmax())


def replay(result: OptionResult, channel: str, day: int, number: int = 0) -> Replay:
    """Play one replication again and look at one day of it.

    Parameters
    ----------
    result
        The option as it was simulated.
    channel
        Whose contacts are told apart from others.
    day
        Day of the period, from 0.
    number
        Which of the replications played, from 0.
    """
    played, seed = result.case, result.replications.seed
    number += result.replications.first
    workload, staffing = played.demand.workload(seed, number), played.present(seed, number)
    outcome = play(workload, staffing)
    story = tell(workload, staffing, outcome)
    groups = [channel in group.skills for group in result.option.groups.values()]
    team = np.array(groups)[staffing.group]
    own = _own(result, channel)[workload.queue]
    held = [_held(story, team, rows) for rows in (own, ~own)]
    spells = spells_of(story)
    mine = team[spells.agent]
    came = team & (outcome.began != NONE)
    own &= np.isin(outcome.status, _REACHED)
    line, place = played.timeline, played.channels.index(channel)
    return Replay(
        line.start + day * line.per_day * line.slot,
        float(played.lens.awt[place]) / TICKS_PER_SECOND,
        outcome.arrival[own],
        story.since[own],
        story.out[own],
        outcome.status[own] == Status.SERVED,
        outcome.status[own] == Status.ABANDONED,
        np.concatenate(held, axis=1),
        held[0].shape[1],
        np.stack([spells.begin[mine], spells.end[mine]]),
        np.stack([outcome.began[came], outcome.left[came]]),
    )


def _own(result: OptionResult, channel: str) -> NDArray[np.bool_]:
    """Queues in which contacts of a channel wait for an agent."""
    queues = result.case.demand.layout.queues
    roles = (Role.DESK, Role.CALLBACK)
    return np.array([queue.channel == channel and queue.role in roles for queue in queues])


def _held(story: Story, team: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Ints:
    """Some contacts in the hands of a team: agent, begin, end."""
    chosen = np.flatnonzero(story.by_agent & rows)
    agent = story.outcome.agent[chosen].astype(np.int64)
    end = np.where(story.finish[chosen] == FAR, story.outcome.left[agent], story.finish[chosen])
    return np.stack([agent, story.out[chosen], end])[:, team[agent]]


#: Fates of those who came into the queue.
_REACHED = (
    Status.SERVED,
    Status.ABANDONED,
    Status.WAITING,
    Status.CALLED_BACK,
    Status.DISMISSED,
)


def _most(begin: Ints, end: Ints, start: int) -> Ints:
    """Most stretches at once in each minute of a day."""
    moments = np.concatenate([begin, end])
    steps = np.repeat([1, -1], [len(begin), len(end)])
    # Who leaves in a tick makes room before another comes.
    order = np.lexsort((steps, moments))
    level = np.concatenate([[0], np.cumsum(steps[order])])
    edges = start + np.arange(MINUTES + 1) * _MINUTE
    first = np.searchsorted(moments[order], edges, side="right")
    return np.array([level[a : b + 1].max() for a, b in pairwise(first)], np.int64)


def _mean(begin: Ints, end: Ints, start: int) -> Floats:
    """Mean number of stretches at once in each minute of a day."""
    edges = start + np.arange(MINUTES + 1) * _MINUTE

    def passed(moments: Ints) -> Ints:
        ordered = np.sort(moments)
        before = np.searchsorted(ordered, edges)
        sums = np.concatenate([[0], np.cumsum(ordered)])
        return np.asarray(before * edges - sums[before])

    return np.asarray(np.diff(passed(begin) - passed(end)) / _MINUTE)
