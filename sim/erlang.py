"""Closed forms of queueing for a team that answers contacts: Erlang B, C and A.

All three are one model, M/M/n/K+M: contacts arrive at random (Poisson), handle times and
patience are exponential, `agents` serve in order of arrival, `lines` limits how many contacts
are in the house, waiting or in service.

=============  ==================  ==================================================
model          patience            lines
=============  ==================  ==================================================
Erlang B       none                as many as agents: whoever finds none free is lost
Erlang C       endless             any number; endless by default
Erlang A       exponential, mean   any number; endless by default
=============  ==================  ==================================================

Every argument is a number or an array; arrays broadcast as in numpy, and then every measure
is an array too. Times are in seconds, rates per second.

Service level is a family of measures. With V the wait of somebody who would never give up, R
the patience and T the threshold `awt`, per contact that found a free line:

``virtual``                     P(V <= T)
``offered``                     P(answered, V <= T)
``answered``                    P(V <= T | answered)
``excluding_short_abandons``    P(answered, V <= T) / (1 - P(left by T))
``including_short_abandons``    P(answered or left by T)

They agree when nobody abandons, and differ by tens of points in overload (Jouini, Koole and
Roubos 2013, "Performance indicators for call centers with impatience").
"""

from __future__ import annotations

import math
from typing import overload

import numpy as np

from sim._erlang.allowed import aht_allowed, arrival_rate_allowed
from sim._erlang.arrays import FloatArray
from sim._erlang.arrivals import ArrivalMeasures, batch_arrivals, gmn, mmpp
from sim._erlang.asymptotic import (
    FluidQueue,
    SquareRootQueue,
    fluid_overload,
    garnett,
    halfin_whitt,
)
from sim._erlang.blending import BlendingMeasures, blending
from sim._erlang.chat import ChatConcurrency, ChatMeasures, ChatRouting, chat, chat_concurrency
from sim._erlang.chat_turns import ChatTurnMeasures, chat_think_time
from sim._erlang.classes import ClassMeasures
from sim._erlang.day import (
    DayMeasures,
    RandomDayMeasures,
    exact_day,
    random_day,
)
from sim._erlang.day_walk import (
    StaffChange,
)
from sim._erlang.economics import (
    Pooling,
    PowerOfOne,
    pooling,
    power_of_one,
    square_root_staffing,
)
from sim._erlang.fitted import Discrete, Empirical, PhaseType
from sim._erlang.general import MeanWaits, ggn, ggn_mean_waits
from sim._erlang.infinite import (
    SinusoidalLoad,
    piecewise_load,
    sinusoidal_load,
)
from sim._erlang.inputs import (
    MOST_LOAD,
    Real,
    check_queue,
    numbers,
    require,
    require_not_negative,
    shaped,
)
from sim._erlang.interval_methods import (
    INTERVAL_METHODS,
    IntervalAgents,
    IntervalMethod,
    IntervalService,
    interval_agents,
    interval_service,
)
from sim._erlang.inverse import (
    Requirement,
    Requirements,
    agents_needed,
    fractional_agents_needed,
    lines_needed,
    load_allowed,
    queue_lines_needed,
)
from sim._erlang.laws import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
    Weibull,
)
from sim._erlang.loss import Engset, engset, loss
from sim._erlang.measures import SERVICE_RULES, QueueMeasures, ServiceRule
from sim._erlang.method_comparison import (
    MethodComparison,
    MethodResult,
    compare_methods,
)
from sim._erlang.mixtures import Average, RandomQueue
from sim._erlang.orbit import OrbitQueue, redial_orbit
from sim._erlang.overflow import OverflowMeasures, overflow
from sim._erlang.patience import measure_any
from sim._erlang.priority import priority
from sim._erlang.redials import FluidRedials, RedialQueue, erlang_x, redial_fluid
from sim._erlang.service import mgn
from sim._erlang.sinusoid import (
    SinusoidalMeasures,
    sinusoidal_queue,
)
from sim._erlang.skill_staffing import (
    ChatRequirement,
    SkillRequirement,
    chat_agents_needed,
    skill_agents_needed,
)
from sim._erlang.skills import skills
from sim._erlang.solve import Solution, solve
from sim._erlang.target import Target
from sim._erlang.transient import (
    TransientMeasures,
    transient,
)
from sim._erlang.uncertain import (
    RandomRequirement,
    agents_needed_for_sure,
    agents_needed_on_average,
    random_rate,
    random_staff,
    rate_from_counts,
)

