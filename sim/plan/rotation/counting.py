"""Why a rotation cannot be, by counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.plan.rotation.problem import Rotating

__all__ = ["Reason", "counted"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause."""

    text: str


def counted(problem: Rotating) -> Iterator[Reason]:
    """Nothing yet."""
    yield from ()
