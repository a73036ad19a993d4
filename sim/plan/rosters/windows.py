"""Lines that differ from a given one on a few days running: a line problem of those days alone.

What lies before the window fixes the state that it begins in; what lies after it, the states that
it may end in; what is worked outside is taken off hours, weekends and limits. So a line is priced
in the time of the window, not of the period.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.automata import Automaton
from sim.plan.rosters.pricing import Buffer, Priced, Pricer, extended
from sim.plan.rosters.problems import Limit, Worker

__all__ = ["Windowed", "Within", "ends", "groups_of", "steps", "walked"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Costs closer than this are the same.
SAME = 1e-9


class Windowed:
    """Prices lines of a worker that may change in a window.

    Parameters
    ----------
    worker
        Whose lines.
    line
        What is worked outside.
    begin, end
        First day of the window, and the day after its last.
    buffer
        Work space.
    """

    exact = True

    def __init__(
        self, worker: Worker, line: Integers, begin: int, end: int, buffer: Buffer
    ) -> None:
        self.line, self.span = line.copy(), slice(begin, end)
        auto, groups = worker.automaton, groups_of(worker, line)
        outside = np.r_[0:begin, end : len(line)]
        worked = outside[line[outside] >= 0]
        kinds = line[worked]
        state, adds, dear = walked(auto, groups, worker.start, 0, begin)
        inside, _, _ = walked(auto, groups, state, begin, end)
        accepting, late_adds, late_cost = ends(auto, groups, end, inside)
        own = float(
            worker.cost[worked, kinds].sum() + worker.off[np.setdiff1d(outside, worked)].sum()
        )
        self.own = own + dear + late_cost
        tallied = int(np.isin(kinds, list(worker.tally)).sum())
        tally_end = np.array(
            [extended(worker.tally_end, tallied + n) for n in range(end - begin + 2)]
        )
        self.own += float(tally_end[0])
        limits = []
        for limit in worker.limits:
            left = limit.most - int(np.isin(kinds, list(limit.kinds)).sum())
            if left < end - begin:
                limits.append(Limit(limit.kinds, left))
        self.pricer = Pricer(
            replace(
                worker,
                automaton=replace(auto, types=auto.types[begin:end], accepting=accepting),
                start=state,
                cost=worker.cost[self.span],
                off=worker.off[self.span],
                hours_end=worker.hours_end[int(worker.gain[kinds].sum()) :],
                weekends_end=worker.weekends_end[adds + late_adds :],
                limits=tuple(limits),
                tally_end=tally_end - tally_end[0] if worker.tally else worker.tally_end,
            ),
            buffer,
        )

    @property
    def worker(self) -> Worker:
        """The worker of the days of the window alone."""
        return self.pricer.worker

    def __call__(self, prices: Floats) -> Priced:
        """Price the cheapest of them; of the prices outside the window nothing is taken."""
        return self.whole(self.pricer(prices[self.span]))

    def narrowed(self, line: Integers, free: NDArray[np.bool_]) -> Within:
        """One who prices lines that differ from a given one on some days of the window only."""
        return Within(self, line, free)

    def whole(self, found: Priced) -> Priced:
        """A line of the window with what is worked outside."""
        line = self.line.copy()
        line[self.span] = found.line
        return Priced(found.value + self.own, found.bound + self.own, found.own + self.own, line)


class Within:
    """Prices lines of a worker that may change on some days of a window.

    Parameters
    ----------
    window
        Who prices lines that may change on all of its days.
    line, free
        What is worked on the other days, and which may change.
    """

    def __init__(self, window: Windowed, line: Integers, free: NDArray[np.bool_]) -> None:
        self.window, self.exact = window, window.exact
        self.pricer = window.pricer.narrowed(line[window.span], free[window.span])

    def __call__(self, prices: Floats) -> Priced:
        """Price the cheapest of them."""
        return self.window.whole(self.pricer(prices[self.window.span]))

    def narrowed(self, line: Integers, free: NDArray[np.bool_]) -> Within:
        """One who prices lines with other days that may change."""
        return Within(self.window, line, free)


def groups_of(worker: Worker, line: Integers) -> Integers:
    """What the rules know the days of a line as."""
    return np.where(line >= 0, worker.group[line], 0)


@lru_cache(maxsize=64)
def steps(auto: Automaton) -> tuple[Integers, Integers, Floats]:
    """State, weekends and cost that follow by type of day, group and state; -1 where forbidden."""
    shape = (1 + int(auto.types.max()), 1 + int(auto.group.max(initial=0)), auto.states)
    follow = np.full(shape, -1, np.int64)
    adds, cost = np.zeros(shape, np.int64), np.zeros(shape)
    for kind, day in {int(kind): day for day, kind in enumerate(auto.types)}.items():
        arcs, into = auto.arcs(day)
        at = (kind, auto.group[arcs], auto.source[arcs])
        follow[at], adds[at], cost[at] = into, auto.adds[arcs], auto.cost[arcs]
    return follow, adds, cost


def walked(
    auto: Automaton, groups: Integers, state: int, begin: int, end: int
) -> tuple[int, int, float]:
    """Where a line leads from a state; weekends that it begins, what the rules charge for it."""
    follow, adds, cost = steps(auto)
    count, total = 0, 0.0
    for day in range(begin, end):
        at = (auto.types[day], groups[day], state)
        state, count, total = int(follow[at]), count + int(adds[at]), total + float(cost[at])
    return state, count, total


def ends(
    auto: Automaton, groups: Integers, end: int, now: int
) -> tuple[NDArray[np.bool_], int, float]:
    """States from which the rest of a line is legal and counts as it does from the one now."""
    follow, adds, cost = steps(auto)
    legal = auto.accepting
    count, total = np.zeros(auto.states, np.int64), np.zeros(auto.states)
    for day in reversed(range(end, len(groups))):
        at = (auto.types[day], groups[day])
        to = follow[at]
        legal = legal[to] & (to >= 0)
        count, total = count[to] + adds[at], total[to] + cost[at]
    same = (count == count[now]) & (np.abs(total - total[now]) < SAME)
    return legal & same, int(count[now]), float(total[now])
