"""Waiting with room for everybody (M/M/n+M): the density of the offered wait.

The offered wait V is what a contact without end of patience would wait. It has an atom at
zero (a free agent) and, with ``h(x) = E[min(R, x)]`` for a patience R, the density

    v(x)  ~  lambda * exp(lambda h(x) - n mu x),        x > 0,

relative to the probability that exactly n - 1 agents are busy (Baccelli and Hebuterne 1981;
Zeltyn and Mandelbaum 2005). The exponent is concave, so the density is integrated by
Gauss-Legendre panels laid around its mode, and everything is measured from the mode: nothing
overflows and no digits are lost however large the system is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._erlang.arrays import DROP, NODES, WEIGHTS, FloatArray, expectation
from sim._erlang.loss import log_inverse_b
from sim._erlang.queue import Queue, WaitPartials, WaitTotals

__all__ = ["CELLS", "partials_impatient", "totals_impatient"]

CELLS = 5 * NODES.size
"""Nodes per queue: five panels."""


class _Grid(NamedTuple):
    """Nodes of the quadrature, one row per queue; `from_mode` may be negative."""

    mode: FloatArray
    from_mode: FloatArray
    weights: FloatArray


def _ceiling(queue: Queue) -> FloatArray:
    """Rate of rise of the exponent at its mode: full arrivals, or what just balances service."""
    return np.minimum(queue.arrival_rate, queue.service_rate)


def _mode(queue: Queue) -> FloatArray:
    """Offered wait at which impatience cuts the arrivals down to what agents can serve."""
    surplus = np.log(np.maximum(queue.load / queue.agents, 1.0))
    return surplus * queue.patience


def _edges(queue: Queue) -> FloatArray:
    """Return panel edges around the mode, as distances from it.

    To the right the exponent has fallen by c (y + exp(-y) - 1) >= c y**2 / (y + 2), where c
    is the service rate and y the distance, both in units of patience, and by at least the
    surplus of service times the distance; to the left by c (exp(y) - 1 - y).
    """
    patience, rate = queue.patience, queue.service_rate
    c = rate * patience
    slack = rate - _ceiling(queue)
    right = (DROP + np.sqrt(DROP**2 + 8.0 * DROP * c)) / (2.0 * rate)
    right = np.minimum(right, np.divide(DROP, slack, out=np.full_like(c, np.inf), where=slack > 0))
    fall = DROP / c
    left = np.minimum(patience * np.log1p(fall + np.sqrt(2.0 * fall)), _mode(queue))
    near = np.minimum(right / 4.0, 4.0 * patience)
    return np.stack(
        (-left, -left / 3.0, np.zeros_like(c), near, np.minimum(right, DROP * patience), right),
        axis=-1,
    )


def _grid(queue: Queue, until: FloatArray) -> _Grid:
    """Lay Gauss-Legendre panels over the density, no further than `until`."""
    mode = _mode(queue)
    edges = np.minimum(_edges(queue), (until - mode)[:, None])
    half = 0.5 * np.diff(edges, axis=-1)[:, :, None]
    centre = edges[:, :-1, None] + half
    cells = (mode.size, -1)
    return _Grid(
        mode=mode,
        from_mode=(centre + half * NODES).reshape(cells),
        weights=(half * WEIGHTS).reshape(cells),
    )


def _shape(queue: Queue, from_mode: FloatArray) -> FloatArray:
    """Density of the offered wait relative to its value at the mode."""
    patience = queue.patience[:, None]
    ceiling = _ceiling(queue)[:, None]
    slack = queue.service_rate[:, None] - ceiling
    bend = patience * _excess(from_mode / patience)
    return np.exp(-slack * from_mode - ceiling * bend)


def _excess(y: FloatArray) -> FloatArray:
    """Return ``y - (1 - exp(-y))``, half of y squared for small y, without cancellation."""
    excess: FloatArray = y + np.expm1(-y)
    small = np.abs(y) < 0.01
    z = y[small]
    excess[small] = z * z * (0.5 - z * (1 / 6 - z * (1 / 24 - z * (1 / 120 - z / 720))))
    return excess


def totals_impatient(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Return the totals, and the density of the offered wait at its mode."""
    grid = _grid(queue, np.full_like(queue.load, np.inf))
    wait = grid.mode[:, None] + grid.from_mode
    mass = grid.weights * _shape(queue, grid.from_mode)
    aged = wait / queue.patience[:, None]
    lost = -np.expm1(-aged)
    stays = 1.0 - lost
    regretted = aged * lost - _excess(aged)

    area = mass.sum(axis=1)
    surplus = np.maximum(queue.load / queue.agents - 1.0, 0.0)
    rise = queue.service_rate * queue.patience * (surplus - np.log1p(surplus))
    idle, scale = _idle_and_scale(queue, area, rise)
    mass *= scale[:, None]
    abandoned = expectation(mass, lost)
    nothing = np.zeros_like(idle)
    totals = WaitTotals(
        blocking=nothing,
        accepted=nothing + 1.0,
        no_wait=idle,
        delayed=scale * area,
        served=idle + expectation(mass, stays),
        abandoned=abandoned,
        waited=queue.patience * abandoned,
        waited_virtual=expectation(mass, wait),
        waited_served=expectation(mass, wait * stays),
        waited_abandoned=queue.patience * expectation(mass, regretted),
    )
    return totals, scale


def _idle_and_scale(
    queue: Queue, area: FloatArray, rise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return P(V = 0) and the density of V at its mode.

    `area` is the area of the shape and `rise` the exponent at the mode.
    """
    peak = np.log(queue.arrival_rate) + rise
    below = log_inverse_b(queue.agents - 1.0, queue.load)
    top = np.maximum(peak, below)
    idle, waiting = np.exp(below - top), np.exp(peak - top)
    whole = idle + waiting * area
    return idle / whole, waiting / whole


def partials_impatient(queue: Queue, scale: FloatArray, awt: FloatArray) -> WaitPartials:
    """What a contact that waits has met by `awt` [s]; `scale` is the density of V at its mode."""
    grid = _grid(queue, awt)
    wait = grid.mode[:, None] + grid.from_mode
    mass = scale[:, None] * grid.weights * _shape(queue, grid.from_mode)
    lost = -np.expm1(-wait / queue.patience[:, None])
    return WaitPartials(
        offered=mass.sum(axis=1),
        served=expectation(mass, 1.0 - lost),
        abandoned=expectation(mass, lost),
    )
