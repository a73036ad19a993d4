"""What an answer is in every form it may be asked for, and its figures as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sim.report.language import Code, Language
from sim.report.table import Table

if TYPE_CHECKING:  # closed forms are told without what plays
    from sim.stats import Estimate, Span

__all__ = ["Answer", "finite", "in_both", "with_interval"]

Words = TypeVar("Words")

#: Languages in which plain data say what the sentences say.
CODES: tuple[Code, ...] = ("en", "ru")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer in every form it may be asked for.

    Parameters
    ----------
    sentences
        In words, the answer first.
    tables
        What stands behind it.
    data
        Everything as plain data, in SI units.
    rows
        The table that ``--csv`` prints, in SI units, under the names of the API.
    """

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    data: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]


def finite(value: float) -> float | None:
    """A number, or None where there is no finite one: JSON knows no infinity."""
    return float(value) if math.isfinite(value) else None


def with_interval(found: Estimate | Span) -> dict[str, float | None]:
    """A figure with the ends of its interval; None where nothing was observed."""
    return {
        "value": finite(found.value),
        "low": finite(found.low),
        "high": finite(found.high),
    }


def in_both(said: Callable[[Language], Words]) -> dict[str, Words]:
    """What is said, by the code of the language."""
    return {code: said(Language(code)) for code in CODES}
