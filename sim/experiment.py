"""Replications of one option: drawn, played, counted, until the answer is precise enough.

Replication r of every option is drawn from the same streams, so that options are compared on the
same customers. Sums are taken in the order of replications: the same seed gives the same answer,
whatever the engine, the number of workers or the order in which they finish.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.compiled import mark_warm
from sim.demand import Demand, Timeline, crew, ticks
from sim.engine import ENGINES, Staffing, kernel
from sim.errors import InvalidInput
from sim.metrics import (
    MEASURES,
    Count,
    Lens,
    Presence,
    Tally,
    measure_names,
    parts,
    service_level,
    tally,
)
from sim.scenario.load import load_text
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.stats import CONFIDENCE, Estimate, RatioSums, Rows, mean_estimate

__all__ = ["AWT", "Case", "Progress", "Replications", "case", "replicate", "warm_up"]

Floats = NDArray[np.float64]

#: Acceptable waiting time of a channel without a target, by kind [s].
AWT = {"voice": 20.0, "chat": 60.0, "email": 86_400.0}

# Replications that a thread plays in one go, at most.
_PARCEL = 16


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Parameters
    ----------
    done, planned
        Replications played, and those that the precision seems to need.
    half_width
        Half-width of the service level so far, the widest of all channels with a target.
    precision
        Half-width at which to stop.
    """

    done: int
    planned: int
    half_width: float
    precision: float


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One option, ready to be played.

    Parameters
    ----------
    name
        The option.
    demand, staffing, lens
        What comes in, who serves, what is counted.
    groups
        Groups, in the order of all arrays.
    rules
        Rule of the service level by channel.
    promised
        Channels that have a target.
    """

    name: str
    demand: Demand
    staffing: Staffing
    lens: Lens
    groups: tuple[str, ...]
    rules: tuple[str, ...]
    promised: tuple[bool, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels, in the order of all arrays."""
        return self.demand.names

    @property
    def timeline(self) -> Timeline:
        """The stretch of time that is played."""
        return self.demand.timeline


def case(
    scenario: Scenario,
    name: str,
    *,
    option: Option | None = None,
    cover: Mapping[str, Sequence[float]] | None = None,
    increments: Mapping[str, float] | None = None,
) -> Case:
    """Make an option of a scenario ready to be played.

    Parameters
    ----------
    scenario
        The operation.
    name
        The option's name.
    option
        The option itself, when it is not the scenario's own of that name.
    cover
        Agents by interval of the week for groups that are staffed to target.
    increments
        Step to which a group's handle times are rounded up for the bill, by group [s].

    Raises
    ------
    InvalidInput
        If the scenario has no such option.
    """
    if option is None:
        if name not in scenario.options:
            rule = f"must be one of {', '.join(scenario.options)}"
            raise InvalidInput("option", rule, name)
        option = scenario.options[name]
    timeline = Timeline.of(scenario)
    channels = scenario.channels.values()
    waits = [c.target.awt if c.target else AWT[c.kind] for c in channels]
    graces = [
        awt if c.short_abandon is None else c.short_abandon
        for awt, c in zip(waits, channels, strict=True)
    ]
    steps = [(increments or {}).get(group, 0.0) for group in option.groups]
    lens = Lens(
        timeline.before,
        timeline.within,
        timeline.slot,
        np.array([ticks(awt) for awt in waits]),
        np.array([ticks(grace) for grace in graces]),
        np.array([max(1, ticks(step)) for step in steps]),
    )
    return Case(
        name,
        Demand.of(scenario, option),
        crew(scenario, option, cover),
        lens,
        tuple(option.groups),
        tuple(c.target.rule if c.target else "offered" for c in channels),
        tuple(c.target is not None for c in channels),
    )


