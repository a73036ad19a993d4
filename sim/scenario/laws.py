"""Laws of durations that a scenario can name: handle time, after-call work, patience, delays.

Here they are only described; `sim.demand` draws from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.errors import InvalidInput
from sim.scenario.base import Also, Strict, broken, in_file, joined, refusal
from sim.scenario.parse import as_duration, seconds, share
from sim.scenario.units import PositiveDuration, PositiveFactor

__all__ = [
    "Exponential",
    "Fixed",
    "Law",
    "Lognormal",
    "Never",
    "Survival",
    "TimeLaw",
    "Weibull",
    "as_written",
]


class Exponential(Strict):
    """A duration without memory."""

    law: Literal["exponential"] = "exponential"
    mean: PositiveDuration
    """Mean [s]."""


class Lognormal(Strict):
    """The usual law of handle times: many short, some long."""

    law: Literal["lognormal"] = "lognormal"
    mean: PositiveDuration
    """Mean [s]."""
    cv: PositiveFactor
    """Standard deviation over mean."""


class Fixed(Strict):
    """Always the same duration."""

    law: Literal["fixed"] = "fixed"
    value: PositiveDuration
    """The duration [s]."""

    @property
    def mean(self) -> float:
        """The duration itself [s]."""
        return self.value


class Weibull(Strict):
    """A patience that wears thin (shape above 1) or hardens (below 1) while waiting."""

    law: Literal["weibull"] = "weibull"
    mean: PositiveDuration
    """Mean [s]."""
    shape: Annotated[PositiveFactor, Field(ge=0.05, le=100)]
    """Shape k of the survival exp(-(t/scale)^k)."""


class Survival(Strict):
    """A measured survival curve, ``{10s: 96.4%, 30s: 90%}``: who is still there after a time.

    Between two rows the hazard is constant, and the last hazard continues beyond the table.
    A row at ``0s`` below 100 % is the share that leaves at once.

    Examples
    --------
    >>> round(Survival(times=(10.0, 30.0), survival=(0.9, 0.45)).mean, 2)
    35.46
    """

    law: Literal["survival"] = "survival"
    times: tuple[float, ...]
    """Times of the rows, rising [s]."""
    survival: tuple[float, ...]
    """Share still there at each of the times, falling."""

    @model_validator(mode="before")
    @classmethod
    def _read_table(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, Mapping) or not ("table" in data or in_file(info)):
            return data
        if "table" not in data:
            hint = "write it like {10s: 96%, 30s: 90%}"
            raise broken(("table",), "is missing", None, hint)
        rest = {key: value for key, value in data.items() if key != "table"}
        return {**rest, **_columns(data["table"])}

    @model_validator(mode="after")
    def _falls(self) -> Survival:
        if not self.times or len(self.times) != len(self.survival):
            raise broken(("table",), "must have at least one row", None)
        if self.times[0] < 0 or any(a >= b for a, b in pairwise(self.times)):
            raise broken(("table",), "must have times that rise", self.times)
        if any(a < b for a, b in pairwise((1.0, *self.survival))) or self.survival[-1] <= 0:
            rule = "must have shares that fall from 100% and stay above 0%"
            hint = "end it with a small share such as 0.1%"
            raise broken(("table",), rule, self.survival, hint)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the table, not the columns it is taken apart into."""
        share = {"type": "string", "pattern": "%$"}
        table = {"type": "object", "additionalProperties": share, "minProperties": 1}
        return {
            "type": "object",
            "description": "A measured survival curve: who is still there after a time.",
            "properties": {"law": {"const": "survival"}, "table": table},
            "required": ["law", "table"],
            "additionalProperties": False,
        }

    @property
    def mean(self) -> float:
        """Mean [s]; infinite when the last row says that nobody leaves any more."""
        times, left = (0.0, *self.times), (1.0, *self.survival)
        total, hazard = 0.0, 0.0
        for (t0, t1), (s0, s1) in zip(pairwise(times), pairwise(left), strict=True):
            if t1 > t0:
                hazard = math.log(s0 / s1) / (t1 - t0)
                total += (s0 - s1) / hazard if hazard else s0 * (t1 - t0)
        return total + left[-1] / hazard if hazard else math.inf


def _columns(table: object) -> dict[str, tuple[float, ...]]:
    if not isinstance(table, Mapping) or not table:
        rule = "must be a mapping of times to shares"
        raise broken(("table",), rule, table, "write it like {10s: 96%, 30s: 90%}")
    rows, wrong = [], []
    for time, left in table.items():
        try:
            if not isinstance(left, str) or "%" not in left:
                raise InvalidInput("share", "must be a percentage", left, "write it like 80%")
            rows.append((seconds(str(time)), share(left)))
        except InvalidInput as error:
            place = ("table", str(time))
            wrong.append(refusal(place, error.rule, error.value, error.hint))
    if wrong:
        raise joined("Survival", wrong)
    rows.sort()
    return {"times": tuple(t for t, _ in rows), "survival": tuple(s for _, s in rows)}


class Never(Strict):
    """A patience without end."""

    law: Literal["never"] = "never"

    @property
    def mean(self) -> float:
        """Infinite."""
        return math.inf


AnyLaw = Annotated[
    Exponential | Lognormal | Fixed | Weibull | Survival | Never, Field(discriminator="law")
]
_LAWS = ("exponential", "lognormal", "fixed", "weibull", "survival", "never")


_LIKE = "write 4m, or {law: lognormal, mean: 4m, cv: 1.2}"


def _shorthand(data: object) -> object:
    if isinstance(data, str):
        return {"law": "never"} if data == "never" else {"law": "exponential", "mean": data}
    if isinstance(data, int | float) and not isinstance(data, bool):
        return {"law": "exponential", "mean": data}
    if isinstance(data, Mapping):
        _check_law(data)
        return data
    if isinstance(data, Strict):
        return data
    raise InvalidInput("law", "must be a duration or a law of durations", data, _LIKE)


def _check_law(data: Mapping[str, object]) -> None:
    if "law" not in data:
        raise InvalidInput("law", "must name its law", dict(data), _LIKE)
    if data["law"] not in _LAWS:
        hint = "known here: " + ", ".join(_LAWS)
        raise broken(("law",), "is not a known law", data["law"], hint)


def _ends(law: AnyLaw) -> AnyLaw:
    if not math.isfinite(law.mean):
        raise InvalidInput("law", "must have an end", as_written(law), "give it a mean, such as 4m")
    return law


def as_written(law: AnyLaw) -> str:
    """Name a law in a few words, for messages and tables.

    Examples
    --------
    >>> as_written(Exponential(mean=240.0))
    'exponential, mean 4m'
    """
    mean = f", mean {as_duration(law.mean)}" if math.isfinite(law.mean) else ""
    return law.law + mean


Law = Annotated[
    AnyLaw,
    BeforeValidator(_shorthand),
    Also(type="string", pattern=r"^(never|\s*[0-9].*[a-z]\s*)$", examples=["4m", "never"]),
]
TimeLaw = Annotated[Law, AfterValidator(_ends)]
