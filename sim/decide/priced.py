"""An average month of an option as a statement of its groups, and of what stays with the client."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.cost import Statement, contract_month, inhouse_month, retained_month
from sim.decide.month import Month
from sim.decide.traffic import MonthCounts, line_load
from sim.experiment import Case, Replications
from sim.metrics import Presence
from sim.scenario.legs import routed
from sim.scenario.option import Group, Option
from sim.scenario.terms import ContractTerms

__all__ = [
    "Busiest",
    "Forecast",
    "banded",
    "busiest_of",
    "contract_of",
    "peak_of",
    "statement_of",
    "statements_by_leg",
    "teams_of",
]


class Busiest(NamedTuple):
    """What a group comes to in its busiest moment, and how long it is open.

    Parameters
    ----------
    agents
        Most agents at once.
    line_load
        Mean number of lines that calls to it hold in their busiest interval [erlang].
    open_hours
        Hours of an average month in which anybody is logged in [h].
    """

    agents: float
    line_load: float
    open_hours: float


class Forecast(NamedTuple):
    """What a client has told its vendors to expect of a month.

    Parameters
    ----------
    counts
        The month as the scenario has it, whatever then comes.
    scale
        Factor on it, where the volume of the month itself is another than was told.
    """

    counts: MonthCounts
    scale: float = 1.0


def busiest_of(
    played: Case, month: Month | None, result: Replications, team: Sequence[str]
) -> Busiest:
    """The busiest moment of a group, or of several that are paid together.

    Parameters
    ----------
    played, result
        What was played, and what came out.
    month
        How a replication becomes a month; without terms only the agents are told.
    team
        Names of the groups.
    """
    agents = peak_of(played, team)
    if month is None:
        return Busiest(agents, 0.0, 0.0)
    present = np.any([result.presence(one)[:, Presence.LOGGED] > 0 for one in team], axis=0)
    hours = float(month.types[present].sum()) * played.timeline.interval / 3600
    rows = [played.groups.index(one) for one in team]
    load = line_load(played, month.read(result.record), result.counts, rows)
    return Busiest(agents, load, hours)


def peak_of(played: Case, team: Sequence[str] = ()) -> int:
    """Most agents at work at once during the period, of some groups or all."""
    line, staffing = played.timeline, played.staffing
    until = line.start + line.within * line.slot
    chosen = (staffing.start < until) & (staffing.end > line.start)
    if team:
        chosen &= np.isin(staffing.group, [played.groups.index(name) for name in team])
    moments = np.concatenate([staffing.start[chosen], staffing.end[chosen]])
    steps = np.repeat([1, -1], chosen.sum())
    order = np.lexsort((steps, moments))  # those who leave go before those who come
    return int(np.cumsum(steps[order]).max(initial=0))


def statement_of(
    option: Option,
    month: Month,
    counts: MonthCounts,
    peaks: Mapping[str, Busiest],
    month_index: int = 0,
    forecast: Forecast | None = None,
) -> Statement:
    """An average month of an option: its groups, and what stays with the client.

    Who has a share of nothing is no part of it: neither is paid for, nor looked after.

    Parameters
    ----------
    option
        The option with its terms.
    month, counts
        How a replication becomes a month, and what came out.
    peaks
        The busiest moment of each group.
    month_index
        Months since contracts began: their prices rise at each anniversary.
    forecast
        What vendors were told to expect; what comes, when None.
    """
    return Statement.join(statements_by_leg(option, month, counts, peaks, month_index, forecast))


def statements_by_leg(
    option: Option,
    month: Month,
    counts: MonthCounts,
    peaks: Mapping[str, Busiest],
    month_index: int = 0,
    forecast: Forecast | None = None,
) -> dict[str, Statement]:
    """The statements that make an option's month, as `statement_of` joins them."""
    legs: dict[str, Statement] = {}
    teams = teams_of(option)
    vendors = [name for name in teams if option.groups[name].source == "vendor"]
    for name, beside in teams.items():
        team = {one: option.groups[one] for one in (name, *beside)}
        leg = _leg(month, counts, team, peaks[name], month_index, forecast)
        if leg is not None:
            legs[name] = leg
    asked = any(group.source == "vendor" for group in option.groups.values())
    if option.retained is not None and (vendors or not asked):
        invoice = sum(legs[name].info["invoice_net"] for name in vendors if name in legs)
        load = math.fsum(peaks[name].line_load for name in vendors)
        ops = replace(month.retained(counts, vendors, invoice), line_load=load)
        legs["retained"] = retained_month(option.retained, ops)
    return legs


def _leg(
    month: Month,
    counts: MonthCounts,
    team: Mapping[str, Group],
    busiest: Busiest,
    month_index: int,
    forecast: Forecast | None,
) -> Statement | None:
    """An average month of one group, and of those beside it that are paid with it."""
    (name, group), *others = team.items()
    beside = dict(others)
    if group.payroll is not None:
        ops = month.inhouse(counts, name, busiest.agents, tuple(beside))
        lines, hours = busiest.line_load, busiest.open_hours
        return inhouse_month(group.payroll, replace(ops, line_load=lines, open_hours=hours))
    if group.contract is not None:
        billed = month.contract(counts, name, group, beside)
        if group.contract.forecast_band is not None:
            told, scale = billed, 1.0
            if forecast is not None:
                told = month.contract(forecast.counts, name, group, beside)
                scale = forecast.scale
            billed = replace(
                billed,
                forecast_minutes=told.billed_minutes * scale,
                forecast_handled={c: scale * count for c, count in told.handled.items()},
            )
        return contract_month(group.contract, replace(billed, month_index=month_index))
    return None


def teams_of(option: Option) -> dict[str, tuple[str, ...]]:
    """Groups that serve anything, each with those that are paid with it."""
    serve = [n for n, g in option.groups.items() if any(n in routed(option, c) for c in g.skills)]
    paid = {name: option.groups[name].paid_with for name in serve}
    payers = dict.fromkeys([*serve, *(payer for payer in paid.values() if payer)])
    return {name: tuple(n for n, payer in paid.items() if payer == name) for name in payers}


def contract_of(option: Option, name: str) -> ContractTerms | None:
    """The contract under which a group works."""
    group = option.groups[name]
    return group.contract if group.paid_with is None else option.groups[group.paid_with].contract


def banded(option: Option) -> bool:
    """Whether any contract of an option has a band around a forecast."""
    contracts = [group.contract for group in option.groups.values()]
    return any(one is not None and one.forecast_band is not None for one in contracts)
