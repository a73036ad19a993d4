"""Rosters for named people: made, made anew after a change, and asked why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import Duty, Shift
from sim.plan.people import Absence, Person, check_people
from sim.plan.period import Period
from sim.plan.rosters.asked import Asked, Demand, Pin, Serving, Weights
from sim.plan.rosters.counting import Clocked, Shortfall, Way, shortfalls
from sim.plan.rosters.effort import Progress
from sim.plan.rosters.laying import Laid, lay_out
from sim.plan.rosters.pricing import Narrowed, Pricers
from sim.plan.rosters.result import Roster, bands_of, begun_weekends, nights_of, wishes_of
from sim.plan.rosters.solving import Solution, solve
from sim.plan.rosters.state import Draft
from sim.plan.rules import Rules, violations

__all__ = [
    "Reply",
    "checked",
    "close_to",
    "counted",
    "replan",
    "roster",
    "shown",
    "why_not",
    "why_short",
]

Integers = NDArray[np.int64]
Tell = Callable[[Progress], object]


def roster(
    people: Iterable[Person],
    shifts: Sequence[Shift],
    requirement: Asked,
    rules: Rules,
    period: Period,
    *,
    after: Asked | None = None,
    serving: Serving | None = None,
    last: Roster | Sequence[Duty] | None = None,
    pins: Sequence[Pin] = (),
    weights: Weights | None = None,
    most_nights: int | None = None,
    seed: int = 0,
    time_limit: float | None = 60.0,
    rounds: int = 400,
    progress: Tell | None = None,
) -> Roster:
    """The best legal roster that is found, and how good any could be.

    Parameters
    ----------
    people
        Who is planned, each with a name of their own.
    shifts
        What may be worked, one shift a day at most; names differ.
    requirement
        People needed in each interval of the period, equally long [people]; by skill where a
        person serves one skill in a duty.
    rules
        Labour rules; hard ones are kept, of the soft ones the hours of the norm.
    period
        The days.
    after
        People needed in the intervals that follow the period, as in `requirement`: who comes on
        the last day and stays beyond its midnight is too many there as anywhere, and lacks until
        the first shift of the next day can begin. None: those hours are weighed by nobody.
    serving
        By skills: people needed who have at least one of them, in each interval of the period and
        then of `after`; beside `requirement`, where a duty serves whatever its person can.
    last
        A roster that this one should stay close to: each day that differs has a price.
    pins
        Days that are settled.
    weights
        What the parts of the cost are worth.
    most_nights
        Night duties that nobody may pass; None: as the rules have it.
    seed
        Where the random numbers start; with `time_limit` None the same seed gives the same roster.
    time_limit
        Time that may pass [s].
    rounds
        Parts of the roster that are opened anew, at most.
    progress
        Called now and then; when it answers True, the search stops with the best until then.

    Raises
    ------
    InvalidInput
        If an argument is out of its domain, or a rule is not known to rosters.

    Examples
    --------
    >>> import datetime
    >>> from sim.plan.rules import RU
    >>> week = Period(datetime.date(2026, 3, 2), 7)
    >>> day, need = Shift("day", 540, 480), ([0] * 9 + [1] * 8 + [0] * 7) * 7
    >>> pair = [Person(name="Anna"), Person(name="Boris")]
    >>> made = roster(pair, [day], need, RU.without("meal"), week, seed=1, time_limit=None)
    >>> made.legal, float(made.short.sum()), made.gap
    (True, 0.0, 0.0)
    """
    named = check_people(people)
    checked(named, shifts, pins, seed, time_limit)
    demand = Demand.of(requirement, period, after, serving)
    before = last.duties if isinstance(last, Roster) else tuple(last or ())
    laid = lay_out(
        tuple(named.values()), shifts, demand, rules, period, weights or Weights(),
        last=before, pins=pins, most_nights=most_nights,
    )  # fmt: skip
    pricers = Pricers.of(laid.problem)
    start = close_to(laid, pricers, before) if before else None
    solution = solve(
        laid.problem, seed=seed, time_limit=time_limit, rounds=rounds, tell=progress, begin=start,
        pricers=pricers,
    )  # fmt: skip
    made = shown(laid, solution, rules, before)
    if made.found and not made.short.any() and not any(row.any() for row in made.unserved.values()):
        return made
    return replace(made, shortfalls=tuple(why_short(laid, pricers, rules, pins)))


def why_short(laid: Laid, pricers: Pricers, rules: Rules, pins: Sequence[Pin]) -> list[Shortfall]:
    """What cannot be covered; what gives way to people without a legal line is tried."""

    def tried(people: Sequence[Person], held: Rules, settled: bool) -> tuple[Laid, Pricers]:
        own = [pin for pin in pins if settled and pin.person in {one.name for one in people}]
        other = lay_out(people, laid.shifts, laid.demand, held, laid.period, Weights(), pins=own)
        return other, Pricers.of(other.problem)

    return shortfalls(laid, pricers, rules, tried)


def counted(
    people: Iterable[Person],
    shifts: Sequence[Shift],
    requirement: Asked,
    rules: Rules,
    period: Period,
    *,
    pins: Sequence[Pin] = (),
    serving: Serving | None = None,
) -> tuple[Shortfall, ...]:
    """What these people cannot cover whatever the roster, by counting alone.

    Parameters
    ----------
    people, shifts, requirement, rules, period, pins, serving
        As for `roster`.

    Examples
    --------
    >>> import datetime
    >>> week = Period(datetime.date(2026, 3, 2), 7)
    >>> day, need = Shift("day", 540, 480), ([0] * 9 + [1] * 8 + [0] * 7) * 7
    >>> [print(one) for one in counted([Person(name="Anna")], [day], need, Rules("none"), week)
    ...  if one.kind == "hours"][0]
    56 h are needed in all and this 1 person can give 40 h at most by the rules: 16 h stay short;
    1 more person who can give 40 h each, or 16 h worked by others, or not covered
    """
    named = check_people(people)
    checked(named, shifts, pins, 0, None)
    demand = Demand.of(requirement, period, serving=serving)
    laid = lay_out(tuple(named.values()), shifts, demand, rules, period, Weights(), pins=pins)
    return tuple(why_short(laid, Pricers.of(laid.problem), rules, pins))


def checked(
    people: Mapping[str, Person],
    shifts: Sequence[Shift],
    pins: Sequence[Pin],
    seed: int,
    time_limit: float | None,
) -> None:
    """Refuse what makes no sense."""
    if not people:
        raise InvalidInput("people", "must have somebody", 0)
    if not shifts:
        raise InvalidInput("shifts", "must have a shift", 0)
    names = [shift.name for shift in shifts]
    if len(set(names)) < len(names):
        raise InvalidInput("shifts", "must have a name each", names)
    for shift in shifts:
        if not (0 <= shift.start < 1440 and 0 < shift.minutes <= 2880 and shift.paid > 0):
            rule = "must start within a day, last up to two and be paid in part"
            raise InvalidInput(f"shifts[{shift.name}]", rule, (shift.start, shift.minutes))
    for pin in pins:
        if pin.person not in people:
            raise InvalidInput("pins", f"must be of {', '.join(people)}", pin.person)
    if seed < 0:
        raise InvalidInput("seed", "must be at least 0", seed)
    if time_limit is not None and not time_limit > 0:
        raise InvalidInput("time_limit", "must be above 0", time_limit)


def close_to(laid: Laid, pricers: Pricers, before: Sequence[Duty]) -> Draft | None:
    """The last roster as far as it is still legal; the best lines for the others."""
    had = {(duty.person, duty.start): duty for duty in before}
    draft = Draft.empty(laid.problem)
    frozen = np.zeros(laid.problem.days, bool)
    rest = []
    for n, person in enumerate(laid.people):
        line = np.full(laid.problem.days, -1, np.int64)
        for day in range(laid.problem.days):
            costs = laid.problem.workers[n].cost[day]
            for kind in np.argsort(costs, kind="stable").tolist():
                duty = had.get((person.name, laid.duty(n, day, kind).start))
                if duty is not None and duty.end == laid.duty(n, day, kind).end:
                    line[day] = kind
                    break
        answer = Narrowed(pricers[n], line, frozen)(np.zeros((len(line), laid.problem.kinds)))
        if answer.value < np.inf:
            draft.put(n, answer.line, answer.own)
        else:
            rest.append(n)
    for n in rest:
        if draft.best(pricers, n).value == np.inf:
            return None
    return draft


def shown(
    laid: Laid,
    solution: Solution,
    rules: Rules,
    before: Sequence[Duty],
) -> Roster:
    """The solution in the words of a planner."""
    demand, lines = laid.demand, solution.lines
    cover = np.zeros(demand.rows.size)
    duties: list[Duty] = []
    serves: list[str] = []
    by_person: dict[str, tuple[Duty, ...]] = {person.name: () for person in laid.people}
    for n, line in enumerate(lines if lines is not None else ()):
        post, amount = laid.problem.filled(line)
        np.add.at(cover, post, amount)
        worked = [(day, int(line[day])) for day in np.flatnonzero(line >= 0).tolist()]
        own = tuple(laid.duty(n, day, kind) for day, kind in worked)
        by_person[laid.people[n].name] = own
        duties += own
        serves += [demand.skills[laid.kinds[kind][1]] for _, kind in worked]
    gap = (laid.problem.posts.need - cover).reshape(demand.rows.shape)[:, : demand.intervals]
    gap = np.where(np.abs(gap) > 1e-9, gap, 0.0)
    gap, served = np.split(gap, [len(demand.skills)])
    had = {(duty.person, duty.start, duty.end) for duty in before}
    have = {(duty.person, duty.start, duty.end) for duty in duties}
    changed = {(name, laid.period.day(start)) for name, start, _ in had ^ have}
    broken = violations(duties, laid.people, rules, laid.period) if lines is not None else []
    return Roster(
        duties=tuple(duties),
        serves=tuple(serves),
        cover=demand.need - gap,
        short=gap.clip(0),
        over=(-gap).clip(0),
        unserved={names: row.clip(0) for names, row in zip(demand.sets, served, strict=True)},
        cost=solution.cost,
        bound=solution.bound,
        gap=solution.gap if lines is not None else math.inf,
        first_cost=solution.first,
        bands=bands_of(laid, lines, solution.cost, cover) if lines is not None else {},
        wishes_kept=sum(wishes_of(p, by_person[p.name]) for p in laid.people),
        wishes=sum(len(person.wishes) for person in laid.people),
        nights={name: nights_of(own) for name, own in by_person.items()},
        weekends={
            person.name: begun_weekends(laid, lines[n]) if lines is not None else 0
            for n, person in enumerate(laid.people)
        },
        hours={name: sum(duty.paid for duty in own) / 60 for name, own in by_person.items()},
        owed={p.name: t.owed for p, t in zip(laid.people, laid.terms, strict=True)},
        changes=len(changed) if before else 0,
        shortfalls=(),
        violations=tuple(broken),
        effort=solution.effort,
        people=laid.people,
        period=laid.period,
        laid=laid,
        lines=lines,
    )


def replan(
    made: Roster,
    day: int,
    rules: Rules,
    *,
    absences: Mapping[str, Sequence[Absence]] | None = None,
    weights: Weights | None = None,
    seed: int = 0,
    time_limit: float | None = 10.0,
    rounds: int = 100,
    progress: Tell | None = None,
) -> Roster:
    """The roster after something happened, with as few changes as it is worth.

    Parameters
    ----------
    made
        The roster until now.
    day
        The first day that may still change; what lies before it is settled.
    rules
        The rules it was made under.
    absences
        By person: when they are away as well; what they worked before stays.
    weights, seed, time_limit, rounds, progress
        As for `roster`; the weight `change` is the price of a changed day.
    """
    more = absences or {}
    for name in more:
        if name not in {person.name for person in made.people}:
            raise InvalidInput("absences", "must be of people of the roster", name)
    people = [
        replace(person, absences=(*person.absences, *more.get(person.name, ())))
        for person in made.people
    ]
    worked = {(duty.person, made.period.day(duty.start)): duty for duty in made.duties}
    pins = []
    for person in people:
        for number in range(min(day, made.period.days)):
            duty = worked.get((person.name, number))
            named = duty.shift.name if duty is not None and duty.shift is not None else ""
            pins.append(Pin(person.name, number, named))
    demand = made.laid.demand
    return roster(
        people, made.laid.shifts, dict(zip(demand.skills, demand.need.tolist(), strict=True)),
        rules, made.period, after=demand.later,
        serving=demand.asked_of_sets, last=made, pins=pins, weights=weights, seed=seed,
        time_limit=time_limit, rounds=rounds, progress=progress,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """Why somebody does not work what they asked for.

    Parameters
    ----------
    possible
        Whether a legal line has it.
    price
        How much dearer the roster would be with it, others as they are; 0 when it is so already.
    reasons
        Rules that the line as it is would break with it.
    instead
        What it takes in hours: those that the person is then paid more, and those that then lack
        somebody more; None where no legal line has it.
    """

    possible: bool
    price: float
    reasons: tuple[str, ...]
    instead: Way | None = None


def why_not(made: Roster, person: str, day: int, shift: str, rules: Rules) -> Reply:
    """What it would cost to give a person a shift, or a day off, on a day.

    Parameters
    ----------
    made
        The roster.
    person, day, shift
        The request; no shift is a day off.
    rules
        The rules it was made under.
    """
    laid, names = made.laid, [one.name for one in made.people]
    if person not in names or made.lines is None:
        raise InvalidInput("person", "must be of the roster", person)
    if not 0 <= day < made.period.days:
        raise InvalidInput("day", f"must be 0 to {made.period.days - 1}", day)
    known = [one.name for one in laid.shifts]
    if shift and shift not in known:
        raise InvalidInput("shift", f"must be of {', '.join(known)}", shift)
    n = names.index(person)
    pricer = Pricers.of(laid.problem)[n]
    draft = Draft.empty(laid.problem)
    for m, line in enumerate(made.lines):
        if m != n:
            draft.put(m, line, 0.0)
    prices = laid.problem.prices(draft.gap)
    now = Narrowed(pricer, made.lines[n], np.zeros(made.period.days, bool))(prices)
    cost, off = pricer.worker.cost.copy(), pricer.worker.off.copy()
    wanted = np.array([bool(shift) and known[s] == shift for s, _ in laid.kinds])
    cost[day, ~wanted] = np.inf
    if shift:
        off[day] = np.inf
    best = pricer(prices, cost, off)
    swapped = [d for d in made.duties if d.person != person or made.period.day(d.start) != day]
    if shift:
        kind = int(np.flatnonzero(wanted)[0])
        swapped.append(laid.duty(n, day, kind))
    before = {(v.rule, v.start) for v in made.violations}
    reasons = tuple(
        v.text
        for v in violations(swapped, made.people, rules, made.period)
        if v.hard and v.person == person and (v.rule, v.start) not in before
    )
    if best.value == np.inf:
        return Reply(False, math.inf, reasons)
    instead = _instead(laid, draft, made.lines[n], best.line)
    return Reply(True, max(0.0, best.value - now.value), reasons, instead)


def _instead(laid: Laid, draft: Draft, before: Integers, after: Integers) -> Way:
    """Hours that another line of the person who is not in a draft takes."""
    demand, clock, hour = laid.demand, Clocked.of(laid), laid.demand.minutes / 60
    paid, lacking = [], []
    for line in (before, after):
        gap = draft.gap.copy()
        laid.problem.fill(gap, line)
        rows = gap.reshape(demand.rows.shape)[: len(demand.skills), : demand.intervals]
        lacking.append(rows.clip(0).sum(axis=0) * hour)
        worked = line[line >= 0].tolist()
        paid.append(sum(laid.shifts[laid.kinds[kind][0]].paid for kind in worked) / 60)
    more, short = paid[1] - paid[0], lacking[1] - lacking[0]
    night, weekend = float(short[clock.night].sum()), float(short[clock.weekend].sum())
    hours = float(short.sum())
    text = f"{more:+g} paid h of their own, and {hours:+.4g} h that lack somebody"
    return Way("hours", text, "", 0, more + hours, night, weekend)
