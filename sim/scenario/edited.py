"""A scenario file with places written anew: what an editor does, without its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import InvalidInput
from sim.scenario.inputs import Step
from sim.scenario.model import Scenario
from sim.scenario.parse import seconds
from sim.scenario.saved import tree_text
from sim.scenario.target import Target
from sim.scenario.variant import aht, lead, volume

__all__ = ["Edit", "edited", "figure_edits", "law_edit", "tree_text"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One place of a file, and what is written there.

    Parameters
    ----------
    place
        Keys and positions that lead to it; what lacks on the way is made.
    value
        Text, number, list or mapping, as a file has it; None takes the place away.
    """

    place: tuple[Step, ...]
    value: Any


def edited(tree: Mapping[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """What a file says, with places of it written anew; nothing of it is checked.

    Parameters
    ----------
    tree
        What it says, as `sim.scenario.load.standalone` has it; it stays as it is.
    edits
        One after the other.

    Raises
    ------
    InvalidInput
        If a place leads through something that has no parts.

    Examples
    --------
    >>> desk = {"channels": {"phone": {"volume": "900 / week"}}}
    >>> edited(desk, [Edit(("channels", "phone", "fcr"), "70%"), Edit(("name",), "mine")])
    {'channels': {'phone': {'volume': '900 / week', 'fcr': '70%'}}, 'name': 'mine'}
    >>> edited(desk, [Edit(("channels", "phone", "volume"), None)])
    {'channels': {'phone': {}}}
    """
    found = dict(tree)
    for edit in edits:
        if not edit.place:
            raise InvalidInput("place", "must name a key", "nothing")
        found = _written(found, edit.place, edit.value, edit.place)
    return found


def _written(node: Any, place: tuple[Step, ...], value: Any, whole: tuple[Step, ...]) -> Any:
    """A copy of a part with one place below it written anew."""
    first, rest = place[0], place[1:]
    if isinstance(node, list) and isinstance(first, int) and 0 <= first < len(node):
        items = list(node)
        if not rest and value is None:
            del items[first]
        else:
            items[first] = _written(items[first], rest, value, whole) if rest else value
        return items
    if node is None:
        node = {}
    if not isinstance(node, Mapping) or not isinstance(first, str):
        raise InvalidInput("place", "must lead through parts that have keys", _dotted(whole))
    if rest:
        return {**node, first: _written(node.get(first), rest, value, whole)}
    if value is None:
        return {key: one for key, one in node.items() if key != first}
    return {**node, first: value}


def _dotted(place: tuple[Step, ...]) -> str:
    return ".".join(map(str, place))


def figure_edits(
    tree: Mapping[str, Any],
    scenario: Scenario,
    *,
    week: float | None = None,
    handle_time: float | None = None,
    answered: float | None = None,
    awt: float | None = None,
) -> tuple[Edit, ...]:
    """The edits that make of a file what `sim.scenario.variant.variant` makes of its scenario.

    Parameters
    ----------
    tree
        What the file says, as `sim.scenario.load.standalone` has it.
    scenario
        The operation that it stands for.
    week
        Contacts a week, all channels together.
    handle_time
        Mean handle time of the lead channel, after-call work among it [s].
    answered, awt
        Service promised on the lead channel: share, and time [s].

    Raises
    ------
    InvalidInput
        If there is no volume to scale, or a handle time is put together from parts.

    Examples
    --------
    >>> from sim.scenario import load
    >>> from sim.scenario.load import standalone
    >>> shop = load("scenarios/company-n.yaml")
    >>> figure_edits(standalone("scenarios/company-n.yaml"), shop, handle_time=300)
    (Edit(place=('channels', 'phone', 'handle_time'), value='300s'),)
    """
    name = lead(scenario)
    channel, written = scenario.channels[name], tree["channels"][name]
    found = [] if week is None else _volumes(scenario, week)
    if handle_time is not None:
        factor = handle_time / aht(channel)
        for key, law in (
            ("handle_time", channel.handle_time),
            ("after_call_work", channel.after_call_work),
        ):
            if law is not None:
                place = ("channels", name, key)
                found.append(law_edit(place, written[key], law.mean, law.mean * factor))
    if answered is not None or awt is not None:
        found += _promise(("channels", name, "target"), channel.target, answered, awt)
    return tuple(found)


def _volumes(scenario: Scenario, week: float) -> list[Edit]:
    total = volume(scenario)
    if total <= 0:
        raise InvalidInput("volume", "cannot be scaled when there is none", total)
    found = []
    for name, channel in scenario.channels.items():
        if channel.outbound is not None:
            calls = max(1, round(week / total * channel.outbound.per_day))
            found.append(Edit(("channels", name, "outbound", "per_day"), calls))
        else:
            text = f"{channel.volume * week / total:.12g} / week"
            found.append(Edit(("channels", name, "volume"), text))
    return found


def law_edit(place: tuple[Step, ...], written: Any, mean: float, wanted: float) -> Edit:
    """A law of durations with another mean, in the form in which it is written.

    Parameters
    ----------
    place
        Where it stands.
    written
        What the file says there.
    mean, wanted
        The mean that it has, and the one that it is to have [s].

    Raises
    ------
    InvalidInput
        If it is put together from parts.

    Examples
    --------
    >>> law_edit(("patience",), {"law": "lognormal", "mean": "2m", "cv": 1.2}, 120, 90)
    Edit(place=('patience', 'mean'), value='90s')
    """
    text = f"{wanted:.12g}s"
    if not isinstance(written, Mapping):
        return Edit(place, text)
    for key in ("mean", "value"):
        if key in written:
            return Edit((*place, key), text)
    if isinstance(written.get("table"), Mapping):
        factor = wanted / mean
        longer = {f"{seconds(k) * factor:.12g}s": share for k, share in written["table"].items()}
        return Edit((*place, "table"), longer)
    rule, hint = "is put together from parts, and has no mean to write", "change its parts"
    raise InvalidInput(_dotted(place), rule, text, hint)


def _promise(
    place: tuple[Step, ...], target: Target | None, answered: float | None, awt: float | None
) -> list[Edit]:
    """A promise with another share or time; what else it says stays."""
    share = answered if answered is not None else target.answered if target else None
    time = awt if awt is not None else target.awt if target else None
    if share is None or time is None:
        return []
    text = f"{100 * share:.10g}% in {time:.10g}s"
    return [Edit((*place, "awt"), None), Edit((*place, "answered"), text)]
