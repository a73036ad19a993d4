"""How sure the answer is: inputs drawn from their ranges, and the noise of the simulation.

Every draw is staffed anew to the same promise, so the options give equal service by construction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.decide.breakeven import pair_of, two_options, with_baseline
from sim.decide.comparison import Comparison, compare, comparison_of
from sim.decide.draws import drawn
from sim.decide.flips import Alone, Bar, Flip
from sim.decide.followed import follow
from sim.decide.spread import spread
from sim.decide.valued import Amount, Valued, amounts_of, batches
from sim.demand.parameters import chances
from sim.errors import InvalidInput
from sim.experiment import Place, Progress
from sim.experiment.asked import whole
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario
from sim.scenario.ranges import Uncertain, from_presets, uncertain
from sim.scenario.risk import MOST_DRAWS
from sim.stats import Span, chance_estimate

__all__ = ["DRAWING", "DRAWS", "RiskAnswer", "Stake", "inputs_of", "risk"]

Floats = NDArray[np.float64]

#: Draws where a scenario says nothing.
DRAWS = 300
#: Under which name progress tells of draws; no option has a space in its name.
DRAWING = "draws of inputs"
# What is learnt of an input is judged on draws that it was not learnt from: in so many parts.
_PARTS = 5
_DEGREE = 3
# The middle of a range is the written value when it is no further off, as a part of the range.
_CENTRAL = 1e-6
# Directions of noise that are less than this of the widest are rounding.
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Stake:
    """How sure it is which option is best by one amount.

    Parameters
    ----------
    amount
        What is looked at.
    options
        Those of equal service, in the order of the file: one of them is to be chosen.
    pair
        The two whose difference is looked at: the first minus the second.
    inputs
        What is not known.
    values
        [draw, input], in the unit of each input's law.
    costs
        [draw, option], noise of the simulation within [money].
    written
        [option], with every input as the file has it: what was simulated [money].
    bars
        The difference at both ends of each input, widest first.
    flips
        What would make another option the cheapest, nearest first.
    """

    amount: Amount
    options: tuple[str, ...]
    pair: tuple[str, str]
    inputs: tuple[Uncertain, ...]
    values: Floats
    costs: Floats
    written: Floats
    bars: tuple[Bar, ...]
    flips: tuple[Flip, ...]

    @property
    def draws(self) -> int:
        """How often everything was drawn."""
        return len(self.costs)

    @property
    def difference(self) -> Floats:
        """Cost of the first of the pair minus that of the second, by draw."""
        first, second = (self.options.index(name) for name in self.pair)
        return np.asarray(self.costs[:, first] - self.costs[:, second])

    @property
    def written_difference(self) -> float:
        """Cost of the first of the pair minus that of the second, inputs as the file has them."""
        first, second = (self.options.index(name) for name in self.pair)
        return float(self.written[first] - self.written[second])

    @property
    def is_central(self) -> bool:
        """Whether the median difference is that of the written inputs, for all that draws tell.

        The median of normal draws has 1.25 standard errors of their mean.
        """
        error = 1.25 * float(np.std(self.difference)) / np.sqrt(self.draws)
        off = float(np.median(self.difference)) - self.written_difference
        return bool(abs(off) <= 2 * error)

    @property
    def leaning(self) -> tuple[int, int]:
        """Inputs whose range has its middle above what the file says, and below."""
        off = [
            (float(one.at(np.array(0.5))) - one.now) / (one.ends[1] - one.ends[0])
            for one in self.inputs
        ]
        return sum(by > _CENTRAL for by in off), sum(by < -_CENTRAL for by in off)

    @cached_property
    def cheapest(self) -> Mapping[str, Span]:
        """How probably each option is the cheapest."""
        best = np.argmin(self.costs, axis=1)
        return {
            name: chance_estimate(float((best == n).sum()), self.draws)
            for n, name in enumerate(self.options)
        }

    @property
    def chance(self) -> Span:
        """How probably the second of the pair is cheaper than the first."""
        return chance_estimate(float((self.difference > 0).sum()), self.draws)

    def quantiles(self, option: str | None = None) -> tuple[float, float, float]:
        """What lies below in 5, 50 and 95 % of draws: a cost, or the difference of the pair."""
        found = self.difference if option is None else self.costs[:, self.options.index(option)]
        low, middle, high = np.quantile(found, [0.05, 0.5, 0.95]).tolist()
        return low, middle, high

    @cached_property
    def regret(self) -> Mapping[str, float]:
        """What choosing an option costs, on average, beyond the one that turns out cheapest."""
        least = self.costs.min(axis=1)
        return {
            name: float((self.costs[:, n] - least).mean()) for n, name in enumerate(self.options)
        }

    @property
    def perfect(self) -> float:
        """Worth of knowing everything before one chooses (EVPI): the least expected regret."""
        return min(self.regret.values())

    @cached_property
    def worth(self) -> Mapping[str, float]:
        """Worth of knowing one input before one chooses (EVPPI), by input, largest first.

        Notes
        -----
        For each input the costs are fitted by a cubic in its rank on four fifths of the draws, and
        the option that the fit calls cheapest is chosen in the remaining fifth; the worth is what
        that saves there. So chance agreement of a fit with its own draws counts for nothing, and
        the figure leans to the low side.
        """
        found = {
            one.name: _worth(self.values[:, n], self.costs) for n, one in enumerate(self.inputs)
        }
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


@dataclass(frozen=True, eq=False)
class RiskAnswer:
    """How sure it is which option is cheapest.

    Parameters
    ----------
    comparison
        The options as simulated.
    stakes
        By amount: the average month, and what else the scenario has: losses, months.
    again
        Draws that were drawn anew, since the scenario refused what they said together.
    seed
        Where the draws started.
    """

    comparison: Comparison
    stakes: Mapping[Amount, Stake]
    again: int
    seed: int

    def __getitem__(self, amount: Amount) -> Stake:
        """One amount."""
        if amount not in self.stakes:
            raise InvalidInput("amount", f"must be one of {', '.join(self.stakes)}", amount)
        return self.stakes[amount]

    @property
    def month(self) -> Stake:
        """The cost of an average month."""
        return self.stakes["cost"]

    @property
    def main(self) -> Stake:
        """What money says most about: all months where there is a horizon, else a month."""
        return self.stakes.get("npv", self.month)


def _worth(values: Floats, costs: Floats) -> float:
    """What choosing by one input saves, judged on draws that the choice was not learnt from."""
    draws = len(values)
    if len(np.unique(values)) <= _DEGREE or draws < 4 * _PARTS:
        return 0.0
    rank = np.argsort(np.argsort(values)) / (draws - 1) * 2 - 1
    terms = np.vander(rank, _DEGREE + 1)
    part = np.arange(draws) % _PARTS
    saved = 0.0
    for held in range(_PARTS):
        learnt, judged = part != held, part == held
        fit, *_ = np.linalg.lstsq(terms[learnt], costs[learnt], rcond=None)
        chosen = np.argmin(terms[judged] @ fit, axis=1)
        blind = int(np.argmin(costs[learnt].mean(axis=0)))
        own = costs[judged]
        saved += float((own[:, blind] - own[np.arange(len(own)), chosen]).sum())
    return max(0.0, saved / draws)


def inputs_of(scenario: Scenario, options: Sequence[str]) -> tuple[Uncertain, ...]:
    """What is not known of a scenario: the ranges of its file, then those of presets.

    Parameters
    ----------
    scenario
        The operation.
    options
        Whose figures of presets count.

    Raises
    ------
    InvalidInput
        If nothing has a range, or only a new simulation could follow one that has.
    """
    asked = scenario.risk
    found = [
        uncertain(scenario, one, f"risk.ranges[{number}]")
        for number, one in enumerate(asked.ranges if asked else ())
    ]
    for one in found:
        follow(scenario, one.input.path)
    taken = {leaf.place for one in found for leaf in one.input.leaves}
    if asked is None or asked.presets:
        found += [
            one
            for one in from_presets(scenario, tuple(options))
            if not taken & {leaf.place for leaf in one.input.leaves}
        ]
    if not found:
        hint = "write risk: {ranges: [{input: volume, triangular: [x0.8, x1, x1.3]}]}"
        raise InvalidInput("risk", "needs ranges: neither file nor presets have any", None, hint)
    return tuple(found)


def risk(
    scenario: Scenario,
    *,
    draws: int | None = None,
    between: Sequence[str] | None = None,
    comparison: Comparison | None = None,
    seed: int | None = None,
    replications: int | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    on: str | Place | None = None,
    workers: int | None = None,
) -> RiskAnswer:
    """Ask how sure it is which option is cheapest.

    Parameters
    ----------
    scenario
        The operation; its `risk` says what may be otherwise.
    draws
        How often inputs are drawn; as the scenario says when None.
    between
        Two options; all of equal service when None.
    comparison
        The options as simulated, where that has been done.
    seed
        Where customers and draws start; as the scenario says when None.
    replications, progress, on
        As `sim.decide.compare` takes them; draws are told as well, under the name `DRAWING`.
    workers
        Processes that draw; all processors where that is worth their start when None. The answer
        is the same.

    Raises
    ------
    InvalidInput
        If there are no two options of equal service, or nothing has a range.
    """
    asked = scenario_of(scenario).risk
    count = (asked.draws if asked else DRAWS) if draws is None else draws
    whole("draws", count, 2, MOST_DRAWS, f"must be from 2 to {MOST_DRAWS}")
    between = two_options(scenario, between)
    start = seed if seed is not None else asked.seed if asked else None
    if comparison is None:
        one = scenario if between is None else with_baseline(scenario, between[0])
        comparison = compare(
            one, options=between, seed=seed, replications=replications, progress=progress, on=on
        )
    if comparison_of(comparison, scenario).run.at_most < 2:
        raise InvalidInput("replications", "must be 2 at least: one has no noise to tell", 1)
    pair = pair_of(comparison, between)
    alike = {option.name for option in comparison.at_the_target()}
    options = pair if between else tuple(o.name for o in comparison.options if o.name in alike)
    inputs = inputs_of(scenario, options)
    amounts = amounts_of(scenario)
    valued = Valued.of(comparison, options, amounts)
    key = scenario.simulation.seed if start is None else start

    def told(done: int) -> None:
        if progress is not None:
            progress(DRAWING, Progress(done, count, math.nan, 0.0, "draws"))

    found = drawn(scenario, inputs, valued, count, key, told, workers)
    costs = found.costs + _noise(comparison, valued, found.costs, key)
    moved = tuple(one for one in inputs if valued.moves(one.input))
    alone = [*spread(Alone(scenario, moved, valued, pair), len(moved), workers)]
    stakes = {}
    for n, amount in enumerate(amounts):
        bars = sorted((one[n][0] for one in alone), key=lambda bar: -bar.swing)
        flips = sorted(
            (flip for one in alone if (flip := one[n][1])), key=lambda flip: flip.distance
        )
        stakes[amount] = Stake(
            amount,
            options,
            pair,
            inputs,
            found.values,
            costs[:, :, n],
            valued.now[:, n],
            tuple(bars),
            tuple(flips),
        )
    return RiskAnswer(comparison, stakes, found.again, key)


def _noise(comparison: Comparison, valued: Valued, costs: Floats, seed: int) -> Floats:
    """Noise of what was simulated, by draw, option and amount, as far apart and alike as batches.

    All amounts of a draw have the same noise: they are made of the same simulation.
    """
    from scipy.special import ndtri

    _, options, amounts = costs.shape
    by_batch = batches(comparison, valued)
    flat = by_batch.reshape(len(by_batch), -1).T
    spread_of = np.atleast_2d(np.cov(flat)) / flat.shape[1]
    size, turned = np.linalg.eigh(spread_of)
    kept = size > _LEAST * size.max(initial=0.0)
    root = turned[:, kept] * np.sqrt(size[kept])
    normal = [ndtri(chances(seed, f"noise {n}", len(costs))) for n in range(int(kept.sum()))]
    noise = (root @ np.array(normal)).T if normal else np.zeros((len(costs), len(flat)))
    scale = np.divide(costs, valued.now, out=np.ones_like(costs), where=valued.now > 0)
    return np.asarray(noise.reshape(-1, options, amounts) * scale)
