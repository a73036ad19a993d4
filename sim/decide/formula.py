"""The same staffing by closed form: what a textbook says of an option that was simulated.

Each interval of the week is taken by itself and as if it had lasted for ever (Erlang A), with the
agents who were at work in the simulation. Groups that serve the same channels count as one team,
and all who wait for a team as one stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import erlang
from sim.decide.month import Month
from sim.decide.option import OptionResult
from sim.decide.queueing import streams_of
from sim.decide.response import agents_at_work
from sim.decide.traffic import MonthCounts
from sim.engine.contract import TICKS_PER_SECOND
from sim.experiment import AWT
from sim.metrics import Count, Presence, Work
from sim.plan.streams import Stream

__all__ = ["Formula", "formulas"]

Floats = NDArray[np.float64]

_KINDS = 4
_HOUR_TYPES = 8


@dataclass(frozen=True, slots=True)
class Formula:
    """What closed forms say of a channel over the week.

    Parameters
    ----------
    service
        Service level by rule.
    abandonment
        Share of those offered who give up.
    asa
        Mean wait of the answered [s].
    """

    service: Mapping[str, float]
    abandonment: float
    asa: float


def formulas(result: OptionResult) -> dict[str, Formula]:
    """Closed forms of an option, by channel; only of channels whose contacts wait for an answer.

    Parameters
    ----------
    result
        The option as it was simulated.

    Examples
    --------
    >>> from sim.decide import simulate
    >>> from sim.scenario import load
    >>> bank = simulate(load("scenarios/bank.yaml"), replications=2)
    >>> 0 < formulas(bank)["phone"].abandonment < 1
    True
    """
    played = result.case
    agents = {name: agents_at_work(result, name) for name in played.groups}
    asked = streams_of(result.scenario, result.option, played, _counts(result))
    found = {}
    for team in asked.teams:
        queue = erlang.erlang_a(
            arrival_rate=team.rate,
            aht=team.aht,
            agents=np.sum([agents[name] for name in team.groups], axis=0),
            patience=team.patience,
            balking=_balking(team.waiting),
        )
        for stream in team.waiting:
            found[stream.name] = _of(stream, queue, result)
    return {name: found[name] for name in played.channels if name in found}


def _counts(result: OptionResult) -> MonthCounts:
    """What an average month brought; nothing where the option brings no terms to count it."""
    if result.statement is not None:
        return Month.of(result.scenario, result.case).read(result.replications.record)
    channels, groups = len(result.case.channels), len(result.case.groups)
    return MonthCounts(
        np.zeros((len(result.case.rows), len(Count))),
        np.zeros((channels, groups, len(Work), _KINDS)),
        np.zeros((groups, len(Presence), _HOUR_TYPES)),
    )


def _balking(waiting: Sequence[Stream]) -> Floats:
    """Share that leaves at once on finding nobody free, of all who come in an interval."""
    rate = np.sum([stream.rate for stream in waiting], axis=0)
    leaving = np.sum([stream.rate * stream.channel.balking for stream in waiting], axis=0)
    return np.asarray(np.divide(leaving, rate, out=np.zeros(len(rate)), where=rate > 0))


def _of(stream: Stream, queue: erlang.QueueMeasures[Floats], result: OptionResult) -> Formula:
    """Measures of one channel: contacts of all intervals counted together, then divided."""
    row = result.case.channels.index(stream.name)
    target = stream.channel.target
    awt = target.awt if target else AWT[stream.channel.kind]
    grace = float(result.case.lens.grace[row]) / TICKS_PER_SECOND
    rate = stream.rate
    # Where nobody serves, nobody is answered; who never gives up waits on.
    gone = np.nan_to_num(queue.abandonment, nan=1.0)
    within = float(rate @ np.nan_to_num(queue.service_level("offered", awt)))
    patient = float(rate @ np.nan_to_num(queue.service_level("virtual", awt)))
    short = float(rate @ np.nan_to_num(queue.short_abandons(grace)))
    answered = rate * (1 - gone)
    whole, served = float(rate.sum()), float(answered.sum())
    waited = float(answered[answered > 0] @ np.nan_to_num(queue.asa[answered > 0], nan=0.0))
    return Formula(
        {
            "offered": _share(within, whole),
            "answered": _share(within, served),
            "excluding_short_abandons": _share(within, whole - short),
            "including_short_abandons": _share(within + short, whole),
            "virtual": _share(patient, whole),
        },
        _share(float(rate @ gone), whole),
        waited / served if served else float("nan"),
    )


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else float("nan")
