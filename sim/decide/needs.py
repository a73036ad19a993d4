"""How many agents an option needs, what the wording of its promise is worth, and how many people.

All by closed form, in a moment; a simulation says what the plan is worth.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.cost import ContractOps, Hours, Ops, contract_month, inhouse_month
from sim.errors import InvalidInput, one_of
from sim.plan import HOLDS, Requirement, requirement
from sim.plan.rotation.advice import Advice, advise
from sim.plan.rotation.patterns import PATTERNS, Judged, judge, pattern
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option
from sim.scenario.parse import DAYS_PER_MONTH
from sim.scenario.terms import AgentTerms

__all__ = ["Needs", "People", "Step", "Wording", "agent_hours", "people", "staff"]

Floats = NDArray[np.float64]

_TYPES = tuple(itertools.product((False, True), repeat=3))


@dataclass(frozen=True, slots=True)
class Step:
    """One factor on the way from agents at work to people.

    Parameters
    ----------
    key
        ``shrinkage``, ``fit``, ``learning``, ``contract``, ``leave`` …
    factor
        By how much it multiplies.
    reached
        What has come together after it.
    unit
        ``hours`` a month, or ``people``.
    """

    key: str
    factor: float
    reached: float
    unit: str = "hours"


@dataclass(frozen=True, slots=True)
class People:
    """From hours at work to people, factor by factor.

    Parameters
    ----------
    hours
        Agent hours at work in an average month [h].
    steps
        In order; each multiplies what was reached before.
    fte
        Paid-hours equivalent.
    heads
        People, whole where the terms want whole people.
    seat
        People that one place takes that is filled round the clock.
    """

    hours: float
    steps: tuple[Step, ...]
    fte: float
    heads: float
    seat: float


@dataclass(frozen=True, slots=True)
class Wording:
    """What a promise takes when it holds over another time.

    Parameters
    ----------
    hold
        One of `sim.plan.HOLDS`.
    hours_week
        Agent hours in a week [h].
    cost
        Of an average month: pay, places and tools of these people, or the vendor's agent hours;
        None where nothing is priced by the hour [money].
    """

    hold: str
    hours_week: float
    cost: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """What a group needs.

    Parameters
    ----------
    group
        Its name.
    requirement
        Agents by interval of the week.
    wordings
        Hours and money with each time over which the promises could hold, the strictest first.
    people
        How many people that takes; None without a payroll.
    always
        Whether somebody is needed round the clock.
    choices
        Which shifts could be drawn at all, and what each choice takes, the best first.
    rotations
        Where somebody is needed round the clock: what the usual patterns of crews mean in the
        scenario's country.
    """

    group: str
    requirement: Requirement
    wordings: tuple[Wording, ...]
    people: People | None
    always: bool
    choices: tuple[Advice, ...]
    rotations: tuple[Judged, ...]


def staff(scenario: Scenario, name: str) -> tuple[Needs, ...]:
    """Agents that the groups of an option need that are staffed to target.

    Parameters
    ----------
    scenario
        The operation.
    name
        Its option.

    Raises
    ------
    InvalidInput
        If there is no such option, or no group of it is staffed to target.

    Examples
    --------
    >>> from sim.scenario import load
    >>> [own] = staff(load("scenarios/company-n.yaml"), "inhouse")
    >>> int(own.requirement.agents.max()), round(own.people.seat, 1)
    (10, 6.4)
    """
    known = scenario_of(scenario).options
    option = known[one_of("option", name, known)]
    own = requirement(scenario, option)
    if not own:
        hint = "write staffing: {to_target: {}} for a group whose agents are to be found"
        raise InvalidInput("option", "must have a group that is staffed to target", name, hint)
    held = {hold: requirement(scenario, option, hold=hold) for hold in HOLDS}
    return tuple(_needs(scenario, option, group, need, held) for group, need in own.items())


def _needs(
    scenario: Scenario,
    option: Option,
    name: str,
    need: Requirement,
    held: Mapping[str, Mapping[str, Requirement]],
) -> Needs:
    """What one group needs."""
    group = option.groups[name]
    wordings = tuple(
        Wording(
            hold,
            float(found[name].agents.sum()) * scenario.interval / 3600,
            _cost(scenario, group, found[name].agents),
        )
        for hold, found in held.items()
    )
    hours = sum(block.logged for block in agent_hours(scenario, need.agents))
    team = people(group.payroll.agents, hours) if group.payroll else None
    always = bool((need.agents > 0).all())
    choices = tuple(advise(need.agents.astype(np.float64))) if need.agents.any() else ()
    return Needs(
        name,
        need,
        wordings,
        team,
        always,
        choices,
        _rotations(scenario) if always and group.payroll else (),
    )


def _rotations(scenario: Scenario) -> tuple[Judged, ...]:
    """The patterns of the library in the scenario's country; none where its law is not known."""
    country = scenario.calendar.country
    if country != "RU":
        return ()
    year = scenario.calendar.start.year
    return tuple(judge(pattern(name), country=country, year=year) for name in PATTERNS)


