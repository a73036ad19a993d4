"""What the answer rests on: values, their sources and how far they can be trusted."""

from __future__ import annotations

import streamlit as st

from sim.ui.view import View

__all__ = ["assumptions"]


def assumptions(view: View) -> None:
    """Figures of the scenario with the sources that it names."""
    lang = view.lang
    with st.expander(lang("Assumptions and where they come from"), icon=":material/fact_check:"):
        if not view.scenario.sources:
            st.markdown(lang("The scenario names no sources."))
            return
        st.table(
            {
                lang("Figure"): list(view.scenario.sources),
                lang("Source"): list(view.scenario.sources.values()),
            },
            border="horizontal",
            hide_index=True,
        )
