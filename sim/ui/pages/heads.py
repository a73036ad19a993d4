"""The arithmetic from people on the line to people on the payroll, open to see."""

from __future__ import annotations

import streamlit as st

from sim.decide import OptionResult
from sim.decide.needs import people
from sim.report.needs import seat_table
from sim.report.payroll import own_groups, payroll_table, payroll_title
from sim.report.sentences import group_title
from sim.ui.view import View, plain, table

__all__ = ["from_line_to_payroll"]


def from_line_to_payroll(view: View, result: OptionResult) -> None:
    """Unfold how hours on the line become people on the payroll; nothing without own groups.

    Parameters
    ----------
    view
        Language and scenario.
    result
        The option.
    """
    lang, own = view.lang, own_groups(result)
    if not own:
        return
    with st.expander(payroll_title(result, lang), icon=":material/calculate:"):
        for name, agents in own.items():
            if len(own) > 1:
                title = group_title(result.scenario, result.name, name, lang)
                st.markdown(f"**{plain(title)}**")
            table(payroll_table(result, name, lang))
            st.markdown(
                lang(
                    "One place that is filled round the clock takes {seat} people:",
                    seat=lang.number(people(agents, 0.0).seat, 2),
                )
            )
            table(seat_table(agents, lang))
