"""The cheapest legal line of a person, and what a duty more is worth: the compiled loops.

A line is priced day by day over (state, weekends begun, duties of the kinds that are limited,
time worked). Before that the days are gone through backwards without the time, each unit of it at
a price instead: what a line still costs at least from a state on. With the right price that is
nearly what it does cost, so of all the times that could be kept in a state few can be those of
the cheapest line; the others are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import jit

__all__ = [
    "at_end",
    "cheapest",
    "fill",
    "look_ahead",
    "marginal",
    "offered",
    "read_back",
    "slope",
    "walk",
]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Machine = tuple[Integers, Booleans, Integers, Integers, Integers, Floats, Integers]
Choices = tuple[Integers, Integers, Integers, Integers]
Bands = tuple[Integers, Integers, Integers]
Reach = tuple[Integers, Integers]

# Prices of time that are tried, and how far one moves at least; the part of the room for a line
# within which one is right.
TRIES, STEP, RIGHT = 12, 1e-3, 0.25
# How much more room is given where no line was in it, and until when; room at least, as a share of
# the price; what rounding may come to.
WIDER, FAR, CLOSE, ROUNDED = 4.0, 100.0, 1e-3, 1e-9


@jit
def offered(choices: Choices, cost: Floats, off: Floats) -> tuple[Floats, Integers]:
    """Price of each choice on each day, and the kind of duty that has it."""
    choice_of = choices[3]
    days, kinds = cost.shape
    price = np.full((days, len(choices[1])), np.inf)
    which = np.full(price.shape, -1)
    for d in range(days):
        price[d, 0] = off[d]
        for k in range(kinds):
            q = choice_of[k]
            if q > 0 and cost[d, k] < price[d, q]:
                price[d, q] = cost[d, k]
                which[d, q] = k
    return price, which


@jit
def look_ahead(
    machine: Machine, choices: Choices, price: Floats, unit: float, weekends_end: Floats,
    ahead: Floats, spent: Integers,
) -> None:  # fmt: skip
    """What a line costs at least from each state on, and its time, each unit of it cheaper.

    Parameters
    ----------
    unit
        What is taken off for a unit of time.
    ahead, spent
        The answer by day, state and weekends begun until then.
    """
    types, accepting, source, group, adds, arc_cost, begin = machine
    first, gain = choices[0], choices[1]
    days, groups = len(price), len(first) - 1
    states, weekends = ahead.shape[1:]
    best = np.empty(groups)
    time = np.zeros(groups, np.int64)
    # So many weekends can have begun before a day.
    begun = np.zeros(days + 1, np.int64)
    for d in range(days):
        row = types[d] * states
        most = 0
        for a in range(begin[row], begin[row + states]):
            most = max(most, adds[a])
        begun[d + 1] = min(begun[d] + most, weekends - 1)
    ahead.fill(np.inf)
    for i in range(states):
        for w in range(weekends if accepting[i] else 0):
            ahead[days, i, w] = weekends_end[w]
            spent[days, i, w] = 0
    for back in range(days):
        d = days - 1 - back
        for g in range(groups):
            best[g] = np.inf
            for q in range(first[g], first[g + 1]):
                x = price[d, q] - unit * gain[q]
                if x < best[g]:
                    best[g] = x
                    time[g] = gain[q]
        row = types[d] * states
        for j in range(states):
            for a in range(begin[row + j], begin[row + j + 1]):
                i, g = source[a], group[a]
                p = best[g] + arc_cost[a]
                if p == np.inf:
                    continue
                for w in range(min(begun[d] + 1, weekends - adds[a])):
                    x = ahead[d + 1, j, w + adds[a]] + p
                    if x < ahead[d, i, w]:
                        ahead[d, i, w] = x
                        spent[d, i, w] = spent[d + 1, j, w + adds[a]] + time[g]


@jit
def at_end(hours_end: Floats, unit: float) -> tuple[float, int]:
    """The least that a time costs where each unit costs more by that, and which time it is."""
    least, best = np.inf, 0
    for t in range(len(hours_end)):
        x = hours_end[t] + unit * t
        if x < least:
            least, best = x, t
    return least, best


@jit
def slope(
    machine: Machine, choices: Choices, price: Floats, start: int, hours_end: Floats,
    weekends_end: Floats, search: Floats, ahead: Floats, spent: Integers,
) -> tuple[float, float]:  # fmt: skip
    """The price of a unit of time at which the look ahead is the best bound on a line.

    Where the line found has too much time, a higher price would give it less: the bound is concave
    in the price, and the tangents on both sides meet above the best.

    Returns
    -------
    The bound, and what a line costs that was found on the way, its limits aside.
    """
    unit, step = search[0], search[1]
    best, at, upper = -np.inf, unit, np.inf
    left, left_value, left_rise = -np.inf, 0.0, 0.0
    right, right_value, right_rise = np.inf, 0.0, 0.0
    for _ in range(TRIES):
        look_ahead(machine, choices, price, unit, weekends_end, ahead, spent)
        rest, wanted = at_end(hours_end, unit)
        value = ahead[0, start, 0] + rest
        if value == np.inf:
            return np.inf, np.inf
        worked = spent[0, start, 0]
        if worked < len(hours_end):
            upper = min(upper, ahead[0, start, 0] + unit * worked + hours_end[worked])
        rise = wanted - worked
        if value > best:
            best, at = value, unit
        if rise == 0:
            break
        if rise > 0:
            left, left_value, left_rise = unit, value, float(rise)
        else:
            right, right_value, right_rise = unit, value, float(rise)
        if left == -np.inf or right == np.inf:
            unit += step if rise > 0 else -step
            step *= 4.0
            continue
        meet = right_value - left_value + left_rise * left - right_rise * right
        meet /= left_rise - right_rise
        top = left_value + left_rise * (meet - left)
        if top - best <= max(RIGHT * search[2], ROUNDED * (1.0 + abs(best))):
            break
        if not left < meet < right:
            break
        unit = meet
    if unit != at:
        look_ahead(machine, choices, price, at, weekends_end, ahead, spent)
    search[1] = max(0.5 * abs(at - search[0]), 0.1 * search[1], STEP)
    search[0] = at
    return best, upper


@jit
def fill(
    machine: Machine, choices: Choices, follow: Integers, price: Floats, start: int, bands: Bands,
    ahead: Floats, unit: float, top: float, table: Floats, reach: Reach,
) -> None:  # fmt: skip
    """Price the lines until each day, by what they have come to; hopeless ones are left out.

    Parameters
    ----------
    ahead, unit
        What follows costs at least, a unit of time cheaper by that.
    top
        What a line may cost in all, the least of the end of its time aside.
    table, reach
        The answer by day, state, weekends, limited duties and time; the first and the last time
        that is in it, outside of which it holds nothing.
    """
    types, _, source, group, adds, arc_cost, begin = machine
    first, gain = choices[0], choices[1]
    low, high, least_weekends = bands
    states, weekends, counters = table.shape[1:4]
    # From 0 to -1: nothing.
    since, until = reach
    since.fill(0)
    until.fill(-1)
    until[0, start, 0, 0] = 0
    table[0, start, 0, 0, 0] = 0.0
    alive = np.zeros((len(price) + 1, states), np.bool_)
    alive[0, start] = True
    for d in range(len(price)):
        shift = low[d + 1] - low[d]
        end = high[d + 1] - low[d + 1]
        rise = least_weekends[d + 1] - least_weekends[d]
        row = types[d] * states
        for j in range(states):
            for a in range(begin[row + j], begin[row + j + 1]):
                i = source[a]
                if not alive[d, i]:
                    continue
                for q in range(first[group[a]], first[group[a] + 1]):
                    p = price[d, q] + arc_cost[a]
                    if p == np.inf:
                        continue
                    move = gain[q] - shift
                    for w in range(weekends):
                        v = w + adds[a] - rise
                        if v < 0 or v >= weekends:
                            continue
                        for c in range(counters):
                            e = follow[q, c]
                            begun = max(since[d, i, w, c], -move)
                            ended = min(until[d, i, w, c], end - move)
                            if e < 0 or begun > ended:
                                continue
                            have, best = table[d, i, w, c], table[d + 1, j, v, e]
                            first_time, last_time = begun + move, ended + move
                            if since[d + 1, j, v, e] > until[d + 1, j, v, e]:
                                since[d + 1, j, v, e] = first_time
                                until[d + 1, j, v, e] = first_time - 1
                            for h in range(first_time, since[d + 1, j, v, e]):
                                best[h] = np.inf
                            for h in range(until[d + 1, j, v, e] + 1, last_time + 1):
                                best[h] = np.inf
                            since[d + 1, j, v, e] = min(since[d + 1, j, v, e], first_time)
                            until[d + 1, j, v, e] = max(until[d + 1, j, v, e], last_time)
                            for h in range(begun, ended + 1):
                                best[h + move] = min(best[h + move], have[h] + p)
            for v in range(weekends):
                rest = ahead[d + 1, j, v + least_weekends[d + 1]] - unit * low[d + 1]
                for e in range(counters):
                    cells = table[d + 1, j, v, e]
                    begun, ended = since[d + 1, j, v, e], until[d + 1, j, v, e]
                    while begun <= ended and cells[begun] + rest - unit * begun > top:
                        begun += 1
                    while begun <= ended and cells[ended] + rest - unit * ended > top:
                        ended -= 1
                    since[d + 1, j, v, e], until[d + 1, j, v, e] = begun, ended
                    alive[d + 1, j] |= begun <= ended


@jit
def walk(
    machine: Machine, choices: Choices, follow: Integers, price: Floats, which: Integers,
    start: int, hours_end: Floats, weekends_end: Floats, ahead: Floats, unit: float,
    line: Integers,
) -> float:  # fmt: skip
    """Write down the line that a look ahead found; its cost, infinite where it breaks a limit."""
    types, _, source, group, adds, arc_cost, begin = machine
    first, gain = choices[0], choices[1]
    states, weekends = ahead.shape[1:]
    i, w, c, t = start, 0, 0, 0
    value = 0.0
    for d in range(len(price)):
        row = types[d] * states
        least, paid = np.inf, 0.0
        to, more, chosen = -1, 0, 0
        for j in range(states):
            for a in range(begin[row + j], begin[row + j + 1]):
                if source[a] != i or w + adds[a] >= weekends:
                    continue
                for q in range(first[group[a]], first[group[a] + 1]):
                    x = price[d, q] - unit * gain[q] + arc_cost[a] + ahead[d + 1, j, w + adds[a]]
                    if x < least:
                        least, paid = x, price[d, q] + arc_cost[a]
                        to, more, chosen = j, adds[a], q
        line[d] = which[d, chosen]
        value += paid
        i, w, c, t = to, w + more, follow[chosen, c], t + gain[chosen]
        if c < 0 or t >= len(hours_end):
            return np.inf
    end: float = hours_end[t] + weekends_end[w]
    return value + end


@jit
def read_back(
    machine: Machine, choices: Choices, follow: Integers, price: Floats, which: Integers,
    bands: Bands, hours_end: Floats, weekends_end: Floats, table: Floats, reach: Reach,
    line: Integers,
) -> float:  # fmt: skip
    """The cheapest line of a table and its cost; infinity, and no line, where there is none."""
    types, accepting, source, group, adds, arc_cost, begin = machine
    first, gain, stride, _ = choices
    low, _, least_weekends = bands
    since, until = reach
    days = len(price)
    states, weekends, counters = table.shape[1:4]
    value = np.inf
    j, v, e, t = -1, 0, 0, 0
    for i in range(states):
        if not accepting[i]:
            continue
        for w in range(weekends):
            for c in range(counters):
                for h in range(since[days, i, w, c], until[days, i, w, c] + 1):
                    x = table[days, i, w, c, h]
                    x += hours_end[low[days] + h] + weekends_end[least_weekends[days] + w]
                    if x < value:
                        value = x
                        j, v, e, t = i, w, c, h
    if j < 0:
        return np.inf
    for back in range(days):
        d = days - 1 - back
        shift = low[d + 1] - low[d]
        rise = least_weekends[d + 1] - least_weekends[d]
        row = types[d] * states
        least = np.inf
        i, w, c, h, chosen = -1, 0, 0, 0, 0
        for a in range(begin[row + j], begin[row + j + 1]):
            for q in range(first[group[a]], first[group[a] + 1]):
                w0, c0, h0 = v - adds[a] + rise, e - stride[q], t - gain[q] + shift
                if w0 < 0 or w0 >= weekends or c0 < 0:
                    continue
                if follow[q, c0] != e:
                    continue
                if h0 < since[d, source[a], w0, c0] or h0 > until[d, source[a], w0, c0]:
                    continue
                x = table[d, source[a], w0, c0, h0] + (price[d, q] + arc_cost[a])
                if x < least:
                    least = x
                    i, w, c, h, chosen = source[a], w0, c0, h0, q
        line[d] = which[d, chosen]
        j, v, e, t = i, w, c, h
    return value


@jit
def cheapest(
    machine: Machine, choices: Choices, follow: Integers, cost: Floats, off: Floats, start: int,
    bands: Bands, hours_end: Floats, weekends_end: Floats, table: Floats, search: Floats,
    line: Integers,
) -> tuple[float, float]:  # fmt: skip
    """Price the cheapest line and write it down, with a bound; infinity where there is none.

    Parameters
    ----------
    machine
        Type of each day; whether a line may end in a state; source, group, weekends begun, cost
        and first arc by (type, state) of the automaton.
    choices
        First choice of each group (one more at the end); time and stride of each choice; the
        choice of each kind of duty, -1 for none. Choice 0 is a day off.
    follow
        Counter of limited duties after a choice, -1 where the limit is reached
        [choices x counters].
    cost, off
        Price of each kind of duty on each day [days x kinds], of a day off.
    start
        State before the first day.
    bands
        Least and most time counted on each day; least weekends on each day. The number of weekend
        counts is that of the table.
    hours_end, weekends_end
        Cost of ending with a time, with a number of weekends, from 0.
    table
        Work space [days + 1 x states x weekends x counters x times].
    search
        Of the last time, and kept for the next: the price of a unit of time, how far it moves at
        first, and what a line cost above the bound.
    line
        The kind worked on each day, -1 for none.
    """
    price, which = offered(choices, cost, off)
    ahead = np.empty((len(cost) + 1, table.shape[1], len(weekends_end)))
    spent = np.zeros(ahead.shape, np.int64)
    bound, upper = slope(
        machine, choices, price, start, hours_end, weekends_end, search, ahead, spent
    )
    if bound == np.inf:
        return np.inf, np.inf
    unit = search[0]
    fine = ROUNDED * (1.0 + abs(bound))
    value = walk(
        machine, choices, follow, price, which, start, hours_end, weekends_end, ahead, unit, line
    )
    if value <= bound + fine:
        return value, bound
    rest, _ = at_end(hours_end, unit)
    # Where no limit is counted, the line that the look ahead has found is one.
    most = upper - bound if table.shape[3] == 1 else np.inf
    room = min(most, search[2])
    shape = table.shape[:4]
    reach = (np.empty(shape, np.int64), np.empty(shape, np.int64))
    while True:
        top = bound + room - rest + fine
        fill(machine, choices, follow, price, start, bands, ahead, unit, top, table, reach)
        value = read_back(
            machine, choices, follow, price, which, bands, hours_end, weekends_end, table, reach,
            line,
        )  # fmt: skip
        if value <= bound + room + fine or room == np.inf:
            break
        if room == most:
            # That line keeps to no band of times.
            room = np.inf
        else:
            room = min(most, WIDER * room) if room < FAR * search[2] else most
    if value < np.inf:
        search[2] = max(1.2 * (value - bound), CLOSE * (1.0 + abs(bound)))
    return value, bound


@jit
def marginal(
    begin: Integers, post: Integers, amount: Floats, gap: Floats, costs: Floats, out: Floats
) -> None:
    """What one duty more of each kind on each day changes in the cost of the cover, exactly.

    Parameters
    ----------
    begin, post, amount
        By duty, day by day: where its posts begin, which they are, how much it gives each.
    gap
        What each post still lacks; below 0 where it has too much.
    costs
        By post: of a unit lacking, how many of those, of a further unit, of a unit too much.
    out
        The answer by duty.
    """
    for k in range(len(out)):
        total = 0.0
        for n in range(begin[k], begin[k + 1]):
            p = post[n]
            near, some, far, over = costs[p]
            for sign in range(2):
                x = gap[p] - amount[n] * (1 - sign)
                if x > some:
                    y = near * some + far * (x - some)
                elif x > 0:
                    y = near * x
                else:
                    y = -over * x
                total += y if sign == 0 else -y
        out[k] = total
