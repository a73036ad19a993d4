"""The queue that arrivals meet when services are exponential and arrivals are of any kind.

Renewal arrivals (GI) see an embedded chain. Without impatience its tail is geometric, with the
root sigma of A*(n mu (1 - sigma)) = sigma, and its body is Takacs' (1962) sum. With impatience the
chain is solved as it is: between two arrivals the line only shrinks, at rates that are made equal
by uniformisation, so that the law of the time between them enters by the chance of k ticks alone.

Arrivals that depend on a state (MMPP, phase-type) are a chain of levels, solved from the top down.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray
from sim._erlang.chain import refuse_size
from sim._erlang.laws import Law
from sim._erlang.phases import first_passage
from sim._erlang.transforms import (
    last_survivor,
    survivor_transform,
    survivors_between,
    transform,
)
from sim.errors import InvariantBroken

__all__ = [
    "Met",
    "leave_rates",
    "levels_to_count",
    "met_by_batches",
    "met_by_phases",
    "met_by_renewals",
    "met_by_slow_leavers",
    "steady_phases",
    "takacs",
]

_NOTHING = 1e-17
"""Probability that is not followed any further."""

_MOST_GROWTHS = 40
_MOST_EMBEDDED = 1000
_MOST_LEVELS = 3_000_000
_MOST_STEPS = 100_000
_MOST_BATCHED = 600_000
"""Levels that are solved one by one, of several states each or of one: in some seconds."""
_LARGEST = 1e200
"""Weights of levels that pass it are scaled down."""

_CUT = 1e-14
"""Probability of the highest number counted above which more are counted."""

_TICKS = 300.0
"""Ticks of the clock in one span between arrivals."""

_STEADY = 40
"""Levels in a row whose shares fall by one ratio before all further ones are taken to."""

_DIGITS = 50.0
"""A geometric tail is followed until it falls by exp(-50)."""

_NEAR = 1e-5
_SLOPE = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0.0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
"""Derivative from nine values one step apart, of eighth order."""


class Met(NamedTuple):
    """What arrivals meet, and what there is at any time.

    `found` is the probability that an arrival finds 0, 1, 2 ... contacts in the house, `all_busy`
    the share of time in which no agent is free.
    """

    found: FloatArray
    all_busy: float


def takacs(law: Law, service_rate: float, agents: int) -> tuple[float, float]:
    """Return P(wait) and sigma of GI/M/n, load above 0 and below the agents.

    `service_rate` is that of one agent.
    """
    spare = _root(law, service_rate * agents)
    j = np.arange(1.0, agents + 1.0)
    phi = transform(law, j * service_rate)
    if phi.min() <= 0.0 or spare >= 1.0:
        return 0.0, 0.0
    log_rest = np.log1p(-phi)
    choose = special.gammaln(agents + 1.0) - special.gammaln(j + 1.0)
    choose -= special.gammaln(agents - j + 1.0)
    log_terms = choose - np.cumsum(np.log(phi) - log_rest) - log_rest
    top = float(log_terms.max())
    body = float(np.exp(log_terms - top) @ _corrections(law, service_rate, agents, spare))
    queued = math.exp(-top) / spare
    return queued / (queued + body), 1.0 - spare


def _root(law: Law, service_rate: float) -> float:
    """Return 1 - sigma.

    With s = n mu (1 - sigma) the root solves s S*(s) = sigma, S* the transform of the survival
    function: S*(s) = 1 / (n mu), which loses no digits near saturation.
    """

    def excess(spare: float) -> float:
        left = survivor_transform(law, np.array([service_rate * spare]))
        return float(left[0]) * service_rate - 1.0

    # S* falls from the mean, which is above 1 / (n mu), to less than that at s = n mu.
    low = 1.0
    while excess(low) <= 0.0:
        low *= 0.5
    if low == 1.0:
        return 1.0
    from scipy import optimize  # only here: it takes as long to load as all the rest

    return float(optimize.brentq(excess, low, 2.0 * low, xtol=1e-300, rtol=1e-15))


def _corrections(law: Law, service_rate: float, agents: int, spare: float) -> FloatArray:
    """Return (n (1 - phi_j) - j) / (n (1 - sigma) - j) for j = 1 to n; positive throughout.

    Near the zero of both it is minus one less n times the slope of the transform there.
    """
    j = np.arange(1.0, agents + 1.0)
    zero = agents * spare
    near = np.abs(zero - j) < _NEAR * zero
    phi = transform(law, j * service_rate)
    ratio = np.divide(agents * (1.0 - phi) - j, zero - j, out=np.ones_like(j), where=~near)
    for at in np.flatnonzero(near):
        middle, step = 0.5 * (j[at] + zero), 0.02 * zero
        points = middle + step * np.arange(-4.0, 5.0)
        values = transform(law, points * service_rate)
        ratio[at] = 1.0 + agents * float(_SLOPE @ values) / step
    return np.asarray(ratio)


def leave_rates(levels: int, agents: int, service_rate: float, leave_rate: float) -> FloatArray:
    """Return the rate at which contacts leave, by any door, with 0, 1, 2 ... of them inside."""
    inside = np.arange(float(levels))
    busy = np.minimum(inside, float(agents))
    return np.asarray(service_rate * busy + leave_rate * (inside - busy))


def levels_to_count(load: float, agents: int, impatience: float, scv: float) -> int:
    """Guess the number of contacts that is never reached; `impatience` in units of service."""
    surplus = load - agents
    drift = max(surplus / impatience, 0.0)
    normal = 9.0 * math.sqrt((load / impatience) * max(scv, 1.0))
    geometric = math.inf if surplus >= 0 else 40.0 * max(scv, 1.0) * load / -surplus
    return agents + int(drift + min(normal, geometric) + 30.0)


def met_by_renewals(law: Law, service_rate: float, agents: int, leave_rate: float) -> Met:
    """Return what arrivals meet in GI/M/n+M, by the chain embedded at arrivals.

    Raises
    ------
    InvalidInput
        If that chain is too large.
    """
    load = 1.0 / (law.mean * service_rate)
    top = levels_to_count(load, agents, leave_rate / service_rate, 0.5 * (1.0 + law.scv))
    for _ in range(_MOST_GROWTHS):
        refuse_size(top, _MOST_EMBEDDED)
        rates = leave_rates(top + 1, agents, service_rate, leave_rate)
        after = _between_arrivals(law, rates)
        # An arrival that finds `top` is turned away; there is next to none.
        moves = np.vstack((after[1:], after[-1:]))
        found = _one_up(moves)
        if found[-1] < _CUT:
            busy = float((found[agents - 1 : -1] / rates[agents:]).sum()) if agents else 1.0
            return Met(found[:-1] / found[:-1].sum(), busy / law.mean)
        top += top // 2
    raise InvariantBroken("a queue with patience does not end")


def met_by_slow_leavers(law: Law, service_rate: float, agents: int, leave_rate: float) -> Met:
    """Return what arrivals meet in GI/M/n+M when the line changes slowly, load below the agents.

    With k waiting, contacts leave at a rate n mu + k theta that hardly changes while the line does,
    so the line falls there by the root sigma of that rate; below, nobody leaves and Takacs' sum
    holds. What is neglected goes with theta over mu.
    """
    chance, sigma = takacs(law, service_rate, agents)
    drain = service_rate * agents
    if sigma == 0.0 or chance == 0.0:
        return Met(np.concatenate((np.zeros(agents - 1), [1.0])), 0.0)
    # The longest line that matters: people who leave only make it shorter.
    room = math.ceil(40.0 / -math.log(sigma)) + 10
    refuse_size(room, _MOST_LEVELS)
    rates = drain + leave_rate * np.arange(1.0, room + 1.0)
    falls = 1.0 - _spare_at(law, rates, (1.0 - sigma) * drain)
    odds = np.exp(np.concatenate(([0.0], np.cumsum(np.log(np.maximum(falls, 1e-300))))))
    # Takacs: the odds of waiting are those of a geometric line, of 1 / (1 - sigma) at first.
    odds *= chance / (1.0 - chance) * (1.0 - sigma)
    whole = 1.0 + float(odds.sum())
    found = np.concatenate((np.zeros(agents - 1), [1.0 / whole], odds / whole))
    # All agents are busy after an arrival that finds one free, or none.
    before = np.concatenate(([odds[0] / sigma], odds)) / whole
    busy = before / (law.mean * (drain + leave_rate * np.arange(before.size)))
    return Met(found, min(float(busy.sum()), 1.0))


def _spare_at(law: Law, rates: FloatArray, lowest: float) -> FloatArray:
    """Return 1 - sigma for rates of leaving, from the curve rate = 1 / S*(s), s = rate (1 - sigma).

    `lowest` is s at about the lowest rate.
    """
    s = lowest
    while 1.0 / float(survivor_transform(law, np.array([s]))[0]) < rates[-1]:
        s *= 2.0
    points = np.linspace(0.5 * lowest, s, 400)
    curve = 1.0 / survivor_transform(law, points)
    return np.asarray(np.interp(rates, curve, points) / rates)


def _one_up(moves: FloatArray) -> FloatArray:
    """Return the long-run shares of a chain in steps that goes up by one at the most.

    States are taken out from the top, without a subtraction (Grassmann, Taksar and Heyman 1985):
    rare states keep their digits.
    """
    moves = np.maximum(moves, 0.0)
    odds = np.zeros(len(moves))
    for k in range(len(moves) - 1, 0, -1):
        odds[k] = moves[k - 1, k] / moves[k, :k].sum()
        moves[k - 1, :k] += odds[k] * moves[k, :k]
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(odds[1:]))
    top = max(float(logs.max(initial=0.0)), 0.0)
    shares = np.exp(np.concatenate(([0.0], logs)) - top)
    return np.asarray(shares / shares.sum())


def _between_arrivals(law: Law, rates: FloatArray) -> FloatArray:
    """Return the law of the number left at the next arrival, by the number just after one.

    Time is cut into spans. As the house empties, the highest numbers drop out, the clock of the
    uniformisation slows down and the spans grow.
    """
    end = last_survivor(law)
    left = np.zeros((rates.size, rates.size))
    state = np.eye(rates.size)
    time = 0.0
    while True:
        still = np.flatnonzero(state.max(axis=0) > _NOTHING)[-1] + 1
        state = state[:, :still]
        if still == 1 or time >= end:
            left[:, :still] += float(law.survival(time)) * state
            return left
        clock = float(rates[still - 1])
        span = min(_TICKS / clock, end - time)
        arrived, state = _in_span(law, rates[:still] / clock, clock, (time, time + span), state)
        left[:, :still] += arrived
        time += span


def _in_span(
    law: Law, down: FloatArray, clock: float, span: tuple[float, float], state: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what an arrival within a span of time meets, and the state when there is none."""
    length = span[1] - span[0]
    mean = clock * length
    last = int(mean + 9.5 * math.sqrt(mean) + 40.0)
    x, weights = survivors_between(law, *span)
    k = np.arange(last + 1.0)
    at = np.exp(
        special.xlogy(k[:, None], clock * (x - span[0]))
        - clock * (x - span[0])
        - special.gammaln(k[:, None] + 1.0)
    )
    rest = float(law.survival(span[1]))
    # P(arrival in the span, after more than k ticks), by parts.
    later = clock * (at @ weights) - rest * special.gammainc(k + 1.0, mean)
    shares = -np.diff(later, prepend=float(law.survival(span[0])) - rest)
    shares[-1] += later[-1]
    ends = np.exp(special.xlogy(k, mean) - mean - special.gammaln(k + 1.0))
    arrived, onward = np.zeros_like(state), np.zeros_like(state)
    for share, end in zip(shares, ends, strict=True):
        arrived += share * state
        onward += end * state
        down_one = state * down
        state = state - down_one
        state[:, :-1] += down_one[:, 1:]
    return arrived, onward


