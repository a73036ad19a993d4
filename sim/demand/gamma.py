"""The gamma law by inversion, in plain arithmetic: the same number on every machine.

The distribution function is a series below and a continued fraction above (DiDonato and Morris
1986); its inverse is found by Newton steps on the smaller of the two tails, kept between bounds
that close in, from the start that Wilson and Hilferty (1931) give. Good to 1e-10 and better.
"""

from __future__ import annotations

import math

from sim.compiled import jit
from sim.demand.draws import exp, log, normal

__all__ = ["gamma_tails", "log_gamma", "standard_gamma"]

_HALF_LOG_TWO_PI = 0.9189385332046727
_TINY = 1e-300
_NEAR = 1e-13  # steps and terms smaller than this share of the whole change nothing
_MOST_TERMS = 100_000
_MOST_STEPS = 200


@jit
def log_gamma(a: float) -> float:
    """Logarithm of the gamma function of a positive number (Stirling's series, shifted up)."""
    product = 1.0
    while a < 12.0:
        product *= a
        a += 1.0
    z = 1.0 / (a * a)
    tail = 1 / 12 - z * (
        1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360))))
    )
    return (a - 0.5) * log(a) - a + _HALF_LOG_TWO_PI + tail / a - log(product)


@jit
def gamma_tails(a: float, x: float, log_gamma_a: float) -> tuple[float, float, float]:
    """Probability below and above x under the gamma law of shape a and scale 1; its density."""
    power = a * log(x) - x - log_gamma_a
    if power < -690.0:
        return (0.0, 1.0, 0.0) if x < a else (1.0, 0.0, 0.0)
    front = exp(power)
    if x < a + 1.0:
        term = total = 1.0 / a
        for n in range(1, _MOST_TERMS):
            term *= x / (a + n)
            total += term
            if term < total * _NEAR * 1e-3:
                break
        below = min(front * total, 1.0)
        return below, 1.0 - below, front / x
    # Lentz's evaluation of the continued fraction.
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    fraction = d
    for n in range(1, _MOST_TERMS):
        step = -n * (n - a)
        b += 2.0
        d = step * d + b
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + step / c
        c = c if abs(c) > _TINY else _TINY
        fraction *= d * c
        if abs(d * c - 1.0) < _NEAR * 1e-2:
            break
    above = min(front * fraction, 1.0)
    return 1.0 - above, above, front / x


@jit
def _start(u: float, a: float, log_gamma_a: float) -> float:
    """A first guess of the quantile: the cube of a normal number, or the power at zero."""
    root = 1.0 / (9.0 * a)
    cube = 1.0 - root + normal(u) * math.sqrt(root)
    # Near zero the probability below x is x^a / gamma(a + 1).
    at_zero = (log(u) + log(a) + log_gamma_a) / a
    if cube > 0.3:
        return a * cube * cube * cube
    return exp(max(at_zero, -690.0)) if at_zero < 5.0 else a


@jit
def standard_gamma(u: float, a: float, log_gamma_a: float) -> float:
    """Quantile of the gamma law of shape a and scale 1, for u strictly between 0 and 1."""
    x = _start(u, a, log_gamma_a)
    if x <= 1e-299:  # far less than a tick, whatever the scale
        return 0.0
    low, high = 0.0, math.inf
    for _ in range(_MOST_STEPS):
        below, above, density = gamma_tails(a, x, log_gamma_a)
        over = below - u if u < 0.5 else (1.0 - u) - above
        if over > 0.0:
            high = x
        else:
            low = x
        following = x - over / density if density > 0.0 else -1.0
        if not low < following < high:
            following = 2.0 * x if high == math.inf else 0.5 * (low + high)
        moved = abs(following - x)
        x = following
        if moved <= _NEAR * x:
            break
    return x
