"""Inputs whose change can be answered without a new simulation."""

from __future__ import annotations

from sim.errors import InvalidInput, of_kind
from sim.scenario.inputs import Input, Leaf, find_input
from sim.scenario.model import Scenario

__all__ = ["follow", "touches"]

_CHANNEL = ("volume", "handle_time", "after_call_work", "patience", "fcr", "repeat_share")
_TARGET = ("answered", "awt", "abandonment")
_SKILL = ("handle_time", "mean_handle_time")
_HORIZON = ("discount", "growth", "season", "wages", "prices")
_TERMS = ("payroll", "contract")


def follow(scenario: Scenario, path: str, amount: str | None = None) -> Input:
    """The numbers that a path names, where closed forms and prices can follow their change.

    Parameters
    ----------
    scenario
        The operation.
    path
        As `sim.scenario.inputs.find_input` takes it.
    amount
        What is asked of the options, as `sim.decide.valued.Amount` names it; anything that the
        scenario has when None.

    Raises
    ------
    InvalidInput
        If there is no such number, it does not move the amount, or only a new simulation could
        tell what it does.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/company-n.yaml")
    >>> follow(shop, "channels.phone.handle_time").value
    240.0
    >>> follow(shop, "tolerance")
    Traceback (most recent call last):
    sim.errors.InvalidInput: input needs a new simulation to be answered, got 'tolerance'; change
    the file and compare; known without: volumes, handle times, patience, targets, fcr, prices
    """
    of_kind("of", path, str, "must be the name or the path of an input", "such as 'volume'")
    found = find_input(scenario, path)
    for leaf in found.leaves:
        if not _followed(scenario, leaf):
            hint = (
                "change the file and compare; known without: volumes, handle times, patience, "
                "targets, fcr, prices"
            )
            raise InvalidInput("input", "needs a new simulation to be answered", path, hint)
    months = scenario.horizon is not None if amount is None else amount.startswith("npv")
    if not months and all(_of_months(leaf) for leaf in found.leaves):
        hint = "ask over the horizon" if scenario.horizon else "add such as horizon: {months: 24}"
        raise InvalidInput("input", "moves nothing but the months of a horizon", path, hint)
    losses = amount is None or "economic" in amount
    if not losses and all(leaf.place[0] == "consequences" for leaf in found.leaves):
        rule = "moves nothing but what service costs customers"
        raise InvalidInput("input", rule, path, "ask for the economic cost")
    return found


def _of_months(leaf: Leaf) -> bool:
    """Whether a number says nothing of an average month."""
    match leaf.place:
        case ("horizon", *_) | ("options", _, "one_offs" | "lead" | "bridge", *_):
            return True
    return False


def touches(asked: Input, option: str) -> bool:
    """Whether an input is one of an option, or of the operation as a whole."""
    return any(leaf.place[0] != "options" or leaf.place[1] == option for leaf in asked.leaves)


def _followed(scenario: Scenario, leaf: Leaf) -> bool:
    """Whether a number is followed."""
    match leaf.place:
        case ("horizon", key, *_):
            return key in _HORIZON
        case ("consequences", key, *_):
            return key != "satisfaction"  # it says how clients feel, not what that costs
        case ("options", _, "one_offs", _, "amount") | ("options", _, "lead" | "bridge"):
            return True
        case ("channels", name, "fcr" | "repeat_share"):
            # Repeats that are played come back by groups: no closed form knows them.
            return scenario.channels[str(name)].repeat is None
        case ("channels", _, "handle_time" | "after_call_work" | "patience", *below):
            return below in ([], ["mean"], ["value"])
        case ("channels", _, key):
            return key in _CHANNEL
        case ("channels", _, "target", key):
            return key in _TARGET
        case ("options", _, "patience", _, *below):
            return below in ([], ["mean"], ["value"])
        case ("options", _, "fcr"):
            return all(channel.repeat is None for channel in scenario.channels.values())
        case ("options", _, "retained", *_):
            return True
        case ("options", _, "groups", _, "handle_time"):
            return True
        case ("options", _, "groups", _, "skills", _, key):
            return key in _SKILL
        case ("options", _, "groups", _, part, *_):
            return part in _TERMS
    return False
