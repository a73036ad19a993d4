"""Few distinct shifts: which starts and lengths to offer at all (minimum shift design).

Each distinct shift has a price of its own, whatever the number of people who work it, beside the
price of every agent-hour short or too much (Di Gaspero, Gärtner, Kortsarz, Musliu, Schaerf and
Slany 2007). The linear program says little about a fixed price, so sparse plans are found first: a
shift costs by how many work it, and dearer the fewer it had last time (reweighted linear programs),
from several beginnings. The shifts of the best one make a small integer program. So do those of the
best design so far with a few others drawn by lot, again and again: few exchanges lead from most
designs to a better one. Constraint programming then looks at all shifts, from the design found so
far, and proves what it can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from ortools.sat.python import cp_model

from sim.errors import InvalidInput
from sim.plan.duties import DAY, Shift
from sim.plan.shifts.solver import Linear, whole_solution
from sim.plan.shifts.templates import Horizon, ShiftTemplate

__all__ = ["DesignedShift", "ShiftDesign", "design_shifts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Beginnings of the search for sparse plans, and linear programs for each.
BEGINNINGS, ROUNDS = 40, 6
#: Shifts drawn at a time, draws without success before they end, and time for one of them [s].
DRAWN, FRUITLESS, EACH = 15, 60, 2.0
#: Shares of the time, at most: for sparse plans, for the best of them, for exchanges.
SPARSE, FIRST, EXCHANGED = 0.2, 0.03, 0.7
#: Prices are told to constraint programming in whole parts of this.
PARTS = 1000


@dataclass(frozen=True, slots=True)
class DesignedShift:
    """A shift that is offered, and how many work it.

    Parameters
    ----------
    shift
        Its times.
    counts
        People who start it on each day of the horizon.
    """

    shift: Shift
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ShiftDesign:
    """The shifts to offer.

    Parameters
    ----------
    shifts
        In order of their starts.
    missing, surplus
        Agents short and too many, by interval.
    cost, bound
        Of the distinct shifts, of what is short and too much; no design costs less [money].
    seconds
        Wall clock.
    """

    shifts: tuple[DesignedShift, ...]
    missing: Floats
    surplus: Floats
    cost: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """How far it may be from the best one, as a share of its cost."""
        return max(0.0, self.cost - self.bound) / self.cost if self.cost > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether no design is better."""
        return self.gap <= 1e-6

    def __repr__(self) -> str:
        return (
            f"<ShiftDesign: {len(self.shifts)} shifts, {self.missing.sum():g} agent-intervals "
            f"short, {self.surplus.sum():g} too many, cost {self.cost:,.2f}, "
            f"at most {self.gap:.1%} above the best>"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The question on arrays: kinds by start and length, columns kind by kind and day by day."""

    kinds: list[tuple[str, int, int]]
    covers: sp.csc_matrix
    needed: Ints
    most: Ints
    horizon: Horizon
    missing: float
    surplus: float
    each: float

    @property
    def days(self) -> int:
        return self.horizon.days

    def only(self, some: Sequence[int]) -> _Case:
        """The same question with some of the kinds."""
        columns = np.concatenate([np.arange(k * self.days, (k + 1) * self.days) for k in some])
        kinds = [self.kinds[k] for k in some]
        return _Case(
            kinds, self.covers[:, columns], self.needed, self.most[list(some)], self.horizon,
            self.missing, self.surplus, self.each,
        )  # fmt: skip

    def cost(self, x: Ints) -> float:
        """Of numbers by kind and day."""
        over = self.covers @ x.ravel() - self.needed
        deviation = self.surplus * np.maximum(over, 0) + self.missing * np.maximum(-over, 0)
        return float(deviation.sum()) + self.each * int((x.sum(axis=1) > 0).sum())


def design_shifts(
    requirement: ArrayLike,
    templates: Sequence[ShiftTemplate],
    *,
    each: float,
    missing: float = 1.0,
    surplus: float = 1.0,
    horizon: Horizon | None = None,
    seconds: float = 60.0,
    tell: Callable[[float, float], object] | None = None,
) -> ShiftDesign:
    """The fewest shifts that follow a requirement closely.

    Parameters
    ----------
    requirement
        Agents needed in each interval, whole numbers.
    templates
        Starts and lengths to choose from, without pauses.
    each
        Price of a distinct shift, start and length [money].
    missing, surplus
        Prices of an agent-hour short and too much [money].
    horizon
        The intervals; a week of half hours that repeats itself when not said.
    seconds
        Wall clock.
    tell
        Called with cost and bound as they improve.

    Raises
    ------
    InvalidInput
        If a price is no price, the requirement is not whole, or a template does not fit the
        intervals.

    Examples
    --------
    >>> day = [0] * 8 + [4] * 8 + [0] * 8
    >>> any_time = ShiftTemplate("any", starts=(0, 23 * 60), lengths=(240, 480))
    >>> found = design_shifts(day * 7, [any_time], each=10, horizon=Horizon(60), seconds=5)
    >>> found.shifts[0].shift, found.shifts[0].counts
    (Shift(name='any', start=480, minutes=480, pauses=()), (4, 4, 4, 4, 4, 4, 4))
    """
    begun = monotonic()
    case = _case(requirement, templates, horizon or Horizon(), each, missing, surplus)
    best = np.zeros((len(case.kinds), case.days), np.int64)
    bound = 0.0
    if case.needed.any():
        best = _small(case, _sparse(case, begun + seconds * SPARSE), best, seconds * FIRST)
        best = _exchanged(case, best, monotonic() + seconds * EXCHANGED)
        if tell is not None:
            tell(case.cost(best), bound)
        best, bound = _proven(case, best, max(1.0, seconds - (monotonic() - begun)))
        if tell is not None:
            tell(case.cost(best), bound)
    over = case.covers @ best.ravel() - case.needed
    shifts = tuple(
        DesignedShift(Shift(name, start, minutes), tuple(best[k].tolist()))
        for k, (name, start, minutes) in enumerate(case.kinds)
        if best[k].any()
    )
    cost = case.cost(best)
    return ShiftDesign(
        tuple(sorted(shifts, key=lambda one: (one.shift.start, one.shift.minutes))),
        np.maximum(-over, 0.0), np.maximum(over, 0.0), cost, min(bound, cost), monotonic() - begun,
    )  # fmt: skip


def _case(
    requirement: ArrayLike,
    templates: Sequence[ShiftTemplate],
    horizon: Horizon,
    each: float,
    missing: float,
    surplus: float,
) -> _Case:
    """The question, checked."""
    for name, price in (("each", each), ("missing", missing), ("surplus", surplus)):
        if not (math.isfinite(price) and price > 0):
            raise InvalidInput(name, "must be a price above 0", price)
    needed = np.asarray(requirement, float)
    if needed.shape != (horizon.intervals,):
        rule = f"must have {horizon.intervals} intervals"
        raise InvalidInput("requirement", rule, needed.shape)
    if not np.isfinite(needed).all() or (needed < 0).any() or (needed % 1).any():
        raise InvalidInput("requirement", "must be whole numbers from 0", needed.min())
    allowed: dict[tuple[int, int], tuple[str, set[int]]] = {}
    for template in templates:
        _check(template, horizon.interval)
        for start in template.start_times():
            for minutes in template.lengths:
                _, days = allowed.setdefault((start, minutes), (template.name, set()))
                days |= set(template.days)
    if not allowed:
        raise InvalidInput("templates", "must be one or more", list(templates))
    kinds = [(name, start, minutes) for (start, minutes), (name, _) in sorted(allowed.items())]
    week = [allowed[start, minutes][1] for _, start, minutes in kinds]
    covers, most = _covers(kinds, week, needed, horizon, missing / surplus)
    hours = horizon.interval / 60
    whole = needed.astype(np.int64)
    return _Case(kinds, covers, whole, most, horizon, missing * hours, surplus * hours, each)


def _check(template: ShiftTemplate, interval: int) -> None:
    where = f"of {template.name!r}"
    if template.pauses or template.split:
        raise InvalidInput(
            "templates", f"{where} must have no pauses to be designed", template.name
        )
    times = (*template.start_times(), *template.lengths)
    if any(time % interval for time in times):
        rule = f"{where} must start and last by whole intervals of {interval} min"
        raise InvalidInput("templates", rule, times)


def _covers(
    kinds: list[tuple[str, int, int]],
    week: list[set[int]],
    needed: Floats,
    horizon: Horizon,
    dearer: float,
) -> tuple[sp.csc_matrix, Ints]:
    """Which intervals each kind covers on each day, and how many of it are worth while.

    Of more people than are needed in most of its intervals one can go without loss: what is saved
    there is no less than what is short elsewhere.
    """
    rows, columns, most = [], [], np.zeros((len(kinds), horizon.days), np.int64)
    for k, (_, start, minutes) in enumerate(kinds):
        for day in range(horizon.days):
            if horizon.weekday(day) not in week[k]:
                continue
            at, _ = horizon.spread(day * DAY + start, minutes)
            rows.append(at)
            columns.append(np.full(len(at), k * horizon.days + day))
            level = np.sort(needed[at])
            idle = np.arange(1, len(at) + 1)
            worth = np.flatnonzero(idle >= dearer * (len(at) - idle))
            most[k, day] = int(level[worth[0]]) if len(at) else 0
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = horizon.intervals, len(kinds) * horizon.days
    return sp.csc_matrix((np.ones(len(row)), (row, column)), shape), most


def _rows(case: _Case, link: Floats) -> tuple[sp.csc_matrix, Floats, Floats]:
    """Rows: changes from interval to interval, the level of the first, and kinds in use.

    Columns are numbers, what is too much, what is missing, and use of each kind; changes have two
    entries for a shift where levels would have one for every interval.
    """
    number, kinds, days = case.horizon.intervals, len(case.kinds), case.days
    unit = sp.identity(number, format="csc")
    before = sp.csc_matrix(
        (np.ones(number), (np.arange(number), (np.arange(number) - 1) % number)), (number, number)
    )
    change = (unit - before).tolil()
    change[0, number - 1] = 0.0
    change = change.tocsc()
    uses = sp.csc_matrix(
        (-link.ravel(), (np.arange(kinds * days), np.repeat(np.arange(kinds), days))),
        (kinds * days, kinds),
    )
    none = sp.csc_matrix((number, kinds))
    linked = sp.csc_matrix((kinds * days, 2 * number))
    matrix = sp.vstack(
        [
            sp.hstack([change @ case.covers, -change, change, none]),
            sp.hstack([sp.identity(kinds * days), linked, uses]),
        ]
    ).tocsc()
    steps = np.diff(case.needed, prepend=0).astype(float)
    lowest = np.concatenate([steps, np.full(kinds * days, -math.inf)])
    return matrix, lowest, np.concatenate([steps, np.zeros(kinds * days)])


def _uppers(case: _Case, used: Floats) -> Floats:
    number = case.horizon.intervals
    spare = np.full(number, float(case.most.sum()))
    return np.concatenate([case.most.ravel().astype(float), spare, case.needed.astype(float), used])


def _costs(case: _Case, used: Floats) -> Floats:
    number = case.horizon.intervals
    deviation = np.repeat([case.surplus, case.missing], number)
    return np.concatenate([np.zeros(case.most.size), deviation, used])


def _sparse(case: _Case, until: float) -> list[int]:
    """Kinds of the best sparse plan."""
    kinds, number = len(case.kinds), case.horizon.intervals
    draw = np.random.default_rng(0)
    upper = _uppers(case, case.most.max(axis=1).astype(float))
    matrix, lowest, highest = _rows(case, np.ones_like(case.most, dtype=float))
    first = _costs(case, np.full(kinds, case.each))
    linear = Linear(first, upper, matrix, lowest, highest)
    use = np.arange(len(first) - kinds, len(first))
    found: list[tuple[float, tuple[int, ...]]] = []
    for _ in range(BEGINNINGS):
        if found and monotonic() > until:
            break
        weight = draw.uniform(0.3, 1.7, kinds)
        last: tuple[int, ...] = ()
        x = np.zeros(len(first))
        for _ in range(ROUNDS):
            # Below their full price, so that the plans follow the requirement closely.
            linear.costs(use, weight * case.each * 0.3)
            x = linear.solve().x
            share = x[use]
            some = tuple(np.flatnonzero(share > 1e-6).tolist())
            if some == last:
                break
            last = some
            weight = draw.uniform(0.8, 1.2, kinds) / (share + 0.3)
        over, under = x[case.most.size :][:number], x[case.most.size + number :][:number]
        deviation = case.surplus * over.sum() + case.missing * under.sum()
        found.append((len(last) * case.each + float(deviation), last))
    return list(min(found)[1])


def _exchanged(case: _Case, best: Ints, until: float) -> Ints:
    """The best design with its own kinds and some others, drawn again until that helps no more."""
    draw = np.random.default_rng(0)
    fruitless = 0
    while fruitless < FRUITLESS and monotonic() < until:
        used = best.any(axis=1)
        others = np.flatnonzero(~used)
        drawn = draw.permutation(others)[:DRAWN]
        some = sorted([*np.flatnonzero(used).tolist(), *drawn.tolist()])
        tried = _small(case, some, best, min(EACH, max(0.1, until - monotonic())))
        fruitless = 0 if case.cost(tried) < case.cost(best) - 1e-9 else fruitless + 1
        best = tried
        if len(others) <= DRAWN:
            break
    return best


def _small(case: _Case, some: list[int], best: Ints, seconds: float) -> Ints:
    """The best design with some of the kinds, from one that uses no others."""
    if not some:
        return best
    part = case.only(some)
    matrix, lowest, highest = _rows(part, part.most.astype(float))
    number = case.horizon.intervals
    whole = np.concatenate(
        [np.ones(part.most.size, bool), np.zeros(2 * number, bool), np.ones(len(some), bool)]
    )
    solved = whole_solution(
        _costs(part, np.full(len(some), part.each)), _uppers(part, np.ones(len(some))),
        matrix, lowest, highest, whole,
        start=_start(part, best[some]), nodes=1_000_000, seconds=seconds, worth=1e-4,
    )  # fmt: skip
    if solved.found:
        counts = np.round(solved.x[: part.most.size]).astype(np.int64).reshape(-1, case.days)
        if part.cost(counts) < case.cost(best):
            best = np.zeros_like(best)
            best[some] = counts
    return best


def _start(case: _Case, counts: Ints) -> Floats:
    """A design as values of the program's columns."""
    over = case.covers @ counts.ravel() - case.needed
    used = (counts.sum(axis=1) > 0).astype(float)
    return np.concatenate([counts.ravel(), np.maximum(over, 0), np.maximum(-over, 0), used])


def _proven(case: _Case, best: Ints, seconds: float) -> tuple[Ints, float]:
    """All kinds, from the plan found so far: a better one, or a proof that there is none."""
    model = cp_model.CpModel()
    kinds, number = range(len(case.kinds)), case.horizon.intervals
    x = [
        [model.new_int_var(0, int(most), "") for most in case.most[k]]
        for k in kinds
    ]  # fmt: skip
    used = [model.new_bool_var("") for _ in kinds]
    covers = case.covers.tocsr()
    flat = [one for row in x for one in row]
    over = [model.new_int_var(0, int(case.most.sum()), "") for _ in range(number)]
    under = [model.new_int_var(0, int(case.needed[t]), "") for t in range(number)]
    for t in range(number):
        here = covers.indices[covers.indptr[t] : covers.indptr[t + 1]].tolist()
        model.add(sum(flat[j] for j in here) - over[t] + under[t] == int(case.needed[t]))
    for k in kinds:
        for day in range(case.days):
            model.add(x[k][day] <= int(case.most[k, day]) * used[k])
            model.add_hint(x[k][day], int(best[k, day]))
        model.add_hint(used[k], bool(best[k].any()))
    level = covers @ best.ravel() - case.needed
    for t in range(number):
        model.add_hint(over[t], int(max(level[t], 0)))
        model.add_hint(under[t], int(max(-level[t], 0)))
    parts = [round(price * PARTS) for price in (case.surplus, case.missing, case.each)]
    model.minimize(parts[0] * sum(over) + parts[1] * sum(under) + parts[2] * sum(used))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 8
    solver.parameters.random_seed = 1
    status = solver.solve(model)
    # Prices were rounded to parts: what that may add up to is taken from the bound.
    bound = solver.best_objective_bound / PARTS
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = np.array([[solver.value(one) for one in row] for row in x], np.int64)
        if case.cost(values) < case.cost(best) - 1e-9:
            best = values
    return best, max(0.0, bound - _rounding(case, parts))


def _rounding(case: _Case, parts: list[int]) -> float:
    """How much rounded prices may overstate a bound."""
    exact = (case.surplus, case.missing, case.each)
    excess = [max(0.0, part / PARTS - price) for part, price in zip(parts, exact, strict=True)]
    return (
        excess[0] * float(case.needed.sum())
        + excess[1] * float(case.needed.sum())
        + (excess[2] * len(case.kinds))
    )
