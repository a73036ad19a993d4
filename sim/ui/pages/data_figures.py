"""Figures of the scenario by topic, each with a field to change it, its range and its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.assumed import (
    CONFIDENCE_WORDS,
    assumption_title,
    figure_range,
    figure_value,
    upper,
)
from sim.report.language import N_, Language
from sim.report.refusals import found_in
from sim.report.sentences import group_title, option_title
from sim.report.words import term
from sim.scenario import Scenario
from sim.scenario.edited import Edit
from sim.scenario.figures import ASSUMED
from sim.scenario.terms import Assumption
from sim.scenario.terms.presets import choices, currency
from sim.scenario.terms.shipped import Section
from sim.scenario.written import Choice, Figure, choice_of, figure_of, write, write_choice
from sim.ui.refusals import reasons
from sim.ui.session import change, state
from sim.ui.state import State
from sim.ui.view import View, choose, decide, hold, plain
from sim.ui.work import folded, scenario_of, written_tree

__all__ = ["figures", "shown_figures"]

#: Parts of an option's figures, by the step of the path that begins them.
_SECTIONS = {
    "agents": N_("Hours and pay"),
    "support_roles": N_("Support staff"),
    "hiring": N_("Hiring"),
    "workplace": N_("Workplace"),
    "equipment": N_("Workplace"),
    "software": N_("Software and telephony"),
    "telephony": N_("Software and telephony"),
    "contract": N_("Contract"),
    "retained": N_("Kept in-house"),
    "one_offs": N_("Once, for the change"),
}
_OTHER = N_("Other figures")
#: Sections of the file that belong to no option, by name.
_WIDE = {"horizon": N_("Months"), "consequences": N_("What service costs customers")}
#: Terms of a group, and the section of presets that they build on.
_TERMS: Mapping[str, Section] = {"payroll": "inhouse", "contract": "contract"}
_REFUSED = "data.refused"
#: Said of a figure that was changed here, in place of the source that it had.
_ENTERED = {"en": "Entered in the app", "ru": "Введено в приложении"}


def figures(view: View) -> None:
    """Draw the figures of one topic.

    Parameters
    ----------
    view
        Language and scenario.
    """
    lang, scenario = view.lang, view.scenario
    _refusal(lang)
    every = shown_figures(view)
    topics = _topics(scenario, every, lang)
    key = f"data.topic.{view.state.scenario}"
    topic = choose(st.segmented_control, lang("About"), topics, key, lang)
    shown = [one for one in every if _topic(one.path) == topic]
    if topic in scenario.options:
        _presets(view, topic)
        rank = {lang(title): n for n, title in enumerate([*_SECTIONS.values(), _OTHER])}
        found = dict.fromkeys(_section(scenario, one.path, lang) for one in shown)
        sections = sorted(found, key=lambda title: rank[title.rpartition(": ")[2]])
        if len(sections) > 1:
            names = {str(n): title for n, title in enumerate(sections)}
            key = f"data.section.{view.state.scenario}.{topic}"
            label = lang("Part")
            chosen = names[choose(st.segmented_control, label, names, key, lang)]
            shown = [one for one in shown if _section(scenario, one.path, lang) == chosen]
    _rows(view, shown)


def shown_figures(view: View) -> list[Assumption]:
    """Figures that the scenario rests on, each once.

    Parameters
    ----------
    view
        Language and scenario.
    """
    every = view.scenario.assumptions(view.lang.code)
    paths = {one.path for one in every}
    # Contacts by the hour come to the volume, where that is stated beside them.
    return [
        one
        for one in every
        if not one.path.endswith(".arrivals")
        or one.path.removesuffix("arrivals") + "volume" not in paths
    ]


def _topics(scenario: Scenario, every: Iterable[Assumption], lang: Language) -> dict[str, str]:
    """What figures are about: the load, each option, and what belongs to none."""
    there = {_topic(one.path) for one in every}
    options = {name: option_title(scenario, name, lang) for name in scenario.options}
    names = {"": lang("Load")} | options | {name: lang(title) for name, title in _WIDE.items()}
    return {name: title for name, title in names.items() if name in there}


def _topic(path: str) -> str:
    kind, name, *_ = path.split(".")
    return "" if kind == "channels" else name if kind == "options" else kind


def _section(scenario: Scenario, path: str, lang: Language) -> str:
    """The part of an option that a figure belongs to."""
    _, option, *parts = path.split(".")
    groups = scenario.options[option].groups
    found = next((lang(_SECTIONS[part]) for part in parts if part in _SECTIONS), lang(_OTHER))
    if parts[0] == "groups" and len(groups) > 1:
        return f"{group_title(scenario, option, parts[1], lang)}: {found}"
    return found


# --- presets -----------------------------------------------------------------------------------


def _presets(view: View, option: str) -> None:
    """Ready terms under an option's own: which ones, where there is a choice."""
    lang, scenario = view.lang, view.scenario
    for name, group in scenario.options[option].groups.items():
        for kind in _TERMS:
            terms = getattr(group, kind)
            if terms is None or terms.preset is None:
                continue
            section = _TERMS[kind]
            fitting = [one for one in choices(section) if currency(one) == scenario.currency]
            now = terms.preset.name
            label = lang("Ready terms")
            if len(scenario.options[option].groups) > 1:
                label += f" · {plain(group_title(scenario, option, name, lang))}"
            if len(fitting) < 2:
                st.caption(f"{label}: {_preset_words(now, lang)}.")
                continue
            place = _place(view.state, ("options", option, "groups", name, kind, "preset"))
            _preset_choice(view, label, [now, *(n for n in fitting if n != now)], place)


