"""Candidates that are not in the plan of the search: those a scenario has, and small changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sim.decide.candidates import Candidate, Legs, indivisible, latest
from sim.scenario.hours import DAY, merged
from sim.scenario.legs import serving
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = ["moves", "same_work", "written"]

_HOUR = 3600
# Steps of a wait [s], of a share, of the level of an own team; that level at first, and its bounds.
_WAIT, _SHARE, _STEP = 5.0, 0.1, 0.1
_ALONE, _LEVELS = 0.6, (0.2, 0.9)


def moves(scenario: Scenario, legs: Legs, one: Candidate) -> Iterator[Candidate]:
    """Candidates a small step away: an hour, a channel, the level, the wait, the share.

    Parameters
    ----------
    scenario, legs
        The operation, and the two options whose hybrids are looked at.
    one
        Where to start.
    """
    one = replace(one, written=None)
    for hours in _other_hours(one):
        yield replace(one, hours=hours)
    channels = tuple(scenario.options[legs.own].groups[legs.own_group].skills)
    for channel in channels:
        own = tuple(c for c in channels if (c in one.own) != (c == channel))
        whole = one.share and any(indivisible(scenario, c) for c in own)
        if own and not whole and (one.after or 0.0) < latest(scenario, own) + (one.after is None):
            yield replace(one, own=own)
    late = latest(scenario, one.own)
    if one.after is None and not one.share and late > 0:
        yield replace(one, after=late / 2, alone=_ALONE)
    elif one.after is not None:
        yield replace(one, after=None, alone=None)
        for after in (one.after - _WAIT, one.after + _WAIT):
            if 0 < after < late:
                yield replace(one, after=after)
        level = _ALONE if one.alone is None else one.alone
        for alone in (round(level - _STEP, 2), round(level + _STEP, 2)):
            if _LEVELS[0] <= alone <= _LEVELS[1]:
                yield replace(one, alone=alone)
    if one.share:
        for share in (round(one.share - _SHARE, 2), round(one.share + _SHARE, 2)):
            if 0 <= share < 1:
                yield replace(one, share=share)


def _other_hours(one: Candidate) -> Iterator[tuple[tuple[int, int], ...]]:
    """The hours with their beginnings or ends an hour off, or with a day more or less."""
    if not one.own or one.all_week:
        return
    spans = [
        (max(start, day * DAY), min(end, (day + 1) * DAY))
        for start, end in one.hours
        for day in range(start // DAY, -(-end // DAY))
    ]
    for begin, end in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        moved = [
            (
                max(start + begin * _HOUR, start // DAY * DAY),
                min(stop + end * _HOUR, (start // DAY + 1) * DAY),
            )
            for start, stop in spans
        ]
        if all(start < stop for start, stop in moved) and moved != spans:
            yield merged(moved)
    days = {start // DAY for start, _ in spans}
    last = [(start, stop) for start, stop in spans if start // DAY == max(days)]
    if len(days) > 1:
        yield merged([span for span in spans if span not in last])
    if max(days) < 6:
        yield merged([*spans, *((start + DAY, stop + DAY) for start, stop in last)])


def written(scenario: Scenario, legs: Legs) -> tuple[Candidate, ...]:
    """Options of a scenario in which own groups and a vendor's work, as candidates.

    How they part the work is read as nearly as a candidate can say it, which is what they are
    screened as; they are simulated and priced as they are written.

    Parameters
    ----------
    scenario, legs
        The operation, and the two options whose hybrids are looked at.
    """
    channels = scenario.options[legs.own].groups[legs.own_group].skills
    found = []
    for name, option in scenario.options.items():
        if not option.mixes:
            continue
        ours = {n: g for n, g in option.groups.items() if g.source == "inhouse"}
        theirs = [g for g in option.groups.values() if g.source == "vendor"]
        own = tuple(c for c in channels if any(c in g.skills for g in ours.values()))
        spans = [serving(option, n, scenario.calendar.night).ranges for n in ours]
        if not own:
            continue  # nothing that these two ends do
        waits = [s.after for g in theirs for c, s in g.skills.items() if s.after and c in own]
        shares = [s.share for g in theirs for c, s in g.skills.items() if s.share and c in own]
        found.append(
            Candidate(
                own,
                merged([span for one in spans for span in one]),
                min(waits, default=None),
                _alone(ours) if waits else None,
                max(shares, default=0.0) if not waits else 0.0,
                name,
            )
        )
    return tuple(found)


def _alone(groups: dict[str, Group]) -> float | None:
    """Share answered in time for which own groups are staffed, where one says so."""
    levels = [g.to_target.answered for g in groups.values() if g.to_target]
    return next((level for level in levels if level is not None), None)


def same_work(one: Option, other: Option) -> bool:
    """Whether two options are the same but for names and titles."""

    def said(option: Option) -> list[str]:
        names = {name: f"{g.source}" for name, g in option.groups.items()}
        plain = [
            g.model_copy(update={"title": None, "paid_with": g.paid_with and names[g.paid_with]})
            for g in option.groups.values()
        ]
        return sorted(repr(g.model_dump()) for g in plain)

    return one.retained == other.retained and said(one) == said(other)
