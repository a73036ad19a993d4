"""Everything that a scenario needs, estimated from contacts, each figure with its uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import HOUR, Contacts
from sim.learn.durations import LONGEST, SHORT, Durations, durations_of
from sim.learn.figures import DRAWS, Figure, quantile_figure, ratio_figures
from sim.learn.patience import BANDS, Curve, hazard, kaplan_meier, peaks, quartiles
from sim.learn.returns import Returns, next_delay, return_sums, returns_of
from sim.learn.varying import correlations_of, season_figures, shared_busyness, volume_figures
from sim.learn.volume import Forecast, Volume, forecast, volume_of

__all__ = [
    "EPOCH",
    "SHORT_ABANDON",
    "ChannelEstimates",
    "Estimates",
    "Patience",
    "estimated",
    "service_sums",
    "unusual",
]

#: Who gives up within it has hardly waited [s].
SHORT_ABANDON = 5.0
#: Shares of customers of whom it is told by when they have left.
QUARTILES = (0.25, 0.5)
_LEAST = 100
EPOCH = date(1970, 1, 1)


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
        Handle times: of all (``""``), by type (``type/PS``), by group (``group/sales``, a queue
        or skill), by hour of the day (``hour/09``); none where the log has sums alone.
    means
        Their means with intervals, by the same names.
    patience
        Of all (``""``) and by type; none where nobody waited, or the log has sums alone.
    returns
        Who comes again; None where callers are not known.
    season
        By month, how busy its days are; 1 is the average.
    basis
        ``contacts`` that are told apart, or ``intervals`` that have sums of them.
    """

    name: str
    figures: Mapping[str, Figure]
    volume: Volume
    forecast: Forecast | None
    handle: Mapping[str, Durations]
    means: Mapping[str, Figure]
    patience: Mapping[str, Patience]
    returns: Returns | None
    season: Mapping[int, Figure]
    basis: Literal["contacts", "intervals"] = "contacts"


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
    shared
        Correlation of what makes days busy, chance left out: the scenario's.
    """

    first: date
    last: date
    channels: Mapping[str, ChannelEstimates]
    correlations: Mapping[tuple[str, str], Figure]
    shared: float


def service_sums(contacts: Contacts, awt: float = 20.0) -> dict[str, tuple[Floats, Floats]]:
    """Who counts as served in time, and of whom, by every rule.

    ``service_level``: answered in time, of all offered; ``…_answered``: of the answered;
    ``…_excluding_short_abandons``: of all but those who gave up within 5 s;
    ``…_including_short_abandons``: these count as served in time. Where some waits are not known,
    those of the others who were answered, or gave up, stand for them.

    Parameters
    ----------
    contacts
        What happened.
    awt
        Acceptable waiting time [s].
    """
    ones, served = np.ones(len(contacts)), contacts.served.astype(float)
    good = _by_then(contacts, contacts.served, awt)
    short = _by_then(contacts, contacts.abandoned, SHORT_ABANDON)
    return {
        "service_level": (good, ones),
        "service_level_answered": (good, served),
        "service_level_excluding_short_abandons": (good, ones - short),
        "service_level_including_short_abandons": (good + short, ones),
    }


def _by_then(contacts: Contacts, some: Flags, end: float) -> Floats:
    """Which of some waited no longer; of those whose wait is not known, the share of the others."""
    found = (some & (contacts.wait <= end)).astype(float)
    unknown = some & np.isnan(contacts.wait)
    if unknown.any():
        told = some & ~unknown
        found[unknown] = found[told].mean() if told.any() else np.nan
    return found


def _figures(contacts: Contacts, draws: int) -> dict[str, Figure]:
    """Figures of what became of contacts."""
    ones = np.ones(len(contacts))
    served = contacts.served.astype(float)
    known = _handled(contacts)
    handle = np.where(known, np.nan_to_num(contacts.handle), 0.0)
    gone = contacts.abandoned.astype(float)
    told = np.isfinite(contacts.wait)
    wait = np.nan_to_num(contacts.wait)
    sums: dict[str, tuple[Floats | Flags | Ints, Floats | Flags | Ints]] = {
        "queued": (contacts.queued & told, told),
        "abandonment": (gone, ones),
        **service_sums(contacts),
        "wait": (wait, told),
        "asa": (wait * served, served * told),
        "handle_time": (handle, known),
        "short_calls": (known & (handle < SHORT), known),
        "patience": (wait, gone * told),
    }
    found = ratio_figures(contacts.day, sums, draws)
    waited = contacts.wait > 0
    if contacts.abandoned[waited].any():
        some = contacts.only(waited)
        leaving = quartiles(some.wait, some.abandoned, some.day, QUARTILES, draws)
        found |= {one.name: one for one in leaving}
    # Nothing is told of what nobody did; half may never leave, which is a figure.
    return {name: one for name, one in found.items() if not np.isnan(one.value)}


def _handled(contacts: Contacts) -> Flags:
    """Contacts whose handle time counts."""
    return contacts.served & (contacts.handle > 0) & (contacts.handle <= LONGEST)


def _return_figures(contacts: Contacts, draws: int) -> dict[str, Figure]:
    """Figures of who comes again; none where callers are not known."""
    if not (contacts.caller >= 0).any():
        return {}
    delay = next_delay(contacts)
    found = ratio_figures(contacts.day, return_sums(contacts, delay), draws)
    soon = (contacts.caller >= 0) & contacts.abandoned & (delay <= HOUR)
    if soon.any():
        days = contacts.day[soon]
        found["redial_delay"] = quantile_figure("redial_delay", days, delay[soon], 0.5, draws)
    return {name: one for name, one in found.items() if one.count}


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


def _by_type(contacts: Contacts) -> dict[str, Flags]:
    """Contacts of each type, where there are enough."""
    found = {}
    for kind, name in enumerate(contacts.kinds):
        mine = contacts.kind == kind
        of_type = name.split("/", 1)[1]
        if of_type and mine.sum() >= _LEAST:
            found[f"type/{of_type}"] = mine
    return found


def _by_group(contacts: Contacts) -> dict[str, Flags]:
    """Contacts of each queue or skill, where there are several."""
    there = np.unique(contacts.queue).tolist()
    if len(there) < 2:
        return {}
    found = {f"group/{contacts.queues[at]}": contacts.queue == at for at in there}
    return {name: mine for name, mine in found.items() if name != "group/"}


def _handles(contacts: Contacts, draws: int) -> tuple[dict[str, Durations], dict[str, Figure]]:
    """Handle times of all and of parts, and their means with intervals."""
    known = _handled(contacts)
    parts = {"": np.ones(len(contacts), bool), **_by_type(contacts), **_by_group(contacts)}
    for hour in range(24):
        parts[f"hour/{hour:02d}"] = contacts.second // HOUR == hour
    parts["without_short"] = contacts.handle >= SHORT
    found, sums = {}, {}
    for name, mine in parts.items():
        times = contacts.handle[mine & known]
        least = _LEAST if "/" in name else 2
        if len(times) >= least and times.min() < times.max():
            found[name] = durations_of(times)
            rows = mine & known
            sums[name] = np.where(rows, np.nan_to_num(contacts.handle), 0.0), rows
    return found, ratio_figures(contacts.day, sums, draws)


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
        Whether a date is a public holiday, or otherwise not like its weekday.
    draws
        How often days are drawn for the intervals.
    tell
        Told how far it has come.
    """
    days = contacts.days
    holiday = unusual(days, is_holiday)
    channels = {}
    for name in contacts.channels:
        tell(f"estimates, {name}")
        part = contacts.channel(name)
        volume = volume_of(part, interval, days, holiday)
        ahead = forecast(volume)
        patience = {"": _patience(part)}
        patience |= {key: _patience(part.only(mine)) for key, mine in _by_type(part).items()}
        figures = {
            **volume_figures(volume, ahead, draws),
            **_figures(part, draws),
            **_return_figures(part, draws),
        }
        channels[name] = ChannelEstimates(
            name,
            figures,
            volume,
            ahead,
            *_handles(part, draws),
            {key: one for key, one in patience.items() if one is not None},
            returns_of(part),
            season_figures(volume, draws),
        )
    volumes = {name: one.volume for name, one in channels.items()}
    together = correlations_of(volumes, draws)
    return Estimates(contacts.first, contacts.last, channels, together, shared_busyness(volumes))


def unusual(days: Ints, is_holiday: Callable[[date], bool]) -> Flags:
    """Which dates, counted from 1970, are holidays."""
    return np.array([is_holiday(EPOCH + timedelta(days=int(day))) for day in days], bool)
