"""How much comes and when: the week, busy and quiet days, trend and season, weeks to come."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.learn.contacts import DAY, Contacts

__all__ = ["Forecast", "Volume", "correlation", "day_factors", "forecast", "volume_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: A day this many robust standard deviations from its weekday's is left out of the profile.
_OUTLIER = 5.0
_WEEK = 7
#: Weeks held back to measure a forecast on.
HELD_BACK = 4


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
        Which of them are left out, and why.
    day_variation
        Standard deviation of the factor that makes a day busy or quiet, over its mean: what the
        counts vary beyond chance, weekdays apart.
    dispersion
        Median over intervals of the week of variance over mean of their counts; 1 is chance.
    trend
        Growth a week, as a share.
    season
        Mean factor by month, 1 is the average month; months that are not there are left out.
    lag
        Correlation of the factors of a day and the next.
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
    season: dict[int, float]
    lag: float


def volume_of(contacts: Contacts, interval: float, days: Ints, holiday: Flags) -> Volume:
    """Describe the volume of contacts.

    Parameters
    ----------
    contacts
        Those of one channel.
    interval
        Length of an interval, a part of an hour or an hour [s].
    days, holiday
        Dates that the log covers, counted from 1970, and which of them are public holidays.
    """
    slots = round(DAY / interval)
    counts = np.zeros((len(days), slots))
    row = np.searchsorted(days, contacts.day)
    slot = np.minimum(contacts.second // interval, slots - 1).astype(np.int64)
    np.add.at(counts, (row, slot), 1)
    totals = counts.sum(axis=1).astype(np.int64)
    outlier = _outliers(days, totals, holiday)
    used = ~holiday & ~outlier
    weekday = (days + 3) % 7
    profile = np.zeros((7, slots))
    dispersion = []
    for day in range(7):
        rows = counts[used & (weekday == day)]
        if not len(rows):  # nothing but holidays: better than nothing at all
            rows = counts[weekday == day]
        if len(rows):
            profile[day] = rows.mean(axis=0)
        if len(rows) > 2:
            some = profile[day] >= 5
            dispersion += (rows.var(axis=0, ddof=1)[some] / profile[day][some]).tolist()
    factors = day_factors(days, totals, profile.sum(axis=1))
    known = used & np.isfinite(factors)
    return Volume(
        interval,
        profile,
        days,
        totals,
        holiday,
        outlier,
        _variation(factors[known], profile.sum(axis=1)[weekday[known]], weekday[known]),
        float(np.median(dispersion)) if dispersion else math.nan,
        _trend(days[known], factors[known]),
        _season(days[known], factors[known]),
        correlation(factors[:-1], factors[1:], known[:-1] & known[1:]),
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


def _variation(factors: Floats, expected: Floats, weekday: Ints) -> float:
    """Spread of the factor beyond chance; one degree of freedom goes to each weekday."""
    free = len(factors) - len(np.unique(weekday))
    if free < 1:
        return 0.0
    spread = float(((factors - 1) ** 2).sum()) / free
    return math.sqrt(max(0.0, spread - float((1 / expected).mean())))


def _trend(days: Ints, factors: Floats) -> float:
    """Growth a week by a straight line through the factors."""
    if len(days) < 3:
        return 0.0
    return float(np.polyfit((days - days.mean()) / _WEEK, factors, 1)[0])


def _season(days: Ints, factors: Floats) -> dict[int, float]:
    """Mean factor by month."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
    return {int(month): float(factors[months == month].mean()) for month in np.unique(months)}


def correlation(first: Floats, second: Floats, known: Flags) -> float:
    """Correlation of two columns where both are known; nan of fewer than three."""
    a, b = first[known], second[known]
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Contacts of the days to come.

    Parameters
    ----------
    days
        Dates, counted from 1970.
    expected
        Contacts of each.
    error, naive
        Sum of absolute differences over contacts, on weeks that were held back: of the forecast,
        and of taking the same weekday of the week before.
    weeks
        Weeks held back, each forecast from all before it.
    """

    days: Ints
    expected: Floats
    error: float
    naive: float
    weeks: int


def forecast(volume: Volume, weeks: int = 4) -> Forecast | None:
    """Forecast the days to come; None of fewer than eight weeks.

    The logarithm of the daily count, smoothed exponentially with a weekly season (Holt and
    Winters); holidays and outliers stand in it as usual days.
    """
    if len(volume.days) < 2 * HELD_BACK * _WEEK:
        return None
    logs = np.log(np.maximum(_usual(volume), 0.5))
    ours = theirs = total = 0.0
    for held in range(HELD_BACK, 0, -1):
        end = len(logs) - held * _WEEK
        ahead = slice(end, end + _WEEK)
        good = ~(volume.holiday | volume.outlier)[ahead]
        real = volume.counts[ahead][good]
        ours += float(np.abs(np.exp(_ahead(logs[:end], _WEEK))[good] - real).sum())
        theirs += float(np.abs(volume.counts[end - _WEEK : end][good] - real).sum())
        total += float(real.sum())
    days = volume.days[-1] + 1 + np.arange(weeks * _WEEK)
    expected = np.exp(_ahead(logs, weeks * _WEEK))
    total = max(total, 1.0)
    return Forecast(days, expected, ours / total, theirs / total, HELD_BACK)


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
