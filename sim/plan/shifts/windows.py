"""A part of a cover solved by constraint programming, which is far ahead of branching there.

Shifts, pauses and what is due are whole, and so are their effects on intervals once these are
counted in a common part of an interval. Effort is counted in steps of the solver and not in
seconds, so that the same question has the same answer on every machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from sim.plan.shifts.program import Program
from sim.plan.shifts.solver import Solved

__all__ = ["Grain", "grain", "window_solution"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Parts of an interval in which presence is counted, parts of money in which costs are.
PARTS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
CENTS = (1, 2, 4, 5, 10, 12, 20, 60, 100, 300, 600, 1200, 6000)
#: Where costs have no such part: how many parts the dearest shift has.
FINE = 1e6
#: Larger numbers than any plan has, and room for rounding.
MANY, NOISE = 10**6, 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """In what parts everything in a program is whole.

    Parameters
    ----------
    parts
        Of an interval.
    cents
        Of money.
    whole
        Columns that are whole in a plan; the others are counted in parts.
    step
        Costs of the best plans differ by whole numbers of this [money]; 0 when nothing is known.
    """

    parts: int
    cents: float
    whole: Mask
    step: float

    def up(self, bound: float) -> float:
        """A bound as far up as the next cost that a plan may have."""
        if not (self.step > 0 and math.isfinite(bound)):
            return bound
        return max(bound, math.ceil(bound / self.step - NOISE) * self.step)


def grain(program: Program) -> Grain | None:
    """The parts of a program; None where there are none.

    Parameters
    ----------
    program
        The cover.
    """
    data = np.unique(np.abs(program.matrix.data))
    found = (n for n in PARTS if np.allclose(data * n, np.round(data * n), atol=NOISE, rtol=0))
    parts = next(found, None)
    if parts is None:
        return None
    whole = program.whole.copy()
    for pool in program.pools:
        whole[pool.due.slice] = True
    costs = np.unique(np.abs(program.cost[whole]))
    exact = (n for n in CENTS if np.allclose(costs * n, np.round(costs * n), atol=NOISE, rtol=0))
    cents = next(exact, None)
    if cents is None:
        return Grain(parts, FINE / max(1e-9, float(costs.max(initial=0.0))), whole, step=0.0)
    return Grain(parts, float(cents), whole, _step(program, parts, cents, whole))


def _step(program: Program, parts: int, cents: int, whole: Mask) -> float:
    """What the costs of the best plans differ by [money].

    With whole shifts and pauses the rest is a flow, whole in parts of an interval where all that
    bounds it is; so costs are whole in what all prices share. Otherwise nothing is known. What may
    not be missing has a price, too, but is in no good plan.
    """
    prices = program.cost * cents / np.where(whole, 1, parts)
    every = program.cover.end - program.cover.first
    prices[program.missing.end - every : program.missing.end] = 0.0
    ends = np.concatenate([program.lowest, program.highest, program.upper[~whole]])
    ends = ends[np.isfinite(ends)] * parts
    for some in (prices, ends):
        if not np.allclose(some, np.round(some), atol=NOISE, rtol=0):
            return 0.0
    return float(np.gcd.reduce(np.abs(np.round(prices)).astype(np.int64))) / cents


def window_solution(
    cost: Floats,
    upper: Floats,
    matrix: sp.csc_matrix,
    lowest: Floats,
    highest: Floats,
    *,
    grain: Grain,
    start: Floats,
    work: float,
    seconds: float,
    worth: float,
) -> Solved:
    """Improve a part of a plan.

    Parameters
    ----------
    cost, upper, matrix, lowest, highest
        As in `Program`, of the part.
    grain
        Of the program, its columns those of the part.
    start
        The part as it is.
    work, seconds
        Effort: the solver's own count first, the clock second.
    worth
        An improvement below this is none [money].
    """
    unit = np.where(grain.whole, 1, grain.parts)
    rows = (sp.diags_array(np.full(len(lowest), float(grain.parts))) @ matrix).tocsr()
    model = cp_model.CpModel()
    most = np.minimum(np.floor(upper * unit + NOISE), MANY).astype(np.int64)
    # What must not be short and is not stays so: such prices would drown all others.
    dear = ~grain.whole & (cost > cost[grain.whole].max(initial=0.0)) & (start < NOISE)
    most[dear] = 0
    columns = [model.new_int_var(0, top, "") for top in most.tolist()]
    factor = np.round(rows.data / unit[rows.indices]).astype(np.int64).tolist()
    place, ends = rows.indices.tolist(), rows.indptr.tolist()
    least, greatest = _sides(lowest * grain.parts, highest * grain.parts)
    for k, (low, high) in enumerate(zip(least, greatest, strict=True)):
        here = slice(ends[k], ends[k + 1])
        level = cp_model.LinearExpr.weighted_sum([columns[j] for j in place[here]], factor[here])
        model.add_linear_constraint(level, low, high)
    prices = np.round(cost * grain.cents / unit).astype(np.int64)
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, prices.tolist()))
    for column, value in zip(
        columns, np.round(start * unit).astype(np.int64).tolist(), strict=True
    ):
        model.add_hint(column, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    # A key pressed is for the search to see.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = min(seconds, 1e6)
    solver.parameters.relative_gap_limit = 0.0
    solver.parameters.absolute_gap_limit = max(
        0.5, worth * grain.cents, grain.step * grain.cents - 0.5
    )
    status = solver.solve(model)
    none = np.zeros(0)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved(none, math.inf, none, none, -math.inf)
    x = np.array([solver.value(column) for column in columns]) / unit
    return Solved(x, float(cost @ x), none, none, -math.inf)


def _sides(lowest: Floats, highest: Floats) -> tuple[list[int], list[int]]:
    """Whole sides of rows; those without an end get one that nothing reaches."""
    far = 10**12
    least = np.where(np.isinf(lowest), -far, np.ceil(np.maximum(lowest, -far) - NOISE))
    greatest = np.where(np.isinf(highest), far, np.floor(np.minimum(highest, far) + NOISE))
    return least.astype(np.int64).tolist(), greatest.astype(np.int64).tolist()
