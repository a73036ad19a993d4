"""What must agree across a scenario: skills and channels, promises and options, presets and money.

The check reads raw data as well as built models, so that a file with other faults still gets
all of these reported in the same breath.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic_core import InitErrorDetails

from sim.errors import InvalidInput
from sim.scenario.base import Place, entry, nearest, refusal
from sim.scenario.horizon import until_then_refusals
from sim.scenario.hours import spans
from sim.scenario.terms.shipped import Preset, Section, choices, currency

__all__ = ["MOST_NAMES", "name_refusals"]

MOST_NAMES = 100

_GIVE = "give the groups their payroll or contract"


def name_refusals(data: object) -> Iterator[InitErrorDetails]:
    """Every name in a scenario that points nowhere, every channel that nobody serves."""
    channels, options = _mapping(data, "channels"), _mapping(data, "options")
    yield from _sizes(channels, ("channels",))
    yield from _sizes(options, ("options",))
    for name, channel in channels.items():
        yield from _ways(channel, ("channels", str(name)), channels, _mapping(data, "trunks"))
    for name, option in options.items():
        yield from _option(option, ("options", str(name)), channels)
        yield from _money(option, ("options", str(name)), channels, entry(data, "currency"))
    if options:
        yield from _known(entry(data, "baseline"), options, ("baseline",), "an option")
        yield from _expect(_mapping(data, "expect"), options, channels)
        baseline = entry(data, "baseline") or next(iter(options))
        yield from _claims(_mapping(data, "claims"), options, channels, baseline)
        yield from until_then_refusals(options, entry(data, "horizon"), entry(data, "baseline"))
    for key in _mapping(data, "goals"):
        yield from _of_channel(str(key), channels, ("goals", str(key)))
    for name in _mapping(entry(data, "consequences"), "channels"):
        yield from _channel(str(name), channels, ("consequences", "channels", str(name)))
    yield from _sources(data)


def _mapping(data: object, key: str) -> Mapping[str, Any]:
    found = entry(data, key)
    return found if isinstance(found, Mapping) else {}


def _sizes(named: Mapping[str, Any], place: Place) -> Iterator[InitErrorDetails]:
    if len(named) > MOST_NAMES:
        yield refusal(place, f"must be at most {MOST_NAMES}", len(named))
    for name in named:
        if not re.fullmatch(r"[^\W\d][\w-]{0,63}", str(name)):
            rule = "must be a name of letters, digits, _ and -, and begin with a letter"
            yield refusal((*place, str(name)), rule, name)


def _known(
    name: object, known: Collection[str], place: Place, kind: str
) -> Iterator[InitErrorDetails]:
    if isinstance(name, str) and name not in known:
        yield refusal(place, f"is not {kind} of this scenario", name, nearest(name, known))


def _option(
    option: object, place: Place, channels: Mapping[str, Any]
) -> Iterator[InitErrorDetails]:
    groups, hours = _mapping(option, "groups"), _mapping(option, "open")
    yield from _sizes(groups, (*place, "groups"))
    for name, group in groups.items():
        yield from _skills(
            entry(group, "skills"), channels, (*place, "groups", str(name), "skills")
        )
    for name in hours:
        yield from _channel(str(name), channels, (*place, "open", str(name)))
    for name in _mapping(option, "patience"):
        yield from _channel(str(name), channels, (*place, "patience", str(name)))
    skills = [entry(group, "skills") for group in groups.values()]
    if groups and all(_readable(named) for named in skills):
        yield from _unserved(place, channels, hours, {name for named in skills for name in named})


def _ways(
    channel: object, place: Place, channels: Mapping[str, Any], trunks: Mapping[str, Any]
) -> Iterator[InitErrorDetails]:
    """Where contacts go on to, and the lines that they share."""
    for way in ("escalation", "repeat"):
        to = entry(entry(channel, way), "to")
        yield from _known(to, channels, (*place, way, "to"), "a channel")
    for name in _mapping(entry(channel, "redial"), "elsewhere"):
        yield from _known(
            str(name), channels, (*place, "redial", "elsewhere", str(name)), "a channel"
        )
    yield from _sizes(_mapping(channel, "classes"), (*place, "classes"))
    for name in _mapping(channel, "classes"):
        if name in ("bot", "callback", "unreached"):
            yield refusal((*place, "classes", str(name)), "is the name of another queue", name)
    trunk = entry(channel, "trunk")
    if isinstance(trunk, str) and trunk not in trunks:
        hint = nearest(trunk, trunks) if trunks else f"add trunks: {{{trunk}: 30}}"
        yield refusal((*place, "trunk"), "is not a trunk of this scenario", trunk, hint)


def _readable(skills: object) -> bool:
    """Whether skills name channels at all; where they do not, that alone is to be told."""
    if not isinstance(skills, Mapping | list | tuple) or not skills:
        return False
    return all(isinstance(name, str) for name in skills)


def _skills(
    skills: object, channels: Mapping[str, Any], place: Place
) -> Iterator[InitErrorDetails]:
    for index, name in enumerate(skills if isinstance(skills, Mapping | list | tuple) else ()):
        if isinstance(name, str):
            at = name if isinstance(skills, Mapping) else index
            yield from _channel(name, channels, (*place, at))


def _money(
    option: object, place: Place, channels: Mapping[str, Any], money: object
) -> Iterator[InitErrorDetails]:
    """Terms must count in the scenario's money and price the scenario's channels."""
    for name, group in _mapping(option, "groups").items():
        at = (*place, "groups", str(name))
        yield from _preset(entry(group, "payroll"), (*at, "payroll"), "inhouse", money)
        contract = entry(group, "contract")
        yield from _preset(contract, (*at, "contract"), "contract", money)
        chosen = entry(contract, "preset")
        ready = chosen.used if isinstance(chosen, Preset) else ()
        for channel, price in _mapping(contract, "price_per_contact").items():
            # A preset has prices for channels that a scenario may lack; a file must not.
            if price is not None and f"price_per_contact.{channel}" not in ready:
                priced = (*at, "contract", "price_per_contact", str(channel))
                yield from _channel(str(channel), channels, priced)


def _preset(
    terms: object, place: Place, section: Section, money: object
) -> Iterator[InitErrorDetails]:
    chosen = entry(terms, "preset")
    name = chosen if isinstance(chosen, str) else entry(chosen, "name")
    if name in choices(section) and currency(name) != money:
        rule = f"counts in {currency(name)}, but the scenario in {money}"
        hint = f"write currency: {currency(name)}, or give terms of your own"
        yield refusal((*place, "preset"), rule, name, hint)


def _channel(name: str, channels: Mapping[str, Any], place: Place) -> Iterator[InitErrorDetails]:
    return _known(name, channels, place, "a channel") if channels else iter(())


def _unserved(
    place: Place, channels: Mapping[str, Any], hours: Mapping[str, Any], served: set[str]
) -> Iterator[InitErrorDetails]:
    for name, channel in channels.items():
        if name in served or _never(hours.get(name, entry(channel, "open"))):
            continue
        hint = f"add {name} to the skills of a group, or write open: {{{name}: never}}"
        yield refusal((*place, "groups"), f"has nobody to serve {name}", None, hint)


def _never(hours: object) -> bool:
    ranges = entry(hours, "ranges")
    if ranges is not None or not isinstance(hours, str):
        return bool(ranges == ())
    try:
        return not spans(hours)
    except InvalidInput:
        return False


def _expect(
    expect: Mapping[str, Any], options: Mapping[str, Any], channels: Mapping[str, Any]
) -> Iterator[InitErrorDetails]:
    for option, promises in expect.items():
        place = ("expect", str(option))
        yield from _known(str(option), options, place, "an option")
        for key in promises if isinstance(promises, Mapping) else ():
            channel, dot, _ = str(key).rpartition(".")
            if dot:
                yield from _channel(channel, channels, (*place, str(key)))
            elif option in options:
                yield from _measurable(str(key), options[option], (*place, str(key)))


def _claims(
    claims: Mapping[str, Any],
    options: Mapping[str, Any],
    channels: Mapping[str, Any],
    baseline: object,
) -> Iterator[InitErrorDetails]:
    for option, said in claims.items():
        place = ("claims", str(option))
        yield from _known(str(option), options, place, "an option")
        for key, change in said.items() if isinstance(said, Mapping) else ():
            yield from _of_channel(str(key), channels, (*place, str(key)))
            than = str(change).rpartition(" than ")[2].strip() if " than " in str(change) else None
            yield from _known(than, options, (*place, str(key)), "an option")
            if (than or baseline) == option:
                rule, hint = "must compare two options", "say than whom: '… than as_is'"
                yield refusal((*place, str(key)), rule, change, hint)


def _of_channel(key: str, channels: Mapping[str, Any], place: Place) -> Iterator[InitErrorDetails]:
    """The channel before the dot."""
    channel, dot, _ = key.rpartition(".")
    return _channel(channel, channels, place) if dot else iter(())


def _measurable(measure: str, option: object, place: Place) -> Iterator[InitErrorDetails]:
    """Money and paid people can be promised only where terms say what they are."""
    groups = _mapping(option, "groups").values()
    own = [entry(group, "payroll") is not None for group in groups]
    terms = own + [entry(group, "contract") is not None for group in groups]
    if measure == "cost" and not any(terms) and entry(option, "retained") is None:
        yield refusal(place, "cannot be promised: the option has no terms", None, _GIVE)
    if measure == "heads" and own and not any(own):
        yield refusal(place, "cannot be promised: no group has a payroll", None, _GIVE)
    if measure == "utilisation" and not all(own):
        yield refusal(place, "cannot be promised: a group has no payroll", None, _GIVE)


# Parts of a file that hold figures with a source.
_SOURCED = ("channels", "options", "groups", "calendar", "horizon", "consequences")


def _sources(data: object) -> Iterator[InitErrorDetails]:
    """A source must be that of a figure in the file; deeper parts may come from presets."""
    for path in _mapping(data, "sources"):
        whole, *below = str(path).split(".")
        place = ("sources", str(path))
        if whole not in _SOURCED:
            hint = f"write it like {', '.join(_SOURCED)} and what is below, with dots"
            yield refusal(place, "does not name a part of the file", str(path), hint)
        elif below and whole in ("channels", "options"):
            yield from _known(below[0], _mapping(data, whole), place, "a name")
