"""Laws of durations that a scenario can name: handle time, after-call work, patience, delays.

Here they are only described; `sim.demand` draws from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

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
from sim.scenario.parse import as_duration, as_share, ratio, seconds, share
from sim.scenario.units import PositiveDuration, PositiveFactor, Share

__all__ = [
    "LAWS",
    "Empirical",
    "Exponential",
    "Fixed",
    "Gamma",
    "Hazard",
    "Law",
    "Lognormal",
    "Mixture",
    "Never",
    "Part",
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


class Gamma(Strict):
    """A law of handle times with a thinner tail than the lognormal."""

    law: Literal["gamma"] = "gamma"
    mean: PositiveDuration
    """Mean [s]."""
    cv: Annotated[PositiveFactor, Field(ge=0.01, le=20)]
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
        return _with_columns(data, info, "survival", "write it like {10s: 96%, 30s: 90%}")

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
        meaning = "A measured survival curve: who is still there after a time."
        return {
            **_table_schema("survival", meaning, "%$", file=False),
            "required": ["law", "table"],
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


class Empirical(Strict):
    """Measured durations with their shares, ``{2m: 20%, 4m: 50%, 9m: 30%}``, or those of a file.

    Examples
    --------
    >>> Empirical(times=(60.0, 120.0), shares=(0.25, 0.75)).mean
    105.0
    """

    law: Literal["empirical"] = "empirical"
    times: tuple[float, ...]
    """Durations, rising [s]."""
    shares: tuple[float, ...]
    """Share of each; they add up to one."""

    @model_validator(mode="before")
    @classmethod
    def _read_table(cls, data: Any, info: ValidationInfo) -> Any:
        return _with_columns(data, info, "shares", "write it like {2m: 20%, 4m: 50%, 9m: 30%}")

    @model_validator(mode="after")
    def _whole(self) -> Empirical:
        if not self.times or len(self.times) != len(self.shares):
            raise broken(("table",), "must have at least one row", None)
        if self.times[0] < 0 or any(a >= b for a, b in pairwise(self.times)):
            raise broken(("table",), "must have times that rise", self.times)
        total = sum(self.shares)
        if min(self.shares) < 0 or not math.isclose(total, 1.0, abs_tol=1e-4):
            rule, hint = (
                "must have shares that add up to 100%",
                "count all the rest in one more row",
            )
            raise broken(("table",), rule, as_share(total), hint)
        if self.mean <= 0:
            raise broken(("table",), "must not be all zero", None)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the table or the file, not the columns they are taken apart into."""
        return {
            **_table_schema("empirical", "Measured durations with their shares.", "%$"),
            "required": ["law"],
            "oneOf": [{"required": ["table"]}, {"required": ["file"]}],
        }

    @property
    def mean(self) -> float:
        """Mean [s]."""
        pairs = zip(self.times, self.shares, strict=True)
        return sum(t * s for t, s in pairs) / sum(self.shares)


class Hazard(Strict):
    """Readiness to leave that changes in steps: ``{0s: 2% per minute, 60s: 10% per minute}``.

    Each rate is of those who still wait, holds from its time on to the next, and the last for
    good.

    Examples
    --------
    >>> Hazard(times=(0.0, 60.0), rates=(0.0, 0.01)).mean
    160.0
    """

    law: Literal["hazard"] = "hazard"
    times: tuple[float, ...]
    """Times from which the rates hold, the first of them 0, rising [s]."""
    rates: tuple[float, ...]
    """Rate at which those who still wait leave [1/s]."""

    @model_validator(mode="before")
    @classmethod
    def _read_table(cls, data: Any, info: ValidationInfo) -> Any:
        return _with_columns(data, info, "rates", "write it like {0s: 2% per minute}")

    @model_validator(mode="after")
    def _rates_hold(self) -> Hazard:
        if not self.times or len(self.times) != len(self.rates):
            raise broken(("table",), "must have at least one row", None)
        if self.times[0] != 0 or any(a >= b for a, b in pairwise(self.times)):
            raise broken(("table",), "must begin at 0s and have times that rise", self.times)
        if min(self.rates) < 0:
            raise broken(("table",), "must not have negative rates", min(self.rates))
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the table, not the columns it is taken apart into."""
        meaning = "Readiness to leave of those who still wait, in steps."
        return {
            **_table_schema("hazard", meaning, "(per|/)", file=False),
            "required": ["law", "table"],
        }

    @property
    def mean(self) -> float:
        """Mean [s]; infinite when nobody leaves any more at last."""
        total, left = 0.0, 1.0
        for (t0, t1), rate in zip(pairwise((*self.times, math.inf)), self.rates, strict=True):
            if rate == 0:
                total += left * (t1 - t0)
            else:
                stay = left * math.exp(-rate * (t1 - t0))
                total += (left - stay) / rate
                left = stay
        return total


def _table_schema(law: str, meaning: str, pattern: str, *, file: bool = True) -> dict[str, Any]:
    """What is written of a law that is a table."""
    row = {"type": "string", "pattern": pattern}
    table = {"type": "object", "additionalProperties": row, "minProperties": 1}
    properties = {"law": {"const": law}, "table": table}
    if file:
        properties["file"] = {
            "type": "string",
            "description": "CSV beside the scenario: duration, and count or share",
        }
    return {
        "type": "object",
        "description": meaning,
        "properties": properties,
        "additionalProperties": False,
    }


def _with_columns(data: Any, info: ValidationInfo, column: str, hint: str) -> Any:
    """Take a table apart into its columns."""
    if not isinstance(data, Mapping) or not ("table" in data or in_file(info)):
        return data
    if "table" not in data:
        raise broken(("table",), "is missing", None, hint)
    rest = {key: value for key, value in data.items() if key != "table"}
    read = _rate if column == "rates" else _share
    times, values = _columns(data["table"], read, hint)
    return {**rest, "times": times, column: values}


def _share(text: object) -> float:
    """Read a share that is written in per cent."""
    if not isinstance(text, str) or "%" not in text:
        raise InvalidInput("share", "must be a percentage", text, "write it like 80%")
    return share(text)


def _rate(text: object) -> float:
    """Read a rate such as ``2% per minute`` [1/s]."""
    hint = "write it like 2% per minute"
    match = re.fullmatch(r"(.{1,20}?)\s*(?:/|per )\s*(\w+)", str(text).strip())
    per = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
    if not isinstance(text, str) or not match or match[2] not in per:
        raise InvalidInput("rate", "must be a percentage per second, minute or hour", text, hint)
    return ratio(match[1]) / per[match[2]]


def _columns(
    table: object, read: Callable[[object], float], hint: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Times and values of a table, in order of time."""
    if not isinstance(table, Mapping) or not table:
        raise broken(("table",), "must be a mapping of times to shares", table, hint)
    rows, wrong = [], []
    for time, value in table.items():
        try:
            rows.append((seconds(str(time)), read(value)))
        except InvalidInput as error:
            place = ("table", str(time))
            wrong.append(refusal(place, error.rule, error.value, error.hint))
    if wrong:
        raise joined("Law", wrong)
    rows.sort()
    return tuple(t for t, _ in rows), tuple(v for _, v in rows)


