"""Whether terms agree with what they are terms of: a vendor's group, and one client's taxes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sim.scenario.base import broken
from sim.scenario.parse import as_share
from sim.scenario.terms.contract import ContractTerms, ForecastBand

__all__ = ["KPIS", "check_contract", "check_vat"]

KPIS = ("service_level", "abandonment", "asa")
"""What a contract may promise of a channel, as ``phone.asa``."""


def check_contract(contract: ContractTerms, channels: Collection[str], fcr: float | None) -> None:
    """Refuse a contract whose quantities a simulated month does not show.

    A price without its quantity would be an invoice of nothing, and the vendor free.

    Parameters
    ----------
    contract
        The terms of a group.
    channels
        What the group serves.
    fcr
        Share that it solves at first contact; None where nobody says.

    Raises
    ------
    ValidationError
        At the term at fault.
    """
    if contract.forecast_band is not None:
        _check_forecast(contract, contract.forecast_band, channels)
    if contract.price_per_resolution is not None and fcr is None:
        rule = "needs fcr, the share the vendor solves, since its contract prices solutions"
        raise broken((), rule, None, "write it like fcr: 70%")
    if contract.price_per_fte_month is not None and contract.fte_hours is None:
        rule = "needs fte_hours, the hours that an ordered agent is ready to answer"
        raise broken(("contract",), rule, None, "write it like fte_hours: 130h")
    for number, kpi in enumerate(contract.sla.kpis if contract.sla else ()):
        channel, _, measure = kpi.name.rpartition(".")
        if channel not in channels or measure not in KPIS:
            rule = f"must be {', '.join(KPIS[:-1])} or {KPIS[-1]} of a channel it serves"
            hint = f"write it like {next(iter(channels))}.{KPIS[0]}"
            raise broken(("contract", "sla", "kpis", number, "name"), rule, kpi.name, hint)
    for channel in channels:
        if not contract.bills(channel):
            hint = "price minutes, contacts or agent hours"
            raise broken(("contract",), f"has no price for {channel}", None, hint)


def _check_forecast(contract: ContractTerms, band: ForecastBand, channels: Collection[str]) -> None:
    """A band lies about units that are priced; a forecast of its own is of what it prices."""
    place = ("contract", "forecast_band")
    if contract.minutes is None and not contract.price_per_contact:
        rule = "goes only with a price of minutes or contacts, the units that are forecast"
        raise broken(place, rule, None)
    if band.minutes is not None and contract.minutes is None:
        rule = "needs a price of minutes in the contract"
        raise broken((*place, "minutes"), rule, band.minutes)
    for channel in band.contacts:
        if channel not in contract.price_per_contact or channel not in channels:
            rule = "must be of a channel it serves that has a price_per_contact"
            raise broken((*place, "contacts"), rule, channel)


def check_vat(rates: Mapping[str, float]) -> None:
    """Refuse two rates of VAT on what one client buys; a vendor may be under another regime.

    Parameters
    ----------
    rates
        Rates by the place of the terms; 0 where no VAT is counted.

    Raises
    ------
    ValidationError
        At the second of two rates that disagree.
    """
    (first, rate), *others = [one for one in rates.items() if one[1]] or [("", 0.0)]
    for place, other in others:
        if other != rate:
            rule = f"must be {as_share(rate)}, as in {first}: both are what one client buys"
            raise broken((*place.split("."), "vat_rate"), rule, as_share(other))
