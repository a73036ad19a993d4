"""The month of one option line by line, and each line unfolded to what it rests on."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison, OptionResult
from sim.decide.why import Reason, reasons
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.report.tables import Table
from sim.report.why import why_lines
from sim.report.words import arithmetic, line_title
from sim.ui.view import View, choose, plain, table
from sim.ui.work import kept, key_of

__all__ = ["statement"]


def statement(view: View, found: Comparison) -> None:
    """Draw the lines of an option, and why each is what it is.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    """
    lang = view.lang
    with st.expander(lang("The month line by line, and why each number"), icon=":material/list:"):
        names = {
            option.name: option_title(view.scenario, option.name, lang)
            for option in found.options
            if option.statement
        }
        key = f"statement.{view.state.scenario}"
        name = choose(st.segmented_control, lang("Option"), names, key, lang)
        result = found[name]
        _lines(view, result)
        _why(view, result)


def _lines(view: View, result: OptionResult) -> None:
    lang, currency = view.lang, view.scenario.currency
    assert result.statement is not None
    rows = [
        (line_title(line, result, lang), lang.money(line.amount, currency), arithmetic(line, lang))
        for line in result.statement.lines
        if line.amount
    ]
    total = (lang("Total"), lang.money(result.statement.total, currency), "")
    head = (lang("Line"), lang("A month"), lang("Why"))
    table(Table(lang("The month line by line, and why each number"), head, (*rows, total)))


def _why(view: View, result: OptionResult) -> None:
    """One line with everything it is made of: figures of the file, of the simulation, sources."""
    lang, scenario = view.lang, view.scenario
    made = _reasons(result)
    assert result.statement is not None
    titles = {line.name: line_title(line, result, lang) for line in result.statement.lines}
    known = {one.line.name: one for one in made if one.line.amount and one.line.name in titles}
    names = {name: titles[name] for name in known}
    if not names:
        return
    key = f"why.{view.state.scenario}.{result.name}"
    line = choose(st.selectbox, lang("Why this number?"), names, key, lang)
    st.markdown("\n".join(_told(why_lines(known[line], scenario, lang), lang)))


def _reasons(result: OptionResult) -> tuple[Reason, ...]:
    run = result.replications
    key = key_of(result.scenario, "reasons", result.name, run.seed, run.count)
    return kept(key, lambda: reasons(result))


def _told(lines: list[str], lang: Language) -> list[str]:
    """The lines as a list in a list; below it the sources by number."""
    said, first = [], True
    title = lang("Sources")
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            said += ["", f"**{title}**", ""] if first else []
            said.append(f"- {plain(text)}")
            first = False
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        said.append("  " * depth + "- " + plain(text.removeprefix("· ")))
    return said
