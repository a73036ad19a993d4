"""Where two options cost the same: along one input, staffed anew at every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from sim.decide.comparison import Comparison, compare, comparison_of
from sim.decide.followed import follow
from sim.decide.response import Answer
from sim.decide.spread import spread
from sim.decide.turning import turning
from sim.decide.valued import Amount, Valued, difference_in
from sim.errors import InvalidInput, names_of, one_of
from sim.experiment import Place, Progress
from sim.experiment.asked import number, whole
from sim.scenario.changed import Change, change_of, changed
from sim.scenario.given import scenario_of
from sim.scenario.inputs import Input, find_input
from sim.scenario.model import Scenario
from sim.stats import Estimate

__all__ = [
    "BreakEven",
    "Crossing",
    "Point",
    "breakeven",
    "pair_of",
    "two_options",
    "with_baseline",
]

Floats = NDArray[np.float64]

#: Points of a curve, unless asked for otherwise; and most that one may ask for.
POINTS, MOST_POINTS = 40, 1000
# How far a number is followed where no range is given: from a quarter of it to four times it; a
# promised service level within what anybody promises.
_WIDE = 4.0
_TARGETS = 0.5, 0.97
# A crossing is narrowed down to this part of a step of the curve.
_WITHIN = 1e-5


@dataclass(frozen=True, slots=True)
class Point:
    """Two options at one value of the input.

    Parameters
    ----------
    value
        The input: its value, or a factor on what it is.
    costs
        What the first and the second option come to [money].
    service
        Worst share answered in time among channels with a promise, of either.
    equal
        Whether both give the same service, within the scenario's tolerance.
    """

    value: float
    costs: tuple[float, float]
    service: tuple[float, float]
    equal: bool

    @property
    def difference(self) -> float:
        """Cost of the first minus that of the second."""
        return self.costs[0] - self.costs[1]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A value at which the cheaper option changes.

    Parameters
    ----------
    point
        Both options there.
    low, high
        Between these the difference is smaller than the noise of the simulation; None where it is
        to the end of the range.
    cheaper_below
        The option that is cheaper at smaller values.
    simulated
        Difference of the costs when both are staffed and simulated anew there; None where that
        was not asked.
    meets
        Where both cost the same by that simulation and the slope of the curve.
    gaps
        Channels in which that simulation did not give equal service.
    """

    point: Point
    low: float | None
    high: float | None
    cheaper_below: str
    simulated: Estimate | None = None
    meets: float | None = None
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BreakEven:
    """The difference in cost of two options along an input.

    Parameters
    ----------
    comparison
        Both options as simulated, where the curve is anchored.
    options
        Their names: differences are the first minus the second.
    input
        What varies.
    factor
        Whether values are factors on what it is, and not values of it.
    amount
        By what they are told apart: a month's cost, or all months', with losses or without.
    now
        Where the scenario stands.
    points
        The curve, by rising value.
    crossings
        Where the cheaper one changes, by rising value.
    """

    comparison: Comparison
    options: tuple[str, str]
    input: Input
    factor: bool
    amount: Amount
    now: float
    points: tuple[Point, ...]
    crossings: tuple[Crossing, ...]


def pair_of(comparison: Comparison, between: Sequence[str] | None = None) -> tuple[str, str]:
    """Two options to tell apart: those asked for, else the cheapest and the next or the baseline.

    Raises
    ------
    InvalidInput
        If they are not two priced options of the comparison.
    """
    priced = [option.name for option in comparison.options if option.cost]
    if between is not None:
        return _two_of(priced, between)
    base = comparison.baseline
    ranked = [option.name for option in comparison.at_the_target()]
    if len(ranked) < 2:
        others = " ".join(comparison.alike_beside() or ())
        hint = f"name two options with --between{f', such as --between {others}' if others else ''}"
        rule = f"must be given: no other priced option gives the service of {base.name}"
        raise InvalidInput("between", rule, None, hint)
    if base.name not in ranked or ranked[0] == base.name:
        return ranked[0], ranked[1]
    return base.name, ranked[0]


def two_options(scenario: Scenario, between: Sequence[str] | None) -> tuple[str, str] | None:
    """Two options of a scenario that were asked for, refused before anybody waits; None if none.

    Raises
    ------
    InvalidInput
        If they are not two of its options.
    """
    return None if between is None else _two_of(tuple(scenario.options), between)


def _two_of(known: Sequence[str], between: Sequence[str]) -> tuple[str, str]:
    """Two names of those that are known."""
    names = names_of("between", between)
    for name in names:
        if name not in known:
            raise InvalidInput("between", f"must be two of {', '.join(known)}", name)
    if len(names) != 2 or names[0] == names[1]:
        raise InvalidInput("between", "must be two options", " ".join(names))
    return names[0], names[1]


