"""Six questions about today, and goals with their dates."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison
from sim.decide.checklist import Answered, Checklist, checklist
from sim.decide.goals import Reached, reach
from sim.report.claims import (
    ANSWERED_BY,
    MEASURE_WORDS,
    QUESTION_WORDS,
    checklist_sentence,
    evidence,
    goal_words,
    goals_table,
)
from sim.report.sentences import channel_title, option_title
from sim.scenario.claims import GOAL_MEASURES, LAST_MONTH, ONLY_PEOPLE
from sim.scenario.edited import Edit
from sim.ui.pages.risks_parts import refusal, remembered, tried, typed
from sim.ui.view import View, choose, decide, plain, table

__all__ = ["draw"]

#: Goals whose figure should be small, and their usual bounds and units.
_SMALL = ("first_response", "abandonment", "asa", "missed")
_USUAL = {"first_response": 60.0, "asa": 30.0, "abandonment": 5.0, "missed": 5.0}


def draw(view: View, found: Comparison) -> None:
    """Draw this part."""
    _questions(view, checklist(found))
    _goals(view, found, reach(found))


def _questions(view: View, listed: Checklist) -> None:
    """The six questions: numbers answer what they can, people the rest."""
    lang = view.lang
    with st.container(border=True):
        icon = {"consider": "fact_check", "no need": "check_circle", "open": "help"}[listed.says]
        st.header(f":material/{icon}: {plain(_headline(view, listed))}", anchor=False)
        today = option_title(view.scenario, listed.today, lang)
        st.markdown(
            lang("Asked about “{option}”, which serves today.", option=plain(today))
            + " "
            + plain(checklist_sentence(listed, lang))
        )
        for one in listed.answers:
            _question(view, one)
        refusal("checklist", lang)
        st.caption(
            lang(
                "A checklist that is handed around among owners of shops; the rule of three is "
                "theirs. The bounds are assumptions. What you state counts instead of the numbers."
            )
        )


def _headline(view: View, listed: Checklist) -> str:
    lang = view.lang
    if listed.says == "consider":
        return lang("Outsourcing is worth a look")
    if listed.says == "no need":
        return lang("No need for outsourcing by this checklist")
    return lang.n(
        "{n} question waits for your answer", "{n} questions wait for your answer", listed.asked
    )


def _question(view: View, one: Answered) -> None:
    """One question with the numbers behind it and its answer."""
    lang = view.lang
    numbers, place = evidence(view.scenario, one, lang), ("checklist", one.question)
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        said = {True: lang("yes"), False: lang("no"), None: "—"}[one.answer]
        question = lang(QUESTION_WORDS[one.question])
        who = lang(ANSWERED_BY[one.by])
        st.markdown(f"{question} **{said}**, {who}")
        if numbers:
            st.caption(numbers)
    with right:
        stated = getattr(view.scenario.checklist, one.question)
        unsaid = lang("not said") if one.question in ONLY_PEOPLE else lang("the numbers")
        decide(
            st.segmented_control,
            lang(QUESTION_WORDS[one.question]),
            {"": unsaid, "yes": lang("yes"), "no": lang("no")},
            f"risks.checklist.{one.question}",
            lang,
            current="" if stated is None else "yes" if stated else "no",
            then=lambda answer: tried("checklist", Edit(place, answer or None)),
            label_visibility="collapsed",
        )


def _goals(view: View, found: Comparison, reached: tuple[Reached, ...]) -> None:
    """Goals by option, and a form for one's own."""
    lang, goals = view.lang, view.scenario.goals
    with st.container(border=True):
        head = lang("Goals and their dates")
        st.header(f":material/flag: {head}", anchor=False)
        if reached:
            table(goals_table(found, reached, lang))
            st.caption(
                lang(
                    "A goal is reached from the month in which an option serves, if it gives the "
                    "figure at all. The first response is the mean wait of those who are answered."
                )
            )
            with st.container(horizontal=True):
                for goal in goals:
                    key = goal.text.partition(":")[0].strip()
                    st.button(
                        goal_words(view.scenario, goal, lang),
                        key=f"risks.goal.away.{key}",
                        icon=":material/delete:",
                        help=lang("Take this goal away"),
                        type="tertiary",
                        on_click=tried,
                        args=("goals", Edit(("goals", key), None)),
                    )
        else:
            st.markdown(lang("No goal is set. Say below what is to be reached, and by when."))
        _form(view)


def _form(view: View) -> None:
    """A goal of one's own."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    st.subheader(lang("Set a goal"), anchor=False)
    columns = iter(st.columns(4 if len(scenario.channels) > 1 else 3))
    with next(columns):
        names = {name: lang(MEASURE_WORDS[name]) for name in GOAL_MEASURES}
        measure = choose(st.selectbox, lang("What"), names, f"risks.goal.{at}", lang)
    if len(scenario.channels) > 1:
        with next(columns):
            known = {"": lang("all channels")}
            if GOAL_MEASURES[measure][1]:
                known |= {name: channel_title(scenario, name, lang) for name in scenario.channels}
            choose(st.selectbox, lang("Channel"), known, _channel_key(view, measure), lang)
    sign = _sign(measure)
    unit = lang("s") if sign == "s" else sign
    with next(columns):
        label = lang("at most") if measure in _SMALL else lang("at least")
        remembered(
            st.number_input,
            f"{label}, {unit}" if unit else label,
            _USUAL.get(measure, 80.0),
            f"risks.goal.value.{measure}",
            lang,
            min_value=-100.0 if measure == "nps" else 0.0,
            max_value=86_400.0 if sign == "s" else 100.0,
            format="%g",
        )
    with next(columns):
        remembered(
            st.number_input,
            lang("within months"),
            6,
            "risks.goal.month",
            lang,
            min_value=1,
            max_value=LAST_MONTH,
            step=1,
        )
    st.button(
        lang("Set the goal"),
        key="risks.goal.set",
        on_click=lambda: tried("goals", _goal(view)),
        type="primary",
    )
    refusal("goals", lang)


def _channel_key(view: View, measure: str) -> str:
    """Where the session keeps the channel: some figures are of all channels alone."""
    return f"risks.goal.channel.{view.state.scenario}.{GOAL_MEASURES[measure][1]}"


def _sign(measure: str) -> str:
    """The unit of a goal, as the file writes it."""
    if measure in ("first_response", "asa"):
        return "s"
    return "" if measure == "nps" else "%"


def _goal(view: View) -> Edit:
    """The goal as its fields have it now."""
    said, lang = st.session_state, view.lang
    measure = str(said[f"chosen.risks.goal.{view.state.scenario}"])
    channel = said.get(f"chosen.{_channel_key(view, measure)}", "")
    value = typed(_USUAL.get(measure, 80.0), f"risks.goal.value.{measure}", lang)
    month = typed(6, "risks.goal.month", lang)
    side = "at most" if measure in _SMALL else "at least"
    key = f"{channel}.{measure}" if channel else measure
    return Edit(("goals", key), f"{side} {value:g}{_sign(measure)} in {month} months")
