"""Formulas of a workbook calculated anew, cell by cell: what a spreadsheet would show.

Knows as much of the language as our workbooks use, and nothing of who wrote them.
"""

from __future__ import annotations

import io
import math
import re
from functools import cache
from typing import Any

import numpy as np
import openpyxl

__all__ = ["Sheets"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<cell>(?:'(?:[^']|'')+'!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
    r"|(?P<name>[A-Z]+)(?=\()|(?P<sign><>|<=|>=|[-+*/^(),=<>]))"
)


class Sheets:
    """A workbook that calculates.

    `given` puts other values in the place of what cells hold, by sheet and cell.
    """

    def __init__(self, data: bytes, given: dict[tuple[str, str], float] | None = None) -> None:
        self.formulas = openpyxl.load_workbook(io.BytesIO(data))
        self.cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        self.given = given or {}
        self.value = cache(self._value)

    def calculated(self) -> dict[tuple[str, str], Any]:
        """Every cell with a formula, and what it comes to."""
        return {
            (sheet.title, cell.coordinate): self.value(sheet.title, cell.coordinate)
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }

    def _value(self, sheet: str, cell: str) -> Any:
        if (sheet, cell) in self.given:
            return self.given[sheet, cell]
        held = self.formulas[sheet][cell]
        if held.data_type != "f":
            return held.value
        return _Reading(self, sheet, str(held.value)[1:]).whole()


class _Reading:
    """One formula, read from left to right."""

    def __init__(self, sheets: Sheets, sheet: str, text: str) -> None:
        self.sheets, self.sheet = sheets, sheet
        found = [(str(m.lastgroup), m.group().strip()) for m in _TOKEN.finditer(text)]
        assert "".join(t for _, t in found) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text)
        self.tokens, self.at = [*found, ("end", "")], 0

    def whole(self) -> Any:
        value = self.compared()
        assert self.tokens[self.at][0] == "end"
        return value

    def take(self, *signs: str) -> str | None:
        kind, text = self.tokens[self.at]
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return None

    def compared(self) -> Any:
        left = self.sum()
        if self.take("="):
            right = self.sum()
            return ("" if left is None else left) == ("" if right is None else right)
        return left

    def sum(self) -> Any:
        value = self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            value = _number(value) + _number(other) * (1 if sign == "+" else -1)
        return value

    def product(self) -> Any:
        value = self.power()
        while sign := self.take("*", "/"):
            other = _number(self.power())
            value = _number(value) * other if sign == "*" else _number(value) / other
        return value

    def power(self) -> Any:
        value = self.signed()
        while self.take("^"):
            value = _number(value) ** _number(self.signed())
        return value

    def signed(self) -> Any:
        if self.take("-"):
            return -_number(self.signed())
        if self.take("("):
            value = self.compared()
            assert self.take(")")
            return value
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "cell":
            return self.cells(text)
        assert kind == "name", text
        return self.called(text)

    def cells(self, text: str) -> Any:
        place, _, area = text.rpartition("!")
        sheet = place[1:-1].replace("''", "'") if place else self.sheet
        area = area.replace("$", "")
        if ":" not in area:
            return self.sheets.value(sheet, area)
        rows = self.sheets.formulas[sheet][area]
        found = [self.sheets.value(sheet, cell.coordinate) for row in rows for cell in row]
        return np.array(found, object)

    def called(self, name: str) -> Any:
        assert self.take("(")
        values = [self.compared()]
        while self.take(","):
            values.append(self.compared())
        assert self.take(")")
        if name == "IF":
            return values[1] if values[0] else values[2]
        if name == "ROUND":
            return round(_number(values[0]), int(values[1]))
        if name == "ROUNDUP":
            assert values[1] == 0
            return math.ceil(_number(values[0]))
        if name in ("SUM", "MAX", "MIN"):
            numbers = [
                n
                for value in values
                for n in np.ravel(value).tolist()
                if isinstance(n, int | float)
            ]
            return sum(numbers) if name == "SUM" else (max if name == "MAX" else min)(numbers)
        if name == "SUMPRODUCT":
            return float(
                sum(np.prod([_number(n) for n in row]) for row in zip(*values, strict=True))
            )
        assert name == "SUMIF", name
        wanted = (
            (lambda v: v not in (None, "")) if values[1] == "<>" else (lambda v: v == values[1])
        )
        return sum(_number(n) for n, v in zip(values[2], values[0], strict=True) if wanted(v))


def _number(value: Any) -> Any:
    """What counts in a sum: nothing and text count for nothing."""
    if isinstance(value, np.ndarray):
        return np.array([_number(one) for one in value], float)
    return value if isinstance(value, int | float) else 0.0
