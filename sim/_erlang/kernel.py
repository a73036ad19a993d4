"""M/M/n/K+M in one pass through the states of its queue, compiled.

With all agents busy and j people waiting, the next departure from the line, by either door, comes
at rate ``n mu + j theta``. The distribution of j is a product of ratios, and so is, for a contact
that meets j others, the distribution of its offered wait V by a threshold T:

    P(V > T | j) = sum of p_i for i <= j,   g = (1 - exp(-theta T)) / theta,
    p_0 = exp(-n mu T),   p_(i+1) = p_i (n mu + i theta) g / (i + 1)

which is a negative binomial distribution, and a Poisson distribution when nobody gives up. Every
measure is a sum of products of positive numbers over j, so that nothing cancels; the products are
rescaled before they overflow, so that nothing is lost however large the system and however far
the threshold. The pass ends when the rest is negligible: near capacity that takes states in
proportion to the square root of the size, in overload as many as people wait.

``balking`` is the share that leaves at once on finding no agent free: it thins the arrivals to
the states in which somebody waits.
"""

from __future__ import annotations

import math

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray
from sim.compiled import jit

__all__ = ["COLUMNS", "fates", "least_agents", "least_room", "totals"]

COLUMNS = 11
"""Numbers kept of a queue: the fields of `WaitTotals`, and the chance to be the first in line."""

_REST = 1e-19
"""Tail of the states that is left out, relative to what has been summed."""

_FAR_REST = 1e-45
"""The same for the chance of a wait beyond a threshold, relative to the chance of any wait."""

Row = tuple[float, float, float, float, float, float]
"""A queue: arrival rate, AHT, agents, patience, waiting places, balking."""

_LEAST = 1e-300
"""Chances below this are left out: products of smaller ones may be rounded up for ever."""

_HIGH = 1e200
_COUNTS = 1e-100
_LOG_HIGH = 200.0 * math.log(10.0)

_STEPS = 1000.0
"""Steps down to a chance of next to nothing that are taken one by one."""

_LONGEST = 8192.0
"""States of an endless line; the integral over the wait is the quicker way beyond."""

_REACH = 9.5
"""Standard deviations of a Poisson distribution that hold all but `_REST` of it."""


@jit
def _excess_log(mean: float, x: float) -> float:
    """Return ``gap - log(1 + gap)`` for ``gap = (mean - x) / x`` to full precision."""
    gap = (mean - x) / x
    if abs(gap) > 0.1:
        return gap - math.log(mean / x)
    # The series of the inverse hyperbolic tangent, in which only even powers are left.
    s = gap / (2.0 + gap)
    square = s * s
    total, power, k = 0.0, square * s, 3.0
    while abs(power) > 1e-19 * abs(s) * square:
        total += power / k
        power *= square
        k += 2.0
    return gap * s - 2.0 * total


@jit
def _log_poisson(x: float, mean: float) -> float:
    """Log of the Poisson probability of a real x > -1, by Loader's saddle point for large x."""
    if x < 16.0:
        return x * math.log(mean) - mean - math.lgamma(x + 1.0)
    inverse = 1.0 / (x * x)
    rest = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x
    return -rest - x * _excess_log(mean, x) - 0.5 * math.log(2.0 * math.pi * x)


@jit
def _blocking(lines: float, load: float) -> float:
    """Erlang's loss formula for real lines above -1 and a load above 0."""
    whole = math.floor(lines) == lines and lines >= 0.0
    if whole and (load > lines + 1.0 or (lines <= 200.0 and 4.0 * load > lines)):
        # 1/B from the most common state downwards: all terms are positive.
        term, total, present = 1.0, 1.0, lines
        scale = 1.0 / load
        while present > 0.0 and term > 1e-18 * total:
            term *= present * scale
            total += term
            present -= 1.0
        return 1.0 / total
    if load > lines + 1.0:
        return _blocking_between(lines, load)
    met = math.exp(_log_poisson(lines, load))
    term, beyond = load / (lines + 1.0), 0.0
    present = lines + 1.0
    while term > 1e-18 * beyond:
        beyond += term
        present += 1.0
        term *= load / present
    return met / (1.0 - met * beyond)


