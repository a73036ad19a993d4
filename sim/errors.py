"""Errors a user can meet.

LinewiseError
├── InvalidInput        an argument is outside its domain: name, bound, value, hint
├── ScenarioError       a scenario file breaks rules: every problem at once
├── ContractError       arrays handed to an engine contradict each other
├── InvariantBroken     a result contradicts itself: a bug of ours, never of the input
└── WorkersLost         those who were to play replications are gone, and their successors too

KeyboardInterrupt
└── Interrupted         a key was pressed: carries what was finished before

An infeasible plan or an unstable queue is a result, not an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = [
    "ContractError",
    "Interrupted",
    "InvalidInput",
    "InvariantBroken",
    "LinewiseError",
    "Problem",
    "ScenarioError",
    "WorkersLost",
    "names_of",
    "of_kind",
    "one_of",
]

Kind = TypeVar("Kind")


class LinewiseError(Exception):
    """Root of everything that Linewise raises on purpose."""


#: Letters of a value that a message shows: more would bury what must hold.
_MOST_SHOWN = 200


def _shown(value: object) -> str:
    """A value as a message shows it: the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


class InvalidInput(LinewiseError, ValueError):
    """An argument is outside its domain.

    Parameters
    ----------
    name
        The argument, as the caller wrote it.
    rule
        What must hold, in words: ``"must be at least 0"``.
    value
        What was given; None for nothing, which the message leaves out.
    hint
        What to do about it; empty when the rule says it all.

    Examples
    --------
    >>> str(InvalidInput("agents", "must be at least 0", -3))
    'agents must be at least 0, got -3'
    """

    def __init__(self, name: str, rule: str, value: object, hint: str = "") -> None:
        self.name = name
        self.rule = rule
        self.value = value
        self.hint = hint
        given = "" if value is None else f", got {_shown(value)}"  # nothing was given: no value
        super().__init__(f"{name} {rule}{given}" + (f"; {hint}" if hint else ""))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str, object, str]]:
        """Pickle by the four parts, so that the error survives a worker process."""
        return type(self), (self.name, self.rule, self.value, self.hint)


def of_kind(name: str, value: object, kind: type[Kind], rule: str, hint: str = "") -> Kind:
    """Take an argument of a kind, as what is called from Python cannot be sure of.

    Raises
    ------
    InvalidInput
        If it is of another.

    Examples
    --------
    >>> of_kind("scenario", "shop.yaml", dict, "must be a scenario", "load it first")
    Traceback (most recent call last):
    sim.errors.InvalidInput: scenario must be a scenario, got 'shop.yaml'; load it first
    """
    if not isinstance(value, kind):
        plain = value is None or isinstance(value, str | int | float)
        raise InvalidInput(name, rule, value if plain else type(value).__name__, hint)
    return value


def one_of(name: str, value: object, known: Iterable[str]) -> str:
    """Take one of some names.

    Raises
    ------
    InvalidInput
        If it is none of them.

    Examples
    --------
    >>> one_of("option", ["own"], ("own", "vendor"))
    Traceback (most recent call last):
    sim.errors.InvalidInput: option must be one of own, vendor, got ['own']
    """
    names = tuple(known)
    if not isinstance(value, str) or value not in names:
        raise InvalidInput(name, f"must be one of {', '.join(names)}", value)
    return value


def names_of(name: str, value: object) -> tuple[str, ...]:
    """Take names, not a single word by its letters.

    Raises
    ------
    InvalidInput
        If they are something else.

    Examples
    --------
    >>> names_of("between", ["own", "vendor"])
    ('own', 'vendor')
    """
    given: object = None if isinstance(value, str) else value
    if not isinstance(given, Iterable):
        raise InvalidInput(name, "must be a list of names", value, "write ['own', 'vendor']")
    found = tuple(given)
    for one in found:
        of_kind(name, one, str, "must be names")
    return found


@dataclass(frozen=True, order=True)
class Problem:
    """One broken rule in an input file: where, what, and what to do.

    Parameters
    ----------
    file
        The file as the user named it.
    line
        Line number from 1; 0 when the problem belongs to the whole file.
    path
        Dotted place in the file, ``channels.phone.target``; empty for the file.
    rule
        The rule that does not hold, with the value that broke it.
    hint
        What would be accepted; may be empty.

    Examples
    --------
    >>> rule, hint = "800% is above 100%", "did you mean 80%?"
    >>> print(Problem("shop.yaml", 31, "channels.phone.target", rule, hint))
    shop.yaml:31 channels.phone.target: 800% is above 100%; did you mean 80%?
    """

    file: str
    line: int
    path: str
    rule: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{place} {self.path}: " if self.path else f"{place}: "
        return where + self.rule + (f"; {self.hint}" if self.hint else "")


class ScenarioError(LinewiseError):
    """A scenario cannot be used. Carries every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        """Pickle by the problems, so that the error survives a worker process."""
        return type(self), (self.problems,)


class ContractError(LinewiseError, ValueError):
    """Arrays handed to an engine break its contract; names the array and the first wrong index."""


class InvariantBroken(LinewiseError, AssertionError):
    """A result contradicts itself. Please report it: this is a defect in Linewise."""


class WorkersLost(LinewiseError):
    """Workers were lost time and again: the same replications would not be played.

    Parameters
    ----------
    place
        Where they were to be played, as the setting says it.
    done
        Replications that were finished before.
    """

    def __init__(self, place: str, done: int) -> None:
        self.place, self.done = place, done
        super().__init__(
            f"on {place} workers were lost again and again, with {done} replications done; "
            "see whether they run out of memory, or play here: --on threads"
        )

    def __reduce__(self) -> tuple[type[WorkersLost], tuple[str, int]]:
        """Pickle by the two parts."""
        return type(self), (self.place, self.done)


class Interrupted(KeyboardInterrupt):
    """A key was pressed while replications were played; what was finished is not lost.

    Parameters
    ----------
    partial
        What the interrupted function would have returned, from the replications finished until
        then: its `stopped` says ``interrupted``. A comparison gives the results of its options,
        the last one of fewer replications.

    Examples
    --------
    >>> try:
    ...     raise Interrupted("half of it")
    ... except Interrupted as pressed:
    ...     pressed.partial
    'half of it'
    """

    def __init__(self, partial: Any) -> None:
        self.partial = partial
        super().__init__()