def breakeven(
    scenario: Scenario,
    of: str,
    *,
    amount: Amount = "cost",
    between: Sequence[str] | None = None,
    start: str | float | None = None,
    stop: str | float | None = None,
    points: int = POINTS,
    verify: bool = True,
    comparison: Comparison | None = None,
    seed: int | None = None,
    replications: int | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    on: str | Place | None = None,
) -> BreakEven:
    """Find where two options cost the same.

    Parameters
    ----------
    scenario
        The operation.
    of
        The input that varies: ``volume``, ``price``, ``wage``, ``margin``, ``vat``, ``target``, or
        any number by its path.
    amount
        What is to be even: the ``cost`` of an average month, ``economic_cost`` with what service
        costs customers, or the present value of all months of either, ``npv``, ``npv_economic``.
    between
        Two options; the baseline and the cheapest other of equal service when None.
    start, stop
        Range: values as a file has them, or ``x0.5``; a quarter to four times when None, all of
        a share.
    points
        Points of the curve.
    verify
        Whether to staff and simulate anew at the first and the last crossing.
    comparison
        Both options as simulated, where that has been done.
    seed, replications, progress, on
        As `sim.decide.compare` takes them.

    Raises
    ------
    InvalidInput
        If the input, the options or the range are not there or not to be followed.
    """
    scenario_of(scenario)
    whole("points", points, 2, MOST_POINTS, f"must be from 2 to {MOST_POINTS}")
    one_of("amount", amount, get_args(Amount))
    for end, value in (("start", start), ("stop", stop)):
        if value is not None and not isinstance(value, str):
            number(end, value, "number, or a value with its unit")
    between = two_options(scenario, between)
    asked = follow(scenario, of, amount)
    ends = _range(scenario, asked, start, stop)

    def played(one: Scenario, names: Sequence[str] | None) -> Comparison:
        if names is not None:  # the baseline takes part in any comparison
            one = with_baseline(one, names[0])
        return compare(
            one, options=names, seed=seed, replications=replications, progress=progress, on=on
        )

    anchor = comparison_of(comparison or played(scenario, between), scenario)
    pair = pair_of(anchor, between)
    curve = _Curve.of(anchor, pair, asked, amount)
    grid = _grid(ends, points, shares=asked.unit == "share" and asked.value is not None)
    # Large values take longest, so they go first: then it is soon seen what others could share.
    along = tuple(spread(_Along(curve, tuple(grid.tolist()[::-1])), len(grid)))[::-1]
    found = _crossings(curve, along)
    if verify:
        for place in {0, len(found) - 1} if found else ():
            found[place] = _verified(found[place], curve, along, played)
    now = 1.0 if asked.value is None else asked.value
    return BreakEven(anchor, pair, asked, curve.factor, amount, now, along, tuple(found))


def with_baseline(scenario: Scenario, name: str) -> Scenario:
    """The scenario with another option as its baseline; who serves today stays who it is."""
    horizon = scenario.horizon and scenario.horizon.model_copy(update={"today": scenario.today})
    return scenario.model_copy(update={"baseline": name, "horizon": horizon})


def _range(
    scenario: Scenario, asked: Input, start: str | float | None, stop: str | float | None
) -> tuple[float, float]:
    """The ends of the range, in values of the input or in factors on it."""
    now = asked.value
    share = asked.unit == "share" and now is not None
    usual = (0.0, 1.0) if share else (1 / _WIDE, _WIDE)
    if share and any(leaf.place[-1] == "answered" for leaf in asked.leaves):
        usual = _TARGETS
    if now is not None and not share:
        usual = (now / _WIDE, now * _WIDE)
        if now == 0 and (start is None or stop is None):
            hint = "it is 0 now: give both ends"
            raise InvalidInput("range", "is not known", asked.path, hint)
    ends = tuple(
        default if given is None else _end(scenario, asked, given, name)
        for name, given, default in zip(("from", "to"), (start, stop), usual, strict=True)
    )
    if not ends[0] < ends[1]:
        raise InvalidInput("to", f"must be above {ends[0]:g}", ends[1])
    return ends[0], ends[1]


def _end(scenario: Scenario, asked: Input, given: str | float, name: str) -> float:
    """One end of the range as a number."""
    change = change_of(given) if isinstance(given, str) else Change("value", given)
    if asked.value is None:
        if change.how != "factor":
            raise InvalidInput(name, "must be a factor", given, "write it like x0.5")
        return float(change.amount)
    there = changed(scenario, {asked: change})
    value = find_input(there, asked.path).value
    assert value is not None
    return value


