"""Measured durations in CSV: one row for each contact, or for each duration with its number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.scenario.base import shown
from sim.scenario.parse import number, percentage, seconds
from sim.scenario.tables import csv_rows

__all__ = ["read_durations"]

MOST_ROWS = 500_000
MOST_TOLD = 10  # rows that are wrong named one by one before they are only counted
_LIKE = "begin with a row such as seconds,count or duration,share"
_TIMES, _WEIGHTS = ("seconds", "duration"), ("count", "share")


def read_durations(data: bytes, name: str) -> dict[str, str]:
    """Read durations as the table of an empirical law: share by duration.

    The column ``seconds`` has plain numbers, ``duration`` times with their unit. Beside it may
    stand ``count`` or ``share``; without either each row counts alike.

    Raises
    ------
    ScenarioError
        With every row that cannot be read, or the reason why it is no such table.
    """
    rows = csv_rows(data, name, MOST_ROWS)
    header = [cell.strip().lower() for cell in rows[0][1]]
    times = [column for column in header if column in _TIMES]
    weights = [column for column in header if column in _WEIGHTS]
    if len(times) != 1 or len(weights) > 1:
        rule = "must have one column seconds or duration, and at most one of count and share"
        raise ScenarioError([Problem(name, rows[0][0], "", rule, _LIKE)])
    counted: defaultdict[int, float] = defaultdict(float)
    problems: list[Problem] = []
    for line, cells in rows[1:]:
        try:
            at = _seconds(_cell(cells, header, times[0]), times[0])
            counted[round(at * 1000)] += _weight(cells, header, weights)
        except InvalidInput as error:
            rule = f"{error.rule}, got {shown(error.value)}"
            problems.append(Problem(name, line, "", rule, error.hint))
    if problems:
        raise ScenarioError(problems[:MOST_TOLD])
    total = sum(counted.values())
    if total <= 0:
        raise ScenarioError([Problem(name, 0, "", "must have at least one duration", _LIKE)])
    return {f"{at}ms": f"{counted[at] / total * 100!r}%" for at in sorted(counted)}


def _cell(cells: Sequence[str], header: Sequence[str], column: str) -> str:
    at = header.index(column)
    return cells[at].strip() if at < len(cells) else ""


def _seconds(text: str, column: str) -> float:
    value = number(text) if column == "seconds" else seconds(text)
    if not 0 <= value <= 366 * 86_400:
        raise InvalidInput("duration", "must lie between 0 and 366 days", text)
    return value


def _weight(cells: Sequence[str], header: Sequence[str], weights: Sequence[str]) -> float:
    """How much a row counts."""
    if not weights:
        return 1.0
    text = _cell(cells, header, weights[0])
    value = number(text) if weights[0] == "count" else percentage(text)
    if value < 0:
        raise InvalidInput("count", "must not be negative", text)
    return value
