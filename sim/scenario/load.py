"""The door: a file, or text, becomes a `Scenario`, or one error with everything that is wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import InvalidInput, Problem, ScenarioError, of_kind
from sim.scenario.base import shown
from sim.scenario.files import Folder
from sim.scenario.log import read_log
from sim.scenario.measured import read_durations
from sim.scenario.model import CURRENCY, INTERVALS, Scenario
from sim.scenario.parse import seconds
from sim.scenario.tables import WeekTable, read_table
from sim.scenario.tree import MOST_BYTES, Node, Origin, read_tree, read_values
from sim.scenario.wording import problems

__all__ = ["find", "load", "load_text", "load_tree", "raw", "standalone"]

SUFFIXES = (".yaml", ".yml")
LONGEST_CHAIN = 20
WHOLE = ("arrivals", "intervals", "table")  # half of one and half of another make no sense


def load(path: str | Path) -> Scenario:
    """Read a scenario file with everything it refers to.

    Parameters
    ----------
    path
        The YAML file. Files it names must lie in its folder or below.

    Raises
    ------
    ScenarioError
        With every problem found: file, line, path, rule, value and hint.
    """
    place = _path("path", path)
    try:
        if not place.is_file():
            raise ScenarioError([Problem(str(path), 0, "", _no_file(place))])
        with place.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([Problem(str(path), 0, "", f"cannot be read ({reason})")]) from None
    origin = Origin(str(path), place.resolve().parent)
    return _built(read_tree(data, origin))


def _path(name: str, value: object) -> Path:
    """Take the path of a file or a folder."""
    if not isinstance(value, str | Path):
        raise InvalidInput(name, "must be a path", value)
    return Path(value)


def _resolved(folder: object) -> Path:
    """The whole path of a folder that files may be read from."""
    try:
        return _path("folder", folder).resolve()
    except (OSError, ValueError) as error:
        raise InvalidInput("folder", f"cannot be read ({error})", folder) from None


def _no_file(place: Path) -> str:
    """Why a path is no file that can be read to its end."""
    if place.is_dir():
        return "is a folder, not a file"
    return "is a device or a pipe, not a file" if place.exists() else "does not exist"


def load_text(text: str, name: str = "scenario.yaml", folder: str | Path | None = None) -> Scenario:
    """Read a scenario from text, as an editor or an upload gives it.

    Parameters
    ----------
    text
        The YAML.
    name
        What to call it in messages.
    folder
        Where the files lie that it names; None if it may name none.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    data = of_kind("text", text, str, "must be text").encode("utf-8", "surrogatepass")
    of_kind("name", name, str, "must be the name of a file")
    origin = Origin(name, None if folder is None else _resolved(folder))
    return _built(read_tree(data, origin))


def load_tree(tree: Mapping[str, Any], name: str = "scenario.yaml") -> Scenario:
    """Read a scenario from what its file says, as `standalone` has it; it can name no other file.

    Parameters
    ----------
    tree
        Keys and values.
    name
        What to call it in messages.

    Raises
    ------
    ScenarioError
        With every problem found.

    Examples
    --------
    >>> from sim.scenario.ready import ready
    >>> load_tree({**standalone(ready()["help-desk"]), "name": "theirs"}).name
    'theirs'
    """
    return _built(read_values(tree, Origin(name, None)))


def find(folder: str | Path) -> tuple[Path, ...]:
    """Scenario files directly in a folder, by name; a file is found as itself.

    Raises
    ------
    ScenarioError
        If there is no such folder, or no scenario in it.
    """
    place = _path("folder", folder)
    try:
        if place.is_file():
            return (place,)
        if not place.is_dir():
            raise ScenarioError([Problem(str(folder), 0, "", _no_file(place))])
    except OSError as error:
        rule = f"cannot be read ({error.strerror})"
        raise ScenarioError([Problem(str(folder), 0, "", rule)]) from None
    # A link that leads nowhere is found too, so that reading it says so: nothing is left out
    # in silence.
    names = (p for p in place.iterdir() if p.suffix.lower() in SUFFIXES)
    found = sorted(p for p in names if not p.is_dir())
    if not found:
        rule, hint = "has no scenario files", "put a .yaml file there"
        raise ScenarioError([Problem(str(folder), 0, "", rule, hint)])
    return tuple(found)


def raw(path: str | Path) -> dict[str, Any]:
    """What a scenario file says as it is written, laid over the files that it extends.

    Raises
    ------
    ScenarioError
        If a file is damaged or missing. What it says is not checked: `load` does that.
    """
    place = Path(path)
    origin = Origin(place.name, place.resolve().parent)
    tree = read_tree(place.read_bytes(), origin)
    extended = _Reader(Folder(origin.folder)).extended(tree, (_identity(origin),))
    found: dict[str, Any] = extended.plain()
    return found


