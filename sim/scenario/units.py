"""Kinds of quantity that a scenario's models are made of.

A model built in Python takes plain numbers; the same model read from a file (validation context
``{"file": True}``) takes text with a unit and refuses a number without one, because nobody can
see from ``20`` whether seconds or minutes were meant. Prices must be in the currency of the
scenario, which the context names too. Each kind carries the `Unit` that its number is counted in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, ValidationInfo, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

from sim.errors import InvalidInput
from sim.scenario import parse

__all__ = [
    "PER_CENT",
    "Change",
    "Count",
    "Duration",
    "Factor",
    "Fraction",
    "Hours",
    "HoursPerMonth",
    "HoursPerYear",
    "Level",
    "Minutes",
    "Money",
    "MoneyPerAttempt",
    "MoneyPerContact",
    "MoneyPerHead",
    "MoneyPerHour",
    "MoneyPerMinute",
    "MoneyPerMonth",
    "MoneyPerResolution",
    "MoneyPerSession",
    "MoneyPerSquareMetreYear",
    "Months",
    "Number",
    "PerWeek",
    "PositiveCount",
    "PositiveDuration",
    "PositiveFactor",
    "PositiveShare",
    "Quantity",
    "Ratio",
    "RatioPerYear",
    "Seconds",
    "Settled",
    "Share",
    "SquareMetres",
    "Unit",
    "Whole",
    "Yes",
    "unit_of",
]

PER_CENT = r"(100|[0-9]{1,2}([.,][0-9]+)?)\s*%"
"""A share between 0 % and 100 %, as the schema shows it to editors."""

#: In a hint, whichever currency an amount is to be written in.
_ANY = "¤"

Parser = Callable[[str, str | None], float]


class Settled(float):
    """A number whose unit is known already, so that it may stand bare beside those of a file."""


@dataclass(frozen=True)
class Unit:
    """What a number is counted in, once it is read; shown in the schema beside its kind."""

    name: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The schema with the unit."""
        return {**handler(schema), "unit": self.name}


def unit_of(field: FieldInfo) -> str | None:
    """Unit of a model's field; None for what is no quantity.

    Examples
    --------
    >>> from sim.scenario.channel import Redial
    >>> unit_of(Redial.model_fields["probability"]), unit_of(Redial.model_fields["delay"])
    ('share', None)
    """
    marked = [*field.metadata, *_markers(field.annotation)]
    return next((marker.name for marker in marked if isinstance(marker, Unit)), None)


def _markers(annotation: Any) -> Iterator[object]:
    """What the parts of a union or a mapping are annotated with."""
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _markers(part)


def _bare(
    value: object, unit: str, hints: Callable[[float], str], currency: str | None
) -> InvalidInput:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return InvalidInput("value", f"must be {unit}", value, _in(currency, hints(20)))
    rule = f"must be {unit}, with its unit"
    return InvalidInput("value", rule, value, _in(currency, hints(value)))


def _in(currency: str | None, hint: str) -> str:
    """A hint in the currency that the amount is to be written in, where there is an amount."""
    if currency or _ANY not in hint:
        return hint.replace(_ANY, currency or "")
    return f"{hint.replace(_ANY, 'RUB')}, or the currency of the scenario"


def _reader(
    read_text: Parser,
    unit: str,
    hints: Callable[[float], str],
    *,
    bare: bool = False,
) -> BeforeValidator:
    def read(value: object, info: ValidationInfo) -> object:
        context: Mapping[str, Any] = info.context or {}
        if isinstance(value, str):
            return read_text(value, context.get("currency"))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _bare(value, unit, hints, context.get("currency"))
        if not math.isfinite(value):
            raise InvalidInput("value", "must be finite", value)
        if context.get("file") and not (bare or isinstance(value, Settled)):
            raise _bare(value, unit, hints, context.get("currency"))
        return float(value) if isinstance(value, Settled) else value

    return BeforeValidator(read)


