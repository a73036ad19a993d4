"""Figures of an option that can be claimed or aimed at, with how they vary from row to row.

A figure is a mean over replications, or a ratio of means. `Figure.influence` says by how much each
row of the run would move it: so a change between two options, absolute or in per cent, gets its
interval by the delta method from rows that met the same customers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.cost import satisfaction
from sim.decide.matters import economics
from sim.decide.month import Month
from sim.decide.option import BATCHES, OptionResult
from sim.decide.traffic import MonthCounts, handled
from sim.decide.ways import served_by_group
from sim.experiment import Replications
from sim.metrics import MISSED, Presence, Work, measure_names, parts, service_level
from sim.scenario.parse import DAYS_PER_MONTH
from sim.stats import Estimate, t_quantile

__all__ = [
    "POINT_OF",
    "Figure",
    "absolute_change",
    "figure",
    "first_contact",
    "relative_change",
    "satisfaction_assumed",
]

Floats = NDArray[np.float64]

_NOBODY = math.nan
#: What a point counts: CSAT is claimed, aimed at and told as a share, NPS in points.
POINT_OF = {"csat": 0.01, "nps": 1.0}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure and what each row of the run adds to it.

    Parameters
    ----------
    value
        The figure; not a number where it is not known.
    influence
        By row, around 0; empty where the figure does not vary with chance.
    weights
        Replications of which each row is the mean.
    """

    value: float
    influence: Floats
    weights: Floats

    @classmethod
    def plain(cls, value: float) -> Figure:
        """A figure without chance."""
        return cls(value, np.zeros(0), np.zeros(0))

    @classmethod
    def mean(cls, rows: Floats, weights: Floats) -> Figure:
        """A mean over rows."""
        value = float(np.average(rows, weights=weights))
        return cls(value, rows - value, weights)

    @classmethod
    def ratio(cls, over: Floats, under: Floats, weights: Floats) -> Figure:
        """A ratio of means over rows; not a number where the lower one is zero."""
        below = float(np.average(under, weights=weights))
        if below == 0:
            return cls.plain(_NOBODY)
        value = float(np.average(over, weights=weights)) / below
        return cls(value, (over - value * under) / below, weights)


def absolute_change(ours: Figure, theirs: Figure) -> Estimate:
    """Ours minus theirs."""
    return _estimate(ours.value - theirs.value, (ours, 1.0), (theirs, -1.0))


def relative_change(ours: Figure, theirs: Figure) -> Estimate:
    """Ours over theirs, minus one; not a number where theirs is zero."""
    if not theirs.value:
        return Estimate(_NOBODY, _NOBODY)
    ratio = ours.value / theirs.value
    return _estimate(ratio - 1, (ours, 1 / theirs.value), (theirs, -ratio / theirs.value))


def _estimate(value: float, *parts: tuple[Figure, float]) -> Estimate:
    varying = [(one, factor) for one, factor in parts if one.influence.size]
    if not varying:
        return Estimate(value, 0.0)
    weights = varying[0][0].weights
    moved = np.sum([factor * one.influence for one, factor in varying], axis=0)
    if len(weights) < 2:
        return Estimate(value, math.inf)
    spread = float(np.sum(weights * moved**2)) / (len(weights) - 1)
    return Estimate(value, t_quantile(len(weights)) * math.sqrt(spread / weights.sum()))


def figure(result: OptionResult, measure: str, channel: str | None = None) -> Figure:
    """A figure of an option.

    Parameters
    ----------
    result
        The option.
    measure
        ``cost`` and ``economic_cost`` a month, ``heads``, ``fcr``, ``csat`` as a share, ``nps``;
        ``missed`` contacts a month, and ``missed_share`` of those who come; ``asa``,
        ``abandonment`` and ``service_level`` over all contacts that are let in.
    channel
        Of one channel only; None for all in which clients call, for waits all but e-mail.
    """
    if measure == "cost":
        if result.cost is None:
            return Figure.plain(_NOBODY)
        return _batched(result.cost.value, result.batches)
    if measure == "heads":
        return Figure.plain(_NOBODY if result.heads is None else result.heads)
    if measure == "fcr":
        return Figure.plain(first_contact(result))
    if measure == "economic_cost":
        whole = economics(result)
        return (
            Figure.plain(_NOBODY) if whole is None else _batched(whole.total.value, whole.batches)
        )
    if measure in POINT_OF:
        return _satisfied(result, measure)
    played = result.replications
    names = [channel] if channel else _all_channels(result, measure)
    rows = [result.case.channels.index(name) for name in names]
    if measure == "missed":
        return _missed(result, rows)
    over, under = _shares(result, "missed" if measure == "missed_share" else measure, rows)
    return Figure.ratio(over, under, played.weights)


