"""A first roster at once, and better ones by taking a few people out and putting them back.

Each line is the cheapest one for what the others leave, priced exactly; so a round of answers can
only lower the cost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.plan.rosters.effort import Clock
from sim.plan.rosters.pricing import Pricers, Pricing
from sim.plan.rosters.problems import Problem
from sim.plan.rosters.state import Draft

__all__ = ["descend", "first", "improve", "renewed", "shaken"]

# Costs closer than this are the same.
SAME = 1e-6


def first(problem: Problem, pricers: Pricers, rng: np.random.Generator) -> Draft | int:
    """One best line after the other; the number of a worker who has none, if there is one."""
    draft = Draft.empty(problem)
    for worker in rng.permutation(len(problem.workers)).tolist():
        if draft.best(pricers, worker).value == np.inf:
            return int(worker)
    return draft


def descend(
    draft: Draft, pricers: Mapping[int, Pricing], rng: np.random.Generator, clock: Clock
) -> None:
    """Answer in turn until nobody of those who are asked has a better line."""
    cost, workers = draft.cost, np.array(sorted(pricers))
    while clock.left > 0:
        for worker in rng.permutation(workers).tolist():
            if clock.left <= 0:
                break
            renewed(draft, pricers, worker)
        clock.told("improve", draft.cost)
        if draft.cost > cost - SAME:
            return
        cost = draft.cost


def renewed(draft: Draft, pricers: Mapping[int, Pricing], worker: int) -> None:
    """Give a worker the best line for what the others leave; never a worse one."""
    line, own = draft.lines[worker].copy(), float(draft.own[worker])
    draft.take(worker)
    prices = draft.problem.prices(draft.gap)
    worked = np.flatnonzero(line >= 0)
    had = own + float(prices[worked, line[worked]].sum())
    answer = pricers[worker](prices)
    if answer.value < had - SAME or (answer.value <= had + SAME and pricers[worker].exact):
        draft.put(worker, answer.line, answer.own)
    else:
        draft.put(worker, line, own)


def improve(
    draft: Draft, pricers: Pricers, rng: np.random.Generator, clock: Clock, rounds: int,
    seconds: float,
) -> Draft:  # fmt: skip
    """Take two to six people out and put them back, again and again; worse is taken at first.

    Parameters
    ----------
    draft
        Where to begin.
    rounds, seconds
        How often, and how long at most.
    """
    best, now = draft.copy(), draft.copy()
    cost = lowest = now.cost
    # What costs nothing yet is warmed by the least that counts.
    heat, begun = max(SAME, 0.002 * abs(cost)), clock.seconds
    if seconds <= 0:
        return best
    for n in range(rounds):
        spent = max(n / rounds, (clock.seconds - begun) / seconds)
        if spent >= 1 or clock.left <= 0:
            break
        trial = now.copy()
        shaken(trial, pricers, rng)
        tried = trial.cost
        if tried <= cost + SAME or rng.random() < np.exp((cost - tried) / (heat * (1 - spent))):
            now, cost = trial, tried
        if tried < lowest - SAME:
            best, lowest = trial.copy(), tried
            clock.told("improve", lowest)
    return best


def shaken(draft: Draft, pricers: Pricers, rng: np.random.Generator) -> None:
    """Take a few people out, put them back with the prices a little wrong, then right."""
    people = len(draft.lines)
    few = rng.choice(people, min(people, int(rng.integers(2, 7))), replace=False).tolist()
    for worker in few:
        draft.take(worker)
    scale = float(rng.random()) * 0.05 * max(1.0, float(draft.problem.posts.costs[:, 0].mean()))
    for worker in few:
        noise = scale * rng.random((draft.problem.days, draft.problem.kinds))
        if draft.best(pricers, worker, noise).value == np.inf:
            draft.put(worker, draft.lines[worker], float(draft.own[worker]))
    for worker in few:
        renewed(draft, pricers, worker)
