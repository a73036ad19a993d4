"""Beside an answer: people on the schedule, and what one more agent brings and costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim import erlang
from sim.errors import InvalidInput
from sim.report.language import N_, Language
from sim.report.promises import share_words
from sim.report.solved import Case, Frame

__all__ = ["next_data", "next_sentence", "people_data", "people_sentence", "scheduled"]

_MORE = N_(
    "One more agent, by {model}: {after} instead of {before} answered in {awt}, mean wait of "
    "those answered {wait} instead of {waited}, {gain} more contacts answered an hour."
)
_SOONER = N_(
    "One more agent, by {model}: {after} instead of {before} answered in {awt}, mean wait of those "
    "answered {wait} instead of {waited}."
)
"""The same where nobody more is answered."""


def people_data(cases: Sequence[Case], shrinkage: float | None) -> dict[str, Any]:
    """Agents on the schedule by every model as plain data; nothing without a shrinkage."""
    if shrinkage is None:
        return {}
    _check_shrinkage(shrinkage)
    agents = {one.key: one.solution.measures.agents for one in cases}
    return {
        "shrinkage": shrinkage,
        **{key: scheduled(n, shrinkage) for key, n in agents.items()},
    }


def next_data(case: Case, hour: tuple[float, str] | None) -> dict[str, Any]:
    """What one more agent adds and costs as plain data; nothing without a cost."""
    now = case.solution.measures
    if hour is None or now.agents + 1.0 > now.lines:
        return {}
    gain = _gain(case, now)
    return {
        "model": case.key,
        "answered_per_hour": gain,
        "cost_per_hour": hour[0],
        "currency": hour[1],
        "cost_per_answered": None if _buys_nothing(gain, now) else hour[0] / gain,
    }


def _gain(case: Case, now: erlang.QueueMeasures[float]) -> float:
    """Contacts answered an hour thanks to one more agent."""
    return 3600.0 * (_answered(case.at(now.agents + 1.0).measures) - _answered(now))


def _buys_nothing(gain: float, now: erlang.QueueMeasures[float]) -> bool:
    """Whether one more agent answers nobody but by rounding."""
    return gain <= 1e-9 * 3600.0 * max(now.arrival_rate, 1e-300)


def scheduled(agents: float, shrinkage: float) -> int:
    """Agents on the schedule so that enough are at work; whole, and not one more by rounding.

    Examples
    --------
    >>> scheduled(14, 0.3), scheduled(21, 0.3), scheduled(7, 0)
    (20, 30, 7)
    """
    return math.ceil(agents / (1.0 - shrinkage) * (1.0 - 1e-12))


def _check_shrinkage(shrinkage: float) -> None:
    """Refuse a shrinkage that leaves nobody at work."""
    if not 0 <= shrinkage < 1:
        raise InvalidInput("shrinkage", "must be at least 0% and below 100%", shrinkage)


def people_sentence(cases: Sequence[Case], shrinkage: float | None, lang: Language) -> str:
    """Agents at work are not agents on the schedule: how many these are, or that there are more."""
    if shrinkage is None:
        return lang(
            "These are agents at work at the same time; breaks, sickness and leave come on top."
        )
    _check_shrinkage(shrinkage)
    parts = [
        lang(
            "{scheduled} by {model}",
            scheduled=lang.number(scheduled(one.solution.measures.agents, shrinkage)),
            model=one.name,
        )
        for one in cases
    ]
    return lang(
        "On the schedule, with {shrinkage} of paid time spent on breaks, sickness and leave: "
        "{answers}.",
        shrinkage=share_words(shrinkage, lang),
        answers=", ".join(parts),
    )


def next_sentence(case: Case, frame: Frame, hour: tuple[float, str] | None, lang: Language) -> str:
    """What one more agent gives, and what a contact costs that is answered only thanks to him.

    Nothing where redials never end: there is no steady state to compare.

    Parameters
    ----------
    case, frame
        The model and what it shares with others.
    hour
        Cost of an agent's hour with its currency; None leaves the money out.
    lang
        The reader's language.
    """
    now = case.solution.measures
    if not math.isfinite(now.arrival_rate):
        return ""
    if now.agents + 1.0 > now.lines:
        return lang("One more agent would find no line.")
    more = case.at(now.agents + 1.0).measures
    gain = _gain(case, now)
    words = lang(
        _MORE if _is_worth_saying(gain, now, hour, lang) else _SOONER,
        model=case.name,
        after=lang.percent(more.service_level(frame.rule, frame.awt), 1),
        before=lang.percent(now.service_level(frame.rule, frame.awt), 1),
        awt=lang.duration(frame.awt),
        wait=lang.duration(more.asa),
        waited=lang.duration(now.asa),
        gain=lang.plain(gain),
    )
    if hour is None:
        return words
    cost, currency = hour
    if _buys_nothing(gain, now):
        return words + " " + lang("Nobody more is answered: the money buys shorter waits.")
    price = lang.money(cost / gain, currency, digits=2)
    return words + " " + lang(
        "At {cost} an hour each of them costs {price}.",
        cost=lang.money(cost, currency, digits=0 if cost == int(cost) else 2),
        price=price,
    )  # fmt: skip


def _is_worth_saying(
    gain: float,
    now: erlang.QueueMeasures[float],
    hour: tuple[float, str] | None,
    lang: Language,
) -> bool:
    """Whether contacts are gained: as many as show, or any where each has its price."""
    if _buys_nothing(gain, now):
        return False
    return hour is not None or lang.plain(gain) != lang.plain(0.0)


def _answered(one: erlang.QueueMeasures[float]) -> float:
    """Contacts answered [1/s]; no more than agents can serve where the queue has no end."""
    return one.occupancy * one.agents / one.aht