def standalone(path: str | Path | None = None, text: str = "") -> dict[str, Any]:
    """What a scenario says with everything it refers to brought in, as plain keys and values.

    Parameters
    ----------
    path
        The YAML file.
    text
        Where there is no file: the YAML, which can name no other file.

    Raises
    ------
    ScenarioError
        If a file is damaged or missing. What it says is not checked: `load` does that.

    Examples
    --------
    >>> standalone(text="{name: mine, channels: {phone: {volume: 900 / week}}}")
    {'name': 'mine', 'channels': {'phone': {'volume': '900 / week'}}}
    """
    if path is None:
        data, origin = text.encode("utf-8", "surrogatepass"), Origin("scenario.yaml", None)
    else:
        place = Path(path)
        data, origin = place.read_bytes(), Origin(place.name, place.resolve().parent)
    reader = _Reader(Folder(origin.folder))
    tree = reader.with_tables(reader.extended(read_tree(data, origin), (_identity(origin),)))
    if reader.problems:
        raise ScenarioError(reader.problems)
    found: dict[str, Any] = tree.plain()
    return found


def _built(read: Node) -> Scenario:
    reader = _Reader(Folder(read.origin.folder))
    tree = reader.with_tables(reader.extended(read, (_identity(read.origin),)))
    try:
        scenario = Scenario.model_validate(tree.plain(), context=_context(tree))
    except ValidationError as error:
        raise ScenarioError(reader.problems + problems(error, tree)) from None
    if reader.problems:
        raise ScenarioError(reader.problems)
    return scenario


def _identity(origin: Origin) -> Path:
    return (origin.folder or Path()) / Path(origin.name).name


def _context(tree: Node) -> dict[str, object]:
    """What the parts of a file must know of the whole."""
    interval = _text(tree, "interval")
    try:
        slot = seconds(interval) if interval else Scenario.model_fields["interval"].default
    except InvalidInput:
        slot = None
    currency = _text(tree, "currency") or Scenario.model_fields["currency"].default
    known = currency if re.fullmatch(CURRENCY, currency) else None
    return {"file": True, "currency": known, "interval": slot if slot in INTERVALS else None}


def _text(tree: Node, key: str) -> str | None:
    value = tree.value[key].value if key in tree.value else None
    return value if isinstance(value, str) else None


@dataclass
class _Reader:
    """Brings in what a file refers to; keeps the problems, so that all are told at once."""

    folder: Folder
    problems: list[Problem] = field(default_factory=list)
    tables: dict[str, WeekTable] = field(default_factory=dict)

    def extended(self, tree: Node, chain: tuple[Path, ...]) -> Node:
        """Lay a tree over the one it extends."""
        link = tree.value.get("extends")
        if link is None:
            return tree
        rest = replace(tree, value={k: v for k, v in tree.value.items() if k != "extends"})
        if not isinstance(link.value, str):
            rule = f"must be the name of a file, got {shown(link.plain())}"
            raise ScenarioError([link.problem("extends", rule)])
        try:
            data, origin = self.folder.bytes_of(link.value, link.origin)
        except InvalidInput as error:
            raise ScenarioError([_reference(link, "extends", error)]) from None
        path = _identity(origin)
        if path in chain:
            names = " → ".join(p.name for p in (*chain, path))
            raise ScenarioError([link.problem("extends", f"goes round in a circle: {names}")])
        if len(chain) >= LONGEST_CHAIN:
            rule = f"must not be longer than {LONGEST_CHAIN} files"
            raise ScenarioError([link.problem("extends", rule)])
        return _merged(self.extended(read_tree(data, origin), (*chain, path)), rest)

    def with_tables(self, tree: Node) -> Node:
        """Put the numbers of CSV files in place of their names."""
        for parts, column in list(_references(tree)):
            link = _at(tree, parts)
            tree = _replaced(tree, parts, self.numbers(link, ".".join(parts), column))
        for parts in list(_measured(tree, ("channels",))):
            link = _at(tree, (*parts, "file"))
            law = _at(tree, parts)
            rest = {key: node for key, node in law.value.items() if key != "file"}
            table = self.durations(link, ".".join((*parts, "file")))
            tree = _replaced(tree, parts, replace(law, value={**rest, "table": table}))
        for name in _keys(tree, "channels"):
            place = ("channels", name, "arrivals", "log")
            if isinstance(_value(tree, place), str):
                start = str(_value(tree, ("calendar", "start")))
                tree = _replaced(tree, place, self.log(_at(tree, place), ".".join(place), start))
        return tree

    def log(self, link: Node, path: str, start: str) -> Node:
        """The contacts of a log, each a line of text."""
        # Something valid at first, so that the rest is checked: it lies in the period, if that is.
        found = [(f"{start if _is_date(start) else '2026-03-02'} 00:00", link.line)]
        origin = link.origin
        try:
            data, origin = self.folder.bytes_of(link.value, link.origin)
            found = read_log(data, origin.name)
        except InvalidInput as error:
            self.problems.append(_reference(link, path, error))
        except ScenarioError as error:
            self.problems.extend(error.problems)
        return replace(link, value=[Node(text, origin, line) for text, line in found])

    def durations(self, link: Node, path: str) -> Node:
        """The table of an empirical law that a CSV file holds."""
        found = {"1s": "100%"}  # something valid, so that the rest of the file is still checked
        try:
            data, origin = self.folder.bytes_of(link.value, link.origin)
            found = read_durations(data, origin.name)
        except InvalidInput as error:
            self.problems.append(_reference(link, path, error))
        except ScenarioError as error:
            self.problems.extend(error.problems)
        return replace(link, value={t: replace(link, value=s) for t, s in found.items()})

    def numbers(self, link: Node, path: str, column: str) -> Node:
        try:
            data, origin = self.folder.bytes_of(link.value, link.origin)
            if origin.name not in self.tables:
                self.tables[origin.name] = read_table(data, origin.name)
            week = self.tables[origin.name].column(column)
            return replace(link, value=[Node(value, origin, line) for value, line in week])
        except InvalidInput as error:
            self.problems.append(_reference(link, path, error))
        except ScenarioError as error:
            self.problems.extend(error.problems)
        # Something valid in its place, so that the rest of the file is still checked.
        return replace(link, value=[replace(link, value=1.0)] * 168)


