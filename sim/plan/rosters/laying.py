"""From people, shifts and rules to the line problem."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import Duty, Shift
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.asked import Demand, Pin, Weights
from sim.plan.rosters.automata import Automaton, automaton
from sim.plan.rosters.fairness import fair_share, is_night, night_duties, shared_nights
from sim.plan.rosters.laws import Law, Memory, Traits, days_of
from sim.plan.rosters.problems import Limit, Posts, Problem, Worker
from sim.plan.rosters.terms import Terms, terms_of
from sim.plan.rules import Rules, paid_within, violations

__all__ = [
    "Laid",
    "Layout",
    "Machines",
    "fix",
    "keep_close",
    "lay_out",
    "posts_of",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Ways in which nights may fall on the weeks of a rule: beyond, the automaton takes too long.
MOST_NIGHTS = 1100

#: Rules that a duty breaks or keeps by itself.
ALONE = frozenset({"night_ban", "holiday_ban", "meal", "duty_length", "duty_hours"})


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A line problem, and what its numbers stand for.

    Parameters
    ----------
    problem
        For the solver.
    people, shifts, period, demand
        What it was made of.
    kinds
        Shift and skill of each kind of duty. Where sets of skills are asked for, there is one for
        each different choice of sets that people fill.
    terms
        Hours of each person.
    """

    problem: Problem
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...]
    period: Period
    demand: Demand
    kinds: tuple[tuple[int, int], ...]
    terms: tuple[Terms, ...]

    def duty(self, person: int, day: int, kind: int) -> Duty:
        """The duty that a kind on a day is."""
        shift = self.shifts[self.kinds[kind][0]]
        start = self.period.at(day, shift.start)
        return Duty(self.people[person].name, start, start + shift.minutes, shift.paid, shift)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What all people share while the problem is laid out."""

    shifts: tuple[Shift, ...]
    period: Period
    demand: Demand
    rules: Rules
    weights: Weights
    kinds: tuple[tuple[int, int], ...]
    fills: tuple[tuple[int, ...], ...]
    unit: int
    fair_weekends: int
    night_limit: Limit | None


def lay_out(
    people: Sequence[Person],
    shifts: Sequence[Shift],
    demand: Demand,
    rules: Rules,
    period: Period,
    weights: Weights,
    *,
    last: Sequence[Duty] = (),
    pins: Sequence[Pin] = (),
    most_nights: int | None = None,
) -> Laid:
    """The line problem of named people."""
    for person in people:
        _countable(rules.kept_for(person))
    choices = list(dict.fromkeys(demand.filled_by(person.skills) for person in people))
    plain = [(s, k) for s in range(len(shifts)) for k in range(len(demand.skills))]
    kinds, fills = tuple(plain * len(choices)), tuple(own for own in choices for _ in plain)
    nights = [n for n, (s, _) in enumerate(kinds) if is_night(shifts[s])]
    base = Layout(
        tuple(shifts), period, demand, rules, weights, kinds, fills,
        reduce(math.gcd, [shift.paid for shift in shifts]),
        fair_share(people, shifts, demand, period),
        Limit(frozenset(nights), most_nights) if most_nights is not None and nights else None,
    )  # fmt: skip
    terms = tuple(terms_of(p, rules.kept_for(p), period) for p in people)
    machines = Machines(base, people)
    had = {(duty.person, duty.day): duty for duty in last}
    settled: dict[str, dict[int, str]] = {}
    for pin in pins:
        settled.setdefault(pin.person, {})[pin.day] = pin.shift
    # What is settled is settled, even where sickness has lessened the hours since.
    paid = {shift.name: shift.paid / 60 for shift in shifts} | {"": 0.0}
    terms = tuple(
        hours.at_least(sum(paid.get(name, 0.0) for name in settled.get(p.name, {}).values()))
        for p, hours in zip(people, terms, strict=True)
    )
    workers = tuple(
        machines.worker(person, hours, had if last else None, settled.get(person.name, {}))
        for person, hours in zip(people, terms, strict=True)
    )
    posts = posts_of(base, people)
    workers = shared_nights(
        workers, [hours.most for hours in terms], nights, weights.night,
        night_duties(shifts, demand, period),
    )  # fmt: skip
    problem = Problem(workers, posts, period.days, len(kinds))
    return Laid(problem, tuple(people), base.shifts, period, demand, kinds, terms)


def _countable(rules: Rules) -> None:
    """Refuse nights in calendar weeks that are too many to be counted, or counted in two ways."""
    found = [rule for rule in rules if rule.hard and rule.kind == "nights_in_weeks"]
    hint = "limit nights running (nights_running) or in the period (most_nights) instead"
    if len(found) > 1:
        raise InvalidInput("rules", "must have one nights_in_weeks", found[1].id, hint)
    for rule in found:
        nights, weeks = round(rule["nights"]), round(rule["weeks"])
        if math.comb(nights + weeks, weeks) > MOST_NIGHTS:
            limit = f"must be few nights in few weeks, such as 10 in 4 ({nights} in {weeks})"
            raise InvalidInput("rules", limit, rule.id, hint)


class Machines:
    """Automata and prices that people with the same rules share."""

    def __init__(self, base: Layout, people: Sequence[Person]) -> None:
        self.base = base
        self.group = np.array([1 + s for s, _ in base.kinds], np.int64)
        self.gain = np.array([base.shifts[s].paid // base.unit for s, _ in base.kinds], np.int64)
        self.allowed: dict[tuple[object, ...], NDArray[np.bool_]] = {}
        self.made: dict[Law, tuple[Automaton, list[Memory]]] = {}
        self.memories: dict[Law, list[Memory]] = {}
        for person in people:
            law, _ = self.weekends(person, base.rules.kept_for(person))
            self.memories.setdefault(law, []).append(law.recalled(base.period, person.before))
        days = list(days_of(base.period, base.shifts, 0, base.period.days))
        self.days = list(dict.fromkeys(days))
        self.types = [self.days.index(day) for day in days]

    def worker(
        self,
        person: Person,
        terms: Terms,
        last: Mapping[tuple[str, int], Duty] | None,
        settled: Mapping[int, str],
    ) -> Worker:
        """A person as the solver sees one."""
        base = self.base
        rules = base.rules.kept_for(person)
        law, weekends_end = self.weekends(person, rules)
        memory = law.recalled(base.period, person.before)
        cost, off = self.prices(person, rules, last)
        fix(cost, off, settled, base)
        machine, start = self.machine(law, memory)
        limits = (base.night_limit,) if base.night_limit is not None else ()
        return Worker(
            machine, start, self.group, self.gain, cost, off,
            terms.cost(base.unit, base.weights), weekends_end, limits,
        )  # fmt: skip

    def weekends(self, person: Person, rules: Rules) -> tuple[Law, Floats]:
        """The law, and what so many worked weekends cost: counted plainly where that is enough."""
        base = self.base
        period, first = base.period, min([0, *(d.day for d in person.before)])
        begins = [d for d in range(first, period.days - 1) if period.weekday(d) == 5]
        counts = base.weights.weekend > 0
        ours = 1 + sum(day >= -1 for day in begins)
        excess = np.maximum(0, np.arange(ours) - base.fair_weekends)
        ends = base.weights.weekend * excess.astype(float) ** 2
        found = [rule for rule in rules if rule.hard and rule.kind == "weekends_off"]
        single = all(len(begins) == rule["weeks"] for rule in found) and begins[:1] >= [0]
        if found and single:
            most = min(len(begins) - round(rule["count"]) for rule in found)
            ends, counts = ends[: max(0, most) + 1], True
        if not counts:
            ends = np.zeros(1)
        return Law.of(rules, counts_weekends=counts, windows=bool(found) and not single), ends

    def machine(self, law: Law, memory: Memory) -> tuple[Automaton, int]:
        """The automaton of a law, and where it begins with a memory."""
        if law not in self.made:
            base = self.base
            traits = [self.traits(law, shift) for shift in base.shifts]
            left = (7 - base.period.weekday(base.period.days)) % 7 * 1440
            starts = list(dict.fromkeys(self.memories[law]))
            machine = automaton(
                starts, self.types, 1 + len(traits), law.step(self.days, traits),
                lambda end: isinstance(end, Memory) and law.may_end(end, left),
            )  # fmt: skip
            self.made[law] = machine, starts
        machine, starts = self.made[law]
        return machine, machine.starts[starts.index(memory)]

    def traits(self, law: Law, shift: Shift) -> Traits:
        """What the law sees of a shift."""
        duty = Duty("", shift.start, shift.end, shift.paid, shift)
        late = math.ceil(paid_within(duty, (1440, 1440 * 4)))
        return law.traits(shift.start, shift.minutes, shift.paid, late)

    def prices(
        self, person: Person, rules: Rules, last: Mapping[tuple[str, int], Duty] | None
    ) -> tuple[Floats, Floats]:
        """What each kind of duty costs on each day, and a day off."""
        base = self.base
        period, shape = base.period, (base.period.days, len(base.kinds))
        cost, off = np.zeros(shape), np.zeros(period.days)
        by_shift = np.where(self.lawful(person, rules), 0.0, np.inf)
        starts = np.array([[period.at(d, s.start) for s in base.shifts] for d in range(shape[0])])
        ends = starts + [shift.minutes for shift in base.shifts]
        for away in person.absences:
            by_shift[(starts < away.end) & (away.start < ends)] = np.inf
        for wish in person.wishes:
            weight = base.weights.wish * wish.weight
            there = (starts < wish.end) & (wish.start < ends)
            if wish.kind == "off":
                by_shift[there] += weight
                continue
            names = np.array([wish.means(shift.name) for shift in base.shifts])
            days = max(1, int((there & names).any(axis=1).sum()))
            by_shift[there & names] -= weight / days
        cost += by_shift[:, [s for s, _ in base.kinds]]
        if person.skills:
            skills = base.demand.skills
            lacks = [bool(skills[k]) and skills[k] not in person.skills for _, k in base.kinds]
            cost[:, lacks] = np.inf
        own = base.demand.filled_by(person.skills)
        cost[:, [fills != own for fills in base.fills]] = np.inf
        if last is not None:
            keep_close(person, cost, off, last, base)
        return cost, off

    def lawful(self, person: Person, rules: Rules) -> NDArray[np.bool_]:
        """Which shifts a person may work on which days, by the rules on a single duty."""
        base = self.base
        alone = tuple(rule for rule in rules if rule.hard and rule.kind in ALONE)
        key = tuple(rule.id for rule in alone)
        if key not in self.allowed:
            plain = Person(name=person.name, flags=person.flags)
            law, period = Rules("alone", alone), base.period
            table = np.ones((period.days, len(base.shifts)), bool)
            for day in range(period.days if alone else 0):
                for n, shift in enumerate(base.shifts):
                    start = period.at(day, shift.start)
                    duty = Duty(person.name, start, start + shift.minutes, shift.paid, shift)
                    table[day, n] = not violations([duty], [plain], law, period)
            self.allowed[key] = table
        return self.allowed[key]


def fix(cost: Floats, off: Floats, settled: Mapping[int, str], base: Layout) -> None:
    """Leave a person nothing but what is settled on the days that are."""
    for day, name in settled.items():
        named = [base.shifts[s].name == name for s, _ in base.kinds]
        if not 0 <= day < len(off) or (name and not any(named)):
            raise InvalidInput("pins", "must name a day of the period and a shift", (day, name))
        cost[day, ~np.array(named)] = np.inf
        if name:
            off[day] = np.inf


def keep_close(
    person: Person, cost: Floats, off: Floats, last: Mapping[tuple[str, int], Duty], base: Layout
) -> None:
    """Price the days that differ from the last roster."""
    for day in range(len(off)):
        had = last.get((person.name, day))
        change = base.weights.change
        if had is None:
            cost[day] += change
            continue
        off[day] += change
        for kind, (s, _) in enumerate(base.kinds):
            shift = base.shifts[s]
            same = (base.period.at(day, shift.start), shift.minutes) == (
                had.start,
                had.end - had.start,
            )
            cost[day, kind] += 0.0 if same else change


def posts_of(base: Layout, people: Sequence[Person]) -> Posts:
    """The requirement as posts; those who are still there from the day before fill some."""
    demand, weights = base.demand, base.weights
    need = demand.rows.copy()
    for person in people:
        for duty in person.before:
            if duty.shift is not None and duty.end > 0:
                at, share = demand.present(duty.start, duty.shift)
                skills = [k for k, s in enumerate(demand.skills) if not s or s in person.skills]
                sets = [len(demand.skills) + n for n in demand.filled_by(person.skills)]
                for row in [(skills or [0])[0], *sets]:
                    need[row, at] -= share
    hour = demand.minutes / 60
    costs = np.array([weights.short, 1.0, max(weights.deep, weights.short), weights.over])
    costs = np.tile(costs * [hour, 1.0, hour, hour], (*need.shape, 1))
    costs[:, _filled_later(base) :, [0, 2]] = 0.0
    costs[len(demand.skills) :, :, 3] = 0.0  # too many who serve it are not too many
    parts = []
    for day in range(base.period.days):
        for (s, k), fills in zip(base.kinds, base.fills, strict=True):
            shift = base.shifts[s]
            at, share = demand.present(base.period.at(day, shift.start), shift)
            rows = [k, *(len(demand.skills) + n for n in fills)]
            where = np.concatenate([at + row * demand.reach for row in rows])
            parts.append((where, np.tile(share, len(rows))))
    sizes = np.array([len(at) for at, _ in parts])
    begin = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    post = np.concatenate([at for at, _ in parts]).astype(np.int64)
    costs = costs.reshape(need.size, 4)
    return Posts(need.ravel(), costs, begin, post, np.concatenate([share for _, share in parts]))


def _filled_later(base: Layout) -> int:
    """The first interval that the day after the period can fill itself.

    Before it, only who comes on the last days can be there; from then on nobody need be, and
    only too many are weighed.
    """
    first = base.period.at(base.period.days, min(shift.start for shift in base.shifts))
    return -(-first // base.demand.minutes)
