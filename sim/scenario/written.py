"""Figures of a scenario as edits of its file: the same unit, the same place, another number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import InvalidInput
from sim.scenario.base import Strict
from sim.scenario.edited import Edit, law_edit
from sim.scenario.inputs import Step, named
from sim.scenario.laws import LAWS, Never
from sim.scenario.model import ONLY_OPTION, Scenario
from sim.scenario.option import Group
from sim.scenario.terms import Assumption
from sim.scenario.terms.shipped import scales
from sim.scenario.units import unit_of

__all__ = ["Choice", "Figure", "choice_of", "figure_of", "number_text", "write", "write_choice"]

#: What a unit is in a file, behind the number.
_TAILS = {
    "s": "s",
    "min": " min",
    "h": "h",
    "h/month": "h",
    "h/year": "h",
    "m2": " m2",
    "contacts/week": " / week",
}
_PER = {"": "", "h": " per hour", "min": " per minute", "month": " per month"} | {
    "m2/year": " per m2 per year",
}
_BARE = ("count", "factor", "month")
#: Numbers that a file writes in per cent.
_SHARES = ("share", "share/year")


def number_text(value: float, unit: str, currency: str) -> str | float:
    """A number as a file has it.

    Parameters
    ----------
    value
        The number.
    unit
        What it is counted in, as `sim.scenario.units` names it.
    currency
        The scenario's.

    Raises
    ------
    InvalidInput
        If no file writes numbers of this unit.

    Examples
    --------
    >>> number_text(0.305, "share", "RUB"), number_text(22, "money/min", "RUB")
    ('30.5%', '22 RUB per minute')
    >>> number_text(240, "s", "RUB"), number_text(1.1, "factor", "RUB")
    ('240s', 1.1)
    """
    if unit in _SHARES:
        return f"{100 * value:.10g}%"
    if unit in _BARE:
        return int(value) if float(value).is_integer() else value
    if unit in _TAILS:
        return f"{value:.12g}{_TAILS[unit]}"
    kind, _, per = unit.partition("/")
    if kind == "money" and per in _PER:
        return f"{value:.12g} {currency}{_PER[per]}"
    raise InvalidInput("figure", "is no number that can be written", unit)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a scenario that can be written anew.

    Parameters
    ----------
    path
        Its path, as `Scenario.assumptions` has it.
    value, unit
        The number; of a law of durations its mean [s].
    place
        Where the number stands in the file.
    within
        Where the whole list stands that must be written with it, since it is a preset's; None
        where the number has a place of its own.
    node
        What stands there: the number, the law, or the list.
    """

    path: str
    value: float
    unit: str
    place: tuple[Step, ...]
    within: tuple[Step, ...] | None
    node: Any


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure that is no number: yes or no, or one of some names.

    Parameters
    ----------
    path
        Its path, as `Scenario.assumptions` has it.
    value
        What is chosen now.
    among
        What may stand there, as a file writes it.
    place, within, node
        Where it stands in the file, as for a `Figure`.
    """

    path: str
    value: bool | str
    among: tuple[bool | str, ...]
    place: tuple[Step, ...]
    within: tuple[Step, ...] | None
    node: Any


def figure_of(scenario: Scenario, tree: Mapping[str, Any], one: Assumption) -> Figure | None:
    """How a figure can be written anew; None where it is no number, or not one alone.

    Parameters
    ----------
    scenario
        The operation.
    tree
        What its file says, as `sim.scenario.load.standalone` has it.
    one
        The figure.
    """
    steps = one.path.split(".")
    if steps[0] == "channels" and steps[2:] == ["arrivals"]:
        channel = scenario.channels[steps[1]]
        if channel.log is not None or channel.outbound is not None:
            return None  # as many as the log has, or as are called
        steps[2] = "volume"
        place: tuple[Step, ...] = tuple(steps)
        return Figure(one.path, float(one.value), one.unit, place, None, None)
    found = _standing(scenario, tree, steps)
    if found is None:
        return None
    place, within, node, items = found
    if isinstance(node, LAWS):
        if isinstance(node, Never):
            return None
        return Figure(one.path, node.mean, "s", place, None, node)
    if isinstance(node, bool) or not isinstance(node, int | float):
        return None
    try:
        number_text(float(node), one.unit, scenario.currency)
    except InvalidInput:
        return None
    return Figure(one.path, float(node), one.unit, place, within, items)


def choice_of(scenario: Scenario, tree: Mapping[str, Any], one: Assumption) -> Choice | None:
    """What else may stand in place of a figure that is no number; None where that is not known.

    Parameters
    ----------
    scenario, tree, one
        As `figure_of` takes them.
    """
    steps = one.path.split(".")
    found = _standing(scenario, tree, steps)
    if found is None:
        return None
    place, within, node, items = found
    if isinstance(node, bool):
        return Choice(one.path, node, (True, False), place, within, items)
    if one.unit != "scale" or steps[0] != "options" or not isinstance(one.value, str):
        return None
    group: Group = scenario.options[steps[1]].groups[steps[3]]
    if group.payroll is None or group.payroll.preset is None:
        return None
    return Choice(one.path, one.value, scales(group.payroll.preset.name), place, None, None)


def write(figure: Figure, value: float, scenario: Scenario, tree: Mapping[str, Any]) -> Edit:
    """The edit that gives a figure another value.

    Parameters
    ----------
    figure
        The figure.
    value
        In its unit.
    scenario, tree
        The operation and its file, as `figure_of` takes them.

    Raises
    ------
    InvalidInput
        If what stands there is put together from parts.
    """
    if isinstance(figure.node, LAWS):
        return law_edit(figure.place, _at(tree, figure.place), figure.node.mean, value)
    text = number_text(value, figure.unit, scenario.currency)
    if figure.within is None:
        return Edit(figure.place, text)
    return _edit_in_list(figure, text, scenario.currency)


def write_choice(choice: Choice, value: bool | str, scenario: Scenario) -> Edit:
    """The edit that chooses something else.

    Parameters
    ----------
    choice
        As `choice_of` gives it.
    value
        One of its `Choice.among`.
    scenario
        The operation.
    """
    if choice.within is None:
        return Edit(choice.place, value)
    return _edit_in_list(choice, value, scenario.currency)


def _edit_in_list(one: Figure | Choice, value: Any, currency: str) -> Edit:
    """The edit of a list that is a preset's: it is written whole, with one place of it anew."""
    assert one.within is not None
    unit = one.unit if isinstance(one, Figure) else None
    items = [_file(item, currency, unit) for item in one.node]
    number, *below = one.place[len(one.within) :]
    assert isinstance(number, int)
    if below:
        items[number][below[0]] = value
    else:
        items[number] = value
    return Edit(one.within, items)


