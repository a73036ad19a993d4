"""Waiting with patience of any law (M/M/n/K+G), exactly, by quadrature.

The offered wait V is what a contact without end of patience would wait. Let R be the patience,
b the share that leaves at once when no agent is free (balking), a = (1 - b) lambda the rate at
which people join, and ``h(x) = E[min(R, x)]``. Then V has an atom at zero, and on x > 0 with j
people waiting ahead the density

    v_j(x)  ~  lambda * (a h(x))**j / j! * exp(-n mu x),

relative to the probability that exactly n - 1 agents are busy. With endless lines the sum over j
is ``lambda exp(a h(x) - n mu x)`` (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005); with
K waiting places it stops at j = K - 1, and j = K are those who are turned away (Brandt and Brandt
1999, 2002). In both cases the logarithm is concave. It is found by integrating its slope

    a S(x) (1 - B(K - 1, a h(x))) - n mu

away from the mode, S being the survival function of patience and B Erlang's loss formula (zero
for endless lines): a difference of two large numbers is never taken, so a million agents lose
no digits. Panels end at the kinks of the law, at its quantiles, at powers of four of the reach,
and around the mode.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import special

from sim._erlang.arrays import NODES, WEIGHTS, BoolArray, FloatArray
from sim._erlang.inputs import Real, require
from sim._erlang.laws import Exponential, Law
from sim._erlang.loss import log_inverse_b, loss
from sim._erlang.measures import QueueMeasures, measure, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals

__all__ = ["landmarks", "mean_patience", "measure_any", "measure_patience", "patient_law"]

_DROP = 75.0
"""Densities are followed until they fall by exp(-75), about 3e-33 of their peak."""

_BLOCK_CELLS = 50_000
"""Nodes of one block of queues: some megabytes in all."""

_POWERS = 4.0 ** -np.arange(25.0)
"""Down to 1e-14 of the reach; 24 nodes hold a survival function smooth in log x on each."""

_AROUND = 2.0 ** -np.arange(5.0)
_DEVIATES = np.array([-7.0, -5.0, -3.5, -2.0, -1.0, 0.0, 1.0, 2.0, 3.5, 5.0, 7.0])
"""Normal deviates whose shares cut a law, or the filling of the lines, into smooth pieces."""


def _running() -> FloatArray:
    """Matrix that integrates values at the nodes from -1 to each node.

    Through the Legendre polynomials of the interpolant, which is well conditioned.
    """
    degrees = np.arange(NODES.size)
    values = special.eval_legendre(degrees[:, None], NODES)
    last = special.eval_legendre(NODES.size, NODES)
    ahead = np.vstack((values[1:], last))
    behind = np.vstack((-np.ones(NODES.size), values[:-1]))
    out: FloatArray = 0.5 * (ahead - behind).T @ (values * WEIGHTS)
    return out


_RUNNING = _running()


class _Endless(Law):
    """Nobody who joins ever leaves."""

    mean = np.inf
    scv = 0.0

    def survival(self, x: FloatArray | float) -> FloatArray:
        return np.ones_like(np.asarray(x, dtype=np.float64))

    def mean_until(self, x: FloatArray | float) -> FloatArray:
        return np.array(x, dtype=np.float64)

    def mean_by(self, x: FloatArray | float) -> FloatArray:
        return np.zeros_like(np.asarray(x, dtype=np.float64))


def patient_law(patience: Law | float) -> Law:
    """Return the law meant by a patience: a number is an exponential mean, inf no end."""
    if isinstance(patience, Law):
        return patience
    return _Endless() if np.isinf(patience) else Exponential(mean=float(patience))


def mean_patience(patience: Law | Real) -> Real:
    """Return the mean of a patience that is a law, or that is its mean already."""
    return patience.mean if isinstance(patience, Law) else patience


class _Waits(NamedTuple):
    """Parameters of the density, one per queue; `power` scales its exponent (1 is exact)."""

    joins: FloatArray
    service_rate: FloatArray
    room: FloatArray
    power: FloatArray


class _Density(NamedTuple):
    """Density of the offered wait on panels, relative to its value at the mode.

    `rise` is the exponent at the mode over that at zero, `exponent` those of the panel edges
    over that of the mode. `nodes` and `mass` are indexed by queue, panel and node.
    """

    rise: FloatArray
    edges: FloatArray
    exponent: FloatArray
    nodes: FloatArray
    mass: FloatArray


def _slope(waits: _Waits, law: Law, x: FloatArray) -> FloatArray:
    """Slope of the exponent at waits x, one row of them per queue."""
    axes = tuple(range(1, x.ndim))
    joins, served, room, power = (np.expand_dims(column, axes) for column in waits)
    arriving = joins * law.survival(x)
    limited = np.isfinite(waits.room)
    if limited.any():
        ahead = joins[limited] * law.mean_until(x[limited])
        room_left = np.broadcast_to(room[limited] - 1.0, ahead.shape)
        full = loss(room_left.ravel(), ahead.ravel()).reshape(ahead.shape)
        arriving[limited] *= 1.0 - full
    out: FloatArray = power * (arriving - served)
    return out


def _exponent(waits: _Waits, law: Law, x: FloatArray) -> FloatArray:
    """Exponent over that at zero: good enough to find where the density has fallen."""
    grown = waits.joins * law.mean_until(x)
    limited = np.isfinite(waits.room) & (grown > 0)
    if limited.any():
        before, ahead = waits.room[limited] - 1.0, grown[limited]
        top = special.xlogy(before, ahead) - special.gammaln(before + 1.0)
        grown[limited] = log_inverse_b(before, ahead) + top
    out: FloatArray = waits.power * (grown - waits.service_rate * x)
    return out


def _mode(waits: _Waits, law: Law) -> FloatArray:
    """Wait at which people join just as fast as they are served; 0 if never so fast."""
    low = np.zeros_like(waits.joins)
    rising = _slope(waits, law, low[:, None])[:, 0] > 0
    start = np.minimum(law.mean, 1e300) if np.isfinite(law.mean) else 1.0 / waits.service_rate
    high = np.where(rising, start, 0.0)
    while np.any(more := rising & (_slope(waits, law, high[:, None])[:, 0] > 0)):
        low, high = np.where(more, high, low), np.where(more, 4.0 * high, high)
    for _ in range(70 if rising.any() else 0):
        middle = 0.5 * (low + high)
        more = _slope(waits, law, middle[:, None])[:, 0] > 0
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return high


def _reach(waits: _Waits, law: Law, mode: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the waits left and right of the mode beyond which the density is nothing."""
    peak = _exponent(waits, law, mode)

    def far(x: FloatArray) -> BoolArray:
        return peak - _exponent(waits, law, x) >= _DROP

    step = _DROP / (waits.power * waits.service_rate)
    while not np.all(done := far(mode + step)):
        step = np.where(done, step, 2.0 * step)
    near, right = np.where(step > 0, 0.5 * step, 0.0), step
    away, left = np.zeros_like(mode), mode.copy()
    cut = far(away)
    for _ in range(20):
        middle = 0.5 * (near + right)
        beyond = far(mode + middle)
        near, right = np.where(beyond, near, middle), np.where(beyond, middle, right)
        if cut.any():
            middle = 0.5 * (away + left)
            beyond = far(middle)
            away, left = np.where(beyond, middle, away), np.where(beyond, left, middle)
    return np.where(cut, away, 0.0), mode + right


