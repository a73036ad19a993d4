"""An impossible rotation is explained: the right cause, and ways out that the solver confirms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.errors import InvalidInput
from sim.plan.duties import Pause, Shift
from sim.plan.people import Person
from sim.plan.rotation import (
    Clock,
    Explained,
    Rotating,
    as_pattern,
    bounds_of,
    explain,
    faults,
    judge,
    night_permission,
    rotating,
    solve_rotation,
)
from sim.plan.rules import EU, NONE, RU, Rules, rules_from

MEAL = Pause(300, 60, paid=False, kind="meal")
PAID = Pause(300, 60, kind="meal")
DAY, NIGHT = Shift("day", 480, 720, (MEAL,)), Shift("night", 1200, 720, (MEAL,))
EARLY, LATE, DARK = Shift("E", 360, 480), Shift("L", 840, 480), Shift("N", 1320, 480)

#: Two shifts of 12 h around the clock that four crews can fill.
SOUND = Rotating(
    ((1,) * 7, (1,) * 7),
    4,
    ("D", "N"),
    runs=((1, 2), (1, 2)),
    work=(2, 4),
    off=(2, 4),
    forbidden=frozenset({(1, 0)}),
)
OFFICE = Rotating(((2,) * 5 + (0,) * 2,), 2, ("O",), runs=((5, 5),), work=(5, 5), off=(2, 2))

#: What is changed of a sound problem, the cause that counting names, a bound of the conflict.
SEEDED: list[tuple[Rotating, dict[str, Any], str, str]] = [
    (SOUND, {"people": 3}, "days off", "people"),
    (SOUND, {"people": 1}, "people", "people"),
    (SOUND, {"people": 9}, "days of work", "people"),
    (SOUND, {"work": (3, 3)}, "rows", "most days of work"),
    (OFFICE, {"demand": ((2, 2, 1, 2, 2, 0, 1),)}, "", "people"),
    (SOUND, {"runs": ((1, 2), (4, 4))}, "run", "least run of N"),
    (SOUND, {"runs": ((1, 2), (1, 1)), "off": (3, 4)}, "last", "people"),
    (SOUND, {"demand": ((1,) * 7, (0, 0, 0, 1, 0, 1, 0)), "runs": ((1, 4), (2, 4)), "people": 3},
     "neighbours", "least run of N"),
    (SOUND, {"weekends": (3, 4)}, "weekends", "weekends off"),
    (OFFICE, {"demand": ((2,) * 6 + (0,),)}, "days off", "people"),
    (OFFICE, {"demand": ((2, 2, 2, 2, 1, 0, 0),)}, "days of work", "nobody to spare"),
    (OFFICE, {"clocks": (Clock(540, 480),), "hours": 39.0}, "hours", "hours"),
]  # fmt: skip
#: The same where an answer takes seconds. Each of these bounds is in a quicker conflict too.
DEAR: list[tuple[Rotating, dict[str, Any], str, str]] = [
    (SOUND, {"off": (4, 4)}, "days off", "least days off"),
    (SOUND, {"clocks": (Clock(480, 720), Clock(1200, 720)), "hours": 37.8}, "hours", "hours"),
    (SOUND, {"clocks": (Clock(480, 720), Clock(1200, 720)), "weekly_rest": 80 * 60},
     "", "weekly rest"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _soon_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions on the way are left open sooner; ways out are confirmed by the solver as ever."""
    monkeypatch.setattr("sim.plan.rotation.reasons._WORK", 0.2)


def test_the_sound_problems_are_sound() -> None:
    assert explain(SOUND) is None
    assert explain(OFFICE) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "change", "cause", "bound"),
    [*SEEDED, *(pytest.param(*one, marks=pytest.mark.long) for one in DEAR)],
)
def test_a_seeded_conflict_is_explained(
    base: Rotating, change: dict[str, Any], cause: str, bound: str
) -> None:
    problem = replace(base, **change)
    said = explain(problem)

    assert isinstance(said, Explained)
    assert solve_rotation(problem).status == "impossible"
    assert cause in {r.cause for r in said.reasons} or (not cause and not said.reasons)
    assert bound in said.conflict
    assert said.ways
    for way in said.ways:
        assert way.rotation.status == "solved"
        assert faults(way.rotation.problem, way.rotation.cycle) == []
        assert way.text in str(said)


@pytest.mark.slow
def test_the_bounds_in_conflict_are_impossible_together_and_none_is_idle() -> None:
    problem = replace(SOUND, people=3)
    said = explain(problem)
    assert said is not None
    assert said.minimal
    assert {"people", "least days off"} <= set(said.conflict)
    rest = problem
    for name in bounds_of(problem):
        if name not in said.conflict:
            rest = bounds_of(rest)[name]
    assert solve_rotation(rest, fewest=False).status == "impossible"
    for name in said.conflict:
        eased = bounds_of(rest)[name]
        if name == "people":
            eased = replace(eased, surplus=False)
        assert solve_rotation(eased, fewest=False).status == "solved"


def test_where_one_bound_is_not_enough_several_are_given_up_together() -> None:
    said = explain(replace(OFFICE, demand=((2,) * 6 + (0,),)))
    assert said is not None
    (way,) = said.ways

    assert way.text.startswith("give up together: ")
    assert ", " in way.bound


def test_people_are_priced_by_the_hours_of_their_job() -> None:
    said = explain(replace(SOUND, people=3))
    assert said is not None
    way = next(way for way in said.ways if way.bound == "people")

    assert (way.people, way.hours) == (1, 40)
    assert way.text == "1 more person (4 instead of 3)"
    assert way.rotation.people == 4


