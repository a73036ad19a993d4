"""Checks of rest: between duties, in the week, for a meal."""

from __future__ import annotations

from collections.abc import Iterator

from sim.plan.duties import Duty
from sim.plan.rules.rule import Rule
from sim.plan.rules.worked import HOUR, Violation, Worked

__all__ = ["daily_rest", "meal", "rest_by_duty", "running_shifts", "weekly_rest"]


def daily_rest(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Rest between duties; where the rule says so, within so many hours from a duty's start."""
    least, within = round(rule["hours"] * HOUR), round(rule["within"] * HOUR)
    if within:
        yield from _rest_within(rule, worked, least, within)
        return
    for before, after in worked.pairs():
        rest = after.start - before.end
        if 0 <= rest < least:
            yield _too_close(rule, worked, before, after, least)


def _too_close(rule: Rule, worked: Worked, before: Duty, after: Duty, least: int) -> Violation:
    rest, at = after.start - before.end, worked.period.label(after.start)
    happened = f"rests {rest / HOUR:g} h before the duty of {at}"
    span = (before.end, after.start)
    return worked.broken(rule, span, rest / HOUR, least / HOUR, happened)


def _rest_within(rule: Rule, worked: Worked, least: int, within: int) -> Iterator[Violation]:
    """The longest rest in so many hours from the start of each duty."""
    for duty in worked.planned:
        span = (duty.start, duty.start + within)
        rest = _longest(worked, span)
        if rest < least:
            at = worked.period.label(duty.start)
            happened = f"rests {rest / HOUR:g} h in the {within / HOUR:g} h from {at}"
            yield worked.broken(rule, span, rest / HOUR, least / HOUR, happened)


def _longest(worked: Worked, span: tuple[int, int]) -> int:
    """The longest rest within a span [minutes]."""
    rests = (min(b, span[1]) - max(a, span[0]) for a, b in worked.rests(span))
    return max(rests, default=0)


def rest_by_duty(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Rest as a multiple of the duty before."""
    for before, after in worked.pairs():
        least = round(rule["times"] * (before.end - before.start))
        if 0 <= after.start - before.end < least:
            yield _too_close(rule, worked, before, after, least)


def running_shifts(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """One shift straight after another."""
    least = round(rule["hours"] * HOUR)
    for before, after in worked.pairs():
        if 0 <= after.start - before.end < least:
            yield _too_close(rule, worked, before, after, least)


def weekly_rest(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """The longest rest of each calendar week; what is not known of a week counts as rest."""
    least, period = round(rule["hours"] * HOUR), worked.period
    last = max(worked.days, default=0)
    for monday in period.weeks(0, max(last, period.days - 1)):
        week = (period.at(monday), period.at(monday + 7))
        if not worked.touches(week):
            continue
        rest = _longest(worked, week) if rule["inside"] else _mostly_in(worked, week)
        if rest < least:
            happened = f"rests {rest / HOUR:g} h in the week from {period.label(week[0])[:-6]}"
            yield worked.broken(rule, week, rest / HOUR, least / HOUR, happened)


def _mostly_in(worked: Worked, week: tuple[int, int]) -> int:
    """The longest rest, whole, of those that lie in a week for the larger part [minutes]."""
    longest = 0
    for start, end in worked.rests(week):
        inside = min(end, week[1]) - max(start, week[0])
        # A rest of weeks counts for each week that it fills.
        if 2 * inside >= end - start or inside >= (week[1] - week[0]) // 2:
            longest = max(longest, end - start)
        else:
            longest = max(longest, inside)
    return longest


def meal(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Pauses of a long duty; where they are not drawn, unpaid time stands for them."""
    over, least, most = (round(rule["over"] * HOUR), round(rule["least"]), round(rule["most"]))
    for duty in worked.planned:
        length, unpaid = duty.end - duty.start, duty.end - duty.start - duty.paid
        if length <= over or (duty.shift is None and unpaid == 0):
            continue
        drawn = sum(p.minutes for p in duty.shift.pauses) if duty.shift else 0
        pause = max(drawn, unpaid)
        if least <= pause and unpaid <= most:
            continue
        at = worked.period.label(duty.start)
        value, limit = (pause, least) if pause < least else (unpaid, most)
        happened = f"has {value} minutes of pause in the duty of {at}"
        yield worked.broken(rule, (duty.start, duty.end), value, limit, happened)
