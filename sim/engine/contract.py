"""The contract between a workload, a crew and what became of every attempt.

Plain arrays in, plain arrays out. Time is whole ticks of one millisecond; nothing is drawn at
random; equal arrays give equal outcomes whichever engine plays them. `docs/model.md` has all that
happens to contacts and agents, the order of simultaneous events and the routing ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sim.engine.base import (
    BILLION,
    CLOCK_LIMIT,
    LAST_TICK,
    MILLION,
    MOST_AT_ONCE,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    SLOWEST_PACE,
    TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
    WORK_LIMIT,
    Codes,
    Event,
    Ids,
    Ints,
    Status,
    rule,
)
from sim.engine.staffing import Staffing
from sim.engine.workload import Workload
from sim.errors import ContractError

__all__ = [
    "BILLION",
    "CLOCK_LIMIT",
    "LAST_TICK",
    "MILLION",
    "MOST_ATTEMPTS",
    "MOST_AT_ONCE",
    "NEVER",
    "NONE",
    "SLOWEST_PACE",
    "TICKS_PER_MINUTE",
    "TICKS_PER_SECOND",
    "WORK_LIMIT",
    "Engine",
    "Event",
    "Outcome",
    "Staffing",
    "Status",
    "Workload",
    "check_pair",
]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of every attempt and every agent.

    Parameters
    ----------
    status
        A `Status` for each attempt.
    arrival
        Tick at which the attempt was made; 0 where it was not made.
    wait
        Ticks from joining the queue until it was answered or left; 0 otherwise.
    agent
        Row in the staffing that served, or `NONE`: nobody, or a machine.
    talk, wrap
        Time with the customer and work after it as they came to pass; 0 where not served [ticks].
    began
        Tick at which each stretch of work began; `NONE` for one that never did.
    busy
        Time for which each agent held at least one contact [ticks].
    left
        Tick at which each agent left: the end of the shift, later with a contact in hand.
    events
        Events played, timers of contacts already served among them.
    """

    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
    talk: Ints
    wrap: Ints
    began: Ints
    busy: Ints
    left: Ints
    events: int


class Engine(Protocol):
    """Plays one workload against one crew."""

    def __call__(self, workload: Workload, staffing: Staffing) -> Outcome:
        """Return what became of every attempt and every agent.

        Draws nothing, reads no clock, file or option: equal arrays give equal outcomes,
        whichever engine runs.
        """


def check_pair(workload: Workload, staffing: Staffing) -> None:
    """Refuse a workload or a staffing that breaks the contract, or two that do not fit.

    Raises
    ------
    ContractError
        Naming the array and the first wrong row.
    """
    workload.check()
    staffing.check()
    if workload.queues != staffing.queues:
        raise ContractError(
            f"preference: has {staffing.queues} queues, the workload {workload.queues}"
        )
    laws = len(workload.own_handle)
    rule("own", staffing.own <= laws, f"must be at most {laws}, the rows of own_handle")
