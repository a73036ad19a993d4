"""The sidebar: language, scenario, what to compare with, load and target."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from sim.errors import LinewiseError, ScenarioError
from sim.report.language import Language
from sim.report.refusals import refusal_lines
from sim.report.sentences import channel_title, hours_words, option_title
from sim.scenario import Scenario, load_text
from sim.scenario.ready import ready
from sim.scenario.variant import aht, lead, volume
from sim.ui.session import can_redo, can_undo, change, look, redo, state, undo
from sim.ui.state import BOUNDS, OWN, State
from sim.ui.view import choose, plain, upload
from sim.ui.work import from_file, from_text

__all__ = [
    "MOST_BYTES",
    "bring_scenario",
    "load_figures",
    "option_choice",
    "pick_language",
    "pick_scenario",
    "steps",
    "text_in",
    "use_text",
]

#: A scenario file is text; more than this is something else.
MOST_BYTES = 2_000_000


def pick_language(lang: Language) -> None:
    """Two languages, each in its own words."""
    names = {"ru": "Русский", "en": "English"}
    choose(st.segmented_control, "Язык · Language", names, "lang", lang, width="stretch")


def pick_scenario(lang: Language) -> None:
    """Ready scenarios, and the visitor's own."""
    names = _titles(lang)
    # The link speaks first; after that the choice is the visitor's, or that of an upload.
    st.session_state.setdefault("chosen.scenario", state().scenario)
    if names:
        chosen = choose(st.selectbox, lang("Scenario"), names, "scenario", lang)
        if chosen != state().scenario:
            change(State(chosen, own=state().own))
    with st.expander(lang("Your own scenario")):
        bring_scenario(lang, "upload")


def bring_scenario(lang: Language, key: str) -> None:
    """A place for a scenario file, which becomes what the visitor works on.

    Parameters
    ----------
    lang
        The reader's language.
    key
        Of the widget: there may be several such places.
    """
    upload(
        lang("Scenario file, YAML"),
        2,
        lang,
        type=["yaml", "yml"],
        key=key,
        on_change=_take,
        args=(lang, key),
        help=lang("Profiles must stand in the file itself: it cannot name a CSV file."),
    )


def _titles(lang: Language) -> dict[str, str]:
    """Titles of the scenarios that can be opened, by name."""
    names: dict[str, str] = {}
    for name, path in ready().items():
        # A ready file that somebody broke must not take the others along.
        with suppress(ScenarioError):
            names[name] = from_file(path).title.in_(lang.code)
    own = state().own
    if own is not None:
        name, text = own
        names[OWN] = from_text(text, name).title.in_(lang.code)
    return names


def _take(lang: Language, key: str) -> None:
    """Read an upload; a broken one leaves the work in hand as it is."""
    st.session_state.pop("problems", None)
    file = st.session_state[key]
    if file is None:
        return
    try:
        use_text(file.name, text_in(file.getvalue(), lang))
    except LinewiseError as error:
        st.session_state["problems"] = (file.name, refusal_lines(error, lang))
    except ValueError as error:
        st.session_state["problems"] = (file.name, (str(error),))


def use_text(name: str, text: str) -> None:
    """Make a scenario what the visitor works on; undoing it brings the one before back.

    Parameters
    ----------
    name
        Name of its file.
    text
        What it says; it can name no other file.

    Raises
    ------
    ScenarioError
        If it cannot be used; nothing is changed then.
    """
    load_text(text, name)
    change(State(OWN, own=(name, text)))
    st.session_state["chosen.scenario"] = OWN


def text_in(data: bytes, lang: Language) -> str:
    """What an upload says.

    Raises
    ------
    ValueError
        If it is too large, or no text; in words.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(lang("the file is larger than 2 MB"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(lang("the file is not text in UTF-8")) from None


def steps(lang: Language) -> None:
    """One step back, one step forward."""
    back, forward = st.columns(2)
    with back:
        _step(lang("Undo"), "undo", undo, not can_undo())
    with forward:
        _step(lang("Redo"), "redo", redo, not can_redo())


def _step(label: str, icon: str, act: Callable[[], None], off: bool) -> None:
    sign = f":material/{icon}:"
    st.button(label, key=f"step.{icon}", icon=sign, on_click=act, disabled=off, width="stretch")


def option_choice(scenario: Scenario, lang: Language) -> None:
    """Which option to look at beside the baseline."""
    names = {n: option_title(scenario, n, lang) for n in scenario.options if n != scenario.baseline}
    if not names:
        look(replace(state(), option=None))  # that of another scenario, or one that is gone
        return
    if len(names) > 1:
        names = {"": lang("the best of the others")} | names
    key = f"option.{state().scenario}"
    if state().option in names:
        st.session_state.setdefault(f"chosen.{key}", state().option)
    base = option_title(scenario, scenario.baseline, lang)
    label = lang("Compare “{base}” with", base=plain(base))
    chosen = choose(st.selectbox, label, names, key, lang)
    look(replace(state(), option=chosen or None))


def load_figures(scenario: Scenario, lang: Language) -> None:
    """Volume, handle time and target; the scenario's own until they are changed.

    Parameters
    ----------
    scenario
        The scenario as it is written.
    lang
        The reader's language.
    """
    channel = scenario.channels[lead(scenario)]
    title = channel_title(scenario, lead(scenario), lang)
    of = f" · {plain(title)}" if len(scenario.channels) > 1 else ""
    target = channel.target
    with st.container(border=True):
        st.subheader(lang("Load and target"), anchor=False)
        _figure("volume", lang("Contacts a week"), volume(scenario), 50.0)
        _figure("aht", lang("Handle time, s") + of, aht(channel), 5.0)
        left, right = st.columns(2)
        with left:
            _figure("answered", lang("Answered, %"), 100 * target.answered if target else None, 1.0)
        with right:
            _figure("within", lang("within, s"), target.awt if target else None, 5.0)
        st.caption(lang("Open: {hours}", hours=hours_words(channel.open, lang)) + of)
        st.button(
            lang("Back to the example"),
            key="reset",
            on_click=_reset,
            disabled=not state().changed,
            width="stretch",
        )


def _figure(field: str, label: str, own: float | None, step: float) -> None:
    """One number; the state holds it only while it differs from the scenario's own.

    The state changes in the callback alone: what a widget holds after a change of page or of
    language is not always what the visitor has put there.
    """
    key = f"figure.{field}.{state().scenario}"
    low, high = BOUNDS[field]
    # A step in tens is no place for tenths.
    shown = None if own is None else float(round(own, 0 if step > 1 else 1))
    current = state().figures.get(field, shown)
    # A new field begins with its value: what the session hands to one is lost on the way when the
    # page is drawn again at once, and the browser then answers with the least there may be.
    # After that it has none, so that it can be emptied: which goes back to the scenario's own.
    new = key not in st.session_state
    if not new and st.session_state[key] != current:
        st.session_state[key] = current
    if current is not None:
        low, high = min(low, current), max(high, current)

    def keep() -> None:
        value: float | None = st.session_state[key]
        kept = None if value is None or value == shown else value
        change(state().having(field, kept))

    st.number_input(
        label,
        value=current if new else None,
        min_value=low,
        max_value=high,
        step=step,
        format="%g",
        key=key,
        placeholder="—",
        on_change=keep,
    )


def _reset() -> None:
    change(replace(state(), figures={}, edits=()))
