"""What a report says, in the reader's language, whatever file it is written into."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

from sim.decide import Comparison, OptionResult
from sim.decide.horizon import Outlook, before_of, outlook
from sim.errors import InvalidInput
from sim.report.economics import vat_sentences
from sim.report.files.parts import (
    Block,
    Picture,
    assumption_block,
    money_block,
    month_block,
    months_block,
    people_block,
    service_block,
)
from sim.report.language import N_, Code, Language
from sim.report.sentences import gap_sentence, option_title
from sim.report.table import Table
from sim.report.week import unit_cost
from sim.report.words import (
    broken_sentences,
    difference_words,
    headline,
    promise,
    sureness,
)
from sim.scenario import Scenario
from sim.scenario.variant import lead

__all__ = [
    "SECTIONS",
    "Asked",
    "Block",
    "Contents",
    "Picture",
    "chosen",
    "contents",
    "question",
    "shown_day",
]

#: Parts of a report in their order; the answer stands before them in any case.
SECTIONS: Mapping[str, str] = {
    "money": N_("Money"),
    "service": N_("What customers get"),
    "turning": N_("Where the answer changes"),
    "people": N_("People and the week"),
    "statement": N_("The month line by line"),
    "months": N_("Month by month"),
    "assumptions": N_("Assumptions and where they come from"),
}

#: Characters of a scenario's digest that tell one calculation from another.
SHORT_DIGEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is to hold.

    Parameters
    ----------
    day
        The date that it bears; given, so that the same calculation makes the same file.
    options
        Names of the options beside the baseline; all where it is empty.
    sections
        Names from `SECTIONS`.
    turning
        Sentences on where the answer changes, where they are known.

    Raises
    ------
    InvalidInput
        If there is no such section.
    """

    day: datetime.date
    options: tuple[str, ...] = ()
    sections: tuple[str, ...] = tuple(SECTIONS)
    turning: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.sections:
            if name not in SECTIONS:
                raise InvalidInput("section", f"must be one of {', '.join(SECTIONS)}", name)


@dataclass(frozen=True, slots=True)
class Contents:
    """A report, ready to be laid out.

    Parameters
    ----------
    code
        Its language.
    title, question, verdict
        Name of the operation, what is asked, and the answer.
    below
        Sentences that belong to the answer.
    warnings
        What keeps figures from being compared, and promises that do not hold.
    tiles
        The key numbers: label, number, note.
    blocks
        The sections.
    frame
        Where the figures come from: label and value.
    footer
        The same in one line.
    """

    code: Code
    title: str
    question: str
    verdict: str
    below: tuple[str, ...]
    warnings: tuple[str, ...]
    tiles: tuple[tuple[str, str, str], ...]
    blocks: tuple[Block, ...]
    frame: tuple[tuple[str, str], ...]
    footer: str


def chosen(found: Comparison, options: Sequence[str]) -> Comparison:
    """A comparison of some of its options; what serves until another is ready stays with it.

    Parameters
    ----------
    found
        All options.
    options
        Names beside the baseline; all where there are none.

    Raises
    ------
    InvalidInput
        If there is no such option.
    """
    for name in options:
        found[name]
    if not options:
        return found
    scenario = found.scenario
    names = {*options, scenario.baseline}
    if scenario.horizon is not None:
        names |= {scenario.today, *(b for name in names if (b := before_of(scenario, name)))}
    return replace(found, options=tuple(o for o in found.options if o.name in names))


def contents(whole: Comparison, lang: Language, asked: Asked) -> Contents:
    """Put a report together.

    Parameters
    ----------
    whole
        The options of a scenario, compared.
    lang
        The reader's language.
    asked
        Which options and sections, and the date.

    Raises
    ------
    InvalidInput
        If there is no such option.
    """
    found = chosen(whole, asked.options)
    frame = _frame(found, lang, asked.day)
    return Contents(
        lang.code,
        _title(found.scenario, lang),
        question(found.scenario, lang),
        headline(found, lang),
        tuple(filter(None, [sureness(found, lang)])),
        _warnings(found, lang),
        _tiles(found, lang),
        _blocks(found, lang, asked),
        frame,
        " · ".join(["Linewise", *(value for _, value in frame[:3]), shown_day(asked.day, lang)]),
    )


def shown_day(day: datetime.date, lang: Language) -> str:
    """A date as the language writes it."""
    return f"{day:%d.%m.%Y}" if lang.code == "ru" else day.isoformat()


def _title(scenario: Scenario, lang: Language) -> str:
    return scenario.title.in_(lang.code) or scenario.name


