"""From numbers of shifts and pauses to shifts as they are written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvariantBroken
from sim.plan.duties import DAY, Pause, Shift
from sim.plan.shifts.kinds import Column, Form
from sim.plan.shifts.program import Pool, Program
from sim.plan.shifts.templates import Crew, Horizon, ShiftTemplate

__all__ = ["PlannedShift", "place", "presence"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """So many people of a crew who start the same shift on a day.

    Parameters
    ----------
    crew
        Who.
    day
        Of the horizon, 0 for the first.
    shift
        What they work, pauses in their places. It is named after its template.
    count
        How many of them.
    """

    crew: str
    day: int
    shift: Shift
    count: int


def place(
    x: Floats,
    program: Program,
    templates: Sequence[ShiftTemplate],
    crews: Sequence[Crew],
    made: Sequence[Form],
    listed: Sequence[Column],
) -> tuple[PlannedShift, ...]:
    """Give every shift of a plan its pauses.

    Parameters
    ----------
    x
        Values of the program's columns.
    program, templates, crews, made, listed
        What they stand for.
    """
    counts = np.round(x[program.shifts.slice]).astype(int)
    pauses: list[list[list[Pause]]] = [[[] for _ in range(count)] for count in counts]
    for pool in program.pools:
        _from_pool(x, pool, counts, pauses)
    for column, group, span in program.ways:
        numbers = np.round(x[span.slice]).astype(int)
        ways = made[listed[column].form].ways[group]
        laid = [way for way, number in zip(ways, numbers, strict=True) for _ in range(number)]
        for own, way in zip(pauses[column], laid, strict=True):
            own.extend(way)
    found: Counter[tuple[int, int, int, int, tuple[Pause, ...]]] = Counter()
    for kind, laid_out in zip(listed, pauses, strict=True):
        for moved in laid_out:
            every = sorted((*made[kind.form].fixed, *moved), key=lambda pause: pause.start)
            found[kind.crew, kind.day, kind.start, kind.form, tuple(every)] += 1
    return tuple(
        PlannedShift(
            crews[crew].name,
            day,
            Shift(templates[made[form].template].name, start, made[form].minutes, every),
            count,
        )
        for (crew, day, start, form, every), count in sorted(
            found.items(),
            key=lambda item: (item[0][1], item[0][2], item[0][0], item[0][3], str(item)),
        )
    )


def _from_pool(
    x: Floats, pool: Pool, counts: NDArray[np.int64], pauses: list[list[list[Pause]]]
) -> None:
    """First in, first out: the shift whose window opened first takes the first pause."""
    slots = pool.begins.end - pool.begins.first
    begins = np.round(x[pool.begins.slice]).astype(int)
    owed = round(float(x[pool.due.end - 1]))
    order = np.argsort(pool.opens % slots, kind="stable").tolist()
    queue = [(j, k) for j in order for k in range(counts[pool.members[j]])]
    taken = np.repeat(np.arange(slots), begins).tolist()
    if len(queue) != len(taken):
        raise InvariantBroken(f"{len(queue)} shifts have {len(taken)} pauses")
    for i, (j, k) in enumerate(queue):
        # The first pauses of a cycle belong to those who were owed them when it began.
        later = i + owed
        lap, at = divmod(later, len(taken))
        since = taken[at] + lap * slots - int(pool.opens[j]) % slots
        start = pool.window.first + since * pool.step
        if not pool.window.first <= start <= pool.window.last:
            raise InvariantBroken(f"a pause begins {start} minutes after its shift")
        pauses[pool.members[j]][k].append(pool.window.pause(start))


def presence(planned: Sequence[PlannedShift], horizon: Horizon, crews: Sequence[str]) -> Floats:
    """Agents at work in each interval, counted shift by shift.

    Parameters
    ----------
    planned
        The shifts.
    horizon
        The intervals.
    crews
        Names of the crews: the rows of what is returned, shape (crews, intervals).
    """
    present = np.zeros((len(crews), horizon.intervals))
    for item in planned:
        row, start = present[crews.index(item.crew)], item.day * DAY + item.shift.start
        at, share = horizon.spread(start, item.shift.minutes)
        np.add.at(row, at, item.count * share)
        for pause in item.shift.pauses:
            at, share = horizon.spread(start + pause.start, pause.minutes)
            np.add.at(row, at, -item.count * share)
    return present
