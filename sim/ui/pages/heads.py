"""The arithmetic from people on the line to people on the payroll, open to see."""

from __future__ import annotations

import streamlit as st

from sim.cost import Statement
from sim.decide import OptionResult
from sim.decide.needs import people
from sim.report.language import Language
from sim.report.needs import seat_table
from sim.report.sentences import group_title
from sim.report.tables import Table
from sim.scenario.terms import AgentTerms
from sim.ui.view import View, table

__all__ = ["from_line_to_payroll"]

_INFO = ("logged_hours", "rostered_hours", "worked_hours_year", "fte", "heads")


def from_line_to_payroll(view: View, result: OptionResult, statement: Statement) -> None:
    """Unfold how hours on the line become people on the payroll; nothing without own groups.

    Parameters
    ----------
    view
        Language and scenario.
    result
        The option.
    statement
        Its average month.
    """
    lang = view.lang
    own = {n: g.payroll for n, g in result.option.groups.items() if g.payroll is not None}
    if not own or result.heads is None:
        return
    label = lang(
        "How {peak} on the line become {heads} on the payroll",
        peak=lang.number(result.peak),
        heads=lang.number(result.heads),
    )
    with st.expander(label, icon=":material/calculate:"):
        for name, payroll in own.items():
            if len(own) > 1:
                st.markdown(f"**{group_title(result.scenario, result.name, name, lang)}**")
            steps = _steps(statement, name, payroll.agents, lang)
            head = (lang("Step"), lang("Figure"), lang("How"))
            table(Table(label, head, tuple(steps)))
            st.markdown(
                lang(
                    "One place that is filled round the clock takes {seat} people:",
                    seat=lang.number(people(payroll.agents, 0.0).seat, 2),
                )
            )
            table(seat_table(payroll.agents, lang))


def _steps(
    statement: Statement, group: str, agents: AgentTerms, lang: Language
) -> list[tuple[str, str, str]]:
    """Hours on the line, on the roster, full-time people, whole people."""
    info = {key: statement.info[f"{group}.{key}"] for key in _INFO}
    month = info["worked_hours_year"] / 12
    return [
        (
            lang("Hours on the line in an average month"),
            lang.number(info["logged_hours"]),
            lang("simulated, work after the end of a shift among them"),
        ),
        (
            lang("Hours on the roster"),
            lang.number(info["rostered_hours"]),
            lang(
                "× (1 + {fit} lost to whole shifts) ÷ (1 − {absent} breaks and meetings)"
                " ÷ (1 − {slow} learners' slower work)",
                fit=lang.percent(agents.schedule_fit_loss, 1),
                absent=lang.percent(agents.shrinkage_in_shift, 1),
                slow=lang.percent(agents.ramp_capacity_loss, 1),
            ),
        ),
        (
            lang("Full-time people"),
            lang.number(info["fte"], 1),
            lang(
                "÷ {hours} hours that one works in a month, without leave and sickness",
                hours=lang.number(month, 1),
            ),
        ),
        (
            lang("People on the payroll"),
            lang.number(info["heads"], 0 if float(info["heads"]).is_integer() else 1),
            lang("rounded up to whole people")
            if agents.headcount_rounding == "ceil"
            else lang("part-time people are possible"),
        ),
    ]
