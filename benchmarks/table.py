"""Measuring phases in turn, and one table of what came out."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.phases import Bench, Phase

# Shorter runs than this are repeated within one round [s].
SHORTEST = 0.02


@dataclass(frozen=True)
class Line:
    """A phase and its processor time: the median over the rounds [s]."""

    phase: Phase
    seconds: float
    ratio: float

    def __str__(self) -> str:
        per_contact = self.seconds / self.phase.contacts
        cells = (
            f"{self.phase.name:24}",
            f"{self.phase.contacts:>9,}",
            f"{self.seconds * 1e3:>11,.3f}",
            f"{per_contact * 1e9:>10,.0f}",
            f"{1 / per_contact:>12,.0f}",
            f"{self.ratio:>9,.1f}",
        )
        return "  ".join(cells)


HEAD = (
    f"{'':24}  {'contacts':>9}  {'CPU ms':>11}  {'ns each':>10}  {'contacts/s':>12}  {'ratio':>9}"
)


def measure(bench: Bench, rounds: int) -> list[Line]:
    """Run every phase once a round, so that a busy machine slows all of them alike."""
    times: list[list[float]] = [[] for _ in bench.phases]
    repeats = [max(1, int(SHORTEST / max(clock(phase, 1), 1e-6))) for phase in bench.phases]
    for _ in range(rounds):
        for spent, phase, number in zip(times, bench.phases, repeats, strict=True):
            spent.append(clock(phase, number))
    medians = [statistics.median(spent) for spent in times]
    # A ratio is taken within each round: both halves of it saw the same machine.
    first = bench.phases[0].contacts
    ratios = [
        statistics.median(a / b for a, b in zip(times[0], spent, strict=True))
        * (phase.contacts / first)
        for spent, phase in zip(times, bench.phases, strict=True)
    ]
    return [Line(*row) for row in zip(bench.phases, medians, ratios, strict=True)]


def clock(phase: Phase, number: int) -> float:
    """Processor time of one run, of several in a row [s]."""
    gc.collect()
    begun = time.process_time()
    for _ in range(number):
        phase.run()
    return (time.process_time() - begun) / number


def table(benches: list[Bench], rounds: int) -> Iterator[str]:
    """Lines of the table as they are measured."""
    yield HEAD
    for bench in benches:
        yield f"\n{bench.title}"
        yield from map(str, measure(bench, rounds))
