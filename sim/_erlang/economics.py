"""What one more agent is worth, and what size and pooling save."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.door import door
from sim._erlang.inputs import Real, check_queue, numbers, require, require_not_negative, shaped
from sim._erlang.inverse import agents_needed
from sim._erlang.laws import Law
from sim._erlang.measures import QueueMeasures, ServiceRule
from sim._erlang.patience import mean_patience, measure_any
from sim._erlang.target import Target
from sim.errors import InvalidInput

__all__ = ["Pooling", "PowerOfOne", "pooling", "power_of_one", "square_root_staffing"]

_HOUR = 3600.0
_STEEPEST = 37.0
"""Square-root spare agents beyond which nobody waits: the normal density underflows."""


@dataclass(frozen=True, eq=False)
class PowerOfOne:
    """What each agent of a team adds, for teams a few agents smaller and larger.

    Parameters
    ----------
    agents
        Sizes of the team, one row each.
    measures
        The queue with as many agents.
    service_level
        Share within the threshold asked for.
    answered_per_hour
        Contacts answered [1/h].
    gained_answered
        Of these, how many the last agent adds [1/h].
    gained_service_level
        Service level that the last agent adds, as a share.
    saved_asa
        Seconds that the last agent takes off the mean wait of those answered; infinite where a
        queue without steady state becomes one with [s].
    cost_per_gained
        Cost of the last agent for each contact answered more; infinite when there is none.
    """

    agents: IntArray
    measures: QueueMeasures[FloatArray]
    service_level: FloatArray
    answered_per_hour: FloatArray
    gained_answered: FloatArray
    gained_service_level: FloatArray
    saved_asa: FloatArray
    cost_per_gained: FloatArray


@door
def power_of_one(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    patience: float | Law = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
    awt: float = 20.0,
    rule: ServiceRule = "offered",
    spread: int = 5,
    cost_per_hour: float = 0.0,
) -> PowerOfOne:
    """Measure a team with up to `spread` agents fewer and more, and what each agent adds.

    Parameters
    ----------
    arrival_rate, aht, agents, patience, lines, balking
        As in `erlang_a`; agents whole. Teams end at no agents and at as many as there are lines.
    awt, rule
        Threshold and rule of the service level.
    spread
        How many agents fewer and more, at least 0.
    cost_per_hour
        Cost of one agent for an hour, at least 0 [money].

    Returns
    -------
    PowerOfOne
        Arrays with a row for each size of the team.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Contacts answered are what agents handle: occupancy times agents over AHT, which also holds
    where there is no steady state. In Erlang C nobody is lost, so a further agent of a team that
    keeps up adds speed and no contact.

    Examples
    --------
    >>> team = power_of_one(
    ...     arrival_rate=100 / 1800, aht=180, agents=11, patience=180, spread=1, cost_per_hour=12
    ... )
    >>> team.agents, team.gained_answered.round(2), team.cost_per_gained.round(2)
    (array([10, 11, 12]), array([10.84,  8.34,  6.06]), array([1.11, 1.44, 1.98]))
    """
    if not (float(agents).is_integer() and agents >= 0):
        raise InvalidInput("agents", "must be whole and at least 0", agents)
    if not (float(spread).is_integer() and 0 <= spread <= 10_000):
        raise InvalidInput("spread", "must be whole, at least 0 and at most 10000", spread)
    if not lines >= 0:
        raise InvalidInput("lines", "must be whole and at least 0, or infinite", lines)
    if not 0 <= cost_per_hour < math.inf:
        raise InvalidInput("cost_per_hour", "must be at least 0 and finite", cost_per_hour)
    first = max(agents - spread, 0)
    last = int(min(agents + spread, lines))
    sizes = np.arange(max(first - 1, 0), max(last, first) + 1)
    queues = _measured(arrival_rate, aht, sizes, patience, lines, balking)
    level = queues.service_level(rule, awt)
    answered = queues.occupancy * sizes / aht * _HOUR
    gained = _step(answered)
    costs = np.full(gained.shape, math.inf)
    with np.errstate(over="ignore"):  # next to nothing gained costs without end
        np.divide(cost_per_hour, gained, out=costs, where=gained > 0)
    shown = slice(1 if first > 0 else 0, None)
    return PowerOfOne(
        agents=sizes[shown],
        measures=_measured(arrival_rate, aht, sizes[shown], patience, lines, balking),
        service_level=level[shown],
        answered_per_hour=answered[shown],
        gained_answered=gained[shown],
        gained_service_level=_step(level)[shown],
        saved_asa=-_step(queues.asa)[shown],
        cost_per_gained=costs[shown],
    )


def _measured(
    arrival_rate: float,
    aht: float,
    agents: IntArray,
    patience: float | Law,
    lines: float,
    balking: float,
) -> QueueMeasures[FloatArray]:
    """Measure one stream of contacts with several sizes of team."""
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents.astype(np.float64),
        patience=mean_patience(patience),
        lines=lines,
        balking=balking,
    )
    check_queue(*columns)
    return _any(columns, patience)


def _any(columns: tuple[FloatArray, ...], patience: Law | Real) -> QueueMeasures[Any]:
    """Measure checked queues, by the law of patience if it is one."""
    rate, handle, team, waits, room, balk = columns
    law = patience if isinstance(patience, Law) else waits
    return measure_any(rate, handle, team, law, room, balk)


def _step(values: FloatArray) -> FloatArray:
    """Return what each row adds to the one before, nothing for the first; infinite stays so."""
    before = np.concatenate((values[:1], values[:-1]))
    same = values == before
    return np.where(same, 0.0, values - np.where(same, 0.0, before))


@dataclass(frozen=True, eq=False)
class Pooling:
    """Teams apart, and the same work in one team.

    Parameters
    ----------
    apart
        Each team with its own agents.
    pooled
        One team of all these agents for all the contacts.
    agents_apart
        Agents of all teams together.
    agents_pooled
        Agents that one team needs for the same promise; as many as apart when none was given.
    """

    apart: QueueMeasures[FloatArray]
    pooled: QueueMeasures[float]
    agents_apart: int
    agents_pooled: int

    @property
    def agents_saved(self) -> int:
        """Agents that one team does without, at the same promise.

        Fewer give up in one team, which keeps it busier: a bound of occupancy may ask for more.
        """
        return self.agents_apart - self.agents_pooled


@door
def pooling(
    target: Target | None = None,
    *,
    arrival_rate: FloatArray,
    aht: Real,
    patience: Real | Law = math.inf,
    balking: Real = 0.0,
    agents: Real | None = None,
) -> Pooling:
    """Compare teams that work apart with one team for all.

    Parameters
    ----------
    target
        What is promised to everybody: gives the agents that each team needs, unless `agents` are
        given, and those that one team would need.
    arrival_rate, aht, patience, balking
        As in `erlang_a`, one position for each of two or more teams; a law of patience is one
        for all of them.
    agents
        Agents of each team, whole; as many as the target needs if left out.

    Returns
    -------
    Pooling
        The teams as they are, the same people as one team, and the agents that would be enough.

    Raises
    ------
    InvalidInput
        If a value is out of range, or neither a target nor agents are given.

    Notes
    -----
    The pooled team handles the mixture: its AHT is the mean over all contacts, its patience the
    one with the same rate of giving up. That is exact when the teams are alike, and otherwise
    takes handle times and patience for exponential still. Contacts are served in order of
    arrival by anybody, which takes agents who know everything.

    Examples
    --------
    >>> import numpy as np
    >>> both = pooling(
    ...     Target(service_level=0.8, awt=20), arrival_rate=np.array([50, 50]) / 1800, aht=180
    ... )
    >>> both.apart.agents, both.agents_pooled, both.agents_saved
    (array([8., 8.]), 14, 2)
    """
    if target is None and agents is None:
        raise InvalidInput("target", "or agents must be given", None)
    rate, handle, waits, balk = numbers(
        arrival_rate=arrival_rate, aht=aht, patience=mean_patience(patience), balking=balking
    )
    if rate.ndim != 1 or rate.size < 2:
        raise InvalidInput("arrival_rate", "must be an array of two or more teams", arrival_rate)
    law = patience if isinstance(patience, Law) else None
    if agents is None and target is not None:
        agents = agents_needed(
            target, arrival_rate=rate, aht=handle, patience=law or waits, balking=balk
        ).agents.astype(np.float64)
    columns = numbers(
        arrival_rate=rate,
        aht=handle,
        agents=math.nan if agents is None else agents,
        patience=waits,
        lines=math.inf,
        balking=balk,
    )
    check_queue(*columns)
    staffed = columns[2]
    require(staffed, "agents", "must be whole", np.floor(staffed) == staffed)
    one = _mixture(rate, handle, waits, balk)
    people = int(staffed.sum())
    least = people
    if target is not None:
        shared: dict[str, Any] = {**one, "patience": law or one["patience"]}
        least = agents_needed(target, **shared).agents
    together = numbers(
        arrival_rate=one["arrival_rate"],
        aht=one["aht"],
        agents=float(people),
        patience=one["patience"],
        lines=math.inf,
        balking=one["balking"],
    )
    return Pooling(_any(columns, law or waits), _any(together, law or waits), people, least)


def _mixture(
    rate: FloatArray, aht: FloatArray, patience: FloatArray, balking: FloatArray
) -> dict[str, float]:
    """Return one stream for several: rates add, and so do loads and rates of giving up."""
    whole = float(rate.sum())
    shares = rate / whole if whole > 0 else np.full(rate.size, 1.0 / rate.size)
    leaving = float(shares @ (1.0 / patience))
    return {
        "arrival_rate": whole,
        "aht": float(shares @ aht),
        "patience": 1.0 / leaving if leaving > 0 else math.inf,
        "balking": min(float(shares @ balking), 1.0),
    }


@overload
def square_root_staffing(load: float, *, wait_probability: float) -> float: ...  # type: ignore[overload-overlap]  # numbers are arrays too
@overload
def square_root_staffing(load: Real, *, wait_probability: Real) -> FloatArray: ...
@door
def square_root_staffing(load: Real, *, wait_probability: Real) -> float | FloatArray:
    """Agents by the square-root rule: the load, and spare agents that grow with its root.

    Parameters
    ----------
    load
        Offered load, at least 0 [erlangs].
    wait_probability
        Share that may find every agent busy when nobody gives up, above 0 and below 1.

    Returns
    -------
    float or array
        ``load + beta sqrt(load)``, not rounded.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Halfin and Whitt (1981): as the load grows, the chance to wait tends to
    ``1 / (1 + beta Phi(beta) / phi(beta))`` of the normal distribution. Four times the load takes
    twice the spare agents: economies of scale in one line. Rounded up it is mostly exact, and
    seldom one agent off, from a few erlangs on; `agents_needed` is exact.

    Examples
    --------
    >>> round(square_root_staffing(100.0, wait_probability=0.2), 2)
    110.62
    """
    a, wait = numbers(load=load, wait_probability=wait_probability)
    require_not_negative("load", a)
    rule = "must be above 0 and below 1"
    require(wait, "wait_probability", rule, (wait > 0) & (wait < 1))
    low, high = np.zeros_like(wait), np.full_like(wait, _STEEPEST)
    for _ in range(60):
        middle = 0.5 * (low + high)
        waits = 1.0 / (1.0 + middle * special.ndtr(middle) * _inverse_density(middle))
        low, high = np.where(waits > wait, middle, low), np.where(waits > wait, high, middle)
    agents: float | FloatArray = shaped((a + high * np.sqrt(a)).ravel(), a.shape)
    return agents


def _inverse_density(x: FloatArray) -> FloatArray:
    """One over the normal density."""
    inverse: FloatArray = math.sqrt(2.0 * math.pi) * np.exp(0.5 * x * x)
    return inverse
