"""W1, W2 and W3 as a user has them: scenarios, drawn, played and counted by the product.

The volumes, laws and crews are those of `workloads`, which are drawn ahead; here nothing is. A
week of W3 begins without the e-mails of the week before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks import workloads
from sim.engine import ENGINES, Staffing
from sim.engine.contract import TICKS_PER_SECOND
from sim.experiment import Case, case
from sim.metrics import Tally, tally
from sim.scenario.load import load_text

SEED = 1
#: Agents of W1 who are there for the whole day, and calls for them in an hour.
AGENTS, HOURLY = 100, 95 * 60
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REDIALS, REDIAL_AFTER = 0.3, 600.0


@dataclass(frozen=True)
class Source:
    """A channel in plain numbers: contacts an hour, mean times [s]; patience is exponential."""

    name: str
    kind: str
    hourly: NDArray[np.float64]
    work: float
    scv: float | None = None
    wrap: float = 0.0
    patience: float | None = None
    awt: float = 20.0
    redials: bool = False

    def handle_time(self) -> str:
        """The law of handle times as a scenario writes it."""
        if self.scv is None:
            return f"{self.work:.3f}s"
        return f"{{law: lognormal, mean: {self.work:.3f}s, cv: {self.scv**0.5:.9f}}}"

    def block(self) -> Iterable[str]:
        """The channel as a scenario has it."""
        yield f"  {self.name}:"
        yield f"    kind: {self.kind}"
        yield "    arrivals:"
        for day, hours in zip(DAYS, self.hourly.reshape(-1, 24), strict=False):
            yield f"      {day}: [{', '.join(f'{contacts:.6f}' for contacts in hours)}]"
        yield f"    handle_time: {self.handle_time()}"
        if self.wrap:
            yield f"    after_call_work: {self.wrap}s"
        yield f"    patience: {'never' if self.patience is None else f'{self.patience}s'}"
        yield f"    target: {{answered: 80% in {self.awt}s}}"
        if self.redials:
            again = f"probability: {REDIALS:.0%}, later: {REDIALS:.0%}, delay: {REDIAL_AFTER}s"
            yield f"    redial: {{{again}, at_most: 12}}"


@dataclass(frozen=True)
class Story:
    """A case without its draws: what comes in, and who is there."""

    sources: tuple[Source, ...]
    staffing: Staffing
    days: int = 7

    def product(self) -> Case:
        """It as a scenario of the product, with the crew in the place of what a file would say."""
        skills = ", ".join(source.name for source in self.sources)
        crew = "staffing: {shifts: [{agents: 1, hours: always}]}"
        text = [
            "name: drawn",
            f"calendar: {{start: 2026-03-02, days: {self.days}}}",
            "interval: 30m",
            "simulation: {warm_up: 0s, wrap_up: 0s}",
            "channels:",
            *(line for source in self.sources for line in source.block()),
            "groups:",
            *(f"  g{k}: {{skills: [{skills}], {crew}}}" for k in range(self.staffing.groups)),
        ]
        return replace(case(load_text("\n".join(text)), "base"), staffing=self.staffing)


def w1(size: float, crowd: float = 1.0) -> Story:
    """One day of W1; a smaller one has calls in its first hours only.

    A crowd is more calls and more agents for them.
    """
    hours, agents = max(1, round(24 * size)), max(1, round(AGENTS * crowd))
    rate = HOURLY * crowd * min(1.0, 24 * size / hours)
    hourly = np.where(np.arange(24) < hours, rate, 0.0)
    # The rest of a week is part of a scenario, though only a day is played.
    week = np.concatenate([hourly, np.zeros(6 * 24)])
    phone = Source("phone", "voice", week, work=60.0, patience=120.0)
    day = np.zeros(agents, np.int64), np.full(agents, 24 * 3600 * TICKS_PER_SECOND)
    alike = np.zeros((1, 1), np.int64)
    crew = workloads.crew(*day, np.zeros(agents, np.uint8), alike, alike)
    return Story((phone,), crew, days=1)


def w2(size: float) -> Story:
    """The week of calls with shifts and redials, drawn by either program itself."""
    hourly = workloads.weekly(70_000 * size, workloads.CALLS)
    phone = Source("phone", "voice", hourly, 240.0, 1.0, patience=180.0, redials=True)
    return Story((phone,), workloads.w2(size)[1])


def w3(size: float) -> Story:
    """The week of four channels and five groups, drawn by either program itself."""

    def weekly(volume: float, profile: NDArray[np.float64]) -> NDArray[np.float64]:
        return workloads.weekly(volume * size, profile)

    sources = (
        Source("sales", "voice", weekly(40_000, workloads.OFFICE), 300.0, 1.0, 30.0, 180.0),
        Source("support", "voice", weekly(60_000, workloads.CALLS), 240.0, 1.0, 45.0, 150.0),
        Source("chat", "chat", weekly(30_000, workloads.CHATS), 200.0, 0.5, 20.0, 300.0, 60.0),
        Source("email", "email", weekly(20_000, workloads.MAILS), 400.0, 1.0, awt=86_400.0),
    )
    return Story(sources, workloads.crew(*workloads.w3_shifts(size), *workloads.routing()))


def small_day(contacts: float) -> Story:
    """A day of one queue, with agents from eight to eight."""
    shares = workloads.OFFICE / workloads.OFFICE.sum()
    week = np.concatenate([contacts * shares, np.zeros(6 * 24)])
    phone = Source("phone", "voice", week, 240.0, 1.0, patience=180.0)
    agents = max(1, round(contacts / 12 / 15 * 1.1))
    hours = np.repeat(np.array([[8], [20]]) * 3600 * TICKS_PER_SECOND, agents, axis=1)
    alike = np.zeros((1, 1), np.int64)
    crew = workloads.crew(hours[0], hours[1], np.zeros(agents, np.uint8), alike, alike)
    return Story((phone,), crew, days=1)


STORIES = {"w1": w1, "w2": w2, "w3": w3}


def replicate(played: Case, replication: int, engine: str = "kernel") -> Tally:
    """Draw, play and count one replication."""
    workload = played.demand.workload(SEED, replication)
    outcome = ENGINES[engine](workload, played.staffing)
    return tally(workload, played.staffing, outcome, played.lens)