def _preset_words(name: str, lang: Language) -> str:
    """A preset in words: RU_2026/shared."""
    place, _, model = name.partition("/")
    country, _, year = place.partition("_")
    return " · ".join(
        part for part in (f"{country} {year}", term(model, lang) if model else "") if part
    )


def _preset_choice(view: View, label: str, names: list[str], place: tuple[str | int, ...]) -> None:
    """Take other ready terms; what was laid over them stays."""
    lang = view.lang
    key = f"data.preset.{'.'.join(map(str, place))}.{lang.code}"
    hold(key, names[0])

    def keep() -> None:
        chosen = st.session_state[key]
        _try(state().writing(Edit(place, chosen)), label)

    st.selectbox(
        label,
        sorted(names),
        index=sorted(names).index(names[0]),
        format_func=lambda name: _preset_words(str(name), lang),
        key=key,
        on_change=keep,
    )


# --- rows --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One figure on the page."""

    one: Assumption
    title: str
    figure: Figure | Choice | None


def _rows(view: View, shown: Iterable[Assumption]) -> None:
    lang, scenario = view.lang, view.scenario
    tree = written_tree(folded(view.state, scenario_of(view.state)[0]))
    with st.container(border=True):
        for one in shown:
            title = plain(assumption_title(scenario, one.path, lang))
            found = figure_of(scenario, tree, one) or choice_of(scenario, tree, one)
            row = _Row(one, title, found)
            left, right = st.columns([2, 3], vertical_alignment="center")
            with left:
                _field(view, row)
            with right:
                st.markdown(_standing(view, one))


def _standing(view: View, one: Assumption) -> str:
    """How far a figure may be otherwise, and who says so."""
    lang = view.lang
    standing, source = lang(CONFIDENCE_WORDS[one.confidence]), lang(one.source)
    parts = [f"**{standing}**"]
    range_ = figure_range(one, view.scenario.currency, lang)
    if range_:
        parts.append(lang("may be {range}", range=plain(range_)))
    if isinstance(one.value, str) and one.unit == "law":
        parts.append(plain(figure_value(one.value, one.unit, view.scenario.currency, lang)))
    said = "" if one.source == ASSUMED else f"  \n{plain(source)}"
    return " · ".join(parts) + said


