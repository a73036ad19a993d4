"""Contacts of a log as columns of numbers: what estimating and replaying work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

import numpy as np

from sim.errors import InvalidInput
from sim.learn.arrays import Flags, Floats, Ints, Names
from sim.learn.log import Log

__all__ = ["DAY", "HOUR", "Contacts", "contacts_of"]


HOUR = 3600
DAY = 86_400
_EPOCH = date(1970, 1, 1)

#: Contacts that were not there to be served: no lines, or nobody knows what became of them.
_NOT_OFFERED = ("blocked", "unknown")
_SERVED = ("served", "transferred")
#: Columns that are not of contacts.
_WHOLE = ("kinds", "names", "queues", "timezone")

_ROWS = """
SELECT arrival / 1000.0 AS time, (day - DATE '1970-01-01')::BIGINT AS day,
    second::BIGINT AS second,
    channel || '/' || coalesce(type, '') AS kind, coalesce(queue, '') AS queue,
    coalesce(priority, 0)::BIGINT AS priority,
    coalesce(wait, 'nan'::DOUBLE)::DOUBLE AS wait, queued IS NOT NULL AS queued,
    outcome IN {served} AS served, outcome = 'abandoned' AS abandoned,
    coalesce(handle, 'nan'::DOUBLE)::DOUBLE AS handle,
    agent IS NULL AS unmanned, coalesce(agent, 0) AS name,
    coalesce(dense_rank() OVER (ORDER BY caller NULLS LAST), 0) AS caller,
    caller IS NULL AS unnamed
FROM contacts WHERE outcome NOT IN {out} ORDER BY arrival, id
"""


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts that were offered, in order of arrival, one row each.

    Parameters
    ----------
    time
        Arrival [s since 1970, UTC].
    day, second
        Date of arrival, counted from 1970, and second of that day, by the clock of the centre.
    kinds, kind
        Channels and types as ``channel/type``, and which of them each contact is.
    priority
        As the source has it; 0 where it says nothing.
    wait
        Seconds until it was answered or left; nan where that is not known.
    queued
        Whether it had to wait at all, as the source tells it.
    served, abandoned
        How it ended; neither, where it left the queue in another way.
    handle
        Seconds that it was handled; nan where that is not known.
    agent, caller
        Numbers of agents and callers; -1 where they are not known.
    names
        Of each number of an agent, the salted hash that stands for him in every log; empty where
        agents are not the same from one log to the next.
    queues, queue
        Queues (groups, skills) as the source calls them, and which each contact waited in; empty
        where nothing is known of them.
    timezone
        Zone of the clock of the centre.
    """

    time: Floats
    day: Ints
    second: Ints
    kinds: tuple[str, ...]
    kind: Ints
    priority: Ints
    wait: Floats
    queued: Flags
    served: Flags
    abandoned: Flags
    handle: Floats
    agent: Ints
    caller: Ints
    names: Names = field(default_factory=lambda: np.zeros(0, np.uint64))
    queues: tuple[str, ...] = ()
    queue: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    timezone: str = "UTC"

    def __len__(self) -> int:
        """Count them."""
        return len(self.time)

    @property
    def hour(self) -> Ints:
        """Hour of arrival by the clock of the centre, counted from 1970."""
        return np.asarray(self.day * 24 + self.second // HOUR)

    @property
    def first(self) -> date:
        """Date of the first."""
        return _EPOCH + timedelta(days=int(self.day.min()))

    @property
    def last(self) -> date:
        """Date of the last."""
        return _EPOCH + timedelta(days=int(self.day.max()))

    @property
    def days(self) -> Ints:
        """All dates from the first to the last, counted from 1970."""
        return np.arange(self.day.min(), self.day.max() + 1)

    @property
    def taken(self) -> Floats:
        """When each was answered or left [s since 1970, UTC]; at once, where that is not known."""
        return np.asarray(self.time + np.nan_to_num(self.wait))

    def weekday(self) -> Ints:
        """Day of the week of each, Monday is 0."""
        return np.asarray((self.day + 3) % 7)

    def only(self, chosen: Flags | Ints) -> Contacts:
        """Some of them."""
        whole = _WHOLE if len(self.queue) else (*_WHOLE, "queue")
        columns = {
            field.name: getattr(self, field.name)[chosen]
            for field in fields(self)
            if field.name not in whole
        }
        return replace(self, **columns)

    def of_channel(self, name: str) -> Flags:
        """Which are of one channel."""
        of_it = np.array([kind.split("/", 1)[0] == name for kind in self.kinds])
        return np.asarray(of_it[self.kind])

    def channel(self, name: str) -> Contacts:
        """Those of one channel."""
        return self.only(self.of_channel(name))

    def of_channels(self, names: Sequence[str]) -> Contacts:
        """Those of some channels, as if there were no others."""
        part = self.only(np.any([self.of_channel(name) for name in names], axis=0))
        there = [at for at, kind in enumerate(self.kinds) if kind.split("/", 1)[0] in names]
        kinds = tuple(self.kinds[at] for at in there)
        return replace(part, kinds=kinds, kind=np.searchsorted(there, part.kind))

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that there are."""
        return tuple(dict.fromkeys(kind.split("/", 1)[0] for kind in self.kinds))


def _by_appearance(hashes: Names) -> tuple[Ints, Names]:
    """Numbers by who was there first, so that no other salt makes another order; their hashes."""
    known, first, place = np.unique(hashes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(known), np.int64)
    number[order] = np.arange(len(known))
    return number[place], known[order]


def contacts_of(log: Log) -> Contacts:
    """Contacts of a log that were offered to agents.

    Offered are all that entered the queue or were answered at once. Left out are those that
    found no line, and those of which the log does not say how they ended.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    rows = log.database.execute(_ROWS.format(served=_SERVED, out=_NOT_OFFERED)).fetchnumpy()
    if not len(rows["time"]):
        raise InvalidInput("log", "has no contacts that were offered", ", ".join(log.files))
    names, kind = np.unique(np.asarray(rows["kind"], str), return_inverse=True)
    queues, queue = np.unique(np.asarray(rows["queue"], str), return_inverse=True)
    agent = np.where(rows["unmanned"], -1, 0)
    caller = np.where(rows["unnamed"], -1, np.asarray(rows["caller"], np.int64))
    manned = agent >= 0
    hashes = np.asarray(rows["name"], np.uint64)[manned]
    agent[manned], called = _by_appearance(hashes)
    return Contacts(
        time=np.asarray(rows["time"], np.float64),
        day=np.asarray(rows["day"], np.int64),
        second=np.asarray(rows["second"], np.int64),
        kinds=tuple(names.tolist()),
        kind=np.asarray(kind, np.int64),
        priority=np.asarray(rows["priority"], np.int64),
        wait=np.asarray(rows["wait"], np.float64),
        queued=np.asarray(rows["queued"], bool),
        served=np.asarray(rows["served"], bool),
        abandoned=np.asarray(rows["abandoned"], bool),
        handle=np.asarray(rows["handle"], np.float64),
        agent=agent,
        caller=caller,
        names=called,
        queues=tuple(queues.tolist()),
        queue=np.asarray(queue, np.int64),
        timezone=log.timezone,
    )
