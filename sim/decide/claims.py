"""What somebody claims of an option, checked against what is simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.decide.comparison import Comparison, Gap, comparison_of
from sim.decide.figures import Figure, absolute_change, figure, relative_change
from sim.errors import InvalidInput
from sim.scenario.claims import Claim
from sim.scenario.model import Scenario
from sim.stats import Estimate

__all__ = ["Checked", "check_claim", "check_claims", "compared_with"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what became of it.

    Parameters
    ----------
    option, than
        Of whom it is said, compared with whom.
    claim
        What is said.
    ours, theirs
        The figure of either, as simulated.
    found
        The change that is found, in the terms of the claim.
    needed
        What the figure of the option would have to be for the claim to begin to be true.
    state
        ``holds``: the whole interval is on the claimed side; ``broken``: none of it is;
        ``open``: it lies across; ``unknown``: a figure is not known, such as a cost without terms.
    gaps
        Where the service of the two differs by more than the scenario tolerates: less money for
        less service is no saving.
    """

    option: str
    than: str
    claim: Claim
    ours: float
    theirs: float
    found: Estimate
    needed: float
    state: Literal["holds", "broken", "open", "unknown"]
    gaps: tuple[Gap, ...]


def check_claims(comparison: Comparison) -> tuple[Checked, ...]:
    """Every claim that the scenario brings, about options that were compared."""
    names = [option.name for option in comparison_of(comparison).options]
    return tuple(
        check_claim(comparison, option, claim)
        for option, claims in comparison.scenario.claims.items()
        for claim in claims
        if option in names
    )


def check_claim(comparison: Comparison, option: str, claim: Claim) -> Checked:
    """One claim about an option.

    Raises
    ------
    InvalidInput
        If it is compared with itself, or an option or channel is not there.
    """
    than = compared_with(comparison.scenario, option, claim)
    one, other = comparison[option], comparison[than]
    ours = figure(one, claim.measure, claim.channel)
    theirs = figure(other, claim.measure, claim.channel)
    found = (absolute_change if claim.points else relative_change)(ours, theirs)
    return Checked(
        option,
        than,
        claim,
        ours.value,
        theirs.value,
        found,
        _needed(claim, theirs),
        _state(claim.least, found),
        comparison.gaps(option, than) if claim.measure in _MONEY else (),
    )


def compared_with(scenario: Scenario, option: str, claim: Claim) -> str:
    """The option that a claim compares with.

    Raises
    ------
    InvalidInput
        If an option or the channel is not there, or both options are the same.
    """
    than = claim.than or scenario.baseline
    for name in (option, than):
        scenario.chosen(name, said="claim")
    if than == option:
        hint = "say than whom: '… than inhouse'"
        raise InvalidInput("claim", "must compare two options", claim.text, hint)
    if claim.channel is not None and claim.channel not in scenario.channels:
        rule = f"must be of one of {', '.join(scenario.channels)}"
        raise InvalidInput("claim", rule, claim.channel)
    return than


_MONEY: Sequence[str] = ("cost", "economic_cost", "heads")


def _needed(claim: Claim, theirs: Figure) -> float:
    """The figure from which on a claim is true."""
    if claim.points:
        return theirs.value + claim.least
    return theirs.value * (1 + claim.least)


def _state(least: float, found: Estimate) -> Literal["holds", "broken", "open", "unknown"]:
    if math.isnan(found.value):
        return "unknown"
    margin = (found.value - least) * math.copysign(1, least)
    if margin >= found.half_width:
        return "holds"
    return "broken" if -margin > found.half_width else "open"