def _field(view: View, row: _Row) -> None:
    """A field for a number, a choice for what is chosen; words for what is neither."""
    lang, one, figure = view.lang, row.one, row.figure
    if isinstance(figure, Choice) and len(figure.among) > 1:
        _choice(view, row, figure)
        return
    if not isinstance(figure, Figure):
        said = figure_value(one.value, one.unit, view.scenario.currency, lang)
        st.markdown(f"{row.title}  \n{plain(said)}")
        return
    scale = 100.0 if figure.unit.startswith("share") else 1.0
    shown = float(f"{figure.value * scale:.6g}")
    key = f"datum.{view.state.scenario}.{one.path}"
    if key not in st.session_state or st.session_state[key] != shown:
        st.session_state[key] = shown

    def keep() -> None:
        value = st.session_state[key]
        _keep(row, None if value is None else value / scale)

    st.number_input(
        f"{row.title}, {_unit_words(figure.unit, view.scenario.currency, lang)}",
        value=None,
        step=_step(shown),
        format="%.10g",
        key=key,
        on_change=keep,
    )


def _choice(view: View, row: _Row, found: Choice) -> None:
    """One of several names, or yes and no."""
    lang, one = view.lang, row.one
    names = {
        str(value): upper(figure_value(value, one.unit, view.scenario.currency, lang))
        for value in found.among
    }
    key = f"datum.{view.state.scenario}.{one.path}"

    def keep(name: str) -> None:
        _keep(row, next(value for value in found.among if str(value) == name))

    decide(st.selectbox, row.title, names, key, lang, current=str(found.value), then=keep)


def _step(shown: float) -> float:
    """A step of about a twentieth: 1, 5 or 10 of a power of ten."""
    size = abs(shown) / 20
    for step in (0.01, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0):
        if size <= step:
            return step
    return 10_000.0


def _unit_words(unit: str, currency: str, lang: Language) -> str:
    """What a number in a field is counted in."""
    if unit.startswith("share"):
        return "%"
    if unit == "s":
        return lang("s")
    if unit == "factor":
        return lang("times")
    if unit == "count":
        return lang("number")
    words = figure_value(0.0, unit, currency, lang)
    return words.replace("0", "").strip()


def _keep(row: _Row, value: float | str | None) -> None:
    """Write a figure anew; an empty field takes back what was written there."""
    now = state()
    plain, shown = scenario_of(now)
    if row.one.path.startswith("channels."):
        # What the sidebar has changed of the load is written first: it stays as it was shown.
        now = folded(now, plain)
    assert row.figure is not None
    source = _place(now, ("sources", row.one.path))
    try:
        if value is None:
            _try(_without(now, row.figure, source), row.title)
            return
        edit = _edit(row.figure, value, shown, now)
    except InvalidInput as error:
        st.session_state[_REFUSED] = (row.title, found_in(error))
        return
    _try(now.writing(edit, Edit(source, dict(_ENTERED))), row.title)


def _edit(figure: Figure | Choice, value: float | str, shown: Scenario, now: State) -> Edit:
    """What writes a figure anew."""
    if isinstance(figure, Choice):
        return write_choice(figure, value if isinstance(value, str) else bool(value), shown)
    return write(figure, float(value), shown, written_tree(now))


def _without(now: State, figure: Figure | Choice, source: tuple[str | int, ...]) -> State:
    """The state without what was written for a figure."""
    gone = {figure.place, figure.within, source}
    kept = tuple(
        edit
        for edit in now.edits
        if edit.place not in gone and edit.place[: len(figure.place)] != figure.place
    )
    return replace(now, edits=kept)


def _place(now: State, place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place as the file of the visitor has it: with one option, groups stand at the top."""
    if place[0] == "options" and "options" not in _top(now):
        return place[2:]
    return place


def _top(now: State) -> Mapping[str, Any]:
    return written_tree(now)


def _try(fresh: State, title: str) -> None:
    """Make a change, unless the scenario refuses it: then say why, and keep all as it was."""
    try:
        scenario_of(fresh)
    except (InvalidInput, ScenarioError) as error:
        st.session_state[_REFUSED] = (title, found_in(error))
        return
    change(fresh)


def _refusal(lang: Language) -> None:
    """Why the last change was not made, said once."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        title, found = refused
        head = lang("“{figure}” stays as it was.", figure=title)
        st.error(f"{head} {upper(reasons(found, lang))}")
