"""Rows of interval reports: sums of contacts that nobody tells apart, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim import erlang
from sim.errors import InvalidInput
from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import DAY, HOUR, Contacts
from sim.learn.crew import assumed, crew_figures, levels_of
from sim.learn.estimate import EPOCH, ChannelEstimates, Estimates, unusual
from sim.learn.figures import DRAWS, Figure, Sums, bootstrap, ratio_figures
from sim.learn.fit import TRIED, Learnt, working_hours
from sim.learn.hours import LEAST, Hours
from sim.learn.log import Log
from sim.learn.patience import Curve
from sim.learn.presence import Presence, Rule, layered
from sim.learn.replay import Model
from sim.learn.varying import season_figures, volume_figures
from sim.learn.volume import forecast, volume_of_counts

__all__ = ["Intervals", "estimated_of_sums", "intervals_of", "learnt_of_sums"]

#: The channel of interval reports.
CHANNEL = "voice"
#: Means of exponential patience that are tried, in even steps of the logarithm [s].
_PATIENCE = np.geomspace(5.0, 7200.0, 60)
_QUANTILES = 400

_ROWS = """
SELECT start / 1000.0 AS start, max(minutes) * 60.0 AS width,
    (day - DATE '1970-01-01')::BIGINT AS day, second::BIGINT AS second,
    sum(coalesce(offered, 0))::BIGINT AS offered, sum(coalesce(answered, 0))::BIGINT AS answered,
    sum(coalesce(abandoned, 0))::BIGINT AS abandoned, {sums}
