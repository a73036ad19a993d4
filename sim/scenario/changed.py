"""The scenario with some of its numbers changed, checked like any other."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.inputs import VOLUME, Input, Leaf, Step, find_input
from sim.scenario.laws import LAWS
from sim.scenario.model import Scenario
from sim.scenario.parse import number, seconds
from sim.scenario.terms.agents import WorkingYear
from sim.scenario.variant import stretched
from sim.scenario.wording import said

__all__ = ["Change", "change_of", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a number.

    Parameters
    ----------
    how
        ``value``: it becomes `amount`; ``factor``: it is multiplied; ``plus``: it is added to.
    amount
        The number, or the text of a value with its unit.
    """

    how: Literal["value", "factor", "plus"]
    amount: float | str


def change_of(text: str) -> Change:
    """Read a change as one writes it.

    Parameters
    ----------
    text
        ``x1.2``; ``-25%``, ``+10%`` of what it is; ``+2 points`` of a share; else a value with its
        unit, as in a file.

    Examples
    --------
    >>> change_of("x1.2"), change_of("-25%")
    (Change(how='factor', amount=1.2), Change(how='factor', amount=0.75))
    >>> change_of("+2 points"), change_of("20 RUB/min")
    (Change(how='plus', amount=0.02), Change(how='value', amount='20 RUB/min'))
    """
    plain = text.strip().replace("−", "-")
    if match := re.fullmatch(r"[x×*]\s*([0-9].{0,20})", plain):
        return Change("factor", _number(match[1], text))
    if match := re.fullmatch(r"([+-])\s*([0-9.,]{1,20})\s*%", plain):
        part = _number(match[2], text) / 100
        return Change("factor", round(1 + part if match[1] == "+" else 1 - part, 12))
    if match := re.fullmatch(r"([+-])\s*([0-9.,]{1,20})\s*(points?|pp|п\.?\s?п\.?)", plain):
        part = _number(match[2], text) / 100
        return Change("plus", part if match[1] == "+" else -part)
    return Change("value", plain)


def _number(text: str, whole: str) -> float:
    try:
        return number(text)
    except InvalidInput:
        hint = "write it like x1.2, -25%, +2 points or 20 RUB/min"
        raise InvalidInput("change", "must be a factor or a share", whole, hint) from None


def changed(scenario: Scenario, changes: Mapping[str | Input, Change | float | str]) -> Scenario:
    """The scenario with some of its numbers changed.

    Parameters
    ----------
    scenario
        The operation.
    changes
        By path (see `sim.scenario.inputs`): a number, text as `change_of` reads it, or a `Change`.

    Raises
    ------
    InvalidInput
        If there is no such number, or the new one breaks a rule of the scenario.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/company-n.yaml")
    >>> dearer = changed(shop, {"options.shared.groups.vendor.contract.minutes.price": "+10%"})
    >>> round(dearer.options["shared"].groups["vendor"].contract.minutes.tiers[0].price, 2)
    24.2
    >>> busier = changed(shop, {"volume": "x1.5", "channels.phone.target.awt": "30s"})
    >>> round(busier.channels["chat"].volume / shop.channels["chat"].volume, 9)
    1.5
    """
    tree: dict[Step, Any] = {}
    for path, asked in changes.items():
        found = find_input(scenario, path) if isinstance(path, str) else path
        change = asked if isinstance(asked, Change) else _read(asked)
        if found.whole and change.how != "factor":
            hint = "write it like -25% or x1.1"
            raise InvalidInput(
                found.path, "stands for several prices and can only be scaled", change.amount, hint
            )
        for leaf in found.leaves:
            node = tree
            for step in leaf.place[:-1]:
                node = node.setdefault(step, {})
                if isinstance(node, _New):
                    raise _twice(leaf)
            if leaf.place[-1] in node:
                raise _twice(leaf)
            node[leaf.place[-1]] = _applied(leaf, change)
    context = {"currency": scenario.currency}
    fresh: Scenario = _rebuilt(scenario, tree, (), context)
    return fresh


def _twice(leaf: Leaf) -> InvalidInput:
    return InvalidInput("input", "must be changed by one path only", leaf.path)


def _read(asked: float | str) -> Change:
    return change_of(asked) if isinstance(asked, str) else Change("value", asked)


