"""What the parts of the page about risk share: edits that may be refused, work that is replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from sim.decide import Comparison
from sim.decide.breakeven import pair_of
from sim.decide.risk import inputs_of
from sim.errors import InvalidInput, ScenarioError
from sim.report.language import Language
from sim.report.refusals import found_in
from sim.scenario import Scenario
from sim.scenario.claims import Checklist
from sim.scenario.edited import Edit, edited
from sim.ui.jobs import Task
from sim.ui.refusals import reasons
from sim.ui.session import change, state, visitor
from sim.ui.view import View, hold
from sim.ui.waiting import board
from sim.ui.work import kept, key_of, scenario_of, tree_of

__all__ = [
    "choices",
    "drawn_from",
    "in_place_of_the_last",
    "pair",
    "refusal",
    "remembered",
    "tried",
    "typed",
    "written",
]

_REFUSED = "risks.refused"


def choices(found: Comparison, between: tuple[str, str] | None) -> tuple[str, ...]:
    """Options among which one is to be chosen: those with prices and equal service.

    Raises
    ------
    InvalidInput
        If there are not two.
    """
    names = pair_of(found, between)
    alike = {option.name for option in found.at_the_target()}
    return names if between else tuple(o.name for o in found.options if o.name in alike)


def pair(view: View, found: Comparison) -> tuple[str, str] | None:
    """The baseline and the option that the visitor looks at, where both serve alike."""
    name, base = view.state.option, found.baseline.name
    alike = {option.name for option in found.at_the_target()}
    return (base, name) if name and name != base and {name, base} <= alike else None


def drawn_from(scenario: Scenario) -> Scenario:
    """The scenario without what no draw depends on, so that it changes no draw."""
    none = {"claims": {}, "goals": (), "checklist": Checklist(), "expect": {}}
    return kept(key_of(scenario, "drawn from"), lambda: scenario.model_copy(update=none))


def written(*keys: str) -> Any:
    """What the visitor's file says at a place, edits among it; None where it says nothing."""
    node: Any = edited(tree_of(state()), state().edits)
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def tried(place: str, *edits: Edit) -> None:
    """Write edits if the scenario takes them; else keep the reason, and the work as it is.

    Parameters
    ----------
    place
        The part of the page that shows the reason.
    edits
        What is written.
    """
    st.session_state.pop(_REFUSED, None)
    fresh = state().writing(*edits)
    try:
        scenario = scenario_of(fresh)[1]
        if scenario.risk is not None and scenario.risk.ranges:
            inputs_of(scenario, ())
    except (InvalidInput, ScenarioError) as error:
        st.session_state[_REFUSED] = (place, found_in(error))
        return
    change(fresh)


def refusal(place: str, lang: Language) -> None:
    """Say why the last edit in a part of the page was not taken, if it was not."""
    said = st.session_state.get(_REFUSED)
    if said and said[0] == place:
        st.error(
            lang(
                "This was not taken: {reason}. Everything is as it was.",
                reason=reasons(said[1], lang),
            ),
            icon=":material/error:",
        )


def remembered(
    widget: Callable[..., Any], label: str, usual: Any, key: str, lang: Language, **more: Any
) -> Any:
    """A field whose content outlives its page: a widget itself is forgotten with the page.

    Parameters
    ----------
    widget, label
        ``st.text_input``, ``st.toggle`` …, and what it asks.
    usual
        What it holds at first.
    key
        Where the session keeps it.
    lang
        The reader's language.
    more
        Handed to the widget.
    """
    kept_key, own = f"kept.{key}", f"{key}.{lang.code}"
    current = st.session_state.setdefault(kept_key, usual)
    hold(own, current)

    def keep() -> None:
        st.session_state[kept_key] = st.session_state[own]

    return widget(label, value=current, key=own, on_change=keep, **more)


def typed(usual: Any, key: str, lang: Language) -> Any:
    """What a `remembered` field holds now: a button may be pressed before the page is drawn anew.

    Parameters
    ----------
    usual, key, lang
        As `remembered` takes them.
    """
    kept = st.session_state.get(f"kept.{key}", usual)
    found = st.session_state.get(f"{key}.{lang.code}", kept)
    return usual if found is None else found


def in_place_of_the_last(slot: str, task: Task[Any]) -> Task[Any]:
    """A task, with the work stopped that stood in its place before: nobody waits for it now."""
    kept_slot = f"risks.task.{slot}"
    last = st.session_state.get(kept_slot)
    if last is not None and last != task.key:
        board().stop(last, visitor())
    st.session_state[kept_slot] = task.key
    return task
