"""Patterns that crews walk through, and what each of them means in hours, rests and nights."""

from __future__ import annotations

import datetime
import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import InvalidInput
from sim.plan.duties import DAY, Duty, Pause, Shift, of
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rules import Rule, Rules, Violation, russian, violations, year_norm
from sim.scenario import Calendar

__all__ = ["PATTERNS", "Judged", "Pattern", "judge", "pattern", "round_the_clock"]

_YEAR = 365
_HOUR = 60
_BEFORE = 28  # days that a rule may look back on


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of days that repeats.

    Parameters
    ----------
    name
        What people call it.
    days
        A letter for each day, of its shift; a dot for a day off.
    shifts
        By letter.
    text
        It in words.

    Examples
    --------
    >>> pattern("2/2").days, pattern("2/2").hours_week
    ('DD..', 38.5)
    """

    name: str
    days: str
    shifts: Mapping[str, Shift]
    text: str = ""

    def __post_init__(self) -> None:
        where = f"pattern {self.name}"
        if not 1 <= len(self.days) <= 400 or not self.days.strip("."):
            raise InvalidInput(where, "must have 1 to 400 days, one of work at least", self.days)
        for letter in self.days:
            if letter != "." and letter not in self.shifts:
                rule = f"must be made of {', '.join(self.shifts)} and the dot"
                raise InvalidInput(where, rule, letter)

    @property
    def worked(self) -> tuple[Shift, ...]:
        """The shifts of a cycle."""
        return tuple(self.shifts[letter] for letter in self.days if letter != ".")

    @property
    def hours_week(self) -> float:
        """Paid hours a week on average."""
        return sum(shift.paid for shift in self.worked) / _HOUR * 7 / len(self.days)

    @property
    def unattended(self) -> tuple[tuple[int, int], ...]:
        """Stretches of the clock in which none of its shifts is worked [minutes after midnight].

        Examples
        --------
        >>> pattern("2/2").unattended, pattern("2/2 mixed").unattended
        (((1200, 1920),), ())
        """
        worked = {minute % DAY for one in self.worked for minute in range(one.start, one.end)}
        idle = [minute for minute in range(DAY) if minute not in worked]
        if len(idle) == DAY:
            return ((0, DAY),)
        starts = [minute for minute in idle if (minute - 1) % DAY in worked]
        ends = [minute + 1 for minute in idle if (minute + 1) % DAY in worked]
        if starts and ends[0] <= starts[0]:  # over midnight
            ends = [*ends[1:], ends[0] + DAY]
        return tuple(zip(starts, ends, strict=True))

    def duties(self, person: str, first: int, last: int, phase: int = 0) -> list[Duty]:
        """Duties of somebody on the pattern.

        Parameters
        ----------
        person
            Who.
        first, last
            The first day, and the day after the last; 0 is the first of the period.
        phase
            The day of the pattern that day 0 is.
        """
        length = len(self.days)
        letters = ((day, self.days[(day + phase) % length]) for day in range(first, last))
        return [of(person, day, self.shifts[x]) for day, x in letters if x != "."]


def _shift(name: str, start: int, hours: int, unpaid: int, meal: int) -> Shift:
    """A shift with its meal in the middle, unpaid or not."""
    pause = Pause(hours * 30 - meal // 2, meal, paid=not unpaid, kind="meal")
    return Shift(name, start * _HOUR, hours * _HOUR, (pause,))


#: By name: the days, and what is said of them.
PATTERNS = {
    "2/2": ("DD..", "two days of 12 h, two days off"),
    "2/2 mixed": ("DD..NN..", "two days of 12 h, two off, two nights, two off"),
    "day-night-48": ("DN..", "a day, a night, the day after it, a day off"),
    "24/72": ("S...", "24 h on duty, three days off"),
    "5/2": ("OOOOO..", "five days of 8 h, the weekend off"),
    "4-on-4-off": ("DDNN....", "two days and two nights of 12 h, four days off"),
    "DuPont": ("NNNN...DDD.NNN...DDDD.......", "28 days of 12 h with a whole week off"),
    "Panama": ("DD..DDD..DD...", "two and three days of 12 h in 14, every other weekend off"),
}


def pattern(name: str, *, paid_breaks: bool = False) -> Pattern:
    """A pattern of the library: 12 h from 8 and from 20, 24 h from 8, 8 h and a meal from 9.

    Parameters
    ----------
    name
        Of `PATTERNS`.
    paid_breaks
        Whether the hour of a meal in 12 h (two in 24) is paid.

    Raises
    ------
    InvalidInput
        If there is no such pattern.
    """
    if name not in PATTERNS:
        raise InvalidInput("pattern", f"must be of {', '.join(PATTERNS)}", name)
    unpaid = 0 if paid_breaks else 1
    shifts = {
        "D": _shift("D", 8, 12, unpaid, 60),
        "N": _shift("N", 20, 12, unpaid, 60),
        "S": _shift("S", 8, 24, unpaid, 120),
        "O": _shift("O", 9, 9, 1, 60),
    }
    days, text = PATTERNS[name]
    return Pattern(name, days, {x: shifts[x] for x in sorted(set(days) - {"."})}, text)


def round_the_clock() -> tuple[str, ...]:
    """Patterns of the library by name whose crews have somebody there at all hours.

    Examples
    --------
    >>> round_the_clock()
    ('2/2 mixed', 'day-night-48', '24/72', '4-on-4-off', 'DuPont')
    """
    return tuple(name for name in PATTERNS if not pattern(name).unattended)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a pattern means for who walks through it, and for the seats it fills.

    Parameters
    ----------
    pattern
        Which.
    hours_week, hours_year
        Paid hours of a person, by week and in 365 days [h].
    over_norm
        Hours of a year beyond the norm of the production calendar, below 0 where it lacks them [h].
    over_cap
        What of it is beyond the overtime that a year may have [h].
    least_rest
        The shortest rest between two duties [h].
    week_rest
        The longest rest within a calendar week, in the worst of weeks [h].
    night_share
        Share of the duties with 3 h or more between 22 and 6.
    per_seat
        People for one position that is always open, were nobody ever absent.
    relieved
        The same with meals relieved: while somebody eats, somebody else sits there.
    broken
        Rules that it breaks in a year, and how often.
    examples
        For each of them the first place.
    """

    pattern: Pattern
    hours_week: float
    hours_year: float
    over_norm: float
    over_cap: float
    least_rest: float
    week_rest: float
    night_share: float
    per_seat: float
    relieved: float
    broken: Mapping[str, int]
    examples: tuple[Violation, ...]


