"""Ready terms for a country and year, every number with where it comes from.

A preset is a place to start, never an answer: most of its numbers are assumptions, and
`sources` says which, so that an assumption can be shown as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from sim.cost.agent_terms import Scheme
from sim.cost.contract_terms import ContractTerms
from sim.cost.inhouse_terms import InhouseTerms
from sim.errors import InvalidInput

__all__ = [
    "Assumption",
    "Confidence",
    "contract",
    "contributions",
    "currency",
    "inhouse",
    "names",
    "sources",
]

Confidence = Literal["law", "price list", "trade", "weak", "assumption"]

_SCHEMES: Final = TypeAdapter(tuple[Scheme, ...])


def _shipped() -> dict[str, Any]:
    text = resources.files("sim.cost").joinpath("presets.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


_TABLE: Final = _shipped()


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number of a preset with its standing.

    Parameters
    ----------
    value
        What the preset uses.
    unit
        Its unit.
    source
        Where it comes from, in words, with the address.
    confidence
        law, price list, trade (a trade source with a stated basis), weak (marketing, a forum,
        a student's paper) or assumption.
    low, high
        Range that would not surprise; None when it is fixed.
    """

    value: Any
    unit: str
    source: str
    confidence: Confidence
    low: float | None = None
    high: float | None = None


def names() -> tuple[str, ...]:
    """Presets there are.

    Examples
    --------
    >>> names()
    ('RU_2026',)
    """
    return tuple(_TABLE)


def currency(name: str) -> str:
    """Currency of a preset's prices, an ISO 4217 code."""
    return str(_preset(name)["currency"])


def inhouse(name: str) -> InhouseTerms:
    """Terms of an own team.

    Parameters
    ----------
    name
        One of `names`.

    Examples
    --------
    >>> inhouse("RU_2026").agents.pay.hourly_rate
    320.0
    """
    values = _values(_preset(name)["inhouse"])
    values["agents"]["contributions"] = contributions(name, values["agents"]["contributions"])
    return InhouseTerms.model_validate(values)


def contract(name: str, model: str) -> ContractTerms:
    """Terms of a vendor whose prices are typical, as far as is known.

    Parameters
    ----------
    name
        One of `names`.
    model
        ``shared`` (agents of many clients, paid by the minute) or ``dedicated`` (own agents at
        the vendor, paid by the hour).

    Examples
    --------
    >>> contract("RU_2026", "dedicated").price_per_agent_hour.rate
    850.0
    """
    return ContractTerms.model_validate(_values(_among("model", model, _preset(name)["contract"])))


def contributions(name: str, scale: str) -> tuple[Scheme, ...]:
    """Employer's contributions by the name of their scale.

    Parameters
    ----------
    name
        One of `names`.
    scale
        In Russia ``standard_2026``, ``standard_2025``, ``sme_2025`` or ``sme_priority_2026``.

    Examples
    --------
    >>> [scheme.name for scheme in contributions("RU_2026", "sme_2025")]
    ['social', 'injury']
    """
    leaf = _among("scale", scale, _preset(name)["contributions"])
    return _SCHEMES.validate_python(leaf["value"])


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
        place: Assumption(**{**leaf, "source": texts[leaf["source"]]})
        for section in ("inhouse", "contract", "contributions")
        for place, leaf in _leaves(preset[section], section)
    }


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
        return node["value"]
    if isinstance(node, dict):
        return {key: _values(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_values(child) for child in node]
    return node


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
