"""Who can serve in one replication, and the rules of who serves whom, how and when."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.engine.base import (
    CLOCK_LIMIT,
    MILLION,
    MOST_AT_ONCE,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    SLOWEST_PACE,
    Codes,
    Ids,
    Ints,
    check_are_arrays,
    check_lengths,
    check_types,
    rule,
    within,
)
from sim.errors import ContractError

__all__ = ["Staffing"]

#: Queues, groups, and trunks, that is sets of lines that queues share: a byte tells them apart.
MOST_KINDS = 256
_STEEPEST_AGEING = 100_000_000
_FASTEST = 10 * MILLION

# What a table says when it is left out, and the bounds of its values.
_CELLS = {  # [queue, group]
    "priority": (0, -(1 << 31), 1 << 31),
    "after": (0, 0, NEVER),
    "level": (0, 0, NEVER),
    "reserve": (0, 0, NEVER),
    "pace": (1000, 0, SLOWEST_PACE),
    "concurrency": (1, 1, MOST_AT_ONCE),
    "escalates": (0, 0, MILLION),
    "repeats": (0, 0, MILLION),
    "own": (0, 0, MOST_KINDS),
}
_ROWS = {  # [queue]
    "greeting": (0, 0, CLOCK_LIMIT - 1),
    "ring": (0, 0, CLOCK_LIMIT - 1),
    "ageing": (0, 0, _STEEPEST_AGEING),
    "budget": (NEVER, 0, NEVER),
    "accepts": (0, 0, 1),
    "dismiss": (0, 0, 1),
    "keeps": (0, 0, 1),
    "offer": (NEVER, 0, NEVER),
    "warm": (0, 0, 1),
    "machine": (0, 0, 1),
    "pack": (0, 0, 1),
    "drag": (0, 0, SLOWEST_PACE),
    "drag_most": (0, 0, SLOWEST_PACE - 1000),
}
_TABLES = (*_CELLS, "preference", "speed", "tempo")

#: What only the full model has.
_MORE = ("level", "concurrency", "escalates", "repeats", "own", "trunk", "tempo", *_ROWS)


def _left_out() -> Ints:
    """A table that is left out: the neutral one takes its place."""
    return np.empty(0, np.int64)


def _nobody() -> Ids:
    """A column of links between stretches that is left out."""
    return np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Who can serve in one replication, and the rules of who serves whom, how and when.

    One row of `start`, `end`, `group` is one stretch of work of one person, in order of start.
    Tables are indexed [queue, group] or [queue]; one that is left out is neutral.

    Parameters
    ----------
    start, end
        The stretch of work, from `start` up to but not at `end` [ticks].
    group
        Group of the agent.
    preference
        Order in which a contact tries groups, least first; `NONE`: the group cannot serve it.
    priority
        Order in which an agent takes queues, least first; equal means longest wait first.
    after
        Wait before the group may take a contact of the queue [ticks].
    level
        Contacts that must wait in the queue, the one to be taken among them, for the group to
        take one; 0 and 1: no condition.
    reserve
        Agents of the group who stay idle for others: one who holds nothing takes a contact of the
        queue only while so many others hold nothing.
    pace
        Handle time of the group on this queue in thousandths of the workload's.
    concurrency
        Contacts that an agent may hold at once when one of them is of this queue; 1: exclusive.
    escalates, repeats
        Share of contacts that the group passes on, and of the others that it does not solve
        [millionths].
    own
        Whose handle times hold: 0, those of the workload's `handle` at the group's pace; k, those
        of row k - 1 of `Workload.own_handle` as they are.
    lines, trunk
        Trunk lines, [trunk], `NEVER` for no limit, and which of them a queue uses: its own when
        `trunk` is left out. A contact holds one from coming in until it hangs up.
    greeting
        Announcement before a contact joins the queue [ticks].
    ring
        From the choice of an agent to the answer [ticks].
    ageing
        What a waiting contact gains on others, in billionths of a step of priority for each tick.
    budget
        Open time until a contact's deadline, by which queues of equal priority are ordered;
        `NEVER`: by when they joined [ticks].
    accepts
        1: contacts come in outside opening hours, too, and wait; the hours measure deadlines only.
    dismiss
        1: who waits at closing time is sent away; not where `accepts` is 1.
    keeps
        1: agents take contacts of the queue in its opening hours only; who waits, waits for them.
    offer
        Wait after which a callback is offered, `NEVER` for no offer [ticks].
    warm
        1: who passes a contact on stays with it until it is answered; such a queue is exclusive.
    machine
        1: served at once by a machine, no agent needed.
    pack
        Which agent with room is taken: 0 the one who holds least, 1 who holds most.
    drag, drag_most
        Handle time gained for each minute waited, and at most [thousandths].
    speed
        Work done while the agent holds so many contacts, [queue, contacts - 1], in millionths.
    tempo, tempo_slot
        Handle time and after-call work by the time of the answer, [queue, slot], in thousandths;
        slots of `tempo_slot` ticks follow each other round and round.
    open_of, open_start, open_end
        Opening hours: those of queue q are rows `open_of[q]` to `open_of[q + 1]` [ticks]; always
        open when left out.
    follows, pause
        Row of the same person's stretch before this one, or `NONE`, and the least time between
        leaving that one and beginning this [ticks].
    """

    start: Ints
    end: Ints
    group: Codes
    preference: Ints
    priority: Ints = field(default_factory=_left_out)
    after: Ints = field(default_factory=_left_out)
    level: Ints = field(default_factory=_left_out)
    reserve: Ints = field(default_factory=_left_out)
    pace: Ints = field(default_factory=_left_out)
    concurrency: Ints = field(default_factory=_left_out)
    escalates: Ints = field(default_factory=_left_out)
    repeats: Ints = field(default_factory=_left_out)
    own: Ints = field(default_factory=_left_out)
    lines: Ints = field(default_factory=_left_out)
    trunk: Ints = field(default_factory=_left_out)
    greeting: Ints = field(default_factory=_left_out)
    ring: Ints = field(default_factory=_left_out)
    ageing: Ints = field(default_factory=_left_out)
    budget: Ints = field(default_factory=_left_out)
    accepts: Ints = field(default_factory=_left_out)
    dismiss: Ints = field(default_factory=_left_out)
    keeps: Ints = field(default_factory=_left_out)
    offer: Ints = field(default_factory=_left_out)
    warm: Ints = field(default_factory=_left_out)
    machine: Ints = field(default_factory=_left_out)
    pack: Ints = field(default_factory=_left_out)
    drag: Ints = field(default_factory=_left_out)
    drag_most: Ints = field(default_factory=_left_out)
    speed: Ints = field(default_factory=_left_out)
    tempo: Ints = field(default_factory=_left_out)
    tempo_slot: int = CLOCK_LIMIT
    open_of: Ints = field(default_factory=_left_out)
    open_start: Ints = field(default_factory=_left_out)
    open_end: Ints = field(default_factory=_left_out)
    follows: Ids = field(default_factory=_nobody)
    pause: Ints = field(default_factory=_left_out)
    #: Nothing is used but preference, priority, after, reserve, pace, lines of each queue, hours.
    is_plain: bool = field(init=False)

    def __post_init__(self) -> None:
        """Put neutral tables in the place of those that are left out."""
        check_are_arrays(self)
        if self.preference.ndim != 2:
            raise ContractError(
                f"preference: must be a table, its shape is {self.preference.shape}"
            )
        queues, groups = self.preference.shape
        neutral: dict[str, Ints] = {}
        neutral |= {name: np.full((queues, groups), row[0]) for name, row in _CELLS.items()}
        neutral |= {name: np.full(queues, row[0]) for name, row in _ROWS.items()}
        neutral |= {"lines": np.full(queues, NEVER), "trunk": np.arange(queues)}
        neutral["tempo"] = np.full((queues, 1), 1000)
        if not self.open_of.size:
            neutral["open_of"] = np.arange(queues + 1)
            neutral["open_start"] = np.zeros(queues, np.int64)
            neutral["open_end"] = np.full(queues, CLOCK_LIMIT)
        for name, table in neutral.items():
            if not getattr(self, name).size:
                object.__setattr__(self, name, table)
        plain = [np.array_equal(getattr(self, name), neutral[name]) for name in _MORE]
        object.__setattr__(self, "is_plain", all(plain) and not len(self.follows))
        if not self.speed.size:
            most = int(self.concurrency.max(initial=1))
            object.__setattr__(self, "speed", np.full((queues, most), MILLION))

    @property
    def queues(self) -> int:
        """Number of queues in the tables."""
        return int(self.preference.shape[0])

    @property
    def groups(self) -> int:
        """Number of groups in the tables."""
        return int(self.preference.shape[1])

    def check(self) -> None:
        """Refuse arrays that contradict each other."""
        check_types(self, _TABLES)
        size = len(self.start)
        if max(self.preference.shape) > MOST_KINDS:
            words = (
                f"{self.queues} queues and {self.groups} groups, at most {MOST_KINDS} of each fit"
            )
            raise ContractError(f"preference: {words}")
        if not len(self.end) == len(self.group) == size:
            raise ContractError(f"end, group: must have {size} rows like start")
        if size >= MOST_ATTEMPTS:
            raise ContractError(f"start: {size} stretches, at most {MOST_ATTEMPTS - 1} fit")
        rule("start", self.start >= 0, "must not be negative")
        rule("start", np.diff(self.start, prepend=0) >= 0, "must not decrease")
        rule("end", (self.end > self.start) & (self.end < CLOCK_LIMIT), "must follow start")
        rule("group", self.group < self.groups, "must name a group")
        self._check_follows(size)
        rule("preference", self.preference >= NONE, "must not be below NONE")
        rule("preference", self.preference < NEVER, "must be below NEVER")
        for name, (_, low, high) in (_CELLS | _ROWS).items():
            shape = self.preference.shape if name in _CELLS else (self.queues,)
            if getattr(self, name).shape != shape:
                like = "the shape of preference" if name in _CELLS else "a row for each queue"
                raise ContractError(f"{name}: must have {like}")
            within(name, getattr(self, name), low, high)
        self._check_times()
        self._check_lines()
        self._check_hours()

    def _check_follows(self, size: int) -> None:
        """A stretch follows an earlier one of the same person, and none is followed twice."""
        for name in ("follows", "pause"):
            if len(getattr(self, name)) not in (0, size):
                raise ContractError(f"{name}: must have {size} rows like start, or none")
        if len(self.pause) != len(self.follows):
            raise ContractError(f"pause: must have {len(self.follows)} rows like follows")
        rule("pause", (self.pause >= 0) & (self.pause < CLOCK_LIMIT), "must lie on the clock")
        rows = np.flatnonzero(self.follows != NONE)
        before = self.follows[rows]
        good = np.ones(len(self.follows), bool)
        good[rows] = (before >= 0) & (before < rows)
        rule("follows", good, "must name an earlier row or none")
        good[rows] = self.end[before] <= self.start[rows]
        rule("follows", good, "must name a stretch that ends before")
        good[rows] = np.bincount(before, minlength=size)[before] == 1 if size else True
        rule("follows", good, "must not follow what another follows")

    def _check_times(self) -> None:
        """Speeds and tempos have a row for each queue; where escalations are warm, one contact."""
        most = int(self.concurrency.max(initial=1))
        if self.speed.shape[0] != self.queues:
            raise ContractError("speed: must have a row for each queue")
        if self.queues and self.speed.shape[1] < most:
            raise ContractError(f"speed: must have {most} columns like the most contacts at once")
        within("speed", self.speed, 1, _FASTEST)
        rule("speed", self.speed[:, :1] == MILLION, f"must be {MILLION} with one contact")
        if self.tempo.shape[0] != self.queues:
            raise ContractError("tempo: must have a row for each queue")
        within("tempo", self.tempo, 0, SLOWEST_PACE)
        slot = np.array([1 <= self.tempo_slot <= CLOCK_LIMIT])
        rule("tempo_slot", slot, "must be at least a tick")
        alone = (self.concurrency == 1).all(axis=1) | (self.warm == 0)
        rule("warm", alone, "must be 0 where agents hold several contacts")

    def _check_lines(self) -> None:
        """Every queue has its trunk."""
        within("lines", self.lines, 0, NEVER)
        if len(self.trunk) != self.queues or len(self.open_of) != self.queues + 1:
            raise ContractError("trunk, open_of: must have a row for each queue")
        if len(self.lines) > MOST_KINDS:
            raise ContractError(f"lines: {len(self.lines)} trunks, at most {MOST_KINDS} fit")
        named = (self.trunk >= 0) & (self.trunk < len(self.lines))
        rule("trunk", named, "must name a row of lines")

    def _check_hours(self) -> None:
        """Opening hours of one queue are apart and in order, and it has a closing time or not."""
        rule("dismiss", self.dismiss + self.accepts <= 1, "must be 0 where the queue never closes")
        check_lengths(self, ("open_end",), len(self.open_start), "open_start")
        rule("open_end", self.open_end > self.open_start, "must follow open_start")
        if self.open_of[0] != 0 or self.open_of[-1] != len(self.open_start):
            raise ContractError("open_of: must cover every row of open_start")
        rule("open_of", np.diff(self.open_of, prepend=0) >= 0, "must not decrease")
        first = np.zeros(len(self.open_start) + 1, bool)
        first[self.open_of] = True  # one more than there are rows: a queue may never open
        apart = first[:-1].copy()
        apart[1:] |= self.open_start[1:] > self.open_end[:-1]
        rule("open_start", apart, "must follow the hours before it")
