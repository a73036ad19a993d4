"""A queue whose arrivals swing for ever: Mt/M/n(+M) in its periodic steady state.

The chance of each number in the house is a periodic function of time. It is held at an odd number
of equally spaced times, where a trigonometric polynomial is differentiated exactly, and the
balance equations become a chain of small matrices, one per number in the house, that is
eliminated from both ends towards the middle. No run-in is needed, however slowly a queue settles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.door import door
from sim._erlang.infinite import check_wave, sinusoidal_load
from sim._erlang.inputs import check_queue, numbers
from sim._erlang.laws import Exponential
from sim._erlang.measures import QueueMeasures, measure, queue_measures
from sim._erlang.queue import Fates, Queue, WaitTotals
from sim._erlang.uniformisation import Regime, follow
from sim.errors import InvalidInput

__all__ = ["SinusoidalMeasures", "sinusoidal_queue"]

_GRID = 481
"""Times at which curves are shown, both ends of the period included."""

_EDGE = 1e-14
"""Probability of the last states that are counted."""

_SMOOTH = 1e-7
"""Share of the finest waves in a curve that is followed closely enough: means err by its square."""

_PASSABLE = 1e-4
"""The same, of a curve that will do when nothing finer fits in memory: means err by 1e-8."""

_TIMES = (33, 65, 97, 145, 217, 325)
"""Numbers of times to try, all odd: the differentiation has no blind spot then."""

_MOST_CELLS = 60_000_000
"""Numbers held at once, half a gigabyte."""


@dataclass(frozen=True, eq=False)
class SinusoidalMeasures:
    """A queue with sinusoidal arrivals, over one period.

    Parameters
    ----------
    contacts
        Measures of a contact, whenever in the period it arrives; `mean_queue` and `occupancy`
        are means over time.
    times
        481 times of one period, from 0 to its end [s]; the arrival rate starts at its mean and
        rises.
    mean_queue, mean_busy, wait_probability
        Contacts that wait, busy agents and probability that all agents are busy at those times.
    busy_time
        Share of time in which all agents are busy. Contacts see more of it: see
        ``contacts.wait_probability``.
    """

    contacts: QueueMeasures[float]
    times: FloatArray
    mean_queue: FloatArray
    mean_busy: FloatArray
    wait_probability: FloatArray
    busy_time: float


class _Wave(NamedTuple):
    arrival_rate: float
    amplitude: float
    period: float
    service: float
    leave: float
    agents: int

    def rates(self, times: FloatArray) -> FloatArray:
        turns = np.sin(2.0 * np.pi * times / self.period)
        return np.maximum(self.arrival_rate + self.amplitude * turns, 0.0)

    def deaths(self, number: FloatArray) -> FloatArray:
        waiting = np.maximum(number - self.agents, 0.0)
        return np.minimum(number, float(self.agents)) * self.service + waiting * self.leave


@door
def sinusoidal_queue(
    *,
    arrival_rate: float,
    amplitude: float,
    period: float,
    aht: float,
    agents: int,
    patience: float = math.inf,
) -> SinusoidalMeasures:
    """Measure a queue with arrivals at rate ``arrival_rate + amplitude sin(2 pi t / period)``.

    Parameters
    ----------
    arrival_rate, amplitude, period
        Mean rate, largest deviation from it and time from peak to peak [1/s, 1/s, s].
    aht
        Mean handle time, above 0 [s].
    agents
        Agents, always as many, a whole number of at least 0.
    patience
        Mean time until a waiting contact gives up, above 0; endless by default [s].

    Raises
    ------
    InvalidInput
        If a value is out of range, or the states do not fit in memory.

    Notes
    -----
    Exponential handle times and patience, order of arrival. The error is about 1e-9; the work
    grows with the number of states. Without abandonment and with a mean load of at least
    `agents` the queue grows from period to period, and every wait is infinite.

    Examples
    --------
    >>> wave = sinusoidal_queue(
    ...     arrival_rate=0.01, amplitude=0.008, period=28800, aht=1800, agents=30
    ... )
    >>> round(wave.contacts.service_level("offered", 60), 4), wave.mean_queue.max().round(3).item()
    (0.6778, 8.547)
    """
    check_wave(arrival_rate, amplitude, period)
    rate, handle, team, waits = numbers(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=patience
    )
    if rate.ndim:
        raise InvalidInput("arrival_rate", "and the rest of the queue must be numbers", rate)
    check_queue(rate, handle, team, waits, np.array(math.inf))
    if agents != int(agents):
        raise InvalidInput("agents", "must be whole", agents)
    wave = _Wave(
        float(arrival_rate), float(amplitude), period, 1.0 / aht, 1.0 / patience, int(agents)
    )
    grid = np.linspace(0.0, period, _GRID)
    stable = math.isfinite(patience) or arrival_rate * aht < agents
    if arrival_rate == 0 or agents == 0 or not stable:
        return _at_once(wave, grid, aht, patience)
    return _measured(wave, grid, *_states(wave))


def _at_once(wave: _Wave, grid: FloatArray, aht: float, patience: float) -> SinusoidalMeasures:
    """Answer for queues that are empty for ever, never served, or not stable."""
    contacts: QueueMeasures[float] = measure(
        *(
            np.array(float(value))
            for value in (wave.arrival_rate, aht, wave.agents, patience, math.inf)
        )
    )
    none, all_ = np.zeros_like(grid), np.ones_like(grid)
    waits, queue, busy = all_, none + math.inf, all_ * wave.agents
    if wave.arrival_rate == 0:
        waits, queue, busy = (all_ if wave.agents == 0 else none), none, none
    elif math.isfinite(patience):
        queue = sinusoidal_load(
            arrival_rate=wave.arrival_rate,
            amplitude=wave.amplitude,
            period=wave.period,
            service=Exponential(mean=patience),
            times=grid,
        ).load
    return SinusoidalMeasures(contacts, grid, queue, busy, waits, float(waits[0]))


# The periodic chances


def _states(wave: _Wave) -> tuple[int, FloatArray]:
    """Return the lowest number and the chances, with as many states and times as are needed."""
    load = sinusoidal_load(
        arrival_rate=wave.arrival_rate,
        amplitude=wave.amplitude,
        period=wave.period,
        service=Exponential(mean=1.0 / wave.service),
        times=0.0,
    )
    least, most = load.mean - load.amplitude, load.mean + load.amplitude
    low = max(int(least - 9.0 * math.sqrt(max(least, 0.0)) - 10), 0)
    low = min(low, wave.agents)
    high = max(int(most + 9.0 * math.sqrt(most) + 10), wave.agents + 20)
    chances, finest = np.zeros((0, 0)), math.inf
    for count in _TIMES:
        if finest < _PASSABLE and (high - low) * count**2 > _MOST_CELLS:
            break
        chances, low, high = _wide_enough(wave, count, low, high)
        finest = _finest(chances, wave, low)
        if finest < _SMOOTH:
            break
    return low, chances


def _wide_enough(wave: _Wave, count: int, low: int, high: int) -> tuple[FloatArray, int, int]:
    """Solve for more and more states until those at the ends hold nobody."""
    while True:
        if (high - low) * count**2 > _MOST_CELLS:
            rule = f"must be at most {_MOST_CELLS // count**2} to be followed at {count} times"
            raise InvalidInput("states", rule, high - low, "a simulation answers for such queues")
        chances = _solved(wave, count, low, high)
        ends = np.abs(chances[[0, -1]]).max(axis=1)
        width = high - low
        if ends[1] > _EDGE:
            high += max(width // 2, 20)
        if ends[0] > _EDGE and low > 0:
            low = max(low - width // 2, 0)
        if ends[1] <= _EDGE and (ends[0] <= _EDGE or low == 0):
            return chances, low, high


def _finest(chances: FloatArray, wave: _Wave, low: int) -> float:
    """Return how much of the queue, and of the chance to wait, lies in the finest waves."""
    first = max(wave.agents - low, 0)
    waiting = chances[first:]
    curves = np.stack((waiting.sum(axis=0), np.arange(waiting.shape[0]) @ waiting))
    waves = np.abs(np.fft.rfft(curves, axis=1))
    top = waves[:, -max(waves.shape[1] // 4, 1) :].max(axis=1)
    return float((top / np.maximum(waves[:, 0], 1e-300)).max())


def _solved(wave: _Wave, count: int, low: int, high: int) -> FloatArray:
    """Return the chances of the numbers from `low` to `high`, one row each."""
    times = np.arange(count) * wave.period / count
    rates = wave.rates(times)
    deaths = wave.deaths(np.arange(low, high + 2.0))
    deaths[0] = 0.0
    slope, here = _slope(count, wave.period), np.diag_indices(count)
    size = high - low + 1
    middle = min(max(int(wave.arrival_rate / wave.service) - low, 0), size - 1)

    def balance(state: int) -> FloatArray:
        block = slope.copy()
        block[here] += deaths[state] + (rates if state < size - 1 else 0.0)
        return block

    ratios = np.zeros((size, count, count))  # of a state to its neighbour towards the middle
    for state in range(size - 1, middle, -1):
        block = balance(state)
        if state < size - 1:
            block -= deaths[state + 1] * ratios[state + 1]
        ratios[state] = np.linalg.solve(block, np.diag(rates))
    for state in range(middle):
        block = balance(state)
        if state:
            block -= rates[:, None] * ratios[state - 1]
        ratios[state] = np.linalg.solve(block, np.eye(count) * deaths[state + 1])
    block = balance(middle)
    if middle < size - 1:
        block -= deaths[middle + 1] * ratios[middle + 1]
    if middle:
        block -= rates[:, None] * ratios[middle - 1]
    chances = np.zeros((size, count))
    chances[middle] = np.linalg.svd(block)[2][-1]
    for state in range(middle + 1, size):
        chances[state] = ratios[state] @ chances[state - 1]
    for state in range(middle - 1, -1, -1):
        chances[state] = ratios[state] @ chances[state + 1]
    solved: FloatArray = chances / chances.sum(axis=0).mean()
    return solved


def _slope(count: int, period: float) -> FloatArray:
    """Return the matrix that differentiates a periodic function (Trefethen 2000)."""
    apart = np.arange(count)[:, None] - np.arange(count)
    with np.errstate(divide="ignore"):
        slope = np.where(apart == 0, 0.0, 0.5 * (-1.0) ** apart / np.sin(np.pi * apart / count))
    slope[np.diag_indices(count)] = 0.0
    turned: FloatArray = slope * (2.0 * np.pi / period)
    return turned


# Measures


def _measured(wave: _Wave, grid: FloatArray, low: int, chances: FloatArray) -> SinusoidalMeasures:
    number = np.arange(low, low + chances.shape[0], dtype=np.float64)
    waiting = np.maximum(number - wave.agents, 0.0)
    curves = np.stack(
        (
            waiting @ chances,
            np.minimum(number, float(wave.agents)) @ chances,
            (number >= wave.agents) @ chances,
        )
    )
    queue, busy, waits = _drawn(curves, grid / wave.period)
    count = chances.shape[1]
    rates = wave.rates(np.arange(count) * wave.period / count)
    seen = chances[max(wave.agents - low, 0) :] @ rates / (count * wave.arrival_rate)
    means = curves.mean(axis=1)
    contacts = _contacts(wave, np.maximum(seen, 0.0), means[0], means[1])
    return SinusoidalMeasures(contacts, grid, queue, busy, waits, float(means[2]))


def _drawn(curves: FloatArray, turns: FloatArray) -> FloatArray:
    """Read periodic curves at any share of a period."""
    waves = np.fft.rfft(curves, axis=1) / curves.shape[1]
    waves[:, 1:] *= 2.0
    angles = 2j * np.pi * np.arange(waves.shape[1])[:, None] * turns
    drawn: FloatArray = (waves @ np.exp(angles)).real
    return drawn


def _contacts(wave: _Wave, seen: FloatArray, queue: float, busy: float) -> QueueMeasures[float]:
    """Measure contacts by how many of them find how many waiting."""
    position = np.arange(float(seen.size))
    pace = wave.agents * wave.service + position * wave.leave
    served = wave.agents * wave.service / (pace + wave.leave)
    virtual = np.cumsum(1.0 / pace)
    answered = np.zeros_like(pace)
    before = 0.0
    for q, rate in enumerate(pace.tolist()):
        before = (served[q] + rate * before) / (rate + wave.leave)
        answered[q] = before
    delayed, waited = seen.sum(), queue / wave.arrival_rate
    abandoned = waited * wave.leave
    share = {
        "blocking": 0.0,
        "accepted": 1.0,
        "no_wait": 1.0 - delayed,
        "delayed": delayed,
        "served": 1.0 - abandoned,
        "abandoned": abandoned,
        "waited": waited,
        "waited_virtual": seen @ virtual,
        "waited_served": seen @ answered,
        "waited_abandoned": max(waited - seen @ answered, 0.0),
    }
    patience = 1.0 / wave.leave if wave.leave > 0 else math.inf
    values = (wave.arrival_rate, 1.0 / wave.service, float(wave.agents), patience, math.inf)
    crowd = np.zeros((1, 1, wave.agents + seen.size))
    crowd[0, 0, wave.agents :] = seen

    def fates(awt: FloatArray) -> Fates:
        regime = Regime(0.0, wave.service, wave.leave, wave.agents)
        threshold = float(awt[0])
        left, area = follow(crowd, regime, threshold, discount=wave.leave)
        later, gone = float(left.sum()), float(area.sum()) * wave.leave
        waiting = later * math.exp(-wave.leave * threshold)
        shares = (1.0 - later, 1.0 - gone - waiting, gone, later, waiting)
        return Fates(*(np.array([max(value, 0.0)]) for value in shares))

    return queue_measures(
        Queue(*(np.array([value]) for value in values)),
        WaitTotals(**{name: np.array([value]) for name, value in share.items()}),
        fates,
        mean_queue=np.array([queue]),
        occupancy=np.array([busy / wave.agents]),
    )
