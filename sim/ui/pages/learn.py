"""The page of learning from logs: brought, looked through, estimated, tried, used."""

from __future__ import annotations

import streamlit as st

from sim.report.language import N_
from sim.ui.pages.learn_bring import PART, bring
from sim.ui.pages.learn_quality import quality_report, sentence
from sim.ui.pages.learn_state import bag
from sim.ui.view import View, choose

__all__ = ["draw"]

#: Parts of the page in order: name and title.
_PARTS = {
    "logs": N_("Logs"),
    "quality": N_("Quality"),
    "estimates": N_("Estimates"),
    "fit": N_("Fit"),
    "scenario": N_("Scenario"),
}


def draw(view: View) -> None:
    """Draw the page."""
    lang, mine = view.lang, bag()
    st.title(lang("What do your logs say?"))
    with st.container(border=True):
        if mine.read is None:
            st.header(
                ":material/upload_file: " + lang("From your logs to a scenario that repeats them"),
                anchor=False,
            )
        else:
            st.header(f":material/fact_check: {sentence(mine.read, lang)}", anchor=False)
        st.markdown(
            lang(
                "Logs are read and checked, what a scenario needs is estimated, and the scenario "
                "is simulated against what really happened. Only then it is worth being used."
            )
        )
    if mine.read is None:
        bring(view)
        return
    names = {name: lang(title) for name, title in _PARTS.items()}
    chosen = choose(
        st.segmented_control,
        lang("Part of the page"),
        names,
        PART,
        lang,
        label_visibility="collapsed",
    )
    if mine.done is not None and mine.done.example:
        st.caption(lang("Made-up log: it was simulated from a ready scenario."))
    if chosen == "logs":
        bring(view)
    elif chosen == "quality":
        quality_report(view, mine.read)
