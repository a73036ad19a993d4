"""The month of a vendor: the invoice, step by step in the order that contracts prescribe."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.cost.ops import ContractOps, Hours
from sim.cost.statement import Group, Line, Statement, agree, ensure
from sim.cost.vat import Vat
from sim.errors import InvalidInput
from sim.scenario.terms import AgentHourPrice, ContractTerms, ForecastBand, Kpi, Surcharge

__all__ = ["contract_month", "price_index"]


def price_index(indexation_annual: float, month_index: int) -> float:
    """Level of a contract's prices, 1 in its first year.

    Parameters
    ----------
    indexation_annual
        Rise at each anniversary.
    month_index
        Months since the contract began, from 0.

    Examples
    --------
    >>> price_index(0.08, 11), price_index(0.08, 12)
    (1.0, 1.08)
    """
    return float((1 + indexation_annual) ** (month_index // 12))


def contract_month(terms: ContractTerms, ops: ContractOps) -> Statement:
    """What a vendor's invoice comes to in a month.

    Parameters
    ----------
    terms
        The contract.
    ops
        What the vendor did, as simulated.

    Returns
    -------
    Statement
        Fee, usage, surcharges, top-up to the minimum, management fee, credits, VAT, in this
        order; `info` holds the price index and the net invoice.

    Raises
    ------
    InvalidInput
        If the contract has a promise whose attained figure is missing.
    InvariantBroken
        If a tie-out fails: a defect of ours.

    Examples
    --------
    >>> from sim.cost import ContractOps
    >>> from sim.scenario.terms import ContractTerms
    >>> terms = ContractTerms(minutes={"tiers": [{"price": 20}]}, minimum_monthly=50_000)
    >>> month = contract_month(terms, ContractOps(billed_minutes=2000))
    >>> [(line.name, line.amount) for line in month.lines if line.amount]
    [('minutes', 40000.0), ('minimum_topup', 10000.0)]
    """
    terms = terms.converted
    index = price_index(terms.indexation_annual, ops.month_index)
    fixed = _fixed_fee(terms, index)
    usage = _usage(terms, ops, index)
    usage += _hour_surcharges(terms, ops, index) + _over_forecast(terms, ops, index)
    topup = _topup(terms, ops, index, _sum(usage))
    fee = _management_fee(terms, _sum(usage) + topup.amount)
    invoice = [fixed, *usage, topup, fee]
    corrected = [*invoice, *_service(terms, ops, _sum(invoice)), _pass_through(ops)]
    vat = Vat.on(corrected, terms.vat_rate, terms.vat_recoverable_share)
    _check_invoice(terms, index, invoice, corrected)
    _check_usage(terms, ops, usage)
    info = {"price_index": index, "invoice_net": vat.base, **vat.info()}
    return Statement((*corrected, *vat.lines()), info)


def _sum(lines: Sequence[Line]) -> float:
    return math.fsum(line.amount for line in lines)


def _line(name: str, amount: float, formula: str, **inputs: float) -> Line:
    return Line(name, Group.VENDOR, amount, formula, inputs)


def _fixed_fee(terms: ContractTerms, index: float) -> Line:
    return _line(
        "fixed_fee",
        terms.fixed_fee * index,
        "fixed_fee * price_index",
        fixed_fee=terms.fixed_fee,
        price_index=index,
    )


def _usage(terms: ContractTerms, ops: ContractOps, index: float) -> list[Line]:
    lines = []
    if terms.minutes is not None:
        lines.append(_minutes(ops.billed_minutes, terms.minutes.charge(ops.billed_minutes), index))
    if terms.price_per_contact:
        lines.append(_contacts(terms, ops, index))
    if terms.price_per_resolution is not None:
        lines.append(_units("resolutions", terms.price_per_resolution, ops.resolved, index))
    if terms.price_per_agent_hour is not None:
        lines.append(_agent_hours(terms.price_per_agent_hour, terms, ops.hours, index))
    if terms.price_per_fte_month is not None:
        lines.append(_units("fte_months", terms.price_per_fte_month, ops.fte_months, index))
    return lines


def _minutes(billed: float, charge: float, index: float) -> Line:
    average = charge / billed if billed else 0.0
    return _line(
        "minutes",
        charge * index,
        "billed_minutes * average_price * price_index",
        billed_minutes=billed,
        average_price=average,
        price_index=index,
    )


def _contacts(terms: ContractTerms, ops: ContractOps, index: float) -> Line:
    return Line.of(
        "contacts",
        Group.VENDOR,
        (
            _units(channel, price, ops.handled.get(channel, 0.0), index)
            for channel, price in terms.price_per_contact.items()
        ),
    )


def _units(name: str, price: float, count: float, index: float) -> Line:
    return _line(
        name,
        count * price * index,
        "count * price * price_index",
        count=count,
        price=price,
        price_index=index,
    )


def _agent_hours(
    price: AgentHourPrice, terms: ContractTerms, hours: Sequence[Hours], index: float
) -> Line:
    paid_per_logged = 1.0
    if price.billable != "logged":
        paid_per_logged /= 1 - terms.vendor_shrinkage_in_shift
    if price.billable == "scheduled":
        paid_per_logged /= 1 - terms.vendor_absence
    logged = math.fsum(block.logged for block in hours)
    weighted = math.fsum(block.logged * _extra(price.surcharge, block) for block in hours)
    return _line(
        "agent_hours",
        paid_per_logged * (logged + weighted) * price.rate * index,
        "billable_per_logged * (logged_hours + surcharge_hours) * rate * price_index",
        billable_per_logged=paid_per_logged,
        logged_hours=logged,
        surcharge_hours=weighted,
        rate=price.rate,
        price_index=index,
    )


def _extra(surcharge: Surcharge, block: Hours) -> float:
    return (
        surcharge.night * block.night
        + surcharge.weekend * block.weekend
        + surcharge.holiday * block.holiday
    )


def _hour_surcharges(terms: ContractTerms, ops: ContractOps, index: float) -> list[Line]:
    if terms.minutes is None:
        return []
    billed = ops.billed_minutes
    average = terms.minutes.charge(billed) / billed if billed else 0.0
    parts = (
        _line(
            kind,
            average * index * ops.minutes_in.get(kind, 0.0) * share,
            "average_price * price_index * minutes * surcharge",
            average_price=average,
            price_index=index,
            minutes=ops.minutes_in.get(kind, 0.0),
            surcharge=share,
        )
        for kind, share in terms.surcharge
    )
    return [Line.of("hour_surcharges", Group.VENDOR, parts)]


def _over_forecast(terms: ContractTerms, ops: ContractOps, index: float) -> list[Line]:
    band = terms.forecast_band
    if band is None:
        return []
    parts = []
    minutes, contacts = _forecast(band, ops)
    if terms.minutes is not None and minutes is not None:
        charge = terms.minutes.charge(ops.billed_minutes) * index
        parts.append(_beyond(band, "minutes", ops.billed_minutes, minutes, charge))
    for channel, price in terms.price_per_contact.items():
        if channel in contacts:
            count = ops.handled.get(channel, 0.0)
            charge = count * price * index
            parts.append(_beyond(band, channel, count, contacts[channel], charge))
    return [Line.of("over_forecast", Group.VENDOR, parts)]


def _forecast(band: ForecastBand, ops: ContractOps) -> tuple[float | None, dict[str, float]]:
    """Minutes and contacts that the client forecast: as the contract says, else of this month."""
    minutes = ops.forecast_minutes if band.minutes is None else band.minutes
    return minutes, {**ops.forecast_handled, **band.contacts}


def _beyond(band: ForecastBand, name: str, actual: float, forecast: float, charge: float) -> Line:
    average = charge / actual if actual else 0.0
    return _line(
        name,
        max(actual - forecast * (1 + band.up), 0.0) * average * band.over_surcharge,
        "max(actual - forecast * (1 + up), 0) * average_price * over_surcharge",
        actual=actual,
        forecast=forecast,
        up=band.up,
        average_price=average,
        over_surcharge=band.over_surcharge,
    )


def _topup(terms: ContractTerms, ops: ContractOps, index: float, usage: float) -> Line:
    minimum = terms.minimum_monthly * index
    taken_or_paid = _take_or_pay(terms, ops, index)
    return _line(
        "minimum_topup",
        max(taken_or_paid, minimum - usage, 0.0),
        "max(take_or_pay, minimum - usage, 0)",
        take_or_pay=taken_or_paid,
        minimum=minimum,
        usage=usage,
    )


def _take_or_pay(terms: ContractTerms, ops: ContractOps, index: float) -> float:
    """Price of the units between what was used and the floor under the forecast.

    At the contract's own tariff, so that it has a value even when nothing was used.
    """
    if terms.forecast_band is None:
        return 0.0
    kept = 1 - terms.forecast_band.down
    minutes, contacts = _forecast(terms.forecast_band, ops)
    due = 0.0
    if terms.minutes is not None and minutes is not None:
        floor = max(minutes * kept, ops.billed_minutes)
        due += terms.minutes.charge(floor) - terms.minutes.charge(ops.billed_minutes)
    for channel, price in terms.price_per_contact.items():
        short = contacts.get(channel, 0.0) * kept - ops.handled.get(channel, 0.0)
        due += max(short, 0.0) * price
    return due * index


def _management_fee(terms: ContractTerms, base: float) -> Line:
    return _line(
        "management_fee",
        terms.management_fee_share * base,
        "management_fee_share * usage_and_topup",
        management_fee_share=terms.management_fee_share,
        usage_and_topup=base,
    )


def _service(terms: ContractTerms, ops: ContractOps, invoice: float) -> list[Line]:
    sla = terms.sla
    if sla is None:
        return []
    counts = ops.month_index not in sla.excluded_months
    grades = [(kpi, _attained(kpi, ops)) for kpi in sla.kpis] if counts else []
    missed = math.fsum(kpi.weight * kpi.shortfall(value) for kpi, value in grades)
    beaten = math.fsum(kpi.weight * kpi.excess(value) for kpi, value in grades)
    credits = _line(
        "sla_credits",
        -sla.at_risk_share * invoice * missed,
        "-at_risk_share * invoice * weighted_shortfall",
        at_risk_share=sla.at_risk_share,
        invoice=invoice,
        weighted_shortfall=missed,
    )
    bonus = _line(
        "sla_bonus",
        sla.bonus_share * invoice * beaten,
        "bonus_share * invoice * weighted_excess",
        bonus_share=sla.bonus_share,
        invoice=invoice,
        weighted_excess=beaten,
    )
    cap = sla.at_risk_share * invoice
    ensure(-credits.amount <= cap or agree(-credits.amount, cap), "credits exceed what is at risk")
    return [credits, bonus]


def _attained(kpi: Kpi, ops: ContractOps) -> float:
    if kpi.name not in ops.kpi:
        raise InvalidInput(
            "kpi", f"must give {kpi.name}, which the contract promises", dict(ops.kpi)
        )
    return ops.kpi[kpi.name]


def _pass_through(ops: ContractOps) -> Line:
    return _line("pass_through", ops.pass_through, "pass_through", pass_through=ops.pass_through)


def _check_usage(terms: ContractTerms, ops: ContractOps, usage: Sequence[Line]) -> None:
    """Nothing done is nothing charged, and in the first tier all ways to read tiers agree."""
    done = [ops.billed_minutes, ops.resolved, ops.fte_months, *ops.handled.values()]
    if not any(done) and not any(block.logged for block in ops.hours):
        ensure(_sum(usage) == 0, "usage is charged where there was none")
    if terms.minutes is not None:
        first = terms.minutes.tiers[0]
        if first.upto is None or ops.billed_minutes <= first.upto:
            charge = terms.minutes.charge(ops.billed_minutes)
            plain = first.price * ops.billed_minutes
            ensure(agree(charge, plain), "minutes of the first tier are not at its price")


def _check_invoice(
    terms: ContractTerms, index: float, invoice: Sequence[Line], corrected: Sequence[Line]
) -> None:
    billed, minimum = _sum(invoice), terms.minimum_monthly * index
    ensure(billed >= minimum or agree(billed, minimum), "the invoice is below the minimum")
    at_risk = terms.sla.at_risk_share if terms.sla else 0.0
    net = _sum(corrected)
    ensure(
        net >= billed * (1 - at_risk) or agree(net, billed * (1 - at_risk), billed),
        "the net invoice lost more than the credits at risk",
    )
