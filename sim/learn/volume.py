"""How much comes and when: the week, busy and quiet days, trend and season, weeks to come."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import DAY, Contacts

__all__ = [
    "LEAST_DAYS",
    "Forecast",
    "Volume",
    "correlation",
    "day_factors",
    "dispersion",
    "forecast",
    "free_days",
    "trend",
    "volume_of",
    "volume_of_counts",
]

#: A day this many robust standard deviations from its weekday's is left out of the profile.
_OUTLIER = 5.0
_WEEK = 7
#: Weeks held back to measure a forecast on.
HELD_BACK = 4
#: Days of a log from which on it is looked ahead.
LEAST_DAYS = 2 * HELD_BACK * _WEEK
#: Standard deviations that 95 of 100 lie within.
_WIDE = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Contacts of one channel along the week, and how days differ.

    Parameters
    ----------
    interval
        Length of an interval [s].
    profile
        Mean contacts, [weekday, interval], Monday first; holidays and outliers left out.
    days, counts
        Dates, counted from 1970, and contacts of each.
    holiday, outlier
        Which of them are left out, and why; no holiday is where there is no other day.
    day_variation
        Standard deviation of the factor that makes a day busy or quiet, over its mean: what the
        counts vary beyond chance, weekdays apart; nan where each weekday is there once.
    dispersion
        Median over intervals of the week of variance over mean of their counts; 1 is chance.
    trend
        Growth a week, as a share; nan like the day variation.
    lag
        Correlation of the factors of a day and the next; nan like the day variation.
    table
        Contacts, [day, interval].
    """

    interval: float
    profile: Floats
    days: Ints
    counts: Ints
    holiday: Flags
    outlier: Flags
    day_variation: float
    dispersion: float
    trend: float
    lag: float
    table: Floats

    @property
    def used(self) -> Flags:
        """Days that are neither holidays nor outliers."""
        return ~(self.holiday | self.outlier)

    @property
    def factors(self) -> Floats:
        """Contacts of each day over what its weekday usually has; nan where that has nothing."""
        return day_factors(self.days, self.counts, self.profile.sum(axis=1))


