"""What one client buys under several options: taxed alike, whoever is hired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from sim.scenario.option import Option

__all__ = ["VatDifference", "vat_differences"]

#: How presets of payrolls call countries; the others are in the preset of the Union.
_PRESETS = {"RU": "RU", "GB": "UK", "US": "US"}

VatKey = Literal["vat_rate", "vat_recoverable_share"]


class VatDifference(NamedTuple):
    """A figure of VAT that two options have differently: the first that has it, and another."""

    key: VatKey
    options: tuple[str, str]
    values: tuple[float, float]


def vat_differences(
    options: Mapping[str, Option], country: str | None
) -> tuple[VatDifference, ...]:
    """Where options count the VAT of one client in two ways, once for each key.

    A vendor may be under another regime, so the rate of a contract is not asked; how much comes
    back is the client's own matter, so that of a contract is. Where no VAT is charged nothing comes
    back. A team abroad is taxed there: options whose payroll is by another country's preset are
    left out.

    Parameters
    ----------
    options
        Ways to source the operation, by name.
    country
        The scenario's, ISO code; None where it names none, and every preset counts as at home.
    """
    home = {name: one for name, one in options.items() if _at_home(one, country)}
    found = []
    keys: tuple[VatKey, ...] = ("vat_rate", "vat_recoverable_share")
    for key in keys:
        told = [(name, value) for name, one in home.items() for value in _values(one, key)]
        other = next((one for one in told if one[1] != told[0][1]), None)
        if other is not None:
            (first, value), (second, another) = told[0], other
            found.append(VatDifference(key, (first, second), (value, another)))
    return tuple(found)


def _values(option: Option, key: VatKey) -> Iterator[float]:
    """A figure of VAT in all terms of an option that charge any."""
    groups = option.groups.values()
    contracts = [group.contract for group in groups] if key == "vat_recoverable_share" else []
    for one in (*(group.payroll for group in groups), *contracts, option.retained):
        if one is not None and one.vat_rate:
            yield getattr(one, key)


def _at_home(option: Option, country: str | None) -> bool:
    presets = {
        group.payroll.preset.name.partition("_")[0]
        for group in option.groups.values()
        if group.payroll is not None and group.payroll.preset is not None
    }
    return country is None or presets <= {_PRESETS.get(country, "EU")}
