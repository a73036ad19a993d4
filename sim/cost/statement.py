"""A monthly statement: named lines that sum to a total, each able to say why it is what it is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sim.errors import InvalidInput, InvariantBroken

__all__ = ["Group", "Line", "Statement", "agree", "ensure"]

# Float sums of a month agree to far better than this; a wrong formula does not.
_TOLERANCE = 1e-9


class Group(StrEnum):
    """What a line is for, in the words of charts and reports."""

    LABOUR = "labour"
    HIRING = "hiring"
    WORKPLACE = "workplace"
    SOFTWARE = "software"
    TELEPHONY = "telephony"
    VENDOR = "vendor"
    RETAINED = "retained"
    OVERHEAD = "overhead"
    TAX = "tax"
    CONSEQUENCES = "consequences"


def agree(one: float, other: float, scale: float = 0.0) -> bool:
    """Whether two ways to the same figure meet, up to the noise of float sums.

    Parameters
    ----------
    one, other
        The figure, twice.
    scale
        Size of the sums behind them, when it exceeds the figures themselves.
    """
    return abs(one - other) <= _TOLERANCE * max(1.0, abs(one), abs(other), abs(scale))


def ensure(holds: bool, rule: str) -> None:
    """Stop with `InvariantBroken` when a figure contradicts itself.

    Parameters
    ----------
    holds
        Whether the rule holds.
    rule
        The rule, in words.
    """
    if not holds:
        raise InvariantBroken(rule)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a statement with the way it came about.

    Parameters
    ----------
    name
        What it is, unique in its statement.
    group
        What it is for.
    amount
        Money; negative for credits.
    formula
        How `inputs` make the amount, in ordinary arithmetic; empty when `parts` do.
    inputs
        The numbers in the formula by name, in the units of the terms they come from.
    parts
        Lines that sum to this one.
    cash
        Whether money moves in the month itself; False for depreciation, whose money moved when
        the thing was bought.

    Examples
    --------
    >>> Line("rent", Group.WORKPLACE, 750.0, "seats * rent", {"seats": 5, "rent": 150}).why()
    'rent 750.00 = seats * rent = 5 * 150'
    """

    name: str
    group: Group
    amount: float
    formula: str = ""
    inputs: Mapping[str, float] = field(default_factory=dict, hash=False)
    parts: tuple[Line, ...] = ()
    cash: bool = True

    def __post_init__(self) -> None:
        ensure(math.isfinite(self.amount), f"{self.name} is {self.amount}, not an amount")
        if self.parts:
            total = math.fsum(part.amount for part in self.parts)
            ensure(agree(total, self.amount), f"{self.name} is not the sum of its parts")

    @classmethod
    def of(cls, name: str, group: Group, parts: Iterable[Line], *, cash: bool = True) -> Line:
        """A line that is the sum of others."""
        kept = tuple(parts)
        return cls(name, group, math.fsum(part.amount for part in kept), parts=kept, cash=cash)

    def called(self, name: str) -> Line:
        """The line under another name."""
        # Many months of many draws are joined: this takes a third of what `replace` does.
        return Line(name, self.group, self.amount, self.formula, self.inputs, self.parts, self.cash)

    def why(self) -> str:
        """The way to the amount, as text: formula, then the same with numbers, parts below."""
        head = f"{self.name} {_money(self.amount)}"
        if self.formula:
            return f"{head} = {self.formula} = {self._filled()}"
        below = "\n".join(part.why() for part in self.parts)
        return "\n  ".join([head, *below.splitlines()])

    def _filled(self) -> str:
        def number(match: re.Match[str]) -> str:
            name = match.group()
            return _number(self.inputs[name]) if name in self.inputs else name

        return re.sub(r"[A-Za-z_]\w*", number, self.formula)

    def _plus(self, other: Line) -> Line:
        both = self._summands() + other._summands()
        return Line.of(self.name, self.group, both, cash=self.cash)

    def _summands(self) -> tuple[Line, ...]:
        # A sum over months stays one flat list of months, whatever the order of adding.
        summed = self.parts and all(part.name == self.name for part in self.parts)
        return self.parts if summed else (self,)


