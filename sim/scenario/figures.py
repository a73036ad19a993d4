"""The figures that a scenario rests on, each with its source: its own, and those of presets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sim.scenario.base import Strict
from sim.scenario.channel import Channel
from sim.scenario.laws import LAWS, as_written
from sim.scenario.option import Group, Option, Skill
from sim.scenario.terms import Assumption, ContractTerms, InhouseTerms, presets
from sim.scenario.terms.shipped import scales, standing
from sim.scenario.units import unit_of

__all__ = ["ASSUMED", "figures"]

ASSUMED = "assumption of the scenario"
"""Source of a figure that a scenario gives without one."""

# What is decided or promised is not assumed.
DECIDED = ("after", "open", "short_abandon", "staffing", "target")

# Where terms have their scale of contributions.
_SCALE = ".agents.contributions"

_Figure = tuple[float | str, str]  # value and unit


def figures(
    channels: Mapping[str, Channel],
    options: Mapping[str, Option],
    sources: Mapping[str, str],
    more: Mapping[str, Strict] | None = None,
) -> Iterator[Assumption]:
    """Figures of a scenario, channels before options, within terms those of a preset first.

    Parameters
    ----------
    channels, options
        By name.
    sources
        Where figures come from, by their path or the path of what holds them. A source that
        names a whole speaks only for what the scenario itself gives there, not for a preset.
    more
        Further sections of the file, by key.

    Examples
    --------
    >>> phone = Channel(kind="voice", arrivals=(1.0,) * 168, handle_time=240.0, fcr=0.75)
    >>> [(f.path, f.value) for f in figures({"phone": phone}, {}, {})]
    [('channels.phone.arrivals', 168.0),
     ('channels.phone.handle_time', 'exponential, mean 4m'), ('channels.phone.fcr', 0.75)]
    """
    for name, channel in channels.items():
        place = f"channels.{name}"
        weekly: _Figure = (channel.volume, "contacts/week")
        yield _stated(f"{place}.arrivals", weekly, sources)
        yield from _own(channel, place, sources)
    for name, option in options.items():
        place = f"options.{name}"
        yield from _own(option.model_copy(update={"groups": {}}), place, sources)
        for key, group in option.groups.items():
            yield from _of_group(group, f"{place}.groups.{key}", sources)
    for name, section in (more or {}).items():
        yield from _own(section, name, sources)


def _of_group(group: Group, place: str, sources: Mapping[str, str]) -> Iterator[Assumption]:
    bare = group.model_copy(update={"payroll": None, "contract": None})
    yield from _own(bare, place, sources)
    if group.payroll is not None:
        yield from _of_terms(group.payroll, f"{place}.payroll", sources)
    if group.contract is not None:
        yield from _of_terms(group.contract, f"{place}.contract", sources)


def _own(model: Strict, place: str, sources: Mapping[str, str]) -> Iterator[Assumption]:
    for below, figure in _walk(model, ""):
        yield _stated(place + below, figure, sources)


def _of_terms(
    terms: InhouseTerms | ContractTerms, place: str, sources: Mapping[str, str]
) -> Iterator[Assumption]:
    own = dict(_walk(terms, ""))
    ready = _of_preset(terms, own)
    for below, assumption in ready.items():
        path = place + below
        here = replace(assumption, path=path)
        said = sources.get(path)
        yield here if said is None else replace(here, source=said, confidence="stated")
    listed = _of_catalogue(terms)
    for below, figure in own.items():
        if any(_within(below, done) for done in ready):
            continue
        found = _stated(place + below, figure, sources)
        published = listed.get(below)
        if published is not None and found.confidence == "assumption":
            found = replace(published, path=found.path)
        yield found


def _of_catalogue(terms: InhouseTerms | ContractTerms) -> dict[str, Assumption]:
    """Prices that come from the catalogue of software, by place below the terms."""
    return {
        f".software.{item.name}.{key}": item.published
        for item in getattr(terms, "software", ())
        for key in ("price_month", "price_each")
        if item.published is not None and getattr(item, key) is not None
    }


def _of_preset(
    terms: InhouseTerms | ContractTerms, own: Mapping[str, _Figure]
) -> dict[str, Assumption]:
    """What the terms still have of their preset, by place."""
    if terms.preset is None:
        return {}
    chosen, used = terms.preset.name, terms.preset.used
    name, _, model = chosen.partition("/")
    built = presets.contract(name, model) if model else presets.inhouse(name)
    shipped = dict(_walk(built, ""))
    listed = {f".{place}": entry for place, entry in standing(chosen).items() if place in used}
    # Terms can be changed after they were laid over the preset: what differs is not its any more.
    left = {
        place: entry for place, entry in listed.items() if _at(own, place) == _at(shipped, place)
    }
    return left if _SCALE in left else {**left, **_of_scale(terms)}


def _of_scale(terms: InhouseTerms | ContractTerms) -> dict[str, Assumption]:
    """Another of the preset's scales of contributions, where that is what the terms have."""
    if terms.preset is None or not isinstance(terms, InhouseTerms):
        return {}
    name = terms.preset.name
    for scale in scales(name):
        if presets.contributions(name, scale) == terms.agents.contributions:
            entry = presets.sources(name)[f"contributions.{scale}"]
            return {_SCALE: replace(entry, value=scale)}
    return {}


def _at(figures: Mapping[str, _Figure], place: str) -> dict[str, _Figure]:
    return {below: figure for below, figure in figures.items() if _within(below, place)}


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith(f"{whole}.")


def _walk(model: Strict, place: str) -> Iterator[tuple[str, _Figure]]:
    """Quantities that were given, not left at their defaults, by place below a model."""
    for name, field in type(model).model_fields.items():
        if isinstance(model, Skill) and name == "handle_time" and model.own_mean is not None:
            continue  # follows from the mean
        if name in model.model_fields_set and name not in DECIDED:
            yield from _leaves(
                getattr(model, name), f"{place}.{field.alias or name}", unit_of(field)
            )


def _leaves(value: object, place: str, unit: str | None) -> Iterator[tuple[str, _Figure]]:
    if isinstance(value, LAWS):
        yield place, (as_written(value), "law")
    elif isinstance(value, Strict):
        yield from _walk(value, place)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{place}.{key}", unit)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{place}.{getattr(item, 'name', number)}", unit)
    elif isinstance(value, int | float) and unit is not None:
        yield place, (value, unit)


def _stated(path: str, figure: _Figure, sources: Mapping[str, str]) -> Assumption:
    value, unit = figure
    said = [named for named in sources if _within(path, named)]
    if not said:
        return Assumption(path, value, unit, ASSUMED, "assumption")
    return Assumption(path, value, unit, sources[max(said, key=len)], "stated")
