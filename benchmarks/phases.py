"""What a case of the benchmarks is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """One thing to measure: what is run, how many contacts or queues that is, its yardsticks.

    `against` names a phase of the same case for each column of ratios, empty for none. A phase of
    a case with one column is compared with the first one unless it says otherwise.
    """

    name: str
    contacts: int
    run: Callable[[], object]
    against: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Bench:
    """Phases that are measured in turn; ratios are speeds, for each contact."""

    title: str
    phases: tuple[Phase, ...]
    columns: tuple[str, ...] = ("× first",)

    def yardsticks(self, phase: Phase) -> tuple[str, ...]:
        """The phase that it is compared with, for each column; empty for none."""
        if phase.against is None:
            return (self.phases[0].name, *("" for _ in self.columns[1:]))
        return phase.against
