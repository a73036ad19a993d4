"""Every key of a scenario file with its unit and default, as the page ``docs/scenario-keys.md``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.scenario.base import Strict, field_docs
from sim.scenario.laws import LAWS, as_written
from sim.scenario.model import Scenario
from sim.scenario.parse import as_duration, as_share
from sim.scenario.units import unit_of

__all__ = ["reference_text"]

_HEAD = """# Keys of the scenario file

Every key with its unit and what holds when it is left out; “—” is nothing, “required” must be
given. How they work together says [scenario.md](scenario.md). This page is made from the code; a
test keeps it equal.
"""


def reference_text() -> str:
    r"""The page as the file ``docs/scenario-keys.md`` holds it.

    To write it anew::

        python -c "from sim.scenario.reference import reference_text as t; print(t(), end='')" \
            > docs/scenario-keys.md
    """
    found = [model for model in _models(Scenario, []) if model.__name__ not in _OWN_WORDS]
    sections = [_section(model) for model in found]
    return "\n".join([_HEAD, *sections])


def _models(model: type[Strict], known: list[type[Strict]]) -> list[type[Strict]]:
    """A model and those that its keys lead to, each once; laws have a table of their own."""
    if model in known or issubclass(model, LAWS):
        return known
    known.append(model)
    for field in model.model_fields.values():
        for below in _parts(field.annotation):
            _models(below, known)
    return known


def _parts(annotation: Any) -> Iterator[type[Strict]]:
    """The models within a type."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _section(model: type[Strict]) -> str:
    """One model as a table."""
    rows = []
    told = field_docs(model)
    for name, field in model.model_fields.items():
        if name not in _NOT_WRITTEN:
            default = _WORDS.get(f"{model.__name__}.{name}") or _default(field)
            key = field.alias or name
            rows.append(
                f"| `{key}` | {_kind(field)} | {default} | {_told(field, told.get(name))} |"
            )
    title = (model.__doc__ or model.__name__).strip().split("\n\n")[0].replace("\n    ", " ")
    head = f"## {model.__name__}\n\n{title}\n"
    return "\n".join([head, "| key | unit | default | meaning |", "|---|---|---|---|", *rows, ""])


#: Models that a file writes in words of their own: hours, titles, logs, promises, presets.
_OWN_WORDS = ("Text", "Log", "OpenHours", "ShiftHours", "Promises", "Promise", "Preset")
_NOT_WRITTEN = ("log", "used")
#: Defaults that are written in other words than their values.
_WORDS = {
    "Calendar.night": "22:00-06:00",
    "Calendar.weekend": "the country's own",
    "Scenario.baseline": "the first option",
    "Scenario.title": "the name",
    "Channel.open": "always",
    "Channel.arrivals": "required, or outbound",
    "Channel.priority": "1; 1000 with outbound",
    "Channel.at_closing": "stay; leave with outbound",
}


def _kind(field: FieldInfo) -> str:
    """Unit of a key."""
    return unit_of(field) or "—"


def _default(field: FieldInfo) -> str:
    """What holds where a key is left out, as a file writes it."""
    if field.is_required():
        return "required"
    if field.default_factory is not None and field.default is PydanticUndefined:
        try:
            return _written(field.default_factory(), field)  # type: ignore[call-arg]  # of data: TypeError
        except TypeError:
            return "follows from others"
    return _written(field.default, field)


def _written(value: object, field: FieldInfo) -> str:
    """A value as a file writes it."""
    if value is None or value == () or value == {} or value == "":
        return "—"
    if isinstance(value, LAWS):
        return as_written(value)
    if isinstance(value, Strict):
        return "as its own keys say"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        unit = unit_of(field)
        if unit == "s":
            return as_duration(value)
        return as_share(value) if unit in ("share", "factor", "share/year") else f"{value:g}"
    return str(value)


def _told(field: FieldInfo, written: str | None) -> str:
    """The meaning of a key on one line: its own words, or those of the model it leads to."""
    below = next(_parts(field.annotation), None)
    words = field.description or written or (below.__doc__ if below else "") or ""
    plain = words.strip().partition("\n\n")[0].replace("|", "/")
    return " ".join(plain.split()).replace(" [s]", "")
