"""A roster from the first to the best: the stages, their effort, and when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.ascent import Ascended, ascend
from sim.plan.rosters.compose import chosen, reopened
from sim.plan.rosters.diving import dive
from sim.plan.rosters.effort import Clock, Effort, Progress
from sim.plan.rosters.generate import generate
from sim.plan.rosters.master import Column, Master
from sim.plan.rosters.pricing import Pricers
from sim.plan.rosters.problems import Problem
from sim.plan.rosters.search import SAME, descend, first, improve
from sim.plan.rosters.state import Draft

__all__ = ["Solution", "better", "granularity", "lower", "parts", "proven", "raised", "solve"]

Integers = NDArray[np.int64]

# Days of people from which on a bound is sought before a linear program; steps for it.
LARGE, ROUNDS = 2500, 120


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The best roster found.

    Parameters
    ----------
    lines
        Kind by worker and day, -1 for none; None where somebody has no legal line at all.
    cost, bound
        What it costs, and what no roster can be below.
    blocked
        The worker who has no legal line.
    first
        What the first roster cost.
    effort
        What was spent.
    """

    lines: Integers | None
    cost: float
    bound: float
    blocked: int | None
    first: float
    effort: Effort

    @property
    def gap(self) -> float:
        """How far the cost may be from the least, as a share of it."""
        if self.cost - self.bound <= SAME:
            return 0.0
        if self.bound == -np.inf or not self.cost:
            return math.inf
        return (self.cost - self.bound) / abs(self.cost)


def solve(
    problem: Problem,
    *,
    seed: int,
    time_limit: float | None = None,
    rounds: int = 400,
    tell: Callable[[Progress], object] | None = None,
    begin: Draft | None = None,
    pricers: Pricers | None = None,
) -> Solution:
    """Find a roster and a bound; stopped early, the best until then.

    Parameters
    ----------
    problem
        Who, what for, when.
    seed
        Where the random numbers start.
    time_limit
        Time that may pass [s]. What is done before it does not hang on the clock.
    rounds
        Parts of the roster to open anew, at most.
    tell
        Called with the progress; when it answers True, the search stops.
    begin
        A roster to begin with.
    pricers
        Who prices the lines, where somebody has made them already.
    """
    clock = Clock(time_limit, tell)
    rng = np.random.default_rng(seed)
    pricers = Pricers.of(problem) if pricers is None else pricers
    clock.lines = lambda: pricers.calls
    start = first(problem, pricers, rng) if begin is None else begin
    if not isinstance(start, Draft):
        effort = Effort(pricers.calls, 0, clock.seconds, "proven")
        return Solution(None, math.inf, math.inf, start, math.inf, effort)
    initial = start.cost
    clock.told("first", initial)
    draft, stopped = better(start, pricers, rng, clock, rounds)
    effort = Effort(pricers.calls, clock.programs, clock.seconds, stopped)
    return Solution(draft.lines, draft.cost, clock.bound, None, initial, effort)


