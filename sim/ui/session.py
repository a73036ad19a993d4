"""The visitor's state in the session: read, changed, taken back."""

from __future__ import annotations

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.ui.state import State

__all__ = ["can_redo", "can_undo", "change", "is_here", "look", "redo", "state", "undo", "visitor"]

# Steps back that are kept; a state is small, and shares what did not change with the next.
_MOST = 100


def state() -> State:
    """What the visitor has chosen and changed."""
    kept: State = st.session_state["state"]
    return kept


def visitor() -> str:
    """The name of this session; empty where no page is drawn, as when the app gets ready."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def is_here(visitor: str) -> bool:
    """Whether the page of a visitor is open; of tests, which have no browser, it always is."""
    return not runtime.exists() or runtime.get_instance().is_active_session(visitor)


def look(fresh: State) -> None:
    """Look at something else: nothing that one would take back."""
    st.session_state["state"] = fresh


def change(fresh: State) -> None:
    """Change the calculation; `undo` brings the state before it back."""
    if fresh == state():
        return
    past = st.session_state.setdefault("past", [])
    past.append(state())
    del past[:-_MOST]
    st.session_state["future"] = []
    st.session_state["state"] = fresh


def can_undo() -> bool:
    """Whether there is a change to take back."""
    return bool(st.session_state.get("past"))


def can_redo() -> bool:
    """Whether a change was taken back."""
    return bool(st.session_state.get("future"))


def undo() -> None:
    """Take the last change back."""
    if can_undo():
        st.session_state.setdefault("future", []).append(state())
        _show(st.session_state["past"].pop())


def redo() -> None:
    """Make the change again that was taken back last."""
    if can_redo():
        st.session_state.setdefault("past", []).append(state())
        _show(st.session_state["future"].pop())


def _show(kept: State) -> None:
    st.session_state["state"] = kept
    st.session_state["chosen.scenario"] = kept.scenario
