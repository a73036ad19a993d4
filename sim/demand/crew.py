"""From a scenario's option to its crew: who is there when, and who serves whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.queues import Layout, Queue, Role
from sim.demand.routing import routing
from sim.demand.timeline import DAY, WEEK, Timeline, ticks
from sim.engine.contract import NONE, TICKS_PER_SECOND, Staffing
from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.hours import OpenHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Intervals, Option, Shift, Shifts

__all__ = ["crew", "opening_hours", "stretches"]

Stretch = tuple[int, int]
Part = tuple[int, int, int]  # of a shift: from, to, least pause before it
Cover = Mapping[str, Sequence[float]]


def crew(scenario: Scenario, option: Option, cover: Cover | None = None) -> Staffing:
    """Lay out an option's staffing along the timeline.

    Where somebody may be absent, work that goes on is cut into the turns for which that is drawn:
    one touches and follows the other without a pause, and `Absences` joins those that are worked.

    Parameters
    ----------
    scenario, option
        The operation and the way to source it.
    cover
        Agents in each interval of the week for every group that is staffed to target.

    Raises
    ------
    InvalidInput
        If a group is staffed to target and its cover is not given.
    """
    timeline = Timeline.of(scenario)
    people = [
        (number, person)
        for number, (name, group) in enumerate(option.groups.items())
        for person in _presence(timeline, name, group, cover or {})
    ]
    rows = sorted(
        (start, number, end, who, part)
        for who, (number, person) in enumerate(people)
        for part, (start, end, _) in enumerate(person)
    )
    layout = Layout.of(scenario, option)
    hours = [_hours(timeline, option, queue, scenario.channels) for queue in layout.queues]
    spans = [span for channel in hours for span in channel]
    accepts = [_accepts(option, queue, scenario.channels) for queue in layout.queues]
    return Staffing(
        start=np.array([row[0] for row in rows], np.int64),
        end=np.array([row[2] for row in rows], np.int64),
        group=np.array([row[1] for row in rows], np.uint8),
        **_breaks(rows, [person for _, person in people]),
        open_of=np.cumsum([0, *map(len, hours)]).astype(np.int64),
        open_start=np.array([start for start, _ in spans], np.int64),
        open_end=np.array([end for _, end in spans], np.int64),
        accepts=np.array(accepts, np.int64),
        keeps=np.array([_keeps(queue, scenario.channels) for queue in layout.queues], np.int64),
        **routing(layout, option, timeline, scenario.trunks),
    )


def _breaks(
    rows: Sequence[tuple[int, int, int, int, int]], people: Sequence[Sequence[Part]]
) -> dict[str, Any]:
    """Who goes on after which stretch, and after how long a break; nothing without breaks."""
    if all(len(person) == 1 for person in people):
        return {}
    place = {(who, part): row for row, (_, _, _, who, part) in enumerate(rows)}
    follows = [place[who, part - 1] if part else NONE for _, _, _, who, part in rows]
    pause = [people[who][part][2] for _, _, _, who, part in rows]
    return {"follows": np.array(follows, np.int32), "pause": np.array(pause, np.int64)}


def _hours(
    timeline: Timeline, option: Option, queue: Queue, channels: Mapping[str, Channel]
) -> list[Stretch]:
    """Opening hours of a queue; callbacks without a window are made whenever somebody is there.

    A mailbox never closes: without a deadline, hours mean nothing to it.
    """
    channel = channels[queue.channel]
    if queue.role in (Role.CALLBACK, Role.UNREACHED):
        window = channel.callback.window if channel.callback is not None else None
        if window is None:
            return [(0, timeline.end)]
        return opening_hours(timeline, channel, window)
    if _is_mailbox(option, queue, channels) and not _has_deadline(queue, channel):
        return [(0, timeline.end)]
    return opening_hours(timeline, channel, _open(option, queue, channel))


def _accepts(option: Option, queue: Queue, channels: Mapping[str, Channel]) -> bool:
    """Whether contacts come in outside the hours of a queue, which then only measure deadlines."""
    if _keeps(queue, channels):
        return True  # who is not reached is tried again later: that waits for the window
    channel = channels[queue.channel]
    closes = channel.closed_on_holidays or not _open(option, queue, channel).is_always
    return closes and _has_deadline(queue, channel) and _is_mailbox(option, queue, channels)


def _keeps(queue: Queue, channels: Mapping[str, Channel]) -> bool:
    """Whether agents take from a queue in its hours only: callbacks with a window."""
    callback = channels[queue.channel].callback
    calls_back = queue.role in (Role.CALLBACK, Role.UNREACHED)
    return calls_back and callback is not None and callback.window is not None


def _has_deadline(queue: Queue, channel: Channel) -> bool:
    """Whether a queue's contacts must be answered within some open time."""
    return queue.role is Role.DESK and channel.deadline is not None


def _is_mailbox(option: Option, queue: Queue, channels: Mapping[str, Channel]) -> bool:
    """Whether what comes to a queue outside its hours waits there; what is shut, is shut."""
    channel = channels[queue.channel]
    return channel.kind == "email" and not _open(option, queue, channel).is_never


def _open(option: Option, queue: Queue, channel: Channel) -> OpenHours:
    """Hours of a queue's channel under an option."""
    return option.open.get(queue.channel, channel.open)


def _presence(timeline: Timeline, name: str, group: Group, cover: Cover) -> Iterator[list[Part]]:
    """Stretches of work of one group, person by person."""
    staffing = group.staffing
    if isinstance(staffing, Shifts):
        for shift in staffing.shifts:
            for person in _persons(timeline, shift, by_turns=group.absence > 0):
                yield from [person] * int(shift.agents)
        return
    levels = staffing.intervals if isinstance(staffing, Intervals) else cover.get(name)
    if levels is None:
        raise InvalidInput("cover", f"must give the agents of group {name}", sorted(cover))
    for start, end in stretches(np.asarray(levels, np.float64)[timeline.week_slots], timeline.slot):
        cuts = _midnights(timeline, start, end) if group.absence else []
        edges = [start, *cuts, end]
        yield [(first, last, 0) for first, last in pairwise(edges)]


