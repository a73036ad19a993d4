"""What the answer rests on: values, their sources and how far they can be trusted."""

from __future__ import annotations

import streamlit as st

from sim.report.assumed import assumption_table, assumption_topics
from sim.ui.view import View, choose, table
from sim.ui.work import kept, key_of

__all__ = ["assumptions"]


def assumptions(view: View) -> None:
    """Figures of the scenario by topic, each with its range, standing and source."""
    lang = view.lang
    with st.expander(lang("Assumptions and where they come from"), icon=":material/fact_check:"):
        key = f"assumptions.{view.state.scenario}"
        topics = kept(
            key_of(view.scenario, "topics", lang.code),
            lambda: assumption_topics(view.scenario, lang),
        )
        topic = choose(st.segmented_control, lang("About"), topics, key, lang)
        name = key_of(view.scenario, "assumed", topic, lang.code)
        table(kept(name, lambda: assumption_table(view.scenario, topic, lang)))
