"""What several classes of contacts that share agents live through, each and together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sim._erlang.arrays import FloatArray, ratio
from sim._erlang.inputs import numbers, require_not_negative
from sim._erlang.measures import QueueMeasures, ServiceRule, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals

__all__ = ["ClassMeasures", "Part", "class_measures", "in_vain", "nobody"]


class Part(NamedTuple):
    """One class: its queue, what becomes of a contact in the end, and by a threshold."""

    queue: Queue
    totals: WaitTotals
    fates: Callable[[FloatArray], Fates]


@dataclass(frozen=True, eq=False)
class ClassMeasures:
    """What several classes of contacts live through, and how busy the pools are.

    Parameters
    ----------
    classes
        Measures of every class, in the order given. The agents of a class are all those who may
        serve it, whole pools, and its occupancy is the share of their time spent on it.
    all
        Measures of all contacts together; its AHT and patience are means over contacts.
    pool_occupancy
        Handling time over the time of the agents, by pool; 0 for a pool without agents.
    occupancy
        The same for all agents.
    states
        States of the chain that was solved; 0 for a closed form.
    """

    classes: tuple[QueueMeasures[float], ...]
    all: QueueMeasures[float]
    pool_occupancy: tuple[float, ...]
    occupancy: float
    states: int = 0

    @property
    def wait_probability(self) -> float:
        """Share of all contacts that find nobody free who may serve them."""
        return self.all.wait_probability

    @property
    def abandonment(self) -> float:
        """Share of all contacts that give up."""
        return self.all.abandonment

    @property
    def mean_wait(self) -> float:
        """Mean time in queue of all contacts [s]."""
        return self.all.mean_wait

    def service_level(self, rule: ServiceRule, awt: float | Sequence[float]) -> float:
        """Share of all contacts served in time, each within the threshold of its class.

        Parameters
        ----------
        rule
            One of `SERVICE_RULES`.
        awt
            Acceptable waiting time, one for all or one per class [s].

        Raises
        ------
        InvalidInput
            If the rule is unknown or a threshold is out of range.

        Examples
        --------
        >>> from sim.erlang import priority
        >>> team = priority(arrival_rates=(0.04, 0.05), aht=200, agents=20)
        >>> round(team.service_level("offered", 20), 4)
        0.665
        """
        thresholds, rates = numbers(
            awt=np.asarray(awt), classes=np.array([queue.arrival_rate for queue in self.classes])
        )
        require_not_negative("awt", thresholds)

        def mixed(_: FloatArray) -> Fates:
            pairs = zip(self.classes, thresholds, strict=True)
            return _mixed([queue._fates(np.array([time])) for queue, time in pairs], rates)

        return replace(self.all, _fates=mixed).service_level(rule, 0.0)


def class_measures(
    parts: Sequence[Part], pools: FloatArray, busy: FloatArray, states: int = 0
) -> ClassMeasures:
    """Name what is known of classes that share pools; `busy` is mean agents busy by pool."""
    occupied = np.minimum(ratio(busy, pools), 1.0)
    whole = float(ratio(busy.sum(keepdims=True), pools.sum(keepdims=True))[0])
    occupancy = min(whole, 1.0)
    return ClassMeasures(
        classes=tuple(queue_measures(*part) for part in parts),
        all=_together(parts, float(pools.sum()), occupancy),
        pool_occupancy=tuple(float(share) for share in occupied),
        occupancy=occupancy,
        states=states,
    )


def _together(parts: Sequence[Part], agents: float, occupancy: float) -> QueueMeasures[Any]:
    """Return the measures of all contacts, whatever their class."""
    rates = np.array([part.queue.arrival_rate[0] for part in parts])
    rate = float(rates.sum())
    means = {
        name: float(_weighted(rates, np.array([np.ravel(c)[:1] for c in column]))[0])
        for name, column in (
            ("aht", [part.queue.aht for part in parts]),
            ("patience", [part.queue.patience for part in parts]),
            ("balking", [part.queue.balking for part in parts]),
        )
    }
    values = {"arrival_rate": rate, "agents": agents, "room": math.inf, **means}
    queue = Queue(**{name: np.array([value]) for name, value in values.items()})
    columns = {
        name: np.stack([getattr(part.totals, name) for part in parts])
        for name in WaitTotals._fields
    }
    # Whoever is never served has no wait until service that could be averaged.
    columns["waited_served"] = np.where(columns["served"] > 0, columns["waited_served"], 0.0)
    totals = WaitTotals(**{name: _weighted(rates, column) for name, column in columns.items()})

    def fates(awt: FloatArray) -> Fates:
        return _mixed([part.fates(awt) for part in parts], rates)

    return queue_measures(queue, totals, fates, occupancy=np.array([occupancy]))


def _mixed(each: Sequence[Fates], rates: FloatArray) -> Fates:
    """Average over classes by their contacts."""
    return Fates(*(_weighted(rates, np.stack(column)) for column in zip(*each, strict=True)))


def _weighted(rates: FloatArray, column: FloatArray) -> FloatArray:
    """Average rows by rates; those of classes without contacts do not count, even if infinite."""
    counts = rates > 0
    if not counts.any():
        first: FloatArray = column[0]
        return first
    share = rates[counts] / rates.sum()
    average: FloatArray = np.einsum("i,ij->j", share, column[counts])
    return average


def nobody() -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Say that all is well with a class that has no contacts."""
    one, no = np.ones(1), np.zeros(1)
    totals = WaitTotals(no, one, one, no, one, no, no, no, no, no)

    def fates(awt: FloatArray) -> Fates:
        some, none = np.ones_like(awt), np.zeros_like(awt)
        return Fates(some, some, none, none, none)

    return totals, fates


def in_vain(
    patience: float, balking: float = 0.0
) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Say what becomes of contacts that are never served: they wait out their patience."""
    one, no, forever = np.ones(1), np.zeros(1), np.full(1, np.inf)
    leaves = math.isfinite(patience)
    stays = 1.0 - balking
    waited = np.array([stays * patience if stays > 0 else 0.0])
    totals = WaitTotals(
        blocking=no,
        accepted=one,
        no_wait=no,
        delayed=one,
        served=no,
        abandoned=np.array([1.0 if leaves else balking]),
        waited=waited,
        waited_virtual=forever,
        waited_served=forever,
        waited_abandoned=waited if leaves else no,
    )

    def fates(awt: FloatArray) -> Fates:
        still = stays * np.exp(-awt / patience)
        none = np.zeros_like(awt)
        return Fates(none, none, 1.0 - still, np.ones_like(awt), still)

    return totals, fates
