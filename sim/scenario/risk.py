"""What is not known for sure: ranges of inputs, and which of them go together."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.errors import InvalidInput
from sim.scenario.base import Strict, broken, nearest
from sim.scenario.units import Whole

__all__ = ["LAWS_OF_RANGES", "MOST_DRAWS", "Correlation", "Range", "Risk", "Spread"]

MOST_DRAWS = 100_000
LAWS_OF_RANGES = ("triangular", "uniform", "normal", "lognormal")


def _amount(data: object) -> object:
    if isinstance(data, bool) or not isinstance(data, int | float | str):
        hint = "write it as in the file, or x1.2"
        raise InvalidInput("range", "must be a number or a value with its unit", data, hint)
    return data


Amount = Annotated[
    float | str,
    BeforeValidator(_amount),
    WithJsonSchema({"type": ["string", "number"], "examples": ["18 RUB/min", "x1.2", 0.9]}),
]


class Spread(Strict):
    """A law by its mean and spread."""

    mean: Amount
    """Mean."""
    sd: Amount
    """Standard deviation, in the same unit."""


class Range(Strict):
    """How far one input may lie from what the file says."""

    input: str = Field(min_length=1)
    """The input: a path such as ``channels.phone.volume``, or volume, price, wage, vat …"""
    name: str | None = Field(default=None, min_length=1)
    """Name by which correlations call it; the path when absent."""
    triangular: Annotated[tuple[Amount, ...], Field(min_length=3, max_length=3)] | None = None
    """Lowest, most likely, highest."""
    uniform: Annotated[tuple[Amount, ...], Field(min_length=2, max_length=2)] | None = None
    """Lowest, highest."""
    normal: Spread | None = None
    """Mean and standard deviation."""
    lognormal: Spread | None = None
    """Mean and standard deviation of what is always above 0."""
    as_: Annotated[Literal["value", "factor"] | None, Field(alias="as")] = None
    """Whether the numbers are values of the input, or factors on what the file says; values unless
    they are written like x1.2."""

    @model_validator(mode="after")
    def _one_law(self) -> Self:
        given = [law for law in LAWS_OF_RANGES if getattr(self, law) is not None]
        if len(given) != 1:
            rule = f"must be given by one of {', '.join(LAWS_OF_RANGES)}"
            hint = "write it like triangular: [x0.8, x1, x1.3]"
            raise broken(("input",), rule, " and ".join(given) or None, hint)
        return self

    @property
    def law(self) -> str:
        """Which law it is."""
        return next(law for law in LAWS_OF_RANGES if getattr(self, law) is not None)

    @property
    def amounts(self) -> tuple[float | str, ...]:
        """The numbers of the law as they are written."""
        found = getattr(self, self.law)
        return (found.mean, found.sd) if isinstance(found, Spread) else tuple(found)

    @property
    def known_as(self) -> str:
        """Name by which others call it."""
        return self.name or self.input


class Correlation(Strict):
    """Two inputs that go together."""

    between: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
    """Names of two ranges."""
    is_: Annotated[float, Field(alias="is", strict=False)]
    """Correlation of the normal numbers behind them, from -1 to 1."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not -1 < self.is_ < 1:
            raise broken(("is",), "must lie between -1 and 1", self.is_)
        return self


class Risk(Strict):
    """Ranges of inputs, for ``linewise risk``."""

    draws: Annotated[Whole, Field(ge=2, le=MOST_DRAWS)] = 300
    """How often all inputs are drawn."""
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] | None = None
    """Where the draws start; the seed of the simulation when None."""
    ranges: tuple[Range, ...] = ()
    """What may be otherwise; the ranges of presets when there are none."""
    correlations: tuple[Correlation, ...] = ()
    """What goes together; all others are independent."""
    presets: bool = Field(default=True, strict=True)
    """Whether the ranges that presets have for their figures count too, where no range is given."""

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        names = [one.known_as for one in self.ranges]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise broken(("ranges", number, "input"), "is given twice", name, "name them apart")
        seen: list[frozenset[str]] = []
        for number, one in enumerate(self.correlations):
            for name in one.between:
                if name not in names:
                    place = ("correlations", number, "between")
                    raise broken(place, "must name ranges", name, nearest(name, names))
            pair = frozenset(one.between)
            if len(pair) < 2 or pair in seen:
                place = ("correlations", number, "between")
                raise broken(place, "must be two ranges, each pair once", " and ".join(one.between))
            seen.append(pair)
        if not _positive(names, self.correlations):
            rule = "must go together: what they say of pairs contradicts itself"
            raise broken(("correlations",), rule, None, "make them weaker")
        return self


def _positive(names: list[str], given: tuple[Correlation, ...]) -> bool:
    """Whether correlations are those of anything: the matrix is positive definite."""
    rows = [[float(a == b) for a in names] for b in names]
    for one in given:
        first, second = (names.index(name) for name in one.between)
        rows[first][second] = rows[second][first] = one.is_
    for k in range(len(rows)):  # Cholesky's method, by hand: numbers are few
        rest = rows[k][k] - sum(rows[k][j] ** 2 for j in range(k))
        if rest <= 1e-12:
            return False
        rows[k][k] = rest**0.5
        for i in range(k + 1, len(rows)):
            inner = sum(rows[i][j] * rows[k][j] for j in range(k))
            rows[i][k] = (rows[i][k] - inner) / rows[k][k]
    return True
