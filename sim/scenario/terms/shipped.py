"""The table of presets as it is shipped: numbers with their standing, and terms laid over them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Literal

from sim.errors import InvalidInput
from sim.scenario.base import Strict, broken
from sim.scenario.units import Settled

__all__ = [
    "Assumption",
    "Confidence",
    "Preset",
    "Section",
    "choices",
    "currency",
    "laid_over",
    "names",
    "scale",
    "scales",
    "sources",
    "standing",
]

Confidence = Literal["law", "price list", "trade", "weak", "assumption", "stated"]
Section = Literal["inhouse", "contract"]


def _shipped() -> dict[str, Any]:
    text = resources.files("sim.scenario.terms").joinpath("presets.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


_TABLE: Final = _shipped()


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure with its standing.

    Parameters
    ----------
    path
        Its place: in a preset's table, or in a scenario file.
    value
        What is used; a law of durations and a scale of contributions by their name.
    unit
        Its unit.
    source
        Where it comes from, in words, with the address.
    confidence
        law, price list, trade (a trade source with a stated basis), weak (marketing, a forum,
        a student's paper), assumption, or stated (the scenario names the source itself).
    low, high
        Range that would not surprise; None when it is fixed or not known.
    """

    path: str
    value: float | str
    unit: str
    source: str
    confidence: Confidence
    low: float | None = None
    high: float | None = None


class Preset(Strict):
    """Which preset terms are built on, and how much of it is left in them."""

    name: str
    """The preset, as it is chosen: ``RU_2026``, ``RU_2026/shared``."""
    used: tuple[str, ...] = ()
    """Places of its numbers that nothing was laid over."""


def names() -> tuple[str, ...]:
    """Presets there are.

    Examples
    --------
    >>> names()
    ('RU_2026', 'EU_2026', 'UK_2026', 'US_2026')
    """
    return tuple(_TABLE)


def choices(section: Section) -> tuple[str, ...]:
    """What ``preset:`` may say in the terms of an own team, or of a contract.

    Examples
    --------
    >>> choices("contract")[:2]
    ('RU_2026/shared', 'RU_2026/dedicated')
    """
    if section == "inhouse":
        return names()
    return tuple(f"{name}/{model}" for name, table in _TABLE.items() for model in table["contract"])


def currency(name: str) -> str:
    """Currency of a preset's prices, an ISO 4217 code."""
    return str(_preset(name.partition("/")[0])["currency"])


def scale(name: str, chosen: str) -> list[dict[str, Any]]:
    """Employer's contributions by the name of their scale, as plain data."""
    found: list[dict[str, Any]] = _among("scale", chosen, _preset(name)["contributions"])["value"]
    return found


def scales(name: str) -> tuple[str, ...]:
    """Names of a preset's scales of contributions.

    Examples
    --------
    >>> scales("RU_2026")
    ('standard_2026', 'standard_2025', 'sme_2025', 'sme_priority_2026')
    """
    return tuple(_preset(name)["contributions"])


def sources(name: str) -> dict[str, Assumption]:
    """Every number of a preset by its place, with source and confidence.

    Parameters
    ----------
    name
        One of `names`.

    Examples
    --------
    >>> sources("RU_2026")["inhouse.hiring.cost_per_hire"].confidence
    'assumption'
    """
    preset = _preset(name)
    texts = preset["sources"]
    return {
        place: Assumption(place, **{**leaf, "source": texts[leaf["source"]]})
        for section in ("inhouse", "contract", "contributions")
        for place, leaf in _leaves(preset[section], section)
    }


def standing(preset: str) -> dict[str, Assumption]:
    """Numbers of the terms that a preset makes, by their place in these terms.

    Examples
    --------
    >>> standing("RU_2026/dedicated")["price_per_agent_hour.rate"].value
    850
    """
    name, _, model = preset.partition("/")
    top = f"contract.{model}." if model else "inhouse."
    return {
        place.removeprefix(top): entry
        for place, entry in sources(name).items()
        if place.startswith(top)
    }


def laid_over(section: Section, terms: Any, *, from_file: bool) -> Any:
    """Terms laid over the preset that they name: mappings deeply, lists whole, null removes.

    Parameters
    ----------
    section
        Which terms of the preset they build on.
    terms
        Raw terms; without ``preset`` they are returned as they are.
    from_file
        Whether only the name of a preset is accepted, as in a file.

    Raises
    ------
    ValidationError
        If there is no such preset, or no such scale of contributions in it.
    """
    chosen = terms.get("preset") if isinstance(terms, Mapping) else None
    if chosen is None or (isinstance(chosen, Preset | Mapping) and not from_file):
        return terms
    if chosen not in choices(section):
        raise broken(("preset",), f"must be one of {', '.join(choices(section))}", chosen)
    over = {key: value for key, value in terms.items() if key != "preset"}
    name, _, model = chosen.partition("/")
    base = _TABLE[name][section]
    merged = _merged(_values(base[model] if model else base), over)
    used = tuple(place for place in standing(chosen) if not _covered(place, over))
    return {**_with_scale(merged, name), "preset": {"name": chosen, "used": used}}


def _merged(base: Any, over: Any) -> Any:
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    merged = dict(base)
    for key, value in over.items():
        if value is None and key in merged:
            del merged[key]
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


def _covered(place: str, over: Any) -> bool:
    for key in place.split("."):
        if not isinstance(over, Mapping):
            return True
        if key not in over:
            return False
        over = over[key]
    return True


def _with_scale(terms: dict[str, Any], name: str) -> dict[str, Any]:
    """Contributions by the name of their scale become the scale."""
    agents = terms.get("agents")
    chosen = agents.get("contributions") if isinstance(agents, Mapping) else None
    if not isinstance(agents, Mapping) or not isinstance(chosen, str):
        return terms
    try:
        schemes = _settled(scale(name, chosen))
    except InvalidInput as error:
        raise broken(("agents", "contributions"), error.rule, chosen) from None
    return {**terms, "agents": {**agents, "contributions": schemes}}


def _preset(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _among("preset", name, _TABLE)
    return found


def _among(what: str, name: str, table: dict[str, Any]) -> Any:
    if name not in table:
        raise InvalidInput(what, f"must be one of {', '.join(table)}", name)
    return table[name]


def _is_leaf(node: Any) -> bool:
    return isinstance(node, dict) and "confidence" in node


def _values(node: Any) -> Any:
    """The same tree with every leaf replaced by its value."""
    if _is_leaf(node):
        return _settled(node["value"])
    if isinstance(node, dict):
        return {key: _values(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_values(child) for child in node]
    return node


def _settled(node: Any) -> Any:
    """The same data, its numbers marked as known: the table's units are those of the terms."""
    if isinstance(node, dict):
        return {key: _settled(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_settled(child) for child in node]
    return node if isinstance(node, bool | str) else Settled(node)


def _leaves(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every leaf with its dotted place; items of a list go by their name or number."""
    if _is_leaf(node):
        yield place, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, f"{place}.{key}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _leaves(child, f"{place}.{child.get('name', number)}")