def _filled(waits: _Waits, law: Law, reach: FloatArray) -> FloatArray:
    """Waits around the one at which the lines would just be full, where the slope bends."""
    places = np.where(np.isfinite(waits.room), waits.room, 0.0)[:, None]
    ahead = np.maximum(places + _DEVIATES * np.sqrt(places), 0.0)
    low, high = np.zeros_like(ahead), np.repeat(reach[:, None], _DEVIATES.size, axis=1)
    for _ in range(40):
        middle = 0.5 * (low + high)
        fewer = waits.joins[:, None] * law.mean_until(middle) < ahead
        low, high = np.where(fewer, middle, low), np.where(fewer, high, middle)
    return high


def landmarks(law: Law) -> FloatArray:
    """Waits at which the survival function bends: kinks, and quantiles of a law with any."""
    if isinstance(law, _Endless):
        return np.empty(0)
    if law.kinks:
        return np.array(law.kinks)
    return law._quantile(special.ndtr(_DEVIATES), special.ndtr(-_DEVIATES))


def _density(waits: _Waits, law: Law) -> _Density:
    """Lay panels over the density of the offered wait, and integrate its exponent."""
    fixed = landmarks(law)
    mode = _mode(waits, law)
    low, high = _reach(waits, law, mode)
    columns = [
        low[:, None],
        mode[:, None],
        high[:, None] * _POWERS,
        mode[:, None] - (mode - low)[:, None] * _AROUND,
        mode[:, None] + (high - mode)[:, None] * _AROUND,
        np.broadcast_to(fixed, (mode.size, fixed.size)),
    ]
    if np.isfinite(waits.room).any():
        columns.append(_filled(waits, law, high))
    edges = np.clip(np.concatenate(columns, axis=1), low[:, None], high[:, None])
    edges.sort(axis=1)
    nodes, inside, whole = _climb(waits, law, edges[:, :-1], edges[:, 1:])
    exponent = np.concatenate((np.zeros((mode.size, 1)), np.cumsum(whole, axis=1)), axis=1)
    at_mode = np.argmin(np.abs(edges - mode[:, None]), axis=1)[:, None]
    exponent -= np.take_along_axis(exponent, at_mode, axis=1)
    half = 0.5 * np.diff(edges, axis=1)[:, :, None]
    mass = half * WEIGHTS * np.exp(exponent[:, :-1, None] + inside)
    rise = np.where(low > 0, _exponent(waits, law, mode), -exponent[:, 0])
    return _Density(rise, edges, exponent, nodes, mass)