def volume_of(contacts: Contacts, interval: float, days: Ints, holiday: Flags) -> Volume:
    """Describe the volume of contacts.

    Parameters
    ----------
    contacts
        Those of one channel.
    interval
        Length of an interval, a part of an hour or an hour [s].
    days, holiday
        Dates that the log covers, counted from 1970, and which of them are public holidays, or
        days off and working days that were moved.
    """
    slots = round(DAY / interval)
    counts = np.zeros((len(days), slots))
    row = np.searchsorted(days, contacts.day)
    slot = np.minimum(contacts.second // interval, slots - 1).astype(np.int64)
    np.add.at(counts, (row, slot), 1)
    return volume_of_counts(counts, interval, days, holiday)


def volume_of_counts(counts: Floats, interval: float, days: Ints, holiday: Flags) -> Volume:
    """Describe the volume of contacts that are counted by interval, [day, interval].

    Parameters
    ----------
    counts
        Contacts.
    interval, days, holiday
        As `volume_of` takes them.
    """
    if holiday.all():  # nothing but holidays: better than nothing at all
        holiday = np.zeros_like(holiday)
    slots = counts.shape[1]
    totals = counts.sum(axis=1).astype(np.int64)
    outlier = _outliers(days, totals, holiday)
    used = ~holiday & ~outlier
    weekday = (days + 3) % 7
    profile = np.zeros((7, slots))
    for day in range(7):
        rows = counts[used & (weekday == day)]
        if not len(rows):  # nothing but holidays: better than nothing at all
            rows = counts[weekday == day]
        if len(rows):
            profile[day] = rows.mean(axis=0)
    factors = day_factors(days, totals, profile.sum(axis=1))
    known = used & np.isfinite(factors)
    free = free_days(weekday[known])
    return Volume(
        interval,
        profile,
        days,
        totals,
        holiday,
        outlier,
        _variation(factors[known], profile.sum(axis=1)[weekday[known]], weekday[known]),
        dispersion(counts, used, weekday),
        trend(days[known], factors[known]) if free else math.nan,
        correlation(factors[:-1], factors[1:], known[:-1] & known[1:]) if free else math.nan,
        counts,
    )


def _outliers(days: Ints, counts: Ints, holiday: Flags) -> Flags:
    """Days far from the median of their weekday, by the median of distances from it."""
    found = np.zeros(len(days), bool)
    for day in range(7):
        mine = (days + 3) % 7 == day
        usual = counts[mine & ~holiday]
        if len(usual) < 5:
            continue
        middle = float(np.median(usual))
        spread = 1.4826 * float(np.median(np.abs(usual - middle)))
        spread = max(spread, math.sqrt(max(middle, 1.0)))
        found |= mine & (np.abs(counts - middle) > _OUTLIER * spread)
    return found & ~holiday


def day_factors(days: Ints, counts: Ints, expected: Floats) -> Floats:
    """Contacts of each day over what its weekday usually has; nan where that has nothing."""
    usual = expected[(days + 3) % 7]
    return np.asarray(
        np.divide(counts, usual, out=np.full(len(days), np.nan), where=usual > 0), float
    )


def free_days(weekday: Ints) -> int:
    """Days that say how days differ: one of each weekday goes into what is usual on it.

    Examples
    --------
    >>> free_days(np.array([0, 1, 2, 0]))
    1
    """
    return len(weekday) - len(np.unique(weekday))


def _variation(factors: Floats, expected: Floats, weekday: Ints) -> float:
    """Spread of the factor beyond chance; nan where each weekday is there once."""
    free = free_days(weekday)
    if not free:
        return math.nan
    spread = float(((factors - 1) ** 2).sum()) / free
    return math.sqrt(max(0.0, spread - float((1 / expected).mean())))


def dispersion(counts: Floats, used: Flags, weekday: Ints, weights: Floats | None = None) -> float:
    """Variance over mean of the counts of an interval, the median of those with five at least.

    Parameters
    ----------
    counts
        Contacts, [day, interval].
    used
        Which days count.
    weekday
        Of each day.
    weights
        How often each day counts; once when None. The mean stays that of the whole log.
    """
    found: list[float] = []
    for day in range(7):
        mine = used & (weekday == day)
        rows = counts[mine]
        many = np.ones(len(rows)) if weights is None else weights[mine]
        if len(rows) < 3 or not many.sum():
            continue
        mean = rows.mean(axis=0)
        some = mean >= 5
        off = (rows[:, some] - mean[some]) ** 2 * len(rows) / (len(rows) - 1)
        found += (many @ off / many.sum() / mean[some]).tolist()
    return float(np.median(found)) if found else math.nan


def trend(days: Ints, factors: Floats, weights: Floats | None = None) -> float:
    """Growth a week by a straight line through the factors; nan of fewer than three days.

    Parameters
    ----------
    days, factors
        Dates, and contacts of each over the usual ones.
    weights
        How often each day counts; once when None.
    """
    if len(days) < 3:
        return math.nan
    many = np.ones(len(days)) if weights is None else weights
    off = days - np.average(days, weights=many)
    spread = float(many @ off**2)
    return _WEEK * float(many @ (off * factors)) / spread if spread else math.nan


def correlation(
    first: Floats, second: Floats, known: Flags, weights: Floats | None = None
) -> float:
    """Correlation of two columns where both are known; nan of fewer than three.

    Parameters
    ----------
    first, second
        The columns.
    known
        Which rows count.
    weights
        How often each row counts; once when None.
    """
    a, b = first[known], second[known]
    many = np.ones(len(a)) if weights is None else weights[known]
    if len(a) < 3 or not many.sum():
        return math.nan
    off = a - np.average(a, weights=many), b - np.average(b, weights=many)
    below = math.sqrt(float(many @ off[0] ** 2) * float(many @ off[1] ** 2))
    return float(many @ (off[0] * off[1])) / below if below > 1e-12 else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Contacts of the days to come.

    Parameters
    ----------
    days
        Dates, counted from 1970.
    expected
        Contacts of each.
    weeks
        Weeks held back, each forecast from all before it.
    held
        Days of those weeks that are neither holidays nor outliers.
    real, ours, naive
        Contacts of each of them; as it was forecast; and of the same weekday of the week before.
    """

    days: Ints
    expected: Floats
    weeks: int
    held: Ints
    real: Floats
    ours: Floats
    naive: Floats

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm of real over forecast, on usual days held back.

        By the median of its size: a day that no calendar knows for a holiday does not widen it.
        """
        if not len(self.real):
            return math.nan
        off = np.log(np.maximum(self.real, 0.5) / np.maximum(self.ours, 0.5))
        return 1.4826 * float(np.median(np.abs(off)))

    @property
    def band(self) -> tuple[Floats, Floats]:
        """Where 95 of 100 usual days would lie, were they as far off as those held back."""
        wide = math.exp(_WIDE * self.spread)
        return self.expected / wide, self.expected * wide


def forecast(volume: Volume, weeks: int = 4) -> Forecast | None:
    """Forecast the days to come; None of fewer than eight weeks.

    The logarithm of the daily count, smoothed exponentially with a weekly season (Holt and
    Winters); holidays and outliers stand in it as usual days.
    """
    if len(volume.days) < LEAST_DAYS:
        return None
    logs = np.log(np.maximum(_usual(volume), 0.5))
    parts = []
    for held in range(HELD_BACK, 0, -1):
        end = len(logs) - held * _WEEK
        good = np.arange(end, end + _WEEK)[volume.used[end : end + _WEEK]]
        ours = np.exp(_ahead(logs[:end], _WEEK))[good - end]
        parts.append((volume.days[good], volume.counts[good], ours, volume.counts[good - _WEEK]))
    days = volume.days[-1] + 1 + np.arange(weeks * _WEEK)
    expected = np.exp(_ahead(logs, weeks * _WEEK))
    held_days, real, ours, naive = (np.concatenate(one) for one in zip(*parts, strict=True))
    return Forecast(
        days, expected, HELD_BACK, held_days, real.astype(float), ours, naive.astype(float)
    )


def _usual(volume: Volume) -> Floats:
    """Counts with what is usual in the place of holidays and outliers."""
    usual = volume.profile.sum(axis=1)[(volume.days + 3) % 7]
    return np.asarray(np.where(volume.holiday | volume.outlier, usual, volume.counts), float)


def _ahead(logs: Floats, days: int) -> Floats:
    """Log counts of the days after."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a search that ends early: the error is measured
        model = ExponentialSmoothing(
            logs, seasonal="add", seasonal_periods=_WEEK, initialization_method="estimated"
        )
        return np.asarray(model.fit().forecast(days), float)
