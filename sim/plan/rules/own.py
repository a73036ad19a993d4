"""Rules of a planner's own, from plain data: a profile with some rules changed, dropped, added."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping
from typing import Any

from sim.errors import InvalidInput
from sim.plan.rules.kinds import KINDS
from sim.plan.rules.presets import profile
from sim.plan.rules.rule import Rule, Rules

__all__ = ["rules_from"]

_FIELDS = ("kind", "hard", "who", "unless", "citation", "note", "valid_from", "valid_to")


def rules_from(data: Mapping[str, Any], *, on: datetime.date | None = None) -> Rules:
    """Rules as a planner writes them.

    Parameters
    ----------
    data
        ``base``: a profile to start from, ``none`` unless given; ``accounting``: see `profile`;
        every other key is a rule: a number (its first parameter), a mapping of its parameters
        and fields (``hard``, ``who``, ``unless``, ``citation``, ``note``, ``kind``, ``valid_from``,
        ``valid_to``), or None to drop it from the base.
    on
        The day on which they are to hold.

    Raises
    ------
    InvalidInput
        With the path of what is wrong.

    Examples
    --------
    >>> own = rules_from({"base": "RU", "nights_running": 3, "daily_rest": {"hours": 11},
    ...                   "notice": None, "weekends_off": {"count": 1, "hard": False}})
    >>> own.number("daily_rest"), "notice" in own, own.get("weekends_off").text
    (11, False, 'at least 1 whole weekends off in 4')
    """
    if not isinstance(data, Mapping):
        raise InvalidInput("rules", "must be a mapping of rules", data)
    base = profile(data.get("base", "none"), accounting=data.get("accounting"))
    for id, given in data.items():
        if id in ("base", "accounting"):
            continue
        dropped = given is None
        base = base.without(id) if dropped else base.including(_rule(id, given, base.get(id)))
    return base if on is None else base.on(on)


def _rule(id: str, given: object, before: Rule | None) -> Rule:
    """One rule; what it does not say stays as it was in the base."""
    where = f"rules[{id}]"
    fields = dict(given) if isinstance(given, Mapping) else {}
    kind = fields.get("kind") or (before.kind if before else id)
    if kind not in KINDS:
        near = difflib.get_close_matches(str(kind), KINDS, 1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise InvalidInput(where, f"must be of {', '.join(KINDS)}", kind, hint)
    if not isinstance(given, Mapping):
        first = next(iter(KINDS[kind].parameters), None)
        if first is None:
            raise InvalidInput(where, "has no numbers", given, "write {} to have it")
        fields = {first: given}
    numbers = {**(before.numbers if before else {})}
    numbers |= {name: value for name, value in fields.items() if name not in _FIELDS}
    return Rule(
        id=id,
        kind=kind,
        numbers=numbers,
        hard=_truth(where, fields.get("hard", before.hard if before else True)),
        who=_flags(where, fields.get("who", before.who if before else ())),
        unless=_flags(where, fields.get("unless", before.unless if before else ())),
        citation=str(fields.get("citation", before.citation if before else "")),
        note=str(fields.get("note", "")),
        valid_from=_date(where, fields.get("valid_from")),
        valid_to=_date(where, fields.get("valid_to")),
    )


def _truth(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f"{where}.hard", "must be true or false", value)
    return value


def _flags(where: str, value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    if not isinstance(value, list | tuple | set | frozenset):
        raise InvalidInput(f"{where}.who", "must be a list of flags", value)
    return frozenset(map(str, value))


def _date(where: str, value: object) -> datetime.date | None:
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInput(where, "must hold a date like 2026-03-02", value) from None
