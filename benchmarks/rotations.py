"""Rotations: from a demand by weekday to a proven cycle, for ten people and for hundreds."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from sim.plan.rotation import Rotating, faults, solve_rotation

#: People of the instances.
PEOPLE = 9, 20, 40, 80, 160, 320
HEAD = f"{'':30}  {'CPU s':>7}  {'rounds':>7}  {'numbers':>7}  answer"


def instance(people: int, seed: int) -> Rotating:
    """Three shifts of 8 h, forward rotation, as in the published instances; some are impossible."""
    rng = random.Random(f"{people} {seed}")
    busy = people * rng.uniform(0.62, 0.71)
    shares = (0.42, 0.35, 0.23)
    demand = tuple(
        tuple(max(1, round(busy * share * (0.85 if day > 4 else 1))) for day in range(7))
        for share in shares
    )
    return Rotating(
        demand,
        people,
        ("D", "A", "N"),
        runs=((2, 7), (2, 6), (2, rng.choice((4, 5)))),
        work=(rng.choice((3, 4)), rng.choice((6, 7))),
        off=(rng.choice((1, 2)), 4),
        forbidden=frozenset({(2, 0), (2, 1), (1, 0)}),
    )


def lines(size: float, rounds: int) -> Iterator[str]:
    """The table, as it is measured: the median over the rounds, an instance of its own each."""
    yield HEAD
    solve_rotation(instance(9, 0))  # importing the solver is no part of solving
    for people in PEOPLE[: max(1, round(len(PEOPLE) * size))]:
        taken, answers = [], []
        for seed in range(max(1, rounds)):
            problem = instance(people, seed)
            begun = time.process_time()
            found = solve_rotation(problem)
            taken.append(time.process_time() - begun)
            if found.cycle and faults(problem, found.cycle):
                raise RuntimeError(f"a wrong rotation of {people} people, seed {seed}")
            answers.append(found)
        effort = [found.effort for found in answers]
        said = ", ".join(
            f"{sum(found.status == status for found in answers)} {status}"
            for status in ("solved", "impossible", "stopped")
        )
        yield (
            f"{people:>4} people, {len(answers)} instances{'':5}"
            f"  {statistics.median(taken):>7.2f}  {max(e.rounds for e in effort):>7}"
            f"  {max(e.variables for e in effort):>7}  {said}"
        )
