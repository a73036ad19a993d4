"""Labour rules are data, and the checker holds any plan to them on absolute minutes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_rules import Quarters

from sim.errors import InvalidInput
from sim.plan.duties import DAY, WEEK, Duty, Pause, Shift, of
from sim.plan.people import Absence, Person, Wish, absent
from sim.plan.period import Period
from sim.plan.rules import (
    EU,
    KINDS,
    NONE,
    RU,
    Rule,
    Rules,
    Violation,
    norm_hours,
    paid_within,
    profile,
    rules_from,
    russian,
    violations,
    year_norm,
)
from sim.scenario import Calendar

MONDAY = datetime.date(2026, 3, 2)
RUSSIA = Calendar(country="RU", start=MONDAY)
ANNA = Person(name="Anna")

PAUSE = Pause(240, 60, paid=False, kind="meal")
DAY12 = Shift("D", 8 * 60, 720, (PAUSE,))
NIGHT12 = Shift("N", 20 * 60, 720, (PAUSE,))
EARLY = Shift("E", 7 * 60, 540, (PAUSE,))
LATE = Shift("L", 13 * 60, 540, (PAUSE,))
OFFICE = Shift("O", 9 * 60, 540, (PAUSE,))
TO_16 = Shift("D8", 8 * 60, 480, (Pause(240, 30, paid=False, kind="meal"),))
SHIFTS = {"D": DAY12, "N": NIGHT12, "E": EARLY, "L": LATE, "O": OFFICE, "8": TO_16}


def line(days: str, first: int = 0) -> list[Duty]:
    """Anna's days by the letters of their shifts, a dot for a day off."""
    return [of("Anna", first + d, SHIFTS[x]) for d, x in enumerate(days) if x != "."]


def only(id: str, **numbers: Any) -> Rules:
    fields = {name: numbers.pop(name) for name in ("who", "unless", "hard") if name in numbers}
    return Rules("one", (Rule(id=id, numbers=numbers, **fields),))


def broken(
    duties: list[Duty], rules: Rules, *, days: int = 28, person: Person = ANNA, **more: Any
) -> list[Violation]:
    return violations(duties, [person], rules, Period(MONDAY, days, **more))


def ids(found: list[Violation], *, hard: bool = True) -> set[str]:
    return {v.rule for v in found if v.hard or not hard}


# --- rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "rest"),
    [
        ("D.DDDDD", 36.0),  # 20:00 to 08:00 after a day off
        ("8.88888", 40.0),  # 16:00 to 08:00
        ("E.LLLLL", 45.0),  # 16:00 to 13:00
        ("DD..DDD", 60.0),
        ("OOOOO..", 54.0),  # Friday 18:00 to Sunday midnight
    ],
)
def test_weekly_rest_is_counted_in_hours_not_in_days(days: str, rest: float) -> None:
    found = broken(line(days, 7), only("weekly_rest", hours=42))
    longer = broken(line(days, 7), only("weekly_rest", hours=rest + 0.25))

    assert [v.value for v in found] == ([rest] if rest < 42 else [])
    assert [v.value for v in longer] == [rest]
    assert longer[0].start == WEEK
    assert longer[0].end == 2 * WEEK


def test_a_rest_over_sunday_night_counts_where_a_rule_lets_it() -> None:
    weeks = "DDDDDD.." + "DDDDDD"  # Saturday 20:00 to Tuesday 08:00: 60 h, 28 and 32 inside
    strict = broken(line(weeks), only("weekly_rest", hours=42))
    whole = broken(line(weeks), only("weekly_rest", hours=42, inside=0))

    assert [v.value for v in strict] == [28.0, 32.0]
    assert [v.value for v in whole] == [28.0]


def test_daily_rest_runs_on_over_midnight_and_over_the_start_of_the_plan() -> None:
    rules = only("daily_rest", hours=12)
    before = Person(name="Anna", before=(of("Anna", -1, NIGHT12),))

    assert broken(line("DN.") + line("D", 4), rules) == []
    assert [v.value for v in broken(line("LE"), rules)] == [9.0]
    assert [v.value for v in broken(line("O"), rules, person=before)] == [1.0]
    assert broken(line("D"), rules, person=Person(name="Anna", before=tuple(line("D", -1)))) == []


