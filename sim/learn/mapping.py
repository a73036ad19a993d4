"""What a user says of the columns of a table: read, and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.learn.log import OUTCOMES
from sim.learn.words import CHANNELS, FIELDS
from sim.scenario.tree import Origin, read_tree

__all__ = ["DATES", "OPTIONS", "UNITS", "ColumnMap", "read_map"]

#: Seconds of the units in which a column may be.
UNITS: Mapping[str, float] = {
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "milliseconds": 0.001,
}
DATES = ("day first", "month first")
#: Keys beside the fields.
OPTIONS = ("outcomes", "channels", "dates", "unit")

_MEANINGS = {"outcomes": OUTCOMES, "channels": tuple(dict.fromkeys(CHANNELS.values()))}
_WORDS = {"dates": DATES, "unit": tuple(UNITS)}
#: Fields of words, which one column may give several of: a queue is often the type as well.
_WORDED = ("outcome", "queue", "channel", "type", "priority")
_BEGIN = "name the column of a field, such as time: Call start"


@dataclass(frozen=True)
class ColumnMap:
    """What is said of a table: column by field, and options.

    Parameters
    ----------
    said
        As it was written; nothing of it is checked yet.
    file, lines
        Where it was written, and the line of each key; ``mapping`` and none where it is no file.

    Examples
    --------
    >>> ColumnMap({"time": "when", "unit": "minutes"}).columns
    {'time': 'when'}
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    file: str = "mapping"
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str | None]:
        """Column by field; None forbids a guess."""
        return {key: value for key, value in self.said.items() if key not in OPTIONS}

    def check(self, header: tuple[str, ...], hint: str) -> None:
        """Refuse what makes no sense of a table, all of it at once.

        Parameters
        ----------
        header
            Names of the table's columns.
        hint
            What a message says of them.

        Raises
        ------
        ScenarioError
            If a field, a column or a meaning is not known.
        """
        problems = list(self._problems(header, hint))
        if problems:
            raise ScenarioError(problems)

    def _problems(self, header: tuple[str, ...], hint: str) -> Iterator[Problem]:
        taken: dict[str, str] = {}
        for key, value in self.said.items():
            if key in _MEANINGS:
                yield from self._of_words(key, value)
            elif key in _WORDS:
                if not isinstance(value, str) or value not in _WORDS[key]:
                    known = ", ".join(_WORDS[key])
                    yield self._problem(key, f"must be one of {known}, got {value!r}")
            elif key not in FIELDS:
                known = ", ".join((*FIELDS, *OPTIONS))
                yield self._problem(str(key), "is no field of a contact", f"they are {known}")
            elif value is not None and value not in header:
                rule = f"must be a column of the table, got {value!r}"
                yield self._problem(key, rule, hint)
            elif value is not None and key not in _WORDED:
                if value in taken:
                    rule = f"must not be the column of {taken[value]} too, got {value!r}"
                    yield self._problem(key, rule, "one column measures one thing")
                taken.setdefault(value, key)

    def _of_words(self, key: str, value: object) -> Iterator[Problem]:
        known = _MEANINGS[key]
        hint = f"the meanings are {', '.join(known)}"
        if not isinstance(value, Mapping):
            yield self._problem(key, f"must give meanings to words, got {value!r}", hint)
            return
        for word, meant in value.items():
            if meant not in known:
                rule = f"must be the meaning of a word, got {meant!r}"
                yield self._problem(key, rule, hint, f"{key}.{word}")

    def _problem(self, key: str, rule: str, hint: str = "", path: str = "") -> Problem:
        return Problem(self.file, self.lines.get(key, 0), path or key, rule, hint)


def read_map(said: Mapping[str, Any] | str | Path | None) -> ColumnMap:
    """What is said of a table, by a mapping or by a file in YAML.

    Raises
    ------
    InvalidInput
        If the file cannot be read.
    ScenarioError
        If it is no YAML, or says nothing.
    """
    if said is None or isinstance(said, Mapping):
        return ColumnMap(dict(said or {}))
    path = Path(said)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("mapping", f"cannot be read ({error.strerror})", str(path)) from None
    try:
        tree = read_tree(data, Origin(path.name, None))
    except ScenarioError as error:  # the hints there are about scenarios
        # What was given may be the log itself: what stands in it is nobody's business.
        hinted = [
            replace(
                one,
                rule=one.rule.split(", got ")[0],
                hint=_BEGIN if one.hint.startswith("begin with") else one.hint,
            )
            for one in error.problems
        ]
        raise ScenarioError(hinted) from None
    lines = {key: node.line for key, node in tree.value.items()}
    return ColumnMap(tree.plain(), path.name, lines)
