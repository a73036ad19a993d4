"""The inner loop of uniformisation, compiled: a crowd and its waiting contacts, step by step.

Arrays of states have fields, rows and columns. A column is the number of busy agents while one is
free, and the number of agents plus the queue when none is. Row 0 is a team within its staff, row
r has r more agents at work than places. In the arrays inside, a column of zeros at each end and a
row of zeros below keep the loops free of edges: what moves there is gone.

Field 0 is the crowd. Fields 1 and 2, if any, are waiting contacts by the crowd ahead of them, fed
by arrivals that find it so; those of field 2 give up. Field 3 is the time they have waited.
"""

from __future__ import annotations

import math

import numpy as np

from sim._erlang.arrays import FloatArray
from sim.compiled import jit

__all__ = ["take_steps"]

_FAINT = 1e-20
"""Steps of less weight are not taken."""

_VOID = 1e-32
"""Rows in which no state holds more are left alone."""


@jit
def take_steps(
    crowd: FloatArray,
    low: int,
    high: int,
    rates: tuple[float, float, float, float],
    agents: int,
    fastest: float,
    length: float,
    discount: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the crowd after a time and its discounted integral, from column `low` to `high`.

    `rates` are arrivals, arrivals that stay when no agent is free, service and leaving; `fastest`
    is the rate of steps, at least that of any change.
    """
    fields, rows, columns = crowd.shape
    width = high - low + 1
    now = np.zeros((fields, rows + 1, width + 2))
    for f in range(fields):
        for r in range(rows):
            for c in range(low, min(high + 1, columns)):
                now[f, r, c - low + 1] = crowd[f, r, c]
    weights, tails = _poisson(fastest, length, discount)
    ends, areas = _mixed(now, low, rates, agents, 1.0 / fastest, weights, tails)
    return ends[:, :rows, 1 : width + 1], areas[:, :rows, 1 : width + 1]


@jit
def _poisson(rate: float, length: float, discount: float) -> tuple[FloatArray, FloatArray]:
    """Return what each step weighs at the end, and in the discounted integral over the time."""
    mean = rate * length
    size = int(mean + 9.0 * math.sqrt(mean) + 25.0)
    weights = _chances(mean, size)
    faster = rate + discount
    sooner = faster * length
    longest = int(sooner + 9.0 * math.sqrt(sooner) + 25.0)
    passed = weights if discount == 0.0 else _chances(sooner, longest)
    tails = np.zeros(size)
    beyond = 0.0
    for k in range(passed.size - 1, 0, -1):
        beyond += passed[k]
        if k <= size:
            tails[k - 1] = beyond
    kept = 1.0 / faster
    for k in range(size):
        tails[k] *= kept
        kept *= rate / faster
    used = size
    while used > 1 and weights[used - 1] < _FAINT and tails[used - 1] * rate < _FAINT:
        used -= 1
    return weights[:used], tails[:used]


@jit
def _chances(mean: float, size: int) -> FloatArray:
    """Return Poisson probabilities, by recursion from the likeliest number."""
    chances = np.zeros(size)
    top = min(int(mean), size - 1)
    chances[top] = 1.0
    total = 1.0
    for k in range(top, 0, -1):
        chances[k - 1] = chances[k] * k / mean
        total += chances[k - 1]
    for k in range(top + 1, size):
        chances[k] = chances[k - 1] * mean / k
        total += chances[k]
    return chances / total


@jit
def _moves(
    rows: int,
    columns: int,
    low: int,
    rates: tuple[float, float, float, float],
    agents: int,
    scale: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return arrivals, departures down a column and down a row, and who stays, per step."""
    births, downs, drops = np.zeros(columns), np.zeros((rows, columns)), np.zeros(rows)
    stay, stay_waiting = np.zeros((rows, columns)), np.zeros((rows, columns))
    for r in range(rows - 1):
        drops[r] = 0.0 if r == 0 else (agents + r) * rates[2] * scale
        for c in range(1, columns - 1):
            column = low + c - 1
            births[c] = scale * (rates[0] if column < agents else rates[1])
            downs[r, c] = scale * rates[3] * max(column - agents, 0)
            if r == 0:
                downs[r, c] += scale * rates[2] * min(column, agents)
            stay[r, c] = 1.0 - births[c] - downs[r, c] - drops[r]
            stay_waiting[r, c] = 1.0 - downs[r, c] - drops[r]
    return births, downs, drops, stay, stay_waiting


@jit
def _mixed(
    now: FloatArray,
    low: int,
    rates: tuple[float, float, float, float],
    agents: int,
    scale: float,
    weights: FloatArray,
    tails: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Add up the weighted steps."""
    fields, rows, columns = now.shape
    births, downs, drops, stay, stay_waiting = _moves(rows, columns, low, rates, agents, scale)
    first = max(agents - low, 0) + 1
    feeds = (0.0, rates[0] * scale, rates[1] * scale, scale)
    kill = rates[3] * scale
    after, ends, areas = np.zeros(now.shape), np.zeros(now.shape), np.zeros(now.shape)
    bottom, top = _band(now)
    for k in range(weights.size):
        weight, tail = weights[k], tails[k]
        for f in range(fields):
            for r in range(rows - 1):
                if r == 0 or bottom <= r <= top:
                    for c in range(1, columns - 1):
                        value = now[f, r, c]
                        ends[f, r, c] += weight * value
                        areas[f, r, c] += tail * value
        if k == weights.size - 1:
            break
        bottom = max(bottom - 1, 1)
        for r in range(rows - 1):
            if r > 0 and (r < bottom or r > top):
                continue
            drop = drops[r + 1]
            for c in range(1 if r == 0 else first, columns - 1):
                after[0, r, c] = (
                    now[0, r, c] * stay[r, c]
                    + now[0, r, c - 1] * births[c - 1]
                    + now[0, r, c + 1] * downs[r, c + 1]
                )
            if drop > 0.0:
                for c in range(first, columns - 1):
                    after[0, r, c] += now[0, r + 1, c] * drop
            for f in range(1, fields):
                source, killed = 0 if f < 3 else 2, 0.0 if f < 2 else kill
                for c in range(first, columns - 1):
                    after[f, r, c] = (
                        now[f, r, c] * (stay_waiting[r, c] - killed)
                        + now[f, r, c + 1] * downs[r, c + 1]
                        + now[f, r + 1, c] * drop
                        + now[source, r, c] * feeds[f]
                    )
        if bottom < top and after[:, bottom].max() < _VOID:
            after[:, bottom] = 0.0
            bottom += 1
        if bottom <= top and after[:, top].max() < _VOID:
            now[:, top], after[:, top] = 0.0, 0.0
            top -= 1
        now, after = after, now
    return ends, areas


@jit
def _band(now: FloatArray) -> tuple[int, int]:
    """Return the lowest and the highest row above 0 that hold anybody; 1 and 0 if none does.

    A team that shrinks goes down row by row, nearly in step: most rows are empty at a time.
    """
    rows = now.shape[1]
    bottom, top = 1, 0
    for r in range(rows - 1, 0, -1):
        if now[:, r].max() > 0.0:
            bottom, top = r, max(top, r)
    return bottom, top
