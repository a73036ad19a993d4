"""The checker: every rule against every person's duties, on absolute minutes.

It shares nothing with any solver, so it can be asked about plans of any origin: of our own, of
another program, of a spreadsheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from sim.plan.duties import Duty
from sim.plan.people import Person, check_people
from sim.plan.period import Period
from sim.plan.rules import hours, rest, rows
from sim.plan.rules.kinds import KINDS
from sim.plan.rules.rule import Rule, Rules
from sim.plan.rules.worked import HOUR, Violation, Worked

__all__ = ["violations"]

Check = Callable[[Rule, Worked], Iterator[Violation]]


def violations(
    duties: Iterable[Duty], people: Iterable[Person], rules: Rules, period: Period
) -> list[Violation]:
    """Every rule that a plan breaks, by person and time.

    Parameters
    ----------
    duties
        The plan. Duties that start below minute 0 were worked before it, like `Person.before`.
    people
        Everybody who may be planned.
    rules
        What must hold. Beside them it always does that a person is in one place, is not planned
        while absent, and keeps the bounds of their contract.
    period
        What the duties are counted in.

    Returns
    -------
    violations
        Hard ones, and wishes not kept; empty for a plan that keeps everything. A rule over a
        span that the plan has only a part of is broken where no continuation could mend it.

    Raises
    ------
    InvalidInput
        If two people have the same name.

    Examples
    --------
    >>> import datetime
    >>> from sim.plan.rules import RU
    >>> late_then_early = [Duty("Anna", 840, 1320, 450), Duty("Anna", 1800, 2280, 450)]
    >>> plan = Period(datetime.date(2026, 3, 2), 7)
    >>> [print(v) for v in violations(late_then_early, [Person(name="Anna")], RU, plan)
    ...  if v.hard][0]
    Anna rests 8 h before the duty of Tue 3 Mar 06:00: at least 12 h of rest between duties
    (custom; the code names no hours of daily rest)
    """
    named = check_people(people)
    worked: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        worked[duty.person].append(duty)
    found = [broken for name in worked if name not in named for broken in _stranger(worked[name])]
    for name, person in named.items():
        told = worked[name]
        known = [*told, *(duty for duty in person.before if duty not in told)]
        known.sort(key=lambda duty: (duty.start, duty.end))
        found += _of_person(Worked(person, tuple(known), period), rules)
    return sorted(found, key=lambda v: (v.person, v.start, v.end, v.rule))


def _stranger(duties: list[Duty]) -> Iterator[Violation]:
    """Duties of somebody who is not among the people."""
    for duty in duties:
        text = f"{duty.person} is planned but not among the people"
        yield Violation(duty.person, "stranger", duty.start, duty.end, 1, 0, True, text)


def _of_person(worked: Worked, rules: Rules) -> Iterator[Violation]:
    """What one person's duties break."""
    yield from _one_place(worked)
    yield from _absences(worked)
    yield from _contract(worked)
    for rule in rules:
        if KINDS[rule.kind].checked and rule.holds_for(worked.person):
            yield from CHECKS[rule.kind](rule, worked)


def _one_place(worked: Worked) -> Iterator[Violation]:
    """Two duties at once, and duties that end before they start."""
    label, name = worked.period.label, worked.person.name
    busy: Duty | None = None
    for duty in worked.duties:
        if duty.end <= duty.start or not 0 <= duty.paid <= duty.end - duty.start:
            text = f"{name} has a duty on {label(duty.start)} whose times make no sense"
            yield Violation(name, "duty", duty.start, duty.end, duty.paid, 0, True, text)
        if busy is not None and min(busy.end, duty.end) > max(duty.start, 0):
            shared = min(busy.end, duty.end) - duty.start
            text = f"{name} is on two duties at once from {label(duty.start)}"
            end = duty.start + shared
            yield Violation(name, "one_place", duty.start, end, shared, 0, True, text)
        if busy is None or duty.end > busy.end:
            busy = duty


def _absences(worked: Worked) -> Iterator[Violation]:
    """Duties while somebody is away."""
    label, name = worked.period.label, worked.person.name
    for duty in worked.planned:
        for away in worked.person.absences:
            shared = min(duty.end, away.end) - max(duty.start, away.start)
            if shared > 0:
                text = f"{name} is on duty from {label(duty.start)} but away ({away.kind})"
                yield Violation(name, "absence", duty.start, duty.end, shared, 0, True, text)


def _contract(worked: Worked) -> Iterator[Violation]:
    """Paid hours of the period against the bounds of the contract; too few is a wish."""
    person, period = worked.person, worked.period
    paid, span = worked.paid((0, period.end)) / HOUR, (0, period.end)
    if person.most is not None and paid > person.most + 1e-6:
        text = f"{person.name} works {paid:g} h, above the {person.most:g} h of the contract"
        yield Violation(person.name, "most", *span, paid, person.most, True, text)
    if person.least is not None and paid < person.least - 1e-6:
        text = f"{person.name} works {paid:g} h, below the {person.least:g} h of the contract"
        yield Violation(person.name, "least", *span, paid, person.least, False, text)


def _night_ban(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Minutes of the night."""
    since, until = (round(rule[name] * HOUR) % 1440 for name in ("since", "until"))
    for duty in worked.planned:
        dark = worked.period.nights((duty.start, duty.end), since, until)
        if dark:
            happened = f"works {dark / HOUR:g} h at night from {worked.period.label(duty.start)}"
            yield worked.broken(rule, (duty.start, duty.end), dark / HOUR, 0, happened)


def _holiday_ban(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Days of duty that are public holidays."""
    period = worked.period
    for duty in worked.planned:
        days = range(period.day(duty.start), period.day(max(duty.start, duty.end - 1)) + 1)
        if any(map(period.is_holiday, days)):
            happened = f"works on a public holiday, {period.label(duty.start)[:-6]}"
            yield worked.broken(rule, (duty.start, duty.end), 1, 0, happened)


def _notice(rule: Rule, worked: Worked) -> Iterator[Violation]:
    """Days from the announcement to the first day."""
    period = worked.period
    if period.announced is None or not worked.planned:
        return
    days = (period.start - period.announced).days
    if days < rule["days"]:
        happened = f"learns of the plan {days} days ahead"
        yield worked.broken(rule, (0, period.end), days, rule["days"], happened)


CHECKS: Mapping[str, Check] = {
    "average_week": hours.average_week,
    "daily_rest": rest.daily_rest,
    "days_off_after_nights": rows.days_off_after_nights,
    "days_off_running": rows.days_off_running,
    "days_running": rows.days_running,
    "duty_hours": hours.duty_hours,
    "duty_length": hours.duty_length,
    "forward": rows.forward,
    "holiday_ban": _holiday_ban,
    "long_running": rows.long_running,
    "meal": rest.meal,
    "night_average": hours.night_average,
    "night_ban": _night_ban,
    "nights_in_weeks": rows.nights_in_weeks,
    "nights_running": rows.nights_running,
    "norm": hours.norm,
    "norm_owed": hours.norm_owed,
    "notice": _notice,
    "overtime_days": hours.overtime_days,
    "overtime_year": hours.overtime_year,
    "rest_by_duty": rest.rest_by_duty,
    "running_shifts": rest.running_shifts,
    "week_hours": hours.week_hours,
    "weekends_off": rows.weekends_off,
    "weekends_running": rows.weekends_running,
    "weekly_rest": rest.weekly_rest,
}
