"""Improving a plan window by window: a day or so solved anew while the rest stands still.

The linear program of a window is solved in hundredths of a second and says how much can be gained
in it at most. So windows come in the order of what they promise, and those that promise nothing
are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.plan.shifts.solver import Linear, Solved, whole_solution
from sim.plan.shifts.windows import Grain, window_solution

if TYPE_CHECKING:
    from sim.plan.shifts.program import Program

__all__ = ["Windows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: What one window may take at most, when its nodes take longer than they do by far [s].
LONGEST = 4.0
#: Room for the solver's noise, as a share.
NOISE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The program of a window, and what stands in it."""

    at: Ints
    cost: Floats
    upper: Floats
    matrix: sp.csc_matrix
    lowest: Floats
    highest: Floats
    start: Floats

    def least(self) -> float:
        """What it costs at the least."""
        return Linear(self.cost, self.upper, self.matrix, self.lowest, self.highest).solve().cost


class Windows:
    """Windows of a program, and the plan that they improve.

    Parameters
    ----------
    program
        The cover.
    grain
        Its parts; without them windows are solved by branching.
    kept
        Shifts worth a look; those of the plan are, too.
    plan, keep
        The best plan so far; takes another one, and says whether it is a better plan.
    left, over
        Seconds that are left, and why to stop; no reason while it is empty.
    """

    def __init__(
        self,
        program: Program,
        grain: Grain | None,
        kept: Mask,
        plan: Callable[[], Floats],
        keep: Callable[[Floats], bool],
        left: Callable[[], float],
        over: Callable[[], str],
    ) -> None:
        self.program, self.grain, self.kept = program, grain, kept
        self.plan, self.keep, self.left, self.over = plan, keep, left, over
        self.rows = program.matrix.tocsr()
        self.span = int(program.moment.max()) + 1
        # A pause that moves begins within its window, all else within the longest shift.
        self.reach = np.full(len(program.cost), float(program.longest))
        for pool in program.pools:
            for span in (pool.begins, pool.due):
                self.reach[span.slice] = pool.window.last + pool.step
        self.solved = 0

    def sweep(self, length: int, nodes: int, work: float, worth: float, threads: int) -> None:
        """Every window that promises anything, those that promise most first.

        Parameters
        ----------
        length
            Of a window [minutes].
        nodes, work
            Effort for one: nodes of branching, or steps of constraint programming.
        worth
            An improvement below this is none [money].
        threads
            Windows at a time.
        """
        starts = list(range(0, self.span, max(60, length // 2)))
        effort = nodes, work, worth
        with ThreadPoolExecutor(threads) as pool:
            promise = dict.fromkeys(starts, math.inf)
            stale = starts
            while True:
                if self.left() <= 0 or self.over():
                    return
                told = pool.map(lambda start: self._promise(start, length), stale)
                promise.update(zip(stale, told, strict=True))
                chosen = self._chosen(promise, length, worth, threads)
                if not chosen:
                    return
                parts = [self._part(start, length) for start in chosen]
                tasks = [pool.submit(self._improved, part, effort) for part in parts]
                stale = []
                for start, part, task in zip(chosen, parts, tasks, strict=True):
                    promise[start] = 0.0
                    if self._put(part, task.result()):
                        stale += [s for s in starts if self._near(s, start, length)]
                stale = sorted(set(stale))

    def _near(self, one: int, other: int, length: int) -> bool:
        """Whether two windows have columns in common; a window is not near itself."""
        apart = abs(one - other)
        return 0 < min(apart, self.span - apart) < length + self.program.longest

    def _chosen(
        self, promise: dict[int, float], length: int, worth: float, threads: int
    ) -> list[int]:
        """Windows that promise most and have nothing in common."""
        step = self.grain.step if self.grain is not None else 0.0
        least = max(worth, (1 - NOISE) * step)
        chosen: list[int] = []
        for start in sorted(promise, key=lambda start: -promise[start]):
            if len(chosen) == threads or promise[start] < least:
                break
            if not any(self._near(start, other, length) for other in chosen):
                chosen.append(start)
        return chosen

    def _promise(self, start: int, length: int) -> float:
        """What a window gains at most [money]."""
        part = self._part(start, length)
        return float(part.cost @ part.start) - part.least()

    def _part(self, start: int, length: int) -> _Part:
        program, x = self.program, self.plan()
        free = self._free(start, length)
        at = np.flatnonzero(free)
        matrix = program.matrix[:, at].tocsr()
        touched = np.flatnonzero(np.diff(matrix.indptr))
        matrix = matrix[touched]
        level = self.rows[touched] @ np.where(free, 0.0, x)
        return _Part(
            at, program.cost[at], program.upper[at], matrix.tocsc(),
            program.lowest[touched] - level, program.highest[touched] - level, x[at],
        )  # fmt: skip

    def _free(self, start: int, length: int) -> Mask:
        """Columns of a window: its shifts that are worth a look, and all that touches them."""
        program = self.program
        since = program.moment - start
        since = np.where(program.moment >= 0, since % self.span, math.inf)
        free = since < length + self.reach
        shifts = program.shifts.slice
        free[shifts] = (since[shifts] < length) & (self.kept | (self.plan()[shifts] > 0))
        return np.asarray(free)

    def _improved(self, part: _Part, effort: tuple[int, float, float]) -> Solved:
        """The best of a window while all else stands still."""
        nodes, work, worth = effort
        rows = part.matrix, part.lowest, part.highest
        if self.grain is not None:
            return window_solution(
                part.cost, part.upper, *rows,
                grain=replace(self.grain, whole=self.grain.whole[part.at]),
                start=part.start, work=work, seconds=max(0.1, self.left()), worth=worth,
            )  # fmt: skip
        return whole_solution(
            part.cost, part.upper, *rows, self.program.whole[part.at],
            start=part.start, nodes=nodes, seconds=min(LONGEST, max(0.1, self.left())),
            worth=worth,
        )  # fmt: skip

    def _put(self, part: _Part, solved: Solved) -> bool:
        """Whether the plan is better with a window."""
        self.solved += 1
        if not solved.found:
            return False
        x = self.plan().copy()
        x[part.at] = solved.x
        return self.keep(x)
