"""The second page: options side by side, changed in place, and the hybrid that a search finds."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sim.decide import Comparison, OptionResult
from sim.report.differing import differing_table
from sim.report.economics import vat_sentences
from sim.report.sentences import channel_title, gap_sentence, option_title
from sim.report.table import Table
from sim.report.week import unit_cost
from sim.report.words import broken_sentences, difference_words, headline
from sim.scenario.edited import Edit
from sim.scenario.variant import lead
from sim.ui.beside import risk_known
from sim.ui.pages.hybrid import hybrid
from sim.ui.pages.money import bars, differences
from sim.ui.pages.option_edits import attempt, edit_option, refusal
from sim.ui.view import View, choose, choose_several, plain, table
from sim.ui.work import comparison

__all__ = ["draw"]


def draw(view: View) -> None:
    """Draw the page."""
    lang = view.lang
    st.title(lang("How do the options differ?"))
    found = comparison(view.scenario, lang, early=True)
    refusal(lang)
    shown = _shown(view, found)
    if len(found.options) == 1:
        st.info(
            lang(
                "There is one option only, so nothing stands beside it. A second one under "
                "“options:” in the scenario file is compared here; the ready scenarios show how."
            )
        )
    _sentence(view, found, shown)
    _table(view, found, shown)
    if found.baseline.cost is not None and len(shown) > 1:
        left, right = st.columns(2)
        with left, st.container(border=True, height="stretch"):
            st.subheader(
                lang("The difference to “{base}”", base=plain(_title(view, found.baseline)))
            )
            differences(view, found, shown)
        with right, st.container(border=True, height="stretch"):
            st.subheader(lang("Where the money goes"), anchor=False)
            bars(view, found, shown)
    _inputs(view, shown)
    edit_option(view, shown)
    hybrid(view)


def _title(view: View, option: OptionResult) -> str:
    return option_title(view.scenario, option.name, view.lang)


def _shown(view: View, found: Comparison) -> list[str]:
    """The options that the reader looks at, the baseline among them and first."""
    lang, base = view.lang, found.baseline.name
    names = {option.name: _title(view, option) for option in found.options}
    if len(names) == 1:
        return [base]
    key = f"options.{view.state.scenario}"
    label = lang("Options side by side")
    chosen = choose_several(st.pills, label, names, key, lang, selection_mode="multi")
    _baseline(view, names, base)
    return [base, *(name for name in chosen if name != base)]


def _baseline(view: View, names: dict[str, str], base: str) -> None:
    """Which option the others are compared with: a change that can be taken back."""
    lang = view.lang
    first = {base: names[base]} | names
    key = f"baseline.{view.state.scenario}.{base}"
    chosen = choose(st.selectbox, lang("Baseline"), first, key, lang)
    if chosen != base:
        st.session_state.pop(f"chosen.{key}")
        attempt(Edit(("baseline",), chosen))
        st.rerun()


def _sentence(view: View, found: Comparison, shown: Sequence[str]) -> None:
    """The answer, and whose service cannot be set beside the baseline's."""
    with st.container(border=True):
        st.header(f":material/compare_arrows: {plain(headline(found, view.lang))}", anchor=False)
        for name in shown:
            if found.gaps(name):
                st.markdown(f":material/warning: {plain(gap_sentence(found, name, view.lang))}")
        for sentence in broken_sentences(found, shown, view.lang):
            st.markdown(f":material/warning: {plain(sentence)}")
        for sentence in vat_sentences(found, view.lang):
            st.markdown(f":material/warning: {plain(sentence)}")


def _table(view: View, found: Comparison, shown: Sequence[str]) -> None:
    """Cost, difference, service, risk and people of every option."""
    lang = view.lang
    risky = risk_known(found)
    options = [found[name] for name in shown]
    priced = found.baseline.cost is not None
    head = [lang("Option")]
    if priced:
        head += [lang("Cost a month"), lang("To the baseline"), lang("One contact")]
    if risky is not None:
        head.append(lang("Cheapest, cases of 100"))
    head += [lang("Answered in time"), lang("Missed"), lang("On the payroll")]
    head.append(lang("At peak on the line"))
    rows = []
    for option in options:
        row = [_title(view, option)]
        if priced:
            row += _cost_cells(view, found, option)
        if risky is not None:
            chance = risky.month.cheapest.get(option.name)
            row.append("—" if chance is None else lang.number(100 * chance.value))
        row += _served_cells(view, option)
        rows.append(tuple(row))
    table(Table(lang("Options side by side"), tuple(head), tuple(rows)))
    said = lang(
        "Answered in time and missed: {channel}. All options meet the same customers.",
        channel=_channel(view),
    )
    if risky is None and priced:
        said += " " + lang("How probably each is the cheapest: see the page “Answer”.")
    st.caption(said)


def _channel(view: View) -> str:
    return plain(channel_title(view.scenario, lead(view.scenario), view.lang))


def _cost_cells(view: View, found: Comparison, option: OptionResult) -> list[str]:
    lang, currency = view.lang, view.scenario.currency
    if option.cost is None:
        return ["—", lang("no prices"), "—"]
    difference = found.difference(option.name)
    if option is found.baseline:
        beside = lang("baseline")
    elif found.gaps(option.name):
        beside = lang("other service: no saving")
    elif difference is None:
        beside = "—"
    else:
        width = lang.money(difference.half_width, currency, compact=True)
        words = difference_words(difference, currency, lang)
        beside = lang("{words} ± {width}", words=words, width=width)
    cost = lang.money(option.cost.value, currency, compact=True)
    return [cost, beside, lang.money(unit_cost(option), currency)]


def _served_cells(view: View, option: OptionResult) -> list[str]:
    lang = view.lang
    one = next(a for a in option.attained if a.channel == lead(view.scenario))
    return [
        "—" if one.outbound else lang.share(one.service_level),
        lang.percent(one.missed.value, 1),
        "—" if option.heads is None else lang.number(option.heads),
        lang.number(option.peak),
    ]


def _inputs(view: View, shown: Sequence[str]) -> None:
    """What the options differ in: only rows that differ."""
    lang = view.lang
    if len(shown) < 2:
        return
    with st.container(border=True):
        st.subheader(lang("What they differ in"), anchor=False)
        both = differing_table(view.scenario, shown, lang)
        if both.rows:
            table(both)
        else:
            st.markdown(lang("Figures that several of them have are the same in all."))
    alone = differing_table(view.scenario, shown, lang, shared=False)
    if alone.rows:
        label = lang.n(
            "{n} figure that only some of them have",
            "{n} figures that only some of them have",
            len(alone.rows),
        )
        with st.expander(label, icon=":material/list:"):
            table(alone)
