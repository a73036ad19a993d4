"""The page of inputs: every figure with its unit and source, the week, the file, several files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import streamlit as st

from sim.report.language import N_
from sim.scenario.terms import Confidence
from sim.ui.pages.data_compare import compared_files
from sim.ui.pages.data_figures import figures, shown_figures
from sim.ui.pages.data_files import files
from sim.ui.pages.data_week import week
from sim.ui.view import View, choose

__all__ = ["draw"]

#: Parts of the page in order: name, title, what draws it.
_PARTS: tuple[tuple[str, str, Callable[[View], None]], ...] = (
    ("figures", N_("Figures"), figures),
    ("week", N_("The week"), week),
    ("files", N_("File and link"), files),
    ("compare", N_("Several files"), compared_files),
)
_SURE: tuple[Confidence, ...] = ("law", "price list")


def draw(view: View) -> None:
    """Draw the page."""
    lang = view.lang
    st.title(lang("What does the answer rest on?"))
    with st.container(border=True):
        st.header(f":material/fact_check: {_sentence(view)}", anchor=False)
        st.markdown(
            lang(
                "Every number can be changed here; all pages follow at once, and “Undo” takes a "
                "change back. Put in your own first where it says “our assumption”."
            )
        )
        st.caption(
            lang(
                "Logs of contacts at hand? The page “{page}” makes these figures of them.",
                page=lang("Learn from logs"),
            )
        )
    names = {name: lang(title) for name, title, _ in _PARTS}
    label = lang("Part of the page")
    chosen = choose(
        st.segmented_control, label, names, "data.part", lang, label_visibility="collapsed"
    )
    next(show for name, _, show in _PARTS if name == chosen)(view)


def _sentence(view: View) -> str:
    """How many figures there are, and how far they can be trusted."""
    lang = view.lang
    counts = Counter(one.confidence for one in shown_figures(view))
    return lang.n(
        "{n} figure: {sure} by law or price list, {stated} named in the scenario, {rest} assumed",
        "{n} figures: {sure} by law or price list, {stated} named in the scenario, {rest} assumed",
        counts.total(),
        sure=lang.number(sum(counts[kind] for kind in _SURE)),
        stated=lang.number(counts["stated"]),
        rest=lang.number(counts.total() - counts["stated"] - sum(counts[k] for k in _SURE)),
    )
