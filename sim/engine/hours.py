"""Opening hours, deadlines and durations: what the readable engine looks up in the tables."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.contract import (
    CLOCK_LIMIT,
    NEVER,
    TICKS_PER_MINUTE,
    Staffing,
    Workload,
)

__all__ = [
    "closing_time",
    "deadline",
    "durations",
    "is_open",
    "is_served_now",
    "next_opening",
    "overflow_waits",
]


def _hours(crew: Staffing, queue: int) -> Iterator[tuple[int, int]]:
    """Opening hours of a queue."""
    for row in range(int(crew.open_of[queue]), int(crew.open_of[queue + 1])):
        yield int(crew.open_start[row]), int(crew.open_end[row])


def is_open(crew: Staffing, queue: int, now: int) -> bool:
    """Tell whether a queue takes contacts now."""
    return bool(crew.accepts[queue]) or any(
        start <= now < end for start, end in _hours(crew, queue)
    )


def is_served_now(crew: Staffing, queue: int, now: int) -> bool:
    """Tell whether agents take contacts of a queue now."""
    return not crew.keeps[queue] or any(start <= now < end for start, end in _hours(crew, queue))


def next_opening(crew: Staffing, queue: int, now: int) -> int:
    """When agents next begin to take contacts of a queue; `NEVER` where they do at any time."""
    if not crew.keeps[queue]:
        return NEVER
    return next((start for start, _ in _hours(crew, queue) if start > now), NEVER)


def closing_time(crew: Staffing, queue: int, now: int) -> int:
    """End of these opening hours, outside hours of the next ones; `NEVER` after the last."""
    return next((end for _, end in _hours(crew, queue) if now < end), NEVER)


def deadline(crew: Staffing, queue: int, since: int) -> int:
    """Tick at which the budget of open time is spent; without a budget when the contact joined.

    With too few hours to come it is the end of the clock.
    """
    budget = int(crew.budget[queue])
    if budget == NEVER:
        return since
    for start, end in _hours(crew, queue):
        begin = max(start, since)
        if begin < end:
            if budget <= end - begin:
                return begin + budget
            budget -= end - begin
    return CLOCK_LIMIT


def overflow_waits(crew: Staffing, queue: int) -> list[int]:
    """List the waits at which further groups open up to a queue."""
    serves = crew.preference[queue] >= 0
    return sorted(set(crew.after[queue][serves].tolist()) - {0})


def durations(
    work: Workload, crew: Staffing, attempt: int, group: int, answered: int, wait: int
) -> tuple[int, int]:
    """Time with the customer and work after it, for the group, the time of day and the wait."""
    queue = int(work.queue[attempt])
    slot = answered // crew.tempo_slot % crew.tempo.shape[1]
    drag = int(crew.drag[queue]) * wait // TICKS_PER_MINUTE
    pace, tempo = int(crew.pace[queue, group]), int(crew.tempo[queue, slot])
    law = int(crew.own[queue, group])
    handle = work.own_handle[law - 1, attempt] if law else work.handle[attempt]
    longer = 1000 + min(int(crew.drag_most[queue]), drag)
    talk = _scaled(int(handle), [1000 if law else pace, tempo, longer])
    return talk, _scaled(int(work.acw[attempt]), [pace, tempo])


def _scaled(ticks: int, factors: list[int]) -> int:
    """Multiply by thousandths one after the other, rounded each time; at most the whole clock."""
    for factor in factors:
        ticks = (ticks * factor + 500) // 1000
    return min(ticks, CLOCK_LIMIT)
