"""Rosters: when the first one is there, and how far from the bound it is later.

A month of sixty people made from a seed, in a process that has loaded the compiled loops before;
the instances 1 to 7 of Curtois and Qu where `LINEWISE_INSTANCES` names a folder that has them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import rosters_month
from benchmarks.curtois import BEST, judged, problem, read, shown
from sim.plan.rosters import Progress, roster
from sim.plan.rosters.solving import solve

#: Time for the month, for each instance [s].
MONTH, INSTANCE = 60.0, 60.0
INSTANCES = range(1, 8)
HEAD = (
    f"{'':24}  {'first s':>8}  {'cost':>9}  {'end s':>7}  {'cost':>9}  {'bound':>9}  {'gap %':>6}"
    f"  {'best known':>10}  stopped"
)


def month(size: float) -> str:
    """The month of named people, with a share of them below full size."""
    period, people = rosters_month.march(), max(3, round(60 * min(1.0, size)))
    staff = rosters_month.people(period, count=people)
    need = rosters_month.requirement(period, people=people)
    steps: list[Progress] = []
    begun = time.monotonic()
    made = roster(
        staff, rosters_month.SHIFTS, need, rosters_month.RULES, period, seed=1,
        time_limit=MONTH * size, progress=steps.append,
    )  # fmt: skip
    # The clock of the search begins once the rules are laid out; a user waits for that too.
    laid = time.monotonic() - begun - made.effort.seconds
    if not made.legal:
        raise RuntimeError("a roster that breaks a rule")
    return row(
        f"a month of {people} people", steps[0].seconds + laid, made.first_cost,
        made.effort.seconds,
        made.cost, made.bound, made.gap, "", made.effort.stopped,
    )  # fmt: skip


def instance(path: Path, number: int, seconds: float) -> str:
    """One of the public instances, judged on its own terms."""
    given = read(path)
    steps: list[Progress] = []
    found = solve(problem(given), seed=1, time_limit=seconds, tell=steps.append)
    if found.lines is None or judged(given, shown(given, found.lines))[1]:
        raise RuntimeError(f"no legal roster of instance {number}")
    return row(
        f"Curtois and Qu, {number}", steps[0].seconds, found.first, found.effort.seconds,
        found.cost, found.bound, found.gap, f"{BEST.get(number, '')}", found.effort.stopped,
    )  # fmt: skip


def row(
    name: str, begun: float, first: float, seconds: float, cost: float, bound: float, gap: float,
    best: str, stopped: str,
) -> str:  # fmt: skip
    """One line of the table: times [s], the first cost, the last, its bound and the gap."""
    return (
        f"{name:24}  {begun:>8.2f}  {first:>9,.0f}  {seconds:>7.1f}  {cost:>9,.0f}  {bound:>9,.0f}"
        f"  {100 * gap:>6.2f}  {best:>10}  {stopped}"
    )


def lines(size: float, rounds: int) -> Iterator[str]:
    """A line for each; a share of the time and of the people below full size, one round always."""
    del rounds
    yield f"Rosters (load {os.getloadavg()[0]:.1f})\n{HEAD}"
    month(0.05)  # loading what is compiled is no part of it
    yield month(size)
    folder = Path(os.environ.get("LINEWISE_INSTANCES", ""))
    for number in INSTANCES:
        path = folder / f"Instance{number}.txt"
        if path.exists():
            yield instance(path, number, INSTANCE * size)


PROGRAMS = {"rosters": lines}
