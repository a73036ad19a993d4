"""What is typed as an option: durations, shares, targets, laws, prices, one list or another."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from sim import erlang
from sim.errors import InvalidInput, ScenarioError
from sim.scenario import Exponential, Fixed, Law, Lognormal, Survival, Weibull
from sim.scenario.base import details
from sim.scenario.parse import count, money, number, percentage, seconds
from sim.scenario.tree import Origin, read_tree

__all__ = [
    "Promise",
    "named",
    "read_count",
    "read_hour",
    "read_list",
    "read_number",
    "read_patience",
    "read_rate",
    "read_seconds",
    "read_service",
    "read_share",
    "read_target",
    "whole_target",
]

Read = TypeVar("Read")

Promise = tuple[float | None, float | None]
"""Share and threshold [s] of a service level; None for the half that is to be found."""

_SIGNS = {"₽": "RUB", "€": "EUR", "$": "USD", "£": "GBP", "₪": "ILS"}

_DENSE = 60
"""Straight pieces between two rows of a survival curve that is bent there."""

_LAST = 1e-6
"""Share left at which a survival curve that is continued may end."""


def named(name: str, read: Callable[[str], Read], text: str) -> Read:
    """Read an option; a refusal names the option."""
    try:
        return read(text)
    except InvalidInput as error:
        raise InvalidInput(name, error.rule, text, error.hint) from None


def read_seconds(name: str, text: str) -> float:
    """Read a duration given as an option; it must be positive."""
    value = named(name, seconds, text)
    if not 0 < value < math.inf:
        raise InvalidInput(name, "must be above 0", text, "write it like 3m")
    return value


def read_share(name: str, text: str) -> float:
    """Read a share in per cent."""
    return named(name, percentage, text)


def read_count(name: str, text: str) -> int:
    """Read a whole number."""
    return named(name, count, text)


def read_list(name: str, text: str, read: Callable[[str, str], Read]) -> tuple[Read, ...]:
    """Read values with commas between them; one value is a list too."""
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise InvalidInput(name, "must be values with commas between them", text)
    return tuple(read(name, part) for part in parts)


def read_number(name: str, text: str) -> float:
    """Read a number of at least 0."""
    value = named(name, number, text)
    if value < 0:
        raise InvalidInput(name, "must be at least 0", text)
    return value


def read_rate(name: str, text: str, per: float) -> float:
    """Read the contacts of an interval as a rate [1/s]."""
    return read_number(name, text) / per


def read_target(text: str) -> Promise:
    """Read a target such as ``80/20`` (per cent / seconds), ``80%/20s``, ``?/20`` or ``80/?``."""
    match = re.fullmatch(r"\s*(\?|[\d.,]+\s*%?)\s*/\s*(\?|[\d.,]+\s*[a-z]*)\s*", text)
    if not match or match[1] == match[2] == "?":
        raise InvalidInput("--target", "must be a share and a time", text, "write it like 80/20")
    share, wait = match[1].rstrip(" %"), match[2]
    return (
        None if share == "?" else _level(share, text),
        None if wait == "?" else _threshold(wait, text),
    )


def whole_target(text: str) -> erlang.Target:
    """Read a target of which both halves are known."""
    share, awt = read_target(text)
    if share is None or awt is None:
        raise InvalidInput("--target", "must say both share and time here", text)
    return erlang.Target(service_level=share, awt=awt)


def _threshold(wait: str, text: str) -> float:
    """Read the time of a target, seconds when it says nothing else; at once is a time too."""
    value = named("--target", seconds, wait if wait[-1].isalpha() else f"{wait}s")
    if not value < math.inf:
        raise InvalidInput("--target", "must name a finite time", text)
    return value


def _level(share: str, text: str) -> float:
    """Read the share of a target."""
    level = named("--target", percentage, f"{share}%")
    if not 0 < level < 1:
        rule = "must be a share above 0% and below 100%"
        raise InvalidInput("--target", rule, text, "no finite team serves everybody in time")
    return level


def read_hour(text: str) -> tuple[float, str]:
    """Read the cost of an hour with its currency, such as ``600 RUB/h``."""
    cost = named("--rate-per-hour", lambda said: money(said, None, per="hour"), text)
    unit = re.search(r"[A-Z]{3}|[₽€$£₪]", text)
    code = unit[0] if unit else ""
    return cost, _SIGNS.get(code, code)


def read_patience(text: str) -> float | erlang.Law:
    """Read patience: ``3m``, ``never``, or a law as scenario files write it.

    A plain mean, or the exponential law, is a number: that is Erlang A.
    """
    law = _law("--patience", text)
    return math.inf if math.isinf(law.mean) else _closed("--patience", law)


def read_service(text: str) -> erlang.Law:
    """Read a law of handle times."""
    law = _law("--service", text)
    if math.isinf(law.mean):
        raise InvalidInput("--service", "must have an end", text, "give it a mean, such as 4m")
    found = _closed("--service", law)
    return erlang.Exponential(mean=found) if isinstance(found, float) else found


def _law(name: str, text: str) -> Law:
    """A law of the scenario language."""
    like = "write 3m, never, or {law: lognormal, mean: 3m, cv: 1.2}"
    data: object = text.strip()
    if text.strip().startswith("{"):
        try:
            data = read_tree(text.encode(), Origin(name, None)).plain()
        except ScenarioError:
            raise InvalidInput(name, "must be a duration or a law", text, like) from None
    try:
        law: Law = TypeAdapter(Law).validate_python(data)
    except InvalidInput as error:
        raise InvalidInput(name, error.rule, text, error.hint) from None
    except ValidationError as error:
        raise _first(name, error, like) from None
    if not law.mean > 0:
        raise InvalidInput(name, "must be above 0", text, "write it like 3m")
    return law


def _first(name: str, error: ValidationError, like: str) -> InvalidInput:
    """The first of what is wrong with a law, in words."""
    line = details(error)[0]
    cause = line.get("ctx", {}).get("error")
    place = ".".join(str(part) for part in line["loc"] if part not in ("function-before",))
    if isinstance(cause, InvalidInput):
        return InvalidInput(f"{name} {place}".strip(), cause.rule, cause.value, cause.hint or like)
    return InvalidInput(f"{name} {place}".strip(), "is not right", line.get("input"), like)


def _closed(name: str, law: Law) -> float | erlang.Law:
    """A law of scenarios as the closed forms know it; the mean alone for the exponential."""
    if isinstance(law, Exponential):
        return law.mean
    if isinstance(law, Lognormal):
        return erlang.Lognormal(mean=law.mean, scv=law.cv**2)
    if isinstance(law, Fixed):
        return erlang.Deterministic(value=law.value)
    if isinstance(law, Weibull):
        scale = law.mean / math.gamma(1.0 + 1.0 / law.shape)
        return erlang.Weibull(shape=law.shape, scale=scale)
    if isinstance(law, Survival):
        return _curve(law)
    raise InvalidInput(name, "is not a known law", law)


def _curve(law: Survival) -> erlang.Law:
    """A curve with a constant rate of leaving between rows, as short straight pieces.

    The last rate goes on until next to nobody is left.
    """
    at_once = law.times[0] == 0
    times = np.array(law.times if at_once else (0.0, *law.times))
    left = np.log(law.survival if at_once else (1.0, *law.survival))
    rate = (left[-2] - left[-1]) / (times[-1] - times[-2])
    if rate > 0 and left[-1] > math.log(_LAST):
        times = np.append(times, times[-1] + (left[-1] - math.log(_LAST)) / rate)
        left = np.append(left, math.log(_LAST))
    rows = np.linspace(0.0, times.size - 1.0, _DENSE * (times.size - 1) + 1)
    fine = np.interp(rows, np.arange(times.size), times)
    curve = np.exp(np.interp(fine, times, left))
    return erlang.Empirical(times=tuple(fine.tolist()), curve=tuple(curve.tolist()))
