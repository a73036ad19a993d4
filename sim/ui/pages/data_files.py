"""The calculation as a file and as a link."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import streamlit as st

from sim.ui.session import state
from sim.ui.sidebar import bring_scenario
from sim.ui.state import OWN, address, link_of
from sim.ui.view import View
from sim.ui.work import scenario_of, text_of

__all__ = ["files"]


def files(view: View) -> None:
    """Draw the ways to keep the calculation, to hand it on, and to bring one.

    Parameters
    ----------
    view
        Language and scenario.
    """
    lang = view.lang
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader(lang("Take it along"), anchor=False)
        st.markdown(
            lang("The whole calculation as a scenario file: everything you changed is in it.")
        )
        name = view.scenario.name
        st.download_button(
            lang("Download the scenario, YAML"),
            lambda: text_of(view.state, scenario_of(view.state)[0]),
            f"{name}.yaml",
            "application/yaml",
            key="data.download",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
            width="stretch",
        )
        st.caption(
            lang(
                "The same file goes to the command line: linewise run {name}.yaml.",
                name=name,
            )
        )
    with right, st.container(border=True, height="stretch"):
        st.subheader(lang("Bring one"), anchor=False)
        bring_scenario(lang, "data.upload")
        st.caption(lang("A file with a mistake changes nothing: the mistake is named by its line."))
    _link(view)


def _link(view: View) -> None:
    """A link to this calculation, and what it cannot carry."""
    lang, now = view.lang, state()
    with st.container(border=True):
        st.subheader(lang("A link to it"), anchor=False)
        if now.scenario == OWN:
            st.markdown(
                lang(
                    "A file of your own is in no link: the address only names it, for this app "
                    "and as long as it remembers the file. To hand it on, send the file."
                )
            )
            return
        st.code(_address(view), language=None, wrap_lines=True)
        if link_of(now, lang.code):
            st.caption(
                lang("It opens this calculation with all its changes, wherever this app runs.")
            )
        else:
            st.warning(
                lang("Your changes are too many for a link: it opens without them. Send the file.")
            )


def _address(view: View) -> str:
    """Where the app is, with the state behind it."""
    parts = urlsplit(st.context.url or "")
    base = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else "/"
    return f"{base}?{urlencode(address(view.state, view.lang.code))}"