def test_a_way_out_names_the_rule_that_gives_way() -> None:
    rules = rules_from({"base": "none", "weekly_rest": 80, "daily_rest": 11})
    problem = rotating([DAY, NIGHT], [[1] * 7] * 2, 4, rules, work=(2, 4), off=(2, 4))
    said = explain(problem)

    assert said is not None
    assert any(way.text == "give up: weekly rest (weekly_rest)" for way in said.ways)


# --- under labour rules --------------------------------------------------------------------------


def crew(people: int | None, rules: Rules, *, pause: Pause = MEAL, **more: Any) -> Rotating:
    pair = [Shift("day", 480, 720, (pause,)), Shift("night", 1200, 720, (pause,))]
    return rotating(pair, [[1] * 7] * 2, people, rules, **{"off": (1, 6), **more})


def test_four_crews_of_russian_law_are_not_enough_for_a_seat() -> None:
    """38.5 h a week are above the 37.8 of the year's norm; with paid meals it is 42."""
    unpaid, paid = solve_rotation(crew(4, RU)), solve_rotation(crew(4, RU, pause=PAID))

    assert unpaid.status == paid.status == "impossible"
    assert "people at 37.82 h have 151.28: 0.07 people are missing (norm)" in unpaid.reasons[0].text
    assert "have 151.28: 0.44 people are missing (norm)" in paid.reasons[0].text
    assert solve_rotation(crew(None, RU)).people == 5


def test_a_rotation_under_the_rules_breaks_none_of_them_all_year() -> None:
    shifts = [EARLY, LATE, DARK]
    rules = rules_from({"base": "RU", "accounting": "year", "nights_running": 3, "meal": None,
                        "days_off_after_nights": 2, "days_running": 5})  # fmt: skip
    problem = rotating(shifts, [[2] * 7, [2] * 7, [1] * 7], None, rules)
    found = solve_rotation(problem)
    judged = judge(as_pattern(found, shifts), rules)

    assert found.status == "solved"
    assert faults(problem, found.cycle) == []
    assert set(judged.broken) <= {"norm"}  # the year's norm to the hour hangs on its first day
    assert judged.over_norm < 0
    assert judged.week_rest >= 42


def test_rules_become_bounds_and_are_remembered() -> None:
    rules = rules_from(
        {"base": "EU", "nights_running": 2, "long_running": {"duties": 3, "hours": 10},
         "days_running": 4, "days_off_running": 2, "weekends_off": 1, "forward": 0}
    )  # fmt: skip
    problem = rotating([DAY, NIGHT, EARLY], [[1] * 7] * 3, None, rules)

    assert problem.runs == ((1, 3), (1, 2), (1, 6))
    assert (problem.work, problem.off) == ((2, 4), (2, 4))
    assert problem.weekends == (1, 4)
    assert problem.hours == 48
    assert problem.forbidden == {(0, 2), (1, 0), (1, 2)}
    assert problem.because == {
        "day then E": "daily_rest",
        "night then day": "daily_rest",
        "night then E": "daily_rest",
        "longest run of day": "long_running",
        "longest run of night": "nights_running",
        "most days of work": "days_running",
        "least days off": "days_off_running",
        "weekly rest": "weekly_rest",
        "weekends off": "weekends_off",
        "hours": "average_week",
    }
    assert rotating([DAY], [[1] * 7], 2, NONE).because == {}
    back = rotating([Shift("a", 600, 240), EARLY], [[1] * 7] * 2, 4, rules)
    assert back.because["a then E"] == "forward"


def test_twice_the_shift_and_a_day_on_duty_forbid_the_next_day() -> None:
    whole = Shift("S", 480, 1440)
    twice = rules_from({"rest_by_duty": 2})

    assert rotating([DAY], [[1] * 7], 3, twice, off=(1, 2)).forbidden == {(0, 0)}
    assert rotating([whole], [[1] * 7], 4, EU).because["S then S"] == "daily_rest"


def test_the_night_after_a_day_off_is_told_from_a_day() -> None:
    problem = rotating([DAY, NIGHT], [[1] * 7] * 2, 5, rules_from({"days_off_after_nights": 2}))

    assert problem.forbidden == {(1, 0)}
    assert problem.forbidden_apart == {(1, 0), (1, 1)}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"days_running": 0}, "rules[days_running].days must be 1 to 366 days, got 0"),
        ({"nights_running": 0}, "runs[night] must be possible under the rules"),
    ],
)
def test_rules_that_leave_nothing_are_refused(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rotating([DAY, NIGHT], [[1] * 7] * 2, 5, rules_from(rules))

    assert said in str(refused.value)


def test_who_may_not_work_at_night_is_missing_on_a_rotation_with_nights() -> None:
    people = [Person(name=str(k), flags=frozenset({"minor"} if k < 3 else ())) for k in range(14)]
    problem = rotating([DAY, NIGHT], [[4] * 7] * 2, 14, RU)
    said = night_permission(problem, [DAY, NIGHT], people, RU)

    assert said is not None
    assert (said.value, said.limit) == (11, 14)
    assert "3 more who may are needed" in said.text
    assert night_permission(problem, [DAY], people, RU) is None
    assert night_permission(replace(problem, people=11), [DAY, NIGHT], people, RU) is None
    assert night_permission(problem, [DAY, NIGHT], people, NONE) is None