class _Sums:
    """Running sums of all measures at three levels: slot, day, period."""

    def __init__(self, played: Case) -> None:
        line = played.timeline
        channels, groups = len(played.channels), len(played.groups)
        days = math.ceil(line.within / line.per_day)
        #: Places of the levels along an axis that holds all of them.
        self.levels = {
            "slot": slice(line.within),
            "day": slice(line.within, line.within + days),
            "period": slice(line.within + days, line.within + days + 1),
        }
        places = line.within + days + 1
        self.midnights = np.arange(0, line.within, line.per_day)
        self.measures = RatioSums((channels, places, len(MEASURES)))
        self.occupancy = RatioSums((groups, places))
        self.contacts = np.zeros((channels, line.within, len(Count)))
        self.presence = np.zeros((groups, line.within, len(Presence)))

    def add(self, counted: Tally) -> None:
        """Add one replication."""
        self.contacts += counted.contacts
        self.presence += counted.presence
        # Folding is linear: the parts of the measures are taken first, they are fewer.
        over, under = (self._folded(side) for side in parts(counted.contacts))
        self.measures.add(over, under)
        present = self._folded(counted.presence)
        self.occupancy.add(present[..., Presence.BUSY], present[..., Presence.LOGGED])

    def _folded(self, cells: Floats) -> Floats:
        """Append to the slots, the middle axis, their sums by day and over the period."""
        days = np.add.reduceat(cells, self.midnights, axis=1)
        return np.concatenate([cells, days, days.sum(axis=1, keepdims=True)], axis=1)


@dataclass(slots=True, eq=False)
class Replications:
    """What came out of the replications of one option.

    Parameters
    ----------
    case
        What was played.
    seed, engine
        How it was drawn and played.
    count
        Replications.
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
    """

    case: Case
    seed: int
    engine: str
    count: int
    totals: Floats
    virtual: Floats
    records: Floats
    weights: Floats
    precise: bool
    _sums: _Sums

    @property
    def record(self) -> Floats:
        """Mean over all replications of what the caller asked to keep."""
        return np.average(self.records, axis=0, weights=self.weights)

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
            The channel.

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
            return mean_estimate(seen) if seen.size else Estimate(math.nan, math.nan)
        value, width = self.profile(measure, channel, "period")
        return Estimate(float(value[0]), float(width[0]))

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

    def counts(self, channel: str) -> Floats:
        """Mean counts of a channel by slot, [slot, `Count`]."""
        return np.asarray(self._sums.contacts[self._channel(channel)] / self.count)

    def presence(self, group: str) -> Floats:
        """Mean agents' time of a group by slot [s], [slot, `Presence`]."""
        return np.asarray(self._sums.presence[self._group(group)] / self.count)

    def _channel(self, name: str) -> int:
        """Row of a channel."""
        return _found("channel", name, self.case.channels)

    def _group(self, name: str) -> int:
        """Row of a group."""
        return _found("group", name, self.case.groups)

    def _level(self, name: str) -> slice:
        """Places of a level."""
        return self._sums.levels[_LEVELS[_found("level", name, _LEVELS)]]


_LEVELS = ("slot", "day", "period")


def _found(what: str, name: str, names: Sequence[str]) -> int:
    """Place of a name among those there are."""
    if name not in names:
        raise InvalidInput(what, f"must be one of {', '.join(names)}", name)
    return names.index(name)


