"""From numbers of shifts and pauses to shifts as they are written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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

#: Minutes on the clock at which pauses begin that need not begin with an interval.
TIDY = 5


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
    interval: int,
) -> tuple[PlannedShift, ...]:
    """Give every shift of a plan its pauses.

    Short pauses of one interval follow one another where they may: counted by the interval they
    are alike, but who is left alone while all others rest is not.

    Parameters
    ----------
    x
        Values of the program's columns.
    program, templates, crews, made, listed
        What they stand for.
    interval
        Of the horizon [minutes].
    """
    counts = np.round(x[program.shifts.slice]).astype(int)
    pauses: list[list[list[Pause]]] = [[[] for _ in range(count)] for count in counts]
    turns: Counter[tuple[int, int]] = Counter()
    for pool in program.pools:
        for j, k, start in _from_pool(x, pool, counts):
            column = listed[pool.members[j]]
            begins = column.day * DAY + column.start
            start = _in_turn(pool, begins, start, interval, turns)
            pauses[pool.members[j]][k].append(pool.window.pause(start))
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


def _from_pool(x: Floats, pool: Pool, counts: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """First in, first out: the shift whose window opened first takes the first pause.

    Yields which of the members, which of its people, and when from the start of the shift.
    """
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
        yield j, k, start


def _in_turn(
    pool: Pool, begins: int, start: int, interval: int, turns: Counter[tuple[int, int]]
) -> int:
    """When a pause begins in its interval, after those that were placed there before it.

    Parameters
    ----------
    pool
        What kind of pause.
    begins, start
        The shift from the start of the horizon, and the pause from that of the shift [minutes].
    interval
        Of the horizon [minutes].
    turns
        Pauses so far, by interval and length.
    """
    minutes = -(-pool.window.rule.minutes // TIDY) * TIDY
    slot, into = divmod(begins + start, interval)
    places = (interval - into) // minutes
    if pool.window.rule.step is not None or places < 2:
        return start
    turn = turns[slot, minutes]
    turns[slot, minutes] += 1
    later = start + turn % places * minutes
    return later if later <= pool.window.last else start


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
