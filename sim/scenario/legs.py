"""Legs of a hybrid: how groups of an option part what comes, by hours, by share, by overflow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, InitErrorDetails

from sim.errors import InvalidInput
from sim.scenario.base import Place, Strict, in_file, nearest, refusal
from sim.scenario.hours import DAY, WEEK, OpenHours, merged
from sim.scenario.parse import as_duration, as_share

if TYPE_CHECKING:  # an option is made of groups, and those of legs
    from sim.scenario.channel import Channel
    from sim.scenario.option import Group, Option

__all__ = [
    "BANDS",
    "LegHours",
    "any_overflow",
    "leg_refusals",
    "overflows",
    "routed",
    "serving",
    "side_by_side",
]

Spans = tuple[tuple[int, int], ...]
Band = Literal["nights", "weekends", "rest"]

BANDS: tuple[Band, ...] = ("nights", "weekends", "rest")
"""Hours by name: those of the calendar's night, Saturday and Sunday, all that others leave."""

# Shares that add up to all but this leave nothing to anybody else.
_DUST = 1e-9

_QUEUES = ("bot", "callback", "unreached")


class LegHours(Strict):
    """Hours of the week in which a group serves, by the clock or by name.

    Examples
    --------
    >>> LegHours.model_validate("nights, weekends").bands
    ('nights', 'weekends')
    >>> LegHours.model_validate("Mon-Fri 09:00-21:00").ranges[0]
    (32400, 75600)
    """

    bands: tuple[Band, ...] = ()
    """Hours by name."""
    ranges: Spans = ()
    """Sorted, disjoint spans [start, end) in seconds of the week."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, LegHours) or (isinstance(data, dict) and not in_file(info)):
            return data
        bands: list[Band] = []
        lines: list[str] = []
        for line in data if isinstance(data, list | tuple) else [data]:
            words = [word.strip() for word in line.split(",")] if isinstance(line, str) else []
            if words and set(words) <= set(BANDS):
                bands += cast("list[Band]", words)
            else:
                lines.append(line)
        if "rest" in bands and (len(bands) > 1 or lines):
            raise InvalidInput("hours", "must be rest alone: it is all that others leave", data)
        return {"bands": tuple(bands), "ranges": OpenHours.of(*lines).ranges if lines else ()}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the text that is written, not the spans that are kept."""
        examples = ["Mon-Fri 09:00-21:00", "nights, weekends", "rest"]
        line = {"type": "string", "examples": examples}
        return {"anyOf": [line, {"type": "array", "items": line}]}


def serving(option: Option, name: str, night: tuple[int, int]) -> OpenHours:
    """Hours of the week in which a group of an option is there to serve.

    Parameters
    ----------
    option, name
        The option, and its group.
    night
        Start and end of the night [s after midnight].
    """
    group = option.groups[name]
    if group.hours is None:
        shifts = getattr(group.staffing, "shifts", None)
        if isinstance(shifts, tuple):  # people come when their shifts say
            return OpenHours(ranges=merged(span for one in shifts for span in one.hours.spans))
        return OpenHours.of("always")
    found = list(group.hours.ranges)
    if "nights" in group.hours.bands:
        start, end = night
        length = end - start if end > start else end + DAY - start
        found += [(day * DAY + start, day * DAY + start + length) for day in range(7)]
    if "weekends" in group.hours.bands:
        found.append((5 * DAY, 7 * DAY))
    if "rest" in group.hours.bands:
        found += _without([serving(option, one, night) for one in _beside(option, name)])
    return OpenHours(ranges=merged(found))


def _beside(option: Option, name: str) -> Iterator[str]:
    """Groups with a channel in common whose hours are their own."""
    skills = set(option.groups[name].skills)
    for other, group in option.groups.items():
        rest = group.hours is not None and "rest" in group.hours.bands
        if other != name and not rest and skills & set(group.skills):
            yield other


def _without(taken: list[OpenHours]) -> list[tuple[int, int]]:
    """What hours leave of the week."""
    edges = [0]
    for start, end in merged(span for hours in taken for span in hours.ranges):
        edges += [start, end]
    edges.append(WEEK)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if start < end]


def routed(option: Option, channel: str) -> dict[str, float | None]:
    """Groups that serve a channel, with the share of its contacts that each alone serves.

    Parameters
    ----------
    option
        The option.
    channel
        Name of the channel.

    Returns
    -------
    Shares between 0 and 1, both excluded; None for who serves what nobody has a share of. A group
    whose share is nothing is left out, and so is everybody else where one has all.
    """
    given = {
        name: group.skills[channel].share
        for name, group in option.groups.items()
        if channel in group.skills
    }
    taken = sum(share or 0.0 for share in given.values())
    kept = {n: s for n, s in given.items() if s != 0 and not (s is None and taken >= 1 - _DUST)}
    return {n: None if s is not None and s >= 1 - _DUST else s for n, s in kept.items()}


def overflows(group: Group, channel: str) -> bool:
    """Whether a group takes contacts of a channel only when they have waited, or many wait."""
    skill = group.skills[channel]
    return skill.after > 0 or skill.above is not None


def any_overflow(option: Option, name: str) -> bool:
    """Whether a group takes the overflow of any channel."""
    return any(overflows(option.groups[name], channel) for channel in option.groups[name].skills)


def side_by_side(
    option: Option, channel: str, first: str, second: str, night: tuple[int, int]
) -> bool:
    """Whether two groups meet the same contacts of a channel, since nothing parts it between them.

    Hours, shares and overflow part a channel: each group then has contacts of its own. Where none
    of them does, whoever is free serves.

    Parameters
    ----------
    option, channel
        The option, and a channel that both groups have.
    first, second
        Names of the groups.
    night
        Start and end of the night [s after midnight].
    """
    shares = routed(option, channel)
    if any(shares.get(name, 0.0) is not None for name in (first, second)):
        return False
    ours, theirs = (overflows(option.groups[name], channel) for name in (first, second))
    return ours == theirs and not _apart(
        serving(option, first, night), serving(option, second, night)
    )


