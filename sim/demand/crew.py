"""From a scenario's option to its crew: who is there when, and who serves whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.demand.timeline import DAY, WEEK, Timeline, ticks
from sim.engine.contract import NEVER, NONE, TICKS_PER_SECOND, Staffing
from sim.errors import InvalidInput
from sim.scenario.channel import Channel
from sim.scenario.hours import OpenHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Intervals, Option, Shifts, Skill

__all__ = ["crew", "opening_hours", "stretches"]

Stretch = tuple[int, int]
Cover = Mapping[str, Sequence[float]]


def crew(scenario: Scenario, option: Option, cover: Cover | None = None) -> Staffing:
    """Lay out an option's staffing along the timeline.

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
    rows = sorted(
        (start, number, end)
        for number, (name, group) in enumerate(option.groups.items())
        for start, end in _presence(timeline, name, group, cover or {})
    )
    hours = [
        opening_hours(timeline, channel, option.open.get(name, channel.open))
        for name, channel in scenario.channels.items()
    ]
    spans = [span for channel in hours for span in channel]
    preference, priority, after, reserve, pace = _routing(scenario.channels, option.groups)
    return Staffing(
        start=np.array([start for start, _, _ in rows], np.int64),
        end=np.array([end for _, _, end in rows], np.int64),
        group=np.array([number for _, number, _ in rows], np.uint8),
        preference=preference,
        priority=priority,
        after=after,
        reserve=reserve,
        pace=pace,
        lines=np.array(
            [channel.lines or NEVER for channel in scenario.channels.values()], np.int64
        ),
        open_of=np.cumsum([0, *map(len, hours)]).astype(np.int64),
        open_start=np.array([start for start, _ in spans], np.int64),
        open_end=np.array([end for _, end in spans], np.int64),
    )


def _presence(timeline: Timeline, name: str, group: Group, cover: Cover) -> Iterator[Stretch]:
    """Stretches of work of one group."""
    staffing = group.staffing
    if isinstance(staffing, Shifts):
        for shift in staffing.shifts:
            # A shift that goes on all night is one stretch: nobody is relieved by himself.
            for span in _merged(_weekly(timeline, shift.hours.spans)):
                yield from [span] * int(shift.agents)
        return
    levels = staffing.intervals if isinstance(staffing, Intervals) else cover.get(name)
    if levels is None:
        raise InvalidInput("cover", f"must give the agents of group {name}", sorted(cover))
    yield from stretches(np.asarray(levels, np.float64)[timeline.week_slots], timeline.slot)


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
        filled = np.clip(levels - position, 0.0, 1.0)
        found += _merged(_parts(filled, slot))
    return found


def _parts(filled: NDArray[np.float64], slot: int) -> Iterator[Stretch]:
    """Part of each slot in which one position is filled."""
    beside = np.concatenate([[0.0], filled, [0.0]])
    for at, share in enumerate(filled):
        length = round(share * slot)
        if length:
            later = beside[at + 2] > beside[at]
            start = at * slot + (slot - length if later else 0)
            yield start, start + length


def _merged(parts: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that touch."""
    joined: list[Stretch] = []
    for start, end in parts:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


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


def _routing(
    channels: Mapping[str, Channel], groups: Mapping[str, Group]
) -> tuple[NDArray[np.int64], ...]:
    """Tables of who serves whom, [channel, group]: preference, priority, after, reserve, pace."""
    shape = len(channels), len(groups)
    preference, priority = np.full(shape, NONE), np.full(shape, NONE)
    after, reserve = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    pace = np.full(shape, 1000)
    for c, (name, channel) in enumerate(channels.items()):
        for g, group in enumerate(groups.values()):
            skill: Skill | None = group.skills.get(name)
            if skill is not None:
                preference[c, g] = skill.prefer
                priority[c, g] = skill.priority or channel.priority
                after[c, g] = ticks(skill.after)
                reserve[c, g] = skill.reserve
                pace[c, g] = round(1000 * group.handle_time * skill.handle_time)
    return preference, priority, after, reserve, pace
