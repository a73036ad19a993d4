"""Poisson arrivals and handle times of any law: M/D/n, M/PH/n, M/G/1, and what lies between."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, overload

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.deterministic import FixedTimes
from sim._erlang.door import door
from sim._erlang.engineering import SPREAD, SPREAD_BEYOND, irregularity, spread_measures
from sim._erlang.inputs import Real, check_queue, numbers, require, shaped
from sim._erlang.laws import Deterministic, Exponential, Law
from sim._erlang.measures import QueueMeasures, measure, queue_measures
from sim._erlang.patience import measure_any, patient_law
from sim._erlang.phases import PhaseQueue, endless_queue, impatient_queue
from sim._erlang.queue import Fates, Queue, WaitTotals, patient_waits
from sim._erlang.transforms import Complex, survivor_at, tail_at
from sim.errors import InvalidInput

__all__ = ["KIMURA_BEYOND", "alike_for_any_law", "is_saturated", "mgn", "one_queue"]

_SMOOTH_TERMS, _KINKED_TERMS = 40, 200

_SATURATED = 1e-11

_TRIED_SCV = 4.0 * (1.0 + 1e-9)
"""Squared variability up to which the approximations were compared with exact queues."""

KIMURA_BEYOND = "kimura, beyond the variability that it was tried for"

Waits = tuple[WaitTotals, Callable[[FloatArray], Fates]]
Answer = tuple[WaitTotals, Callable[[FloatArray], Fates], str]


@overload
def mgn(  # type: ignore[overload-overlap]  # numbers are arrays too, but come back as numbers
    *,
    arrival_rate: float,
    service: Law | float,
    agents: float,
    patience: Law | float = ...,
    lines: float = ...,
    balking: float = ...,
) -> QueueMeasures[float]: ...
@overload
def mgn(
    *,
    arrival_rate: Real,
    service: Law | float,
    agents: Real,
    patience: Law | Real = ...,
    lines: Real = ...,
    balking: Real = ...,
) -> QueueMeasures[FloatArray]: ...
@door
def mgn(
    *,
    arrival_rate: Real,
    service: Law | float,
    agents: Real,
    patience: Law | Real = math.inf,
    lines: Real = math.inf,
    balking: Real = 0.0,
) -> QueueMeasures[float] | QueueMeasures[FloatArray]:
    """Measure a queue whose handle times follow any law (M/G/n, with patience and lines).

    Parameters
    ----------
    arrival_rate
        Contacts per second, Poisson, at least 0 [1/s].
    service
        Law of the handle time; a number is the mean of an exponential one [s].
    agents
        Agents answering, at least 0; parts of an agent are approximated.
    patience
        Law of patience, or the mean of an exponential one, above 0; endless by default [s].
    lines
        Contacts that fit in the house, at least `agents`.
    balking
        Share of those who find no agent free that leave at once.

    Returns
    -------
    QueueMeasures
        ``method`` says how: ``exact``, or the name of the approximation.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Exact: exponential times, with any patience; constant times as long as nobody gives up and
    lines are endless; phase-type laws (Erlang, hyperexponential ...), with exponential patience,
    lines and balking too, up to some hundred thousand states; one agent with any law (Pollaczek
    and Khinchine, the service level by inverting a transform, to 1e-10, 1e-7 for laws with kinks);
    as many lines as agents and any law.

    What is left is approximated. ``kimura``, when nobody gives up: the mean wait between the exact
    M/M/n and M/D/n (Kimura 1986), with an exponential wait of those who wait. Against exact Erlang
    and hyperexponential handle times (scv 0.25 to 4, 2 to 50 agents, utilisation 0.7 to 0.95) the
    mean wait is within 4 %, the chance of a wait within 0.022 and a service level within 0.045;
    against simulated lognormal and gamma ones the mean wait is within 4 %, or a second.

    ``M/M/n+G with the spread of arrivals and ends of service``: otherwise. The density of the wait
    in M/M/n+G is raised to a power that depends on the law of handle times and on how soon people
    leave, and scaled so that work is conserved; after Whitt (2004, 2005).
    Against simulation of Poisson arrivals (12 to 300 agents, loads of 0.8 to 1.2 per agent, scv of
    handle times 0 to 4, patience constant, uniform, gamma, lognormal) abandonment and mean waits
    are within 4 % (8 % when under 1 % give up), a service level within 0.015, the chance of a wait
    within 7 %. With a few waiting places and endless patience it is worse: against exact phases the
    mean wait and blocking are within 15 % for scv up to 1; for 4 they are up to 25 % and 60 % high.

    Examples
    --------
    >>> from sim.erlang import Deterministic, Erlang, Lognormal, mgn
    >>> queue = mgn(arrival_rate=0.04, service=Deterministic(value=100), agents=5)
    >>> round(queue.wait_probability, 4), round(queue.mean_wait, 3), queue.method
    (0.5336, 28.906, 'exact')
    >>> queue = mgn(arrival_rate=1.7, service=Erlang(k=2, mean=60), agents=100, patience=60)
    >>> round(queue.abandonment, 5), round(queue.service_level("offered", 6), 5)
    (0.04767, 0.77429)
    >>> mgn(arrival_rate=0.04, service=Lognormal(mean=100, scv=2), agents=5).method
    'kimura'
    >>> queue = mgn(
    ...     arrival_rate=1.7, service=Erlang(k=2, mean=60), agents=100,
    ...     patience=Erlang(k=2, mean=60),
    ... )
    >>> round(queue.abandonment, 4), round(queue.asa, 2)  # simulated: 0.0350, 6.69
    (0.0349, 6.7)
    """
    law = service if isinstance(service, Law) else Exponential(mean=service)
    if isinstance(patience, Exponential):
        patience = patience.mean
    given = patience if isinstance(patience, Law) else None
    rate, staff, places, balks, mean = numbers(
        arrival_rate=arrival_rate,
        agents=agents,
        lines=lines,
        balking=balking,
        patience=patience.mean if isinstance(patience, Law) else patience,
    )
    handle = np.full_like(rate, law.mean)
    check_queue(rate, handle, staff, mean, places)
    share = (balks >= 0) & (balks <= 1)
    require(balks, "balking", "must be at least 0 and at most 1", share)
    if isinstance(law, Exponential):
        any_: QueueMeasures[Any] = measure_any(
            rate, handle, staff, mean if given is None else given, places, balks
        )
        return any_
    queues = [
        _one(r, law, n, m if given is None else given, k, b)
        for r, n, m, k, b in zip(
            *(column.ravel().tolist() for column in (rate, staff, mean, places, balks)), strict=True
        )
    ]
    if not queues:
        none: QueueMeasures[Any] = measure_any(rate, handle, staff, mean, places, balks)
        return none
    return _joined(queues, rate.shape) if rate.shape else queues[0]


def one_queue(
    rate: float,
    aht: float,
    agents: float,
    patience: float = math.inf,
    lines: float = math.inf,
    balking: float = 0.0,
) -> Queue:
    """Return the parameters of one queue as columns of one position."""
    values = (rate, aht, agents, patience, lines - agents, balking)
    return Queue(*(np.array([float(value)]) for value in values))


def is_saturated(load: float, agents: float) -> bool:
    """Tell a queue without a steady state, also when only rounding says that it has one."""
    return load >= agents * (1.0 - _SATURATED)


def alike_for_any_law(
    columns: tuple[FloatArray, ...], patience: Law | None = None, balking: float = 0.0
) -> QueueMeasures[float]:
    """Measure a queue without arrivals, agents, places or a steady state."""
    rate, aht, agents, mean, lines = columns
    endless = bool(np.isinf(mean) & np.isinf(lines) & (rate > 0))
    few = np.minimum(agents, (1.0 - balking) * rate * aht) if endless else agents
    given = mean if patience is None else patience
    found = measure_any(rate, aht, few, given, lines, np.asarray(balking))
    return replace(found, agents=float(agents))


def _one(
    rate: float, law: Law, agents: float, patience: Law | float, lines: float, balking: float
) -> QueueMeasures[float]:
    """Measure one queue, exactly where a way is known."""
    given = patience if isinstance(patience, Law) else None
    mean = given.mean if given else float(patience)  # type: ignore[arg-type]  # a number then
    columns = tuple(np.asarray(float(x)) for x in (rate, law.mean, agents, mean, lines))
    load, endless = rate * law.mean, math.isinf(mean) and math.isinf(lines)
    unsteady = endless and is_saturated((1.0 - balking) * load, agents)
    if load == 0 or agents == 0 or lines == agents or unsteady:
        return alike_for_any_law(columns, given, balking)
    if given is None and agents == int(agents):
        queue = one_queue(rate, law.mean, agents, mean, lines, balking)
        patient = endless and balking == 0.0
        found = _patient(queue, law) if patient else _impatient(queue, law)
        if found is not None:
            totals, fates, method = found
            return queue_measures(queue, totals, fates, method=method)
    rates, handle, staff, _, places = columns
    return spread_measures(
        (rates, handle, staff, places),
        patient_law(patience),
        np.asarray(balking),
        lambda leaving: 0.5 * (1.0 + irregularity(law, leaving)),
        method=SPREAD if law.scv <= _TRIED_SCV else SPREAD_BEYOND,
    )


def _joined(queues: Sequence[QueueMeasures[float]], shape: tuple[int, ...]) -> QueueMeasures[Any]:
    """Make one result of several, each of which was found in its own way."""
    inner = ("method", "_served", "_fates")
    values = {
        field.name: shaped(np.array([float(getattr(q, field.name)) for q in queues]), shape)
        for field in fields(QueueMeasures)
        if field.name not in inner
    }

    def fates(awt: FloatArray) -> Fates:
        parts = [queue._fates(awt[i : i + 1]) for i, queue in enumerate(queues)]
        return Fates(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    return QueueMeasures(
        **values,
        method="; ".join(dict.fromkeys(queue.method for queue in queues)),
        _served=np.concatenate([queue._served for queue in queues]),
        _fates=fates,
    )


def _if_not_too_large(solve: Callable[[], Waits]) -> Answer | None:
    """Return an exact answer, or nothing where it would take too many states."""
    try:
        return *solve(), "exact"
    except InvalidInput as refused:
        if refused.name != "states":
            raise
    return None


def _patient(queue: Queue, law: Law) -> Answer:
    """Choose the method for a queue that nobody leaves and that holds everybody."""
    rate, agents = float(queue.arrival_rate[0]), int(queue.agents[0])
    if isinstance(law, Deterministic):
        return *_fixed(rate, law.value, agents), "exact"
    if law.phases is not None:
        start, phases = law.phases
        if agents > 1 or start.size <= _SMOOTH_TERMS:
            found = _if_not_too_large(lambda: endless_queue(_phase_queue(queue, start, phases)))
            if found is not None:
                return found
    if agents == 1:
        return *_single(rate, law), "exact"
    return *_between(queue, law), "kimura" if law.scv <= _TRIED_SCV else KIMURA_BEYOND


def _phase_queue(queue: Queue, start: FloatArray, phases: FloatArray) -> PhaseQueue:
    return PhaseQueue(
        arrival_rate=float(queue.arrival_rate[0]),
        start=start,
        phases=phases,
        agents=int(queue.agents[0]),
        leave_rate=float(queue.impatience[0]),
        room=float(queue.room[0]),
        balking=float(queue.balking.reshape(-1)[0]),
    )


def _fixed(rate: float, handle: float, agents: int) -> Waits:
    queue = FixedTimes(arrival_rate=rate, handle=handle, agents=agents)
    return patient_waits(queue.wait_probability, max(queue.mean_wait, 0.0), queue.longer)


def _single(rate: float, law: Law) -> Waits:
    """M/G/1 by Pollaczek and Khinchine."""
    use = rate * law.mean
    terms = _KINKED_TERMS if law.kinks else _SMOOTH_TERMS

    def longer_than(time: float) -> float:
        if time == 0.0:
            return use

        def tail(s: Complex) -> Complex:
            left = survivor_at(law, s, time) / law.mean
            return use * (1.0 - left) / (s * (1.0 - use * left))

        return tail_at(tail, time, terms)

    mean_wait = 0.5 * use * law.mean * (1.0 + law.scv) / (1.0 - use)
    return patient_waits(
        use, mean_wait, lambda awt: np.array([longer_than(float(time)) for time in awt])
    )


def _between(queue: Queue, law: Law) -> Waits:
    """Interpolate between M/M/n and M/D/n by variability."""
    rate, agents, scv = float(queue.arrival_rate[0]), int(queue.agents[0]), law.scv
    fixed = FixedTimes(arrival_rate=rate, handle=law.mean, agents=agents)
    free = measure(
        *numbers(arrival_rate=rate, aht=law.mean, agents=agents, patience=math.inf, lines=math.inf)
    )
    mean_wait = 0.0
    if fixed.mean_wait > 0.0 and free.mean_wait > 0.0:
        mean_wait = (1.0 + scv) / (2.0 * scv / free.mean_wait + (1.0 - scv) / fixed.mean_wait)
    share = min(scv, 1.0)
    delayed = share * free.wait_probability + (1.0 - share) * fixed.wait_probability
    fall = delayed / mean_wait if mean_wait > 0.0 else math.inf
    return patient_waits(
        delayed, mean_wait, lambda awt: delayed * np.exp(-fall * np.maximum(awt, 0.0))
    )


def _impatient(queue: Queue, law: Law) -> Answer | None:
    """Follow the phases of the law, if there are any, and not too many."""
    if law.phases is None:
        return None
    start, phases = law.phases
    return _if_not_too_large(lambda: impatient_queue(_phase_queue(queue, start, phases)))
