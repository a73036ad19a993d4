"""Money by line and by what it is for, options side by side, as a sheet that calculates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.decide import Comparison, OptionResult
from sim.report.files.book import Book, at
from sim.report.files.sums import MonthSheet
from sim.report.language import Language
from sim.report.palette import LIGHT
from sim.report.sentences import option_title
from sim.report.tables import line_words
from sim.report.words import GROUPS

__all__ = ["MoneySheet", "money_sheet"]

_FIRST = 3
#: Columns before those of the options.
_BEFORE = 2
_HEIGHT = 400


@dataclass
class MoneySheet:
    """Where the figures of the sheet stand.

    Parameters
    ----------
    name, sheet
        The sheet.
    found, priced
        The comparison, and its options with a price.
    lines
        Words of a line and its group, with the names of the lines of each option behind it.
    groups
        What the money is for.
    totals
        Cell of each option's total.
    """

    name: str
    sheet: Any
    found: Comparison
    priced: list[OptionResult]
    lines: dict[tuple[str, str], dict[str, list[str]]]
    groups: list[str]
    totals: dict[str, str] = field(default_factory=dict)

    @classmethod
    def placed(cls, book: Book, found: Comparison, priced: list[OptionResult]) -> MoneySheet:
        """The sheet in its place, with what others refer to; `money_sheet` writes it."""
        sheet = book.sheet(book.lang("Money by line"), (40, 26, *[20] * len(priced)))
        lines = _lines(priced, book.lang)
        used = {group for _, group in lines}
        made = cls(sheet.get_name(), sheet, found, priced, lines, [g for g in GROUPS if g in used])
        for column, option in enumerate(priced, _BEFORE):
            made.totals[option.name] = at(made.total_row, column)
        return made

    @property
    def total_row(self) -> int:
        """The row of totals, below the lines."""
        return _FIRST + len(self.lines)

    @property
    def groups_row(self) -> int:
        """The first row of what the money is for."""
        return self.total_row + 6

    def chart(self, book: Book, found: Comparison) -> Any:
        """Stacked bars of what the money is for, one for each option."""
        made = book.book.add_chart({"type": "bar", "subtype": "stacked"})
        last, top = _BEFORE + len(self.priced) - 1, self.groups_row - 1
        for place, group in enumerate(self.groups):
            row = self.groups_row + place
            made.add_series(
                {
                    "name": [self.name, row, 1],
                    "categories": [self.name, top, _BEFORE, top, last],
                    "values": [self.name, row, _BEFORE, row, last],
                    "fill": {"color": LIGHT.groups[group]},
                    "gap": 60,
                }
            )
        lang = book.lang
        made.set_title({"name": lang("Where the money goes"), "name_font": {"size": 12}})
        axis = lang("{currency} a month", currency=found.scenario.currency)
        made.set_x_axis({"num_format": "#,##0", "name": axis, "major_gridlines": {"visible": True}})
        made.set_y_axis({"reverse": True})
        made.set_legend({"position": "bottom"})
        made.set_size({"width": 1000, "height": _HEIGHT})
        return made


def _lines(
    priced: Sequence[OptionResult], lang: Language
) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Lines that say the same stand in one row, as in the table of the month."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for option in priced:
        for line in option.statement.lines if option.statement else ():
            if line.amount:
                key = line_words(line.name, lang), line.group.value
                found.setdefault(key, {}).setdefault(option.name, []).append(line.name)
    return found


def money_sheet(book: Book, made: MoneySheet, months: Sequence[MonthSheet]) -> None:
    """Write the sheet: every amount comes from the month of its option.

    Parameters
    ----------
    book
        The workbook.
    made
        Where what stands.
    months
        The sheets of the priced options, in their order.
    """
    lang, sheet = book.lang, made.sheet
    currency = made.found.scenario.currency
    book.text(sheet, 0, 0, lang("Where the money goes"), "title")
    book.text(sheet, 1, 0, lang("{currency} a month", currency=currency), "note")
    titles = [option_title(made.found.scenario, option.name, lang) for option in made.priced]
    book.head(sheet, _FIRST - 1, [lang("Line"), lang("What for"), *titles])
    for row, ((words, group), names) in enumerate(made.lines.items(), _FIRST):
        book.text(sheet, row, 0, words)
        book.text(sheet, row, 1, lang(GROUPS[group]))
        for column, (option, month) in enumerate(zip(made.priced, months, strict=True), _BEFORE):
            mine = names.get(option.name, [])
            assert option.statement is not None
            value = math.fsum(option.statement.amount(name) for name in mine)
            said = "+".join(month.amounts[name] for name in mine) or "0"
            book.formula(sheet, row, column, said, value, "money")
    _totals(book, made)
    _groups(book, made, titles)
    sheet.freeze_panes(_FIRST, _BEFORE)


def _totals(book: Book, made: MoneySheet) -> None:
    """Sums of the columns, and the difference of each to the baseline."""
    lang, sheet, row = book.lang, made.sheet, made.total_row
    base = made.found.baseline
    title = option_title(made.found.scenario, base.name, lang)
    book.text(sheet, row, 0, lang("Total"), "bold")
    book.text(sheet, row, 1, "", "bold")
    if base.cost is not None:
        book.text(sheet, row + 1, 0, lang("Difference to “{base}”", base=title))
        book.text(sheet, row + 2, 0, lang("as a share"))
    for column, option in enumerate(made.priced, _BEFORE):
        assert option.statement is not None
        total = option.statement.total
        cells = f"{at(_FIRST, column, fixed=False)}:{at(row - 1, column, fixed=False)}"
        book.formula(sheet, row, column, f"SUM({cells})" if made.lines else "0", total, "total")
        if base.statement is None:
            continue
        mine, theirs = at(row, column), made.totals[base.name]
        over = total - base.statement.total
        book.formula(sheet, row + 1, column, f"{mine}-{theirs}", over, "money")
        share = over / base.statement.total if base.statement.total else 0.0
        said = f"IF({theirs}=0,0,{at(row + 1, column)}/{theirs})"
        book.formula(sheet, row + 2, column, said, share, "points")


def _groups(book: Book, made: MoneySheet, titles: Sequence[str]) -> None:
    """What the money is for: sums of the lines above."""
    lang, sheet, top = book.lang, made.sheet, made.groups_row
    book.head(sheet, top - 1, ["", lang("What for"), *titles])
    last = max(_FIRST, made.total_row - 1)
    kinds = f"{at(_FIRST, 1)}:{at(last, 1)}"
    for row, group in enumerate(made.groups, top):
        book.text(sheet, row, 1, lang(GROUPS[group]))
        for column, option in enumerate(made.priced, _BEFORE):
            assert option.statement is not None
            sums = {g.value: amount for g, amount in option.statement.by_group().items()}
            amounts = f"{at(_FIRST, column)}:{at(last, column)}"
            said = f"SUMIF({kinds},{at(row, 1)},{amounts})"
            book.formula(sheet, row, column, said, sums.get(group, 0.0), "money")
    row = top + len(made.groups)
    book.text(sheet, row, 1, lang("Total"), "bold")
    for column, option in enumerate(made.priced, _BEFORE):
        assert option.statement is not None
        cells = f"{at(top, column, fixed=False)}:{at(row - 1, column, fixed=False)}"
        book.formula(sheet, row, column, f"SUM({cells})", option.statement.total, "total")
    sheet.insert_chart(row + 2, 0, made.chart(book, made.found))
