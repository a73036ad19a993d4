"""From a scenario to a roster: who is there, which shifts, how many people in each interval."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.covers import Cover
from sim.plan.duties import DAY, Duty, Shift
from sim.plan.people import Absence, Person, Wish, absent
from sim.plan.period import Period
from sim.plan.rates import Rates
from sim.plan.rosters import Pin, Progress, Roster, Weights, roster
from sim.plan.rules import Rules, norm_hours, rules_from, violations
from sim.plan.skill_needs import served_by
from sim.plan.team_needs import needed_after, needed_by_skill, needed_on_roster
from sim.scenario.model import Scenario
from sim.scenario.option import Group
from sim.scenario.planned import ShiftForm
from sim.scenario.team import DaySpan, Member, Team

__all__ = [
    "TeamRoster",
    "barred",
    "month_of",
    "people_of",
    "rates_of",
    "rules_of",
    "settled",
    "shifts_of",
    "team_of",
    "team_roster",
    "teams_understood",
    "times_of",
]

Floats = NDArray[np.float64]

#: Kinds of shifts that a roster chooses among: more would not help, and take long.
MOST_KINDS = 24

# Rules that a single duty can break, whatever else is worked.
_OF_A_DUTY = {"meal", "duty_length", "duty_hours", "night_ban"}


@dataclass(frozen=True, slots=True, eq=False)
class TeamRoster:
    """A roster of a group of a scenario.

    Parameters
    ----------
    group
        Its name.
    roster
        Who works when.
    rules
        The labour rules that it was held to.
    needed
        People on the roster by interval of the period, so that enough are at work.
    barred
        Shifts of the plan that the rules let nobody work, with the reason.
    pattern
        The rotation that everybody walks; empty where days were chosen freely.
    unattended
        Stretches of the clock in which its shifts have nobody there [minutes after midnight].
    alone
        Hours that are needed in these stretches [h].
    kinds
        How many kinds of shifts there were to choose among.
    rates
        What people and hours cost; None where the scenario has no price of them.
    """

    group: str
    roster: Roster
    rules: Rules
    needed: Floats
    barred: tuple[tuple[Shift, str], ...] = ()
    pattern: str = ""
    unattended: tuple[tuple[int, int], ...] = ()
    alone: float = 0.0
    kinds: int = MOST_KINDS
    rates: Rates | None = None


def month_of(
    scenario: Scenario, first: datetime.date | None = None, days: int | None = None
) -> Period:
    """The days of a roster: a calendar month, the one in which the scenario starts unless told.

    Parameters
    ----------
    scenario
        Whose calendar it is.
    first, days
        Other days; from a first one alone, to the end of its month.

    Raises
    ------
    InvalidInput
        If no calendar goes so far.
    """
    start = first or scenario.calendar.start.replace(day=1)
    if not datetime.date(1900, 1, 1) <= start <= datetime.date(2200, 1, 1):
        raise InvalidInput("from", "must be a day from 1900 to 2200", str(start))
    if days is None:
        following = (start.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
        days = (following - start).days
    return Period(start, days, scenario.calendar)


def rules_of(team: Team, period: Period) -> Rules:
    """The labour rules of a team on the first day of a period.

    Raises
    ------
    InvalidInput
        If a rule is not known, or a number of it is out of range.
    """
    given: dict[str, Any] = {"base": "none", **team.rules}
    # Who has said nothing has chosen nothing: other profiles know no choice of accounting.
    if given["base"] == "RU" or "accounting" in team.model_fields_set:
        given.setdefault("accounting", team.accounting)
    return rules_from(given, on=period.start)


def team_of(
    scenario: Scenario,
    name: str,
    group: str,
    period: Period,
    members: Sequence[Member] | None = None,
    *,
    rotating: bool = False,
) -> tuple[tuple[Member, ...], Rules]:
    """Who is to be planned under which rules: all that can be refused before anything is planned.

    Parameters
    ----------
    scenario, name, group
        The operation, its option and group.
    period
        The days.
    members
        Who is there, instead of the scenario's team.
    rotating
        Whether all walk a rotation, so that no shifts need be allowed nor planned.

    Raises
    ------
    InvalidInput
        If nobody is named, the scenario does not say which shifts may be worked, a rule is not
        known, a person has a flag, a channel or a wish that means nothing here, or nobody serves
        a channel of the group.
    """
    staff = scenario.options[name].groups[group]
    forms = staff.to_target.shifts if staff.to_target else None
    if not forms and not rotating:
        hint = "write them under staffing: {to_target: {shifts: …}}"
        raise InvalidInput("shifts", "must be given for a roster", None, hint)
    team = staff.team or (Team(people=tuple(members)) if members else None)
    chosen = tuple(members) if members else team.people if team else ()
    if team is None or not chosen:
        hint = "write team: {people: 40, rules: RU} for the group, or give a spreadsheet"
        raise InvalidInput("team", "must name people or say how many there are", None, hint)
    rules = rules_of(team, period)
    for member in chosen:
        _understood(member, staff, forms or {})
    served_by(staff.skills, chosen)
    people_of(chosen, period)
    return chosen, rules


def teams_understood(scenario: Scenario) -> None:
    """Refuse what teams of a scenario say that no roster could be made of, with its place.

    Rules of labour are read where rosters are made, so a file with a rule that nobody knows loads.

    Raises
    ------
    InvalidInput
        As `team_of` has it, named by the path in the file.
    """
    period = month_of(scenario)
    for name, option in scenario.options.items():
        for group, staff in option.groups.items():
            if staff.team is None:
                continue
            try:
                team_of(scenario, name, group, period, rotating=True)
            except InvalidInput as error:
                path = f"options.{name}.groups.{group}.team.{error.name}"
                raise InvalidInput(path, error.rule, error.value, error.hint) from None


def _understood(member: Member, staff: Group, forms: Mapping[str, ShiftForm]) -> None:
    """Refuse what a person has that means nothing in this group."""
    where = f"people[{member.name}]"
    for skill in member.skills:
        if skill not in staff.skills:
            rule = f"must be channels of the group: {', '.join(staff.skills)}"
            raise InvalidInput(f"{where}.skills", rule, skill)
    for wish in member.wishes:
        for kind in wish.kinds:
            if kind not in forms:
                rule = f"must name a kind of shift: {', '.join(forms) or 'none is allowed here'}"
                raise InvalidInput(f"{where}.wishes", rule, kind)


def people_of(
    members: Sequence[Member],
    period: Period,
    before: Sequence[Duty] = (),
    shifts: Sequence[Shift] = (),
) -> tuple[Person, ...]:
    """People as a roster takes them.

    Parameters
    ----------
    members
        As the scenario or a spreadsheet has them.
    period
        The days of the roster.
    before
        What was worked before it.
    shifts
        Of the roster: who wishes kinds of shifts is given any of these.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    for shift in shifts:
        kinds[shift.name.rpartition(" ")[0]].append(shift.name)
    worked: dict[str, list[Duty]] = defaultdict(list)
    for duty in before:
        worked[duty.person].append(duty)
    return tuple(_person(one, period, tuple(worked[one.name]), kinds) for one in members)


