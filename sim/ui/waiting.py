"""What is shown while something is computed: how far it is, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from sim import compiled
from sim.report.language import Language
from sim.ui.jobs import Board, Job, Stopped, Task
from sim.ui.session import can_undo, is_here, undo, visitor

__all__ = ["Paused", "board", "now", "result_of", "soon"]

_Result = TypeVar("_Result")
#: Makes words of what a task says it is at.
Wording = Callable[[str], str]
# A look at a job that is on its way [s], and how many looks there are to a step of its bar: every
# step is drawn by the visitor's machine, which may be the one that simulates.
_LOOK, _LOOKS = 0.1, 5


class Paused(Exception):
    """The page cannot go on without what was stopped."""


@st.cache_resource(show_spinner=False)
def board() -> Board:
    """What all visitors share."""
    return Board(is_here=is_here)


def now(task: Task[_Result], lang: Language, wording: Wording | None = None) -> _Result:
    """A result that the page cannot do without: it waits, with a bar and a way to stop.

    Parameters
    ----------
    task
        What is computed.
    lang
        The reader's language.
    wording
        Words for what the task is at.

    Raises
    ------
    Paused
        If the visitor stopped it.
    InvalidInput, ScenarioError
        If it cannot be computed.
    """
    if not _wanted(task, lang, whole=True):
        raise Paused
    job = board().ask(task, visitor())
    _wait(job, lang, wording, early=False)  # here a first result will not do
    result: _Result = _answer(job, lang)
    return result


def soon(
    task: Task[_Result], lang: Language, wording: Wording | None = None
) -> tuple[_Result, bool]:
    """The same where a first result will do for a while: the whole one comes by itself.

    Parameters
    ----------
    task, lang, wording
        As `now` takes them; the task tells a first result.

    Returns
    -------
        The result, and whether it is the first one: then a bar stands where this was called.

    Raises
    ------
    Paused, InvalidInput, ScenarioError
        As `now` does; who stops it keeps the first result.
    """
    known = board().look(task.key)
    first = None if known is None else known.early
    if known is not None and known.failed and not isinstance(known.error, Stopped):
        _say_failed(task, known, lang)
        if first is None:
            raise Paused
        return first, True
    if not _wanted(task, lang, whole=True):
        if first is None:
            raise Paused
        return first, True
    job = board().ask(task, visitor())
    first = _wait(job, lang, wording, first)
    if first is None or job.ended.is_set():
        return _answer(job, lang), False
    _follow(task, lang, wording, beside=True)
    return first, True


def _wait(
    job: Job,
    lang: Language,
    wording: Wording | None,
    first: _Result | None = None,
    *,
    early: bool = True,
) -> _Result | None:
    """Wait for a job, or (`early`) for a first result of it, with a bar and a way to stop."""
    if first is not None or job.ended.wait(0.05):
        return first
    with st.empty():
        with st.container():
            bar = st.progress(0.0, _words(job, lang, wording))
            _stop_button(job.task, lang)
        looks = 0
        while first is None and not job.ended.wait(_LOOK):
            looks += 1
            if looks % _LOOKS == 0:
                bar.progress(job.share, _words(job, lang, wording))
            first = job.early if early else None
        st.empty()
    return first


def _answer(job: Job, lang: Language) -> Any:
    if job.failed:
        _say_failed(job.task, job, lang)
        raise Paused
    return job.answer()


def result_of(
    task: Task[_Result],
    lang: Language,
    *,
    start: str | None = None,
    wording: Wording | None = None,
) -> _Result | None:
    """A result that stands in one part of the page, while the rest of it can be used.

    Parameters
    ----------
    task
        What is computed.
    lang
        The reader's language.
    start
        What the button says that begins it; None begins it at once.
    wording
        Words for what the task is at.

    Returns
    -------
        None while it is not there; how far it is stands on the page then.
    """
    job = board().look(task.key)
    if job is None or job.failed:
        if job is not None and not isinstance(job.error, Stopped):
            _say_failed(task, job, lang)
            return None
        if not _wanted(task, lang, start):
            return None
    elif not job.ended.is_set() and task.key in st.session_state.get("stopped", ()):
        _wanted(task, lang, start)  # somebody else wants it still
        return None
    job = board().ask(task, visitor())
    if job.ended.wait(0.05):
        if job.failed:
            _say_failed(task, job, lang)
            return None
        result: _Result = job.answer()
        return result
    _follow(task, lang, wording)
    return None


def _wanted(
    task: Task[object], lang: Language, start: str | None = None, *, whole: bool = False
) -> bool:
    """Whether it was asked for; else the button that asks, and of a whole page the way back."""
    asked: set[str] = st.session_state.setdefault("asked", set())
    stopped: set[str] = st.session_state.setdefault("stopped", set())
    if task.key in asked or (start is None and task.key not in stopped):
        return True
    kept = board().look(task.key)
    if kept is not None and kept.ended.is_set() and not kept.failed:
        return True  # somebody had it computed: then it costs nothing to show
    if task.key in stopped:
        st.info(lang("Stopped. What was there before is as it was."))
    label = start or lang("Compute it after all")
    with st.container(horizontal=True):
        st.button(label, key=f"start.{task.key}", on_click=_begin, args=(task.key,), type="primary")
        if whole and can_undo():
            back, icon = lang("Undo the last change"), ":material/undo:"
            st.button(back, key=f"back.{task.key}", icon=icon, on_click=undo)
    return False


def _begin(key: str) -> None:
    st.session_state["asked"].add(key)
    st.session_state["stopped"].discard(key)


def _end(key: str) -> None:
    board().stop(key, visitor())
    st.session_state.setdefault("asked", set()).discard(key)
    st.session_state.setdefault("stopped", set()).add(key)


def _stop_button(task: Task[object], lang: Language, where: str = "") -> None:
    st.button(
        lang("Stop"),
        key=f"stop.{task.key}{where}",
        on_click=_end,
        args=(task.key,),
        icon=":material/stop_circle:",
    )


def _follow(
    task: Task[object], lang: Language, wording: Wording | None, *, beside: bool = False
) -> None:
    """A bar that moves by itself; the page is drawn anew when the result is there.

    Beside a first result it says so, and takes one line.
    """
    early = lang(
        "A first answer, of few simulated weeks: the bands are wide. The whole one follows."
    )

    @st.fragment(run_every="1s")
    def following() -> None:
        job = board().look(task.key)
        if job is None or job.ended.is_set():
            st.rerun()
            return
        if not beside:
            st.progress(job.share, _words(job, lang, wording))
            _stop_button(task, lang, ".beside")
            return
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.progress(job.share, f":material/hourglass_top: {early}")
            _stop_button(task, lang, ".beside")

    following()


def _words(job: Job, lang: Language, wording: Wording | None) -> str:
    if not job.running:
        return lang("Waiting for its turn")
    if job.what and wording:
        return wording(job.what)
    if compiled.is_warm():
        return lang("Computing")
    return lang("First run: preparing the simulator. It takes some seconds and happens once.")


def _say_failed(task: Task[object], job: Job, lang: Language) -> None:
    """It broke: said without the words of a program, which the log has."""
    if isinstance(job.error, Stopped):
        st.info(lang("Stopped. What was there before is as it was."))
    else:
        st.error(lang("This could not be computed: the log of the app says why."))
    st.button(lang("Try again"), key=f"again.{task.key}", on_click=_again, args=(task,))


def _again(task: Task[object]) -> None:
    st.session_state.setdefault("stopped", set()).discard(task.key)
    st.session_state.setdefault("asked", set()).add(task.key)
    board().ask(task, visitor())  # the page's own: the job that failed has given its files back
