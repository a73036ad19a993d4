"""Waiting when every contact takes the same time (M/D/n), exactly.

Queue lengths seen one handle time D apart form the walk Q' = max(Q + A - n, 0) with A the
Poisson arrivals of that time, so that E z**Q comes from the factors of 1 - phi(z),
phi(z) = z**-n exp(a (z - 1)) (Crommelin 1932; Spitzer 1956). The two zeros that come close to each
other when load nears the agents, 1 and tau, are taken out by hand; what is left is so smooth
that a Fourier transform of a few times sqrt(n) points splits it to the last digit, whatever the
utilisation. The law of the wait follows from that of the queue: with k D the next whole multiple
of D after x, a contact waits more than x when Q + Poisson(lambda (k D - x)) >= k n (Franx 2001).
Every term is positive; nothing cancels.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray, IntArray

__all__ = ["FixedTimes"]

_LEAST_POINTS = 128
_DIGITS = 42.0
"""Coefficients are followed until they fall by exp(-42), below rounding."""

_WIDTH = 11.0
"""Standard deviations of a Poisson count beyond which nothing is left."""

_MOST_ARRIVALS = 200_000
"""Arrivals that Spitzer's sum may count; the incomplete gamma function loses digits above."""


class FixedTimes:
    """M/D/n in a steady state: load above 0 and below the number of agents.

    Parameters
    ----------
    arrival_rate
        Contacts per second [1/s].
    handle
        Handle time of every contact [s].
    agents
        Agents answering, a whole number.
    """

    def __init__(self, *, arrival_rate: float, handle: float, agents: int) -> None:
        self._rate = arrival_rate
        self._handle = handle
        self._agents = agents
        self._load = arrival_rate * handle
        spare = (agents - self._load) / agents
        self._growth = _other_zero(spare)
        smooth = self._smooth_factor()
        points = smooth.size
        steps = np.arange(1, points // 2)
        # E z**Q is (1 - 1/tau) / (1 - z/tau) times exp(sum of g_m (1 - z**m)).
        inner = np.zeros(points, dtype=np.complex128)
        inner[steps] = smooth[steps]
        exponent = smooth[steps].sum() - np.fft.fft(inner)
        tail = np.fft.ifft(np.exp(exponent)).real[: points // 2]
        self._queue_above = self._survival(tail)
        log_idle = _log_first(self._growth) + smooth[steps].sum() + smooth[0]
        self._set_totals(float(log_idle), smooth[steps], steps)

    def _smooth_factor(self) -> FloatArray:
        """Laurent coefficients of log((1 - phi(z)) / ((1 - 1/z)(1 - z/tau)))."""
        points, radius = self._circle()
        # Half a step off the axis, so that the zeros 1 and tau are never met.
        angle = 2.0 * math.pi * (np.arange(points) + 0.5) / points
        turn = radius * np.exp(1j * angle)
        fall = self._load * (turn - 1.0) - self._agents * (math.log(radius) + 1j * angle)
        values = np.log(-np.expm1(fall))
        values -= np.log(1.0 - 1.0 / turn) + np.log(1.0 - turn / (1.0 + self._growth))
        shift = np.exp(-1j * math.pi * np.arange(points) / points)
        decay = np.exp(-math.log(radius) * np.arange(points))
        coefficients: FloatArray = (np.fft.fft(values) / points * shift).real * decay
        return coefficients

    def _circle(self) -> tuple[int, float]:
        """Return how many points resolve the coefficients down to rounding, and on what circle.

        The circle runs between 1 and tau, where 1 - phi has a positive real part, as far as it
        can from the nearest zeros within and beyond these two.
        """
        slope = self._load / self._agents
        argument = -slope * math.exp(-slope) * np.exp(2j * math.pi / self._agents)
        inside, outside = (abs(special.lambertw(argument, k)) / slope for k in (0, 1))
        if self._agents == 1:  # there is only one zero within
            inside = slope * math.exp(-slope)
        radius = min(max(math.sqrt(inside * outside), 1.0), 1.0 + self._growth)
        decay = min(math.log(outside / radius), math.log(radius / inside))
        needed = max(2.0 * _DIGITS / decay, _LEAST_POINTS)
        return int(2 ** math.ceil(math.log2(needed))), radius

    def _survival(self, tail: FloatArray) -> FloatArray:
        """Return P(Q > m), from convolving the smooth factor with a geometric law."""
        ratio = 1.0 / (1.0 + self._growth)
        above = np.empty(tail.size)
        # P(Q > m) = P(S > m) + sum over s <= m of P(S = s) ratio**(m - s + 1).
        left = np.cumsum(tail[::-1])[::-1] - tail
        carried = 0.0
        for m, mass in enumerate(tail):
            carried = (carried + mass) * ratio
            above[m] = carried + left[m]
        return np.maximum(above, 0.0)

    def _set_totals(self, log_idle: float, smooth: FloatArray, steps: IntArray) -> None:
        """Set P(V > 0) and E[V], by Spitzer's sums where these are short."""
        slope, spare = self._load / self._agents, (self._agents - self._load) / self._agents
        terms = math.ceil(_DIGITS / (self._agents * _lag(-spare)) + 1.0)
        if terms * self._agents <= _MOST_ARRIVALS:
            counts = self._agents * np.arange(1.0, terms + 1.0)
            late = special.gammainc(counts, counts * slope)
            log_idle = -self._agents * float((late / counts).sum())
            early = float((_at_count(counts, spare) - spare * late).sum())
            self.mean_wait = self._agents / self._rate * early
        else:
            # Where nobody waits, rounding may leave less than nothing.
            queue = 1.0 / self._growth - float((steps * smooth).sum())
            self.mean_wait = max(queue, 0.0) / self._rate
        self.wait_probability = max(-math.expm1(log_idle), 0.0)

    def longer(self, awt: FloatArray) -> FloatArray:
        """Return the probability of waiting more than a threshold, for every threshold."""
        return np.array([self._longer(float(time)) for time in awt])

    def _longer(self, awt: float) -> float:
        turns = math.floor(awt / self._handle) + 1.0
        mean = max(self._rate * (turns * self._handle - awt), 0.0)
        counts, chances = _poisson(mean)
        needed = turns * self._agents - counts
        # P(Q >= needed); a count of that many arrivals alone is enough.
        return min(float(chances @ self._at_least(needed)), 1.0)

    def _at_least(self, count: FloatArray) -> FloatArray:
        above, last = self._queue_above, self._queue_above.size - 1
        index = np.clip(count - 1.0, 0.0, last).astype(np.int64)
        beyond = np.maximum(count - 1.0 - last, 0.0)
        reached = above[index] * np.exp(-beyond * math.log1p(self._growth))
        return np.where(count <= 0, 1.0, reached)


def _other_zero(spare: float) -> float:
    """Return tau - 1, tau > 1 the real zero of log(z) - rho (z - 1), for spare = 1 - rho."""
    slope = 1.0 - spare
    growth = 2.0 * spare
    if spare > 1e-3:
        branch = special.lambertw(-slope * math.exp(-slope), -1).real
        growth = -branch / slope - 1.0
    for _ in range(50):
        step = (spare * growth - _lag(growth)) / (spare - growth / (1.0 + growth))
        growth -= step
        if abs(step) <= 1e-16 * growth:
            break
    return float(growth)


def _lag(growth: float) -> float:
    """Return x - log(1 + x) without cancellation."""
    if abs(growth) > 0.05:
        return growth - math.log1p(growth)
    return float(sum((-1.0) ** k * growth**k / k for k in range(14, 1, -1)))


def _at_count(counts: FloatArray, spare: float) -> FloatArray:
    """Poisson probability of m at mean (1 - spare) m, by Stirling's series for m!."""
    small = counts < 16
    series = 1.0 / (12.0 * counts) - 1.0 / (360.0 * counts**3) + 1.0 / (1260.0 * counts**5)
    series -= 1.0 / (1680.0 * counts**7)
    exact = special.gammaln(counts + 1.0) - counts * np.log(counts) + counts
    exact -= 0.5 * np.log(2.0 * math.pi * counts)
    rest = np.where(small, exact, series)
    chance: FloatArray = np.exp(-counts * _lag(-spare) - rest) / np.sqrt(2.0 * math.pi * counts)
    return chance


def _log_first(growth: float) -> float:
    """Logarithm of 1 - 1/tau."""
    return math.log(growth) - math.log1p(growth)


def _poisson(mean: float) -> tuple[FloatArray, FloatArray]:
    """Return the counts of a Poisson law that matter, and their probabilities.

    Ratios of neighbours are multiplied from the mode on: logarithms of factorials of large
    numbers would lose digits.
    """
    if mean == 0.0:
        return np.zeros(1), np.ones(1)
    spread = _WIDTH * math.sqrt(mean) + 50.0
    mode = math.floor(mean)
    low = max(mode - math.ceil(spread), 0)
    counts = np.arange(low, mode + math.ceil(spread) + 1.0)
    logs = np.log(mean / np.maximum(counts, 1.0))
    at_mode = mode - low
    up = np.cumsum(logs[at_mode + 1 :])
    down = -np.cumsum(logs[1 : at_mode + 1][::-1])[::-1]
    chances = np.exp(np.concatenate((down, [0.0], up)))
    return counts, chances / chances.sum()