__all__ = [
    "INTERVAL_METHODS",
    "SERVICE_RULES",
    "ArrivalMeasures",
    "Average",
    "BlendingMeasures",
    "ChatConcurrency",
    "ChatMeasures",
    "ChatRequirement",
    "ChatRouting",
    "ChatTurnMeasures",
    "ClassMeasures",
    "DayMeasures",
    "Deterministic",
    "Discrete",
    "Empirical",
    "Engset",
    "Erlang",
    "Exponential",
    "FluidQueue",
    "FluidRedials",
    "Gamma",
    "Hyperexponential",
    "IntervalAgents",
    "IntervalMethod",
    "IntervalService",
    "Law",
    "Lognormal",
    "MeanWaits",
    "MethodComparison",
    "MethodResult",
    "OrbitQueue",
    "OverflowMeasures",
    "PhaseType",
    "Pooling",
    "PowerOfOne",
    "QueueMeasures",
    "RandomDayMeasures",
    "RandomQueue",
    "RandomRequirement",
    "RedialQueue",
    "Requirement",
    "Requirements",
    "ServiceRule",
    "SinusoidalLoad",
    "SinusoidalMeasures",
    "SkillRequirement",
    "Solution",
    "SquareRootQueue",
    "StaffChange",
    "Target",
    "TransientMeasures",
    "Uniform",
    "Weibull",
    "agents_needed",
    "agents_needed_for_sure",
    "agents_needed_on_average",
    "aht_allowed",
    "arrival_rate_allowed",
    "batch_arrivals",
    "blending",
    "chat",
    "chat_agents_needed",
    "chat_concurrency",
    "chat_think_time",
    "compare_methods",
    "engset",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_x",
    "exact_day",
    "fluid_overload",
    "fractional_agents_needed",
    "garnett",
    "ggn",
    "ggn_mean_waits",
    "gmn",
    "halfin_whitt",
    "interval_agents",
    "interval_service",
    "lines_needed",
    "load_allowed",
    "mgn",
    "mmpp",
    "overflow",
    "piecewise_load",
    "pooling",
    "power_of_one",
    "priority",
    "queue_lines_needed",
    "random_day",
    "random_rate",
    "random_staff",
    "rate_from_counts",
    "redial_fluid",
    "redial_orbit",
    "sinusoidal_load",
    "sinusoidal_queue",
    "skill_agents_needed",
    "skills",
    "solve",
    "square_root_staffing",
    "transient",
]

_LEAST_LOAD = 1e-300
"""Erlangs that are not told from none."""