def agent_hours(scenario: Scenario, agents: NDArray[np.int64] | Floats) -> tuple[Hours, ...]:
    """Agent hours of an average month by kind of hour.

    Parameters
    ----------
    scenario
        Whose calendar tells nights, weekends and holidays.
    agents
        At work, by interval of the week.
    """
    month = scenario.calendar.average_month(scenario.interval)
    typed = month.hours(np.asarray(agents, np.float64))
    return tuple(
        Hours(
            logged=float(typed[tuple(map(int, kind))]),
            night=kind[0],
            weekend=kind[1],
            holiday=kind[2],
        )
        for kind in _TYPES
    )


def _cost(scenario: Scenario, group: Group, agents: NDArray[np.int64]) -> float | None:
    """What a month of so many agents costs, contacts and minutes apart."""
    hours = agent_hours(scenario, agents)
    if group.payroll is not None:
        return inhouse_month(group.payroll, Ops(hours=hours, peak_logged=float(agents.max()))).total
    if group.contract is not None and group.contract.price_per_agent_hour is not None:
        return contract_month(group.contract, ContractOps(hours=hours)).total
    return None


def people(terms: AgentTerms, hours: float) -> People:
    """People for so many hours at work in an average month.

    Parameters
    ----------
    terms
        The working year, and what of a paid hour is not at work.
    hours
        Agent hours at work [h].

    Examples
    --------
    >>> terms = AgentTerms(
    ...     calendar={"contract_hours_year": 1972, "vacation_hours_year": 160},
    ...     shrinkage_in_shift=0.1,
    ...     pay={"hourly_rate": 300},
    ... )
    >>> found = people(terms, 730.0)
    >>> round(found.fte, 2), round(found.seat, 2), [step.key for step in found.steps]
    (5.37, 5.37, ['shrinkage', 'contract', 'vacation'])
    """
    steps = list(_steps(terms, hours))
    fte = steps[-1].reached
    whole = terms.headcount_rounding == "ceil"
    heads = float(math.ceil(fte - 1e-9)) if whole else fte
    seat = list(_steps(terms, 24 * DAYS_PER_MONTH))[-1].reached
    return People(hours, tuple(steps), fte, heads, seat)


def _steps(terms: AgentTerms, hours: float) -> list[Step]:
    """The factors that are there, one after the other."""
    year = terms.calendar
    away = (
        ("vacation", year.vacation_hours_year),
        ("sickness", year.sick_hours_year),
        ("absence", year.other_absence_hours_year),
    )
    found: list[Step] = []
    reached = hours
    for key, factor in (
        ("shrinkage", 1 / (1 - terms.shrinkage_in_shift)),
        ("fit", 1 + terms.schedule_fit_loss),
        ("learning", 1 / (1 - terms.ramp_capacity_loss)),
    ):
        if factor != 1:
            reached *= factor
            found.append(Step(key, factor, reached))
    left = year.contract_hours_year
    reached *= 12 / left
    found.append(Step("contract", 12 / left, reached, "people"))
    for key, lost in away:
        if lost:
            factor = left / (left - lost)
            left -= lost
            reached *= factor
            found.append(Step(key, factor, reached, "people"))
    return found
