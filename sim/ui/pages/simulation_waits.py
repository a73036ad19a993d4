"""How long people wait: who is answered at once is a number, the rest a picture."""

from __future__ import annotations

import math

import streamlit as st

from sim.decide import OptionResult
from sim.report.language import Language
from sim.report.waits import Bar, WaitsOf, wait_chart, waits_of
from sim.ui.view import View, chart, legend

__all__ = ["waits"]


def waits(view: View, result: OptionResult, channel: str) -> None:
    """Draw the waits of a channel.

    Parameters
    ----------
    view
        Language and colours.
    result
        The option as it was simulated.
    channel
        Whose contacts.
    """
    lang, palette = view.lang, view.palette
    shown = waits_of(result, channel)
    with st.container(border=True):
        st.subheader(lang("How long people wait"), anchor=False)
        if math.isnan(shown.at_once):
            st.markdown(lang("Nobody was answered, so there is no wait to show."))
            return
        told = lang(
            "{share} of the answered are answered at once. The chart shows all the others.",
            share=lang.percent(shown.at_once, 1),
        )
        st.markdown(f":material/bolt: {told}")
        waited = sum(bar.answered + bar.gave_up for bar in shown.bars) + shown.longer[0]
        if not waited:
            return
        legend([(palette.cover, lang("answered")), (palette.short, lang("gave up"))], palette)
        tips = [_tip(bar, shown, lang) for bar in shown.bars]
        chart(wait_chart(shown, tips, lang, palette), told)
        if shown.longer[0] >= 0.05:
            st.caption(
                lang(
                    "Longer than {time}: {n} contacts in the period.",
                    time=lang.duration(shown.longer[1]),
                    n=lang.number(shown.longer[0], 1),
                )
            )


def _tip(bar: Bar, shown: WaitsOf, lang: Language) -> str:
    return lang(
        "{start}–{end}: {answered} answered, {gone} gave up",
        start=lang.duration(bar.start * shown.unit) if bar.start else "0",
        end=lang.duration(bar.end * shown.unit),
        answered=lang.number(bar.answered, 1),
        gone=lang.number(bar.gave_up, 1),
    )
