"""One person more or less: what it does to service and cost, simulated on the same customers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sim.decide import OptionResult
from sim.report.language import Language
from sim.report.sentences import group_title
from sim.report.week import WeekOf
from sim.scenario.variant import staffed
from sim.ui.view import Tile, View, plain, tile_row
from sim.ui.work import option_result

__all__ = ["power_of_one"]

_MOST = 3


def power_of_one(view: View, result: OptionResult, channel: str, group: str, week: WeekOf) -> None:
    """A slider for the people on the line, and what becomes of service and cost.

    Parameters
    ----------
    view
        Language and scenario.
    result
        The option as it is.
    channel
        Whose service is shown.
    group
        Whose people are added or taken away.
    week
        The group's cover.
    """
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("One more, one less"), anchor=False)
        more = st.select_slider(
            lang(
                "“{group}”, people in every manned interval",
                group=plain(_title(result, group, view)),
            ),
            range(-_MOST, _MOST + 1),
            0,
            format_func=_signed,
            key=f"power.{view.state.scenario}.{result.name}.{group}",
        )
        _effect(view, result, channel, _with(result, group, week, more, lang) if more else result)
        st.caption(lang("Simulated on the same customers. At least one stays where there was one."))


def _signed(count: int) -> str:
    return f"{count:+d}".replace("-", "−") if count else "0"


def _title(result: OptionResult, group: str, view: View) -> str:
    return group_title(result.scenario, result.name, group, view.lang)


def _with(
    result: OptionResult, group: str, week: WeekOf, more: int, lang: Language
) -> OptionResult:
    """The option with so many people more in every interval in which anybody works."""
    least = np.minimum(week.cover, 1.0)
    cover = np.where(week.cover > 0, np.maximum(week.cover + more, least), 0.0)
    changed = staffed(result.scenario, result.name, group, cover.tolist())
    return option_result(changed, result.name, result, lang)


def _effect(view: View, before: OptionResult, channel: str, after: OptionResult) -> None:
    """Service, those who gave up and cost, each with its change."""
    lang = view.lang
    was, now = (next(a for a in one.attained if a.channel == channel) for one in (before, after))
    tiles: list[Tile] = [
        (
            lang("Answered in time"),
            lang.percent(now.service_level.value, 1),
            _points(now.service_level.value - was.service_level.value, view),
        ),
        (
            lang("Gave up"),
            lang.percent(now.abandonment.value, 1),
            _points(now.abandonment.value - was.abandonment.value, view),
        ),
        _price(view, before, after),
    ]
    if after is before:
        tiles = [(label, value, None) for label, value, _ in tiles]
    tile_row(tiles)


def _points(change: float, view: View) -> str:
    """A change of a share in percentage points."""
    sign = "+" if change > 0 else ""
    return view.lang("{n} points", n=sign + view.lang.number(100 * change, 1))


def _price(view: View, before: OptionResult, after: OptionResult) -> Tile:
    """Cost a month, or hours where there are no prices."""
    lang, currency = view.lang, view.scenario.currency
    if after.cost is None or before.cost is None:
        change = after.hours - before.hours
        sign = "+" if change > 0 else ""
        return lang("Hours a month"), lang.number(after.hours), sign + lang.number(change)
    change = after.cost.value - before.cost.value
    sign = "+" if change > 0 else ""
    return (
        lang("Cost a month"),
        lang.money(after.cost.value, currency, compact=True),
        sign + lang.money(change, currency, compact=True),
    )
