"""A roster in words, tables and plain data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np

from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters import Roster
from sim.plan.rotation import round_the_clock
from sim.plan.shifts.templates import clock
from sim.plan.teams import TeamRoster
from sim.report.answer import Answer, finite
from sim.report.labour import barred_words, broken_words
from sim.report.language import N_, Language
from sim.report.sentences import channel_title, group_title, option_title, shift_title
from sim.report.shortfalls import shortfall_data, shortfall_text
from sim.report.tables import Table
from sim.scenario import Scenario

__all__ = [
    "LOOKING",
    "WRITTEN",
    "codes",
    "duty_rows",
    "line",
    "moment",
    "roster_answer",
    "titles_of",
]

#: A table of the month is shown up to so many people; files hold all.
SHOWN = 60
#: So many reasons why hours stay short, and stretches in which they do; the rest is in the data.
TOLD = 6
STRETCHES = 4

LOOKING = N_("Looking for a better roster")
WRITTEN = N_("Written: {file}")
"""What a terminal says beside it."""

_BAND_WORDS = {
    "short": N_("people short"),
    "over": N_("people too many"),
    "skills": N_("people short who serve a channel"),
    "after": N_("people short or too many in the night after the last day"),
    "owed": N_("hours of the norm not given"),
    "weekends": N_("weekends worked, unevenly"),
    "nights": N_("nights worked, unevenly"),
    "wishes and changes": N_("wishes not kept, changes"),
}


def roster_answer(scenario: Scenario, option: str, made: TeamRoster, lang: Language) -> Answer:
    """Who works when.

    Parameters
    ----------
    scenario, option
        The operation and its option.
    made
        The roster of a group.
    lang
        The reader's language.
    """
    tables: list[Table] = []
    found = made.roster
    if found.found:
        tables = [_key(scenario, option, made, lang), _month(found, lang), _bands(found, lang)]
    return Answer(
        sentences=tuple(_sentences(scenario, option, made, lang)),
        tables=tuple(tables),
        data=_data(scenario, option, made),
        rows=duty_rows(found),
    )


def _sentences(scenario: Scenario, option: str, made: TeamRoster, lang: Language) -> list[str]:
    """The answer first, then what stands in the way."""
    found, period = made.roster, made.roster.period
    hour = period.end / 60 / made.needed.size
    words = {
        "title": option_title(scenario, option, lang),
        "group": group_title(scenario, option, made.group, lang),
        "people": lang.n("{n} person", "{n} people", len(found.people)),
        "days": _span(period, lang),
        "rules": made.rules.name,
    }
    said: list[str] = []
    if not found.found:
        said.append(
            lang(
                "{title}, {group}: no roster of {people} {days} keeps the rules {rules}.",
                **words,
            )
        )
    else:
        short = float(found.short.sum()) * hour
        share = short / (float(made.needed.sum()) * hour) if made.needed.any() else 0.0
        said.append(
            lang(
                "{title}, {group}: {people} {days} under the rules {rules}, {hours} h short "
                "({share} of what is needed), {kept} of {wishes} wishes kept.",
                **words,
                hours=lang.number(short, 1),
                share=lang.percent(share, 1),
                kept=lang.number(found.wishes_kept),
                wishes=lang.number(found.wishes),
            )
        )
        hard = [one for one in found.violations if one.hard]
        said.append(
            lang("No rule is broken.")
            if not hard
            else lang(
                "Rules broken: {count}. {first}",
                count=lang.number(len(hard)),
                first=broken_words(hard[0], made.rules, period, lang),
            )
        )
        if made.pattern:
            said.append(
                lang(
                    "Everybody walks the rotation {pattern}; the law is held against it, and it is "
                    "not bent.",
                    pattern=made.pattern,
                )
            )
            said += _unattended(made, lang)
        else:
            said.append(
                lang(
                    "Its cost by the weights is at most {gap} above the best roster there is.",
                    gap=lang.percent(found.gap, 1),
                )
            )
        said += _thin(made, lang)
    said += _unserved(scenario, made, lang)
    return [*said, *_reasons(scenario, option, made, lang)]


def _unattended(made: TeamRoster, lang: Language) -> list[str]:
    """Hours of the clock that the rotation cannot fill, and the ones that can."""
    if made.alone <= 0:
        return []
    times = (f"{clock(start)}–{clock(end)}" for start, end in made.unattended)
    return [
        lang(
            "Its shifts have nobody there at {times}, when {hours} h are needed: no number of "
            "people helps. Rotations with somebody there at all hours: {others} (--pattern).",
            times=", ".join(times),
            hours=lang.number(made.alone),
            others=", ".join(round_the_clock()),
        )
    ]


def _span(period: Period, lang: Language) -> str:
    """The days in words."""
    first, last = (f"{period.date(day):%d.%m.%Y}" for day in (0, period.days - 1))
    if period.days == 1:
        return lang("on {first}", first=first)
    return lang("from {first} to {last}", first=first, last=last)


def _thin(made: TeamRoster, lang: Language) -> list[str]:
    """When most hours are short, and why they are in the first night."""
    short = np.atleast_2d(made.roster.short).sum(axis=0)
    minutes = made.roster.period.end // short.size
    edges = np.flatnonzero(np.diff(np.concatenate(([0], short > 0, [0]))))
    parts = [
        (float(short[a:b].sum()) * minutes / 60, int(a), int(b)) for a, b in edges.reshape(-1, 2)
    ]
    if not parts:
        return []
    most = sorted(
        sorted(parts, key=lambda part: (-part[0], part[1]))[:STRETCHES], key=itemgetter(1)
    )
    places = [
        lang(
            "{span} {hours} h",
            span=_stretch(moment(made.roster, a * minutes), moment(made.roster, b * minutes)),
            hours=lang.number(hours, 1),
        )
        for hours, a, b in most
    ]
    said = lang("Short above all: {places}.", places="; ".join(places))
    if short[0] > 0 and short[0] >= float(np.atleast_2d(made.needed)[:, 0].sum()):
        first = lang(
            "In the first hours nobody is there from the night before: give the roster of the days "
            "before (on the command line --last)."
        )
        return [said, first]
    return [said]


def _stretch(since: datetime.datetime, until: datetime.datetime) -> str:
    """From when to when; the day is told again where it is another."""
    last = until - datetime.timedelta(minutes=1)
    end = f"{until:%H:%M}" if last.date() == since.date() else f"{until:%d.%m.%Y %H:%M}"
    return f"{since:%d.%m.%Y %H:%M}–{end}"


def _unserved(scenario: Scenario, made: TeamRoster, lang: Language) -> list[str]:
    """Hours that lack people who serve some channels."""
    hour = made.roster.period.end / 60 / made.needed.size
    return [
        lang(
            "{hours} h lack somebody who serves {channels}.",
            hours=lang.number(float(row.sum()) * hour, 1),
            channels=lang(" or ").join(channel_title(scenario, name, lang) for name in names),
        )
        for names, row in made.roster.unserved.items()
        if row.any()
    ]


def _reasons(scenario: Scenario, option: str, made: TeamRoster, lang: Language) -> list[str]:
    """What the letters of absence mean, whom the rules stop, and why hours stay short."""
    found, said = made.roster, list[str]()
    if found.found and any(person.absences for person in found.people):
        said.append(lang("In the month: v vacation, s sick, - cannot work, . off."))
    said += [
        lang(
            "Nobody may work {shift}: {reason}",
            shift=_title(scenario, option, made.group, shift.name, lang),
            reason=barred_words(reason, made.rules, lang),
        )
        for shift, reason in made.barred
    ]
    if len(made.barred) < made.kinds:  # where nobody may work anything, nothing else matters
        told = found.shortfalls
        people, money = len(found.people), scenario.currency
        said += [shortfall_text(one, people, made.rates, money, lang) for one in told[:TOLD]]
        if len(told) > TOLD:
            said.append(
                lang("And {count} more of the kind (--json).", count=lang.number(len(told) - TOLD))
            )
    return said


def codes(found: Roster) -> dict[str, str]:
    """A letter or two for each shift, in order of time; ``A`` starts first."""
    shifts = sorted(
        {(d.shift.start, d.shift.minutes, d.shift.name) for d in found.duties if d.shift}
    )
    return {name: _code(number) for number, (_, _, name) in enumerate(shifts)}


def _code(number: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRTUWXYZ"  # S and V would be sickness and vacation to a spreadsheet
    size = len(letters)
    if number < size:
        return letters[number]
    return letters[number // size - 1] + letters[number % size]


def titles_of(scenario: Scenario, option: str, made: TeamRoster, lang: Language) -> dict[str, str]:
    """Shifts of a roster as people read them, by name.

    Parameters
    ----------
    scenario, option
        The operation and its option.
    made
        The roster of a group.
    lang
        The reader's language.
    """
    return {name: _title(scenario, option, made.group, name, lang) for name in codes(made.roster)}


def _title(scenario: Scenario, option: str, group: str, name: str, lang: Language) -> str:
    """A shift of a roster as people read it: its times, and what the planner calls it."""
    key, _, times = name.rpartition(" ")
    times, plus, days = times.partition("+")
    if plus:
        times = lang("{times} +{days} d", times=times, days=days.removesuffix("d"))
    return f"{times} {shift_title(scenario, option, group, key, lang)}"


def _key(scenario: Scenario, option: str, made: TeamRoster, lang: Language) -> Table:
    """What the letters of the month mean."""
    found = made.roster
    code = codes(found)
    worked = {
        name: sum(d.shift is not None and d.shift.name == name for d in found.duties)
        for name in code
    }
    paid = {d.shift.name: d.shift.paid for d in found.duties if d.shift}
    rows = tuple(
        (
            f"{code[name]}  {_title(scenario, option, made.group, name, lang)}",
            lang.number(paid[name] / 60, 1),
            lang.number(worked[name]),
        )
        for name in code
    )
    return Table(lang("Shifts"), (lang("Shift"), lang("Paid hours"), lang("Worked")), rows)


def line(found: Roster, person: Person) -> list[str]:
    """A person's days as letters: a shift, ``v`` on vacation, ``s`` sick, ``.`` off."""
    period, code = found.period, codes(found)
    days = ["."] * period.days
    for absence in person.absences:
        mark = {"vacation": "v", "sick": "s", "leave": "v"}.get(absence.kind, "-")
        for day in range(period.days):
            if absence.start < period.at(day + 1) and period.at(day) < absence.end:
                days[day] = mark
    for duty in found.of(person.name):
        if duty.shift is not None:
            days[period.day(duty.start)] = code[duty.shift.name]
    return days


