"""A roster in the making: lines, what is still lacking, what it costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.pricing import Priced, Pricers
from sim.plan.rosters.problems import Problem

__all__ = ["Draft"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Draft:
    """Lines of all workers, and the gaps that they leave.

    Parameters
    ----------
    problem
        What is to be solved.
    lines
        Kind by worker and day, -1 for none.
    own
        What each line costs without the cover.
    gap
        What each post lacks.
    """

    __slots__ = ("gap", "lines", "own", "problem")

    def __init__(self, problem: Problem, lines: Integers, own: Floats, gap: Floats) -> None:
        self.problem = problem
        self.lines = lines
        self.own = own
        self.gap = gap

    @classmethod
    def empty(cls, problem: Problem) -> Draft:
        """Nobody works."""
        people = len(problem.workers)
        lines = np.full((people, problem.days), -1, np.int64)
        return cls(problem, lines, np.zeros(people), problem.posts.need.copy())

    def copy(self) -> Draft:
        """The same, to be changed."""
        return Draft(self.problem, self.lines.copy(), self.own.copy(), self.gap.copy())

    @property
    def cost(self) -> float:
        """What it costs in all."""
        return float(self.own.sum()) + self.problem.posts.cost(self.gap)

    def take(self, worker: int) -> None:
        """Take a worker's line away from the posts."""
        self.problem.fill(self.gap, self.lines[worker], -1.0)

    def put(self, worker: int, line: Integers, own: float) -> None:
        """Give a worker a line, and fill the posts with it."""
        self.lines[worker] = line
        self.own[worker] = own
        self.problem.fill(self.gap, line)

    def best(self, pricers: Pricers, worker: int, noise: Floats | float = 0.0) -> Priced:
        """Give a worker, who has none, the line that is best with the others as they are."""
        answer = pricers[worker](self.problem.prices(self.gap) + noise)
        if answer.value < np.inf:
            self.put(worker, answer.line, answer.own)
        return answer

    def without(self, workers: Iterable[int], free: NDArray[np.bool_]) -> Floats:
        """The gaps when these workers do nothing on the free days."""
        gap = self.gap.copy()
        for worker in workers:
            self.problem.fill(gap, np.where(free, self.lines[worker], -1), -1.0)
        return gap
