"""The second page: how many people it takes, and where service is thin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from sim.decide import Attained, OptionResult
from sim.report.drawn import class_legend, day_slots, service_words, thin_sentence, week_cells
from sim.report.language import Language
from sim.report.sentences import channel_title, group_title, option_title
from sim.report.week import WeekOf, week_of
from sim.report.week_charts import Service, band_chart, day_chart, heat_map
from sim.report.words import awt_of
from sim.scenario import Scenario
from sim.scenario.parse import WEEKS_PER
from sim.scenario.variant import lead
from sim.ui.pages.heads import from_line_to_payroll
from sim.ui.pages.people_add import add_here
from sim.ui.pages.power import power_of_one
from sim.ui.view import Tile, View, chart, choose, legend, plain, tile_row
from sim.ui.work import comparison, requirement_of

__all__ = ["draw"]

#: The day that is shown when a click in the heat map has not chosen another.
_DAY = "people.day"


@dataclass(frozen=True, slots=True)
class _Look:
    """What the page is about: one option, one channel, one group."""

    view: View
    result: OptionResult
    channel: str
    group: str
    week: WeekOf

    @property
    def lang(self) -> Language:
        """The reader's language."""
        return self.view.lang

    @property
    def interval(self) -> float:
        """Length of an interval [s]."""
        return self.view.scenario.interval

    @property
    def thinnest(self) -> str:
        """The intervals in which most contacts wait too long."""
        return thin_sentence(self.week, self.interval, self.lang)


def draw(view: View) -> None:
    """Draw the page."""
    st.title(view.lang("How many people, and where are they missing?"))
    found = comparison(view.scenario, view.lang, early=True)
    look = _look(view, {option.name: option for option in found.options})
    _sentence(look)
    _metrics(look)
    from_line_to_payroll(view, look.result)
    _heat(look)
    _day(look)
    power_of_one(view, look.result, look.channel, look.group, look.week)


def _look(view: View, options: Mapping[str, OptionResult]) -> _Look:
    """Choose the option, its channel and its group; only where there is a choice."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    places = iter(st.columns([3, 2, 2]))
    name = scenario.baseline
    if len(options) > 1:
        names = {n: option_title(scenario, n, lang) for n in _first(name, options)}
        with next(places):
            name = choose(st.selectbox, lang("Option"), names, f"people.option.{at}", lang)
    result = options[name]
    names = {n: channel_title(scenario, n, lang) for n in _served(result)}
    channel = next(iter(names))
    if len(names) > 1:
        with next(places):
            channel = choose(st.selectbox, lang("Channel"), names, f"people.channel.{at}", lang)
    groups = result.option.groups
    serving = [n for n, group in groups.items() if channel in group.skills]
    names = {n: group_title(scenario, name, n, lang) for n in serving or groups}
    group = next(iter(names))
    if len(names) > 1:
        with next(places):
            group = choose(st.selectbox, lang("Group"), names, f"people.group.{at}.{name}", lang)
    return _Look(view, result, channel, group, week_of(result, channel, group))


def _first(name: str, names: Mapping[str, object]) -> list[str]:
    return [name, *(other for other in names if other != name)]


def _served(result: OptionResult) -> list[str]:
    """Channels that somebody serves, the lead one first; all where nobody serves any."""
    scenario: Scenario = result.scenario
    skills = {name for group in result.option.groups.values() for name in group.skills}
    served = [name for name in scenario.channels if name in skills] or list(scenario.channels)
    return sorted(served, key=lambda name: name != lead(scenario))


def _sentence(look: _Look) -> None:
    """The page in two sentences."""
    lang, result, week = look.lang, look.result, look.week
    one = next(a for a in result.attained if a.channel == look.channel)
    figures = {
        "channel": channel_title(look.view.scenario, look.channel, lang),
        "share": lang.percent(one.service_level.value, 1),
        "time": lang.duration(awt_of(look.view.scenario, look.channel)),
        "target": lang.percent(week.target),
    }
    if not week.promised:
        said = lang("{channel}: {share} answered in {time}, no target is set.", **figures)
    else:
        said = lang("{channel}: {share} answered in {time}, the target is {target}.", **figures)
        late, lost = _below(week, lang), _lost(one, len(week.thin), lang)
        said = " ".join(filter(None, (said, late, lost)))
    with st.container(border=True):
        st.header(f":material/groups: {plain(_headline(look))}", anchor=False)
        st.markdown(plain(said))


def _lost(one: Attained, late: int, lang: Language) -> str:
    """Which intervals miss the promise where those who give up count too; empty if none others."""
    lost = one.target.abandonment if one.target else None
    if lost is None or one.thin[0] == late:
        return ""
    return lang(
        "Counting those of whom more than {lost} give up, {n} of {all} miss the promise.",
        lost=lang.percent(lost),
        n=lang.number(one.thin[0]),
        all=lang.number(one.thin[1]),
    )


def _below(week: WeekOf, lang: Language) -> str:
    """How many intervals of the week miss the target."""
    if not week.thin:
        return lang("No interval is below {target}.", target=lang.percent(week.target))
    return lang.n(
        "Below the target: {n} interval of the week.",
        "Below the target: {n} intervals of the week.",
        len(week.thin),
    )


def _headline(look: _Look) -> str:
    lang, result = look.lang, look.result
    peak = lang.number(result.peak)
    if result.heads is None:
        return lang("At peak {peak} are on the line", peak=peak)
    return lang.n(
        "{n} person on the payroll, so that {peak} are on the line at peak",
        "{n} people on the payroll, so that {peak} are on the line at peak",
        round(result.heads),
        peak=peak,
    )


def _metrics(look: _Look) -> None:
    """The numbers of the page."""
    lang, result = look.lang, look.result
    paid = _paid_hours(result)
    note = lang("{n} paid", n=lang.number(paid / WEEKS_PER["month"])) if paid is not None else None
    tiles: list[Tile] = [
        (lang("At peak on the line"), lang.number(result.peak), None),
        (lang("Least at night"), lang.plain(look.week.least(_night(look)), 1), None),
        (lang("Hours a week"), lang.number(result.hours / WEEKS_PER["month"]), note),
        (lang("Occupancy"), lang.percent(result.occupancy), None),
    ]
    if result.heads is not None:
        tiles.insert(0, (lang("On the payroll"), lang.number(result.heads), None))
    tile_row(tiles)


def _night(look: _Look) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Intervals of the week that are night."""
    scenario = look.view.scenario
    return np.asarray(scenario.calendar.average_month(scenario.interval).night > 0)