def _climb(
    waits: _Waits, law: Law, left: FloatArray, right: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the nodes of panels, and the rise of the exponent to each and to the right edge."""
    half = 0.5 * (right - left)[:, :, None]
    nodes = left[:, :, None] + half * (1.0 + NODES)
    slope = _slope(waits, law, nodes)
    return nodes, half * (slope @ _RUNNING.T), half[:, :, 0] * (slope @ WEIGHTS)


class _Parts(NamedTuple):
    """Integrals of the density over panels: of 1, of P(R >= x) and of P(R < x)."""

    offered: FloatArray
    served: FloatArray
    lost: FloatArray


def _parts(law: Law, balking: FloatArray, nodes: FloatArray, mass: FloatArray) -> _Parts:
    """Integrate over each panel; nodes in the last axis, queues in the first."""
    share = balking[:, None]
    lost = (mass * law.cdf(nodes)).sum(axis=-1)
    served = (mass * law.survival(nodes)).sum(axis=-1)
    offered = mass.sum(axis=-1)
    return _Parts(offered, (1.0 - share) * served, share * offered + (1.0 - share) * lost)


class _Solved(NamedTuple):
    """Queues with a density: its panels, what they hold, and its scale."""

    waits: _Waits
    balking: FloatArray
    edges: FloatArray
    exponent: FloatArray
    parts: _Parts
    no_wait: FloatArray
    scale: FloatArray


def _solve(
    queue: Queue, law: Law, balking: FloatArray, power: FloatArray, peakedness: float = 1.0
) -> tuple[WaitTotals, _Solved]:
    """Integrate everything that is asked of steady queues with agents, calls and places."""
    waits = _Waits((1.0 - balking) * queue.arrival_rate, queue.service_rate, queue.room, power)
    found = _density(waits, law)
    nodes, mass = found.nodes, found.mass
    stays = (1.0 - balking)[:, None]
    parts = _parts(law, balking, nodes, mass)
    early = stays[:, 0] * (mass * law.mean_by(nodes)).sum(axis=(1, 2))
    endured = stays[:, 0] * (mass * nodes * law.survival(nodes)).sum(axis=(1, 2))
    virtual = (mass * nodes).sum(axis=(1, 2))
    area = parts.offered.sum(axis=1)
    turned_away = _turned_away(waits, law, found)

    peak = np.log(power * queue.arrival_rate) + found.rise
    below = log_inverse_b((queue.agents - 1.0) / peakedness, queue.load / peakedness)
    top = np.maximum(peak, below)
    idle, waiting = np.exp(below - top), np.exp(peak - top)
    accepted = idle + waiting * area
    no_wait, scale = idle / accepted, waiting / accepted
    blocking = waiting * turned_away / (accepted + waiting * turned_away)
    totals = WaitTotals(
        blocking=blocking,
        accepted=accepted / (accepted + waiting * turned_away),
        no_wait=no_wait,
        delayed=scale * area,
        served=no_wait + scale * parts.served.sum(axis=1),
        abandoned=scale * parts.lost.sum(axis=1),
        waited=scale * (early + endured),
        waited_virtual=scale * virtual,
        waited_served=scale * endured,
        waited_abandoned=scale * early,
    )
    solved = _Solved(waits, balking, found.edges, found.exponent, parts, no_wait, scale)
    return totals, solved


def _turned_away(waits: _Waits, law: Law, found: _Density) -> FloatArray:
    """Integral of the density of finding every line taken."""
    blocked = np.zeros_like(waits.joins)
    limited = np.isfinite(waits.room)
    if limited.any():
        room = waits.room[limited, None, None]
        ahead = waits.joins[limited, None, None] * law.mean_until(found.nodes[limited])
        before = np.broadcast_to(room - 1.0, ahead.shape)
        last = loss(before.ravel(), ahead.ravel()).reshape(ahead.shape)
        blocked[limited] = (found.mass[limited] * last * ahead / room).sum(axis=(1, 2))
    return blocked


def _fates(solved: _Solved, law: Law, awt: FloatArray) -> Fates:
    """Return what has become of contacts by thresholds: whole panels, and two parts of one."""
    edges, rows = solved.edges, np.arange(awt.size)
    until = np.clip(awt, edges[:, 0], edges[:, -1])
    panel = np.minimum((edges[:, 1:] <= until[:, None]).sum(axis=1), edges.shape[1] - 2)
    left, right = edges[rows, panel], edges[rows, panel + 1]
    start = solved.exponent[rows, panel]
    pieces = []
    for begin, end in ((left, until), (until, right)):
        nodes, inside, whole = _climb(solved.waits, law, begin[:, None], end[:, None])
        half = 0.5 * (end - begin)[:, None, None]
        mass = half * WEIGHTS * np.exp(start[:, None, None] + inside)
        pieces.append(_Parts(*(p[:, 0] for p in _parts(law, solved.balking, nodes, mass))))
        start = start + whole[:, 0]
    before = np.arange(edges.shape[1] - 1) < panel[:, None]
    after = np.arange(edges.shape[1] - 1) > panel[:, None]
    soon = _Parts(
        *(
            solved.scale * ((part * before).sum(axis=1) + piece)
            for part, piece in zip(solved.parts, pieces[0], strict=True)
        )
    )
    later = solved.scale * ((solved.parts.offered * after).sum(axis=1) + pieces[1].offered)
    stays = (1.0 - solved.balking) * law.survival(awt)
    lost = solved.balking + (1.0 - solved.balking) * law.cdf(awt)
    return Fates(
        in_time=solved.no_wait + soon.offered,
        answered=solved.no_wait + soon.served,
        abandoned=soon.lost + lost * later,
        later=later,
        waiting=stays * later,
    )


def _totals_simple(queue: Queue, law: Law, balking: FloatArray) -> WaitTotals:
    """Return the totals of queues without calls, without a wait, or without an end to it."""
    nothing, all_ = np.zeros_like(queue.load), np.ones_like(queue.load)
    calls = queue.arrival_rate > 0
    endless = calls & ((queue.agents == 0) | (queue.room > 0))
    stays = np.where(endless, 1.0 - balking, 0.0)
    left = np.full_like(nothing, law.mean)
    # Without agents the lines hold people who wait in vain: Erlang's formula, whatever the law.
    vain = np.multiply(stays * queue.arrival_rate, left, out=nothing.copy(), where=stays > 0)
    places = np.where(queue.agents > 0, queue.agents, queue.room)
    drains = calls & np.isfinite(places) & np.isfinite(vain)
    blocking = np.where(endless & np.isfinite(queue.room) & np.isinf(vain), 1.0, 0.0)
    load = np.where(queue.agents > 0, queue.load, vain)
    closed = drains & ((queue.agents == 0) | (queue.room == 0))
    blocking[closed] = loss(places[closed], load[closed])
    waited = np.multiply(stays, left, out=nothing.copy(), where=stays > 0)
    gone = balking if np.isinf(law.mean) else all_
    return WaitTotals(
        blocking=blocking,
        accepted=1.0 - blocking,
        no_wait=np.where(endless, 0.0, 1.0),
        delayed=np.where(endless, 1.0, 0.0),
        served=np.where(endless, 0.0, 1.0),
        abandoned=np.where(endless, gone, 0.0),
        waited=waited,
        waited_virtual=np.where(endless, np.inf, 0.0),
        waited_served=np.where(endless, np.inf, 0.0),
        waited_abandoned=np.where(np.isinf(law.mean), 0.0, waited),
    )


def _fates_simple(totals: WaitTotals, law: Law, balking: FloatArray, awt: FloatArray) -> Fates:
    """Return what has become of contacts in the same queues: whoever waits, waits on."""
    stays = (1.0 - balking) * law.survival(awt)
    lost = balking + (1.0 - balking) * law.cdf(awt)
    return Fates(
        in_time=totals.no_wait,
        answered=totals.no_wait,
        abandoned=lost * totals.delayed,
        later=totals.delayed,
        waiting=stays * totals.delayed,
    )


def measure_patience(
    arrival_rate: FloatArray,
    aht: FloatArray,
    agents: FloatArray,
    law: Law,
    balking: FloatArray | float = 0.0,
    lines: FloatArray | float = np.inf,
    power: FloatArray | float = 1.0,
    method: str = "exact",
    peakedness: float = 1.0,
) -> QueueMeasures[Any]:
    """Measure queues M/M/n/K+G, exactly; numbers for arrays without dimensions.

    Parameters
    ----------
    arrival_rate, aht, agents, balking, lines
        Columns that are already checked and broadcast; the last two may be numbers.
    law
        Patience, one law for every queue.
    power
        Exponent of the density of the wait, for approximations: 1 is exact, less spreads it.
    method
        Name of the approximation.
    peakedness
        Variance over mean of busy agents if there were no end of them, for approximations: 1 is
        exact.

    Raises
    ------
    InvalidInput
        If balking is no share.
    """
    shape = arrival_rate.shape
    columns = np.broadcast_arrays(arrival_rate, aht, agents, balking, lines, power)
    rate, handle, staff, balks, places, exponent = (
        np.array(column, dtype=np.float64) for column in columns
    )
    require(balks, "balking", "must be at least 0 and at most 1", (balks >= 0) & (balks <= 1))
    queue = Queue(
        arrival_rate=rate.ravel(),
        aht=handle.ravel(),
        agents=staff.ravel(),
        patience=np.full(rate.size, law.mean),
        room=(places - staff).ravel(),
        balking=balks.ravel(),
    )
    balks = balks.ravel()
    steady = (queue.arrival_rate > 0) & (queue.agents > 0) & (queue.room > 0)
    if np.isinf(law.mean):
        unstable = (1.0 - balks) * queue.load >= queue.agents
        steady &= np.isfinite(queue.room) | ~unstable
    totals = _totals_simple(queue, law, balks)
    blocks = []
    positions = np.flatnonzero(steady)
    size = max(1, _BLOCK_CELLS // (NODES.size * (2 * _POWERS.size + len(law.kinks))))
    for start in range(0, positions.size, size):
        chosen = positions[start : start + size]
        part, solved = _solve(
            queue.at(chosen), law, balks[chosen], exponent.ravel()[chosen], peakedness
        )
        blocks.append((chosen, solved))
        for column, values in zip(totals, part, strict=True):
            column[chosen] = values

    def fates(awt: FloatArray) -> Fates:
        out = _fates_simple(totals, law, balks, awt)
        for chosen, solved in blocks:
            part = _fates(solved, law, awt[chosen])
            out = Fates(*(column.copy() for column in out))
            for column, values in zip(out, part, strict=True):
                column[chosen] = values
        return out

    return queue_measures(queue, totals, fates, shape=shape, method=method)


def measure_any(
    arrival_rate: FloatArray,
    aht: FloatArray,
    agents: FloatArray,
    patience: FloatArray | Law,
    lines: FloatArray,
    balking: FloatArray | float = 0.0,
) -> QueueMeasures[Any]:
    """Measure queues whose patience is a law, or exponential with means; columns broadcast."""
    if isinstance(patience, Law):
        return measure_patience(arrival_rate, aht, agents, patience, balking, lines)
    balks = np.asarray(balking, dtype=np.float64)
    if balks.shape != arrival_rate.shape:
        balks = np.broadcast_to(balks, arrival_rate.shape)
    return measure(arrival_rate, aht, agents, patience, lines, balks)
