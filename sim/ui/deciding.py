"""Decisions that pages have worked out beside them; knows no Streamlit, so processes import it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

from sim.decide import Comparison
from sim.decide.breakeven import BreakEven, breakeven
from sim.decide.found import Found, Step
from sim.decide.risk import RiskAnswer, risk
from sim.decide.saving import option_data
from sim.decide.search import search
from sim.report.answer import Answer
from sim.report.decision_charts import Tried
from sim.report.language import Language
from sim.report.searches import candidate_words, search_answer
from sim.scenario import Scenario
from sim.scenario.variant import lead
from sim.ui.jobs import Tell

__all__ = ["Hybrid", "broken_even", "free_name", "risked", "searched"]


def broken_even(
    comparison: Comparison, of: str, between: tuple[str, str], *, tell: Tell
) -> BreakEven:
    """Where two options cost the same along an input, by closed forms from what was simulated."""
    tell(0.0, of)
    found = breakeven(comparison.scenario, of, between=between, comparison=comparison, verify=False)
    return replace(found, comparison=_light(comparison))


def risked(comparison: Comparison, *, tell: Tell) -> RiskAnswer:
    """How sure it is which option is cheapest, over the ranges of inputs."""
    # Draws, then every input on its own: about half and half.
    found = risk(
        comparison.scenario,
        comparison=comparison,
        progress=lambda _, step: tell(0.6 * step.done / step.planned, ""),
        workers=1,
    )
    return replace(found, comparison=_light(comparison))


def _light(comparison: Comparison) -> Comparison:
    """Without the simulations, which the page has: results are kept by the dozen."""
    return replace(comparison, options=())


@dataclass(frozen=True, slots=True, eq=False)
class Hybrid:
    """What a search found, light enough to be kept.

    Parameters
    ----------
    answers
        Sentences and tables by language.
    points
        What the chart shows, by language.
    bound
        What no hybrid can cost less than [money a month].
    name, option
        A free name for the best way that mixes both, and its option as a file has it; None where
        there is none, or the scenario has it already.
    """

    answers: Mapping[str, Answer]
    points: Mapping[str, tuple[Tried, ...]]
    bound: float
    name: str
    option: Mapping[str, Any] | None


def searched(scenario: Scenario, tree: Mapping[str, Any], seconds: float, *, tell: Tell) -> Hybrid:
    """The cheapest hybrid of an own team and a vendor.

    Parameters
    ----------
    scenario
        The operation.
    tree
        What its file says.
    seconds
        How long to look.
    tell
        Told how far it is, and what the best so far costs.
    """

    def follow(step: Step) -> None:
        tell(min(1.0, step.seconds / seconds), f"{step.cost:.6g}")

    found = search(scenario, seconds=seconds, progress=follow)
    hybrid = found.hybrid
    option: dict[str, Any] | None = None
    if hybrid is not None and hybrid.candidate.written is None:
        titles = {c: candidate_words(found, hybrid.candidate, Language(c)) for c in ("en", "ru")}
        option = {"title": titles}
        option |= option_data(found.scenario, found.legs, hybrid.candidate, tree)
    return Hybrid(
        {code: search_answer(found, Language(code)) for code in ("en", "ru")},
        {code: tuple(_points(found, Language(code))) for code in ("en", "ru")},
        found.bound.value,
        free_name("hybrid", scenario.options),
        option,
    )


def free_name(start: str, taken: Container[str]) -> str:
    """A name for an option that no other has."""
    numbered = (f"{start}{number}" for number in count(2))
    return next(name for name in chain([start], numbered) if name not in taken)


def _points(found: Found, lang: Language) -> list[Tried]:
    """What the chart shows."""
    channel, currency = lead(found.scenario), found.scenario.currency

    def tip(words: str, answered: float, cost: float) -> str:
        money = lang.money(cost, currency, compact=True)
        return f"{words}. {lang.percent(answered, 1)}, {money}"

    points = []
    for one in found.tried:
        got = next(a for a in one.result.attained if a.channel == channel).service_level.value
        words = candidate_words(found, one.candidate, lang)
        points.append(Tried(got, one.cost, one.state, tip(words, got, one.cost)))
    for point in found.frontier:
        words = candidate_words(found, point.candidate, lang)
        said = tip(words, point.answered, point.cost)
        points.append(Tried(point.answered, point.cost, "front", said))
    return points