def met_by_phases(
    quiet: FloatArray, arriving: FloatArray, service_rate: float, agents: int, leave_rate: float
) -> Met:
    """Return what arrivals meet that depend on a state: MAP/M/n+M.

    `quiet` and `arriving` are rates between states without and with an arrival. Load is below the
    agents if nobody leaves.
    """
    if leave_rate == 0.0:
        return _met_for_ever(quiet, arriving, service_rate, agents)
    steady = steady_phases(quiet + arriving)
    rate = float(steady @ arriving.sum(axis=1))
    busiest = float(arriving.sum(axis=1).max())
    load = max(rate, busiest) / service_rate
    top = levels_to_count(load, agents, leave_rate / service_rate, 4.0)
    if rate < agents * service_rate:
        # Nobody leaving, levels fall by one ratio in the end; people who leave make them fewer.
        fall = _fall(quiet, arriving, agents * service_rate)
        top = int(min(top, agents + 40.0 / -math.log(fall) + 30.0))
    for _ in range(_MOST_GROWTHS):
        refuse_size(top, _MOST_STEPS)
        rates = leave_rates(top + 1, agents, service_rate, leave_rate)
        shares = _levels(quiet, arriving, rates, quiet + arriving - rates[top] * np.eye(len(quiet)))
        if shares[-1] < _CUT:
            return Met(rates[1:] * shares[1:] / rate, float(shares[agents:].sum()))
        top += top // 2
    raise InvariantBroken("a queue with patience does not end")


