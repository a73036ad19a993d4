"""The sections of a report: sentences, pictures and tables of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.decide import Comparison, OptionResult
from sim.decide.horizon import Outlook
from sim.report.assumed import assumption_table, assumption_topics, upper
from sim.report.charts import difference_chart, money_chart
from sim.report.drawn import (
    class_legend,
    day_slots,
    difference_rows,
    group_legend,
    money_rows,
    side_legend,
    thin_sentence,
    week_cells,
)
from sim.report.economics import consequences_table, equal_service_sentences
from sim.report.language import Language
from sim.report.months import horizon_sentence, horizon_table, months_table, once_table
from sim.report.palette import LIGHT, Spec
from sim.report.payroll import own_groups, payroll_table
from sim.report.sentences import capped_sentences, channel_title, group_title, option_title
from sim.report.table import Row, Table
from sim.report.tables import group_table, option_table, service_table, statement_table
from sim.report.week import WeekOf, needed, week_of
from sim.report.week_charts import day_chart, heat_map
from sim.report.words import promise
from sim.scenario.variant import lead

__all__ = [
    "Block",
    "Picture",
    "assumption_block",
    "lead_group",
    "money_block",
    "month_block",
    "months_block",
    "need_of",
    "people_block",
    "service_block",
    "shown_month",
    "thinnest_day",
]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart.

    Parameters
    ----------
    title, told
        What it shows: in a few words, and in full for those who do not see it.
    spec
        Vega-Lite, without a width.
    legend
        Colours and their names.
    wide
        Part of the page's width.
    """

    title: str
    told: str
    spec: Spec
    legend: tuple[tuple[str, str], ...]
    wide: float = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """A section.

    Parameters
    ----------
    key, title
        Its name, for programs and for people.
    said
        Sentences above the pictures.
    pictures
        Charts, side by side where they fit.
    tables
        Tables below them.
    notes
        Small print at the end.
    columns
        Columns of the page into which long tables flow.
    """

    key: str
    title: str
    said: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    columns: int = 1


def money_block(found: Comparison, lang: Language) -> Block:
    """Where the money goes, and the difference to the baseline."""
    rows, others = money_rows(found, lang), difference_rows(found, lang)
    pictures = [
        Picture(
            lang("Where the money goes"),
            ". ".join(f"{row.name}: {row.total}. {row.note}" for row in rows),
            money_chart(rows, lang, LIGHT),
            group_legend(rows, lang, LIGHT),
            0.58 if others else 1.0,
        )
    ]
    if others:
        pictures.append(
            Picture(
                lang("How sure the difference is"),
                ". ".join(f"{row.name}: {row.words}" for row in others),
                difference_chart(others, lang, LIGHT),
                side_legend(lang, LIGHT),
                0.42,
            )
        )
    notes = [] if all(row.equal for row in rows) else [_pale(lang)]
    if others:
        base = option_title(found.scenario, found.baseline.name, lang)
        notes.append(
            lang(
                "A month, against “{base}”. ± holds the difference in 95 cases of 100: it covers "
                "chance in the simulated weeks, not the prices themselves.",
                base=base,
            )
        )
    tables = [option_table(found, lang), consequences_table(found, lang)]
    if any(found.gaps(option.name) for option in found.options):
        notes.append(lang("In brackets with *: another service, so no saving."))
    shown = tuple(table for table in tables if table is not None)
    return Block("money", "", (), tuple(pictures), shown, tuple(notes))


def _pale(lang: Language) -> str:
    return lang("Pale: another service, so its cost is no saving.")


def service_block(found: Comparison, lang: Language) -> Block:
    """What customers of every channel get, beside what was promised."""
    said = [line.removeprefix("* ") for line in equal_service_sentences(found, lang)]
    notes = [
        lang(
            "Missed: of all who came, closed doors and busy lines included. "
            "The other shares are of those who reached the queue."
        ),
        lang("± holds the figure in 95 cases of 100."),
    ]
    for option in found.options:
        title = option_title(found.scenario, option.name, lang)
        notes += [f"{title}. {text}" for text in capped_sentences(option, lang)]
    return Block("service", "", tuple(said), (), (_service_table(found, lang),), (*notes,))


def _service_table(found: Comparison, lang: Language) -> Table:
    """The table of what customers get, with promises as short as the trade writes them."""
    whole = service_table(found.options, lang)
    targets = (
        one.target
        for option in found.options
        for channel in option.attained
        for one in (channel, *option.parts_of(channel.channel))
    )
    rows = tuple(
        (*row[:-1], promise(target, lang) if target else "—")
        for row, target in zip(whole.rows, targets, strict=True)
    )
    return Table(whole.title, whole.head, rows)


def lead_group(result: OptionResult) -> tuple[str, str]:
    """The channel whose week is shown, the lead one if anybody serves it, and who serves it."""
    groups = result.option.groups
    first = lead(result.scenario)
    served = [first, *(name for name in result.scenario.channels if name != first)]
    pairs = ((c, g) for c in served for g, group in groups.items() if c in group.skills)
    return next(pairs, (first, next(iter(groups))))


