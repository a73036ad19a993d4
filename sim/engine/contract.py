"""The contract between a workload, a crew and what became of every attempt.

Plain arrays in, plain arrays out. Time is whole ticks of one millisecond; nothing is drawn at
random; equal arrays give equal outcomes whichever engine plays them. `docs/design.md` has the
order of simultaneous events and the routing ties that both engines keep.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.errors import ContractError

__all__ = [
    "CLOCK_LIMIT",
    "MOST_ATTEMPTS",
    "NEVER",
    "NONE",
    "SLOWEST_PACE",
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

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]

TICKS_PER_SECOND = 1000
#: Patience without end, and "no limit" for lines.
NEVER = 1 << 62
#: "No such attempt", "no such agent", "this group cannot serve this channel".
NONE = -1
#: The clock runs below this tick (198 days); a timer that would ring later never rings.
CLOCK_LIMIT = 1 << 34
#: One conversation or its after-call work is shorter than this (49 days).
WORK_LIMIT = 1 << 32
#: A group is at most ten times slower than the workload says.
SLOWEST_PACE = 10_000
#: Attempts in one workload, so that time, kind and attempt pack into one 64-bit key.
MOST_ATTEMPTS = 1 << 26


class Event(IntEnum):
    """Kinds of event in the order in which they happen within one tick."""

    RELEASE = 0
    SHIFT_START = 1
    SHIFT_END = 2
    OVERFLOW = 3
    HANGUP = 4
    PATIENCE = 5
    ARRIVAL = 6


class Status(IntEnum):
    """What became of an attempt."""

    NOT_MADE = 0
    SERVED = 1
    ABANDONED = 2
    BLOCKED = 3
    CLOSED = 4
    WAITING = 5


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Everything customers do in one replication, decided before it is played.

    Attempts are rows. The first `fresh` rows are first attempts in order of arrival; the rest are
    later attempts, each made only if the one before it fails and links to it.

    Parameters
    ----------
    channels
        Number of channels.
    fresh
        Number of first attempts.
    due
        Arrival of a first attempt; for a later one the delay after the attempt before it [ticks].
    channel
        The way in.
    handle, acw
        Handle time with the customer, and work after it, for a group at pace 1000 [ticks].
    patience
        Longest wait before abandoning, `NEVER` for no end [ticks].
    after_abandon, after_busy
        Attempt that follows when this one is abandoned or finds all lines busy, or `NONE`.

    Raises
    ------
    ContractError
        From `check`, naming the array and the first wrong row.
    """

    channels: int
    fresh: int
    due: Ints
    channel: Codes
    handle: Ints
    acw: Ints
    patience: Ints
    after_abandon: Ids
    after_busy: Ids

    def __len__(self) -> int:
        """Count the attempts that could be made."""
        return len(self.due)

    def check(self) -> None:
        """Refuse arrays that contradict each other."""
        size = len(self.due)
        _types(self)
        _lengths(self, size, skip=("channels", "fresh"))
        _rule("fresh", np.array([0 <= self.fresh <= size]), "must lie within the attempts")
        if size >= MOST_ATTEMPTS:
            raise ContractError(f"due: {size} attempts, at most {MOST_ATTEMPTS - 1} fit")
        first = self.due[: self.fresh]
        _rule("due", (self.due >= 0) & (self.due < CLOCK_LIMIT), "must lie on the clock")
        _rule("due", np.diff(first, prepend=0) >= 0, "must not decrease among first attempts")
        _rule("channel", self.channel < self.channels, "must name a channel")
        for name in ("handle", "acw"):
            values = getattr(self, name)
            _rule(name, (values >= 0) & (values < WORK_LIMIT), "must be below 49 days")
        on_clock = (self.patience >= 0) & (self.patience < CLOCK_LIMIT)
        _rule("patience", on_clock | (self.patience == NEVER), "must lie on the clock or be NEVER")
        self._check_links(size)

    def _check_links(self, size: int) -> None:
        """A later attempt follows exactly one earlier attempt, whichever way that one fails."""
        row = np.arange(size)
        for name in ("after_abandon", "after_busy"):
            link = getattr(self, name)
            ahead = (link > row) & (link >= self.fresh) & (link < size)
            _rule(name, ahead | (link == NONE), "must name a later attempt or none")
        both = (self.after_busy != NONE) & (self.after_busy != self.after_abandon)
        used = np.concatenate([self.after_abandon, self.after_busy[both]])
        used = used[used != NONE]
        twice = np.bincount(used, minlength=size) > 1 if size else np.zeros(0, bool)
        _rule("after_abandon", ~twice, "must not be followed up by two attempts")


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Who can serve in one replication, and the rules of who serves whom.

    One row of `start`, `end`, `group` is one stretch of work of one agent, in order of start.
    Tables are indexed [channel, group].

    Parameters
    ----------
    start, end
        The stretch of work, from `start` up to but not at `end` [ticks].
    group
        Group of the agent.
    preference
        Order in which a contact tries groups, least first; `NONE`: the group cannot serve it.
    priority
        Order in which an agent takes channels, least first; equal means longest wait first.
    after
        Wait before the group may take a contact of the channel [ticks].
    reserve
        Agents of the group that stay idle for others: it takes a contact of the channel only
        while more than these are idle.
    pace
        Handle time of the group on this channel in thousandths of the workload's.
    lines
        Trunk lines by channel: waiting and talking contacts hold one; `NEVER` for no limit.
    open_of, open_start, open_end
        Opening hours: those of channel c are rows `open_of[c]` to `open_of[c + 1]` [ticks].
    """

    start: Ints
    end: Ints
    group: Codes
    preference: Ints
    priority: Ints
    after: Ints
    reserve: Ints
    pace: Ints
    lines: Ints
    open_of: Ints
    open_start: Ints
    open_end: Ints

    @property
    def channels(self) -> int:
        """Number of channels in the tables."""
        return int(self.preference.shape[0])

    @property
    def groups(self) -> int:
        """Number of groups in the tables."""
        return int(self.preference.shape[1])

    def check(self) -> None:
        """Refuse arrays that contradict each other."""
        size = len(self.start)
        _types(self)
        if not len(self.end) == len(self.group) == size:
            raise ContractError(f"end, group: must have {size} rows like start")
        _rule("start", self.start >= 0, "must not be negative")
        _rule("start", np.diff(self.start, prepend=0) >= 0, "must not decrease")
        _rule("end", (self.end > self.start) & (self.end < CLOCK_LIMIT), "must follow start")
        _rule("group", self.group < self.groups, "must name a group")
        for name in ("priority", "after", "reserve", "pace"):
            if getattr(self, name).shape != self.preference.shape:
                raise ContractError(f"{name}: must have the shape of preference")
        _rule("preference", (self.preference >= NONE).all(axis=1), "must not be below NONE")
        for name in ("preference", "priority"):
            _rule(name, (getattr(self, name) < NEVER).all(axis=1), "must be below NEVER")
        for name in ("after", "reserve"):
            _rule(name, (getattr(self, name) >= 0).all(axis=1), "must not be negative")
        slow = (self.pace < 0) | (self.pace > SLOWEST_PACE)
        _rule("pace", ~slow.any(axis=1), f"must lie between 0 and {SLOWEST_PACE}")
        _rule("lines", self.lines >= 0, "must not be negative")
        if len(self.lines) != self.channels or len(self.open_of) != self.channels + 1:
            raise ContractError("lines, open_of: must have a row for each channel")
        self._check_hours()

    def _check_hours(self) -> None:
        """Opening hours of one channel are apart and in order."""
        _rule("open_end", self.open_end > self.open_start, "must follow open_start")
        if self.open_of[0] != 0 or self.open_of[-1] != len(self.open_start):
            raise ContractError("open_of: must cover every row of open_start")
        _rule("open_of", np.diff(self.open_of, prepend=0) >= 0, "must not decrease")
        apart = np.ones(len(self.open_start), bool)
        for low, high in zip(self.open_of[:-1], self.open_of[1:], strict=True):
            apart[low + 1 : high] = self.open_start[low + 1 : high] > self.open_end[low : high - 1]
        _rule("open_start", apart, "must follow the hours before it")


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
        Ticks in queue until served or abandoned; 0 otherwise.
    agent
        Row in the staffing that served, or `NONE`.
    busy
        Handling and after-call work of each agent [ticks].
    left
        Tick at which each agent left: the end of the shift, later with a contact in hand.
    events
        Events played, timers of contacts already served among them.
    """

    status: Codes
    arrival: Ints
    wait: Ints
    agent: Ids
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
    if workload.channels != staffing.channels:
        raise ContractError(
            f"preference: has {staffing.channels} channels, the workload {workload.channels}"
        )


def _rule(name: str, holds: NDArray[np.bool_] | np.bool_, rule: str) -> None:
    """Refuse the first row that breaks a rule."""
    if not holds.all():
        raise ContractError(f"{name}[{int(np.argmin(holds))}]: {rule}")


_TYPES = {"Ints": np.int64, "Ids": np.int32, "Codes": np.uint8}


def _types(arrays: Any) -> None:
    """Refuse columns of another type or layout: a kernel would be compiled anew for them."""
    for field in fields(arrays):
        kind, values = _TYPES.get(str(field.type)), getattr(arrays, field.name)
        if kind and (values.dtype != kind or not values.flags.c_contiguous):
            raise ContractError(f"{field.name}: must be a contiguous array of {kind.__name__}")


def _lengths(arrays: Any, size: int, skip: tuple[str, ...]) -> None:
    """Refuse columns of different length."""
    for field in fields(arrays):
        if field.name not in skip and len(getattr(arrays, field.name)) != size:
            raise ContractError(f"{field.name}: must have {size} rows like due")
