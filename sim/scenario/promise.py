"""A promise: what a scenario expects of an option, judged on the confidence interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from sim.errors import InvalidInput
from sim.scenario.base import Strict, line_by_line, nearest
from sim.scenario.parse import count, hours, money, percentage, seconds
from sim.scenario.units import Number

__all__ = ["CHANNEL_MEASURES", "OPTION_MEASURES", "Promise", "Promises"]

Reader = Callable[[str, str | None], float]


def _plain(read_text: Callable[[str], float]) -> Reader:
    return lambda text, currency: read_text(text)


CHANNEL_MEASURES: Mapping[str, Reader] = {
    "service_level": _plain(percentage),
    "abandonment": _plain(percentage),
    "blocking": _plain(percentage),
    "asa": _plain(seconds),
}
"""Measures of one channel, written ``phone.service_level``, with the way their values read."""

OPTION_MEASURES: Mapping[str, Reader] = {
    "cost": money,
    "npv": money,
    "heads": _plain(count),
    "hours": _plain(hours),
    "occupancy": _plain(percentage),
    "utilisation": _plain(percentage),
}
"""Measures of the whole option; cost and hours of a month, npv of all."""


class Promise(Strict):
    """One expectation, ``phone.service_level: at least 80%``."""

    measure: str
    """What is measured."""
    channel: str | None = None
    """Of which channel; None for the whole option."""
    sense: Literal["at least", "at most"]
    """Which side is good."""
    value: Number
    """The bound: a share, seconds, money, people or hours, as the measure demands."""
    text: str
    """As it was written."""


def _promise(key: str, text: object, currency: str | None) -> dict[str, object]:
    channel, dot, measure = key.rpartition(".")
    known = CHANNEL_MEASURES if dot else OPTION_MEASURES
    if measure not in known:
        raise InvalidInput(
            key, "is not a known measure", measure, _measure_hint(measure, bool(dot))
        )
    sense = next((s for s in ("at least", "at most") if str(text).strip().startswith(s)), None)
    if not isinstance(text, str) or sense is None:
        rule = "must begin with at least or at most"
        raise InvalidInput(key, rule, text, "write it like at least 80%")
    bound = text.strip()[len(sense) :].strip()
    value = known[measure](bound, currency)
    if value < 0:
        raise InvalidInput(key, "must not be negative", bound)
    parts = {"measure": measure, "channel": channel or None, "sense": sense}
    return {**parts, "value": value, "text": f"{key}: {text.strip()}"}


def _measure_hint(measure: str, of_channel: bool) -> str:
    if not of_channel and measure in CHANNEL_MEASURES:
        return f"name its channel, such as phone.{measure}"
    if of_channel and measure in OPTION_MEASURES:
        return f"it belongs to the whole option: write {measure}"
    return nearest(measure, [*CHANNEL_MEASURES, *OPTION_MEASURES])


def _read(data: object, info: ValidationInfo) -> object:
    currency = (info.context or {}).get("currency")
    return line_by_line(
        "expect", data, info, lambda key, text: _promise(key, text, currency), "promises"
    )


def _schema() -> dict[str, Any]:
    bound = {"type": "string", "pattern": "^(at least|at most) "}
    options = "|".join(OPTION_MEASURES)
    channels = "|".join(CHANNEL_MEASURES)
    pattern = rf"^({options}|[^.]+\.({channels}))$"
    return {"type": "object", "patternProperties": {pattern: bound}, "additionalProperties": False}


Promises = Annotated[tuple[Promise, ...], BeforeValidator(_read), WithJsonSchema(_schema())]
