"""Any number of a scenario by its path, as one writes it: ``channels.phone.volume``.

A path may end at one number, at a law of durations (its mean), at a part that holds prices (all
prices below it, to be scaled), and may have ``*`` for every name. Items of a list go by number or
by their name: ``tiers[0].price``, ``support_roles.head.salary_month``; where a key is missing that
the items of the only list below have, it stands for all of them: ``minutes.price``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import InvalidInput
from sim.scenario.base import Strict, nearest
from sim.scenario.channel import Channel
from sim.scenario.laws import LAWS, Never
from sim.scenario.model import Scenario
from sim.scenario.units import unit_of

__all__ = ["WIDE", "Input", "Leaf", "Step", "find_input", "named"]

Step = str | int

#: Letters of a path that anybody means.
MOST_LETTERS = 1000

#: Short names of inputs that stand in many places.
WIDE: Mapping[str, tuple[str, ...]] = {
    "volume": ("channels.*.volume",),
    "handle_time": ("channels.*.handle_time", "channels.*.after_call_work"),
    "patience": ("channels.*.patience",),
    "target": ("channels.*.target.answered",),
    "price": ("options.*.groups.*.contract",),
    "wage": ("options.*.groups.*.payroll.agents.pay.hourly_rate",),
    "margin": ("consequences.margin_per_order",),
    "vat": (
        "options.*.groups.*.contract.vat_recoverable_share",
        "options.*.groups.*.payroll.vat_recoverable_share",
        "options.*.retained.vat_recoverable_share",
    ),
}

VOLUME = "volume"
"""Step below a channel that is no field of it: all its arrivals together."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One number of a scenario.

    Parameters
    ----------
    place
        Fields, keys and positions that lead to it.
    value
        What it is now.
    unit
        What it is counted in; empty where nobody knows.
    """

    place: tuple[Step, ...]
    value: float
    unit: str

    @property
    def path(self) -> str:
        """The place as it is written."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return "".join(steps).lstrip(".")


@dataclass(frozen=True, slots=True)
class Input:
    """What a path names: one number, or several that move together.

    Parameters
    ----------
    path
        As it was written.
    leaves
        The numbers.
    whole
        Whether the path names a part and stands for the prices in it: it can only be scaled.
    """

    path: str
    leaves: tuple[Leaf, ...]
    whole: bool = False

    @property
    def value(self) -> float | None:
        """The value that all of them have; None where they differ or are many prices."""
        first = self.leaves[0].value
        same = all(leaf.value == first for leaf in self.leaves)
        return first if same and not self.whole else None

    @property
    def unit(self) -> str:
        """What its value is counted in."""
        return self.leaves[0].unit


def find_input(scenario: Scenario, path: str) -> Input:
    """The numbers that a path names.

    Parameters
    ----------
    scenario
        The operation.
    path
        A place in the file, or one of `WIDE`: ``volume``, ``price``, ``wage`` …

    Raises
    ------
    InvalidInput
        If there is no such number; the hint names the nearest there is.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/company-n.yaml")
    >>> tiers = "options.shared.groups.vendor.contract.minutes.price"
    >>> [leaf.value for leaf in find_input(shop, tiers).leaves]
    [22.0]
    >>> find_input(shop, "channels.phone.handle_time").value
    240.0
    """
    if path in WIDE:
        found = [one for wide in WIDE[path] for one in _tried(scenario, wide)]
        if path == "target":
            found = [one for one in found if scenario.channels[str(one[0][1])].kind != "email"]
        if not found:
            raise InvalidInput("input", "is nothing that this scenario has", path)
        leaves = [_leaf(place, value, unit) for place, value, unit in found]
        return Input(path, _numbers(path, leaves), whole=path == "price")
    steps = _steps(path)
    leaves, whole = [], False
    for place, value, unit in _follow(scenario, steps, (), "", path):
        if isinstance(value, Strict | Mapping | tuple) and not isinstance(value, LAWS):
            below = [leaf for leaf in _below(value, place, unit) if leaf.unit.startswith("money")]
            leaves += below
            whole = True
        elif "*" not in steps or not (value is None or isinstance(value, Never)):
            leaves.append(_leaf(place, value, unit))
    return Input(path, _numbers(path, leaves), whole)


def _tried(scenario: Scenario, path: str) -> Iterator[tuple[tuple[Step, ...], Any, str]]:
    """Numbers of a wide path; prices of the parts it names."""
    try:
        found = find_input(scenario, path)
    except InvalidInput:
        return
    for leaf in found.leaves:
        yield leaf.place, leaf.value, leaf.unit


