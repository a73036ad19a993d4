"""Least-cost pools and least agents where one formula does not say how many."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim._erlang.chat import ChatMeasures, ChatRouting, chat
from sim._erlang.classes import ClassMeasures
from sim._erlang.door import door
from sim._erlang.inputs import Real, numbers, require
from sim._erlang.inverse import agents_needed
from sim._erlang.measures import QueueMeasures
from sim._erlang.skills import Order, design_of, skills
from sim._erlang.target import Target
from sim.errors import InvalidInput

__all__ = [
    "ChatRequirement",
    "SkillRequirement",
    "chat_agents_needed",
    "skill_agents_needed",
]

_SAME_COST = 1e-9
_MOST_TRIED = 5_000


@dataclass(frozen=True, eq=False)
class SkillRequirement:
    """The cheapest pools that keep every promise.

    Parameters
    ----------
    pools
        Agents in every pool; those of the first of `optima`.
    cost
        What they cost, in the unit of the costs given.
    met
        Whether the promises are kept; if not, `pools` are the largest allowed.
    optima
        All pools of that cost that keep every promise.
    measures
        What the classes live through with `pools`.
    """

    pools: tuple[int, ...]
    cost: float
    met: bool
    optima: tuple[tuple[int, ...], ...]
    measures: ClassMeasures


@dataclass(frozen=True, eq=False)
class ChatRequirement:
    """Agents needed for a promise to chats, and what they give.

    Parameters
    ----------
    agents
        The least number that keeps the promise; the most tried if none does.
    met
        Whether the promise is kept.
    measures
        The chats with that many agents; its `method` says whether they are exact.
    """

    agents: int
    met: bool
    measures: ChatMeasures


@door
def skill_agents_needed(
    targets: Target | Sequence[Target],
    *,
    arrival_rates: Sequence[float],
    aht: Real | Sequence[float] | Sequence[Sequence[float]],
    costs: Sequence[float],
    routes: Sequence[Sequence[int]],
    serves: Sequence[Sequence[int]],
    patience: Real | Sequence[float] = math.inf,
    balking: Real | Sequence[float] = 0.0,
    reserved: Sequence[Sequence[int]] | None = None,
    order: Order = "priority",
    least: Sequence[int] | None = None,
    most: Sequence[int] | None = None,
) -> SkillRequirement:
    """Cheapest pools of agents with skills that keep the promises to every class.

    Parameters
    ----------
    targets
        What to promise to every class: one for all, or one per class.
    arrival_rates, aht, routes, serves, patience, balking, reserved, order
        As in `skills`.
    costs
        Cost of one agent of every pool, above 0, in any unit.
    least, most
        Fewest and most agents of every pool. From none, by default, to what the pool would need
        if it had to keep the promises to all its classes alone.

    Raises
    ------
    InvalidInput
        If a value is out of range; if there are too many states, or too many pools to try
        (narrow the search by `least` and `most`, or simulate).

    Notes
    -----
    Pools are tried in the order of their cost until one keeps the promises, and then all others of
    that cost, so the answer is the optimum and every tie is known. Pools that are nowhere larger
    than some that failed are not tried: one more agent is taken to hurt no class. Every trial is
    an exact chain.

    Examples
    --------
    >>> team = skill_agents_needed(
    ...     Target(service_level=0.8, awt=20), arrival_rates=(0.01, 0.01), aht=180,
    ...     patience=120, costs=(1.0, 1.2), routes=((0, 1), (1,)), serves=((0,), (1, 0)),
    ... )
    >>> team.pools, round(team.cost, 1)
    ((2, 4), 6.8)
    """
    design_of(
        arrival_rates=arrival_rates,
        aht=aht,
        pools=[0] * len(serves),
        routes=routes,
        serves=serves,
        patience=patience,
        balking=balking,
        reserved=reserved,
        order=order,
    )
    promises = _promises(targets, len(arrival_rates))
    (prices,) = numbers(costs=np.atleast_1d(np.asarray(costs)))
    require(prices, "costs", "must be above 0 and finite", (prices > 0) & np.isfinite(prices))
    if len(prices) != len(serves):
        raise InvalidInput("costs", f"must be {len(serves)}, one per pool", costs)
    low = _bound("least", least, [0] * len(prices))
    alone = [_alone(promises, arrival_rates, aht, patience, classes) for classes in serves]
    high = _bound("most", most, [max(pair) for pair in zip(alone, low, strict=True)])
    if any(few > many for few, many in zip(low, high, strict=True)):
        raise InvalidInput("most", f"must be at least {low}", high)

    def tried(pools: tuple[int, ...]) -> ClassMeasures:
        return skills(
            arrival_rates=arrival_rates,
            aht=aht,
            pools=pools,
            routes=routes,
            serves=serves,
            patience=patience,
            balking=balking,
            reserved=reserved,
            order=order,
        )

    failed: list[tuple[int, ...]] = []
    optima: list[tuple[tuple[int, ...], ClassMeasures]] = []
    best = math.inf
    for cost, pools in _by_cost(prices.tolist(), low, high):
        if cost > best + _SAME_COST * max(1.0, best):
            break
        if any(all(map(_at_most, pools, other)) for other in failed):
            continue
        measures = tried(pools)
        if _kept(promises, measures):
            best = min(best, cost)
            optima.append((pools, measures))
        else:
            failed.append(pools)
            _refuse_search(len(failed))
    if not optima:
        cost = float(prices @ np.array(high))
        return SkillRequirement(high, cost, False, (), tried(high))
    found = tuple(pools for pools, _ in optima)
    return SkillRequirement(found[0], best, True, found, optima[0][1])


def _at_most(few: int, many: int) -> bool:
    return few <= many


def _refuse_search(tried: int) -> None:
    if tried > _MOST_TRIED:
        rule = f"must leave at most {_MOST_TRIED} pools to try"
        raise InvalidInput("most", rule, tried, "narrow the search, or simulate")


def _promises(targets: Target | Sequence[Target], classes: int) -> list[Target]:
    promises = [targets] * classes if isinstance(targets, Target) else list(targets)
    if len(promises) != classes:
        raise InvalidInput("targets", f"must be one, or {classes}", len(promises))
    return promises


def _bound(name: str, given: Sequence[int] | None, default: Sequence[int]) -> tuple[int, ...]:
    """Return bounds of the pools."""
    (bound,) = numbers(**{name: np.asarray(default if given is None else given)})
    whole = (bound >= 0) & np.isfinite(bound) & (np.floor(bound) == bound)
    require(bound, name, "must be whole and at least 0", whole)
    if bound.shape != (len(default),):
        raise InvalidInput(name, f"must be {len(default)}, one per pool", given)
    return tuple(int(number) for number in bound)


def _alone(
    promises: Sequence[Target],
    arrival_rates: Sequence[float],
    aht: object,
    patience: object,
    classes: Sequence[int],
) -> int:
    """Agents that a pool would need to keep the promises to each of its classes, one by one."""
    times = np.asarray(aht, dtype=np.float64)
    waits = np.broadcast_to(np.asarray(patience, dtype=np.float64), (len(arrival_rates),))
    return sum(
        agents_needed(
            promises[c],
            arrival_rate=float(arrival_rates[c]),
            aht=float(times.max()),
            patience=float(waits[c]),
        ).agents
        for c in classes
    )


def _by_cost(
    prices: Sequence[float], low: tuple[int, ...], high: tuple[int, ...]
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Pools between bounds, cheapest first, each once."""

    def cost(pools: tuple[int, ...]) -> float:
        return math.fsum(price * number for price, number in zip(prices, pools, strict=True))

    # Only the last pool changed so far, or a later one, grows: there is one way to every pools.
    heap = [(cost(low), low, 0)]
    while heap:
        spent, pools, last = heapq.heappop(heap)
        yield spent, pools
        for place in range(last, len(pools)):
            if pools[place] < high[place]:
                more = (*pools[:place], pools[place] + 1, *pools[place + 1 :])
                heapq.heappush(heap, (cost(more), more, place))


