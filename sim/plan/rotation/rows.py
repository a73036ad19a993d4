"""Rows of work and of days off, shifts left out: a small relaxation that sees one cycle whole.

A row of work that begins on one day of the week, with the days off after it, leads to the day on
which the next row begins. Seven days at most are connected by few rows, and all that could keep
them apart can be said at once. Where rows are nearly all as long as a week, hardly any of them
moves the day on which the next begins, and a cycle that must begin on all of them cannot be.
"""

from __future__ import annotations

import itertools
from typing import Any

from sim.plan.rotation.problem import Rotating

__all__ = ["rows_connect"]

# Every way to part the days of a week may have to be forbidden; a proof needs few of them.
_MOST_DAYS, _ROUNDS = 9, 12


def rows_connect(problem: Rotating, *, seed: int = 0, work: float = 5.0) -> bool:
    """Whether rows of work and days off can cover the days of a week as one cycle.

    Parameters
    ----------
    problem
        With a fixed number of people.
    seed, work
        Of the solver, and how much it may do.

    Returns
    -------
    possible
        False is a proof that the problem has no solution; True only says that rows allow one.
    """
    from ortools.sat.python import cp_model

    days = problem.days
    if problem.people is None or problem.surplus or days > _MOST_DAYS:
        return True
    model: Any = cp_model.CpModel()
    lengths = range(problem.work[0], problem.work[1] + 1)
    pauses = range(problem.off[0], problem.off[1] + 1)
    kinds = list(itertools.product(range(days), lengths, pauses))
    count = {kind: model.NewIntVar(0, problem.duties, "") for kind in kinds}
    for day, asked in enumerate(problem.by_day()):
        there = ((v, _times(kind[0], kind[1], day, days)) for kind, v in count.items())
        model.Add(sum(v * times for v, times in there if times) == asked)
    whole = problem.people * days
    model.Add(sum(v * (length + off) for (_, length, off), v in count.items()) == whole)
    rows = model.NewIntVar(0, whole, "")
    model.Add(sum(count.values()) == rows)
    for day in range(days):
        begun = sum(v for (start, _, _), v in count.items() if start == day)
        ended = sum(v for (start, n, off), v in count.items() if (start + n + off) % days == day)
        model.Add(begun == ended)
    return _one_cycle(cp_model, model, count, days, whole, (seed, work))


def _times(start: int, length: int, day: int, days: int) -> int:
    """How often a row of days covers a day of the week."""
    return sum((start + k) % days == day for k in range(length))


def _one_cycle(
    cp: Any,
    model: Any,
    count: dict[tuple[int, int, int], Any],
    days: int,
    most: int,
    limits: tuple[int, float],
) -> bool:
    """Solve, and wherever the days on which rows begin fall apart, ask for a row across."""
    used = [model.NewBoolVar("") for _ in range(days)]
    for day in range(days):
        model.Add(sum(v for kind, v in count.items() if kind[0] == day) <= most * used[day])
    for _ in range(_ROUNDS):
        solver: Any = cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed, solver.parameters.max_deterministic_time = limits
        answer = solver.Solve(model)
        if answer not in (cp.OPTIMAL, cp.FEASIBLE):
            return bool(answer != cp.INFEASIBLE)
        found = [kind for kind, v in count.items() if solver.Value(v)]
        inside = _reached(found, days)
        outside = {kind[0] for kind in found} - inside
        if not outside:
            return True
        crossing = sum(
            v
            for (start, n, off), v in count.items()
            if start in inside and (start + n + off) % days not in inside
        )
        for one in inside:
            for other in set(range(days)) - inside:
                model.Add(crossing >= used[one] + used[other] - 1)
    return True


def _reached(kinds: list[tuple[int, int, int]], days: int) -> set[int]:
    """Days on which rows begin that are reached from the first of them."""
    reached, fresh = set[int](), [min(start for start, _, _ in kinds)]
    while fresh:
        day = fresh.pop()
        if day not in reached:
            reached.add(day)
            fresh += [(start + n + off) % days for start, n, off in kinds if start == day]
    return reached
