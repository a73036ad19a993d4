"""A published problem of staffing by simulation: CALLCENTER-1 of SimOpt (Pasupathy, Henderson).

A day of sixteen hours and a half; calls come at ``500 + 500 sin((3 pi t - 16 pi) / 32)`` an hour,
talk for a gamma time of mean 6 and variance 2 minutes, wait for one of mean 2 and variance 1, and
find 150 lines. Agents start on any half hour of the first eight hours, stay for eight and a half,
and have lunch for half an hour after 3, 3.5, 4 or 4.5 hours; who is on a call ends it first, and is
paid for that: 18 an hour, lunch included. In each of the first sixteen hours no fewer than 80 % of
all calls are to be answered within 20 seconds, blocked and abandoned ones counted as missed. How
few agents will do? The problem's authors know no optimum.

All shifts are equally long, so that the number of agents is what costs. It is looked for by covers
with simulated cuts (Atlason, Epelman and Henderson 2004): the engine plays a plan, with the same
calls every time, and once more with agents added here and there; what they gain bounds what any
plan can gain, and the cheapest plan within all these bounds is played next. When one keeps its
promise, it is the best of the sample as far as gains do not grow with agents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.engine import Staffing, Status, Workload, play
from sim.plan.duties import Pause, Shift
from sim.plan.shifts.placing import PlannedShift, presence
from sim.plan.shifts.solver import Solved, whole_solution
from sim.plan.shifts.templates import Horizon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STARTS, LUNCHES = np.arange(0, 481, 30), np.array([180, 210, 240, 270])
#: The plan of two hundred days: agents by start and lunch.
PLAN = np.zeros((17, 4), np.int64)
PLAN[[0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]] = [
    (0, 7, 5, 2), (0, 0, 0, 5), (0, 0, 0, 3), (0, 0, 0, 18), (0, 0, 0, 2), (0, 7, 0, 0),
    (0, 3, 0, 0), (8, 0, 0, 0), (7, 0, 0, 0), (8, 0, 0, 0), (6, 0, 0, 0), (27, 13, 18, 1),
]  # fmt: skip
CHOICES = len(STARTS) * len(LUNCHES)
#: Minutes from start to end, of lunch, and of a half hour; ticks of a minute, and of a day's place.
SHIFT, LUNCH, HALF, MINUTE, DAY = 510, 30, 30, 60_000, 64_800_000
#: Hours that are promised, the share and the wait [ms], lines, wage.
HOURS, TARGET, AWT, LINES, WAGE = 16, 0.8, 20_000, 150, 18.0
#: Half hours of a plan that may matter to an hour: its own two and those of two hours before.
REACH = 6
#: Calls that one more agent answers in time in an hour, at most: steps to where a promise is kept.
PACE = 20.0
#: Nobody who comes for a while only.
NOBODY = np.zeros((0, 3), np.int64)
#: Agents added at once to see what they gain; the best gain of one of them is taken.
STEPS = (1, 4)


def rate(hour: Floats) -> Floats:
    """Calls an hour."""
    return np.asarray(500 + 500 * np.sin((3 * np.pi * hour - 16 * np.pi) / 32))


def calls(days: int, seed: int) -> Workload:
    """Calls of many days, one day after the other."""
    draw = np.random.default_rng(seed)
    due = []
    for day in range(days):
        hour = np.sort(draw.uniform(0, 16.5, draw.poisson(16_500)))
        kept = hour[draw.uniform(0, 1000, len(hour)) < rate(hour)]
        due.append(day * DAY + np.round(kept * 60 * MINUTE).astype(np.int64))
    arrival = np.concatenate(due)
    size = len(arrival)
    talk = np.round(draw.gamma(18, 1 / 3, size) * MINUTE).astype(np.int64)
    patience = np.round(draw.gamma(4, 1 / 2, size) * MINUTE).astype(np.int64)
    return Workload(
        queues=1, fresh=size, due=arrival, queue=np.zeros(size, np.uint8), handle=talk,
        acw=np.zeros(size, np.int64), patience=patience,
    )  # fmt: skip


def agents(plan: Ints, days: int, more: Ints) -> Staffing:
    """A plan's people every day; lunch begins after the call in hand and lasts in full.

    Parameters
    ----------
    plan
        Agents by start and lunch, shape (17, 4).
    days
        How many.
    more
        Agents who come for a while only: first and last half hour, and how many, shape (any, 3).
    """
    start, lunch = (np.repeat(part.ravel(), plan.ravel()) for part in _choices())
    people = len(start)
    begins = np.concatenate([start, start + lunch + LUNCH])
    ends = np.concatenate([start + lunch, start + SHIFT])
    before = np.concatenate([np.full(people, -1), np.arange(people)])
    first, last, number = more.T
    begins = np.concatenate([begins, np.repeat(first * HALF, number)])
    ends = np.concatenate([ends, np.repeat((last + 1) * HALF, number)])
    before = np.concatenate([before, np.full(int(number.sum()), -1)])
    order = np.argsort(begins, kind="stable")
    place = np.argsort(order)
    follows = np.where(before[order] >= 0, place[before[order]], -1)
    rows = len(order)
    day = np.repeat(np.arange(days), rows)
    follows = np.tile(follows, days)
    return Staffing(
        start=day * DAY + np.tile(begins[order], days) * MINUTE,
        end=day * DAY + np.tile(ends[order], days) * MINUTE,
        group=np.zeros(days * rows, np.uint8),
        preference=np.zeros((1, 1), np.int64),
        lines=np.array([LINES]),
        follows=np.where(follows >= 0, follows + day * rows, -1).astype(np.int32),
        pause=np.where(follows >= 0, LUNCH * MINUTE, 0),
    )


def _choices() -> tuple[Ints, Ints]:
    start, lunch = np.meshgrid(STARTS, LUNCHES, indexing="ij")
    return start, lunch


class Played(NamedTuple):
    """What became of a plan.

    Parameters
    ----------
    spare
        Calls answered in time beyond the promise, by day and hour.
    overtime
        Hours a day on calls beyond the end of shifts.
    """

    spare: Floats
    overtime: float

    @property
    def mean(self) -> Floats:
        """By hour; none below 0 where the promise is kept."""
        return np.asarray(self.spare.mean(axis=0))

    @property
    def error(self) -> Floats:
        """Half of the 95 % interval of each mean."""
        return np.asarray(1.96 * self.spare.std(axis=0, ddof=1) / math.sqrt(len(self.spare)))


@dataclass(frozen=True, eq=False)
class Sample:
    """The same days for every plan."""

    days: int
    seed: int
    work: Workload = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "work", calls(self.days, self.seed))

    def played(self, plan: Ints, more: Ints = NOBODY) -> Played:
        """Play a plan, and some agents more."""
        crew = agents(plan, self.days, more)
        seen = play(self.work, crew)
        day, tick = np.divmod(self.work.due, DAY)
        place = day * 17 + tick // (60 * MINUTE)
        in_time = (seen.status == Status.SERVED) & (seen.wait <= AWT)
        size = self.days * 17
        met = np.bincount(place[in_time], minlength=size) - TARGET * np.bincount(
            place, minlength=size
        )
        beyond = np.maximum(seen.left - crew.end, 0)[crew.follows >= 0]
        return Played(
            met.reshape(-1, 17)[:, :HOURS], float(beyond.sum()) / (60 * MINUTE * self.days)
        )


def presences() -> Floats:
    """Half hours that an agent of each start and lunch covers, shape (34, 68)."""
    start, lunch = _choices()
    horizon = Horizon(HALF, days=1, cyclic=False)
    columns = []
    for begin, pause in zip(start.ravel().tolist(), lunch.ravel().tolist(), strict=True):
        shift = Shift("day", begin, SHIFT, (Pause(pause, LUNCH, True, "meal"),))
        columns.append(presence([PlannedShift("all", 0, shift, 1)], horizon, ["all"])[0])
    return np.array(columns).T[:34]


@dataclass(eq=False)
class Cuts:
    """What is known of every plan, and the least one that it allows."""

    sample: Sample
    cover: Floats = field(default_factory=presences)
    rows: list[Floats] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def add(self, plan: Ints, seen: Played, hours: Ints) -> None:
        """What agents in each half hour gain where hours of a plan just keep their promise.

        Agents for an hour are added until they do: far from there a gain tells nothing, as too few
        agents gain more and more with each of them until they nearly suffice.
        """
        helped = np.zeros(HOURS, np.int64)
        while (seen.mean < 0).any():
            short = np.maximum(-seen.mean, 0.0)
            helped += np.ceil(short / PACE).astype(np.int64)
            seen = self.sample.played(plan, _by_hour(helped))
        gains = np.zeros((HOURS, 34))
        for turn in range(REACH):
            at = np.arange(turn, 34, REACH)
            for step in STEPS:
                more = np.column_stack([at, at, np.full(len(at), step)])
                more = np.concatenate([_by_hour(helped), more])
                gain = (self.sample.played(plan, more).mean - seen.mean) / step
                for hour in hours.tolist():
                    near = at[(at <= 2 * hour + 1) & (at > 2 * hour + 1 - REACH)]
                    gains[hour, near] = np.maximum(gains[hour, near], gain[hour])
        present = self.cover @ plan.ravel()
        present[: 2 * HOURS] += np.repeat(helped, 2)
        for hour in hours.tolist():
            self.rows.append(gains[hour] @ self.cover)
            self.least.append(float(gains[hour] @ present - seen.mean[hour]))

    def fewest(self) -> tuple[int, int]:
        """The fewest agents within all cuts that were found, and what they cannot be below."""
        found = self._solved(np.ones(CHOICES), 0.0, math.inf, worth=0.9, nodes=2_000)
        return round(found.cost), math.ceil(found.bound - 1e-6)

    def farthest(self, count: int) -> Ints:
        """So many agents, away from the cuts where these are least sure: at their border.

        Short of them, if so many are too few for all.
        """
        found = self._solved(np.zeros(CHOICES), -1.0, count, worth=0.2, nodes=150)
        return np.round(found.x[:CHOICES]).astype(np.int64).reshape(17, 4)

    def _solved(
        self, each: Floats, apart: float, most: float, *, worth: float, nodes: int
    ) -> Solved:
        """Agents by choice; the last two columns by how much all hours keep above their cuts."""
        least = np.array(self.least)
        wide = np.ones(len(least)) if apart else np.zeros(len(least))
        rows = np.column_stack([np.array(self.rows), -wide, wide])
        matrix = np.vstack([rows, [*np.ones(CHOICES), 0.0, 0.0]])
        return whole_solution(
            np.array([*each, apart, -2 * apart]),
            np.array([*np.full(CHOICES, 100.0), 20.0, 1e4]),
            sp.csc_matrix(matrix), np.array([*least, 0.0]),
            np.array([*np.full(len(least), np.inf), most]),
            np.array([True] * CHOICES + [False, False]),
            start=None, nodes=nodes, seconds=5.0, worth=worth,
        )  # fmt: skip


def _by_hour(helped: Ints) -> Ints:
    """Agents who come for one of the hours."""
    hour = np.flatnonzero(helped)
    return np.column_stack([2 * hour, 2 * hour + 1, helped[hour]])


@dataclass(frozen=True, eq=False)
class Staffed:
    """A plan that keeps its promise in the sample, and no plan with fewer agents does.

    Parameters
    ----------
    plan
        Agents by start and lunch, shape (17, 4).
    count, bound
        How many, and how few there can be as far as the cuts are right.
    seen
        What became of it in the sample.
    rounds
        Plans that were played.
    nearest
        Calls a day by which hours miss their promise together in the best plan that was seen with
        one agent fewer; 0 would be a plan that the cuts had hidden.
    """

    plan: Ints
    count: int
    bound: int
    seen: Played
    rounds: int
    nearest: float


def staffed(sample: Sample, rounds: int = 40, challenges: int = 3) -> Staffed:
    """The fewest agents of a sample, by simulated cuts.

    Parameters
    ----------
    sample
        The days.
    rounds
        Plans to be played at most.
    challenges
        Plans with one agent fewer that are played afterwards, to see whether the cuts were right.
    """
    cuts = Cuts(sample)
    plan = first_plan(cuts.cover)
    count, bound, best, played = int(plan.sum()), 0, sample.played(plan), 1
    every = np.arange(HOURS)
    cuts.add(plan, best, every)
    while played < rounds and (not bound or (best.mean < 0).any()):
        count, bound = cuts.fewest()
        plan = cuts.farthest(count)
        best, played = sample.played(plan), played + 1
        if (best.mean < 0).any():
            cuts.add(plan, best, np.flatnonzero(best.mean < 0))
    nearest = -math.inf
    for _ in range(challenges):
        fewer = cuts.farthest(int(plan.sum()) - 1)
        seen = sample.played(fewer)
        nearest = max(nearest, float(np.minimum(seen.mean, 0.0).sum()))
        cuts.add(fewer, seen, np.flatnonzero(seen.mean < 0))
    return Staffed(plan, int(plan.sum()), bound, best, played, nearest)


def first_plan(cover: Floats) -> Ints:
    """A plan for the load of each half hour, somewhat delayed as work is."""
    hour = (np.arange(33) + 0.5) / 2
    load = rate(np.maximum(hour - 0.1, 0.0)) / 10
    need = load + 0.3 * np.sqrt(load)
    number = cover.shape[1]
    found = whole_solution(
        np.ones(number), np.full(number, 100.0), sp.csc_matrix(cover[:33]), np.floor(need),
        np.full(33, np.inf), np.ones(number, bool),
        start=None, nodes=2_000, seconds=5.0, worth=0.5,
    )  # fmt: skip
    return np.round(found.x).astype(np.int64).reshape(17, 4)


def fewest_by_work(cover: Floats) -> int:
    """Agents without whom even the work of 80 % of all calls is not begun, whatever is assumed.

    A call that is answered in time begins within the hours it came in or 20 s after them. Who is
    there for a time of ``t`` begins at most ``t / mean + E[x^2] / mean^2`` calls on average (Lorden
    1970). Both are summed over all runs of hours.
    """
    mean, more = 6.0, (36.0 + 2.0) / 36.0
    hourly = cover.reshape(17, 2, -1)
    minutes = HALF * hourly.sum(axis=1)
    rows, least = [], []
    for first in range(HOURS):
        for end in range(first + 1, HOURS + 1):
            there = minutes[first:end].sum(axis=0)
            # Twenty seconds more; two stretches of work at most, before and after lunch.
            at_all = np.minimum(cover[2 * first : 2 * end + 1].sum(axis=0), 1.0)
            rows.append((there + 1 / 3) / mean * at_all + 2 * more * at_all)
            hours = np.linspace(first, end, 60 * (end - first) + 1)
            least.append(TARGET * float(np.trapezoid(rate(hours), hours)) * (1 - 1e-4))
    found = whole_solution(
        np.ones(CHOICES), np.full(CHOICES, 100.0), sp.csc_matrix(np.array(rows)),
        np.array(least), np.full(len(least), np.inf), np.ones(CHOICES, bool),
        start=None, nodes=5_000, seconds=10.0, worth=0.9,
    )  # fmt: skip
    return math.ceil(found.bound - 1e-6)


def lines(size: float, rounds: int) -> Iterator[str]:
    """The fewest agents of a sample, and how they fare on other days."""
    del rounds
    days = max(10, round(200 * size))
    begun = monotonic()
    found = staffed(Sample(days, 1))
    seconds = monotonic() - begun
    fresh = Sample(days, 2).played(found.plan)
    cost = WAGE * SHIFT / 60 * found.count
    yield f"CALLCENTER-1 of SimOpt, {days} days by simulated cuts"
    yield (
        f"{found.count} agents, no fewer than {found.bound} by the cuts and "
        f"{fewest_by_work(presences())} by their work alone; {cost:,.0f} a day and overtime "
        f"{WAGE * fresh.overtime:,.0f}; {found.rounds} plans in {seconds:.0f} s"
    )
    yield f"the best of three plans with one agent fewer misses {-found.nearest:.1f} calls a day"
    worst = int(np.argmin(fresh.mean))
    yield (
        f"on {days} other days the worst hour is {worst}: {fresh.mean[worst]:+.2f} calls "
        f"+- {fresh.error[worst]:.2f} beyond its promise"
    )


PROGRAMS = {"callcenter-1": lines}
