"""A workbook that is being written: formats, names of sheets, cells that nobody can misuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from sim.report.language import Language

__all__ = ["Book", "at", "quoted"]

#: Letters that a sheet may not have in its name, and how long that may be.
_BARRED, _LONGEST = re.compile(r"[\[\]:*?/\\']"), 31
#: What is given, as against what follows from it.
_TINT = "#FFF6DA"
_INK, _MUTED, _LINE = "#1B2333", "#5A6579", "#D9DFE9"
#: Money without its sign, which stands in the heading.
_MONEY = "#,##0"

_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "deep": {"indent": 1, "font_color": _MUTED, "valign": "top", "text_wrap": True},
    "title": {"bold": True, "font_size": 16},
    "big": {"bold": True, "font_size": 12, "font_color": "#2A5BD7"},
    "head": {"bold": True, "bottom": 1, "bottom_color": _MUTED, "text_wrap": True, "valign": "top"},
    "note": {"font_color": _MUTED, "italic": True},
    "money": {"num_format": _MONEY, "valign": "top"},
    "money_deep": {"num_format": _MONEY, "font_color": _MUTED, "valign": "top"},
    "total": {"num_format": _MONEY, "bold": True, "top": 1},
    "unit": {"num_format": "#,##0.00", "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "points": {"num_format": "+0.0%;-0.0%;0.0%", "valign": "top"},
    "percent": {"num_format": "0%", "align": "center"},
    "one": {"num_format": "#,##0.0", "valign": "top"},
    "bold": {"bold": True, "top": 1},
    "given": {"bg_color": _TINT, "valign": "top"},
    "given_whole": {"num_format": "#,##0", "bg_color": _TINT, "valign": "top"},
    "given_share": {"num_format": "0.0#%", "bg_color": _TINT, "valign": "top"},
}


def at(row: int, column: int, *, fixed: bool = True) -> str:
    """A cell as formulas name it.

    Examples
    --------
    >>> at(4, 2), at(4, 2, fixed=False)
    ('$C$5', 'C5')
    """
    cell: str = xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed)
    return cell


def quoted(sheet: str) -> str:
    """A sheet as formulas name it.

    Examples
    --------
    >>> quoted("Month by month")
    "'Month by month'!"
    """
    return f"'{sheet}'!"


@dataclass
class Book:
    """A workbook on its way.

    Parameters
    ----------
    book
        XlsxWriter's.
    lang
        The reader's language.
    footer
        What every printed page says of where it comes from.
    """

    book: Any
    lang: Language
    footer: str
    taken: set[str] = field(default_factory=set)

    @cached_property
    def formats(self) -> dict[str, Any]:
        """Formats by name."""
        base = {"font_name": "Calibri", "font_size": 11, "font_color": _INK}
        return {name: self.book.add_format(base | more) for name, more in _FORMATS.items()}

    def sheet(self, name: str, widths: Sequence[float], *, tall: bool = False) -> Any:
        """A new sheet.

        Parameters
        ----------
        name
            What it is called, where that is allowed and not taken.
        widths
            Widths of its columns [letters].
        tall
            Printed upright.
        """
        made = self.book.add_worksheet(self._free(name))
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        made.hide_gridlines(2)
        made.set_paper(9)
        if not tall:
            made.set_landscape()
        made.fit_to_pages(1, 0)
        said = self.footer.replace("&", "&&")[:180]
        made.set_footer(f"&L&8{said}&R&8&P / &N")
        return made

    def _free(self, name: str) -> str:
        """A name that a sheet may have and that none has."""
        plain = _BARRED.sub(" ", name).strip() or "-"
        found, number = plain[:_LONGEST].strip(), 1
        while found.casefold() in self.taken:
            number += 1
            tail = f" {number}"
            found = plain[: _LONGEST - len(tail)].strip() + tail
        self.taken.add(found.casefold())
        return found

    def text(self, sheet: Any, row: int, column: int, said: str, form: str = "text") -> None:
        """Write text, which is never read as a formula or a link, whatever it begins with."""
        sheet.write_string(row, column, said, self.formats[form])

    def number(self, sheet: Any, row: int, column: int, value: float, form: str) -> None:
        """Write a number; nothing where there is none."""
        if value == value and abs(value) != float("inf"):
            if form == "given" and float(value).is_integer():
                form = "given_whole"
            sheet.write_number(row, column, value, self.formats[form])
        else:
            sheet.write_string(row, column, "—", self.formats[form])

    def formula(
        self, sheet: Any, row: int, column: int, said: str, value: float, form: str
    ) -> None:
        """Write a formula with the value that it has, for readers that do not calculate."""
        known = value if value == value and abs(value) != float("inf") else ""
        sheet.write_formula(row, column, f"={said}", self.formats[form], known)

    def head(self, sheet: Any, row: int, names: Sequence[str], column: int = 0) -> None:
        """Write the names of columns."""
        for place, name in enumerate(names):
            self.text(sheet, row, column + place, name, "head")
