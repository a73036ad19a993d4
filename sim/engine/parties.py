"""Who meets on the floor of the readable engine: contacts, agents, and the work that joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from sim.engine.clock import Moment
from sim.engine.contract import NEVER, NONE

__all__ = ["Agent", "Contact", "Way", "Work"]


class Way(Enum):
    """How an attempt comes in."""

    BY_ITSELF = auto()
    PASSED_ON = auto()  # by who served it before, with the line that it holds
    CALLED_BACK = auto()  # by us: no line, no opening hours


@dataclass(eq=False)
class Contact:
    """An attempt that is made."""

    row: int
    queue: int
    way: Way = Way.BY_ITSELF
    line: int = NONE  # the trunk of which it holds a line
    host: Work | None = None  # the work of an agent who stays with it until it is answered
    since: int = NONE  # joined the queue
    closing: int = NEVER  # end of the opening hours it came in
    order: int = NONE  # place among contacts of other queues: when it joined, or its deadline


@dataclass(eq=False)
class Work:
    """A contact in the hands of an agent: first the talk, then the work after it."""

    contact: Contact
    agent: Agent
    answered: int
    talk: int
    wrap: int
    alone: bool  # leaves no room for another
    talking: bool = True
    undone: int = 0  # of what is being done, in millionths of a tick
    since: int = 0  # when `undone` was so much


@dataclass(eq=False)
class Agent:
    """One stretch of work of one person."""

    row: int
    group: int
    end: int
    held: list[Work] = field(default_factory=list)
    place: int = NONE  # order of coming to hold what is held, among those ready for more
    busy_since: int = 0
    release: Moment | None = None
