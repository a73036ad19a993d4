"""How much is spent on a roster, and when it is enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Clock", "Effort", "Progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands.

    Parameters
    ----------
    stage
        What is being done: ``first``, ``improve``, ``bound``, ``dive``, ``people`` or ``days``.
    cost
        Of the best roster until now.
    bound
        What no roster can be below, as far as is known.
    seconds
        Since the start.
    lines
        Lines priced until now.
    """

    stage: str
    cost: float
    bound: float
    seconds: float
    lines: int


@dataclass(frozen=True, slots=True)
class Effort:
    """What was spent, in numbers that do not hang on the machine but for the time.

    Parameters
    ----------
    lines
        Lines priced.
    programs
        Linear and mixed-integer programs solved.
    seconds
        Time that passed.
    stopped
        ``effort`` when the work set for it was done, ``proven`` when nothing better exists,
        ``time`` or ``asked`` when it was stopped early.
    """

    lines: int
    programs: int
    seconds: float
    stopped: str


class Clock:
    """Says when to stop: by the clock, or when the caller asks.

    Parameters
    ----------
    limit
        Time that may pass [s]; None for no limit.
    tell
        Called with the progress now and then; when it answers True, the search stops.
    """

    def __init__(
        self, limit: float | None = None, tell: Callable[[Progress], object] | None = None
    ) -> None:
        self.begun = time.monotonic()
        self.limit = float("inf") if limit is None else limit
        self.tell = tell
        self.asked = False
        self.programs = 0
        self.bound = -float("inf")
        self.lines: Callable[[], int] = int

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Time that is left [s]; nothing once the caller asked to stop."""
        return 0.0 if self.asked else self.limit - self.seconds

    def share(self, part: float) -> float:
        """A part of all the time, no more than is left; without a limit there is no end to it."""
        return max(0.0, min(part * self.limit, self.left))

    def told(self, stage: str, cost: float) -> None:
        """Tell the progress; note whether the caller asks to stop."""
        if self.tell is not None:
            progress = Progress(stage, cost, self.bound, self.seconds, self.lines())
            self.asked |= self.tell(progress) is True