def test_what_was_wrong_before_the_plan_is_not_held_against_it() -> None:
    tired = Person(name="Anna", before=tuple(line("DDDDDDDDDDDDDD", -14)))

    assert broken([], RU, person=tired) == broken([], RU)
    assert "days_running" not in ids(broken([], only("days_running", days=5), person=tired))
    assert ids(broken(line("D"), only("days_running", days=5), person=tired)) == {"days_running"}


def test_european_rest_lies_within_24_hours_of_the_start() -> None:
    long = [Duty("Anna", 480, 480 + 14 * 60, 13 * 60)]
    split = [Duty("Anna", 480, 720, 240), Duty("Anna", 960, 1200, 240)]

    assert [v.value for v in broken(long, only("daily_rest", hours=11, within=24))] == [10.0]
    assert broken(split, only("daily_rest", hours=11, within=24)) == []
    assert broken(split, only("daily_rest", hours=11)) != []


def test_rest_may_be_asked_by_the_length_of_the_duty_before() -> None:
    assert broken(line("D.D"), only("rest_by_duty", times=2)) == []
    assert [v.limit for v in broken(line("DD"), only("rest_by_duty", times=2))] == [24.0]


def test_no_shift_follows_another_at_once() -> None:
    pair = [Duty("Anna", 0, 480, 450), Duty("Anna", 480, 960, 450)]

    assert "running_shifts" in ids(broken(pair, RU))
    assert "running_shifts" not in ids(broken(line("DN"), RU))


@pytest.mark.parametrize(
    ("pauses", "right"),
    [
        ((), False),
        ((Pause(240, 20, kind="break"),), False),
        ((Pause(120, 15), Pause(300, 15)), True),
        ((Pause(240, 120, paid=False, kind="meal"),), True),
        ((Pause(240, 150, paid=False, kind="meal"),), False),
    ],
)
def test_a_long_duty_has_a_pause_that_is_long_enough_and_not_too_long(
    pauses: tuple[Pause, ...], right: bool
) -> None:
    found = broken([of("Anna", 1, Shift("x", 480, 600, pauses))], RU)

    assert ("meal" not in ids(found)) == right


def test_a_duty_without_a_drawing_is_not_blamed_for_its_pauses() -> None:
    assert "meal" not in ids(broken([Duty("Anna", 480, 960, 480)], RU))
    assert "meal" in ids(broken([Duty("Anna", 480, 960, 470)], RU))
    assert "meal" not in ids(broken([Duty("Anna", 480, 720, 240)], RU))


# --- hours ---------------------------------------------------------------------------------------


def test_the_norm_of_the_year_2026_is_that_of_the_production_calendar() -> None:
    months = (120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176)

    assert year_norm("RU", 2026) == months
    assert sum(year_norm("RU", 2026)) == 1972
    assert year_norm(None, 2027)[1] == 160


def test_a_vacation_and_half_a_job_lessen_the_norm() -> None:
    march = Period(datetime.date(2026, 3, 1), 31, RUSSIA)
    week_off = (absent(march, 1, 7),)  # 2 to 8 March: the holiday of the 8th lies on a Sunday

    assert norm_hours(Person(name="A", absences=week_off), march, 0, 31, eve=1) == 128
    assert norm_hours(Person(name="A", share=0.5), march, 0, 31, eve=1) == 84
    assert norm_hours(Person(name="A", norm=100), march, 0, 31) == 100
    unavailable = (absent(march, 1, 7, "unavailable"),)
    assert norm_hours(Person(name="A", absences=unavailable), march, 0, 31, eve=1) == 168


def test_hours_above_the_norm_of_a_month_are_told() -> None:
    march = Period(datetime.date(2026, 3, 1), 31, RUSSIA)
    plan = [of("Anna", day, DAY12) for day in range(0, 31, 2)]  # 16 x 11 h = 176 of 168
    found = violations(plan, [ANNA], only("norm", eve=1), march)

    assert [(v.value, v.limit) for v in found] == [(176, 168)]
    assert violations(plan, [ANNA], only("norm", eve=1, over=8), march) == []
    assert violations(plan, [ANNA], only("norm", eve=1, months=3), march) == []
    late = Person(name="Anna", hours_before=300)
    quarter = violations(plan, [late], only("norm", eve=1, months=3), march)
    assert [(v.value, v.limit) for v in quarter] == [(476, 440)]


