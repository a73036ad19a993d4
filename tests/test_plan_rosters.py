"""Rosters of named people: legal by the independent checker, as good as brute force, honest."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import rosters_month
from sim.errors import InvalidInput
from sim.plan.duties import DAY, Duty, Pause, Shift, of
from sim.plan.people import Person, Wish, absent
from sim.plan.period import Period
from sim.plan.rosters import Pin, Roster, Weights, counted, replan, roster, why_not
from sim.plan.rosters.asked import Demand
from sim.plan.rosters.diving import dive
from sim.plan.rosters.effort import Clock
from sim.plan.rosters.generate import generate
from sim.plan.rosters.laying import lay_out
from sim.plan.rosters.master import Column, Master
from sim.plan.rosters.pricing import Buffer, Narrowed, Pricer, Pricers
from sim.plan.rosters.problems import Worker
from sim.plan.rosters.search import first
from sim.plan.rosters.state import Draft
from sim.plan.rules import EU, NONE, RU, Rule, Rules, violations
from sim.scenario import Calendar

Floats = NDArray[np.float64]

MONDAY = datetime.date(2026, 3, 2)
MEAL = (Pause(240, 60, paid=False, kind="meal"),)
DAY12, NIGHT12 = Shift("D", 480, 720, MEAL), Shift("N", 1200, 720, MEAL)
EARLY, LATE = Shift("E", 420, 540, MEAL), Shift("L", 780, 540, MEAL)
OFFICE = Shift("O", 540, 540, MEAL)
PLAIN = Weights(weekend=0.0, night=0.0)
OWN = Rules(
    "own",
    (
        Rule(id="daily_rest", numbers={"hours": 12}),
        Rule(id="weekly_rest", numbers={"hours": 42}),
        Rule(id="days_running", numbers={"days": 5}),
        Rule(id="days_off_running", numbers={"days": 2}),
        Rule(id="nights_running", numbers={"nights": 3}),
        Rule(id="long_running", numbers={"duties": 3, "hours": 12}),
        Rule(id="days_off_after_nights", numbers={"days": 2}),
        Rule(id="weekends_off", numbers={"count": 1, "weeks": 2}),
        Rule(id="weekends_running", numbers={"weekends": 2}),
        Rule(id="nights_in_weeks", numbers={"nights": 3, "weeks": 2}),
        Rule(id="week_hours", numbers={"hours": 45}),
        Rule(id="overtime_days", numbers={"hours": 4}),
        Rule(id="rest_by_duty", numbers={"times": 1.5}),
        Rule(id="forward", numbers={"hours": 2}),
    ),
)


def every_hour(days: int, by_hour: Sequence[float]) -> list[float]:
    return list(by_hour) * days


def hours(since: int, until: int, need: float = 1.0) -> list[float]:
    return [need if since <= hour < until else 0.0 for hour in range(24)]


def quick(
    people: Sequence[Person],
    shifts: Sequence[Shift],
    need: Sequence[float],
    rules: Rules,
    period: Period,
    rounds: int = 20,
) -> Roster:
    return roster(
        people, shifts, need, rules, period, weights=PLAIN, seed=1, time_limit=None, rounds=rounds
    )


# --------------------------------------------------------- what may be worked


def allowed(person: Person, shifts: Sequence[Shift], rules: Rules, period: Period,
            line: Sequence[int]) -> bool:  # fmt: skip
    """Whether the solver takes a line (shift by day, -1 for none) for legal."""
    demand = Demand.of([0.0] * (24 * period.days), period)
    laid = lay_out([person], shifts, demand, rules, period, PLAIN)
    pricer = Pricers.of(laid.problem)[0]
    fixed = np.zeros(period.days, bool)
    for day, shift in enumerate(line):
        if shift >= 0 and np.isinf(pricer.worker.cost[day, shift]):
            return False
    prices = np.zeros((period.days, len(shifts)))
    return bool(np.isfinite(Narrowed(pricer, np.array(line), fixed)(prices).value))


def legal(person: Person, shifts: Sequence[Shift], rules: Rules, period: Period,
          line: Sequence[int]) -> bool:  # fmt: skip
    """Whether the independent checker finds nothing hard in it."""
    duties = [of(person.name, day, shifts[s]) for day, s in enumerate(line) if s >= 0]
    return not any(found.hard for found in violations(duties, [person], rules, period))


@settings(max_examples=120)
@given(
    st.lists(st.sampled_from([-1, -1, 0, 1, 2]), min_size=16, max_size=16),
    st.sets(st.sampled_from([rule.id for rule in OWN]), min_size=1, max_size=4),
    st.integers(0, 6),
    st.lists(st.sampled_from([-1, -1, 0, 1]), min_size=0, max_size=9),
)
def test_the_solver_and_the_checker_agree_on_what_is_legal(
    line: list[int], ids: set[str], start: int, before: list[int]
) -> None:
    shifts = (DAY12, NIGHT12, LATE)
    rules = Rules("some", tuple(rule for rule in OWN if rule.id in ids))
    period = Period(MONDAY + datetime.timedelta(start), len(line))
    tail = tuple(of("Anna", day - len(before), shifts[s]) for day, s in enumerate(before) if s >= 0)
    anna = Person(name="Anna", most=500.0, before=tail)

    # What was worked before may have broken a rule that the plan cannot mend: not a case.
    if legal(anna, shifts, rules, period, [-1] * len(line)):
        assert allowed(anna, shifts, rules, period, line) == legal(
            anna, shifts, rules, period, line
        )


# ------------------------------------------------------------------ brute force


def naive_line(
    line: Sequence[int], person: Person, shifts: Sequence[Shift], hours: int
) -> tuple[np.ndarray, float]:
    """Who is there by the hour, and what a line costs by itself, as the weights are documented."""
    cover, cost, paid = np.zeros(hours), 0.0, 0.0
    for day, s in enumerate(line):
        if s < 0:
            continue
        shift = shifts[s]
        paid += shift.paid / 60
        for minute in range(day * DAY + shift.start, day * DAY + shift.end):
            inside = minute - day * DAY - shift.start
            out = any(p.start <= inside < p.start + p.minutes for p in shift.pauses)
            if minute // 60 < hours and not out:
                cover[minute // 60] += 1 / 60
        for wish in person.wishes:
            if day * DAY + shift.start < wish.end and wish.start < day * DAY + shift.end:
                cost += PLAIN.wish * wish.weight
    lacks = max(0.0, (person.norm or 0.0) - paid)
    cost += PLAIN.owed * min(lacks, PLAIN.near)
    return cover, cost + PLAIN.owed_deep * max(0.0, lacks - PLAIN.near)


def naive_cost(made: Sequence[tuple[np.ndarray, float]], need: Sequence[float]) -> float:
    """The cost of lines together."""
    gap = np.array(need) - sum(cover for cover, _ in made)
    lacking = np.maximum(gap, 0)
    cost = sum(own for _, own in made) + float((PLAIN.short * np.minimum(lacking, 1)).sum())
    cost += float((PLAIN.deep * np.maximum(lacking - 1, 0)).sum())
    return cost + float((PLAIN.over * np.maximum(-gap, 0)).sum())


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(2))
def test_no_roster_at_all_is_better_than_the_one_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, shifts = 5, (DAY12, NIGHT12)
    period = Period(MONDAY, days)
    need = [float(n) for n in rng.integers(0, 3, 24 * days)]
    people = [
        Person(
            name=name,
            norm=float(rng.integers(20, 45)),
            wishes=(Wish(DAY * int(rng.integers(0, 5)), DAY * 5, weight=0.5),),
        )
        for name in ("Anna", "Boris")
    ]
    rules = Rules("some", tuple(r for r in OWN if r.id in ("daily_rest", "days_off_after_nights")))
    lines = [
        [
            naive_line(line, person, shifts, len(need))
            for line in itertools.product((-1, 0, 1), repeat=days)
            if sum(11.0 for s in line if s >= 0) <= (person.norm or 0)
            and legal(person, shifts, rules, period, line)
        ]
        for person in people
    ]
    least = min(naive_cost(pair, need) for pair in itertools.product(*lines))

    made = roster(people, shifts, need, rules, period, weights=PLAIN, seed=1, time_limit=5)

    assert made.cost == pytest.approx(least)
    assert made.bound <= made.cost + 1e-6
    assert made.legal


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(4))
def test_a_line_with_dear_nights_is_priced_as_all_lines_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    period = Period(MONDAY, 7)
    demand = Demand.of([0.0] * 168, period)
    free = Weights(owed=0, owed_deep=0, weekend=0, night=0)
    laid = lay_out([Person(name="Anna", most=66)], [DAY12, NIGHT12], demand, NONE, period, free)
    end = 3.0 * np.maximum(0, np.arange(8) - 2.0) ** 2
    worker = replace(laid.problem.workers[0], tally=frozenset([1]), tally_end=end)
    prices = rng.normal(-4, 8, (7, 2))

    found = Pricer(worker, Buffer())(prices)
    every = [
        sum(prices[day, s] for day, s in enumerate(line) if s >= 0) + end[line.count(1)]
        for line in itertools.product((-1, 0, 1), repeat=7)
        if sum(s >= 0 for s in line) <= 6
    ]
    nights = int((found.line == 1).sum())

    assert found.own == pytest.approx(end[nights])
    assert found.bound <= min(every) + 1e-9 <= found.value + 2e-9
    assert found.value == pytest.approx(min(every), abs=1.5)


def naive_price(worker: Worker, days: int, total: Floats, limit: int) -> float:
    """The cheapest line over all that a line can have come to, nothing left out."""
    auto = worker.automaton
    now = {(worker.start, 0, 0, 0): 0.0}
    for day in range(days):
        then: dict[tuple[int, int, int, int], float] = {}
        arcs, into = auto.arcs(day)
        leaving: dict[int, list[tuple[int, int]]] = {}
        for arc, to in zip(arcs.tolist(), into.tolist(), strict=True):
            leaving.setdefault(int(auto.source[arc]), []).append((arc, to))
        for (state, weekends, time, limited), cost in now.items():
            for arc, to in leaving.get(state, []):
                group = int(auto.group[arc])
                kinds = np.flatnonzero(worker.group == group).tolist() if group else [-1]
                for kind in kinds:
                    price = worker.off[day] if kind < 0 else total[day, kind]
                    key = (
                        to,
                        weekends + int(auto.adds[arc]),
                        time + (int(worker.gain[kind]) if kind >= 0 else 0),
                        limited + (kind in worker.limits[0].kinds),
                    )
                    if key[1] < len(worker.weekends_end) and key[3] <= limit:
                        new = cost + price + float(auto.cost[arc])
                        then[key] = min(then.get(key, np.inf), new)
        now = then
    ends = [
        cost + worker.hours_end[time] + worker.weekends_end[weekends]
        for (state, weekends, time, _), cost in now.items()
        if auto.accepting[state] and time < len(worker.hours_end)
    ]
    return float(min(ends))


@pytest.mark.kernel
@pytest.mark.parametrize("limit", [1, 9])
def test_lines_are_as_cheap_as_with_nothing_left_out(limit: int) -> None:
    start = datetime.date(2026, 3, 6)
    period = Period(start, 7, Calendar(country="RU", start=start))
    demand = Demand.of([1.0] * 168, period)
    people = [Person(name="Anna"), Person(name="Boris", share=0.5)]
    laid = lay_out(
        people, rosters_month.SHIFTS, demand, rosters_month.RULES, period,
        Weights(night=0), most_nights=limit,
    )  # fmt: skip
    rng = np.random.default_rng(limit)
    buffer = Buffer()

    for worker in laid.problem.workers:
        pricer = Pricer(worker, buffer)
        base = rng.normal(-10, 40, worker.cost.shape)
        # The second time begins with what the first has found.
        for prices in (base, base + rng.normal(0, 4, base.shape)):
            found = pricer(prices)
            worked = np.flatnonzero(found.line >= 0)
            paid = float(prices[worked, found.line[worked]].sum())

            least = naive_price(worker, period.days, worker.cost + prices, limit)
            assert found.value == pytest.approx(least)
            assert found.bound <= least + 1e-6
            assert found.own == pytest.approx(found.value - paid)


def test_nights_are_shared_where_that_is_asked_for() -> None:
    period = Period(MONDAY, 14)
    rules = RU.including(Rule(id="nights_running", numbers={"nights": 3}))
    liked = (Wish(0, 14 * DAY, kind="on", shift="N", weight=3.0),)
    people = [
        Person(name=name, wishes=liked if name == "Anna" else ())
        for name in ("Anna", "Boris", "Clara", "Denis")
    ]
    need = every_hour(14, [float(not 8 <= hour < 20) for hour in range(24)])

    def nights(weight: float) -> list[int]:
        made = roster(
            people, [NIGHT12, OFFICE], need, rules, period, seed=1, time_limit=None, rounds=4,
            weights=Weights(over=0.0, owed=0.0, owed_deep=0.0, weekend=0.0, night=weight),
        )  # fmt: skip
        assert made.legal
        assert made.bound <= made.cost + 1e-6
        assert made.bands["nights"].amount == sum(made.nights.values())
        return sorted(made.nights.values())

    before, after = nights(0.0), nights(30.0)

    assert after[-1] - after[0] < before[-1] - before[0]
    assert after[-1] - after[0] <= 1


# ---------------------------------------------------------------- properties


@settings(max_examples=6)
@given(
    st.integers(0, 10**6),
    st.sets(st.sampled_from([rule.id for rule in OWN]), max_size=6),
    st.integers(2, 5),
)
def test_no_roster_breaks_a_rule_that_it_was_given(seed: int, ids: set[str], count: int) -> None:
    rng = np.random.default_rng(seed)
    period = Period(MONDAY + datetime.timedelta(int(rng.integers(0, 7))), 17)
    people = [
        Person(
            name=f"P{n}",
            share=float(rng.choice([0.5, 1.0])),
            flags=frozenset({"night_ban"} if rng.random() < 0.3 else ()),
            absences=(absent(period, 3, 6),) if rng.random() < 0.3 else (),
        )
        for n in range(count)
    ]
    need = [float(n) for n in rng.integers(0, 1 + count // 2, 24 * period.days)]
    rules = Rules("some", tuple(rule for rule in OWN if rule.id in ids))
    ban = Rule(id="night_ban", who=frozenset({"night_ban"}))
    rules = rules.including(ban)

    made = quick(people, (DAY12, NIGHT12, OFFICE), need, rules, period, rounds=1)

    assert made.legal
    assert made.bound <= made.cost + 1e-6 <= made.first_cost + 2e-6
    assert made.cover.sum() + made.short.sum() - made.over.sum() == pytest.approx(sum(need))


@pytest.mark.parametrize("seed", range(3))
def test_more_people_never_cost_cover(seed: int) -> None:
    rng = np.random.default_rng(seed)
    period, days = Period(MONDAY, 7), 7
    need = [float(n) for n in rng.integers(0, 3, 24 * days)]
    alone = Weights(over=0, owed=0, owed_deep=0, weekend=0)
    short = []
    for count in (2, 3, 4):
        people = [Person(name=f"P{n}") for n in range(count)]
        made = roster(
            people, (DAY12, NIGHT12), need, OWN.without("forward"), period, weights=alone, seed=1,
            time_limit=None, rounds=20,
        )  # fmt: skip
        short.append(made.cost)

    assert short == sorted(short, reverse=True)


# ------------------------------------------------------------------- the month


def month_of_three() -> Roster:
    period = rosters_month.march()
    people = rosters_month.people(period, count=3)
    need = rosters_month.requirement(period, people=3)
    return roster(
        people, rosters_month.SHIFTS, need, rosters_month.RULES, period, seed=3, time_limit=None,
        rounds=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Roster:
    return month_of_three()


def test_a_russian_month_is_legal_and_says_how_good_it_is(small: Roster) -> None:
    assert small.legal
    assert 0 <= small.gap < 0.01
    assert small.cost == pytest.approx(sum(band.cost for band in small.bands.values()))
    assert small.bands["short"].amount == pytest.approx(float(small.short.sum()))
    assert all(small.hours[name] <= owed + 1e-9 for name, owed in small.owed.items())
    assert small.effort.lines > 0
    assert small.effort.stopped in ("effort", "proven")


def test_hours_that_no_shift_reaches_are_part_of_the_bound() -> None:
    need = every_hour(7, [*hours(8, 20)[:20], 2.0, 2.0, 2.0, 2.0])
    people = [Person(name=name) for name in ("Anna", "Boris")]

    made = quick(people, [DAY12], need, NONE, Period(MONDAY, 7), 4)

    late = 7 * 4 * (PLAIN.short + PLAIN.deep)
    assert made.cost > late
    assert made.bound == pytest.approx(made.cost)
    assert made.effort.stopped == "proven"


def test_the_same_seed_gives_the_same_roster(small: Roster) -> None:
    again = month_of_three()

    assert again.duties == small.duties
    assert again.effort.lines == small.effort.lines  # by the same way, too


def test_whoever_falls_ill_is_replaced_with_few_changes(small: Roster) -> None:
    away = absent(small.period, 12, 16, "sick")
    ill = max(small.nights, key=lambda name: len(small.of(name)))

    made = replan(
        small, 12, rosters_month.RULES, absences={ill: [away]}, weights=Weights(change=500.0),
        time_limit=None, rounds=1,
    )  # fmt: skip

    start = small.period.at(12)
    lost = [d for d in small.of(ill) if d.start < away.end and away.start < d.end]
    assert [d for d in made.duties if d.start < start] == [
        d for d in small.duties if d.start < start
    ]
    assert not [d for d in made.of(ill) if d.start < away.end and away.start < d.end]
    assert not [v for v in made.violations if v.hard and v.rule != "norm"]
    assert len(lost) <= made.changes <= 6 * max(1, len(lost))


def test_stopped_at_once_it_gives_its_first_roster_or_a_better_one() -> None:
    period = rosters_month.march()
    made = roster(
        rosters_month.people(period, count=4), rosters_month.SHIFTS,
        rosters_month.requirement(period, people=4), rosters_month.RULES, period,
        progress=lambda now: True,
    )  # fmt: skip

    assert made.legal
    assert made.effort.stopped == "asked"
    assert made.cost <= made.first_cost


def test_a_wish_is_answered_with_its_price(small: Roster) -> None:
    duty = next(d for d in small.duties if small.period.day(d.start) == 14)
    banned = next(p.name for p in small.people if "night_ban" in p.flags)

    free = why_not(small, duty.person, 14, "", rosters_month.RULES)
    night = why_not(small, banned, 14, "N12", rosters_month.RULES)
    same = why_not(small, duty.person, 14, duty.shift.name if duty.shift else "", small_rules())

    assert free.possible
    assert free.price >= 0
    assert not night.possible
    assert any("night" in reason for reason in night.reasons)
    assert same.price == pytest.approx(0, abs=1e-6)


def small_rules() -> Rules:
    return rosters_month.RULES


def test_a_dive_leaves_a_roster_near_the_bound() -> None:
    start = datetime.date(2026, 3, 2)
    period = Period(start, 10, Calendar(country="RU", start=start))
    people = rosters_month.people(rosters_month.march(), count=12)
    people = [replace(person, absences=(), wishes=(), before=()) for person in people]
    demand = Demand.of(rosters_month.requirement(period, people=12), period)
    laid = lay_out(people, rosters_month.SHIFTS, demand, rosters_month.RULES, period, Weights())
    pricers, clock = Pricers.of(laid.problem), Clock()
    draft = first(laid.problem, pricers, np.random.default_rng(1))
    assert isinstance(draft, Draft)
    workers = list(pricers)
    master = Master(laid.problem, workers, laid.problem.posts.need)
    master.offer([Column(w, draft.lines[w], float(draft.own[w])) for w in workers])
    bound = generate(master, pricers, clock).bound

    found = dive(master, pricers, clock, draft)

    assert bound <= found.cost + 1e-6
    assert found.cost - bound < 0.25 * (draft.cost - bound)


@pytest.mark.long
def test_sixty_people_for_a_month_are_within_five_percent_of_the_bound() -> None:
    period = rosters_month.march()
    made = roster(
        rosters_month.people(period), rosters_month.SHIFTS, rosters_month.requirement(period),
        rosters_month.RULES, period, seed=1, time_limit=60,
    )  # fmt: skip

    assert made.legal
    assert made.gap <= 0.05


# ------------------------------------------------------------ settled, skilled


def test_whoever_may_work_no_weekend_works_none() -> None:
    rules = Rules("own", (Rule(id="weekends_off", numbers={"count": 1, "weeks": 1}),))
    people = [Person(name=name) for name in ("Anna", "Boris", "Clara")]
    made = quick(people, [DAY12], every_hour(7, hours(8, 20, 2.0)), rules, Period(MONDAY, 7), 4)

    assert made.legal
    assert {duty.day for duty in made.duties} <= set(range(5))
    assert len(made.duties) > 5


def test_what_is_settled_stays() -> None:
    period = Period(MONDAY, 7)
    pins = [Pin("Anna", 2, "O"), Pin("Anna", 3), Pin("Boris", 2)]
    made = roster(
        [Person(name="Anna"), Person(name="Boris")], [OFFICE], every_hour(7, hours(9, 18)), RU,
        period, pins=pins, time_limit=None, rounds=3,
    )  # fmt: skip

    worked = {(d.person, d.day) for d in made.duties}
    assert ("Anna", 2) in worked
    assert not worked & {("Anna", 3), ("Boris", 2)}


def test_a_person_serves_one_skill_of_their_own_in_a_duty() -> None:
    period = Period(MONDAY, 5)
    need = {"chat": every_hour(5, hours(9, 18)), "phone": every_hour(5, hours(9, 18))}
    people = [
        Person(name="Anna", skills=frozenset({"chat"})),
        Person(name="Boris", skills=frozenset({"chat", "phone"})),
    ]
    made = roster(
        people, [Shift("O", 540, 540)], need, Rules("none"), period, time_limit=None, rounds=3
    )
    served = dict(zip(made.duties, made.serves, strict=True))

    assert {skill for duty, skill in served.items() if duty.person == "Anna"} == {"chat"}
    assert {skill for duty, skill in served.items() if duty.person == "Boris"} == {"phone"}
    # Forty hours of the calendar are four days of nine.
    assert made.short.sum(axis=1).tolist() == [9.0, 9.0]


def test_the_night_on_which_the_clock_is_changed_is_legal() -> None:
    start = datetime.date(2026, 3, 23)
    period = Period(start, 14, Calendar(start=start, timezone="Europe/Berlin"))
    need = [1.0] * (period.end // 60)
    people = [Person(name=f"P{n}") for n in range(5)]
    made = roster(people, [DAY12, NIGHT12], need, EU, period, time_limit=None, rounds=3)

    assert made.legal
    assert len(made.duties) > 20


def test_whoever_is_still_there_from_the_day_before_counts() -> None:
    period = Period(MONDAY, 1)
    night = of("Anna", -1, NIGHT12)
    made = roster(
        [Person(name="Anna", before=(night,))], [DAY12], [1.0] * 8 + [0.0] * 16, Rules("none"),
        period, time_limit=None, rounds=1, weights=Weights(owed=0, owed_deep=0),
    )  # fmt: skip

    # The meal of the night is over at one o'clock; nobody is there from midnight on until then.
    assert made.short[0].tolist() == [1.0] + [0.0] * 23
    assert not made.duties


# ------------------------------------------------------------------ impossible


def test_the_last_night_is_as_full_beyond_midnight_as_it_is_needed() -> None:
    period = Period(MONDAY, 3)
    need = every_hour(3, [2.0 if hour < 8 or hour >= 20 else 0.0 for hour in range(24)])
    people = [Person(name=name, most=44, norm=0) for name in "ABCDEF"]
    given: dict[str, Any] = {"weights": replace(PLAIN, over=90.0), "seed": 1, "time_limit": None}
    # Eight hours after midnight that two are needed for cost more, if six are there, than they
    # bring before it; and the first night is short whoever comes later.
    tall = [*need[:-4], 6.0, 6.0, 6.0, 6.0]

    def last_night(after: list[float] | None) -> int:
        made = roster(people, [NIGHT12], tall, NONE, period, after=after, **given)
        return sum(duty.day == 2 for duty in made.duties)

    assert last_night(None) == 6
    assert last_night(need[:8]) == 2
    assert last_night([6.0] * 8) == 6


@pytest.mark.parametrize("seed", range(4))
def test_no_roster_is_better_with_the_hours_after_the_period(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    period, shifts = Period(MONDAY, 3), (DAY12, NIGHT12)
    people = [Person(name=name, most=float(rng.integers(20, 40)), norm=0.0) for name in "AB"]
    need = rng.integers(0, 3, 72).astype(float)
    after = rng.integers(0, 3, 12).astype(float)
    made = roster(
        people, shifts, need.tolist(), NONE, period, after=after.tolist(), weights=PLAIN, seed=1,
        time_limit=None, rounds=20,
    )  # fmt: skip
    lines: list[list[tuple[np.ndarray, float]]] = []
    for person in people:
        most = int((person.most or 0) // 11)
        every = itertools.product((-1, 0, 1), repeat=3)
        free = (line for line in every if sum(s >= 0 for s in line) <= most)
        lines.append([naive_line(line, person, shifts, 84) for line in free])

    def cost(picked: Sequence[tuple[np.ndarray, float]]) -> float:
        cover = np.sum([there for there, _ in picked], axis=0)
        gap = after - cover[72:]
        lacking = np.maximum(gap, 0)[:8]  # from eight on the next day's people can be there
        beyond = float((PLAIN.short * np.minimum(lacking, 1)).sum())
        beyond += float((PLAIN.deep * np.maximum(lacking - 1, 0)).sum())
        beyond += float((PLAIN.over * np.maximum(-gap, 0)).sum())
        inside = [(there[:72], own) for there, own in picked]
        return naive_cost(inside, need.tolist()) + beyond

    assert made.bound <= made.cost + 1e-6
    assert made.cost == pytest.approx(min(cost(pair) for pair in itertools.product(*lines)))
    assert made.cost == pytest.approx(sum(band.cost for band in made.bands.values()))
    assert made.cover.shape == (1, 72)


def test_a_skill_that_nobody_has_is_named() -> None:
    need = {"chat": every_hour(7, hours(9, 18)), "phone": every_hour(7, hours(9, 18))}
    found = counted(
        [Person(name="Anna", skills=frozenset({"chat"}))], [OFFICE], need, RU, Period(MONDAY, 7)
    )

    assert (found[0].kind, found[0].where, found[0].need) == ("skill", "phone", 63.0)


@pytest.mark.parametrize("seed", range(3))
def test_no_roster_is_better_where_some_people_serve_only_some_channels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    period = Period(MONDAY, 3)
    people = [
        Person(name=name, most=20, norm=0, skills=frozenset(skills))
        for name, skills in (("A", ["chat"]), ("B", ["phone"]), ("C", []))
    ]
    need = [float(n) for n in rng.integers(0, 3, 72)]
    serving: dict[tuple[str, ...], list[float]] = {
        ("chat",): [min(n, 1.0) for n in need],
        ("phone",): [min(n, 2.0) for n in need],
    }
    made = roster(
        people, [EARLY, LATE], need, NONE, period, serving=serving, weights=PLAIN, seed=1,
        time_limit=None, rounds=30,
    )  # fmt: skip
    lines = [
        naive_line(line, people[0], [EARLY, LATE], 72)
        for line in itertools.product((-1, 0, 1), repeat=3)
        if sum(s >= 0 for s in line) <= 2
    ]

    def cost(picked: Sequence[tuple[np.ndarray, float]]) -> float:
        whole = naive_cost(picked, need)
        for row, able in zip(serving.values(), ((0, 2), (1, 2)), strict=True):
            lacking = np.maximum(np.array(row) - sum(picked[n][0] for n in able), 0)
            whole += float((PLAIN.short * np.minimum(lacking, 1)).sum())
            whole += float((PLAIN.deep * np.maximum(lacking - 1, 0)).sum())
        return whole

    assert made.cost == pytest.approx(
        min(cost(three) for three in itertools.product(lines, repeat=3))
    )
    assert made.bound <= made.cost + 1e-6
    assert made.cost == pytest.approx(sum(band.cost for band in made.bands.values()))


def test_a_wish_for_one_of_several_shifts_is_kept_by_any_of_them() -> None:
    day = Period(MONDAY, 1)
    wish = Wish(0, DAY, kind="on", shift=("E", "L"))
    anna = Person(name="Anna", norm=0, most=9, wishes=(wish,))
    late = quick([anna], [OFFICE, LATE], hours(13, 22), NONE, day)
    other = quick([anna], [OFFICE], hours(9, 18), NONE, day)

    assert (late.duties[0].shift, late.wishes_kept) == (LATE, 1)
    assert (other.duties[0].shift, other.wishes_kept) == (OFFICE, 0)


def test_people_who_serve_nothing_of_what_is_asked_are_counted() -> None:
    anna = Person(name="Anna", skills=frozenset({"phone"}))
    need = every_hour(7, hours(9, 18))
    both: dict[tuple[str, ...], list[float]] = {("chat", "mail"): need, ("phone",): need}
    found = counted([anna], [OFFICE], need, NONE, Period(MONDAY, 7), serving=both)

    assert [one.where for one in found if one.kind == "skill"] == ["chat, mail", "phone"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_people_missing_for_the_nights_are_counted_and_that_many_close_it(count: int) -> None:
    period = Period(MONDAY, 14)
    need = every_hour(14, [float(count)] * 24)
    banned = frozenset({"night_ban"})

    def team(nights: int) -> list[Person]:
        return [
            *(Person(name=f"N{n}") for n in range(nights)),
            *(Person(name=f"D{n}", flags=banned) for n in range(4)),
        ]

    rules = RU.without("norm", "overtime_year", "norm_owed")
    found = [
        one
        for one in counted(team(count), [DAY12, NIGHT12], need, rules, period)
        if one.kind == "nights"
    ]
    closed = counted(team(count + found[0].people), [DAY12, NIGHT12], need, rules, period)

    assert found[0].have < found[0].need
    assert "4 of them can give nothing" in found[0].text
    assert not [one for one in closed if one.kind == "nights"]


def test_hours_that_are_not_there_are_counted() -> None:
    period = Period(MONDAY, 7)
    found = counted([Person(name="Anna")], [OFFICE], every_hour(7, hours(9, 13, 3)), RU, period)

    assert [one.kind for one in found if one.kind in ("hours", "day")] == [
        *["day"] * sum(one.kind == "day" for one in found),
        "hours",
    ]
    assert found[-1].need == 84.0


def test_somebody_without_a_legal_line_is_named() -> None:
    pins = [Pin("Anna", day, "O") for day in range(7)]
    made = roster(
        [Person(name="Anna")], [OFFICE], every_hour(7, hours(9, 18)), RU, Period(MONDAY, 7),
        pins=pins, time_limit=None,
    )  # fmt: skip

    assert not made.found
    assert not made.legal
    assert [(one.kind, one.where) for one in made.shortfalls] == [("line", "Anna")]
    assert "Anna has no legal line" in repr(made)


# ------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"people": []}, "people must have somebody"),
        ({"shifts": []}, "shifts must have a shift"),
        ({"shifts": [OFFICE, OFFICE]}, "shifts must have a name each"),
        ({"shifts": [Shift("x", 0, 0)]}, "must start within a day"),
        ({"requirement": [1.0] * 11}, "must split 7 days into equal intervals"),
        ({"requirement": [-1.0] * 168}, "must be numbers of at least 0"),
        ({"requirement": {}}, "requirement must have a row"),
        ({"pins": [Pin("Carl", 0)]}, "pins must be of Anna"),
        ({"pins": [Pin("Anna", 9)]}, "pins must name a day of the period"),
        ({"pins": [Pin("Anna", 1, "Z")]}, "pins must name a day of the period and a shift"),
        (
            {
                "rules": Rules(
                    "x", (Rule(id="nights_in_weeks", numbers={"nights": 20, "weeks": 12}),)
                )
            },
            "few nights in few weeks",
        ),
        ({"seed": -1}, "seed must be at least 0"),
        ({"time_limit": 0.0}, "time_limit must be above 0"),
        ({"period": Period(datetime.date(2026, 3, 30), 7)}, "one accounting period"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(given: dict[str, object], rule: str) -> None:
    usual: dict[str, object] = {
        "people": [Person(name="Anna")],
        "shifts": [OFFICE],
        "requirement": [1.0] * 168,
        "rules": RU,
        "period": Period(MONDAY, 7),
    }
    with pytest.raises(InvalidInput, match=rule):
        roster(**{**usual, **given})  # type: ignore[arg-type]


def test_weights_are_numbers_of_at_least_0_and_more_missing_is_no_cheaper() -> None:
    with pytest.raises(InvalidInput, match=r"weights\.wish must be a number"):
        Weights(wish=-1)
    with pytest.raises(InvalidInput, match=r"weights\.deep must be at least short"):
        Weights(short=200.0)


def test_no_rules_at_all_are_rules_too() -> None:
    made = quick([Person(name="Anna")], [OFFICE], every_hour(7, hours(9, 18)), NONE,
                 Period(MONDAY, 7))  # fmt: skip
    assert isinstance(made.duties[0], Duty)
    assert made.hours["Anna"] == 40.0
