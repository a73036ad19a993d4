"""A queue with constant rates on its way to its steady state: transient M/M/n(+M)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim._erlang.arrays import FloatArray
from sim._erlang.door import door
from sim._erlang.inputs import Real, check_queue, numbers, require, require_not_negative
from sim._erlang.uniformisation import Regime, advance, refuse_crowd
from sim.errors import InvalidInput

__all__ = ["TransientMeasures", "transient"]


@dataclass(frozen=True, eq=False)
class TransientMeasures:
    """A queue at a row of times.

    Parameters
    ----------
    times
        Times since the beginning [s].
    mean_in_system
        Mean number of contacts in the house, waiting or in service.
    mean_queue
        Mean number of contacts that wait.
    mean_busy
        Mean number of busy agents.
    wait_probability
        Probability that every agent is busy: that a contact which arrives then must wait.
    probabilities
        Probability of each number of contacts in the house, one row per time.
    """

    times: FloatArray
    mean_in_system: FloatArray
    mean_queue: FloatArray
    mean_busy: FloatArray
    wait_probability: FloatArray
    probabilities: FloatArray


@door
def transient(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    times: Real | Sequence[float],
    patience: float = math.inf,
    initial: int | Sequence[float] | FloatArray = 0,
) -> TransientMeasures:
    """Follow a queue from a known beginning, exactly (M/M/n+M, uniformisation).

    Parameters
    ----------
    arrival_rate
        Contacts per second, at least 0 [1/s].
    aht
        Mean handle time, above 0 [s].
    agents
        Agents answering, a whole number of at least 0.
    times
        When to look, each at least 0 [s].
    patience
        Mean time until a waiting contact gives up, above 0; endless by default [s].
    initial
        Contacts in the house at time 0, or the probability of each number of them.

    Raises
    ------
    InvalidInput
        If a value is out of range, or the queue grows beyond some million states.

    Notes
    -----
    Absolute errors are below 1e-12. No steady state is needed: an overloaded queue just grows.
    The cost grows with the number of events in the time, and ends when nothing changes any more.

    Examples
    --------
    >>> queue = transient(arrival_rate=0.15, aht=60, agents=10, times=[60, 1800])
    >>> queue.mean_in_system.round(4)
    array([ 5.6987, 14.1692])
    >>> queue.wait_probability.round(4)
    array([0.0652, 0.6547])
    """
    rate, handle, team, waits = numbers(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=patience
    )
    if rate.ndim:
        raise InvalidInput("arrival_rate", "and the rest of the queue must be numbers", rate)
    check_queue(rate, handle, team, waits, np.array(math.inf))
    if agents != int(agents):
        raise InvalidInput("agents", "must be whole", agents)
    (moments,) = numbers(times=times)
    require_not_negative("times", moments)
    flat = np.atleast_1d(moments)
    require(flat, "times", "must be a row of numbers", np.full(flat.shape, flat.ndim == 1))
    first = float(np.size(initial))
    if isinstance(initial, int | float) and 0 <= initial < math.inf:
        first = float(initial)
    ends = np.array([flat.max(initial=0.0)])
    whole = np.atleast_1d(rate), np.atleast_1d(team)
    refuse_crowd(ends, *whole, (float(handle), float(waits)), first)
    regime = Regime(float(arrival_rate), 1.0 / aht, 1.0 / patience, int(agents))
    return _measured(flat, _states(flat, regime, _start(initial, int(agents))), int(agents))


def _start(initial: int | Sequence[float] | FloatArray, agents: int) -> FloatArray:
    """Return the first distribution as a crowd."""
    given = np.asarray(initial, dtype=np.float64)
    if given.ndim == 0:
        if given < 0 or given != np.floor(given) or not np.isfinite(given):
            raise InvalidInput("initial", "must be whole and at least 0", initial)
        chances = np.zeros(int(given) + 1)
        chances[-1] = 1.0
    else:
        require(given, "initial", "must be at least 0", given >= 0)
        if given.ndim != 1 or abs(given.sum() - 1.0) > 1e-9:
            raise InvalidInput("initial", "must be a row of chances with sum 1", given.sum())
        chances = given / given.sum()
    crowd = np.zeros((1, 1, max(chances.size, agents + 1)))
    crowd[0, 0, : chances.size] = chances
    return crowd


def _states(times: FloatArray, regime: Regime, crowd: FloatArray) -> list[FloatArray]:
    """Return the distribution at each time, walking through them in order."""
    states: list[FloatArray] = [crowd[0, 0]] * times.size
    now = 0.0
    for place in np.argsort(times, kind="stable").tolist():
        crowd, _ = advance(crowd, regime, float(times[place]) - now)
        now = float(times[place])
        states[place] = crowd[0, 0]
    return states


def _measured(times: FloatArray, states: list[FloatArray], agents: int) -> TransientMeasures:
    width = max((state.size for state in states), default=agents + 1)
    chances = np.zeros((times.size, width))
    for row, state in zip(chances, states, strict=True):
        row[: state.size] = state
    number = np.arange(float(width))
    queue = np.maximum(number - agents, 0.0)
    return TransientMeasures(
        times=times,
        mean_in_system=chances @ number,
        mean_queue=chances @ queue,
        mean_busy=chances @ np.minimum(number, float(agents)),
        wait_probability=chances[:, agents:].sum(axis=1),
        probabilities=chances,
    )
