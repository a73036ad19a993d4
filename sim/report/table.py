"""What a table is, apart from what is shown in tables."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Row", "Table"]

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text.

    Parameters
    ----------
    title
        What it shows.
    head
        Names of the columns; the first column is text, the others are figures.
    rows
        As many cells in each as there are columns.
    """

    title: str
    head: Row
    rows: tuple[Row, ...]
