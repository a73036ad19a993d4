"""Measuring phases in turn, and a table for each case of what came out."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.phases import Bench, Phase

# Shorter runs than this are repeated within one round [s].
SHORTEST = 0.02
NAME = 38


@dataclass(frozen=True)
class Line:
    """A phase: its processor time, the median over the rounds [s], and its ratios."""

    phase: Phase
    seconds: float
    ratios: tuple[float | None, ...]

    def __str__(self) -> str:
        per_contact = self.seconds / self.phase.contacts
        cells = (
            f"{self.phase.name:{NAME}}",
            f"{self.phase.contacts:>9,}",
            f"{per_contact * 1e9:>14,.0f}",
            f"{1 / per_contact:>13,.0f}",
            *map(shown, self.ratios),
        )
        return "  ".join(cells)


def shown(ratio: float | None) -> str:
    """A ratio in three digits; nothing where there is nothing to compare with."""
    if ratio is None:
        return f"{'':>9}"
    return f"{ratio:>9,.{0 if ratio >= 100 else 1 if ratio >= 10 else 2}f}"


def head(bench: Bench) -> str:
    """Names of the columns."""
    names = f"{'number':>9}  {'ns/contact':>14}  {'contacts/s':>13}"
    return "  ".join((f"{'phase':{NAME}}", names, *(f"{name:>9}" for name in bench.columns)))


def measure(bench: Bench, rounds: int) -> list[Line]:
    """Run every phase once a round, so that a busy machine slows all of them alike."""
    times: dict[str, list[float]] = {phase.name: [] for phase in bench.phases}
    # The first run is not counted: it may compile. A second one says how long it takes.
    repeats = [max(1, int(SHORTEST / max(warm(phase), 1e-6))) for phase in bench.phases]
    for _ in range(rounds):
        for phase, number in zip(bench.phases, repeats, strict=True):
            times[phase.name].append(clock(phase, number))
    sizes = {phase.name: phase.contacts for phase in bench.phases}

    def ratio(name: str, yardstick: str) -> float | None:
        # Taken within each round: both halves of it saw the same machine.
        if yardstick not in times:
            return None
        pairs = zip(times[yardstick], times[name], strict=True)
        return statistics.median(a / b for a, b in pairs) * sizes[name] / sizes[yardstick]

    return [
        Line(
            phase,
            statistics.median(times[phase.name]),
            tuple(ratio(phase.name, yardstick) for yardstick in bench.yardsticks(phase)),
        )
        for phase in bench.phases
    ]


def warm(phase: Phase) -> float:
    """Processor time of a run that finds all compiled [s]."""
    first = clock(phase, 1)
    return first if first > 1 else min(first, clock(phase, 1))


def clock(phase: Phase, number: int) -> float:
    """Processor time of one run, of several in a row [s]."""
    gc.collect()
    begun = time.process_time()
    for _ in range(number):
        phase.run()
    return (time.process_time() - begun) / number


def table(bench: Bench, rounds: int) -> Iterator[str]:
    """Lines of the table of a case."""
    yield f"{bench.title}\n{head(bench)}"
    yield from map(str, measure(bench, rounds))
    yield ""
