"""A plan of shifts in words, tables, a picture of text and plain data."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.decide import OptionResult
from sim.plan import Cover
from sim.plan.duties import Pause
from sim.plan.shifts.templates import clock
from sim.report.answer import Answer
from sim.report.language import Language
from sim.report.needs import limit_sentences, week_table
from sim.report.sentences import (
    channel_title,
    group_title,
    option_title,
    shift_title,
    target_words,
)
from sim.report.tables import Table, service_table
from sim.report.ways_out import ways_data, ways_table
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.plan.shift_plans import ShiftPlan
    from sim.plan.shifts.reasons import WayOut

__all__ = [
    "picture",
    "plan_answer",
    "plan_sentences",
    "promise_sentence",
    "shift_rows",
    "shift_table",
]

_Times = tuple[int, int, str]
_NO_WAYS: Mapping[str, Sequence[WayOut]] = MappingProxyType({})

# A plan is proven the cheapest when less than this share could be saved.
_PROVEN = 5e-5
_BARS = " ▁▂▃▄▅▆▇█"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def plan_answer(
    result: OptionResult, lang: Language, ways: Mapping[str, Sequence[WayOut]] = _NO_WAYS
) -> Answer:
    """The shifts of an option, what they cost, and what customers get.

    Parameters
    ----------
    result
        An option that was staffed and simulated.
    lang
        The reader's language.
    ways
        Ways out by group, where they were asked for.
    """
    scenario, name = result.scenario, result.name
    sentences = [promise_sentence(result, lang)]
    tables: list[Table] = []
    for group, found in result.covers.items():
        title = group_title(scenario, name, group, lang)
        sentences += plan_sentences(scenario, title, found, lang)
        if found.plan is not None:
            tables.append(shift_table(scenario, name, group, found.plan, lang))
        if ways.get(group):
            tables.append(ways_table(scenario, name, group, ways[group], lang))
        elif group in ways:
            sentences.append(
                lang("No limit of its shifts, loosened alone, fills an hour or saves money.")
            )
        tables.append(picture(found.agents, found.requirement.agents, title, lang))
        if found.plan is None:
            tables.append(week_table(found.agents, scenario.interval, title, lang))
    sentences += limit_sentences(scenario, name, lang)
    tables.append(service_table((result,), lang))
    data = {
        "option": name,
        "seed": result.replications.seed,
        "replications": result.replications.count,
        "groups": {
            group: _data(found, scenario.interval, ways.get(group))
            for group, found in result.covers.items()
        },
        "service": {
            one.channel: {
                "service_level": one.service_level.value,
                "service_level_half_width": one.service_level.half_width,
                "abandonment": one.abandonment.value,
                "intervals_missed": one.thin[0],
                "intervals": one.thin[1],
                "kept": one.kept,
            }
            for one in result.attained
        },
    }
    rows = [row for group, found in result.covers.items() for row in shift_rows(group, found)]
    return Answer(sentences=tuple(sentences), tables=tuple(tables), data=data, rows=rows)


def promise_sentence(result: OptionResult, lang: Language) -> str:
    """Whether the promises are kept in simulation.

    Parameters
    ----------
    result
        An option that was staffed and simulated.
    lang
        The reader's language.
    """
    parts = []
    for one in result.promised:
        if one.target is None:
            continue
        words = {
            "channel": channel_title(result.scenario, one.channel, lang),
            "level": lang.share(one.service_level),
            "promise": target_words(one.target, lang),
        }
        if math.isnan(one.service_level.value):
            parts.append(lang("{channel}: nobody came", channel=words["channel"]))
        elif one.kept:
            parts.append(lang("{channel} {level} — kept ({promise})", **words))
        else:
            parts.append(lang("{channel} {level} — missed ({promise})", **words))
    title = option_title(result.scenario, result.name, lang)
    if not parts:
        return lang("{title}: nothing is promised.", title=title)
    return lang("{title}, in simulation: {parts}.", title=title, parts="; ".join(parts))


def plan_sentences(scenario: Scenario, title: str, found: Cover, lang: Language) -> list[str]:
    """What one group's plan is.

    Parameters
    ----------
    scenario
        The operation.
    title
        Of the group.
    found
        Its plan.
    lang
        The reader's language.
    """
    hours = scenario.interval / 3600
    needed = float(found.requirement.agents.sum()) * hours
    if found.plan is None:
        return [
            lang(
                "{group}: {hours} agent hours a week, by interval: the scenario does not say which "
                "shifts may be worked (to_target: {{shifts: …}}).",
                group=title,
                hours=lang.number(float(found.agents.sum()) * hours),
            )
        ]
    cover = found.plan.cover
    words = {
        "group": title,
        "count": lang.number(cover.count),
        "paid": lang.number(cover.paid),
        "needed": lang.number(needed),
        "share": lang.percent(min(1.0, needed / cover.paid) if cover.paid else 0.0),
        "gap": lang.percent(found.plan.gap, 2),
    }
    if not cover.full:
        said = [
            lang(
                "{group}: {count} shifts a week, {paid} paid hours for {needed} agent hours needed "
                "({share} of paid time fits).",
                **words,
            )
        ]
        return [*said, *_remarks(found, hours, lang)]
    proven = found.plan.gap < _PROVEN
    said = [
        lang(
            "{group}: {count} shifts a week, {paid} paid hours for {needed} agent hours needed "
            "({share} of paid time fits); no cheaper plan covers as much.",
            **words,
        )
        if proven
        else lang(
            "{group}: {count} shifts a week, {paid} paid hours for {needed} agent hours needed "
            "({share} of paid time fits); at most {gap} dearer than the cheapest that covers as "
            "much.",
            **words,
        )
    ]
    return [*said, *_remarks(found, hours, lang)]


def _remarks(found: Cover, hours: float, lang: Language) -> list[str]:
    """How a plan of shifts was corrected, and what it lacks; intervals are so many hours long."""
    assert found.plan is not None
    cover = found.plan.cover
    said: list[str] = []
    if found.rounds:
        said.append(
            lang(
                "Strengthened {rounds} times where the promise was missed in simulation.",
                rounds=lang.number(found.rounds),
            )
        )
    if found.plan.trimmed:
        said.append(
            lang.n(
                "{n} shift was then taken away: the promise is kept without it.",
                "{n} shifts were then taken away: the promise is kept without them.",
                found.plan.trimmed,
            )
        )
    if not cover.full:
        short = int((cover.missing.max(axis=0) > 0).sum())
        said.append(
            lang(
                "In {count} intervals the shifts that may be worked bring too few agents, "
                "{hours} agent hours a week are missing.",
                count=lang.number(short),
                hours=lang.number(float(cover.missing.sum()) * hours, 1),
            )
        )
    if found.in_vain:
        said.append(
            lang("Simulation misses the promise there; to ask these shifts for more is in vain.")
        )
    return said


def shift_table(
    scenario: Scenario, option: str, group: str, plan: ShiftPlan, lang: Language
) -> Table:
    """Who starts what on which day; where pauses lie is told from the first to the last.

    Parameters
    ----------
    scenario, option, group
        Whose plan it is.
    plan
        The shifts.
    lang
        The reader's language.
    """
    counts: dict[_Times, NDArray[np.int64]] = defaultdict(lambda: np.zeros(7, np.int64))
    places: dict[_Times, list[tuple[Pause, ...]]] = defaultdict(list)
    for item in plan.cover.shifts:
        key = item.shift.start, item.shift.minutes, item.shift.name
        counts[key][item.day % 7] += item.count
        places[key].append(item.shift.pauses)
    rows = []
    for key, days in sorted(counts.items()):
        start, minutes, name = key
        times = f"{clock(start)}–{clock(start + minutes)}"
        words = shift_title(scenario, option, group, name, lang)
        cells = (lang.number(int(n)) if n else "·" for n in days)
        rows.append((f"{times} {words}", _pauses(start, places[key], lang), *cells))
    head = (lang("Shift"), lang("Breaks"), *(lang.day(day) for day in range(7)))
    title = group_title(scenario, option, group, lang)
    return Table(title, head, tuple(rows))


def _pauses(start: int, places: list[tuple[Pause, ...]], lang: Language) -> str:
    """When pauses begin in shifts that start and end together: each from the first to the last."""
    told = []
    for same in zip(*places, strict=False):
        first, last = min(p.start for p in same), max(p.start for p in same)
        when = clock(start + first) + (f"–{clock(start + last)}" if last > first else "")
        told.append(f"{when} {lang.duration(60.0 * same[0].minutes)}")
    return ", ".join(told) or "—"


def picture(
    agents: NDArray[np.int64], needed: NDArray[np.int64], title: str, lang: Language
) -> Table:
    """A week as bars of text: a day in a row, a column for each hour; ! where too few are there.

    Parameters
    ----------
    agents, needed
        Agents at work, and those that a closed form asks for, by interval of the week.
    title
        Of the picture.
    lang
        The reader's language.
    """
    per_day = len(agents) // 7
    per_hour = max(1, per_day // 24)
    top = max(1, int(agents.max(initial=0)))
    rows = []
    for day in range(7):
        own = agents[day * per_day :][:per_day].reshape(-1, per_hour)
        short = np.less(agents, needed)[day * per_day :][:per_day].reshape(-1, per_hour)
        bars = "".join(_BARS[-(-8 * int(n) // top)] for n in own.min(axis=1))
        marks = "".join("!" if any(part) else " " for part in short.tolist())
        rows.append((lang.day(day), bars, marks if marks.strip() else ""))
    head = (title, lang("0 to 24 h, at most {top}", top=lang.number(top)), lang("Short"))
    return Table(lang("The week at a glance"), head, tuple(rows))


def _data(found: Cover, interval: float, ways: Sequence[WayOut] | None) -> dict[str, Any]:
    """One group as plain data."""
    plain: dict[str, Any] = {
        "agents": found.agents.tolist(),
        "required": found.requirement.agents.tolist(),
        "rounds": found.rounds,
    }
    if found.plan is not None:
        cover = found.plan.cover
        plain |= {
            "shifts": [dict(row) for row in shift_rows("", found)],
            "paid_hours_week": cover.paid,
            "cost_lines_week": dict(cover.lines),
            "cost_week": cover.cost,
            "gap": found.plan.gap,
            "trimmed": found.plan.trimmed,
            "missing": cover.missing.sum(axis=0).tolist(),
            "stopped": cover.stopped,
            "effort": {"programs": cover.windows},
        }
    if ways is not None:
        plain["ways_out"] = ways_data(ways, interval)
    return plain


def shift_rows(group: str, found: Cover) -> Sequence[Mapping[str, Any]]:
    """Shifts as rows of a spreadsheet.

    Parameters
    ----------
    group
        Name of the group, where there are several; empty leaves it out.
    found
        Its plan.
    """
    if found.plan is None:
        return []
    order = sorted(found.plan.cover.shifts, key=lambda one: (one.day, one.shift.start))
    return [
        {
            **({"group": group} if group else {}),
            "day": _DAYS[item.day % 7],
            "shift": item.shift.name,
            "start": clock(item.shift.start),
            "end": clock(item.shift.end),
            "agents": item.count,
            "paid_hours": item.shift.paid / 60,
            "breaks": " ".join(
                f"{clock(item.shift.start + p.start)}+{p.minutes}min" for p in item.shift.pauses
            ),
        }
        for item in order
    ]
