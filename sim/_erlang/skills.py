"""Classes of contacts and pools of agents with skills, exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.classes import ClassMeasures, Part, class_measures, in_vain, nobody
from sim._erlang.door import door
from sim._erlang.inputs import Real, numbers, require, require_not_negative
from sim._erlang.queue import Queue
from sim._erlang.skill_chain import Design, Solution, solved
from sim.errors import InvalidInput, InvariantBroken

__all__ = ["Order", "design_of", "measured", "skills"]

Order = Literal["priority", "longest_wait"]

_STIFF = 1e5
"""Ratio of times from which a chain may lose its digits: that is no defect of ours."""

_IMBALANCE = 1e-6
"""Largest difference between contacts served and finished, as a share."""


@door
def skills(
    *,
    arrival_rates: Sequence[float],
    aht: Real | Sequence[float] | Sequence[Sequence[float]],
    pools: Sequence[int],
    routes: Sequence[Sequence[int]],
    serves: Sequence[Sequence[int]],
    patience: Real | Sequence[float] = math.inf,
    balking: Real | Sequence[float] = 0.0,
    reserved: Sequence[Sequence[int]] | None = None,
    order: Order = "priority",
) -> ClassMeasures:
    """Measure classes of contacts served by pools of agents with skills (N-, W-, X-designs).

    A contact takes the first pool in the list of its class that has an idle agent, or else
    waits. An agent who gets free takes the longest waiting contact of the first class in the
    list of the pool of which anybody waits.

    Parameters
    ----------
    arrival_rates
        Contacts per second, by class, at least 0 [1/s].
    aht
        Mean handle time: one for all, one per class, or one per class (row) and pool (column);
        one row is the same for all classes. Above 0 [s].
    pools
        Agents in every pool, at least 0.
    routes
        For every class the pools that may serve it, in order, counted from 0.
    serves
        For every pool the classes that it may serve, in order.
    patience
        Mean time until a waiting contact gives up, one for all or one per class, above 0 or
        infinite [s].
    balking
        Share of those who would have to wait that leave at once, one for all or one per class.
    reserved
        Agents that a pool (row) keeps free of a class (column): it takes a contact of that class
        only while more than so many of its agents are idle. None reserved by default.
    order
        ``priority`` as above; with ``longest_wait`` a free agent takes whoever of all its
        classes waits longest, and the order of `serves` means nothing.

    Returns
    -------
    ClassMeasures
        Measures by class and together, occupancy by pool.

    Raises
    ------
    InvalidInput
        If a value is out of range; if routes and serves do not agree; if the longest wait would
        have to be sought among classes that do not share all their pools, all their waiting and
        their patience, which no chain of a reasonable size describes; if there are too many
        states for an exact answer (simulate then).

    Notes
    -----
    Poisson arrivals, exponential handle times and patience, steady state. The chain counts busy
    agents by pool, and by kind of work where a pool has several handle times, and contacts
    waiting by class, up to lengths that fewer than 1e-12 of them meet. Its balance is solved by
    sparse LU; waits are those of a contact that is followed to its service. What is served must
    equal what is finished. A class with endless patience that gets too little service waits for
    ever, and takes all it can from the rest.

    Examples
    --------
    Ten agents for class 0 only, and eight for both, class 0 first:

    >>> team = skills(
    ...     arrival_rates=(0.07, 0.03), aht=180, pools=(10, 8), patience=(90, 180),
    ...     routes=((0, 1), (1,)), serves=((0,), (0, 1)),
    ... )
    >>> [round(queue.abandonment, 6) for queue in team.classes]
    [0.069223, 0.218987]
    >>> [round(queue.service_level("offered", 20), 6) for queue in team.classes]
    [0.832346, 0.465868]
    """
    design = design_of(
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
    return measured(solved(design))


def design_of(
    *,
    arrival_rates: Sequence[float],
    aht: Real | Sequence[float] | Sequence[Sequence[float]],
    pools: Sequence[int],
    routes: Sequence[Sequence[int]],
    serves: Sequence[Sequence[int]],
    patience: Real | Sequence[float],
    balking: Real | Sequence[float],
    reserved: Sequence[Sequence[int]] | None,
    order: Order,
) -> Design:
    """Check a design; parameters and errors are those of `skills`."""
    rates, waits, balks = numbers(
        arrival_rates=np.atleast_1d(np.asarray(arrival_rates, dtype=np.float64)),
        patience=np.asarray(patience),
        balking=np.asarray(balking),
    )
    if not rates.size:
        raise InvalidInput("arrival_rates", "must name at least one class", arrival_rates)
    teams = _whole("pools", pools)
    if not teams.size:
        raise InvalidInput("pools", "must name at least one pool", pools)
    shape = (rates.size, teams.size)
    require_not_negative("arrival_rates", rates)
    require(waits, "patience", "must be above 0", waits > 0)
    require(balks, "balking", "must be at least 0 and at most 1", (balks >= 0) & (balks <= 1))
    times = _times(aht, shape)
    keeps = np.zeros(shape, dtype=np.int64)
    if reserved is not None:
        keeps = _whole("reserved", reserved).T
        if keeps.shape != shape:
            raise InvalidInput("reserved", f"must be {shape[1]} rows of {shape[0]}", reserved)
    if order not in get_args(Order):
        raise InvalidInput("order", f"must be one of {', '.join(get_args(Order))}", order)
    ways = _indices("routes", routes, *shape)
    lists = _indices("serves", serves, shape[1], shape[0])
    _check_agreement(ways, lists)
    lines: tuple[tuple[int, ...], ...] = tuple((c,) for c in range(shape[0]))
    if order == "longest_wait":
        lines = _shared_lines(ways, waits, keeps)
    line_of = {c: line for line, members in enumerate(lines) for c in members}
    return Design(
        arrival_rates=rates,
        aht=times,
        pools=teams,
        routes=ways,
        serves=tuple(tuple(dict.fromkeys(line_of[c] for c in list_)) for list_ in lists),
        lines=lines,
        patience=waits,
        balking=balks,
        reserved=keeps,
        room=np.zeros(len(lines), dtype=np.int64),
    )


def _whole(name: str, values: object) -> IntArray:
    (column,) = numbers(**{name: np.asarray(values)})
    whole = (column >= 0) & np.isfinite(column) & (np.floor(column) == column)
    require(column, name, "must be whole and at least 0", whole)
    return np.atleast_1d(column).astype(np.int64)


def _times(aht: object, shape: tuple[int, int]) -> FloatArray:
    """Return handle times by class and pool."""
    (times,) = numbers(aht=aht)
    times = times[:, None] if times.ndim == 1 else times
    require(times, "aht", "must be above 0 and finite", np.isfinite(times) & (times > 0))
    try:
        return np.array(np.broadcast_to(times, shape))
    except ValueError as error:
        rule = f"must be one, {shape[0]}, or {shape[0]} rows of {shape[1]}"
        raise InvalidInput("aht", rule, np.asarray(aht).tolist()) from error


def _indices(
    name: str, lists: Sequence[Sequence[int]], count: int, most: int
) -> tuple[tuple[int, ...], ...]:
    """Return lists of positions, one per class or pool, each without repetition."""
    if len(lists) != count:
        raise InvalidInput(name, f"must be {count} lists", lists)
    found = tuple(tuple(int(each) for each in list_) for list_ in lists)
    for list_ in found:
        if len(set(list_)) != len(list_) or not all(0 <= each < most for each in list_):
            raise InvalidInput(name, f"must name positions from 0 to {most - 1}, each once", lists)
    return found


def _check_agreement(
    routes: tuple[tuple[int, ...], ...], serves: tuple[tuple[int, ...], ...]
) -> None:
    """Refuse a pool that gets contacts which it never fetches, or the other way round."""
    sent = {(c, pool) for c, pools in enumerate(routes) for pool in pools}
    fetched = {(c, pool) for pool, classes in enumerate(serves) for c in classes}
    for c, pool in sorted(sent ^ fetched):
        where = "routes" if (c, pool) in sent else "serves"
        other = "serves" if where == "routes" else "routes"
        rule = f"must name the same pairs as {other}"
        raise InvalidInput(where, rule, f"class {c} and pool {pool}", f"add the pair to {other}")


def _shared_lines(
    routes: tuple[tuple[int, ...], ...], patience: FloatArray, reserved: IntArray
) -> tuple[tuple[int, ...], ...]:
    """Put classes with the same pools in one line; refuse pools with several lines."""
    groups: dict[frozenset[int], list[int]] = {}
    for c, pools in enumerate(routes):
        groups.setdefault(frozenset(pools), []).append(c)
    sets = list(groups)
    apart = all(not (one & other) for n, one in enumerate(sets) for other in sets[:n])
    alike = all(
        len({(float(patience[c]), *reserved[c].tolist()) for c in members}) == 1
        for members in groups.values()
    )
    if not (apart and alike):
        rule = "can be longest_wait only among classes with the same pools and the same patience"
        raise InvalidInput("order", rule, "longest_wait", "simulate this design instead")
    return tuple(tuple(members) for members in groups.values())


def measured(found: Solution) -> ClassMeasures:
    """Name what is known of a design in its steady state."""
    design = found.design
    parts = [_part(found, c) for c in range(len(design.arrival_rates))]
    if not design.flooded:
        served = sum(float(part.queue.arrival_rate[0] * part.totals.served[0]) for part in parts)
        finished = found.flow()
        if abs(served - finished) > _IMBALANCE * max(served, finished):
            _refuse_stiff([*design.aht.ravel(), *design.patience], found.states.size)
            raise InvariantBroken(f"{served:g} contacts a second served, {finished:g} finished")
    return class_measures(parts, design.pools.astype(np.float64), found.busy(), found.states.size)


def _refuse_stiff(times: list[float], states: int) -> None:
    """Refuse times so far apart that a chain loses its digits."""
    finite = [time for time in times if math.isfinite(time)]
    if states and max(finite) > _STIFF * min(finite):
        given = f"{min(finite):g} to {max(finite):g} s"
        hint = "simulate this system instead"
        raise InvalidInput("times", "must be closer together for an exact chain", given, hint)


def _part(found: Solution, c: int) -> Part:
    """Return what becomes of one class."""
    design = found.design
    team = list(design.routes[c])
    agents, aht = float(design.pools[team].sum()), _mean_time(design, c)
    rate, patience, balking = (
        float(column[c]) for column in (design.arrival_rates, design.patience, design.balking)
    )
    queue = Queue(*(np.array([x]) for x in (rate, aht, agents, patience, math.inf, balking)))
    if rate == 0:
        return Part(queue, *nobody())
    if found.starves(design.line_of[c]):
        return Part(queue, *in_vain(patience, balking))
    followed = found.followed(c)
    return Part(queue, followed.totals(), followed.fates)


def _mean_time(design: Design, c: int) -> float:
    """Return the handle time of a class: the mean over its agents where pools differ."""
    team = list(design.routes[c])
    if not team:
        return float(design.aht[c].mean())
    agents = design.pools[team]
    weights = agents if agents.any() else np.ones(len(team))
    return float(np.average(design.aht[c, team], weights=weights))
