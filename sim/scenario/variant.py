"""Variants of a scenario: the same operation with another volume, handle time, target or crew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.errors import InvalidInput
from sim.scenario.channel import Channel, Target
from sim.scenario.laws import Fixed, Law, Survival
from sim.scenario.model import Scenario
from sim.scenario.option import Intervals, Option, ToTarget

__all__ = ["aht", "lead", "staffed", "stretched", "to_target", "variant", "volume"]


def lead(scenario: Scenario) -> str:
    """The channel that a short question is about: the first by voice, else the first."""
    by_voice = (
        name for name, c in scenario.channels.items() if c.kind == "voice" and c.outbound is None
    )
    return next(by_voice, next(iter(scenario.channels)))


def volume(scenario: Scenario) -> float:
    """Expected contacts in a week, all channels together."""
    return sum(channel.volume for channel in scenario.channels.values())


def aht(channel: Channel) -> float:
    """Mean handle time of a channel, after-call work among it [s]."""
    wrap = channel.after_call_work
    return channel.handle_time.mean + (wrap.mean if wrap else 0.0)


def variant(
    scenario: Scenario,
    *,
    volume: float | None = None,
    handle_time: float | None = None,
    answered: float | None = None,
    awt: float | None = None,
) -> Scenario:
    """The scenario with some figures of its own replaced; None keeps a figure.

    Parameters
    ----------
    scenario
        The operation.
    volume
        Contacts a week, all channels together; each channel keeps its part.
    handle_time
        Mean handle time of the lead channel with after-call work [s]; both keep their parts.
    answered, awt
        Service promised on the lead channel: share, and time [s]. A channel that had no promise
        gets one when both are given.

    Raises
    ------
    InvalidInput
        If there is no volume to scale.
    pydantic.ValidationError
        If a figure is out of its range.
    """
    channels = dict(scenario.channels)
    if volume is not None:
        channels = {name: _scaled(c, scenario, volume) for name, c in channels.items()}
    name = lead(scenario)
    if handle_time is not None:
        channels[name] = _paced(channels[name], handle_time)
    target = _target(channels[name].target, answered, awt)
    if target != channels[name].target:
        channels[name] = _changed(channels[name], target=target)
    return scenario.model_copy(update={"channels": channels})


def staffed(scenario: Scenario, option: str, group: str, agents: Sequence[float]) -> Scenario:
    """The scenario with one group of an option staffed by interval of the week.

    Parameters
    ----------
    scenario
        The operation.
    option, group
        Whose staffing.
    agents
        Agents in each interval of the week from Monday 00:00.
    """
    return _with_staffing(scenario, option, group, Intervals(intervals=tuple(agents)))


def to_target(scenario: Scenario, option: str, group: str) -> Scenario:
    """The scenario with one group of an option staffed to target, without bounds."""
    return _with_staffing(scenario, option, group, ToTarget())


def _with_staffing(
    scenario: Scenario, option: str, group: str, staffing: Intervals | ToTarget
) -> Scenario:
    chosen: Option = scenario.options[option]
    changed = chosen.groups[group].model_copy(update={"staffing": staffing})
    groups = {**chosen.groups, group: changed}
    options = {**scenario.options, option: chosen.model_copy(update={"groups": groups})}
    return scenario.model_copy(update={"options": options})


def _scaled(channel: Channel, scenario: Scenario, wanted: float) -> Channel:
    total = volume(scenario)
    if total <= 0:
        raise InvalidInput("volume", "cannot be scaled when there is none", total)
    factor = wanted / total
    if channel.outbound is not None:
        calls = max(1, round(factor * channel.outbound.per_day))
        fewer = channel.outbound.model_copy(update={"per_day": calls})
        channel = channel.model_copy(update={"outbound": fewer})
    return _changed(channel, volume=None, arrivals=tuple(a * factor for a in channel.arrivals))


def _paced(channel: Channel, wanted: float) -> Channel:
    factor = wanted / aht(channel)
    wrap = channel.after_call_work
    return _changed(
        channel,
        handle_time=stretched(channel.handle_time, factor),
        after_call_work=stretched(wrap, factor) if wrap else None,
    )


def stretched(law: Law, factor: float) -> Law:
    """The law of a duration that is so many times as long."""
    if isinstance(law, Survival):
        return law.model_copy(update={"times": tuple(factor * time for time in law.times)})
    key = "value" if isinstance(law, Fixed) else "mean"
    longer: Law = type(law).model_validate({**law.model_dump(), key: factor * law.mean})
    return longer


def _target(promised: Target | None, answered: float | None, awt: float | None) -> Target | None:
    given = {"answered": answered, "awt": awt}
    changes = {key: value for key, value in given.items() if value is not None}
    if promised is None and len(changes) < len(given):
        return None
    kept: dict[str, Any] = promised.model_dump() if promised else {}
    return Target.model_validate({**kept, **changes})


def _changed(channel: Channel, **changes: Any) -> Channel:
    """A channel with some fields replaced, checked like any other."""
    kept = {
        info.alias or name: getattr(channel, name) for name, info in Channel.model_fields.items()
    }
    return Channel.model_validate({**kept, **changes})
