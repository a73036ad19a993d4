"""An average month of an option as a statement of its groups, and of what stays with the client."""

from __future__ import annotations

import math
from collections.abc import Mapping
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

__all__ = ["Busiest", "busiest_of", "peak_of", "statement_of"]


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


def busiest_of(played: Case, month: Month | None, result: Replications, group: str) -> Busiest:
    """The busiest moment of a group.

    Parameters
    ----------
    played, result
        What was played, and what came out.
    month
        How a replication becomes a month; without terms only the agents are told.
    group
        Its name.
    """
    g = played.groups.index(group)
    agents = peak_of(played, g)
    if month is None:
        return Busiest(agents, 0.0, 0.0)
    present = result.presence(group)[:, Presence.LOGGED] > 0
    hours = float(month.types[present].sum()) * played.timeline.interval / 3600
    load = line_load(played, month.read(result.record), result.counts, g)
    return Busiest(agents, load, hours)


def peak_of(played: Case, group: int | None = None) -> int:
    """Most agents at work at once during the period, of all groups or of one by its number."""
    line, staffing = played.timeline, played.staffing
    until = line.start + line.within * line.slot
    chosen = (staffing.start < until) & (staffing.end > line.start)
    if group is not None:
        chosen &= staffing.group == group
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
    """
    legs: dict[str, Statement] = {}
    groups = {
        n: g for n, g in option.groups.items() if any(n in routed(option, c) for c in g.skills)
    }
    vendors = [name for name, group in groups.items() if group.source == "vendor"]
    for name, group in groups.items():
        leg = _leg(month, counts, name, group, peaks[name], month_index)
        if leg is not None:
            legs[name] = leg
    asked = any(group.source == "vendor" for group in option.groups.values())
    if option.retained is not None and (vendors or not asked):
        invoice = sum(legs[name].info["invoice_net"] for name in vendors if name in legs)
        load = math.fsum(peaks[name].line_load for name in vendors)
        ops = replace(month.retained(counts, vendors, invoice), line_load=load)
        legs["retained"] = retained_month(option.retained, ops)
    return Statement.join(legs)


def _leg(
    month: Month, counts: MonthCounts, name: str, group: Group, busiest: Busiest, month_index: int
) -> Statement | None:
    """An average month of one group."""
    if group.payroll is not None:
        ops = month.inhouse(counts, name, busiest.agents)
        lines, hours = busiest.line_load, busiest.open_hours
        return inhouse_month(group.payroll, replace(ops, line_load=lines, open_hours=hours))
    if group.contract is not None:
        billed = month.contract(counts, name, group)
        return contract_month(group.contract, replace(billed, month_index=month_index))
    return None
