"""Classes of contacts that one team serves by non-preemptive priority (V-design)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray
from sim._erlang.classes import ClassMeasures, Part, class_measures, in_vain, nobody
from sim._erlang.door import door
from sim._erlang.inputs import Real, check_queue, numbers
from sim._erlang.measures import measure
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim._erlang.skills import skills
from sim.errors import InvalidInput

__all__ = ["priority"]

_PANELS = np.concatenate(([0.0], np.pi * 0.5 ** np.arange(40.0, -1.0, -1.0)))
"""Panels of the angle, ever finer towards 0, where a pole may come as near as it likes."""


@door
def priority(
    *,
    arrival_rates: Sequence[float],
    aht: Real | Sequence[float],
    agents: float,
    patience: Real | Sequence[float] = math.inf,
) -> ClassMeasures:
    """Measure classes of contacts that one team serves by priority, without interrupting.

    An agent who gets free takes the longest waiting contact of the first class, in the order
    given, of which anybody waits.

    Parameters
    ----------
    arrival_rates
        Contacts per second by class, the most urgent first, at least 0 [1/s].
    aht
        Mean handle time, one for all or one per class, above 0 [s].
    agents
        Agents answering, at least 0; whole if handle times differ or contacts give up.
    patience
        Mean time until a waiting contact gives up, one for all or one per class, above 0; endless
        by default [s].

    Returns
    -------
    ClassMeasures
        Measures by class and together.

    Raises
    ------
    InvalidInput
        If a value is out of range, or a chain would need too many states.

    Notes
    -----
    With one handle time and endless patience there are closed forms for any size (Cobham 1954;
    Kella and Yechiali 1985): given a wait, the classes up to k present in the queue are geometric,
    and each of them takes a busy period of the classes before k; the distribution of the wait is
    a pole and an integral over the spectrum of that busy period. Classes for which there is no
    room wait for ever, those before them do not. Otherwise it is the Markov chain of `skills`;
    two classes are quick; three take seconds with patience (17 000 states for 50 agents), and are
    too many states without it, near capacity, when handle times differ.

    Examples
    --------
    >>> team = priority(arrival_rates=(0.04, 0.05), aht=200, agents=20)
    >>> [round(queue.mean_wait, 2) for queue in team.classes]
    [9.18, 91.79]
    >>> [round(queue.service_level("offered", 20), 4) for queue in team.classes]
    [0.8341, 0.5297]
    """
    rates, times, waits, team = numbers(
        arrival_rates=np.atleast_1d(np.asarray(arrival_rates, dtype=np.float64)),
        aht=np.asarray(aht),
        patience=np.asarray(patience),
        agents=agents,
    )
    if not rates.size:
        raise InvalidInput("arrival_rates", "must name at least one class", arrival_rates)
    check_queue(rates, times, team, waits, np.full_like(rates, np.inf))
    if np.all(times == times[0]) and np.all(np.isinf(waits)):
        return _closed(rates, float(times[0]), float(team[0]))
    if not float(team[0]).is_integer():
        rule = "must be whole when handle times differ or contacts give up"
        raise InvalidInput("agents", rule, agents)
    classes = range(len(rates))
    return skills(
        arrival_rates=rates.tolist(),
        aht=times.tolist(),
        pools=[int(team[0])],
        routes=[[0] for _ in classes],
        serves=[list(classes)],
        patience=waits,
    )


def _closed(rates: FloatArray, aht: float, agents: float) -> ClassMeasures:
    """Answer for one handle time and endless patience."""
    whole = measure(*(np.array(value) for value in (rates.sum(), aht, agents, math.inf, math.inf)))
    before = np.concatenate(([0.0], np.cumsum(rates)))
    parts = [
        _class(float(rate), float(ahead), aht, agents, whole.wait_probability)
        for rate, ahead in zip(rates, before[:-1], strict=True)
    ]
    return class_measures(parts, np.array([agents]), np.array([whole.occupancy * agents]))


def _class(rate: float, ahead: float, aht: float, agents: float, delayed: float) -> Part:
    """Return what becomes of one class, with `ahead` the rate of all classes before it."""
    queue = Queue(*(np.array([x]) for x in (rate, aht, agents, math.inf, math.inf)))
    if rate == 0:
        return Part(queue, *nobody())
    if (ahead + rate) * aht >= agents:
        return Part(queue, *in_vain(math.inf))
    service = agents / aht
    slack = (agents - (ahead + rate) * aht) / aht
    slack_before = (agents - ahead * aht) / aht
    waited = delayed * service / (slack * slack_before)
    values = (0.0, 1.0, 1.0 - delayed, delayed, 1.0, 0.0, waited, waited, waited, 0.0)

    def fates(awt: FloatArray) -> Fates:
        later = delayed * _longer(awt, rate, ahead, service, slack)
        return Fates(1.0 - later, 1.0 - later, np.zeros_like(awt), later, later)

    return Part(queue, WaitTotals(*(np.array([value]) for value in values)), fates)


def _longer(awt: FloatArray, rate: float, ahead: float, service: float, slack: float) -> FloatArray:
    """Probability that a wait, once there is one, is longer than thresholds.

    The transform of the wait is (1 - s) e / (1 - s e), with s the load of the classes up to this
    one and e the transform of a busy period of those before it. On the cut of e the rate of decay
    is x = a + m - 2 sqrt(a m) cos(angle), with a and m the rates of arrivals before it and of
    service; the pole, where it is a pole and not hidden behind the cut, decays slower than that.
    """
    load = (ahead + rate) / service
    room = slack / service
    longer = np.zeros_like(awt)
    excess = (ahead + rate) ** 2 / service - ahead
    if excess > 0:
        weight = excess / (load * rate)
        longer += weight * np.exp(-rate * room / load * awt)
    if ahead == 0:
        return longer
    width = 0.5 * np.diff(_PANELS)
    angle = (_PANELS[:-1] + width)[:, None] + width[:, None] * NODES
    mass = (width[:, None] * WEIGHTS).ravel()
    half = 2.0 * np.sin(0.5 * angle.ravel()) ** 2
    root = math.sqrt(ahead * service)
    # Differences of nearly equal rates are taken from the slack, which has all its digits.
    decay = (slack + rate) ** 2 / (math.sqrt(service) + math.sqrt(ahead)) ** 2 + 2.0 * root * half
    pole = ((ahead + rate) / root - 1.0) ** 2 + 2.0 * (ahead + rate) / root * half
    density = 2.0 / math.pi * slack * np.sin(angle.ravel()) ** 2 / (decay * pole)
    return longer + np.exp(-awt[:, None] * decay) @ (mass * density)
