"""An option written down as a scenario file of its own, which extends another one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import InvalidInput
from sim.scenario.load import raw

__all__ = ["named_after", "raw", "saved_text", "tree_text", "writable_beside"]

#: Letters of a scenario's name.
MOST_LETTERS = 64


def writable_beside(base: Path, target: Path) -> str:
    """How a file that is to be written refers to the one it extends.

    Raises
    ------
    InvalidInput
        If it may not: a scenario refers to files in its own folder and below; or if it is that one.
    """
    if target.resolve() == base.resolve():
        raise InvalidInput("save", "must not be the scenario itself", str(target))
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise InvalidInput("save", "must end in .yaml", str(target))
    try:
        return base.resolve().relative_to(target.resolve().parent).as_posix()
    except ValueError:
        hint = f"write it to {base.parent / target.name}"
        rule = "must lie in the folder of the scenario that it extends"
        raise InvalidInput("save", rule, str(target), hint) from None


def named_after(file: Path) -> str:
    """A scenario's name after its file, without what a name may not have.

    Examples
    --------
    >>> named_after(Path("best (2).yaml")), named_after(Path("лучший.yaml"))
    ('best _2_', 'лучший')
    """
    plain = re.sub(r"[^\w .-]", "_", file.stem)[:MOST_LETTERS]
    return plain if re.match(r"\w", plain) else f"_{plain[1:]}"


def saved_text(base: str, scenario: str, name: str, option: Mapping[str, Any], note: str) -> str:
    """The text of a scenario file that adds an option to another one.

    Parameters
    ----------
    base
        How it refers to the file that it extends.
    scenario
        Its own name.
    name, option
        The option, as files have it.
    note
        What it is, as a comment.
    """
    data = {"extends": base, "name": scenario, "options": {name: option}}
    return tree_text(data, note)


def tree_text(tree: Mapping[str, Any], note: str = "") -> str:
    """What a file says, as text.

    Parameters
    ----------
    tree
        Everything it says.
    note
        A comment above it.

    Examples
    --------
    >>> print(tree_text({"name": "mine", "channels": {"phone": {"volume": "900 / week"}}}, "Mine"))
    # Mine
    name: "mine"
    channels:
      phone:
        volume: "900 / week"
    <BLANKLINE>
    """
    lines = [f"# {line}" for line in note.splitlines()]
    return "\n".join([*lines, *_block(tree, 0)]) + "\n"


def _block(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    """A mapping as lines of YAML, one key in each."""
    for key, value in data.items():
        start = "  " * depth + f"{_key(key)}:"
        if isinstance(value, Mapping) and value:
            yield start
            yield from _block(value, depth + 1)
        else:
            yield f"{start} {_flow(value)}"


def _key(key: str) -> str:
    """A key, in quotes where it could be read as something else."""
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else json.dumps(key, ensure_ascii=False)


def _flow(value: Any) -> str:
    """A value within a line; text in quotes, which hold whatever it says."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    return json.dumps(value, ensure_ascii=False)
