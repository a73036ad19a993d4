"""How hard a search looks, where it stands, and what it found."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput

__all__ = ["Effort", "Found", "Progress"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    seconds
        Wall clock; the best plan so far is returned when it is over. No limit when infinite.
    sweeps
        How often each window is solved at most.
    nodes
        Work within a window, in nodes of a search; it grows from sweep to sweep.
    gap
        Share of the bound at which a plan is good enough.
    threads
        Windows solved at a time. Two of them are far enough from each other to be independent,
        so that the plan depends on this number but not on luck.
    proof
        Wall clock for the last step, a small program solved in one piece [s]; 0 leaves it out. Its
        nodes may be long ones, so they alone are no limit.

    Examples
    --------
    >>> Effort(seconds=5).sweeps
    6
    """

    seconds: float = 20.0
    sweeps: int = 6
    nodes: int = 400
    gap: float = 1e-4
    threads: int = 2
    proof: float = 60.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise InvalidInput("seconds", "must be above 0", self.seconds)
        for name in ("sweeps", "nodes"):
            if getattr(self, name) < 0:
                raise InvalidInput(name, "must be at least 0", getattr(self, name))
        for name in ("gap", "proof"):
            if not getattr(self, name) >= 0:
                raise InvalidInput(name, "must be at least 0", getattr(self, name))
        if not 1 <= self.threads <= 2:
            raise InvalidInput("threads", "must be 1 or 2", self.threads)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands.

    Parameters
    ----------
    stage
        ``bound``, ``first plan``, ``windows`` or ``proof``.
    seconds
        Since it began.
    cost, bound
        Of the best plan, and what no plan can be cheaper than [money]. The cost is infinite before
        there is a plan.
    missing
        Agent-intervals that the plan leaves short.
    """

    stage: str
    seconds: float
    cost: float
    bound: float
    missing: float

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of its cost."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


@dataclass(slots=True, eq=False)
class Found:
    """The best plan of a search.

    Parameters
    ----------
    x
        Values of the program's columns.
    cost, bound
        Of it, and of any [money]; what is missing is in them at its price.
    windows
        Small integer programs that were solved.
    seconds
        Wall clock.
    stopped
        ``proven``, ``gap``, ``sweeps``, ``seconds`` or ``interrupted``.
    reduced, prices
        Of columns and rows, in the linear program: what one more of something is worth.
    """

    x: Floats
    cost: float = math.inf
    bound: float = -math.inf
    windows: int = 0
    seconds: float = 0.0
    stopped: str = "sweeps"
    reduced: Floats = field(default_factory=lambda: np.zeros(0))
    prices: Floats = field(default_factory=lambda: np.zeros(0))
