"""What the page about risk has computed beside it; knows no Streamlit.

A page has the comparison already, and a worker need not send it back: answers come as their parts,
which the page puts together with it again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sim.decide import Comparison
from sim.decide.breakeven import BreakEven, breakeven
from sim.decide.claims import check_claims
from sim.decide.risk import RiskAnswer, risk
from sim.decide.valued import Amount
from sim.decide.would_be import Way, ways
from sim.experiment import Progress
from sim.ui.jobs import Tell

__all__ = ["CurveAsked", "Parts", "curve", "drawn", "made_true"]

#: Fields of an answer but for its comparison, by name.
Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CurveAsked:
    """What a break-even is asked of.

    Parameters
    ----------
    of
        The input.
    amount
        What is to be even.
    between
        Two options; None: those that matter.
    start, stop
        Ends of the range as a file has them, or ``x0.5``; None: the usual.
    verify
        Whether the crossings are simulated anew.
    """

    of: str
    amount: Amount = "cost"
    between: tuple[str, str] | None = None
    start: str | None = None
    stop: str | None = None
    verify: bool = False


def drawn(
    comparison: Comparison, draws: int, between: tuple[str, str] | None, *, tell: Tell
) -> Parts:
    """How sure it is which option is cheapest; `RiskAnswer` without its comparison."""
    # No processes of its own: a worker that is ended must leave nothing behind.
    found = risk(
        comparison.scenario,
        draws=draws,
        between=between,
        comparison=comparison,
        progress=lambda _, step: tell(0.9 * step.done / step.planned, "draws"),
        workers=1,
    )
    return _parts(found)


def curve(comparison: Comparison, asked: CurveAsked, *, tell: Tell) -> Parts:
    """Two options along an input; `BreakEven` without its comparison."""

    def follow(name: str, step: Progress) -> None:
        tell(0.5 * min(1.0, step.done / step.planned), name)

    tell(0.0, "")
    found = breakeven(
        comparison.scenario,
        asked.of,
        amount=asked.amount,
        between=asked.between,
        start=asked.start,
        stop=asked.stop,
        verify=asked.verify,
        comparison=comparison,
        progress=follow,
        on="threads",
    )
    return _parts(found)


def made_true(comparison: Comparison, *, tell: Tell) -> tuple[tuple[Way, ...], ...]:
    """What would make each claim of the scenario true, in the order of the claims."""
    claims = check_claims(comparison)
    found = []
    for number, one in enumerate(claims):
        tell(number / len(claims), one.option)
        found.append(ways(comparison, one))
    return tuple(found)


def _parts(found: RiskAnswer | BreakEven) -> Parts:
    names = [one.name for one in fields(found) if one.name != "comparison"]
    return {name: getattr(found, name) for name in names}
