"""What tells options apart in their inputs: the figures that differ, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.report.assumed import FRAMES, figure_value, upper
from sim.report.language import Language
from sim.report.sentences import group_title, option_title
from sim.report.table import Table
from sim.report.words import term
from sim.scenario.model import Scenario

__all__ = ["differing_table"]

#: What an option says instead of its channels.
_OF_CHANNELS = "fcr"


def differing_table(
    scenario: Scenario, options: Sequence[str], lang: Language, *, shared: bool = True
) -> Table:
    """Figures that are not the same in all of some options.

    Parameters
    ----------
    scenario
        The operation.
    options
        Their names; the group of an option that has one alone is taken for the other's.
    lang
        The reader's language.
    shared
        Whether to list figures that those who have them have differently; else those that some
        of the options do not have.
    """
    found: dict[tuple[str, ...], dict[str, str]] = {}
    usual: dict[tuple[str, ...], str] = {}
    of_channels: list[str] = []
    for one in scenario.assumptions(lang.code):
        kind, _, rest = one.path.partition(".")
        name, _, inner = rest.partition(".")
        value = figure_value(one.value, one.unit, scenario.currency, lang)
        if kind == "channels" and inner == _OF_CHANNELS:
            of_channels.append(value)
        if kind != "options" or name not in options:
            continue
        place = _place(scenario, name, inner)
        found.setdefault(place, {})[name] = value
        if one.unit == "factor":  # nothing is changed where none is written
            usual[place] = figure_value(1.0, one.unit, scenario.currency, lang)
    if len(of_channels) == len(scenario.channels) and len(set(of_channels)) == 1:
        usual[_OF_CHANNELS,] = of_channels[0]  # of an option that says nothing of it, too
    for place in found.keys() & usual.keys():
        having = (name for name in options if _has(scenario, name, place))
        found[place] = dict.fromkeys(having, usual[place]) | found[place]
    rows = [
        (_title(scenario, options, place, lang), *(values.get(name, "—") for name in options))
        for place, values in found.items()
        if (len(set(values.values())) > 1 if shared else _lacks(values, options))
    ]
    titles = (option_title(scenario, name, lang) for name in options)
    return Table(lang("What they differ in"), (lang("Figure"), *titles), tuple(rows))


def _lacks(values: Mapping[str, str], options: Sequence[str]) -> bool:
    """Whether an option lacks a figure in which the others agree."""
    return len(set(values.values())) == 1 and len(values) < len(options)


def _has(scenario: Scenario, option: str, place: tuple[str, ...]) -> bool:
    """Whether an option has what a figure is of: the group, where it is of one."""
    groups = scenario.options[option].groups
    alone = len(groups) == 1
    return place[0] != "groups" or (alone if not place[1] else place[1] in groups and not alone)


def _place(scenario: Scenario, option: str, inner: str) -> tuple[str, ...]:
    """Where a figure stands in an option; the only group of it has no name."""
    steps = inner.split(".")
    if steps[0] == "groups" and len(scenario.options[option].groups) == 1:
        steps[1] = ""
    return tuple(steps)


def _title(
    scenario: Scenario, options: Sequence[str], place: tuple[str, ...], lang: Language
) -> str:
    """The figure first, then what it belongs to."""
    steps, owner = list(place), ""
    if steps[0] == "groups":
        group, steps = steps[1], steps[2:]
        named = next((o for o in options if group in scenario.options[o].groups), None)
        owner = group_title(scenario, named, group, lang) if group and named else ""
    *around, last = steps
    frames = FRAMES | {"payroll", "contract", "minutes", "retained", "one_offs", "amount"}
    if last == "amount" and around:
        last = around.pop()
    said = [term(step, lang) for step in around if step not in frames and not step.isdigit()]
    return " · ".join(part for part in (upper(term(last, lang)), *said, owner) if part)
