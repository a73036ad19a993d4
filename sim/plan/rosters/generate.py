"""Column generation: lines at the prices that the program sets, until no line pays.

The prices swing; so lines are also priced between them and the best prices until now (smoothing
after Wentges). Whatever the prices, the cheapest lines at them give a bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.effort import Clock
from sim.plan.rosters.master import Column, Master
from sim.plan.rosters.pricing import Pricing

__all__ = ["Generated", "generate"]

Floats = NDArray[np.float64]

PAYS = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """Where the generation of lines ended.

    Parameters
    ----------
    cost
        Of the linear program over the lines found.
    bound
        What no choice of lines can be below.
    worker_prices, post_prices
        The last prices.
    rounds
        How many programs were solved.
    finished
        Whether no line pays any more.
    """

    cost: float
    bound: float
    worker_prices: Floats
    post_prices: Floats
    rounds: int
    finished: bool

    def reduced(self, master: Master, column: Column) -> float:
        """What a line changes at the last prices, for each unit of it."""
        return master.reduced(column, self.worker_prices, self.post_prices)


def generate(
    master: Master,
    pricers: Mapping[int, Pricing],
    clock: Clock,
    *,
    rounds: int = 10_000,
    seconds: float = np.inf,
    skip: frozenset[int] = frozenset(),
    close: float = 1e-6,
    smooth: float = 0.5,
    center: Floats | None = None,
    known: float = -np.inf,
) -> Generated:
    """Add lines until none pays, or until the effort allowed is spent.

    Parameters
    ----------
    master, pricers
        The program, and who prices lines for it.
    rounds, seconds
        Programs to solve at most, and time.
    skip
        Workers whose line is settled.
    close
        Gap between program and bound that is small enough.
    smooth
        Weight of the best prices until now.
    center, known
        Prices to begin with, and the bound that they give.
    """
    open_ = [worker for worker in master.workers if worker not in skip]
    best, begun, count = known, clock.seconds, 0
    while True:
        cost, own, y = master.solve()
        clock.programs += 1
        count += 1
        done = False
        for weight in (smooth, 0.0) if center is not None and smooth else (0.0,):
            at = y if not weight or center is None else weight * center + (1 - weight) * y
            prices = -master.problem.worth(at)
            answers = [pricers[worker](prices) for worker in open_]
            columns = [
                Column(worker, answer.line, answer.own)
                for worker, answer in zip(open_, answers, strict=True)
                if answer.value < np.inf
            ]
            values = sum(answer.bound for answer in answers)
            bound = master.bound(at, values) if not skip else -np.inf
            if bound > best or center is None:
                best, center = max(best, bound), at
            paying = [column for column in columns if master.reduced(column, own, y) < -PAYS]
            added = master.offer(paying)
            if added:
                break
        else:
            done = True
        if done or (np.isfinite(best) and cost - best <= close * max(1.0, abs(cost))):
            return Generated(cost, best, own, y, count, True)
        if count >= rounds or clock.seconds - begun > seconds or clock.left <= 0:
            return Generated(cost, best, own, y, count, False)
