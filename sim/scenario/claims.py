"""Claims that somebody makes of an option, and goals with a date, as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from sim.errors import InvalidInput
from sim.scenario.base import Strict, line_by_line, nearest
from sim.scenario.parse import number, percentage, seconds
from sim.scenario.units import Number

__all__ = [
    "CLAIM_MEASURES",
    "GOAL_MEASURES",
    "LAST_MONTH",
    "ONLY_PEOPLE",
    "QUESTIONS",
    "SHARE_MEASURES",
    "WAITING_MEASURES",
    "Checklist",
    "Claim",
    "Claims",
    "Goal",
    "Goals",
    "claim_of",
    "claim_said",
]

CLAIM_MEASURES: Mapping[str, Literal["less", "more"]] = {
    "cost": "less",
    "economic_cost": "less",
    "missed": "less",
    "heads": "less",
    "asa": "less",
    "abandonment": "less",
    "service_level": "more",
    "fcr": "more",
    "csat": "more",
    "nps": "more",
}
"""What may be claimed, and which way is good: money and missed contacts a month, people, seconds,
shares. ``phone.asa`` is that of one channel."""

WAITING_MEASURES = ("asa", "abandonment", "service_level")
"""What may be claimed of one channel, too."""

SHARE_MEASURES = ("abandonment", "service_level", "fcr", "csat", "nps")
"""What may be claimed in points as well."""

# What stands between thousands: a space, as wide as it may be.
_GAP = "[ \u00a0\u2009\u202f]"
_SIGNED = rf"[+\-−]?\s*[\d.,]+(?:{_GAP}\d{{3}})*(?:[.,]\d+)?"
_CHANGE = re.compile(
    rf"(?P<from>{_SIGNED})\s*%?\s*(?:(?:to|–|—|\.\.|…)\s*(?P<to>{_SIGNED}))?\s*"
    r"(?P<unit>%|points?|pp)\s*(?:than\s+(?P<than>[\w-]+))?",
)


class Claim(Strict):
    """What is said of an option, ``cost: -60% to -40% than inhouse``."""

    measure: str
    """What is said to differ."""
    channel: str | None = None
    """Of which channel; None for all."""
    least: Number
    """The smallest change that makes it true, -0.4 for forty per cent less."""
    most: Number
    """The largest that is claimed."""
    points: bool = False
    """Whether the change is in points of a share, not in per cent of it."""
    than: str | None = None
    """The option it is compared with; the baseline when None."""
    text: str
    """As it was written."""


def claim_of(key: str, said: object) -> Claim:
    """Read a claim from its measure and the change that is claimed.

    Parameters
    ----------
    key
        One of `CLAIM_MEASURES`, of one channel where a dot stands before it.
    said
        The change, such as ``-60% to -40% than inhouse`` or ``+10 points``.

    Raises
    ------
    InvalidInput
        If the measure is not known or the change cannot be read.

    Examples
    --------
    >>> claim = claim_of("cost", "-60% to -40% than inhouse")
    >>> claim.least, claim.most, claim.than
    (-0.4, -0.6, 'inhouse')
    """
    channel, dot, measure = key.rpartition(".")
    if measure not in CLAIM_MEASURES or (dot and measure not in WAITING_MEASURES):
        known = [n for n in CLAIM_MEASURES if not dot or n in WAITING_MEASURES]
        raise InvalidInput(key, "is nothing that can be claimed", measure, nearest(measure, known))
    found = _CHANGE.fullmatch(said.strip()) if isinstance(said, str) else None
    hint = "write it like -60% to -40% than inhouse, or +10 points"
    if found is None:
        raise InvalidInput(key, "must be a change with its sign", said, hint)
    ends = [_signed(key, found["from"], said, hint)]
    if found["to"]:
        # The sign may be said once: "-60 to 40 %" means both less.
        signed = found["to"].strip()[0] in "+-−"
        end = found["to"] if signed else found["from"].strip()[0] + found["to"]
        ends.append(_signed(key, end, said, hint))
    if min(ends) < 0 < max(ends):
        raise InvalidInput(key, "must not be less and more at once", said, hint)
    points = found["unit"] != "%"
    if points and measure not in SHARE_MEASURES:
        raise InvalidInput(key, "must be in per cent: it is no share", said, "write it like -40%")
    ends.sort(key=abs)
    if ends[-1] < -1:
        raise InvalidInput(key, "must not be more than 100% less", said)
    return Claim(
        measure=measure,
        channel=channel or None,
        least=ends[0],
        most=ends[-1],
        points=points,
        than=found["than"],
        text=f"{key}: {str(said).strip()}",
    )


def _signed(key: str, text: str, said: object, hint: str) -> float:
    tidy = re.sub(r"\s", "", text).replace("−", "-")
    if tidy[0] not in "+-":
        raise InvalidInput(key, "must say whether it is less or more", said, hint)
    try:
        value = number(tidy) / 100
    except InvalidInput as error:
        raise InvalidInput(key, error.rule, said, hint) from None
    if value == 0:
        raise InvalidInput(key, "must be a change, not zero", said, hint)
    return value


# How vendors put it, in both languages: a pattern around the numbers, and what it means.
_SAID: tuple[tuple[str, str, str], ...] = (
    (r"cheaper|дешевле|эконом|saves?|savings?", "cost", "-"),
    (r"fewer missed|missed|пропущенн\w*|потерянн\w*", "missed", "-"),
    (r"csat|удовлетвор[её]нност\w*|satisf\w*", "csat", "+"),
    (r"\bnps\b", "nps", "+"),
    (r"\bfcr\b|first contact|с первого", "fcr", "+"),
    (r"faster|быстрее|shorter wait", "asa", "-"),
    (r"fewer people|людей меньше|меньше людей|headcount", "heads", "-"),
)
_FIGURE = rf"(?:\d{{1,3}}(?:{_GAP}\d{{3}})+|\d+)(?:[.,]\d+)?"
_FIGURES = re.compile(
    # Not the end of something longer, such as 1e999 or 12 34.
    rf"(?<![\w.,])[+\-−]?\s*({_FIGURE})\s*%?\s*(?:(?:–|—|-|to|до)\s*({_FIGURE})\s*)?"
    r"(%|points?|pp|п\.\s?п\.|пункт\w*)"
)


def claim_said(text: str, than: str | None = None) -> Claim:
    """Read a claim as vendors put it, or as a scenario writes it.

    Parameters
    ----------
    text
        Such as ``40–60 % cheaper``, ``на 98 % меньше пропущенных`` or ``cost: -40%``.
    than
        The option it is compared with, where the text names none.

    Examples
    --------
    >>> claim_said("40–60 % cheaper").least, claim_said("98 % fewer missed").measure
    (-0.4, 'missed')
    """
    key, colon, change = text.partition(":")
    if colon and key.strip().rpartition(".")[2] in CLAIM_MEASURES:
        read = claim_of(key.strip(), change)
        return read if read.than or not than else read.model_copy(update={"than": than})
    hint = "write it like '40-60% cheaper', '98% fewer missed' or 'csat: +15%'"
    figures, low = _FIGURES.search(text), text.lower()
    meant = next(((m, sign) for words, m, sign in _SAID if re.search(words, low)), None)
    if figures is None or meant is None:
        raise InvalidInput("claim", "must name a measure and a change", text, hint)
    measure, sign = meant
    ends = [f"{sign}{part}" for part in figures.groups()[:2] if part]
    unit = "%" if figures[3] == "%" else " points"
    read = claim_of(measure, " to ".join(ends) + unit)
    return read.model_copy(update={"text": text.strip(), "than": than})


Reader = Callable[[str], float]

GOAL_MEASURES: Mapping[str, tuple[Reader, bool]] = {
    "first_response": (seconds, True),
    "service_level": (percentage, True),
    "abandonment": (percentage, True),
    "asa": (seconds, True),
    "fcr": (percentage, False),
    "csat": (percentage, False),
    "nps": (number, False),
    "missed": (percentage, False),
}
"""What may be a goal: how its value reads, and whether it may be of one channel. The first
response is the mean wait of those who are answered."""

_DATED = re.compile(
    r"(?P<sense>at least|at most)\s+(?P<value>.+?)\s+(?:by month|in|within)\s+(?P<month>\d{1,3})"
    r"(?:\s*months?)?"
)
LAST_MONTH = 120
"""Months from the start in which a goal may lie."""


class Goal(Strict):
    """A goal with a date, ``chat.first_response: at most 5m in 3 months``."""

    measure: str
    """What is to be reached."""
    channel: str | None = None
    """In which channel; None for all."""
    sense: Literal["at least", "at most"]
    """Which side is good."""
    value: Number
    """The bound: a share, seconds, or points, as the measure demands."""
    month: int
    """Months from the start by which it is to be reached."""
    text: str
    """As it was written."""


def _goal(key: str, text: object) -> Goal:
    channel, dot, measure = key.rpartition(".")
    known = [name for name, (_, one) in GOAL_MEASURES.items() if one or not dot]
    if measure not in known:
        raise InvalidInput(key, "is nothing that can be a goal", measure, nearest(measure, known))
    found = _DATED.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        hint = "write it like at least 80% in 6 months"
        raise InvalidInput(key, "must be a bound and a date", text, hint)
    value, month = GOAL_MEASURES[measure][0](found["value"]), int(found["month"])
    if value < 0 and measure != "nps":
        raise InvalidInput(key, "must not be negative", found["value"])
    if not 1 <= month <= LAST_MONTH:
        raise InvalidInput(key, f"must be in 1 to {LAST_MONTH} months", month)
    return Goal(
        measure=measure,
        channel=channel or None,
        sense="at least" if found["sense"] == "at least" else "at most",
        value=value,
        month=month,
        text=f"{key}: {str(text).strip()}",
    )


def _each(
    name: str, one: Callable[[str, object], Strict]
) -> Callable[[object, ValidationInfo], object]:
    """Read a mapping of claims or of goals."""
    return lambda data, info: line_by_line(name, data, info, one, name)


def _schema(measures: Mapping[str, object], channels: list[str], pattern: str) -> dict[str, Any]:
    keys = rf"^({'|'.join(measures)}|[^.]+\.({'|'.join(channels)}))$"
    line = {"type": "string", "pattern": pattern}
    return {"type": "object", "patternProperties": {keys: line}, "additionalProperties": False}


Claims = Annotated[
    tuple[Claim, ...],
    BeforeValidator(_each("claims", claim_of)),
    WithJsonSchema(_schema(CLAIM_MEASURES, list(WAITING_MEASURES), "^[+\\-−]")),
]
Goals = Annotated[
    tuple[Goal, ...],
    BeforeValidator(_each("goals", _goal)),
    WithJsonSchema(
        _schema(
            GOAL_MEASURES,
            [name for name, (_, one) in GOAL_MEASURES.items() if one],
            "^at (least|most) ",
        )
    ),
]


QUESTIONS = (
    "cannot_cope",
    "long_waits",
    "lost_off_hours",
    "other_time_zones",
    "too_expensive",
    "management_time",
)
"""The six questions of a common checklist: three times yes, and outsourcing is to be considered."""

ONLY_PEOPLE = ("other_time_zones", "management_time")
"""Those of them that no number answers."""


class Checklist(Strict):
    """What only people know of the option that serves today; an answer given here counts."""

    cannot_cope: bool | None = None
    """Whether people cannot keep up with calls and requests."""
    long_waits: bool | None = None
    """Whether customers complain about long waits."""
    lost_off_hours: bool | None = None
    """Whether contacts are lost at night, at weekends, on holidays."""
    other_time_zones: bool | None = None
    """Whether markets in other time zones are wanted."""
    too_expensive: bool | None = None
    """Whether an own team seems too expensive."""
    management_time: bool | None = None
    """Whether too much time goes into managing agents."""