def test_a_night_over_the_end_of_the_month_is_shared_by_minutes() -> None:
    night = Shift("N", 20 * 60, 720, (Pause(60, 60, paid=False),))
    duty = of("Anna", 0, night)

    assert paid_within(duty, (0, DAY)) == 180
    assert paid_within(duty, (DAY, 2 * DAY)) == 480
    assert paid_within(Duty("Anna", 1200, 1920, 660), (DAY, 2 * DAY)) == 440


def test_overtime_of_a_year_counts_what_was_before() -> None:
    year = Period(datetime.date(2026, 1, 1), 365, RUSSIA)
    plan = [of("Anna", d, DAY12) for d in range(365) if d % 4 < 2]  # 2/2: 183 x 11 h
    rules = russian("year")
    found = violations(plan, [ANNA], rules, year)
    over = 183 * 11 - 1972
    more = violations(plan, [Person(name="Anna", overtime_before=100)], rules, year)

    assert [v.value for v in found if v.rule == "norm"] == [183 * 11]
    assert "overtime_year" not in ids(found)
    assert [v.value for v in more if v.rule == "overtime_year"] == [100 + over]


def test_a_paid_break_on_four_crews_is_above_the_overtime_of_a_year() -> None:
    year = Period(datetime.date(2026, 1, 1), 365, RUSSIA)
    paid = Shift("D", 480, 720, (Pause(240, 60, kind="meal"),))
    plan = [of("Anna", d, paid) for d in range(365) if d % 4 < 2]
    found = {v.rule: v.value for v in violations(plan, [ANNA], russian("year"), year)}

    assert found["overtime_year"] == 183 * 12 - 1972 == 224


def test_too_few_hours_are_a_wish_not_kept() -> None:
    march = Period(datetime.date(2026, 3, 1), 31, RUSSIA)
    found = violations(line("DD"), [ANNA], RU, march)

    assert [(v.rule, v.hard) for v in found if v.rule == "norm_owed"] == [("norm_owed", False)]


def test_overtime_is_at_most_four_hours_in_two_days() -> None:
    ten, thirteen = Duty("Anna", 480, 1140, 600), Duty("Anna", DAY + 480, DAY + 1320, 780)

    assert "overtime_days" in ids(broken([ten, thirteen], russian("week")))
    assert "overtime_days" not in ids(broken([ten], russian("week")))


def test_an_average_week_leaves_vacation_out() -> None:
    work = line("DDDDD.." * 2)  # 55 paid hours a week
    rested = Person(name="Anna", absences=(Absence(2 * WEEK, 4 * WEEK),))

    assert broken(work, only("average_week", hours=48, weeks=17)) == []
    found = broken(work, only("average_week", hours=48, weeks=17), person=rested)
    assert [v.value for v in found] == [55.0]


def test_night_workers_have_eight_hours_in_24_on_average() -> None:
    nights = line("NNNNN.." * 4)  # 55 h in six days
    days = line("DDDDD.." * 4)

    assert ids(broken(nights, only("night_average", hours=8, weeks=17))) == {"night_average"}
    assert broken(days, only("night_average", hours=8, weeks=17)) == []


@pytest.mark.parametrize(
    ("rules", "days", "value"),
    [
        (only("duty_length", hours=11), "D", 12),
        (only("duty_hours", hours=10), "D", 11),
        (only("week_hours", hours=40), "DDDD...", 44),
        (only("days_running", days=5), "OOOOOO", 6),
        (only("days_off_running", days=2), "O.O..O", 1),
        (only("nights_running", nights=3), "NNNN.", 4),
        (only("long_running", duties=2, hours=12), "ODDDO", 3),
        (only("days_off_after_nights", days=2), "NN.D", 1),
        (only("days_off_after_nights", days=2), "NN..D", None),
        (only("nights_in_weeks", nights=3, weeks=1), "NN.NN", 4),
        (only("weekends_off", count=1, weeks=4), ("....." + "D.") * 4, 0),
        (only("weekends_off", count=1, weeks=4), ("....." + "D.") * 3, None),
        (only("weekends_running", weekends=2), ("....." + ".D") * 3, 3),
        (only("weekends_running", weekends=2), "......D" + "......." + "......D", None),
        (only("forward", hours=2), "LE", 6),
        (only("forward", hours=6), "LE", None),
        (only("forward", hours=2), "L.E", None),
    ],
)
def test_rows_and_lengths(rules: Rules, days: str, value: float | None) -> None:
    assert [v.value for v in broken(line(days), rules)] == ([] if value is None else [value])


