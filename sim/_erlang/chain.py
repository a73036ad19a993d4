"""Markov chains in continuous time: their states, their steady state, the way to an exit.

A model says what can happen in a state (a `Rule`, for all states at once); `explore` finds the
states that can be reached and `generator` lays out the rates. Everything after that is the same
for every model: `stationary` finds the long-run shares, `absorbed_by` and `ever_absorbed` tell how
and when a contact that is followed leaves.

Chances by a time come from uniformisation: with a clock of rate L the chain is a chain in steps,
and what has happened by a time T is a sum over steps k weighted by the chance of more than k
ticks by T. Those chances are incomplete gamma functions, so nothing underflows for any L T.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse, special
from scipy.sparse import linalg

from sim._erlang.arrays import BoolArray, FloatArray, IntArray
from sim._erlang.queue import Fates, WaitTotals
from sim.errors import InvalidInput, InvariantBroken

__all__ = [
    "MOST_STATES",
    "Ever",
    "Followed",
    "Rule",
    "States",
    "absorbed_by",
    "assembled",
    "ever_absorbed",
    "explore",
    "generator",
    "refuse_size",
    "stationary",
]

MOST_STATES = 300_000
"""A sparse factorisation of more states takes minutes and gigabytes."""

_MOST_FILL = 2e8
"""States times the most that are as many moves from the start: what a factorisation may fill."""

_LARGEST_CODE = 2.0**62
_LARGEST_TABLE = 1e8
"""States are coded by whole numbers, and up to this many codes are ticked off in a table."""

_SHIFT = 1e-9
"""Shift of the inverse iteration, in units of the fastest rate of the chain."""

_LARGE = 4_000
"""States of a chain from which on a factorisation is worth avoiding."""

_MOST_ROUNDS = 60
_RESIDUAL = 1e-9
"""Largest imbalance of flows that is accepted, as a share of all flow."""

_STIFF = 1e5
"""Ratio of rates from which a chain may lose its digits: that is no defect of ours."""

_NOTHING = 1e-18
"""Probability that is not followed any further."""

Rule = Callable[[IntArray], Iterable[tuple[FloatArray, IntArray]]]
"""What can happen: rates out of every state given, and the states they lead to, move by move.

