"""Figures with the interval around them, from drawing whole days anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints

__all__ = [
    "DRAWS",
    "Figure",
    "Sums",
    "bootstrap",
    "interval_of",
    "quantile_figure",
    "ratio_figures",
    "resampled",
]

#: Draws of whole days, with replacement, behind each interval.
DRAWS = 200
_CONFIDENCE = 0.95

#: What is summed over contacts, and what that is divided by.
Sums = Mapping[str, tuple[Floats | Flags | Ints, Floats | Flags | Ints]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One estimate with the interval around it.

    Parameters
    ----------
    name
        What it is; the wording stands in `sim.report.learned`, the definition beside it.
    value, low, high
        The estimate, and the ends of its 95 % interval, from a bootstrap of whole days.
    count
        Contacts that it rests on, or days where it is one of days.
    """

    name: str
    value: float
    low: float
    high: float
    count: int

    @property
    def is_sure(self) -> bool:
        """Whether the interval has no width, or is not known."""
        return not self.low < self.high


def bootstrap(
    days: Ints, value: Callable[[Floats], float], *, draws: int = DRAWS, seed: int = 1
) -> tuple[float, float]:
    """Interval of an estimate when other days had been in the log.

    Whole days are drawn with replacement, since contacts of a day go together.

    Parameters
    ----------
    days
        Day of each contact.
    value
        The estimate, given how often each contact counts.
    draws, seed
        How often days are drawn, and where random numbers start.

    Returns
    -------
    low, high
        Ends of the 95 % interval; nan of fewer than two days, or where no draw has an estimate.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.array([1.0, 2.0, 3.0, 4.0])
    >>> low, high = bootstrap(np.array([0, 0, 1, 1]), lambda w: float((w * times).sum() / w.sum()))
    >>> (low, high)
    (1.5, 3.5)
    """
    found = np.array([value(weights) for weights in resampled(days, draws=draws, seed=seed)])
    return interval_of(found[np.isfinite(found)])


def resampled(days: Ints, *, draws: int = DRAWS, seed: int = 1) -> Iterator[Floats]:
    """How often each contact counts in each draw of whole days; no draws of fewer than two days.

    Parameters
    ----------
    days, draws, seed
        As `bootstrap` takes them.
    """
    known, place = np.unique(days, return_inverse=True)
    if len(known) < 2:  # one day does not say how days differ
        return
    random = np.random.default_rng(seed)
    for _ in range(draws):
        drawn = np.bincount(random.integers(len(known), size=len(known)), minlength=len(known))
        yield drawn[place].astype(float)


def interval_of(draws: Floats) -> tuple[float, float]:
    """Ends of the 95 % interval of drawn estimates, which may be infinite; nan of none."""
    if not len(draws):
        return float("nan"), float("nan")
    outside = (1 - _CONFIDENCE) / 2
    ends = outside, 1 - outside
    if np.isfinite(draws).all():
        low, high = np.quantile(draws, ends)
    else:  # nothing lies between a number and infinity
        low, high = np.quantile(draws, ends, method="inverted_cdf")
    return float(low), float(high)


def ratio_figures(days: Ints, sums: Sums, draws: int = DRAWS) -> dict[str, Figure]:
    """Ratios of sums over contacts, each with its interval; nan where it divides by nothing.

    Parameters
    ----------
    days
        Day of each contact.
    sums
        By name of the figure: what each contact adds above, and below.
    draws
        How often days are drawn.
    """
    found = {}
    known, place = np.unique(days, return_inverse=True)
    for name, (over, under) in sums.items():
        # The sums of each day are enough.
        above = np.bincount(place, np.asarray(over, float), len(known)).astype(float)
        below = np.bincount(place, np.asarray(under, float), len(known)).astype(float)
        value = _ratio(above, below)
        low, high = bootstrap(known, value, draws=draws)
        whole = value(np.ones(len(known)))
        found[name] = Figure(name, whole, low, high, round(float(below.sum())))
    return found


def _ratio(over: Floats, under: Floats) -> Callable[[Floats], float]:
    """A ratio of sums, for `bootstrap`."""

    def value(weights: Floats) -> float:
        below = float(weights @ under)
        return float(weights @ over) / below if below else float("nan")

    return value


def quantile_figure(
    name: str, days: Ints, values: Floats, share: float, draws: int = DRAWS
) -> Figure:
    """A quantile with its interval.

    Parameters
    ----------
    name
        What it is.
    days, values
        Day of each contact, and what was measured of it.
    share
        How many lie below.
    draws
        How often days are drawn.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]

    def value(weights: Floats) -> float:
        upto = np.cumsum(weights)
        at = int(np.searchsorted(upto, share * upto[-1]))
        return float(ranked[min(at, len(ranked) - 1)])

    low, high = bootstrap(days[order], value, draws=draws)
    return Figure(name, float(np.quantile(values, share)), low, high, len(values))
