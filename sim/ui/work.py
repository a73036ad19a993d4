"""Simulations that pages show: computed once, kept for everybody, announced while they run."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sim import compiled
from sim.decide import Comparison, OptionResult, compare, simulate
from sim.experiment import Progress
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.report.week import needed
from sim.scenario import Scenario, load, load_text

__all__ = ["Kept", "comparison", "from_file", "from_text", "option_result", "requirement_of"]

_Result = TypeVar("_Result")


class Kept:
    """Results by key, the least recently used dropped first.

    One caller computes a result while others who ask for it wait; results are frozen, so all
    share one.

    Parameters
    ----------
    most
        Results to keep.

    Examples
    --------
    >>> kept = Kept(most=2)
    >>> kept.get("a", lambda: 1), kept.get("a", lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[str, object] = OrderedDict()
        self._busy: dict[str, Lock] = {}
        self._lock = Lock()

    def get(self, key: str, compute: Callable[[], _Result]) -> _Result:
        """The result of a key, computed if it is not kept."""
        with self._lock:
            busy = self._busy.setdefault(key, Lock())
        with busy:
            with self._lock:
                if key in self._found:
                    self._found.move_to_end(key)
                    return self._found[key]  # type: ignore[return-value]
            try:
                result = compute()
                with self._lock:
                    self._found[key] = result
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
                return result
            finally:
                with self._lock:
                    self._busy.pop(key, None)


@st.cache_resource(show_spinner=False)
def _kept() -> Kept:
    """What all visitors share."""
    return Kept(most=48)


@st.cache_resource(max_entries=32, show_spinner=False)
def _loaded(path: str, changed: float) -> Scenario:
    """A scenario file; `changed` is when it was last written."""
    return load(path)


def from_file(path: Path) -> Scenario:
    """A scenario from its file, read again only when the file has changed."""
    return _loaded(str(path), path.stat().st_mtime)


@st.cache_resource(max_entries=16, show_spinner=False)
def from_text(text: str, name: str) -> Scenario:
    """A scenario that a visitor brought along; it can name no other file."""
    return load_text(text, name)


def comparison(scenario: Scenario, lang: Language) -> Comparison:
    """All options of a scenario, with a bar that shows how far the simulation is."""
    return _kept().get(_key(scenario), lambda: _compared(scenario, lang))


def _key(scenario: Scenario, *more: object) -> str:
    return hashlib.sha256("|".join([scenario.digest, *map(str, more)]).encode()).hexdigest()


def _compared(scenario: Scenario, lang: Language) -> Comparison:
    names = list(scenario.options)
    with st.empty():
        bar = st.progress(0.0, _opening(lang))

        def follow(name: str, step: Progress) -> None:
            share = (names.index(name) + min(1.0, step.done / step.planned)) / len(names)
            title = option_title(scenario, name, lang)
            bar.progress(min(share, 1.0), lang("Simulating “{option}”", option=title))

        found = compare(scenario, progress=follow)
        bar.empty()
    compiled.mark_warm()
    return found


def _opening(lang: Language) -> str:
    """What is said before the first replication."""
    if compiled.is_warm():
        return lang("Simulating")
    return lang("First run: preparing the simulator. It takes some seconds and happens once.")


def option_result(scenario: Scenario, name: str, like: OptionResult) -> OptionResult:
    """One option of a variant, simulated on the same customers as another result."""
    count = like.replications.count
    seed = like.replications.seed
    return _kept().get(
        _key(scenario, name, seed, count),
        lambda: simulate(scenario, name, seed=seed, replications=count),
    )


def requirement_of(result: OptionResult, group: str) -> NDArray[np.float64] | None:
    """Agents that a group needs by interval of the week, by closed form."""
    key = _key(result.scenario, "needed", result.name, group)
    return _kept().get(key, lambda: needed(result, group))
