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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ContractError",
    "Interrupted",
    "InvalidInput",
    "InvariantBroken",
    "LinewiseError",
    "Problem",
    "ScenarioError",
    "WorkersLost",
]


class LinewiseError(Exception):
    """Root of everything that Linewise raises on purpose."""


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
        given = "" if value is None else f", got {value!r}"  # nothing was given: nothing to show
        super().__init__(f"{name} {rule}{given}" + (f"; {hint}" if hint else ""))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str, object, str]]:
        """Pickle by the four parts, so that the error survives a worker process."""
        return type(self), (self.name, self.rule, self.value, self.hint)


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
