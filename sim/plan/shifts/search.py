"""Finding a good plan fast and a better one later: bound, dive, pauses, then window by window.

The linear program is nearly tight for covers, and its optimum is the bound. A dive rounds its
shifts up in batches; pauses are rounded pool by pool, the rest of the program being solved again
each time, so that the next pool makes up for what the last one lost. What is short then is mended,
and a day or so at a time is solved as a small integer program while the rest stands still. Nothing
of this depends on luck or on the clock before its limit is reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from sim.plan.shifts.effort import Effort, Found, Progress
from sim.plan.shifts.improving import Windows
from sim.plan.shifts.mending import mended
from sim.plan.shifts.opening import opening
from sim.plan.shifts.program import Program
from sim.plan.shifts.solver import Linear, Solved, safe_bound, whole_solution
from sim.plan.shifts.windows import grain

__all__ = ["linear_bound", "search"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: What counts as nothing, in agents and in shares of them.
NOTHING = 1e-6
#: Shifts that remain after pricing, at least; a thinner list than this is solved at once. So many
#: shifts has the program of a first plan.
KEPT, AT_ONCE, OPENED = 200, 400, 800
#: A dive of a large program.
LARGE_SPREAD = 1.2
#: Columns beyond which the linear program is solved from the inside.
LARGE = 15_000
#: Share of the fractional shifts that a dive rounds at once; of a large program.
BATCH, LARGE_BATCH = 0.2, 0.35
#: A first window [minutes], how much windows grow from sweep to sweep, and the work for each.
FIRST, LONGER, MORE = 360, 1.5, 2.0
#: A first window of a large program [minutes]: there is no time for a sweep of short ones as well.
LARGE_FIRST = 720
#: An improvement of less than this share of the cost is none.
WORTH = 1e-5
#: Work of constraint programming in a first window for each node [its own seconds].
WORK, LARGE_WORK = 2e-4, 7.5e-4
#: Columns up to which all is at last solved in one piece.
ONE_PIECE = 12_000
#: Columns up to which that is worth every node it takes, and nodes for each of a window's.
TINY, MANY_NODES, SOME_NODES = 600, 1000, 20


def linear_bound(program: Program, corner: Linear | None = None) -> tuple[Solved, float]:
    """The linear program of a cover, and the bound that its prices prove.

    Parameters
    ----------
    program
        The cover.
    corner
        Its linear program, if there is one already.
    """
    rows = program.matrix, program.lowest, program.highest
    inner = program.matrix.shape[1] > LARGE
    linear = corner or Linear(program.cost, program.upper, *rows, inner=inner)
    solved = linear.solve()
    if not solved.found and inner:
        solved = Linear(program.cost, program.upper, *rows).solve()
    if not solved.found:
        return solved, math.inf
    return solved, safe_bound(program.cost, program.upper, *rows, solved.prices)


def search(
    program: Program, effort: Effort, *, tell: Callable[[Progress], object] | None = None
) -> Found:
    """The best plan that the effort finds.

    Parameters
    ----------
    program
        The cover.
    effort
        How hard to look.
    tell
        Called with every step forward.

    Raises
    ------
    KeyboardInterrupt
        If a key is pressed before there is a plan; later the best plan is returned.
    """
    return _Search(program, effort, tell).run()


class _Search:
    """State of a search: the best plan, the bound, the clock."""

    def __init__(
        self, program: Program, effort: Effort, tell: Callable[[Progress], object] | None
    ) -> None:
        self.program, self.effort, self.tell = program, effort, tell
        self.begun = monotonic()
        self.best = Found(np.zeros(0))
        self.corner: Linear | None = None
        self.rows = program.matrix.tocsr()
        self.grain = grain(program)
        self.windows: Windows | None = None
        self.large = bool(program.matrix.shape[1] > LARGE)
        self.work = effort.nodes * (LARGE_WORK if self.large else WORK)
        shifts = program.shifts.slice
        self.dearest = float(program.cost[shifts].max(initial=0.0)) or 1.0

    # -- the way through ------------------------------------------------------------------------

    def run(self) -> Found:
        """Bound, first plan, improvements."""
        try:
            self._opened_and_bound()
            if math.isinf(self.best.bound):
                return self._closed("infeasible")
            self.kept = self._priced()
            self._first_plan(self._priced(LARGE_SPREAD) if self.large else self.kept)
            return self._closed(self._improved())
        except KeyboardInterrupt:
            if not len(self.best.x):
                raise
            return self._closed("interrupted")

    def _closed(self, why: str) -> Found:
        self.best.stopped, self.best.seconds = why, self._seconds()
        return self.best

    def _improved(self) -> str:
        """Windows, longer windows, and all in one piece where that is no more than a window."""
        small = self.program.matrix.shape[1] <= ONE_PIECE
        # Branching takes no less for short windows.
        first = LARGE_FIRST if self.large else FIRST
        length = first if self.grain is not None else 2 * FIRST
        for _ in range(self.effort.sweeps):
            if why := self._over():
                return why
            if length * 2 >= self._span():
                break
            self._sweep(length)
            length, self.work = int(length * LONGER), self.work * MORE
        if small and self.effort.sweeps and self.effort.proof:
            return self._over() or self._one_piece()
        return self._over() or "sweeps"

    def _over(self) -> str:
        if self.best.cost - self.best.bound <= 1e-9 * max(1.0, abs(self.best.cost)):
            return "proven"
        if self.best.cost - self.best.bound <= self.effort.gap * abs(self.best.cost):
            return "gap"
        return "seconds" if self._left() <= 0 else ""

    def _seconds(self) -> float:
        return monotonic() - self.begun

    def _left(self) -> float:
        return self.effort.seconds - self._seconds()

    def _say(self, stage: str) -> None:
        if self.tell is not None:
            best = self.best
            missing = self._missing(best.x) if len(best.x) else math.nan
            self.tell(Progress(stage, self._seconds(), best.cost, best.bound, missing))

    def _missing(self, x: Floats) -> float:
        return float(x[self.program.missing.slice].sum())

    def _span(self) -> int:
        return int(self.program.moment.max()) + 1

    # -- bound and choice of shifts -------------------------------------------------------------

    def _opened_and_bound(self) -> None:
        """The first plan of many shifts, and the bound: side by side where that takes seconds."""
        program, many = self.program, self._many_shifts()
        if self.large and many and self.effort.threads > 1:
            with ThreadPoolExecutor(1) as thread:
                bound = thread.submit(linear_bound, program)
                self._opening()
                self._bound(*bound.result())
            return
        if many:
            self._opening()
        if not self.large:
            rows = program.matrix, program.lowest, program.highest
            self.corner = Linear(program.cost, program.upper, *rows)
        self._bound(*linear_bound(program, corner=self.corner))

    def _bound(self, solved: Solved, bound: float) -> None:
        """Keep the bound and its prices."""
        self.best.bound = self._up(bound)
        self.best.reduced, self.best.prices = solved.reduced, solved.prices
        self.linear = solved
        self._say("bound")

    def _up(self, bound: float) -> float:
        return bound if self.grain is None else self.grain.up(bound)

    def _many_shifts(self) -> bool:
        return self.program.shifts.end - self.program.shifts.first > AT_ONCE

    def _thinned(self) -> Mask:
        """Every so-manieth start: enough for a first plan."""
        number = self.program.shifts.end - self.program.shifts.first
        return np.asarray(np.arange(number) % -(-number // OPENED) == 0)

    def _priced(self, spread: float = 2.0) -> Mask:
        """Shifts that the prices of the linear program make worth a look.

        Parameters
        ----------
        spread
            So many for each that the linear program works.
        """
        shifts = self.program.shifts.slice
        value, reduced = self.linear.x[shifts], self.linear.reduced[shifts]
        number = max(KEPT, int(spread * (value > NOTHING).sum()))
        kept = np.zeros(len(value), bool)
        kept[np.argsort(reduced - 1e-3 * self.dearest * value, kind="stable")[:number]] = True
        return kept

    # -- a first plan -----------------------------------------------------------------------------

    def _first_plan(self, allowed: Mask) -> None:
        """Dive, place pauses, mend; kept when it is better than what there is."""
        program = self.program
        upper = program.upper.copy()
        upper[program.shifts.slice][~allowed] = 0.0
        lower = np.zeros(len(upper))
        linear = self._linear(upper)
        solved = linear.solve()
        if not solved.found:
            return
        self._choose_starts(linear, solved, lower, upper)
        shifts = np.arange(program.shifts.first, program.shifts.end)
        batch = LARGE_BATCH if self.large else BATCH
        solved = self._dive(linear, shifts, lower, upper, batch)
        if not solved.found:
            return
        x = np.round(solved.x[shifts])
        linear.bounds(shifts, x, x)
        solved = self._laid(linear, x, linear.solve())
        for pool in sorted(program.pools, key=lambda pool: -pool.window.rule.minutes):
            due = np.arange(pool.due.first, pool.due.end)
            held = pool.whole(solved.x, x)
            linear.bounds(due, held, held)
            solved = linear.solve()
        if solved.found:
            if self._missing(solved.x) > NOTHING:
                solved.x[:] = mended(program, self._tidy(solved.x), self.dearest)
            self._keep(solved.x, "first plan")

    def _opening(self) -> None:
        """Dive among some of the shifts, with pauses in few places."""
        program = self.program
        if program.used.end > program.used.first:
            self._first_plan(self._thinned())
            return
        part = opening(program, self._thinned())
        linear = Linear(part.cost, part.upper, part.matrix, part.lowest, part.highest)
        upper = part.upper.copy()
        solved = self._dive(linear, np.arange(part.laid), np.zeros(len(upper)), upper)
        if solved.found:
            x = part.back @ np.concatenate([np.round(solved.x[: part.laid]), solved.x[part.laid :]])
            if self._missing(x) > NOTHING:
                x = mended(program, self._tidy(x), self.dearest)
            self._keep(x, "first plan")

    def _linear(self, upper: Floats) -> Linear:
        """The linear program with other bounds: from its optimum, where that is a corner."""
        program = self.program
        if self.corner is None:
            return Linear(program.cost, upper, program.matrix, program.lowest, program.highest)
        linear, self.corner = self.corner, None
        linear.bounds(np.arange(len(upper)), np.zeros(len(upper)), upper)
        return linear

    def _choose_starts(self, linear: Linear, solved: Solved, lower: Floats, upper: Floats) -> None:
        """Where the number of starting times is limited: which of them."""
        program = self.program
        used = np.arange(program.used.first, program.used.end)
        if not len(used):
            return
        only = np.zeros(len(upper), bool)
        only[used] = True
        rows = program.matrix, program.lowest, program.highest
        chosen = whole_solution(
            program.cost, upper, *rows, only, start=None, nodes=self.effort.nodes * 10,
            seconds=max(1.0, min(self._left() / 3, 20.0)), worth=WORTH * abs(solved.cost),
        )  # fmt: skip
        flags = np.round(chosen.x[used]) if chosen.found else np.zeros(len(used))
        lower[used] = upper[used] = flags
        linear.bounds(used, flags, flags)

    def _dive(
        self, linear: Linear, columns: Ints, lower: Floats, upper: Floats, batch: float = BATCH
    ) -> Solved:
        """Round up what is most nearly whole, solve again, until all is whole."""
        solved = linear.solve()
        while solved.found:
            x = solved.x[columns]
            part = x - np.floor(x + NOTHING)
            part[part < NOTHING] = 0.0
            broken = np.flatnonzero(part)
            if not len(broken):
                return solved
            up = columns[broken[np.argsort(-part[broken], kind="stable")]]
            up = up[: max(1, int(len(broken) * batch))]
            new = np.ceil(solved.x[up] - NOTHING)
            linear.bounds(up, new, upper[up])
            tried = linear.solve()
            if tried.found:
                lower[up], solved = new, tried
                continue
            batch = 0.0
            if len(up) == 1:
                # A limit allows no more of it.
                upper[up] = np.floor(solved.x[up] + NOTHING)
            linear.bounds(up, lower[up], upper[up])
            solved = linear.solve()
        return solved

    def _laid(self, linear: Linear, shifts: Floats, solved: Solved) -> Solved:
        """Pauses that are laid together: whole shifts to each way, by largest remainder."""
        first = self.program.shifts.first
        for column, _, ways in self.program.ways:
            if not solved.found:
                return solved
            number = int(shifts[column - first])
            share = solved.x[ways.slice]
            given = np.floor(share + NOTHING)
            rest = max(0, number - int(given.sum()))
            given[np.argsort(given - share, kind="stable")[:rest]] += 1
            at = np.arange(ways.first, ways.end)
            linear.bounds(at, given, given)
        return linear.solve() if self.program.ways else solved

    def _keep(self, x: Floats, stage: str) -> bool:
        """Take a plan if it is better than the best one."""
        x = self._tidy(x)
        cost = float(self.program.cost @ x)
        if cost >= self.best.cost - 1e-9 * max(1.0, abs(cost)):
            return False
        self.best.x, self.best.cost = x, cost
        self._say(stage)
        return True

    def _tidy(self, x: Floats) -> Floats:
        """Whole what is to be whole; what is owed at any moment follows from it."""
        x = np.where(self.program.whole, np.round(x), np.maximum(x, 0.0))
        for pool in self.program.pools:
            x[pool.due.slice] = np.round(x[pool.due.slice])
        x[np.abs(x) < 1e-9] = 0.0
        return x

    # -- improvements -----------------------------------------------------------------------------

    def _sweep(self, length: int) -> None:
        """Windows of a length, as long as they gain anything."""
        if self.windows is None:
            self.windows = Windows(
                self.program, self.grain, self.kept,
                lambda: self.best.x, self._better, self._left, self._over,
            )  # fmt: skip
        apart = self._span() // 2 > length * 1.5 + 2 * self.program.longest
        threads = self.effort.threads if apart else 1
        worth = WORTH * abs(self.best.cost)
        self.windows.sweep(length, self.effort.nodes, self.work, worth, threads)
        self.best.windows = self.windows.solved

    def _better(self, x: Floats) -> bool:
        return self._holds(x) and self._keep(x, "windows")

    def _holds(self, x: Floats) -> bool:
        """Whether rows hold after two windows were put together and values were made whole."""
        level = self.rows @ self._tidy(x)
        program = self.program
        return bool(
            (level >= program.lowest - 1e-5).all() and (level <= program.highest + 1e-5).all()
        )

    def _one_piece(self) -> str:
        """The whole program at once, from the best plan, without what can no longer pay."""
        program, best = self.program, self.best
        linear, bound = linear_bound(program)
        room = best.cost - bound
        # A column that costs more than the gap by itself is in no better plan.
        pays = (linear.reduced <= room + NOTHING) | (best.x > NOTHING)
        at = np.flatnonzero(pays)
        tiny = len(best.x) <= TINY
        begun, limit = monotonic(), min(self.effort.proof, self._left())
        solved = whole_solution(
            program.cost[at],
            program.upper[at],
            program.matrix[:, at],
            program.lowest,
            program.highest,
            program.whole[at],
            start=best.x[at],
            nodes=max(1, self.effort.nodes) * (MANY_NODES if tiny else SOME_NODES),
            seconds=limit,
            worth=max(1e-7 * abs(best.cost), 0.99 * (self.grain.step if self.grain else 0.0)),
        )
        best.windows += 1
        if solved.found:
            x = np.zeros(len(best.x))
            x[at] = solved.x
            if self._holds(x):
                self._keep(x, "proof")
        best.bound = min(best.cost, max(best.bound, self._up(solved.bound)))
        self._say("proof")
        if best.cost - best.bound <= 2e-7 * abs(best.cost):
            return "proven"
        return self._over() or ("seconds" if monotonic() - begun >= limit else "sweeps")
