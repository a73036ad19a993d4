"""What cannot be covered, found by counting: before any search, with the way out and its price.

The most that a person can give to some hours is asked of that person's legal lines alone; what all
of them give together is then more than any roster can. Where even that is not enough, no search
will help: the hours that lack are named, with their cause.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.plan.people import Person
from sim.plan.rates import Rates
from sim.plan.rosters.laying import Laid
from sim.plan.rosters.pricing import Pricers
from sim.plan.rules import Rules
from sim.plan.rules.kinds import KINDS

__all__ = [
    "Clocked",
    "Shortfall",
    "Tried",
    "Way",
    "crowded",
    "lacking",
    "shortfalls",
    "without_line",
    "without_skill",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: The same problem for other people or rules, with or without what is settled for them: to try what
#: may give way.
Tried = Callable[[Sequence[Person], Rules, bool], "tuple[Laid, Pricers]"]

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a shortfall, with what it takes.

    Parameters
    ----------
    kind
        ``people``: more of them; ``hours``: worked by others, or not at all; ``skill``: people
        who have it; ``settled``: what was settled gives way; ``rule``: a rule does; ``before``:
        what was worked before the period; ``norm``: days with hours of the norm.
    what
        The rule, the skill or the person; empty where there is nothing to name.
    people
        More people that it takes.
    hours
        Paid hours that it takes beside them; those of them at night and at weekends [h].
    text
        In words.
    """

    kind: str
    text: str
    what: str = ""
    people: int = 0
    hours: float = 0.0
    night: float = 0.0
    weekend: float = 0.0

    def price(self, rates: Rates) -> float:
        """What it costs [money].

        Parameters
        ----------
        rates
            Of the group.
        """
        return rates.price(
            people=self.people, hours=self.hours, night=self.night, weekend=self.weekend
        )


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Hours that no roster of these people can cover.

    Parameters
    ----------
    kind
        ``skill``: nobody, or too few, have it; ``line``: somebody has no legal line; ``day``,
        ``nights``, ``weekends``, ``hours``: not enough of those can be worked.
    where
        The skill, the person or the date; empty for all.
    need, have
        Hours that are needed, and the most that people can give [h].
    barred
        People who can give nothing of it.
    text
        Number and cause in a sentence.
    ways
        What would help.
    """

    kind: str
    where: str
    need: float
    have: float
    barred: int
    text: str
    ways: tuple[Way, ...]

    @property
    def people(self) -> int:
        """People more that would close it; 0 where people alone do not."""
        return max((way.people for way in self.ways), default=0)

    @property
    def fix(self) -> str:
        """What would help, in words."""
        return ", or ".join(way.text for way in self.ways)

    def __str__(self) -> str:
        return f"{self.text}; {self.fix}" if self.ways else self.text


def shortfalls(laid: Laid, pricers: Pricers, rules: Rules, tried: Tried) -> list[Shortfall]:
    """What cannot be covered, in the order in which it should be read.

    Parameters
    ----------
    laid, pricers
        The problem.
    rules
        That it was laid out under.
    tried
        To try what may give way.
    """
    found = [*without_skill(laid), *without_line(laid, pricers, rules, tried)]
    if found and any(one.kind == "line" for one in found):
        return found
    demand, period = laid.demand, laid.period
    clock = Clocked.of(laid)
    every = np.ones(demand.intervals, bool)
    asked: list[tuple[str, str, Flags, list[int] | None]] = [
        ("day", str(period.date(day)), clock.day == day, None) for day in crowded(laid, clock.day)
    ]
    asked += [("nights", "", clock.night, None), ("weekends", "", clock.weekend, None)]
    asked.append(("hours", "", every, None))
    told = {one.where for one in found}
    for n, names in enumerate(demand.sets):
        if ", ".join(names) not in told:
            asked.append(("skill", " or ".join(names), every, [len(demand.skills) + n]))
    seen = set()
    for kind, where, inside, rows in asked:
        for one in lacking(laid, pricers, kind, where, inside, clock, rules, tried, rows):
            # On one day, or where only nights are asked for, the same is not said twice.
            key = round(one.need, 3), round(one.have, 3)
            if kind == "skill" or key not in seen:
                found.append(one)
            seen.add(key)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Clocked:
    """By interval of the period: its day, and whether it lies at night or on a weekend."""

    day: NDArray[np.int64]
    night: Flags
    weekend: Flags

    @classmethod
    def of(cls, laid: Laid) -> Clocked:
        """Those of a problem."""
        period, demand = laid.period, laid.demand
        at = (np.arange(demand.intervals) * demand.minutes).tolist()
        days = np.array([period.day(minute) for minute in at])
        hours = np.array([period.clock(minute) // 60 for minute in at])
        weekend = np.array([period.weekday(day) >= 5 for day in range(period.days)])[days]
        return cls(days, (hours >= 22) | (hours < 6), weekend)

    def way(self, row: Floats, short: float) -> Way:
        """The hours that stay short, with their premiums in the proportion of the need."""
        share = short / float(row.sum())
        night, weekend = (float(row[flags].sum()) * share for flags in (self.night, self.weekend))
        text = f"{short:.4g} h worked by others, or not covered"
        return Way("hours", text, "", 0, short, night, weekend)


def without_skill(laid: Laid) -> Iterator[Shortfall]:
    """Skills that are needed and that nobody has."""
    demand, hour = laid.demand, laid.demand.minutes / 60
    rows: list[tuple[tuple[str, ...], str]] = [((skill,), skill) for skill in demand.skills]
    rows += [(names, ", ".join(names)) for names in demand.sets]
    for n, (names, where) in enumerate(rows):
        row = demand.rows[n, : demand.intervals]
        need = float(row.sum()) * hour
        able = [p for p in laid.people if "" in names or not p.skills or p.skills & set(names)]
        if need > 0 and not able:
            what = " or ".join(names)
            text = f"nobody serves {what}, and {need:g} h of it are needed"
            given = max((terms.most for terms in laid.terms), default=0.0)
            people = max(math.ceil(row.max()), math.ceil(need / given) if given else 1)
            fix = f"train or hire {_people(people)} who serve {what}"
            way = Way("skill", fix, what, people)
            yield Shortfall("skill", where, need, 0.0, len(laid.people), text, (way,))


def _people(number: int, word: str = "") -> str:
    return f"{number} {word}{'person' if number == 1 else 'people'}"


def without_line(laid: Laid, pricers: Pricers, rules: Rules, tried: Tried) -> Iterator[Shortfall]:
    """People whom the rules, what is settled and what went before leave no legal line."""
    idle = np.zeros((laid.problem.days, laid.problem.kinds))
    for n, person in enumerate(laid.people):
        if pricers[n](idle).value == np.inf:
            text = f"{person.name} has no legal line of days in this period"
            ways = tuple(_loosened(person, rules, tried))
            yield Shortfall("line", person.name, 0.0, 0.0, 1, text, ways)


def _loosened(person: Person, rules: Rules, tried: Tried) -> Iterator[Way]:
    """What may give way for somebody who has no legal line, each tried; at last somebody else."""

    def legal(one: Person, kept: Rules, settled: bool = True) -> bool:
        return _lined(*tried([one], kept, settled))

    name = person.name
    if legal(person, rules, settled=False):
        yield Way("settled", f"let go of what is settled for {name}", name)
    if person.before and legal(replace(person, before=()), rules):
        yield Way("before", f"begin later after what {name} worked before", name)
    for rule in _giving(rules):
        if legal(person, rules.without(rule)):
            yield Way("rule", f"give up the rule {rule} for {name}", rule)
    yield Way("people", f"somebody else in the place of {name}", name, 1)


def _lined(laid: Laid, pricers: Pricers) -> bool:
    """Whether the first person has a legal line."""
    idle = np.zeros((laid.problem.days, laid.problem.kinds))
    return bool(np.isfinite(pricers[0](idle).value))


def _giving(rules: Rules) -> list[str]:
    """Rules that could give way."""
    return [rule.id for rule in rules if rule.hard and KINDS[rule.kind].checked]


def crowded(laid: Laid, days: NDArray[np.int64]) -> list[int]:
    """Days on which more people are needed at once than are there."""
    at_once = laid.demand.need.sum(axis=0)
    there = np.array([np.isfinite(w.cost).any(axis=1) for w in laid.problem.workers]).sum(axis=0)
    # Whoever came the day before may still be there.
    there = there + np.concatenate(([len(laid.people)], there[:-1]))
    peaks = np.array([at_once[days == day].max() for day in range(laid.period.days)])
    return [int(day) for day in np.flatnonzero(peaks > there)]


def lacking(
    laid: Laid,
    pricers: Pricers,
    kind: str,
    where: str,
    inside: Flags,
    clock: Clocked,
    rules: Rules,
    tried: Tried,
    rows: Sequence[int] | None = None,
) -> Iterator[Shortfall]:
    """Whether some hours need more than all people can give them, each by the best legal line."""
    demand, posts = laid.demand, laid.problem.posts
    hour = demand.minutes / 60
    # What comes after the period is not counted.
    table = np.zeros(demand.rows.shape, bool)
    table[list(range(len(demand.skills)) if rows is None else rows), : len(inside)] = inside
    wanted = np.where(table, np.maximum(posts.need.reshape(table.shape), 0), 0.0)
    need = float(wanted.sum()) * hour
    if need <= 0:
        return
    table = wanted > 0  # who comes where nobody is needed gives nothing
    given = _given(laid, pricers, table)
    have = sum(given)
    if have >= need - _SLACK:
        return
    what = {
        "day": f"on {where}",
        "nights": "between 22:00 and 06:00",
        "weekends": "on weekends",
        "hours": "in all",
        "skill": f"of people who serve {where}",
    }[kind]
    barred = sum(give <= 0 for give in given)
    those = "this 1 person" if len(given) == 1 else f"these {len(given)} people"
    text = (
        f"{need:.0f} h are needed {what} and {those} can give {have:.0f} h at most by the rules:"
        f" {need - have:.0f} h stay short"
    )
    if barred:
        text += f"; {barred} of them can give nothing"
    row = wanted.sum(axis=0)[: demand.intervals] * hour
    ways = (
        *_more(laid, kind, where, need - have, max(given), table, rules, tried),
        clock.way(row, need - have),
    )
    yield Shortfall(kind, where, need, have, barred, text, ways)


def _given(laid: Laid, pricers: Pricers, table: Flags) -> list[float]:
    """The most that each person can give to some posts, by the best legal line [h]."""
    prices = -laid.problem.worth(table.ravel().astype(np.float64) * laid.demand.minutes / 60)
    given = []
    for n in range(len(laid.people)):
        worker = pricers[n].worker
        answer = pricers[n](prices * 1e6, np.where(np.isfinite(worker.cost), 0.0, np.inf))
        worked = np.flatnonzero(answer.line >= 0)
        given.append(-float(prices[worked, answer.line[worked]].sum()))
    return given


def _more(
    laid: Laid,
    kind: str,
    where: str,
    short: float,
    best: float,
    table: Flags,
    rules: Rules,
    tried: Tried,
) -> Iterator[Way]:
    """People that would close a gap; where all of these give nothing, what keeps them."""
    if best > 0:
        people = math.ceil(short / best - _SLACK)
        text = f"{_people(people, 'more ')} who can give {best:.0f} h each"
        yield Way("people", text, "", people)
        return
    paid = min(shift.paid for shift in laid.shifts) / 60
    fresh = Person(name="somebody else")
    other, pricers = tried([fresh], rules, False)
    if other.terms[0].most < paid and max(terms.most for terms in laid.terms) < paid:
        yield Way("norm", "plan more days: the norm of these leaves nobody a whole shift")
        return
    each = _given(other, pricers, table)[0] if _lined(other, pricers) else 0.0
    if each > 0:
        at_once = float(np.where(table, laid.demand.rows, 0.0).sum(axis=0).max())
        people = max(math.ceil(at_once - _SLACK), math.ceil(short / each - _SLACK))
        able = f"serve {where}" if kind == "skill" else "may work then"
        named = where if kind == "skill" else ""
        yield Way("people", f"{_people(people, 'more ')} who {able}", named, people)
        return
    for rule in _giving(rules):
        freed, pricers = tried([fresh], rules.without(rule), False)
        if _lined(freed, pricers) and _given(freed, pricers, table)[0] > 0:
            yield Way("rule", f"give up the rule {rule}", rule)
