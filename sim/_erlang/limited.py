"""Waiting with a limited number of places (M/M/n/K+M): sums over the queue met on arrival.

A contact that meets j others waiting is served after j + 1 departures from the line, by either
door; the sums over j are finite and exact.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray, expectation
from sim._erlang.loss import log_inverse_b
from sim._erlang.queue import Queue, WaitPartials, WaitTotals

__all__ = ["partials_limited", "totals_limited"]

_NEVER = 1e-24
"""Queues this much rarer than the most common state are left out of the sums."""

_ONE_TERM = 60.0
"""Patience times after which exp(-elapsed), times any number of lines, is below rounding."""


class _Ladder(NamedTuple):
    """The queue met on arrival, one row per queue and one column per number of people ahead.

    `ahead` is its distribution given a free line, `stays` the chance to be served from there,
    `drain` the rate at which the contact and those ahead leave the line, by either door.
    """

    blocking: FloatArray
    accepted: FloatArray
    no_wait: FloatArray
    ahead: FloatArray
    stays: FloatArray
    drain: FloatArray
    place: FloatArray


def _ladder(queue: Queue) -> _Ladder:
    ahead = np.arange(queue.room.max(initial=0.0) + 1.0)
    place = ahead + 1.0
    rate, room = queue.service_rate[:, None], queue.room[:, None]
    drain = rate + place / queue.patience[:, None]
    climb = np.cumsum(np.log(queue.arrival_rate[:, None] / drain), axis=1)
    log_met = np.log(queue.load / queue.agents)[:, None] + np.pad(climb[:, :-1], ((0, 0), (1, 0)))
    log_met = np.where(ahead <= room, log_met, -np.inf)
    log_idle = log_inverse_b(queue.agents - 1.0, queue.load)
    top = np.maximum(log_met.max(axis=1), log_idle)
    met, idle = np.exp(log_met - top[:, None]), np.exp(log_idle - top)
    full = met[np.arange(top.size), queue.room.astype(np.intp)]
    waiting = np.where(ahead < room, met, 0.0)
    joined = idle + waiting.sum(axis=1)
    met_at_all = np.flatnonzero((waiting > _NEVER).any(axis=0))
    seen = slice(0, met_at_all.max(initial=0) + 1)
    return _Ladder(
        blocking=full / (joined + full),
        accepted=joined / (joined + full),
        no_wait=idle / joined,
        ahead=waiting[:, seen] / joined[:, None],
        stays=rate / drain[:, seen],
        drain=drain[:, seen],
        place=place[seen],
    )


def totals_limited(queue: Queue) -> tuple[WaitTotals, FloatArray]:
    """Return the totals, and zeros: there is no density."""
    ladder = _ladder(queue)
    impatience = queue.impatience[:, None]
    nearer = queue.service_rate[:, None] + (ladder.place - 1.0) * impatience
    regret = np.cumsum(ladder.place / ladder.drain, axis=1) * impatience / ladder.drain
    totals = WaitTotals(
        blocking=ladder.blocking,
        accepted=ladder.accepted,
        no_wait=ladder.no_wait,
        delayed=ladder.ahead.sum(axis=1),
        served=ladder.no_wait + expectation(ladder.ahead, ladder.stays),
        abandoned=expectation(ladder.ahead, ladder.place * impatience / ladder.drain),
        waited=expectation(ladder.ahead, ladder.place / ladder.drain),
        waited_virtual=expectation(ladder.ahead, np.cumsum(1.0 / nearer, axis=1)),
        waited_served=expectation(
            ladder.ahead, ladder.stays * np.cumsum(1.0 / ladder.drain, axis=1)
        ),
        waited_abandoned=expectation(ladder.ahead, regret),
    )
    return totals, np.zeros_like(queue.load)


def partials_limited(queue: Queue, awt: FloatArray) -> WaitPartials:
    ladder = _ladder(queue)
    offered = _cleared(queue, ladder.place, awt, extra=0.0)
    served = ladder.stays * _cleared(queue, ladder.place, awt, extra=1.0)
    return WaitPartials(
        offered=expectation(ladder.ahead, offered),
        served=expectation(ladder.ahead, served),
        abandoned=expectation(ladder.ahead, offered - served),
    )


def _cleared(queue: Queue, place: FloatArray, awt: FloatArray, extra: float) -> FloatArray:
    """Probability that the line ahead has cleared by `awt`, one column per place.

    `extra` is 1 for a contact that must itself stay until then.
    """
    endless = np.isinf(queue.patience)
    cleared = np.empty((awt.size, place.size))
    served = queue.service_rate[endless] * awt[endless]
    cleared[endless] = special.gammainc(place, served[:, None])
    patience = queue.patience[~endless]
    c = queue.service_rate[~endless] * patience + extra
    cleared[~endless] = _beta_share(c, place, awt[~endless] / patience)
    return cleared


def _beta_share(c: FloatArray, place: FloatArray, elapsed: FloatArray) -> FloatArray:
    """Probability that Beta(c, place) is above ``exp(-elapsed)``, one row per queue.

    The wait of the place-th in line is minus its logarithm, in units of patience. The function
    is evaluated from the end at which its argument is exact; far out the exponential underflows
    while its power c does not, and the first term of the series is all there is.
    """
    share = np.empty((elapsed.size, place.size))
    soon, late = elapsed < math.log(2.0), elapsed > _ONE_TERM
    between = ~soon & ~late
    gone, left = -np.expm1(-elapsed[soon, None]), np.exp(-elapsed[between, None])
    share[soon] = special.betainc(place, c[soon, None], gone)
    share[between] = special.betaincc(c[between, None], place, left)
    far, power = elapsed[late, None], c[late, None]
    share[late] = 1.0 - np.exp(-power * far - np.log(power) - special.betaln(power, place))
    return share
