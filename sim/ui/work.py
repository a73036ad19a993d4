"""Scenarios and simulations that pages show: read and computed once, kept for everybody."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sim.decide import Comparison, OptionResult
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.report.week import needed
from sim.scenario import Scenario, load, load_text
from sim.scenario.claims import Checklist
from sim.scenario.edited import edited, figure_edits, tree_text
from sim.scenario.load import load_tree, standalone
from sim.scenario.ready import ready
from sim.ui.jobs import Task
from sim.ui.session import visitor
from sim.ui.state import OWN, State, file_key
from sim.ui.tasks import compared, simulated
from sim.ui.waiting import board, now, soon

__all__ = [
    "Kept",
    "comparing",
    "comparison",
    "file_of",
    "folded",
    "from_file",
    "from_text",
    "is_early",
    "keep_file",
    "kept",
    "key_of",
    "option_result",
    "plan_key",
    "plan_known",
    "planned_of",
    "requirement_of",
    "scenario_of",
    "text_of",
    "tree_of",
    "written_tree",
]

_Result = TypeVar("_Result")


class Kept:
    """Results by key, the least recently used dropped first.

    One caller computes a result while others who ask for it wait; results are frozen, so all
    share one. For what takes longer than a moment there are jobs.

    Parameters
    ----------
    most
        Results to keep.

    Examples
    --------
    >>> some = Kept(most=2)
    >>> some.get("a", lambda: 1), some.get("a", lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[str, object] = OrderedDict()
        self._busy: dict[str, Lock] = {}
        self._lock = Lock()

    def look(self, key: str) -> object:
        """What is kept of a key; None where nothing is."""
        with self._lock:
            return self._found.get(key)

    def get(self, key: str, compute: Callable[[], _Result]) -> _Result:
        """The result of a key, computed if it is not kept."""
        with self._lock:
            busy = self._busy.setdefault(key, Lock())
        with busy:
            try:
                with self._lock:
                    if key in self._found:
                        self._found.move_to_end(key)
                        return self._found[key]  # type: ignore[return-value]
                result = compute()
                with self._lock:
                    self._found[key] = result
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
                return result
            finally:
                with self._lock:
                    if self._busy.get(key) is busy:
                        del self._busy[key]


@st.cache_resource(show_spinner=False)
def _shelf() -> Kept:
    """What all visitors share."""
    return Kept(most=512)


def kept(key: str, compute: Callable[[], _Result]) -> _Result:
    """A quick result that pages need again and again: a digest, a chart's specification, a week.

    Parameters
    ----------
    key
        Names it, as `key_of` does.
    compute
        Called where it is not kept.
    """
    return _shelf().get(key, compute)


@st.cache_resource(show_spinner=False)
def _files() -> Kept:
    """Scenario files that visitors brought along: found by who has them or a link made of them."""
    return Kept(most=32)


def keep_file(own: tuple[str, str]) -> None:
    """Remember the name and text of a file, so that a reload finds it again.

    Parameters
    ----------
    own
        As `State.own`.
    """
    _files().get(file_key(own), lambda: own)


def file_of(key: str) -> tuple[str, str] | None:
    """The name and text of a file that is remembered; None where it is not.

    Parameters
    ----------
    key
        As `sim.ui.state.file_key` makes it.
    """
    found: tuple[str, str] | None = _files().look(key)  # type: ignore[assignment]
    return found


def key_of(scenario: Scenario, *more: object) -> str:
    """A name for what follows from a scenario and from what else is asked of it."""
    # The digest takes a millisecond or two, and is asked for a dozen times a page.
    digest = kept(f"digest.{id(scenario)}", lambda: (scenario, scenario.digest))[1]
    return hashlib.sha256("|".join([digest, *map(str, more)]).encode()).hexdigest()


# --- scenarios ---------------------------------------------------------------------------------


@st.cache_resource(max_entries=32, show_spinner=False)
def _loaded(path: str, changed: float) -> Scenario:
    """A scenario file; `changed` is when it was last written."""
    return load(path)


def from_file(path: Path) -> Scenario:
    """A scenario from its file, read again only when the file has changed."""
    return _loaded(str(path), path.stat().st_mtime)


@st.cache_resource(max_entries=64, show_spinner=False)
def from_text(text: str, name: str) -> Scenario:
    """A scenario from text, as an upload or an edit gives it; it can name no other file."""
    return load_text(text, name)


def _from_tree(tree: Mapping[str, Any], name: str) -> Scenario:
    """A scenario from what its file says, with edits; as text it would take five times as long."""
    said = hashlib.sha256(json.dumps([name, tree]).encode()).hexdigest()
    return kept(f"scenario.{said}", lambda: load_tree(tree, name))


@st.cache_resource(max_entries=32, show_spinner=False)
def _tree(path: str, changed: float) -> dict[str, Any]:
    return standalone(path)


def tree_of(state: State) -> Mapping[str, Any]:
    """What the file says that a visitor works on, before any edit."""
    path = ready().get(state.scenario)
    if path is not None:
        return _tree(str(path), path.stat().st_mtime)
    text = state.own[1] if state.own else ""
    return kept(f"tree.{hashlib.sha256(text.encode()).hexdigest()}", lambda: standalone(text=text))


def text_of(state: State, written: Scenario) -> str:
    """The whole calculation as a scenario file: what the visitor changed is in it.

    Parameters
    ----------
    state
        What the visitor has changed.
    written
        The scenario with the edits, without the figures.

    Raises
    ------
    InvalidInput
        If a figure cannot be written into this scenario.
    """
    return tree_text(written_tree(folded(state, written)))


def written_tree(state: State) -> dict[str, Any]:
    """What the file says with the edits in it, but not the figures."""
    return edited(tree_of(state), state.edits)


def folded(state: State, written: Scenario) -> State:
    """The same calculation with the figures of the sidebar among the edits.

    Parameters
    ----------
    state
        What the visitor has changed.
    written
        The scenario with the edits, without the figures.

    Raises
    ------
    InvalidInput
        If a figure cannot be written into this scenario.
    """
    figures = state.figures
    if not figures:
        return state
    answered = figures.get("answered")
    edits = figure_edits(
        written_tree(state),
        written,
        week=figures.get("volume"),
        handle_time=figures.get("aht"),
        answered=None if answered is None else answered / 100,
        awt=figures.get("within"),
    )
    return replace(state.writing(*edits), figures={})


def scenario_of(state: State) -> tuple[Scenario, Scenario]:
    """The scenario without the sidebar's figures, and with them: what pages show.

    Raises
    ------
    ScenarioError, InvalidInput
        If an edit or a figure breaks a rule.
    """
    plain = _plain(state)
    if not state.figures:
        return plain, plain
    return plain, _from_tree(written_tree(folded(state, plain)), _name(state))


def _plain(state: State) -> Scenario:
    path = ready().get(state.scenario)
    if state.edits:
        return _from_tree(written_tree(state), _name(state))
    if path is not None:
        return from_file(path)
    name, text = state.own or ("", "")
    return from_text(text, name)


def _name(state: State) -> str:
    return state.own[0] if state.own and state.scenario == OWN else f"{state.scenario}.yaml"


# What a simulation does not depend on.
_ASKED: dict[str, Any] = {
    "risk": None,
    "claims": {},
    "goals": (),
    "checklist": Checklist(),
    "expect": {},
}


# --- simulations -------------------------------------------------------------------------------


def comparing(scenario: Scenario) -> Task[Comparison]:
    """What compares the options of a scenario."""
    played = _played(scenario)
    tried = ((name, _ended(plan_key(scenario, name))) for name in scenario.options)
    covers = {name: found.covers for name, found in tried if found is not None}
    return Task(key_of(played, "compared"), compared, (played, covers), "thread", early=True)


def _played(scenario: Scenario) -> Scenario:
    """The scenario without what is only asked of it afterwards."""
    return kept(key_of(scenario, "played"), lambda: scenario.model_copy(update=_ASKED))


def _ended(key: str) -> Any:
    """What a job has found; None while it has not, and where it cannot."""
    job = board().look(key)
    if job is None or not job.ended.is_set() or job.error is not None:
        return None
    return job.answer()


def planned_of(scenario: Scenario) -> Scenario:
    """The operation without its teams: who works has no say in which shifts are needed.

    Parameters
    ----------
    scenario
        The operation.
    """
    return kept(key_of(scenario, "without team"), lambda: _without_teams(scenario))


def plan_key(scenario: Scenario, option: str) -> str:
    """Names the search for the shifts of an option that keep its promises.

    Parameters
    ----------
    scenario, option
        The operation and its option.
    """
    return key_of(planned_of(scenario), "shifts", option)


def plan_known(scenario: Scenario, option: str) -> OptionResult | None:
    """An option on its shifts, where some page has found them; None where none has.

    Shifts that keep the promise are searched for on the page of shifts, and wherever options are
    compared: with one seed they are the same.

    Parameters
    ----------
    scenario, option
        The operation and its option.
    """
    found: OptionResult | None = _ended(plan_key(scenario, option))
    if found is None:
        compared: Comparison | None = _ended(key_of(_played(scenario), "compared"))
        found = None if compared is None else compared[option]
    return found


def _without_teams(scenario: Scenario) -> Scenario:
    options = {
        name: option.model_copy(
            update={
                "groups": {
                    key: group.model_copy(update={"team": None})
                    for key, group in option.groups.items()
                }
            }
        )
        for name, option in scenario.options.items()
    }
    return scenario.model_copy(update={"options": options})


def comparison(scenario: Scenario, lang: Language, *, early: bool = False) -> Comparison:
    """All options of a scenario, with a bar that shows how far the simulation is.

    What is only asked of the options afterwards does not simulate them anew: ranges, claims,
    goals, answers of the checklist, promises.

    Parameters
    ----------
    scenario
        The operation.
    lang
        The reader's language.
    early
        Whether a first answer will do until the whole one is there (`is_early`).
    """

    def words(name: str) -> str:
        return lang("Simulating “{option}”", option=option_title(scenario, name, lang))

    task = comparing(scenario)
    # Who has gone on to other figures does not wait for the last ones.
    last = st.session_state.get("compared.last")
    if last is not None and last != task.key:
        for key in {last} | st.session_state.pop("compared.beside", set()):
            board().stop(key, visitor())
    st.session_state["compared.last"] = task.key
    if not early:
        found = now(task, lang, words)
        return kept(key_of(scenario, "asked"), lambda: replace(found, scenario=scenario))
    found, first = soon(task, lang, words)
    if not first:
        return kept(key_of(scenario, "asked"), lambda: replace(found, scenario=scenario))
    # What follows from it is kept under a name of its own: it is not what follows from the whole.
    count = found.run.replications
    few = scenario.simulation.model_copy(update={"replications": count, "at_most": count})
    shown = kept(
        key_of(scenario, "few", count), lambda: scenario.model_copy(update={"simulation": few})
    )
    return replace(found, scenario=shown)


def is_early(found: Comparison, scenario: Scenario) -> bool:
    """Whether a comparison is the first answer of a scenario, and the whole one follows."""
    return found.scenario.simulation != scenario.simulation


def option_result(
    scenario: Scenario, name: str, like: OptionResult, lang: Language
) -> OptionResult:
    """One option of a variant, simulated on the same customers as another result."""
    count, seed = like.replications.count, like.replications.seed
    key = key_of(scenario, "simulated", name, seed, count)
    return now(Task(key, simulated, (scenario, name, seed, count), "thread"), lang)


def requirement_of(result: OptionResult, group: str) -> NDArray[np.float64] | None:
    """Agents that a group needs by interval of the week, by closed form."""
    key = key_of(result.scenario, "needed", result.name, group)
    return kept(key, lambda: needed(result, group))
