"""Equipment of own people: bought when more of it is needed than there is, or it is worn out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.cost import Group, Line, OneOff, Statement

__all__ = ["purchases"]

_LINE = "equipment_depreciation"
_NOISE = 1e-9


class _Item(NamedTuple):
    """A kind of thing in a month."""

    number: float
    unit_cost: float
    life_months: float


def purchases(
    months: Sequence[Statement], before: Statement | None, first: int
) -> tuple[tuple[OneOff, Line], ...]:
    """What is bought, when, and how its amount comes about; monthly statements write it off.

    What was there before is used on: it cost its money already. It is taken to be replaced when
    a whole life has passed from the start.

    Parameters
    ----------
    months
        Months in which the people work.
    before
        A month of whoever served before, whose things are taken over; None where there are none.
    first
        Month of the horizon that is the first of `months`; things are bought the month before.
    """
    there = {name: item.number for name, item in (_items(before) if before else {}).items()}
    found: list[tuple[OneOff, Line]] = []
    bought: dict[str, list[tuple[int, float]]] = {}  # month after which worn out, and how many
    for number, month in enumerate(months, first):
        for name, item in _items(month).items():
            own = bought.setdefault(name, [])
            at = number - 1
            used = there.get(name, 0.0) if at < item.life_months else 0.0
            alive = used + sum(count for worn, count in own if worn > at)
            more = item.number - alive
            if more > _NOISE * item.number:
                own.append((at + round(item.life_months), more))
                found.append(_bought(name, more, item.unit_cost, at))
    return tuple(found)


def _bought(name: str, number: float, unit_cost: float, month: int) -> tuple[OneOff, Line]:
    """So many things at their price."""
    amount = number * unit_cost
    inputs = {"number": number, "unit_cost": unit_cost}
    line = Line(name, Group.WORKPLACE, amount, "number * unit_cost", inputs)
    return OneOff(name=name, amount=amount, month=month, kind="capex"), line


def _items(month: Statement) -> Mapping[str, _Item]:
    """Equipment of a month by name, all groups together."""
    found: dict[str, _Item] = {}
    for line in month.lines:
        if line.name.rpartition(".")[2] != _LINE:
            continue
        for part in line.parts:
            count = found[part.name].number if part.name in found else 0.0
            costs = part.inputs["unit_cost"], part.inputs["life_months"]
            found[part.name] = _Item(count + part.inputs["count"], *costs)
    return found
