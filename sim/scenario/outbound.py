"""A list of calls to make as a channel: what is known of it, and what a list cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import InitErrorDetails, ValidationError

from sim.errors import InvalidInput
from sim.scenario.base import entry, refusal
from sim.scenario.flows import Outbound
from sim.scenario.hours import DAY, WEEK, OpenHours

__all__ = ["LAST", "first_open", "listed"]

#: Priority of calls to make unless they have another: after everything else.
LAST = 1000

_FITS = (
    "kind",
    "title",
    "outbound",
    "handle_time",
    "after_call_work",
    "handle_time_changes",
    "priority",
    "open",
    "at_closing",
    "closed_on_holidays",
)


def listed(
    data: Mapping[str, Any], interval: float
) -> tuple[dict[str, Any], list[InitErrorDetails]]:
    """What a file says of a list, with what follows from it, and what it should not say."""
    wrong = list(_misfits(data))
    kept = {key: value for key, value in data.items() if key in _FITS}
    kept.setdefault("priority", LAST)
    kept.setdefault("at_closing", "leave")
    return {**kept, "arrivals": _week(data, interval)}, wrong


def _misfits(data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    if data.get("kind") != "voice":
        yield refusal(("outbound",), "needs kind: voice", None)
    for key in data:
        if key not in _FITS:
            rule = "does not go with outbound: nobody calls, and nobody waits"
            yield refusal((str(key),), rule, None, "leave it out")


def _week(data: Mapping[str, Any], interval: float) -> tuple[float, ...]:
    """Calls by interval of the week: the whole list when its day opens."""
    found = [0.0] * round(WEEK / interval)
    try:
        calls = Outbound.model_validate(data["outbound"], context={"file": True}).per_day
        hours = OpenHours.model_validate(entry(data, "open") or "always", context={"file": True})
    except (InvalidInput, ValidationError):
        return tuple(found)  # told where it stands
    for second in first_open(hours):
        found[int(second // interval)] += calls
    return tuple(found)


def first_open(hours: OpenHours) -> list[int]:
    """The first open second of each day of the week that has one."""
    opened = []
    for midnight in range(0, WEEK, DAY):
        starts = [
            max(midnight, start)
            for start, end in hours.ranges
            if start < midnight + DAY and end > midnight
        ]
        opened += [min(starts)] if starts else []
    return opened
