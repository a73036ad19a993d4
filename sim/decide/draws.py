"""Draws of uncertain inputs, and what options come to under each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide.spread import spread
from sim.decide.valued import Valued
from sim.demand.parameters import chances
from sim.errors import InvalidInput
from sim.scenario.changed import changed
from sim.scenario.model import Scenario
from sim.scenario.ranges import Uncertain

__all__ = ["Drawn", "costs_of", "drawn"]

Floats = NDArray[np.float64]

# Draws that contradict themselves, such as more paid illness than illness, are drawn anew.
_TRIES = 50


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What inputs and amounts came out in each draw.

    Parameters
    ----------
    values
        [draw, input], in the unit of each input's law.
    costs
        [draw, option, amount], by closed forms and prices alone [money].
    again
        Draws that the scenario's own rules refused and that were drawn anew.
    """

    values: Floats
    costs: Floats
    again: int


def drawn(
    scenario: Scenario,
    inputs: Sequence[Uncertain],
    valued: Valued,
    draws: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    workers: int | None = None,
) -> Drawn:
    """Draw all inputs and ask every option what it would come to.

    Parameters
    ----------
    scenario
        The operation; its `risk` says what goes together.
    inputs
        What is not known.
    valued
        The options.
    draws, seed
        How often, and where the draws start.
    progress
        Called with the number of draws done.
    workers
        Processes; see `sim.decide.spread.spread`. The answer is the same.

    Raises
    ------
    InvalidInput
        If the scenario's rules refuse nearly every draw.
    """
    root = _root(scenario, inputs)
    values = _values(inputs, root, seed, draws, 0)
    costs, again = np.empty((draws, len(valued.names), len(valued.amounts))), 0
    task = _Draw(scenario, tuple(inputs), valued, root, seed, values.copy())
    for draw, (row, found, tries) in enumerate(spread(task, draws, workers)):
        values[draw], costs[draw] = row, found
        again += tries
        if progress is not None:
            progress(draw + 1)
    return Drawn(values, costs, again)


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """One draw, as a function of its number."""

    scenario: Scenario
    inputs: tuple[Uncertain, ...]
    valued: Valued
    root: Floats
    seed: int
    values: Floats

    def __call__(self, draw: int) -> tuple[Floats, Floats, int]:
        """Values, what options come to, and how often it was drawn anew."""
        row, refusal = self.values[draw], None
        for attempt in range(_TRIES):
            if attempt:
                row = _values(self.inputs, self.root, self.seed, draw + 1, attempt)[draw]
            try:
                return row, costs_of(self.scenario, self.inputs, row, self.valued), attempt
            except InvalidInput as error:
                refusal = error
        assert refusal is not None
        hint = "make the ranges narrower"
        raise InvalidInput(refusal.name, refusal.rule, refusal.value, hint)


def costs_of(
    scenario: Scenario,
    inputs: Sequence[Uncertain],
    values: Sequence[float] | Floats,
    valued: Valued,
) -> Floats:
    """What options come to at values of inputs, [option, amount].

    Parameters
    ----------
    scenario
        The operation.
    inputs, values
        What is changed, and to what.
    valued
        The options.

    Raises
    ------
    InvalidInput
        If the scenario refuses the values.
    """
    pairs = zip(inputs, map(float, values), strict=True)
    there = changed(scenario, {one.input: one.change(value) for one, value in pairs})
    return valued.at(there, [one.input for one in inputs])


def _root(scenario: Scenario, inputs: Sequence[Uncertain]) -> Floats:
    """Root of the matrix of correlations, so that normal numbers go together (normal copula)."""
    names = [one.name for one in inputs]
    matrix = np.eye(len(names))
    for one in scenario.risk.correlations if scenario.risk else ():
        first, second = (names.index(name) for name in one.between)
        matrix[first, second] = matrix[second, first] = one.is_
    return np.asarray(np.linalg.cholesky(matrix))


def _values(
    inputs: Sequence[Uncertain], root: Floats, seed: int, draws: int, attempt: int
) -> Floats:
    """Values of all inputs, [draw, input]."""
    from scipy.special import ndtr, ndtri

    names = [f"{one.name}, again {attempt}" if attempt else one.name for one in inputs]
    normal = np.array([ndtri(chances(seed, name, draws)) for name in names]).T @ root.T
    return np.stack([one.at(ndtr(normal[:, n])) for n, one in enumerate(inputs)], axis=1)
