"""Errors a user can meet.

LinewiseError
├── InvalidInput        an argument is outside its domain: name, bound, value, hint
├── ScenarioError       a scenario file breaks rules: every problem at once
├── ContractError       arrays handed to an engine contradict each other
└── InvariantBroken     a result contradicts itself: a bug of ours, never of the input

An infeasible plan or an unstable queue is a result, not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "ContractError",
    "InvalidInput",
    "InvariantBroken",
    "LinewiseError",
    "Problem",
    "ScenarioError",
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
        What was given.
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
        super().__init__(f"{name} {rule}, got {value!r}" + (f"; {hint}" if hint else ""))

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
