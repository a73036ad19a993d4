"""Several scenario files side by side: what they ask, and what comes out."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison
from sim.errors import LinewiseError, ScenarioError
from sim.report.language import Language
from sim.report.refusals import refusal_lines
from sim.report.sentences import option_title
from sim.report.side_by_side import key_figures
from sim.scenario import Scenario, load_text
from sim.scenario.ready import ready
from sim.ui.jobs import Task
from sim.ui.sidebar import text_in
from sim.ui.tasks import compared
from sim.ui.view import View, hold, plain, quoted, table, upload
from sim.ui.waiting import result_of
from sim.ui.work import from_file, from_text, key_of

__all__ = ["compared_files"]

#: Files side by side at most, the one in hand among them.
_MOST = 6
_BROUGHT, _CHOSEN = "data.compare.brought", "data.compare.chosen"


def compared_files(view: View) -> None:
    """Draw the scenario in hand beside others.

    Parameters
    ----------
    view
        Language and scenario.
    """
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("Which files to set beside this one"), anchor=False)
        left, right = st.columns(2)
        with left:
            others = _ready(view)
        with right:
            upload(
                lang("Scenario files, YAML"),
                2,
                lang,
                type=["yaml", "yml"],
                key="data.compare.upload",
                accept_multiple_files=True,
                on_change=_bring,
                args=(lang,),
            )
        for name, reason in st.session_state.get("data.compare.refused", []):
            head = lang("The file “{name}” cannot be used.", name=plain(name))
            st.error(f"{head} {quoted(reason)}")
    brought = [from_text(text, name) for name, text in st.session_state.get(_BROUGHT, [])]
    scenarios = [view.scenario, *others, *brought][:_MOST]
    if len(scenarios) < 2:
        st.info(lang("Choose a ready scenario, or bring a file: then both stand side by side."))
        return
    found = [_comparison(view, one) for one in scenarios]
    with st.container(border=True):
        shown = key_figures(scenarios, found, lang)
        st.subheader(plain(shown.title), anchor=False)
        table(shown)
        st.caption(
            lang("Simulated with each file's own seed and precision, as linewise compare does.")
        )


def _ready(view: View) -> list[Scenario]:
    """Ready scenarios that the visitor has ticked."""
    lang = view.lang
    chosen: set[str] = st.session_state.setdefault(_CHOSEN, set())
    found = []

    def keep(name: str, key: str) -> None:
        kept = set(st.session_state[_CHOSEN])
        st.session_state[_CHOSEN] = (kept | {name}) if st.session_state[key] else kept - {name}

    for name, path in ready().items():
        if name == view.state.scenario and not view.state.changed:
            continue
        try:
            one = from_file(path)
        except ScenarioError:
            continue
        key = f"data.compare.{name}"
        hold(key, name in chosen)
        label = plain(one.title.in_(lang.code))
        if name == view.state.scenario:
            label = lang("{title}, as its file has it", title=label)
        st.checkbox(label, name in chosen, key, on_change=keep, args=(name, key))
        if name in chosen:
            found.append(one)
    return found


def _bring(lang: Language) -> None:
    """Keep the files that can be read; say of the others why not."""
    kept, refused = [], []
    for file in st.session_state["data.compare.upload"]:
        try:
            text = text_in(file.getvalue(), lang)
            load_text(text, file.name)
            kept.append((file.name, text))
        except LinewiseError as error:
            refused.append((file.name, refusal_lines(error, lang)[0]))
        except ValueError as error:
            refused.append((file.name, str(error)))
    st.session_state[_BROUGHT] = kept[: _MOST - 1]
    st.session_state["data.compare.refused"] = refused


def _comparison(view: View, scenario: Scenario) -> Comparison | None:
    """The options of one file; None while they are simulated."""
    lang = view.lang

    def words(name: str) -> str:
        return lang("Simulating “{option}”", option=option_title(scenario, name, lang))

    task = Task(key_of(scenario, "compared"), compared, (scenario,), "thread")
    return result_of(task, lang, wording=words)
