"""What is typed as an option: durations, shares, targets, laws, prices, one list or another."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
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
    "LAWS",
    "Promise",
    "named",
    "read_agents",
    "read_count",
    "read_gaps",
    "read_hour",
    "read_list",
    "read_number",
    "read_patience",
    "read_rate",
    "read_seconds",
    "read_service",
    "read_share",
    "read_target",
    "read_team",
    "whole_target",
]

Read = TypeVar("Read")

Promise = tuple[float | None, float | None]
"""Share and threshold [s] of a service level; None for the half that is to be found."""

LAWS = (
    "A law is a duration, which stands for the exponential law of that mean, or one of "
    "{law: lognormal, mean: 3m, cv: 1.2}, {law: gamma, mean: 3m, cv: 0.5}, "
    "{law: erlang, mean: 3m, k: 4}, {law: h2, mean: 3m, cv: 2}, "
    "{law: weibull, mean: 3m, shape: 1.5}, {law: uniform, from: 1m, to: 5m}, "
    "{law: fixed, value: 3m}, {law: survival, table: {30s: 90%, 3m: 40%}}, in quotes; cv is the "
    "standard deviation over the mean, h2 a mixture of two exponential laws."
)
"""How a law is written, for whoever asks for help."""

_FURTHER = {
    "gamma": ("mean", "cv"),
    "erlang": ("mean", "k"),
    "h2": ("mean", "cv"),
    "uniform": ("from", "to"),
    "deterministic": ("value",),
}
"""Laws that closed forms know and scenarios do not, with what each must say."""

_TIMES = ("mean", "from", "to", "value")

_MOST_STAGES = 200
"""Stages of an Erlang law: one of more is all but fixed."""

_MOST_AGENTS = 1_000_000_000
"""A team beyond this is a slip of the pen."""

_SIGNS = {"₽": "RUB", "€": "EUR", "$": "USD", "£": "GBP", "₪": "ILS"}

_LIKE = "write 3m, never, or {law: lognormal, mean: 3m, cv: 1.2}"

_BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
"""Bounds as pydantic names them."""

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


def read_agents(name: str, text: str, most: int = _MOST_AGENTS) -> int:
    """Read a whole number of agents, as many as may live, or as a formula can bear."""
    return int(_living(name, text, read_count(name, text), most))


def read_team(name: str, text: str) -> float:
    """Read a number of agents of which the last may work part of the time."""
    return _living(name, text, read_number(name, text))


def _living(name: str, text: str, agents: float, most: int = _MOST_AGENTS) -> float:
    """Refuse agents that nobody could hire."""
    if not 0 <= agents <= most:
        raise InvalidInput(name, f"must be from 0 to {most:,}".replace(",", " "), text)
    return agents


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
    found = _law("--patience", text)
    return found.mean if isinstance(found, erlang.Exponential) else found


def read_service(text: str) -> erlang.Law:
    """Read a law of handle times."""
    law = _law("--service", text)
    if not isinstance(law, float):
        return law
    raise InvalidInput("--service", "must have an end", text, "give it a mean, such as 4m")


def read_gaps(text: str, mean: float) -> tuple[erlang.Law, bool]:
    """Read how contacts are spaced: the cv of the times between them, or a law.

    Parameters
    ----------
    text
        The cv, or a law; what `mean` says need not be said in it.
    mean
        Mean time between contacts [s].

    Returns
    -------
    tuple
        The law, and whether it was chosen here for a cv.
    """
    name = "--arrivals"
    if not text.strip().startswith("{"):
        hint = "write 0.5, or a law such as {law: erlang, k: 2}"
        try:
            return _spaced(mean, read_number(name, text) ** 2), True
        except InvalidInput:
            raise InvalidInput(name, "must be a cv or a law", text, hint) from None
    said = _tree(name, text)
    if said.get("law") in ("fixed", "deterministic"):
        said.setdefault("value", f"{mean!r}s")
    elif said.get("law") not in ("uniform", "survival"):
        said.setdefault("mean", f"{mean!r}s")
    law = _known(name, said, text)
    if isinstance(law, float) or abs(law.mean - mean) > 1e-6 * mean:
        rule = f"must have the mean time between the contacts of --calls, {mean:g} s"
        raise InvalidInput(name, rule, text, "leave the mean out of the law")
    return law, False


def _spaced(mean: float, scv: float) -> erlang.Law:
    """Time from one contact to the next: what is known are mean and variability."""
    if scv == 0:
        return erlang.Deterministic(value=mean)
    if scv == 1:
        return erlang.Exponential(mean=mean)
    if scv < 1:
        return erlang.Gamma(shape=1.0 / scv, mean=mean)
    return erlang.Hyperexponential.balanced(mean=mean, scv=scv)


def _law(name: str, text: str) -> erlang.Law | float:
    """A law as it is typed; infinity for never."""
    plain = text.strip()
    return _known(name, _tree(name, plain) if plain.startswith("{") else plain, text)


def _tree(name: str, text: str) -> dict[str, object]:
    """What stands between braces."""
    try:
        data = read_tree(text.strip().encode(), Origin(name, None)).plain()
    except ScenarioError:
        raise InvalidInput(name, "must be a duration or a law", text, _LIKE) from None
    return dict(data) if isinstance(data, Mapping) else {}


def _known(name: str, data: object, text: str) -> erlang.Law | float:
    """A law of the closed forms, whether scenarios know it too or not; infinity for never."""
    kind = data.get("law") if isinstance(data, Mapping) else None
    if isinstance(data, Mapping) and kind is not None and str(kind) in _FURTHER:
        return _further(name, data, text)
    try:
        law: Law = TypeAdapter(Law).validate_python(data)
    except InvalidInput as error:
        raise InvalidInput(name, error.rule, text, error.hint) from None
    except ValidationError as error:
        raise _first(name, error, _LIKE) from None
    if not law.mean > 0:
        raise InvalidInput(name, "must be above 0", text, "write it like 3m")
    if isinstance(law, Survival) and math.isinf(law.mean):
        rule = "must end with a row in which fewer are left than in the row above"
        raise InvalidInput(name, rule, text, "nobody would leave after the last row")
    return math.inf if math.isinf(law.mean) else _closed(name, law)


def _further(name: str, said: Mapping[str, object], text: str) -> erlang.Law:
    """A law that only the closed forms know."""
    law = str(said["law"])
    wanted = _FURTHER[law]
    if set(said) - {"law"} != set(wanted):
        rule = f"with the law {law} must say {' and '.join(wanted)}, and nothing else"
        raise InvalidInput(name, rule, text)
    read = {key: read_seconds if key in _TIMES else read_number for key in wanted}
    one = {key: read[key](f"{name} {key}", str(said[key])) for key in wanted}
    try:
        return _built(law, one)
    except InvalidInput as error:
        raise InvalidInput(name, f"{error.name} {error.rule}", text, error.hint) from None


def _built(law: str, one: Mapping[str, float]) -> erlang.Law:
    """A law by its name and numbers."""
    if law == "uniform":
        if not one["from"] < one["to"]:
            raise InvalidInput("from", "must be below to", f"{one['from']:g} s")
        return erlang.Uniform(low=one["from"], high=one["to"])
    if law == "deterministic":
        return erlang.Deterministic(value=one["value"])
    if law == "erlang":
        if one["k"] not in range(1, _MOST_STAGES + 1):
            raise InvalidInput("k", f"must be whole, from 1 to {_MOST_STAGES}", one["k"])
        return erlang.Erlang(k=int(one["k"]), mean=one["mean"])
    if not one["cv"] > 0:
        raise InvalidInput("cv", "must be above 0", one["cv"], "for none write {law: fixed, …}")
    if law == "gamma":
        return erlang.Gamma(shape=one["cv"] ** -2, mean=one["mean"])
    if one["cv"] < 1:
        raise InvalidInput("cv", "must be at least 1 in h2", one["cv"], "below 1 take gamma")
    return erlang.Hyperexponential.balanced(mean=one["mean"], scv=one["cv"] ** 2)


def _first(name: str, error: ValidationError, like: str) -> InvalidInput:
    """The first of what is wrong with a law, in words."""
    line = details(error)[0]
    cause = line.get("ctx", {}).get("error")
    # The first part of a place is the law's own name; a plain duration is the mean of one.
    place = ".".join(str(part) for part in line["loc"][1:] if part != "function-before")
    where = f"{name} {place}".strip() if place != "mean" else name
    if isinstance(cause, InvalidInput):
        return InvalidInput(where, cause.rule, cause.value, cause.hint or like)
    if place == "cv" and line.get("input") == 0:
        like = "where times do not vary write {law: fixed, value: 3m}"
    bounds = line.get("ctx", {})
    rules = [f"must be {words} {bounds[key]:g}" for key, words in _BOUNDS.items() if key in bounds]
    return InvalidInput(where, rules[0] if rules else "is not right", line.get("input"), like)


def _closed(name: str, law: Law) -> erlang.Law:
    """A law of scenarios as the closed forms know it."""
    if isinstance(law, Exponential):
        return erlang.Exponential(mean=law.mean)
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
