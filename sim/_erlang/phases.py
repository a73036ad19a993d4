"""Waiting when handle times are made of exponential phases (M/PH/n, with patience and lines).

A state says how many busy agents are in each phase, and how many contacts wait. With endless
patience and lines the part of the chain above n contacts repeats itself: G, the law of the phases
found when the queue first shrinks by one, closes it without cutting anything off (Latouche and
Ramaswami 1993). With D0 and D1 the rates among phases without and with a service that ends, the
wait of a contact that finds nobody free is then of matrix-exponential form,

    P(V > t) = y exp((D0 + lambda G) t) 1,        y = pi_n (I + lambda (-D0 - lambda G)^-1),

where pi_n belongs to the states with n contacts. With patience the queue is cut where nothing of
the probability is left, and one contact is followed to its service.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse, special

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.chain import (
    Followed,
    Rule,
    States,
    explore,
    generator,
    refuse_size,
    stationary,
)
from sim._erlang.queue import Fates, WaitTotals, patient_waits
from sim.errors import InvariantBroken

__all__ = [
    "MOST_PHASES",
    "PhaseQueue",
    "endless_queue",
    "first_passage",
    "impatient_queue",
    "phase_states",
]

MOST_PHASES = 800
"""Ways in which busy agents may be spread over phases: matrices of this order are inverted."""

_NOTHING = 1e-14
"""Probability above which a queue is not cut off."""

_MOST_DOUBLINGS = 60
_MOST_GROWTHS = 12


class PhaseQueue(NamedTuple):
    """One queue: Poisson arrivals, handle times by start and generator of their phases.

    `leave_rate` is 0 for endless patience; `room` counts waiting places; `balking` is the share
    that leaves at once when no agent is free.
    """

    arrival_rate: float
    start: FloatArray
    phases: FloatArray
    agents: int
    leave_rate: float
    room: float
    balking: float = 0.0

    @property
    def ends(self) -> FloatArray:
        """Rate at which a service ends, by phase."""
        ends: FloatArray = np.maximum(-self.phases.sum(axis=1), 0.0)
        return ends


def phase_states(agents: int, phases: int) -> int:
    """Ways to spread busy agents over phases."""
    return math.comb(agents + phases - 1, phases - 1)


def _rule(queue: PhaseQueue, room: int, joins: float, free: bool) -> Rule:
    """Moves of a state (busy agents by phase, contacts waiting).

    `joins` is the rate of arrivals. When `free`, an agent without contacts to take turns idle;
    otherwise that is an end of the wait that is followed, and no move.
    """
    count = queue.start.size
    steps = np.zeros((count, count + 1), dtype=np.int64)
    steps[:, :count] = np.eye(count, dtype=np.int64)
    one_waits = np.zeros(count + 1, dtype=np.int64)
    one_waits[-1] = 1
    starts = [(j, float(share)) for j, share in enumerate(queue.start) if share > 0]

    def moves(rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        busy, waiting = rows[:, :count], rows[:, -1]
        idle = busy.sum(axis=1) < queue.agents
        if joins > 0:
            stays = joins * (1.0 - queue.balking)
            yield np.where(idle | (waiting >= room), 0.0, stays), rows + one_waits
            for j, share in starts:
                yield joins * share * idle, rows + steps[j]
        yield queue.leave_rate * waiting.astype(np.float64), rows - one_waits
        for i, ends in enumerate(queue.ends):
            for j in range(count):
                if i != j and queue.phases[i, j] > 0:
                    yield queue.phases[i, j] * busy[:, i], rows - steps[i] + steps[j]
            if free:
                yield ends * busy[:, i] * (waiting == 0), rows - steps[i]
            for j, share in starts:
                next_ = rows - steps[i] + steps[j] - one_waits
                yield ends * share * busy[:, i] * (waiting > 0), next_

    return moves


def _all_states(queue: PhaseQueue, room: int) -> States:
    count = queue.start.size
    below = math.comb(queue.agents + count, count)
    refuse_size(below + float(room) * phase_states(queue.agents, count))
    start = np.zeros((1, count + 1), dtype=np.int64)
    bounds = np.full(count + 1, max(queue.agents, 1), dtype=np.int64)
    bounds[-1] = max(room, 1)
    return explore(_rule(queue, room, queue.arrival_rate, free=True), start, bounds)


# Endless patience and lines


class _Endless:
    """The wait of a contact that finds nobody free: y exp(M t) 1, with M Metzler."""

    def __init__(self, met: FloatArray, decay: FloatArray) -> None:
        self._clock = float(-decay.diagonal().min())
        self._steps = np.eye(len(decay)) + decay / self._clock
        self._state = np.ones(len(decay))
        self._met = met
        self._terms: list[float] = []
        self._ratio = 0.0

    def longer(self, awt: float) -> float:
        """P(V > awt), by uniformisation; the terms end in a geometric series."""
        mean = self._clock * awt
        self._extend(int(mean + 9.5 * math.sqrt(mean) + 40.0))
        terms = np.array(self._terms)
        k = np.arange(float(terms.size))
        chances = np.exp(special.xlogy(k, mean) - mean - special.gammaln(k + 1.0))
        longer = float(chances @ terms)
        if self._ratio > 0.0:
            slower = mean * self._ratio
            left = float(special.gammainc(float(terms.size), slower)) if slower > 0 else 0.0
            log_scale = slower - mean - (terms.size - 1.0) * math.log(self._ratio)
            if left > 0.0 and terms[-1] > 0.0:
                longer += math.exp(math.log(terms[-1]) + log_scale + math.log(left))
        return longer

    def _extend(self, count: int) -> None:
        """Compute terms until there are enough, or until their ratio no longer changes."""
        steady = 0
        while len(self._terms) < count and self._ratio == 0.0:
            self._terms.append(float(self._met @ self._state))
            self._state = self._steps @ self._state
            if len(self._terms) < 3 or self._terms[-1] <= 0.0:
                continue
            before, last, next_ = *self._terms[-2:], float(self._met @ self._state)
            steady = steady + 1 if abs(next_ * before - last * last) <= 4e-16 * last**2 else 0
            if steady > 50:
                self._ratio = next_ / last


def endless_queue(queue: PhaseQueue) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Return what becomes of contacts in M/PH/n with load above 0 and below the agents.

    Raises
    ------
    InvalidInput
        If agents can be spread over phases in too many ways.
    """
    refuse_size(phase_states(queue.agents, queue.start.size), MOST_PHASES)
    states = _all_states(queue, 0)
    full = np.flatnonzero(states.rows[:, :-1].sum(axis=1) == queue.agents)
    without, with_end = _busy_phases(queue, states.rows[full])
    rate = queue.arrival_rate
    here = np.eye(full.size)
    passage = first_passage(rate * here, without - rate * here, with_end)
    within = generator(_rule(queue, 0, rate, free=True), states)
    corner = sparse.coo_array(rate * (passage - here))
    wider = sparse.coo_array(
        (corner.data, (full[corner.row], full[corner.col])), shape=within.shape
    )
    shares = stationary((within + wider).tocsr())
    decay = without + rate * passage
    factors = linalg.lu_factor(-decay)
    at_full = shares[full]
    met = at_full + rate * linalg.lu_solve(factors, at_full, trans=1)
    idle = float(shares.sum() - at_full.sum())
    whole = idle + float(met.sum())
    met = met / whole
    mean = float(met @ linalg.lu_solve(factors, np.ones(full.size)))
    wait = _Endless(met, decay)
    return patient_waits(
        float(met.sum()), mean, lambda awt: np.array([wait.longer(float(time)) for time in awt])
    )


