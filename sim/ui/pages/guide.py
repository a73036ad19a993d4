"""A newcomer's first minute: three numbers and the opening hours make the example their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.language import N_, Language
from sim.report.refusals import found_in
from sim.scenario import Scenario
from sim.scenario.edited import Edit
from sim.scenario.hours import DAY, OpenHours
from sim.scenario.variant import aht, lead, volume
from sim.scenario.week_file import week_channels
from sim.ui.refusals import reasons
from sim.ui.session import change, state
from sim.ui.state import BOUNDS, OWN, State
from sim.ui.view import View, choose
from sim.ui.work import scenario_of

__all__ = ["headed", "hours_edits"]

_CLOSED, _REFUSED = "guide.closed", "guide.refused"
#: Opening hours that one may choose; the last are one's own.
_HOURS = {
    "same": N_("As in the example"),
    "always": N_("Round the clock"),
    "office": N_("Mon–Fri 9:00–18:00"),
    "own": N_("Other hours"),
}
#: Days that one may be open, Monday is 0.
_DAYS = {"Mon-Fri": (0, 4), "Mon-Sat": (0, 5), "Mon-Sun": (0, 6)}
# Width of a field of which three stand beside each other on a phone [px].
_NARROW = 96
_ROUND_THE_CLOCK = {"en": " round the clock", "ru": " 24/7"}
_FIELDS = ("volume", "aht", "answered", "within")
# The profile of a week is written with so many levels: enough for its form, short in a link.
_LEVELS = 200


def headed(view: View, question: str) -> None:
    """The title of the first page, and beside it a newcomer's way from the example to their own.

    Parameters
    ----------
    view
        Language and scenario.
    question
        What the page answers.
    """
    lang = view.lang
    refused = st.session_state.pop(_REFUSED, None)
    if view.state.scenario == OWN or st.session_state.get(_CLOSED) or view.state.changed:
        st.title(question)
    else:
        # One line where there is room for it: the answer below stays on the first screen.
        with st.container(horizontal=True, vertical_alignment="center", key="guide"):
            st.title(question, width="stretch")
            label = lang("Example: put in your figures")
            with st.popover(label, icon=":material/school:", type="primary"):
                _form(view)
            st.button(
                lang("Not now"),
                key="guide.close",
                on_click=_close,
                type="tertiary",
                icon=":material/close:",
            )
    if refused:
        st.error(lang("This cannot be computed: {reason}", reason=reasons(refused, lang)))


def _close() -> None:
    st.session_state[_CLOSED] = True


def _form(view: View) -> None:
    """Volume, handle time, promise, opening hours."""
    lang, scenario = view.lang, view.scenario
    channel = scenario.channels[lead(scenario)]
    target = channel.target
    usual: Mapping[str, float] = {
        "volume": round(volume(scenario)),
        "aht": round(aht(channel)),
        "answered": 100 * target.answered if target else 80.0,
        "within": target.awt if target else 20.0,
    }
    labels = {
        "volume": lang("1. Your volume: contacts a week"),
        "aht": lang("2. Your handle time, s"),
        "answered": lang("3. Your target: answered, %"),
        "within": lang("within, s"),
    }
    _field("volume", labels, usual)
    _field("aht", labels, usual)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _field("answered", labels, usual)
        _field("within", labels, usual)
    names = {name: lang(title) for name, title in _HOURS.items()}
    chosen = choose(
        st.radio, lang("4. When are you open?"), names, "guide.hours", lang, horizontal=True
    )
    if chosen == "own":
        _own_hours(lang)
    st.button(
        lang("Show my answer"),
        key="guide.apply",
        on_click=_apply,
        args=(usual,),
        type="primary",
        width="stretch",
        icon=":material/check:",
    )
    st.caption(lang("The rest stays as in the example. “Undo” on the left takes it back."))


def _field(field: str, labels: Mapping[str, str], usual: Mapping[str, float]) -> None:
    """One number; that of the example until the visitor puts in another."""
    low, high = BOUNDS[field]
    key = f"guide.{field}.{state().scenario}"
    # It begins with its value, not with what the session holds: see `hold`.
    st.number_input(labels[field], low, high, float(usual[field]), 1.0, "%g", key)


def _own_hours(lang: Language) -> None:
    """Days, and from when to when: one line, so that the button below stays in sight."""
    names = {name: "–".join(map(lang.day, ends)) for name, ends in _DAYS.items()}
    clocks = {str(hour): lang.clock(3600 * hour) for hour in range(25)}
    st.session_state.setdefault("chosen.guide.from", "9")
    st.session_state.setdefault("chosen.guide.to", "21")
    starts = {hour: clock for hour, clock in clocks.items() if hour != "24"}
    ends = {hour: clock for hour, clock in clocks.items() if hour != "0"}
    with st.container(horizontal=True):
        choose(st.selectbox, lang("Days"), names, "guide.days", lang, width=_NARROW)
        choose(st.selectbox, lang("from"), starts, "guide.from", lang, width=_NARROW)
        choose(st.selectbox, lang("to"), ends, "guide.to", lang, width=_NARROW)


def _apply(usual: Mapping[str, float]) -> None:
    """Write what was put in; what cannot be computed changes nothing."""
    now = state()
    figures = dict(now.figures)
    for field in _FIELDS:
        value = st.session_state[f"guide.{field}.{now.scenario}"]
        if value is not None and value != usual[field]:
            figures[field] = value
    fresh = replace(now, figures=figures)
    hours = _wanted()
    try:
        if hours is not None:
            fresh = fresh.writing(*hours_edits(scenario_of(State(now.scenario))[0], hours))
        scenario_of(fresh)
    except (InvalidInput, ScenarioError) as error:
        st.session_state[_REFUSED] = found_in(error)
        return
    change(fresh)
    st.session_state[_CLOSED] = True


def _wanted() -> str | None:
    """Opening hours as a file has them; None for those of the example."""
    chosen = st.session_state["chosen.guide.hours"]
    if chosen == "same":
        return None
    if chosen == "always":
        return "always"
    if chosen == "office":
        return "Mon-Fri 09:00-18:00"
    start, end = (int(st.session_state[f"chosen.guide.{which}"]) for which in ("from", "to"))
    return f"{st.session_state['chosen.guide.days']} {start:02d}:00-{end:02d}:00"


def hours_edits(scenario: Scenario, hours: str) -> tuple[Edit, ...]:
    """What other opening hours change: the hours, and that nobody comes outside of them.

    Those who come are counted while the doors are open, so the volume stays and moves into the
    hours. What options say of hours of their own stays.

    Parameters
    ----------
    scenario
        The operation.
    hours
        As a file has them: ``Mon-Fri 09:00-18:00``.

    Raises
    ------
    InvalidInput
        If nobody comes in these hours.
    """
    open_ = OpenHours.of(hours)
    found: list[Edit] = []
    for name, channel in scenario.channels.items():
        if channel.outbound is not None:
            continue
        found.append(Edit(("channels", name, "open"), hours))
        if name in week_channels(scenario) and not open_.is_always:
            week = _within(channel.arrivals, open_, scenario.interval)
            if not any(week):
                raise InvalidInput("hours", "must have hours in which somebody comes", hours)
            found.append(Edit(("channels", name, "arrivals"), week))
            found.append(Edit(("channels", name, "volume"), f"{channel.volume:.12g} / week"))
    return (*found, *_titles(scenario, open_))


def _titles(scenario: Scenario, hours: OpenHours) -> list[Edit]:
    """Titles of options that speak of day and night, where the doors close now."""
    found = []
    for name, option in scenario.options.items():
        if hours.is_always or option.title is None:
            continue
        titles = {code: option.title.in_(code) for code in _ROUND_THE_CLOCK}
        plain = {code: titles[code].removesuffix(end) for code, end in _ROUND_THE_CLOCK.items()}
        if plain != titles:
            found.append(Edit(("options", name, "title"), plain))
    return found


def _within(arrivals: tuple[float, ...], hours: OpenHours, interval: float) -> list[int]:
    """The form of a week, without what comes outside of hours."""
    most = max(arrivals) or 1.0
    starts = (slot * interval % (7 * DAY) for slot in range(len(arrivals)))
    return [
        round(_LEVELS * value / most) if hours.covers(start) else 0
        for start, value in zip(starts, arrivals, strict=True)
    ]