def _month(found: Roster, lang: Language) -> Table:
    """A row for each person."""
    period = found.period
    head = "".join(f"{lang.day(period.weekday(day))[:1]}" for day in range(period.days))
    rows = [
        (
            person.name,
            "".join(f"{mark:<1}"[:1] for mark in line(found, person)),
            lang.number(found.hours[person.name], 1),
            lang.number(found.owed[person.name], 1),
            lang.number(found.nights[person.name]),
            lang.number(found.weekends[person.name]),
        )
        for person in found.people[:SHOWN]
    ]
    more = len(found.people) - SHOWN
    if more > 0:
        rows.append((lang("and {count} more", count=lang.number(more)), "", "", "", "", ""))
    names = (lang("Name"), head, lang("Hours"), lang("Norm"), lang("Nights"), lang("Weekends"))
    return Table(lang("The month"), names, tuple(rows))


def _bands(found: Roster, lang: Language) -> Table:
    """What the roster costs by the weights."""
    rows = tuple(
        (lang(_BAND_WORDS.get(name, name)), lang.number(band.amount, 1), lang.number(band.cost, 1))
        for name, band in found.bands.items()
    )
    return Table(lang("What it lacks"), (lang("What"), lang("How much"), lang("Weighed")), rows)


def duty_rows(found: Roster) -> list[Mapping[str, Any]]:
    """Every duty as a row of a spreadsheet."""
    return [
        {
            "person": duty.person,
            "date": moment(found, duty.start).date().isoformat(),
            "start": moment(found, duty.start).strftime("%Y-%m-%d %H:%M"),
            "end": moment(found, duty.end).strftime("%Y-%m-%d %H:%M"),
            "shift": duty.shift.name if duty.shift else "",
            "paid_hours": duty.paid / 60,
            "skill": skill,
        }
        for duty, skill in zip(found.duties, found.serves, strict=True)
    ]