@lru_cache(maxsize=4)
def need_of(result: OptionResult, group: str) -> NDArray[np.float64] | None:
    """Agents that a group needs by interval of the week, kept for the next file of a report.

    With several skills it takes seconds to find.
    """
    return needed(result, group)


def thinnest_day(week: WeekOf) -> int:
    """The day with the interval in which most contacts wait too long; else the busiest."""
    if week.thin:
        return week.thin[0] // week.per_day
    return int(np.argmax(week.contacts.reshape(-1, week.per_day).sum(axis=1)))


def people_block(found: Comparison, lang: Language) -> Block:
    """Service by hour and weekday, the thinnest day, and how hours there become people."""
    result = found[found.verdict.best]
    scenario = result.scenario
    channel, group = lead_group(result)
    week, interval = week_of(result, channel, group), scenario.interval
    day, need = thinnest_day(week), need_of(result, group)
    thin = thin_sentence(week, interval, lang)
    title = option_title(scenario, result.name, lang)
    heat = Picture(
        lang("Service by hour and day of the week"),
        lang("Service level by hour and weekday. {thin}", thin=thin),
        heat_map(week_cells(week, interval, lang), lang, LIGHT),
        class_legend(week.target, lang, LIGHT),
    )
    items = [(LIGHT.cover, lang("On the line")), (LIGHT.needed, lang("Needed"))]
    slots = day_slots(week, day, need, interval, lang)
    missing = [s for s in slots if s.needed is not None and s.needed > s.cover]
    cover = Picture(
        lang("Cover and need, {day}", day=lang.day(day, "wide").lower()),
        lang.n(
            "{day}: people are missing in {n} interval",
            "{day}: people are missing in {n} intervals",
            len(missing),
            day=lang.day(day),
        ),
        day_chart(slots, lang, LIGHT) | {"height": 190},
        tuple([*items, (LIGHT.short, lang("Missing"))] if need is not None else items[:1]),
    )
    about = lang(
        "“{option}”: {channel}, {group}.",
        option=title,
        channel=channel_title(scenario, channel, lang),
        group=group_title(scenario, result.name, group, lang),
    )
    pair = {one.name: one for one in (result, found.baseline)}.values()
    steps = [payroll_table(one, name, lang) for one in pair for name in own_groups(one)]
    tables = (group_table(result, lang), *steps)
    return Block("people", "", (f"{about} {thin}",), (heat, cover), tables)


def month_block(found: Comparison, lang: Language) -> Block:
    """The average month of every option, line by line."""
    note = lang("An average month; the workbook shows how each line comes about.")
    return Block("statement", "", (), (), (statement_table(found, lang),), (note,))


def months_block(found: Comparison, ahead: Outlook, lang: Language) -> Block:
    """Money over the horizon, and the months of the best option."""
    best = found.verdict.best
    tables = [horizon_table(found, ahead, lang), once_table(ahead, lang)]
    if best in ahead.options:
        tables.append(months_table(ahead, best, lang))
    shown = tuple(table for table in tables if table is not None)
    return Block("months", "", (horizon_sentence(ahead, lang),), (), shown)


def assumption_block(found: Comparison, lang: Language) -> Block:
    """Every figure that the answer rests on; sources are numbered and listed below.

    A figure that several options share stands once.
    """
    scenario = found.scenario
    names = [option.name for option in found.options]
    topics = {n: t for n, t in assumption_topics(scenario, lang).items() if not n or n in names}
    sources: dict[tuple[str, str], int] = {}
    whose: dict[Row, list[str]] = {}
    for topic, title in topics.items():
        for figure, value, span, standing, source in assumption_table(scenario, topic, lang).rows:
            number = sources.setdefault((standing, source), len(sources) + 1)
            worth = f"{value} ({span})" if span else value
            whose.setdefault((figure, worth, str(number)), []).append(title)
    tables: dict[tuple[str, ...], list[Row]] = {}
    for row, titles in whose.items():
        tables.setdefault(tuple(dict.fromkeys(titles)), []).append(row)
    head = (lang("Figure"), lang("Value (may be)"), "№")
    notes = tuple(f"{n}. {_sourced(*source)}" for source, n in sources.items())
    shown = tuple(Table(", ".join(titles), head, tuple(rows)) for titles, rows in tables.items())
    return Block("assumptions", "", (), (), shown, notes, columns=2)


def _sourced(standing: str, source: str) -> str:
    """Standing and source in one sentence; once where the source says its standing itself."""
    if source.lower().startswith(standing.lower()):
        return upper(source)
    return f"{upper(standing)}: {source}"


def shown_month(ahead: Outlook, month: int) -> str:
    """A month of the horizon, from 1, as tables name it."""
    year, number = ahead.month_of(month)
    return f"{number:02d}.{year % 100:02d}"
