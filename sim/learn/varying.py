"""How much comes, how days differ, how far a forecast is off: figures with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.figures import DRAWS, Figure, bootstrap, interval_of, ratio_figures
from sim.learn.volume import Forecast, Volume, correlation, dispersion, free_days, trend

__all__ = ["correlations_of", "season_figures", "shared_busyness", "volume_figures"]

#: Days differ by so much at least where it is asked whether they do so together.
_LEAST_VARIATION = 0.02


def volume_figures(volume: Volume, ahead: Forecast | None, draws: int = DRAWS) -> dict[str, Figure]:
    """Figures of the volume of one channel.

    Parameters
    ----------
    volume
        The channel's.
    ahead
        Its forecast; None where there is none.
    draws
        How often days are drawn.
    """
    per_day = volume.counts[volume.used].astype(float)
    # Of plain sums many draws cost little, and the ends are steadier for it.
    low, high = _week_by_week(per_day, (volume.days[volume.used] + 3) % 7, 10 * draws)
    mean = float(per_day.mean()) if len(per_day) else float("nan")
    found = {"volume": Figure("volume", mean, low, high, int(per_day.sum()))}
    found["day_variation"] = _variation(volume, draws)
    found["dispersion"] = _dispersion(volume, draws)
    found["trend"] = _trend(volume, draws)
    found["lag"] = _lag(volume, draws)
    if ahead is not None:
        off = np.abs(ahead.ours - ahead.real), np.abs(ahead.naive - ahead.real)
        sums = {"forecast": (off[0], ahead.real), "seasonal_naive": (off[1], ahead.real)}
        found |= ratio_figures(ahead.held, sums, draws)
    return {name: one for name, one in found.items() if np.isfinite(one.value)}


def _week_by_week(counts: Floats, weekday: Ints, draws: int) -> tuple[float, float]:
    """Interval of the mean day, each day drawn anew among those of its weekday.

    That Sundays are quiet is known, so it is no part of what is not. One day fewer is drawn of
    each weekday than there are: days lie nearer to their own mean than to the true one. A weekday
    that is there once is taken to be as far off as days of the others are, in parts of their mean;
    nan where all are there once.
    """
    random = np.random.default_rng(1)
    _, place, times = np.unique(weekday, return_inverse=True, return_counts=True)
    usual = np.bincount(place, counts) / times
    several = (times > 1) & (usual > 0)
    if not several.any():
        return float("nan"), float("nan")
    known = several[place]
    off = (counts / np.maximum(usual, 1e-9)[place] - 1)[known]
    off *= np.sqrt(times / np.maximum(times - 1, 1))[place][known]
    sums = np.zeros(draws)
    for at, n in enumerate(times.tolist()):
        mine = counts[place == at]
        if n > 1:
            sums += n * mine[random.integers(n, size=(draws, n - 1))].mean(axis=1)
        else:
            sums += mine[0] * (1 + random.choice(off, draws))
    return interval_of(sums / len(counts))


def _variation(volume: Volume, draws: int) -> Figure:
    """How much days differ beyond chance, with its interval."""
    expected, factors = volume.profile.sum(axis=1), volume.factors
    used = volume.used & np.isfinite(factors)
    weekday = (volume.days + 3) % 7
    off, chance = (factors[used] - 1) ** 2, 1 / expected[weekday[used]]
    lost = free_days(weekday[used]) / max(1, int(used.sum()))

    def value(weights: Floats) -> float:
        total = float(weights.sum())
        if not total or not lost:
            return float("nan")
        return float(np.sqrt(max(0.0, weights @ off / total / lost - weights @ chance / total)))

    low, high = bootstrap(np.flatnonzero(used), value, draws=draws)
    return Figure("day_variation", volume.day_variation, low, high, int(used.sum()))


def _dispersion(volume: Volume, draws: int) -> Figure:
    """How much intervals differ, over chance."""
    weekday = (volume.days + 3) % 7

    def value(weights: Floats) -> float:
        return dispersion(volume.table, volume.used, weekday, weights)

    low, high = bootstrap(np.arange(len(weekday)), value, draws=draws)
    return Figure("dispersion", volume.dispersion, low, high, int(volume.used.sum()))


def _trend(volume: Volume, draws: int) -> Figure:
    """Growth a week."""
    known = volume.used & np.isfinite(volume.factors)
    days, factors = volume.days[known], volume.factors[known]
    low, high = bootstrap(days, lambda weights: trend(days, factors, weights), draws=draws)
    return Figure("trend", volume.trend, low, high, len(days))


def _lag(volume: Volume, draws: int) -> Figure:
    """How days go with the next, pairs of days drawn together."""
    known = volume.used & np.isfinite(volume.factors)
    pairs = known[:-1] & known[1:]
    first, second = volume.factors[:-1], volume.factors[1:]
    low, high = bootstrap(
        np.arange(len(pairs)),
        lambda weights: correlation(first, second, pairs, weights),
        draws=draws,
    )
    return Figure("lag", volume.lag, low, high, int(pairs.sum()))


def season_figures(volume: Volume, draws: int = DRAWS) -> dict[int, Figure]:
    """Mean factor of days by month, 1 is the average; months that are not there are left out.

    Parameters
    ----------
    volume
        Of a channel.
    draws
        How often days are drawn.
    """
    known = volume.used & np.isfinite(volume.factors)
    days, factors = volume.days[known], volume.factors[known]
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
    found = {}
    for month in np.unique(months).tolist():
        mine = months == month
        sums = {"season": (factors[mine], np.ones(int(mine.sum())))}
        found[month] = ratio_figures(days[mine], sums, draws)["season"]
    return found


def correlations_of(
    volumes: Mapping[str, Volume], draws: int = DRAWS
) -> dict[tuple[str, str], Figure]:
    """How busy days of each two channels go together.

    Parameters
    ----------
    volumes
        By channel, all of the same days.
    draws
        How often days are drawn.
    """
    found = {}
    for pair in combinations(volumes, 2):
        (a, b), known = _factors(volumes, pair)
        low, high = bootstrap(
            np.arange(len(a)),
            lambda weights, a=a, b=b, known=known: correlation(a, b, known, weights),  # type: ignore[misc]
            draws=draws,
        )
        value = correlation(a, b, known)
        found[pair] = Figure("correlation", value, low, high, int(known.sum()))
    return found


def _factors(
    volumes: Mapping[str, Volume], pair: tuple[str, str]
) -> tuple[tuple[Floats, Floats], Flags]:
    one, other = (volumes[name] for name in pair)
    known = one.used & other.used & np.isfinite(one.factors) & np.isfinite(other.factors)
    return (one.factors, other.factors), known


def shared_busyness(volumes: Mapping[str, Volume]) -> float:
    """Correlation of the factors of days between channels, chance left out; 0 where none is seen.

    Counts vary by chance alone, each channel by itself, so that the correlation of counts is less
    than that of what makes days busy: the covariance is divided by the variation beyond chance.
    The mean over pairs of channels, as a scenario has one number for all.

    Parameters
    ----------
    volumes
        By channel, all of the same days.
    """
    found = []
    for pair in combinations(volumes, 2):
        below = volumes[pair[0]].day_variation * volumes[pair[1]].day_variation
        (a, b), known = _factors(volumes, pair)
        free = free_days((volumes[pair[0]].days[known] + 3) % 7)
        if not below >= _LEAST_VARIATION**2 or not free:
            continue
        # By the same freedom as the variation beneath: a mean goes to each weekday.
        found.append(float((a[known] - 1) @ (b[known] - 1)) / free / below)
    return float(np.clip(np.mean(found), 0.0, 1.0)) if found else 0.0
