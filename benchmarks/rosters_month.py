"""A month of sixty named people under Russian rules, made anew from a seed.

The case of the research beside the project: March 2026, 48 full-time and 12 half-time people, 7
vacations of up to 14 days, 18 people without nights, wishes for days off; seven shifts, a
requirement by the hour.
"""

from __future__ import annotations

import datetime

import numpy as np

from sim.plan.duties import DAY, Duty, Pause, Shift
from sim.plan.people import Absence, Person, Wish, absent
from sim.plan.period import Period
from sim.plan.rules import RU, Rule, Rules
from sim.scenario import Calendar

MEAL = (Pause(240, 30, paid=False, kind="meal"),)
LONG_MEAL = (Pause(300, 60, paid=False, kind="meal"),)
SHIFTS = (
    Shift("D12", 8 * 60, 720, LONG_MEAL),
    Shift("N12", 20 * 60, 720, LONG_MEAL),
    Shift("E8", 6 * 60, 510, MEAL),
    Shift("M8", 9 * 60, 510, MEAL),
    Shift("L8", 13 * 60, 510, MEAL),
    Shift("A4", 9 * 60, 240),
    Shift("P4", 16 * 60, 240),
)

OWN = (
    Rule(id="days_running", numbers={"days": 5}),
    Rule(id="nights_running", numbers={"nights": 3}),
    Rule(id="long_running", numbers={"duties": 3, "hours": 12}),
    Rule(id="days_off_after_nights", numbers={"days": 2}),
    Rule(id="weekends_off", numbers={"count": 1, "weeks": 4}),
)
RULES: Rules = RU.including(*OWN)


def march() -> Period:
    """A month of 31 days with Russian holidays, begun on a Sunday."""
    start = datetime.date(2026, 3, 1)
    return Period(start, 31, Calendar(country="RU", start=start))


def requirement(period: Period, seed: int = 7, people: int = 60) -> list[float]:
    """By the hour: what a plausible set of shifts would give, with every hour a little off."""
    rng = np.random.default_rng(seed)
    minutes = np.zeros(DAY * (period.days + 2))
    usual = {"D12": 7.0, "N12": 5.0, "E8": 4.0, "M8": 6.0, "L8": 6.0, "A4": 2.0, "P4": 3.0}
    for day in range(period.days):
        busy = (1.0, 0.98, 0.95, 0.95, 1.0, 0.75, 0.65)[period.weekday(day)] * people / 60
        for shift in SHIFTS:
            start = DAY * day + shift.start
            minutes[start : start + shift.minutes] += busy * usual[shift.name]
            for pause in shift.pauses:
                out = start + pause.start
                minutes[out : out + pause.minutes] -= busy * usual[shift.name]
    hours = minutes[: DAY * period.days].reshape(-1, 60).mean(axis=1)
    noisy = hours * rng.uniform(0.9, 1.05, len(hours))
    return [float(n) for n in np.maximum(1, np.round(noisy))]


def chosen(rng: np.random.Generator, days: int, count: int) -> list[int]:
    """Some days of the period, each at most once and in order."""
    return sorted(int(day) for day in rng.choice(days, count, replace=False))


def people(period: Period, seed: int = 7, count: int = 60) -> list[Person]:
    """A team whose leave, bans on nights and wishes are drawn from the seed."""
    rng = np.random.default_rng(seed)
    away = set(rng.choice(count, max(1, round(count * 7 / 60)), replace=False).tolist())
    no_nights = set(rng.choice(count, round(count * 0.3), replace=False).tolist())
    out = []
    for n in range(count):
        name = f"P{n:03}"
        wishes = tuple(
            Wish(day * DAY, (day + 1) * DAY, weight=float(rng.integers(1, 3)))
            for day in sorted(
                rng.choice(period.days, int(rng.integers(0, 4)), replace=False).tolist()
            )
        )
        absences: tuple[Absence, ...] = ()
        if n in away:
            first = int(rng.integers(0, period.days - 14))
            absences = (absent(period, first, first + int(rng.integers(6, 14))),)
        tail: tuple[Duty, ...] = ()
        kind = int(rng.integers(0, 6))
        if kind == 0:
            tail = (Duty(name, 8 * 60 - DAY, 20 * 60 - DAY, 660, SHIFTS[0]),)
        elif kind == 1 and n not in no_nights:
            tail = (Duty(name, 20 * 60 - DAY, 8 * 60, 660, SHIFTS[1]),)
        out.append(
            Person(
                name=name,
                share=0.5 if n % 5 == 4 else 1.0,
                flags=frozenset({"night_ban"} if n in no_nights else ()),
                absences=absences,
                wishes=wishes,
                before=tail,
            )
        )
    return out
