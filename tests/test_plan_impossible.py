"""What cannot be is explained: each case has its cause, and the solver tries every way out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from sim.plan.duties import Shift, of
from sim.plan.people import Person, absent
from sim.plan.period import Period
from sim.plan.rates import Rates
from sim.plan.rosters import Pin, Roster, Shortfall, Way, Weights, counted, roster, why_not
from sim.plan.rotation.problem import Rotating
from sim.plan.rotation.reasons import explain
from sim.plan.rotation.solve import solve_rotation
from sim.plan.rules import NONE, Rule, Rules
from sim.plan.shifts import Effort, Horizon, ShiftTemplate, cover_shifts
from sim.plan.shifts.covering import CoverProblem, cover_problem
from sim.plan.shifts.reasons import reasons_of
from sim.scenario import Calendar

MONDAY = datetime.date(2026, 3, 2)
WEEK = Period(MONDAY, 7)
WORK, NIGHT = Shift("W", 540, 480), Shift("N", 1320, 480)
FREE: dict[str, Any] = {"norm": 0.0, "most": 80.0}
# Nothing but the cover counts.
COVER = Weights(over=0.0, weekend=0.0, night=0.0)
RATES = Rates(hour=300, night=0.2, weekend=0.5, person=50_000)


def rule(id: str, **numbers: float) -> Rule:
    return Rule(id=id, numbers=numbers)


def need(
    since: int, until: int, people: float = 1.0, days: Sequence[int] = range(7)
) -> list[float]:
    return [
        people if day in days and since <= hour < until else 0.0
        for day in range(7)
        for hour in range(24)
    ]


def crew(count: int, **more: Any) -> tuple[Person, ...]:
    return tuple(Person(name=f"P{n}", **{**FREE, **more}) for n in range(count))


def serving(skill: str, people: float) -> dict[tuple[str, ...], list[float]]:
    return {(skill,): need(9, 17, people)}


@dataclass(frozen=True)
class Case:
    """A roster that cannot be, the kind of its cause, and the ways out that must be among those."""

    people: tuple[Person, ...]
    asked: Mapping[str, Sequence[float]] | Sequence[float]
    cause: str
    ways: frozenset[str]
    shifts: tuple[Shift, ...] = (WORK,)
    rules: Rules = NONE
    pins: tuple[Pin, ...] = ()
    serving: Mapping[tuple[str, ...], Sequence[float]] = field(default_factory=dict)
    period: Period = WEEK

    @property
    def found(self) -> Shortfall:
        """The cause, as counting shows it."""
        shown = counted(
            self.people, self.shifts, self.asked, self.rules, self.period,
            pins=self.pins, serving=self.serving,
        )  # fmt: skip
        return next(one for one in shown if one.kind == self.cause)

    def solved(self) -> Roster:
        """What the solver makes of it."""
        return roster(
            self.people, self.shifts, self.asked, self.rules, self.period,
            pins=self.pins, serving=self.serving, weights=COVER, seed=1, time_limit=None, rounds=10,
        )  # fmt: skip


def ways(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


def own(*rules: Rule) -> Rules:
    return Rules("own", rules)


CHAT = frozenset({"chat"})
BARRED = crew(2, flags=frozenset({"night_ban"}))
NO_NIGHTS = own(replace(rule("night_ban"), who=frozenset({"night_ban"})))
AWAY = (absent(WEEK, 0, 6),)
SUNDAY = Period(datetime.date(2026, 3, 1), 1, Calendar(start=datetime.date(2026, 3, 1)))
TWELVE = own(rule("daily_rest", hours=12))
LATE_THEN_EARLY = (Pin("P0", 0, "N"), Pin("P0", 1, "W"))
BEFORE = (of("P0", -1, NIGHT),)

ROSTERS = {
    "hours of a contract": Case(crew(1, most=40.0), need(9, 17), "hours", ways("people", "hours")),
    "two at once": Case(crew(1, most=60.0), need(9, 17, 2), "hours", ways("people", "hours")),
    "a crowded day": Case(crew(2), need(9, 17, 5, [2]), "day", ways("people", "hours")),
    "nights closed to all": Case(
        BARRED, need(22, 24), "nights", ways("people", "hours"), (NIGHT, WORK), NO_NIGHTS
    ),
    "days off after nights": Case(
        crew(2), need(22, 24), "nights", ways("people", "hours"), (NIGHT,),
        own(rule("days_off_after_nights", days=2), rule("nights_running", nights=1)),
    ),
    "no weekends": Case(
        crew(2), need(9, 17, days=(5, 6)), "weekends", ways("rule", "hours"),
        rules=own(rule("weekends_off", count=1, weeks=1)),
    ),
    "rest of a whole week": Case(
        crew(2), need(9, 17), "hours", ways("rule", "hours"),
        rules=own(rule("weekly_rest", hours=168)),
    ),
    "duties too long": Case(
        crew(2), need(9, 17), "hours", ways("rule", "hours"), rules=own(rule("duty_hours", hours=6))
    ),
    "five days of seven": Case(
        crew(1), need(9, 17), "hours", ways("people", "hours"),
        rules=own(rule("days_running", days=5)),
    ),
    "everybody away": Case(
        crew(2, absences=AWAY), need(9, 17), "day", ways("people", "hours")
    ),
    "a Sunday of its own": Case(
        (Person(name="P0"),), need(9, 17)[:24], "weekends", ways("norm", "hours"), period=SUNDAY
    ),
    "a skill that nobody has": Case(
        crew(3, skills=frozenset({"phone"})), {"phone": need(9, 17), "chat": need(9, 17)}, "skill",
        ways("skill"),
    ),
    "a channel that nobody serves": Case(
        crew(3, skills=frozenset({"phone"})), need(9, 17), "skill", ways("skill"),
        serving=serving("chat", 1),
    ),
    "a channel that too few serve": Case(
        (*crew(3, skills=frozenset({"phone"})), Person(name="C", skills=CHAT, **FREE)),
        need(9, 17), "skill", ways("people", "hours"), serving=serving("chat", 2),
    ),
    "settled against a rest": Case(
        crew(2), need(9, 17, 0), "line", ways("settled", "rule", "people"), (NIGHT, WORK), TWELVE,
        LATE_THEN_EARLY,
    ),
    "settled while away": Case(
        crew(1, absences=AWAY), need(9, 17, 0), "line", ways("settled", "people"),
        pins=(Pin("P0", 0, "W"),),
    ),
    "settled after a night of last month": Case(
        crew(1, before=BEFORE), need(9, 17, 0), "line", ways("settled", "before", "rule", "people"),
        (NIGHT, WORK), TWELVE, (Pin("P0", 0, "W"),),
    ),
}  # fmt: skip


def eased(case: Case, found: Shortfall, way: Way) -> Case:
    """The case once a way out was taken."""
    people = {one.name: one for one in case.people}
    if way.kind in ("people", "skill") and found.kind == "line":
        rest = tuple(one for one in case.people if one.name != way.what)
        pins = tuple(pin for pin in case.pins if pin.person != way.what)
        return replace(case, people=(*rest, Person(name="new", **FREE)), pins=pins)
    if way.kind in ("people", "skill"):
        # More like those who are there; where these can give nothing, like anybody.
        like = replace(case.people[-1]) if found.have else Person(name="new", **FREE)
        more = tuple(replace(like, name=f"new {n}") for n in range(way.people))
        return replace(case, people=(*case.people, *more))
    if way.kind == "settled":
        return replace(case, pins=tuple(pin for pin in case.pins if pin.person != way.what))
    if way.kind == "before":
        first = replace(people[way.what], before=())
        rest = tuple(one for one in case.people if one.name != way.what)
        return replace(case, people=(first, *rest))
    if way.kind == "rule":
        return replace(case, rules=case.rules.without(way.what))
    assert way.kind == "norm"
    week = Period(case.period.start, 7, case.period.calendar)
    return replace(case, asked=[*case.asked, *[0.0] * 144], period=week)


@pytest.mark.parametrize("name", ROSTERS)
def test_an_impossible_roster_has_its_cause_and_every_way_out_is_one(name: str) -> None:
    case = ROSTERS[name]
    found = case.found
    made = case.solved()

    assert {way.kind for way in found.ways} == case.ways
    assert not made.found or made.short.any() or any(r.any() for r in made.unserved.values())
    for way in found.ways:
        if way.kind == "hours":
            # The hours are those that lack at least, and what is left is covered.
            lacking = made.short + sum(made.unserved.values(), np.zeros(made.short.shape))
            assert way.hours <= lacking.sum() + 1e-6
            continue
        after = eased(case, found, way).solved()
        assert after.legal, way.text
        assert not after.short.any(), way.text
        assert not any(row.any() for row in after.unserved.values()), way.text


def test_ways_out_of_a_roster_have_their_price_in_money() -> None:
    (hours, *_) = [one for one in ROSTERS["hours of a contract"].found.ways if one.kind == "hours"]
    more = next(one for one in ROSTERS["hours of a contract"].found.ways if one.kind == "people")
    night = ROSTERS["nights closed to all"].found.ways[-1]

    # 16 of 56 hours, two sevenths of them on the weekend.
    assert hours.price(RATES) == pytest.approx(16 * 300 * (1 + 0.5 * 2 / 7))
    assert more.price(RATES) == 50_000
    assert night.price(RATES) == pytest.approx(14 * 300 * (1 + 0.2 + 0.5 * 2 / 7))


def test_a_day_off_is_answered_with_what_it_takes_in_hours_and_money() -> None:
    made = Case(crew(1), need(9, 17), "", ways()).solved()
    reply = why_not(made, "P0", 2, "", NONE)
    assert reply.instead is not None

    # Eight hours less of pay, and as many that somebody else must work.
    assert reply.instead.hours == 0
    assert reply.instead.price(RATES) == 0
    assert why_not(made, "P0", 5, "", NONE).instead.price(RATES) == 8 * 300 * 0.5  # type: ignore[union-attr]


# --- rotations -----------------------------------------------------------------------------------

SEAT = Rotating(
    ((1,) * 7, (1,) * 7), 4, ("D", "N"), runs=((1, 3), (1, 3)), work=(2, 4), off=(2, 4),
    forbidden=frozenset({(1, 0)}),
)  # fmt: skip

ROTATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "people for a day": ({"people": 1}, "people", "people"),
    "days off": ({"people": 3}, "days off", "people"),
    "rows too short": ({"work": (2, 2), "off": (3, 4)}, "days off", "most days of work"),
    "weekends off": ({"weekends": (3, 4)}, "weekends", "weekends off"),
    "too many people": ({"people": 12, "off": (1, 2)}, "days of work", "people"),
}


@pytest.mark.parametrize("name", ROTATIONS)
def test_an_impossible_rotation_has_its_cause_and_every_way_out_is_one(name: str) -> None:
    change, cause, bound = ROTATIONS[name]
    problem = replace(SEAT, **change)
    said = explain(problem)
    assert said is not None

    assert solve_rotation(SEAT).status == "solved"
    assert cause in {reason.cause for reason in said.reasons}
    assert bound in said.conflict
    assert said.ways
    for way in said.ways:
        assert way.rotation.status == "solved"
        people = way.people * RATES.person
        assert way.price(RATES) == pytest.approx(people or way.hours * 365 / 84 * RATES.hour)


# --- covers --------------------------------------------------------------------------------------

ALL = ShiftTemplate("all", (0, 1380), (480,))
DAY = Horizon(60, days=1)
EFFORT = Effort(seconds=2.0, sweeps=1, threads=1)

COVERS = {
    "shifts a day": replace(ALL, most_per_day=5),
    "shifts in all": replace(ALL, most=5),
    "starts": replace(ALL, distinct_starts=2),
    "no start late enough": ShiftTemplate("all", (0, 480), (480,), step=480),
    "no start early enough": ShiftTemplate("all", (480, 960), (480,), step=480),
}


def asked(template: ShiftTemplate) -> CoverProblem:
    return cover_problem([2.0] * 24, [template], horizon=DAY)


@pytest.mark.parametrize("name", COVERS)
def test_an_impossible_cover_has_its_hours_and_its_best_way_out_is_one(name: str) -> None:
    problem = asked(COVERS[name])
    said = reasons_of(problem, effort=EFFORT)
    best = said.ways[0]
    again = cover_shifts([2.0] * 24, best.templates, horizon=DAY, effort=EFFORT)

    assert sum(gap.hours for gap in said.short) > 0
    assert best.cover.full
    assert again.full
    assert best.extra >= 0


def test_there_are_more_than_twenty_impossible_cases() -> None:
    assert len(ROSTERS) + len(ROTATIONS) + len(COVERS) >= 27
