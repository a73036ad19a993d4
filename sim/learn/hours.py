"""Hours of a log or a replay: what happened in each, and how far two accounts of them lie apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import Contacts
from sim.learn.figures import DRAWS, interval_of, resampled

__all__ = ["AWT", "LEAST", "MEASURED", "Error", "Hours", "compared", "error_ends", "hours_of"]

#: Seconds within which an answer counts for the service level; of all offered.
AWT = 20.0
#: Measures that are compared: shares of offered, and the mean wait of all offered [s].
MEASURED = ("abandonment", "wait", "service_level")
#: Hours with fewer contacts say little: not compared.
LEAST = 10
_DUST = 1e-18


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """What happened in each hour of arrival, from the first to the last.

    Parameters
    ----------
    first
        The first hour, counted from 1970 by the clock of the centre.
    offered
        Contacts.
    measures
        By name: shares and mean waits; 0 where nobody came, nan where the log does not say.
    """

    first: int
    offered: Ints
    measures: Mapping[str, Floats]

    @property
    def hours(self) -> Ints:
        """Number of each hour."""
        return np.arange(len(self.offered)) + self.first


def hours_of(contacts: Contacts, wait: Floats, served: Flags, abandoned: Flags) -> Hours:
    """Measures of each hour; waits and fates are those of the log or of a replay.

    Abandonment is the share of all offered that gave up, the wait the mean over all offered
    (those who were answered at once and those who gave up among them), the service level the share
    of all offered that was answered within 20 seconds. Where some waits are not known (nan), the
    others stand for them.
    """
    first = int(contacts.hour.min())
    at = contacts.hour - first
    size = int(at.max()) + 1
    offered = np.bincount(at, minlength=size)
    told = np.isfinite(wait)
    rounded: Floats = np.asarray(np.round(np.nan_to_num(wait)), float)

    def summed(column: Floats | Flags) -> Floats:
        return np.asarray(np.bincount(at, column, size), float)

    answered = summed(served)
    soon = summed(served & told & (rounded <= AWT))
    found = {
        "abandonment": summed(abandoned) / np.maximum(offered, 1),
        "wait": _over(summed(rounded), summed(told), offered),
        "service_level": soon
        * _over(answered, summed(served & told), answered)
        / np.maximum(offered, 1),
    }
    return Hours(first, offered, found)


def _over(above: Floats, below: Floats, some: Floats | Ints) -> Floats:
    """A ratio; 0 of nothing, nan where there are some but nothing is told of them."""
    none = np.where(some > 0, np.nan, 0.0)
    return np.asarray(np.divide(above, below, out=none, where=below > 0))


@dataclass(frozen=True, slots=True)
class Error:
    """How far simulated hours lie from real ones.

    Parameters
    ----------
    r
        Correlation; nan where one of them never changes.
    mae
        Mean absolute difference.
    bias
        Mean difference, simulated less real.
    """

    r: float
    mae: float
    bias: float

    @classmethod
    def of(cls, simulated: Floats, real: Floats) -> Error:
        """Compare hours one by one; those of which one account says nothing (nan) are left out."""
        known = np.isfinite(simulated) & np.isfinite(real)
        simulated, real = simulated[known], real[known]
        if not len(real):
            return cls(float("nan"), float("nan"), float("nan"))
        off = simulated - real
        varied = len(real) > 1 and simulated.std() > 0 and real.std() > 0
        r = float(np.corrcoef(simulated, real)[0, 1]) if varied else float("nan")
        return cls(r, float(np.abs(off).mean()), float(off.mean()))


def error_ends(
    simulated: Floats, real: Floats, days: Ints, draws: int = DRAWS
) -> tuple[Error, Error]:
    """Ends of the 95 % intervals of errors, had other days been in the test.

    Whole days are drawn with replacement: what was learnt stays as it is, so this is how far the
    test is sure, not what was learnt.

    Parameters
    ----------
    simulated, real
        The hours, as `Error.of` takes them.
    days
        Day of each.
    draws
        How often days are drawn.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.array([1.0, 2.0, 3.0, 4.0])
    >>> low, high = error_ends(real + [0.0, 0.0, 1.0, 1.0], real, np.array([7, 7, 8, 8]))
    >>> (low.bias, high.bias)
    (0.0, 1.0)
    """
    known = np.isfinite(simulated) & np.isfinite(real)
    x, y = simulated[known], real[known]
    if not len(x):
        nothing = Error(float("nan"), float("nan"), float("nan"))
        return nothing, nothing
    # About their means, or sums of squares would lose what they differ by.
    a, b, off = x - x.mean(), y - y.mean(), x - y
    sums = np.stack([np.ones(len(x)), a, b, a * a, b * b, a * b, np.abs(off), off], axis=1)
    there, place = np.unique(days[known], return_inverse=True)
    by_day = np.stack([np.bincount(place, one, len(there)) for one in sums.T], axis=1)
    weights = list(resampled(there, draws=draws))
    drawn = np.array(weights).reshape(len(weights), len(there)) @ by_day
    mean = drawn[:, 1:] / drawn[:, :1]
    spread = (mean[:, 2] - mean[:, 0] ** 2) * (mean[:, 3] - mean[:, 1] ** 2)
    both = mean[:, 4] - mean[:, 0] * mean[:, 1]
    r = both[spread > _DUST] / np.sqrt(spread[spread > _DUST])
    ends = [interval_of(one) for one in (r, mean[:, 5], mean[:, 6])]
    return Error(*(one[0] for one in ends)), Error(*(one[1] for one in ends))


def compared(real: Hours, working: tuple[tuple[int, ...], tuple[int, ...]]) -> Flags:
    """Which hours are compared: working hours with enough contacts.

    Parameters
    ----------
    real
        What happened.
    working
        Weekdays, Monday is 0, and hours of the day.
    """
    weekdays, hours = working
    on = np.isin((real.hours // 24 + 3) % 7, weekdays) & np.isin(real.hours % 24, hours)
    return np.asarray(on & (real.offered >= LEAST))
