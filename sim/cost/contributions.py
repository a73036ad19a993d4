"""What an employer pays on top of gross pay, by the scales of a country."""

from __future__ import annotations

from collections.abc import Sequence

from sim.cost.statement import Group, Line, agree, ensure
from sim.scenario.terms import Scheme, graduated

__all__ = ["contribution", "contribution_line", "ensure_within_brackets"]


def contribution(scheme: Scheme, gross: float, ytd_gross: float = 0.0) -> float:
    """Employer's contribution for one head and month.

    Parameters
    ----------
    scheme
        The scale.
    gross
        Insured pay of the head in the month [money].
    ytd_gross
        Insured pay of the head in earlier months of the year; a monthly scale ignores it [money].

    Examples
    --------
    >>> scale = Scheme(name="social", brackets=({"upto": 1000, "rate": 0.3}, {"rate": 0.15}))
    >>> contribution(scale, gross=1500)
    375.0
    """
    scale = [(bracket.upto, bracket.rate) for bracket in scheme.brackets]
    if scheme.period == "month":
        return graduated(scale, gross)
    return graduated(scale, ytd_gross + gross) - graduated(scale, ytd_gross)


def ensure_within_brackets(schemes: Sequence[Scheme], due: float, insured: float) -> None:
    """Tie-out: contributions lie between the lowest and the highest rates of their scales.

    Parameters
    ----------
    schemes
        The scales.
    due
        Contributions of all heads [money].
    insured
        Insured pay of all heads [money].
    """
    low = insured * sum(min(bracket.rate for bracket in scheme.brackets) for scheme in schemes)
    high = insured * sum(max(bracket.rate for bracket in scheme.brackets) for scheme in schemes)
    holds = low <= due <= high or agree(due, low, insured) or agree(due, high, insured)
    ensure(holds, f"contributions {due} are outside {low}..{high}, what the brackets allow")


def contribution_line(name: str, scheme: Scheme, heads: float, gross: float, ytd: float) -> Line:
    """Contributions of equal heads under one scheme.

    Parameters
    ----------
    name
        Name of the line.
    scheme
        The scale.
    heads
        People.
    gross, ytd
        Insured pay of each in the month, and in the year before it [money].
    """
    each = contribution(scheme, gross, ytd)
    return Line(
        name,
        Group.LABOUR,
        heads * each,
        "heads * contribution_per_head",
        {"heads": heads, "contribution_per_head": each, "gross_per_head": gross},
    )
