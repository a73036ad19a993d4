"""People who are planned: what they may, what they can, what they wish, what they worked before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sim.errors import InvalidInput
from sim.plan.duties import Duty
from sim.plan.period import Period, Span

__all__ = ["FLAGS", "Absence", "Person", "Wish", "absent", "check_people"]

#: What may be marked of a person, and what it means. Rules look at nothing else.
FLAGS = {
    "night_ban": "must not work at night, for whatever reason",
    "pregnant": "is pregnant",
    "minor": "is under 18",
    "child_under_3": "has a child under three",
    "carer": "cares for a disabled or ill relative, or brings up a child alone",
    "disabled": "is disabled",
    "night_consent": "has agreed in writing to nights",
    "overtime_consent": "has agreed in writing to overtime",
    "holiday_consent": "has agreed in writing to public holidays",
    "hired_for_nights": "was hired to work at night",
}

#: Absences whose working days leave the norm of hours; in the others the hours stay owed.
EXCUSED = ("vacation", "sick", "leave")


@dataclass(frozen=True, slots=True)
class Absence:
    """Time in which a person cannot work.

    Parameters
    ----------
    start, end
        From and to [minutes since the first midnight].
    kind
        ``vacation``, ``sick`` and ``leave`` lessen the hours that are owed; ``unavailable`` does
        not.
    """

    start: int
    end: int
    kind: str = "vacation"

    def __post_init__(self) -> None:
        if self.kind not in (*EXCUSED, "unavailable"):
            raise InvalidInput("kind", f"must be of {', '.join(EXCUSED)}, unavailable", self.kind)
        if self.end <= self.start:
            raise InvalidInput("end", f"must be after the start {self.start}", self.end)

    @property
    def excused(self) -> bool:
        """Whether its working days leave the norm of hours."""
        return self.kind in EXCUSED


def absent(period: Period, first: int, last: int, kind: str = "vacation") -> Absence:
    """Whole days of absence.

    Parameters
    ----------
    period
        What the days are counted in.
    first, last
        Days, 0 for the first of the period; both are part of it.

    Examples
    --------
    >>> import datetime
    >>> absent(Period(datetime.date(2026, 3, 2), 28), 7, 13)
    Absence(start=10080, end=20160, kind='vacation')
    """
    return Absence(period.at(first), period.at(last + 1), kind)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person would like.

    Parameters
    ----------
    start, end
        When [minutes since the first midnight].
    kind
        ``off``: not to work then; ``on``: to work then.
    weight
        How much, against other wishes.
    shift
        To work this shift, by name, or one of several; empty for any.
    """

    start: int
    end: int
    kind: str = "off"
    weight: float = 1.0
    shift: str | tuple[str, ...] = ""

    def __post_init__(self) -> None:
        if self.kind not in ("off", "on"):
            raise InvalidInput("kind", "must be off or on", self.kind)
        if self.end <= self.start:
            raise InvalidInput("end", f"must be after the start {self.start}", self.end)
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InvalidInput("weight", "must be a number of at least 0", self.weight)

    def means(self, shift: str) -> bool:
        """Whether a shift is one that is wished for."""
        if isinstance(self.shift, str):
            return self.shift in ("", shift)
        return not self.shift or shift in self.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is planned.

    Parameters
    ----------
    name
        As duties name them.
    share
        Of full time, above 0 and at most 1.
    norm
        Hours owed in the period [h]; None: the working days of the calendar, less absences.
    least, most
        Bounds of paid hours in the period, by contract [h].
    skills
        What they may serve; empty: anything.
    flags
        Of `FLAGS`; some rules protect only those who carry one.
    absences
        Vacations, sickness, other times when they cannot work.
    wishes
        What they would like.
    before
        Duties worked before the period, below minute 0: rests and rows run on across its start.
    hours_before
        Paid in the running accounting period before the first of `before` [h].
    overtime_before
        Overtime of the calendar year before the period [h].

    Examples
    --------
    >>> Person(name="Anna", share=0.5, flags=frozenset({"pregnant"})).share
    0.5
    """

    name: str
    share: float = 1.0
    norm: float | None = None
    least: float | None = None
    most: float | None = None
    skills: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    absences: tuple[Absence, ...] = ()
    wishes: tuple[Wish, ...] = ()
    before: tuple[Duty, ...] = ()
    hours_before: float = 0.0
    overtime_before: float = 0.0

    def __post_init__(self) -> None:
        where = f"people[{self.name}]"
        if not 0 < self.share <= 1:
            raise InvalidInput(f"{where}.share", "must be above 0 and at most 1", self.share)
        for field in ("norm", "least", "most", "hours_before", "overtime_before"):
            hours = getattr(self, field)
            if hours is not None and not (math.isfinite(hours) and hours >= 0):
                raise InvalidInput(f"{where}.{field}", "must be a number of at least 0", hours)
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidInput(f"{where}.least", f"must be at most {self.most:g}", self.least)
        for flag in sorted(self.flags - set(FLAGS)):
            raise InvalidInput(f"{where}.flags", f"must be of {', '.join(FLAGS)}", flag)
        for duty in self.before:
            if duty.person != self.name or duty.start >= 0:
                rule = "must hold duties of this person that begin before the period"
                raise InvalidInput(f"{where}.before", rule, duty)

    def away(self, span: Span) -> bool:
        """Whether an absence touches a span."""
        return any(a.start < span[1] and span[0] < a.end for a in self.absences)


def check_people(people: Iterable[Person]) -> dict[str, Person]:
    """People by name, each once.

    Raises
    ------
    InvalidInput
        If two carry the same name.
    """
    named: dict[str, Person] = {}
    for person in people:
        if person.name in named:
            raise InvalidInput("people", "must have a name each", person.name)
        named[person.name] = person
    return named
