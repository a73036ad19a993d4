"""Text to plain numbers and back: ``4m30s``, ``80%``, ``1 200 RUB``, ``21 000 per month``.

Each parser turns text into a number in one unit, or raises `InvalidInput` with a hint.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sim.errors import InvalidInput

__all__ = [
    "DAYS_PER_MONTH",
    "WEEKS_PER",
    "as_duration",
    "as_share",
    "change",
    "count",
    "factor",
    "hours",
    "level",
    "minutes",
    "money",
    "number",
    "per_week",
    "percentage",
    "ratio",
    "seconds",
    "share",
    "square_metres",
]

#: Days of an average month: what a month is wherever a price, a volume or a date has one.
DAYS_PER_MONTH = 365 / 12
WEEKS_PER = {"day": 1 / 7, "week": 1.0, "month": DAYS_PER_MONTH / 7, "year": 365 / 7}
LONGEST = 366 * 86_400.0  # no wait, shift or contact lasts longer than a year
MOST_PER_WEEK = 1e7
MOST_RATIO = 10.0  # premiums of more than ten times the pay are slips of the pen

_GROUPED = r"[0-9]{1,3}(?:[ \u00a0\u2009\u202f'_][0-9]{3})+(?:[.,][0-9]+)?"
_PLAIN = r"[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]{1,3})?"
_NUMBER = rf"[+\-]?(?:{_GROUPED}|{_PLAIN})"
_AMBIGUOUS = re.compile(r"[+\-]?[0-9]{1,3}(?:,[0-9]{3})+")
_TIME_PART = re.compile(rf"({_NUMBER})\s*([a-z]+)\s*")
_SECONDS = {
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604_800.0),
}
_SYMBOLS = {"₽": "RUB", "€": "EUR", "$": "USD", "£": "GBP", "₪": "ILS"}
_AMOUNT = re.compile(rf"({_NUMBER})\s*([kM]?)\s*([A-Z]{{3}}|[₽€$£₪])(?:\s*(?:/|per )\s*(.+))?")
_PERIODS = {
    **dict.fromkeys(("h", "hour"), "hour"),
    **dict.fromkeys(("min", "minute"), "minute"),
    **dict.fromkeys(("month", "mo"), "month"),
    **dict.fromkeys(("year", "y"), "year"),
    **dict.fromkeys(("contact", "call", "chat", "message"), "contact"),
    **dict.fromkeys(("head", "person", "agent", "hire", "seat", "fte"), "head"),
    "resolution": "resolution",
    "session": "session",
    "attempt": "attempt",
    **dict.fromkeys(("m2 per year", "m²/year", "m2/year", "m² per year"), "m2 per year"),
}
# Where a key names the thing that it prices, the price need not say it again. A time or an area
# must be said: 320 may be for an hour or for a month.
_THINGS = ("contact", "head", "resolution", "session", "attempt")


def number(text: str) -> float:
    """Read a number with a decimal point or comma and thousands set apart by spaces.

    Examples
    --------
    >>> number("1 200"), number("3,5")
    (1200.0, 3.5)
    """
    tidy = text.strip().replace("\u2212", "-")
    if _AMBIGUOUS.fullmatch(tidy):
        hint = f"write {tidy.replace(',', ' ')} or {tidy.replace(',', '.', 1)}"
        raise InvalidInput("number", "has a comma that can be read in two ways", text, hint)
    if len(tidy) > 60 or not re.fullmatch(_NUMBER, tidy):
        raise InvalidInput("number", "must be a number", text)
    value = float(re.sub(r"[ \u00a0\u2009\u202f'_]", "", tidy).replace(",", "."))
    if not math.isfinite(value):
        raise InvalidInput("number", "must be finite", text)
    return value


def seconds(text: str) -> float:
    """Read a duration [s].

    Examples
    --------
    >>> seconds("4m30s"), seconds("1.5h"), seconds("2 days")
    (270.0, 5400.0, 172800.0)
    """
    tidy = text.strip().lower().replace("\u2212", "-")
    parts = _TIME_PART.findall(tidy) if len(tidy) <= 60 else []
    if not parts or _TIME_PART.sub("", tidy):
        raise InvalidInput("duration", "must be a duration", text, _duration_hint(tidy))
    units = [_SECONDS.get(unit, 0.0) for _, unit in parts]
    if 0.0 in units:
        unknown = parts[units.index(0.0)][1]
        raise InvalidInput("duration", f"has an unknown unit {unknown}", text, "use s, m, h or d")
    if sorted(set(units), reverse=True) != units:
        hint = "write it like 1h30m"
        raise InvalidInput("duration", "must name each unit once, the largest first", text, hint)
    return _within(sum(number(n) * u for (n, _), u in zip(parts, units, strict=True)), text)


def _within(value: float, text: str) -> float:
    if value < 0:
        raise InvalidInput("duration", "must not be negative", text)
    if value > LONGEST:
        raise InvalidInput("duration", "must be at most 366 days", text)
    return value


def _duration_hint(text: str) -> str:
    if re.fullmatch(_NUMBER, text):
        return f"write {text}s or {text}m"
    return "write it like 20s, 4m30s or 2h"


def share(text: str) -> float:
    """Read a share of one, written in per cent, between 0 % and 100 %.

    Examples
    --------
    >>> share("80%"), share("0.5 %")
    (0.8, 0.005)
    """
    value = factor(text)
    if value > 1:
        slip = value / 10 <= 1 and value >= 2
        hint = f"did you mean {value * 10:g}%?" if slip else ""
        raise InvalidInput("share", "must be at most 100%", text, hint)
    return value


def factor(text: str) -> float:
    """Read a factor, ``110%`` or ``1.1``.

    Examples
    --------
    >>> factor("110%"), factor("1.1")
    (1.1, 1.1)
    """
    tidy = text.strip()
    try:
        value = number(tidy.removesuffix("%"))
    except InvalidInput as error:
        if "two ways" in error.rule:
            raise
        raise InvalidInput("share", "must be a percentage", text, "write it like 80%") from None
    if value < 0:
        raise InvalidInput("share", "must not be negative", text)
    # In decimals: 96.4 / 100 is not the number that 0.964 is.
    return float(Decimal(repr(value)).scaleb(-2)) if tidy.endswith("%") else value


def per_week(text: str) -> float:
    """Read a volume [contacts per week]; a month is 365/12 days.

    Examples
    --------
    >>> per_week("700 per day"), round(per_week("21 000 per month"), 1)
    (4900.0, 4832.9)
    """
    amount, _, period = text.strip().replace("/", " per ").partition(" per ")
    unit = period.strip().lower()
    if unit not in WEEKS_PER:
        hint = "write it like 21 000 per month, per week or per day"
        raise InvalidInput("volume", "must say per which time", text, hint)
    try:
        value = number(amount) / WEEKS_PER[unit]
    except InvalidInput:
        raise InvalidInput("volume", "must begin with a number", text) from None
    return _plausible(value, text)


def _plausible(value: float, text: str) -> float:
    if value < 0:
        raise InvalidInput("volume", "must not be negative", text)
    if value > MOST_PER_WEEK:
        raise InvalidInput("volume", "must be at most 10 000 000 contacts a week", text)
    return value


def money(text: str, currency: str | None = None, per: str | None = None) -> float:
    """Read an amount of money, or a price per something.

    Parameters
    ----------
    text
        The amount with its currency: ``1 200 RUB``, ``3.5 k RUB``, ``40 €``.
    currency
        The currency of the scenario; None accepts any.
    per
        What the price is for: ``hour``, ``minute``, ``month``, ``year``, ``contact``,
        ``resolution``, ``session``, ``attempt``, ``head``, ``m2 per year``; None for a plain
        amount. A price per thing, not per time or area, may be written as a plain amount too.

    Examples
    --------
    >>> money("1 200 RUB", "RUB"), money("320 RUB/h", "RUB", per="hour")
    (1200.0, 320.0)
    """
    code = currency or "RUB"
    like = f"write it like 1 200 {code}" + (f" per {per}" if per else "")
    match = _AMOUNT.fullmatch(text.strip()) if len(text) <= 80 else None
    if not match:
        raise InvalidInput("money", "must be an amount with its currency", text, like)
    amount, thousands, unit, period = match.groups()
    given = _SYMBOLS.get(unit, unit)
    if currency and given != currency:
        rule = f"is in {given}, but the scenario counts in {currency}"
        raise InvalidInput("money", rule, text, f"convert it to {currency}")
    said = _PERIODS.get(period.strip().lower()) if period else None
    if said != per and (period or per not in _THINGS):
        rule = f"must be a price per {per}" if per else "must be a plain amount of money"
        raise InvalidInput("money", rule, text, like)
    value = number(amount) * {"": 1.0, "k": 1e3, "M": 1e6}[thousands]
    if value < 0:
        raise InvalidInput("money", "must not be negative", text)
    return value


def square_metres(text: str) -> float:
    """Read an area [m²].

    Examples
    --------
    >>> square_metres("7.5 m2")
    7.5
    """
    match = re.fullmatch(rf"({_NUMBER})\s*m[2²]", text.strip()) if len(text) <= 60 else None
    if not match:
        raise InvalidInput("area", "must be an area", text, "write it like 7.5 m2")
    value = number(match[1])
    if value < 0:
        raise InvalidInput("area", "must not be negative", text)
    return value


def count(text: str) -> int:
    """Read a whole number.

    Examples
    --------
    >>> count("1 200")
    1200
    """
    value = number(text)
    if value != int(value):
        raise InvalidInput("count", "must be a whole number", text)
    return int(value)


def as_duration(value: float) -> str:
    """Write seconds as a duration that `seconds` reads back exactly, to the millisecond.

    Examples
    --------
    >>> as_duration(270.0), as_duration(0.5), as_duration(0.0)
    ('4m30s', '500ms', '0s')
    """
    left = round(value * 1000)
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole}{unit}")
    return "".join(parts) or "0s"


def as_share(value: float) -> str:
    """Write a share as a percentage with up to ten digits.

    Examples
    --------
    >>> as_share(0.8), as_share(0.005)
    ('80%', '0.5%')
    """
    return f"{value * 100:.10g}%"


def hours(text: str) -> float:
    """Read paid hours or the like [h], which may well be more than a year of the clock.

    Examples
    --------
    >>> hours("1 972 h"), hours("45m")
    (1972.0, 0.75)
    """
    value = _one_unit(text, r"h(?:ours?|rs?)?")
    return seconds(text) / 3600 if value is None else value


def minutes(text: str) -> float:
    """Read billed minutes or the like [min], of which a month may have more than the clock.

    Examples
    --------
    >>> minutes("1 000 000 min"), minutes("4m30s")
    (1000000.0, 4.5)
    """
    value = _one_unit(text, r"m(?:in(?:ute)?s?)?")
    return seconds(text) / 60 if value is None else value


def _one_unit(text: str, unit: str) -> float | None:
    """The number before a unit; None when the text is something else."""
    tidy = text.strip()
    match = re.fullmatch(rf"({_NUMBER})\s*{unit}", tidy) if len(tidy) <= 60 else None
    if not match:
        return None
    value = number(match[1])
    if value < 0:
        raise InvalidInput("time", "must not be negative", text)
    return value


def percentage(text: str) -> float:
    """Read a share that must be written in per cent.

    Examples
    --------
    >>> percentage("80%")
    0.8
    """
    _in_per_cent(text)
    return share(text)


def ratio(text: str) -> float:
    """Read a part of something that may exceed it, written in per cent: a bonus, a premium.

    Examples
    --------
    >>> ratio("150%")
    1.5
    """
    _in_per_cent(text)
    value = factor(text)
    if value > MOST_RATIO:
        raise InvalidInput("ratio", f"must be at most {MOST_RATIO:.0%}", text)
    return value


def change(text: str) -> float:
    """Read a rise in per cent, below zero where it is a fall.

    Examples
    --------
    >>> change("8%"), change("-2.5 %"), change("+1%")
    (0.08, -0.025, 0.01)
    """
    tidy = text.strip().replace("\u2212", "-")
    if not tidy.startswith("-"):
        return ratio(tidy)
    fall = ratio(tidy[1:])
    if fall >= 1:
        raise InvalidInput("change", "must be above -100%", text)
    return -fall


def level(text: str) -> float:
    """Read the value of a measure, whichever it is: a share, a time [s] or a plain number.

    Examples
    --------
    >>> level("80%"), level("20s"), level("4,5")
    (0.8, 20.0, 4.5)
    """
    tidy = text.strip()
    if tidy.endswith("%"):
        return share(tidy)
    return number(tidy) if re.fullmatch(_NUMBER, tidy) else seconds(tidy)


def _in_per_cent(text: str) -> None:
    if not text.strip().endswith("%"):
        raise InvalidInput("share", "must be a percentage", text, "write it like 80%")
