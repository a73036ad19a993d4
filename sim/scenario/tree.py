"""YAML text to a tree that remembers where every value stands.

Only the plain part of YAML 1.2 is read: mappings, lists and scalars, with anchors in moderation.
Tags, merge keys and further documents are refused, so that a file can do nothing but say things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from sim.errors import Problem, ScenarioError
from sim.scenario.base import shown

__all__ = ["Node", "Origin", "read_tree", "read_values"]

MOST_BYTES = 2_000_000
MOST_NODES = 50_000  # about two seconds of reading; the largest honest file has a tenth
MOST_ALIASES = 100
DEEPEST = 40

_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(frozen=True)
class Origin:
    """The file a value stands in: its name as the user gave it, and its folder, if it has one."""

    name: str
    folder: Path | None


@dataclass(frozen=True)
class Node:
    """A value with its place: a scalar, a mapping of nodes or a list of nodes."""

    value: Any
    origin: Origin
    line: int

    def plain(self) -> Any:
        """The value alone, as pydantic reads it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def problem(self, path: str, rule: str, hint: str = "") -> Problem:
        """A problem at this place."""
        return Problem(self.origin.name, self.line, path, rule, hint)


def read_tree(data: bytes, origin: Origin) -> Node:
    """Read one YAML document whose top level is a mapping.

    Raises
    ------
    ScenarioError
        With every duplicate key, or the first thing that is not YAML at all.
    """
    text = _decoded(data, origin)
    reader = _Reader(origin)
    try:
        tree = reader.document(YAML(typ="rt", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise _syntax_error(error, text, origin) from None
    except (YAMLError, ValueError) as error:
        raise _failure(origin, 0, f"is not readable as YAML ({_first_line(error)})") from None
    if tree.value is None:
        raise _failure(origin, 0, "is empty", "begin with name: …")
    if not isinstance(tree.value, dict):
        rule = f"must be a mapping of keys at the top, got {_kind(tree.value)}"
        raise _failure(origin, tree.line, rule, "begin with name: …")
    if reader.problems:
        raise ScenarioError(reader.problems)
    return tree


def read_values(data: Mapping[str, Any], origin: Origin) -> Node:
    """Take what a file says as keys and values, within the limits of a file; it has no lines.

    Raises
    ------
    ScenarioError
        If no file could say it.
    """
    return _Values(origin).node(data, 0)


def _decoded(data: bytes, origin: Origin) -> str:
    if len(data) > MOST_BYTES:
        raise _failure(origin, 0, f"must be at most 2 MB, got {len(data)} bytes")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _failure(origin, 0, "must be UTF-8, got UTF-16", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        rule = f"must be UTF-8, got byte 0x{data[error.start]:02x} at position {error.start}"
        raise _failure(origin, line, rule, "save it as UTF-8") from None
    if not text.strip():
        raise _failure(origin, 0, "is empty", "begin with name: …")
    bad = _CONTROL.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        raise _failure(origin, line, f"has a control character (code {ord(bad[0])})")
    return text


def _failure(origin: Origin, line: int, rule: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(origin.name, line, "", rule, hint)])


def _syntax_error(error: MarkedYAMLError, text: str, origin: Origin) -> ScenarioError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    around = lines[line - 1] if 0 < line <= len(lines) else ""
    hint = "indent with spaces, not tabs" if around.lstrip(" ").startswith("\t") else ""
    return _failure(origin, line, f"is not readable as YAML ({_first_line(error)})", hint)


def _first_line(error: Exception) -> str:
    what = getattr(error, "problem", None) or str(error)
    return str(what).strip().partition("\n")[0]


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else shown(value)


def _scalar(event: ScalarEvent) -> Any:
    """Resolve a scalar by the core schema of YAML 1.2; dates and times stay text."""
    text: str = event.value
    if event.style == ">":  # the parser marks with bells where a folded text was folded
        return text.replace("\a", "")
    if not event.implicit[0]:
        return text
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _REAL.fullmatch(text) and len(text) <= 60 else text


@dataclass
class _Reader:
    """Builds nodes from parser events, within the limits on size and depth."""

    origin: Origin
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    nodes: int = 0
    aliases: int = 0

    def document(self, events: Iterator[Event]) -> Node:
        tree: Node | None = None
        for event in events:
            if isinstance(event, StreamStartEvent | DocumentEndEvent | StreamEndEvent):
                continue
            if not isinstance(event, DocumentStartEvent):
                raise self.refusal(event, "is not readable as YAML")
            if tree is not None:
                raise self.refusal(event, "must be one document", "remove the line ---")
            tree = self.node(next(events), events, "", 0)
        return tree or Node(None, self.origin, 0)

    def node(self, event: Event, events: Iterator[Event], path: str, depth: int) -> Node:
        self.count(event, 1)
        if depth > DEEPEST:
            raise self.refusal(event, f"must be nested at most {DEEPEST} deep")
        if isinstance(event, AliasEvent):
            return self.alias(event)
        self.refuse_tag(event)
        before = self.nodes
        value = self.value(event, events, path, depth)
        found = Node(value, self.origin, event.start_mark.line + 1)
        if anchor := getattr(event, "anchor", None):
            self.anchors[anchor] = (found, self.nodes - before + 1)
        return found

    def value(self, event: Event, events: Iterator[Event], path: str, depth: int) -> Any:
        if isinstance(event, ScalarEvent):
            self.refuse_control(event)
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(events, path, depth)
        if isinstance(event, MappingStartEvent):
            return self.mapping(events, path, depth)
        raise self.refusal(event, "is not readable as YAML")

    def sequence(self, events: Iterator[Event], path: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self.node(event, events, f"{path}[{len(items)}]", depth + 1))
        return items

    def mapping(self, events: Iterator[Event], path: str, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self.key(event)
            place = f"{path}.{key}" if path else key
            node = self.node(next(events), events, place, depth + 1)
            if not isinstance(node.value, dict | list):
                entries[key] = self.placed(entries, key, place, node, event)
            else:
                at = Node(node.value, self.origin, event.start_mark.line + 1)
                entries[key] = self.placed(entries, key, place, at, event)
        return entries

    def placed(
        self, entries: dict[str, Node], key: str, path: str, node: Node, event: Event
    ) -> Node:
        if key in entries:
            line = event.start_mark.line + 1
            rule = f"is given twice, first on line {entries[key].line}"
            self.problems.append(Problem(self.origin.name, line, path, rule, "keep one of them"))
        return node

    def key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent) or event.tag:
            raise self.refusal(event, "must have plain text as its keys")
        if event.value == "<<" and event.implicit[0]:
            raise self.refusal(event, "must not use merge keys", "use extends: to build on a file")
        self.refuse_control(event)
        self.count(event, 1)
        return str(event.value)

    def alias(self, event: AliasEvent) -> Node:
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            raise self.refusal(event, f"must use at most {MOST_ALIASES} aliases")
        if event.anchor not in self.anchors:
            rule = f"uses the alias *{event.anchor}, which is not defined before it"
            raise self.refusal(event, rule)
        node, size = self.anchors[event.anchor]
        self.count(event, size)
        return node

    def refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in ("!", "None"):
            raise self.refusal(event, f"must not use tags, got {shown(str(tag))}")

    def refuse_control(self, event: ScalarEvent) -> None:
        """Refuse what only an escape in quotes can bring in: a terminal would obey it."""
        bad = _CONTROL.search(event.value) if event.style == '"' else None
        if bad:
            raise self.refusal(event, f"has a control character (code {ord(bad[0])})")

    def count(self, event: Event, more: int) -> None:
        self.nodes += more
        if self.nodes > MOST_NODES:
            raise self.refusal(event, f"must have at most {MOST_NODES} values")

    def refusal(self, event: Event, rule: str, hint: str = "") -> ScenarioError:
        return _failure(self.origin, event.start_mark.line + 1, rule, hint)


@dataclass
class _Values:
    """Builds nodes from plain values, as `_Reader` does from the text that would say the same."""

    origin: Origin
    nodes: int = 0

    def node(self, value: Any, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _failure(self.origin, 0, f"must have at most {MOST_NODES} values")
        if depth > DEEPEST:
            raise _failure(self.origin, 0, f"must be nested at most {DEEPEST} deep")
        return Node(self.value(value, depth), self.origin, 0)

    def value(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.node(one, depth + 1) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.node(one, depth + 1) for one in value]
        if isinstance(value, int) and abs(value) >= 10**30:
            return str(value)  # as text has it: a number of so many digits is none
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        if bad := _CONTROL.search(text):
            raise _failure(self.origin, 0, f"has a control character (code {ord(bad[0])})")
        return text
