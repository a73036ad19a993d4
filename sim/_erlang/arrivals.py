"""Exponential services and arrivals that are not Poisson: renewals, changing rates, batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim._erlang.ahead import waits_by_place
from sim._erlang.arrays import FloatArray
from sim._erlang.door import door
from sim._erlang.engineering import irregularity, spread_measures
from sim._erlang.inputs import check_queue, numbers, require, require_not_negative, require_number
from sim._erlang.laws import Exponential, Law
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.patience import patient_law
from sim._erlang.queue import Queue, patient_waits
from sim._erlang.renewal import (
    Met,
    met_by_batches,
    met_by_phases,
    met_by_renewals,
    met_by_slow_leavers,
    steady_phases,
    takacs,
)
from sim._erlang.service import alike_for_any_law, is_saturated
from sim._erlang.twins import Approximate, between, mixed_by_states, refuse_far
from sim.errors import InvalidInput

__all__ = ["ArrivalMeasures", "batch_arrivals", "gmn", "mmpp"]

_LARGEST_BATCH = 10_000

_SLOW = 0.01
"""Rate of giving up, in units of service, below which a line changes slowly."""

_LASTING = 100.0
"""States that last so many handle times and patiences are as good as for ever."""

Spread = Callable[[FloatArray], FloatArray]
"""Variance of arrivals over their mean number, as felt by a line that forgets at rates."""


@dataclass(frozen=True, eq=False)
class ArrivalMeasures:
    """What contacts live through that do not arrive at random.

    Parameters
    ----------
    queue
        Measures per contact: ``queue.wait_probability`` is what arrivals see. Its ``method`` says
        whether they are exact.
    all_busy
        Share of time in which every agent is busy; with Poisson arrivals, and only then, the same.
        Where the measures are approximated by their spread, it is not told apart.
    """

    queue: QueueMeasures[float]
    all_busy: float


@door
def gmn(
    *, interarrival: Law, aht: float, agents: int, patience: Law | float = math.inf
) -> ArrivalMeasures:
    """Measure a queue whose arrivals are a renewal process (GI/M/n, GI/M/n+M).

    Parameters
    ----------
    interarrival
        Law of the time from one arrival to the next [s].
    aht
        Mean of exponential handle times, above 0 [s].
    agents
        Agents answering, a whole number.
    patience
        Law of patience, or the mean of an exponential one, above 0; endless by default [s].

    Returns
    -------
    ArrivalMeasures
        Measures per contact, and the share of time in which all agents are busy.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Exact for every law, to 1e-10. Without patience by Takacs' (1962) sum; with exponential
    patience and a phase-type law by a chain of levels, with any other by the chain embedded at
    arrivals. Laws without a transform in closed form (lognormal, Weibull, empirical) enter by
    quadrature.

    Where these chains would be too long (1000 states at arrivals, 100 000 levels), ``method``
    names what is done instead. ``slowly leaving line``, for patience of at least 100 handle times
    and load below the agents: the mean wait is off by less than the handle time over the patience
    times 10. ``M/M/n+G with the spread of arrivals and ends of service``, otherwise and for any
    other law of patience: see `mgn`.

    Examples
    --------
    >>> from sim.erlang import Hyperexponential, gmn
    >>> bursty = Hyperexponential.balanced(mean=1.25, scv=4)
    >>> found = gmn(interarrival=bursty, aht=60, agents=50, patience=120)
    >>> round(found.queue.wait_probability, 4), round(found.all_busy, 4)
    (0.555, 0.5091)
    """
    columns, law = _checked(1.0 / interarrival.mean, aht, agents, patience)
    if isinstance(interarrival, Exponential) or _is_plain(columns):
        return _plain(columns, law)
    mean = float(columns[3])
    if law is not None or math.isfinite(mean):
        return _impatient(
            columns,
            law,
            lambda: _met(interarrival, 1.0 / aht, int(agents), 1.0 / mean),
            lambda rates: irregularity(interarrival, rates),
            interarrival,
        )
    chance, sigma = takacs(interarrival, 1.0 / aht, int(agents))
    use = aht / interarrival.mean / agents
    fall = agents / aht * (1.0 - sigma)
    totals, fates = patient_waits(
        chance, chance / fall, lambda awt: np.asarray(chance * np.exp(-fall * awt))
    )
    queue = queue_measures(_queue(columns), totals, fates)
    return ArrivalMeasures(queue, min(use * chance / sigma, 1.0) if sigma > 0 else 0.0)


def _met(law: Law, service_rate: float, agents: int, leave_rate: float) -> Met:
    """Return what renewals meet with patience; phases are the shorter way."""
    if law.phases is None:
        return met_by_renewals(law, service_rate, agents, leave_rate)
    start, phases = law.phases
    arriving = np.outer(-phases.sum(axis=1), start)
    return met_by_phases(phases, arriving, service_rate, agents, leave_rate)


@door
def mmpp(
    *,
    arrival_rates: Sequence[float],
    switching: Sequence[Sequence[float]],
    aht: float,
    agents: int,
    patience: Law | float = math.inf,
) -> ArrivalMeasures:
    """Measure a queue whose arrival rate changes at random times (MMPP/M/n, MMPP/M/n+M).

    Parameters
    ----------
    arrival_rates
        Arrival rate in each state of the environment, at least 0 [1/s].
    switching
        Rate of going from each state (row) to each other one (column) [1/s]; what is written on
        the diagonal is no matter.
    aht, agents, patience
        As in `gmn`.

    Returns
    -------
    ArrivalMeasures
        Measures per contact: most of them arrive when it is busy.

    Raises
    ------
    InvalidInput
        If a value is out of range, or states cannot be reached from each other.

    Notes
    -----
    Exact with exponential patience, by a chain of at most 100 000 levels; else as in `gmn`.
    ``queue.arrival_rate`` is the long-run mean.

    Examples
    --------
    >>> from sim.erlang import mmpp
    >>> found = mmpp(
    ...     arrival_rates=[0.1, 0.02], switching=[[0, 1 / 1800], [1 / 3600, 0]],
    ...     aht=180, agents=12, patience=60,
    ... )
    >>> round(found.queue.abandonment, 4), round(found.all_busy, 4)
    (0.2338, 0.2584)
    """
    rate = np.asarray(arrival_rates, dtype=np.float64)
    moves = _environment(rate, switching)
    steady = steady_phases(moves)
    columns, law = _checked(float(steady @ rate), aht, agents, patience)
    if _is_plain(columns):
        return _plain(columns, law)
    leave = 1.0 / float(columns[3])
    quiet, arriving = moves - np.diag(rate), np.diag(rate)
    return _impatient(
        columns,
        law,
        lambda: met_by_phases(quiet, arriving, 1.0 / aht, int(agents), leave),
        lambda rates: _changing(moves, rate, steady, rates),
        slow=lambda given: mixed_by_states(_queue(columns), given, rate, steady),
        lasts=1.0 / -np.diag(moves) if rate.size > 1 else np.array([math.inf]),
    )


@door
def batch_arrivals(
    *,
    batch_rate: float,
    sizes: Mapping[int, float],
    aht: float,
    agents: int,
    patience: Law | float = math.inf,
) -> ArrivalMeasures:
    """Measure a queue whose contacts arrive in batches (M^X/M/n, M^X/M/n+M).

    Parameters
    ----------
    batch_rate
        Batches per second, Poisson, at least 0 [1/s].
    sizes
        Probability of each size of a batch; they sum to 1.
    aht, agents, patience
        As in `gmn`.

    Returns
    -------
    ArrivalMeasures
        Measures per contact; those placed earlier in the same batch are ahead of it.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Exact with exponential patience, by equal flows between any two numbers of contacts, up to
    600 000 of them; else as in `gmn`.

    Examples
    --------
    >>> from sim.erlang import batch_arrivals
    >>> found = batch_arrivals(
    ...     batch_rate=0.2, sizes={1: 0.5, 2: 0.2, 5: 0.3}, aht=100, agents=45, patience=120
    ... )
    >>> round(found.queue.abandonment, 4), round(found.queue.service_level("offered", 20), 4)
    (0.1172, 0.6173)
    """
    chances = _sizes(sizes)
    require_not_negative("batch_rate", np.asarray(float(batch_rate)))
    mean = float(chances @ np.arange(1.0, chances.size + 1.0))
    columns, law = _checked(batch_rate * mean, aht, agents, patience)
    if _is_plain(columns):
        return _plain(columns, law)
    leave = 1.0 / float(columns[3])
    second = float(chances @ np.arange(1.0, chances.size + 1.0) ** 2)
    return _impatient(
        columns,
        law,
        lambda: met_by_batches(batch_rate, chances, 1.0 / aht, int(agents), leave),
        lambda rates: np.full_like(rates, second / mean),
        tried=True,
    )


def _sizes(sizes: Mapping[int, float]) -> FloatArray:
    """Return the probabilities of batches of 1, 2, 3 ..."""
    if not isinstance(sizes, Mapping):
        raise InvalidInput("sizes", "must give the probability of each size of a batch", sizes)
    for size, share in sizes.items():
        require_number("sizes", size, "must be batches of whole sizes")
        require_number("sizes", share, "must be probabilities")
        if not math.isfinite(size) or size != int(size) or not 1 <= size <= _LARGEST_BATCH:
            rule = f"must be batches of 1 to {_LARGEST_BATCH} contacts"
            raise InvalidInput("sizes", rule, size)
        if not 0 <= share <= 1:
            raise InvalidInput("sizes", "must be probabilities", share)
    if not sizes or abs(math.fsum(sizes.values()) - 1.0) > 1e-9:
        raise InvalidInput("sizes", "must sum to 1", math.fsum(sizes.values()))
    chances = np.zeros(int(max(sizes)))
    for size, share in sizes.items():
        chances[int(size) - 1] = share
    return chances


def _environment(rates: FloatArray, switching: Sequence[Sequence[float]]) -> FloatArray:
    """Return the generator of the environment."""
    if rates.ndim != 1 or not rates.size:
        raise InvalidInput("arrival_rates", "must be a list of at least one rate", rates.tolist())
    require_not_negative("arrival_rates", rates)
    (moves,) = numbers(switching=switching)
    if moves.shape != (rates.size, rates.size):
        raise InvalidInput("switching", f"must have {rates.size} rows and columns", moves.shape)
    np.fill_diagonal(moves, 0.0)
    require(moves, "switching", "must be at least 0 and finite", (moves >= 0) & np.isfinite(moves))
    reach = np.linalg.matrix_power((moves > 0) + np.eye(rates.size), rates.size) > 0
    if not reach.all():
        rule = "must lead from every state to every other one"
        raise InvalidInput("switching", rule, moves.tolist())
    return np.asarray(moves - np.diag(moves.sum(axis=1)))


def _checked(
    rate: float, aht: float, agents: float, patience: Law | float
) -> tuple[tuple[FloatArray, ...], Law | None]:
    """Return the queue as columns, and the law of a patience that is not exponential."""
    law = patience if isinstance(patience, Law) and not isinstance(patience, Exponential) else None
    mean = patience.mean if isinstance(patience, Law) else patience
    columns = numbers(arrival_rate=rate, aht=aht, agents=agents, patience=mean, lines=math.inf)
    if any(column.ndim for column in columns):
        raise InvalidInput("arguments", "must be single numbers", [c.shape for c in columns])
    check_queue(*columns)
    if agents != int(agents):
        raise InvalidInput("agents", "must be whole", agents)
    return columns, law


def _queue(columns: tuple[FloatArray, ...]) -> Queue:
    rate, aht, agents, patience, lines = (column.reshape(1) for column in columns)
    return Queue(rate, aht, agents, patience, lines - agents)


def _is_plain(columns: tuple[FloatArray, ...]) -> bool:
    """Tell queues to which it is no matter how contacts arrive."""
    rate, aht, agents, patience, _ = (float(column) for column in columns)
    unsteady = math.isinf(patience) and is_saturated(rate * aht, agents)
    return rate == 0 or agents == 0 or unsteady


def _plain(columns: tuple[FloatArray, ...], law: Law | None) -> ArrivalMeasures:
    queue = alike_for_any_law(columns, law)
    return ArrivalMeasures(queue, queue.wait_probability)


def _impatient(
    columns: tuple[FloatArray, ...],
    law: Law | None,
    met: Callable[[], Met],
    spread: Spread,
    gaps: Law | None = None,
    *,
    slow: Callable[[Law], Approximate] | None = None,
    lasts: FloatArray | None = None,
    tried: bool = False,
) -> ArrivalMeasures:
    """Measure a queue exactly, or approximately where its chain would be too long.

    `law` is a patience that is not exponential, `gaps` the time between renewals; `slow` answers
    for states that last, `lasts` says how long; `tried` asks for a trial of the approximation.
    """
    rate, aht, agents, patience, lines = columns
    exact = _exact(columns, met) if law is None or slow is not None or tried else None
    if law is None:
        if exact is not None:
            return exact
        steady = not is_saturated(float(rate * aht), float(agents))
        if gaps is not None and steady and aht < _SLOW * patience:
            late = met_by_slow_leavers(gaps, 1.0 / float(aht), int(agents), 1.0 / float(patience))
            return _measured(columns, late, "slowly leaving line")

    def by_spread(given: Law) -> QueueMeasures[float]:
        return spread_measures(
            (rate, aht, agents, lines),
            given,
            np.zeros(()),
            lambda rates: 0.5 * (1.0 + spread(rates)),
            # For exponential services this is the peakedness of arrivals.
            float(0.5 * (1.0 + spread(np.array([1.0 / float(aht)]))[0])),
        )

    if law is not None and slow is not None and lasts is not None:
        if exact is not None:
            found = between(_queue(columns), by_spread, slow, exact.queue, law)
            return ArrivalMeasures(*found)
        if lasts.min() > _LASTING * max(float(aht), law.mean):
            return ArrivalMeasures(*slow(law))
        if lasts.max() > float(aht):
            rule = "of that law needs states that last shorter than a handle time, or much longer"
            raise InvalidInput("patience", rule, law, "simulate this queue instead")
    if law is not None and tried and exact is not None:
        refuse_far(by_spread(Exponential(mean=law.mean)), exact.queue)
    queue = by_spread(patient_law(float(patience)) if law is None else law)
    return ArrivalMeasures(queue, queue.wait_probability)


def _exact(columns: tuple[FloatArray, ...], met: Callable[[], Met]) -> ArrivalMeasures | None:
    """Measure a queue with exponential patience; nothing where its chain would be too long."""
    try:
        return _measured(columns, met())
    except InvalidInput as refused:
        if refused.name != "states":
            raise
    return None


def _changing(
    moves: FloatArray, rate: FloatArray, steady: FloatArray, leaving: FloatArray
) -> FloatArray:
    """Variance of arrivals with a changing rate over their mean number, as a line feels it."""
    mean = float(steady @ rate)
    here = np.eye(rate.size)
    # What an arrival tells about the rate later, weighted as the line forgets it.
    excess = [
        float((steady * rate) @ np.linalg.solve(each * here - moves, rate - mean))
        for each in np.maximum(leaving, 1e-14 * np.abs(moves).max())
    ]
    return 1.0 + 2.0 * np.array(excess) / mean


def _measured(columns: tuple[FloatArray, ...], met: Met, method: str = "exact") -> ArrivalMeasures:
    """Return the measures of a queue from what arrivals meet."""
    queue = _queue(columns)
    agents = int(queue.agents[0])
    totals, fates = waits_by_place(
        float(met.found[:agents].sum()),
        met.found[agents:],
        float(queue.service_rate[0]),
        float(queue.impatience[0]),
    )
    return ArrivalMeasures(queue_measures(queue, totals, fates, method=method), met.all_busy)
