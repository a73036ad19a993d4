"""What each figure means, in one place: ratios of counts.

Every measure is a ratio of means over replications, E[X]/E[Y], so that busy hours weigh as much
as the contacts they bring. Service level is a family; its rule is always named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.metrics.tally import Count

__all__ = [
    "MEASURES",
    "MISSED",
    "MISSED_BY",
    "RULES",
    "Measure",
    "measure_names",
    "parts",
    "service_level",
]

Floats = NDArray[np.float64]

_OFFERED = {Count.OFFERED: 1}
_CLIENTS = {Count.CLIENTS: 1, Count.CLIENTS_CLOSED: 1}
_ARRIVED = {Count.OFFERED: 1, Count.BLOCKED: 1, Count.CLOSED: 1}

MISSED_BY: Mapping[Literal["closed", "abandoned", "blocked"], tuple[Count, ...]] = {
    "closed": (Count.CLOSED,),
    "abandoned": (Count.ABANDONED, Count.WAITING, Count.DISMISSED),
    "blocked": (Count.BLOCKED,),
}
"""How contacts are missed: they came when it was closed; they gave up, were sent away at closing
time or never reached, which to a client is the same; they met busy lines."""

MISSED = tuple(count for counts in MISSED_BY.values() for count in counts)
"""All missed contacts; no two of these counts have a contact in common."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A ratio of sums of counts.

    Parameters
    ----------
    name
        Name in the code and in files.
    unit
        ``share``, ``s`` or ``1``.
    over, under
        Weights of the counts in numerator and denominator.
    meaning
        The definition in words.
    """

    name: str
    unit: str
    over: Mapping[Count, int]
    under: Mapping[Count, int]
    meaning: str


#: Rules of the service level that are ratios of counts; ``virtual`` is not one.
RULES = ("offered", "answered", "excluding_short_abandons", "including_short_abandons")


def service_level(rule: str) -> str:
    """Name of the service level under a rule.

    Examples
    --------
    >>> service_level("offered")
    'service_level_offered'
    """
    return f"service_level_{rule}"


_ALL = (
    Measure(
        "service_level_offered",
        "share",
        {Count.ANSWERED_WITHIN: 1},
        _OFFERED,
        "answered within the acceptable time, of all offered",
    ),
    Measure(
        "service_level_answered",
        "share",
        {Count.ANSWERED_WITHIN: 1},
        {Count.SERVED: 1},
        "answered within the acceptable time, of all answered",
    ),
    Measure(
        "service_level_excluding_short_abandons",
        "share",
        {Count.ANSWERED_WITHIN: 1},
        {Count.OFFERED: 1, Count.SHORT_ABANDONS: -1},
        "answered within the acceptable time, of all offered but the short abandons",
    ),
    Measure(
        "service_level_including_short_abandons",
        "share",
        {Count.ANSWERED_WITHIN: 1, Count.SHORT_ABANDONS: 1},
        _OFFERED,
        "answered within the acceptable time or abandoned shortly, of all offered",
    ),
    Measure("abandonment", "share", {Count.ABANDONED: 1}, _OFFERED, "abandoned, of all offered"),
    Measure(
        "blocking",
        "share",
        {Count.BLOCKED: 1},
        {Count.OFFERED: 1, Count.BLOCKED: 1},
        "met busy lines, of all that came in opening hours",
    ),
    Measure(
        "missed",
        "share",
        dict.fromkeys(MISSED, 1),
        _ARRIVED,
        "not served: abandoned, met busy lines, came when closed, sent away at closing time, or "
        "never reached; of all",
    ),
    Measure(
        "in_deadline",
        "share",
        {Count.IN_DEADLINE: 1},
        {Count.WITH_DEADLINE: 1},
        "answered before the deadline, counted in opening hours, of all offered that have one",
    ),
    Measure(
        "called_back",
        "share",
        {Count.CALLED_BACK: 1},
        _OFFERED,
        "left the queue to be called back, of all offered",
    ),
    Measure("delayed", "share", {Count.DELAYED: 1}, _OFFERED, "had to wait, of all offered"),
    Measure("asa", "s", {Count.WAIT_SERVED: 1}, {Count.SERVED: 1}, "mean wait of the answered"),
    Measure(
        "mean_wait",
        "s",
        {Count.WAIT_SERVED: 1, Count.WAIT_ABANDONED: 1},
        {Count.SERVED: 1, Count.ABANDONED: 1},
        "mean wait of the answered and the abandoned",
    ),
    Measure(
        "mean_wait_abandoned",
        "s",
        {Count.WAIT_ABANDONED: 1},
        {Count.ABANDONED: 1},
        "mean wait of the abandoned",
    ),
    Measure(
        "aht", "s", {Count.TALK: 1, Count.ACW: 1}, {Count.SERVED: 1}, "mean handle time with ACW"
    ),
    Measure(
        "client_served",
        "share",
        {Count.CLIENTS_SERVED: 1},
        _CLIENTS,
        "clients served at last, whatever the attempt, of all clients",
    ),
    Measure(
        "client_service_level",
        "share",
        {Count.CLIENTS_WITHIN: 1},
        _CLIENTS,
        "clients served whose waits over all attempts add up to the acceptable time at most",
    ),
    Measure(
        "client_resolved",
        "share",
        {Count.CLIENTS_RESOLVED: 1},
        _CLIENTS,
        "clients whose last attempt was served, with nothing after it, of all clients",
    ),
    Measure(
        "client_attempts",
        "1",
        {Count.CLIENT_ATTEMPTS: 1},
        {Count.CLIENTS: 1},
        "mean attempts of a client whom the first attempt did not find closed",
    ),
    Measure(
        "client_wait",
        "s",
        {Count.CLIENT_WAIT: 1},
        {Count.CLIENTS: 1},
        "mean wait over all attempts of a client whom the first attempt did not find closed",
    ),
)

#: All measures by name.
MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}


def measure_names() -> tuple[str, ...]:
    """Names of all measures, in the order of their rows in arrays."""
    return tuple(MEASURES)


def parts(counts: Floats) -> tuple[Floats, Floats]:
    """Numerators and denominators of all measures, [..., `Count`] to [..., measure].

    Exact whatever the order of adding: no measure has more than two terms that are not whole.
    """
    return counts @ _OVER, counts @ _UNDER


def _weights(sides: list[Mapping[Count, int]]) -> Floats:
    """Weights of the counts, [`Count`, measure]."""
    return np.array([[side.get(count, 0) for side in sides] for count in Count], np.float64)


_OVER = _weights([measure.over for measure in MEASURES.values()])
_UNDER = _weights([measure.under for measure in MEASURES.values()])
