"""A small program whose plans are plans of a cover: some of its shifts, pauses in few places."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.plan.shifts.program import Program

__all__ = ["Opening", "opening"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Places of pauses in their windows: at the beginning, in the middle, at the end.
PLACES = (0.0, 1 / 3, 2 / 3, 1.0)
#: What counts as nothing.
NOTHING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The small program.

    Parameters
    ----------
    cost, upper, matrix, lowest, highest
        As in `Program`.
    laid
        Which columns are shifts with their pauses; they come first, the others are what is
        missing and who serves what.
    back
        What each column is in the cover, shape (columns of the cover, columns).
    """

    cost: Floats
    upper: Floats
    matrix: sp.csc_matrix
    lowest: Floats
    highest: Floats
    laid: int
    back: sp.csc_matrix


def opening(program: Program, allowed: Mask) -> Opening:
    """The small program of a cover.

    Parameters
    ----------
    program
        The cover, in which the number of starting times is not limited.
    allowed
        Which of its shifts.
    """
    shifts = program.shifts
    some = shifts.first + np.flatnonzero(allowed)
    rows, columns = [], []
    for k, place in enumerate(PLACES):
        at = k * len(some) + np.arange(len(some))
        which, what = _laid(program, some, place)
        rows += [some, what]
        columns += [at, k * len(some) + which]
    laid = len(PLACES) * len(some)
    # Neither shifts nor pauses: what is missing, and who serves what.
    other = np.ones(len(program.cost), bool)
    other[shifts.slice] = False
    for pool in program.pools:
        other[pool.begins.slice] = other[pool.due.slice] = False
    for _, _, span in program.ways:
        other[span.slice] = False
    rest = np.flatnonzero(other)
    row = np.concatenate([*rows, rest])
    column = np.concatenate([*columns, laid + np.arange(len(rest))])
    shape = len(program.cost), laid + len(rest)
    back = sp.csc_matrix((np.ones(len(row)), (row, column)), shape)
    matrix = (program.matrix @ back).tocsr()
    matrix.data[np.abs(matrix.data) < NOTHING] = 0.0
    matrix.eliminate_zeros()
    # Pauses lie in their windows by themselves: rows that say so always hold.
    greatest = np.asarray(matrix.maximum(0).max(axis=1).todense()).ravel()
    empty = np.diff(matrix.indptr) == 0
    holds = empty & (program.lowest <= 0) & (program.highest >= 0)
    holds |= np.isneginf(program.lowest) & (program.highest >= 0) & (greatest <= 0)
    kept = np.flatnonzero(~holds)
    return Opening(
        program.cost @ back,
        np.concatenate([np.full(laid, float(program.upper[some].max())), program.upper[rest]]),
        matrix[kept].tocsc(), program.lowest[kept], program.highest[kept], laid, back,
    )  # fmt: skip


def _laid(program: Program, some: Ints, place: float) -> tuple[Ints, Ints]:
    """Columns of pauses of some shifts: which shift, and which column."""
    at = np.full(program.shifts.end, -1)
    at[some] = np.arange(len(some))
    which, what = [], []
    for pool in program.pools:
        member = program.shifts.first + pool.members
        mine = np.flatnonzero(at[member] >= 0)
        slots = pool.due.end - pool.due.first
        wide = (pool.window.last - pool.window.first) // pool.step
        later = math.floor(wide * place + 0.5)
        for step in range(later + 1):
            # Due until it begins.
            span = pool.begins if step == later else pool.due
            which.append(at[member[mine]])
            what.append(span.first + (pool.opens[mine] + step) % slots)
    for shift, _, span in program.ways:
        j = at[program.shifts.first + shift]
        if j >= 0:
            chosen = math.floor((span.end - span.first - 1) * place + 0.5)
            which.append(np.array([j]))
            what.append(np.array([span.first + chosen]))
    none = [np.zeros(0, np.int64)]
    return np.concatenate(which or none), np.concatenate(what or none)