def test_a_friday_night_spoils_the_weekend_unless_it_may_spill() -> None:
    weeks = "....N.." * 4

    assert broken(line(weeks), only("weekends_off", count=1)) != []
    assert broken(line(weeks), only("weekends_off", count=1, spill=8)) == []


# --- people --------------------------------------------------------------------------------------


def test_pregnant_women_and_minors_work_neither_at_night_nor_on_holidays() -> None:
    pregnant = Person(name="Anna", flags=frozenset({"pregnant"}))
    may = Period(datetime.date(2026, 5, 1), 31, RUSSIA)
    holiday = [of("Anna", 0, OFFICE)]

    assert "night_ban" in ids(broken(line("N"), RU, person=pregnant))
    assert "night_ban" not in ids(broken(line("N"), RU))
    assert "holiday_ban" in ids(violations(holiday, [pregnant], RU, may))
    assert "holiday_ban" not in ids(violations(holiday, [ANNA], RU, may))
    assert "holiday_ban" not in ids(violations([of("Anna", 3, OFFICE)], [pregnant], RU, may))


def test_a_young_mother_works_at_night_if_she_agreed() -> None:
    mother = frozenset({"child_under_3"})

    assert "night_consent" in ids(broken(line("N"), RU, person=Person(name="Anna", flags=mother)))
    agreed = Person(name="Anna", flags=mother | {"night_consent"})
    assert "night_consent" not in ids(broken(line("N"), RU, person=agreed))


def test_a_minor_works_seven_hours_a_day() -> None:
    young = Person(name="Anna", flags=frozenset({"minor"}))

    assert {"minor_duty", "minor_week"} <= ids(broken(line("OOOOO"), RU, person=young))


def test_an_absence_is_no_time_to_work_and_a_stranger_is_told() -> None:
    away = Person(name="Anna", absences=(Absence(0, 600, "unavailable"),))

    assert ids(broken(line("D"), NONE, person=away)) == {"absence"}
    assert ids(broken([of("Boris", 0, DAY12)], NONE)) == {"stranger"}


def test_nobody_is_in_two_places() -> None:
    twice = [*line("D"), *line("D")]

    assert [v.value for v in broken(twice, NONE)] == [720]
    assert [v.value for v in broken([*line("D"), Duty("Anna", 600, 660, 60)], NONE)] == [60]
    assert broken(line("DDN"), NONE) == []


def test_the_contract_bounds_the_hours() -> None:
    bounded = Person(name="Anna", least=20, most=30)

    assert [(v.rule, v.hard) for v in broken(line("D"), NONE, person=bounded)] == [("least", False)]
    assert [(v.rule, v.hard) for v in broken(line("DDD"), NONE, person=bounded)] == [("most", True)]
    assert broken(line("DD"), NONE, person=bounded) == []


def test_a_plan_is_announced_a_month_ahead() -> None:
    late, early = datetime.date(2026, 2, 20), datetime.date(2026, 1, 20)

    assert "notice" in ids(broken(line("D"), RU, announced=late))
    assert "notice" not in ids(broken(line("D"), RU, announced=early))
    assert "notice" not in ids(broken(line("D"), RU))


def test_the_hour_that_the_clock_skips_is_not_rested() -> None:
    """Berlin, 29 March 2026: from 22:00 to 06:00 seven hours pass."""
    berlin = Calendar(start=MONDAY, timezone="Europe/Berlin")
    spring = Period(datetime.date(2026, 3, 28), 3, berlin)
    duties = [
        Duty("Anna", spring.at(0, 600), spring.at(0, 1200), 570),
        Duty("Anna", spring.at(1, 420), spring.at(1, 900), 450),
    ]

    assert [v.value for v in violations(duties, [ANNA], only("daily_rest", hours=11), spring)] == [
        10.0
    ]
    assert spring.nights((spring.at(0, 1200), spring.at(1, 480)), 1320, 360) == 420
    assert spring.clock(spring.at(1, 420)) == 420
    assert spring.day(spring.at(2)) == 2


def test_a_violation_says_who_when_how_much_and_which_rule() -> None:
    found = broken(line("LE"), RU)[0]

    assert found.text == (
        "Anna rests 9 h before the duty of Tue 3 Mar 07:00: at least 12 h of rest between duties "
        "(custom; the code names no hours of daily rest)"
    )
    assert str(found) == found.text
    assert (found.start, found.end) == (22 * 60, DAY + 7 * 60)


