"""Slow and obvious twins of the shift cover: every shift with every lay of its pauses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan.duties import DAY, Pause, Shift
from sim.plan.shifts import Horizon, Pay, ShiftTemplate
from sim.plan.shifts.placing import PlannedShift

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Written:
    """A shift of a day with its pauses, what it covers and costs."""

    day: int
    shift: Shift
    cover: Floats
    cost: float


def minutes_of(day: int, shift: Shift) -> list[tuple[int, Pause | None]]:
    """Every minute of a shift, with the pause that it belongs to."""
    start = day * DAY + shift.start
    found: list[tuple[int, Pause | None]] = []
    for minute in range(shift.minutes):
        inside = [p for p in shift.pauses if p.start <= minute < p.start + p.minutes]
        assert len(inside) <= 1, "two pauses at a time"
        found.append((start + minute, inside[0] if inside else None))
    return found


def covered(day: int, shift: Shift, horizon: Horizon) -> Floats:
    """Agents that one shift gives to each interval."""
    cover = np.zeros(horizon.intervals)
    for minute, pause in minutes_of(day, shift):
        at = minute // horizon.interval
        if pause is None and (horizon.cyclic or at < horizon.intervals):
            cover[at % horizon.intervals] += 1 / horizon.interval
    return cover


def hours_of(day: int, shift: Shift, horizon: Horizon, pay: Pay) -> tuple[float, ...]:
    """Hours paid, at night, at weekends, on holidays."""
    hours = np.zeros(4)
    begin, end = pay.night
    for minute, pause in minutes_of(day, shift):
        if pause is not None and not pause.paid:
            continue
        of_day = minute % DAY
        night = begin <= of_day < end if begin <= end else of_day >= begin or of_day < end
        named = minute // DAY
        if horizon.cyclic:
            named %= horizon.days
        weekend = (horizon.first_weekday + named) % 7 >= 5
        hours += np.array([1, night, weekend, named in pay.holidays]) / 60
    return tuple(hours.tolist())


def cost_of(day: int, shift: Shift, template: ShiftTemplate, horizon: Horizon, pay: Pay) -> float:
    """What one shift costs."""
    rule = template.pay or pay
    paid, night, weekend, holiday = hours_of(day, shift, horizon, rule)
    premia = rule.night_premium * night + rule.weekend_premium * weekend
    premia += rule.holiday_premium * holiday
    return rule.rate * (paid + premia) + template.allowance


def keeps_rules(shift: Shift, template: ShiftTemplate, interval: int) -> bool:
    """Whether the pauses of a shift are those of its template, in their windows and apart."""
    own = [p for p in shift.pauses if p.kind != "gap"]
    if len(own) != len(template.pauses):
        return False
    for k, (pause, rule) in enumerate(zip(own, template.pauses, strict=True)):
        begin, end = rule.window
        begin = begin + shift.minutes if begin < 0 else begin
        end = end + shift.minutes if end <= 0 else end
        if not begin <= pause.start or pause.start + pause.minutes > end:
            return False
        if (pause.minutes, pause.paid, pause.kind) != (rule.minutes, rule.paid, rule.kind):
            return False
        if k and pause.start - own[k - 1].start - own[k - 1].minutes < rule.gap:
            return False
    edges = [(p.start, p.start + p.minutes) for p in shift.pauses]
    return all(a[1] <= b[0] for a, b in itertools.pairwise(edges)) and all(
        a >= 0 and b <= shift.minutes for a, b in edges
    )


def written(templates: Sequence[ShiftTemplate], horizon: Horizon, pay: Pay) -> list[Written]:
    """Every shift with every lay of its pauses."""
    found = []
    for template in templates:
        for day, start, length in itertools.product(
            range(horizon.days), template.start_times(), template.lengths
        ):
            if horizon.weekday(day) not in template.days:
                continue
            places = [range(0, length, rule.step or horizon.interval) for rule in template.pauses]
            for laid in itertools.product(*places):
                pauses = tuple(
                    Pause(at, rule.minutes, rule.paid, rule.kind)
                    for at, rule in zip(laid, template.pauses, strict=True)
                )
                shift = Shift(template.name, start, length, pauses)
                if keeps_rules(shift, template, horizon.interval):
                    cost = cost_of(day, shift, template, horizon, pay)
                    found.append(Written(day, shift, covered(day, shift, horizon), cost))
    return found


def cheapest(needed: Floats, shifts: Sequence[Written]) -> float:
    """Least cost of a cover, by trying what may fill the first interval that is short."""
    best = math.inf
    ordered = sorted(shifts, key=lambda one: one.cost)
    each = [[one for one in ordered if one.cover[t] > 0] for t in range(len(needed))]
    # The cheapest hour there is bounds what is still to come.
    rate = min(one.cost / one.cover.sum() for one in shifts)
    seen: dict[bytes, float] = {}

    def fill(short: Floats, cost: float) -> None:
        nonlocal best
        left = np.maximum(short, 0.0)
        if cost + rate * left.sum() >= best - 1e-9:
            return
        if not left.any():
            best = cost
            return
        key = np.round(left, 6).tobytes()
        if seen.get(key, math.inf) <= cost:
            return
        seen[key] = cost
        for one in each[int(np.argmax(left > 0))]:
            fill(np.where(short - one.cover < 1e-9, 0.0, short - one.cover), cost + one.cost)

    fill(needed.astype(float), 0.0)
    return best


def recounted(
    planned: Sequence[PlannedShift],
    templates: Sequence[ShiftTemplate],
    horizon: Horizon,
    pay: Pay,
) -> tuple[Floats, float]:
    """Cover and cost of a list of shifts, minute by minute."""
    by_name = {template.name: template for template in templates}
    cover, cost = np.zeros(horizon.intervals), 0.0
    for item in planned:
        template = by_name[item.shift.name]
        cover += item.count * covered(item.day, item.shift, horizon)
        cost += item.count * cost_of(item.day, item.shift, template, horizon, pay)
    return cover, cost