def _fall(quiet: FloatArray, arriving: FloatArray, full: float) -> float:
    """Ratio by which levels fall when nobody leaves, and all agents work at the rate `full`."""
    local = quiet - full * np.eye(len(quiet))
    passage = first_passage(arriving, local, full * np.eye(len(quiet)))
    climb = arriving @ np.linalg.inv(-(local + arriving @ passage))
    return float(np.clip(np.abs(np.linalg.eigvals(climb)).max(), 1e-300, 1.0 - 1e-15))


def steady_phases(moves: FloatArray) -> FloatArray:
    """Return the long-run shares of a small chain."""
    balance = moves.T.copy()
    balance[-1] = 1.0
    shares = np.linalg.solve(balance, np.eye(len(moves))[-1])
    return np.asarray(np.maximum(shares, 0.0))


def _levels(
    quiet: FloatArray, arriving: FloatArray, rates: FloatArray, highest: FloatArray
) -> FloatArray:
    """Return the shares of time with 0, 1, 2 ... contacts, from the top level down and back.

    `highest` are the rates among states at the top level.
    """
    shares = _weights(quiet, arriving, rates, highest).sum(axis=1)
    return np.asarray(shares / shares.sum())


def _weights(
    quiet: FloatArray, arriving: FloatArray, rates: FloatArray, highest: FloatArray
) -> FloatArray:
    """Return the shares of levels and states, up to one factor."""
    here = np.eye(len(quiet))
    ratios = np.empty((rates.size, *quiet.shape))
    local = highest
    for level in range(rates.size - 1, 0, -1):
        ratios[level] = arriving @ np.linalg.inv(-local)
        local = quiet - rates[level - 1] * here + rates[level] * ratios[level]
    weights = np.empty((rates.size, len(quiet)))
    weights[0] = steady_phases(local)
    for level in range(1, rates.size):
        weights[level] = weights[level - 1] @ ratios[level]
        if weights[level].sum() > _LARGEST:
            weights[: level + 1] /= _LARGEST
    return weights


