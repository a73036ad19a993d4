"""What a case of the benchmarks is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """One thing to measure: what is run, and how many contacts, or queues, that is."""

    name: str
    contacts: int
    run: Callable[[], object]


@dataclass(frozen=True)
class Bench:
    """Phases that are measured in turn; ratios are to the first of them, for each contact."""

    title: str
    phases: tuple[Phase, ...]
