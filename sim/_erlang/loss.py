"""Erlang's loss formula, exact at any size and between whole numbers of lines."""

from __future__ import annotations

import numpy as np
from scipy import special

from sim._erlang.arrays import DROP, NODES, WEIGHTS, FloatArray

__all__ = ["log_inverse_b", "loss"]


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
