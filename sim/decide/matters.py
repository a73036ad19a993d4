"""What becomes of the matters of a month, and what those that went badly cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.cost import Fate, Served, Statement, consequences
from sim.decide.month import Month
from sim.decide.option import BATCHES, OptionResult
from sim.decide.traffic import MonthCounts, reached
from sim.experiment import Case
from sim.metrics import MISSED_BY, Count, Work
from sim.scenario.option import Option
from sim.scenario.terms import Consequences
from sim.stats import Estimate, mean_estimate

__all__ = ["Economics", "economics", "matters", "nobody"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Economics:
    """An average month of an option with what its service costs customers and the shop.

    Parameters
    ----------
    consequences
        Lost orders and lost customers; apart from the operating cost.
    total
        Operating cost and consequences together, with the uncertainty of the simulation.
    batches
        Totals of batches of replications, in the same order for all options of a comparison.
    """

    consequences: Statement
    total: Estimate
    batches: Floats


#: Worked out once for each result, as long as it is there: tables and figures all ask for it.
_KNOWN: WeakKeyDictionary[OptionResult, Economics | None] = WeakKeyDictionary()


def economics(result: OptionResult) -> Economics | None:
    """Consequences of an option's service; None where the scenario gives no terms for them.

    Parameters
    ----------
    result
        The option, simulated and priced.
    """
    if result not in _KNOWN:
        _KNOWN[result] = _economics(result)
    return _KNOWN[result]


def _economics(result: OptionResult) -> Economics | None:
    """The same, worked out."""
    terms = result.scenario.consequences
    if terms is None or result.statement is None:
        return None
    month = Month.of(result.scenario, result.case)

    def found(counts: MonthCounts) -> Statement:
        return consequences(terms, matters(result.case, result.option, counts, terms))

    mean = found(month.read(result.replications.record))
    parts = [found(month.read(part)).total for part in result.replications.batches(BATCHES)]
    batches = result.batches + np.array(parts)
    total = Estimate(result.statement.total + mean.total, mean_estimate(batches).half_width)
    return Economics(mean, total, batches)


def matters(
    case: Case,
    option: Option,
    counts: MonthCounts,
    terms: Consequences,
    short: Mapping[str, float] | None = None,
) -> Served:
    """Matters of a month: served, by how they went, and lost, by the way.

    A client who tries again and is served has lost nothing: of the attempts that failed, as many
    count as there are clients whom nobody served in the end.

    Parameters
    ----------
    case
        What was played.
    option
        Whose groups resolve how much at first contact.
    counts
        The average month.
    terms
        Says how much of the rest is resolved later.
    short
        Part of the hours of a group that lacks, by group. As large a part of its contacts counts
        as abandoned: at most so many are, since those who are left waste less time.
    """
    first = rest = 0.0
    lost: dict[str, dict[Fate, float]] = {}
    for c, (name, channel) in enumerate(case.demand.layout.channels.items()):
        if channel.outbound is not None:  # nobody came with a matter
            continue
        lacking = np.array([(short or {}).get(group, 0.0) for group in case.groups])
        work = counts.work[c, :, Work.SERVED, 0] * (1 - lacking)
        resolved = [option.resolved(group, channel.fcr) for group in case.groups]
        share = np.array([1.0 if one is None else one for one in resolved])
        whole = reached(case, counts, c)
        missing = _missing(counts, c, lacking)
        served = whole * (1 - missing)
        solved = float(work @ share / work.sum()) if work.any() else 1.0
        first, rest = first + served * solved, rest + served * (1 - solved)
        lost[name] = _lost(counts, c, retried=channel.redial is not None)
        if missing:
            lost[name]["abandoned"] = lost[name].get("abandoned", 0.0) + whole * missing
    later = rest * terms.resolved_later_share
    return Served(resolved_first=first, resolved_later=later, never=rest - later, lost=lost)


def _missing(counts: MonthCounts, channel: int, lacking: Floats) -> float:
    """Part of a channel's contacts that hours lack for."""
    work = counts.work[channel, :, Work.SERVED, 0]
    return float(work @ lacking / work.sum()) if work.any() else 0.0


def nobody(case: Case, counts: MonthCounts) -> Served:
    """Matters of a month in which nobody serves: all came when it was closed."""
    lost: dict[str, dict[Fate, float]] = {}
    for c, (name, channel) in enumerate(case.demand.layout.channels.items()):
        if channel.outbound is None:
            own = counts.contacts[c]
            came = own[Count.CLIENTS] + own[Count.CLIENTS_CLOSED]
            lost[name] = {"closed": float(came)}
    return Served(lost=lost)


def _lost(counts: MonthCounts, channel: int, *, retried: bool) -> dict[Fate, float]:
    """Lost contacts of a channel by the way; where clients try again, lost clients."""
    own = counts.contacts[channel]
    found: dict[Fate, float] = {f: float(own[list(w)].sum()) for f, w in MISSED_BY.items()}
    failed = sum(found.values())
    if not retried or not failed:
        return {fate: count for fate, count in found.items() if count}
    clients = own[Count.CLIENTS] + own[Count.CLIENTS_CLOSED] - own[Count.CLIENTS_SERVED]
    kept = min(1.0, max(0.0, float(clients) / failed))
    return {fate: count * kept for fate, count in found.items() if count}
