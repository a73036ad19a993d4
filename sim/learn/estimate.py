"""Everything that a scenario needs, estimated from contacts, each figure with its uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.learn.contacts import Contacts
from sim.learn.durations import SHORT, Durations, durations_of
from sim.learn.patience import BANDS, Curve, hazard, kaplan_meier, peaks
from sim.learn.returns import Returns, returns_of
from sim.learn.volume import Forecast, Volume, correlation, day_factors, forecast, volume_of

__all__ = [
    "SHORT_ABANDON",
    "ChannelEstimates",
    "Estimates",
    "Figure",
    "Patience",
    "bootstrap",
    "estimated",
    "service_levels",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Who gives up within it has hardly waited [s].
SHORT_ABANDON = 5.0
#: Draws of whole days, with replacement, behind each interval.
DRAWS = 200
_CONFIDENCE = 0.95
_LEAST = 100
_EPOCH = date(1970, 1, 1)


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
        Contacts that it rests on.
    """

    name: str
    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Patience:
    """How long customers of one kind would wait.

    Parameters
    ----------
    curve
        Kaplan-Meier's estimate, of those who had to wait.
    bands, hazard
        Waits from which each band begins [s], and the rate at which people leave in it [1/s].
    peaks
        Waits at which clearly more leave than around it [s].
    exponential
        Mean of exponential patience of the greatest likelihood [s].
    """

    curve: Curve
    bands: tuple[float, ...]
    hazard: Floats
    peaks: tuple[float, ...]
    exponential: float


@dataclass(frozen=True, slots=True, eq=False)
class ChannelEstimates:
    """What was learnt of one channel.

    Parameters
    ----------
    name
        The channel.
    figures
        Figures with intervals, by name.
    volume, forecast
        How much comes and when; None where the log is too short to look ahead.
    handle
        Handle times: of all (``""``), by type (``type/PS``), by hour of the day (``hour/09``).
    patience
        Of all (``""``) and by type; None where nobody waited.
    returns
        Who comes again; None where callers are not known.
    service
        Service level within 20 s by every rule.
    """

    name: str
    figures: Mapping[str, Figure]
    volume: Volume
    forecast: Forecast | None
    handle: Mapping[str, Durations]
    patience: Mapping[str, Patience]
    returns: Returns | None
    service: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """What was learnt of all channels, and how busy days of theirs go together.

    Parameters
    ----------
    first, last
        Dates of the first and the last contact.
    channels
        By name.
    correlations
        Of the day factors of each two channels.
    """

    first: date
    last: date
    channels: Mapping[str, ChannelEstimates]
    correlations: Mapping[tuple[str, str], float]