def question(scenario: Scenario, lang: Language) -> str:
    """What the comparison of a scenario answers."""
    target = scenario.channels[lead(scenario)].target
    groups = scenario.options[scenario.baseline].groups.values()
    if not any(group.payroll or group.contract for group in groups):
        return lang("What service do customers get?")
    if target is None:
        return lang("Which is cheaper at the same service?")
    return lang("Which is cheaper at {promise}?", promise=promise(target, lang))


def _frame(found: Comparison, lang: Language, day: datetime.date) -> tuple[tuple[str, str], ...]:
    """Where the figures come from."""
    scenario, played = found.scenario, found.baseline.replications
    return (
        (lang("Scenario"), scenario.name),
        (lang("Digest"), scenario.digest[:SHORT_DIGEST]),
        (lang("Version"), version("linewise")),
        (lang("Date"), shown_day(day, lang)),
        (lang("Seed"), str(played.seed)),
        (lang("Replications"), lang.number(played.count)),
    )


def _warnings(found: Comparison, lang: Language) -> tuple[str, ...]:
    """What cannot be set beside the baseline, what it does not keep, and VAT not counted alike."""
    gaps = (gap_sentence(found, option.name, lang) for option in found.options)
    missed = broken_sentences(found, (found.baseline.name, found.verdict.best), lang)
    return (*filter(None, gaps), *missed, *vat_sentences(found, lang))


def _tiles(found: Comparison, lang: Language) -> tuple[tuple[str, str, str], ...]:
    """The key numbers: of money where there are prices, else of service."""
    best = found[found.verdict.best]
    if best.cost is None:
        one = next(a for a in best.attained if a.channel == lead(found.scenario))
        return (
            (lang("Answered in time"), lang.percent(one.service_level.value, 1), ""),
            (lang("Gave up"), lang.percent(one.abandonment.value, 1), lang("of all offered")),
            (lang("Mean wait"), lang.duration(one.asa.value), lang("of the answered")),
            (lang("At peak on the line"), lang.number(best.peak), lang("operators")),
        )
    name, currency = option_title(found.scenario, best.name, lang), found.scenario.currency
    people, label = best.heads, lang("On the payroll")
    if people is None:
        people, label = best.peak, lang("At peak on the line")
    costs = [_cost_tile(found, option, lang) for option in _pair(found)]
    return (
        *costs,
        (lang("One contact"), lang.money(unit_cost(best), currency), name),
        (label, lang.number(people), name),
    )


def _pair(found: Comparison) -> tuple[OptionResult, ...]:
    """The baseline, and the option that the verdict sets beside it."""
    names = [found.baseline.name, found.verdict.best, found.verdict.other]
    return tuple(found[name] for name in dict.fromkeys(filter(None, names)))[:2]


def _cost_tile(found: Comparison, option: OptionResult, lang: Language) -> tuple[str, str, str]:
    title, currency = option_title(found.scenario, option.name, lang), found.scenario.currency
    if option.cost is None:
        return title, "—", lang("no prices")
    difference, note = found.difference(option.name), lang("a month")
    if difference is not None and option is not found.baseline and not found.gaps(option.name):
        note = difference_words(difference, currency, lang)
    return title, lang.money(option.cost.value, currency, compact=True), note


def _blocks(found: Comparison, lang: Language, asked: Asked) -> tuple[Block, ...]:
    """The sections that were asked for and that have something to say."""
    priced = any(option.statement for option in found.options)
    ahead: Outlook | None = outlook(found) if priced and "months" in asked.sections else None
    made: dict[str, Callable[[], Block | None]] = {
        "money": lambda: money_block(found, lang) if priced else None,
        "service": lambda: service_block(found, lang),
        "turning": lambda: Block("turning", "", said=asked.turning) if asked.turning else None,
        "people": lambda: people_block(found, lang),
        "statement": lambda: month_block(found, lang) if priced else None,
        "months": lambda: months_block(found, ahead, lang) if ahead else None,
        "assumptions": lambda: assumption_block(found, lang),
    }
    blocks = (made[name]() for name in SECTIONS if name in asked.sections)
    return tuple(_titled(block, lang(SECTIONS[block.key])) for block in blocks if block is not None)


def _titled(block: Block, title: str) -> Block:
    """A section under its title, which none of its tables repeats."""
    tables = (_flowing(t, "" if t.title == title else t.title) for t in block.tables)
    return replace(block, title=title, tables=tuple(tables))


def _flowing(table: Table, title: str) -> Table:
    """A table whose names are not broken into lines, as they are for a terminal."""
    head, *rows = (tuple(" ".join(c.split("\n")) for c in row) for row in (table.head, *table.rows))
    return Table(title, head, tuple(rows))
