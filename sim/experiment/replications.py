"""What came out of the replications of one option."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.caps import Capped
from sim.errors import InvalidInput
from sim.experiment.case import Case
from sim.experiment.levels import LEVELS
from sim.experiment.stopping import Stopped
from sim.experiment.sums import BANDED, Sums
from sim.metrics import MEASURES, Waited, bin_edges, measure_names, service_level
from sim.stats import Estimate, Span, chance_estimate, mean_estimate, t_quantile

__all__ = ["BAND", "WHOSE", "Replications", "Waits"]

Floats = NDArray[np.float64]

#: Shares of replications below the three lines of a band.
BAND = (0.05, 0.5, 0.95)
_SHARE = (0.0, 1.0)
#: Whose waits are told apart.
WHOSE = (*(one.name.lower() for one in Waited), "all")


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """How long the contacts of a channel waited, over all replications.

    Parameters
    ----------
    edges
        Where bins begin, and where the last one ends [s].
    counts
        Contacts in each bin: mean over replications.
    """

    edges: Floats
    counts: Floats


@dataclass(slots=True, eq=False)
class Replications:
    """What came out of the replications of one option.

    Parameters
    ----------
    case
        What was played.
    seed, engine
        How it was drawn and played.
    first, count
        Number of the first replication, and how many.
    totals
        Counts of the whole period, [row, channel, `Count`]. A row is a replication, or the mean of
        so many consecutive ones that there are fewer than `sim.stats.ROWS`: memory does not grow.
    virtual
        Virtual service level, [row, channel].
    records
        What the caller asked to keep of each replication, [row, …].
    weights
        Replications in each row.
    precise
        Whether the precision asked for was reached.
    stopped
        Why there are no more.
    """

    case: Case
    seed: int
    engine: str
    first: int
    count: int
    totals: Floats
    virtual: Floats
    records: Floats
    weights: Floats
    precise: bool
    stopped: Stopped
    _sums: Sums

    @property
    def record(self) -> Floats:
        """Mean over all replications of what the caller asked to keep."""
        return np.average(self.records, axis=0, weights=self.weights)

    @property
    def capped(self) -> Capped | None:
        """Who came to the end of what is played of a client, in all replications together.

        None where nobody does anything after a first attempt.
        """
        return self._sums.capped

    def batches(self, most: int) -> list[Floats]:
        """Means of what the caller asked to keep over at most so many parts of the run."""
        parts = np.array_split(np.arange(len(self.weights)), min(most, len(self.weights)))
        return [np.average(self.records[p], axis=0, weights=self.weights[p]) for p in parts]

    def estimate(self, measure: str, channel: str) -> Estimate:
        """A measure over the whole period.

        Parameters
        ----------
        measure
            A name in `sim.metrics.MEASURES`; ``service_level`` for that of the channel's rule,
            ``service_level_virtual`` for what an infinitely patient customer would see.
        channel
            The channel, or a part of it, such as ``phone.vip``.

        Raises
        ------
        InvalidInput
            If there is no such measure or channel.
        """
        c = self._channel(channel)
        if measure == "service_level":
            measure = service_level(self.case.rules[c])
        if measure == service_level("virtual"):
            seen = self.virtual[:, c]
            seen = seen[~np.isnan(seen)]
            mean = mean_estimate(seen) if seen.size else Estimate(math.nan, math.nan)
            return Estimate(mean.value, mean.half_width, *_SHARE)
        return self.estimates(measure, channel, "period")[0]

    def estimates(self, measure: str, channel: str, level: str) -> tuple[Estimate, ...]:
        """A measure along the period, one estimate for each ``slot``, ``day`` or ``period``."""
        values, widths = self.profile(measure, channel, level)
        share = measure == "service_level" or MEASURES[measure].unit == "share"
        bounds = _SHARE if share else (0.0, math.inf)
        pairs = zip(values.tolist(), widths.tolist(), strict=True)
        return tuple(Estimate(value, width, *bounds) for value, width in pairs)

    def profile(self, measure: str, channel: str, level: str) -> tuple[Floats, Floats]:
        """A measure along the period: values and half-widths by ``slot``, ``day`` or ``period``."""
        c = self._channel(channel)
        if measure == "service_level":
            rule = self.case.rules[c]
            measure = service_level("offered" if rule == "virtual" else rule)
        values, widths = self._sums.measures.estimates()
        at = c, self._level(level), _found("measure", measure, measure_names())
        return values[at], widths[at]

    def occupancy(self, group: str, level: str = "period") -> tuple[Floats, Floats]:
        """Handling time over logged-in time of a group: values and half-widths."""
        values, widths = self._sums.occupancy.estimates()
        at = self._group(group), self._level(level)
        return values[at], widths[at]

    def occupied(self, group: str) -> Estimate:
        """Occupancy of a group over the whole period."""
        values, widths = self.occupancy(group)
        return Estimate(float(values[0]), float(widths[0]), *_SHARE)

    def counts(self, channel: str) -> Floats:
        """Mean counts of a channel by slot, [slot, `Count`]."""
        return np.asarray(self._sums.contacts[self._channel(channel)] / self.count)

    def presence(self, group: str) -> Floats:
        """Mean agents' time of a group by slot [s], [slot, `Presence`]."""
        return np.asarray(self._sums.presence[self._group(group)] / self.count)

    # --- chances, bands, waits -------------------------------------------------------------

    def chance(self, channel: str, level: str = "day") -> Span:
        """How probably a day keeps the promise made to a channel.

        Parameters
        ----------
        channel
            A channel with a target.
        level
            ``day``; or ``slot``, ``period``: any of those that has contacts.

        Returns
        -------
        Span
            Not a number where nothing was promised. The interval is Wilson's, on as many
            independent days as the spread between replications says the days are worth.
        """
        c, at = self._channel(channel), _found("level", level, LEVELS)
        sums, rows = self._sums.chances, self._sums.chances.count
        if sums.sums is None:
            return chance_estimate(0, 0)
        held, seen = (float(side[c, at]) for side in sums.sums[:2])
        quantile = t_quantile(rows)
        _, widths = sums.estimates()
        error = float(widths[c, at]) / quantile if rows > 1 else None
        return chance_estimate(held, seen, error=error, apart=self.count, quantile=quantile)

    def chances(self, channel: str, level: str = "day") -> tuple[Span, ...]:
        """The same for each day of the period (``slot``: each interval), one after the other."""
        c, places = self._channel(channel), self._level(level)
        pairs = zip(self._sums.kept[c, places], self._sums.seen[c, places], strict=True)
        return tuple(chance_estimate(float(held), float(seen)) for held, seen in pairs)

    def band(
        self, measure: str, name: str, level: str = "slot", shares: Sequence[float] = BAND
    ) -> Floats:
        """Where a measure lies in 5, 50 and 95 % of replications: what one week may bring.

        Parameters
        ----------
        measure
            ``service_level``, ``abandonment``, ``asa`` or ``offered`` of a channel, or
            ``occupancy`` of a group.
        name
            The channel or group.
        level
            ``slot``, ``day`` or ``period``.
        shares
            Shares of replications below each line.

        Returns
        -------
        Floats
            [share, place], from at most 256 replications; not a number where nothing was seen.
        """
        if measure == "occupancy":
            drawn = self._sums.busy.stacked()[:, self._group(name), self._level(level)]
        else:
            at = _found("measure", measure, (*BANDED, "occupancy"))
            drawn = self._sums.bands.stacked()[:, self._channel(name), at, self._level(level)]
        lines = np.full((len(shares), drawn.shape[1]), np.nan)
        seen = ~np.isnan(drawn).all(axis=0)
        lines[:, seen] = np.nanquantile(drawn[:, seen].astype(np.float64), shares, axis=0)
        return lines

    def waits(self, channel: str, whose: str = "served") -> Waits:
        """How long contacts waited: their mean number by fixed bins, which runs share.

        Parameters
        ----------
        channel
            The channel.
        whose
            ``served``, ``abandoned`` or ``all``: both.
        """
        c, at = self._channel(channel), _found("whose", whose, WHOSE)
        sums = self._sums.waits.sums
        reached = sums[0, c, at] if sums is not None else np.zeros(len(bin_edges()) - 1)
        return Waits(bin_edges(), np.diff(reached, prepend=0.0) / self.count)

    def wait_quantile(self, share: float, channel: str, whose: str = "served") -> Span:
        """The wait that a share of contacts does not exceed [s].

        Parameters
        ----------
        share
            Above 0 and below 1; 0.9 for the wait that one in ten exceeds.
        channel, whose
            As `waits` takes them.

        Returns
        -------
        Span
            Exact to a part in 32. The interval is that of the share at this wait (delta method
            over replications), read off as waits (Woodruff 1952).
        """
        if not 0 < share < 1:
            raise InvalidInput("share", "must be above 0 and below 1", share)
        c, at = self._channel(channel), _found("whose", whose, WHOSE)
        values, widths = self._sums.waits.estimates()
        below, width = values[c, at], widths[c, at]
        if np.isnan(below[-1]):
            return Span(math.nan, math.nan, math.nan)
        around = float(width[min(int(np.searchsorted(below, share)), len(below) - 1)])
        if not math.isfinite(around):
            return Span(_quantile(below, share), 0.0, math.inf)
        ends = (max(0.0, share - around), min(1.0, share + around))
        return Span(_quantile(below, share), *(_quantile(below, end) for end in ends))

    def _channel(self, name: str) -> int:
        """Row of a channel."""
        return _found("channel", name, self.case.rows)

    def _group(self, name: str) -> int:
        """Row of a group."""
        return _found("group", name, self.case.groups)

    def _level(self, name: str) -> slice:
        """Places of a level."""
        return self._sums.levels.at[LEVELS[_found("level", name, LEVELS)]]


def _quantile(below: Floats, share: float) -> float:
    """The wait at which a distribution by bins reaches a share [s], evenly spread in its bin."""
    edges = bin_edges()
    at = min(int(np.searchsorted(below, share)), len(below) - 1)
    if at == 0:
        return 0.0
    before = float(below[at - 1])
    part = (share - before) / (float(below[at]) - before) if below[at] > before else 1.0
    return float(edges[at] + min(part, 1.0) * (edges[at + 1] - edges[at]))


def _found(what: str, name: str, names: Sequence[str]) -> int:
    """Place of a name among those there are."""
    if name not in names:
        raise InvalidInput(what, f"must be one of {', '.join(names)}", name)
    return names.index(name)