@dataclass(frozen=True, slots=True)
class _New:
    """A new value of a leaf."""

    value: float | str


def _applied(leaf: Leaf, change: Change) -> _New:
    if change.how == "value":
        return _New(change.amount)
    if change.how == "plus" and leaf.unit != "share":
        hint = "points are added to shares: write x1.2, +10%, or a value with its unit"
        raise InvalidInput(leaf.path, "must be a share to be changed by points", None, hint)
    amount = float(change.amount)
    return _New(leaf.value * amount if change.how == "factor" else leaf.value + amount)


def _rebuilt(node: Any, edits: Any, place: tuple[Step, ...], context: Mapping[str, Any]) -> Any:
    """A part with its changes, every rule on the way up asked again."""
    if isinstance(edits, _New):
        return edits.value
    if isinstance(node, Mapping):
        return {**node, **{k: _rebuilt(node[k], e, (*place, k), context) for k, e in edits.items()}}
    if isinstance(node, tuple):
        return tuple(
            _rebuilt(item, edits[n], (*place, n), context) if n in edits else item
            for n, item in enumerate(node)
        )
    fields = {info.alias or name: name for name, info in type(node).model_fields.items()}
    content = {
        key: getattr(node, name) for key, name in fields.items() if name in node.model_fields_set
    }
    for step, edit in edits.items():
        if isinstance(node, Channel) and step == VOLUME:
            content |= _volume(node, edit.value)
            continue
        key = type(node).model_fields[str(step)].alias or str(step)
        child = getattr(node, str(step))
        if isinstance(child, LAWS) and isinstance(edit, _New):
            content[key] = _law(child, edit.value, (*place, step))
        else:
            content[key] = _rebuilt(child, edit, (*place, step), context)
    asked = "sick_hours_year" in edits and "sick_paid_hours_year" not in edits
    if isinstance(node, WorkingYear) and asked:
        # Who is ill for less is paid for no more of it: a preset pays for all there is.
        ill = content["sick_hours_year"]
        paid = content.get("sick_paid_hours_year", 0.0)
        if isinstance(ill, float) and isinstance(paid, float):
            content["sick_paid_hours_year"] = min(paid, ill)
    try:
        return type(node).model_validate(content, context=dict(context))
    except ValidationError as error:
        raise _refused(error, place) from None


def _refused(error: ValidationError, place: tuple[Step, ...]) -> InvalidInput:
    """The first broken rule, at its place in the scenario."""
    line = error.errors(include_url=False)[0]
    rule, hint = said(line)
    at = Leaf((*place, *(s for s in line["loc"])), 0.0, "").path
    rule, _, value = rule.rpartition(", got ") if ", got " in rule else (rule, "", "")
    return InvalidInput(at or "scenario", rule, value.strip("'") or None, hint)


def _volume(channel: Channel, wanted: float | str) -> dict[str, Any]:
    """Arrivals scaled to a volume."""
    if isinstance(wanted, str):
        return {"volume": wanted}
    before = channel.volume if channel.stated_volume is None else channel.stated_volume
    factor = wanted / before if before else 1.0
    if channel.outbound is not None:
        calls = max(1, round(factor * channel.outbound.per_day))
        listed = channel.outbound.model_copy(update={"per_day": calls})
        factor = calls / channel.outbound.per_day
        return {"arrivals": tuple(factor * one for one in channel.arrivals), "outbound": listed}
    scaled = {"arrivals": tuple(factor * one for one in channel.arrivals), "log": None}
    return scaled | ({"volume": wanted} if channel.stated_volume is not None else {})


def _law(law: Any, wanted: float | str, place: tuple[Step, ...]) -> Any:
    """The law with another mean."""
    path = Leaf(place, 0.0, "").path
    try:
        mean = seconds(wanted) if isinstance(wanted, str) else wanted
    except InvalidInput as error:
        raise InvalidInput(path, error.rule, wanted, error.hint) from None
    if not mean > 0:
        raise InvalidInput(path, "must be above 0", wanted)
    if not math.isfinite(law.mean):
        hint = "end the table with a rate, or a lower share, that lets everybody leave at last"
        raise InvalidInput(path, "has no mean to be changed: some never leave", None, hint)
    try:
        return stretched(law, mean / law.mean)
    except ValidationError as error:
        raise _refused(error, place) from None
