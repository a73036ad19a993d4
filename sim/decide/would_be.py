"""Under which inputs a claim would be true: each alone, both options staffed anew."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.decide.claims import Checked
from sim.decide.comparison import Comparison
from sim.decide.figures import POINT_OF, first_contact
from sim.decide.followed import follow, touches
from sim.decide.response import Answer, Response
from sim.decide.turning import outward
from sim.errors import InvalidInput
from sim.metrics import MISSED
from sim.scenario.changed import Change, changed
from sim.scenario.inputs import Input

__all__ = ["WIDEST", "Way", "ways"]

#: How far an input is followed: from this part of what it is to as many times of it.
WIDEST = 5.0
_STEPS = 13
_WITHIN = 1e-6


@dataclass(frozen=True, slots=True)
class Way:
    """One input that would have to be different.

    Parameters
    ----------
    input
        Its path, or the short name of inputs that stand in many places.
    now, unit
        Its value, and what that is counted in; None where it stands for several numbers.
    factor
        What it would have to be multiplied by; None where no factor from a fifth to five times
        makes the claim true.
    asked
        The numbers that the path names; None for what is no number of the file.
    """

    input: str
    now: float | None
    unit: str
    factor: float | None
    asked: Input | None = None


def ways(comparison: Comparison, checked: Checked) -> tuple[Way, ...]:
    """Inputs that alone would make a claim true, the nearest first, then those that would not.

    Parameters
    ----------
    comparison
        The options as simulated.
    checked
        A claim about money, missed contacts or satisfaction that does not hold. Of others nobody
        knows a way without a new simulation, and there are none.
    """
    claim = checked.claim
    if claim.measure in POINT_OF:
        return _by_resolution(comparison, checked)
    measure = _MEASURES.get(claim.measure)
    if checked.state != "broken" or measure is None or claim.points:
        return ()
    pair = checked.option, checked.than
    if any(comparison[name].statement is None for name in pair):
        return ()
    responses = [Response.of(comparison[name]) for name in pair]
    found = []
    for path in _inputs(comparison, checked):
        try:
            asked = follow(comparison.scenario, path)
        except InvalidInput:  # the scenario has no such number
            continue
        if not any(touches(asked, name) for name in pair):
            continue

        def excess(factor: float, asked: Input = asked) -> float:
            ours, theirs = _answers(comparison, responses, asked, factor)
            return measure(ours) - (1 + claim.least) * measure(theirs)

        found.append(Way(path, asked.value, asked.unit, _nearest(excess, claim.least), asked))
    return tuple(sorted(found, key=_distance))


def _by_resolution(comparison: Comparison, checked: Checked) -> tuple[Way, ...]:
    """What first-contact resolution a claimed satisfaction takes, by the assumed response."""
    stated = comparison.scenario.consequences
    terms = stated.satisfaction if stated else None
    response = getattr(terms, checked.claim.measure) if terms else None
    now = first_contact(comparison[checked.option])
    if checked.state != "broken" or response is None or not now > 0:
        return ()
    unit = POINT_OF[checked.claim.measure]
    more = (checked.needed - checked.ours) / unit
    slope = 100 * response.per_point_of_fcr
    wanted = now + more / slope if slope > 0 else math.inf
    possible = wanted <= 1 and checked.needed <= unit * response.highest
    return (Way("fcr", now, "share", wanted / now if possible else None),)


def _distance(way: Way) -> float:
    return float("inf") if way.factor is None else abs(float(np.log(way.factor)))


def _cost(answer: Answer) -> float:
    return answer.statement().total


def _missed(answer: Answer) -> float:
    channels = len(answer.month.case.channels)
    return float(answer.counts.contacts[:channels][:, list(MISSED)].sum())


_MEASURES: dict[str, Callable[[Answer], float]] = {"cost": _cost, "missed": _missed}


def _inputs(comparison: Comparison, checked: Checked) -> list[str]:
    """What might be different: prices, pay, work, and for missed contacts what is promised."""
    if checked.claim.measure == "missed":
        promised = [
            f"channels.{one.channel}.target.abandonment"
            for one in comparison[checked.option].attained
            if one.target is not None and one.target.abandonment is not None
        ]
        return [*promised, "patience", "volume"]
    own = f"options.{checked.option}.groups"
    groups = comparison.scenario.options[checked.option].groups
    prices = [f"{own}.{name}.contract" for name, one in groups.items() if one.contract]
    speed = [f"{own}.{name}.handle_time" for name in groups]
    return [*prices, "wage", "volume", "handle_time", *speed, "vat"]


def _answers(
    comparison: Comparison, responses: list[Response], asked: Input, factor: float
) -> tuple[Answer, Answer]:
    there = changed(comparison.scenario, {asked: Change("factor", factor)})
    ours, theirs = (
        one.answer(there if touches(asked, one.result.name) else None) for one in responses
    )
    return ours, theirs


def _nearest(excess: Callable[[float], float], least: float) -> float | None:
    """The factor nearest to 1 at which the claim begins to be true; None where there is none."""
    sign = -1.0 if least < 0 else 1.0  # a claim of less is true where nothing is in excess
    steps = np.geomspace(1, WIDEST, _STEPS)
    turns = [
        outward(lambda f: -sign * excess(f), side.tolist(), _WITHIN) for side in (steps, 1 / steps)
    ]
    found = [turn.after for turn in turns if turn is not None]
    return min(found, key=lambda factor: abs(float(np.log(factor))), default=None)