def _kept(promises: Sequence[Target], measures: ClassMeasures) -> bool:
    pairs = zip(promises, measures.classes, strict=True)
    return all(_keeps(promise, queue) for promise, queue in pairs)


def _keeps(promise: Target, queue: QueueMeasures[Any]) -> bool:
    """Tell whether one queue keeps a promise."""
    return bool(promise._met(queue))


@door
def chat_agents_needed(
    target: Target,
    *,
    arrival_rate: float,
    aht_by_level: Sequence[float],
    patience: float = math.inf,
    routing: ChatRouting = "least_loaded",
    most: int = 100_000,
) -> ChatRequirement:
    """Least number of agents that keeps a promise to chats.

    Parameters
    ----------
    target
        What to promise.
    arrival_rate, aht_by_level, patience, routing
        As in `chat`.
    most
        Most agents to try, at least 0.

    Raises
    ------
    InvalidInput
        If a value is out of range, or the chain of ``most_loaded`` has too many states.

    Notes
    -----
    The answer for ``balanced`` is quick to find; from there, growing steps bracket the answer for
    other rules, and the last step is halved.

    Examples
    --------
    >>> promise = Target(service_level=0.9, awt=30)
    >>> team = chat_agents_needed(
    ...     promise, arrival_rate=0.05, aht_by_level=(300, 400, 540), patience=120
    ... )
    >>> team.agents, team.met, round(team.measures.queue.service_level("offered", 30), 4)
    (10, True, 0.9373)
    """
    (limit,) = _bound("most", [most], [0])

    def least(rule: ChatRouting, start: int) -> ChatRequirement:
        def tried(agents: int) -> ChatMeasures:
            return chat(
                arrival_rate=arrival_rate,
                aht_by_level=aht_by_level,
                agents=agents,
                patience=patience,
                routing=rule,
            )

        return _least_team(target, tried, start, limit)

    quick = least("balanced", 0)
    return quick if routing == "balanced" else least(routing, quick.agents)


def _least_team(
    target: Target, tried: Callable[[int], ChatMeasures], start: int, most: int
) -> ChatRequirement:
    """Least agents that keep a promise, sought from a start."""
    low, high, probe, stride = -1, most + 1, start, 1
    seen: dict[int, ChatMeasures] = {}
    while high - low > 1:
        seen[probe] = tried(probe)
        if _keeps(target, seen[probe].queue):
            high = probe
        else:
            low = probe
        if high > most:
            probe = min(low + stride, most)
        elif low < 0:
            probe = max(high - stride, 0)
        else:
            probe = (low + high) // 2
        stride *= 2
    return ChatRequirement(min(high, most), high <= most, seen[min(high, most)])