@overload
def erlang_a(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    *,
    arrival_rate: float,
    aht: float,
    agents: float,
    patience: float | Law,
    lines: float = ...,
    balking: float = ...,
) -> QueueMeasures[float]: ...
@overload
def erlang_a(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Real | Law,
    lines: Real = ...,
    balking: Real = ...,
) -> QueueMeasures[FloatArray]: ...
def erlang_a(
    *,
    arrival_rate: Real,
    aht: Real,
    agents: Real,
    patience: Real | Law,
    lines: Real = math.inf,
    balking: Real = 0.0,
) -> QueueMeasures[float] | QueueMeasures[FloatArray]:
    """Measure a queue whose contacts give up when they wait too long (M/M/n/K+G).

    Parameters
    ----------
    arrival_rate
        Contacts per second, at least 0 [1/s].
    aht
        Mean handle time, after-call work included, above 0 [s].
    agents
        Agents answering, at least 0. Fractions extend Erlang's formula by the gamma
        function; they need endless `lines`.
    patience
        Mean time until a waiting contact gives up, above 0, for exponential patience; infinite
        for Erlang C [s]. Or any `Law`, one for all queues: then it is M/M/n/K+G, as exact.
    lines
        Contacts that fit in the house, waiting or in service, at least `agents`.
    balking
        Share that leaves at once on finding no agent free, from 0 to 1. They count as waiting
        zero seconds, and as abandoned within any threshold.

    Returns
    -------
    QueueMeasures
        Numbers for numbers; arrays of the common shape as soon as one argument is an array.

    Raises
    ------
    InvalidInput
        If a value is out of range; the message gives name, bound, value and positions.

    Notes
    -----
    Constant rates and a steady state are assumed: half an hour is about right, a day is not.
    The states of the queue are counted until the rest is negligible, at a cost that near capacity
    grows with the square root of the size; endless lines of many thousands are integrated
    instead, at a cost that does not grow. Palm (1957); Garnett, Mandelbaum and Reiman (2002);
    Jouini, Koole and Roubos (2013). With any other law of patience the density of the wait is
    integrated (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005).

    Examples
    --------
    >>> queue = erlang_a(arrival_rate=100 / 1800, aht=180, agents=11, patience=180)
    >>> round(queue.abandonment, 6), round(queue.occupancy, 5)
    (0.083414, 0.83326)
    >>> import numpy as np
    >>> erlang_a(arrival_rate=0.8, aht=60, agents=np.arange(49, 52), patience=120).asa.round(2)
    array([4.53, 3.62, 2.86])
    >>> queue = erlang_a(
    ...     arrival_rate=100 / 1800, aht=180, agents=11, patience=Lognormal(mean=180, scv=2)
    ... )
    >>> round(queue.abandonment, 6)
    0.080705
    """
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        patience=patience.mean if isinstance(patience, Law) else patience,
        lines=lines,
        balking=balking,
    )
    check_queue(*columns)
    rate, handle, staff, waits, places, balks = columns
    law = patience if isinstance(patience, Law) else waits
    return measure_any(rate, handle, staff, law, places, balks)


@overload
def erlang_c(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    *, arrival_rate: float, aht: float, agents: float, lines: float = ...
) -> QueueMeasures[float]: ...
@overload
def erlang_c(
    *, arrival_rate: Real, aht: Real, agents: Real, lines: Real = ...
) -> QueueMeasures[FloatArray]: ...
def erlang_c(
    *, arrival_rate: Real, aht: Real, agents: Real, lines: Real = math.inf
) -> QueueMeasures[float] | QueueMeasures[FloatArray]:
    """Measure a queue in which nobody ever gives up (M/M/n, or M/M/n/K with `lines`).

    Parameters and errors are those of `erlang_a`. With endless lines and a load of at least
    `agents` there is no steady state: everybody waits, for ever.

    Examples
    --------
    >>> queue = erlang_c(arrival_rate=100 / 1800, aht=180, agents=14)
    >>> round(queue.wait_probability, 4), round(queue.service_level("offered", 20), 4)
    (0.1741, 0.8884)
    >>> erlang_c(arrival_rate=100 / 1800, aht=180, agents=9).asa
    inf
    """
    return erlang_a(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=math.inf, lines=lines
    )


@overload
def erlang_b(lines: float, load: float) -> float: ...  # type: ignore[overload-overlap]  # as above
@overload
def erlang_b(lines: Real, load: Real) -> FloatArray: ...
def erlang_b(lines: Real, load: Real) -> float | FloatArray:
    """Probability that a contact finds every line taken and is lost (M/G/n/n).

    Parameters
    ----------
    lines
        Lines, at least 0. Fractions extend Erlang's formula by the gamma function.
    load
        Offered load, at least 0 [erlangs].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> round(erlang_b(lines=5, load=3.0), 6)  # exactly 81/736
    0.110054
    """
    n, a = numbers(lines=lines, load=load)
    require_not_negative("lines", n)
    require_not_negative("load", a)
    require(n, "lines", f"must be at most {MOST_LOAD:g}", n <= MOST_LOAD)
    blocking: float | FloatArray = shaped(
        loss(n.ravel(), np.where(a > _LEAST_LOAD, a, 0.0).ravel()), n.shape
    )
    return blocking