def _paid_hours(result: OptionResult) -> float | None:
    """Rostered hours of own groups in a month; None without own groups."""
    info = result.statement.info if result.statement else {}
    found = [value for name, value in info.items() if name.endswith(".rostered_hours")]
    return sum(found) if found else None


def _heat(look: _Look) -> None:
    """Service by hour and weekday; a click opens the day below."""
    lang, week, palette = look.lang, look.week, look.view.palette
    with st.container(border=True):
        st.subheader(lang("Service by hour and day of the week"), anchor=False)
        legend(class_legend(week.target, lang, palette), palette)
        key = f"heat.{look.result.name}.{look.channel}.{lang.code}"
        told = lang(
            "Service level by hour and weekday. {thin}",
            thin=look.thinnest,
        )
        event = chart(
            heat_map(week_cells(week, look.interval, lang), lang, palette), told, key, clicks=True
        )
        _follow_click(event, key)
        st.caption(
            lang("Numbers stand where the target is missed. A click on a cell opens its day below.")
            if week.promised
            else lang("No target is set. A click on a cell opens its day below.")
        )


def _follow_click(event: Any, key: str) -> None:
    """Open the day that was clicked, once: later choices of a day stay."""
    points = (event.get("selection") or {}).get("cell") or [] if event else []
    days = [point.get("day") for point in points if "day" in point]
    last = f"{key}.last"
    if days and st.session_state.get(last) != days:
        st.session_state[f"chosen.{_DAY}"] = str(int(days[0]))
    st.session_state[last] = days


def _day(look: _Look) -> None:
    """One day: people at work against people needed."""
    lang, palette = look.lang, look.view.palette
    with st.container(border=True):
        st.subheader(lang("Cover and need"), anchor=False)
        names = {str(day): lang.day(day) for day in range(7)}
        day = int(choose(st.segmented_control, lang("Day"), names, _DAY, lang))
        needed = requirement_of(look.result, look.group)
        items = [(palette.cover, lang("On the line")), (palette.needed, lang("Needed"))]
        legend(
            [*items, (palette.short, lang("Missing"))] if needed is not None else items[:1], palette
        )
        slots = day_slots(look.week, day, needed, look.interval, lang)
        missing = [s for s in slots if s.needed is not None and s.needed > s.cover]
        told = lang.n(
            "{day}: people are missing in {n} interval",
            "{day}: people are missing in {n} intervals",
            len(missing),
            day=names[str(day)],
        )
        chart(day_chart(slots, lang, palette), told)
        if needed is None:
            st.caption(lang("The closed form cannot tell what this group alone would need."))
        _band(look, day)
        st.markdown(f":material/person_alert: {plain(look.thinnest)}")
        add_here(look.view, look.result, look.group, look.week)


def _band(look: _Look, day: int) -> None:
    """Service along the day, and how far chance may move it."""
    lang, week, palette = look.lang, look.week, look.view.palette
    slots = []
    for place in range(week.per_day):
        slot = day * week.per_day + place
        service, width = float(week.service[slot]), float(week.width[slot])
        known = np.isfinite(service)
        low, high = max(0.0, service - width), min(1.0, service + width)
        start, end = place * look.interval, (place + 1) * look.interval
        times = f"{lang.clock(start)}–{lang.clock(end)}"
        slots.append(
            Service(
                start / 3600,
                end / 3600,
                service if known else None,
                low if known else None,
                high if known else None,
                f"{times}: {service_words(service, width, lang)}",
            )
        )
    told = lang("Service on this day")
    st.markdown(f"**{told}**")
    items = [(palette.cover, lang("answered in time; the band holds it in 95 cases of 100"))]
    if week.promised:
        items.append((palette.needed, lang("promised: {target}", target=lang.percent(week.target))))
    legend(items, palette)
    chart(band_chart(slots, week.target if week.promised else None, lang, palette), told)
