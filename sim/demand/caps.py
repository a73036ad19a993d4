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
from sim.demand.queues import Layout, Role
from sim.engine.contract import NONE, Outcome, Status, Workload

__all__ = ["Capped", "capped"]

Ints = NDArray[np.int64]

_LOST = (Status.ABANDONED, Status.BLOCKED, Status.DISMISSED)


@dataclass(frozen=True, slots=True)
class Capped:
    """How often clients came to the end of what is played of them in one replication.

    Parameters
    ----------
    replication
        The replication that was looked at.
    clients
        Clients who came, warm-up and wrap-up among it.
    tries
        Clients who made every try that `redial.at_most` allows and were not served at the last,
        by the channel of that try; channels without any are left out.
    chains
        Attempts that were the last in a row of as many as are played of anybody.
    longest
        How many that are.
    """

    replication: int
    clients: int
    tries: Mapping[str, int]
    chains: int
    longest: int

    @property
    def any(self) -> bool:
        """Whether anybody was cut short."""
        return bool(self.tries or self.chains)


def capped(layout: Layout, workload: Workload, outcome: Outcome, replication: int) -> Capped:
    """Count the clients whose journeys were cut short in one replication."""
    most = np.array([_most_tries(layout, queue) for queue in range(len(layout))])
    out_of_tries = np.zeros(len(layout.channels), np.int64)
    last, longest = 0, 0
    for step, (rows, tries) in enumerate(_generations(layout, workload)):
        made = outcome.status[rows] != Status.NOT_MADE
        queues = workload.queue[rows].astype(np.int64)
        lost = np.isin(outcome.status[rows], _LOST)
        spent = lost & (most[queues] > 0) & (tries + 1 >= most[queues])
        out_of_tries += np.bincount(
            layout.channel_of[queues[spent]], minlength=len(layout.channels)
        )
        last, longest = int(made.sum()), step + 1
    named = zip(layout.channels, out_of_tries.tolist(), strict=True)
    tries_of = {name: count for name, count in named if count}
    cut = longest == LONGEST_CHAIN or is_cut(workload.fresh, len(workload))
    return Capped(replication, workload.fresh, tries_of, last if cut else 0, longest)


def _most_tries(layout: Layout, queue: int) -> int:
    """Tries that a queue's channel allows; 0 where nobody tries again."""
    one = layout.queues[queue]
    redial = layout.channels[one.channel].redial
    return redial.at_most if redial is not None and one.role is Role.DESK else 0


def _generations(layout: Layout, workload: Workload) -> Iterator[tuple[Ints, Ints]]:
    """Attempts by their place in the chain, each with the tries before it."""
    bot = np.array([queue.role is Role.BOT for queue in layout.queues])
    rows = np.arange(workload.fresh)
    tries = np.zeros(workload.fresh, np.int64)
    while rows.size:
        yield rows, tries
        own = ~bot[workload.queue[rows]]
        ways = [
            (workload.after_abandon, tries + own),
            (workload.after_busy, tries + own),
            (workload.callback, tries),
            (workload.escalation, tries * 0),
            (workload.repeat, tries * 0),
        ]
        found = [(link[rows], count) for link, count in ways if link.size]
        later = np.concatenate([rows[:0], *(link for link, _ in found)]).astype(np.int64)
        count = np.concatenate([tries[:0], *(count for _, count in found)])
        # Giving up and meeting busy lines may lead to the same attempt.
        rows, first = np.unique(later, return_index=True)
        tries = count[first]
        rows, tries = rows[rows != NONE], tries[rows != NONE]
