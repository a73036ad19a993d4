"""The cheapest legal line of a person, and what a duty more is worth: the two compiled loops.

A line is priced day by day over (state, weekends begun, duties of the kinds that are limited,
time worked). The table of each day is kept, and the line is read back from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import jit

__all__ = ["cheapest", "marginal"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@jit
def cheapest(
    arcs: tuple[Integers, Integers, Integers, Floats, Integers],
    types: Integers,
    accepting: Booleans,
    choices: tuple[Integers, Integers, Integers, Integers],
    follow: Integers,
    cost: Floats,
    off: Floats,
    start: int,
    bands: tuple[Integers, Integers, Integers],
    hours_end: Floats,
    weekends_end: Floats,
    table: Floats,
    line: Integers,
) -> float:
    """Price the cheapest line and write it down; infinity where there is none.

    Parameters
    ----------
    arcs
        Source, group, weekends begun, cost and first arc by (type, state) of the automaton.
    types
        Type of each day.
    accepting
        Whether a line may end in a state.
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
        Least time counted on each day, how many values of it; least weekends on each day. The
        number of weekend counts is that of the table.
    hours_end, weekends_end
        Cost of ending with a time, with a number of weekends, from 0.
    table
        Work space [days + 1 x states x weekends x counters x times].
    line
        The kind worked on each day, -1 for none.
    """
    source, group, adds, arc_cost, begin = arcs
    first, gain, stride, choice_of = choices
    low, high, least_weekends = bands
    days, kinds = cost.shape
    options = len(gain)
    states, weekends, counters, width = table.shape[1:]
    price = np.full((days, options), np.inf)
    which = np.full((days, options), -1)
    for d in range(days):
        price[d, 0] = off[d]
        for k in range(kinds):
            q = choice_of[k]
            if q > 0 and cost[d, k] < price[d, q]:
                price[d, q] = cost[d, k]
                which[d, q] = k
    table[0] = np.inf
    table[0, start, 0, 0, 0] = 0.0
    reach = np.zeros((2, states, weekends, counters, 2), np.int64)
    reach[0, :, :, :, 0] = width
    reach[0, :, :, :, 1] = -1
    reach[0, start, 0, 0, 0] = 0
    reach[0, start, 0, 0, 1] = 0
    for d in range(days):
        before, after = reach[d % 2], reach[(d + 1) % 2]
        after[:, :, :, 0] = width
        after[:, :, :, 1] = -1
        table[d + 1] = np.inf
        shift = low[d + 1] - low[d]
        top = high[d + 1] - low[d + 1]
        rise = least_weekends[d + 1] - least_weekends[d]
        row = types[d] * states
        for j in range(states):
            for a in range(begin[row + j], begin[row + j + 1]):
                i = source[a]
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
                            if e < 0:
                                continue
                            begun = max(before[i, w, c, 0], -move)
                            ended = min(before[i, w, c, 1], top - move)
                            if begun > ended:
                                continue
                            after[j, v, e, 0] = min(after[j, v, e, 0], begun + move)
                            after[j, v, e, 1] = max(after[j, v, e, 1], ended + move)
                            have = table[d, i, w, c, begun : ended + 1]
                            best = table[d + 1, j, v, e, begun + move : ended + move + 1]
                            for h in range(len(have)):
                                x = have[h] + p
                                best[h] = x if x < best[h] else best[h]
    value = np.inf
    j, v, e, t = -1, 0, 0, 0
    for i in range(states):
        if not accepting[i]:
            continue
        for w in range(weekends):
            for c in range(counters):
                for h in range(high[days] - low[days] + 1):
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
                if w0 < 0 or w0 >= weekends or c0 < 0 or h0 < 0 or h0 >= width:
                    continue
                if follow[q, c0] != e:
                    continue
                x = table[d, source[a], w0, c0, h0] + (price[d, q] + arc_cost[a])
                if x < least:
                    least = x
                    i, w, c, h, chosen = source[a], w0, c0, h0, q
        line[d] = which[d, chosen]
        j, v, e, t = i, w, c, h
    return value


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