A rate of zero is a move that a state does not have; where it leads to does not matter then.
"""


class States(NamedTuple):
    """States that can be reached, one per row, in the order of their codes."""

    rows: IntArray
    codes: IntArray
    strides: IntArray

    @property
    def size(self) -> int:
        """How many states there are: the length of a vector of their probabilities."""
        return len(self.rows)

    def positions(self, rows: IntArray) -> IntArray:
        """Return where states stand; each must be one of them."""
        codes = rows @ self.strides
        found = np.minimum(np.searchsorted(self.codes, codes), self.size - 1)
        if not np.array_equal(self.codes[found], codes):
            raise InvariantBroken("a state leads to one that was not found before")
        return found


def refuse_size(count: float, most: int = MOST_STATES) -> None:
    """Refuse a chain of more states than can be solved."""
    if count > most:
        raise InvalidInput(
            "states",
            f"must be at most {most} for an exact answer",
            int(count),
            "simulate a system of this size instead",
        )


def explore(rule: Rule, start: IntArray, bounds: IntArray, most: int = MOST_STATES) -> States:
    """Find every state that can be reached.

    Parameters
    ----------
    rule
        What can happen.
    start
        States to begin with, one per row.
    bounds
        Largest value of each column.
    most
        Number of states above which the search is given up.

    Raises
    ------
    InvalidInput
        If there are too many states.
    """
    span = float(np.prod(bounds + 1.0))
    if span > _LARGEST_CODE:
        refuse_size(span, most)
    strides = np.concatenate(([1], np.cumprod(bounds[:0:-1] + 1)))[::-1].astype(np.int64)
    seen = _Seen(span)
    fresh = np.unique(start @ strides)
    layers = []
    count = widest = 0
    while fresh.size:
        layers.append(fresh)
        count += fresh.size
        widest = max(widest, fresh.size)
        refuse_size(count, min(most, int(_MOST_FILL / widest)))
        seen.note(fresh)
        rows = _decoded(fresh, strides)
        reached = [(rows_to @ strides)[rates > 0] for rates, rows_to in rule(rows)]
        found = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *reached]))
        fresh = found[~seen.has(found)]
    codes = np.sort(np.concatenate(layers))
    return States(_decoded(codes, strides), codes, strides)


class _Seen:
    """Codes met before: a table of all of them while that is small, else some sorted lists.

    Lists of like length are merged, so that there are few of them and each code is rarely moved.
    """

    def __init__(self, span: float) -> None:
        self._table = np.zeros(int(span), dtype=np.bool_) if span <= _LARGEST_TABLE else None
        self._lists: list[IntArray] = []

    def note(self, codes: IntArray) -> None:
        if self._table is not None:
            self._table[codes] = True
            return
        self._lists.append(codes)
        while len(self._lists) > 1 and self._lists[-2].size < 2 * self._lists[-1].size:
            last = self._lists.pop()
            self._lists[-1] = np.union1d(self._lists[-1], last)

    def has(self, codes: IntArray) -> BoolArray:
        if self._table is not None:
            return self._table[codes]
        known = np.zeros(codes.size, dtype=np.bool_)
        for some in self._lists:
            at = np.minimum(np.searchsorted(some, codes), some.size - 1)
            known |= some[at] == codes
        return known


def _decoded(codes: IntArray, strides: IntArray) -> IntArray:
    """Return the states behind their codes."""
    left = codes.copy()
    rows = np.empty((codes.size, strides.size), dtype=np.int64)
    for column, stride in enumerate(strides):
        rows[:, column], left = np.divmod(left, stride)
    return rows


def generator(rule: Rule, states: States) -> Any:
    """Return the rates between states as a sparse matrix with rows that sum to zero."""
    sources, targets, rates = [], [], []
    everywhere = np.arange(states.size)
    for rate, rows in rule(states.rows):
        moves = rate > 0
        sources.append(everywhere[moves])
        targets.append(states.positions(rows[moves]))
        rates.append(rate[moves])
    return assembled(sources, targets, rates, states.size)


def assembled(
    sources: list[IntArray], targets: list[IntArray], rates: list[FloatArray], count: int
) -> Any:
    """Return the generator with these moves; a move to where one is already is none."""
    if not sources:
        return sparse.csr_array((count, count))
    source, target = np.concatenate(sources), np.concatenate(targets)
    rate = np.where(source == target, 0.0, np.concatenate(rates))
    matrix = sparse.coo_array((rate, (source, target)), shape=(count, count)).tocsr()
    return (matrix - sparse.diags_array(matrix.sum(axis=1))).tocsr()


def _factorised(matrix: Any) -> Any:
    """Factorise a matrix with a dominant diagonal; rows need not be exchanged then."""
    return linalg.splu(
        matrix.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


def stationary(moves: Any) -> FloatArray:
    """Return the long-run share of every state.

    Parameters
    ----------
    moves
        Generator, sparse: rates from row to column, rows that sum to zero. One set of states
        must be reachable from everywhere; states that are left for good get a share of zero.

    Raises
    ------
    InvalidInput
        If there are too many states, or their rates are so far apart that no digits are left.
    InvariantBroken
        If the rates are those of no chain, or the flows in and out of states do not balance.

    Notes
    -----
    Inverse iteration: the generator, shifted by next to nothing, is factorised once, and every
    round leaves of the error what the shift is to the slowest rate of the chain. No state has to
    be chosen as a reference, which would lose all digits if it happened to be a rare one.
    """
    count = moves.shape[0]
    outflow = -moves.diagonal()
    fastest = outflow.max(initial=0.0)
    if fastest == 0.0:
        return np.full(count, 1.0 / count)
    if np.abs(moves.sum(axis=1)).max() > _RESIDUAL * fastest:
        raise InvariantBroken(f"rates of a chain of {count} states do not sum to zero")
    refuse_size(count)
    balance = moves.T.tocsc()
    shift = _SHIFT * fastest
    factors = _factorised(shift * sparse.eye_array(count, format="csc") - balance)
    shares = np.full(count, 1.0 / count)
    best, residual = shares, np.inf
    for _ in range(_MOST_ROUNDS):
        shares = np.maximum(factors.solve(shares), 0.0)
        shares /= shares.sum()
        # In a state that is hardly ever left there is no flow to balance.
        flow = float(outflow @ shares)
        imbalance = float(np.abs(balance @ shares).sum()) / flow if flow > 1e-280 else 0.0
        if imbalance >= 0.5 * residual and residual < _RESIDUAL:
            break
        if imbalance < residual:
            best, residual = shares, imbalance
    if not residual < _RESIDUAL:
        slowest = float(outflow.min(initial=np.inf, where=outflow > 0))
        if fastest > _STIFF * slowest:
            rule = "must be closer together for an exact chain"
            given = f"{slowest:g} to {fastest:g} a second"
            raise InvalidInput("rates", rule, given, "simulate this system instead")
        raise InvariantBroken(f"flows of a chain of {count} states miss balance by {residual:g}")
    return best


class Ever(NamedTuple):
    """Way to the exits of a chain: by start (if many) and exit.

    `chance` is P(exit), `time` E[time; exit]; divide for the mean time on that way [s].
    """

    chance: FloatArray
    time: FloatArray


def ever_absorbed(moves: Any, exits: FloatArray, start: FloatArray) -> Ever:
    """Return the chance of every exit, and the mean time with it.

    Parameters
    ----------
    moves
        Generator among the states that are not left yet; rows sum to minus the exit rates.
    exits
        Rates from every state (row) through every exit (column) [1/s].
    start
        Probability of every state at the start, or several starts, one per row.
    """
    return _ever(_factorised(-moves.T), exits, start)


def _ever(factors: Any, exits: FloatArray, start: FloatArray) -> Ever:
    """Find the ways to the exits with the factors of the transposed generator."""
    starts = np.atleast_2d(start)
    times = factors.solve(np.ascontiguousarray(starts.T))
    chance = times.T @ exits
    time = factors.solve(times).T @ exits
    shape = (*start.shape[:-1], exits.shape[1])
    return Ever(chance.reshape(shape), time.reshape(shape))


def _clock(moves: Any) -> float:
    """Rate of a clock that ticks at least as often as the chain moves from any state."""
    return float((-moves.diagonal()).max(initial=0.0)) or 1.0


def _ticks(clock: float, time: float) -> int:
    """Ticks by a time that are not exceeded but with a probability of next to nothing."""
    mean = clock * time
    return int(mean + 9.5 * math.sqrt(mean) + 40.0)


def absorbed_by(moves: Any, exits: FloatArray, start: FloatArray, times: FloatArray) -> FloatArray:
    """Return the probability of having left through every exit by every time.

    Parameters
    ----------
    moves, exits, start
        As in `ever_absorbed`.
    times
        Times, at least 0, in any order [s].

    Returns
    -------
    array
        Indexed by start (if `start` has rows), time and exit.

    Notes
    -----
    Steps forward from the starts or backward from the exits, whichever are fewer.
    """
    starts = np.atleast_2d(start)
    clock = _clock(moves)
    steps = _ticks(clock, float(times.max(initial=0.0)))
    terms = np.array(list(_flows(moves, exits, starts, clock, steps)))
    ticked = special.gammainc(np.arange(1.0, len(terms) + 1.0)[None, :], clock * times[:, None])
    absorbed: FloatArray = np.einsum("tk,kse->ste", ticked, terms)
    return absorbed if start.ndim > 1 else absorbed[0]


def _flows(
    moves: Any, exits: FloatArray, starts: FloatArray, clock: float, steps: int
) -> Iterator[FloatArray]:
    """Chance to leave at each tick, by start and exit, until there is nothing left to leave."""
    if len(starts) > exits.shape[1]:
        fixed, moving, matrix = starts, exits / clock, moves
    else:
        fixed, moving, matrix = exits.T / clock, np.ascontiguousarray(starts.T), moves.T.tocsr()
    backward = moving.shape[1] == exits.shape[1] and matrix is moves
    for _ in range(steps):
        flow = fixed @ moving
        yield flow if backward else flow.T
        if np.abs(moving).sum(axis=0).max() < _NOTHING:
            return
        moving = moving + (matrix @ moving) / clock


class Followed:
    """One contact, followed from joining a queue until its service starts.

    The contact itself does not give up while it is followed: since exponential patience is
    independent of what goes on around, giving up at a rate theta is put in afterwards. With a
    clock of rate L the chance to be served at tick k is then thinned by (L / (L + theta))**k.

    Parameters
    ----------
    moves
        Generator among the states of the wait; rows sum to minus the rates in `served`.
    served
        Rate at which the service of the contact starts, from every state [1/s].
    start
        Probability of every state in which the wait begins; the sum is that of having to wait.
    leave_rate
        Rate of giving up, 0 for endless patience [1/s].
    balking
        Share of those who would have to wait that leave at once instead.
    """

    def __init__(
        self,
        moves: Any,
        served: FloatArray,
        start: FloatArray,
        leave_rate: float,
        balking: float = 0.0,
    ) -> None:
        self._moves = moves
        self._served = served
        self._start = start
        self._leave_rate = leave_rate
        self._balking = balking
        self._clock = _clock(moves)
        self._steps = (moves.T / self._clock).tocsr()
        self._state = start
        self._flow: list[float] = []
        self._left: list[float] = []

    def totals(self) -> WaitTotals:
        """Return what becomes of a contact in the end."""
        waits, stays = float(self._start.sum()), 1.0 - self._balking
        exits = np.column_stack((self._served, np.full(len(self._served), self._leave_rate)))
        real, virtual = Ever(np.zeros(2), np.zeros(2)), 0.0
        if waits > 0:
            here = sparse.eye_array(len(exits), format="csr")
            factors = _factorised(-(self._moves - self._leave_rate * here).T)
            real = _ever(factors, exits, self._start)
            virtual = self._virtual(factors) if self._leave_rate > 0 else float(real.time[0])
        served, abandoned = (stays * float(chance) for chance in real.chance)
        waited_served, waited_abandoned = (stays * float(time) for time in real.time)
        values = {
            "blocking": 0.0,
            "accepted": 1.0,
            "no_wait": 1.0 - waits,
            "delayed": waits,
            "served": 1.0 - waits + served,
            "abandoned": abandoned + self._balking * waits,
            "waited": waited_served + waited_abandoned,
            "waited_virtual": virtual,
            "waited_served": waited_served,
            "waited_abandoned": waited_abandoned,
        }
        return WaitTotals(**{name: np.array([value]) for name, value in values.items()})

    def _virtual(self, factors: Any) -> float:
        """Mean wait of somebody who never gives up, E[V].

        In a large chain, the solution with giving up, already factorised, is a good enough guess
        to get by without a second factorisation.
        """
        moves, size = -self._moves.T, len(self._start)
        if size > _LARGE:
            guess = linalg.LinearOperator((size, size), factors.solve)
            times, failed = linalg.gmres(
                moves, self._start, rtol=1e-12, restart=100, maxiter=2, M=guess
            )
            if not failed:
                return float(times.sum())
        return float(_factorised(moves).solve(self._start).sum())

    def fates(self, awt: FloatArray) -> Fates:
        """Return what has become of the contact by thresholds."""
        waits, stays = float(self._start.sum()), 1.0 - self._balking
        columns = np.array([self._by(float(time)) for time in awt]).reshape(-1, 5).T
        offered, served, abandoned, later, waiting = columns
        return Fates(
            in_time=1.0 - waits + offered,
            answered=1.0 - waits + stays * served,
            abandoned=self._balking * waits + stays * abandoned,
            later=later,
            waiting=stays * waiting,
        )

    def _by(self, time: float) -> tuple[float, float, float, float, float]:
        """P(V <= T), the same and served, given up by T, P(V > T), P(waiting at T)."""
        theta, clock = self._leave_rate, self._clock
        self._follow(_ticks(clock, time))
        count = len(self._flow)
        ticks = np.arange(1.0, count + 1.0)
        flow, left = np.array(self._flow), np.array(self._left)
        thinned = np.exp(ticks * -math.log1p(theta / clock))
        ticked = special.gammainc(ticks, clock * time)
        real = special.gammainc(ticks, (clock + theta) * time) if theta > 0 else ticked
        at = np.exp(
            special.xlogy(ticks - 1.0, clock * time) - clock * time - special.gammaln(ticks)
        )
        later = float(at @ left)
        return (
            float(ticked @ flow),
            float(real @ (flow * thinned)),
            theta / clock * float(real @ (left * thinned)),
            later,
            math.exp(-theta * time) * later,
        )

    def _follow(self, ticks: int) -> None:
        """Follow the contact for so many ticks, or until it is surely served."""
        while len(self._flow) < ticks and (not self._left or self._left[-1] > _NOTHING):
            self._left.append(float(self._state.sum()))
            self._flow.append(float(self._served @ self._state) / self._clock)
            self._state = self._state + self._steps @ self._state
