"""Patterns and the seat round the clock: the figures that planners know, from the calendar."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.errors import InvalidInput
from sim.plan.duties import Shift
from sim.plan.rotation import PATTERNS, Pattern, judge, pattern
from sim.plan.rules import EU, NONE
from sim.plan.seat import SOURCES, seat


@pytest.mark.parametrize(
    ("name", "rest", "week", "nights"),
    [
        ("2/2", 12, 60, 0),
        ("2/2 mixed", 12, 48, 0.5),
        ("day-night-48", 24, 48, 0.5),
        ("24/72", 72, 72, 1),
        ("4-on-4-off", 12, 40, 0.5),
        ("DuPont", 12, 48, 0.5),
        ("Panama", 12, 60, 0),
        ("5/2", 15, 54, 0),
    ],
)
def test_rests_and_nights_are_those_of_the_table(
    name: str, rest: float, week: float, nights: float
) -> None:
    judged = judge(pattern(name))

    assert (judged.least_rest, judged.week_rest) == (rest, week)
    assert judged.night_share == nights
    assert ("weekly_rest" in judged.broken) == (week < 42)


@pytest.mark.parametrize("name", [name for name in PATTERNS if name != "5/2"])
def test_four_crews_with_paid_breaks_are_above_the_overtime_of_a_year(name: str) -> None:
    paid, unpaid = judge(pattern(name, paid_breaks=True)), judge(pattern(name))

    assert (paid.hours_week, unpaid.hours_week) == (42, 38.5)
    assert (round(paid.over_norm), round(unpaid.over_norm, 1)) == (218, 35.5)
    assert (paid.over_cap, unpaid.over_cap) == (98, 0)
    assert "overtime_year" in paid.broken
    assert "overtime_year" not in unpaid.broken
    # Four crews fill a seat; while one eats, a twelfth of the time, somebody else must sit there.
    assert paid.per_seat == unpaid.per_seat == 4
    assert unpaid.relieved == pytest.approx(4 * 12 / 11)


def test_an_office_week_has_its_forty_hours_and_breaks_nothing_but_holidays() -> None:
    office = judge(pattern("5/2"))

    assert office.hours_week == 40
    assert set(office.broken) == {"norm"}  # it works on public holidays, beyond the norm
    assert judge(pattern("5/2"), NONE).broken == {}


def test_a_pattern_is_judged_under_other_rules_too() -> None:
    """24 h on duty leave no 11 h of rest within them; 42 h a week are below 48."""
    assert set(judge(pattern("24/72"), EU, country=None).broken) >= {"daily_rest"}
    assert set(judge(pattern("4-on-4-off"), EU, country=None).broken) == set()


def test_an_example_says_where_a_rule_is_broken() -> None:
    judged = judge(pattern("4-on-4-off"))
    said = next(v.text for v in judged.examples if v.rule == "weekly_rest")

    assert said.startswith("crew rests 40 h in the week from Mon ")
    assert [v.rule for v in judged.examples] == list(judged.broken)


def test_a_pattern_of_ones_own() -> None:
    six_two = Pattern("6/2", "EEELLL..", {"E": Shift("E", 360, 480), "L": Shift("L", 840, 480)})
    judged = judge(six_two, NONE)

    assert judged.least_rest == 16
    assert judged.hours_week == 42
    assert [d.start // 1440 for d in six_two.duties("A", 0, 9, phase=5)] == [0, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: pattern("3/3"), "pattern must be of 2/2"),
        (lambda: Pattern("x", "....", {}), "one of work at least"),
        (lambda: Pattern("x", "AB.", {"A": Shift("A", 0, 60)}), "must be made of A and the dot"),
        (lambda: seat(in_shift=1), "in_shift must be at least 0 and below 1"),
        (lambda: seat(no_show=-0.1), "no_show must be at least 0"),
        (lambda: seat(cover=0), "cover must be above 0"),
        (lambda: seat(leave_days=366), "leave must leave some of 1972 h"),
        (lambda: seat(sick_days=math.nan), "sick_days must be 0 to 366"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()

    assert said in str(refused.value)


# --- the seat ------------------------------------------------------------------------------------

ABSENT: dict[str, Any] = {"leave_days": 28, "sick_days": 8, "training_days": 5}


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ({}, 4.44),
        ({"leave_days": 28}, 4.83),
        (ABSENT, 5.13),
        ({**ABSENT, "in_shift": 0.10}, 5.70),
        ({**ABSENT, "in_shift": 0.15, "no_show": 0.03}, 6.22),
        ({**ABSENT, "in_shift": 0.25}, 6.84),
    ],
)
def test_a_seat_round_the_clock_takes_four_to_seven_people(
    given: dict[str, Any], people: float
) -> None:
    assert round(seat(**given).people, 2) == people


def test_a_seat_takes_most_people_in_january_and_fewest_in_july() -> None:
    by_month = seat().by_month

    assert round(max(by_month), 2) == round(by_month[0], 2) == 6.20
    assert round(min(by_month), 2) == round(by_month[6], 2) == 4.04


def test_factors_cumulate_and_name_their_sources() -> None:
    whole = seat(**ABSENT, in_shift=0.15, no_show=0.03, cover=0.9, two_persons=True)
    running = 1.0
    for factor in whole.factors:
        running *= factor.times
        assert factor.people == pytest.approx(running)
        assert factor.source
    assert whole.people == pytest.approx(running)
    assert [f.name for f in whole.factors[1:]] == list(SOURCES)
    assert whole.people == pytest.approx(2 * 8760 / whole.hours)
    assert sum(whole.factors[1].parts.values()) == 1972


def test_a_leap_year_and_a_country_without_holidays() -> None:
    assert seat(country=None, year=2028).people == pytest.approx(8784 / (260 * 8))
