"""The cheapest line of a worker at given prices, limits on kinds of duties included.

A limit that is not in the way is not counted: a line is priced without it, and only when the line
breaks it is it counted from then on (a relaxation of the states that is taken back where needed).
Counting all of them at once would multiply the work by the product of the limits. Where counting
becomes too much, days of the kind are forbidden instead: the line is legal, its price no bound.

A number of duties that costs more and more is not counted either: its tangents are prices of a
duty, and a tangent where the number is that of the line found is the cost itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.automata import OFF
from sim.plan.rosters.lines import cheapest
from sim.plan.rosters.problems import Limit, Problem, Worker

__all__ = [
    "Buffer",
    "Narrowed",
    "Priced",
    "Pricer",
    "Pricers",
    "Pricing",
    "barred",
    "extended",
    "slopes",
]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Cells of the table at most; half the band of times [duties] and of weekends that is kept where
# the whole table would be larger than that; how many weekends are many.
CELLS, BAND, WEEKENDS, MANY = 12_000_000, 9, 2, 12
# Prices of a line closer than this share are the same.
CLOSE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """A line with its price.

    Parameters
    ----------
    value
        Price of the line; infinite where there is none.
    bound
        What no legal line is cheaper than.
    own
        The price without the prices of the posts.
    line
        Kind worked on each day, -1 for none.
    """

    value: float
    bound: float
    own: float
    line: Integers


class Pricer:
    """Prices lines of one worker."""

    def __init__(self, worker: Worker, buffer: Buffer) -> None:
        self.worker = worker
        self.buffer = buffer
        self.days = len(worker.off)
        self.open = np.asarray(np.isfinite(worker.cost).any(axis=0))
        self.counted: tuple[Limit, ...] = ()
        self.exact = True
        self.latest = 0
        self.steps = slopes(worker) if self.open[list(worker.tally)].any() else None
        adds, self.ends = self.weekends()
        auto = worker.automaton
        self.machine = (
            auto.types, auto.accepting, auto.source, auto.group, adds, auto.cost, auto.begin,
        )  # fmt: skip
        self.search = np.array([0.0, 1.0, 10.0])
        self.count(())
        self.low, self.high, self.weeks, self.spread = self.bands(1)
        if not self.exact and self.line(worker.cost, worker.off)[0] == np.inf:
            self.low, self.high, self.weeks, self.spread = self.bands(2)

    def __call__(
        self, prices: Floats, cost: Floats | None = None, off: Floats | None = None
    ) -> Priced:
        """Price the cheapest line where duties have prices; `cost` and `off` replace his own."""
        base = self.worker.cost if cost is None else cost
        idle = self.worker.off if off is None else off
        if self.steps is None:
            return self.kept(prices, base, idle)
        return self.tallied(prices, base, idle, self.steps)

    def narrowed(self, line: Integers, free: NDArray[np.bool_]) -> Narrowed:
        """One who prices lines that differ from a given one on some days only."""
        return Narrowed(self, line, free)

    def tallied(self, prices: Floats, base: Floats, idle: Floats, steps: Floats) -> Priced:
        """Price a line with the cost of a number of duties, by its tangents."""
        end, kinds = self.worker.tally_end, sorted(self.worker.tally)
        best: Priced | None = None
        bound = -np.inf
        # Tangents by their slope; first the one that was right the last time.
        low, high, dear = 0, len(steps) - 1, int(np.argmax(steps > 0))
        at, stride = self.latest, 1
        above = below = False
        while low <= high:
            self.latest = at
            slope = float(steps[at])
            sloped = base
            if slope:
                sloped = base.copy()
                sloped[:, kinds] += slope
            found = self.kept(prices, sloped, idle)
            if found.value == np.inf:
                return found
            count = self.worker.tallied(found.line)
            # Twice as many slopes as numbers: those between two, and those at one.
            meets = at // 2
            ours = float(end[meets]) - slope * meets
            bound = max(bound, found.bound + ours)
            dearer = extended(end, count) - slope * count
            exact = Priced(found.value + dearer, 0.0, found.own + dearer, found.line)
            if best is None or exact.value < best.value:
                best = exact
            if count == meets or best.value <= bound + CLOSE * max(1.0, abs(bound)):
                break
            # At a higher price there are no more of them. What is sought is seldom far from where
            # it was: farther and farther off, until it lies between two.
            if count > meets:
                low, high, below = max(at + 1, dear), min(high, 2 * count), True
                at = (low + high) // 2 if above else min(high, max(low, at + stride))
            else:
                high, above = at - 1, True
                at = (low + high) // 2 if below else max(low, at - stride)
            stride *= 2
        assert best is not None
        return Priced(best.value, min(bound, best.value), best.own, best.line)

    def kept(self, prices: Floats, base: Floats, idle: Floats) -> Priced:
        """Price the cheapest line that keeps the limits."""
        total = base + prices
        value, bound, line = self.line(total, idle)
        while value < np.inf and (broken := self.broken(line)) is not None:
            if not self.affordable((*self.counted, broken)):
                break
            self.count((*self.counted, broken))
            value, bound, line = self.line(total, idle)
        # Where there is no room to count, days are barred: the price before that is the bound.
        bound = value if self.exact else bound
        while value < np.inf and (broken := self.broken(line)) is not None:
            total = barred(total, line, broken)
            value, _, line = self.line(total, idle)
        worked = np.flatnonzero(line >= 0)
        paid = float(prices[worked, line[worked]].sum()) if value < np.inf else 0.0
        return Priced(value, bound, value - paid, line)

    def line(self, total: Floats, off: Floats) -> tuple[float, float, Integers]:
        """Ask the compiled loop: cost, a bound on it, the line."""
        worker, auto = self.worker, self.worker.automaton
        shape = (self.days + 1, auto.states, self.spread, self.counters, self.width)
        line = np.full(self.days, -1, np.int64)
        self.buffer.calls += 1
        value, bound = cheapest(
            self.machine, self.choices, self.follow, total, off, worker.start,
            (self.low, self.high, self.weeks), worker.hours_end, self.ends,
            self.buffer.table(shape), self.search, line,
        )  # fmt: skip
        return value, bound, line

    @property
    def width(self) -> int:
        """Times that are kept on each day."""
        return int((self.high - self.low).max()) + 1

    def broken(self, line: Integers) -> Limit | None:
        """The limit that a line breaks most."""
        over = [
            (int(np.isin(line, list(limit.kinds)).sum()) - limit.most, -n, limit)
            for n, limit in enumerate(self.worker.limits)
        ]
        worst = max(over, default=(0, 0, None), key=lambda item: item[:2])
        return worst[2] if worst[0] > 0 else None

    def affordable(self, limits: tuple[Limit, ...]) -> bool:
        """Whether there is room to count so many limits."""
        counters = int(np.prod([limit.most + 1 for limit in limits]))
        cells = (self.days + 1) * self.worker.automaton.states * self.spread * self.width
        return cells * counters <= CELLS

    def count(self, limits: tuple[Limit, ...]) -> None:
        """Count these limits from now on: choices are made alike by group and limits."""
        worker = self.worker
        strides = np.cumprod([1, *(limit.most + 1 for limit in limits)]).astype(np.int64)
        classes: dict[tuple[int, tuple[bool, ...]], list[int]] = {(OFF, (False,) * len(limits)): []}
        for kind in np.flatnonzero(self.open).tolist():
            within = tuple(kind in limit.kinds for limit in limits)
            classes.setdefault((int(worker.group[kind]), within), []).append(kind)
        ordered = sorted(classes)
        counters = np.arange(strides[-1])
        choice_of = np.full(len(worker.group), -1, np.int64)
        gain = np.zeros(len(ordered), np.int64)
        stride = np.zeros(len(ordered), np.int64)
        follow = np.empty((len(ordered), len(counters)), np.int64)
        for q, (key, kinds) in enumerate((key, classes[key]) for key in ordered):
            choice_of[kinds] = q
            gain[q] = worker.gain[kinds[0]] if kinds else 0
            room = np.ones(len(counters), bool)
            for limit, step, counts in zip(limits, strides, key[1], strict=False):
                if counts:
                    room &= counters // step % (limit.most + 1) < limit.most
                    stride[q] += step
            follow[q] = np.where(room, counters + stride[q], -1)
        groups = 1 + max(int(worker.automaton.group.max(initial=0)), *(key[0] for key in ordered))
        first = np.searchsorted([key[0] for key in ordered], np.arange(groups + 1))
        self.counted = limits
        self.counters = len(counters)
        self.choices = (first.astype(np.int64), gain, stride, choice_of)
        self.follow = follow

    def weekends(self) -> tuple[Integers, Floats]:
        """Weekends that arcs begin, and their cost; none where no number of them matters."""
        auto, end = self.worker.automaton, self.worker.weekends_end
        if (end != end[0]).any():
            return auto.adds, end
        most = np.full(auto.states, -1)
        most[self.worker.start] = 0
        for day in range(self.days):
            arcs, into = auto.arcs(day)
            begun = most[auto.source[arcs]]
            most = np.full(auto.states, -1)
            np.maximum.at(most, into, np.where(begun < 0, -1, begun + auto.adds[arcs]))
        if most.max() < len(end):
            return np.zeros_like(auto.adds), end[:1]
        return auto.adds, end

    def bands(self, wide: int) -> tuple[Integers, Integers, Integers, int]:
        """Times that can still end well on each day; weekends; how many counts of those.

        Where all would be too many, those near an even share are kept, `wide` times the usual.
        """
        worker = self.worker
        allowed = np.isfinite(worker.hours_end)
        least, most = int(np.argmax(allowed)), len(allowed) - 1
        done, ahead = self.most_work()
        high = np.minimum(most, done)
        low = np.minimum(np.maximum(0, least - ahead), high)
        weeks = np.zeros(self.days + 1, np.int64)
        spread = len(self.ends)
        width = int((high - low).max()) + 1
        if (self.days + 1) * worker.automaton.states * spread * width > CELLS:
            self.exact = False
            share = done / max(1, done[-1])
            half = wide * BAND * int(worker.gain[self.open].max())
            low = np.maximum(low, (share * least - half).astype(np.int64)).clip(0, None)
            low[-1] = max(low[-1], least)
            low = np.minimum(low, high)
            high = np.maximum(low, np.minimum(high, (share * most + half).astype(np.int64)))
            low[0] = high[0] = 0
            if spread > MANY:
                few = min(wide * WEEKENDS, (spread - 1) // 2)
                weeks = (share * (spread - 1)).astype(np.int64) - few
                weeks = np.minimum(weeks.clip(0, None), spread - 2 * few - 1)
                spread = 2 * few + 1
        return low.astype(np.int64), high.astype(np.int64), weeks, spread

    def most_work(self) -> tuple[Integers, Integers]:
        """The most time that can be worked before each day, and from it on."""
        worker, auto = self.worker, self.worker.automaton
        never = -(10**9)
        by_group = np.full((self.days, 1 + int(auto.group.max(initial=0))), never)
        by_group[np.isfinite(worker.off), OFF] = 0
        for kind in np.flatnonzero(self.open):
            group = int(worker.group[kind])
            if group < by_group.shape[1]:
                at = np.isfinite(worker.cost[:, kind])
                by_group[at, group] = np.maximum(by_group[at, group], worker.gain[kind])
        done = np.full((self.days + 1, auto.states), never)
        ahead = np.full((self.days + 1, auto.states), never)
        done[0, worker.start] = 0
        ahead[-1, auto.accepting] = 0
        for d in range(self.days):
            arcs, into = auto.arcs(d)
            gained = done[d, auto.source[arcs]] + by_group[d, auto.group[arcs]]
            np.maximum.at(done[d + 1], into, gained)
        for d in reversed(range(self.days)):
            arcs, into = auto.arcs(d)
            gained = ahead[d + 1, into] + by_group[d, auto.group[arcs]]
            np.maximum.at(ahead[d], auto.source[arcs], gained)
        ahead[done < 0] = never
        return done.max(axis=1).clip(0, None), ahead.max(axis=1).clip(0, None)


class Pricing(Protocol):
    """Prices the cheapest line of a worker at prices of the duties."""

    exact: bool

    def __call__(self, prices: Floats, /) -> Priced:
        """Price it."""
        ...

    def narrowed(self, line: Integers, free: NDArray[np.bool_], /) -> Pricing:
        """One who prices lines that differ from a given one on some days only."""
        ...


class Narrowed:
    """Prices lines of a worker that differ from a given one on some days only.

    Parameters
    ----------
    pricer
        The worker's own.
    line
        What is worked on the other days.
    free
        Days that may change.
    """

    def __init__(self, pricer: Pricer, line: Integers, free: NDArray[np.bool_]) -> None:
        self.pricer = pricer
        self.exact = pricer.exact
        self.cost = pricer.worker.cost.copy()
        self.off = pricer.worker.off.copy()
        for day in np.flatnonzero(~free):
            kept = self.cost[day, line[day]] if line[day] >= 0 else np.inf
            self.cost[day] = np.inf
            if line[day] >= 0:
                self.cost[day, line[day]] = kept
                self.off[day] = np.inf

    def __call__(self, prices: Floats) -> Priced:
        """Price the cheapest of them."""
        return self.pricer(prices, self.cost, self.off)

    def narrowed(self, line: Integers, free: NDArray[np.bool_]) -> Narrowed:
        """One who prices other lines of the same worker."""
        return Narrowed(self.pricer, line, free)


class Buffer:
    """Work space that the pricers of one solver share."""

    def __init__(self) -> None:
        self.cells = np.empty(0)
        self.calls = 0

    def table(self, shape: tuple[int, ...]) -> Floats:
        """A table of this shape, its values unknown."""
        size = int(np.prod(shape))
        if size > len(self.cells):
            self.cells = np.empty(size)
        return self.cells[:size].reshape(shape)


class Pricers(dict[int, Pricer]):
    """The pricers of a problem, by worker."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = Buffer()

    @classmethod
    def of(cls, problem: Problem) -> Pricers:
        """Pricers of all workers, with one work space."""
        made = cls()
        made.update((n, Pricer(w, made.buffer)) for n, w in enumerate(problem.workers))
        return made

    @property
    def calls(self) -> int:
        """Lines that were priced until now."""
        return self.buffer.calls


def slopes(worker: Worker) -> Floats | None:
    """Slopes of the tangents to the cost of a number of duties, at each number and after it."""
    steps = np.diff(worker.tally_end)
    if not steps.any():
        return None
    before = np.concatenate(([0.0], steps))
    after = np.concatenate((steps, steps[-1:]))
    out = np.empty(2 * len(before))
    out[::2], out[1::2] = (before + after) / 2, after
    return out[:-1]


def extended(end: Floats, count: int) -> float:
    """What a number costs, beyond the last as it went last."""
    last = len(end) - 1
    return float(end[min(count, last)] + max(0, count - last) * (end[last] - end[last - 1]))


def barred(total: Floats, line: Integers, limit: Limit) -> Floats:
    """Prices with the kinds of a limit forbidden, but on its best days in this line."""
    kinds = sorted(limit.kinds)
    days = np.flatnonzero(np.isin(line, kinds))
    worth = total[days, line[days]]
    kept = days[np.argsort(worth, kind="stable")[: limit.most]]
    out = total.copy()
    others = np.setdiff1d(np.arange(len(line)), kept)
    out[others[:, None], kinds] = np.inf
    return out
