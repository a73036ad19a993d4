"""How well the simulation repeats what happened, hour by hour."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from sim.learn.fit import Fit
from sim.report.language import Language
from sim.report.learned import error_table, fit_sentences, test_sentences
from sim.report.learned_charts import fit_chart
from sim.report.learned_drawn import MEASURES, WAYS, fit_hours, inside
from sim.ui.learn_tasks import Result
from sim.ui.pages.learn_bring import uploader
from sim.ui.pages.learn_state import bag
from sim.ui.view import View, chart, choose, legend, plain, table

__all__ = ["fit_page"]


def fit_page(view: View, result: Result) -> None:
    """Draw real hours against simulated ones.

    Parameters
    ----------
    view
        Language and colours.
    result
        What was learnt.
    """
    lang, learned = view.lang, result.learned
    fit = learned.fit or learned.itself
    _tests(lang)
    if fit is None or not fit.compared.any():
        st.info(lang("There are not enough contacts in any hour to compare: ten are the least."))
        return
    if learned.fit is None:
        st.caption(
            lang(
                "Compared with the same days that were learnt from, which flatters. Bring logs of "
                "another period to see how well it does on days it has not seen."
            )
        )
    for sentence in test_sentences(learned, lang):
        st.caption(plain(sentence))
    way = _pictures(view, fit)
    with st.container(border=True):
        st.subheader(lang("What fits, and what does not"), anchor=False)
        for sentence in fit_sentences(fit, lang):
            st.markdown(plain(sentence))
        shown = replace(fit, simulated={way: fit.simulated[way]}, formula={way: fit.formula[way]})
        table(error_table(lang("Errors hour by hour"), shown, lang))
        st.caption(
            lang(
                "r: correlation over hours. Errors of shares are in points of a per cent. In "
                "brackets 95 % intervals, from drawing whole days anew. Plain Erlang A is a "
                "formula that is told the same."
            )
        )


def _tests(lang: Language) -> None:
    """A place for logs of another period."""
    mine = bag()
    label = lang("Logs of another period, to try it on (optional)")
    with st.expander(label, expanded=bool(mine.problems.get("tests"))):
        uploader(label, "tests", lang)
        if mine.tests:
            names = ", ".join(plain(one.name) for one in mine.tests)
            st.success(lang("Tried on: {files}", files=names))
            st.button(lang("Without them"), key="learn.no_tests", on_click=_without_tests)


def _without_tests() -> None:
    bag().tests = ()


def _pictures(view: View, fit: Fit) -> str:
    """A picture for each measure; what the simulation is told, as chosen."""
    lang, palette = view.lang, view.palette
    ways = {name: lang(words) for name, words in WAYS.items() if name in fit.simulated}
    way = choose(st.selectbox, lang("What the simulation is told"), ways, "learn.way", lang)
    row = fit.simulated[way]
    items = [
        (palette.needed, lang("what happened, mean")),
        (palette.cover, lang("simulated, mean; shaded: nine of ten hours")),
    ]
    legend(items, palette)
    places = st.columns(len(MEASURES))
    for place, (measure, words) in zip(places, MEASURES.items(), strict=True):
        with place, st.container(border=True):
            title = lang(words)
            st.markdown(f"**{title[:1].upper()}{title[1:]}**")
            hours = fit_hours(fit, row, measure, lang)
            picture = fit_chart(hours, "", measure != "wait", lang, palette)
            chart(picture, lang("{measure}: real and simulated by hour", measure=title))
            st.caption(
                lang(
                    "{share} of hours lie where chance alone would put nine of ten.",
                    share=lang.percent(inside(fit, row, measure)),
                )
            )
    return way
