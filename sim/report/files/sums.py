"""The average month of an option as a sheet that calculates: inputs, formulas, sums."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.cost import Line
from sim.cost.statement import agree
from sim.decide import OptionResult
from sim.report.files.book import Book, at, quoted
from sim.report.sentences import group_title, option_title
from sim.report.words import GROUPS, arithmetic, line_title, term

__all__ = ["MonthSheet", "calculated", "month_sheet"]

_LINE, _AMOUNT, _WHY, _INPUT, _VALUE = 0, 2, 3, 5, 6
#: First row of lines and of inputs.
_FIRST = 4
_WIDTHS = (42, 22, 16, 70, 3, 46, 16)
_CALLS = {"max": (max, "MAX"), "min": (min, "MIN")}


class _Cells(ast.NodeTransformer):
    """Puts cells in the place of names, and a spreadsheet's functions in that of Python's."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in _CALLS:
            return ast.Name(_CALLS[node.id][1])
        return ast.Name(self.cells[node.id])


_KNOWN = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Load)
_SIGNS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub)


def calculated(formula: str, inputs: Mapping[str, float], cells: Mapping[str, str]) -> str | None:
    """A formula of a statement's line as a spreadsheet has it; None where it has none such.

    Parameters
    ----------
    formula
        Ordinary arithmetic.
    inputs
        Its numbers by name.
    cells
        Where they stand.

    Examples
    --------
    >>> calculated("max(paid - used, 0) / 12", {"paid": 3, "used": 1}, {"paid": "A1", "used": "A2"})
    'MAX(A1 - A2, 0) / 12'
    >>> calculated("paid ** 2", {"paid": 3}, {"paid": "A1"}) is None
    True
    """
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError:
        return None
    if not all(isinstance(node, _KNOWN + _SIGNS) for node in ast.walk(tree)):
        return None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if not names - set(_CALLS) <= set(inputs):
        return None
    return ast.unparse(_Cells(cells).visit(tree))


def _value(formula: str, inputs: Mapping[str, float]) -> float:
    """What a formula of ours comes to."""
    calls = {name: function for name, (function, _) in _CALLS.items()}
    code = compile(ast.parse(formula, mode="eval"), "formula", "eval")
    return float(eval(code, {"__builtins__": {}}, {**calls, **inputs}))


@dataclass
class MonthSheet:
    """Where the figures of an option's month stand.

    Parameters
    ----------
    name
        Of the sheet.
    amounts
        Cell of each line by the line's name, with the sheet.
    total
        Cell of the total, with the sheet.
    """

    name: str
    amounts: dict[str, str] = field(default_factory=dict)
    total: str = ""


@dataclass
class _Writing:
    """The sheet while it is written."""

    book: Book
    sheet: Any
    result: OptionResult
    rows: dict[str, int]
    """Rows of lines, by name."""
    row: int = _FIRST
    begun: int = _FIRST
    """The row of the line that is being written, its parts below it."""
    inputs: dict[tuple[str, str, float], int] = field(default_factory=dict)
    """Rows of inputs, by leg, name and value: what several lines use stands once."""


