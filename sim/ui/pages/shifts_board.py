"""The month of everybody as letters, and a day or a week of it as bars."""

from __future__ import annotations

import datetime

import streamlit as st

from sim.plan.teams import TeamRoster
from sim.report.rosters import codes, line, moment, titles_of
from sim.report.shift_charts import Bar, Mark, gantt, month_board, shades
from sim.ui.pages.shifts_edits import Desk
from sim.ui.view import chart, choose, legend

__all__ = ["board_of_month", "day_of_people"]

#: More people than this do not fit a picture; files hold all.
_MOST = 80


def board_of_month(desk: Desk, made: TeamRoster) -> None:
    """A line of letters for everybody.

    Parameters
    ----------
    desk, made
        Whose roster.
    """
    lang, palette = desk.view.lang, desk.view.palette
    found = made.roster
    period, code = found.period, codes(found)
    titles = titles_of(desk.scenario, desk.option, made, lang)
    places = {letter: number for number, letter in enumerate(code.values())}
    named = {letter: titles[name] for name, letter in code.items()}
    days = [f"{period.date(d).day} {lang.day(period.weekday(d))}" for d in range(period.days)]
    absent = {"v": lang("vacation"), "s": lang("sick"), "-": lang("cannot work")}
    marks = []
    for person in found.people[:_MOST]:
        for day, letter in enumerate(line(found, person)):
            worked = places.get(letter)
            words = named.get(letter) or absent.get(letter) or lang("off")
            shown = "" if letter == "." else letter
            tip = f"{person.name}, {period.date(day):%d.%m}: {words}"
            marks.append(Mark(person.name, days[day], shown, worked, tip))
    with st.container(border=True):
        st.subheader(lang("The month"), anchor=False)
        colours = shades(palette)
        legend(
            [
                (colours[number % len(colours)], f"{letter} {named[letter]}")
                for letter, number in places.items()
            ],
            palette,
        )
        people = [person.name for person in found.people[:_MOST]]
        told = lang("A line of letters for each of {n} people, a column for each day.",
                    n=lang.number(len(people)))  # fmt: skip
        with st.container(height=min(96 + 19 * len(people), 620), border=False):
            chart(month_board(marks, people, days, lang, palette), told)
        more = len(found.people) - _MOST
        if more > 0:
            st.caption(lang("And {count} more in the files.", count=lang.number(more)))
        if any(person.absences for person in found.people):
            st.caption(lang("v vacation, s sick, - cannot work"))


def day_of_people(desk: Desk, made: TeamRoster) -> None:
    """Who is there on a day, or in a week, from when to when.

    Parameters
    ----------
    desk, made
        Whose roster.
    """
    lang = desk.view.lang
    period = made.roster.period
    with st.container(border=True):
        st.subheader(lang("A day or a week as bars"), anchor=False)
        left, right = st.columns([1, 2])
        spans = {"day": lang("Day"), "week": lang("Week")}
        with left:
            key = f"roster.span.{desk.key}"
            span = choose(st.segmented_control, lang("Show"), spans, key, lang)
        with right:
            day = st.slider(
                lang("Day of the month"),
                period.start,
                period.date(period.days - 1),
                period.start,
                step=datetime.timedelta(days=1),
                format="DD.MM",
                key=f"roster.day.{desk.key}.{period.start}",
            )
        first = period.day_of(day)
        _bars(desk, made, first, 1 if span == "day" else min(7, period.days - first))


def _bars(desk: Desk, made: TeamRoster, first: int, days: int) -> None:
    lang, palette = desk.view.lang, desk.view.palette
    found = made.roster
    period, code = found.period, codes(found)
    titles = titles_of(desk.scenario, desk.option, made, lang)
    order = {name: number for number, name in enumerate(code)}
    midnight = datetime.datetime.combine(period.date(first), datetime.time())
    if days > 1:  # names of days count from Monday
        midnight -= datetime.timedelta(days=period.weekday(first))
    mine = [
        duty
        for duty in found.duties
        if duty.shift is not None and first <= period.day(duty.start) < first + days
    ]
    bars: list[Bar] = []
    people: dict[str, None] = {}
    for duty in sorted(mine, key=lambda duty: (duty.start, duty.end, duty.person)):
        if duty.person not in people and len(people) >= _MOST:
            continue
        assert duty.shift is not None
        people[duty.person] = None
        start = (moment(found, duty.start) - midnight).total_seconds() / 3600
        name = duty.shift.name
        end = start + (duty.end - duty.start) / 60
        tip = f"{duty.person}: {titles[name]}"
        bars.append(Bar(duty.person, start, end, order[name], code[name], tip))
        for pause in duty.shift.pauses:
            begin = start + pause.start / 60
            bars.append(Bar(duty.person, begin, begin + pause.minutes / 60, None, "", tip))
    if not bars:
        st.markdown(lang("Nobody starts on this day."))
        return
    if days > 1:
        left = 24.0 * period.weekday(first)
        edges = (left, left + 24.0 * days)
    else:
        edges = (2.0 * int(min(bar.start for bar in bars) // 2),
                 2.0 * -int(-max(bar.end for bar in bars) // 2))  # fmt: skip
    told = ". ".join(bar.tip for bar in bars if bar.shade is not None)
    chart(gantt(bars, list(people), edges, lang, palette), told)
