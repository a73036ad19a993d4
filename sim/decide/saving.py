"""A candidate as an option of a scenario file: the words of both options, with what changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sim.decide.candidates import Candidate, Legs, hours_text
from sim.scenario.model import Scenario
from sim.scenario.option import Group
from sim.scenario.parse import as_duration, as_share

__all__ = ["option_data"]

#: What an option says of its beginning, which an end keeps and a mix has of where what stays with
#: the client comes from: paid once, when it serves, and who does until then.
_BEGINNING = ("one_offs", "lead", "until_then", "bridge")


def option_data(
    scenario: Scenario, legs: Legs, one: Candidate, raw: Mapping[str, Any]
) -> dict[str, Any]:
    """An option as a file says it.

    Parameters
    ----------
    scenario, legs
        The operation, and the options whose hybrid it is.
    one
        How it parts the work.
    raw
        What the scenario's file says, as `sim.scenario.saved.raw` reads it.
    """
    options = raw["options"]
    if one.written is not None:
        return copy.deepcopy(dict(options[one.written]))
    option = one.option(scenario, legs)
    ours = options[legs.own]["groups"][legs.own_group]
    theirs = options[legs.vendor]["groups"][legs.vendor_group]
    found: dict[str, Any] = {"groups": {}}
    kept = options[legs.own if one.own else legs.vendor]
    found |= {key: copy.deepcopy(kept[key]) for key in ("open", "fcr") if key in kept}
    for name, group in option.groups.items():
        base = ours if one.own and name == legs.own_group else theirs
        found["groups"][name] = _group(group, base)
    if option.retained is not None:
        kept = options[legs.retained if one.own else legs.vendor]
        found["retained"] = copy.deepcopy(kept["retained"])
    ends = (end for end in (legs.own, legs.vendor) if option is scenario.options[end])
    begun = options[next(ends, legs.retained)]
    found |= {key: copy.deepcopy(begun[key]) for key in _BEGINNING if key in begun}
    if option.patience:
        waits = {c: options[legs.own if c in one.own else legs.vendor] for c in option.patience}
        found["patience"] = {c: copy.deepcopy(base["patience"][c]) for c, base in waits.items()}
    return found


def _group(group: Group, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A group as a file says it, with what is other than in the option that it comes from."""
    data = copy.deepcopy(dict(raw))
    given = data["skills"] if isinstance(data["skills"], Mapping) else {}
    data["skills"] = {name: dict(given.get(name) or {}) for name in group.skills}
    for name, skill in group.skills.items():
        if skill.share is not None:
            data["skills"][name]["share"] = as_share(skill.share)
        if skill.after:
            data["skills"][name] |= {"after": as_duration(skill.after), "prefer": skill.prefer}
    if group.fcr is not None:
        data["fcr"] = as_share(group.fcr)
    if group.hours is not None:
        data["hours"] = list(group.hours.bands) or hours_text(group.hours.ranges)
    if group.paid_with is not None:
        data.pop("contract", None)
        data["paid_with"] = group.paid_with
    asked = group.to_target
    assert asked is not None
    bounds = dict(data["staffing"].get("to_target", data["staffing"]) or {})
    if asked.shifts is None and bounds.pop("shifts", None) is not None:
        data.pop("team", None)  # whose rules and wishes are about those shifts
    if asked.answered is not None:
        bounds["answered"] = as_share(asked.answered)
    data["staffing"] = {"to_target": bounds}
    return data
