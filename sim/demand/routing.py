"""Who serves whom, how and when: the tables of an engine by queue, from channels and skills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.own_laws import own_rows, paces
from sim.demand.queues import Layout, Queue, Role, passed_on, unresolved
from sim.demand.timeline import Timeline, ticks
from sim.engine.contract import MILLION, NEVER, NONE, TICKS_PER_SECOND
from sim.scenario.channel import Channel
from sim.scenario.option import Option, Skill

__all__ = ["routing"]

Ints = NDArray[np.int64]

_STEP = TICKS_PER_SECOND * MILLION  # a step of priority, as ageing counts it


def routing(
    layout: Layout, option: Option, timeline: Timeline, trunks: Mapping[str, int]
) -> dict[str, Any]:
    """Tables of a `sim.engine.Staffing`, by name."""
    tables = _by_group(layout, option)
    tables |= {name: np.array(values) for name, values in _by_queue(layout).items()}
    tables["speed"] = _speed(layout, int(tables["concurrency"].max(initial=1)))
    tables |= _tempo(layout, timeline) | _lines(layout, trunks)
    return tables


def _by_group(layout: Layout, option: Option) -> dict[str, Any]:
    """Tables by queue and group."""
    shape = len(layout), len(option.groups)
    preference, priority = np.full(shape, NONE), np.full(shape, NONE)
    after, level, reserve = (np.zeros(shape, np.int64) for _ in range(3))
    concurrency = np.ones(shape, np.int64)
    for q, g, queue, channel, skill in _served(layout, option):
        preference[q, g] = skill.prefer
        priority[q, g] = _priority(queue, channel, skill)
        if queue.role is Role.DESK:
            after[q, g] = ticks(skill.after)
            level[q, g] = 0 if skill.above is None else skill.above + 1
            reserve[q, g] = skill.reserve
            concurrency[q, g] = skill.at_once or channel.most_at_once
        elif channel.callback is not None:
            reserve[q, g] = max(skill.reserve, channel.callback.reserve)
    return {
        "preference": preference,
        "priority": priority,
        "after": after,
        "level": level,
        "reserve": reserve,
        "pace": paces(layout, option),
        "own": own_rows(layout, option),
        "concurrency": concurrency,
        "escalates": passed_on(layout, option),
        "repeats": unresolved(layout, option),
    }


def _served(layout: Layout, option: Option) -> Iterator[tuple[int, int, Queue, Channel, Skill]]:
    """Queues and the groups that serve them; a machine needs none."""
    for q, queue in enumerate(layout.queues):
        for g, (name, group) in enumerate(option.groups.items()):
            if queue.role is not Role.BOT and layout.serves(queue, name):
                yield q, g, queue, layout.channels[queue.channel], group.skills[queue.channel]


def _priority(queue: Queue, channel: Channel, skill: Skill) -> int:
    """Priority of a queue within a group: what is said most closely of it."""
    if queue.client_class is not None and queue.client_class.priority is not None:
        return queue.client_class.priority
    if queue.role is not Role.DESK and channel.callback is not None:
        return channel.callback.priority or skill.priority or channel.priority
    return skill.priority or channel.priority


def _by_queue(layout: Layout) -> dict[str, list[int]]:
    """Tables by queue."""

    def each(desk: Callable[[Channel], int], neutral: int) -> list[int]:
        return [
            desk(layout.channels[queue.channel]) if queue.role is Role.DESK else neutral
            for queue in layout.queues
        ]

    channels = [layout.channels[queue.channel] for queue in layout.queues]
    changes = [channel.handle_time_changes for channel in channels]
    talks = [queue.role in (Role.DESK, Role.CALLBACK) for queue in layout.queues]
    return {
        "greeting": [
            0 if queue.role in (Role.CALLBACK, Role.UNREACHED) else ticks(channel.greeting)
            for queue, channel in zip(layout.queues, channels, strict=True)
        ],
        "ring": each(lambda c: ticks(c.ring), 0),
        "ageing": [0 if c.ageing is None else round(_STEP / ticks(c.ageing)) for c in channels],
        "budget": each(
            lambda c: NEVER if c.order == "oldest" or c.deadline is None else ticks(c.deadline),
            NEVER,
        ),
        "dismiss": each(lambda c: int(c.at_closing == "leave"), 0),
        "offer": each(lambda c: NEVER if c.callback is None else ticks(c.callback.after), NEVER),
        "warm": [
            int(t and c.escalation is not None and c.escalation.transfer == "warm")
            for t, c in zip(talks, channels, strict=True)
        ],
        "machine": [int(queue.role is Role.BOT) for queue in layout.queues],
        "pack": each(lambda c: int(c.assign == "fill"), 0),
        "drag": [
            round(1000 * c.per_minute_waited) if t and c else 0
            for t, c in zip(talks, changes, strict=True)
        ],
        "drag_most": [
            round(1000 * c.at_most) if t and c else 0 for t, c in zip(talks, changes, strict=True)
        ],
    }


def _speed(layout: Layout, most: int) -> Ints:
    """Work done with so many contacts in hand, [queue, contacts - 1], in millionths.

    Beyond the levels that are given, the last one holds.
    """
    speed = np.full((len(layout), most), MILLION)
    for q, queue in enumerate(layout.queues):
        times = layout.channels[queue.channel].by_level
        for level in range(1, most if times else 1):
            speed[q, level] = round(MILLION * times[0] / times[min(level, len(times) - 1)])
    return speed


def _tempo(layout: Layout, timeline: Timeline) -> dict[str, Any]:
    """Handle time by time of day, in thousandths, from the start of the timeline on."""
    tempo = np.full((len(layout), timeline.per_day), 1000)
    for q, queue in enumerate(layout.queues):
        changes = layout.channels[queue.channel].handle_time_changes
        if changes is not None and queue.role in (Role.DESK, Role.CALLBACK):
            tempo[q] = np.round(1000 * np.array(changes.factors(timeline.per_day)))
    if (tempo == 1000).all():
        return {}
    return {"tempo": np.roll(tempo, timeline.before, axis=1), "tempo_slot": timeline.slot}


def _lines(layout: Layout, trunks: Mapping[str, int]) -> dict[str, Any]:
    """Trunks: those of the channels, those that they share, those of bots with a limit."""
    lines = [channel.lines or NEVER for channel in layout.channels.values()]
    named = {name: len(lines) + n for n, name in enumerate(trunks)}
    lines += trunks.values()
    trunk = []
    for queue in layout.queues:
        channel = layout.channels[queue.channel]
        own = queue.number if channel.trunk is None else named[channel.trunk]
        bot = channel.bot if queue.role is Role.BOT else None
        if queue.role in (Role.CALLBACK, Role.UNREACHED):
            own, lines = len(lines), [*lines, NEVER]
        elif bot is not None and bot.sessions is not None:
            own, lines = len(lines), [*lines, bot.sessions]
        trunk.append(own)
    return {"lines": np.array(lines, np.int64), "trunk": np.array(trunk, np.int64)}