def month_sheet(book: Book, result: OptionResult) -> MonthSheet:
    """Write the average month of an option: every amount by its own formula, where it has one.

    Parameters
    ----------
    book
        The workbook.
    result
        An option with a statement.
    """
    lang, statement = book.lang, result.statement
    assert statement is not None
    title = option_title(result.scenario, result.name, lang)
    sheet = book.sheet(title, _WIDTHS)
    made = MonthSheet(sheet.get_name())
    book.text(sheet, 0, 0, lang("The month line by line: {option}", option=title), "title")
    said = lang("What is tinted is given or simulated: change it, and the sheet follows.")
    book.text(sheet, 1, 0, said, "note")
    money = lang("{currency} a month", currency=result.scenario.currency)
    book.head(sheet, _FIRST - 1, [lang("Line"), lang("What for"), money, lang("Why")])
    book.head(sheet, _FIRST - 1, [lang("Figure"), lang("Value")], _INPUT)
    lines = [line for line in statement.lines if line.amount]
    writing = _Writing(book, sheet, result, _rows(lines))
    for line in lines:
        writing.begun = writing.row
        made.amounts[line.name] = f"{quoted(made.name)}{at(writing.row, _AMOUNT)}"
        _write(writing, line, line.name.partition(".")[0], 0)
    # Parts stand between the lines; only lines say what they are for.
    kinds, amounts = (f"{at(_FIRST, n)}:{at(max(writing.row - 1, _FIRST), n)}" for n in (1, 2))
    said = f'SUMIF({kinds},"<>",{amounts})'
    book.text(sheet, writing.row, _LINE, lang("Total"), "bold")
    book.formula(sheet, writing.row, _AMOUNT, said, statement.total, "total")
    made.total = f"{quoted(made.name)}{at(writing.row, _AMOUNT)}"
    sheet.freeze_panes(_FIRST, 1)
    return made


def _rows(lines: list[Line]) -> dict[str, int]:
    """The row of each line: its parts stand below it."""
    rows, row = {}, _FIRST
    for line in lines:
        rows[line.name] = row
        row += _height(line)
    return rows


def _height(line: Line) -> int:
    return 1 + sum(_height(part) for part in line.parts)


def _write(writing: _Writing, line: Line, leg: str, depth: int) -> None:
    """Write a line and its parts below it."""
    book, sheet, lang, row = writing.book, writing.sheet, writing.book.lang, writing.row
    title = term(line.name, lang)
    if depth == 0:
        title = line_title(line, writing.result, lang)
        book.text(sheet, row, _LINE + 1, lang(GROUPS[line.group.value]))
    book.text(sheet, row, _LINE, title, "deep" if depth else "text")
    book.text(sheet, row, _WHY, arithmetic(line, lang), "deep" if depth else "text")
    form = "money_deep" if depth else "money"
    writing.row += 1
    below = []
    for part in line.parts:
        below.append(at(writing.row, _AMOUNT))
        _write(writing, part, leg, depth + 1)
    said = "+".join(below) or _formula(writing, line, leg)
    if said is None:
        book.number(sheet, row, _AMOUNT, line.amount, "given")
    else:
        book.formula(sheet, row, _AMOUNT, said, line.amount, form)


def _formula(writing: _Writing, line: Line, leg: str) -> str | None:
    """The formula of a line, with its inputs written beside; None where it does not come out."""
    if not line.formula or not all(math.isfinite(value) for value in line.inputs.values()):
        return None
    probe = calculated(line.formula, line.inputs, dict.fromkeys(line.inputs, "A1"))
    if probe is None or not agree(_value(line.formula, line.inputs), line.amount):
        return None
    cells = {name: _input(writing, leg, name, value) for name, value in line.inputs.items()}
    return calculated(line.formula, line.inputs, cells)


def _input(writing: _Writing, leg: str, name: str, value: float) -> str:
    """The cell of an input: that of another line where it is its amount, else one of its own."""
    statement = writing.result.statement
    assert statement is not None
    # Only lines above: a fee may hang on a price of its own name, and no cell on itself.
    above = writing.rows.get(f"{leg}.{name}", writing.row)
    if above < writing.begun and agree(statement.amount(f"{leg}.{name}"), value):
        return at(above, _AMOUNT)
    book, lang, key = writing.book, writing.book.lang, (leg, name, value)
    if key not in writing.inputs:
        row = writing.inputs[key] = _FIRST + len(writing.inputs)
        title = term(name, lang)
        groups = writing.result.option.groups
        if leg in groups and len(groups) > 1:
            title += " · " + group_title(writing.result.scenario, writing.result.name, leg, lang)
        book.text(writing.sheet, row, _INPUT, title[:1].upper() + title[1:])
        book.number(writing.sheet, row, _VALUE, value, "given")
    return at(writing.inputs[key], _VALUE)