FROM (SELECT *, {told} FROM intervals) GROUP BY start, day, second ORDER BY start
"""


def _told(column: str, counted: str, *, always: bool = True) -> str:
    """A sum of one row, in SQL: told or not, it is 0 where nothing was counted.

    That holds of a report that tells the sum at all; one of which parts may do without it
    (`always` is false) has 0 for it.
    """
    never = f"count({column}) OVER () = 0"
    nothing = f"coalesce({counted}, 0) = 0"
    zero = f"NOT {never} AND {nothing}" if always else f"{never} OR {nothing}"
    return f"CASE WHEN {zero} THEN coalesce({column}, 0) ELSE {column} END"


_SUMS = {
    "within": _told("within_sl", "answered"),
    "wait": _told("wait_sum", "answered"),
    "lost_wait": _told("abandoned_wait_sum", "abandoned"),
    "handle": " + ".join(
        (
            _told("talk_sum", "answered"),
            _told("hold_sum", "answered", always=False),
            _told("acw_sum", "answered", always=False),
        )
    ),
    "staffed": _told("staffed_seconds", "offered"),
}
#: An interval has a sum if all of its queues tell it.
_ALL = "CASE WHEN count({0}) = count(*) THEN sum({0}) ELSE 'nan'::DOUBLE END::DOUBLE AS {0}"


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Sums by interval, a row each, in order of time; of all queues together.

    Parameters
    ----------
    start, width
        When each began [s since 1970, UTC], and how long it is [s].
    day, second
        Its date, counted from 1970, and second of that day, by the clock of the centre.
    offered, answered, abandoned
        Contacts.
    within
        Answered within the time that the switch has as acceptable; nan where that is not told.
    wait, lost_wait
        Waited by the answered, and by those who gave up; nan where that is not told [s].
    handle
        Handled, all contacts together; nan where that is not told [s].
    staffed
        Agents' time at work; nan where that is not told [s].
    timezone
        Zone of the clock of the centre.
    """

    start: Floats
    width: Floats
    day: Ints
    second: Ints
    offered: Ints
    answered: Ints
    abandoned: Ints
    within: Floats
    wait: Floats
    lost_wait: Floats
    handle: Floats
    staffed: Floats
    timezone: str = "UTC"

    @property
    def days(self) -> Ints:
        """All dates from the first to the last, counted from 1970."""
        return np.arange(self.day.min(), self.day.max() + 1)

    def only(self, chosen: Flags) -> Intervals:
        """Some of them."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        rows: dict[str, Any] = {
            name: one[chosen] for name, one in columns.items() if isinstance(one, np.ndarray)
        }
        return replace(self, **rows)

    @property
    def mean_handle(self) -> float:
        """Mean handle time [s]."""
        told = np.isfinite(self.handle)
        return float(self.handle[told].sum() / self.answered[told].sum())

    def by_hour(self, values: Floats | Ints) -> Floats:
        """Sums by hour, from that of the first contact to that of the last."""
        some = self.offered > 0
        hour = self.day[some] * 24 + self.second[some] // HOUR
        sums = np.bincount(hour - hour.min(), np.asarray(values, float)[some])
        return np.asarray(sums, float)

    def hours(self) -> Hours:
        """What happened by hour; a service level is that of the switch's acceptable time."""
        some = self.offered > 0
        offered = self.by_hour(self.offered)
        each = {
            "abandonment": self.abandoned.astype(float),
            "wait": self.wait + self.lost_wait,
            "service_level": self.within,
        }
        measures = {
            name: self.by_hour(values) / np.maximum(offered, 1) for name, values in each.items()
        }
        first = int((self.day[some] * 24 + self.second[some] // HOUR).min())
        return Hours(first, offered.astype(np.int64), measures)

    def presence(self) -> Presence | None:
        """Agents as they were staffed; None where the rows do not say.

        A row that does not say it has as many as others at its time of the week, else of the day.
        """
        if not np.nansum(self.staffed) > 0:
            return None
        agents = self.staffed / self.width
        week = (self.day + 3) % 7 * DAY + self.second
        for same in (week, self.second, np.zeros_like(week)):
            known = np.isfinite(agents)
            _, place = np.unique(same, return_inverse=True)
            count = np.bincount(place[known], minlength=int(place.max()) + 1)
            sums = np.bincount(place[known], agents[known], len(count))
            usual = np.divide(sums, count, out=np.full(len(count), np.nan), where=count > 0)
            agents = np.where(known, agents, usual[place])
        return layered(self.start, self.width, agents, "logged")

    def contacts(self, seed: int = 1) -> Contacts:
        """As many contacts as came, to be played; which moment each came at is drawn.

        They come at even chances within their interval. Its handle time is parted among them as
        exponential times part a sum that is known, so that all together have an exponential law if
        the log's have: means of single intervals vary as much as that takes. None of them has
        waited or given up: the sums say nothing of that.

        Parameters
        ----------
        seed
            Where random numbers start.
        """
        random = np.random.default_rng(seed)
        row = np.repeat(np.arange(len(self.offered)), self.offered)
        into = random.random(len(row)) * self.width[row]
        order = np.lexsort((into, row))
        into, spent = into[order], random.exponential(size=len(row))
        drawn = np.bincount(row, spent, len(self.offered)) / np.maximum(self.offered, 1)
        known = (self.answered > 0) & np.isfinite(self.handle)
        mean = np.full(len(known), self.mean_handle)
        mean[known] = self.handle[known] / self.answered[known]
        n = len(row)
        return Contacts(
            time=self.start[row] + into,
            day=self.day[row],
            second=np.minimum(self.second[row] + into.astype(np.int64), DAY - 1),
            kinds=(f"{CHANNEL}/",),
            kind=np.zeros(n, np.int64),
            priority=np.zeros(n, np.int64),
            wait=np.zeros(n),
            queued=np.zeros(n, bool),
            served=np.ones(n, bool),
            abandoned=np.zeros(n, bool),
            handle=spent / drawn[row] * mean[row],
            agent=np.full(n, -1),
            caller=np.full(n, -1),
            timezone=self.timezone,
        )


def intervals_of(log: Log) -> Intervals:
    """Rows of an interval report, those of several queues put together.

    Parameters
    ----------
    log
        An open log of intervals.

    Raises
    ------
    InvalidInput
        If nothing was answered or handled in any of them.
    """
    told = ", ".join(f"{what} AS {name}" for name, what in _SUMS.items())
    query = _ROWS.format(sums=", ".join(map(_ALL.format, _SUMS)), told=told)
    rows = log.database.execute(query).fetchnumpy()
    whole = ("day", "second", "offered", "answered", "abandoned")
    columns: dict[str, Any] = {
        name: np.asarray(values, np.int64 if name in whole else np.float64)
        for name, values in rows.items()
    }
    if not log.presence_logged:  # what agents were busy with is no sign of who was there
        columns["staffed"] = np.full(len(columns["start"]), np.nan)
    found = Intervals(**columns, timezone=log.timezone)
    if not np.nansum(found.handle) > 0:
        rule = "has no interval in which contacts were answered and handled"
        raise InvalidInput("log", rule, ", ".join(log.files))
    ((queues,),) = log.database.execute("SELECT count(DISTINCT queue) FROM intervals").fetchall()
    if queues > 1 and found.presence() is not None:
        log.reading.note("agents of several queues are counted in each: learn the queues apart")
    return found


def estimated_of_sums(
    found: Intervals,
    *,
    is_holiday: Callable[[date], bool] = lambda day: False,
    draws: int = DRAWS,
) -> Estimates:
    """Estimate what sums allow: volume, mean handle time, waits, mean patience.

    Parameters
    ----------
    found
        The sums.
    is_holiday, draws
        As `sim.learn.estimate.estimated` takes them.
    """
    days = found.days
    slots = int(DAY // HOUR)
    counts = np.zeros((len(days), slots))
    np.add.at(counts, (found.day - days[0], found.second // HOUR), found.offered)
    volume = volume_of_counts(counts, float(HOUR), days, unusual(days, is_holiday))
    ahead = forecast(volume)
    figures = volume_figures(volume, ahead, draws) | ratio_figures(found.day, _sums(found), draws)
    fitted = _by_erlang_a(found, draws)
    if fitted is not None:
        figures["patience_erlang_a"] = fitted
    channel = ChannelEstimates(
        CHANNEL,
        {name: one for name, one in figures.items() if np.isfinite(one.value)},
        volume,
        ahead,
        {},
        {},
        {},
        None,
        season_figures(volume, draws),
        "intervals",
    )
    first, last = (EPOCH + timedelta(days=int(day)) for day in (days[0], days[-1]))
    return Estimates(first, last, {CHANNEL: channel}, {}, 0.0)


def _sums(found: Intervals) -> Sums:
    sums: dict[str, tuple[Floats, Ints]] = {
        "abandonment": (found.abandoned.astype(float), found.offered),
        "acceptable": (found.within, found.offered),
        "asa": (found.wait, found.answered),
        "wait": (found.wait + found.lost_wait, found.offered),
        "handle_time": (found.handle, found.answered),
        "patience": (found.wait + found.lost_wait, found.abandoned),
    }
    return {name: _where_told(*pair) for name, pair in sums.items() if np.isfinite(pair[0]).any()}


def _where_told(over: Floats, under: Ints) -> tuple[Floats, Floats]:
    """A ratio of the rows that tell what is above."""
    told = np.isfinite(over)
    return np.where(told, over, 0.0), np.where(told, under, 0.0)


def _by_erlang_a(found: Intervals, draws: int) -> Figure | None:
    """Mean patience with which Erlang A has as many give up in each hour as did.

    The greatest likelihood of Poisson counts over all hours with enough contacts and staff.
    """
    offered, gone = found.by_hour(found.offered), found.by_hour(found.abandoned)
    if not np.nansum(found.staffed) > 0 or not gone.any():
        return None
    staffed, handled = found.by_hour(found.staffed), found.by_hour(found.handle)
    answered, width = found.by_hour(found.answered), found.by_hour(found.width)
    rows = (offered >= LEAST) & (answered > 0) & (staffed > 0) & np.isfinite(handled)
    if not rows.any() or not gone[rows].any():
        return None
    first = found.hours().first
    queue = erlang.erlang_a(
        arrival_rate=(offered / np.maximum(width, 1.0))[rows, None],
        aht=(handled / np.maximum(answered, 1.0))[rows, None],
        agents=(staffed / np.maximum(width, 1.0))[rows, None],
        patience=_PATIENCE[None, :],
    )
    expected = np.maximum(np.asarray(queue.abandonment) * offered[rows, None], 1e-9)
    likelihood = gone[rows, None] * np.log(expected) - expected
    days, place = np.unique((np.flatnonzero(rows) + first) // 24, return_inverse=True)
    by_day = np.zeros((len(days), len(_PATIENCE)))
    np.add.at(by_day, place, likelihood)

    def best(weights: Floats) -> float:
        return _peak(weights @ by_day)

    low, high = bootstrap(days, best, draws=draws)
    value = best(np.ones(len(days)))
    return Figure("patience_erlang_a", value, low, high, int(gone[rows].sum()))


def _peak(likelihood: Floats) -> float:
    """Patience of the greatest likelihood, by a parabola through the best and its neighbours.

    Nan where it is beyond what is tried: no patience explains who gave up with this staff.
    """
    at = int(np.argmax(likelihood))
    if not 0 < at < len(_PATIENCE) - 1:
        return float("nan")
    before, here, after = likelihood[at - 1 : at + 2].tolist()
    bend = before - 2 * here + after
    shift = float(np.clip(0.5 * (before - after) / bend, -1, 1)) if bend < 0 else 0.0
    step = float(np.log(_PATIENCE[1] / _PATIENCE[0]))
    return float(_PATIENCE[at] * np.exp(shift * step))


def learnt_of_sums(found: Intervals, estimates: Estimates, draws: int = DRAWS) -> Learnt:
    """What a replay needs, from sums: means with exponential laws, agents as staffed.

    Parameters
    ----------
    found
        The sums.
    estimates
        What was estimated from them.
    draws
        How often days are drawn for the intervals.
    """
    contacts = found.contacts()
    people = found.presence() or assumed(contacts, at_once=False)
    figures = estimates.channels[CHANNEL].figures
    patience = next(
        (figures[name].value for name in ("patience", "patience_erlang_a") if name in figures), None
    )
    if patience is None or not np.isfinite(patience):
        curve, patience = Curve(np.zeros(0), np.zeros(0), 0.0, 0, 0), float(DAY)
    else:
        gone = int(found.abandoned.sum())
        curve = Curve(np.zeros(1), np.ones(1), 1 / patience, gone, gone)
    shares = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    handle = -np.log1p(-shares)
    handle *= found.mean_handle / handle.mean()
    none: tuple[Floats, Ints] = np.zeros(0), np.zeros(0, np.int64)
    return Learnt(
        Model({"": curve}, {"": handle}, 0.0),
        dict.fromkeys(TRIED, Rule()),
        levels_of(contacts, people),
        patience,
        found.mean_handle,
        working_hours(contacts),
        crew_figures(contacts, people, none, draws),
    )
