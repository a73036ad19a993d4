"""Cells of tables that a spreadsheet opens: text that it would run is shown as text."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["harmless", "plain"]

#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(row: Mapping[str, object]) -> dict[str, object]:
    """A row whose texts no spreadsheet runs as formulas: an apostrophe stands before them.

    Names of people, options and channels come from whoever wrote them. Numbers stay numbers.

    Examples
    --------
    >>> harmless({"person": "=1+1", "hours": -7.5, "shift": "-5"})
    {'person': "'=1+1", 'hours': -7.5, 'shift': '-5'}
    """
    return {
        name: f"'{cell}" if isinstance(cell, str) and _runs(cell) else cell
        for name, cell in row.items()
    }


def plain(cell: str) -> str:
    """A text as it was before `harmless`.

    Examples
    --------
    >>> plain("'=1+1"), plain("O'Neil"), plain("'t Hooft")
    ('=1+1', "O'Neil", "'t Hooft")
    """
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula; a number is none."""
    if not text.startswith(_FORMULA):
        return False
    try:
        float(text.rstrip("%"))
    except ValueError:
        return True
    return False