def _steps(path: str) -> tuple[Step, ...]:
    """A path in steps."""
    if len(path) > MOST_LETTERS or not re.fullmatch(r"[^.\[\]]+(\[(\d+|\*)\]|\.[^.\[\]]+)*", path):
        hint = "write it like channels.phone.volume or …tiers[0].price"
        raise InvalidInput("input", "must be a path with dots", path, hint)
    parts = re.findall(r"[^.\[\]]+", path)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _numbers(path: str, leaves: list[Leaf]) -> tuple[Leaf, ...]:
    if not leaves:
        hint = "name one number, such as channels.phone.volume"
        raise InvalidInput("input", "must lead to a number or to prices", path, hint)
    return tuple({leaf.place: leaf for leaf in leaves}.values())


def _leaf(place: tuple[Step, ...], value: Any, unit: str) -> Leaf:
    if isinstance(value, Never) or value is None:
        shown = ".".join(map(str, place))
        raise InvalidInput("input", "must lead to a number that is given", shown)
    if isinstance(value, LAWS):
        return Leaf(place, value.mean, "s")
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = ".".join(map(str, place))
        raise InvalidInput("input", "must lead to a number", shown)
    return Leaf(place, float(value), unit)


def _follow(
    node: Any, steps: tuple[Step, ...], place: tuple[Step, ...], unit: str, path: str
) -> Iterator[tuple[tuple[Step, ...], Any, str]]:
    """Every part of the scenario that the steps lead to."""
    if not steps:
        yield place, node, unit
        return
    children = _children(node, steps[0], unit)
    if children is None:
        raise _unknown(node, steps[0], place, path)
    for more, child, child_unit in children:
        found = _follow(child, steps[1:], (*place, *more), child_unit, path)
        if steps[0] != "*":
            yield from found
            continue
        try:  # of all names, those that have what is asked
            yield from list(found)
        except InvalidInput:
            continue


def _children(node: Any, step: Step, unit: str) -> list[tuple[tuple[Step, ...], Any, str]] | None:
    """What a step leads to; None where there is nothing of the kind."""
    if isinstance(node, Mapping):
        keys = list(node) if step == "*" else [key for key in node if str(key) == str(step)]
        return [((key,), node[key], unit) for key in keys] if keys else None
    if isinstance(node, tuple):
        chosen = [n for n, item in enumerate(node) if step in ("*", n, named(item))]
        return [((n,), node[n], unit) for n in chosen] if chosen else None
    if not isinstance(node, Strict):
        return None
    if isinstance(node, Channel) and step == VOLUME:
        whole = node.volume if node.stated_volume is None else node.stated_volume
        return [((VOLUME,), whole, "contacts/week")]
    fields = type(node).model_fields
    for name, info in fields.items():
        if step in (name, info.alias) or step == "*":
            return [((name,), getattr(node, name), unit_of(info) or "")]
    lists = [name for name in fields if _holds(getattr(node, name), step)]
    if len(lists) != 1:
        return None
    items = getattr(node, lists[0])
    info = type(items[0]).model_fields[str(step)]
    return [
        ((lists[0], n, str(step)), getattr(item, str(step)), unit_of(info) or "")
        for n, item in enumerate(items)
    ]


def _holds(value: object, step: Step) -> bool:
    """Whether a value is a list of parts that all have a key."""
    return (
        isinstance(value, tuple)
        and bool(value)
        and all(isinstance(item, Strict) and step in type(item).model_fields for item in value)
    )


def named(item: object) -> str | None:
    """Name of an item of a list; None where it has none."""
    found = getattr(item, "name", None)
    return found if isinstance(found, str) else None


def _unknown(node: Any, step: Step, place: tuple[Step, ...], path: str) -> InvalidInput:
    """Refuse a step, naming what is near."""
    at = Leaf(place, 0.0, "").path or "the scenario"
    if isinstance(node, Mapping):
        known = [str(key) for key in node]
    elif isinstance(node, tuple):
        known = [named(item) or str(n) for n, item in enumerate(node)]
    elif isinstance(node, Strict):
        known = [info.alias or name for name, info in type(node).model_fields.items()]
    else:
        return InvalidInput("input", f"must end at {at}, which is a number or not given", path)
    known += list(WIDE) if not place else []
    return InvalidInput(
        "input", f"is not known: {at} has no {step}", path, nearest(str(step), known)
    )


def _below(node: Any, place: tuple[Step, ...], unit: str) -> Iterator[Leaf]:
    """Every number below a part, with its unit."""
    if isinstance(node, LAWS):
        return
    if isinstance(node, Strict):
        for name, info in type(node).model_fields.items():
            yield from _below(getattr(node, name), (*place, name), unit_of(info) or "")
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield from _below(item, (*place, key), unit)
    elif isinstance(node, tuple):
        for n, item in enumerate(node):
            yield from _below(item, (*place, n), unit)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield Leaf(place, float(node), unit)
