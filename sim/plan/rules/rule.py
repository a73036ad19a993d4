"""A labour rule, and the rules of a country or of a planner."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.errors import InvalidInput
from sim.plan.people import FLAGS, Person
from sim.plan.rules.kinds import KINDS

__all__ = ["CONFIDENCE", "Rule", "Rules"]

#: How sure the numbers of a rule are: read in the law, told by those who know, chosen.
CONFIDENCE = ("law", "analyst", "planner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One labour rule: what, for whom, since when, and where it is written.

    Parameters
    ----------
    id
        Its name among the rules; two rules of one kind for different people have two.
    kind
        Of `KINDS`: what it says. The id, where that is a kind.
    numbers
        Its parameters by name; those that are not given are the usual ones of the kind.
    hard
        Whether a plan that breaks it is no plan; else it is a wish with a name.
    who
        Flags of the people that it protects; empty: everybody.
    unless
        Flags of those whom it does not hold for.
    citation
        Where it is written.
    valid_from, valid_to
        First and last day on which it holds; None: always.
    confidence
        ``law``, ``analyst`` or ``planner``.
    note
        What a planner should know beside it.

    Examples
    --------
    >>> rest = Rule(id="daily_rest", numbers={"hours": 11})
    >>> rest.text, rest["within"]
    ('at least 11 h of rest between duties', 0)
    """

    id: str
    kind: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    hard: bool = True
    who: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    citation: str = ""
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    confidence: str = "planner"
    note: str = ""

    def __post_init__(self) -> None:
        where = f"rules[{self.id}]"
        object.__setattr__(self, "kind", self.kind or self.id)
        if self.kind not in KINDS:
            raise InvalidInput(f"{where}.kind", f"must be of {', '.join(KINDS)}", self.kind)
        object.__setattr__(self, "numbers", _numbers(where, self.kind, self.numbers))
        for flag in sorted((self.who | self.unless) - set(FLAGS)):
            raise InvalidInput(f"{where}.who", f"must be of {', '.join(FLAGS)}", flag)
        if self.confidence not in CONFIDENCE:
            rule = f"must be of {', '.join(CONFIDENCE)}"
            raise InvalidInput(f"{where}.confidence", rule, self.confidence)

    def __getitem__(self, parameter: str) -> float:
        return self.numbers[parameter]

    @property
    def text(self) -> str:
        """The rule in words."""
        return KINDS[self.kind].text.format(**self.numbers)

    def holds_on(self, day: datetime.date) -> bool:
        """Whether it holds on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    def holds_for(self, person: Person) -> bool:
        """Whether it holds for a person."""
        return (not self.who or bool(self.who & person.flags)) and not self.unless & person.flags


def _numbers(where: str, kind: str, given: Mapping[str, Any]) -> dict[str, float]:
    """All parameters of a rule, checked."""
    known = KINDS[kind].parameters
    for name in given:
        if name not in known:
            rule = f"must be of {', '.join(known)}" if known else "has no numbers"
            raise InvalidInput(where, rule, name)
    numbers: dict[str, float] = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.usual)
        if value is None:
            raise InvalidInput(f"{where}.{name}", "must be given", None)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not parameter.low <= value <= parameter.high:
            rule = f"must be {parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
            raise InvalidInput(f"{where}.{name}", rule, value)
        numbers[name] = value
    return numbers


@dataclass(frozen=True, slots=True)
class Rules:
    """The labour rules that a plan is held to.

    Parameters
    ----------
    name
        Of the profile.
    rules
        Each with an id of its own.

    Examples
    --------
    >>> own = Rules("own", (Rule(id="days_running", numbers={"days": 5}),))
    >>> own.number("days_running"), own.number("daily_rest")
    (5, None)
    """

    name: str
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise InvalidInput("rules", "must have an id each", rule.id)
            seen.add(rule.id)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __contains__(self, id: str) -> bool:
        return any(rule.id == id for rule in self.rules)

    def get(self, id: str) -> Rule | None:
        """The rule of an id, if there is one."""
        return next((rule for rule in self.rules if rule.id == id), None)

    def number(self, id: str, parameter: str = "") -> float | None:
        """A number of a rule, its first unless named; None without such a rule."""
        rule = self.get(id)
        if rule is None:
            return None
        return rule[parameter or next(iter(rule.numbers))]

    def on(self, day: datetime.date) -> Rules:
        """Those that hold on a day."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.holds_on(day)))

    def kept_for(self, person: Person) -> Rules:
        """Those that hold for a person."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.holds_for(person)))

    def without(self, *ids: str) -> Rules:
        """The rules but for some."""
        for id in ids:
            if id not in self:
                known = ", ".join(rule.id for rule in self.rules)
                raise InvalidInput("rules", f"must be of {known}", id)
        return replace(self, rules=tuple(rule for rule in self.rules if rule.id not in ids))

    def including(self, *more: Rule) -> Rules:
        """The rules with more; one of the same id takes the place of the old."""
        fresh = {rule.id: rule for rule in more}
        kept = [fresh.pop(rule.id, rule) for rule in self.rules]
        return replace(self, rules=(*kept, *fresh.values()))
