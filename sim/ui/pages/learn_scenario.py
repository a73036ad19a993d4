"""What was learnt is used: as the scenario of the app, and as files."""

from __future__ import annotations

import streamlit as st

from sim.report.language import Language
from sim.report.learned import alone_sentences
from sim.ui.learn_tasks import Result
from sim.ui.pages.learn_state import Wanted, bag, contacts_task
from sim.ui.sidebar import use_text
from sim.ui.state import OWN
from sim.ui.view import View, plain
from sim.ui.waiting import result_of

__all__ = ["FILE", "scenario_page"]

#: Name of the scenario that is learnt, as a file.
FILE = "learnt.yaml"


def scenario_page(view: View, result: Result) -> None:
    """Draw what can be done with the scenario.

    Parameters
    ----------
    view
        Language and scenario.
    result
        What was learnt.
    """
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("Go on with it here"), anchor=False)
        st.markdown(
            lang(
                "The scenario of a typical week becomes what all pages work on: people, shifts, "
                "simulation, risk. “Undo” brings back what you have now. A log says nothing of "
                "money: put prices in on the page “Data”."
            )
        )
        for said, same in alone_sentences(result.learned, lang):
            if same:
                st.markdown(plain(said))
            else:
                st.warning(plain(said), icon=":material/warning:")
        used = view.state.scenario == OWN and view.state.own == (FILE, result.text)
        st.button(
            lang("Use this scenario"),
            key="learn.use",
            type="primary",
            icon=":material/check:",
            on_click=use_text,
            args=(FILE, result.text),
            disabled=used,
        )
        if used:
            st.success(lang("All pages work on it now."))
    # An interval report has sums: there are no contacts to write down.
    done = bag().done if result.learned.reading.contacts else None
    left, right = st.columns(2) if done is not None else (st.container(), None)
    with left, st.container(border=True, height="stretch"):
        st.subheader(lang("The scenario as a file"), anchor=False)
        st.markdown(lang("The week is in it: one file for the app and for the command line."))
        st.download_button(
            lang("Download the scenario, YAML"),
            result.text,
            FILE,
            "application/yaml",
            key="learn.download",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
    if done is not None and right is not None:
        with right, st.container(border=True, height="stretch"):
            _contacts(done, lang)
    with st.expander(lang("What the scenario says")):
        st.code(result.text, language="yaml", wrap_lines=True)


def _contacts(done: Wanted, lang: Language) -> None:
    """The contacts as a file, when they are asked for."""
    st.subheader(lang("The contacts as a file"), anchor=False)
    st.markdown(
        lang("A row for each contact as it was read, CSV, gzipped: no customers, no operators.")
    )
    content = result_of(contacts_task(done), lang, start=lang("Prepare the contacts"))
    if content is not None:
        st.download_button(
            lang("Download the contacts, CSV"),
            content,
            "contacts.csv.gz",
            "application/gzip",
            key="learn.contacts",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
