"""What a scenario is about in short, and the same operation with another crew."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.channel import Channel
from sim.scenario.laws import Empirical, Fixed, Hazard, Law, Mixture, Survival
from sim.scenario.model import Scenario
from sim.scenario.option import Intervals, Option, ToTarget

__all__ = ["aht", "lead", "staffed", "stretched", "to_target", "volume"]


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


def stretched(law: Law, factor: float) -> Law:
    """The law of a duration that is so many times as long; its form stays.

    Parameters
    ----------
    law
        Any law but `Never`: of a mixture all parts are stretched, their shares stay.
    factor
        Above 0.

    Examples
    --------
    >>> from sim.scenario.laws import Exponential, Mixture, Part
    >>> short = Part(share=0.5, of=Fixed(value=10.0))
    >>> long = Part(share=0.5, of=Exponential(mean=90.0))
    >>> stretched(Mixture(parts=(short, long)), 1.2).mean
    60.0
    """
    if isinstance(law, Mixture):
        parts = tuple({"share": p.share, "of": stretched(p.of, factor)} for p in law.parts)
        mixed: Law = Mixture.model_validate({"parts": parts})
        return mixed
    if isinstance(law, Survival | Empirical | Hazard):
        longer: dict[str, object] = {"times": tuple(factor * time for time in law.times)}
        if isinstance(law, Hazard):
            longer["rates"] = tuple(rate / factor for rate in law.rates)
        return law.model_copy(update=longer)
    key = "value" if isinstance(law, Fixed) else "mean"
    found: Law = type(law).model_validate({**law.model_dump(), key: factor * law.mean})
    return found