@jit
def _blocking_between(lines: float, load: float) -> float:
    """Erlang's loss formula above capacity by Legendre's continued fraction (method of Lentz)."""
    b = load - lines
    c = 1e300
    d = 1.0 / b
    value = d
    i = 0.0
    change = 0.0
    while abs(change - 1.0) > 1e-16 and i < 1e6:
        i += 1.0
        a = -i * (i - lines - 1.0)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        change = c * d
        value *= change
    return 1.0 / (load * value)


@jit
def _is_stuck(load: float, agents: float, patience: float, room: float, balking: float) -> bool:
    """Tell whether whoever joins is never served: no agents, or no steady state."""
    patient = math.isinf(patience) and math.isinf(room)
    return agents == 0.0 or (patient and (1.0 - balking) * load >= agents)


@jit
def _is_long(rate: float, joining: float, patience: float, room: float) -> bool:
    """Tell whether an endless line has more states than are worth counting."""
    if not math.isinf(room):
        return False
    slack = rate - joining
    swing = _REACH * math.sqrt(joining * patience) + 40.0
    if slack > 0.0:
        return min(swing, 45.0 * joining / slack) > _LONGEST
    return -slack * patience + swing > _LONGEST


@jit
def _totals_stuck(
    arrival_rate: float, patience: float, room: float, balking: float, into: FloatArray
) -> None:
    """Say that everybody waits out their patience; with endless patience, for ever."""
    joining = arrival_rate * (1.0 - balking)
    blocking = 0.0
    if room == 0.0 or (not math.isinf(room) and math.isinf(patience) and joining > 0.0):
        blocking = 1.0
    elif not math.isinf(room) and joining > 0.0:
        blocking = _blocking(room, joining * patience)
    stays = (1.0 - balking) * patience if balking < 1.0 else 0.0
    leaves = not math.isinf(patience)
    into[0] = blocking
    into[1] = 1.0 - blocking
    into[2] = 0.0
    into[3] = 1.0
    into[4] = 0.0
    into[5] = 1.0 if leaves else balking
    into[6] = stays
    into[7] = math.inf
    into[8] = math.inf
    into[9] = stays if leaves else 0.0
    into[10] = 0.0


@jit
def _totals_patient(
    load: float, aht: float, agents: float, balking: float, into: FloatArray
) -> None:
    """Sum the geometric queue of people who never give up, once they have joined."""
    met = _blocking(agents - 1.0, load) * load / agents
    # Above 0 in a steady state, also when rounding would have it 0.
    slack = (agents - (1.0 - balking) * load) / agents
    delayed = met / (slack + met)
    wait = delayed * aht / (agents * slack)
    into[0] = 0.0
    into[1] = 1.0
    into[2] = slack / (slack + met)
    into[3] = delayed
    into[4] = 1.0 - balking * delayed
    into[5] = balking * delayed
    into[6] = (1.0 - balking) * wait
    into[7] = wait
    into[8] = (1.0 - balking) * wait
    into[9] = 0.0
    into[10] = 0.0


@jit
def _log_climb(above: float, top: float, rate: float, theta: float, joining: float) -> float:
    """Log of the chance of `top` people waiting over that of `above` people, which is fewer."""
    if math.isinf(top):
        return -math.inf
    if theta == 0.0 or top - above <= _STEPS:
        log = (top - above) * math.log(joining / rate)
        j = above
        while theta > 0.0 and j < top:
            j += 1.0
            log -= math.log1p(j * theta / rate)
        return log
    c, x = rate / theta, joining / theta
    return _log_poisson(c + top, x) - _log_poisson(c + above, x)


