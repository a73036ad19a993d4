"""How far the answer can be trusted: ranges, where it turns, claims, the checklist and goals."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from sim.report.language import N_
from sim.ui.view import View, choose
from sim.ui.work import comparison

__all__ = ["draw"]

#: Parts of the page: module beside this one, title.
_PARTS = {
    "sure": N_("How sure"),
    "turns": N_("Where it turns"),
    "claims": N_("Claims"),
    "today": N_("Checklist and goals"),
}


def draw(view: View) -> None:
    """Draw the page; only the part that is looked at is computed."""
    lang = view.lang
    st.title(lang("How far can the answer be trusted?"))
    part = choose(
        st.segmented_control,
        lang("Part of the page"),
        {name: lang(title) for name, title in _PARTS.items()},
        "risks.part",
        lang,
        label_visibility="collapsed",
    )
    found = comparison(view.scenario, lang)
    import_module(f"sim.ui.pages.risks_{part}").draw(view, found)
