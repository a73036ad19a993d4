"""The solver behind covers: linear programs that change, and small integer ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["Linear", "Solved", "safe_bound", "whole_solution"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """An answer of the solver.

    Parameters
    ----------
    x
        Values of the columns; empty when none were found.
    cost
        Of them.
    prices, reduced
        Of rows and columns, of a linear program.
    bound
        No solution costs less.
    """

    x: Floats
    cost: float
    prices: Floats
    reduced: Floats
    bound: float

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return len(self.x) > 0


def _quiet(**options: Any) -> Any:
    solver = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, **options}.items():
        solver.setOptionValue(name, value)
    return solver


def _model(
    cost: Floats,
    upper: Floats,
    matrix: sp.csc_matrix,
    lowest: Floats,
    highest: Floats,
    whole: Mask | None = None,
    lower: Floats | None = None,
) -> Any:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.col_cost_ = cost
    model.col_lower_ = np.zeros(len(cost)) if lower is None else lower
    model.col_upper_ = upper
    model.row_lower_, model.row_upper_ = lowest, highest
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in whole]
    return model


class Linear:
    """A linear program whose bounds and costs change between solutions.

    Parameters
    ----------
    cost, upper, matrix, lowest, highest
        As in `Program`.
    inner
        Whether to go through the inside and stay there: faster for large programs that are solved
        once, but the answer is no corner, so that few of its values are whole.
    """

    def __init__(
        self,
        cost: Floats,
        upper: Floats,
        matrix: sp.csc_matrix,
        lowest: Floats,
        highest: Floats,
        *,
        inner: bool = False,
    ) -> None:
        options = {"solver": "ipm", "run_crossover": "off"} if inner else {}
        self._solver = _quiet(**options)
        self._solver.passModel(_model(cost, upper, matrix, lowest, highest))

    def bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Give columns other bounds."""
        self._solver.changeColsBounds(
            len(columns), columns.astype(np.int32), lower.astype(float), upper.astype(float)
        )

    def costs(self, columns: Ints, cost: Floats) -> None:
        """Give columns other costs."""
        self._solver.changeColsCost(len(columns), columns.astype(np.int32), cost.astype(float))

    def solve(self) -> Solved:
        """The optimum; without a solution when there is none."""
        self._solver.run()
        info = self._solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            none = np.zeros(0)
            return Solved(none, math.inf, none, none, math.inf)
        answer = self._solver.getSolution()
        cost = float(info.objective_function_value)
        return Solved(
            np.array(answer.col_value),
            cost,
            np.array(answer.row_dual),
            np.array(answer.col_dual),
            cost,
        )


def safe_bound(
    cost: Floats,
    upper: Floats,
    matrix: sp.csc_matrix,
    lowest: Floats,
    highest: Floats,
    prices: Floats,
) -> float:
    """A bound that any prices of the rows prove, exact or not (weak duality).

    Parameters
    ----------
    cost, upper, matrix, lowest, highest
        As in `Program`; every upper bound finite.
    prices
        Of the rows.
    """
    prices = np.where((prices > 0) & np.isinf(lowest), 0.0, prices)
    prices = np.where((prices < 0) & np.isinf(highest), 0.0, prices)
    with np.errstate(invalid="ignore"):
        rows = np.where(prices > 0, prices * lowest, np.where(prices < 0, prices * highest, 0.0))
    reduced = cost - matrix.T @ prices
    return math.fsum(rows) + math.fsum(np.minimum(reduced, 0.0) * upper)


def whole_solution(
    cost: Floats,
    upper: Floats,
    matrix: sp.csc_matrix,
    lowest: Floats,
    highest: Floats,
    whole: Mask,
    *,
    start: Floats | None,
    nodes: int,
    seconds: float,
    worth: float,
) -> Solved:
    """Solve an integer program, or improve a solution of it, with bounded effort.

    Parameters
    ----------
    cost, upper, matrix, lowest, highest, whole
        As in `Program`.
    start
        A solution to improve; none.
    nodes, seconds
        Effort: nodes of the search first, the clock second.
    worth
        An improvement below this is none [money].
    """
    solver = _quiet(
        time_limit=max(0.05, seconds), mip_max_nodes=nodes, mip_rel_gap=0.0, mip_abs_gap=worth
    )
    solver.passModel(_model(cost, upper, matrix, lowest, highest, whole))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = list(start)
        solver.setSolution(given)
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound)
    none = np.zeros(0)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(none, math.inf, none, none, bound)
    x = np.array(solver.getSolution().col_value)
    return Solved(x, float(cost @ x), none, none, bound)
