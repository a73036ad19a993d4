"""What would change the answer: the nearest value of an input at which another option wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.decide.draws import costs_of
from sim.decide.response import Response
from sim.errors import InvalidInput
from sim.scenario.model import Scenario
from sim.scenario.ranges import Uncertain

__all__ = ["Flip", "flips"]

# How far a number is looked for beyond what the file says: a quarter and four times of it, a share
# to its ends. In three steps outward; then the value is narrowed down.
_FARTHEST = 4.0
_STEPS = (0.25, 0.5, 1.0)
_HALVINGS = 12


@dataclass(frozen=True, slots=True)
class Flip:
    """A value at which another option becomes the cheapest.

    Parameters
    ----------
    input
        The input.
    value
        Its nearest such value, in the unit of its law.
    to
        The option that is cheapest from there on.
    """

    input: Uncertain
    value: float
    to: str

    @property
    def distance(self) -> float:
        """How far it is, in standard deviations of the input."""
        return abs(self.value - self.input.now) / self.input.sd

    @property
    def share(self) -> float:
        """By which share of what it is the input would have to change."""
        now = self.input.now
        return (self.value - now) / now if now else float("nan")


def flips(
    scenario: Scenario, inputs: Sequence[Uncertain], responses: Mapping[str, Response]
) -> tuple[Flip, ...]:
    """Look along each input, all others as the file says, for the nearest change of the answer.

    Parameters
    ----------
    scenario
        The operation.
    inputs
        What may be otherwise.
    responses
        The options to choose from.

    Returns
    -------
    By distance in standard deviations; inputs that change nothing within reach are left out.
    """
    names = list(responses)
    found = []
    for one in inputs:

        def cheapest(value: float, one: Uncertain = one) -> str | None:
            try:
                costs = costs_of(scenario, [one], [value], responses)
            except InvalidInput:  # beyond what the scenario takes
                return None
            return names[int(np.argmin(costs))]

        now = cheapest(one.now)
        sides = [_outward(cheapest, one.now, far, now) for far in _reach(one)]
        near = [side for side in sides if side is not None]
        if near:
            value, to = min(near, key=lambda side: abs(side[0] - one.now))
            found.append(Flip(one, value, to))
    return tuple(sorted(found, key=lambda flip: flip.distance))


def _reach(one: Uncertain) -> tuple[float, float]:
    """How far to look on both sides."""
    low, high = one.ends
    if one.input.unit == "share" and not one.factor:
        return 0.0, 1.0
    return min(low, one.now / _FARTHEST), max(high, one.now * _FARTHEST)


def _outward(
    cheapest: Callable[[float], str | None], start: float, far: float, now: str | None
) -> tuple[float, str] | None:
    """The first change on one side; None where there is none."""
    inner = start
    for part in _STEPS:
        outer = start + part * (far - start)
        found = cheapest(outer)
        if found is None:
            return None
        if found != now:
            break
        inner = outer
    else:
        return None
    for _ in range(_HALVINGS):
        middle = (inner + outer) / 2
        there = cheapest(middle)
        if there == now:
            inner = middle
        elif there is not None:
            outer, found = middle, there
    return outer, found
