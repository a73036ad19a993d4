"""The chain behind classes and skills: who is busy with what, and who waits for whom.

A state counts the busy agents of every pool, by kind of work where a pool works at several
speeds, and the contacts in every line. A line holds one class, or several that are served in the
order of arrival; which class stands at the head of such a line is a matter of shares, because
nothing that happened to it depends on its class.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.chain import (
    MOST_STATES,
    Followed,
    States,
    explore,
    generator,
    refuse_size,
    stationary,
)

__all__ = ["Design", "Solution", "settled", "solved"]

_LOST = 1e-13
_LOST_IMPATIENT = 1e-11
_LOST_IN_LARGE = 1e-10
"""Share of those who wait that may find the line of the truncated chain full.

Without impatience lines thin out slowly, and what lies behind the end counts for more. A chain of
more than `_LARGE` states does not get another place for the last digits.
"""

_LARGE = 20_000

_FIRST_ROOM = 20
_TEST_ROOM = 64
"""Waiting places from which on a line that does not thin out is held for one without end."""

_HARDLY = 1e-15
"""Share that joins even where everybody balks, so that there is a wait which they were offered."""

_STARVED = 1e-13
"""Share of those in a line that are served, below which nobody is."""


@dataclass(frozen=True, eq=False)
class Design:
    """Who may serve whom, at what rates.

    `lines` are tuples of classes, `routes` the pools of a class and `serves` the lines of a pool,
    both in order. `aht` and `reserved` are indexed by class and pool: a pool takes a contact of
    the class only while more than `reserved` of its agents are idle. `room` limits every line;
    a line in `flooded` always has somebody waiting.
    """

    arrival_rates: FloatArray
    aht: FloatArray
    pools: IntArray
    routes: tuple[tuple[int, ...], ...]
    serves: tuple[tuple[int, ...], ...]
    lines: tuple[tuple[int, ...], ...]
    patience: FloatArray
    balking: FloatArray
    reserved: IntArray
    room: IntArray
    flooded: frozenset[int] = frozenset()

    @cached_property
    def kinds(self) -> tuple[tuple[int, float], ...]:
        """Pool and rate of every column of busy agents."""
        return tuple(
            (pool, rate)
            for pool, lines in enumerate(self.serves)
            for rate in sorted(
                {1.0 / self.aht[c, pool] for line in lines for c in self.lines[line]}
            )
        )

    @cached_property
    def kind_of(self) -> dict[tuple[int, int], int]:
        """Column of busy agents by class and pool."""
        column = {kind: place for place, kind in enumerate(self.kinds)}
        return {
            (c, pool): column[pool, 1.0 / self.aht[c, pool]]
            for c, pools in enumerate(self.routes)
            for pool in pools
        }

    @cached_property
    def line_of(self) -> dict[int, int]:
        """The line in which each class waits; classes may share one."""
        return {c: line for line, members in enumerate(self.lines) for c in members}

    @cached_property
    def joining(self) -> FloatArray:
        """Contacts of every class that wait when nobody is free [1/s]."""
        return self.arrival_rates * np.maximum(1.0 - self.balking, _HARDLY)

    def theta(self, line: int) -> float:
        """Rate at which one contact in a line gives up."""
        return 1.0 / float(self.patience[self.lines[line][0]])

    def column(self, line: int) -> int:
        """Column in which a line is counted."""
        return len(self.kinds) + line

    def bounds(self) -> IntArray:
        """The most of every column of a state: busy agents by kind, then room by line."""
        busy = [int(self.pools[pool]) for pool, _ in self.kinds]
        return np.array([*busy, *self.room], dtype=np.int64)

    def idle(self, rows: IntArray) -> IntArray:
        """Idle agents by state and pool."""
        idle = np.tile(self.pools, (len(rows), 1))
        for column, (pool, _) in enumerate(self.kinds):
            idle[:, pool] -= rows[:, column]
        return idle

    def finds_nobody(self, rows: IntArray, c: int) -> BoolArray:
        """Tell in which states a contact of a class has to wait."""
        idle = self.idle(rows)
        closed = [idle[:, pool] <= self.reserved[c, pool] for pool in self.routes[c]]
        return np.logical_and.reduce(closed) if closed else np.ones(len(rows), dtype=np.bool_)

    def share(self, c: int) -> float:
        """Share of the contacts in its line that are of a class."""
        joined = self.joining[list(self.lines[self.line_of[c]])].sum()
        return float(self.joining[c] / joined) if joined > 0 else 0.0

    def moves(
        self, rows: IntArray, followed: int | None = None
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        """What can happen; with a followed line, ahead of a contact that stands last in it."""
        for c in range(len(self.arrival_rates)):
            if self.arrival_rates[c] > 0 and self.line_of[c] != followed:
                yield from self._arrivals(rows, c)
        idle = self.idle(rows)
        for column in range(len(self.kinds)):
            yield from self._departures(rows, idle, column, followed)
        for line in range(len(self.lines)):
            if line not in self.flooded and math.isfinite(self.patience[self.lines[line][0]]):
                waiting = rows[:, self.column(line)] - (line == followed)
                yield (
                    self.theta(line) * waiting.astype(np.float64),
                    self._plus(rows, (self.column(line), -1)),
                )

    def served(self, rows: IntArray, followed: int) -> FloatArray:
        """Rate at which the service of the followed contact, next in its line, starts."""
        idle = self.idle(rows)
        rates = np.zeros(len(rows))
        for column in range(len(self.kinds)):
            for line, rate in self._taken(rows, idle, column):
                if line == followed:
                    rates += np.where(rows[:, self.column(line)] == 1, rate, 0.0)
        return rates

    def _arrivals(self, rows: IntArray, c: int) -> Iterator[tuple[FloatArray, IntArray]]:
        idle = self.idle(rows)
        looking = np.ones(len(rows), dtype=np.bool_)
        for pool in self.routes[c]:
            takes = looking & (idle[:, pool] > self.reserved[c, pool])
            column = self.kind_of[c, pool]
            yield self.arrival_rates[c] * takes, self._plus(rows, (column, 1))
            looking &= ~takes
        line = self.line_of[c]
        if line not in self.flooded:
            joins = looking & (rows[:, self.column(line)] < self.room[line])
            yield self.joining[c] * joins, self._plus(rows, (self.column(line), 1))

    def _departures(
        self, rows: IntArray, idle: IntArray, column: int, followed: int | None
    ) -> Iterator[tuple[FloatArray, IntArray]]:
        """An agent gets free and takes the head of the first line that it may serve."""
        pool, work = self.kinds[column]
        rests = work * rows[:, column]
        for line, rate in self._taken(rows, idle, column):
            rests = rests - rate
            goes_on = rate * (rows[:, self.column(line)] > 1) if line == followed else rate
            next_ = () if line in self.flooded else ((self.column(line), -1),)
            for c in self.lines[line]:
                to = self._plus(rows, (column, -1), (self.kind_of[c, pool], 1), *next_)
                yield goes_on * self.share(c), to
        yield np.maximum(rests, 0.0), self._plus(rows, (column, -1))

    def _taken(
        self, rows: IntArray, idle: IntArray, column: int
    ) -> Iterator[tuple[int, FloatArray]]:
        """Rate at which agents who finish one kind of work take from every line."""
        pool, work = self.kinds[column]
        looking = rows[:, column] > 0
        for line in self.serves[pool]:
            first = self.lines[line][0]
            takes = looking & (idle[:, pool] + 1 > self.reserved[first, pool])
            if line not in self.flooded:
                takes = takes & (rows[:, self.column(line)] > 0)
            yield line, np.where(takes, work * rows[:, column], 0.0)
            looking = looking & ~takes

    @staticmethod
    def _plus(rows: IntArray, *changes: tuple[int, int]) -> IntArray:
        changed = rows.copy()
        for column, change in changes:
            changed[:, column] += change
        return changed


@dataclass(frozen=True, eq=False)
class Solution:
    """A design in its steady state."""

    design: Design
    states: States
    shares: FloatArray

    def busy(self) -> FloatArray:
        """Mean number of busy agents by pool."""
        busy = np.zeros(len(self.design.pools))
        for column, (pool, _) in enumerate(self.design.kinds):
            busy[pool] += self.shares @ self.states.rows[:, column]
        return busy

    def flow(self) -> float:
        """Contacts finished per second."""
        rows = self.states.rows
        kinds = enumerate(self.design.kinds)
        return float(sum(rate * (self.shares @ rows[:, column]) for column, (_, rate) in kinds))

    def waits(self, c: int) -> float:
        """Probability that a contact of a class has to wait."""
        return float(self.shares @ self.design.finds_nobody(self.states.rows, c))

    def lost(self, line: int) -> float:
        """Probability that a contact of a line finds all its places in the chain taken."""
        full = self.states.rows[:, self.design.column(line)] == self.design.room[line]
        waits = self.design.finds_nobody(self.states.rows, self.design.lines[line][0])
        return float(self.shares @ (full & waits))

    def queue(self, line: int) -> FloatArray:
        """Probability of every length of a line."""
        column = self.design.column(line)
        longest = int(self.design.room[line])
        lengths = np.bincount(self.states.rows[:, column], self.shares, longest + 1)
        return lengths.astype(np.float64)

    def starves(self, line: int) -> bool:
        """Tell whether contacts in a line are never served."""
        if line in self.design.flooded:
            return True
        rows, idle = self.states.rows, self.design.idle(self.states.rows)
        taken = sum(
            float(self.shares @ rate)
            for column in range(len(self.design.kinds))
            for served, rate in self.design._taken(rows, idle, column)
            if served == line
        )
        joined = sum(self.design.joining[c] * self.waits(c) for c in self.design.lines[line])
        return bool(joined > 0 and taken <= _STARVED * joined)

    def followed(self, c: int) -> Followed:
        """Follow a contact of a class that has to wait."""
        design, line = self.design, self.design.line_of[c]
        column = design.column(line)
        behind = np.flatnonzero(self.states.rows[:, column] >= 1)
        rows, codes = self.states.rows[behind], self.states.codes[behind]
        inner = States(rows, codes, self.states.strides)
        served = design.served(rows, line)
        moves = generator(lambda at: design.moves(at, line), inner)
        joins = np.flatnonzero(
            design.finds_nobody(self.states.rows, c)
            & (self.states.rows[:, column] < design.room[line])
        )
        to = self.states.rows[joins].copy()
        to[:, column] += 1
        start = np.zeros(inner.size)
        start[inner.positions(to)] = self.shares[joins]
        theta, balking = 1.0 / float(design.patience[c]), float(design.balking[c])
        inside = (moves - sparse.diags_array(served)).tocsr()
        return Followed(inside, served, start, theta, balking)


def solved(design: Design, most: int = MOST_STATES) -> Solution:
    """Solve a design, with as much room in its lines as they need.

    Every line starts short, and is made longer by the rate at which it thins out, until next to
    nobody finds it full. A line that does not thin out has no steady state: somebody always waits
    in it, and the rest is solved with that.
    """
    design = replace(design, room=_first_room(design))
    while True:
        found = settled(design, most)
        endless = [line for line in range(len(design.lines)) if _grows(found, line)]
        if endless:
            # One at a time: what the worst of them takes from the others decides on them.
            worst = max(endless, key=lambda line: _growth(found, line))
            design = replace(design, flooded=design.flooded | {worst})
            design = replace(design, room=_first_room(design))
            continue
        wider = _wider(found)
        if np.array_equal(wider, design.room):
            return found
        design = replace(design, room=wider)


def _first_room(design: Design) -> IntArray:
    """Places to begin with; no more than anybody needs whose contacts all give up in the end."""
    return np.array(
        [min(_FIRST_ROOM, _most_room(design, line)) for line in range(len(design.lines))],
        dtype=np.int64,
    )


def _most_room(design: Design, line: int) -> int:
    """Places that are surely enough: those taken when nobody in the line is ever served."""
    joining = float(design.joining[list(design.lines[line])].sum())
    if joining == 0 or line in design.flooded:
        return 0
    patience = float(design.patience[design.lines[line][0]])
    waiting = joining * patience
    if not waiting < MOST_STATES:
        return MOST_STATES
    return int(waiting + 9.0 * math.sqrt(waiting) + 20.0)


def settled(design: Design, most: int = MOST_STATES) -> Solution:
    """Solve a design with the room that its lines have."""
    bounds = design.bounds()
    refuse_size(float(design.room.max(initial=0)), most)
    states = explore(design.moves, np.zeros((1, len(bounds)), dtype=np.int64), bounds, most)
    return Solution(design, states, stationary(generator(design.moves, states)))


def _growth(found: Solution, line: int) -> float:
    """Factor by which a long line gets likelier with each place, from its middle half."""
    lengths = found.queue(line)
    room = len(lengths) - 1
    low, high = lengths[room // 4], lengths[3 * room // 4]
    if low <= 0.0:
        return 2.0 if high > 0 else 0.0
    return float((high / low) ** (1.0 / max(3 * room // 4 - room // 4, 1)))


def _grows(found: Solution, line: int) -> bool:
    """Tell a line without steady state."""
    design = found.design
    patient = not math.isfinite(design.patience[design.lines[line][0]])
    if not patient or line in design.flooded or design.room[line] < _TEST_ROOM:
        return False
    return _growth(found, line) >= 1.0 - 1e-9


def _wider(found: Solution) -> IntArray:
    """Places that every line needs, as far as can be told from this solution."""
    return np.array(
        [_room_needed(found, line) for line in range(len(found.design.lines))], dtype=np.int64
    )


def _room_needed(found: Solution, line: int) -> int:
    room, most = int(found.design.room[line]), _most_room(found.design, line)
    first = found.design.lines[line][0]
    endless = math.isinf(found.design.patience[first])
    share = _LOST if endless else _LOST_IMPATIENT
    if found.states.size > _LARGE:
        share = _LOST_IN_LARGE
    allowed = max(share * found.waits(first), 1e-18)
    lost = found.lost(line)
    if room >= most or lost <= allowed:
        return room
    lengths = found.queue(line)
    factor = min(max(float(lengths[-1] / lengths[-2]), 1e-3), 0.999) if room else 0.5
    # Impatience thins out the end of a line faster and faster.
    ease = 1.0 if endless else 0.8
    more = int(ease * math.log(allowed / lost) / math.log(factor)) + 2
    return min(most, room + min(max(more, 4), 2 * room + 8))