def _midnights(timeline: Timeline, start: int, end: int) -> list[int]:
    """Midnights within a stretch that is longer than a day [ticks]; none within a shorter one."""
    day = ticks(DAY)
    if end - start <= day:
        return []
    return list(range(start + day - (start - timeline.start) % day, end, day))


def _persons(timeline: Timeline, shift: Shift, *, by_turns: bool) -> Iterator[list[Part]]:
    """Each time that a shift is worked: its stretches, broken by breaks.

    A shift that goes on all night is one stretch, since nobody is relieved by himself. By turns,
    it is one for each of its hours' own starts, and each goes on where the one before it ended.
    """
    if not shift.breaks:
        turns = list(_weekly(timeline, shift.hours.spans))
        if not by_turns:
            turns = _merged(turns)
        for chain in _touching(turns):
            yield [(start, end, 0) for start, end in chain]
        return
    for first, last in shift.hours.spans:
        pauses = shift.pauses(first)
        edges = [first, *(edge for start, length in pauses for edge in (start, start + length))]
        whole = zip(edges[::2], [start for start, _ in pauses] + [last], strict=True)
        kept = [0, *(length if shift.late == "move" else 0 for _, length in pauses)]
        parts = [(start, end, pause) for (start, end), pause in zip(whole, kept, strict=True)]
        mondays = list(timeline.mondays())
        for monday in [mondays[0] - WEEK, *mondays]:
            cut = [
                (
                    max(0, ticks(monday + start)),
                    min(timeline.end, ticks(monday + end)),
                    ticks(pause),
                )
                for start, end, pause in parts
            ]
            person = [part for part in cut if part[0] < part[1]]
            if person:
                yield person


def stretches(levels: NDArray[np.float64], slot: int) -> list[Stretch]:
    """Turn numbers of agents by slot into stretches of work, one for each position.

    The k-th position is filled while k or more are wanted, so positions start and end as seldom
    as possible. A fraction is a position filled for that part of the slot, on the side where the
    same position is filled longer next door.

    Parameters
    ----------
    levels
        Agents wanted in each slot, fractions allowed.
    slot
        Length of a slot [ticks].

    Examples
    --------
    >>> stretches(np.array([1.0, 2.0, 1.5, 0.0]), slot=100)
    [(0, 300), (100, 250)]
    """
    found: list[Stretch] = []
    for position in range(int(np.ceil(levels.max(initial=0.0)))):
        start, end = _parts(np.clip(levels - position, 0.0, 1.0), slot)
        begins = np.ones(len(start), bool)
        begins[1:] = start[1:] != end[:-1]
        stops = np.ones(len(start), bool)
        stops[:-1] = begins[1:]
        found += zip(start[begins].tolist(), end[stops].tolist(), strict=True)
    return found


def _parts(filled: NDArray[np.float64], slot: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Part of each slot in which one position is filled, where it is at all: starts and ends."""
    beside = np.concatenate([[0.0], filled, [0.0]])
    length = np.rint(filled * slot).astype(np.int64)
    late = np.where(beside[2:] > beside[:-2], slot - length, 0)
    start = np.arange(len(filled)) * slot + late
    some = length > 0
    return start[some], (start + length)[some]


def _merged(parts: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that touch."""
    return [(chain[0][0], chain[-1][1]) for chain in _touching(parts)]


def _touching(parts: Iterable[Stretch]) -> list[list[Stretch]]:
    """Lists of stretches of which each begins where the one before it ends."""
    chains: list[list[Stretch]] = []
    for part in parts:
        if chains and chains[-1][-1][1] == part[0]:
            chains[-1].append(part)
        else:
            chains.append([part])
    return chains


def _weekly(timeline: Timeline, spans: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    """Repeat spans of the week [s] along the timeline, cut to it [ticks]."""
    mondays = list(timeline.mondays())
    for monday in [mondays[0] - WEEK, *mondays]:  # a night shift may reach over from Sunday
        for start, end in spans:
            first = max(0, (monday + start) * TICKS_PER_SECOND)
            last = min(timeline.end, (monday + end) * TICKS_PER_SECOND)
            if first < last:
                yield first, last


def opening_hours(timeline: Timeline, channel: Channel, hours: OpenHours) -> list[Stretch]:
    """Opening hours along the timeline [ticks], holidays taken out where the channel closes."""
    if hours.is_always and not channel.closed_on_holidays:
        return [(0, timeline.end)]
    spans = _merged(sorted(_weekly(timeline, hours.ranges)))
    if channel.closed_on_holidays:
        for closed in _holidays(timeline):
            spans = [part for span in spans for part in _without(span, closed)]
    return spans


def _holidays(timeline: Timeline) -> Iterator[Stretch]:
    """The holidays on the timeline [ticks]."""
    first = timeline.start // TICKS_PER_SECOND
    for number, date in enumerate(timeline.calendar.dates):
        if timeline.calendar.is_holiday(date):
            start = (first + number * DAY) * TICKS_PER_SECOND
            yield start, start + DAY * TICKS_PER_SECOND


def _without(span: Stretch, closed: Stretch) -> Iterator[Stretch]:
    """What is left of a span when another is cut out of it."""
    (start, end), (first, last) = span, closed
    if start < min(end, first):
        yield start, min(end, first)
    if max(start, last) < end:
        yield max(start, last), end