def _grid(ends: tuple[float, float], points: int, *, shares: bool) -> Floats:
    """Values to look at: in even steps, or even ratios where that is how numbers differ."""
    low, high = ends
    if shares or low <= 0 or high / low < 2:
        return np.linspace(low, high, points)
    return np.geomspace(low, high, points)


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """The difference of two options along an input."""

    scenario: Scenario
    asked: Input
    pair: tuple[str, str]
    amount: Amount
    valued: Valued
    noise: float

    @classmethod
    def of(cls, anchor: Comparison, pair: tuple[str, str], asked: Input, amount: Amount) -> _Curve:
        valued = Valued.of(anchor, pair, [amount])
        noise = difference_in(anchor, pair, amount, valued).half_width
        return cls(anchor.scenario, asked, pair, amount, valued, noise)

    @property
    def factor(self) -> bool:
        """Whether values are factors."""
        return self.asked.value is None

    def changed(self, value: float) -> Scenario:
        """The scenario with the input at a value."""
        how = Change("factor" if self.factor else "value", value)
        return changed(self.scenario, {self.asked: how})

    def at(self, value: float) -> Point:
        """Both options at a value."""
        costs, answers = self.valued.look(self.changed(value), [self.asked])
        shared = set(answers[0].service) & set(answers[1].service)
        gap = max((abs(answers[0].service[n] - answers[1].service[n]) for n in shared), default=0.0)
        first, second = costs[:, 0].tolist()
        service = _worst(answers[0]), _worst(answers[1])
        return Point(value, (first, second), service, gap <= self.scenario.tolerance)

    def noise_at(self, point: Point) -> float:
        """Half-width of the difference, by the size of both costs."""
        total = float(self.valued.now.sum())
        return self.noise * sum(point.costs) / total if total else self.noise


@dataclass(frozen=True, slots=True, eq=False)
class _Along:
    """A point of a curve, as a function of its number."""

    curve: _Curve
    values: tuple[float, ...]

    def __call__(self, number: int) -> Point:
        return self.curve.at(self.values[number])


def _worst(answer: Answer) -> float:
    return min(answer.service.values(), default=float("nan"))


def _crossings(curve: _Curve, along: Sequence[Point]) -> list[Crossing]:
    """Every change of sign, narrowed down, with where the difference is within its noise."""
    found = []
    for before, after in pairwise(along):
        if (before.difference < 0) == (after.difference < 0):
            continue
        seen: dict[float, Point] = {}

        def lead(value: float, seen: dict[float, Point] = seen) -> float:
            seen[value] = curve.at(value)
            return -seen[value].difference

        within = (after.value - before.value) * _WITHIN
        low, high = (seen[value] for value in turning(lead, before.value, after.value, within))
        nearer = min(low, high, key=lambda point: abs(point.difference))
        below = curve.pair[0] if before.difference < 0 else curve.pair[1]
        left = _clear(curve, [p for p in along if p.value <= low.value][::-1], nearer)
        right = _clear(curve, [p for p in along if p.value >= high.value], nearer)
        found.append(Crossing(nearer, left, right, below))
    return found


def _clear(curve: _Curve, points: Sequence[Point], start: Point) -> float | None:
    """Where, going from a crossing, the difference first exceeds its noise."""
    before = start
    for point in points:
        noise = curve.noise_at(point)
        if abs(point.difference) > noise:
            here, there = abs(before.difference), abs(point.difference)
            part = (noise - here) / (there - here) if there > here else 1.0
            return before.value + min(max(part, 0.0), 1.0) * (point.value - before.value)
        before = point
    return None


def _verified(
    crossing: Crossing,
    curve: _Curve,
    along: Sequence[Point],
    played: Callable[[Scenario, Sequence[str] | None], Comparison],
) -> Crossing:
    """The crossing with both options staffed and simulated anew there."""
    point, pair = crossing.point, curve.pair
    fresh = played(curve.changed(point.value), pair)
    seen = difference_in(fresh, pair, curve.amount)
    before = max((p for p in along if p.value < point.value), key=lambda p: p.value)
    after = min((p for p in along if p.value > point.value), key=lambda p: p.value)
    slope = (after.difference - before.difference) / (after.value - before.value)
    meets = point.value - seen.value / slope if slope else None
    gaps = tuple(dict.fromkeys(gap.channel for gap in fresh.gaps(*pair)))
    return replace(crossing, simulated=seen, meets=meets, gaps=gaps)
