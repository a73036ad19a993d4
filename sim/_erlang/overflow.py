"""Groups without queues whose overflow goes to a shared group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim._erlang.arrays import FloatArray, ratio
from sim._erlang.door import door
from sim._erlang.inputs import Real
from sim._erlang.loss import loss
from sim._erlang.skill_chain import Design, settled
from sim._erlang.skills import design_of
from sim.errors import InvalidInput

__all__ = ["OverflowMeasures", "overflow"]

_MOST_STATES = 100_000
"""States of a chain that is solved in some seconds."""

_HARDLY = 1e-12
"""Share of contacts that overflows, below which a chain does not tell it."""


@dataclass(frozen=True, eq=False)
class OverflowMeasures:
    """What is lost, and what overflows.

    Parameters
    ----------
    blocking
        Share of the contacts of every class that is lost.
    overflow_probability
        Share of contacts that finds every primary group full, by class with a primary group.
    overflow_load
        Mean load that the primary group passes on [erlangs].
    peakedness
        Variance over mean of the number that the overflow would keep busy; above 1, it is more
        bursty than random contacts.
    pool_occupancy
        Handling time over the time of the agents, by pool.
    shared_blocking
        Share of what reaches the shared group that is lost there.
    shared_blocking_hayward
        The same by Hayward's approximation from means and variances alone.
    method
        ``exact``, or ``hayward`` where the groups are too large for a chain: then `blocking`,
        `shared_blocking` and the occupancy of the shared group follow from that approximation,
        by which the shared group turns away the same share of all that reaches it.
    """

    blocking: tuple[float, ...]
    overflow_probability: tuple[float, ...]
    overflow_load: tuple[float, ...]
    peakedness: tuple[float, ...]
    pool_occupancy: tuple[float, ...]
    shared_blocking: float
    shared_blocking_hayward: float
    method: Literal["exact", "hayward"] = "exact"


@door
def overflow(
    *,
    arrival_rates: Sequence[float],
    pools: Sequence[int],
    aht: Real | Sequence[float],
) -> OverflowMeasures:
    """Measure primary groups that overflow to one shared group, without any queue.

    The first class goes to the first group, the second to the second and so on; the last group is
    shared by all. A class that has no group of its own goes to the shared group at once. Whoever
    finds no free agent there is lost.

    Parameters
    ----------
    arrival_rates
        Contacts per second by class, at least 0 [1/s].
    pools
        Agents of every primary group, and at last of the shared group, whole, at least 0.
    aht
        Mean handle time, one for all or one per class, above 0 [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    An exact Markov chain on the busy agents of every group, as long as it has at most 100000
    states; in larger groups `method` tells what is an approximation. The overflow of a primary
    group has the mean and variance of Kosten (1937) and Riordan (in Wilkinson 1956), as if the
    shared group were endless. Hayward's approximation replaces it by random contacts to a group
    scaled by the peakedness (Fredericks 1980), which is for loads of one handle time.

    Examples
    --------
    >>> groups = overflow(arrival_rates=(0.06, 0.03), pools=(10, 10), aht=180)
    >>> [round(share, 4) for share in groups.blocking], round(groups.peakedness[0], 4)
    ([0.054, 0.1259], 2.0052)
    """
    classes, groups = len(arrival_rates), len(pools)
    if groups < 1 or classes < groups - 1:
        raise InvalidInput("pools", f"must be 1 to {classes + 1}: one per class and one", pools)
    shared = groups - 1
    routes = [(c, shared) if c < shared else (shared,) for c in range(classes)]
    design = design_of(
        arrival_rates=arrival_rates,
        aht=aht,
        pools=pools,
        routes=routes,
        serves=[(c,) for c in range(shared)] + [tuple(range(classes))],
        patience=np.inf,
        balking=0.0,
        reserved=None,
        order="priority",
    )
    if _states(design) > _MOST_STATES:
        return _named(design)
    found = settled(design)
    lost = np.array([found.waits(c) for c in range(classes)])
    teams = design.pools.astype(np.float64)
    return _named(design, lost, np.minimum(ratio(found.busy(), teams), 1.0))


def _states(design: Design) -> int:
    """States of the chain: ways to be busy, group by group and kind by kind of work."""
    kinds = [sum(pool == group for pool, _ in design.kinds) for group in range(len(design.pools))]
    pairs = zip(design.pools.tolist(), kinds, strict=True)
    return math.prod(math.comb(agents + kind, kind) for agents, kind in pairs)


def _share_lost(rates: FloatArray, lost: FloatArray, reaching: float, hayward: float) -> float:
    """Share lost of all that reaches the shared group; where next to nothing does, Hayward's."""
    if reaching <= 0:
        return float(lost[-1])
    if reaching < _HARDLY * rates.sum():  # the chain has no digits there
        return hayward
    return min(float(rates @ lost) / reaching, 1.0)


def _named(
    design: Design, lost: FloatArray | None = None, occupied: FloatArray | None = None
) -> OverflowMeasures:
    """Name the measures, given what is lost of every class and how busy the groups are.

    Without these, by Hayward's approximation.
    """
    rates, shared = design.arrival_rates, len(design.pools) - 1
    loads = rates * design.aht[:, -1]
    primary = loads[:shared]
    full = loss(design.pools[:shared].astype(np.float64), primary)
    mean = primary * full
    spread = 1.0 - mean + ratio(primary, design.pools[:shared] + 1.0 - primary + mean)
    direct = loads[shared:].sum()
    variance = float(mean @ spread + direct)
    offered = float(mean.sum() + direct)
    reaching = float(rates[:shared] @ full + rates[shared:].sum())
    peak = variance / offered if offered > 0 else 1.0
    scaled = loss(np.array([design.pools[-1] / peak]), np.array([offered / peak]))
    known = lost is not None and occupied is not None
    if lost is None or occupied is None:
        lost = float(scaled[0]) * np.concatenate((full, np.ones(len(rates) - shared)))
        busy = np.append(primary - mean, offered * (1.0 - scaled[0]))
        occupied = np.minimum(ratio(busy, design.pools.astype(np.float64)), 1.0)
    return OverflowMeasures(
        blocking=tuple(map(float, lost)),
        overflow_probability=tuple(map(float, full)),
        overflow_load=tuple(map(float, mean)),
        peakedness=tuple(map(float, spread)),
        pool_occupancy=tuple(map(float, occupied)),
        shared_blocking=_share_lost(rates, lost, reaching, float(scaled[0])),
        shared_blocking_hayward=float(scaled[0]),
        method="exact" if known else "hayward",
    )
