"""The page of files: what a report holds, how it looks, and three ways to take it along."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping

import streamlit as st

from sim.decide import Comparison
from sim.report.files import SECTIONS, Asked, page, pdf, workbook
from sim.report.language import Code, Language
from sim.report.sentences import option_title
from sim.ui.jobs import Task
from sim.ui.report_tasks import Draft, drafted, turned
from sim.ui.view import View, choose, choose_several
from sim.ui.waiting import result_of
from sim.ui.work import comparison, kept, key_of, scenario_of, text_of

__all__ = ["draw"]

_LANGUAGES: dict[str, Code] = {"ru": "ru", "en": "en"}


def draw(view: View) -> None:
    """Draw the page."""
    lang = view.lang
    st.title(lang("The answer as a file to hand on"))
    found = comparison(view.scenario, lang)
    st.markdown(
        lang(
            "The verdict with its figures, charts and sources, as the other pages show them: "
            "PDF to read, Excel to recalculate, HTML to send."
        )
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        code, asked = _asked(view, found)
    name = key_of(view.scenario, "report", code, asked, found.run.seed)
    task = Task(name, drafted, (found, code, asked), "thread")
    with right:
        st.subheader(lang("Preview"), anchor=False)
        draft = result_of(task, lang)
        if draft is not None:
            _preview(view, draft)
    with left:
        if draft is not None:
            _downloads(view, found, draft, asked, name)
        _scenario_file(view)


def _asked(view: View, found: Comparison) -> tuple[Code, Asked]:
    """Language, options and sections of the report."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    st.header(lang("What it holds"), anchor=False)
    names = {"ru": "Русский", "en": "English"}
    # The reader's own language first.
    names = {lang.code: names[lang.code]} | names
    label = lang("Language of the report")
    code = _LANGUAGES[choose(st.segmented_control, label, names, "report.lang", lang)]
    titles = {
        option.name: option_title(scenario, option.name, lang)
        for option in found.options
        if option is not found.baseline
    }
    options: tuple[str, ...] = ()
    if len(titles) > 1:
        base = option_title(scenario, found.baseline.name, lang)
        label = lang("Options beside “{base}”", base=base)
        options = _some(label, titles, f"report.options.{at}", lang)
    slot = st.container()
    turning = _turning(view, found)
    held = {name: lang(title) for name, title in _possible(found, turning).items()}
    with slot:
        sections = _some(lang("Sections"), held, "report.sections", lang)
    said = turning[code] if turning else ()
    today = datetime.date.today()
    if set(options) == set(titles):
        options = ()
    return code, Asked(day=today, options=options, sections=sections, turning=said)


def _some(label: str, names: Mapping[str, str], key: str, lang: Language) -> tuple[str, ...]:
    """Several of some names, as pills."""
    pills = {"selection_mode": "multi", "wrap": True}
    return tuple(choose_several(st.pills, label, names, key, lang, **pills))


def _possible(found: Comparison, turning: dict[str, tuple[str, ...]] | None) -> dict[str, str]:
    """Sections that this scenario can fill."""
    priced = any(option.statement for option in found.options)
    empty = set() if priced else {"money", "statement", "months"}
    if found.scenario.horizon is None:
        empty.add("months")
    if not turning:
        empty.add("turning")
    return {name: title for name, title in SECTIONS.items() if name not in empty}


def _turning(view: View, found: Comparison) -> dict[str, tuple[str, ...]] | None:
    """Where the answer changes: found when asked for, since that takes a while."""
    if sum(option.cost is not None for option in found.options) < 2:
        return None
    lang = view.lang
    task = Task(key_of(view.scenario, "turned"), turned, (found,), "process")
    said = result_of(task, lang, start=lang("Find where the answer changes"))
    if said is None:
        st.caption(lang("At which volume: it takes up to a minute, and goes into the report."))
    else:
        st.markdown(f":material/swap_horiz: {said[lang.code][0]}")
    return said


def _preview(view: View, draft: Draft) -> None:
    """One page of the report as it will be printed."""
    lang, count = view.lang, len(draft.pages)
    number = 1
    if count > 1:
        names = {str(n): str(n) for n in range(1, count + 1)}
        number = int(choose(st.segmented_control, lang("Page"), names, "report.page", lang))
    words = lang("Page {n} of {all}", n=number, all=count)
    with st.container(border=True):
        st.image(draft.pages[number - 1], caption=words, width="stretch", alt=words)


def _downloads(view: View, found: Comparison, draft: Draft, asked: Asked, name: str) -> None:
    """The report in three kinds of files, each made when it is asked for."""
    lang, report = view.lang, draft.report
    st.subheader(lang("Download"), anchor=False)
    kinds: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        ("pdf", lang("PDF to read and print"), "application/pdf", lambda: pdf(report)),
        (
            "xlsx",
            lang("Excel with live formulas"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: workbook(found, report, asked),
        ),
        ("html", lang("HTML in one file"), "text/html", lambda: page(report)),
    )
    for kind, label, mime, make in kinds:
        st.download_button(
            label,
            _made(f"{name}.{kind}", make),
            file_name=f"{_plain(view.scenario.name)}-{asked.day:%Y-%m-%d}.{kind}",
            mime=mime,
            key=f"download.{kind}",
            on_click="ignore",
            icon=":material/download:",
            type="primary" if kind == "pdf" else "secondary",
            width="stretch",
        )
    st.caption(report.footer)


def _made(key: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Makes a file once, when the button is pressed."""
    return lambda: kept(key, make)


def _scenario_file(view: View) -> None:
    """The whole calculation, to be opened again here or by the command line."""
    lang = view.lang
    text = text_of(view.state, scenario_of(view.state)[0])
    st.download_button(
        lang("Scenario file with your changes"),
        text,
        file_name=f"{_plain(view.scenario.name)}.yaml",
        mime="application/yaml",
        key="download.scenario",
        on_click="ignore",
        icon=":material/save:",
        width="stretch",
    )
    st.caption(
        lang("Everything the figures follow from: open it here again, or with the command line.")
    )


def _plain(name: str) -> str:
    """A name as a part of a file name."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:80] or "report"
