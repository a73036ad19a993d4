"""Where journeys were cut short: clients out of tries, and chains as long as any may be.

What a client does is drawn to stated ends, so that every run ends, also where nobody is ever served
and everybody tries again. Whether a play came to those ends is read off its outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.limits import LONGEST_CHAIN, is_cut
from sim.demand.model import Demand
from sim.demand.queues import Layout, Role
from sim.engine.contract import NONE, Outcome, Status, Workload

__all__ = ["Capped", "capped"]

Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_IS_LOST = np.isin(list(Status), (Status.ABANDONED, Status.BLOCKED, Status.DISMISSED))


@dataclass(frozen=True, slots=True)
class Capped:
    """How often clients came to the end of what is played of them.

    Parameters
    ----------
    replications
        Replications that were looked at.
    clients
        Clients who came in all of them, warm-up and wrap-up among it.
    tries
        Clients who made every try that `redial.at_most` allows and were not served at the last,
        by the channel of that try; channels without any are left out.
    chains
        Attempts that were the last in a row of as many as are played of anybody.
    longest
        How many that are; 0 where nobody made them.
    """

    replications: int
    clients: int
    tries: Mapping[str, int]
    chains: int
    longest: int

    @property
    def any(self) -> bool:
        """Whether anybody was cut short."""
        return bool(self.tries or self.chains)

    def joined(self, other: Capped) -> Capped:
        """These replications and others together.

        Examples
        --------
        >>> one, two = Capped(1, 90, {"phone": 3}, 0, 0), Capped(1, 80, {"chat": 1}, 2, 200)
        >>> one.joined(two)
        Capped(replications=2, clients=170, tries={'phone': 3, 'chat': 1}, chains=2, longest=200)
        """
        names = dict.fromkeys([*self.tries, *other.tries])
        return Capped(
            self.replications + other.replications,
            self.clients + other.clients,
            {name: self.tries.get(name, 0) + other.tries.get(name, 0) for name in names},
            self.chains + other.chains,
            max(self.longest, other.longest),
        )


def capped(demand: Demand, workload: Workload, outcome: Outcome) -> Capped | None:
    """Count the clients of one replication whose journeys were cut short.

    None where nobody does anything after a first attempt.
    """
    layout = demand.layout
    again = any(channel.redial is not None for channel in layout.channels.values())
    if demand.journeys is None and not again:
        return None
    chains = longest = 0
    if demand.journeys is None:
        rows = _last_tries(demand, workload, outcome)
        out_of_tries = np.bincount(workload.queue[rows], minlength=len(layout.channels))
    else:
        out_of_tries, chains, longest = _followed(layout, workload, outcome)
    named = zip(layout.channels, out_of_tries.tolist(), strict=True)
    tries_of = {name: count for name, count in named if count}
    return Capped(1, workload.fresh, tries_of, chains, longest)


def _last_tries(demand: Demand, workload: Workload, outcome: Outcome) -> Ints:
    """Last tries in vain of clients who only try again where they failed.

    Their further tries stand one behind the other, so that only those who were lost in one of
    them need be looked at. Such plays take a millisecond, and this a fiftieth of that.
    """
    most, fresh = demand.redials.at_most, workload.fresh
    later = outcome.status[fresh:]
    rows = np.flatnonzero(_lost(later)) + fresh
    last = [np.zeros(0, np.int64)]
    tries = 2
    while rows.size:
        allowed = most[workload.queue[rows]]
        last.append(rows[allowed == tries])
        rows = rows[allowed > tries]
        before = rows - (tries - 1)
        after = before + 1
        linked = (workload.after_abandon[before] == after) | (workload.after_busy[before] == after)
        rows = rows[linked & (before >= fresh)]
        tries += 1
    for number, channel in enumerate(demand.layout.channels.values()):
        if channel.redial is not None and channel.redial.at_most == 1:
            mine = workload.queue[:fresh] == number
            last.append(np.flatnonzero(mine & _lost(outcome.status[:fresh])))
    return np.concatenate(last)


def _followed(layout: Layout, workload: Workload, outcome: Outcome) -> tuple[Ints, int, int]:
    """Clients out of tries by channel, chains that were cut, and how long those are."""
    most = np.array([_most_tries(layout, queue) for queue in range(len(layout))])
    out_of_tries = np.zeros(len(layout.channels), np.int64)
    last, longest = 0, 0
    for rows, tries in _generations(layout, workload, outcome):
        # Nearly all attempts are the first of a client, and hardly ever is that the last try.
        if longest or (most == 1).any():
            queues = workload.queue[rows]
            spent = _lost(outcome.status[rows]) & (most[queues] > 0) & (tries + 1 >= most[queues])
            channels = layout.channel_of[queues[spent]]
            out_of_tries += np.bincount(channels, minlength=len(out_of_tries))
        last, longest = rows.size, longest + 1
    chains = last if longest == LONGEST_CHAIN else 0
    if is_cut(workload.fresh, len(workload)):
        chains = int((outcome.status[_last_drawn(workload) :] != Status.NOT_MADE).sum())
    return out_of_tries, chains, longest if chains else 0


def _lost(status: Codes) -> Flags:
    """Whose try was in vain."""
    return _IS_LOST[status]


def _most_tries(layout: Layout, queue: int) -> int:
    """Tries that a queue's channel allows; 0 where nobody tries again."""
    one = layout.queues[queue]
    redial = layout.channels[one.channel].redial
    return redial.at_most if redial is not None and one.role is Role.DESK else 0


def _generations(
    layout: Layout, workload: Workload, outcome: Outcome
) -> Iterator[tuple[Ints, Ints]]:
    """Attempts that were made, by their place in the chain, each with the tries before it."""
    bot = np.array([queue.role is Role.BOT for queue in layout.queues])
    status, made = outcome.status, outcome.status != Status.NOT_MADE
    rows = np.arange(workload.fresh)
    tries = np.zeros(workload.fresh, np.int64)
    some = bool(made[workload.fresh :].any())
    while rows.size:
        yield rows, tries
        if not some:
            return
        fate = status[rows]
        lost = np.flatnonzero((fate == Status.ABANDONED) | (fate == Status.DISMISSED))
        busy = np.flatnonzero(fate == Status.BLOCKED)
        called = np.flatnonzero(fate == Status.CALLED_BACK)
        served = np.flatnonzero(fate == Status.SERVED)
        # What leads to an attempt tells how many tries were before it; a bot's is no try.
        ways = [
            (workload.after_abandon, lost, tries[lost] + ~bot[workload.queue[rows[lost]]]),
            (workload.after_busy, busy, tries[busy] + ~bot[workload.queue[rows[busy]]]),
            (workload.callback, called, tries[called]),
            (workload.escalation, served, 0 * served),
            (workload.repeat, served, 0 * served),
        ]
        found = [(link[rows[at]], count) for link, at, count in ways if link.size and at.size]
        later = np.concatenate([rows[:0], *(link for link, _ in found)])
        tries = np.concatenate([tries[:0], *(count for _, count in found)])
        followed = (later != NONE) & made[later]
        rows, tries = later[followed], tries[followed]


def _last_drawn(workload: Workload) -> int:
    """First row of the last generation that was drawn: each stands behind the one before it."""
    low, high = 0, workload.fresh
    links = [
        link
        for link in (
            workload.after_abandon,
            workload.after_busy,
            workload.callback,
            workload.escalation,
            workload.repeat,
        )
        if link.size
    ]
    while high < len(workload):
        low, high = high, 1 + max(int(link[low:high].max()) for link in links)
    return low