# --- against the slow way ------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Duty], int]:
    """Two weeks of duties at any quarter of an hour, and some before; now and then they overlap."""
    days = draw(st.integers(1, 15))
    duties = []
    for day in range(-7, days):
        if draw(st.integers(0, 2)):
            start = day * DAY + 15 * draw(st.integers(0, 95))
            minutes = 15 * draw(st.integers(8, 60))
            if day >= 0 or start + minutes <= 0:
                duties.append(Duty("Anna", start, start + minutes, minutes))
    return duties, days


@settings(max_examples=60)
@given(plans())
def test_the_checker_says_what_a_count_of_quarters_says(plan: tuple[list[Duty], int]) -> None:
    duties, days = plan
    slow = Quarters(duties, days)
    earlier = Person(name="Anna", before=tuple(d for d in duties if d.start < 0))
    period = Period(MONDAY, days)

    def found(id: str, **numbers: float) -> list[Violation]:
        planned = [d for d in duties if d.start >= 0]
        both = violations(planned, [earlier], only(id, **numbers), period)
        assert both == violations(duties, [ANNA], only(id, **numbers), period)
        return [v for v in both if v.rule == id]

    overlap = [v for v in violations(duties, [ANNA], NONE, period) if v.rule == "one_place"]
    assert bool(overlap) == slow.in_two_places()
    weeks = [w for w in slow.weeks() if slow.longest_rest(w, w + WEEK) < 42 * 60]
    assert [v.start for v in found("weekly_rest", hours=42)] == weeks
    if slow.in_two_places():
        return
    rests = [v.value for v in found("daily_rest", hours=12)]
    assert min(rests, default=12) == min(12, slow.shortest_rest() / 60)
    assert bool(found("days_running", days=3)) == (slow.longest_row() > 3)
    dark = [d.start for d in duties if d.start >= 0 and slow.works_at_night(d.start, d.end)]
    assert [v.start for v in found("night_ban")] == dark
    heavy = [w for w in slow.weeks() if slow.hours(w, w + WEEK) > 40 + 1e-6]
    assert [v.start for v in found("week_hours", hours=40)] == heavy


@settings(max_examples=40)
@given(plans())
def test_weekends_off_are_those_without_a_minute_of_work(plan: tuple[list[Duty], int]) -> None:
    duties, days = plan
    planned = [d for d in duties if d.start >= 0]
    off = Quarters(planned, days).weekends_off()
    found = broken(planned, only("weekends_off", count=1, weeks=1), days=days)
    found = [v for v in found if v.rule == "weekends_off"]

    assert len(found) == sum(not free for free in off)


@settings(max_examples=30)
@given(plans())
def test_fewer_duties_break_no_more_rests(plan: tuple[list[Duty], int]) -> None:
    duties, days = plan
    rests = only("weekly_rest", hours=42).including(Rule(id="days_running", numbers={"days": 4}))

    assert len(broken(duties[1:], rests, days=days)) <= len(broken(duties, rests, days=days))


# --- rules as data -------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [RU, EU, russian("week")], ids=["RU", "EU", "week"])
def test_every_rule_of_a_profile_says_where_it_is_written(rules: Rules) -> None:
    for rule in rules:
        assert rule.citation
        assert rule.valid_from is not None
        assert rule.confidence in ("law", "analyst")
        assert rule.text


def test_rules_hold_from_a_day_to_a_day() -> None:
    rule = Rule(
        id="days_running",
        numbers={"days": 6},
        valid_from=datetime.date(2026, 1, 1),
        valid_to=datetime.date(2026, 12, 31),
    )
    rules = Rules("own", (rule,))

    assert "days_running" in rules.on(datetime.date(2026, 12, 31))
    assert "days_running" not in rules.on(datetime.date(2027, 1, 1))
    assert len(profile("RU", on=datetime.date(2000, 1, 1))) == 0
    assert profile("RU", on=MONDAY) == RU


