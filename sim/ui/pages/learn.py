"""The page of learning from logs: brought, looked through, estimated, tried, used."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.language import N_, Language
from sim.report.log_quality import KNOWN_WORDS
from sim.ui.learn_tasks import Result
from sim.ui.pages.learn_bring import PART, bring, say_refused
from sim.ui.pages.learn_estimates import estimates
from sim.ui.pages.learn_fit import fit_page
from sim.ui.pages.learn_quality import quality_report, sentence
from sim.ui.pages.learn_scenario import scenario_page
from sim.ui.pages.learn_state import bag, learn_task
from sim.ui.view import View, choose, plain
from sim.ui.waiting import result_of

__all__ = ["draw"]

#: Parts of the page in order: name and title.
_PARTS = {
    "logs": N_("Logs"),
    "quality": N_("Quality"),
    "estimates": N_("Estimates"),
    "fit": N_("Fit"),
    "scenario": N_("Scenario"),
}

#: What a log must tell before anything can be learnt from it.
_NEEDED = frozenset({"arrivals", "waits", "handle"})
_STEPS = {
    "estimates": N_("Estimating, with intervals"),
    "presence": N_("Finding out who was there"),
    "fit": N_("Simulating against what happened"),
}
_SHOWN: dict[str, Callable[[View, Result], None]] = {
    "estimates": estimates,
    "fit": fit_page,
    "scenario": scenario_page,
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
    elif mine.done is not None:
        lacking = sorted(_NEEDED - mine.read.knows)
        if lacking or not (mine.read.reading.contacts or mine.read.reading.intervals):
            _cannot(view, lacking)
            return
        task = learn_task(mine.done, mine.tests)
        try:
            result = result_of(task, lang, wording=lambda what: _at(what, lang))
        except (InvalidInput, ScenarioError) as error:
            say_refused(error, lang)
            return
        if result is not None:
            _SHOWN[chosen](view, result)


def _cannot(view: View, lacking: list[str]) -> None:
    """Why nothing can be learnt from this log."""
    lang = view.lang
    if not lacking:
        st.info(lang("There is not a single contact in the log: nothing can be learnt."))
        return
    words = ", ".join(lang(KNOWN_WORDS[name]) for name in lacking)
    st.info(
        lang(
            "The source does not tell {lacking}: a scenario needs it. The quality report is all "
            "that can be had from this log.",
            lacking=words,
        )
    )


def _at(what: str, lang: Language) -> str:
    """What the work is at, in words."""
    step = what.split(",", 1)[0]
    return lang(_STEPS[step]) if step in _STEPS else lang("Reading {name}", name=plain(what))