def _person(
    member: Member, period: Period, before: tuple[Duty, ...], kinds: Mapping[str, Sequence[str]]
) -> Person:
    """One of them."""
    absences = [
        found
        for kind in ("vacation", "sick", "unavailable")
        for span in getattr(member, kind)
        if (found := _absence(span, kind, period)) is not None
    ]
    wishes = [
        Wish(period.at(first), period.at(last + 1), wish.kind, wish.weight, shifts)
        for wish in member.wishes
        if (inside := _days(wish.days, period)) is not None
        for first, last in [inside]
        # A kind that the plan does not start is wished for in vain, not for any shift.
        for shifts in [tuple(name for kind in wish.kinds for name in kinds.get(kind, [kind]))]
    ]
    return Person(
        name=member.name,
        share=member.share,
        norm=member.norm,
        most=member.most,
        skills=frozenset(member.skills),
        flags=frozenset(member.flags),
        absences=tuple(absences),
        wishes=tuple(wishes),
        before=before,
    )


def _days(span: DaySpan, period: Period) -> tuple[int, int] | None:
    """First and last day of a span within the period; None if it lies outside."""
    first, last = max(0, period.day_of(span.first)), period.day_of(span.last)
    last = min(last, period.days - 1)
    return (first, last) if first <= last else None


def _absence(span: DaySpan, kind: str, period: Period) -> Absence | None:
    inside = _days(span, period)
    return None if inside is None else absent(period, *inside, kind)


def shifts_of(found: Cover) -> tuple[Shift, ...]:
    """Kinds of shifts that a plan uses, the most used first, with the usual places of pauses.

    Parameters
    ----------
    found
        Of a group whose shifts were planned.
    """
    assert found.plan is not None
    used: Counter[tuple[int, int, str]] = Counter()
    forms: dict[tuple[int, int, str], Counter[Shift]] = defaultdict(Counter)
    for item in found.plan.cover.shifts:
        key = item.shift.start % DAY, item.shift.minutes, item.shift.name
        used[key] += item.count
        forms[key][replace(item.shift, start=key[0])] += item.count
    return tuple(_named(forms[key].most_common(1)[0][0]) for key, _ in used.most_common(MOST_KINDS))


def _named(shift: Shift) -> Shift:
    """A shift with a name that tells its times."""
    return replace(shift, name=f"{shift.name} {times_of(shift)}")


def times_of(shift: Shift) -> str:
    """When a shift begins and ends, with the days that it takes where that is a day or more.

    Examples
    --------
    >>> times_of(Shift("night", 1200, 720)), times_of(Shift("long", 720, 1800))
    ('20:00–08:00', '12:00–18:00+1d')
    """
    start, end = shift.start, shift.end % DAY
    more = f"+{shift.minutes // DAY}d" if shift.minutes >= DAY else ""
    return f"{start // 60:02d}:{start % 60:02d}–{end // 60:02d}:{end % 60:02d}{more}"


