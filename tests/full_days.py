"""Random days of the whole model: a plain day with mechanisms put on it, each on half of the days.

What is drawn is small and collides: several mechanisms meet in one tick, again and again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from workloads import Day, Ints, Pick, draw_day, draw_hours, one

from sim.engine import Staffing, Workload
from sim.engine.contract import CLOCK_LIMIT, MILLION, NEVER, NONE

LINKS = ("after_abandon", "after_busy", "escalation", "repeat", "callback")


def seeded_full_day(seed: int) -> Day:
    """A day of the whole model drawn by numpy: quick enough for thousands."""
    rng = np.random.default_rng(seed)
    return draw_full_day(lambda size, low, high: rng.integers(low, high, size, endpoint=True))


@st.composite
def full_days(draw: st.DrawFn) -> Day:
    """A day of the whole model drawn by Hypothesis."""

    def pick(size: int, low: int, high: int) -> Ints:
        drawn = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        return np.array(drawn, np.int64)

    return draw_full_day(pick)


def draw_full_day(pick: Pick) -> Day:
    """Draw a plain day and put mechanisms on it."""
    work, crew = draw_day(pick)
    crew = draw_stretches(pick, crew) if one(pick, 0, 1) else crew
    for put_on in (put_times, put_routing, put_waits, put_several, put_lines):
        if one(pick, 0, 1):
            crew = put_on(pick, crew)
    crew = put_after(pick, crew) if one(pick, 0, 3) else crew
    work = draw_links(pick, work) if one(pick, 0, 3) else work
    crew = put_kept_hours(pick, crew) if one(pick, 0, 1) else crew
    return put_own_laws(pick, work, crew) if one(pick, 0, 2) == 0 else (work, crew)


def draw_links(pick: Pick, work: Workload) -> Workload:
    """Let every later attempt follow some attempt before it, in some way."""
    size = len(work)
    links = {name: np.full(size, NONE, np.int32) for name in LINKS}
    kinds = [LINKS, ("after_abandon", "callback"), ("escalation",), ("escalation", "repeat"), LINKS]
    names = kinds[one(pick, 0, 4)]
    for row in range(work.fresh, size):
        before, name = one(pick, 0, row - 1), names[one(pick, 0, len(names) - 1)]
        if links[name][before] == NONE:
            links[name][before] = row
    marks = {
        name: (pick(size, 0, 3) * 300_000).astype(np.int32) for name in ("escalation", "repeat")
    }
    columns: dict[str, Any] = {name: link for name, link in links.items() if (link != NONE).any()}
    columns |= {f"{name}_mark": mark for name, mark in marks.items() if name in columns}
    if one(pick, 0, 1):
        columns["conference"] = pick(size, 0, 4)
    nobody = np.empty(0, np.int32)
    return replace(work, **({"after_abandon": nobody, "after_busy": nobody} | columns))


def draw_stretches(pick: Pick, crew: Staffing) -> Staffing:
    """Let some people come back after a break, some of them after another."""
    rows = [
        (int(s), int(e), int(g), NONE)
        for s, e, g in zip(crew.start, crew.end, crew.group, strict=True)
    ]
    for _ in range(one(pick, 0, 6) if rows else 0):
        before = one(pick, 0, len(rows) - 1)
        begin = rows[before][1] + one(pick, 0, 4)
        end = begin + one(pick, 1, 30)
        if end < CLOCK_LIMIT and before not in [row[3] for row in rows]:
            rows.append((begin, end, one(pick, 0, crew.groups - 1), before))
    order = sorted(range(len(rows)), key=lambda row: rows[row][0])
    place = {row: at for at, row in enumerate(order)}
    start, end_, group = np.array([rows[k][:3] for k in order], np.int64).reshape(-1, 3).T
    return replace(
        crew,
        start=start.copy(),
        end=end_.copy(),
        group=group.astype(np.uint8),
        follows=np.array([place.get(rows[k][3], NONE) for k in order], np.int32),
        pause=pick(len(rows), 0, 5),
    )


def put_times(pick: Pick, crew: Staffing) -> Staffing:
    """Announcements, ringing, hours of the day, long waits that make long talks."""
    q = crew.queues
    return replace(
        crew,
        greeting=np.maximum(pick(q, -2, 4), 0),
        ring=np.maximum(pick(q, -2, 3), 0),
        drag=pick(q, 0, 1) * 10_000,
        drag_most=pick(q, 0, 1) * 9_000,
        tempo=pick(q * 3, 0, 4).reshape(q, 3) * 500,
        tempo_slot=one(pick, 1, 20),
    )


def put_routing(pick: Pick, crew: Staffing) -> Staffing:
    """Age, deadlines, doors that never close, numbers waiting."""
    q, g = crew.queues, crew.groups
    budget = pick(q, 0, 20)
    budget[pick(q, 0, 1) == 0] = NEVER
    return replace(
        crew,
        ageing=np.array([0, 10**8, 3 * 10**7])[pick(q, 0, 2)],
        priority=pick(q * g, -1, 2).reshape(q, g),
        budget=budget,
        accepts=pick(q, 0, 1) * (1 - crew.dismiss),
        level=pick(q * g, 0, 3).reshape(q, g),
    )


def put_waits(pick: Pick, crew: Staffing) -> Staffing:
    """Offers to call back, and doors that close."""
    q = crew.queues
    offer = pick(q, 0, 8)
    offer[pick(q, 0, 3) == 0] = NEVER
    return replace(crew, offer=offer, dismiss=pick(q, 0, 1) * (1 - crew.accepts))


def put_several(pick: Pick, crew: Staffing) -> Staffing:
    """Several contacts at once."""
    q, g = crew.queues, crew.groups
    speed = np.array([MILLION, 700_000, 400_000, 333_333])[pick(q * 4, 0, 3)].reshape(q, 4)
    speed[:, 0] = MILLION
    concurrency = pick(q * g, 1, 4).reshape(q, g)
    concurrency[crew.warm > 0] = 1
    return replace(crew, concurrency=concurrency, speed=speed, pack=pick(q, 0, 1))


def put_after(pick: Pick, crew: Staffing) -> Staffing:
    """Contacts that are passed on or come back; machines."""
    q, g = crew.queues, crew.groups
    warm = np.minimum(pick(q, 0, 3), 1) * (crew.concurrency == 1).all(axis=1)
    return replace(
        crew,
        escalates=np.minimum(pick(q * g, 0, 3).reshape(q, g) * 500_000, MILLION),
        repeats=pick(q * g, 0, 2).reshape(q, g) * 500_000,
        warm=warm,
        machine=(pick(q, 0, 3) == 0).astype(np.int64),
    )


def put_kept_hours(pick: Pick, crew: Staffing) -> Staffing:
    """Queues from which agents take in hours only, some of them in short ones."""
    span = int(crew.end.max(initial=20) - crew.start.min(initial=0))
    begin = int(crew.start.min(initial=0))
    hours = [
        draw_hours(pick, span, begin) if one(pick, 0, 1) else hours_of(crew, queue)
        for queue in range(crew.queues)
    ]
    return replace(
        crew,
        keeps=np.minimum(pick(crew.queues, 0, 2), 1),
        open_of=np.cumsum([0, *map(len, hours)]),
        open_start=np.array([low for row in hours for low, _ in row], np.int64),
        open_end=np.array([high for row in hours for _, high in row], np.int64),
    )


def hours_of(crew: Staffing, queue: int) -> list[tuple[int, int]]:
    """Opening hours that a queue has."""
    rows = slice(crew.open_of[queue], crew.open_of[queue + 1])
    return list(zip(crew.open_start[rows].tolist(), crew.open_end[rows].tolist(), strict=True))


def put_own_laws(pick: Pick, work: Workload, crew: Staffing) -> Day:
    """Groups with handle times of their own."""
    laws, cells = one(pick, 1, 2), crew.queues * crew.groups
    own = pick(laws * len(work), 0, 9).reshape(laws, len(work))
    return replace(work, own_handle=own), replace(
        crew, own=pick(cells, 0, laws).reshape(crew.queues, crew.groups)
    )


def put_lines(pick: Pick, crew: Staffing) -> Staffing:
    """Lines that queues share."""
    lines = pick(2, 0, 8)
    lines[pick(2, 0, 2) == 0] = NEVER
    return replace(crew, lines=lines, trunk=pick(crew.queues, 0, 1))
