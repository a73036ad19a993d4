"""From what pydantic found to what a user can act on: place, rule, value, hint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails, ValidationError

from sim.errors import InvalidInput, Problem
from sim.scenario.base import Place, shown
from sim.scenario.tree import Node

__all__ = ["problems", "said"]

_RULES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda c: "is missing",
    "extra_forbidden": lambda c: "is not a known key",
    "greater_than": lambda c: f"must be above {_plain(c['gt'])}",
    "greater_than_equal": lambda c: f"must be at least {_plain(c['ge'])}",
    "less_than": lambda c: f"must be below {_plain(c['lt'])}",
    "less_than_equal": lambda c: f"must be at most {_plain(c['le'])}",
    "finite_number": lambda c: "must be finite",
    "literal_error": lambda c: f"must be {c['expected'].replace(chr(39), '')}",
    "string_type": lambda c: "must be text",
    "string_pattern_mismatch": lambda c: f"must look like {c['pattern']}",
    "bool_type": lambda c: "must be true or false",
    "bool_parsing": lambda c: "must be true or false",
    "date_type": lambda c: "must be a date",
    "tuple_type": lambda c: "must be a list",
    "too_short": lambda c: (
        "must not be empty" if c["min_length"] == 1 else f"must have {c['min_length']} values"
    ),
    "too_long": lambda c: f"must have at most {c['max_length']} values",
    **dict.fromkeys(
        ("mapping_type", "dict_type", "model_type", "model_attributes_type"),
        lambda c: "must be a mapping of keys",
    ),
    **dict.fromkeys(
        ("int_type", "int_from_float", "int_parsing", "int_parsing_size"),
        lambda c: "must be a whole number",
    ),
    **dict.fromkeys(("float_type", "float_parsing"), lambda c: "must be a number"),
}
_WITHOUT_VALUE = ("missing", "too_short", "extra_forbidden")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def problems(error: ValidationError, tree: Node) -> list[Problem]:
    """Every broken rule, at the line where its value or its parent stands."""
    lines = error.errors(include_url=False)
    return list(dict.fromkeys(_problem(line, tree) for line in lines if not _follows(line)))


def _follows(line: ErrorDetails) -> bool:
    """Whether it is only so because other values are wrong, which are told."""
    if line["type"] == "default_factory_not_called":
        return True  # a default that other values give
    # Parts that are wrong are not counted as parts of a list.
    return line["type"] == "too_short" and line["ctx"]["actual_length"] < len(line["input"])


def _problem(line: ErrorDetails, tree: Node) -> Problem:
    rule, hint = said(line)
    node, path = _located(line["loc"], tree, missing=rule == "is missing")
    return node.problem(path, rule, hint)


def _located(place: Place, tree: Node, *, missing: bool) -> tuple[Node, str]:
    """Follow a place of the model through the file.

    The model has steps that the file has not: the tag of a union, a part that was written in
    shorthand. They are passed over; a key that is missing stays in the path. What a preset gives
    stands where the preset is named.
    """
    node, path = tree, ""
    preset: Node | None = None
    for index, step in enumerate(place):
        named = node.value.get("preset") if isinstance(node.value, dict) else None
        if named is not None and isinstance(named.value, str):
            preset = named
        if isinstance(node.value, dict) and str(step) in node.value:
            node = node.value[str(step)]
            path += f".{step}" if path else str(step)
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node, preset = node.value[step], None
            path += f"[{step}]"
        elif preset is not None and not missing:
            node = preset
            path += f"[{step}]" if isinstance(step, int) else f".{step}"
        elif missing and index == len(place) - 1:
            path += f".{step}" if path else str(step)
    return node, path


def said(line: ErrorDetails) -> tuple[str, str]:
    """The rule that is broken, with the value, and a hint."""
    context = line.get("ctx", {})
    cause = context.get("error")
    value = line["input"]
    if isinstance(cause, InvalidInput):
        given = "" if cause.value is None else f", got {shown(cause.value)}"
        return cause.rule + given, cause.hint
    known = _RULES.get(line["type"])
    rule = known(context) if known else line["msg"].lower()
    if value is None and line["type"] != "missing":
        return "has no value", "give one, or remove the key"
    if line["type"] in _WITHOUT_VALUE or isinstance(value, Mapping | list | tuple):
        return rule, ""
    return f"{rule}, got {shown(value)}", ""