def _money(amount: float) -> str:
    return f"{amount:,.2f}".replace(",", " ")


def _number(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".").replace(",", " ")


@dataclass(frozen=True, slots=True)
class Statement:
    """Ordered lines that sum to a total.

    Parameters
    ----------
    lines
        In the order in which the model makes them.
    info
        Figures that are not money or do not add: hours, FTE, seats, the net invoice.

    Examples
    --------
    >>> rent = Statement((Line("rent", Group.WORKPLACE, 750.0),))
    >>> fee = Statement((Line("fee", Group.VENDOR, 250.0),))
    >>> both = Statement.join({"inhouse": rent, "contract": fee})
    >>> both.total, [line.name for line in both.lines]
    (1000.0, ['inhouse.rent', 'contract.fee'])
    """

    lines: tuple[Line, ...] = ()
    info: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        twice = [name for name, n in Counter(line.name for line in self.lines).items() if n > 1]
        ensure(not twice, f"a statement names {', '.join(twice)} twice")

    @property
    def total(self) -> float:
        """Sum of all lines."""
        return math.fsum(line.amount for line in self.lines)

    @property
    def cash(self) -> float:
        """What is paid in the month: the lines less depreciation."""
        return math.fsum(line.amount for line in self.lines if line.cash)

    def amount(self, name: str) -> float:
        """Amount of a line; 0 when the terms bring no such line."""
        return next((line.amount for line in self.lines if line.name == name), 0.0)

    def why(self, name: str) -> str:
        """How a line came about, as text.

        Raises
        ------
        InvalidInput
            If there is no such line; the message lists those that are there.
        """
        for line in self.lines:
            if line.name == name:
                return line.why()
        known = ", ".join(line.name for line in self.lines)
        raise InvalidInput("line", "must be in the statement", name, f"it has {known}")

    def per(self, count: float) -> float:
        """Total of each of a number of things: contacts handled, or resolved.

        Raises
        ------
        InvalidInput
            If there are none.
        """
        if not (math.isfinite(count) and count > 0):
            raise InvalidInput("count", "must be above 0", count)
        each = self.total / count
        ensure(agree(each * count, self.total), "cost of one times their number is not the total")
        return each

    def by_group(self) -> dict[Group, float]:
        """Totals by group, in the order of `Group`; groups without lines are left out."""
        return {
            group: math.fsum(line.amount for line in self.lines if line.group is group)
            for group in Group
            if any(line.group is group for line in self.lines)
        }

    @classmethod
    def join(cls, parts: Mapping[str, Statement]) -> Statement:
        """One statement of several that stand beside each other: legs and what is retained.

        Parameters
        ----------
        parts
            Statements by label; each of their names becomes ``label.name``.
        """
        joined = cls(
            tuple(
                line.called(f"{label}.{line.name}")
                for label, part in parts.items()
                for line in part.lines
            ),
            {
                f"{label}.{name}": value
                for label, part in parts.items()
                for name, value in part.info.items()
            },
        )
        _ensure_sums(joined, parts.values())
        return joined

    def __add__(self, other: Statement) -> Statement:
        """Sum of two months; lines of the same name become one with both as its parts.

        The `info` of the months is left out: an FTE or a price index does not add.
        """
        lines = {line.name: line for line in self.lines}
        for line in other.lines:
            lines[line.name] = lines[line.name]._plus(line) if line.name in lines else line
        summed = Statement(tuple(lines.values()))
        _ensure_sums(summed, (self, other))
        return summed


def _ensure_sums(whole: Statement, parts: Collection[Statement]) -> None:
    totals = [part.total for part in parts]
    scale = math.fsum(abs(total) for total in totals)
    ensure(agree(whole.total, math.fsum(totals), scale), "statements do not sum to their total")