def judge(
    chosen: Pattern, rules: Rules | None = None, *, country: str | None = "RU", year: int = 2026
) -> Judged:
    """Judge a pattern: a year of one person on it, held to labour rules.

    Parameters
    ----------
    chosen
        The pattern.
    rules
        The rules; those of Russia with hours summed over the year unless given.
    country, year
        Of the production calendar.

    Examples
    --------
    >>> days = judge(pattern("4-on-4-off", paid_breaks=True))
    >>> days.hours_week, round(days.over_norm), days.week_rest, sorted(days.broken)
    (42.0, 218, 40.0, ['norm', 'overtime_year', 'weekly_rest'])
    """
    rules = russian("year") if rules is None else rules
    hours_year = chosen.hours_week / 7 * _YEAR
    over = hours_year - sum(year_norm(country, year))
    cap = rules.number("overtime_year")
    seated = sum(shift.minutes for shift in chosen.worked) / _HOUR * 7 / len(chosen.days)
    at_desk = sum(_at_desk(shift) for shift in chosen.worked) / _HOUR * 7 / len(chosen.days)
    found = _broken(chosen, rules, country, year)
    first = {v.rule: v for v in reversed(found)}
    return Judged(
        pattern=chosen,
        hours_week=chosen.hours_week,
        hours_year=hours_year,
        over_norm=over,
        over_cap=max(0.0, over - cap) if cap is not None else 0.0,
        least_rest=_least_rest(chosen),
        week_rest=_week_rest(chosen),
        night_share=_night_share(chosen),
        per_seat=168 / seated,
        relieved=168 / at_desk,
        broken=dict(sorted(Counter(v.rule for v in found).items())),
        examples=tuple(first[id] for id in sorted(first)),
    )


def _at_desk(shift: Shift) -> int:
    """Time of a shift without its pauses [minutes]."""
    return shift.minutes - sum(pause.minutes for pause in shift.pauses)


def _broken(chosen: Pattern, rules: Rules, country: str | None, year: int) -> list[Violation]:
    """Hard rules that a year on the pattern breaks."""
    start = datetime.date(year, 1, 1)
    period = Period(
        start, (datetime.date(year + 1, 1, 1) - start).days, Calendar(country=country, start=start)
    )
    before = tuple(chosen.duties("crew", -_BEFORE, 0))
    crew = Person(name="crew", before=before)
    found = violations(chosen.duties("crew", 0, period.days), [crew], rules, period)
    return [v for v in found if v.hard]


def _least_rest(chosen: Pattern) -> float:
    """The shortest rest between two duties [h]."""
    duties = chosen.duties("crew", 0, 2 * len(chosen.days) + 1)
    pairs = itertools.pairwise(duties)
    return min((after.start - before.end for before, after in pairs), default=0) / _HOUR


def _week_rest(chosen: Pattern) -> float:
    """The longest rest of the worst calendar week [h]: the pattern meets each kind of week."""
    days = math.lcm(len(chosen.days), 7)
    weeks = Rules("weeks", (Rule(id="weekly_rest", numbers={"hours": 168}),))
    # Any Monday will do: weeks have no dates here.
    period = Period(datetime.date(2026, 1, 5), days)
    duties = chosen.duties("crew", -_BEFORE, days + _BEFORE)
    found = violations(duties, [Person(name="crew")], weeks, period)
    values = [v.value for v in found if v.rule == "weekly_rest" and v.start < days * DAY]
    return min(values, default=168.0)


def _night_share(chosen: Pattern) -> float:
    """Share of duties that are nights."""
    period = Period(datetime.date(2026, 1, 5), 7)
    spans = [(shift.start, shift.end) for shift in chosen.worked]
    nights = sum(period.nights(span, 22 * _HOUR, 6 * _HOUR) >= 3 * _HOUR for span in spans)
    return nights / len(spans)
