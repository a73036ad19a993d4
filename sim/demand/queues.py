"""The queues that a scenario's channels become: agents' queues, a bot, callbacks, by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.demand.timeline import ticks
from sim.engine.contract import MILLION, NEVER
from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.flows import ClientClass
from sim.scenario.legs import routed
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.scenario.target import Target

__all__ = ["Layout", "Queue", "Role", "passed_on", "unresolved"]

Ints = NDArray[np.int64]

MOST_QUEUES = 255


class Role(IntEnum):
    """What a queue is for."""

    DESK = 0
    BOT = 1
    CALLBACK = 2
    UNREACHED = 3  # callbacks that will reach nobody: an agent's time all the same


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue.

    Parameters
    ----------
    name
        The channel's, and what tells the queue from the channel's others: ``phone.vip``.
    number, channel
        Number and name of the channel.
    role
        What it is for.
    client_class
        Whose it is; None for everybody else's.
    leg
        Group that alone serves it, its share of the channel; None for who serves the rest.
    """

    name: str
    number: int
    channel: str
    role: Role = Role.DESK
    client_class: ClientClass | None = None
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All queues of a scenario, the channels' own first and in their order.

    Parameters
    ----------
    channels
        The channels.
    queues
        The queues.
    rows
        What figures are given for: the channels, then their parts that are told apart.
    routes
        By channel, the groups that serve it and their shares of it, as `routed` has them.
    """

    channels: Mapping[str, Channel]
    queues: tuple[Queue, ...]
    rows: tuple[str, ...]
    routes: Mapping[str, Mapping[str, float | None]]

    @classmethod
    def of(cls, scenario: Scenario, option: Option) -> Layout:
        """Lay out the queues of a scenario under an option.

        Raises
        ------
        InvalidInput
            If there are more than an engine can tell apart.
        """
        channels = {name: option.met(name, one) for name, one in scenario.channels.items()}
        own = [Queue(name, n, name) for n, name in enumerate(channels)]
        routes = {name: routed(option, name) for name in channels}
        queues = (*own, *_others(channels), *_legs(own, routes))
        if len(queues) > MOST_QUEUES:
            rule = f"must become at most {MOST_QUEUES} queues, with classes, bots and callbacks"
            raise InvalidInput("channels", rule, len(queues))
        shown = [queue.name for queue in queues if queue.role is not Role.UNREACHED]
        return cls(channels, queues, tuple(shown), routes)

    def __len__(self) -> int:
        """Count the queues."""
        return len(self.queues)

    def at(self, channel: int, role: Role = Role.DESK, client_class: str = "") -> int:
        """Find a queue of a channel; of a class that the channel does not know, everybody's."""
        wanted = self.queues[channel].channel
        suffix = {Role.BOT: ".bot", Role.CALLBACK: ".callback", Role.UNREACHED: ".unreached"}
        if role is Role.DESK:
            known = client_class in self.channels[wanted].classes
            name = f"{wanted}.{client_class}" if known else wanted
        else:
            name = wanted + suffix[role]
        return next(n for n, queue in enumerate(self.queues) if queue.name == name)

    def legs(self, channel: int) -> tuple[tuple[int, float], ...]:
        """Queues of the groups that have a share of a channel, with these shares."""
        shares = self.routes[self.queues[channel].channel]
        return tuple(
            (n, shares[queue.leg] or 0.0)
            for n, queue in enumerate(self.queues)
            if queue.number == channel and queue.leg is not None
        )

    def serves(self, queue: Queue, group: str) -> bool:
        """Whether a group serves a queue: that of its share, or else the others of the channel."""
        shares = self.routes[queue.channel]
        if group not in shares:
            return False
        if queue.role is not Role.DESK:
            return True
        return queue.leg == (None if shares[group] is None else group)

    @property
    def shown(self) -> tuple[Channel, ...]:
        """The channel of each row of figures."""
        of = {queue.name: queue.channel for queue in self.queues}
        return tuple(self.channels[of[row]] for row in self.rows)

    @property
    def targets(self) -> tuple[Target | None, ...]:
        """What is promised in each row of figures."""
        own = {q.name: q.client_class.target for q in self.queues if q.client_class is not None}
        pairs = zip(self.rows, self.shown, strict=True)
        return tuple(own.get(row) or channel.target for row, channel in pairs)

    def places(self) -> dict[str, Ints]:
        """Where queues count, as a `sim.metrics.Lens` takes it; nothing where each is a channel."""
        desks = [q.role is Role.DESK and self.channels[q.channel] for q in self.queues]
        ends = [one.deadline if one and one.deadline is not None else None for one in desks]
        found = {}
        if any(end is not None for end in ends):
            found["deadline"] = np.array([NEVER if end is None else ticks(end) for end in ends])
        if len(self) > len(self.channels):
            found |= {"channel": self.channel_of, "row": self.row_of, "part": self.also_of}
        return found

    @property
    def channel_of(self) -> Ints:
        """Channel of each queue."""
        return np.array([queue.number for queue in self.queues])

    @property
    def row_of(self) -> Ints:
        """Row of figures in which a queue's contacts count; -1 for attempts that reach nobody."""
        rows = []
        for queue in self.queues:
            own = queue.number if queue.role is Role.DESK else None
            name = self.rows.index(queue.name) if queue.name in self.rows else -1
            rows.append(name if own is None else own)
        return np.array(rows)

    @property
    def also_of(self) -> Ints:
        """Second row in which a queue's contacts count: that of class or leg; -1 for none."""
        return np.array(
            [
                -1
                if queue.client_class is None and queue.leg is None
                else self.rows.index(queue.name)
                for queue in self.queues
            ]
        )


