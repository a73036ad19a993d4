"""What a hostile, clumsy or unlucky user does to plans, rosters, their files and doors."""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_opponent_decide import SHOP, refused

import sim
from sim.decide import Comparison
from sim.decide.candidates import legs_of
from sim.errors import InvalidInput, LinewiseError, ScenarioError
from sim.plan.duties import Duty, Shift
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters import Shortfall, Way
from sim.plan.rules import KINDS, rules_from, violations
from sim.plan.rules.presets import profile
from sim.plan.teams import barred, month_of, teams_understood
from sim.report.cells import harmless, plain
from sim.report.labour import barred_words, broken_words, rule_title
from sim.report.language import Language
from sim.report.roster_files import read_roster
from sim.report.sentences import target_words
from sim.report.sheets import sheet_text
from sim.report.shortfalls import shortfall_text
from sim.scenario import Scenario
from sim.scenario.changed import changed
from sim.scenario.inputs import find_input

HEAD = "person,start,end,shift\n"


@cache
def shop() -> Scenario:
    return sim.load_text(SHOP)


@cache
def compared() -> Comparison:
    return sim.compare(shop(), replications=2)


# --- the doors of Python -------------------------------------------------------------------------

WRONG: Any = [None, 5, math.nan, "x", [], {}, object]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_is_no_scenario_is_refused_by_every_door(wrong: Any) -> None:
    doors = (
        sim.simulate,
        sim.compare,
        sim.judge,
        sim.search,
        sim.risk,
        lambda one: sim.breakeven(one, "volume"),
        lambda one: sim.staff(one, "own"),
        lambda one: sim.cover(one, "own", seed=1),
    )
    for door in doors:
        with pytest.raises(InvalidInput, match=r"^scenario must be a scenario"):
            door(wrong)


@pytest.mark.parametrize("wrong", [*WRONG, shop()], ids=lambda one: repr(one)[:20])
def test_what_is_no_comparison_is_refused_by_every_door(wrong: Any) -> None:
    for door in (sim.check_claims, sim.reach, sim.outlook, sim.sentence):
        with pytest.raises(InvalidInput, match=r"^comparison must be a comparison"):
            door(wrong)
    with pytest.raises(InvalidInput, match=r"^result must be a result of an option"):
        sim.why(wrong)


@pytest.mark.parametrize("wrong", [None, 5, math.nan, [], "x", {}], ids=repr)
def test_an_option_of_no_such_name_is_refused_by_every_door(wrong: Any) -> None:
    doors: list[Callable[..., Any]] = [
        lambda: sim.staff(shop(), wrong),
        lambda: sim.cover(shop(), wrong, seed=1),
        lambda: sim.compare(shop(), options=[wrong]),
        lambda: compared()[wrong],
    ]
    for door in doors if wrong is None else [*doors, lambda: sim.simulate(shop(), wrong)]:
        with pytest.raises(InvalidInput, match=r"^options? must be"):
            door()


ASKED: Any = [
    ("of", 5),
    ("of", None),
    ("points", "3"),
    ("points", None),
    ("points", 2.5),
    ("amount", "profit"),
    ("amount", 5),
    ("between", 5),
    ("between", "own"),
    ("between", ["own", "vendor", "own"]),
    ("start", []),
    ("start", True),
    ("stop", math.nan),
    ("stop", "+3 points"),
    ("comparison", 5),
]


@pytest.mark.parametrize(("name", "value"), ASKED, ids=repr)
def test_break_even_refuses_what_it_cannot_take(name: str, value: Any) -> None:
    asked = {"of": "volume", "comparison": compared(), "verify": False, name: value}
    with pytest.raises(InvalidInput) as caught:
        sim.breakeven(shop(), **asked)
    assert caught.value.rule


def test_answers_about_another_scenario_are_not_mixed_in() -> None:
    other = sim.load_text(SHOP.replace("900 per week", "500 per week"))
    for door in (
        lambda: sim.risk(other, comparison=compared(), draws=4),
        lambda: sim.breakeven(other, "volume", comparison=compared()),
    ):
        with pytest.raises(InvalidInput, match=r"^comparison must be of this scenario"):
            door()


@pytest.mark.parametrize(
    ("name", "value"),
    [("draws", "3"), ("draws", math.nan), ("draws", 2.5), ("replications", 1), ("between", 5)],
)
def test_risk_refuses_what_it_cannot_take(name: str, value: Any) -> None:
    asked = {"draws": 4, "replications": 2, name: value}
    with pytest.raises(InvalidInput, match=f"^{name} must be"):
        sim.risk(shop(), **asked)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seconds", None), ("seconds", "5"), ("seconds", math.nan), ("seconds", 0)]
    + [("confidence", one) for one in (None, 0, 1, 95, math.nan)],
)
def test_the_search_refuses_what_it_cannot_take(name: str, value: Any) -> None:
    asked: Any = {name: value}
    with pytest.raises(InvalidInput, match=f"^{name} must be"):
        sim.search(shop(), **asked)


