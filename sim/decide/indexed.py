"""Terms at a later level of wages and prices."""

from __future__ import annotations

from typing import TypeVar

from sim.scenario.base import Strict
from sim.scenario.option import Option
from sim.scenario.terms import InhouseTerms, RetainedTerms
from sim.scenario.terms.scales import amounts_raised

__all__ = ["indexed", "option_indexed"]

#: Amounts that follow wages. The limits of contribution scales do as well: the law raises them
#: with pay, or a rate would seem to fall year by year.
_WAGES = (
    "hour_cost",
    "hourly_rate",
    "qa_hour_cost",
    "salary_month",
    "upto",
    "vendor_manager_salary",
    "ytd_gross_per_head",
)

Terms = TypeVar("Terms", bound=Strict)


def option_indexed(option: Option, wages: float, prices: float) -> Option:
    """An option at another level of wages and prices; contracts have an indexation of their own.

    Parameters
    ----------
    option
        The option.
    wages, prices
        Levels; 1 is that of the scenario.
    """
    if wages == prices == 1:
        return option
    groups = {
        name: group.model_copy(update={"payroll": _payroll(group.payroll, wages, prices)})
        for name, group in option.groups.items()
    }
    retained = option.retained and _retained(option.retained, wages, prices)
    return option.model_copy(update={"groups": groups, "retained": retained})


def _payroll(terms: InhouseTerms | None, wages: float, prices: float) -> InhouseTerms | None:
    return terms and indexed(terms, wages, prices)


def _retained(terms: RetainedTerms, wages: float, prices: float) -> RetainedTerms:
    return indexed(terms, wages, prices)


def indexed(terms: Terms, wages: float, prices: float) -> Terms:
    """Terms with every amount of money raised: pay by one level, what is bought by another.

    Parameters
    ----------
    terms
        Terms of an own team, or of what stays with the client.
    wages, prices
        Levels; 1 is that of the terms.

    Examples
    --------
    >>> from sim.scenario.terms import presets
    >>> own = presets.inhouse("RU_2026")
    >>> later = indexed(own, 1.1, 1.05)
    >>> round(later.agents.pay.hourly_rate / own.agents.pay.hourly_rate, 9)
    1.1
    >>> round(later.workplace.rent_m2_year / own.workplace.rent_m2_year, 9)
    1.05
    >>> later.agents.pay.bonus_share == own.agents.pay.bonus_share
    True
    """
    return amounts_raised(terms, lambda name: wages if name in _WAGES else prices)
