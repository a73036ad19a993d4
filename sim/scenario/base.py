"""What every model of the scenario shares: frozen, strict about keys, all refusals at once."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError

from sim.errors import InvalidInput

__all__ = [
    "Also",
    "Place",
    "Strict",
    "Text",
    "broken",
    "details",
    "entry",
    "field_docs",
    "in_file",
    "joined",
    "keys",
    "line_by_line",
    "nearest",
    "optional",
    "refusal",
    "shown",
]

Place = tuple[str | int, ...]
Line = TypeVar("Line")


def shown(value: object, length: int = 60) -> str:
    """Quote a value for a message, cut to a readable length."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def nearest(name: str, known: Collection[str], among: int = 12) -> str:
    """Hint for a name that is not known: the closest one, or the short list of all."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    if not known or not among:
        return ""
    listed = ", ".join(sorted(known)[:among])
    return f"known here: {listed}" + (", …" if len(known) > among else "")


def refusal(place: Place, rule: str, value: object, hint: str = "") -> InitErrorDetails:
    """One broken rule at a place below the model that is being read.

    The value is None where the rule already says it all.
    """
    error = InvalidInput(str(place[-1]) if place else "value", rule, value, hint)
    return {"type": "value_error", "loc": place, "input": value, "ctx": {"error": error}}


def broken(place: Place, rule: str, value: object, hint: str = "") -> ValidationError:
    """One broken rule, ready to be raised by the model that found it."""
    return joined("Scenario", [refusal(place, rule, value, hint)])


def joined(title: str, lines: Iterable[InitErrorDetails]) -> ValidationError:
    """Bind several refusals into the one error that pydantic passes upwards."""
    return ValidationError.from_exception_data(title, list(lines))


def details(error: ValidationError) -> list[InitErrorDetails]:
    """Take an error apart so that more lines can be added to it."""
    return [
        {
            "type": line["type"],
            "loc": line["loc"],
            "input": line["input"],
            "ctx": line.get("ctx", {}),
        }
        for line in error.errors(include_url=False)
    ]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and says which key was probably meant."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        serialize_by_alias=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _name_unknown_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise joined(cls.__name__, (_explained(line, cls) for line in details(error))) from None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors what is written below each field.

        Pydantic can do that by itself, but then reads the source of every model whenever it is
        imported, which takes as long as all the rest of it.
        """
        shown = handler(schema)
        properties = handler.resolve_ref_schema(shown).get("properties", {})
        for name, words in field_docs(cls).items():
            key = cls.model_fields[name].alias or name
            below = handler.resolve_ref_schema(properties.get(key, {}))
            if key in properties and below.get("description") != words:  # a model may say the same
                properties[key].setdefault("description", words)
        return shown


class Text(Strict):
    """Words in one language or several, written plainly or as ``{en: …, ru: …}``.

    Examples
    --------
    >>> Text(words={"en": "Night", "ru": "Ночь"}).in_("ru")
    'Ночь'
    >>> Text(words={"": "Night"}).in_("ru")
    'Night'
    """

    words: Mapping[str, str]
    """Text by language code; the empty code stands for any language."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, str):
            return {"words": {"": data}}
        if isinstance(data, Mapping) and data and (in_file(info) or "words" not in data):
            return {"words": _by_language(data)}
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors what is written: text, or text by language."""
        by_language = {"type": "object", "additionalProperties": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, by_language]}

    def in_(self, language: str) -> str:
        """The words in a language; in English, or what there is, when it lacks them."""
        for code in (language, language.partition("-")[0], "en", ""):
            if code in self.words:
                return self.words[code]
        return next(iter(self.words.values()))


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """What is written in the source below each field of a model, and of those it extends."""
    found: dict[str, str] = {}
    for ancestor in reversed(model.__mro__):
        if issubclass(ancestor, Strict):
            found |= _module_docs(ancestor.__module__).get(ancestor.__qualname__, {})
    return {name: words for name, words in found.items() if name in model.model_fields}


@functools.cache
def _module_docs(module: str) -> dict[str, dict[str, str]]:
    """Texts below fields by class of a module; none where its source is not at hand."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    return {node.name: _class_docs(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_docs(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, below in pairwise(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[field.target.id] = inspect.cleandoc(text.value)
    return found


def _by_language(data: Mapping[str, object]) -> Mapping[str, object]:
    wrong = [
        refusal((str(code),), "must be a language code with text", words, "write it like en: Night")
        for code, words in data.items()
        if not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", str(code)) or not isinstance(words, str)
    ]
    if wrong:
        raise joined("Text", wrong)
    return data


def _explained(line: InitErrorDetails, model: type[BaseModel]) -> InitErrorDetails:
    place = line.get("loc", ())
    if line["type"] != "extra_forbidden" or len(place) != 1:
        return line
    key = str(place[0])
    return refusal(place, "is not a known key", None, nearest(key, keys(model)))


@functools.cache
def keys(model: type[BaseModel]) -> tuple[str, ...]:
    """Keys that a model accepts, as they are written in a file."""
    return tuple(model.model_json_schema().get("properties", {}))


def in_file(info: ValidationInfo) -> bool:
    """Whether a file is being read, so that only what people write is accepted."""
    return bool((info.context or {}).get("file"))


class Also:
    """Tells editors of a second way to write a value, such as a shorthand."""

    def __init__(self, **schema: Any) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Both ways."""
        return {"anyOf": [self.schema, handler(schema)]}


def optional(*names: str) -> Callable[[dict[str, Any]], None]:
    """Keys that a file may leave out, although the model always has them."""

    def strip(schema: dict[str, Any]) -> None:
        schema["required"] = [name for name in schema.get("required", ()) if name not in names]

    return strip


def line_by_line(
    name: str, data: object, info: ValidationInfo, read: Callable[[str, object], Line], what: str
) -> object:
    """Read a mapping line by line, with the refusals of all lines at once.

    Parameters
    ----------
    name, what
        Key of the mapping, and what its lines are.
    data
        What is given; a model built in Python has it read already.
    info
        Tells whether a file is being read.
    read
        Reads a line from its key and its text, or raises `InvalidInput`.
    """
    if not isinstance(data, Mapping):
        if in_file(info):
            raise InvalidInput(name, f"must be a mapping of {what}", data)
        return data
    found: list[Line] = []
    wrong: list[InitErrorDetails] = []
    for key, text in data.items():
        try:
            found.append(read(str(key), text))
        except InvalidInput as error:
            wrong.append(refusal((str(key),), error.rule, error.value, error.hint))
    if wrong:
        raise joined(name.capitalize(), wrong)
    return tuple(found)


def entry(data: object, key: str) -> Any:
    """Read a key of raw data or an attribute of a built model alike; None when it has neither."""
    if isinstance(data, Mapping):
        return data.get(key)
    return getattr(data, key, None)
