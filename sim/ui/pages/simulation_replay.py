"""One day of the simulation played again, so that one sees a queue build up and drain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sim.decide import OptionResult
from sim.report.language import Language
from sim.report.replay import MINUTES, Moment, Replay, busiest_day, replay
from sim.report.replay_charts import floor_chart
from sim.ui.view import View, chart, choose, hold, legend
from sim.ui.work import kept, key_of

__all__ = ["replayed_day"]

#: Minutes of the day that pass from one picture to the next, and how long a picture stays [s].
_PACES = ("1", "5", "15")
_STAYS = 0.6
#: Signs at most; in a larger centre each stands for several.
_MOST_SIGNS = 150
_BEFORE = 20  # minutes before the longest queue at which the picture begins
_PLAYING, _PACE = "replay.playing", "replay.pace"


def replayed_day(view: View, result: OptionResult, channel: str) -> None:
    """Draw one day of one replication: the day as a chart, and a moment of it.

    Parameters
    ----------
    view
        Language and colours.
    result
        The option as it was simulated.
    channel
        Whose queue is shown.
    """
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("One day played again"), anchor=False)
        day, number = _which(view, result, channel)
        run = result.replications
        key = key_of(result.scenario, "replay", result.name, run.seed, run.first + number, channel)
        found = kept(f"{key}.{day}", lambda: replay(result, channel, day, number))
        waiting = kept(f"{key}.{day}.waiting", found.waiting)
        st.markdown(_story(waiting, lang))
        _play(view, found, f"{key}.{day}")


def _which(view: View, result: OptionResult, channel: str) -> tuple[int, int]:
    """Choose the day and the replication; the busiest day at first."""
    lang = view.lang
    dates = result.scenario.calendar.dates
    busiest = busiest_day(result, channel)
    order = [busiest, *range(len(dates))] if len(dates) <= 31 else range(len(dates))
    names = {str(n): f"{lang.day(dates[n].weekday())} {dates[n]:%d.%m.}" for n in order}
    names[str(busiest)] = lang("{day}, the busiest", day=names[str(busiest)])
    left, right = st.columns(2)
    with left:
        key = f"replay.day.{view.state.scenario}.{channel}"
        day = int(choose(st.selectbox, lang("Day"), names, key, lang))
    with right:
        most = result.replications.count
        kept_at = f"replay.number.{view.state.scenario}"
        # A run with fewer replications has not all that a longer one had.
        hold(kept_at, min(st.session_state.get(kept_at, 1), most))
        help_ = lang("Each replication plays the same period with other customers.")
        number = st.number_input(
            lang("Replication"), 1, most, step=1, key=kept_at, help=help_, disabled=most == 1
        )
    return day, int(number) - 1


def _story(waiting: NDArray[np.int64], lang: Language) -> str:
    """The day in a sentence."""
    longest = int(waiting.max())
    if not longest:
        return lang("On this day nobody waits.")
    at = int(waiting.argmax())
    return lang.n(
        "The queue is longest at {time}: {n} waiting. In {share} of the day's minutes "
        "somebody waits.",
        "The queue is longest at {time}: {n} waiting. In {share} of the day's minutes "
        "somebody waits.",
        longest,
        time=lang.clock(60 * at),
        share=lang.percent(float((waiting > 0).mean())),
    )


def _play(view: View, found: Replay, key: str) -> None:
    """The picture that moves: played, stopped, and looked at anywhere."""
    lang, palette = view.lang, view.palette
    waiting = kept(f"{key}.waiting", found.waiting)
    clock = f"replay.clock.{key}"
    first = _clock(max(0, int(waiting.argmax()) - _BEFORE))
    st.session_state.setdefault(clock, first)
    runs = st.session_state.get(_PLAYING) == key
    if not runs:  # another day, another channel: it stands still until it is started again
        st.session_state[_PLAYING] = None
    _controls(view, key, runs)
    items = [
        (palette.cover, lang("operators; filled: busy")),
        (palette.short, lang("waiting, most in the minute")),
    ]
    legend(items, palette)

    @st.fragment(run_every=_STAYS if runs else None)
    def floor() -> None:
        if runs:
            _step(clock)
        st.slider(
            lang("Time of day"),
            time(0),
            _clock(MINUTES - 1),
            first,
            step=timedelta(minutes=1),
            format="HH:mm",
            key=clock,
        )
        minute = _minutes(st.session_state[clock])
        moment = found.moment(minute)
        told = _words(moment, minute, lang)
        st.markdown(told)
        _signs(view, moment, found.awt)
        at_work, busy = kept(f"{key}.at_work", found.at_work), kept(f"{key}.busy", found.busy)
        picture = floor_chart(
            at_work.tolist(), busy.tolist(), waiting.tolist(), minute, lang, palette
        )
        chart(picture, told, f"floor.{key}.{lang.code}")

    floor()


def _controls(view: View, key: str, runs: bool) -> None:
    """Play, pause, and how fast."""
    lang = view.lang

    def toggle() -> None:
        st.session_state[_PLAYING] = None if runs else key

    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        label, icon = (lang("Pause"), "pause") if runs else (lang("Play"), "play_arrow")
        sign = f":material/{icon}:"
        st.button(label, key=f"replay.{icon}", on_click=toggle, icon=sign, width="stretch")
    with right:
        names = {pace: lang.n("{n} minute", "{n} minutes", int(pace)) for pace in _PACES}
        choose(st.segmented_control, lang("A step is"), names, _PACE, lang)


def _step(clock: str) -> None:
    """Let time go on; at the end of the day it stands still."""
    pace = int(st.session_state.get(f"chosen.{_PACE}", _PACES[0]))
    minute = _minutes(st.session_state[clock]) + pace
    if minute >= MINUTES:
        st.session_state[_PLAYING] = None
        st.rerun()
    st.session_state[clock] = _clock(minute)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute


def _words(moment: Moment, minute: int, lang: Language) -> str:
    """A moment in words."""
    floor = lang(
        "**{time}**: {busy} of {present} operators are busy, {waiting} waiting",
        time=lang.clock(60 * minute),
        busy=lang.number(moment.ours + moment.others),
        present=lang.number(moment.present),
        waiting=lang.number(len(moment.waits)),
    )
    if moment.waits:
        floor += lang(", the first of them for {time}", time=lang.duration(round(moment.waits[0])))
    today = lang(
        "So far {came} came today: {answered} answered ({in_time} in time), {gone} gave up.",
        came=lang.number(moment.came),
        answered=lang.number(moment.answered),
        in_time=lang.number(moment.in_time),
        gone=lang.number(moment.gave_up),
    )
    return f"{floor}. {today}"


def _signs(view: View, moment: Moment, awt: float) -> None:
    """The moment in signs: a circle for each operator, a square for each who waits."""
    lang, palette = view.lang, view.palette
    per = -(-max(len(moment.waits), moment.present) // _MOST_SIGNS) or 1
    late = sum(wait > awt for wait in moment.waits)
    other = palette.groups["hiring"]
    operators = (
        (moment.ours, palette.cover, palette.cover, lang("with this channel")),
        (moment.others, other, other, lang("with other channels")),
        (moment.free, "transparent", palette.cover, lang("free")),
    )
    queue = (
        (late, palette.short, palette.short, lang("waiting too long")),
        (len(moment.waits) - late, palette.needed, palette.needed, lang("waiting")),
    )
    rows = (
        (lang("Operators"), operators, "50%"),
        (lang("Queue"), queue, "15%"),
    )
    st.html("".join(_row(name, kinds, shape, per, palette.muted) for name, kinds, shape in rows))
    if per > 1:
        st.caption(lang.n("A sign stands for {n} person.", "A sign stands for {n} people.", per))


def _row(
    name: str, kinds: Sequence[tuple[int, str, str, str]], shape: str, per: int, muted: str
) -> str:
    """One row of signs, each kind with its number and name before it."""
    parts = []
    for count, fill, line, label in kinds:
        sign = (
            f'<i style="width:.85rem;height:.85rem;border-radius:{shape};background:{fill};'
            f'border:2px solid {line};box-sizing:border-box"></i>'
        )
        signs = sign * (-(-count // per))
        parts.append(
            f'<span style="display:flex;flex-wrap:wrap;gap:.2rem;align-items:center">{signs}'
            f'<span style="margin:0 .9rem 0 .2rem;color:{muted};font-size:.86rem">{count} '
            f"{escape(label)}</span></span>"
        )
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:.25rem;align-items:center;min-height:1.7rem">'
        f'<b style="min-width:6.2rem;font-size:.9rem">{escape(name)}</b>{"".join(parts)}</div>'
    )