@jit
def _sum_totals(
    load: float, aht: float, agents: float, patience: float, room: float, balking: float,
    into: FloatArray,
) -> None:  # fmt: skip
    """Sum over the queue that an arrival meets."""
    rate, theta = agents / aht, 1.0 / patience
    joining = load / aht * (1.0 - balking)
    idle = 1.0
    met = first = _blocking(agents - 1.0, load) * load / agents
    j = 0.0
    waits = served = left = virtual = answered = gave_up = 0.0
    # Mean times to drain the line ahead: of somebody who stays, and of a contact like the rest.
    drain, own, regret = 1.0 / rate, 0.0, 0.0
    rest = 0.0
    r = 1.0 / (rate + theta)
    while j < room:
        place = j + 1.0
        own += r
        regret += place * r
        go = met * r
        waits += met
        served += go
        left += go * place
        virtual += met * drain
        answered += go * own
        gave_up += go * regret
        drain += r
        met = go * joining
        j = place
        r = 1.0 / (rate + (place + 1.0) * theta)
        if met <= _REST * (1.0 - joining * r) * waits:
            if met > 0.0:
                rest = _log_climb(j, room, rate, theta, joining)
            break
        if met > _HIGH:
            met /= _HIGH
            first /= _HIGH
            idle /= _HIGH
            waits /= _HIGH
            served /= _HIGH
            left /= _HIGH
            virtual /= _HIGH
            answered /= _HIGH
            gave_up /= _HIGH
    full = met * math.exp(rest)
    joined = idle + waits
    stay = 1.0 - balking
    into[0] = full / (joined + full)
    into[1] = joined / (joined + full)
    into[2] = idle / joined
    into[3] = waits / joined
    into[4] = (idle + stay * rate * served) / joined
    into[5] = (balking * waits + stay * theta * left) / joined
    into[6] = stay * left / joined
    into[7] = virtual / joined
    into[8] = stay * rate * answered / joined
    into[9] = stay * theta * gave_up / joined
    into[10] = first / joined


@jit
def _row(queues: FloatArray, i: int) -> Row:
    """Return a queue as plain numbers."""
    q = queues[i]
    return float(q[0]), float(q[1]), float(q[2]), float(q[3]), float(q[4]), float(q[5])


@jit
def _totals_of(queue: Row, into: FloatArray) -> bool:
    """Fill in the `COLUMNS` of one queue, in the order of `WaitTotals`; False where it is long."""
    arrival_rate, aht, agents, patience, room, balking = queue
    load = arrival_rate * aht
    if arrival_rate == 0.0:
        into[:] = 0.0
        into[1] = into[2] = into[4] = 1.0
        return True
    if _is_stuck(load, agents, patience, room, balking):
        _totals_stuck(arrival_rate, patience, room, balking, into)
        return True
    if math.isinf(patience) and math.isinf(room):
        _totals_patient(load, aht, agents, balking, into)
        return True
    if _is_long(agents / aht, arrival_rate * (1.0 - balking), patience, room):
        return False
    _sum_totals(load, aht, agents, patience, room, balking, into)
    return True


