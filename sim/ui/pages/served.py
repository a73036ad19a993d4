"""What customers get from each option, channel by channel."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison, OptionResult
from sim.report.sentences import (
    capped_sentences,
    channel_title,
    option_title,
    part_title,
    target_words,
)
from sim.report.tables import INDENT, Table, served_cells
from sim.report.week import unit_cost
from sim.scenario.variant import lead
from sim.ui.view import View, choose, plain, table

__all__ = ["served"]


def served(view: View, found: Comparison) -> None:
    """What customers get from each option, and what it takes.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    """
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("What customers get"), anchor=False)
        channel = lead(view.scenario)
        if len(view.scenario.channels) > 1:
            names = {name: channel_title(view.scenario, name, lang) for name in _by_lead(view)}
            channel = choose(
                st.segmented_control,
                lang("Channel"),
                names,
                f"channel.{view.state.scenario}",
                lang,
                label_visibility="collapsed",
            )
        table(_service_table(view, found, channel))
        target = view.scenario.channels[channel].target
        if target:
            st.caption(lang("Promised: {target}.", target=target_words(target, lang)))
        st.caption(
            lang(
                "Missed: of all who came, closed doors and busy lines included. "
                "The other shares are of those who reached the queue."
            )
        )
        for option in found.options:
            for said in capped_sentences(option, lang):
                title = option_title(view.scenario, option.name, lang)
                st.caption(f":material/warning: {plain(title)}. {plain(said)}")


def _by_lead(view: View) -> list[str]:
    """Channels, the lead one first."""
    first = lead(view.scenario)
    return [first, *(name for name in view.scenario.channels if name != first)]


def _service_table(view: View, found: Comparison, channel: str) -> Table:
    lang = view.lang
    head = [
        lang("Option"),
        lang("Answered in time"),
        lang("Gave up"),
        lang("Missed"),
        lang("Mean wait"),
        lang("On the payroll"),
        lang("At peak on the line"),
        lang("Hours a month"),
    ]
    rows = [_service_row(view, option, channel) for option in found.options]
    below = [_part_rows(view, option, channel) for option in found.options]
    if found.baseline.cost:
        head += [lang("Cost a month"), lang("One contact")]
        rows = [
            [*row, *_cost_cells(view, option)]
            for row, option in zip(rows, found.options, strict=True)
        ]
    listed = [
        (*row, *[""] * (len(head) - len(row)))
        for own, parts in zip(rows, below, strict=True)
        for row in (own, *parts)
    ]
    return Table(lang("What customers get"), tuple(head), tuple(listed))


def _service_row(view: View, option: OptionResult, channel: str) -> list[str]:
    lang = view.lang
    one = next(a for a in option.attained if a.channel == channel)
    return [
        option_title(view.scenario, option.name, lang),
        "—" if one.outbound else lang.share(one.service_level),
        "—" if one.outbound else lang.percent(one.abandonment.value, 1),
        lang.percent(one.missed.value, 1),
        lang.duration(one.asa.value),
        "—" if option.heads is None else lang.number(option.heads),
        lang.number(option.peak),
        lang.number(option.hours),
    ]


def _part_rows(view: View, option: OptionResult, channel: str) -> list[list[str]]:
    """What the parts of a channel get: classes of clients, the bot, callbacks."""
    cells = {part.channel: served_cells(part, view.lang) for part in option.parts_of(channel)}
    return [
        [INDENT + part_title(view.scenario, row, view.lang), *found[:4]]
        for row, found in cells.items()
    ]


def _cost_cells(view: View, option: OptionResult) -> list[str]:
    lang, currency = view.lang, view.scenario.currency
    cost = option.cost.value if option.cost else float("nan")
    return [lang.money(cost, currency, compact=True), lang.money(unit_cost(option), currency)]
