"""What a client keeps paying for when a vendor answers: people who run it, experts, licences."""

from __future__ import annotations

from sim.cost.ops import RetainedOps
from sim.cost.statement import Group, Line, Statement
from sim.cost.telephony import telephony_lines
from sim.cost.vat import Vat
from sim.scenario.terms import Level2, RetainedTerms

__all__ = ["retained_month"]


def retained_month(terms: RetainedTerms, ops: RetainedOps) -> Statement:
    """What stays with the client in a month.

    Parameters
    ----------
    terms
        People, experts, telephony, licences and known amounts.
    ops
        What the vendor handled and what it invoiced.

    Examples
    --------
    >>> from sim.cost import RetainedOps
    >>> from sim.scenario.terms import RetainedTerms
    >>> terms = RetainedTerms(vendor_manager_fte=0.5, vendor_manager_salary=120_000)
    >>> retained_month(terms, RetainedOps()).total
    60000.0
    """
    work = [*_people(terms), *_governance(terms, ops), *_level2(terms.extra_l2, ops)]
    bought = [*_telephony(terms, ops), *_licences(terms), *_data_protection(terms)]
    known = {line.name: _known(line.name, line.amount) for line in terms.lines}
    taxed = [known[line.name] for line in terms.lines if line.vatable]
    vat = Vat.on([*bought, *taxed], terms.vat_rate, terms.vat_recoverable_share)
    return Statement((*work, *bought, *known.values(), *vat.lines()), vat.info())


def _line(name: str, amount: float, formula: str, **inputs: float) -> Line:
    return Line(name, Group.RETAINED, amount, formula, inputs)


def _people(terms: RetainedTerms) -> list[Line]:
    lines = []
    if terms.vendor_manager_fte > 0:
        lines.append(
            _line(
                "vendor_management",
                terms.vendor_manager_fte
                * terms.vendor_manager_salary
                * (1 + terms.contribution_rate),
                "vendor_manager_fte * vendor_manager_salary * (1 + contribution_rate)",
                vendor_manager_fte=terms.vendor_manager_fte,
                vendor_manager_salary=terms.vendor_manager_salary,
                contribution_rate=terms.contribution_rate,
            )
        )
    if terms.qa_calibration_hours > 0:
        lines.append(
            _line(
                "qa_calibration",
                terms.qa_calibration_hours * terms.qa_hour_cost,
                "qa_calibration_hours * qa_hour_cost",
                qa_calibration_hours=terms.qa_calibration_hours,
                qa_hour_cost=terms.qa_hour_cost,
            )
        )
    return lines


def _governance(terms: RetainedTerms, ops: RetainedOps) -> list[Line]:
    if terms.governance_share == 0:
        return []
    return [
        _line(
            "governance",
            terms.governance_share * ops.invoice_net,
            "governance_share * invoice_net",
            governance_share=terms.governance_share,
            invoice_net=ops.invoice_net,
        )
    ]


def _level2(terms: Level2 | None, ops: RetainedOps) -> list[Line]:
    if terms is None:
        return []
    return [
        _line(
            "extra_l2",
            ops.vendor_handled * terms.escalation_share * terms.minutes / 60 * terms.hour_cost,
            "vendor_handled * escalation_share * minutes / 60 * hour_cost",
            vendor_handled=ops.vendor_handled,
            escalation_share=terms.escalation_share,
            minutes=terms.minutes,
            hour_cost=terms.hour_cost,
        )
    ]


def _telephony(terms: RetainedTerms, ops: RetainedOps) -> list[Line]:
    if terms.telephony is None:
        return []
    parts = telephony_lines(terms.telephony, ops)
    return [Line.of("telephony", Group.RETAINED, parts)]


def _licences(terms: RetainedTerms) -> list[Line]:
    if terms.vendor_licences == 0:
        return []
    return [
        _line(
            "vendor_licences",
            terms.vendor_licences * terms.licence_price,
            "vendor_licences * licence_price",
            vendor_licences=terms.vendor_licences,
            licence_price=terms.licence_price,
        )
    ]


def _data_protection(terms: RetainedTerms) -> list[Line]:
    if terms.data_protection_month == 0:
        return []
    return [_known("data_protection", terms.data_protection_month)]


def _known(name: str, amount: float) -> Line:
    return _line(name, amount, "monthly_amount", monthly_amount=amount)
