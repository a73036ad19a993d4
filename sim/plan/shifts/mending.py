"""Mending a plan that whole pauses left short: one more shift where it helps most, and again."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.plan.shifts.program import Program
from sim.plan.shifts.solver import Linear

__all__ = ["mended"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What counts as nothing [agents].
NOTHING = 1e-6


def mended(program: Program, x: Floats, dearest: float) -> Floats:
    """A plan with shifts added until nothing is short that they can fill.

    Parameters
    ----------
    program, x
        The cover and a plan of whole shifts and pauses.
    dearest
        What is short is mended where its price by interval is above this: that of a shift [money].
    """
    return _Mending(program, x, dearest).run()


class _Mending:
    """A plan that grows, and what is still short in it."""

    def __init__(self, program: Program, x: Floats, dearest: float) -> None:
        self.program, self.x = program, x.copy()
        self.by_row = program.matrix.tocsr()
        self.dear = program.cost[program.missing.slice] > dearest
        shifts = np.arange(program.shifts.first, program.shifts.end)
        self.helps = [
            program.matrix[rows][:, shifts[program.crew == crew]].tocsc()
            for crew, (rows, _) in enumerate(program.crews)
        ]
        pools: dict[int, list[tuple[int, int]]] = {}
        for number, pool in enumerate(program.pools):
            for member, opens in zip(pool.members.tolist(), pool.opens.tolist(), strict=True):
                pools.setdefault(member, []).append((number, opens))
        self.pools = pools
        self.ways: dict[int, list[Ints]] = {}
        for column, _, span in program.ways:
            self.ways.setdefault(column, []).append(np.arange(span.first, span.end))
        rows = program.matrix, program.lowest, program.highest
        self.linear = Linear(program.cost, program.upper, *rows)
        due = [np.arange(pool.due.first, pool.due.end) for pool in program.pools]
        self.whole = np.concatenate([np.flatnonzero(program.whole), *due])

    def run(self) -> Floats:
        """Add shifts while that helps; the last state that is a plan."""
        short = self._short()
        while short.any():
            column = self._best(short)
            if column < 0:
                break
            before = self.x.copy()
            self._add(column, short)
            left = self._short()
            if left.sum() > short.sum() - NOTHING:
                self.x = before
                break
            short = left
        return self.x

    def _short(self) -> Floats:
        """What is short by skill and interval, the work shared out anew among skills."""
        fixed = self.x[self.whole]
        self.linear.bounds(self.whole, fixed, fixed)
        solved = self.linear.solve()
        if solved.found:
            self.x = solved.x
        missing = np.where(self.dear, self.x[self.program.missing.slice], 0.0)
        number = len(self.program.crews[0][0])
        skills = (self.program.cover.end - self.program.cover.first) // number
        missing = missing.reshape(-1, skills, number).sum(axis=0)
        return np.where(missing > NOTHING, missing, 0.0)

    def _best(self, short: Floats) -> int:
        """The shift that fills most for its price, if any may be added."""
        gain = np.zeros(len(self.program.crew))
        for crew, (_, skills) in enumerate(self.program.crews):
            wanted = np.minimum(short[list(skills)].max(axis=0), 1.0)
            gain[self.program.crew == crew] = self.helps[crew].T @ wanted
        cost = np.maximum(self.program.cost[self.program.shifts.slice], 1e-9)
        for column in np.argsort(-gain / cost, kind="stable").tolist():
            if gain[column] <= NOTHING:
                return -1
            if self._allowed(column):
                return int(column)
        return -1

    def _allowed(self, column: int) -> bool:
        """Whether limits leave room for one more."""
        program = self.program
        if self.x[column] + 1 > program.upper[column] + NOTHING:
            return False
        entries: sp.csc_matrix = program.matrix[:, column]
        rows = entries.indices
        # Only limits have an end and grow with a shift; a pool's rows grow the other way.
        rows = rows[(entries.data > 0) & np.isfinite(program.highest[rows])]
        level = self.by_row[rows] @ self.x
        return bool((level + 1 <= program.highest[rows] + NOTHING).all())

    def _add(self, column: int, short: Floats) -> None:
        """One more shift, its pauses where they do least harm."""
        program = self.program
        self.x[column] += 1
        rows, skills = program.crews[int(program.crew[column])]
        # Harm of a pause: much where work is short, elsewhere the less there is to spare the more.
        spare = (self.by_row[rows] @ self.x) - np.maximum(program.lowest[rows], 0.0)
        harm = 1.0 / (1.0 + np.maximum(spare, 0.0)) + 100.0 * (short[list(skills)].max(axis=0) > 0)
        weight = np.zeros(program.matrix.shape[0])
        weight[rows] = harm
        for number, opens in self.pools.get(column, ()):
            pool = program.pools[number]
            slots = pool.begins.end - pool.begins.first
            wide = (pool.window.last - pool.window.first) // pool.step
            slot = (opens + np.arange(wide + 1)) % slots
            harms = -(program.matrix[:, pool.begins.first + slot].T @ weight)
            chosen = int(np.argmin(harms))
            self.x[pool.begins.first + slot[chosen]] += 1
            self.x[pool.due.first + slot[:chosen]] += 1
        for ways in self.ways.get(column, ()):
            harms = -(program.matrix[:, ways].T @ weight)
            self.x[ways[int(np.argmin(harms))]] += 1