def _busy_phases(queue: PhaseQueue, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Rates among phases of busy agents: without a service that ends, and with one."""
    count = queue.start.size
    codes = {tuple(row[:count]): index for index, row in enumerate(rows.tolist())}
    waits = np.array(rows)
    waits[:, -1] = 1
    with_end = np.zeros((len(rows), len(rows)))
    without = np.zeros_like(with_end)
    everywhere = np.arange(len(rows))
    for rates, targets in _rule(queue, 1, 0.0, free=False)(waits):
        moves = np.flatnonzero(rates > 0)
        for index in moves:
            target = targets[index]
            matrix = with_end if target[-1] == 0 else without
            matrix[everywhere[index], codes[tuple(target[:count].tolist())]] += rates[index]
    leaves = with_end.sum(axis=1) + without.sum(axis=1)
    without[everywhere, everywhere] -= leaves
    return without, with_end


def first_passage(up: FloatArray, local: FloatArray, down: FloatArray) -> FloatArray:
    """Return G by logarithmic reduction: phases met when a chain of levels first goes down one.

    `up`, `local` and `down` are the rates between phases, to the level above, within a level and
    to the level below; rows of all three together sum to zero, and the drift is downwards.
    """
    here = np.eye(len(local))
    factors = linalg.lu_factor(-local)
    up, down = linalg.lu_solve(factors, up), linalg.lu_solve(factors, down)
    passage, climbed = down, up
    for _ in range(_MOST_DOUBLINGS):
        factors = linalg.lu_factor(here - up @ down - down @ up)
        up, down = linalg.lu_solve(factors, up @ up), linalg.lu_solve(factors, down @ down)
        passage = passage + climbed @ down
        climbed = climbed @ up
        if climbed.max() < 1e-17 or np.abs(1.0 - passage.sum(axis=1)).max() < 1e-15:
            return np.asarray(passage)
    raise InvariantBroken("the queue does not come back, although load is below the agents")


# Patience, or a limited number of lines


def impatient_queue(queue: PhaseQueue) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Return what becomes of contacts in M/PH/n+M, or M/PH/n/K with or without patience or balking.

    Raises
    ------
    InvalidInput
        If there are too many states.
    """
    room = _room(queue)
    for _ in range(_MOST_GROWTHS):
        states = _all_states(queue, room)
        shares = stationary(generator(_rule(queue, room, queue.arrival_rate, free=True), states))
        top = float(shares[states.rows[:, -1] == room].sum()) if room else 0.0
        if math.isfinite(queue.room) or top < _NOTHING:
            return _followed(queue, states, shares, room)
        room = room + room // 2
    raise InvariantBroken("a queue with patience does not end")


def _room(queue: PhaseQueue) -> int:
    """Return the waiting places to count: a guess at where the queue is as good as empty."""
    if math.isfinite(queue.room):
        return int(queue.room)
    mean = float(-np.linalg.solve(queue.phases, np.ones(queue.start.size)) @ queue.start)
    second = 2.0 * float(
        queue.start
        @ np.linalg.solve(queue.phases, np.linalg.solve(queue.phases, np.ones(queue.start.size)))
    )
    spread = 0.5 * max(second / mean**2, 1.0)
    joins = queue.arrival_rate * (1.0 - queue.balking)
    surplus = joins - queue.agents / mean
    # Patience without end has no surplus here: such a queue would not be steady.
    patience = 1.0 / queue.leave_rate if queue.leave_rate > 0 else math.inf
    drift = surplus * patience if surplus > 0 else 0.0
    normal = 9.0 * math.sqrt(joins * patience * spread) if joins > 0 else 0.0
    # Nearly endless patience: the line is as short as that of people who never leave.
    geometric = math.inf if surplus >= 0 else 36.0 * spread * joins / -surplus
    room = drift + min(normal, geometric) + 30.0
    refuse_size(room * phase_states(queue.agents, queue.start.size))
    return int(room)


def _followed(
    queue: PhaseQueue, states: States, shares: FloatArray, room: int
) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    busy, waiting = states.rows[:, :-1].sum(axis=1), states.rows[:, -1]
    free = busy < queue.agents
    blocked = float(shares[~free & (waiting == room)].sum()) if math.isfinite(queue.room) else 0.0
    accepted = 1.0 - blocked
    # A contact that joins meets `waiting` others, all places but its own at the most.
    joins = np.flatnonzero(~free & (waiting < max(room, 1)))
    inner = States(states.rows[joins], states.codes[joins], states.strides)
    moves = generator(_rule(queue, room, 0.0, free=False), inner)
    first = (inner.rows[:, -1] == 0).astype(np.float64)
    served = first * (inner.rows[:, :-1] @ queue.ends)
    moves = (moves - sparse.diags_array(served)).tocsr()
    met = shares[joins] / accepted if room else np.zeros(joins.size)
    contact = Followed(moves, served, met, queue.leave_rate, queue.balking)
    known = {"blocking": np.array([blocked]), "accepted": np.array([accepted])}
    return contact.totals()._replace(**known), contact.fates
