"""One input at a time: both ends of its range, and where another option becomes the cheapest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide.draws import costs_of
from sim.decide.turning import outward
from sim.decide.valued import Valued
from sim.scenario.model import Scenario
from sim.scenario.ranges import Uncertain

__all__ = ["Alone", "Bar", "Flip"]

Floats = NDArray[np.float64]

# How far a number is looked for beyond what the file says: a quarter and four times of it, a share
# to its ends. In three steps outward; then the value is narrowed down to a part of the way.
_FARTHEST = 4.0
_STEPS = (0.25, 0.5, 1.0)
_WITHIN = 1e-4


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


@dataclass(frozen=True, slots=True)
class Bar:
    """One input at both ends of its range, everything else as the file says.

    Parameters
    ----------
    input
        The input.
    low, high
        The ends, in the unit of its law.
    at_low, at_high
        What the first option comes to there minus the second [money].
    """

    input: Uncertain
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How far the difference moves."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """Looks along one input, all others as the file says; a function of the input's number.

    Parameters
    ----------
    scenario, inputs
        The operation, and what may be otherwise.
    valued
        The options to choose from.
    pair
        Two of them whose difference is drawn.
    """

    scenario: Scenario
    inputs: tuple[Uncertain, ...]
    valued: Valued
    pair: tuple[str, str]

    def __call__(self, number: int) -> tuple[tuple[Bar, Flip | None], ...]:
        """Both ends, and the nearest change of the answer if there is one, for each amount."""
        along = _Along(self.scenario, self.inputs[number], self.valued, {})
        amounts = range(len(self.valued.amounts))
        return tuple((along.bar(at, self.pair), along.flip(at)) for at in amounts)


@dataclass(frozen=True, slots=True, eq=False)
class _Along:
    """What options come to along one input, each value asked once."""

    scenario: Scenario
    input: Uncertain
    valued: Valued
    known: dict[float, Floats]

    def at(self, value: float) -> Floats:
        """[option, amount]."""
        if value == self.input.now:
            return self.valued.now
        if value not in self.known:
            self.known[value] = costs_of(self.scenario, [self.input], [value], self.valued)
        return self.known[value]

    def bar(self, amount: int, pair: tuple[str, str]) -> Bar:
        """The difference of two options at both ends."""
        first, second = (self.valued.names.index(name) for name in pair)
        low, high = self.input.ends
        costs = [self.at(end)[:, amount] for end in (low, high)]
        return Bar(self.input, low, high, *(float(one[first] - one[second]) for one in costs))

    def flip(self, amount: int) -> Flip | None:
        """The nearest value at which another option becomes the cheapest."""
        best = int(np.argmin(self.valued.now[:, amount]))

        def lead(value: float) -> float:
            """By how much the cheapest stays the cheapest."""
            costs = self.at(value)[:, amount]
            return float(np.delete(costs, best).min() - costs[best])

        now = self.input.now
        if len(self.valued.names) < 2 or lead(now) <= 0:
            return None
        turns = []
        for far in _reach(self.input):
            steps = [now, *(now + part * (far - now) for part in _STEPS)]
            turns.append(outward(lead, steps, abs(far - now) * _WITHIN))
        near = [turn.after for turn in turns if turn is not None]
        if not near:
            return None
        value = min(near, key=lambda one: abs(one - now))
        # Where both cost the same to the last digit, it is the other one that follows.
        costs = self.at(value)[:, amount].copy()
        costs[best] = np.inf
        return Flip(self.input, value, self.valued.names[int(np.argmin(costs))])


def _reach(one: Uncertain) -> tuple[float, float]:
    """How far to look on both sides."""
    low, high = one.ends
    if one.input.unit == "share" and not one.factor:
        return 0.0, 1.0
    return min(low, one.now / _FARTHEST), max(high, one.now * _FARTHEST)
