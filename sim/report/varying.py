"""What busy and quiet days make of an answer that was worked out for the mean volume."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sim import erlang
from sim.report.language import Language
from sim.report.solved import Case, Frame, agents_words

__all__ = ["Varying", "varying", "varying_sentence"]


@dataclass(frozen=True, kw_only=True)
class Varying:
    """What a volume that differs from day to day does to an answer.

    Parameters
    ----------
    variation
        Standard deviation of the volume over its mean.
    service_level
        Average over all calls with the agents of the answer.
    chance
        Probability that a day keeps the target; None without one.
    agents_on_average
        Agents that keep the target on average over all calls; None without one.
    sure
        Probability that was asked for; None when none was.
    agents_for_sure
        Agents that keep the target with it.
    """

    variation: float
    service_level: float
    chance: float | None
    agents_on_average: int | None
    sure: float | None
    agents_for_sure: int | None


def varying(case: Case, frame: Frame, variation: float, sure: float | None) -> Varying:
    """Average a model over days whose volume follows a gamma law.

    Parameters
    ----------
    case
        The model, Erlang C or A, with its answer.
    frame
        Threshold and rule.
    variation
        Standard deviation of the volume over its mean.
    sure
        Probability with which the target shall be kept, if any.
    """
    one, target = case.solution.measures, case.solution.target
    rate = erlang.Gamma(shape=variation**-2, mean=one.arrival_rate)
    law = case.question.get("patience", math.inf)
    day: dict[str, Any] = {
        "arrival_rate": rate,
        "aht": one.aht,
        "patience": law,
        "lines": one.lines,
        "balking": case.question.get("balking", 0.0),
    }
    queue = erlang.random_rate(**day, agents=one.agents)
    needed, certain = None, None
    if target is not None:
        needed = erlang.agents_needed_on_average(target, **day).agents
        if sure is not None:
            certain = erlang.agents_needed_for_sure(target, probability=sure, **day).agents
    return Varying(
        variation=variation,
        service_level=queue.service_level(frame.rule, frame.awt),
        chance=None if target is None else queue.chance(target),
        agents_on_average=needed,
        sure=sure,
        agents_for_sure=certain,
    )


def varying_sentence(case: Case, found: Varying, frame: Frame, lang: Language) -> str:
    """What busy and quiet days make of the answer."""
    words = [
        lang(
            "When the volume varies by {variation} from day to day, {agents} answer {share} in "
            "{awt} on average over all calls, by {model}.",
            variation=lang.percent(found.variation),
            agents=agents_words(case.solution.measures.agents, lang),
            share=lang.percent(found.service_level, 1),
            awt=lang.duration(frame.awt),
            model=case.name,
        )
    ]
    if found.chance is not None and found.agents_on_average is not None:
        words.append(
            lang(
                "They keep the target on {chance} of days; on average it takes {agents}.",
                chance=lang.percent(found.chance),
                agents=agents_words(found.agents_on_average, lang),
            )
        )
    if found.sure is not None and found.agents_for_sure is not None:
        words.append(
            lang(
                "To keep it on {sure} of days: {agents}.",
                sure=lang.percent(found.sure),
                agents=agents_words(found.agents_for_sure, lang),
            )
        )
    return " ".join(words)
