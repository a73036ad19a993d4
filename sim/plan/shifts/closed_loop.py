"""Cover, simulate, correct: the cheapest plan that keeps a promise in simulation.

A closed form knows no queue that an interval hands to the next, so a plan that keeps its promise on
paper misses it where work rises, and wastes people elsewhere. Here a judge, which plays the plan,
says what service it gives. Where an interval misses beyond chance it is given more, and so is the
one before it when work rises there, for that is where the queue came from. A promise over days or
the whole period is bought where it is cheapest: contacts that may be lost are a budget, spent
along the concave part of each interval's curve above a floor, and the budget is corrected by what
the judge saw. At last shifts are taken away as long as the judge sees the promise kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.shifts.covering import CoverProblem, ShiftCover, cover_problem, restated, solve
from sim.plan.shifts.effort import Effort
from sim.plan.shifts.placing import PlannedShift, presence
from sim.plan.shifts.program import Budget
from sim.plan.shifts.templates import Horizon, ShiftTemplate

__all__ = ["ClosedLoop", "Judged", "Kept", "Round", "closed_loop"]

Floats = NDArray[np.float64]

#: Agents to add for a share that is missed, as a share of those there (a rule of thumb).
STEP = 0.12
#: Share of contacts in time beyond which more agents are not looked at, and pieces of a curve.
FULL, PIECES = 0.998, 12
#: Shifts that are tried to be taken away at once, at first, as a share of all.
TRIMMED = 0.02


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise of service, and over what it is to hold.

    Parameters
    ----------
    target
        Share of contacts in time.
    over
        ``interval``, ``day`` or ``period``.
    floor
        Share that every interval keeps by closed form where the promise is one over more. Without a
        floor nights would be given up first, so there always is one.
    tolerance
        How near to the target a promise over a day or the period is brought.

    Examples
    --------
    >>> Kept(0.8, over="period", floor=0.6).tolerance
    0.003
    """

    target: float
    over: Literal["interval", "day", "period"] = "interval"
    floor: float = 0.5
    tolerance: float = 0.003

    def __post_init__(self) -> None:
        for name in ("target", "floor"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidInput(name, "must be above 0 and below 1", getattr(self, name))
        if self.over not in ("interval", "day", "period"):
            raise InvalidInput("over", "must be interval, day or period", self.over)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a judge saw of a plan: shares of contacts in time, and half-widths of 95 % intervals.

    Parameters
    ----------
    intervals, intervals_error
        By interval; not a number where nobody came.
    days, days_error
        By day.
    period, period_error
        Of all contacts together.
    """

    intervals: Floats
    intervals_error: Floats
    days: Floats
    days_error: Floats
    period: float
    period_error: float

    def along(self, over: str) -> tuple[Floats, Floats]:
        """Shares and half-widths by what a promise is over."""
        if over == "interval":
            return self.intervals, self.intervals_error
        if over == "day":
            return self.days, self.days_error
        return np.array([self.period]), np.array([self.period_error])

    def misses(self, promise: Kept) -> NDArray[np.bool_]:
        """Where a promise is missed by more than chance."""
        share, error = self.along(promise.over)
        return np.asarray(share + np.nan_to_num(error) < promise.target)


@dataclass(frozen=True, slots=True)
class Round:
    """One plan of a loop and what became of it.

    Parameters
    ----------
    cost
        Of the plan [money].
    period, period_error
        Share of contacts in time, and half its 95 % interval.
    missed
        Intervals, or days, or the period, that miss beyond chance.
    """

    cost: float
    period: float
    period_error: float
    missed: int


@dataclass(frozen=True, slots=True, eq=False)
class ClosedLoop:
    """A plan that was judged, and how it came about.

    Parameters
    ----------
    cover
        The plan; its bound is that of the last program, not of the loop.
    judged
        What the judge saw of it.
    kept
        Whether nothing is missed beyond chance.
    rounds
        Every plan that was judged, trials to take shifts away left out.
    trimmed
        Shifts that were taken away at the end.
    trials
        How often the judge was asked.
    """

    cover: ShiftCover
    judged: Judged
    kept: bool
    rounds: tuple[Round, ...]
    trimmed: int
    trials: int


def closed_loop(
    templates: Sequence[ShiftTemplate],
    requirement: ArrayLike,
    judge: Callable[[Floats], Judged],
    promise: Kept,
    *,
    curves: ArrayLike | None = None,
    volume: ArrayLike | None = None,
    horizon: Horizon | None = None,
    rounds: int = 8,
    trims: int = 12,
    effort: Effort | None = None,
    tell: Callable[[Round], object] | None = None,
    **cover: Any,
) -> ClosedLoop:
    """The cheapest plan that keeps a promise in simulation.

    Parameters
    ----------
    templates
        Shifts that may be worked.
    requirement
        Agents needed by closed form in each interval, shape (intervals,).
    judge
        Plays agents by interval and says what service they give. It should use the same contacts
        every time, so that two plans differ by what they are and not by luck.
    promise
        What is to hold.
    curves
        Share of contacts in time by closed form, by interval and number of agents from 0, shape
        (intervals, agents). Needed for a promise over days or the period.
    volume
        Contacts by interval; needed with `curves`.
    horizon
        The intervals; a week of half hours that repeats itself when not said.
    rounds, trims
        How many plans are judged before shifts are taken away, and trials of that.
    effort
        How hard to look for each plan.
    tell
        Called with every round.
    cover
        More arguments of `cover_shifts`: ``pay``, ``presence``, ``already``.

    Raises
    ------
    InvalidInput
        If an argument is out of range or missing.
    """
    horizon, effort = horizon or Horizon(), effort or Effort(seconds=10.0)
    question = cover_problem(requirement, templates, horizon=horizon, **cover)
    if len(question.requirement) > 1:
        raise InvalidInput("requirement", "must have one skill", len(question.requirement))
    loop = _Loop(question, judge, promise, effort, tell)
    if promise.over == "interval":
        loop.raise_intervals(rounds)
    else:
        loop.spend(rounds, _curves(curves, volume, horizon))
    loop.trim(trims)
    return loop.result()


class _Loop:
    """The cheapest plan so far that keeps the promise, or the last one while none does."""

    def __init__(
        self,
        question: CoverProblem,
        judge: Callable[[Floats], Judged],
        promise: Kept,
        effort: Effort,
        tell: Callable[[Round], object] | None,
    ) -> None:
        self.question, self.judge, self.promise = question, judge, promise
        self.effort, self.tell = effort, tell
        self.rounds: list[Round] = []
        self.trials = self.trimmed = 0
        self.kept = False
        self.best: tuple[ShiftCover, Judged] | None = None

    def _judged(self, plan: ShiftCover) -> Judged:
        self.trials += 1
        return self.judge(plan.agents.sum(axis=0))

    def _try(self, problem: CoverProblem) -> tuple[ShiftCover, Judged]:
        plan = solve(problem, self.effort)
        seen = self._judged(plan)
        missed = int(seen.misses(self.promise).sum())
        self.rounds.append(Round(plan.cost, seen.period, seen.period_error, missed))
        if self.tell is not None:
            self.tell(self.rounds[-1])
        self._take(plan, seen)
        return plan, seen

    def _take(self, plan: ShiftCover, seen: Judged) -> bool:
        """Keep a plan that keeps the promise and is the cheapest that does."""
        holds = self._holds(seen)
        better = self.best is None or (
            plan.cost < self.best[0].cost if holds and self.kept else holds or not self.kept
        )
        if better:
            self.best, self.kept = (plan, seen), holds
        return better

    def _holds(self, seen: Judged) -> bool:
        if seen.misses(self.promise).any():
            return False
        if self.promise.over == "interval":
            return True
        share, _ = seen.along(self.promise.over)
        return bool((np.nan_to_num(share, nan=1.0) >= self._least()).all())

    def _least(self) -> float:
        return self.promise.target - self.promise.tolerance

    # -- every interval ---------------------------------------------------------------------------

    def raise_intervals(self, rounds: int) -> None:
        """More agents where an interval misses, and before it where work rises."""
        wanted = self.question.demand.agents[0].copy()
        rising = wanted > np.roll(wanted, 1)
        for _ in range(rounds):
            demand = replace(self.question.demand, agents=wanted[None, :], presence=wanted[None, :])
            plan, seen = self._try(replace(self.question, demand=demand))
            short = seen.misses(self.promise)
            if not short.any():
                return
            agents = plan.agents.sum(axis=0)
            lack = np.nan_to_num(self.promise.target - seen.intervals)
            more = agents + 1 + np.floor(lack * agents * STEP)
            before = np.roll(short & rising, -1)
            wanted = np.where(short, np.maximum(wanted, more), wanted)
            wanted = np.where(before & ~short, np.maximum(wanted, agents + 1), wanted)

    # -- days or the period -----------------------------------------------------------------------

    def spend(self, rounds: int, curves: tuple[Floats, Floats]) -> None:
        """Spend the contacts that may be lost where that saves most, and correct the budget."""
        horizon, promise = self.question.horizon, self.promise
        number = horizon.intervals
        per_day = DAY // horizon.interval
        spans = np.arange(number).reshape(-1, per_day if promise.over == "day" else number)
        target = np.full(len(spans), promise.target)
        for _ in range(rounds):
            plan, seen = self._try(_budgeted(self.question, curves, promise.floor, spans, target))
            share, _ = seen.along(promise.over)
            off = np.nan_to_num(promise.target - share)
            del plan
            if (np.abs(off) <= promise.tolerance).all():
                return
            target = np.clip(target + off, promise.floor, 0.999)

    # -- less -------------------------------------------------------------------------------------

    def trim(self, trials: int) -> None:
        """Take shifts away, many at first, as long as the promise is seen kept."""
        if self.best is None or not self.kept:
            return
        number = max(1, int(TRIMMED * self.best[0].count))
        for _ in range(trials):
            plan, seen = self.best
            fewer = self._without(plan, seen, number)
            if fewer is None:
                return
            tried = restated(self.question, fewer, plan)
            if self._take(tried, self._judged(tried)):
                self.trimmed += plan.count - tried.count
            elif number == 1:
                return
            else:
                number = max(1, number // 2)

    def _without(self, plan: ShiftCover, seen: Judged, number: int) -> list[PlannedShift] | None:
        """The plan without the shifts in whose hours service has most to spare."""
        horizon, crews = self.question.horizon, [crew.name for crew in self.question.crews]
        spare = np.nan_to_num(seen.intervals - seen.intervals_error - self.promise.target, nan=1.0)
        floor = self.question.floor[0]
        agents = plan.agents.sum(axis=0)
        left = list(plan.shifts)
        taken = 0
        scores = []
        for k, item in enumerate(left):
            one = presence([replace(item, count=1)], horizon, crews).sum(axis=0)
            at = one > 0
            room = spare[at].mean() if self.promise.over != "interval" else spare[at].min()
            scores.append((-float(room) * math.sqrt(max(agents[at].min(), 1.0)), k, one))
        for score, k, one in sorted(scores, key=lambda entry: entry[:2]):
            if taken >= number or (score >= 0 and taken):
                break
            if (agents - one >= floor).all():
                left[k] = replace(left[k], count=left[k].count - 1)
                agents, taken = agents - one, taken + 1
        return [item for item in left if item.count] if taken else None

    def result(self) -> ClosedLoop:
        """What came of it."""
        assert self.best is not None
        plan, seen = self.best
        return ClosedLoop(plan, seen, self.kept, tuple(self.rounds), self.trimmed, self.trials)


def _curves(
    curves: ArrayLike | None, volume: ArrayLike | None, horizon: Horizon
) -> tuple[Floats, Floats]:
    """Curves and volumes, checked."""
    if curves is None or volume is None:
        rule = "must be given with volume for a promise over days or the period"
        raise InvalidInput("curves", rule, None)
    shares, contacts = np.asarray(curves, float), np.asarray(volume, float)
    if shares.ndim != 2 or len(shares) != horizon.intervals or shares.shape[1] < 2:
        rule = f"must have {horizon.intervals} intervals and numbers of agents"
        raise InvalidInput("curves", rule, shares.shape)
    if not ((shares >= 0) & (shares <= 1)).all() or (np.diff(shares, axis=1) < -1e-9).any():
        raise InvalidInput("curves", "must be shares that do not fall with agents", "others")
    if contacts.shape != (horizon.intervals,) or not (contacts >= 0).all():
        raise InvalidInput("volume", f"must be {horizon.intervals} numbers from 0", contacts.shape)
    return shares, contacts


def _budgeted(
    question: CoverProblem,
    curves: tuple[Floats, Floats],
    floor: float,
    spans: NDArray[np.int64],
    target: Floats,
) -> CoverProblem:
    """The cover in which contacts may be lost within a budget."""
    shares, volume = curves
    number = len(volume)
    least, most = np.zeros(number), np.zeros(number)
    widths, losses = np.zeros((PIECES, number)), np.zeros((PIECES, number))
    lost = np.zeros(number)
    for t in np.flatnonzero(volume > 0).tolist():
        low, corners, met = _envelope(shares[t], floor)
        least[t], most[t] = low, corners[-1]
        lost[t] = volume[t] * (1 - met[-1])
        # From the top down: the first agents to go are those who matter least.
        wide, gain = np.diff(corners)[::-1], np.diff(met)[::-1]
        widths[: len(wide), t] = wide
        losses[: len(wide), t] = volume[t] * gain / wide
    present = np.maximum(least, question.floor[0])
    most = np.maximum(most, present)
    limits = [
        (1 - goal) * volume[at].sum() - lost[at].sum()
        for at, goal in zip(spans, target, strict=True)
    ]
    budget = Budget(
        widths, losses, tuple(zip(spans, map(float, limits), strict=True)), question.demand.never
    )
    demand = replace(
        question.demand, agents=most[None, :], presence=present[None, :], missing=(), hard=False,
        budget=budget,
    )  # fmt: skip
    return replace(question, demand=demand)


def _envelope(shares: Floats, floor: float) -> tuple[int, Floats, Floats]:
    """Least agents by the floor; corners of the concave envelope of the curve above them."""
    top = int(np.argmax(shares >= min(FULL, shares[-1])))
    low = min(int(np.argmax(shares >= floor)) if (shares >= floor).any() else top, top - 1)
    low = max(low, 0)
    hull: list[int] = []
    for n in range(low, max(top, low + 1) + 1):
        while len(hull) > 1 and (shares[hull[-1]] - shares[hull[-2]]) * (n - hull[-1]) <= (
            shares[n] - shares[hull[-1]]
        ) * (hull[-1] - hull[-2]):
            hull.pop()
        hull.append(n)
    if len(hull) > PIECES + 1:
        # Fewer corners of a concave curve lie below it: the budget errs on the safe side.
        hull = [hull[i] for i in np.unique(np.linspace(0, len(hull) - 1, PIECES + 1).astype(int))]
    return low, np.array(hull, float), shares[hull]