_Lists = list[tuple[tuple[Step, ...], Sequence[Any]]]


def _standing(
    scenario: Scenario, tree: Mapping[str, Any], steps: Sequence[str]
) -> tuple[tuple[Step, ...], tuple[Step, ...] | None, Any, Any] | None:
    """Where a path leads: its place, the list to be written whole, what stands there, that list."""
    found = _followed(scenario, steps, "" if "options" in tree else ONLY_OPTION)
    if found is None:
        return None
    place, lists, node = found
    lacking = [(at, items) for at, items in lists if not isinstance(_at(tree, at), list)]
    if len(lists) > 1 and lacking:
        return None
    within, items = lacking[0] if lacking else (None, None)
    return place, within, node, items


def _followed(
    scenario: Scenario, steps: Sequence[str], only: str
) -> tuple[tuple[Step, ...], _Lists, Any] | None:
    """Where a path leads: its place in the file, lists on the way, and what stands there."""
    node: Any = scenario
    place: list[Step] = []
    lists: _Lists = []
    for step in steps:
        if isinstance(node, Strict):
            fields = type(node).model_fields.items()
            field = next((n for n, info in fields if step in (info.alias, n)), None)
            if field is None:
                return None
            node = getattr(node, field)
            place.append(step)
        elif isinstance(node, Mapping):
            if step not in node:
                return None
            node = node[step]
            place.append(step)
        elif isinstance(node, tuple):
            at = next((n for n, x in enumerate(node) if step in (named(x), str(n))), None)
            if at is None:
                return None
            lists.append((tuple(place), node))
            node = node[at]
            place.append(at)
        else:
            return None
    if only and place[:2] == ["options", only]:
        place = place[2:]
        lists = [(at[2:], items) for at, items in lists]
    return tuple(place), lists, node


def _at(tree: Any, place: Sequence[Step]) -> Any:
    """What a file says at a place; None where it says nothing."""
    for step in place:
        if isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def _file(value: Any, currency: str, unit: str | None) -> Any:
    """A part of a scenario as a file has it."""
    if isinstance(value, Strict):
        return {
            info.alias or name: _file(getattr(value, name), currency, unit_of(info))
            for name, info in type(value).model_fields.items()
            if name in value.model_fields_set and getattr(value, name) is not None
        }
    if isinstance(value, Mapping):
        return {key: _file(one, currency, unit) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_file(one, currency, unit) for one in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or unit is None:
        return value
    return number_text(float(value), unit, currency)
