"""What was estimated of each channel: figures, and pictures of what stands behind them."""

from __future__ import annotations

import streamlit as st

from sim.learn.estimate import ChannelEstimates, Estimates
from sim.learn.figures import Figure
from sim.report.assumed import LAW_WORDS
from sim.report.language import N_, Language
from sim.report.learned import (
    assumed_words,
    channel_sentences,
    crew_table,
    figure_table,
    figure_words,
    part_tables,
    sums_words,
    together_sentences,
)
from sim.report.learned_charts import hours_chart, law_chart, survival_chart
from sim.report.learned_data import DEFINITIONS, forecast_rows
from sim.report.learned_drawn import day_types, handle_classes, patience_steps, week_points
from sim.report.sentences import channel_title
from sim.report.sheets import csv_text
from sim.scenario.channel import Channel
from sim.ui.learn_tasks import Result
from sim.ui.pages.learn_state import scenario_in
from sim.ui.view import View, chart, choose, legend, plain, table, tile_row

__all__ = ["estimates"]

_TILES = ("volume", "handle_time", "service_level", "wait", "abandonment", "day_variation")


def estimates(view: View, result: Result) -> None:
    """Draw the estimates of one channel.

    Parameters
    ----------
    view
        Language and colours.
    result
        What was learnt.
    """
    lang, found = view.lang, result.learned.estimates
    scenario = scenario_in(result)
    keys = dict(zip(found.channels, scenario.channels, strict=True))
    names = {name: channel_title(scenario, key, lang) for name, key in keys.items()}
    chosen = next(iter(names))
    if len(names) > 1:
        chosen = choose(st.segmented_control, lang("Channel"), names, "learn.channel", lang)
    one, channel = found.channels[chosen], scenario.channels[keys[chosen]]
    _tiles(view, one)
    for sentence in channel_sentences(one, lang):
        st.markdown(plain(sentence))
    left, right = st.columns(2)
    with left:
        _week(view, one)
        _patience(view, one, channel)
    with right:
        _handle(view, one, channel)
        _presence(view, one, result)
    with st.container(border=True):
        st.subheader(lang("Every figure with its definition"), anchor=False)
        table(figure_table(one, lang))
        st.caption(
            lang(
                "Intervals: 95 of 100, from drawing whole days anew. Those of volume, handle "
                "times, patience and work after a contact go into the scenario as ranges for the "
                "analysis of risk."
            )
        )
    for shown in (*part_tables(one, lang), crew_table(result.learned, lang)):
        with st.expander(plain(shown.title)):
            table(shown)
    _ahead(view, found)
    for sentence in together_sentences(found, names, lang):
        st.caption(plain(sentence))


def _tiles(view: View, one: ChannelEstimates) -> None:
    lang = view.lang
    tiles = []
    for name in _TILES:
        if name in one.figures:
            value, span = figure_words(one.figures[name], lang)
            tiles.append((lang(DEFINITIONS[name][0]), value, span))
    tile_row(tiles)


def _week(view: View, one: ChannelEstimates) -> None:
    """Contacts by interval of the day, for each type of day."""
    lang, volume = view.lang, one.volume
    with st.container(border=True):
        st.subheader(lang("When contacts come"), anchor=False)
        points, items = week_points(volume.profile, day_types(volume.profile), lang, view.palette)
        legend(items, view.palette)
        title = lang("Contacts in an interval")
        chart(hours_chart(points, title, lang, view.palette), lang("Contacts by hour of the day"))
        left_out = int(volume.holiday.sum()), int(volume.outlier.sum())
        st.caption(
            lang(
                "Mean of the days of each type; left out: {holidays} public holidays and "
                "{outliers} days unlike their weekday.",
                holidays=lang.number(left_out[0]),
                outliers=lang.number(left_out[1]),
            )
        )


