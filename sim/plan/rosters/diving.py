"""A dive: days of people are settled, the surest first, with new lines priced in between.

A line as a whole is seldom sure, and one that is taken whole leaves the last people what does not
fit together. Most days of most people are sure long before: so days are settled, and a line bends
to the others until its last day is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.effort import Clock
from sim.plan.rosters.generate import generate
from sim.plan.rosters.master import Column, Master
from sim.plan.rosters.pricing import Pricing
from sim.plan.rosters.state import Draft

__all__ = ["Settled", "assembled", "dive", "fixed_cost"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A day that is still open.
OPEN = -2
# A day this sure is settled at once; the share of all days that is settled each time at least; how
# much of a worker's lines must be left when more than one day of theirs is settled.
SURE, STRIDE, LEFT = 0.9, 0.02, 0.3
# Programs between two times: while much is open, and once the share that is open is small.
BETWEEN, AFTER, SMALL = 4, 12, 0.15
# Parts of lines and costs that are the same.
SAME = 1e-6


class Settled:
    """Days of the workers of a program, settled one after the other.

    Parameters
    ----------
    master
        The program.
    """

    def __init__(self, master: Master) -> None:
        self.master = master
        self.days = np.full((len(master.workers), master.problem.days), OPEN, np.int64)

    @property
    def open(self) -> NDArray[np.bool_]:
        """Which days are not settled, by worker."""
        return np.asarray(self.days == OPEN)

    def more(self, count: int) -> int:
        """Settle all days that are sure, and so many of the surest others; how many it was."""
        lines, rows = self.master.lines(), self.master.rows()
        amounts = self.master.chosen()
        taken = np.flatnonzero(amounts > SAME)
        people, days = self.days.shape
        share = np.zeros((people, days, self.master.problem.kinds + 1))
        at = (rows[taken, None], np.arange(days), lines[taken] + 1)
        np.add.at(share, at, amounts[taken, None])
        best = share.argmax(axis=2) - 1
        sure = np.where(self.open, share.max(axis=2), 0.0)
        left = [taken[rows[taken] == row] for row in range(people)]
        touched = np.zeros(people, bool)
        settled = unsure = 0
        for cell in np.argsort(-sure, axis=None, kind="stable").tolist():
            row, day = divmod(cell, days)
            if sure[row, day] <= SAME or (sure[row, day] < SURE and unsure >= count):
                break
            kept = left[row][lines[left[row], day] == best[row, day]]
            part = amounts[kept].sum() / amounts[left[row]].sum()
            if not len(kept) or (touched[row] and part < LEFT):
                continue
            unsure += part < 1 - SAME
            touched[row] |= part < 1 - SAME
            left[row] = kept
            self.days[row, day] = best[row, day]
            settled += 1
        return settled

    def apply(self) -> None:
        """Leave the program the lines that keep to what is settled."""
        days = self.days[self.master.rows()]
        keeps = ((days == OPEN) | (days == self.master.lines())).all(axis=1)
        upper = np.where(keeps, np.inf, 0.0)
        self.master.bounds(list(range(len(upper))), upper)

    def pricers(self, pricers: Mapping[int, Pricing]) -> dict[int, Pricing]:
        """Who prices lines that keep to it, for the workers who have an open day."""
        return {
            worker: pricers[worker].narrowed(self.days[row], self.open[row])
            for worker, row in self.master.row.items()
            if self.open[row].any()
        }


def dive(
    master: Master,
    pricers: Mapping[int, Pricing],
    clock: Clock,
    draft: Draft,
    *,
    seconds: float = np.inf,
    stride: float = STRIDE,
) -> Draft:
    """The roster that settling one day after the other ends in.

    The workers that the program does not know keep their lines of the draft. Where the program
    already costs as much as the draft, the draft is the answer.
    """
    settled = Settled(master)
    settled.days[:, ~master.free] = draft.lines[master.workers][:, ~master.free]
    begun, room = clock.seconds, draft.cost - fixed_cost(master, draft)
    least = max(1, int(stride * settled.open.sum()))
    hopeless = False
    while settled.more(least):
        settled.apply()
        asked = settled.pricers(pricers)
        rounds = AFTER if settled.open.mean() < SMALL else BETWEEN
        whole = frozenset(master.workers) - frozenset(asked)
        found = generate(master, asked, clock, rounds=rounds, skip=whole, smooth=0.0)
        hopeless = found.finished and found.cost >= room - SAME
        if hopeless or not asked or clock.left <= 0 or clock.seconds - begun > seconds:
            break
    amounts, workers = master.chosen(), [column.worker for column in master.columns]
    taken = {worker: n for n, worker in enumerate(workers) if n < len(amounts) and amounts[n] > 0.5}
    master.release()
    return draft.copy() if hopeless else assembled(master, list(taken.values()), pricers, draft)


def assembled(
    master: Master, columns: list[int], pricers: Mapping[int, Pricing], draft: Draft
) -> Draft:
    """The roster with these lines; who has none of them gets the best line that is left."""
    trial = draft.copy()
    left = set(master.workers)
    for worker in master.workers:
        trial.take(worker)
    for n in columns:
        column: Column = master.columns[n]
        trial.put(column.worker, column.line, column.own)
        left.discard(column.worker)
    for worker in sorted(left):
        answer = pricers[worker](trial.problem.prices(trial.gap))
        if answer.value < np.inf:
            trial.put(worker, answer.line, answer.own)
        else:
            trial.put(worker, draft.lines[worker], float(draft.own[worker]))
    return trial


def fixed_cost(master: Master, draft: Draft) -> float:
    """What the program knows nothing of: the other lines by themselves."""
    rest = np.ones(len(draft.own), bool)
    rest[master.workers] = False
    return float(draft.own[rest].sum())
