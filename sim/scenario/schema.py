"""JSON Schema of the scenario file, so that editors complete and check it as one types."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sim.scenario.model import Scenario

__all__ = ["schema", "schema_text"]

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    A file with ``extends:``, and terms with ``preset:``, are checked against a second set of
    definitions in which nothing is required and null, which removes a key, is allowed.

    Examples
    --------
    >>> sorted(schema())
    ['$defs', '$schema', 'else', 'if', 'then', 'title']
    """
    whole = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = whole.pop("$defs")
    definitions["Scenario"] = whole
    parts = {f"{name}Part": _part(body) for name, body in definitions.items()}
    for name in [n for n, body in definitions.items() if "preset" in body.get("properties", {})]:
        definitions[f"{name}Whole"] = definitions[name]
        definitions[name] = _either("preset", f"{name}Part", f"{name}Whole")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "Linewise scenario",
        **_either("extends", "ScenarioPart", "Scenario"),
        "$defs": {name: _clean(body) for name, body in sorted({**definitions, **parts}.items())},
    }


def schema_text() -> str:
    r"""The schema as the file ``docs/scenario.schema.json`` holds it.

    To write it anew::

        python -c "from sim.scenario.schema import schema_text; print(schema_text(), end='')" \
            > docs/scenario.schema.json
    """
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _either(key: str, part: str, whole: str) -> dict[str, Any]:
    """With the key, what is given lies over something else; without it, it must be whole."""
    return {
        "if": {"required": [key]},
        "then": {"$ref": f"#/$defs/{part}"},
        "else": {"$ref": f"#/$defs/{whole}"},
    }


def _clean(schema: Any, *, names: bool = False) -> Any:
    """Keep what an editor shows: no titles made of names, no defaults in internal units."""
    if isinstance(schema, list):
        return [_clean(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {}
    for key, value in schema.items():
        if names or key not in ("title", "discriminator", "default"):
            cleaned[_BOUNDS.get(key, key)] = _clean(value, names=key == "properties")
    if isinstance(cleaned.get("description"), str):
        cleaned["description"] = cleaned["description"].partition("\n\n")[0]
    return cleaned


def _part(schema: Any) -> Any:
    """The same schema for a file that gives only what differs from another."""
    if isinstance(schema, list):
        return [_part(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    part = {_loose(key): _part(value) for key, value in schema.items() if key != "required"}
    if "$ref" in part:
        part["$ref"] += "Part"
    if isinstance(schema.get("properties"), dict):
        part["properties"] = {k: _or_null(v) for k, v in part["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        part["additionalProperties"] = _or_null(part["additionalProperties"])
    return part


def _loose(key: str) -> str:
    """Without required keys several alternatives can fit at once."""
    return "anyOf" if key == "oneOf" else key


def _or_null(schema: Any) -> Any:
    return {"anyOf": [schema, {"type": "null"}]}