def _handle(view: View, one: ChannelEstimates, channel: Channel) -> None:
    """Handle times, and the law that is written down."""
    lang, found = view.lang, one.handle.get("")
    with st.container(border=True):
        st.subheader(lang("How long they are handled"), anchor=False)
        if found is None:
            sums = one.basis == "intervals"
            text = N_("The log does not say how long contacts were handled.")
            st.markdown(sums_words(lang) if sums else lang(text))
            return
        classes = handle_classes(found, channel.handle_time, lang)
        palette = view.palette
        items = [(palette.cover, lang("measured")), (palette.needed, lang("law of the scenario"))]
        legend(items, palette)
        picture = law_chart(classes, lang("Handle time, s"), lang, palette)
        chart(picture, lang("Handle times as measured, and the law of the scenario"))
        st.caption(
            lang(
                "Law: {law}, mean {of_law} s. Measured: mean {mean} s, median {median} s, one in "
                "twenty above {p95} s.",
                law=lang(LAW_WORDS.get(channel.handle_time.law, channel.handle_time.law)),
                of_law=lang.number(channel.handle_time.mean, 1),
                mean=lang.number(found.mean, 1),
                median=lang.number(found.median),
                p95=lang.number(found.p95),
            )
        )


def _mean_words(mean: Figure, lang: Language) -> str:
    """Patience of which the mean alone can be told."""
    value, span = figure_words(mean, lang)
    return lang(
        "Mean {value} (95 %: {span}): {definition}. The law is assumed to be exponential.",
        value=value,
        span=span,
        definition=lang(DEFINITIONS[mean.name][1]),
    )


def _patience(view: View, one: ChannelEstimates, channel: Channel) -> None:
    """Who still waits after a time."""
    lang, found = view.lang, one.patience.get("")
    with st.container(border=True):
        st.subheader(lang("How long customers would wait"), anchor=False)
        if found is None:
            mean = one.figures.get("patience") or one.figures.get("patience_erlang_a")
            text = N_("Nobody was seen to give up: patience cannot be told.")
            st.markdown(_mean_words(mean, lang) if mean else lang(text))
            return
        measured, law = patience_steps(found.curve, channel.patience, lang)
        palette = view.palette
        items = [(palette.cover, lang("measured")), (palette.needed, lang("law of the scenario"))]
        legend(items, palette)
        picture = survival_chart(measured, law, lang, palette)
        chart(picture, lang("Share of customers who still wait after a time"))
        st.caption(
            lang(
                "By Kaplan and Meier: {waits} waited, {left} of them gave up; the others were "
                "answered before they would have.",
                waits=lang.number(found.curve.waits),
                left=lang.number(found.curve.left),
            )
        )


def _presence(view: View, one: ChannelEstimates, result: Result) -> None:
    """How many operators are there."""
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("How many operators are there"), anchor=False)
        types = day_types(one.volume.profile)
        points, items = week_points(result.learned.learnt.levels, types, lang, view.palette)
        legend(items, view.palette)
        title = lang("Operators, mean")
        chart(hours_chart(points, title, lang, view.palette), lang("Operators by hour of the day"))
        told = {
            "logged": lang("As it is logged."),
            "inferred": lang(
                "Not logged: inferred from who handled what and when, so this is an estimate."
            ),
            "assumed": assumed_words(lang),
        }
        st.caption(told[result.learned.presence])


def _ahead(view: View, found: Estimates) -> None:
    """The coming weeks as a file."""
    lang, rows = view.lang, list(forecast_rows(found))
    if not rows:
        return
    with st.container(border=True):
        st.subheader(lang("The coming weeks"), anchor=False)
        st.markdown(
            lang(
                "Contacts of each day as they are expected, and where 95 of 100 usual days would "
                "lie, were they as far off as those held back. How far that was is told above."
            )
        )
        st.download_button(
            lang("Download the forecast, CSV"),
            csv_text(rows, lang.code),
            "forecast.csv",
            "text/csv",
            key="learn.forecast",
            on_click="ignore",
            icon=":material/download:",
        )
