"""The three workloads on which engines are compared, drawn ahead and whole ticks long.

W1  M/M/100+M: 95 calls a minute and 60 s of work for 100 agents, 120 s of patience.
W2  One 24/7 week of a single queue: 70,000 calls by an hourly profile, individual shifts of four
    and eight hours, lognormal work of 240 s, 180 s of patience, three in ten who give up redial.
W3  A week of two voice queues, chat and e-mail (150,000 contacts) served by five groups by
    preference, priority and longest idle. A chat is handled alone, in a third of its time.

`scale` multiplies the volume: the arrivals of a smaller day, and agents for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, TICKS_PER_SECOND, Staffing, Workload

HOUR = 3600
HALF_HOUR = 1800
WEEK_DAYS = np.array([1.15, 1.05, 1.0, 1.0, 0.95, 0.6, 0.4])
CALLS = np.array(
    [
        [2, 1.5, 1.2, 1, 1, 1.5, 3, 6, 10, 13, 14, 13.5],
        [12, 12.5, 13, 13, 12, 10.5, 9, 7.5, 6, 5, 4, 3],
    ]
).ravel()
OFFICE = np.array(
    [0, 0, 0, 0, 0, 0, 1, 4, 10, 14, 15, 14, 12, 13, 14, 13, 12, 10, 8, 6, 4, 2, 1, 0], float
)
CHATS = np.array(
    [1, 1, 0, 0, 0, 0, 1, 3, 7, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12, 11, 10, 8, 5, 2], float
)
MAILS = np.array(
    [2, 2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 10, 10, 10, 9, 8, 7, 6, 6, 5, 5, 4, 3], float
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Day = tuple[Workload, Staffing]


def w1(contacts: int = 100_000, seed: int = 1) -> Day:
    """One queue of 100 agents at 95 % of their capacity; patience is two minutes."""
    rng = np.random.default_rng(seed)
    due = np.cumsum(rng.exponential(60 / 95, contacts))
    workload = calls(due, rng.exponential(60, contacts), patience=rng.exponential(120, contacts))
    agents = np.zeros(100, np.int64), np.full(100, CLOCK_LIMIT - 1), np.zeros(100, np.uint8)
    return workload, crew(*agents, np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))


def w2(scale: float = 1.0, seed: int = 1) -> Day:
    """A week of calls with shifts by the square-root rule; three in ten unserved call again."""
    rng = np.random.default_rng(seed)
    rates = weekly(70_000 * scale, CALLS)
    due = arrivals(rates, rng)
    redials = rng.geometric(0.7, len(due)) - 1
    size = len(due) + redials.sum()
    workload = calls(
        np.concatenate([due, rng.exponential(600, size - len(due))]),
        lognormal(240, 1, size, rng),
        patience=rng.exponential(180, size),
        fresh=len(due),
        redials=redials,
    )
    load = np.repeat(rates, 2) / HOUR * 240
    start, end = shifts(np.maximum(np.ceil(load + 0.15 * np.sqrt(load)), 3))
    group = np.zeros(len(start), np.uint8)
    return workload, crew(start, end, group, np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))


PREFERRED = [[0, 2, 4], [1, 2, 4], [3, 4], [3, 4]]  # groups that a contact tries, by queue
ANSWERED = [[0], [1], [0, 1], [2, 3], [0, 1, 2, 3]]  # queues that an agent takes, by group


def w3(scale: float = 1.0, seed: int = 1) -> Day:
    """A week of four channels for five groups; letters of the night before wait at the start."""
    rng = np.random.default_rng(seed)
    laws = [  # volume, profile, mean work [s], its squared variation, after-call work, patience [s]
        (40_000, OFFICE, 300, 1.0, 30, 180),
        (60_000, CALLS, 240, 1.0, 45, 150),
        (30_000, CHATS, 600 / 3, 0.5, 20, 300),
        (20_000, MAILS, 400, 1.0, 0, np.inf),
    ]
    parts = []
    for way, (volume, profile, mean, scv, wrap, patience) in enumerate(laws):
        backlog = np.zeros(int(1500 * scale) if way == 3 else 0)
        due = np.concatenate([backlog, arrivals(weekly(volume * scale, profile), rng)])
        size = len(due)
        work = lognormal(mean, scv, size, rng), rng.exponential(wrap, size)
        parts.append((due, np.full(size, way), *work, rng.exponential(1, size) * patience))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    due, queue, handle, acw, limit = (column[order] for column in columns)
    workload = calls(due, handle, acw, patience=limit, queue=queue)
    return workload, crew(*w3_shifts(scale), *routing())


def w3_shifts(scale: float) -> tuple[Ints, Ints, Codes]:
    """Stretches of work of five groups, each a share of the loads it may serve."""
    profiles = ((40_000, OFFICE, 330), (60_000, CALLS, 285), (30_000, CHATS, 620 / 3))
    sales, support, chats = (
        np.repeat(weekly(volume * scale, profile), 2) / HOUR * aht
        for volume, profile, aht in profiles
    )
    mails = 20_000 * scale * 400 / (7 * 24 * HOUR)
    awake = np.tile(np.repeat(CHATS > 2, 2), 7)
    needed = [
        sales * 0.5,
        support * 0.55,
        (sales + support) * 0.25,
        chats * 1.1 + awake * mails * 0.9,
        np.maximum(sales * 0.28 + support * 0.22 + chats * 0.25 + mails * 0.2, 1.5),
    ]
    starts, ends = zip(*(shifts(np.ceil(load)) for load in needed), strict=True)
    group = np.repeat(np.arange(5, dtype=np.uint8), [len(start) for start in starts])
    start, end = np.concatenate(starts), np.concatenate(ends)
    order = np.lexsort((group, start))
    return start[order], end[order], group[order]


def routing() -> tuple[Ints, Ints]:
    """Tables of preference and priority from the two lists."""
    preference, priority = np.full((4, 5), NONE), np.zeros((4, 5), np.int64)
    for queue, groups in enumerate(PREFERRED):
        preference[queue, groups] = np.arange(len(groups))
    for group, queues in enumerate(ANSWERED):
        priority[queues, group] = np.arange(len(queues))
    return preference, priority


# --- the parts -----------------------------------------------------------------------------------


def weekly(volume: float, profile: Floats) -> Floats:
    """Contacts an hour over a week."""
    weights = np.outer(WEEK_DAYS, profile).ravel()
    return np.asarray(weights * volume / weights.sum())


def arrivals(rates: Floats, rng: np.random.Generator) -> Floats:
    """Arrivals at hourly rates: arrivals at rate 1 on a clock that runs with the load [s]."""
    total = np.concatenate([[0], np.cumsum(rates)])
    room = int(total[-1] + 8 * np.sqrt(total[-1]) + 50)
    moments = np.cumsum(rng.exponential(1, room))
    return np.asarray(np.interp(moments[moments < total[-1]], total, np.arange(len(total)) * HOUR))


def lognormal(mean: float, scv: float, size: int, rng: np.random.Generator) -> Floats:
    """Times with a mean [s] and a squared coefficient of variation."""
    spread = np.log1p(scv)
    return rng.lognormal(np.log(mean) - spread / 2, np.sqrt(spread), size)


def shifts(needed: Floats) -> tuple[Ints, Ints]:
    """Shifts of eight and four hours in turn, begun on half hours until enough are present."""
    present = np.zeros(len(needed) + 16)
    rows: list[tuple[int, int]] = []
    for slot, least in enumerate(needed):
        while present[slot] < least:
            length = 8 if len(rows) % 2 else 16
            present[slot : slot + length] += 1
            rows.append((slot, slot + length))
    start, end = np.array(rows, np.int64).T * HALF_HOUR * TICKS_PER_SECOND
    return np.ascontiguousarray(start), np.ascontiguousarray(end)


def ticks(seconds: Floats | float) -> Ints:
    """Seconds as whole ticks of the engine."""
    return np.asarray(np.rint(np.asarray(seconds) * TICKS_PER_SECOND), np.int64)


def calls(
    due: Floats,
    handle: Floats,
    acw: Floats | float = 0.0,
    *,
    patience: Floats,
    queue: Ints | int = 0,
    fresh: int | None = None,
    redials: Ints | None = None,
) -> Workload:
    """A workload of columns in seconds; `redials` counts the later attempts of each first one."""
    size = len(due)
    fresh = size if fresh is None else fresh
    link = np.full(size, NONE, np.int32)
    endless = np.isinf(patience)
    if redials is not None:
        first = np.repeat(np.arange(fresh), redials)
        later = np.arange(fresh, size)
        again = np.diff(first, prepend=-1) == 0  # the second and later redials of a customer
        link[np.where(again, later - 1, first)] = later
    return Workload(
        queues=int(np.max(queue)) + 1,
        fresh=fresh,
        due=ticks(due),
        queue=np.broadcast_to(np.asarray(queue, np.uint8), size).copy(),
        handle=ticks(handle),
        acw=np.broadcast_to(ticks(acw), size).copy(),
        patience=np.where(endless, NEVER, ticks(np.where(endless, 0, patience))),
        after_abandon=link,
    )


def crew(start: Ints, end: Ints, group: Codes, preference: Ints, priority: Ints) -> Staffing:
    """A staffing without lines, overflow waits or closing times."""
    return Staffing(start, end, group, preference, priority)
