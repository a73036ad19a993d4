"""A shift more where service is thinnest: written into the scenario, and undone like any edit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from sim.decide import OptionResult
from sim.report.language import Language
from sim.report.week import WeekOf
from sim.scenario.edited import Edit
from sim.scenario.hours import DAYS
from sim.scenario.option import Intervals, Shifts, ToTarget
from sim.ui.pages.shifts_edits import Desk, say_refused, write
from sim.ui.session import state
from sim.ui.view import View
from sim.ui.work import scenario_of

__all__ = ["Place", "add_here", "places_for"]

#: Hours of a shift that is added, and how many are proposed.
_LENGTH = 4
_MOST = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shift more would do most.

    Parameters
    ----------
    day, start
        Day of the week, Monday is 0, and the interval of it that the shift begins with.
    size
        How many intervals it takes.
    gained
        Contacts a week that wait too long there, at most.
    """

    day: int
    start: int
    size: int
    gained: float


def places_for(week: WeekOf) -> list[Place]:
    """Where shifts of some hours would reach most of those who wait too long, the best first.

    Parameters
    ----------
    week
        Service and contacts by interval.
    """
    size = min(week.per_day, max(1, _LENGTH * week.per_day // 24))
    lacking = np.nan_to_num((week.target - week.service) * week.contacts).clip(0.0)
    left = lacking.reshape(7, week.per_day)
    found: list[Place] = []
    while len(found) < _MOST:
        sums = np.array([np.convolve(day, np.ones(size), "valid") for day in left])
        day, start = np.unravel_index(int(sums.argmax()), sums.shape)
        if sums[day, start] <= 0:
            break
        found.append(Place(int(day), int(start), size, float(sums[day, start])))
        left[day, start : start + size] = 0.0
    return found


def add_here(view: View, result: OptionResult, group: str, week: WeekOf) -> None:
    """Buttons that add a shift where it is thinnest; what to do instead where people are found.

    Parameters
    ----------
    view
        Language and state.
    result, group
        Whose people.
    week
        Where service is thin.
    """
    lang = view.lang
    if not week.thin:
        return
    desk = Desk(view, result.name, group)
    staffing = desk.staff.staffing
    say_refused(view)
    if isinstance(staffing, ToTarget):
        st.caption(
            lang(
                "These people are found so that the promise holds. To have more: ask for a "
                "stricter promise on the left, or for other shifts on the page “Shifts”."
            )
        )
        return
    places = places_for(week)
    if not places:
        return
    st.markdown(lang("Add one person here:"))
    hours = view.scenario.interval / 3600
    with st.container(horizontal=True):
        for place in places:
            st.button(
                _label(place, hours, lang),
                key=f"add.{desk.key}.{place.day}.{place.start}",
                icon=":material/person_add:",
                on_click=_add,
                args=(desk, place, hours),
            )
    st.caption(lang("The scenario is changed and simulated anew; undo stands on the left."))


def _label(place: Place, hours: float, lang: Language) -> str:
    start, end = (lang.clock(3600 * hours * k) for k in (place.start, place.start + place.size))
    return f"{lang.day(place.day)} {start}–{end}"


def _add(desk: Desk, place: Place, hours: float) -> None:
    """One person more at a place of the week, beside whom the last click may have added."""
    group = scenario_of(state())[1].options[desk.option].groups[desk.group]
    if not isinstance(group.staffing, ToTarget):
        write(_edit(desk, group.staffing, place, hours))


def _edit(desk: Desk, staffing: Intervals | Shifts, place: Place, hours: float) -> Edit:
    if isinstance(staffing, Intervals):
        agents = list(staffing.intervals)
        per_day = len(agents) // 7
        for k in range(place.start, place.start + place.size):
            agents[place.day * per_day + k] += 1.0
        plain = [int(n) if float(n).is_integer() else n for n in agents]
        return Edit((*desk.place, "staffing", "intervals"), plain)
    english = Language("en")
    start, end = (english.clock(3600 * hours * k) for k in (place.start, place.start + place.size))
    shift = {"agents": 1, "hours": f"{DAYS[place.day]} {start}-{end}"}
    return Edit((*desk.place, "staffing", "shifts"), [*desk.written("staffing", "shifts"), shift])
