"""What was estimated of each channel: figures, and pictures of what stands behind them."""

from __future__ import annotations

import streamlit as st

from sim.learn.estimate import ChannelEstimates
from sim.report.assumed import LAW_WORDS
from sim.report.language import Language
from sim.report.learned import assumed_words, channel_sentences, figure_table, figure_words
from sim.report.learned_charts import hours_chart, law_chart, survival_chart
from sim.report.learned_data import DEFINITIONS
from sim.report.learned_drawn import day_types, handle_classes, patience_steps, week_points
from sim.report.sentences import channel_title
from sim.scenario import Scenario
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
                "Intervals: 95 of 100, from drawing whole days anew. They go into the scenario as "
                "ranges for the analysis of risk."
            )
        )
    _channels_together(scenario, result, lang)


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
            st.markdown(lang("The log does not say how long contacts were handled."))
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


def _patience(view: View, one: ChannelEstimates, channel: Channel) -> None:
    """Who still waits after a time."""
    lang, found = view.lang, one.patience.get("")
    with st.container(border=True):
        st.subheader(lang("How long customers would wait"), anchor=False)
        if found is None:
            st.markdown(lang("Nobody was seen to give up: patience cannot be told."))
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


def _channels_together(scenario: Scenario, result: Result, lang: Language) -> None:
    """Whether busy days of channels go together."""
    found = result.learned.estimates
    names = dict(zip(found.channels, scenario.channels, strict=True))
    for (first, second), value in found.correlations.items():
        st.caption(
            lang(
                "Busy days of “{first}” and “{second}” go together with a correlation of {value}.",
                first=channel_title(scenario, names[first], lang),
                second=channel_title(scenario, names[second], lang),
                value=lang.number(value, 2),
            )
        )
