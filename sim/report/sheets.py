"""Rows as text that spreadsheets open with a double click, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sim.report.cells import harmless

__all__ = ["csv_text", "sheet_text"]

#: What tells Excel that a file is UTF-8.
MARK = "\ufeff"


def sheet_text(rows: Sequence[Mapping[str, object]], lang: str) -> str:
    r"""Rows under their names as CSV with a mark of UTF-8.

    Parameters
    ----------
    rows
        Cells by name; the names are those of all rows.
    lang
        ``ru``: semicolons between cells and a comma in numbers, as the Russian Excel reads them.
        Else commas, and a point.

    Examples
    --------
    >>> sheet_text([{"person": "Anna", "hours": 7.5}], "ru")
    '\ufeffperson;hours\nAnna;7,5\n'
    """
    return MARK + _cells(rows, russian=lang == "ru")


def csv_text(rows: Sequence[Mapping[str, object]], lang: str) -> str:
    r"""Rows under their names as CSV for programs; in Russian as `sheet_text`, for Excel.

    Parameters
    ----------
    rows
        Cells by name; the names are those of all rows. Numbers are not rounded.
    lang
        ``ru`` or any other.

    Examples
    --------
    >>> csv_text([{"person": "Anna", "hours": 7.5}], "en")
    'person,hours\nAnna,7.5\n'
    """
    return sheet_text(rows, lang) if lang == "ru" else _cells(rows, russian=False)


def _cells(rows: Sequence[Mapping[str, object]], *, russian: bool) -> str:
    names = dict.fromkeys(name for row in rows for name in row)
    out = io.StringIO()
    delimiter = ";" if russian else ","
    writer = csv.DictWriter(out, list(names), lineterminator="\n", delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: str(cell).replace(".", ",") if russian and isinstance(cell, float) else cell
                for name, cell in harmless(row).items()
            }
        )
    return out.getvalue()