def _text(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


def _plain(read_text: Callable[[str], float]) -> Parser:
    return lambda text, currency: read_text(text)


def _percentage(value: float) -> str:
    return f"write {value * 100:g}%" if value <= 1 else f"write {value:g}%"


def _time(value: float) -> str:
    return f"write {value:g}s or {value:g}m"


Number = Annotated[
    float,
    _reader(_plain(parse.number), "a number", lambda v: "", bare=True),
    Field(allow_inf_nan=False),
]
Quantity = Annotated[Number, Field(ge=0), Unit("count")]
"""People, licences, lines: bare, and with a fraction where half of one makes sense."""
Level = Annotated[
    float,
    _reader(lambda text, currency: parse.level(text), "a number", lambda v: "", bare=True),
    Field(allow_inf_nan=False),
    WithJsonSchema({"type": ["string", "number"], "examples": ["80%", "20s", 4.5]}),
    Unit("as measured"),
]
"""Value of any measure: a share, a time or, bare, what has no unit (a mark for satisfaction)."""
Months = Annotated[Number, Field(ge=0), Unit("month")]
# Bounds are checked in the order in which they stand, and the first that is broken is the one that
# is told: a kind with a bound of its own is not built on one with a wider bound.
Whole = Annotated[int, _reader(_plain(parse.count), "a whole number", lambda v: "", bare=True)]
"""A whole number whose field says both bounds."""
Count = Annotated[Whole, Field(ge=0, le=10**9)]
PositiveCount = Annotated[Whole, Field(ge=1, le=10**9)]
_FACTOR = _reader(
    _plain(parse.factor), "a factor", lambda v: "write it like 110% or 1.1", bare=True
)
_FACTOR_SCHEMA = WithJsonSchema({"type": ["string", "number"], "examples": ["110%", 1.1]})
Factor = Annotated[float, _FACTOR, Field(ge=0), _FACTOR_SCHEMA, Unit("factor")]
PositiveFactor = Annotated[float, _FACTOR, Field(gt=0), _FACTOR_SCHEMA, Unit("factor")]
_SHARE = _reader(_plain(parse.percentage), "a percentage", _percentage)
_SHARE_SCHEMA = _text(rf"^\s*{PER_CENT}\s*$", "80%")
Share = Annotated[float, _SHARE, Field(ge=0, le=1), _SHARE_SCHEMA, Unit("share")]
PositiveShare = Annotated[float, _SHARE, Field(gt=0, le=1), _SHARE_SCHEMA, Unit("share")]
Fraction = Annotated[float, _SHARE, Field(ge=0, lt=1), _SHARE_SCHEMA, Unit("share")]
"""A share that a division by (1 - share) follows: a whole would leave nothing."""
_RATIO = (
    _reader(_plain(parse.ratio), "a percentage", _percentage),
    Field(ge=0, le=parse.MOST_RATIO),
    _text(r"[0-9]\s*%\s*$", "20%"),
)
Ratio = Annotated[float, *_RATIO, Unit("share")]
"""A share of something that may well exceed it: double pay on a holiday, a bonus above the wage."""
RatioPerYear = Annotated[float, *_RATIO, Unit("share/year")]
Change = Annotated[
    float,
    _reader(_plain(parse.change), "a percentage", _percentage),
    Field(gt=-1, le=parse.MOST_RATIO),
    _text(r"[0-9]\s*%\s*$", "5%", "-3%"),
    Unit("share/year"),
]
"""A rise in a year, or a fall."""
Duration = Annotated[
    float,
    _reader(_plain(parse.seconds), "a duration", _time),
    Field(ge=0, le=parse.LONGEST),
    _text(r"^\s*[0-9].*[a-z]\s*$", "20s", "4m30s", "2h"),
    Unit("s"),
]
Seconds = Duration
PositiveDuration = Annotated[Duration, Field(gt=0)]
Minutes = Annotated[
    float,
    _reader(_plain(parse.minutes), "a duration", lambda v: f"write {v:g} min"),
    Field(ge=0),
    _text(r"[0-9]\s*[a-z]+\s*$", "30 min", "4m30s"),
    Unit("min"),
]
_HOURS = (
    _reader(_plain(parse.hours), "a duration", lambda v: f"write {v:g}h"),
    _text(r"[0-9]\s*[a-z]+\s*$", "160h"),
)
Hours = Annotated[float, *_HOURS, Field(ge=0), Unit("h")]
HoursPerMonth = Annotated[float, *_HOURS, Field(ge=0), Unit("h/month")]
HoursPerYear = Annotated[float, *_HOURS, Field(ge=0, le=8784), Unit("h/year")]
SquareMetres = Annotated[
    float,
    _reader(_plain(parse.square_metres), "an area", lambda v: f"write {v:g} m2"),
    Field(ge=0),
    _text("m[2²]", "7.5 m2"),
    Unit("m2"),
]
PerWeek = Annotated[
    float,
    _reader(_plain(parse.per_week), "a volume per time", lambda v: f"write {v:g} per month"),
    Field(ge=0, le=parse.MOST_PER_WEEK),
    _text("(per|/)\\s*(day|week|month|year)", "21 000 per month", "700 per day"),
    Unit("contacts/week"),
]
Yes = Annotated[bool, Field(strict=True), Unit("yes or no")]


def _price(
    per: str | None, unit: str = "money"
) -> tuple[object, BeforeValidator, WithJsonSchema, Unit]:
    tail = f" per {per}" if per else ""
    reader = _reader(
        lambda text, currency: parse.money(text, currency, per),
        f"a price per {per}" if per else "an amount of money",
        lambda v: f"write {v:g} {_ANY}{tail}",
    )
    return Field(ge=0), reader, _text("[A-Z]{3}|[₽€$£₪]", f"1 200 RUB{tail}"), Unit(unit)


Money = Annotated[float, *_price(None)]
MoneyPerHour = Annotated[float, *_price("hour", "money/h")]
MoneyPerMinute = Annotated[float, *_price("minute", "money/min")]
MoneyPerMonth = Annotated[float, *_price("month", "money/month")]
MoneyPerContact = Annotated[float, *_price("contact")]
MoneyPerResolution = Annotated[float, *_price("resolution")]
MoneyPerSession = Annotated[float, *_price("session")]
MoneyPerAttempt = Annotated[float, *_price("attempt")]
MoneyPerHead = Annotated[float, *_price("head")]
MoneyPerSquareMetreYear = Annotated[float, *_price("m2 per year", "money/m2/year")]
