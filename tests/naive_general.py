"""A queue with any arrivals, handle times and patience, simulated contact by contact.

Who comes first is served first, so the wait that a contact is offered is known on arrival: until
the first agent is free of all who are ahead and will stay. Run as a script it prints the means
that `test_erlang_engineering.py` is held against, with standard errors over the seeds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np

Draw = Callable[[Any, int], Any]
"""Draws so many times from a random generator."""

NAMES = ("wait_probability", "abandonment", "mean_wait", "service_level")


def exponential(mean: float) -> Draw:
    return lambda rng, count: rng.exponential(mean, count)


def fixed(value: float) -> Draw:
    return lambda rng, count: np.full(count, value)


def uniform(low: float, high: float) -> Draw:
    return lambda rng, count: rng.uniform(low, high, count)


def gamma(shape: float, mean: float) -> Draw:
    return lambda rng, count: rng.gamma(shape, mean / shape, count)


def lognormal(mean: float, scv: float) -> Draw:
    spread = np.log1p(scv)
    return lambda rng, count: mean * np.exp(rng.normal(-0.5 * spread, np.sqrt(spread), count))


def simulated(
    gaps: Draw, handle: Draw, patience: Draw, agents: int, awt: float, contacts: int, seed: int
) -> list[float]:
    """Means over the contacts after the first tenth, by `NAMES`; the level is of all offered."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(gaps(rng, contacts)).tolist()
    times, patiences = handle(rng, contacts).tolist(), patience(rng, contacts).tolist()
    free = [0.0] * agents
    delayed = left = in_time = 0
    waited, first = 0.0, contacts // 10
    for number, (now, time, end) in enumerate(zip(arrivals, times, patiences, strict=True)):
        offered = max(free[0] - now, 0.0)
        stays = offered <= end
        if stays:
            heapq.heapreplace(free, now + offered + time)
        if number >= first:
            delayed += offered > 0.0
            left += not stays
            waited += min(offered, end)
            in_time += stays and offered <= awt
    counted = contacts - first
    return [delayed / counted, left / counted, waited / counted, in_time / counted]


QUEUES: dict[str, tuple[Draw, Draw, Draw, int]] = {
    "fixed times": (exponential(1 / 0.33), fixed(60), exponential(60), 20),
    "fixed times, lognormal patience": (exponential(0.6), fixed(60), lognormal(90, 2), 100),
    "lognormal, uniform patience": (exponential(5.5), lognormal(60, 4), uniform(0, 120), 12),
    "lognormal, gamma patience": (exponential(1.1), lognormal(60, 1.5), gamma(2, 60), 50),
    "gamma, fixed patience": (exponential(2.2), gamma(2, 60), fixed(45), 30),
    "lognormal gaps": (lognormal(1.2, 4), lognormal(60, 1.5), exponential(60), 50),
    "calm gaps": (gamma(4, 2.9), lognormal(60, 2), lognormal(90, 1), 20),
}


if __name__ == "__main__":
    for name, (gaps, handle, patience, agents) in QUEUES.items():
        runs = np.array(
            [simulated(gaps, handle, patience, agents, 20.0, 2_000_000, s) for s in range(10)]
        )
        means, errors = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
        print(name, [f"{m:.5g} ± {e:.1g}" for m, e in zip(means, errors, strict=True)])  # noqa: T201