def _met_for_ever(quiet: FloatArray, arriving: FloatArray, service_rate: float, agents: int) -> Met:
    """Return what arrivals meet when nobody leaves: above n the levels repeat themselves."""
    here, full = np.eye(len(quiet)), agents * service_rate
    passage = first_passage(arriving, quiet - full * here, full * here)
    rates = leave_rates(agents + 1, agents, service_rate, 0.0)
    highest = quiet - full * here + arriving @ passage
    weights = _weights(quiet, arriving, rates, highest)
    climb = arriving @ np.linalg.inv(-highest)
    whole = weights[:-1].sum() + float(weights[-1] @ np.linalg.inv(here - climb).sum(axis=1))
    shares = list(weights.sum(axis=1) / whole)
    state = weights[-1] / whole
    least = _NOTHING * shares[-1]
    while shares[-1] > least and len(shares) < _MOST_LEVELS:
        state = state @ climb
        shares.append(float(state.sum()))
    present = np.array(shares)
    rate = float(steady_phases(quiet + arriving) @ arriving.sum(axis=1))
    out = leave_rates(present.size, agents, service_rate, 0.0)
    return Met((out * present)[1:] / rate, float(present[agents:].sum()))


def met_by_batches(
    batch_rate: float, sizes: FloatArray, service_rate: float, agents: int, leave_rate: float
) -> Met:
    """Return what single contacts of batches meet, their own batch ahead of them included.

    `sizes` are the probabilities of batches of 1, 2, 3 ... Flows up and down between any two
    numbers of contacts are equal: a recursion of positive terms.
    """
    larger = np.cumsum(sizes[::-1])[::-1] / sizes.sum()
    mean = float(larger.sum())
    refuse_size(float(agents), _MOST_BATCHED)
    surplus = batch_rate * mean - agents * service_rate
    if leave_rate > 0.0 and surplus > 0.0:  # a line that only those who leave keep at bay
        refuse_size(surplus / leave_rate, _MOST_BATCHED)
    backwards = larger[::-1].copy()
    width = sizes.size
    shares = np.zeros(width + 4096)
    shares[width - 1] = 1.0  # level 0, after as many that do not exist
    total, level, ratio, steady = 1.0, 0, 0.0, 0
    while steady < _STEADY:
        level += 1
        if level + width > shares.size:
            refuse_size(level, _MOST_BATCHED)
            shares = np.concatenate((shares, np.zeros(shares.size)))
        out = min(level, agents) * service_rate + max(level - agents, 0) * leave_rate
        window = shares[level - 1 : level - 1 + width]
        new = batch_rate / out * float(backwards @ window)
        shares[level - 1 + width] = new
        total += new
        if level > agents and out > batch_rate * mean:
            if new * level < _NOTHING * _CUT * total:
                break
            before, ratio = ratio, new / float(window[-1])
            alike = leave_rate == 0.0 and abs(ratio - before) < 4e-16
            steady = steady + 1 if alike else 0
        if new > _LARGEST:
            shares /= new
            total /= new
    present = shares[width - 1 : width + level]
    if steady:
        # From here on every level is as much rarer than the one below.
        more = min(math.ceil(_DIGITS / -math.log(ratio)), _MOST_LEVELS)
        present = np.concatenate((present, present[-1] * ratio ** np.arange(1.0, more + 1.0)))
    present = present / present.sum()
    found = (leave_rates(present.size, agents, service_rate, leave_rate) * present)[1:]
    return Met(found / (batch_rate * mean), float(present[agents:].sum()))
