"""Ranges of inputs as numbers: read from the file, checked, completed from presets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.scenario.changed import Change, change_of, changed
from sim.scenario.inputs import WIDE, Input, Leaf, find_input
from sim.scenario.model import Scenario
from sim.scenario.risk import Range

__all__ = ["Uncertain", "from_presets", "uncertain"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Uncertain:
    """An input with the law of what it may be.

    Parameters
    ----------
    name
        How it is called.
    input
        The numbers that it moves.
    factor
        Whether the law is of a factor on them.
    law
        ``triangular``, ``uniform``, ``normal``, ``lognormal``.
    numbers
        Lowest, most likely, highest; lowest, highest; or mean and standard deviation.
    source
        ``file``, or ``preset`` where nobody but us has said so.
    """

    name: str
    input: Input
    factor: bool
    law: str
    numbers: tuple[float, ...]
    source: str = "file"

    @property
    def now(self) -> float:
        """What the file says, in the unit of the law."""
        return 1.0 if self.factor else (self.input.value or 0.0)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        if self.law == "triangular":
            a, c, b = self.numbers
            return float(np.sqrt((a * a + b * b + c * c - a * b - a * c - b * c) / 18))
        if self.law == "uniform":
            return float((self.numbers[1] - self.numbers[0]) / np.sqrt(12))
        return self.numbers[1]

    @property
    def is_bounded(self) -> bool:
        """Whether all values lie between two ends."""
        return self.law in ("triangular", "uniform")

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high: the ends of the range, or what nine of ten lie between."""
        if self.is_bounded:
            return self.numbers[0], self.numbers[-1]
        low, high = self.at(np.array([0.05, 0.95])).tolist()
        return low, high

    def at(self, chances: Floats) -> Floats:
        """Values that lie above so many of all.

        Parameters
        ----------
        chances
            Shares between 0 and 1.
        """
        from scipy.special import ndtri

        if self.law == "triangular":
            low, mode, high = self.numbers
            middle = (mode - low) / (high - low)
            below = low + np.sqrt(chances * (high - low) * (mode - low))
            above = high - np.sqrt((1 - chances) * (high - low) * (high - mode))
            return np.asarray(np.where(chances < middle, below, above))
        first, second = self.numbers
        if self.law == "uniform":
            return np.asarray(first + chances * (second - first))
        if self.law == "normal":
            return np.asarray(first + second * ndtri(chances))
        spread = np.sqrt(np.log1p((second / first) ** 2))
        return np.asarray(first * np.exp(spread * ndtri(chances) - spread**2 / 2))

    def change(self, value: float) -> Change:
        """The change that sets the input to a value of the law."""
        return Change("factor" if self.factor else "value", value)


def uncertain(scenario: Scenario, one: Range, place: str) -> Uncertain:
    """A range of the file as numbers.

    Parameters
    ----------
    scenario
        The operation.
    one
        The range.
    place
        Where it stands, for messages.

    Raises
    ------
    InvalidInput
        If its input is unknown, its numbers are out of order, or the scenario refuses them.
    """
    asked = find_input(scenario, one.input)
    read = [
        change_of(text) if isinstance(text, str) else Change(one.as_ or "value", text)
        for text in one.amounts
    ]
    hows = {change.how for change in read}
    if one.as_ is not None and any(isinstance(text, str) for text in one.amounts):
        hows |= {one.as_}
    if len(hows) > 1 or "plus" in hows:
        hint = "write all like x1.2, or all as values"
        raise InvalidInput(
            f"{place}.{one.law}",
            "must be all factors or all values",
            ", ".join(map(str, one.amounts)),
            hint,
        )
    factor = hows == {"factor"}
    if asked.value is None and not factor:
        hint = "write it like [x0.8, x1, x1.3]"
        raise InvalidInput(
            f"{place}.{one.law}", "must be factors: the input is several numbers", one.input, hint
        )
    numbers = tuple(_number(scenario, asked, change) for change in read)
    found = Uncertain(one.known_as, asked, factor, one.law, numbers)
    _check(found, f"{place}.{one.law}")
    for end in _extremes(found):
        changed(scenario, {asked: found.change(end)})
    return found


def _number(scenario: Scenario, asked: Input, change: Change) -> float:
    if isinstance(change.amount, str):
        value = find_input(changed(scenario, {asked: change}), asked.path).value
        assert value is not None
        return value
    return float(change.amount)


def _check(one: Uncertain, place: str) -> None:
    """Refuse numbers that make no law."""
    shown = ", ".join(f"{number:g}" for number in one.numbers)
    if one.is_bounded:
        low, *mode, high = one.numbers
        if not low < high:
            raise InvalidInput(place, "must rise from the lowest to the highest", shown)
        if mode and not low <= mode[0] <= high:
            raise InvalidInput(place, "must have the most likely between the ends", shown)
    elif not one.numbers[1] > 0:
        raise InvalidInput(f"{place}.sd", "must be above 0", one.numbers[1])
    elif one.law == "lognormal" and not one.numbers[0] > 0:
        raise InvalidInput(f"{place}.mean", "must be above 0", one.numbers[0])


def _extremes(one: Uncertain) -> tuple[float, float]:
    """What the scenario must take: the ends, or what hardly any draw goes beyond."""
    if one.is_bounded:
        return one.ends
    low, high = one.at(np.array([1e-4, 1 - 1e-4])).tolist()
    return low, high


def from_presets(scenario: Scenario, options: tuple[str, ...]) -> Iterator[Uncertain]:
    """Ranges that presets have for figures of theirs, as triangles around what is used.

    A figure that several groups take from a preset is one unknown, and moves in all of them.

    Parameters
    ----------
    scenario
        The operation.
    options
        Whose figures.
    """
    alike: dict[tuple[str, float, float, float], list[Leaf]] = {}
    for one in scenario.assumptions():
        parts = one.path.split(".")
        if one.low is None or one.high is None or not isinstance(one.value, int | float):
            continue
        if parts[0] != "options" or parts[1] not in options or not one.low < one.high:
            continue
        if isinstance(one.value, bool) or not one.low <= one.value <= one.high:
            continue
        name = ".".join(["options.*.groups.*", *parts[4:]])
        if parts[-1] == "vat_recoverable_share":
            name = "vat"
        key = name, float(one.low), float(one.value), float(one.high)
        alike.setdefault(key, []).extend(find_input(scenario, one.path).leaves)
    seen: set[str] = set()
    for (name, *numbers), leaves in alike.items():
        path = name if name not in seen else leaves[0].path
        seen.add(name)
        asked = Input(path, tuple(leaves))
        if name in WIDE and find_input(scenario, name).value is not None:
            asked = find_input(scenario, name)  # what is retained pays the same tax
        yield Uncertain(path, asked, False, "triangular", tuple(numbers), "preset")