class Never(Strict):
    """A patience without end."""

    law: Literal["never"] = "never"

    @property
    def mean(self) -> float:
        """Infinite."""
        return math.inf


_PURE = (
    "exponential",
    "lognormal",
    "gamma",
    "fixed",
    "weibull",
    "empirical",
    "hazard",
    "survival",
    "never",
)
_ALL = (*_PURE, "mixture")
_LIKE = "write 4m, or {law: lognormal, mean: 4m, cv: 1.2}"
_WRITTEN = r"^(never|\s*[0-9].*[a-z]\s*)$"


def _shorthand(data: object, known: tuple[str, ...] = _ALL) -> object:
    if isinstance(data, str):
        return {"law": "never"} if data == "never" else {"law": "exponential", "mean": data}
    if isinstance(data, int | float) and not isinstance(data, bool):
        return {"law": "exponential", "mean": data}
    if isinstance(data, Mapping):
        _check_law(data, known)
        return data
    if isinstance(data, Strict):
        return data
    raise InvalidInput("law", "must be a duration or a law of durations", data, _LIKE)


def _check_law(data: Mapping[str, object], known: tuple[str, ...]) -> None:
    if "law" not in data:
        raise InvalidInput("law", "must name its law", dict(data), _LIKE)
    if data["law"] not in known:
        nested = data["law"] in _ALL
        rule = "must not be a mixture within a mixture" if nested else "is not a known law"
        hint = "list all parts in one mixture" if nested else "known here: " + ", ".join(known)
        raise broken(("law",), rule, data["law"], hint)


_Simple = Exponential | Lognormal | Gamma | Fixed | Weibull | Empirical | Hazard | Survival | Never


class Part(Strict):
    """One part of a mixture."""

    share: Share
    """How many are of this part."""
    of: Annotated[
        Annotated[_Simple, Field(discriminator="law")],
        BeforeValidator(lambda data: _shorthand(data, _PURE)),
        Also(type="string", pattern=_WRITTEN, examples=["4m"]),
    ]
    """Its law."""


class Mixture(Strict):
    """Contacts of several kinds, ``parts: [{share: 70%, of: 3m}, {share: 30%, of: 12m}]``.

    Examples
    --------
    >>> Mixture(parts=(Part(share=0.7, of=Exponential(mean=180.0)),
    ...                Part(share=0.3, of=Fixed(value=720.0)))).mean
    342.0
    """

    law: Literal["mixture"] = "mixture"
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=50)]
    """The parts; their shares add up to one."""

    @model_validator(mode="after")
    def _whole(self) -> Mixture:
        total = sum(part.share for part in self.parts)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise broken(("parts",), "must have shares that add up to 100%", as_share(total))
        return self

    @property
    def mean(self) -> float:
        """Mean [s]."""
        return sum(part.share * part.of.mean for part in self.parts if part.share)


AnyLaw = Annotated[_Simple | Mixture, Field(discriminator="law")]
LAWS = (*get_args(_Simple), Mixture)
"""All laws there are."""


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
    BeforeValidator(lambda data: _shorthand(data)),
    Also(type="string", pattern=_WRITTEN, examples=["4m", "never"]),
]
TimeLaw = Annotated[Law, AfterValidator(_ends)]
