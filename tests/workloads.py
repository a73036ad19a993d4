"""Days for the engines: written by hand, drawn fast with numpy, or drawn by Hypothesis.

The random days are made of ties. Few ticks hold many events, so that every rule about what comes
first decides something; times without length, teams without agents, lines without end and timers
beyond the clock all occur.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from sim.engine import Outcome, Staffing, Workload
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE

#: Whether kernels run as plain Python, about fifty times slower, to see which lines are reached.
UNCOMPILED = os.environ.get("NUMBA_DISABLE_JIT") == "1"

Day: TypeAlias = tuple[Workload, Staffing]
Ints: TypeAlias = NDArray[np.int64]
#: Picks whole numbers between two bounds, both included: how many, least, greatest.
Pick: TypeAlias = Callable[[int, int, int], Ints]

ALWAYS = ((0, CLOCK_LIMIT),)
#: Tables [queue, group] that a hand-made team may add.
CELLS = ("level", "concurrency", "escalates", "repeats", "own")


def calls(
    due: Sequence[int],
    handle: ArrayLike = 10,
    *,
    acw: ArrayLike = 0,
    patience: ArrayLike = NEVER,
    queue: ArrayLike = 0,
    queues: int = 1,
    fresh: int | None = None,
    redial: dict[int, int] | None = None,
    after: str = "both",
    conference: ArrayLike | None = None,
    **links: dict[int, int],
) -> Workload:
    """Attempts by hand; `redial` links an attempt to the one after its failure.

    Further links are given by the name of their column, such as `escalation={0: 1}`; the marks
    that go with them are 0: who may pass a contact on at all, does.
    """
    size = len(due)
    columns: dict[str, Any] = {}
    for name in ("abandon", "busy"):
        if redial and after in ("both", name):
            links[f"after_{name}"] = redial
    for name, link in links.items():
        columns[name] = np.full(size, NONE, np.int32)
        columns[name][list(link)] = list(link.values())
        if name in ("escalation", "repeat"):
            columns[f"{name}_mark"] = np.zeros(size, np.int32)
    if conference is not None:
        columns["conference"] = column(conference, size)
    return Workload(
        queues=queues,
        fresh=size if fresh is None else fresh,
        due=np.array(due, np.int64),
        queue=column(queue, size, np.uint8),
        handle=column(handle, size),
        acw=column(acw, size),
        patience=column(patience, size),
        **columns,
    )


def team(
    shifts: Sequence[tuple[int, int] | tuple[int, int, int]] = ((0, 1000),),
    *,
    preference: ArrayLike = ((0,),),
    priority: ArrayLike = 0,
    after: ArrayLike = 0,
    reserve: ArrayLike = 0,
    pace: ArrayLike = 1000,
    lines: ArrayLike = NEVER,
    hours: Sequence[Sequence[tuple[int, int]]] | None = None,
    follows: dict[int, int] | None = None,
    pause: ArrayLike = 0,
    **more: ArrayLike,
) -> Staffing:
    """Agents by hand: (start, end) or (start, end, group) each; tables are [queue, group].

    Further tables of the staffing are given by name; one value stands for all of a table.
    """
    rows = [(*shift, 0)[:3] for shift in shifts]
    start, end, group = np.array(rows, np.int64).reshape(len(rows), 3).T
    table = np.array(preference, np.int64)
    opened = [ALWAYS] * len(table) if hours is None else hours
    windows = np.array([w for row in opened for w in row], np.int64).reshape(-1, 2)
    tables: dict[str, Any] = {}
    for name, values in more.items():
        whole = table.shape if name in CELLS else len(table)
        tables[name] = np.array(values) if np.ndim(values) == 2 else column(values, whole)
    if follows is not None:
        tables["follows"] = np.full(len(rows), NONE, np.int32)
        tables["follows"][list(follows)] = list(follows.values())
        tables["pause"] = column(pause, len(rows))
    if np.ndim(lines):
        tables["lines"] = np.array(lines, np.int64)
    else:
        tables["lines"] = column(lines, len(table))
    return Staffing(
        start=start.copy(),
        end=end.copy(),
        group=group.astype(np.uint8),
        preference=table,
        priority=column(priority, table.shape),
        after=column(after, table.shape),
        reserve=column(reserve, table.shape),
        pace=column(pace, table.shape),
        open_of=np.cumsum([0, *map(len, opened)]),
        open_start=windows[:, 0].copy(),
        open_end=windows[:, 1].copy(),
        **tables,
    )


def column(values: ArrayLike, shape: int | tuple[int, ...], dtype: type = np.int64) -> NDArray[Any]:
    """Spread one value or a row of values over an array of its own."""
    return np.broadcast_to(np.array(values, dtype), shape).copy()


# --- random days -----------------------------------------------------------------------------


def seeded_day(seed: int) -> Day:
    """A day of ties drawn by numpy: quick enough for thousands."""
    rng = np.random.default_rng(seed)
    return draw_day(lambda size, low, high: rng.integers(low, high, size, endpoint=True))


@st.composite
def days(draw: st.DrawFn, how: Callable[[Pick], Day] | None = None) -> Day:
    """A day of ties drawn by Hypothesis: it shrinks to the least that shows a fault."""

    def pick(size: int, low: int, high: int) -> Ints:
        drawn = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        return np.array(drawn, np.int64)

    return (how or draw_day)(pick)


def draw_day(pick: Pick) -> Day:
    """Draw a workload and a crew that fit each other."""
    queues, groups, agents, fresh, later = (
        one(pick, 1, 3),
        one(pick, 1, 3),
        one(pick, 0, 6),
        one(pick, 0, 40),
        one(pick, 0, 20),
    )
    span = (3, 12, 60, 200)[one(pick, 0, 3)]
    # Some days end with the clock, so that timers would ring after its end.
    begin = CLOCK_LIMIT - 2 * span if one(pick, 0, 7) == 0 else 0
    workload = draw_calls(pick, queues, fresh, later if fresh else 0, span, begin)
    return workload, draw_team(pick, queues, groups, agents, span, begin)


def seeded_line(seed: int) -> Day:
    """A day of ties with one queue, for all agents alike."""
    rng = np.random.default_rng(seed)
    return draw_line(lambda size, low, high: rng.integers(low, high, size, endpoint=True))


def draw_line(pick: Pick) -> Day:
    """Draw a workload of one queue and a crew of groups that stand equal; mostly, work takes time.

    Where work takes none, agents are ready twice in one tick.
    """
    groups, agents = one(pick, 1, 3), one(pick, 0, 6)
    fresh, later = one(pick, 0, 40), one(pick, 0, 20)
    span = (3, 12, 60, 200)[one(pick, 0, 3)]
    begin = CLOCK_LIMIT - 2 * span if one(pick, 0, 7) == 0 else 0
    work = draw_calls(pick, 1, fresh, later if fresh else 0, span, begin)
    if one(pick, 0, 5):
        work = replace(work, handle=np.maximum(work.handle, 1))
    crew = draw_team(pick, 1, groups, agents, span, begin)
    at_once = 0 if one(pick, 0, 9) else 1  # some groups do everything in no time
    crew = Staffing(
        start=crew.start,
        end=crew.end,
        group=crew.group,
        preference=np.full((1, groups), one(pick, 0, 2)),
        priority=crew.priority,
        pace=np.array([1000, 1500, 700, 0])[pick(groups, 0, 2 + at_once)].reshape(1, groups),
        open_of=crew.open_of,
        open_start=crew.open_start,
        open_end=crew.open_end,
    )
    return work, crew


def one(pick: Pick, low: int, high: int) -> int:
    """Pick a single number."""
    return int(pick(1, low, high)[0])


def draw_calls(pick: Pick, queues: int, fresh: int, later: int, span: int, begin: int) -> Workload:
    """Draw attempts: a part of the first ones fails and is followed by later ones."""
    size = fresh + later
    longest = (0, 4, 30)[one(pick, 0, 2)]
    due = np.concatenate([np.sort(pick(fresh, 0, span)) + begin, pick(later, 0, span // 2)])
    patience = pick(size, 0, longest)
    patience[pick(size, 0, 3) == 0] = NEVER
    after_abandon, after_busy = (np.full(size, NONE, np.int32) for _ in range(2))
    for row in range(fresh, size):
        before, why = one(pick, 0, row - 1), one(pick, 0, 2)
        if after_abandon[before] == after_busy[before] == NONE:
            after_abandon[before] = NONE if why == 1 else row
            after_busy[before] = NONE if why == 2 else row
    return Workload(
        queues=queues,
        fresh=fresh,
        due=due,
        queue=pick(size, 0, queues - 1).astype(np.uint8),
        handle=pick(size, 0, (0, 5, 40)[one(pick, 0, 2)]),
        acw=pick(size, 0, 5) * one(pick, 0, 1),
        patience=patience,
        after_abandon=after_abandon,
        after_busy=after_busy,
    )


def draw_team(pick: Pick, queues: int, groups: int, agents: int, span: int, begin: int) -> Staffing:
    """Draw agents, who serves whom in which order, lines and opening hours."""
    shape = (queues, groups)
    cells = queues * groups
    start = np.sort(pick(agents, 0, span)) + begin
    # Half of the days everyone leaves at once.
    same = one(pick, 0, 1)
    end = np.full(agents, begin + span + 1) if same else start + pick(agents, 1, span)
    end = np.minimum(np.maximum(end, start + 1), CLOCK_LIMIT - 1)
    unit = (0, 1, 5)[one(pick, 0, 2)]
    lines = pick(queues, 0, 6)
    lines[pick(queues, 0, 1) == 0] = NEVER
    hours = [draw_hours(pick, span, begin) for _ in range(queues)]
    return Staffing(
        start=start,
        end=end,
        group=pick(agents, 0, groups - 1).astype(np.uint8),
        preference=pick(cells, NONE, 1).reshape(shape),
        priority=pick(cells, 0, 1).reshape(shape),
        after=pick(cells, 0, 3).reshape(shape) * unit,
        reserve=np.array([0, 0, 1, 2])[pick(cells, 0, 3)].reshape(shape),
        pace=np.array([1000, 1500, 0, 333])[pick(cells, 0, 3)].reshape(shape),
        lines=lines,
        open_of=np.cumsum([0, *map(len, hours)]),
        open_start=np.array([low for row in hours for low, _ in row], np.int64),
        open_end=np.array([high for row in hours for _, high in row], np.int64),
    )


def draw_hours(pick: Pick, span: int, begin: int) -> list[tuple[int, int]]:
    """Draw opening hours that are apart; or always open, which is what most days need."""
    if one(pick, 0, 2):
        return list(ALWAYS)
    edges = np.unique(pick(4, 0, span)) + begin
    return [(int(low), int(high)) for low, high in zip(edges[::2], edges[1::2], strict=False)]


def assert_same(one: Outcome, other: Outcome, *, but: Sequence[str] = ()) -> None:
    """Two outcomes are equal, attempt by attempt and agent by agent."""
    for field in fields(Outcome):
        if field.name not in but:
            np.testing.assert_array_equal(
                getattr(one, field.name), getattr(other, field.name), err_msg=field.name
            )
