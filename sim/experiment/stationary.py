"""One queue at a constant rate, simulated for so long that it answers what no formula does.

Any law of the gaps between arrivals, of handle times and of patience; agents alike, first come
first served. The fate of each contact is settled in order of arrival (`sim.engine.line` says why),
block by block as it is drawn, so that a run of any length takes the same memory and 100 million
contacts take seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit, uncounted
from sim.demand.codes import Rows, coded
from sim.demand.draws import Purpose, stream_of
from sim.demand.sampling import Laws, Origin, durations, steps
from sim.errors import InvalidInput
from sim.experiment.asked import number, whole
from sim.experiment.steady import Steady, batch_means, bounded
from sim.scenario.laws import LAWS, AnyLaw, Exponential, Never
from sim.stats import Estimate

__all__ = ["StationaryQueue", "stationary_queue"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Parts of a run that are summed apart, out of which batches are made.
PARTS = 4096
_LONGEST_MEAN = 31_622_400  # of a law, as scenarios have it [s]
#: Most agents.
MOST_AGENTS = 1 << 20
_FINEST = 10_000  # ticks that a mean handle time has at least
_MANY = 1e15  # beyond, digits say nothing
_BLOCK = 1024  # contacts drawn at a time
_SHIFT, _SEAT = 20, (1 << 20) - 1
_FAR = (1 << 63) - 1
_LONGEST = float(1 << 40)  # times are cut off here, far beyond what a run reaches [ticks]
_WIDEST_GAP = 1 << 28  # mean gap between arrivals, so that a block of them fits the clock [ticks]
_SHORTEST = 10_000  # contacts
_FEWEST_TURNS = 10  # handle times that a run must last
_REBASE = 1 << 41  # the clock is set back when it has run that far [ticks]

# Not plain integers: for each of those the compiler would make a function of its own.
_GAP, _HANDLE, _PATIENCE = map(np.int64, (Purpose.ARRIVAL, Purpose.HANDLE, Purpose.PATIENCE))

# What is summed; waits, work and the length of the run in ticks.
_SUMS = (
    "offered",
    "served",
    "delayed",
    "in_time",
    "gave_up_in_time",
    "virtual_in_time",
    "wait",
    "wait_served",
    "wait_virtual",
    "work",
    "span",
)
(
    _OFFERED,
    _SERVED,
    _DELAYED,
    _IN_TIME,
    _GAVE_UP_IN_TIME,
    _VIRTUAL_IN_TIME,
    _WAIT,
    _WAIT_SERVED,
    _WAIT_VIRTUAL,
    _WORK,
    _SPAN,
) = range(len(_SUMS))


class _Clock(NamedTuple):
    """Ticks in a second, and in a gap of 1; the acceptable waiting time in ticks."""

    scale: float
    gap: float
    awt: int


@inlined
def _ticks(seconds: float, scale: float) -> int:
    """Whole ticks of a duration."""
    return int(min(seconds * scale, _LONGEST) + 0.5)


@uncounted
def _settle(
    gaps: Floats,
    handle: Floats,
    patience: Floats,
    clock: _Clock,
    now: float,
    ready: Ints,
    sums: Ints,
) -> float:
    """Settle contacts in order of arrival; return the arrival of the last one [ticks].

    `ready` is a tree: each node the least of the two below it, each leaf an agent, as the tick at
    which they are ready and the number of the leaf.
    """
    leaves = ready.size >> 1
    served, delayed, in_time, gave_up, virtual = 0, 0, 0, 0, 0
    wait, wait_served, wait_virtual, work = 0, 0, 0, 0
    begun = int(now)
    for i in range(gaps.size):
        now += min(gaps[i] * clock.gap, _LONGEST)
        tick = int(now)
        first = ready[1]
        start = max(tick, first >> _SHIFT)
        waited = start - tick
        most = _ticks(patience[i], clock.scale)
        delayed += waited > 0
        virtual += waited <= clock.awt
        wait_virtual += waited
        wait += min(waited, most)
        if waited > most:
            gave_up += most <= clock.awt
            continue
        taken = _ticks(handle[i], clock.scale)
        served += 1
        in_time += waited <= clock.awt
        wait_served += waited
        work += taken
        key = ((start + taken) << _SHIFT) | (first & _SEAT)
        node = leaves + (first & _SEAT)
        ready[node] = key
        while node > 1:
            key = min(key, ready[node ^ 1])
            node >>= 1
            ready[node] = key
    sums[_OFFERED] += gaps.size
    sums[_SERVED] += served
    sums[_DELAYED] += delayed
    sums[_IN_TIME] += in_time
    sums[_GAVE_UP_IN_TIME] += gave_up
    sums[_VIRTUAL_IN_TIME] += virtual
    sums[_WAIT] += wait
    sums[_WAIT_SERVED] += wait_served
    sums[_WAIT_VIRTUAL] += wait_virtual
    sums[_WORK] += work
    sums[_SPAN] += int(now) - begun
    return now


@uncounted
def _set_back(ready: Ints, now: int) -> None:
    """Set the clock back to 0 at `now`; who has long been ready is ready at 0."""
    leaves = ready.size >> 1
    for node in range(leaves, ready.size):
        if ready[node] < _FAR:
            ready[node] = (max((ready[node] >> _SHIFT) - now, 0) << _SHIFT) | (node - leaves)
    for node in range(leaves - 1, 0, -1):
        ready[node] = min(ready[2 * node], ready[2 * node + 1])


@jit
def _run(
    origin: Origin,
    laws: Laws,
    clock: _Clock,
    first: int,
    last: int,
    now: float,
    ready: Ints,
    sums: Ints,
) -> float:
    """Draw and settle contacts from number `first` to `last`; return when the last one came."""
    for low in range(first, last, _BLOCK):
        counters = steps(low, 1, min(_BLOCK, last - low))
        gaps = durations(origin, laws, 0, _GAP, counters)
        handle = durations(origin, laws, 0, _HANDLE, counters)
        patience = durations(origin, laws, 0, _PATIENCE, counters)
        now = _settle(gaps, handle, patience, clock, now, ready, sums)
        if now > _REBASE:
            _set_back(ready, int(now))
            now -= int(now)
    return now


# --- measures --------------------------------------------------------------------------------


def _measures(s: Mapping[str, Floats], agents: int) -> dict[str, tuple[Floats, Floats]]:
    """Numerator and denominator of each measure, by part of the run."""
    gave_up = s["offered"] - s["served"]
    return {
        "wait_probability": (s["delayed"], s["offered"]),
        "abandonment": (gave_up, s["offered"]),
        "mean_wait": (s["wait"], s["offered"]),
        "asa": (s["wait_served"], s["served"]),
        "mean_wait_abandoned": (s["wait"] - s["wait_served"], gave_up),
        "mean_wait_delayed": (s["wait"], s["delayed"]),
        "mean_wait_virtual": (s["wait_virtual"], s["offered"]),
        "mean_queue": (s["wait"], s["span"]),
        "occupancy": (s["work"], agents * s["span"]),
        "service_level_virtual": (s["virtual_in_time"], s["offered"]),
        "service_level_offered": (s["in_time"], s["offered"]),
        "service_level_answered": (s["in_time"], s["served"]),
        "service_level_excluding_short_abandons": (
            s["in_time"],
            s["offered"] - s["gave_up_in_time"],
        ),
        "service_level_including_short_abandons": (
            s["in_time"] + s["gave_up_in_time"],
            s["offered"],
        ),
    }


@dataclass(frozen=True, slots=True, eq=False)
class StationaryQueue:
    """What one queue gives in the long run, each figure with its interval.

    Parameters
    ----------
    contacts, duration
        How long the run was [contacts, s].
    steady
        Each measure with the batches that its interval comes from. Names are those of
        `sim.erlang.QueueMeasures`; times in s. Not a number where nobody was seen.
    """

    contacts: int
    duration: float
    steady: Mapping[str, Steady]

    def __getitem__(self, measure: str) -> Estimate:
        """A measure by name.

        Raises
        ------
        InvalidInput
            If there is no such measure.
        """
        if measure not in self.steady:
            raise InvalidInput("measure", f"must be one of {', '.join(self.steady)}", measure)
        return self.steady[measure].estimate


def stationary_queue(
    *,
    arrival_rate: float,
    handle_time: AnyLaw | float,
    agents: int,
    patience: AnyLaw | float = math.inf,
    awt: float = 20.0,
    variation: AnyLaw | None = None,
    contacts: int = 1_000_000,
    seed: int = 1,
) -> StationaryQueue:
    """Simulate one queue in the long run.

    Parameters
    ----------
    arrival_rate
        Contacts that come in [1/s].
    handle_time, patience
        Laws, or the mean of an exponential one [s].
    agents
        How many, at least 1.
    awt
        Acceptable waiting time of the service levels [s].
    variation
        Law of the gaps between arrivals, of which only the shape counts; exponential (Poisson
        arrivals) when left out.
    contacts
        Length of the run, the beginning that is put aside included.
    seed
        Where the random numbers start.

    Raises
    ------
    InvalidInput
        If an argument is out of its domain, or nobody gives up and the agents cannot do the work:
        such a queue has no long run.

    Examples
    --------
    R1, whose abandonment is 0.083414 and whose occupancy 0.83326:

    >>> queue = stationary_queue(arrival_rate=100 / 1800, handle_time=180.0, agents=11,
    ...                          patience=180.0)
    >>> abs(queue["abandonment"].value - 0.083414) < queue["abandonment"].half_width
    True
    >>> abs(queue["occupancy"].value - 0.83326) < queue["occupancy"].half_width
    True
    """
    handling, waiting = _law("handle_time", handle_time), _law("patience", patience)
    arrival_rate, awt = number("arrival_rate", arrival_rate), number("awt", awt)
    _check(arrival_rate, awt)
    agents = whole("agents", agents, 1, MOST_AGENTS)
    contacts = whole("contacts", contacts, _SHORTEST, 1 << 40)
    seed = whole("seed", seed, 0, (1 << 63) - 1)
    mean = handling.mean
    if not 0 < mean < math.inf:
        raise InvalidInput("handle_time", "must take time on average, and end", mean)
    if math.isinf(waiting.mean) and arrival_rate * mean >= agents:
        raise InvalidInput(
            "agents", f"must be above the load of {arrival_rate * mean:g} erlangs", agents,
            "give a patience, or more agents",
        )  # fmt: skip
    gap = _law("variation", 1.0 if variation is None else variation)
    if variation is not None and not isinstance(variation, LAWS):
        raise InvalidInput("variation", "must be a law", variation)
    if not 0 < gap.mean < math.inf:
        raise InvalidInput("variation", "must take time on average, and end", gap.mean)
    scale = 10.0 ** max(3, math.ceil(math.log10(_FINEST / mean)))
    if scale / arrival_rate > _WIDEST_GAP:
        widest = _WIDEST_GAP / scale
        often = f"{widest:,.0f}" if widest >= 1 else f"{widest:.2g}"
        rule = f"must bring a contact every {often} s at least where one takes {mean:g} s"
        raise InvalidInput("arrival_rate", rule, arrival_rate)
    if contacts / arrival_rate < _FEWEST_TURNS * mean:
        least = _FEWEST_TURNS * mean * arrival_rate
        told = f"{math.ceil(least):,}" if least < _MANY else f"{least:.3g}"
        rule = f"must be at least {told}, to last for {_FEWEST_TURNS} handle times"
        raise InvalidInput("contacts", rule, contacts)
    clock = _Clock(scale, scale / (arrival_rate * gap.mean), int(min(awt * scale, _LONGEST)))
    sums = _played(_coded(gap, handling, waiting), agents, clock, contacts, seed)
    named = dict(zip(_SUMS, sums.T.astype(np.float64), strict=True))
    for name in ("wait", "wait_served", "wait_virtual", "work", "span"):
        named[name] /= scale
    parts = _measures(named, agents)
    steady = {
        name: bounded(
            batch_means(over, under), share=not name.startswith("mean_") and name != "asa"
        )
        for name, (over, under) in parts.items()
    }
    return StationaryQueue(contacts, float(named["span"].sum()), MappingProxyType(steady))


def _played(laws: Laws, agents: int, clock: _Clock, contacts: int, seed: int) -> Ints:
    """Play the run; return its sums by part."""
    origin = Origin(np.uint64(seed), np.uint64(0), np.array([stream_of("queue")], np.uint64))
    leaves = 1 << (agents - 1).bit_length()
    ready = np.full(2 * leaves, _FAR)
    ready[leaves : leaves + agents] = np.arange(agents)
    _set_back(ready, 0)
    parts = min(PARTS, contacts // 64)
    edges = np.linspace(0, contacts, parts + 1).astype(np.int64)
    sums = np.zeros((parts, len(_SUMS)), np.int64)
    now = 0.0
    for part, (first, last) in enumerate(pairwise(edges)):
        with np.errstate(over="ignore"):  # 64-bit scrambling wraps around, as it should
            now = _run(origin, laws, clock, int(first), int(last), now, ready, sums[part])
    return sums


def _law(name: str, given: AnyLaw | float) -> AnyLaw:
    """Take a number for the mean of an exponential law, an infinite one for never."""
    if isinstance(given, LAWS):
        return cast(AnyLaw, given)
    mean = number(name, given, "law or a number")
    if not mean > 0:
        raise InvalidInput(name, "must be above 0", given)
    if not (mean <= _LONGEST_MEAN or math.isinf(mean)):
        raise InvalidInput(name, f"must be at most {_LONGEST_MEAN:,} s", given)
    return Never() if math.isinf(mean) else Exponential(mean=mean)


def _check(arrival_rate: float, awt: float) -> None:
    """Refuse what is no queue."""
    if not 0 < arrival_rate < math.inf:
        raise InvalidInput("arrival_rate", "must be above 0 and finite", arrival_rate)
    if not 0 <= awt < math.inf:
        raise InvalidInput("awt", "must be at least 0 and finite", awt)


def _coded(gap: AnyLaw, handle: AnyLaw, patience: AnyLaw) -> Laws:
    """Code the laws by what they are for."""
    rows: Rows = [(0.0, 0.0)]
    law = np.zeros((1, len(Purpose) + 1), np.int64)
    parameters = np.zeros((*law.shape, 2))
    for purpose, one in ((_GAP, gap), (_HANDLE, handle), (_PATIENCE, patience)):
        law[0, purpose], *parameters[0, purpose] = coded(one, rows)
    return Laws(law, parameters, np.array(rows))