def moment(found: Roster, minute: int) -> datetime.datetime:
    """A minute of the period on the wall clock.

    Parameters
    ----------
    found
        A roster of the period.
    minute
        Since its first midnight.
    """
    period = found.period
    day, since = period.day(minute), period.clock(minute)
    return datetime.datetime.combine(period.date(day), datetime.time()) + datetime.timedelta(
        minutes=since
    )


def _data(scenario: Scenario, option: str, made: TeamRoster) -> dict[str, Any]:
    """Everything as plain data."""
    found = made.roster
    return {
        "scenario": scenario.name,
        "option": option,
        "group": made.group,
        "pattern": made.pattern or None,
        "unattended": [[clock(start), clock(end)] for start, end in made.unattended],
        "unattended_hours": made.alone,
        "rules": {
            "name": made.rules.name,
            "rules": [
                {"id": rule.id, "text": rule.text, "hard": rule.hard, "citation": rule.citation}
                for rule in made.rules
            ],
        },
        "start": found.period.start.isoformat(),
        "days": found.period.days,
        "found": found.found,
        "legal": found.legal,
        "cost": finite(found.cost),
        "bound": finite(found.bound),
        "gap": finite(found.gap),
        "effort": {
            "lines": found.effort.lines,
            "programs": found.effort.programs,
            "stopped": found.effort.stopped,
        },
        "short_hours": float(np.sum(found.short)) * found.period.end / 60 / made.needed.size,
        "unserved_hours": {
            ", ".join(names): float(row.sum()) * found.period.end / 60 / made.needed.size
            for names, row in found.unserved.items()
        },
        "bands": {
            name: {"amount": band.amount, "unit": band.unit, "cost": band.cost}
            for name, band in found.bands.items()
        },
        "wishes": found.wishes,
        "wishes_kept": found.wishes_kept,
        "people": [_person_data(found, person.name) for person in found.people],
        "duties": [dict(row) for row in duty_rows(found)],
        "violations": [
            {"person": one.person, "rule": one.rule, "hard": one.hard, "text": one.text}
            for one in found.violations
        ],
        "shortfalls": [shortfall_data(one, made.rates) for one in found.shortfalls],
        "barred": [{"shift": shift.name, "reason": reason} for shift, reason in made.barred],
    }


def _person_data(found: Roster, name: str) -> dict[str, Any]:
    """What a person is given."""
    return {
        "name": name,
        "hours": found.hours.get(name, 0.0),
        "owed": found.owed.get(name, 0.0),
        "nights": found.nights.get(name, 0),
        "weekends": found.weekends.get(name, 0),
    }
