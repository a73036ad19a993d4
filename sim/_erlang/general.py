"""Queues in which neither arrivals nor handle times are without memory (G/G/n).

`ggn` measures one such queue; `ggn_mean_waits` puts the formulas in common use side by side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray
from sim._erlang.arrivals import gmn
from sim._erlang.door import door
from sim._erlang.engineering import irregularity, spread_measures
from sim._erlang.inputs import Real, check_queue, numbers, require_not_negative, shaped
from sim._erlang.laws import Deterministic, Exponential, Law
from sim._erlang.loss import loss
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.patience import landmarks, patient_law
from sim._erlang.queue import patient_waits
from sim._erlang.service import mgn, one_queue

__all__ = ["MeanWaits", "ggn", "ggn_mean_waits"]

Value = TypeVar("Value", float, FloatArray)

_ROUNDING = 1e-12
"""Share of the handle time by which agents may seem to be late, though they are not."""


@door
def ggn(
    *, interarrival: Law, service: Law, agents: int, patience: Law | float = math.inf
) -> QueueMeasures[float]:
    """Measure a queue with any arrivals, handle times and patience (GI/G/n, GI/G/n+G).

    Parameters
    ----------
    interarrival
        Law of the time from one arrival to the next [s].
    service
        Law of the handle time [s].
    agents
        Agents answering, a whole number.
    patience
        Law of patience, or the mean of an exponential one, above 0; endless by default [s].

    Returns
    -------
    QueueMeasures
        ``method`` says how: ``exact``, ``margins``, or as in `mgn` and `gmn`.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    ``margins``: the mean wait is that of M/G/n, as good as `mgn` knows it, times the formula of
    Allen and Cunneen with the factor of Kraemer and Langenbach-Belz, times what that formula is
    wrong by for GI/M/n, which is known. The chance of a wait is that of GI/M/n times that of
    M/G/n over that of M/M/n, and the wait of those who wait is taken to be exponential.

    Against simulation of 48 queues (1, 5 and 20 agents, utilisation 0.8 and 0.9, scv of arrivals
    0.25 and 4, of handle times 0.25 to 4, lognormal among them) the mean wait is within 8 %; the
    exception are 20 agents at 0.8 with calm arrivals, 27 % of a wait of a second. The formulas of
    `ggn_mean_waits` are up to 140 % off there. The chance of a wait and a service level are within
    0.08.

    With patience, and neither law exponential: ``M/M/n+G with the spread of arrivals and ends of
    service``, see `mgn`. Against simulation (20 to 125 agents, scv of arrivals 0.25 and 4, of
    handle times 1.5 and 2) abandonment and the mean wait are within 5 %, a service level within
    0.02, the chance of a wait up to 14 % low for bursty arrivals.

    Where both times are constant nobody waits, also when the load equals the agents: each is done
    as the next contact comes that would need him.

    Examples
    --------
    >>> from sim.erlang import Erlang, Lognormal, ggn
    >>> service = Lognormal(mean=180, scv=2)
    >>> queue = ggn(interarrival=Erlang(k=2, mean=20), service=service, agents=10)
    >>> round(queue.mean_wait, 1), queue.method
    (136.0, 'margins')
    """
    rate = 1.0 / interarrival.mean
    if isinstance(interarrival, Exponential):
        return mgn(arrival_rate=rate, service=service, agents=agents, patience=patience)
    endless = not isinstance(patience, Law) and patience == math.inf
    if _in_step(interarrival, service, agents):
        return _nobody_waits(rate, service.mean, agents, patience)
    if not endless and not isinstance(service, Exponential):
        return _impatient(interarrival, service, agents, patience)
    arrivals = gmn(
        interarrival=interarrival, aht=service.mean, agents=agents, patience=patience
    ).queue
    if isinstance(service, Exponential):
        return arrivals
    services = mgn(arrival_rate=rate, service=service, agents=agents)
    if not 0.0 < services.mean_wait < np.inf or arrivals.mean_wait == 0.0:
        return services
    plain = mgn(arrival_rate=rate, service=service.mean, agents=agents)
    scale = arrivals.mean_wait / plain.mean_wait
    scale *= _formula(interarrival, service, agents, service.scv)
    scale /= _formula(interarrival, service, agents, 1.0)
    mean_wait = services.mean_wait * scale
    probability = arrivals.wait_probability * services.wait_probability / plain.wait_probability
    probability = min(probability, 1.0)

    def longer(awt: FloatArray) -> FloatArray:
        return np.asarray(probability * np.exp(-probability / mean_wait * awt))

    totals, fates = patient_waits(probability, mean_wait, longer)
    queue = one_queue(rate, service.mean, agents)
    return queue_measures(queue, totals, fates, method="margins")


def _in_step(interarrival: Law, service: Law, agents: int) -> bool:
    """Tell contacts at equal distances, all of the same length, that find an agent free."""
    if not (isinstance(interarrival, Deterministic) and isinstance(service, Deterministic)):
        return False
    return agents * interarrival.mean >= service.mean * (1.0 - _ROUNDING)


def _nobody_waits(
    rate: float, aht: float, agents: int, patience: Law | float
) -> QueueMeasures[float]:
    """Measure a queue in which there is always somebody free."""
    mean = patience.mean if isinstance(patience, Law) else patience
    check_queue(*numbers(arrival_rate=rate, aht=aht, agents=agents, patience=mean, lines=math.inf))
    totals, fates = patient_waits(0.0, 0.0, np.zeros_like)
    return queue_measures(one_queue(rate, aht, agents, mean), totals, fates)


def _impatient(
    interarrival: Law, service: Law, agents: int, patience: Law | float
) -> QueueMeasures[float]:
    """Measure a queue that people leave, by how irregular its arrivals and services are."""
    law = patient_law(patience)
    values = (1.0 / interarrival.mean, service.mean, float(agents), law.mean, math.inf)
    rate, aht, team, mean, lines = (np.asarray(value) for value in values)
    check_queue(rate, aht, team, mean, lines)
    queue: QueueMeasures[float] = spread_measures(
        (rate, aht, team, lines),
        law,
        np.zeros(()),
        lambda rates: 0.5 * (irregularity(interarrival, rates) + irregularity(service, rates)),
        _peakedness(interarrival, service),
    )
    return queue


def _peakedness(interarrival: Law, service: Law) -> float:
    """Variance over mean of busy agents without end, of arrivals that are many in a service."""
    bends = np.concatenate(
        ([0.0], landmarks(service), service.mean * 2.0 ** np.arange(-20.0, 12.0))
    )
    edges = np.unique(bends[bends <= service.mean * 2.0**11])
    half = 0.5 * np.diff(edges)[:, None]
    left = service.survival(edges[:-1, None] + half * (1.0 + NODES))
    both_left = float((half * WEIGHTS * left**2).sum() / service.mean)
    felt = float(irregularity(interarrival, np.array([1.0 / service.mean]))[0])
    return max(1.0 + (felt - 1.0) * both_left, 0.01)


def _formula(interarrival: Law, service: Law, agents: int, scv: float) -> float:
    """How many times the mean wait is that of Poisson arrivals, by formula."""
    waits = ggn_mean_waits(
        arrival_rate=1.0 / interarrival.mean,
        aht=service.mean,
        agents=agents,
        scv_arrival=interarrival.scv,
        scv_service=scv,
    )
    return float((interarrival.scv + scv) / (1.0 + scv) * waits.klb_factor)


@dataclass(frozen=True, eq=False)
class MeanWaits(Generic[Value]):
    """Mean waits of one queue by several formulas [s]; infinite without a steady state.

    Parameters
    ----------
    erlang_c
        M/M/n, exact.
    cosmetatos
        M/D/n (Cosmetatos 1975).
    kimura
        M/G/n between the two (Kimura 1986): right for both ends of variability.
    allen_cunneen
        Erlang C times the mean of both squared coefficients of variation.
    sakasegawa
        The same with Sakasegawa's (1977) power of the utilisation for Erlang C.
    klb_factor
        Correction of Kraemer and Langenbach-Belz (1976) for arrivals that are not Poisson.
    allen_cunneen_klb
        Allen and Cunneen's mean wait times that factor.
    approximate
        The one to take: Kimura's for the handle times; arrivals that vary less than Poisson with
        the factor, those that vary more without it.
    """

    erlang_c: Value
    cosmetatos: Value
    kimura: Value
    allen_cunneen: Value
    sakasegawa: Value
    klb_factor: Value
    allen_cunneen_klb: Value
    approximate: Value


@door
def ggn_mean_waits(
    *, arrival_rate: Real, aht: Real, agents: Real, scv_arrival: Real = 1.0, scv_service: Real = 1.0
) -> MeanWaits[Any]:
    """Mean wait in G/G/n by the formulas in common use, side by side.

    Parameters
    ----------
    arrival_rate
        Contacts per second, at least 0 [1/s].
    aht
        Mean handle time, above 0 [s].
    agents
        Agents answering, at least 0.
    scv_arrival, scv_service
        Squared coefficients of variation of the times between arrivals and of handle times,
        at least 0; 1 for exponential times.

    Returns
    -------
    MeanWaits
        Numbers for numbers, arrays for arrays.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Two moments do not determine a wait. With Poisson arrivals `kimura` is within 4 % of exact
    Erlang and hyperexponential handle times (scv 0.25 to 4, 2 to 50 agents, utilisation 0.7 to
    0.95). With an scv of arrivals of 0.25 or 4, `approximate` is within 6 % for one agent, 13 %
    for 5 and 26 % for 20 at a utilisation of 0.9; for 20 at 0.8 it is up to twice too long or 40 %
    too short, and the others no better: take `gmn` or `ggn` there.

    Examples
    --------
    >>> waits = ggn_mean_waits(arrival_rate=0.04, aht=100, agents=5, scv_service=0.5)
    >>> round(waits.erlang_c, 3), round(waits.kimura, 3), round(waits.allen_cunneen, 3)
    (55.411, 42.419, 41.558)
    """
    columns = numbers(
        arrival_rate=arrival_rate,
        aht=aht,
        agents=agents,
        scv_arrival=scv_arrival,
        scv_service=scv_service,
    )
    rate, handle, team, arrival, service = columns
    nothing = np.full_like(rate, math.inf)
    check_queue(rate, handle, team, nothing, nothing)
    require_not_negative("scv_arrival", arrival)
    require_not_negative("scv_service", service)
    flat = _formulas(*(column.ravel() for column in columns))
    return MeanWaits(**{name: shaped(value, rate.shape) for name, value in flat.items()})


def _formulas(
    rate: FloatArray, aht: FloatArray, agents: FloatArray, arrival: FloatArray, service: FloatArray
) -> dict[str, FloatArray]:
    """Return every formula for flat columns; the queue without a steady state waits for ever."""
    load = rate * aht
    steady = (load < agents) & (load > 0)
    n, a = np.where(steady, agents, 2.0), np.where(steady, load, 1.0)
    use, blocked = a / n, loss(n, a)
    erlang_c = blocked / (1.0 - use * (1.0 - blocked)) * aht / (n - a)
    spare = 1.0 - use
    fixed = 0.5 * (1.0 + spare * (n - 1.0) * (np.sqrt(4.0 + 5.0 * n) - 2.0) / (16.0 * n * use))
    # `fixed` is at least a half, so nothing is divided by zero.
    kimura = erlang_c * (1.0 + service) / (2.0 * service + (1.0 - service) / fixed)
    both = 0.5 * (arrival + service)
    power = np.sqrt(2.0 * (n + 1.0)) - 1.0
    factor = _arrival_factor(use, arrival, service)
    calm = np.where(arrival < 1.0, factor, 1.0)
    values = {
        "erlang_c": erlang_c,
        "cosmetatos": erlang_c * fixed,
        "kimura": kimura,
        "allen_cunneen": both * erlang_c,
        "sakasegawa": both * use**power / (n - a) * aht,
        "klb_factor": factor,
        "allen_cunneen_klb": both * erlang_c * factor,
        "approximate": kimura * 2.0 * both / (1.0 + service) * calm,
    }
    unsteady = np.where(load == 0, 0.0, np.inf)
    return {
        name: value if name == "klb_factor" else np.where(steady, value, unsteady)
        for name, value in values.items()
    }


def _arrival_factor(use: FloatArray, arrival: FloatArray, service: FloatArray) -> FloatArray:
    """Correction of Kraemer and Langenbach-Belz for arrivals that are not Poisson."""
    spare = 1.0 - use
    calm, bursty = arrival + service, arrival + 4.0 * service
    low = np.divide((1.0 - arrival) ** 2, calm, out=np.full_like(use, np.inf), where=calm > 0)
    high = np.divide(arrival - 1.0, bursty, out=np.zeros_like(use), where=bursty > 0)
    return np.where(arrival < 1.0, np.exp(-2.0 * spare / (3.0 * use) * low), np.exp(-spare * high))
