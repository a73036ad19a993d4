"""A report as an Excel workbook: live formulas, native charts, what is given tinted."""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter

from sim.decide import Comparison, OptionResult
from sim.decide.horizon import Outlook, outlook
from sim.report.files.book import Book, at, quoted
from sim.report.files.composing import Asked, Contents, chosen
from sim.report.files.money_sheet import MoneySheet, money_sheet
from sim.report.files.sheets import assumption_sheet, months_sheet, payroll_sheet, service_sheet
from sim.report.files.sums import month_sheet
from sim.report.files.week_sheet import week_sheet
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.report.week import served_a_month, unit_cost
from sim.scenario.variant import lead

__all__ = ["workbook"]

_HEAD = 3


def workbook(whole: Comparison, report: Contents, asked: Asked) -> bytes:
    """A report as a workbook; the same report makes the same bytes.

    Parameters
    ----------
    whole
        The options of a scenario, compared.
    report
        What the report says in words.
    asked
        Which options and sections.
    """
    found, data = chosen(whole, asked.options), io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as made:
        moment = datetime.datetime.combine(asked.day, datetime.time())
        made.set_properties(
            {
                "title": f"{report.title}. {report.question}",
                "author": "Linewise",
                "comments": report.footer,
                "created": moment,
            }
        )
        book = Book(made, Language(report.code), report.footer)
        first = book.sheet(book.lang("Answer"), (36, *[15] * 11))
        _rest(book, found, first, report, asked)
    return data.getvalue()


def _rest(book: Book, found: Comparison, first: Any, report: Contents, asked: Asked) -> None:
    """All sheets: the first one refers to what stands on the others."""
    priced = [option for option in found.options if option.statement]
    ahead: Outlook | None = outlook(found) if priced and "months" in asked.sections else None
    money = None
    if priced:
        money = MoneySheet.placed(book, found, priced)
    if "service" in asked.sections:
        service_sheet(book, found)
    if "people" in asked.sections:
        week_sheet(book, found[found.verdict.best])
        payroll_sheet(book, found)
    if ahead is not None:
        months_sheet(book, ahead)
    if "assumptions" in asked.sections:
        assumption_sheet(book, found)
    if money is not None:
        money_sheet(book, money, [month_sheet(book, option) for option in priced])
    _answer(book, first, found, report, money)


def _answer(
    book: Book, sheet: Any, found: Comparison, report: Contents, money: MoneySheet | None
) -> None:
    """The answer in words, the options side by side, and where the figures come from."""
    lang = book.lang
    book.text(sheet, 0, 0, report.title, "note")
    book.text(sheet, 1, 0, report.question, "title")
    book.text(sheet, 2, 0, report.verdict, "big")
    row = _HEAD
    for said in (*report.below, *report.warnings):
        sheet.merge_range(row, 0, row, 11, "", book.formats["text"])
        book.text(sheet, row, 0, said)
        sheet.set_row(row, 15 * (1 + len(said) // 150))
        row += 1
    row = _options(book, sheet, row + 1, found, money)
    if money is not None:
        sheet.insert_chart(row + 1, 0, money.chart(book, found))
        row += 22
    for label, value in report.frame:
        book.text(sheet, row, 0, label, "note")
        book.text(sheet, row, 1, value, "note")
        row += 1
    said = lang("What is tinted is given or simulated: change it, and the sheet follows.")
    book.text(sheet, row + 1, 0, said, "note")


def _options(book: Book, sheet: Any, row: int, found: Comparison, money: MoneySheet | None) -> int:
    """Options one below the other; the row after the last."""
    lang, scenario = book.lang, found.scenario
    head = [lang("Option")]
    if money is not None:
        head += [
            lang("Cost a month, {currency}", currency=scenario.currency),
            "±",
            lang("Difference to “{base}”", base=_title(found.baseline, lang)),
            "±",
            lang("as a share"),
            lang("Served a month"),
            lang("One contact"),
        ]
    head += [
        lang("Same service"),
        lang("Answered in time"),
        lang("People"),
        lang("At peak on the line"),
    ]
    book.head(sheet, row, head)
    base = row + 1 + found.options.index(found.baseline)
    for place, option in enumerate(found.options, row + 1):
        book.text(sheet, place, 0, _title(option, lang))
        column = 1
        if money is not None:
            _priced(book, sheet, place, base, found, option, money)
            column = 8
        same = lang("no") if found.gaps(option.name) else lang("yes")
        one = next(a for a in option.attained if a.channel == lead(scenario))
        book.text(sheet, place, column, same)
        book.number(sheet, place, column + 1, one.service_level.value, "share")
        people = float("nan") if option.heads is None else option.heads
        book.number(sheet, place, column + 2, people, "one")
        book.number(sheet, place, column + 3, option.peak, "whole")
    return row + 1 + len(found.options)


def _title(option: OptionResult, lang: Language) -> str:
    return option_title(option.scenario, option.name, lang)


def _priced(
    book: Book,
    sheet: Any,
    row: int,
    base: int,
    found: Comparison,
    option: OptionResult,
    money: MoneySheet,
) -> None:
    """The money of an option: its total from the sheet of lines, the rest by formulas."""
    if option.cost is None:
        for column in range(1, 8):
            book.text(sheet, row, column, "—")
        return
    cost, total = at(row, 1), f"{quoted(money.name)}{money.totals[option.name]}"
    book.formula(sheet, row, 1, total, option.cost.value, "money")
    book.number(sheet, row, 2, option.cost.half_width, "money")
    difference = found.difference(option.name)
    if difference is not None:
        share = difference.value / (option.cost.value - difference.value or float("nan"))
        book.formula(sheet, row, 3, f"{cost}-{at(base, 1)}", difference.value, "money")
        book.number(sheet, row, 4, difference.half_width, "money")
        said = f"IF({at(base, 1)}=0,0,{at(row, 3)}/{at(base, 1)})"
        book.formula(sheet, row, 5, said, share, "points")
    served = served_a_month(option) or 0.0
    book.number(sheet, row, 6, served, "given")
    said = f'IF({at(row, 6)}=0,"—",{cost}/{at(row, 6)})'
    book.formula(sheet, row, 7, said, unit_cost(option), "unit")
