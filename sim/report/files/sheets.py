"""Sheets of a report's workbook: service, months, assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decide import Attained, Comparison, OptionResult
from sim.decide.horizon import Outlook
from sim.report.assumed import assumption_table, assumption_topics
from sim.report.files.book import Book, at
from sim.report.files.parts import shown_month
from sim.report.language import Language
from sim.report.months import horizon_sentence
from sim.report.payroll import own_groups, payroll_figure
from sim.report.sentences import channel_title, group_title, option_title, part_title
from sim.report.tables import INDENT

__all__ = ["assumption_sheet", "months_sheet", "payroll_sheet", "service_sheet"]

Floats = NDArray[np.float64]

_TOP = 3


def service_sheet(book: Book, found: Comparison) -> None:
    """What customers of every channel get under every option, against what was promised.

    Parameters
    ----------
    book
        The workbook.
    found
        The comparison.
    """
    lang = book.lang
    sheet = book.sheet(lang("Service"), (34, 24, *[14] * 10))
    book.text(sheet, 0, 0, lang("What customers get"), "title")
    note = lang(
        "Missed: of all who came, closed doors and busy lines included. "
        "The other shares are of those who reached the queue."
    )
    book.text(sheet, 1, 0, note, "note")
    head = [
        lang("Option"),
        lang("Channel"),
        lang("Promised"),
        lang("within, s"),
        lang("Answered in time"),
        "±",
        lang("above the promise"),
        lang("Abandoned"),
        lang("Missed in all"),
        lang("Mean wait, s"),
        lang("Below the target"),
        lang("of so many"),
    ]
    book.head(sheet, _TOP - 1, head)
    row = _TOP
    for option in found.options:
        for one in option.attained:
            for title, part in _rows(option, one, lang):
                book.text(sheet, row, 0, option_title(found.scenario, option.name, lang))
                book.text(sheet, row, 1, title)
                _served(book, sheet, row, part)
                row += 1
    sheet.freeze_panes(_TOP, 2)
    sheet.autofilter(_TOP - 1, 0, max(row - 1, _TOP), len(head) - 1)


def _rows(option: OptionResult, one: Attained, lang: Language) -> list[tuple[str, Attained]]:
    """A channel and its parts."""
    rows = [(channel_title(option.scenario, one.channel, lang), one)]
    parts = option.parts_of(one.channel)
    return rows + [(INDENT + part_title(option.scenario, p.channel, lang), p) for p in parts]


def _served(book: Book, sheet: Any, row: int, one: Attained) -> None:
    """The figures of a channel or of a part of it."""
    part = one.channel.partition(".")[2]
    waits = part not in ("bot", "callback") and not one.outbound
    if one.target is not None:
        book.number(sheet, row, 2, one.target.answered, "given_share")
        book.number(sheet, row, 3, one.target.awt, "given")
    if waits:
        share = one.service_level
        book.number(sheet, row, 4, share.value, "share")
        book.number(sheet, row, 5, share.half_width, "share")
        if one.target is not None and math.isfinite(share.value):
            over = share.value - one.target.answered
            book.formula(sheet, row, 6, f"{at(row, 4)}-{at(row, 2)}", over, "points")
        book.number(sheet, row, 7, one.abandonment.value, "share")
    book.number(sheet, row, 8, one.missed.value, "share")
    if part != "bot":
        book.number(sheet, row, 9, one.asa.value, "one")
    if one.target is not None:
        book.number(sheet, row, 10, one.thin[0], "whole")
        book.number(sheet, row, 11, one.thin[1], "whole")


# --- months --------------------------------------------------------------------------------------


def months_sheet(book: Book, ahead: Outlook) -> None:
    """What options pay month by month, summed and discounted by the sheet itself.

    Parameters
    ----------
    book
        The workbook.
    ahead
        The options over the horizon.
    """
    lang, scenario = book.lang, ahead.scenario
    assert scenario.horizon is not None
    names = list(ahead.options)
    sheet = book.sheet(lang("Month by month"), (10, 10, *[20] * (3 * len(names) + 2)))
    book.text(sheet, 0, 0, lang("Money over the months"), "title")
    book.text(sheet, 1, 0, horizon_sentence(ahead, lang), "note")
    book.text(sheet, 2, 0, lang("Discount rate of a year"))
    book.number(sheet, 2, 2, scenario.horizon.discount, "given_share")
    blocks: list[tuple[str, list[Floats]]] = [
        (lang("Paid, {currency}", currency=scenario.currency), [ahead[n].cash for n in names])
    ]
    if scenario.consequences is not None:
        lost = [ahead[n].economic - ahead[n].cash for n in names]
        blocks.append((lang("Margin lost, {currency}", currency=scenario.currency), lost))
    top, last = 6, 6 + len(blocks[0][1][0]) - 1
    titles = [option_title(scenario, name, lang) for name in names]
    book.head(sheet, top - 1, [lang("Month"), ""])
    for month, row in enumerate(range(top, last + 1)):
        book.number(sheet, row, 0, month, "whole")
        book.text(sheet, row, 1, shown_month(ahead, month) if month else lang("start"))
    sums = [lang("Paid in all"), lang("Present value")]
    for below, title in enumerate(sums, last + 1):
        book.text(sheet, below, 0, title, "bold")
        book.text(sheet, below, 1, "", "bold")
    column = 2
    for title, flows in blocks:
        book.text(sheet, top - 2, column, title, "big")
        book.head(sheet, top - 1, titles, column)
        for place, flow in enumerate(flows, column):
            _flow(book, sheet, top, place, flow, scenario.horizon.discount)
        column += len(names)
    _cumulative(book, sheet, column, (top, last), titles, [flows for _, flows in blocks])
    sheet.freeze_panes(top, 2)


def _flow(book: Book, sheet: Any, top: int, column: int, flow: Floats, discount: float) -> None:
    """Amounts of the months, their sum, and their worth at the start."""
    months = np.arange(len(flow))
    for month, amount in enumerate(flow.tolist()):
        book.number(sheet, top + month, column, amount, "money")
    last = top + len(flow) - 1
    cells = f"{at(top, column)}:{at(last, column)}"
    book.formula(sheet, last + 1, column, f"SUM({cells})", float(flow.sum()), "total")
    said = f"SUMPRODUCT({cells},(1+{at(2, 2)})^(-{at(top, 0)}:{at(last, 0)}/12))"
    worth = float(flow @ (1 + discount) ** (-months / 12))
    book.formula(sheet, last + 2, column, said, worth, "total")


def _cumulative(
    book: Book,
    sheet: Any,
    column: int,
    rows: tuple[int, int],
    titles: Sequence[str],
    blocks: Sequence[Sequence[Floats]],
) -> None:
    """What has been paid and lost since the start, month by month, with its chart."""
    lang, (top, last), count = book.lang, rows, len(titles)
    book.text(sheet, top - 2, column, lang("In all since the start"), "big")
    book.head(sheet, top - 1, titles, column)
    made = book.book.add_chart({"type": "line"})
    for place in range(count):
        mine = column + place
        sums = np.cumsum(sum(np.asarray(flows[place]) for flows in blocks))
        for month, row in enumerate(range(top, last + 1)):
            parts = "+".join(at(row, 2 + place + n * count) for n in range(len(blocks)))
            said = parts if month == 0 else f"{at(row - 1, mine)}+{parts}"
            book.formula(sheet, row, mine, said, float(sums[month]), "money")
        name = sheet.get_name()
        made.add_series(
            {
                "name": [name, top - 1, mine],
                "categories": [name, top, 1, last, 1],
                "values": [name, top, mine, last, mine],
                "line": {"width": 2},
            }
        )
    made.set_title({"name": lang("In all since the start"), "name_font": {"size": 12}})
    made.set_y_axis({"num_format": "#,##0"})
    made.set_legend({"position": "bottom"})
    made.set_size({"width": 1000, "height": 380})
    sheet.insert_chart(last + 5, 0, made)


# --- people --------------------------------------------------------------------------------------


def payroll_sheet(book: Book, found: Comparison) -> None:
    """How hours on the line become people, a row for each own group; no sheet without any.

    Parameters
    ----------
    book
        The workbook.
    found
        The comparison.
    """
    lang = book.lang
    rows = [(option, name) for option in found.options for name in own_groups(option)]
    if not rows:
        return
    sheet = book.sheet(lang("From the line to the payroll"), (34, 24, *[16] * 8))
    book.text(sheet, 0, 0, lang("From the line to the payroll"), "title")
    note = lang("An average month. Hours on the line are simulated; each loss divides them once.")
    book.text(sheet, 1, 0, note, "note")
    head = [
        lang("Option"),
        lang("Group"),
        lang("Hours on the line in an average month"),
        lang("lost to whole shifts"),
        lang("breaks and meetings"),
        lang("learners' slower work"),
        lang("Hours on the roster"),
        lang("hours that one works in a month, without leave and sickness"),
        lang("Full-time people"),
        lang("People on the payroll"),
    ]
    book.head(sheet, _TOP - 1, head)
    for row, (option, name) in enumerate(rows, _TOP):
        book.text(sheet, row, 0, option_title(found.scenario, option.name, lang))
        book.text(sheet, row, 1, group_title(found.scenario, option.name, name, lang))
        _heads(book, sheet, row, option, name)
    sheet.freeze_panes(_TOP, 2)


def _heads(book: Book, sheet: Any, row: int, option: OptionResult, group: str) -> None:
    """The arithmetic of one group: losses are tinted, what follows from them is calculated."""
    agents = own_groups(option)[group]
    figure = partial(payroll_figure, option, group)
    book.number(sheet, row, 2, figure("logged_hours"), "given")
    losses = agents.schedule_fit_loss, agents.shrinkage_in_shift, agents.ramp_capacity_loss
    for column, loss in enumerate(losses, 3):
        book.number(sheet, row, column, loss, "given_share")
    book.number(sheet, row, 7, figure("worked_hours_year") / 12, "given")
    hours, fit, absent, slow, rostered, month, full = (
        at(row, column, fixed=False) for column in range(2, 9)
    )
    said = f"{hours}*(1+{fit})/(1-{absent})/(1-{slow})"
    book.formula(sheet, row, 6, said, figure("rostered_hours"), "one")
    book.formula(sheet, row, 8, f"{rostered}/{month}", figure("fte"), "unit")
    # The last digits of a float make no person more.
    whole = f"ROUNDUP(ROUND({full},8),0)" if agents.headcount_rounding == "ceil" else full
    book.formula(sheet, row, 9, whole, figure("heads"), "one")


# --- assumptions ---------------------------------------------------------------------------------


def assumption_sheet(book: Book, found: Comparison) -> None:
    """Every figure that the answer rests on, with its range, standing and source.

    Parameters
    ----------
    book
        The workbook.
    found
        The comparison.
    """
    lang, scenario = book.lang, found.scenario
    sheet = book.sheet(lang("Assumptions"), (30, 44, 26, 14, 12, 12, 24, 90))
    book.text(sheet, 0, 0, lang("Assumptions and where they come from"), "title")
    head = [
        lang("About"),
        lang("Figure"),
        lang("Value"),
        lang("as a number"),
        lang("from"),
        lang("to"),
        lang("Standing"),
        lang("Source"),
    ]
    book.head(sheet, _TOP - 1, head)
    row = _TOP
    names = [option.name for option in found.options]
    for topic, about in assumption_topics(scenario, lang).items():
        if topic and topic not in names:
            continue
        start = f"options.{topic}." if topic else "channels."
        given = [a for a in scenario.assumptions(lang.code) if a.path.startswith(start)]
        shown = assumption_table(scenario, topic, lang).rows
        for one, (figure, value, _, standing, source) in zip(given, shown, strict=True):
            for column, text in ((0, about), (1, figure), (2, value), (6, standing), (7, source)):
                book.text(sheet, row, column, text)
            form = "given_share" if one.unit.startswith("share") else "given"
            for column, number in ((3, one.value), (4, one.low), (5, one.high)):
                if isinstance(number, int | float):
                    book.number(sheet, row, column, float(number), form)
            row += 1
    sheet.freeze_panes(_TOP, 2)
    sheet.autofilter(_TOP - 1, 0, max(row - 1, _TOP), len(head) - 1)
