"""How long customers would wait: Kaplan-Meier's curve, its hazard, and the peaks in it.

Who was answered might have waited longer, so answered contacts are censored: the mean wait of
those who gave up says how long the impatient waited, and nothing of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.errors import InvalidInput
from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.figures import DRAWS, Figure, interval_of, resampled

__all__ = ["Curve", "hazard", "kaplan_meier", "peaks", "quartiles"]

#: The curve is followed while so many still wait; beyond, the last hazard goes on.
LEAST_AT_RISK = 30
#: Bands of waiting time in which the hazard is told [s].
BANDS = (0, 5, 7.5, 10, 15, 20, 25, 30, 40, 50, 55, 60, 75, 90, 120, 150, 200, 300, 450, 600)
_MAIN_PEAK = 1.35


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Share still waiting after a time, of those who would never be answered.

    Parameters
    ----------
    times
        Times at which somebody left, rising [s].
    survival
        Share still there just after each.
    tail
        Hazard beyond the last time, from the start where there is none [1/s]; 0 where nobody
        leaves any more.
    waits, left
        Contacts that it rests on, and those of them that left.
    """

    times: Floats
    survival: Floats
    tail: float
    waits: int
    left: int

    def at(self, times: Floats | float) -> Floats:
        """Share still there after times [s]."""
        asked = np.atleast_1d(np.asarray(times, float))
        padded = np.concatenate([[1.0], self.survival])
        found = padded[np.searchsorted(self.times, asked, side="right")]
        over = np.maximum(asked - self._end[0], 0)
        return np.asarray(found * np.exp(-self.tail * over))

    def quantile(self, share: float) -> float:
        """Time by which so many have left [s]; infinite where so many never leave."""
        return float(self.draw(np.array([1 - share]))[0])

    def draw(self, units: Floats) -> Floats:
        """Times by inversion of numbers between 0 and 1, each a share still there [s]."""
        at = np.searchsorted(-self.survival, -units, side="left")
        beyond = at >= len(self.times)
        found = np.append(self.times, np.inf)[at]
        if self.tail:
            end, last = self._end
            found[beyond] = end + np.log(np.maximum(last / units[beyond], 1.0)) / self.tail
        return np.asarray(found)

    @property
    def _end(self) -> tuple[float, float]:
        """Where the tail begins [s], and the share still there."""
        return (float(self.times[-1]), float(self.survival[-1])) if len(self.times) else (0.0, 1.0)

    def mean_to(self, end: float) -> float:
        """Mean time waited by a deadline, the restricted mean [s]."""
        last, share = self._end
        edges = np.concatenate([[0.0], self.times[self.times < end], [min(end, last)]])
        steps = float((self.at(edges[:-1]) * np.diff(edges)).sum())
        over = max(end - last, 0.0)
        return steps + share * (-np.expm1(-self.tail * over) / self.tail if self.tail else over)


def kaplan_meier(waits: Floats, left: Flags, least: int = LEAST_AT_RISK) -> Curve:
    """The product-limit estimate of patience (Kaplan and Meier 1958).

    Parameters
    ----------
    waits
        Time until each contact was answered or left [s].
    left
        Whether it left; the others are censored when they were answered.
    least
        How many must still be waiting for the curve to go on.

    Raises
    ------
    InvalidInput
        If nobody waited.

    Examples
    --------
    >>> curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, True]),
    ...                      least=1)
    >>> curve.times.tolist(), curve.survival.round(3).tolist()
    ([1.0, 2.0, 3.0], [0.75, 0.5, 0.0])
    """
    if not len(waits):
        raise InvalidInput("patience", "needs contacts that waited", None)
    times, place = np.unique(waits, return_inverse=True)
    deaths = np.bincount(place, left, len(times)).astype(float)
    gone = np.bincount(place, minlength=len(times)).astype(float)
    return _product_limit(times, deaths, gone, least)


