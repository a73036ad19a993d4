"""The own people of an option month by month: who is hired, who is still learning, who is too many.

A month's statement pays the people that the month's work takes. What hiring them brings with it
stands in lines of its own: recruitment and training as they fall due, people kept on through a
quiet month, and hours that lack while new people learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sim.cost import (
    BuildUp,
    BuildUpPlan,
    Group,
    Line,
    Statement,
    build_up,
    hiring_lines,
    steady_ramp_loss,
)
from sim.scenario.option import Option
from sim.scenario.terms import Hiring, InhouseTerms

__all__ = ["Crew", "CrewMonth", "crew"]

# What a person costs beyond what is bought for them.
_LABOUR = ("base_wages", "bonus", "vacation_pay", "sick_pay", "contributions")


@dataclass(frozen=True, slots=True)
class CrewMonth:
    """The own people of a month.

    Parameters
    ----------
    heads
        People on the payroll, those kept on among them.
    hires
        People who begin.
    short
        Part of the agents' hours that lacks while people learn, by group.
    lines
        What takes the place of the steady hiring in the month's statement, by the name it has
        there.
    """

    heads: float
    hires: float
    short: Mapping[str, float]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Crew:
    """The own people of an option over its months.

    Parameters
    ----------
    months
        Month by month.
    initial
        Cost of hiring and training those who must be there in the first month, by line; paid
        before.
    """

    months: tuple[CrewMonth, ...]
    initial: tuple[Line, ...]


def crew(
    options: Sequence[Option],
    months: Sequence[Statement],
    start: float | None,
    bridge: float | None,
) -> Crew:
    """Follow the own people of an option.

    Parameters
    ----------
    options
        The option with the terms of each month.
    months
        What each month's work takes and costs, with steady hiring.
    start
        Trained people there are before; None where the option serves already.
    bridge
        What an hour costs of those who stand in [money/h]; None where nobody does.
    """
    own = [name for name in options[0].groups if f"{name}.heads" in months[0].info]
    first = sum(months[0].info[f"{name}.heads"] for name in own)
    people: list[list[CrewMonth]] = []
    initial: list[Line] = []
    for name in own:
        part = months[0].info[f"{name}.heads"] / first if first else 0.0
        there = None if start is None else start * part
        terms = [_terms(option, name) for option in options]
        steps, before = _group(terms, name, months, there, bridge)
        people.append(steps)
        initial += before
    joined = tuple(_together(step) for step in zip(*people, strict=True))
    return Crew(joined or (CrewMonth(0.0, 0.0, {}, ()),) * len(months), tuple(initial))


def _terms(option: Option, name: str) -> InhouseTerms:
    terms = option.groups[name].payroll
    assert terms is not None
    return terms


def _together(parts: Sequence[CrewMonth]) -> CrewMonth:
    return CrewMonth(
        sum(part.heads for part in parts),
        sum(part.hires for part in parts),
        {name: share for part in parts for name, share in part.short.items()},
        tuple(line for part in parts for line in part.lines),
    )


def _built(hiring: Hiring, name: str, months: Sequence[Statement], there: float) -> BuildUp:
    """People of one group; the money of each month is counted at its own prices."""
    # A month's heads make up for those who learn, as long as no more learn than usually do.
    trained = 1 - steady_ramp_loss(hiring.attrition_annual, hiring.productivity_curve)
    wanted = tuple(month.info[f"{name}.heads"] * trained for month in months)
    return build_up(
        hiring,
        BuildUpPlan(targets=wanted, hourly_rate=0.0, productive_hours=0.0, heads_at_start=there),
    )


def _group(
    terms: Sequence[InhouseTerms],
    name: str,
    months: Sequence[Statement],
    start: float | None,
    bridge: float | None,
) -> tuple[list[CrewMonth], list[Line]]:
    """One group's months, and what is paid before the first."""
    hiring = terms[0].hiring
    needs = [month.info[f"{name}.heads"] for month in months]
    if hiring is None:  # nothing is said: people come and go with the work
        return [CrewMonth(need, 0.0, {name: 0.0}, ()) for need in needs], []
    built = _built(hiring, name, months, needs[0] if start is None else min(start, needs[0]))
    steps: list[CrewMonth] = []
    initial: list[Line] = []
    for step, own, month, need in zip(built.months, terms, months, needs, strict=True):
        hired = _hired(own, name, month, step.starters)
        if start is not None and step.month == 1:
            initial = hired
            hired = [_nothing(line) for line in hired]
        target = need * (1 - built.ramp_loss)
        short = step.shortfall / target if target else 0.0
        lines = [*hired, *_kept_on(name, month, step.heads - need)]
        if bridge is not None and short:
            lines.append(_bridged(name, month, short, bridge))
        lost = {name: 0.0 if bridge is not None else short}
        steps.append(CrewMonth(step.heads, step.hires, lost, tuple(lines)))
    return steps, initial


def _hired(terms: InhouseTerms, name: str, month: Statement, starters: float) -> list[Line]:
    assert terms.hiring is not None
    rate = terms.agents.pay.hourly_rate
    effective = month.info[f"{name}.effective_contribution_rate"]
    return [
        replace(line, name=f"{name}.{line.name}")
        for line in hiring_lines(terms.hiring, starters, rate, effective)
    ]


def _nothing(line: Line) -> Line:
    """The line of a month whose people were paid for before."""
    return replace(line, amount=0.0, inputs={**line.inputs, "starters": 0.0})


def _kept_on(name: str, month: Statement, people: float) -> list[Line]:
    """Pay of those whom a quiet month does not need: a team shrinks by those who leave."""
    need = month.info[f"{name}.heads"]
    if people <= 1e-9 * need or not need:
        return []
    pay = sum(month.amount(f"{name}.{line}") for line in _LABOUR) / need
    inputs = {"people_too_many": people, "pay_per_head": pay}
    formula = "people_too_many * pay_per_head"
    return [Line(f"{name}.kept_on", Group.LABOUR, people * pay, formula, inputs)]


def _bridged(name: str, month: Statement, short: float, bridge: float) -> Line:
    hours = month.info[f"{name}.logged_hours"]
    inputs = {"logged_hours": hours, "hours_short": short, "bridge_rate": bridge}
    formula = "logged_hours * hours_short * bridge_rate"
    return Line(f"{name}.bridge", Group.HIRING, hours * short * bridge, formula, inputs)
