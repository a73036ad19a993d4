"""What one person works, as the checks read it: duties in order of time, gaps, hours by span."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sim.plan.duties import DAY, Duty, Pause
from sim.plan.people import Person
from sim.plan.period import Period, Span
from sim.plan.rules.rule import Rule

__all__ = ["HOUR", "Violation", "Worked", "paid_within"]

#: Minutes of an hour.
HOUR = 60


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks.

    Parameters
    ----------
    person
        Whose duties break it.
    rule
        The id of the rule.
    start, end
        Where, from and to [minutes since the first midnight].
    value, limit
        What it is and what it may be, in the unit of the rule.
    hard
        Whether the plan is no plan because of it.
    text
        A sentence.
    """

    person: str
    rule: str
    start: int
    end: int
    value: float
    limit: float
    hard: bool
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Worked:
    """A person's duties in a period, and those before it.

    Parameters
    ----------
    person
        Who.
    duties
        In order of their start; those before the period too.
    period
        When.
    """

    person: Person
    duties: tuple[Duty, ...]
    period: Period

    @cached_property
    def planned(self) -> tuple[Duty, ...]:
        """Those of the plan: what lies before it can break no rule any more."""
        return tuple(duty for duty in self.duties if duty.start >= 0)

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days on which a duty begins, each once."""
        return tuple(sorted({self.period.day(duty.start) for duty in self.duties}))

    @property
    def first_known(self) -> int:
        """The first day of which it is known whether the person worked."""
        return min(0, self.days[0]) if self.days else 0

    def pairs(self) -> Iterator[tuple[Duty, Duty]]:
        """Each planned duty with the one before it."""
        for before, after in itertools.pairwise(self.duties):
            if after.start >= 0:
                yield before, after

    def rests(self, span: Span) -> Iterator[Span]:
        """Spans free of duty that touch a span, whole."""
        far = 400 * DAY
        free = span[0] - far
        for duty in self.duties:
            if free < duty.start and free < span[1] and duty.start > span[0]:
                yield free, duty.start
            free = max(free, duty.end)
        if free < span[1]:
            yield free, span[1] + far

    def touches(self, span: Span) -> bool:
        """Whether a planned duty lies in a span, at least in part."""
        return any(duty.start < span[1] and span[0] < duty.end for duty in self.planned)

    def paid(self, span: Span) -> float:
        """Paid time within a span [minutes]."""
        return sum(paid_within(duty, span) for duty in self.duties)

    def nights(self, rule: Rule) -> list[Duty]:
        """Duties with enough of the night in them, as a rule counts it."""
        since, until = round(rule["since"] * HOUR) % DAY, round(rule["until"] * HOUR) % DAY
        least = max(1, round(rule["least"] * HOUR))
        nights = self.period.nights
        return [d for d in self.duties if nights((d.start, d.end), since, until) >= least]

    def broken(
        self, rule: Rule, span: Span, value: float, limit: float, happened: str
    ) -> Violation:
        """A violation, told in a sentence: who, what happened, which rule."""
        text = f"{self.person.name} {happened}: {rule.text}"
        if rule.citation:
            text += f" ({rule.citation})"
        name = self.person.name
        return Violation(name, rule.id, span[0], span[1], value, limit, rule.hard, text)


def paid_within(duty: Duty, span: Span) -> float:
    """Paid time of a duty that lies in a span [minutes].

    Unpaid pauses are where its shift has them; without a shift pay is spread evenly.

    Examples
    --------
    >>> paid_within(Duty("Anna", 1200, 1920, 660), (0, 1440))
    220.0
    """
    inside = _shared((duty.start, duty.end), span)
    if inside == 0 or duty.end <= duty.start:
        return 0.0
    shift = duty.shift
    if shift is None or shift.paid != duty.paid or shift.minutes != duty.end - duty.start:
        return duty.paid * inside / (duty.end - duty.start)
    unpaid = ((duty.start + p.start, duty.start + p.start + p.minutes) for p in _unpaid(duty))
    return float(inside - sum(_shared(pause, span) for pause in unpaid))


def _unpaid(duty: Duty) -> Iterable[Pause]:
    return [p for p in (duty.shift.pauses if duty.shift else ()) if not p.paid]


def _shared(one: Span, other: Span) -> int:
    """Minutes that two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
