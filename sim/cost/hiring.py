"""What it costs to find people and to train them."""

from __future__ import annotations

from sim.cost.statement import Group, Line
from sim.scenario.terms import Hiring

__all__ = ["hiring_lines"]


def hiring_lines(
    hiring: Hiring, starters: float, hourly_rate: float, effective_rate: float
) -> list[Line]:
    """Recruitment and training of those who start, whether or not they stay.

    Parameters
    ----------
    hiring
        Prices.
    starters
        People who begin training.
    hourly_rate
        Base pay [money/h].
    effective_rate
        Contributions as a share of pay.
    """
    paid = hiring.training_hours * hiring.training_pay_share * hourly_rate * (1 + effective_rate)
    return [
        Line(
            "recruitment",
            Group.HIRING,
            starters * hiring.cost_per_hire,
            "starters * cost_per_hire",
            {"starters": starters, "cost_per_hire": hiring.cost_per_hire},
        ),
        Line(
            "training",
            Group.HIRING,
            starters * (paid + hiring.training_material),
            "starters * (training_hours * training_pay_share * hourly_rate"
            " * (1 + effective_contribution_rate) + training_material)",
            {
                "starters": starters,
                "training_hours": hiring.training_hours,
                "training_pay_share": hiring.training_pay_share,
                "hourly_rate": hourly_rate,
                "effective_contribution_rate": effective_rate,
                "training_material": hiring.training_material,
            },
        ),
    ]
