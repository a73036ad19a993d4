"""How many would be in service if nobody ever had to wait: the offered load of Mt/G/infinity.

At time t the mean is the integral of the arrival rate at t - u times the chance that a handle
time exceeds u; the number is Poisson (Eick, Massey and Whitt 1993). Staffing by modified offered
load rests on it.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim._erlang.arrays import NODES, WEIGHTS, FloatArray
from sim._erlang.door import door
from sim._erlang.inputs import Real, numbers, require, require_not_negative
from sim._erlang.laws import Deterministic, Gamma, Law
from sim.errors import InvalidInput

__all__ = ["SinusoidalLoad", "check_wave", "piecewise_load", "sinusoidal_load"]

_TAIL = 1e-13
"""Share of the mean that may lie beyond the end of an integral."""

_MOST_PANELS = 200_000


@dataclass(frozen=True, eq=False)
class SinusoidalLoad:
    """Offered load of a sinusoidal arrival rate.

    Parameters
    ----------
    times, load
        When, and the mean number in service then [s, erlangs].
    mean, amplitude
        The load swings about its mean by its amplitude [erlangs].
    peak_lag
        Time by which the peak of the load follows the peak of the arrival rate [s].
    """

    times: FloatArray
    load: FloatArray
    mean: float
    amplitude: float
    peak_lag: float


@door
def sinusoidal_load(
    *,
    arrival_rate: float,
    amplitude: float,
    period: float,
    service: Law,
    times: Real | Sequence[float],
) -> SinusoidalLoad:
    """Offered load of arrivals at rate ``arrival_rate + amplitude sin(2 pi t / period)``.

    Parameters
    ----------
    arrival_rate
        Mean rate, at least 0 [1/s].
    amplitude
        Largest deviation from it, from 0 to `arrival_rate` [1/s].
    period
        Time from peak to peak, above 0 [s].
    service
        Law of handle times.
    times
        When to look [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    The wave has gone on for ever. With ``F = integral of exp(-i w u) P(handle time > u) du`` the
    load is the mean load plus ``amplitude |F| sin(w t + arg F)``: smaller and later than the
    arrivals. F is exact for exponential, Erlang, hyperexponential, gamma and constant handle
    times, and integrated to 1e-11 for others.

    Examples
    --------
    >>> from sim.erlang import Exponential
    >>> wave = sinusoidal_load(
    ...     arrival_rate=0.05, amplitude=0.05, period=28800, service=Exponential(mean=7200),
    ...     times=[0, 7200],
    ... )
    >>> wave.load.round(2), round(wave.peak_lag)
    (array([196.91, 463.82]), 4601)
    """
    check_wave(arrival_rate, amplitude, period)
    (moments,) = numbers(times=times)
    require(moments, "times", "must be finite", np.isfinite(moments))
    pulse = 2.0 * math.pi / period
    turned = _transform(service, pulse)
    lag = -cmath.phase(turned) % (2.0 * math.pi)
    mean = arrival_rate * service.mean
    swing = amplitude * abs(turned)
    load = mean + swing * np.sin(pulse * moments - lag)
    return SinusoidalLoad(np.atleast_1d(moments), np.atleast_1d(load), mean, swing, lag / pulse)


def check_wave(arrival_rate: float, amplitude: float, period: float) -> None:
    """Refuse a wave that goes below zero, or does not return."""
    if not 0 <= arrival_rate < math.inf:
        raise InvalidInput("arrival_rate", "must be at least 0 and finite", arrival_rate)
    if not 0 <= amplitude <= arrival_rate:
        rule = f"must be at least 0 and at most the arrival rate, {arrival_rate:g}"
        raise InvalidInput("amplitude", rule, amplitude)
    if not 0 < period < math.inf:
        raise InvalidInput("period", "must be above 0 and finite", period)


@door
def piecewise_load(
    *,
    arrival_rate: Real | Sequence[float],
    service: Law,
    times: Real | Sequence[float],
    interval: Real | Sequence[float] = 1800.0,
) -> FloatArray:
    """Offered load at any time of a day with constant rates in each interval [erlangs].

    Parameters
    ----------
    arrival_rate
        Contacts per second in each interval, at least 0 [1/s]; nobody arrives before or after.
    service
        Law of handle times.
    times
        When to look, from the start of the day [s].
    interval
        Length of each interval, above 0; half an hour by default [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Examples
    --------
    >>> from sim.erlang import Deterministic
    >>> piecewise_load(
    ...     arrival_rate=[0.1, 0.2], service=Deterministic(value=300), times=[150, 1950, 3700]
    ... ).round(6)
    array([15., 45., 40.])
    """
    rate, length = (
        np.atleast_1d(column)
        for column in numbers(
            arrival_rate=arrival_rate,
            interval=interval,
        )
    )
    require_not_negative("arrival_rate", rate)
    require(length, "interval", "must be above 0 and finite", (length > 0) & np.isfinite(length))
    (moments,) = numbers(times=times)
    require(moments, "times", "must be finite", np.isfinite(moments))
    ends = np.cumsum(length)
    # Who is still there came no longer ago than the handle time; times add up interval by interval.
    since_start = np.maximum(np.atleast_1d(moments)[:, None] - (ends - length), 0.0)
    since_end = np.maximum(np.atleast_1d(moments)[:, None] - ends, 0.0)
    present = service.mean_until(since_start) - service.mean_until(since_end)
    load: FloatArray = present @ rate
    return load


def _transform(law: Law, pulse: float) -> complex:
    """Return the integral of exp(-i pulse u) times the survival function."""
    if isinstance(law, Deterministic):
        half = 0.5 * pulse * law.value
        return law.value * cmath.exp(-1j * half) * float(np.sinc(half / math.pi))
    if isinstance(law, Gamma):
        stages = np.log1p(1j * pulse * law.mean / law.shape)
        return complex(-np.expm1(-law.shape * stages) / (1j * pulse))
    if law.phases is not None:
        start, generator = law.phases
        turned = 1j * pulse * np.eye(start.size) - generator
        return complex(start @ np.linalg.solve(turned, np.ones(start.size)))
    edges = _panels(law, pulse)
    halves = 0.5 * np.diff(edges)
    at = (edges[:-1] + halves)[:, None] + halves[:, None] * NODES
    values = np.exp(-1j * pulse * at) * law.survival(at)
    return complex(halves @ (values @ WEIGHTS))


def _panels(law: Law, pulse: float) -> FloatArray:
    """Cut the time into panels: ever finer towards zero, no longer than a third of a wave."""
    end = law.mean
    while law.mean - float(law.mean_until(end)) > _TAIL * law.mean:
        end *= 2.0
    longest = 2.0 / pulse
    if end / longest > _MOST_PANELS:
        rule = f"must be at most {_MOST_PANELS} waves of this period long"
        raise InvalidInput("service", rule, law, "its average rate is as good")
    edges = [0.0, *(end * 2.0 ** np.arange(-60.0, 1.0))]
    edges += [kink for kink in law.kinks if 0.0 < kink < end]
    coarse = np.unique(edges)
    parts = np.ceil(np.diff(coarse) / longest).astype(int)
    pieces = [
        np.linspace(low, high, n, endpoint=False)
        for low, high, n in zip(coarse[:-1], coarse[1:], parts, strict=True)
    ]
    return np.append(np.concatenate(pieces), end)
