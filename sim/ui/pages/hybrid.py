"""The hybrid that a search finds: what it costs at which service, and a way to take it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sim.decide.candidates import legs_of
from sim.errors import InvalidInput
from sim.report.decision_charts import frontier_chart
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.scenario.edited import Edit, edited
from sim.ui.deciding import Hybrid, searched
from sim.ui.jobs import Task
from sim.ui.pages.option_edits import attempt
from sim.ui.view import View, chart, choose, legend, plain, table
from sim.ui.waiting import result_of
from sim.ui.work import key_of, tree_of

__all__ = ["hybrid"]

_SECONDS = (60, 180, 600)


def hybrid(view: View) -> None:
    """Draw the search for the best hybrid: its button, its progress, what it found.

    Parameters
    ----------
    view
        How to show it.
    """
    lang, scenario = view.lang, view.scenario
    with st.container(border=True):
        st.subheader(lang("The best hybrid, found by search"), anchor=False)
        try:
            legs = legs_of(scenario)
        except InvalidInput:
            st.markdown(
                lang(
                    "A hybrid parts work between an own team and a vendor. It is looked for where "
                    "two options serve the same channels, each with one group that has prices and "
                    "is staffed to target; this scenario has no such two."
                )
            )
            return
        st.markdown(
            lang(
                "Which hours and channels should stay with “{own}”, and which should go to "
                "“{vendor}”? Some thousand ways are looked at, the most promising simulated.",
                own=plain(option_title(scenario, legs.own, lang)),
                vendor=plain(option_title(scenario, legs.vendor, lang)),
            )
        )
        names = {str(one): lang.duration(one) for one in _SECONDS}
        seconds = float(
            choose(st.segmented_control, lang("How long to look"), names, "search.seconds", lang)
        )
        tree = edited(tree_of(view.state), view.state.edits)
        task = Task(
            key_of(scenario, "searched", seconds), searched, (scenario, tree, seconds), "process"
        )
        found = result_of(
            task, lang, start=lang("Look for the best hybrid"), wording=lambda at: _at(view, at)
        )
        if found is not None:
            _found(view, found, tree)


def _at(view: View, cost: str) -> str:
    """How far it is: what the best so far costs."""
    lang, amount = view.lang, float(cost)
    if amount == float("inf"):
        return lang("Looking for the best hybrid")
    money = lang.money(amount, view.scenario.currency, compact=True)
    return lang("Best so far: {cost} a month", cost=money)


def _found(view: View, found: Hybrid, tree: Mapping[str, Any]) -> None:
    lang, palette = view.lang, view.palette
    answer = found.answers[lang.code]
    first, *rest = answer.sentences
    st.markdown(f"**{first}**")
    points = found.points[lang.code]
    if points:
        items = [(palette.cover, lang("cheapest by promise, closed form"))]
        items += [(palette.cheaper, lang("simulated: the best and those alike"))]
        items += [(palette.dearer, lang("simulated: dearer"))]
        items += [(palette.even, lang("simulated: other service; line: the bound"))]
        legend(items, palette)
        spec = frontier_chart(points, found.bound, view.scenario.currency, lang, palette)
        chart(spec, first, f"frontier.{lang.code}")
    st.markdown("\n".join(f"- {one}" for one in rest))
    for one in answer.tables:
        with st.expander(one.title, icon=":material/table:"):
            table(one)
    _take(view, found, tree, lang)


def _take(view: View, found: Hybrid, tree: Mapping[str, Any], lang: Language) -> None:
    """The hybrid as one more option."""
    if found.option is None:
        st.caption(lang("There is no hybrid to add: the scenario has it, or none was simulated."))
        return
    st.button(
        lang("Add the cheapest hybrid as an option"),
        key=f"take.{view.state.scenario}",
        icon=":material/add:",
        on_click=_add,
        args=(view, found),
        disabled="options" not in tree,
    )


def _add(view: View, found: Hybrid) -> None:
    if attempt(Edit(("options", found.name), found.option)):
        chosen = st.session_state.get(f"chosen.options.{view.state.scenario}")
        if chosen is not None:
            chosen.append(found.name)
