"""Ready terms for a country and year, every number with where it comes from.

A preset is a place to start, never an answer: most of its numbers are assumptions, and
`sources` says which, so that an assumption can be shown as one.
"""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from sim.errors import InvalidInput
from sim.scenario.terms.agents import Scheme
from sim.scenario.terms.contract import ContractTerms
from sim.scenario.terms.inhouse import InhouseTerms
from sim.scenario.terms.shipped import choices, currency, names, scale, sources

__all__ = ["choices", "contract", "contributions", "currency", "inhouse", "names", "sources"]

_SCHEMES: Final = TypeAdapter(tuple[Scheme, ...])


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
    currency(name)  # refuses an unknown name
    return InhouseTerms.model_validate({"preset": name})


def contract(name: str, model: str) -> ContractTerms:
    """Terms of a vendor whose prices are typical, as far as is known.

    Parameters
    ----------
    name
        One of `names`.
    model
        ``shared`` (agents of many clients, paid by the minute) or ``dedicated`` (own agents at
        the vendor, paid by the hour); abroad also ``nearshore`` and ``offshore``.

    Examples
    --------
    >>> contract("RU_2026", "dedicated").price_per_agent_hour.rate
    850.0
    """
    currency(name)  # refuses an unknown name
    known = [kind for preset, _, kind in map(_parted, choices("contract")) if preset == name]
    if not known:
        hint = "write the terms of your own quotes"
        raise InvalidInput("preset", "has no prices of vendors", name, hint)
    if model not in known:
        raise InvalidInput("model", f"must be one of {', '.join(known)}", model)
    return ContractTerms.model_validate({"preset": f"{name}/{model}"})


def _parted(chosen: str) -> tuple[str, str, str]:
    return chosen.partition("/")


def contributions(name: str, chosen: str) -> tuple[Scheme, ...]:
    """Employer's contributions by the name of their scale.

    Parameters
    ----------
    name
        One of `names`.
    chosen
        In Russia ``standard_2026``, ``standard_2025``, ``sme_2025`` or ``sme_priority_2026``.

    Examples
    --------
    >>> [scheme.name for scheme in contributions("RU_2026", "sme_2025")]
    ['social', 'injury']
    """
    return _SCHEMES.validate_python(scale(name, chosen))