def replicate(
    played: Case,
    *,
    seed: int,
    replications: int,
    at_most: int | None = None,
    precision: float = 0.0,
    engine: str = "kernel",
    record: Callable[[Tally], Floats] | None = None,
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
) -> Replications:
    """Play replications of one option until its service level is precise enough.

    Parameters
    ----------
    played
        The option.
    seed
        Where the random numbers start.
    replications
        Replications before the precision is looked at.
    at_most
        Replications at which to stop in any case; `replications` when None.
    precision
        Half-width of the service level at which to stop, for every channel with a target.
    engine
        ``kernel`` or ``reference``; the outcome is the same.
    record
        What to keep of each replication; nothing when None.
    progress
        Called after each batch.
    workers
        Threads; as many as the machine has processors when None. The outcome is the same.

    Raises
    ------
    InvalidInput
        If there is no such engine, no replication is asked for, or the seed has no 64 bits.
    """
    if engine not in ENGINES:
        raise InvalidInput("engine", f"must be one of {', '.join(sorted(ENGINES))}", engine)
    if replications < 1:
        raise InvalidInput("replications", "must be at least 1", replications)
    if not 0 <= seed < 2**64:
        raise InvalidInput("seed", "must be from 0 to 2^64 - 1", seed)
    most = max(replications, at_most or replications)
    sums = _Sums(played)
    totals, virtual, records = Rows(), Rows(), Rows()
    planned = replications

    def one(number: int) -> Tally:
        workload = played.demand.workload(seed, number)
        outcome = ENGINES[engine](workload, played.staffing)
        return tally(workload, played.staffing, outcome, played.lens)

    threads = workers or os.cpu_count() or 1
    with _threads(threads) as pool:
        while True:
            for counted in _in_order(pool, threads, one, range(totals.count, planned)):
                sums.add(counted)
                totals.add(counted.contacts.sum(axis=1))
                virtual.add(counted.virtual)
                records.add(record(counted) if record else np.zeros(0))
            width = _widest(played, sums)
            following = _next_plan(totals.count, most, width, precision)
            if progress:
                progress(Progress(totals.count, following, width, precision))
            if following == totals.count:
                break
            planned = following
    return Replications(
        played,
        seed,
        engine,
        totals.count,
        totals.stacked(),
        virtual.stacked(),
        records.stacked(),
        totals.weights(),
        width <= precision,
        sums,
    )


@contextmanager
def _threads(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that start nothing more once something has gone wrong, a key pressed among it."""
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _in_order(
    pool: ThreadPoolExecutor, workers: int, one: Callable[[int], Tally], numbers: range
) -> Iterator[Tally]:
    """Run replications on all threads; yield them in order, few in memory at a time."""
    if workers == 1:  # no thread: a key pressed takes effect at once
        yield from map(one, numbers)
        return

    def several(some: range) -> list[Tally]:
        return [one(number) for number in some]

    # Small parcels keep all threads busy to the end, larger ones spare them waking each other.
    size = min(_PARCEL, math.ceil(len(numbers) / (4 * workers)))
    parcels = iter([numbers[at : at + size] for at in range(0, len(numbers), size)])
    running = deque(pool.submit(several, some) for some in islice(parcels, 2 * workers))
    while running:
        yield from running.popleft().result()
        running.extend(pool.submit(several, some) for some in islice(parcels, 1))


def _widest(played: Case, sums: _Sums) -> float:
    """Widest half-width of the service level over the channels with a target; 0 without one."""
    _, widths = sums.measures.estimates(CONFIDENCE)
    names = measure_names()
    found = [
        widths[c, -1, names.index(service_level("offered" if rule == "virtual" else rule))]
        for c, rule in enumerate(played.rules)
        if played.promised[c]
    ]
    return float(np.nanmax(found)) if found and not np.isnan(found).all() else 0.0


def _next_plan(done: int, most: int, width: float, precision: float) -> int:
    """Replications to have next: half-widths shrink with the root of their number."""
    if width <= precision or done >= most or precision <= 0:
        return done
    needed = math.ceil(done * (width / precision) ** 2) if math.isfinite(width) else 2 * done
    return min(most, max(done + 2, min(needed, 2 * done)))


_SMALL = """
name: warm-up
calendar: {start: 2026-03-02, days: 1}
channels:
  phone:
    kind: voice
    arrivals: {Mon-Sun: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}
    handle_time: 4m
    patience: 2m
groups:
  desk: {skills: [phone], staffing: {shifts: [{agents: 1, hours: always}]}}
simulation: {warm_up: 0s, wrap_up: 0s}
"""


def warm_up() -> None:
    """Compile everything that is compiled, by playing a small day once.

    The machine code is kept on disk, so that it happens once for each version; see
    `sim.compiled.is_warm`.
    """
    played = case(load_text(_SMALL), "base")
    replicate(played, seed=1, replications=1, workers=1)
    # The small day is a plain one: what plays the whole model is compiled by playing it once more.
    kernel.play_in_full(played.demand.workload(1, 0), played.staffing)
    mark_warm()