def barred(shifts: Sequence[Shift], rules: Rules, period: Period) -> tuple[tuple[Shift, str], ...]:
    """Shifts that hard rules let nobody work, whatever else they work, with the reason.

    Parameters
    ----------
    shifts, rules, period
        What is to be worked, under which rules, when.
    """
    found: list[tuple[Shift, str]] = []
    somebody = Person(name="anybody", norm=0.0)
    for shift in shifts:
        day = min(2, period.days - 1)
        start = period.at(day, shift.start)
        alone = Duty(somebody.name, start, start + shift.minutes, shift.paid, shift)
        reasons = [
            broken.text.removeprefix(f"{somebody.name} ")
            for broken in violations([alone], [somebody], rules, period)
            if broken.hard and _kind(rules, broken.rule) in _OF_A_DUTY
        ]
        if reasons:
            found.append((shift, reasons[0]))
    return tuple(found)


def _kind(rules: Rules, id: str) -> str:
    """What kind of rule an id names."""
    rule = rules.get(id)
    return "" if rule is None else rule.kind


def settled(
    last: Sequence[Duty], members: Sequence[Member], period: Period, until: datetime.date
) -> tuple[Pin, ...]:
    """Days of a roster before a date, as they were: worked already, or told to people.

    Parameters
    ----------
    last
        The roster.
    members
        Whose days they are; those who have left are no matter.
    period, until
        The days, and the first that may still change.
    """
    worked = {(duty.person, period.day(duty.start)): duty for duty in last}
    pins = []
    for member in members:
        for day in range(max(0, min(period.days, period.day_of(until)))):
            duty = worked.get((member.name, day))
            name = duty.shift.name if duty is not None and duty.shift is not None else ""
            pins.append(Pin(member.name, day, name))
    return tuple(pins)


def rates_of(scenario: Scenario, group: Group, period: Period) -> Rates | None:
    """What people and hours of a group cost: its pay, or a vendor's price; None without either.

    Parameters
    ----------
    scenario, group
        Whose pay it is.
    period
        A person is priced for the calendar month in which it begins, by the hours of its norm.
    """
    contract = group.contract.converted.price_per_agent_hour if group.contract else None
    if group.payroll is None and contract is None:
        return None
    from sim.plan.shift_plans import hourly_pay  # the solver is loaded where it is asked for

    pay = hourly_pay(scenario, group)
    month = month_of(scenario, period.start.replace(day=1))
    full = norm_hours(Person(name="anybody"), month, 0, month.days)
    return Rates(pay.rate, pay.night_premium, pay.weekend_premium, pay.rate * full)


def team_roster(
    scenario: Scenario,
    name: str,
    group: str,
    found: Cover,
    *,
    members: Sequence[Member] | None = None,
    period: Period | None = None,
    last: Sequence[Duty] | None = None,
    keep_until: datetime.date | None = None,
    weights: Weights | None = None,
    seed: int = 0,
    time_limit: float | None = 60.0,
    progress: Callable[[Progress], object] | None = None,
) -> TeamRoster:
    """A roster for a group of an option whose shifts were planned.

    Parameters
    ----------
    scenario, name, group
        The operation, its option and group.
    found
        The group's plan, see `cover`.
    members
        Who is there, instead of the scenario's team.
    period
        The days; the calendar month of the scenario when None.
    last
        A roster to stay close to: each changed day has a price. What it has of days before the
        period was worked: rests, rows of days and nights run on from it.
    keep_until
        Its first day that may still change.
    weights, seed, time_limit, progress
        As `sim.plan.rosters.roster` takes them.

    Raises
    ------
    InvalidInput
        As `team_of` has it.
    """
    days = period or month_of(scenario)
    chosen, rules = team_of(scenario, name, group, days, members)
    staff, shifts = scenario.options[name].groups[group], shifts_of(found)
    needed = needed_on_roster(scenario, staff, found, days)
    by_skill = needed_by_skill(scenario, name, group, found, chosen, days, shifts)
    before = [duty for duty in last or () if duty.start < 0]
    told = [duty for duty in last or () if duty.start >= 0]
    pins: tuple[Pin, ...] = ()
    if told and keep_until is not None:
        pins = settled(told, chosen, days, keep_until)
    made = roster(
        people_of(chosen, days, before, shifts),
        shifts,
        needed.tolist(),
        rules,
        days,
        after=needed_after(staff, found, days, shifts).tolist(),
        serving={names: row.tolist() for names, row in by_skill.items()},
        last=told or None,
        pins=pins,
        weights=weights,
        seed=seed,
        time_limit=time_limit,
        progress=progress,
    )
    stopped = barred(shifts, rules, days)
    rates = rates_of(scenario, staff, days)
    return TeamRoster(group, made, rules, needed, stopped, kinds=len(shifts), rates=rates)