@pytest.mark.parametrize("wrong", [5, "own", ["own"], ["own", "vendor", "own"], [[], []]], ids=repr)
def test_the_search_parts_two_options(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^between must be"):
        legs_of(shop(), wrong)


@pytest.mark.parametrize("wrong", [None, 5, b"x", []], ids=repr)
def test_what_is_no_path_is_refused(wrong: Any) -> None:
    doors: list[Callable[[Any], Any]] = [
        sim.load,
        sim.find,
        sim.load_text,
        lambda one: sim.load_text(SHOP, one),
    ]
    for door in doors if wrong is None else [*doors, lambda one: sim.load_text(SHOP, folder=one)]:
        with pytest.raises(InvalidInput, match="must be"):
            door(wrong)
    with pytest.raises(LinewiseError, match="File name too long"):
        sim.find("a" * 5000)


@pytest.mark.parametrize("lang", [None, "fr", "", 5, "RU", []], ids=repr)
def test_a_language_that_nobody_speaks_is_refused(lang: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^lang must be one of ru, en"):
        sim.sentence(compared(), lang)


def test_a_promise_is_not_needed_to_refuse_half_a_replication() -> None:
    half: Any = 0.5
    with pytest.raises(InvalidInput, match=r"^replications must be a whole number"):
        sim.judge(shop(), replications=half)


def test_a_long_value_does_not_bury_what_must_hold() -> None:
    with pytest.raises(InvalidInput) as caught:
        sim.breakeven(shop(), "a" * 10_000, comparison=compared())
    assert len(str(caught.value)) < 1000


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["shop.yaml", "SHOP.YML"])
def test_a_table_never_takes_the_place_of_a_scenario(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / name
    file.write_text(SHOP)
    said = refused(["compare", str(file), "--csv", str(file)], monkeypatch, capsys)
    assert said.startswith("csv must not be a scenario")
    assert file.read_text() == SHOP


@pytest.mark.parametrize("text", ["=1+1", "+7 900", "-cmd", "@SUM(A1)", "\t=1", "=HYPERLINK(0)"])
def test_no_name_is_run_as_a_formula(text: str) -> None:
    for lang in ("en", "ru"):
        table = csv.reader(
            io.StringIO(sheet_text([{"who": text}], lang)), delimiter=";" if lang == "ru" else ","
        )
        assert [*table][1] == [f"'{text}"]
    assert plain(str(harmless({"who": text})["who"])) == text


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    """What is said of a roster that is to be kept."""
    file = tmp_path / "last.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as caught:
        read_roster(file, month_of(shop()))
    return [str(one).removeprefix(str(file)) for one in caught.value.problems]


def test_a_roster_to_be_kept_that_cannot_be_is_refused_by_its_rows(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        HEAD
        + "Anna,2026-03-01 09:00,2026-03-01 08:00,day\n"
        + "Anna,2026-03-02 09:00,2027-03-02 18:00,day\n"
        + ",2026-03-03 09:00,2026-03-03 18:00,day\n"
        + "Boris,2026-03-03 09:00,2026-03-03 18:00,day\n"
        + "Boris,2026-03-03 17:00,2026-03-03 20:00,day\n"
        + "Boris,2026-13-03 17:00,2026-03-03 20:00,day\n",
    )
    assert [one.partition(", got")[0] for one in found] == [
        ":2 end: must be after the start, by 48 hours at most",
        ":3 end: must be after the start, by 48 hours at most",
        ":4 person: must not be empty",
        ":6 person: is at work already, by line 5",
        ":7 start: must have a start and an end like 2026-03-01 08:00",
    ]


@pytest.mark.parametrize("day", ["1926-03-01", "2026-01-01", "2026-04-01"])
def test_a_roster_of_other_days_is_refused(day: str, tmp_path: Path) -> None:
    (said,) = told(tmp_path, f"{HEAD}Anna,{day} 09:00,{day} 18:00,day\n")
    assert said.startswith(": has no duty from 2026-01-29 to 2026-03-31; give the roster of")


def test_a_file_that_is_no_table_is_named_and_told_in_plain_words(tmp_path: Path) -> None:
    for data in (b"PK\x03\x04a\rb\n,", HEAD.encode() + b"a" * 200_000):
        (said,) = told(tmp_path, data)
        assert said.startswith(": is no table of text (")
        assert "universal-newline" not in said


# --- words ---------------------------------------------------------------------------------------

MONTH = Period(datetime.date(2026, 3, 2), 7)


def test_a_broken_rule_is_told_in_russian() -> None:
    duties = [Duty("Анна", 840, 1320, 450), Duty("Анна", 1800, 2280, 450)]
    rules = rules_from({"base": "RU", "few": {"kind": "days_running", "days": 1}})
    found = violations(duties, [Person(name="Анна")], rules, MONTH)
    said = {one.rule: broken_words(one, rules, MONTH, Language("ru")) for one in found}
    assert said["daily_rest"] == (
        "Анна, 02.03.2026: отдыхает 8 ч перед сменой вт 03.03 06:00; "
        "не меньше 12 ч отдыха между сменами "
        "(принято на практике; кодекс не называет часов ежедневного отдыха)"
    )
    assert said["few"] == (
        "Анна, 02.03.2026: дней подряд: 2, начиная с пн 02.03; не больше 1 рабочих дней подряд"
    )
    alone = violations(duties, [], rules, MONTH)
    assert broken_words(alone[0], rules, MONTH, Language("ru")) == (
        "Анна: есть в графике, но не среди людей"
    )
    assert broken_words(found[0], rules, MONTH, Language("en")) == found[0].text


def test_a_rule_that_bars_a_shift_is_told_in_russian() -> None:
    night = Shift("night", 20 * 60, 12 * 60)
    rules = rules_from({"base": "RU", "duty_length": 10})
    reasons = [reason for _, reason in barred([night], rules, MONTH)]
    (said,) = (barred_words(one, rules, Language("ru")) for one in reasons)
    assert not re.search("[a-z]", said)


def test_every_rule_has_a_title_in_both_languages() -> None:
    names = {*KINDS, *(rule.id for name in ("RU", "EU") for rule in profile(name))}
    for name in names:
        assert rule_title(name, Language("en")).endswith(f" ({name})")
        assert re.match("[а-я]", rule_title(name, Language("ru")))
    own = rules_from({"mine": {"kind": "weekly_rest", "hours": 40}})
    assert rule_title("mine", Language("ru"), own) == "еженедельный отдых (mine)"
    assert rule_title("mine", Language("ru")) == "mine"


def test_a_rule_to_be_given_up_is_named_in_russian() -> None:
    one = Shortfall("line", "Анна", 8, 0, 0, "", (Way("rule", "", "weekly_rest"),))
    said = shortfall_text(one, 3, None, "RUB", Language("ru"))
    assert "еженедельный отдых (weekly_rest)" in said


def test_a_promise_of_nearly_all_is_not_shown_as_all() -> None:
    text = SHOP.replace("80% in 20s", "99.9% in 20s")
    target = sim.load_text(text).channels["phone"].target
    assert target_words(target, Language("en")).startswith("99.9% in 20 s")
    assert target_words(shop().channels["phone"].target, Language("en")).startswith("80% in 20 s")


# --- scenarios -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("team", "said"),
    [
        ("people: 4, rules: XX", "rules must be of RU, EU, none, got 'XX'"),
        ("people: 4, rules: {base: RU, nosuch: 3}", "rules[nosuch] must be of daily_rest"),
        (
            "people: 4, rules: {base: RU, nights_running: -1}",
            "rules[nights_running].nights must be 0 to 366, got -1",
        ),
        ("people: 4, rules: {days_running: 0}", "rules[days_running].days must be 1 to 366 days"),
        (
            "people: 4, rules: EU, accounting: month",
            "accounting is a choice of the profile RU only",
        ),
        ("people: [{name: A, wishes: [on 2026-03-08 late]}]", "people[A].wishes must name a kind"),
    ],
)
def test_check_names_the_place_of_what_no_roster_could_be_made_of(team: str, said: str) -> None:
    text = SHOP.replace(
        "        skills: [phone]\n", f"        skills: [phone]\n        team: {{{team}}}\n", 1
    )
    with pytest.raises(InvalidInput) as caught:
        teams_understood(sim.load_text(text))
    assert str(caught.value).startswith(f"options.own.groups.desk.team.{said}")


def test_who_is_ill_for_less_is_paid_for_no_more_of_it() -> None:
    ours = SHOP.replace("RU_2026", "US_2026").replace("RUB", "USD")
    path = "options.own.groups.desk.payroll.agents.calendar.sick_hours_year"
    desk = sim.load_text(ours)
    less = changed(desk, {find_input(desk, path): "x0.5"})
    before, after = (one.options["own"].groups["desk"].payroll for one in (desk, less))
    assert before is not None
    assert after is not None
    assert after.agents.calendar.sick_paid_hours_year == after.agents.calendar.sick_hours_year
    assert after.agents.calendar.sick_hours_year == before.agents.calendar.sick_hours_year / 2
    assert sim.risk(desk, draws=6, replications=2).comparison.scenario is desk


def test_a_plan_of_given_shifts_is_refused_before_anybody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    monkeypatch.setattr("sim.cli.planning.simulate", lambda *_, **__: pytest.fail("it was played"))
    said = refused(["plan", str(file)], monkeypatch, capsys)
    assert said.startswith("option must have a group that is staffed to target, got 'own'")