def _missed(result: OptionResult, rows: list[int]) -> Figure:
    """Missed contacts of an average month; without terms the period is taken as a part of one."""
    played = result.replications
    if result.statement is not None:
        month = Month.of(result.scenario, result.case)

        def missed(row: Floats) -> float:
            return float(month.read(row).contacts[rows][:, MISSED].sum())

        parts = played.batches(BATCHES)
        return _batched(missed(played.record), np.array([missed(part) for part in parts]))
    counted = played.totals[:, rows][:, :, MISSED].sum(axis=(1, 2)) * DAYS_PER_MONTH
    counted = counted / result.scenario.calendar.days
    weights = played.weights
    places = np.array_split(np.arange(len(weights)), min(BATCHES, len(weights)))
    by_part = [np.average(counted[place], weights=weights[place]) for place in places]
    return _batched(float(np.average(counted, weights=weights)), np.array(by_part))


def _batched(value: float, batches: Floats) -> Figure:
    """A figure that is known of batches of replications."""
    return Figure(value, batches - batches.mean(), np.ones(len(batches)))


def _satisfied(result: OptionResult, measure: str) -> Figure:
    """Satisfaction, by the response that the scenario assumes; CSAT as a share."""
    stated = result.scenario.consequences
    terms = stated.satisfaction if stated else None
    response = getattr(terms, measure) if terms else None
    if terms is None or response is None:
        return Figure.plain(_NOBODY)
    wait, lost = _felt(result, "asa"), _felt(result, "abandonment")
    fcr = first_contact(result)
    if math.isnan(wait.value + lost.value) or (math.isnan(fcr) and response.per_point_of_fcr):
        return Figure.plain(_NOBODY)
    known = terms.fcr if math.isnan(fcr) else fcr
    unit = POINT_OF[measure]
    value = satisfaction(terms, asa=wait.value, abandonment=lost.value, fcr=known)[measure]
    moved = wait.influence * response.per_minute_of_wait / 60
    moved = moved + lost.influence * response.per_point_of_abandonment * 100
    return Figure(unit * value, unit * moved, wait.weights)


def _felt(result: OptionResult, measure: str) -> Figure:
    """A figure of those who wait for an answer there and then: letters are not among them."""
    played = result.replications
    rows = [result.case.channels.index(name) for name in _all_channels(result, "asa")]
    over, under = _shares(result, measure, rows)
    return Figure.ratio(over, under, played.weights)


def satisfaction_assumed(result: OptionResult) -> dict[str, float]:
    """CSAT and NPS in points by the response that the scenario assumes; those that are known.

    Parameters
    ----------
    result
        The option.
    """
    found = {name: figure(result, name).value / unit for name, unit in POINT_OF.items()}
    return {name: value for name, value in found.items() if not math.isnan(value)}


def _all_channels(result: OptionResult, measure: str) -> list[str]:
    """Channels in which clients call; letters wait for hours, and no mean is of both."""
    called = [one.channel for one in result.attained if not one.outbound]
    if measure not in ("asa", "service_level"):
        return called
    return list(result.waited) or called


def _shares(result: OptionResult, measure: str, rows: list[int]) -> tuple[Floats, Floats]:
    """What a share or a mean wait is of, summed over channels, by row of the run."""
    over, under = parts(result.replications.totals[:, rows])
    names = [measure] * len(rows)
    if measure == "service_level":
        rules = [result.case.rules[row] for row in rows]
        names = [service_level("offered" if rule == "virtual" else rule) for rule in rules]
    at = [measure_names().index(name) for name in names]
    each = range(len(rows))
    return over[:, each, at].sum(axis=1), under[:, each, at].sum(axis=1)


def first_contact(result: OptionResult) -> float:
    """Share of served contacts that are resolved at once, as the scenario states it by group.

    Not a number where nobody says. Groups count by what each served of a channel in the
    simulation: in an average month where there are terms, else in the period. What a list of
    calls reached is no matter of a client.
    """
    scenario, option, case = result.scenario, result.option, result.case
    played = result.replications
    priced = result.statement is not None
    counts = Month.of(scenario, case).read(played.record) if priced else _period(played)
    resolved, served = 0.0, 0.0
    for c, channel in enumerate(scenario.channels.values()):
        if channel.outbound is not None:  # nobody came with a matter
            continue
        for g, group in enumerate(case.groups):
            share = option.resolved(group, channel.fcr)
            if share is not None:
                contacts = handled(case, counts, c, g)
                resolved, served = resolved + share * contacts, served + contacts
    return resolved / served if served else _NOBODY


def _period(played: Replications) -> MonthCounts:
    """Contacts of the period as it was played: where there are no terms no month is kept."""
    by_group = served_by_group(played)
    work = np.zeros((*by_group.shape, len(Work), 1))
    work[..., Work.SERVED, 0] = by_group
    contacts = np.average(played.totals, axis=0, weights=played.weights)
    return MonthCounts(contacts, work, np.zeros((by_group.shape[1], len(Presence), 1)))