@jit
def _sum_fates(
    joining: float, rate: float, theta: float, room: float, awt: float, whole: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Return shares of those who wait: served in time as if patient, served, left by then, later.

    They are P(V <= T), P(served, V <= T), P(R < V, R <= T) and P(V > T), given V > 0; the second
    and third for contacts that join. `whole` is the chance to wait over that to be the first in
    line, from which the pass knows what is left once p has run out; infinite if too large.
    """
    g = -math.expm1(-awt * theta) / theta if theta > 0.0 else awt
    z = math.exp(-awt * theta)
    own = z / rate
    log_p = -rate * awt
    # p starts at exp(log_p) times this many powers of _HIGH, and while it is below _COUNTS without
    # them it counts for nothing.
    lifts = max(0, math.ceil((-log_p - 600.0) / _LOG_HIGH))
    p = math.exp(log_p + lifts * _LOG_HIGH)
    beyond = 0.0  # P(V > T) of a contact that meets j others
    ahead = -math.expm1(-(rate + theta) * awt)  # P(all j ahead and the contact itself leave by T)
    leaves = 0.0
    met, j, r_before, r = 1.0, 0.0, 1.0 / rate, 1.0 / (rate + theta)
    waits = goes = in_time = answered = left = later = 0.0
    while j < room:
        place = j + 1.0
        d = rate + j * theta
        if lifts == 0:
            in_time += p * waits
            answered += p * own * d * goes
            beyond += p
            later += met * beyond
        leaves += theta * rate * r_before * r * max(ahead, 0.0)
        left += met * leaves
        waits += met
        goes += met * r
        ratio = d * g / place
        p *= ratio
        if lifts > 0 and p > _COUNTS * _HIGH:
            p /= _HIGH
            lifts -= 1
        if lifts == 0:
            ahead -= p * own * (d + theta)
        met *= joining * r
        j, r_before = place, r
        r = 1.0 / (rate + (place + 1.0) * theta)
        if p * whole <= _REST * in_time * (1.0 - ratio) and later > 1e-3 * whole:
            later += (whole - waits) * beyond
            left += (whole - waits) * leaves
            return in_time / whole, answered * rate / whole, left / whole, later / whole
        if met <= (1.0 - joining * r) * max(_REST * later, _FAR_REST * waits):
            break
        if met > _HIGH:
            met /= _HIGH
            whole /= _HIGH
            waits /= _HIGH
            goes /= _HIGH
            in_time /= _HIGH
            answered /= _HIGH
            left /= _HIGH
            later /= _HIGH
    if waits == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    soon, soon_own = 1.0, 1.0
    if lifts == 0:
        ahead = max(ahead, 0.0) + p * own / r_before
        soon, soon_own = _sum_beyond(rate, theta, g, own, j, p, 1.0 - beyond, ahead)
    in_time += soon * waits
    answered += soon_own * goes
    return in_time / waits, answered * rate / waits, left / waits, later / waits


@jit
def _sum_beyond(
    rate: float, theta: float, g: float, own: float, j: float, p: float, rest: float,
    rest_own: float,
) -> tuple[float, float]:  # fmt: skip
    """Chances that more than j departures would come by the threshold, by both distributions.

    One minus the sum of the others is exact enough unless it is small.
    """
    if rest > 1e-3:
        return rest, rest_own
    soon = soon_own = 0.0
    while p > max(1e-18 * soon, _LEAST):
        d = rate + j * theta
        soon += p
        soon_own += p * own * d
        j += 1.0
        ratio = d * g / j
        if ratio > 0.999:  # a tail without end, where the difference is the better way
            return max(rest, 0.0), rest_own
        p *= ratio
    return soon, soon_own


@jit
def _fates_of(queue: Row, awt: float, known: FloatArray, into: FloatArray) -> bool:
    """Fill in the fates of one queue, in the order of `Fates`; False where it is long."""
    arrival_rate, aht, agents, patience, room, balking = queue
    load, stay = arrival_rate * aht, 1.0 - balking
    no_wait, delayed = float(known[2]), float(known[3])
    gone = -math.expm1(-awt / patience)
    if arrival_rate == 0.0:
        into[:] = 0.0
        into[0] = into[1] = 1.0
        return True
    if _is_stuck(load, agents, patience, room, balking):
        in_time, answered, left, later = 0.0, 0.0, gone, 1.0
    elif math.isinf(patience) and math.isinf(room):
        slack = (agents - stay * load) / aht
        later = math.exp(-slack * awt)
        in_time = answered = -math.expm1(-slack * awt)
        left = 0.0
    elif _is_long(agents / aht, arrival_rate * stay, patience, room):
        return False
    else:
        whole = delayed / float(known[10]) if known[10] > 0.0 else math.inf
        in_time, answered, left, later = _sum_fates(
            arrival_rate * stay, agents / aht, 1.0 / patience, room, awt, whole
        )
    into[0] = no_wait + delayed * in_time
    into[1] = no_wait + delayed * stay * answered
    into[2] = delayed * (balking + stay * left)
    into[3] = delayed * later
    into[4] = delayed * stay * (1.0 - gone) * later
    return True


@jit
def _level(rule: int, by: FloatArray, served: float) -> float:
    """Service level by the position of its rule in `SERVICE_RULES`."""
    share: float = by[1]
    if rule == 0:
        share = by[0]
    elif rule == 2:
        share = by[1] / served if served > 0.0 else 0.0
    elif rule == 3:
        share = by[1] / (1.0 - by[2]) if by[2] < 1.0 else 0.0
    elif rule == 4:
        share = by[1] + by[2]
    return share


@jit
def _keeps(
    queue: Row, bounds: FloatArray, levels: FloatArray, whole: FloatArray, by: FloatArray
) -> int:
    """Tell whether a queue keeps every bound and every level: 1 or 0, and -1 where it is long."""
    rate, aht, agents, _, room, balking = queue
    if not _totals_of(queue, whole):
        return -1
    busy = 0.0
    if rate > 0.0 and agents == 0.0:
        busy = math.inf
    elif math.isinf(whole[6]):  # no steady state: more work than time
        busy = rate * (1.0 - balking) * aht / agents
    elif rate > 0.0:
        busy = rate * aht * whole[1] * whole[4] / agents
    if (
        whole[5] > bounds[0]
        or whole[3] > bounds[1]
        or busy > bounds[2]
        or (whole[8] / whole[4] if whole[4] > 0.0 else math.inf) > bounds[3]
        or whole[6] > bounds[4]
        or (room if whole[1] == 0.0 else rate * whole[1] * whole[6]) > bounds[5]
        or whole[0] > bounds[6]
    ):
        return 0
    for row in range(levels.shape[0]):
        _fates_of(queue, levels[row, 1], whole, by)
        if _level(int(levels[row, 0]), by, whole[4]) < levels[row, 2]:
            return 0
    return 1


@jit
def _least_of(
    queue: Row, bounds: FloatArray, levels: FloatArray, whole: FloatArray, by: FloatArray
) -> float:
    """Least whole number of agents that keeps the bounds: one above the lines where none does.

    Strides from the load in growing steps, then halves. NaN where a line is long.
    """
    rate, aht, _, patience, lines, balking = queue
    load = rate * aht
    patient = math.isinf(patience) and math.isinf(lines)
    # Without abandonment the square-root rule asks for spare agents; the search starts with some.
    probe = min(float(math.ceil(load + (0.5 * math.sqrt(load) if patient else 0.0))), lines)
    stride = max(1.0, float(math.floor(math.sqrt(load) / 4.0)))
    low, high = -1.0, math.inf
    while high - low > 1.0:
        tried = (rate, aht, probe, patience, lines - probe, balking)
        kept = _keeps(tried, bounds, levels, whole, by)
        if kept < 0:
            return math.nan
        if kept:
            high = probe
        else:
            low = probe
            if low >= lines:
                return lines + 1.0
        if math.isinf(high):
            probe = min(low + stride, lines)
        elif low < 0.0:
            probe = max(high - stride, 0.0)
        else:
            probe = float(math.floor((low + high) / 2.0))
        stride *= 2.0
    return high


@jit
def _least_room_of(queue: Row, share: float, most: float) -> float:
    """Least waiting places that turn no more than a share away; infinite above `most`."""
    arrival_rate, aht, agents, patience, _, balking = queue
    rate, theta, joining = agents / aht, 1.0 / patience, arrival_rate * (1.0 - balking)
    load = arrival_rate * aht
    met = _blocking(agents - 1.0, load) * load / agents
    below, j = 1.0, 0.0
    # With endless patience a house that is too small for the load has a floor of blocking.
    hopeless = theta == 0.0 and joining > rate and 1.0 - rate / joining >= share
    while met > share * (below + met):
        if hopeless or j >= most:
            return math.inf
        below += met
        j += 1.0
        met *= joining / (rate + j * theta)
        if met > _HIGH:
            met /= _HIGH
            below /= _HIGH
    return j


# What is called from outside, for arrays of queues with one row each.


@jit
def totals(queues: FloatArray, into: FloatArray) -> BoolArray:
    """Fill in the totals of every queue; tell which lines were too long to be counted."""
    long = np.zeros(into.shape[0], np.bool_)
    for i in range(into.shape[0]):
        long[i] = not _totals_of(_row(queues, i), into[i])
    return long


@jit
def fates(queues: FloatArray, awt: FloatArray, known: FloatArray, into: FloatArray) -> BoolArray:
    """Fill in the fates of every queue by its threshold; tell which lines were too long.

    `known` holds what came from `totals`.
    """
    long = np.zeros(awt.size, np.bool_)
    for i in range(awt.size):
        long[i] = not _fates_of(_row(queues, i), float(awt[i]), known[i], into[i])
    return long


@jit
def least_agents(queues: FloatArray, bounds: FloatArray, levels: FloatArray) -> FloatArray:
    """Least whole agents for every queue: one more than its lines where none is enough.

    `queues` have lines in the place of waiting places; `bounds` are the largest abandonment,
    chance to wait, occupancy, ASA, mean wait, mean queue and blocking; `levels` has a row of
    rule, threshold and least share for each. NaN where a line is too long to be counted.
    """
    found = np.empty(queues.shape[0])
    whole, by = np.empty(COLUMNS), np.empty(5)
    for i in range(queues.shape[0]):
        found[i] = _least_of(_row(queues, i), bounds, levels, whole, by)
    return found


@jit
def least_room(queues: FloatArray, share: FloatArray, most: float) -> FloatArray:
    """Least waiting places for queues that have agents and arrivals."""
    found = np.empty(share.size)
    for i in range(share.size):
        found[i] = _least_room_of(_row(queues, i), share[i], most)
    return found
