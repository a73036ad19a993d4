"""Loss without waiting: Erlang's formula at any size, between whole lines too, and Engset's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from scipy import special

from sim._erlang.arrays import DROP, NODES, WEIGHTS, FloatArray
from sim._erlang.inputs import Real, numbers, require, require_not_negative, shaped

__all__ = ["Engset", "engset", "log_inverse_b", "loss"]

Value = TypeVar("Value", float, FloatArray)


def loss(lines: FloatArray, load: FloatArray) -> FloatArray:
    """Return Erlang's loss formula B, also for no lines and for no load."""
    blocking = np.where(lines > 0, 0.0, 1.0)
    used = load > 0
    blocking[used] = np.exp(-log_inverse_b(lines[used], load[used]))
    return blocking


def log_inverse_b(lines: FloatArray, load: FloatArray) -> FloatArray:
    """Logarithm of 1/B for Erlang's loss formula, `lines` real and above -1, `load` positive.

    ``1/B = integral of exp(-t) (1 + t/load)**lines`` (Jagerman 1974), which is an upper
    incomplete gamma function over a Poisson probability. Far above capacity both underflow
    and the integrand is close to an exponential, so there the integral itself is taken.
    """
    overloaded = load > lines + 10.0 * np.sqrt(np.maximum(lines, 0.0)) + 20.0
    result = np.empty_like(load)
    x, a = lines[~overloaded], load[~overloaded]
    result[~overloaded] = np.log(special.gammaincc(x + 1.0, a)) - _log_poisson(x, a)
    x, a = lines[overloaded, None], load[overloaded, None]
    reach = DROP / (1.0 - np.maximum(x, 0.0) / a)
    t = 0.5 * reach * (NODES + 1.0)
    area = 0.5 * reach[:, 0] * (np.exp(x * np.log1p(t / a) - t) @ WEIGHTS)
    result[overloaded] = np.log(area)
    return result


def _log_poisson(x: FloatArray, mean: FloatArray) -> FloatArray:
    """Log of the Poisson probability of x, by Loader's saddle point where x is large."""
    big = np.maximum(x, 16.0)
    inverse = 1.0 / (big * big)
    stirling_rest = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / big
    gap = (mean - big) / big
    near = np.abs(gap) < 0.5
    deviance = big * (gap - np.where(near, np.log1p(np.where(near, gap, 0.0)), np.log(mean / big)))
    saddle = -stirling_rest - deviance - 0.5 * np.log(2.0 * np.pi * big)
    plain = special.xlogy(x, mean) - mean - special.gammaln(x + 1.0)
    return np.where(x >= 16.0, saddle, plain)


@dataclass(frozen=True)
class Engset(Generic[Value]):
    """Loss with few sources: somebody who talks does not call.

    Parameters
    ----------
    time_congestion
        Share of time in which every line is taken.
    call_congestion
        Share of calls that find every line taken.
    carried_load
        Mean number of lines taken [erlangs].
    """

    time_congestion: Value
    call_congestion: Value
    carried_load: Value


def engset(*, sources: Real, lines: Real, idle_load: Real) -> Engset[Any]:
    """Loss of a few sources that call again when they are done (Engset).

    Parameters
    ----------
    sources
        People or devices that may call, whole and at least 0.
    lines
        Lines they share, whole and at least 0.
    idle_load
        Calls that an idle source makes in the mean time a call takes, at least 0 [erlangs].

    Returns
    -------
    Engset
        Numbers for numbers, arrays for arrays.

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    Any distribution of call and idle times with these means gives the same. With many sources and
    little load of each it tends to Erlang's formula. A source that is turned away goes back to
    being idle: it does not insist.

    Examples
    --------
    >>> group = engset(sources=20, lines=5, idle_load=0.2)
    >>> round(group.time_congestion, 6), round(group.call_congestion, 6)
    (0.144084, 0.126932)
    """
    people, n, a = numbers(sources=sources, lines=lines, idle_load=idle_load)
    for name, column in (("sources", people), ("lines", n)):
        require_not_negative(name, column)
        require(column, name, "must be whole", np.floor(column) == column)
    require_not_negative("idle_load", a)
    shape = people.shape
    people, n, a = people.ravel(), n.ravel(), a.ravel()
    full = _full_share(people, n, a)
    met = _full_share(people - 1.0, n, a)
    carried = a / (1.0 + a) * (people - np.maximum(people - n, 0.0) * full)
    return Engset(*(shaped(column, shape) for column in (full, met, carried)))


def _full_share(people: FloatArray, lines: FloatArray, idle_load: FloatArray) -> FloatArray:
    """Share of time in which a number of sources takes every line: a truncated binomial.

    Its inverse is summed from the top: every term is positive, and soon they are small.
    """
    possible = (people >= lines) & ((idle_load > 0) | (lines == 0))
    total = np.where(possible, 1.0, np.inf)
    term, taken = np.where(possible, 1.0, 0.0), lines.copy()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while np.any(going := (taken > 0) & (term > 1e-18 * total) & np.isfinite(term)):
            ratio = taken / (idle_load * (people - taken + 1.0))
            term = np.where(going, term * ratio, 0.0)
            total += term
            taken -= 1.0
    return 1.0 / total
