"""Decisions that stand in a part of a page: worked out beside it, kept for everybody."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from sim.decide import Comparison
from sim.decide.breakeven import BreakEven, pair_of
from sim.decide.horizon import Outlook, outlook
from sim.decide.risk import RiskAnswer, inputs_of
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.ui.deciding import broken_even, risked
from sim.ui.jobs import Task
from sim.ui.view import View
from sim.ui.waiting import board, result_of
from sim.ui.work import kept, key_of

__all__ = ["breakeven_of", "outlook_of", "pair", "ranges", "risk_known", "risk_of", "risking"]


def pair(view: View, found: Comparison) -> tuple[str, str] | None:
    """The two options that a page tells apart: the baseline and the one that is looked at.

    Returns
    -------
        None where no two priced options give the same service.
    """
    chosen = view.state.option
    base = found.baseline
    if chosen and found[chosen].cost and base.cost and not found.gaps(chosen):
        return base.name, chosen
    try:
        return pair_of(found)
    except InvalidInput:
        return None


def breakeven_of(
    found: Comparison, of: str, between: tuple[str, str], lang: Language
) -> BreakEven | None:
    """Where two options cost the same along an input; None while it is worked out."""
    task = Task(
        key_of(found.scenario, "breakeven", of, *between),
        broken_even,
        (found, of, between),
        "thread",
        beside=True,
    )
    _begun(task.key)
    done = result_of(task, lang, wording=lambda _: lang("Looking for where both cost the same"))
    return None if done is None else replace(done, comparison=found)


def ranges(found: Comparison) -> int:
    """How many inputs have a range; none where no two options can be told apart."""

    def count() -> int:
        try:
            pair_of(found)
            alike = [option.name for option in found.at_the_target()]
            return len(inputs_of(found.scenario, alike))
        except InvalidInput:
            return 0

    return kept(key_of(found.scenario, "ranges"), count)


def risking(found: Comparison) -> Task[RiskAnswer]:
    """What works out how sure an answer is."""
    return Task(key_of(found.scenario, "risk"), risked, (found,), "process")


def risk_of(view: View, found: Comparison) -> RiskAnswer | None:
    """How sure the answer is over the ranges of inputs; None while nobody has asked.

    The scenario as it is written begins by itself: it is worked out once, for everybody.
    """
    lang = view.lang
    _begun(risking(found).key)
    start = lang("Ask how sure it is") if view.state.changed else None
    done = result_of(
        risking(found),
        lang,
        start=start,
        wording=lambda _: lang("Drawing inputs from their ranges"),
    )
    return None if done is None else replace(done, comparison=found)


def _begun(key: str) -> None:
    """Note what is worked out beside a comparison: who goes on to other figures leaves it."""
    st.session_state.setdefault("compared.beside", set()).add(key)


def risk_known(found: Comparison) -> RiskAnswer | None:
    """The same where it has been worked out; nothing is begun."""
    job = board().look(risking(found).key)
    if job is None or not job.ended.is_set() or job.error is not None:
        return None
    known: RiskAnswer = job.result
    return replace(known, comparison=found)


def outlook_of(found: Comparison) -> Outlook | None:
    """All options over the months of the scenario; None where it has none."""
    return kept(key_of(found.scenario, "outlook"), lambda: outlook(found))
