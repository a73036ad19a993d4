"""A bound without a linear program: prices of the posts, moved uphill step by step.

At any prices the cheapest lines give a bound. A post that they leave short becomes dearer, one with
too many cheaper: the steps are those of Polyak, towards a level a little above the best. Who has
too many hours to be priced exactly is priced without a count of them, at a price of each instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.effort import Clock
from sim.plan.rosters.pricing import Pricer, Pricers
from sim.plan.rosters.problems import Problem

__all__ = ["Ascended", "Hourly", "ascend"]

Floats = NDArray[np.float64]

# Steps without a better bound before less is aimed at; the bound that is as good as the cost; the
# part of the way to the cost that is aimed at first.
PATIENCE, NEAR, LEAP = 4, 1e-6, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Ascended:
    """Where the ascent ended.

    Parameters
    ----------
    bound
        What no roster can be below.
    prices
        Of the posts, where it was found.
    """

    bound: float
    prices: Floats


class Hourly:
    """Bounds the lines of a worker with a price on each unit of time in place of its limits.

    Parameters
    ----------
    pricer
        The worker's own.
    """

    def __init__(self, pricer: Pricer) -> None:
        worker = pricer.worker
        self.exact = pricer.exact
        self.gain, self.end = worker.gain, worker.hours_end
        # The price of a usual duty is what moves, so that it is of the size of the others.
        self.usual = max(1.0, float(worker.gain[pricer.open].sum()) / max(1, pricer.open.sum()))
        self.price = 0.0
        if not self.exact:
            none = np.zeros_like(worker.gain)
            loose = replace(worker, gain=none, hours_end=np.zeros(1), limits=())
            pricer = Pricer(loose, pricer.buffer)
        self.pricer = pricer

    def __call__(self, prices: Floats) -> tuple[float, NDArray[np.int64], float]:
        """A bound on the lines, the line it is of, and how the price of time should move."""
        if self.exact:
            found = self.pricer(prices)
            return found.bound, found.line, 0.0
        unit = self.price / self.usual
        found = self.pricer(prices, self.pricer.worker.cost + unit * self.gain)
        rest = self.end - unit * np.arange(len(self.end))
        best = int(np.argmin(rest))
        worked = int(self.gain[found.line[found.line >= 0]].sum())
        return found.bound + float(rest[best]), found.line, (worked - best) / self.usual


def ascend(
    problem: Problem, pricers: Pricers, clock: Clock, target: float, *, rounds: int, seconds: float
) -> Ascended:
    """Raise the bound.

    Parameters
    ----------
    problem, pricers
        What is to be solved, and who prices lines.
    target
        What a roster costs.
    rounds, seconds
        Steps at most, and time.
    """
    posts = problem.posts
    near, some, far, over = posts.costs.T
    two = some < 1e8
    top = np.where(two, far, near)
    hourly = [Hourly(pricers[n]) for n in range(len(problem.workers))]
    best, begun, failed = -np.inf, clock.seconds, 0
    level = LEAP * target
    y = kept = np.zeros(len(posts.need))
    own = np.zeros(len(hourly))
    for _ in range(rounds):
        prices = -problem.worth(y)
        move = posts.need - np.where(two & (y > near), some, 0.0)
        bound = float((posts.need * y).sum())
        bound += float((np.where(two, some, 0.0) * np.minimum(0.0, near - y)).sum())
        time_moves = np.zeros(len(hourly))
        for n, one in enumerate(hourly):
            one.price = float(own[n])
            value, line, time_moves[n] = one(prices)
            bound += value
            problem.fill(move, line)
            if clock.left <= 0 or clock.seconds - begun > seconds:
                return Ascended(best, kept)
        if bound > best:
            # The level that is aimed at is a little above; it comes closer when that fails.
            level = min(target, bound + max(level - max(best, 0.0), LEAP * (target - bound)))
            best, kept, failed = bound, y, 0
            clock.bound = max(clock.bound, best)
            clock.told("bound", target)
        else:
            failed += 1
            if failed >= PATIENCE:
                level, failed = best + (level - best) / 2, 0
        # What cannot move further is no part of the direction.
        move[((y >= top) & (move > 0)) | ((y <= -over) & (move < 0))] = 0.0
        size = float((move**2).sum() + (time_moves**2).sum())
        if target - bound <= NEAR * abs(target) or size == 0:
            break
        step = (level - bound) / size
        y = np.clip(y + step * move, -over, top)
        own = own + step * time_moves
    return Ascended(best, kept)