def test_own_rules_change_drop_and_add() -> None:
    own = rules_from(
        {
            "base": "RU",
            "accounting": "quarter",
            "daily_rest": 11,
            "notice": None,
            "nights_running": {"nights": 3, "hard": False},
            "no_late": {"kind": "duty_hours", "hours": 8, "who": ["carer"]},
        }
    )

    assert own.number("daily_rest") == 11
    assert own.number("norm", "months") == 3
    assert "notice" not in own
    rule = own.get("nights_running")
    assert rule is not None
    assert not rule.hard
    assert rule["until"] == 6
    carer = Person(name="C", flags=frozenset({"carer"}))
    assert "no_late" in own.kept_for(carer)
    assert "no_late" not in own.kept_for(ANNA)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"base": "FR"}, "rules must be of RU, EU, none, got 'FR'"),
        ({"base": "EU", "accounting": "year"}, "accounting is a choice of the profile RU only"),
        ({"accounting": "day", "base": "RU"}, "accounting must be of week, month"),
        ({"dayly_rest": 11}, "did you mean daily_rest?"),
        ({"daily_rest": {"hour": 11}}, "rules[daily_rest] must be of hours, within, got 'hour'"),
        ({"daily_rest": {}}, "rules[daily_rest].hours must be given"),
        ({"daily_rest": -1}, "rules[daily_rest].hours must be 0 to 168 h, got -1"),
        ({"daily_rest": float("nan")}, "rules[daily_rest].hours must be 0 to 168 h"),
        ({"daily_rest": True}, "rules[daily_rest].hours must be 0 to 168 h"),
        ({"daily_rest": "11"}, "rules[daily_rest].hours must be 0 to 168 h"),
        ({"holiday_ban": 3}, "rules[holiday_ban] has no numbers"),
        ({"holiday_ban": {"days": 3}}, "rules[holiday_ban] has no numbers, got 'days'"),
        ({"holiday_ban": {"who": "ill"}}, "rules[holiday_ban].who must be of night_ban"),
        ({"holiday_ban": {"who": 3}}, "rules[holiday_ban].who must be a list of flags"),
        ({"holiday_ban": {"hard": "no"}}, "rules[holiday_ban].hard must be true or false"),
        ({"holiday_ban": {"valid_from": "May"}}, "must hold a date like 2026-03-02"),
        ({"base": "RU", "days_running": None}, "rules must be of daily_rest"),
        ([], "rules must be a mapping of rules"),
    ],
)
def test_a_wrong_rule_is_refused_at_the_door(data: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules_from(data)

    assert said in str(refused.value)


def test_a_rule_has_an_id_of_its_own() -> None:
    rule = Rule(id="days_running", numbers={"days": 6})
    with pytest.raises(InvalidInput, match="an id each"):
        Rules("own", (rule, rule))
    with pytest.raises(InvalidInput, match="confidence must be of"):
        Rule(id="notice", numbers={"days": 6}, confidence="sure")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_can_be_read_and_checked(kind: str) -> None:
    """Each says itself in words, and an idle person breaks none but the hours that are owed."""
    numbers = {
        name: min(max(1.0, parameter.low), parameter.high)
        for name, parameter in KINDS[kind].parameters.items()
    }
    rules = Rules("one", (Rule(id=kind, numbers=numbers),))

    assert "{" not in next(iter(rules)).text
    assert ids(broken([], rules)) <= {"norm_owed", "weekends_off"}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Person(name="A", share=0), "people[A].share must be above 0"),
        (lambda: Person(name="A", least=9, most=8), "people[A].least must be at most 8"),
        (lambda: Person(name="A", norm=-1), "people[A].norm must be a number"),
        (lambda: Person(name="A", flags=frozenset({"young"})), "people[A].flags must be of"),
        (lambda: Person(name="A", before=(of("A", 1, DAY12),)), "people[A].before must hold"),
        (lambda: Absence(5, 5), "end must be after the start 5"),
        (lambda: Absence(5, 6, "ill"), "kind must be of vacation"),
        (lambda: Wish(5, 6, "maybe"), "kind must be off or on"),
        (lambda: Wish(6, 5), "end must be after"),
        (lambda: Wish(5, 6, weight=-1), "weight must be a number of at least 0"),
        (lambda: Period(MONDAY, 0), "days must be 1 to 3660"),
        (lambda: violations([], [ANNA, ANNA], NONE, Period(MONDAY, 1)), "a name each"),
        (lambda: year_norm("RU", 1900), "year must be in 1980 to 2100"),
        (lambda: RU.without("coffee"), "rules must be of daily_rest"),
    ],
)
def test_what_makes_no_sense_of_people_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()

    assert said in str(refused.value)


def test_impossible_times_are_told_not_crashed_on() -> None:
    backwards = [Duty("Anna", 600, 500, 60), Duty("Anna", 5000, 5060, 90)]

    assert "duty" in ids(broken(backwards, RU))
    assert len([v for v in broken(backwards, NONE) if v.rule == "duty"]) == 2
