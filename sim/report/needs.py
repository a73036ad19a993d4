"""How many agents and people are needed, in words, tables and plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decide.needs import Needs, People, people
from sim.plan.limits import limits
from sim.report.answer import Answer
from sim.report.labour import rule_title
from sim.report.language import N_, Language
from sim.report.sentences import group_title, option_title, target_words
from sim.report.tables import Table
from sim.scenario import Scenario
from sim.scenario.terms import AgentTerms

__all__ = [
    "choices_table",
    "limit_sentences",
    "needs_answer",
    "people_table",
    "rotations_table",
    "seat_table",
    "week_table",
]

HOLD_WORDS = {
    "every interval": N_("in every interval"),
    "every day": N_("on every day"),
    "on average": N_("on average over the week"),
}
"""Over which time a promise holds, as people read it."""

CHOICE_WORDS = {
    "12 h from 8 and 20": N_("12 h from 8:00 and 20:00"),
    "8 h in three shifts": N_("8 h in three shifts"),
    "12 h from any hour": N_("12 h from any hour"),
    "8 h from any hour": N_("8 h from any hour"),
    "8, 10 and 12 h from any hour": N_("8, 10 and 12 h from any hour"),
    "4 to 12 h from any hour": N_("4 to 12 h from any hour"),
}
"""Choices of shifts, as people read them."""

_STEP_WORDS = {
    "shrinkage": N_("breaks, meetings and training within the shift"),
    "fit": N_("shifts that do not fit the curve"),
    "learning": N_("beginners who are still learning"),
    "contract": N_("hours in a contract"),
    "vacation": N_("vacation"),
    "sickness": N_("sickness"),
    "absence": N_("other absence"),
}


def needs_answer(scenario: Scenario, option: str, found: Sequence[Needs], lang: Language) -> Answer:
    """What an option needs.

    Parameters
    ----------
    scenario, option
        The operation and its option.
    found
        What its groups need.
    lang
        The reader's language.
    """
    sentences = [
        lang(
            "{title}: agents needed at the same time, by closed form; linewise run says what "
            "customers get.",
            title=option_title(scenario, option, lang),
        )
    ]
    tables: list[Table] = []
    for one in found:
        sentences += _sentences(scenario, option, one, lang)
        agents, title = one.requirement.agents, group_title(scenario, option, one.group, lang)
        tables += [
            week_table(agents, scenario.interval, title, lang),
            _wordings(scenario, one, lang),
        ]
        if one.people is not None:
            tables.append(people_table(one.people, lang))
        if one.choices:
            tables.append(choices_table(one, lang))
        if one.rotations:
            tables.append(rotations_table(one, lang))
    sentences += limit_sentences(scenario, option, lang)
    data = {"option": option, "groups": {one.group: _data(scenario, one) for one in found}}
    return Answer(
        sentences=tuple(sentences),
        tables=tuple(tables),
        data=data,
        rows=_rows(scenario, found),
    )


def _sentences(scenario: Scenario, option: str, one: Needs, lang: Language) -> list[str]:
    """One group in words."""
    need = one.requirement
    hours = float(need.agents.sum()) * scenario.interval / 3600
    peak = int(need.agents.max())
    first = int(need.agents.argmax()) * scenario.interval
    said = [
        lang(
            "{group}: {hours} agent hours a week, at most {peak} at the same time (first {day} "
            "{time}).",
            group=group_title(scenario, option, one.group, lang),
            hours=lang.number(hours),
            peak=lang.number(peak),
            day=lang.day(int(first // 86_400)),
            time=lang.clock(first % 86_400),
        )
    ]
    if not need.met.all():
        said.append(
            lang(
                "In {count} of {all} intervals the maximum is too small for the promise.",
                count=lang.number(int((~need.met).sum())),
                all=lang.number(len(need.met)),
            )
        )
    if one.people is not None:
        said.append(
            lang(
                "That takes {heads} people; one place that is filled round the clock takes {seat}.",
                heads=lang.number(one.people.heads, 1),
                seat=lang.number(one.people.seat, 2),
            )
        )
    return said


def limit_sentences(scenario: Scenario, option: str, lang: Language) -> list[str]:
    """Promises that cannot be kept with the maximum of a group: what can be, and what would do."""
    return [
        lang(
            "{promise} cannot be met by the {maximum} of “{group}”: in the worst interval, {day} "
            "{time}, at most {attained} by closed form; {needed} would do.",
            promise=target_words(one.target, lang),
            maximum=lang.number(one.maximum),
            group=group_title(scenario, option, one.group, lang),
            day=lang.day(int(one.slot * scenario.interval // 86_400)),
            time=lang.clock(one.slot * scenario.interval % 86_400),
            attained=lang.percent(one.attained),
            needed=lang.number(one.needed),
        )
        for one in limits(scenario, scenario.options[option])
    ]


def week_table(
    agents: NDArray[Any], interval: float, title: str, lang: Language, digits: int = 0
) -> Table:
    """A week of numbers: times down, days across; alike rows stand together.

    Parameters
    ----------
    agents
        By interval of the week from Monday 00:00.
    interval
        Length of an interval [s].
    title
        Of the table.
    lang
        The reader's language.
    digits
        Decimal places.
    """
    by_time = np.asarray(agents).reshape(7, -1).T
    rows: list[tuple[str, ...]] = []
    start = 0
    for k in range(1, len(by_time) + 1):
        if k == len(by_time) or not np.array_equal(by_time[k], by_time[start]):
            times = f"{lang.clock(start * interval)}–{_end(k * interval, lang)}"
            cells = (lang.number(float(n), digits) if n else "·" for n in by_time[start])
            rows.append((times, *cells))
            start = k
    return Table(title, (lang("Time"), *(lang.day(day) for day in range(7))), tuple(rows))


def _end(second: float, lang: Language) -> str:
    """A time of day at which something ends; the end of the day is 24:00."""
    return "24:00" if second >= 86_400 else lang.clock(second)


def _wordings(scenario: Scenario, one: Needs, lang: Language) -> Table:
    """What it takes to promise the same over another time."""
    strictest = one.wordings[0]
    rows = []
    for wording in one.wordings:
        saved = 1 - wording.hours_week / strictest.hours_week if strictest.hours_week else 0.0
        cost = "—" if wording.cost is None else lang.money(wording.cost, scenario.currency)
        rows.append(
            (
                lang(HOLD_WORDS[wording.hold]),
                lang.number(wording.hours_week),
                lang.percent(saved, 1),
                cost,
            )
        )
    head = (
        lang("The same promise, kept"),
        lang("Agent hours a week"),
        lang("Saved"),
        lang("Cost of people a month"),
    )
    return Table(lang("What the wording of the promise is worth"), head, tuple(rows))


def people_table(staff: People, lang: Language) -> Table:
    """From hours at work to people, factor by factor.

    Parameters
    ----------
    staff
        The way.
    lang
        The reader's language.
    """
    rows = [(lang("agent hours a month at work"), "", lang.number(staff.hours), "")]
    for step in staff.steps:
        hours = lang.number(step.reached) if step.unit == "hours" else ""
        heads = lang.number(step.reached, 2) if step.unit == "people" else ""
        if step.key == "contract":
            factor = lang("1 ÷ {hours} h", hours=lang.number(1 / step.factor, 1))
        else:
            factor = "× " + lang.number(step.factor, 3)
        rows.append((lang(_STEP_WORDS[step.key]), factor, hours, heads))
    head = (lang("From hours to people"), lang("Factor"), lang("Hours a month"), lang("People"))
    return Table("", head, tuple(rows))


def seat_table(terms: AgentTerms, lang: Language) -> Table:
    """Why a place that is filled round the clock takes more than four people, factor by factor.

    Parameters
    ----------
    terms
        The working year, and what of a paid hour is not at work.
    lang
        The reader's language.
    """
    found = people(terms, 8760 / 12)
    year = terms.calendar.contract_hours_year
    reached = 8760 / year
    rows = [
        (
            lang("168 h of a week ÷ 40 h of a job"),
            "",
            lang.number(168 / 40, 2),
        ),
        (
            lang("hours in a contract"),
            lang("8,760 h of a year ÷ {hours} h", hours=lang.number(year)),
            lang.number(reached, 2),
        ),
    ]
    for step in found.steps:
        if step.key == "contract":
            continue
        reached *= step.factor
        factor = "× " + lang.number(step.factor, 3)
        rows.append((lang(_STEP_WORDS[step.key]), factor, lang.number(reached, 2)))
    head = (lang("One place, always filled"), lang("Factor"), lang("People"))
    return Table(lang("What one place round the clock takes"), head, tuple(rows))


def choices_table(one: Needs, lang: Language) -> Table:
    """What the choice of shifts takes, before any is planned.

    Parameters
    ----------
    one
        What a group needs.
    lang
        The reader's language.
    """
    rows = tuple(
        (
            lang(CHOICE_WORDS.get(choice.name, choice.name)),
            lang.number(choice.hours),
            lang.number(choice.fte, 1),
            lang.percent(choice.efficiency, 0),
        )
        for choice in one.choices
    )
    head = (
        lang("Shifts that are drawn"),
        lang("Paid hours a week"),
        lang("By 40 h a week"),
        lang("Of it needed"),
    )
    return Table(lang("Which shifts to draw: more than any planning can save"), head, rows)


def rotations_table(one: Needs, lang: Language) -> Table:
    """Patterns of crews round the clock, held to the law.

    Parameters
    ----------
    one
        What a group needs.
    lang
        The reader's language.
    """
    rows = tuple(
        (
            judged.pattern.name,
            lang.number(judged.hours_week, 1),
            lang.number(judged.over_norm),
            lang.number(judged.least_rest),
            lang.number(judged.week_rest),
            lang.number(judged.relieved, 1),
            ", ".join(rule_title(one, lang) for one in judged.broken) or lang("none"),
        )
        for judged in one.rotations
    )
    head = (
        lang("Pattern"),
        lang("Hours a week"),
        lang("Over the norm a year"),
        lang("Least rest, h"),
        lang("Rest of the week, h"),
        lang("People a seat"),
        lang("Rules broken"),
    )
    return Table(lang("Rotations round the clock, meals unpaid and relieved"), head, rows)


def _data(scenario: Scenario, one: Needs) -> dict[str, Any]:
    """One group as plain data."""
    need = one.requirement
    staff = one.people
    return {
        "interval_s": scenario.interval,
        "agents": need.agents.tolist(),
        "divided": need.divided.tolist(),
        "load": need.load.tolist(),
        "carried": need.carried.tolist(),
        "deferrable": need.deferrable.tolist(),
        "met": need.met.tolist(),
        "wordings": {
            w.hold: {"hours_week": w.hours_week, "cost_month": w.cost} for w in one.wordings
        },
        "choices": [
            {"name": c.name, "hours_week": c.hours, "fte": c.fte, "efficiency": c.efficiency}
            for c in one.choices
        ],
        "rotations": [
            {
                "pattern": r.pattern.name,
                "days": r.pattern.days,
                "hours_week": r.hours_week,
                "over_norm_year": r.over_norm,
                "least_rest_hours": r.least_rest,
                "week_rest_hours": r.week_rest,
                "people_per_seat": r.relieved,
                "broken": dict(r.broken),
            }
            for r in one.rotations
        ],
        "people": None
        if staff is None
        else {
            "hours_month": staff.hours,
            "steps": [
                {"key": s.key, "factor": s.factor, "reached": s.reached, "unit": s.unit}
                for s in staff.steps
            ],
            "fte": staff.fte,
            "heads": staff.heads,
            "people_per_24_7_seat": staff.seat,
        },
    }


def _rows(scenario: Scenario, found: Sequence[Needs]) -> list[Mapping[str, Any]]:
    """Every interval of every group, for a spreadsheet."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    rows: list[Mapping[str, Any]] = []
    for one in found:
        need = one.requirement
        for k, agents in enumerate(need.agents.tolist()):
            start = int(k * scenario.interval)
            rows.append(
                {
                    "group": one.group,
                    "day": days[start // 86_400],
                    "time": f"{start % 86_400 // 3600:02d}:{start % 3600 // 60:02d}",
                    "agents": agents,
                    "divided": float(need.divided[k]),
                    "load": float(need.load[k]),
                    "carried": float(need.carried[k]),
                    "deferrable": float(need.deferrable[k]),
                    "met": bool(need.met[k]),
                }
            )
    return rows
