"""Choosing among lines: the linear program that prices the posts, and its whole-number twin.

One row for each worker who is open, one for each post, one for each duty where duties fill several
posts; a column for each line. The others' lines are in the gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.problems import Problem

__all__ = ["Column", "Master", "choose", "reached"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Duties that fill more posts than this on average get a row of their own.
DIRECT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A line that may be chosen.

    Parameters
    ----------
    worker, line, own
        Whose it is, the kind worked on each day, what it costs without the cover.
    """

    worker: int
    line: Integers
    own: float
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.worker.to_bytes(4, "little") + self.line.tobytes())


class Master:
    """The linear program over the lines of some workers.

    Parameters
    ----------
    problem
        What is to be solved.
    workers
        Those whose lines are chosen.
    gap
        What the posts lack without them; on days that are not free, with them.
    free
        Days that may change; None: all.
    """

    def __init__(
        self,
        problem: Problem,
        workers: list[int],
        gap: Floats,
        free: NDArray[np.bool_] | None = None,
    ) -> None:
        self.problem, self.workers, self.gap = problem, workers, gap
        self.free = np.ones(problem.days, bool) if free is None else free
        # Posts that no free duty reaches have no row: what they cost is settled.
        self.posts = reached(problem, self.free)
        self.place = np.full(len(gap), -1)
        self.place[self.posts] = np.arange(len(self.posts))
        rest = np.where(self.place < 0, gap, 0.0)
        self.settled = problem.posts.cost(rest)
        self.row = {worker: n for n, worker in enumerate(workers)}
        posts = problem.posts
        duties = problem.days * problem.kinds
        self.linked = len(posts.post) > DIRECT * duties
        self.links = len(workers) + len(self.posts) if self.linked else -1
        self.columns: list[Column] = []
        self.known: set[bytes] = set()
        self.lp = highspy.Highs()
        self.lp.setOptionValue("output_flag", False)
        self.lp.setOptionValue("threads", 1)
        # With new columns the primal method goes on from where it was, the dual one cannot.
        self.lp.setOptionValue("simplex_strategy", 4)
        self.lp.setOptionValue("presolve", "off")
        self.lay_out()
        self.first = self.lp.getNumCol()

    def lay_out(self) -> None:
        """Rows, and the columns of what lacks and what is too much."""
        problem, posts, gap = self.problem, self.problem.posts, self.gap[self.posts]
        people, count = len(self.workers), len(gap)
        empty = (0, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
        ones, zero = np.ones(people), np.zeros(problem.days * problem.kinds)
        self.lp.addRows(people, ones, ones, *empty)
        self.lp.addRows(count, gap, gap, *empty)
        rows = people + np.arange(count)
        near, some, far, over = posts.costs[self.posts].T
        # Without a line a worker costs more than anything: so the program always has an answer.
        self.dear = 10.0 * (1.0 + float(np.abs(np.where(far < 1e8, far, 0)).sum()))
        self.add(np.full(people, self.dear), np.inf, np.arange(people), np.ones(people))
        self.add(near, np.where(some < 1e8, some, np.inf), rows, np.ones(count))
        two = some < 1e8
        self.add(far[two], np.inf, rows[two], np.ones(int(two.sum())))
        self.add(over, np.inf, rows, -np.ones(count))
        if not self.linked:
            return
        self.lp.addRows(len(zero), zero, zero, *empty)
        sizes = 1 + np.diff(posts.begin)
        starts = np.cumsum(sizes) - sizes
        index = np.empty(int(sizes.sum()), np.int32)
        value = np.empty(len(index))
        index[starts] = self.links + np.arange(len(zero))
        value[starts] = -1.0
        rest = np.ones(len(index), bool)
        rest[starts] = False
        index[rest], value[rest] = people + self.place[posts.post], posts.amount
        inside = index >= people
        gone = np.cumsum(~inside)
        starts -= np.where(starts > 0, gone[starts - 1], 0)
        index, value = index[inside], value[inside]
        self.lp.addCols(
            len(zero), zero, zero, np.full(len(zero), np.inf), len(index),
            starts.astype(np.int32), index, value,
        )  # fmt: skip

    def add(self, cost: Floats, upper: Floats | float, rows: Integers, values: Floats) -> None:
        """Columns with one entry each."""
        n = len(cost)
        self.lp.addCols(
            n, cost, np.zeros(n), np.broadcast_to(upper, n).astype(float), n,
            np.arange(n, dtype=np.int32), rows.astype(np.int32), values,
        )  # fmt: skip

    def offer(self, columns: list[Column]) -> int:
        """Add the lines that are new; how many those are."""
        new = []
        for column in columns:
            if column.key not in self.known and column.worker in self.row:
                self.known.add(column.key)
                new.append(column)
        if not new:
            return 0
        entries = [self.entries(column) for column in new]
        sizes = np.array([len(index) for index, _ in entries])
        n = len(new)
        self.lp.addCols(
            n, np.array([column.own for column in new]), np.zeros(n), np.full(n, np.inf),
            int(sizes.sum()), (np.cumsum(sizes) - sizes).astype(np.int32),
            np.concatenate([index for index, _ in entries]).astype(np.int32),
            np.concatenate([value for _, value in entries]),
        )  # fmt: skip
        self.columns += new
        return n

    def entries(self, column: Column) -> tuple[Integers, Floats]:
        """Rows of a line."""
        person = np.array([self.row[column.worker]])
        line = np.where(self.free, column.line, -1)
        if self.linked:
            duties = self.problem.duties(line)
            index = np.concatenate((person, self.links + duties))
            return index, np.ones(len(index))
        post, amount = self.problem.filled(line)
        places, inverse = np.unique(self.place[post], return_inverse=True)
        amounts = np.bincount(inverse, amount, len(places))
        index = np.concatenate((person, len(self.workers) + places))
        return index, np.concatenate(([1.0], amounts))

    def solve(self) -> tuple[float, Floats, Floats]:
        """Cost, price of each worker's line and price of each post."""
        self.lp.run()
        duals = np.array(self.lp.getSolution().row_dual)
        people = len(self.workers)
        near, some, far, over = self.problem.posts.costs[self.posts].T
        y = np.zeros(len(self.gap))
        y[self.posts] = np.clip(
            duals[people : people + len(self.posts)], -over, np.where(some < 1e8, far, near)
        )
        cost = self.settled + float(self.lp.getInfo().objective_function_value)
        return cost, duals[:people], y

    def reduced(self, column: Column, own: Floats, y: Floats) -> float:
        """What a line would change in the program, for each unit of it."""
        post, amount = self.problem.filled(np.where(self.free, column.line, -1))
        return column.own - float((amount * y[post]).sum()) - float(own[self.row[column.worker]])

    def chosen(self) -> Floats:
        """How much of each line the last answer takes; nothing of one that came later."""
        taken = np.array(self.lp.getSolution().col_value)[self.first :]
        return np.concatenate((taken, np.zeros(len(self.columns) - len(taken))))

    def lines(self) -> Integers:
        """The lines that are known."""
        return np.array([column.line for column in self.columns]).reshape(-1, self.problem.days)

    def rows(self) -> Integers:
        """Whose they are: the row of the worker."""
        return np.array([self.row[column.worker] for column in self.columns], np.int64)

    def release(self) -> None:
        """Let every line be chosen again."""
        count = len(self.columns)
        self.bounds(list(range(count)), np.full(count, np.inf))

    def bounds(self, columns: list[int], upper: Floats) -> None:
        """Set how much of some lines may be taken."""
        index = (self.first + np.array(columns)).astype(np.int32)
        self.lp.changeColsBounds(len(index), index, np.zeros(len(index)), upper)

    def bound(self, duals: Floats, values: float) -> float:
        """What no choice of lines is below, with the cheapest lines at these prices of posts."""
        near, some, _, _ = self.problem.posts.costs[self.posts].T
        y = duals[self.posts]
        slack = np.where(some < 1e8, some * np.minimum(0.0, near - y), 0.0)
        return self.settled + float((y * self.gap[self.posts] + slack).sum()) + values


def reached(problem: Problem, free: NDArray[np.bool_]) -> Integers:
    """Posts that duties of the free days fill."""
    posts = problem.posts
    duties = np.repeat(free, problem.kinds)
    filled = np.repeat(duties, np.diff(posts.begin))
    return np.unique(posts.post[filled])


def choose(
    master: Master, kept: list[int], begin: list[int], seconds: float, nodes: int
) -> list[int] | None:
    """The best whole choice among some of the lines, None when nothing better was found.

    Parameters
    ----------
    master
        Where the lines are.
    kept
        Which of them may be chosen.
    begin
        A choice to begin with, one line for each worker.
    seconds, nodes
        How long, and how many nodes of the search at most.
    """
    model = master.lp.getModel()
    count = master.first + len(master.columns)
    mip = highspy.Highs()
    mip.setOptionValue("output_flag", False)
    mip.setOptionValue("threads", 1)
    if np.isfinite(seconds):
        mip.setOptionValue("time_limit", max(0.1, seconds))
    mip.setOptionValue("mip_max_nodes", nodes)
    mip.setOptionValue("mip_rel_gap", 1e-5)
    mip.passModel(model)
    allowed = np.zeros(len(master.columns), bool)
    allowed[[*kept, *begin]] = True
    out = np.flatnonzero(~allowed)
    if len(out):
        mip.deleteCols(len(out), (master.first + out).astype(np.int32))
    left = np.flatnonzero(allowed)
    places = np.arange(master.first, master.first + len(left), dtype=np.int32)
    kinds = np.full(len(left), highspy.HighsVarType.kInteger)
    mip.changeColsIntegrality(len(left), places, kinds)
    place = {int(n): master.first + m for m, n in enumerate(left)}
    if begin:
        index = np.array([place[n] for n in begin], np.int32)
        mip.setSolution(len(index), index, np.ones(len(index)))
    mip.run()
    values = np.array(mip.getSolution().col_value)
    if len(values) != count - len(out):
        return None
    taken = [int(n) for n in left if values[place[int(n)]] > 0.5]
    whole = len(taken) == len(master.workers)
    return taken if whole and len({master.columns[n].worker for n in taken}) == len(taken) else None
