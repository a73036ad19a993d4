"""One question for all that is known and unknown of a team: solve for what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sim._erlang.allowed import aht_allowed, arrival_rate_allowed
from sim._erlang.door import door
from sim._erlang.inputs import check_queue, check_traffic, numbers
from sim._erlang.inverse import agents_needed
from sim._erlang.laws import Law
from sim._erlang.measures import SERVICE_RULES, QueueMeasures, ServiceRule
from sim._erlang.patience import mean_patience, measure_any
from sim._erlang.target import Target
from sim.errors import InvalidInput

__all__ = ["Model", "Solution", "Unknown", "solve"]

Unknown = Literal["agents", "arrival_rate", "aht", "awt", "service_level", "nothing"]

_MOST_AGENTS = 2**40
"""Far more than live: a promise that as many do not keep is kept by nobody."""

_MOST_LOAD = 1e9
"""Erlangs beyond which a load that is still served well counts as boundless."""

_NEXT_TO_NONE = 1e-12
"""Share of what a team can do that is next to nothing."""

_LONGEST = 366 * 86_400.0
"""No wait is promised beyond a year [s]."""

_HALVINGS = 100
"""Halvings that leave of a bracket less than the rounding of its ends."""


class Model(Protocol):
    """A queue as a function of what a team is asked to do, by name."""

    def __call__(self, *, arrival_rate: float, aht: float, agents: float) -> QueueMeasures[float]:
        """Measure it."""


@dataclass(frozen=True, eq=False)
class Solution:
    """The missing number, and what the team gives with it.

    Parameters
    ----------
    unknown
        What was missing: ``agents``, ``arrival_rate``, ``aht``, ``awt``, ``service_level``, or
        ``nothing`` when all was given and only measured.
    value
        The missing number: the least agents, the largest rate or handle time, the shortest
        threshold, the share; infinite when it has no bound or no such number exists. The number
        of agents when nothing was missing.
    met
        Whether the target is kept, with `value`. True when there is none to keep.
    measures
        The queue with `value` filled in.
    target
        What was promised; None when nothing was.
    """

    unknown: Unknown
    value: float
    met: bool
    measures: QueueMeasures[float]
    target: Target | None


@door
def solve(
    *,
    arrival_rate: float | None = None,
    aht: float | None = None,
    agents: float | None = None,
    target: Target | None = None,
    service_level: float | None = None,
    awt: float | None = None,
    rule: ServiceRule = "offered",
    patience: float | Law = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
    model: Model | None = None,
) -> Solution:
    """Solve for whatever is missing: agents, volume, handle time, or the promise itself.

    Parameters
    ----------
    arrival_rate, aht, agents
        As in `erlang_a`. One may be missing: it is found so that the target is just kept. With
        all three the target is judged, or the wait or the share that can be promised is found.
    target
        What to keep: needed when one of the three is missing, unless the next two are given.
    service_level, awt
        Short for a target with this share and this threshold [s]. With a team that is known,
        give one of them to find the other.
    rule
        The service level meant, one of `SERVICE_RULES`.
    patience
        Mean patience [s], or a law of it; endless by default.
    lines
        Contacts that fit in the house, waiting or in service.
    balking
        Share that leaves at once on finding no agent free.
    model
        Any other queue, as a function of `arrival_rate`, `aht` and `agents`; it knows its own
        patience and balking. Of `lines` it takes no notice, but no more agents are tried.

    Raises
    ------
    InvalidInput
        If more than one is missing, the target is missing or said twice, or a value is out of
        range.

    Notes
    -----
    Every measure of a target gets better with an agent and worse with volume and handle time,
    so the answer is bracketed and halved, to the last digit. Agents are whole.

    Examples
    --------
    >>> from sim.erlang import Target, solve
    >>> promise = Target(service_level=0.8, awt=20)
    >>> solve(arrival_rate=100 / 1800, aht=180, target=promise, patience=180).value
    12.0
    >>> volume = solve(aht=180, agents=12, target=promise, patience=180)
    >>> volume.unknown, round(1800 * volume.value, 2)
    ('arrival_rate', 100.26)
    >>> wait = solve(arrival_rate=100 / 1800, aht=180, agents=12, patience=180, service_level=0.9)
    >>> wait.unknown, round(wait.value, 1)
    ('awt', 54.2)
    """
    asked = _promise(target, service_level, awt, rule)
    queue = model or _markovian(patience, lines, balking)
    if model is not None and (patience, balking) != (math.inf, 0.0):
        raise InvalidInput("model", "knows its own patience and balking", model)
    given = {"arrival_rate": arrival_rate, "aht": aht, "agents": agents}
    missing = [name for name, value in given.items() if value is None]
    if not missing:
        measures = queue(**{name: value for name, value in given.items() if value is not None})
        return _measured(measures, asked, service_level, awt, rule)
    if len(missing) > 1:
        raise InvalidInput(" or ".join(missing), "must be given, all but one", None)
    if asked is None:
        hint = "give a target, or a service_level with its awt"
        raise InvalidInput("target", f"must be given to find the {missing[0]}", None, hint)
    if arrival_rate is not None and aht is not None:
        if model is None:
            need = agents_needed(
                asked,
                arrival_rate=arrival_rate,
                aht=aht,
                patience=patience,
                lines=lines,
                balking=balking,
            )
            return Solution("agents", float(need.agents), need.met, need.measures, asked)
        return _agents(queue, asked, arrival_rate, aht, lines)
    name: Literal["arrival_rate", "aht"] = "aht" if aht is None else "arrival_rate"
    plain = {"patience": patience, "lines": lines, "balking": balking} if model is None else None
    return _most(queue, asked, name, {k: v for k, v in given.items() if v is not None}, plain)


def _promise(
    target: Target | None, service_level: float | None, awt: float | None, rule: ServiceRule
) -> Target | None:
    """The target, given or put together; None while half of it is to be found."""
    if rule not in SERVICE_RULES:
        raise InvalidInput("rule", f"must be one of {', '.join(SERVICE_RULES)}", rule)
    if target is not None:
        if service_level is not None or awt is not None:
            raise InvalidInput("target", "and service_level or awt say the same twice", target)
        return target
    if service_level is None or awt is None:
        return None
    return Target(service_level=service_level, awt=awt, rule=rule)


def _markovian(patience: float | Law, lines: float, balking: float) -> Model:
    """Erlang C, A, or A with any law of patience."""

    def measured(*, arrival_rate: float, aht: float, agents: float) -> QueueMeasures[float]:
        rate, handle, team, waits, room, share = numbers(
            arrival_rate=arrival_rate,
            aht=aht,
            agents=agents,
            patience=mean_patience(patience),
            lines=lines,
            balking=balking,
        )
        check_queue(rate, handle, team, waits, room, share)
        law = patience if isinstance(patience, Law) else waits
        return measure_any(rate, handle, team, law, room, share)

    return measured


def _measured(
    measures: QueueMeasures[float],
    asked: Target | None,
    service_level: float | None,
    awt: float | None,
    rule: ServiceRule,
) -> Solution:
    """Judge a team that is known, or find what it can promise."""
    if asked is not None or (service_level is None and awt is None):
        met = asked is None or _kept(asked, measures)
        return Solution("nothing", measures.agents, met, measures, asked)
    if service_level is None:
        assert awt is not None
        reached = measures.service_level(rule, awt)
        promised = Target(service_level=min(reached, 1.0 - 1e-16), awt=awt, rule=rule)
        return Solution("service_level", reached, True, measures, promised)
    Target(service_level=service_level, awt=0.0, rule=rule)  # which refuses what is no share
    wait = _wait(measures, rule, service_level)
    if math.isinf(wait):
        return Solution("awt", math.inf, False, measures, None)
    promised = Target(service_level=service_level, awt=wait, rule=rule)
    return Solution("awt", wait, True, measures, promised)


def _kept(target: Target, measures: QueueMeasures[Any]) -> bool:
    """Whether one queue keeps a target."""
    return bool(target._met(measures))


def _wait(measures: QueueMeasures[float], rule: ServiceRule, share: float) -> float:
    """Shortest threshold within which a share is served; infinite when no wait will do."""

    def enough(wait: float) -> bool:
        return bool(measures.service_level(rule, wait) >= share)

    if enough(0.0):
        return 0.0
    if not enough(_LONGEST):
        return math.inf
    return _turning(lambda wait: not enough(wait), max(measures.aht, 1e-9))[1]


def _turning(holds: Callable[[float], bool], start: float) -> tuple[float, float]:
    """Last number for which a falling truth holds, and the first for which it does not.

    It holds close to 0 and does not for ever.
    """
    low, high = 0.0, start
    while holds(high):
        low, high = high, 2.0 * high
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high) if low > 0 or high < 1e-300 else high / 16.0
        if not low < middle < high:
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low, high


def _agents(
    queue: Model,
    target: Target,
    arrival_rate: float,
    aht: float,
    lines: float,
) -> Solution:
    """Find the least whole number of agents for a model that is known only by its answers."""
    columns = numbers(arrival_rate=arrival_rate, aht=aht, patience=math.inf, lines=lines)
    check_traffic(*columns)
    most = min(lines, float(_MOST_AGENTS))

    def at(agents: float) -> QueueMeasures[float]:
        return queue(arrival_rate=arrival_rate, aht=aht, agents=agents)

    low, high, stride = -1.0, min(math.ceil(arrival_rate * aht), most), 1.0
    while high < most and not _kept(target, at(high)):
        low, high, stride = high, min(high + stride, most), 2.0 * stride
    while high - low > 1:
        middle = math.floor((low + high) / 2.0)
        low, high = (low, middle) if _kept(target, at(middle)) else (middle, high)
    measures = at(high)
    return Solution("agents", float(high), _kept(target, measures), measures, target)


def _most(
    queue: Model,
    target: Target,
    name: Literal["arrival_rate", "aht"],
    given: dict[str, float],
    plain: dict[str, Any] | None,
) -> Solution:
    """Find the largest arrival rate or handle time with which a target is kept.

    `plain` is what else is known of a queue without a model of its own.
    """

    def at(value: float) -> QueueMeasures[float]:
        return queue(**{**given, name: value})

    other = given["aht" if name == "arrival_rate" else "arrival_rate"]
    if other == 0:  # no contacts at all: any handle time will do
        return Solution(name, math.inf, True, at(1.0), target)
    scale = max(given["agents"], 1.0) / other
    if plain is None:
        found = _boundary(lambda value: _kept(target, at(value)), scale, _MOST_LOAD / other)
    else:
        allowed: Any = arrival_rate_allowed if name == "arrival_rate" else aht_allowed
        found = allowed(target, **given, **plain)
    if math.isinf(found):
        return Solution(name, math.inf, True, at(_MOST_LOAD / other), target)
    if found == 0:
        least = at(0.0 if name == "arrival_rate" else _NEXT_TO_NONE * scale)
        return Solution(name, 0.0, _kept(target, least), least, target)
    return Solution(name, found, True, at(found), target)


def _boundary(keeps: Callable[[float], bool], scale: float, most: float) -> float:
    """Largest number that keeps a promise: 0 if next to none does, infinite if `most` does."""
    if not keeps(_NEXT_TO_NONE * scale):
        return 0.0
    return math.inf if keeps(most) else _turning(keeps, scale)[0]
