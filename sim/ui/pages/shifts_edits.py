"""How the page of shifts writes into the scenario: places, choices, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.plan.period import Period
from sim.plan.teams import month_of
from sim.report.language import Language
from sim.report.refusals import found_in, reason_words
from sim.scenario import Scenario
from sim.scenario.edited import Edit, edited
from sim.scenario.option import Group
from sim.scenario.planned import ShiftForm
from sim.ui.refusals import reasons
from sim.ui.session import change, state
from sim.ui.view import View
from sim.ui.work import planned_of, scenario_of, tree_of

__all__ = ["Desk", "problem_words", "put_in", "put_number", "say_refused", "write"]

_REFUSED = "shifts.refused"
# Of the name of a column that is none, so much is shown [letters].
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page is about: a group of an option.

    Parameters
    ----------
    view
        What every page is handed.
    option, group
        Their names.
    """

    view: View
    option: str
    group: str

    @property
    def scenario(self) -> Scenario:
        """The operation."""
        return self.view.scenario

    @property
    def staff(self) -> Group:
        """The group as the scenario has it."""
        return self.scenario.options[self.option].groups[self.group]

    @property
    def forms(self) -> Mapping[str, ShiftForm]:
        """Shifts that may be worked; none where the scenario does not say."""
        bounds = self.staff.to_target
        return (bounds.shifts or {}) if bounds else {}

    @property
    def period(self) -> Period:
        """The month of a roster."""
        return month_of(self.scenario)

    @property
    def key(self) -> str:
        """Names the group among all that visitors look at."""
        return f"{self.view.state.scenario}.{self.option}.{self.group}"

    @property
    def planned(self) -> Scenario:
        """The operation without its team: who works has no say in which shifts are needed."""
        return planned_of(self.scenario)

    @property
    def place(self) -> tuple[str, ...]:
        """Where the file has the group."""
        if "options" not in _tree():
            return ("groups", self.group)
        return ("options", self.option, "groups", self.group)

    def written(self, *place: str) -> Any:
        """What the file says at a place of the group; None where nothing.

        A change made since the page was drawn stands in it too: the next is laid over it.
        """
        node: Any = _tree()
        for step in (*self.place, *place):
            node = node.get(step) if isinstance(node, Mapping) else None
        return node


def _tree() -> Any:
    return edited(tree_of(state()), state().edits)


def write(*edits: Edit) -> bool:
    """Write into the scenario, unless it would then break a rule: that is said on the page.

    Parameters
    ----------
    edits
        What is written, and where.

    Returns
    -------
    Whether it was written.
    """
    fresh = state().writing(*edits)
    try:
        scenario_of(fresh)
    except (InvalidInput, ScenarioError) as error:
        st.session_state[_REFUSED] = found_in(error)
        return False
    st.session_state.pop(_REFUSED, None)
    change(fresh)
    return True


def put_in(*edits: Edit) -> None:
    """What a button writes: refused with words where it breaks a rule.

    Parameters
    ----------
    edits
        What is written, and where.
    """
    write(*edits)


def say_refused(view: View) -> None:
    """Say what was not written, and why."""
    found = st.session_state.pop(_REFUSED, None)
    if found is not None:
        said = reasons(found, view.lang)
        st.error(view.lang("This was not taken over: {reason}", reason=said))


def problem_words(one: Problem, lang: Language) -> str:
    """What is wrong with a file that was brought: line, column, rule and hint.

    Parameters
    ----------
    one
        The fault; a heading that is no heading may be as long as its file.
    lang
        The reader's language.
    """
    path = one.path if len(one.path) <= _MOST_SHOWN else one.path[:_MOST_SHOWN] + "…"
    place = " ".join(part for part in (str(one.line or ""), path) if part)
    return ": ".join(part for part in (place, reason_words(one, lang)) if part)


def put_number(
    label: str,
    current: float | None,
    bounds: Sequence[float],
    key: str,
    act: Callable[[float | None], object],
    **more: Any,
) -> None:
    """A number whose truth is the scenario; empty where it may be absent.

    Parameters
    ----------
    label
        What is asked.
    current
        What the scenario has; None where it has none.
    bounds
        The least, the most and the step.
    key
        Of the widget.
    act
        Writes another one.
    more
        Handed to the widget.
    """
    own = f"edit.{key}"
    low, high, step = map(float, bounds)
    if own not in st.session_state or st.session_state[own] != current:
        st.session_state[own] = current

    def put() -> None:
        act(st.session_state[own])

    st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=None,  # so that it can be emptied; what it shows is in the session
        step=step,
        format="%g",
        key=own,
        placeholder="—",
        on_change=put,
        **more,
    )
