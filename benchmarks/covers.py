"""Shift covers: when the first plan is there, and how far from the bound it is later."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.plan.shifts import Effort, Horizon, PauseRule, Progress, ShiftTemplate, cover_shifts

#: Name: interval and distance of starts [minutes], lengths [h].
SIZES = {
    "84 shifts, 30 min": (30, 120, (8,)),
    "504 shifts, 30 min": (30, 60, (8, 10, 12)),
    "840 shifts, 30 min": (30, 60, (4, 6, 8, 10, 12)),
    "2,016 shifts, 15 min": (15, 30, (4, 5, 6, 8, 10, 12)),
}
#: Time for each [s].
SECONDS = 20.0
HEAD = (
    f"{'':24}  {'first s':>8}  {'gap %':>7}  {'end s':>7}  {'gap %':>7}  {'short':>6}  {'cost':>10}"
)


def week(interval: int, peak: float = 200.0) -> NDArray[np.float64]:
    """Agents needed in a week with two peaks a day, fewer at weekends."""
    hour = (np.arange(1440 // interval) + 0.5) * interval / 60
    day = 0.08 + np.exp(-0.5 * ((hour - 11) / 2.6) ** 2)
    day += 0.8 * np.exp(-0.5 * ((hour - 16.5) / 3) ** 2)
    days = [peak * share * day / day.max() for share in (1, 0.97, 0.95, 0.96, 0.94, 0.6, 0.5)]
    return np.asarray(np.ceil(np.concatenate(days)))


def shifts(step: int, hours: tuple[int, ...]) -> list[ShiftTemplate]:
    """Shifts round the clock, longer ones with a meal and two rests, short ones with one rest."""
    found = []
    for length in (60 * h for h in hours):
        middle = length // 2
        pauses: tuple[PauseRule, ...] = (PauseRule(15, (60, -60)),)
        if length > 300:
            meal = PauseRule(60, (middle - 60, middle + 90), paid=False, kind="meal")
            pauses = (PauseRule(15, (60, middle - 60)), meal, PauseRule(15, (middle + 90, -60)))
        name = f"{length // 60}h"
        found.append(ShiftTemplate(name, (0, 1440 - step), (length,), step=step, pauses=pauses))
    return found


def lines(size: float, rounds: int) -> Iterator[str]:
    """A line for each size; a share of the time below full size, one round always."""
    del rounds
    yield f"Shift covers, {SECONDS * size:g} s each (load {os.getloadavg()[0]:.1f})\n{HEAD}"
    for name, (interval, step, hours) in SIZES.items():
        steps: list[Progress] = []
        found = cover_shifts(
            week(interval, 200 * min(1.0, size * 4)),
            shifts(step, hours),
            horizon=Horizon(interval),
            effort=Effort(seconds=SECONDS * size),
            tell=steps.append,
        )
        first = next(step for step in steps if step.stage == "first plan")
        # Judged by the bound at the end: the first plan may come before any.
        gap = 100 * (first.cost - found.bound) / first.cost
        yield (
            f"{name:24}  {first.seconds:>8.2f}  {gap:>7.2f}  {found.seconds:>7.1f}  "
            f"{100 * found.gap:>7.2f}  {found.missing.sum():>6.0f}  {found.cost:>10,.1f}"
        )


PROGRAMS = {"covers": lines}