def _product_limit(times: Floats, deaths: Floats, gone: Floats, least: float) -> Curve:
    """The curve from counts: at each time, how many left, and how many waited no longer."""
    at_risk = gone[::-1].cumsum()[::-1]
    waits = float(gone.sum())
    known = at_risk >= least
    survival = np.cumprod(1 - deaths / np.maximum(at_risk, 1e-9))
    keep = known & (deaths > 0)
    # The tail goes on as the last tenth of the times that are known did; where nobody left in them,
    # it is all there is. Who left when it begins is in the curve.
    start = times[known][int(0.9 * (known.sum() - 1))] if keep.any() else -1.0
    late = times > start
    spent = float((gone[late] * (times[late] - max(start, 0.0))).sum())
    tail = float(deaths[late].sum() / spent) if spent > 0 else 0.0
    return Curve(times[keep], survival[keep], tail, round(waits), round(float(deaths.sum())))


def quartiles(
    waits: Floats, left: Flags, days: Ints, shares: tuple[float, ...], draws: int = DRAWS
) -> list[Figure]:
    """Times by which shares of customers have left, each with its interval.

    Parameters
    ----------
    waits, left
        As `kaplan_meier` takes them.
    days
        Day of each contact.
    shares
        Which shares.
    draws
        How often days are drawn.
    """
    times, place = np.unique(waits, return_inverse=True)

    def curve(weights: Floats) -> Curve:
        deaths = np.bincount(place, left * weights, len(times)).astype(float)
        gone = np.bincount(place, weights, len(times)).astype(float)
        return _product_limit(times, deaths, gone, LEAST_AT_RISK)

    whole = curve(np.ones(len(waits)))
    drawn = [curve(weights) for weights in resampled(days, draws=draws)]
    found = []
    for share in shares:
        # A draw in which too few leave has no such time: that end of the interval is infinite.
        low, high = interval_of(np.array([one.quantile(share) for one in drawn]))
        name = f"patience_{round(100 * share)}"
        found.append(Figure(name, whole.quantile(share), low, high, len(waits)))
    return found


def hazard(waits: Floats, left: Flags, bands: tuple[float, ...] = BANDS) -> Floats:
    """Rate at which those who wait leave, in each band of time [1/s].

    Those who left in it over the time that all spent waiting in it; nan where nobody did.
    """
    edges = np.array([*bands, np.inf])
    found = np.empty(len(bands))
    for number, (start, end) in enumerate(pairwise(edges.tolist())):
        spent = (np.clip(waits, start, end) - start).sum()
        inside = left & (waits > start) & (waits <= end)
        found[number] = inside.sum() / spent if spent > 0 else np.nan
    return found


def peaks(waits: Floats, left: Flags, step: float = 5.0, until: float = 180.0) -> tuple[float, ...]:
    """Waits at which clearly more leave than just before and after, such as at announcements [s].

    The hazard of each step must be a third above that of its neighbours on either side, and by
    more than chance: three standard errors.
    """
    edges = np.arange(0.0, until + step, step)
    deaths = np.histogram(waits[left], edges)[0].astype(float)
    spent = np.array([(np.clip(waits, a, a + step) - a).sum() for a in edges[:-1]])
    rate = np.divide(deaths, spent, out=np.zeros(len(spent)), where=spent > 0)
    found = []
    for at in range(len(rate)):
        beside = [k for k in (at - 2, at - 1, at + 1, at + 2) if 0 <= k < len(rate)]
        spans = spent[beside].sum()
        usual = deaths[beside].sum() / spans if spans else 0.0
        error = np.sqrt(max(usual, 1e-12) * max(spent[at], 1e-12)) / max(spent[at], 1e-12)
        highest = rate[at] >= max(rate[k] for k in beside)
        if highest and rate[at] > _MAIN_PEAK * usual and rate[at] > usual + 3 * error:
            found.append(float(edges[at] + step / 2))
    return tuple(found)
