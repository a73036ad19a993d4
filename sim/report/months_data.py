"""Months, one-offs and consequences as plain data, for ``--json`` and ``--csv``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.cost import Statement
from sim.decide import Comparison, OptionResult
from sim.decide.figures import satisfaction_assumed
from sim.decide.horizon import MonthAhead, OptionAhead, Outlook
from sim.decide.matters import economics
from sim.report.answer import with_interval
from sim.stats import Estimate

__all__ = ["comparison_rows", "economics_data", "outlook_data", "run_rows"]

Data = dict[str, Any]


def economics_data(option: OptionResult) -> Data | None:
    """What an average month's service costs beside the budget; None where nothing is said."""
    found = economics(option)
    if found is None:
        return None
    return {
        "lines": _lines(found.consequences),
        "lost_contacts": found.consequences.info["lost_contacts"],
        "customers_lost": found.consequences.info["customers_lost"],
        "satisfaction_assumed": satisfaction_assumed(option),
        "total_month": with_interval(found.total),
    }


def outlook_data(outlook: Outlook) -> Data:
    """All options month by month."""
    scenario = outlook.scenario
    assert scenario.horizon is not None
    year, month = outlook.month_of(1)
    return {
        "months": scenario.horizon.months,
        "start": f"{year}-{month:02d}",
        "discount": scenario.horizon.discount,
        "today": scenario.today,
        "options": {name: _ahead(outlook, name) for name in outlook.options},
    }


def _ahead(outlook: Outlook, name: str) -> Data:
    one = outlook[name]
    return {
        "paid_once": one.paid_once,
        "tco": one.tco,
        "npv": one.npv,
        "npv_economic": one.npv_economic,
        "equivalent_annual_cost": one.equivalent_annual_cost,
        "payback_month": {
            base: outlook.payback(name, base)
            for base in dict.fromkeys((outlook.scenario.today, outlook.scenario.baseline))
            if base in outlook.options and base != name
        },
        "one_offs": [
            {"name": o.name, "amount": o.amount, "month": o.month, "kind": o.kind}
            for o in one.one_offs
        ],
        "cash": one.cash.tolist(),
        "charged": one.charged.tolist(),
        "economic": one.economic.tolist(),
        "by_month": [_month(outlook, step) for step in one.months],
    }


def _month(outlook: Outlook, step: MonthAhead) -> Data:
    year, month = outlook.month_of(step.month)
    return {
        "month": step.month,
        "date": f"{year}-{month:02d}",
        "volume": step.volume,
        "serving": step.serving,
        "heads": step.heads,
        "hires": step.hires,
        "lost_contacts": step.lost,
        "statement": _lines(step.operating),
        "consequences": _lines(step.consequences) if step.consequences else None,
    }


def _lines(statement: Statement) -> list[Data]:
    return [
        {"line": line.name, "group": line.group.value, "amount": line.amount}
        for line in statement.lines
    ]


def comparison_rows(comparison: Comparison, outlook: Outlook | None) -> Iterator[Data]:
    """Everything that a comparison found, one figure a row."""
    for option in comparison.options:
        yield from _service(option)
        yield from _cost(comparison, option)
    for name, ahead in outlook.options.items() if outlook else ():
        yield from _months(name, ahead)


def run_rows(option: OptionResult) -> Iterator[Data]:
    """What one option gives and costs, one figure a row."""
    yield from _service(option)
    for line in option.statement.lines if option.statement else ():
        yield _row(option.name, "statement", line.name, "amount", line.amount)


def _row(
    option: str,
    section: str,
    name: str,
    measure: str,
    found: float | Estimate,
    month: int | None = None,
) -> Data:
    whole = found if isinstance(found, Estimate) else Estimate(found, 0.0)
    return {
        "option": option,
        "section": section,
        "name": name,
        "month": "" if month is None else month,
        "measure": measure,
        "value": whole.value,
        "low": whole.low,
        "high": whole.high,
    }


def _service(option: OptionResult) -> Iterator[Data]:
    for one in (*option.attained, *option.parts):
        for measure in ("service_level", "abandonment", "missed", "asa"):
            yield _row(option.name, "service", one.channel, measure, getattr(one, measure))


def _cost(comparison: Comparison, option: OptionResult) -> Iterator[Data]:
    if option.cost is None or option.statement is None:
        return
    yield _row(option.name, "cost", "budget", "amount", option.cost)
    if not comparison.gaps(option.name):
        yield _row(option.name, "cost", "at_the_common_target", "amount", option.cost)
    difference = comparison.difference(option.name)
    if difference is not None and option is not comparison.baseline:
        yield _row(option.name, "cost", "difference_to_baseline", "amount", difference)
    found = economics(option)
    if found is not None:
        yield _row(option.name, "cost", "total_economic", "amount", found.total)
        for line in found.consequences.lines:
            yield _row(option.name, "consequences", line.name, "amount", line.amount)
    for line in option.statement.lines:
        yield _row(option.name, "statement", line.name, "amount", line.amount)


def _months(name: str, ahead: OptionAhead) -> Iterator[Data]:
    for measure in ("paid_once", "tco", "npv", "npv_economic", "equivalent_annual_cost"):
        yield _row(name, "horizon", "", measure, getattr(ahead, measure))
    for one in ahead.one_offs:
        yield _row(name, "one_off", one.name, "amount", one.amount, one.month)
    for month in range(len(ahead.cash)):
        for measure in ("cash", "charged", "economic"):
            yield _row(name, "month", "", measure, getattr(ahead, measure)[month], month)
    for step in ahead.months:
        for measure in ("volume", "heads", "hires", "lost"):
            yield _row(name, "month", "", measure, getattr(step, measure), step.month)
        for line in step.operating.lines:
            yield _row(name, "month", line.name, "amount", line.amount, step.month)