def _is_date(text: str) -> bool:
    """Whether a text is a date as a file has it."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _reference(link: Node, path: str, error: InvalidInput) -> Problem:
    return link.problem(path, f"{error.rule}, got {shown(error.value)}", error.hint)


def _merged(base: Node, over: Node) -> Node:
    """Merge mappings deeply; whatever else is given replaces; null removes."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    if _alternatives(base.value, over.value):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        if node.value is None and key in merged:
            del merged[key]
        elif key in merged and key not in WHOLE:
            merged[key] = _merged(merged[key], node)
        else:
            merged[key] = node
    return replace(over, value=merged)


def _alternatives(base: Mapping[str, Node], over: Mapping[str, Node]) -> bool:
    """Whether one thing stands instead of another: a second law, a second form of staffing."""
    if "law" in base and "law" in over:
        return bool(base["law"].value != over["law"].value)
    forms = ("shifts", "intervals", "to_target")
    before, after = ([form for form in forms if form in part] for part in (base, over))
    return bool(before and after and before != after)


def _references(tree: Node) -> Iterator[tuple[tuple[str, ...], str]]:
    """Places that may name a CSV file, with the column each wants."""
    for name in _keys(tree, "channels"):
        if _value(tree, ("channels", name, "arrivals")) == "none":
            continue  # nothing comes by itself
        yield from _named(tree, ("channels", name, "arrivals"), name)
    tops = [(), *(("options", option) for option in _keys(tree, "options"))]
    for top in itertools.chain(tops):
        for name in _keys(tree, *top, "groups"):
            yield from _named(tree, (*top, "groups", name, "staffing", "intervals"), name)


def _measured(tree: Node, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Places of laws that name a file of measured durations."""
    node = _value(tree, parts)
    if not isinstance(node, dict):
        return
    if _value(tree, (*parts, "law")) == "empirical" and isinstance(
        _value(tree, (*parts, "file")), str
    ):
        yield parts
    for key in node:
        yield from _measured(tree, (*parts, key))


def _named(
    tree: Node, parts: tuple[str, ...], column: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(_value(tree, parts), str):
        yield parts, column


def _value(tree: Node, parts: tuple[str, ...]) -> Any:
    node = tree
    for part in parts:
        if not isinstance(node.value, dict) or part not in node.value:
            return None
        node = node.value[part]
    return node.value


def _keys(tree: Node, *parts: str) -> tuple[str, ...]:
    value = _value(tree, parts)
    return tuple(value) if isinstance(value, Mapping) else ()


def _at(tree: Node, parts: tuple[str, ...]) -> Node:
    for part in parts:
        tree = tree.value[part]
    return tree


def _replaced(tree: Node, parts: tuple[str, ...], node: Node) -> Node:
    if not parts:
        return node
    inner = _replaced(tree.value[parts[0]], parts[1:], node)
    return replace(tree, value={**tree.value, parts[0]: inner})
