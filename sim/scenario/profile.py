"""Numbers along the week: expected contacts, or agents, for every interval from Monday 00:00."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails

from sim.errors import InvalidInput
from sim.scenario.base import joined, refusal
from sim.scenario.hours import DAY, DAYS, days_named
from sim.scenario.parse import number

__all__ = ["LevelProfile", "VolumeProfile", "finer"]

ROWS_PER_DAY = (24, 48, 96)
MOST_TOLD = 5  # wrong numbers named one by one before they are only counted
_LIKE = "write it like {Mon-Fri: [24 numbers], Sat-Sun: [24 numbers]}"


def finer(values: Sequence[float], interval: float, *, split: bool) -> tuple[float, ...]:
    """Bring a week of numbers to the interval of the scenario [s].

    Parameters
    ----------
    values
        A week of 168, 336 or 672 numbers.
    interval
        The interval wanted, no longer than that of the numbers [s].
    split
        True for contacts, which divide evenly; False for levels such as agents, which repeat.

    Examples
    --------
    >>> finer([4.0] * 168, 1800.0, split=True)[:3]
    (2.0, 2.0, 2.0)
    """
    wanted = round(7 * DAY / interval)
    if wanted % len(values):
        rule = f"must not be finer than the interval of the scenario ({round(interval / 60)}m)"
        raise InvalidInput(
            "profile", rule, f"{len(values) // 7} numbers a day", "set interval: 15m"
        )
    times = wanted // len(values)
    return tuple(value / times if split else value for value in values for _ in range(times))


def _week(data: object) -> list[float]:
    """Lay the days of an inline profile side by side."""
    if data == "none":
        return [0.0] * (7 * ROWS_PER_DAY[0])
    if isinstance(data, Mapping):
        return _by_day(data)
    if isinstance(data, str) or not isinstance(data, Sequence):
        raise InvalidInput("profile", "must give numbers for every day", data, _LIKE)
    numbers = _numbers(data, ())
    if len(numbers) not in [7 * rows for rows in ROWS_PER_DAY]:
        raise InvalidInput("profile", "must have 168, 336 or 672 numbers", len(numbers), _LIKE)
    return numbers


def _by_day(data: Mapping[str, object]) -> list[float]:
    week: dict[int, list[float]] = {}
    wrong: list[InitErrorDetails] = []
    for key, values in data.items():
        try:
            for day in days_named(str(key)):
                if day in week:
                    raise InvalidInput("days", f"gives {DAYS[day]} a second time", None)
                week[day] = _one_day(values, str(key))
        except InvalidInput as error:
            wrong.append(refusal((str(key),), error.rule, error.value, error.hint))
    missing = [DAYS[day] for day in range(7) if day not in week]
    if missing and not wrong:
        raise InvalidInput("profile", f"has no numbers for {', '.join(missing)}", list(data), _LIKE)
    if len({len(day) for day in week.values()}) > 1:
        wrong.append(refusal((), "must have equally many numbers on every day", list(data)))
    if wrong:
        raise joined("Profile", wrong)
    return [value for day in range(7) for value in week[day]]


def _one_day(values: object, key: str) -> list[float]:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InvalidInput("day", "must be a list of numbers", values, _LIKE)
    if len(values) not in ROWS_PER_DAY:
        raise InvalidInput("day", "must have 24, 48 or 96 numbers", len(values))
    return _numbers(values, (key,))


def _numbers(values: Sequence[object], place: tuple[str, ...]) -> list[float]:
    found, wrong = [], []
    for index, value in enumerate(values):
        try:
            found.append(_amount(value))
        except InvalidInput as error:
            wrong.append(refusal((*place, index), error.rule, error.value, error.hint))
    if wrong:
        more = len(wrong) - MOST_TOLD
        rest = [refusal(place, f"has {more} more such numbers", None)] if more > 0 else []
        raise joined("Profile", wrong[:MOST_TOLD] + rest)
    return found


def _amount(value: object) -> float:
    plain = number(value) if isinstance(value, str) else value
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise InvalidInput("number", "must be a number", value)
    if not math.isfinite(plain) or plain < 0:
        raise InvalidInput("number", "must be finite and not negative", value)
    return float(plain)


def _reader(*, split: bool) -> BeforeValidator:
    def read(data: object, info: ValidationInfo) -> object:
        week = _week(data)
        interval = (info.context or {}).get("interval")
        return finer(week, interval, split=split) if interval else tuple(week)

    return BeforeValidator(read)


def _schema() -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "number", "minimum": 0}}
    day = {**numbers, "minItems": ROWS_PER_DAY[0], "maxItems": ROWS_PER_DAY[-1]}
    week = {**numbers, "minItems": 7 * ROWS_PER_DAY[0], "maxItems": 7 * ROWS_PER_DAY[-1]}
    inline = {"type": "object", "additionalProperties": day}
    file = {"type": "string", "description": "CSV beside the scenario: day, time, one column each"}
    lines = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    log = {
        "type": "object",
        "description": "Contacts as a log has them: a CSV file beside the scenario, or lines.",
        "properties": {"log": {"anyOf": [{"type": "string"}, lines]}},
        "required": ["log"],
        "additionalProperties": False,
    }
    return {"anyOf": [file, inline, week, log]}


VolumeProfile = Annotated[
    tuple[Annotated[float, Field(ge=0)], ...], _reader(split=True), WithJsonSchema(_schema())
]
LevelProfile = Annotated[
    tuple[Annotated[float, Field(ge=0)], ...], _reader(split=False), WithJsonSchema(_schema())
]
