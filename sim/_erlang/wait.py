"""How long a contact waits in M/M/n/K+M: the choice of the method for every queue."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, Positions
from sim._erlang.limited import partials_limited, totals_limited
from sim._erlang.loss import loss
from sim._erlang.open import (
    CELLS,
    partials_impatient,
    partials_patient,
    totals_impatient,
    totals_patient,
)
from sim._erlang.queue import Fates, Queue, WaitPartials, WaitTotals

__all__ = ["wait_fates", "wait_totals"]

_BLOCK_CELLS = 12_288
"""Cells of one block: under 128 KiB, above which every temporary array is paged in anew."""


def wait_totals(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Return the totals of every queue, and the scale that `wait_fates` asks for."""
    totals = WaitTotals(*np.zeros((len(WaitTotals._fields), queue.arrival_rate.size)))
    scale = np.zeros(queue.arrival_rate.size)
    for where, method in (
        (_is_empty(queue), _totals_empty),
        (_is_endless(queue), _totals_endless),
        (_is_open(queue) & np.isinf(queue.patience), totals_patient),
        (_is_open(queue) & np.isfinite(queue.patience), totals_impatient),
        (_is_limited(queue), totals_limited),
    ):
        for chosen in _blocks(where, queue.room):
            part, scale[chosen] = method(queue.at(chosen))
            _scatter(totals, chosen, part)
    return totals, scale


def wait_fates(queue: Queue, totals: WaitTotals, scale: FloatArray, awt: FloatArray) -> Fates:
    """Return what has become of contacts by a threshold, one per queue."""
    partials = _wait_partials(queue, scale, awt)
    later = np.maximum(totals.delayed - partials.offered, 0.0)
    elapsed = awt / queue.patience
    return Fates(
        in_time=totals.no_wait + partials.offered,
        answered=totals.no_wait + partials.served,
        abandoned=partials.abandoned - np.expm1(-elapsed) * later,
        later=later,
        waiting=np.exp(-elapsed) * later,
    )


def _wait_partials(queue: Queue, scale: FloatArray, awt: FloatArray) -> WaitPartials:
    """Return what has happened within `awt`: nothing where nobody calls or nobody is served."""
    partials = WaitPartials(*np.zeros((len(WaitPartials._fields), awt.size)))
    for where, method in (
        (_is_open(queue) & np.isinf(queue.patience), partials_patient),
        (_is_open(queue) & np.isfinite(queue.patience), partials_impatient),
    ):
        for chosen in _blocks(where, queue.room):
            parts = method(queue.at(chosen), scale[chosen], awt[chosen])
            _scatter(partials, chosen, parts)
    for chosen in _blocks(_is_limited(queue), queue.room):
        _scatter(partials, chosen, partials_limited(queue.at(chosen), awt[chosen]))
    return partials


def _is_empty(queue: Queue) -> BoolArray:
    """Nobody calls."""
    empty: BoolArray = queue.arrival_rate == 0
    return empty


def _is_endless(queue: Queue) -> BoolArray:
    """Whoever joins is never served: no agents, or no steady state."""
    unstable = np.isinf(queue.room) & np.isinf(queue.patience) & (queue.load >= queue.agents)
    endless: BoolArray = (queue.arrival_rate > 0) & (unstable | (queue.agents == 0))
    return endless


def _is_open(queue: Queue) -> BoolArray:
    return np.isinf(queue.room) & ~_is_empty(queue) & ~_is_endless(queue)


def _is_limited(queue: Queue) -> BoolArray:
    return np.isfinite(queue.room) & ~_is_empty(queue) & ~_is_endless(queue)


def _blocks(where: BoolArray, room: FloatArray) -> Iterator[Positions]:
    """Cut the chosen positions into blocks that fit the cache."""
    chosen = np.flatnonzero(where)
    widths = np.where(np.isinf(room[chosen]), CELLS, room[chosen] + 1.0)
    size = max(1, int(_BLOCK_CELLS / widths.max(initial=1.0)))
    for start in range(0, chosen.size, size):
        yield chosen[start : start + size]


def _scatter(
    into: WaitTotals | WaitPartials,
    positions: Positions,
    values: WaitTotals | WaitPartials,
) -> None:
    for column, part in zip(into, values, strict=True):
        column[positions] = part


# Queues without arrivals, and queues that serve nobody.


def _totals_empty(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Say that all is well: there is nobody to wait, and nobody is turned away."""
    nothing, all_ = np.zeros_like(queue.load), np.ones_like(queue.load)
    totals = WaitTotals(
        blocking=nothing,
        accepted=all_,
        no_wait=all_,
        delayed=nothing,
        served=all_,
        abandoned=nothing,
        waited=nothing,
        waited_virtual=nothing,
        waited_served=nothing,
        waited_abandoned=nothing,
    )
    return totals, nothing


def _totals_endless(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Everybody waits out their patience; with endless patience, for ever."""
    nothing, all_ = np.zeros_like(queue.patience), np.ones_like(queue.patience)
    forever = np.full_like(queue.patience, np.inf)
    leaves = np.isfinite(queue.patience)
    blocking = _blocking_without_agents(queue)
    totals = WaitTotals(
        blocking=blocking,
        accepted=1.0 - blocking,
        no_wait=nothing,
        delayed=all_,
        served=nothing,
        abandoned=np.where(leaves, all_, nothing),
        waited=queue.patience,
        waited_virtual=forever,
        waited_served=forever,
        waited_abandoned=np.where(leaves, queue.patience, nothing),
    )
    return totals, nothing


def _blocking_without_agents(queue: Queue) -> FloatArray:
    """Return the share turned away when the lines hold only people who wait in vain."""
    waiting = queue.arrival_rate * queue.patience
    limited = np.isfinite(queue.room)
    blocking = np.where(limited, 1.0, 0.0)
    drains = limited & np.isfinite(waiting)
    blocking[drains] = loss(queue.room[drains], waiting[drains])
    return blocking