def better(
    draft: Draft, pricers: Pricers, rng: np.random.Generator, clock: Clock, rounds: int
) -> tuple[Draft, str]:
    """All that follows the first roster."""
    problem = draft.problem
    people = list(range(len(problem.workers)))
    descend(draft, pricers, rng, clock)
    draft = improve(draft, pricers, rng, clock, 2 * len(people), clock.share(0.03))
    master = Master(problem, people, problem.posts.need)
    master.offer([Column(w, draft.lines[w], float(draft.own[w])) for w in people])
    raised_to = Ascended(-np.inf, np.zeros(len(problem.posts.need)))
    if len(people) * problem.days >= LARGE:
        if clock.left <= 0:  # not even one round of prices would be in time
            return draft, "asked" if clock.asked else "time"
        raised_to = ascend(
            problem, pricers, clock, draft.cost, rounds=ROUNDS, seconds=clock.share(0.2)
        )
    found = raised_to.bound > -np.inf
    generated = generate(
        master, pricers, clock, seconds=clock.share(0.25 if found else 0.45),
        center=raised_to.prices if found else None, known=raised_to.bound,
    )  # fmt: skip
    clock.bound = raised(generated.bound, granularity(problem))
    clock.told("bound", draft.cost)
    if clock.left > 0 and not proven(draft, clock):
        tried = dive(master, pricers, clock, draft, seconds=clock.share(0.4))
        draft = lower(tried, draft, pricers, rng, clock)
        clock.told("dive", draft.cost)
    if generated.finished and clock.left > 0 and not proven(draft, clock):
        seconds = clock.share(0.05)
        choice = chosen(master, generated, draft, clock, seconds=seconds, nodes=100)
        draft = lower(choice or draft, draft, pricers, rng, clock)
        clock.told("dive", draft.cost)
    pools: dict[int, list[Column]] = {}
    for column in master.columns:
        pools.setdefault(column.worker, []).append(column)
    return parts(draft, pools, pricers, rng, clock, rounds)


def lower(
    tried: Draft, draft: Draft, pricers: Pricers, rng: np.random.Generator, clock: Clock
) -> Draft:
    """The cheaper of two rosters, the first once everybody has answered."""
    descend(tried, pricers, rng, clock)
    return tried if tried.cost < draft.cost - SAME else draft


def parts(
    draft: Draft,
    pools: dict[int, list[Column]],
    pricers: Pricers,
    rng: np.random.Generator,
    clock: Clock,
    rounds: int,
) -> tuple[Draft, str]:
    """Open parts of the roster anew: a few people, or a few days; more when that brings nothing."""
    people, days = len(draft.lines), draft.problem.days
    # By kind of part: how large it is, how large it may be, failures in a row.
    few, most = [min(people, 6), min(days, 7)], [people, days]
    failed = [0, 0]
    for n in range(rounds):
        if proven(draft, clock):
            return draft, "proven"
        if clock.left <= 0:
            break
        kind = n % 2
        some, free = list(range(people)), np.ones(days, bool)
        if kind == 0:
            some = sorted(rng.choice(people, few[0], replace=False).tolist())
        else:
            begin = int(rng.integers(min(0, 1 - few[1] // 2), days - few[1] // 2))
            free = (np.arange(days) >= begin) & (np.arange(days) < begin + few[1])
        begun = clock.seconds
        tried = reopened(draft, some, free, pools, pricers, clock, rng, nodes=50)
        failed[kind] = 0 if tried.cost < draft.cost - SAME else failed[kind] + 1
        draft = tried
        clock.told("people" if kind == 0 else "days", draft.cost)
        if clock.seconds - begun > 0.08 * clock.limit:
            few[kind] = max(2, 2 * few[kind] // 3)
        elif failed[kind] >= 5 and clock.seconds - begun < 0.04 * clock.limit:
            few[kind], failed[kind] = min(most[kind], few[kind] + max(1, few[kind] // 3)), 0
    return draft, "asked" if clock.asked else "time" if clock.left <= 0 else "effort"


def granularity(problem: Problem) -> float:
    """The step in which costs come, 1 where all are whole numbers; 0 where unknown."""
    tables = [problem.posts.need, problem.posts.amount, problem.posts.costs]
    for worker in problem.workers:
        tables += [worker.cost, worker.off, worker.hours_end, worker.weekends_end]
        tables.append(worker.tally_end)
        tables.append(worker.automaton.cost)
    finite = [table[np.isfinite(table)] for table in tables]
    return float(all((table == np.round(table)).all() for table in finite))


def raised(bound: float, grain: float) -> float:
    """The bound, raised to the next cost that there can be."""
    return math.ceil(bound - 1e-4) if grain and bound > -math.inf else bound


def proven(draft: Draft, clock: Clock) -> bool:
    """Whether nothing better exists."""
    return draft.cost <= clock.bound + max(SAME, 1e-9 * abs(draft.cost))
