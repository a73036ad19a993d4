"""Kinds of quantity that a scenario's models are made of.

A model built in Python takes plain numbers; the same model read from a file (validation context
``{"file": True}``) takes text with a unit and refuses a number without one, because nobody can
see from ``20`` whether seconds or minutes were meant. Prices must be in the currency of the
scenario, which the context names too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from sim.errors import InvalidInput
from sim.scenario import parse

__all__ = [
    "PER_CENT",
    "Count",
    "Duration",
    "Factor",
    "Hours",
    "Minutes",
    "Money",
    "MoneyPerContact",
    "MoneyPerHead",
    "MoneyPerHour",
    "MoneyPerMinute",
    "MoneyPerMonth",
    "MoneyPerResolution",
    "MoneyPerSession",
    "MoneyPerSquareMetreYear",
    "MoneyPerYear",
    "Number",
    "PerWeek",
    "PositiveDuration",
    "PositiveFactor",
    "Seconds",
    "Share",
    "SquareMetres",
]

PER_CENT = r"(100|[0-9]{1,2}([.,][0-9]+)?)\s*%"
"""A share between 0 % and 100 %, as the schema shows it to editors."""

Parser = Callable[[str, str | None], float]


def _bare(value: object, unit: str, hints: Callable[[float], str]) -> InvalidInput:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return InvalidInput("value", f"must be {unit}", value, hints(20))
    return InvalidInput("value", f"must be {unit}, with its unit", value, hints(value))


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
            raise _bare(value, unit, hints)
        if not math.isfinite(value):
            raise InvalidInput("value", "must be finite", value)
        if context.get("file") and not bare:
            raise _bare(value, unit, hints)
        return value

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
Count = Annotated[
    int,
    _reader(_plain(parse.count), "a whole number", lambda v: "", bare=True),
    Field(ge=0, le=10**9),
]
Factor = Annotated[
    float,
    _reader(_plain(parse.factor), "a factor", lambda v: "write it like 110% or 1.1", bare=True),
    Field(ge=0),
    WithJsonSchema({"type": ["string", "number"], "examples": ["110%", 1.1]}),
]
PositiveFactor = Annotated[Factor, Field(gt=0)]
Share = Annotated[
    float,
    _reader(_plain(parse.percentage), "a percentage", _percentage),
    Field(ge=0, le=1),
    _text(rf"^\s*{PER_CENT}\s*$", "80%"),
]
Duration = Annotated[
    float,
    _reader(_plain(parse.seconds), "a duration", _time),
    Field(ge=0, le=parse.LONGEST),
    _text(r"^\s*[0-9].*[a-z]\s*$", "20s", "4m30s", "2h"),
]
Seconds = Duration
PositiveDuration = Annotated[Duration, Field(gt=0)]
Minutes = Annotated[
    float,
    _reader(lambda text, currency: parse.hours(text) * 60, "a duration", _time),
    Field(ge=0),
    _text(r"[0-9]\s*[a-z]+\s*$", "30m"),
]
Hours = Annotated[
    float,
    _reader(_plain(parse.hours), "a duration", lambda v: f"write {v:g}h"),
    Field(ge=0),
    _text(r"[0-9]\s*h[a-z]*\s*$", "160h"),
]
SquareMetres = Annotated[
    float,
    _reader(_plain(parse.square_metres), "an area", lambda v: f"write {v:g} m2"),
    Field(ge=0),
    _text("m[2²]", "7.5 m2"),
]
PerWeek = Annotated[
    float,
    _reader(_plain(parse.per_week), "a volume per time", lambda v: f"write {v:g} per month"),
    Field(ge=0, le=parse.MOST_PER_WEEK),
    _text("(per|/)\\s*(day|week|month|year)", "21 000 per month", "700 per day"),
]


def _price(per: str | None) -> tuple[object, BeforeValidator, WithJsonSchema]:
    tail = f" per {per}" if per else ""
    reader = _reader(
        lambda text, currency: parse.money(text, currency, per),
        "an amount with its currency" + tail,
        lambda v: f"write {v:g} RUB{tail}, or the currency of the scenario",
    )
    return Field(ge=0), reader, _text("[A-Z]{3}|[₽€$£₪]", f"1 200 RUB{tail}")


Money = Annotated[float, *_price(None)]
MoneyPerHour = Annotated[float, *_price("hour")]
MoneyPerMinute = Annotated[float, *_price("minute")]
MoneyPerMonth = Annotated[float, *_price("month")]
MoneyPerYear = Annotated[float, *_price("year")]
MoneyPerContact = Annotated[float, *_price("contact")]
MoneyPerResolution = Annotated[float, *_price("resolution")]
MoneyPerSession = Annotated[float, *_price("session")]
MoneyPerHead = Annotated[float, *_price("head")]
MoneyPerSquareMetreYear = Annotated[float, *_price("m2 per year")]
