"""How long a contact waits in M/M/n/K+M: the choice of the method for every queue.

States are counted where that is quick, which is nearly always; an endless line of many thousands
is integrated instead, at a cost that does not depend on its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray, Positions
from sim._erlang.loss import log_inverse_b
from sim._erlang.open import CELLS, partials_impatient, totals_impatient
from sim._erlang.queue import Fates, Queue, WaitTotals

__all__ = ["compiled", "queue_table", "wait_fates", "wait_totals"]

_BLOCK = 12_288 // CELLS
"""Queues of one block: under 128 KiB, above which every temporary array is paged in anew."""


@lru_cache(maxsize=1)
def compiled() -> Any:
    """Return the compiled pass, imported when it is first needed: the compiler takes a second."""
    return import_module("sim._erlang.kernel")


def queue_table(queue: Queue) -> FloatArray:
    """Return queues as the rows that the compiled pass reads."""
    table = np.empty((queue.arrival_rate.size, len(queue)))
    for number, column in enumerate(queue):
        table[:, number] = column
    return table


def wait_totals(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Return the totals of every queue, and the table of them that `wait_fates` asks for."""
    known = np.empty((queue.arrival_rate.size, compiled().COLUMNS))
    long = compiled().totals(queue_table(queue), known)
    for chosen in _blocks(long):
        totals, scale = _totals_long(queue.at(chosen))
        known[chosen] = np.stack((*totals, scale), axis=1)
    return WaitTotals(*np.ascontiguousarray(known[:, :-1].T)), known


def wait_fates(queue: Queue, known: FloatArray, awt: FloatArray) -> Fates:
    """Return what has become of contacts by a threshold, one per queue."""
    fates = np.empty((awt.size, len(Fates._fields)))
    long = compiled().fates(queue_table(queue), awt, known, fates)
    for chosen in _blocks(long):
        by = _fates_long(queue.at(chosen), known[chosen], awt[chosen])
        fates[chosen] = np.stack(by, axis=1)
    return Fates(*np.ascontiguousarray(fates.T))


def _blocks(where: BoolArray) -> Iterator[Positions]:
    """Cut the chosen positions into blocks that fit the cache."""
    chosen = np.flatnonzero(where)
    for start in range(0, chosen.size, _BLOCK):
        yield chosen[start : start + _BLOCK]


# Endless lines of many thousands.


def _joining(queue: Queue) -> Queue:
    """Return the queue that only those meet who do not balk; alike as soon as all are busy."""
    return Queue(queue.joining_rate, *queue[1:5])


def _totals_long(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Return the totals, and the density of the offered wait at its mode.

    Somebody who balks meets the same line as those who join, and an agent who is free with
    another probability: what is known given a wait stays, and how likely it is changes.
    """
    totals, scale = totals_impatient(_joining(queue))
    if not np.any(queue.balking):
        return totals, scale
    stay = 1.0 - queue.balking
    below = log_inverse_b(queue.agents - 1.0, queue.load)
    with np.errstate(divide="ignore", over="ignore"):  # in deep overload nobody meets a free agent
        log_odds = (
            np.log(totals.delayed / totals.no_wait)
            + log_inverse_b(queue.agents - 1.0, queue.load * stay)
            - np.log(stay)
            - below
        )
        delayed = 1.0 / (1.0 + np.exp(-log_odds))
        no_wait = 1.0 / (1.0 + np.exp(log_odds))
    change = delayed / totals.delayed
    nothing = np.zeros_like(delayed)
    changed = WaitTotals(
        blocking=nothing,
        accepted=nothing + 1.0,
        no_wait=no_wait,
        delayed=delayed,
        served=no_wait + stay * change * (totals.served - totals.no_wait),
        abandoned=delayed * queue.balking + stay * change * totals.abandoned,
        waited=stay * change * totals.waited,
        waited_virtual=change * totals.waited_virtual,
        waited_served=stay * change * totals.waited_served,
        waited_abandoned=stay * change * totals.waited_abandoned,
    )
    return changed, scale * change


def _fates_long(queue: Queue, known: FloatArray, awt: FloatArray) -> Fates:
    no_wait, delayed, scale = known[:, 2], known[:, 3], known[:, -1]
    partials = partials_impatient(_joining(queue), scale, awt)
    stay, elapsed = 1.0 - queue.balking, awt / queue.patience
    later = np.maximum(delayed - partials.offered, 0.0)
    left = partials.abandoned - np.expm1(-elapsed) * later
    return Fates(
        in_time=no_wait + partials.offered,
        answered=no_wait + stay * partials.served,
        abandoned=queue.balking * delayed + stay * left,
        later=later,
        waiting=stay * np.exp(-elapsed) * later,
    )
