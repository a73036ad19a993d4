"""What each usual approximation gets wrong on a given day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.day import exact_day
from sim._erlang.day_walk import Rates
from sim._erlang.door import door
from sim._erlang.interval_methods import (
    INTERVAL_METHODS,
    IntervalAgents,
    IntervalMethod,
    interval_agents,
    interval_service,
)
from sim._erlang.measures import ServiceRule
from sim._erlang.target import Target

__all__ = ["MethodComparison", "MethodResult", "compare_methods"]


@dataclass(frozen=True, eq=False)
class MethodResult:
    """One method on one day, beside the truth.

    Parameters
    ----------
    method
        One of `INTERVAL_METHODS`.
    service_level, day_service_level
        What the method says, by interval and for the day.
    error, day_error
        Those less the exact ones: above 0 is too rosy.
    worst_error
        Largest error of an interval, whatever its sign.
    staffing
        Agents that the method asks for to meet the target; None without a target.
    staffed_service_level, staffed_day_service_level
        What those agents give in truth; None without a target.
    """

    method: IntervalMethod
    service_level: FloatArray
    day_service_level: float
    error: FloatArray
    day_error: float
    worst_error: float
    staffing: IntervalAgents | None
    staffed_service_level: FloatArray | None
    staffed_day_service_level: float | None


@dataclass(frozen=True, eq=False)
class MethodComparison:
    """Every method beside the exact day.

    Parameters
    ----------
    exact, exact_day
        Exact service level by interval and of the day.
    methods
        Results in the order of `INTERVAL_METHODS`.
    """

    exact: FloatArray
    exact_day: float
    methods: tuple[MethodResult, ...]

    def of(self, method: IntervalMethod) -> MethodResult:
        """Return the result of one method."""
        return next(result for result in self.methods if result.method == method)


@door
def compare_methods(
    *,
    arrival_rate: Rates,
    aht: float,
    agents: Rates,
    awt: float,
    patience: float = math.inf,
    interval: Rates = 1800.0,
    rule: ServiceRule = "offered",
    target: Target | None = None,
) -> MethodComparison:
    """Show what each usual approximation gets wrong on a given day.

    Parameters
    ----------
    arrival_rate, aht, agents, patience, interval
        As in `interval_service`.
    awt, rule
        Threshold and rule of the service level compared [s].
    target
        If given, each method also staffs the day for it, and the exact day tells what that gives.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    The truth is `exact_day`, from an empty start, with agents who finish the contact in hand.

    Examples
    --------
    >>> table = compare_methods(
    ...     arrival_rate=[0.1, 0.2, 0.1], aht=300, agents=34, patience=180, interval=900, awt=20
    ... )
    >>> table.of("sipp").error.round(2), table.of("mol").error.round(2)
    (array([-0.1 , -0.11,  0.26]), array([ 0.  ,  0.04, -0.11]))
    """
    day: dict[str, Any] = {
        "arrival_rate": arrival_rate,
        "aht": aht,
        "patience": patience,
        "interval": interval,
    }

    def truth(staff: Rates) -> tuple[FloatArray, float]:
        played = exact_day(agents=staff, **day)
        return played.intervals.service_level(rule, awt), played.day.service_level(rule, awt)

    exact, exact_total = truth(agents)
    rows = []
    for method in INTERVAL_METHODS:
        service = interval_service(method=method, agents=agents, **day)
        said = service.intervals.service_level(rule, awt)
        total = service.day.service_level(rule, awt)
        staffing = None if target is None else interval_agents(target, method=method, **day)
        staffed = None if staffing is None else truth(staffing.agents.astype(np.float64))
        rows.append(
            MethodResult(
                method=method,
                service_level=said,
                day_service_level=total,
                error=said - exact,
                day_error=total - exact_total,
                worst_error=float(np.abs(said - exact).max()),
                staffing=staffing,
                staffed_service_level=None if staffed is None else staffed[0],
                staffed_day_service_level=None if staffed is None else staffed[1],
            )
        )
    return MethodComparison(exact=exact, exact_day=exact_total, methods=tuple(rows))
