"""The fourth page: which shifts, and who works them."""

from __future__ import annotations

import streamlit as st

from sim.report.sentences import group_title, option_title
from sim.scenario.edited import Edit
from sim.ui.pages.shifts_edits import Desk, put_in, say_refused
from sim.ui.pages.shifts_needs import needs_of
from sim.ui.pages.shifts_plan import plan
from sim.ui.pages.shifts_proposal import forms_for
from sim.ui.pages.shifts_roster import roster
from sim.ui.pages.shifts_team import team
from sim.ui.pages.shifts_templates import proposal_table, templates
from sim.ui.view import View, choose, plain, table

__all__ = ["draw"]


def draw(view: View) -> None:
    """Draw the page."""
    st.title(view.lang("Which shifts, and who works them?"))
    desk = _desk(view)
    if not desk.forms:
        _proposal(desk)
        if desk.staff.to_target and _spare(desk):
            templates(desk)
        return
    found = plan(desk)
    templates(desk)
    if team(desk):
        roster(desk, found)


def _desk(view: View) -> Desk:
    """The option and the group; only where there is a choice."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    places = iter(st.columns([3, 2]))
    name = scenario.baseline
    names = [name, *(other for other in scenario.options if other != name)]
    if len(names) > 1:
        titles = {n: option_title(scenario, n, lang) for n in names}
        with next(places):
            name = choose(st.selectbox, lang("Option"), titles, f"shifts.option.{at}", lang)
    groups = {n: group_title(scenario, name, n, lang) for n in scenario.options[name].groups}
    group = next(iter(groups))
    if len(groups) > 1:
        with next(places):
            group = choose(st.selectbox, lang("Group"), groups, f"shifts.group.{at}.{name}", lang)
    return Desk(view, name, group)


def _spare(desk: Desk) -> bool:
    """Whether shifts were put aside by the visitor."""
    return bool(st.session_state.get(f"shifts.spare.{desk.key}"))


def _proposal(desk: Desk) -> None:
    """What to do where the scenario does not say which shifts may be worked: one button."""
    lang = desk.view.lang
    title = group_title(desk.scenario, desk.option, desk.group, lang)
    needs = needs_of(desk)
    to_target = desk.staff.to_target is not None
    with st.container(border=True):
        if to_target:
            head = lang("“{group}”: nothing is said of its shifts yet", group=title)
            why = lang(
                "Without shifts its people come and go with every interval, which nobody can work."
            )
        else:
            head = lang("“{group}” works as the scenario says", group=title)
            why = lang("Its people are given by the scenario: there is nothing to look for.")
        st.header(f":material/calendar_month: {plain(head)}", anchor=False)
        say_refused(desk.view)
        if needs is None:
            st.markdown(
                f"{why} " + lang("Shifts are found for groups that serve a channel with a promise.")
            )
            return
        st.markdown(f"{why} " + lang("These shifts reach every hour in which somebody is needed:"))
        forms = forms_for(needs.requirement.agents)
        table(proposal_table(forms, lang))
        edits = [Edit((*desk.place, "staffing", "to_target", "shifts"), forms)]
        if not to_target:
            edits.insert(0, Edit((*desk.place, "staffing"), {"to_target": {}}))
        label = lang("Put these shifts in")
        if not to_target:
            label = lang("Look for shifts instead, among these")
        st.button(
            label, key=f"shifts.propose.{desk.key}", type="primary", on_click=put_in, args=edits
        )
        st.caption(lang("You can change them afterwards, and take it back on the left."))
