"""Inputs of a scenario as people read them: what they are called, what their values are."""

from __future__ import annotations

from typing import Any

from sim.report.assumed import FRAMES, figure_value, upper
from sim.report.language import N_, Language
from sim.report.sentences import channel_title, option_title
from sim.report.words import term
from sim.scenario.inputs import Input, Leaf, named
from sim.scenario.model import Scenario

__all__ = ["input_title", "input_value"]

_WIDE = {
    "volume": N_("Volume of all channels"),
    "handle_time": N_("Handle time of all channels"),
    "patience": N_("Patience of all clients"),
    "target": N_("Promised service level"),
    "price": N_("All prices of vendors"),
    "wage": N_("Hourly pay"),
    "vat": N_("VAT that comes back"),
}
#: Parts of a path that say nothing which the figure itself does not.
_SILENT = FRAMES | {"target", "minutes", "retained", "contract", "payroll"}


def input_title(scenario: Scenario, asked: Input, lang: Language) -> str:
    """What an input is, and whose where that is one option's or one channel's."""
    if asked.path in _WIDE:
        return lang(_WIDE[asked.path])
    owners = {_owner(scenario, leaf, lang) for leaf in asked.leaves}
    steps = _steps(scenario, asked.leaves[0])
    if asked.whole:
        last = lang(N_("All prices"))
        around: list[str] = []
    else:
        last = term(steps[-1], lang)
        around = [term(step, lang) for step in steps[:-1]]
    owner = owners.pop() if len(owners) == 1 else ""
    return " · ".join(part for part in (upper(last), *around, owner) if part)


def _owner(scenario: Scenario, leaf: Leaf, lang: Language) -> str:
    kind, name = map(str, leaf.place[:2])
    if kind == "options":
        return option_title(scenario, name, lang)
    return channel_title(scenario, name, lang) if kind == "channels" else ""


def _steps(scenario: Scenario, leaf: Leaf) -> list[str]:
    """Steps of a place that say something, items of lists by their names."""
    node: Any = scenario
    found: list[str] = []
    for step in leaf.place:
        if isinstance(step, int):
            node = node[step]
            found += [name for name in [named(node)] if name is not None]
            continue
        node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
        found.append(str(step))
    if found[0] not in ("channels", "options"):  # a section of its own: nobody's in particular
        return found[1:]
    inner = found[4:] if found[2:3] == ["groups"] else found[2:]
    return [step for step in inner[:-1] if step not in _SILENT] + inner[-1:]


def input_value(
    scenario: Scenario, asked: Input, value: float, lang: Language, *, factor: bool
) -> str:
    """A value of an input with its unit; a factor with the volume that it makes."""
    if factor:
        text = f"×{lang.number(value, 2)}"
        if all(leaf.unit == "contacts/week" for leaf in asked.leaves):
            total = value * sum(leaf.value for leaf in asked.leaves)
            text += f" ({_a_week(total, lang)})"
        return text
    if asked.unit == "contacts/week":
        return _a_week(value, lang)
    if asked.unit == "s":
        return lang.duration(value)
    return figure_value(value, asked.unit, scenario.currency, lang)


def _a_week(contacts: float, lang: Language) -> str:
    """Contacts a week, in three digits: the unit in which the pages ask for them and draw them."""
    return lang("{n} a week", n=lang.number(float(f"{contacts:.3g}")))
