"""Rows as text that spreadsheets open with a double click, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sim.report.cells import harmless

__all__ = ["sheet_text"]

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
    names = dict.fromkeys(name for row in rows for name in row)
    out = io.StringIO()
    russian = lang == "ru"
    writer = csv.DictWriter(
        out, list(names), lineterminator="\n", delimiter=";" if russian else ","
    )
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: str(cell).replace(".", ",") if russian and isinstance(cell, float) else cell
                for name, cell in harmless(row).items()
            }
        )
    return MARK + out.getvalue()
