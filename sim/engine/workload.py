"""What customers do in one replication, decided before it is played."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.engine.base import (
    CLOCK_LIMIT,
    MILLION,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    WORK_LIMIT,
    Codes,
    Flags,
    Ids,
    Ints,
    check_lengths,
    check_types,
    rule,
    within,
)
from sim.errors import ContractError

__all__ = ["Workload"]

#: Links to the attempt that follows; a column without rows links nobody.
_LINKS = ("after_abandon", "after_busy", "escalation", "repeat", "callback")
_MARKS = {"escalation": "escalation_mark", "repeat": "repeat_mark"}


def _nobody() -> Ids:
    """A column of links or marks that is left out."""
    return np.empty(0, np.int32)


def _nothing() -> Ints:
    """A column of durations that is left out."""
    return np.empty(0, np.int64)


def _none_own() -> Ints:
    """Handle times of groups with a law of their own, where there are none."""
    return np.empty((0, 0), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Everything customers do in one replication, decided before it is played.

    Attempts are rows. The first `fresh` rows are first attempts in order of arrival; each of the
    rest is made only if the attempt that links to it ends in the way of that link. Columns of
    links, and what goes with them, may be left out: nobody does that.

    Parameters
    ----------
    queues
        Number of queues.
    fresh
        Number of first attempts.
    due
        Arrival of a first attempt; of a later one the delay after what leads to it [ticks].
    queue
        The queue that it comes in to.
    handle, acw
        Handle time with the customer, and work after it, for a group at pace 1000 [ticks].
    patience
        Longest wait before abandoning, `NEVER` for no end [ticks].
    after_abandon, after_busy
        Attempt that follows when this one is abandoned or dismissed, or finds all lines busy, or
        `NONE`; both may name the same.
    escalation, escalation_mark
        Attempt that follows when whoever serves passes the contact on, and a number below a
        million: it is passed on if that is below `Staffing.escalates` of who serves.
    repeat, repeat_mark
        Attempt that follows when the contact was served, not passed on and not solved: if the
        mark is below `Staffing.repeats` of who serves.
    callback
        Attempt that is made in place of this one if its customer is offered to be called back, or
        `NONE` for who would decline.
    own_handle
        Handle times of groups with a law of their own, [law, attempt]; no rows where there are
        none [ticks].
    conference
        For an attempt that a warm escalation leads to: how long both agents talk together at its
        beginning [ticks].

    Raises
    ------
    ContractError
        From `check`, naming the array and the first wrong row.
    """

    queues: int
    fresh: int
    due: Ints
    queue: Codes
    handle: Ints
    acw: Ints
    patience: Ints
    after_abandon: Ids = field(default_factory=_nobody)
    after_busy: Ids = field(default_factory=_nobody)
    escalation: Ids = field(default_factory=_nobody)
    escalation_mark: Ids = field(default_factory=_nobody)
    repeat: Ids = field(default_factory=_nobody)
    repeat_mark: Ids = field(default_factory=_nobody)
    callback: Ids = field(default_factory=_nobody)
    conference: Ints = field(default_factory=_nothing)
    own_handle: Ints = field(default_factory=_none_own)

    def __len__(self) -> int:
        """Count the attempts that could be made."""
        return len(self.due)

    def check(self) -> None:
        """Refuse arrays that contradict each other."""
        check_types(self, ("own_handle",))
        size = len(self.due)
        check_lengths(self, ("queue", "handle", "acw", "patience"), size, "due")
        for name in (*_LINKS, "conference"):
            if len(getattr(self, name)) not in (0, size):
                raise ContractError(f"{name}: must have {size} rows like due, or none")
        if len(self.own_handle) and self.own_handle.shape[1] != size:
            raise ContractError(f"own_handle: must have {size} columns like due, or no rows")
        rule("fresh", np.array([0 <= self.fresh <= size]), "must lie within the attempts")
        if size >= MOST_ATTEMPTS:
            raise ContractError(f"due: {size} attempts, at most {MOST_ATTEMPTS - 1} fit")
        first = self.due[: self.fresh]
        rule("due", (self.due >= 0) & (self.due < CLOCK_LIMIT), "must lie on the clock")
        rule("due", np.diff(first, prepend=0) >= 0, "must not decrease among first attempts")
        rule("queue", self.queue < self.queues, "must name a queue")
        for name in ("handle", "acw", "conference", "own_handle"):
            values = getattr(self, name)
            rule(name, (values >= 0) & (values < WORK_LIMIT), "must be below 49 days")
        on_clock = (self.patience >= 0) & (self.patience < CLOCK_LIMIT)
        rule("patience", on_clock | (self.patience == NEVER), "must lie on the clock or be NEVER")
        self._check_links(size)

    def _check_links(self, size: int) -> None:
        """A later attempt follows exactly one earlier attempt, in one way or when it fails."""
        row = np.arange(size)
        leads = np.zeros(size, np.int64)
        for name in _LINKS:
            link = getattr(self, name)
            if not len(link):
                continue
            ahead = (link > row) & (link >= self.fresh) & (link < size)
            rule(name, ahead | (link == NONE), "must name a later attempt or none")
            used = link[(link != NONE) & self._is_new(name)]
            twice = np.bincount(used, minlength=size) + leads
            rule("after_abandon" if name == "after_busy" else name, twice <= 1, _TWICE)
            leads = twice
        for name, mark in _MARKS.items():
            check_lengths(self, (mark,), len(getattr(self, name)), name)
            within(mark, getattr(self, mark), 0, MILLION - 1)

    def _is_new(self, name: str) -> Flags:
        """Tell links from those that only repeat `after_abandon`."""
        if name == "after_busy" and len(self.after_abandon):
            return np.asarray(self.after_busy != self.after_abandon)
        return np.ones(len(self), bool)


_TWICE = "must not be followed up by two attempts"