# --- what cannot be parted so ------------------------------------------------------------------


def leg_refusals(
    name: str,
    option: Option,
    channels: Mapping[str, Channel],
    night: tuple[int, int],
    interval: float,
) -> Iterator[InitErrorDetails]:
    """Parts of an option that do not fit together.

    Parameters
    ----------
    name, option
        The option.
    channels
        Those of the scenario.
    night, interval
        The night of the calendar [s after midnight], and the planning interval [s].
    """
    place: Place = ("options", name, "groups")
    for key, group in option.groups.items():
        if group.hours is not None:
            yield from _hours(option, key, night, interval, (*place, key, "hours"))
        if group.paid_with is not None:
            yield from _paid(option, group, group.paid_with, (*place, key, "paid_with"))
    for channel in channels:
        yield from _shares(option, channel, channels[channel], place)
    yield from _own_levels(option, place)
    yield from _found_once(option, night, place)


def _to_target(group: Group) -> bool:
    return hasattr(group.staffing, "minimum")


def _hours(
    option: Option, name: str, night: tuple[int, int], interval: float, place: Place
) -> Iterator[InitErrorDetails]:
    if not _to_target(option.groups[name]):
        hint = "leave hours out: the staffing says when they are there"
        yield refusal(place, "goes with staffing to_target only", None, hint)
        return
    found = serving(option, name, night)
    if found.is_never:
        yield refusal(place, "leaves the group no hour in which to serve", None)
    if any(edge % interval for span in found.ranges for edge in span):
        rule = f"must begin and end with an interval of {as_duration(interval)}"
        yield refusal(place, rule, None, "or make the interval shorter")


def _paid(option: Option, group: Group, payer: str, place: Place) -> Iterator[InitErrorDetails]:
    """Whose terms hold for a group: those of another of the same employer, which has some."""
    if group.payroll or group.contract:
        yield refusal(place, "must not stand beside terms of the group's own", payer)
        return
    other = option.groups.get(payer)
    if other is None:
        hint = nearest(payer, list(option.groups))
        yield refusal(place, "is not a group of this option", payer, hint)
    elif other.source != group.source or not (other.payroll or other.contract):
        rule = f"must be a group of the same source ({group.source}) that has terms"
        yield refusal(place, rule, payer)
    elif other.contract is not None:
        for channel in group.skills:
            if not other.contract.bills(channel):
                yield refusal(place, f"has no price for {channel}", payer)


def _shares(option: Option, channel: str, one: Channel, place: Place) -> Iterator[InitErrorDetails]:
    """Shares of a channel: of what can be shared, without another rule, of 100 % together."""
    skills = {n: g.skills[channel] for n, g in option.groups.items() if channel in g.skills}
    given = {name: skill.share for name, skill in skills.items() if skill.share is not None}
    for name in given:
        at = (*place, name, "skills", channel, "share")
        for other in ("after", "above"):
            if getattr(skills[name], other):
                yield refusal(at, f"must not stand beside {other}", None, "choose one")
        if option.groups[name].hours is not None:
            hint = "make two groups of it, or leave one out"
            yield refusal(at, "must not stand beside hours of the group", None, hint)
        if one.classes or one.outbound is not None:
            rule = "must not be given where " + (
                "a channel has classes of clients" if one.classes else "the centre calls"
            )
            yield refusal(at, rule, None)
        if name in _QUEUES:
            yield refusal((*place, name), "is the name of another queue", name)
    total = sum(given.values())
    if given and total > 1 + _DUST:
        last = (*place, list(given)[-1], "skills", channel, "share")
        yield refusal(last, "must be at most 100% together", as_share(total))
    elif given and total < 1 - _DUST and len(given) == len(skills):
        last = (*place, list(given)[-1], "skills", channel, "share")
        rule = f"leaves {as_share(1 - total)} of {channel} to nobody"
        yield refusal(last, rule, None, "leave the share of one group out: it serves the rest")


def _own_levels(option: Option, place: Place) -> Iterator[InitErrorDetails]:
    """A group may keep less than the promise only where another takes what overflows."""
    for name, group in option.groups.items():
        if getattr(group.staffing, "answered", None) is None:
            continue
        helped = any(
            overflows(other, channel)
            for key, other in option.groups.items()
            for channel in group.skills
            if key != name and channel in other.skills
        )
        if not helped:
            rule = "needs another group that takes the overflow"
            hint = "give that one a skill like {phone: {after: 10s}}"
            yield refusal((*place, name, "staffing", "to_target", "answered"), rule, None, hint)


def _found_once(option: Option, night: tuple[int, int], place: Place) -> Iterator[InitErrorDetails]:
    """What overflows to two groups at once: nothing tells how much of it each would take."""
    for channel in dict.fromkeys(c for g in option.groups.values() for c in g.skills):
        helpers = [
            name
            for name, group in option.groups.items()
            if channel in group.skills and _to_target(group) and overflows(group, channel)
        ]
        for first, second in itertools.combinations(helpers, 2):
            if side_by_side(option, channel, first, second, night):
                rule = f"must not be staffed to the target of {channel} beside {first}"
                hint = "part what overflows by hours, or give one of them shifts"
                yield refusal((*place, second, "staffing"), rule, None, hint)
                return


def _apart(first: OpenHours, second: OpenHours) -> bool:
    """Whether hours have no moment in common."""
    spans = sorted([*first.ranges, *second.ranges])
    return all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