def _others(channels: Mapping[str, Channel]) -> Iterator[Queue]:
    """Queues beside the channels' own."""
    for number, (name, channel) in enumerate(channels.items()):
        for key, client_class in channel.classes.items():
            yield Queue(f"{name}.{key}", number, name, Role.DESK, client_class)
        if channel.bot is not None:
            yield Queue(f"{name}.bot", number, name, Role.BOT)
        if channel.callback is not None:
            yield Queue(f"{name}.callback", number, name, Role.CALLBACK)
            if channel.callback.answered < 1:
                yield Queue(f"{name}.unreached", number, name, Role.UNREACHED)


def _legs(
    own: Sequence[Queue], routes: Mapping[str, Mapping[str, float | None]]
) -> Iterator[Queue]:
    """Queues of groups that have a share of a channel to themselves."""
    for queue in own:
        for group, share in routes[queue.channel].items():
            if share is not None:
                yield Queue(f"{queue.name}.{group}", queue.number, queue.channel, leg=group)


def passed_on(layout: Layout, option: Option) -> Ints:
    """Share of contacts that a group passes on, [queue, group], in millionths."""

    def share(queue: Queue, group: str) -> float:
        escalation = layout.channels[queue.channel].escalation
        if escalation is None or queue.role not in (Role.DESK, Role.CALLBACK):
            return 0.0
        return option.passed_on(group, queue.channel, escalation.share)

    return _table(layout, option, share)


def unresolved(layout: Layout, option: Option) -> Ints:
    """Share of the contacts served after which people come back, [queue, group], in millionths."""

    def share(queue: Queue, group: str) -> float:
        channel = layout.channels[queue.channel]
        if queue.role is Role.UNREACHED:
            return 1.0
        if channel.repeat is None or queue.role is Role.BOT:
            return 0.0
        fcr = option.resolved(group, channel.fcr)
        return channel.returning(1.0 if fcr is None else fcr)

    return _table(layout, option, share)


def _table(layout: Layout, option: Option, share: Callable[[Queue, str], float]) -> Ints:
    """Fill in a table, [queue, group]."""
    table = np.zeros((len(layout), len(option.groups)), np.int64)
    for q, queue in enumerate(layout.queues):
        for g, name in enumerate(option.groups):
            if layout.serves(queue, name):
                table[q, g] = round(MILLION * share(queue, name))
    return table
