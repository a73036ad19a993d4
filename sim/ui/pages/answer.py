"""The first page: what is cheaper at the same service, by how much, how sure, and why."""

from __future__ import annotations

import streamlit as st

from sim.decide import Attained, Comparison, OptionResult
from sim.report.economics import vat_sentences
from sim.report.months import horizon_sentence, horizon_table
from sim.report.sentences import gap_sentence, option_title, target_words
from sim.report.week import unit_cost
from sim.report.words import broken_sentences, difference_words, headline, promise, sureness
from sim.scenario.variant import lead
from sim.ui.beside import outlook_of, risk_known
from sim.ui.pages.assumptions import assumptions
from sim.ui.pages.guide import headed
from sim.ui.pages.money import bars, differences
from sim.ui.pages.served import served
from sim.ui.pages.statement import statement
from sim.ui.pages.turning import turning
from sim.ui.view import Tile, View, plain, table, tile_row
from sim.ui.work import comparison, is_early

__all__ = ["draw"]


def draw(view: View) -> None:
    """Draw the page."""
    lang, scenario = view.lang, view.scenario
    headed(view, _question(view))
    found = comparison(scenario, lang, early=True)
    early = is_early(found, scenario)
    priced = found.baseline.statement is not None
    told = risk_known(found) is not None
    _verdict(view, found)
    _metrics(view, found)
    if priced:
        _money(view, found)
        if not early and turning(view, found) and not told:
            st.rerun()  # it was ready in the middle of the page: the verdict has it too
    served(view, found)
    if priced:
        _months(view, found)
    assumptions(view)
    if priced:
        statement(view, found)


def _question(view: View) -> str:
    """What the page answers."""
    lang, scenario = view.lang, view.scenario
    target = scenario.channels[lead(scenario)].target
    groups = scenario.options[scenario.baseline].groups.values()
    if not any(group.payroll or group.contract for group in groups):
        return lang("What service do customers get?")
    if target is None:
        return lang("Which is cheaper at the same service?")
    return lang("Which is cheaper at {promise}?", promise=promise(target, lang))


def _chosen(view: View, found: Comparison) -> OptionResult:
    """The option beside the baseline: the visitor's, else that of the verdict."""
    if view.state.option:
        return found[view.state.option]
    base = found.baseline.name
    pair = [name for name in (found.verdict.best, found.verdict.other) if name and name != base]
    others = [option.name for option in found.options if option.name != base]
    return found[next(iter([*pair, *others, base]))]


def _verdict(view: View, found: Comparison) -> None:
    """The answer in one sentence, and why another option cannot be set beside it."""
    icons = {"cheaper": "check_circle", "even": "balance"}
    with st.container(border=True):
        st.header(
            f":material/{icons.get(found.verdict.kind, 'info')}: "
            + plain(headline(found, view.lang)),
            anchor=False,
        )
        said = [sureness(found, view.lang), _chance(view, found)]
        if any(said):
            st.markdown(plain(" ".join(filter(None, said))))
        if found.verdict.kind == "unpriced":
            st.caption(
                view.lang(
                    "Pay or a contract in the scenario file gives an option its price; the ready "
                    "scenarios show how."
                )
            )
        chosen = _chosen(view, found)
        if found.gaps(chosen.name):
            st.markdown(f":material/warning: {plain(gap_sentence(found, chosen.name, view.lang))}")
        asked = (found.baseline.name, found.verdict.best, chosen.name)
        for sentence in broken_sentences(found, asked, view.lang):
            st.markdown(f":material/warning: {plain(sentence)}")
        for sentence in vat_sentences(found, view.lang):
            st.markdown(f":material/warning: {plain(sentence)}")


def _metrics(view: View, found: Comparison) -> None:
    """Four numbers: money where there are prices, else what customers get."""
    tiles = _money_tiles(view, found) if found.baseline.cost else _service_tiles(view, found)
    tile_row(tiles)


def _money_tiles(view: View, found: Comparison) -> list[Tile]:
    lang, base, chosen = view.lang, found.baseline, _chosen(view, found)
    best = found[found.verdict.best]
    best_name = option_title(view.scenario, best.name, lang)
    currency = view.scenario.currency
    label, people = lang("On the payroll"), best.heads
    if people is None:
        label, people = lang("At peak on the line"), best.peak
    return [
        _cost_tile(view, base, lang("a month")),
        _cost_tile(view, chosen, _beside(view, found, chosen)),
        (lang("One contact"), lang.money(unit_cost(best), currency), best_name),
        (label, lang.number(people), best_name),
    ]


def _cost_tile(view: View, result: OptionResult, note: str) -> Tile:
    title = option_title(view.scenario, result.name, view.lang)
    if result.cost is None:
        return title, "—", view.lang("no prices")
    return title, view.lang.money(result.cost.value, view.scenario.currency, compact=True), note


def _beside(view: View, found: Comparison, chosen: OptionResult) -> str:
    """What the chosen option's cost means beside the baseline's."""
    difference = found.difference(chosen.name)
    if found.gaps(chosen.name):
        return view.lang("other service: no saving")
    if difference is None or chosen is found.baseline:
        return view.lang("a month")
    return difference_words(difference, view.scenario.currency, view.lang)


def _service_tiles(view: View, found: Comparison) -> list[Tile]:
    lang, base = view.lang, found.baseline
    one = next(a for a in base.attained if a.channel == lead(view.scenario))
    return [
        (lang("Answered in time"), lang.percent(one.service_level.value, 1), _within(one, view)),
        (lang("Gave up"), lang.percent(one.abandonment.value, 1), lang("of all offered")),
        (lang("Mean wait"), lang.duration(one.asa.value), lang("of the answered")),
        (lang("At peak on the line"), lang.number(base.peak), lang("operators")),
    ]


def _within(one: Attained, view: View) -> str:
    return target_words(one.target, view.lang) if one.target else ""


def _chance(view: View, found: Comparison) -> str:
    """How sure the answer is over the ranges of inputs, once that has been worked out."""
    risky = risk_known(found)
    verdict = found.verdict
    if risky is None or verdict.other is None:
        return ""
    lang, stake = view.lang, risky.month
    chance = stake.cheapest[verdict.best]
    return lang(
        "If inputs are other than written, each within its range: “{best}” is the cheapest in "
        "{n} cases of 100 ({low}–{high}).",
        best=option_title(view.scenario, verdict.best, lang),
        n=lang.number(100 * chance.value),
        low=lang.number(100 * chance.low),
        high=lang.number(100 * chance.high),
    )


def _money(view: View, found: Comparison) -> None:
    """Two charts: where the money goes, and how sure the differences are."""
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.subheader(view.lang("Where the money goes"), anchor=False)
        bars(view, found)
    with right, st.container(border=True, height="stretch"):
        st.subheader(view.lang("How sure the difference is"), anchor=False)
        differences(view, found)


def _months(view: View, found: Comparison) -> None:
    """What is paid over the months of the scenario, and what that is worth today."""
    ahead = outlook_of(found)
    if ahead is None:
        return
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("Money over the months"), anchor=False)
        st.markdown(plain(horizon_sentence(ahead, lang)))
        table(horizon_table(found, ahead, lang))