def service_levels(contacts: Contacts, awt: float = 20.0) -> dict[str, float]:
    """Service level within a time, by every rule; nan where it divides by nobody.

    ``offered``: answered in time, of all; ``answered``: of the answered;
    ``excluding_short_abandons``: of all but those who gave up within 5 s;
    ``including_short_abandons``: these count as served in time.
    """
    good = float((contacts.served & (contacts.wait <= awt)).sum())
    short = float((contacts.abandoned & (contacts.wait <= SHORT_ABANDON)).sum())
    offered, answered = float(len(contacts)), float(contacts.served.sum())

    def over(part: float, whole: float) -> float:
        return part / whole if whole else float("nan")

    return {
        "offered": over(good, offered),
        "answered": over(good, answered),
        "excluding_short_abandons": over(good, offered - short),
        "including_short_abandons": over(good + short, offered),
    }


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

    Examples
    --------
    >>> import numpy as np
    >>> times = np.array([1.0, 2.0, 3.0, 4.0])
    >>> low, high = bootstrap(np.array([0, 0, 1, 1]), lambda w: float((w * times).sum() / w.sum()))
    >>> (low, high)
    (1.5, 3.5)
    """
    known, place = np.unique(days, return_inverse=True)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        drawn = np.bincount(random.integers(len(known), size=len(known)), minlength=len(known))
        found.append(value(drawn[place].astype(float)))
    kept = np.array(found)[np.isfinite(found)]
    if not len(kept):
        return float("nan"), float("nan")
    outside = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(kept, (outside, 1 - outside))
    return float(low), float(high)


def _ratio(over: Floats, under: Floats) -> Callable[[Floats], float]:
    """A ratio of sums, for `bootstrap`."""

    def value(weights: Floats) -> float:
        below = float(weights @ under)
        return float(weights @ over) / below if below else float("nan")

    return value


def _figures(contacts: Contacts, volume: Volume, draws: int) -> dict[str, Figure]:
    """Figures with intervals."""
    ones = np.ones(len(contacts))
    served = contacts.served.astype(float)
    known = contacts.served & (contacts.handle > 0) & (contacts.handle <= 3600)
    handle = np.where(known, np.nan_to_num(contacts.handle), 0.0)
    in_time = (contacts.served & (contacts.wait <= 20)).astype(float)
    gone = contacts.abandoned.astype(float)
    sums = {
        "abandonment": (gone, ones),
        "queued": (contacts.queued.astype(float), ones),
        "service_level": (in_time, ones),
        "wait": (contacts.wait, ones),
        "asa": (contacts.wait * served, served),
        "handle_time": (handle, known.astype(float)),
        "short_calls": ((known & (handle < SHORT)).astype(float), known.astype(float)),
        "patience": (contacts.wait, gone),
    }
    found = {}
    days, day = np.unique(contacts.day, return_inverse=True)
    for name, (over, under) in sums.items():
        # A ratio of sums: those of each day are enough.
        value = _ratio(np.bincount(day, over).astype(float), np.bincount(day, under).astype(float))
        low, high = bootstrap(days, value, draws=draws)
        found[name] = Figure(name, value(np.ones(len(days))), low, high, int(under.sum()))
    usual = ~(volume.holiday | volume.outlier)
    at = np.flatnonzero(usual)
    per_day = volume.counts[at].astype(float)
    low, high = bootstrap(at, lambda weights: float(weights @ per_day / weights.sum()), draws=draws)
    mean = float(per_day.mean()) if len(at) else float("nan")
    found["volume"] = Figure("volume", mean, low, high, int(per_day.sum()))
    found["day_variation"] = _variation(volume, draws)
    return found


def _variation(volume: Volume, draws: int) -> Figure:
    """How much days differ beyond chance, with its interval."""
    expected = volume.profile.sum(axis=1)
    factors = day_factors(volume.days, volume.counts, expected)
    used = ~volume.holiday & ~volume.outlier & np.isfinite(factors)
    weekday = (volume.days + 3) % 7
    off, chance = (factors[used] - 1) ** 2, 1 / expected[weekday[used]]
    free = max(1, int(used.sum()) - len(np.unique(weekday[used])))
    lost = free / max(1, int(used.sum()))

    def value(weights: Floats) -> float:
        total = float(weights.sum())
        if not total:  # no day is usual
            return float("nan")
        return float(np.sqrt(max(0.0, weights @ off / total / lost - weights @ chance / total)))

    low, high = bootstrap(np.flatnonzero(used), value, draws=draws)
    return Figure("day_variation", volume.day_variation, low, high, int(used.sum()))


def _patience(contacts: Contacts) -> Patience | None:
    waited = contacts.wait > 0
    if waited.sum() < 2 or not contacts.abandoned[waited].any():
        return None
    waits, left = contacts.wait[waited], contacts.abandoned[waited]
    return Patience(
        kaplan_meier(waits, left),
        BANDS,
        hazard(waits, left),
        peaks(waits, left),
        float(waits.sum() / left.sum()),
    )


def _by_type(contacts: Contacts) -> dict[str, Contacts]:
    """Contacts by type, where there are several, and enough of each."""
    found = {}
    for kind, name in enumerate(contacts.kinds):
        mine = contacts.kind == kind
        of_type = name.split("/", 1)[1]
        if of_type and mine.sum() >= _LEAST:
            found[f"type/{of_type}"] = contacts.only(mine)
    return found


def _handles(contacts: Contacts) -> dict[str, Durations]:
    known = contacts.served & (contacts.handle > 0) & (contacts.handle <= 3600)
    parts = {"": contacts, **_by_type(contacts)}
    for hour in range(24):
        mine = contacts.second // 3600 == hour
        if (mine & known).sum() >= _LEAST:
            parts[f"hour/{hour:02d}"] = contacts.only(mine)
    found = {}
    for name, part in parts.items():
        times = part.handle[part.served & (part.handle > 0) & (part.handle <= 3600)]
        if len(times) >= 2 and times.min() < times.max():
            found[name] = durations_of(times)
    long = contacts.handle[known & (contacts.handle >= SHORT)]
    if len(long) >= 2 and long.min() < long.max():
        found["without_short"] = durations_of(long)
    return found


def estimated(
    contacts: Contacts,
    *,
    interval: float = 3600.0,
    is_holiday: Callable[[date], bool] = lambda day: False,
    draws: int = DRAWS,
    tell: Callable[[str], object] = str,
) -> Estimates:
    """Estimate everything.

    Parameters
    ----------
    contacts
        Contacts that were offered.
    interval
        Length of an interval of the profile [s].
    is_holiday
        Whether a date is a public holiday.
    draws
        How often days are drawn for the intervals.
    tell
        Told how far it has come.
    """
    days = contacts.days
    holiday = np.array([is_holiday(_EPOCH + timedelta(days=int(day))) for day in days])
    channels = {}
    for name in contacts.channels:
        tell(f"estimates, {name}")
        part = contacts.channel(name)
        volume = volume_of(part, interval, days, holiday)
        patience = {key: _patience(one) for key, one in {"": part, **_by_type(part)}.items()}
        channels[name] = ChannelEstimates(
            name,
            _figures(part, volume, draws),
            volume,
            forecast(volume),
            _handles(part),
            {key: one for key, one in patience.items() if one is not None},
            returns_of(part),
            service_levels(part),
        )
    return Estimates(contacts.first, contacts.last, channels, _correlations(channels))


def _correlations(channels: Mapping[str, ChannelEstimates]) -> dict[tuple[str, str], float]:
    names = list(channels)
    factors, known = {}, {}
    for name in names:
        one = channels[name].volume
        factors[name] = day_factors(one.days, one.counts, one.profile.sum(axis=1))
        known[name] = ~one.holiday & ~one.outlier & np.isfinite(factors[name])
    return {
        (a, b): correlation(factors[a], factors[b], known[a] & known[b])
        for number, a in enumerate(names)
        for b in names[number + 1 :]
    }
