"""W1 and W2 in other packages of simulation, from end to end, as their manuals teach it.

Both are optional: `pip install ciw salabim` brings them, and what is absent is named in the title
of the case. They are slow, so each plays a part of the day or the week. Neither has agents with
shifts of their own: staff changes by the half-hour, and nobody redials. In Ciw a change of staff
lets everyone finish while the next crew is there already, so its waits in W2 are too short: only
its speed is compared.
"""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from benchmarks.drawn import Source, Story
from sim.engine.contract import TICKS_PER_SECOND

HALF_HOUR, HOUR = 1800.0, 3600.0

Counts = dict[int, list[float]]


def installed(name: str) -> Any:
    """A package if it is there."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def crew_by_slot(story: Story, slots: int) -> list[int]:
    """Agents who are present in each half-hour."""
    crew = story.staffing
    ticks = np.arange(slots) * HALF_HOUR * TICKS_PER_SECOND
    return [int(((crew.start <= tick) & (tick < crew.end)).sum()) for tick in ticks]


def hours_for(story: Story, contacts: int) -> int:
    """Hours from the beginning until so many contacts have come."""
    volume = np.cumsum(story.sources[0].hourly)
    return min(int(np.searchsorted(volume, contacts)) + 1, 24 * story.days)


def book(counts: Counts, came: float, wait: float, awt: float, served: bool) -> None:
    """Count a contact in the half-hour of its arrival."""
    row = counts.setdefault(int(came // HALF_HOUR), [0.0] * 4)
    row[0] += 1
    row[1] += served
    row[2] += served and wait <= awt
    row[3] += wait


def offered(counts: Counts) -> int:
    """Contacts that came, whenever."""
    return int(sum(row[0] for row in counts.values()))


def spread(source: Source) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of handle time."""
    variance = math.log1p(source.scv or 0.0)
    return math.log(source.work) - variance / 2, math.sqrt(variance)


# --- Ciw -----------------------------------------------------------------------------------------


def ciw(story: Story, hours: int, seed: int) -> Counts:
    """A node with reneging, and figures from its records."""
    package = installed("ciw")
    dists, source = package.dists, story.sources[0]
    package.seed(seed)
    rates = source.hourly[:hours] / HOUR
    constant = bool(np.ptp(story.staffing.start) == 0)
    if constant:
        comes: Any = dists.Exponential(float(rates[0]))
        servers: Any = len(story.staffing.start)
    else:
        ends = [HOUR * (hour + 1) for hour in range(hours)]
        comes = dists.PoissonIntervals(rates.tolist(), ends, hours * HOUR)
        slots = [HALF_HOUR * (slot + 1) for slot in range(2 * hours)]
        crew = crew_by_slot(story, 2 * hours)
        servers = package.Schedule(numbers_of_servers=crew, shift_end_dates=slots)
    network = package.create_network(
        arrival_distributions=[comes],
        service_distributions=[
            dists.Exponential(1 / source.work)
            if source.scv is None
            else dists.Lognormal(*spread(source))
        ],
        reneging_time_distributions=[dists.Exponential(1 / (source.patience or math.inf))],
        number_of_servers=[servers],
    )
    simulation = package.Simulation(network)
    simulation.simulate_until_max_time(hours * HOUR)
    counts: Counts = {}
    for record in simulation.get_all_records():
        served = record.record_type == "service"
        book(counts, record.arrival_date, record.waiting_time, source.awt, served)
    return counts


# --- salabim -------------------------------------------------------------------------------------


def salabim(story: Story, hours: int, seed: int) -> Counts:
    """A component for each contact, whose request fails after its patience."""
    package = installed("salabim")
    package.yieldless(False)
    source, rng = story.sources[0], random.Random(seed)
    env = package.Environment(time_unit="seconds", random_seed=seed, trace=False)
    crew = crew_by_slot(story, 2 * hours)
    desk = package.Resource("desk", capacity=crew[0], monitor=False)
    counts: Counts = {}
    centre, width = spread(source)

    class Call(package.Component):  # type: ignore[name-defined,misc]
        def process(self) -> Generator[Any, Any, None]:
            came = env.now()
            yield self.request(desk, fail_delay=rng.expovariate(1 / (source.patience or math.inf)))
            served = not self.failed()
            book(counts, came, env.now() - came, source.awt, served)
            if served:
                law = source.scv is None
                yield self.hold(
                    rng.expovariate(1 / source.work) if law else rng.lognormvariate(centre, width)
                )

    class Calls(package.Component):  # type: ignore[name-defined,misc]
        def process(self) -> Generator[Any, Any, None]:
            for hour, contacts in enumerate(source.hourly[:hours].tolist()):
                gap = rng.expovariate(contacts / HOUR)
                while env.now() + gap < (hour + 1) * HOUR:
                    yield self.hold(gap)
                    Call()
                    gap = rng.expovariate(contacts / HOUR)
                yield self.hold(till=(hour + 1) * HOUR)

    class Roster(package.Component):  # type: ignore[name-defined,misc]
        def process(self) -> Generator[Any, Any, None]:
            for agents in crew:
                desk.set_capacity(agents)
                yield self.hold(HALF_HOUR)

    Calls()
    Roster()
    env.run(till=hours * HOUR)
    return counts


PEERS: dict[str, tuple[Callable[[Story, int, int], Counts], int]] = {
    "ciw": (ciw, 10_000),
    "salabim": (salabim, 1_000),
}
