"""Checks of rows of days: work, nights, days off, weekends; a day is one on which a duty begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from sim.plan.duties import DAY, Duty
from sim.plan.rules.rule import Rule
from sim.plan.rules.worked import HOUR, Violation, Worked

__all__ = [
    "days_off_after_nights",
    "days_off_running",
    "days_running",
    "forward",
    "long_running",
    "nights_in_weeks",
    "nights_running",
    "weekends_off",
    "weekends_running",
]


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of days, by first and last."""
    ordered = sorted(set(days))
    for _, run in itertools.groupby(enumerate(ordered), lambda pair: pair[1] - pair[0]):
        members = [day for _, day in run]
        yield members[0], members[-1]


def _too_long(
    rule: Rule, worked: Worked, duties: Iterable[Duty], most: float, what: str
) -> Iterator[Violation]:
    """Runs of days that begin such duties and are longer than they may be."""
    period = worked.period
    for first, last in _runs(period.day(duty.start) for duty in duties):
        length = last - first + 1
        if length > most and last >= 0:
            at = period.label(period.at(first))[:-6]
            happened = f"works {length} {what} from {at}"
            span = (period.at(first), period.at(last + 1))
            yield worked.broken(rule, span, length, most, happened)


def days_running(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Days of work in a row."""
    yield from _too_long(rule, worked, worked.duties, rule["days"], "days running")


def nights_running(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Nights in a row."""
    yield from _too_long(rule, worked, worked.nights(rule), rule["nights"], "nights running")


def long_running(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Long duties in a row."""
    long = [d for d in worked.duties if d.end - d.start >= rule["hours"] * HOUR]
    yield from _too_long(rule, worked, long, rule["duties"], "long duties running")


def days_off_running(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Days off between two days of work: as many as the rule asks for."""
    period = worked.period
    for before, after in itertools.pairwise(worked.days):
        off = after - before - 1
        if 0 < off < rule["days"] and after >= 0:
            at = period.label(period.at(before + 1))[:-6]
            span = (period.at(before + 1), period.at(after))
            yield worked.broken(rule, span, off, rule["days"], f"has {off} days off from {at}")


def days_off_after_nights(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Days off between a night and the next duty that is none."""
    period, nights = worked.period, {id(duty) for duty in worked.nights(rule)}
    for before, after in worked.pairs():
        if id(before) not in nights:
            continue
        off = period.day(after.start) - period.day(before.start) - 1
        running = id(after) in nights and off <= 0
        if not running and off < rule["days"]:
            at = period.label(before.start)
            happened = f"has {max(off, 0)} days off after the night of {at}"
            yield worked.broken(
                rule, (before.end, after.start), max(off, 0), rule["days"], happened
            )


def nights_in_weeks(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Nights in so many calendar weeks."""
    period, weeks = worked.period, round(rule["weeks"])
    begun = [period.day(duty.start) for duty in worked.nights(rule)]
    for monday in period.weeks(worked.first_known, period.days - 1):
        inside = [day for day in begun if monday <= day < monday + 7 * weeks]
        if len(inside) > rule["nights"] and max(inside) >= 0:
            at = period.label(period.at(monday))[:-6]
            span = (period.at(monday), period.at(monday + 7 * weeks))
            happened = f"works {len(inside)} nights in {weeks} weeks from {at}"
            yield worked.broken(rule, span, len(inside), rule["nights"], happened)


def _weekends(rule: Rule, worked: Worked) -> list[tuple[int, bool]]:
    """Whole weekends that are known, by their Saturday, and whether they are worked."""
    period, spill = worked.period, round(rule["spill"] * HOUR)
    found = []
    for monday in period.weeks(worked.first_known, period.days - 1):
        saturday = monday + 5
        if saturday < worked.first_known or saturday + 2 > period.days:
            continue
        start, end = period.at(saturday) + spill, period.at(saturday + 2)
        found.append((saturday, any(d.start < end and start < d.end for d in worked.duties)))
    return found


def weekends_off(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Whole weekends off in every so many that the plan has in full."""
    period, weeks = worked.period, round(rule["weeks"])
    weekends = _weekends(rule, worked)
    for place in range(len(weekends) - weeks + 1):
        window = weekends[place : place + weeks]
        off = sum(not spoilt for _, spoilt in window)
        if off < rule["count"] and window[-1][0] >= 0:
            span = (period.at(window[0][0]), period.at(window[-1][0] + 2))
            at = period.label(span[0])[:-6]
            happened = f"has {off} whole weekends off in {weeks} from {at}"
            yield worked.broken(rule, span, off, rule["count"], happened)


def weekends_running(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Weekends of work in a row."""
    period = worked.period
    spoilt = [saturday // 7 for saturday, is_spoilt in _weekends(rule, worked) if is_spoilt]
    monday = -worked.period.weekday(0)
    for first, last in _runs(spoilt):
        length, end = last - first + 1, _saturday(last, monday) + 2
        if length > rule["weekends"] and end > 0:
            span = (period.at(_saturday(first, monday)), period.at(end))
            happened = f"works on {length} weekends running"
            yield worked.broken(rule, span, length, rule["weekends"], happened)


def _saturday(week: int, monday: int) -> int:
    """The Saturday whose number divided by seven is this."""
    return week * 7 + (monday + 5) % 7


def forward(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Starts that go back by the clock from one day to the next."""
    period = worked.period
    for before, after in worked.pairs():
        if period.day(after.start) - period.day(before.start) != 1:
            continue
        back = (period.clock(before.start) - period.clock(after.start)) / HOUR
        if back > rule["hours"]:
            happened = f"starts {back:g} h earlier on {period.label(after.start)}"
            span = (before.start, min(after.end, after.start + DAY))
            yield worked.broken(rule, span, back, rule["hours"], happened)
