"""Whole rosters out of lines: choosing, and opening a part of the roster anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.diving import assembled, dive, fixed_cost
from sim.plan.rosters.effort import Clock
from sim.plan.rosters.generate import Generated, generate
from sim.plan.rosters.master import Column, Master, choose
from sim.plan.rosters.pricing import Pricers, Pricing
from sim.plan.rosters.search import SAME, descend
from sim.plan.rosters.state import Draft
from sim.plan.rosters.windows import Windowed

__all__ = ["chosen", "reopened"]

# The share of the open days that is settled each time when a part is dived for.
STRIDE = 0.05
# Lines that a choice is made of; posts at most where no clock ends it.
POOL, FEW = 600, 150


def chosen(
    master: Master,
    generated: Generated,
    draft: Draft,
    clock: Clock,
    *,
    seconds: float,
    nodes: int,
) -> Draft | None:
    """The best whole choice among the lines that cost least at the last prices."""
    if not np.isfinite(seconds) and len(master.posts) > FEW:
        return None
    worth = np.array([generated.reduced(master, column) for column in master.columns])
    # A line that costs more than the whole room between bound and roster can be in no better one.
    room = draft.cost - fixed_cost(master, draft) - generated.bound
    kept = [int(n) for n in np.argsort(worth, kind="stable")[:POOL] if worth[n] <= room + SAME]
    now = {column.key: n for n, column in enumerate(master.columns)}
    keys = [Column(w, draft.lines[w], float(draft.own[w])).key for w in master.workers]
    begin = [now[key] for key in keys] if all(key in now for key in keys) else []
    clock.programs += 1
    taken = choose(master, kept, begin, min(seconds, clock.left), nodes)
    return None if taken is None else assembled(master, taken, {}, draft)


def reopened(
    draft: Draft,
    workers: list[int],
    free: NDArray[np.bool_],
    pools: dict[int, list[Column]],
    pricers: Pricers,
    clock: Clock,
    rng: np.random.Generator,
    *,
    nodes: int,
) -> Draft:
    """Open some workers' lines anew on days running, the rest as it is; never a worse roster."""
    problem = draft.problem
    master = Master(problem, workers, draft.without(workers, free), free)
    master.offer([Column(w, draft.lines[w], float(draft.own[w])) for w in workers])
    asked: dict[int, Pricing]
    if free.all():
        asked = {w: pricers[w] for w in workers}
        for worker in workers:
            master.offer(pools.get(worker, []))
    else:
        days = np.flatnonzero(free)
        span = (int(days[0]), int(days[-1]) + 1)
        asked = {
            w: Windowed(problem.workers[w], draft.lines[w], *span, pricers.buffer) for w in workers
        }
    seconds = clock.share(0.05)
    generated = generate(master, asked, clock, rounds=80, seconds=seconds)
    floor = generated.bound + fixed_cost(master, draft)
    best, cost = draft, draft.cost
    if generated.finished and floor > cost - max(SAME, 1e-5 * abs(cost)):
        return best
    tried = dive(master, asked, clock, draft, stride=STRIDE)
    descend(tried, asked, rng, clock)
    # One that costs as much is taken: from elsewhere there may be a way on.
    if tried.cost <= cost + SAME:
        best, cost = tried, tried.cost
    if floor <= cost - max(SAME, 1e-5 * abs(cost)):
        picked = chosen(master, generated, draft, clock, seconds=seconds, nodes=nodes)
        if picked is not None and picked.cost <= cost + SAME:
            best = picked
    if free.all():
        for column in master.columns:
            pools.setdefault(column.worker, []).append(column)
        for worker in workers:
            latest = {column.key: column for column in pools[worker]}
            pools[worker] = list(latest.values())[-60:]
    return best
