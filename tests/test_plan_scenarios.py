"""From a scenario to shifts and rosters: what is played, paid and written is what was planned."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import icalendar
import numpy as np
import pytest
from desks import desk, line, team
from numpy.typing import NDArray
from terminal import Said

from sim.cost import Ops, inhouse_month
from sim.decide import simulate
from sim.decide.needs import agent_hours
from sim.demand import crew
from sim.errors import InvalidInput, ScenarioError
from sim.plan import Cover, cover, staffed
from sim.plan.crews import crew_roster, pattern_of
from sim.plan.duties import Pause, of
from sim.plan.duties import Shift as DutyShift
from sim.plan.rates import Rates
from sim.plan.requirements import requirement
from sim.plan.rosters import Shortfall, Way
from sim.plan.rules import violations
from sim.plan.shift_plans import planned
from sim.plan.shifts import cover_shifts
from sim.plan.skill_needs import skill_needs, skill_sets
from sim.plan.team_needs import needed_after, needed_by_skill, needed_on_roster
from sim.plan.teams import (
    TeamRoster,
    barred,
    month_of,
    people_of,
    rates_of,
    rules_of,
    shifts_of,
    team_of,
    team_roster,
    times_of,
)
from sim.plan.ways_out import ways_out
from sim.report.language import Language
from sim.report.plans import picture, plan_answer
from sim.report.roster_files import (
    calendar_of,
    read_roster,
    roster_csv,
    roster_workbook,
    save_roster,
    writable,
)
from sim.report.rosters import codes, roster_answer, titles_of
from sim.report.sheets import sheet_text
from sim.report.shortfalls import shortfall_data, shortfall_text
from sim.scenario import Scenario, load_text
from sim.scenario.option import ToTarget
from sim.scenario.team import DaySpan

ROOT = Path(__file__).parent.parent
DAY = [0, 0, 0, 0, 0, 0, 6, 15, 30, 45, 50, 50, 45, 40, 40, 35, 30, 20, 10, 6, 0, 0, 0, 0]
MEAL = "{for: 60m, after: 2h, before_end: 2h, paid: false, kind: meal}"
SHIFTS = (
    f"{{early: {{start: 06:00-08:00, length: 8h, pauses: [{MEAL}]}}, "
    f"late: {{start: 10:00-12:00, length: 8h, pauses: [{MEAL}]}}}}"
)
PAY = "{preset: RU_2026}"
PHONE = line(
    DAY,
    patience="2m",
    target="{answered: 80% in 20s}",
    open='"06:00-20:00"',
)


@pytest.fixture(autouse=True)
def _processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of a roster is one of the processor's, however busy the machine is."""
    clock = SimpleNamespace(monotonic=time.process_time)
    monkeypatch.setattr("sim.plan.rosters.effort.time", clock)


@cache
def shop(shifts: str = SHIFTS, people: int = 9) -> Scenario:
    staffing = f"to_target: {{minimum: 1, shifts: {shifts}}}"
    return desk(
        {"phone": PHONE},
        {
            "own": team(
                "[phone]",
                staffing,
                payroll=PAY,
                team=f"{{people: {people}, rules: {{base: RU}}}}",
            )
        },
        currency="RUB",
    )


@cache
def found(shifts: str = SHIFTS) -> Cover:
    return cover(shop(shifts), "base", seed=1)["own"]


def test_the_people_who_are_played_are_those_of_the_shifts() -> None:
    scenario, plan = shop(), found()
    assert plan.plan is not None
    option = staffed(scenario.options["base"], {"own": plan})
    staffing = crew(scenario, option)
    there = np.zeros(168)
    for start, end in zip(staffing.start.tolist(), staffing.end.tolist(), strict=True):
        for hour in range(168):
            inside = min(end, (hour + 1) * 3_600_000) - max(start, hour * 3_600_000)
            there[hour] += max(0, inside) / 3_600_000

    np.testing.assert_allclose(there, plan.plan.cover.agents.sum(axis=0))


def test_shifts_bring_what_was_wanted_and_keep_the_promise_in_simulation() -> None:
    plan = found()
    assert plan.plan is not None
    result = simulate(shop(), "base", seed=5, replications=40)

    assert plan.plan.cover.full
    assert (plan.plan.cover.agents.sum(axis=0) >= plan.requirement.agents).all()
    assert result.attained[0].kept
    assert result.attained[0].thin[0] <= 2


def test_more_kinds_of_shifts_never_cost_more() -> None:
    scenario = shop()
    group = scenario.options["base"].groups["own"]
    assert isinstance(group.staffing, ToTarget)
    assert group.staffing.shifts is not None
    more = dict(group.staffing.shifts)
    few = planned(scenario, group, found().requirement.agents, more)
    more["middle"] = more["early"].model_copy(update={"start": (28_800, 36_000)})
    many = planned(scenario, group, found().requirement.agents, more)

    assert many.cover.cost <= few.cover.cost * (1 + 1e-3)


def test_what_a_cover_costs_is_what_the_cost_room_says() -> None:
    scenario, plan = shop(), found()
    assert plan.plan is not None
    option = staffed(scenario.options["base"], {"own": plan})
    payroll = option.groups["own"].payroll
    assert payroll is not None
    bare = payroll.agents.model_copy(
        update={"shrinkage_in_shift": plan.plan.placed, "ramp_capacity_loss": 0.0}
    )
    hours = agent_hours(scenario, plan.plan.cover.agents.sum(axis=0))
    month = inhouse_month(payroll.model_copy(update={"agents": bare}), Ops(hours=hours))
    weeks = 365 / 7 / 12
    lines = {one.name: one.amount for one in month.lines}

    for name in ("base_wages", "night_premium"):
        assert lines[name] == pytest.approx(plan.plan.cover.lines[name] * weeks)


def test_pauses_that_are_placed_and_paid_are_not_lost_a_second_time() -> None:
    paid = SHIFTS.replace("paid: false", "paid: true")
    plan = found(paid)
    assert plan.plan is not None
    option = staffed(shop(paid).options["base"], {"own": plan})
    payroll = option.groups["own"].payroll
    assert payroll is not None

    assert plan.plan.placed == pytest.approx(1 / 8)
    assert payroll.agents.shrinkage_in_shift == 0.15  # of the preset: pauses are a part of it
    assert payroll.agents.schedule_fit_loss == 0


BANK = """
extends: bank.yaml
name: bank-shifts
simulation: {replications: 60, at_most: 60}
groups:
  agents:
    staffing:
      to_target:
        shifts:
          day: {start: 06:00-16:00, length: [8h, 9h]}
          part: {start: 07:00-20:00, length: [4h, 5h, 7h]}
          night: {start: 20:00-23:00, length: [8h, 10h, 12h]}
"""


@pytest.mark.slow
def test_a_real_bank_on_shifts_keeps_its_promise_over_the_week() -> None:
    scenario = load_text(BANK, folder=ROOT / "scenarios")
    result = simulate(scenario, "base", seed=11)
    plan = result.covers["agents"].plan
    assert plan is not None

    assert plan.cover.full
    assert plan.gap < 0.005
    assert result.attained[0].kept
    assert plan.cover.paid < 1.2 * result.covers["agents"].requirement.agents.sum()


def test_hours_that_no_shift_reaches_are_told() -> None:
    short = "{early: {start: 06:00-08:00, length: 6h}}"
    result = simulate(shop(short), "base", replications=4)
    found = result.covers["own"]
    ways = ways_out(result.scenario, "base", "own", found)
    answer = plan_answer(result, Language("en"), {"own": ways})
    assert found.plan is not None
    asked = cover_shifts(
        found.requirement.agents.astype(float),
        found.plan.problem.templates,
        horizon=found.plan.problem.horizon,
        pay=found.plan.problem.pay,
    )
    lacking = float(asked.missing.sum())

    assert any("bring too few agents" in said for said in answer.sentences)
    assert any("is in vain" in said for said in answer.sentences)
    # What is short is what the closed form wanted and no more: simulation asks for it in vain.
    assert found.in_vain
    assert found.rounds == 0
    assert "!" in "".join(cell for row in answer.tables[2].rows for cell in row)
    assert {way.what.what for way in ways} == {"later"}  # before six it is closed
    assert all(way.cover.missing.sum() < lacking for way in ways)
    assert answer.tables[1].rows[0][0] == "let “early” start at 09:00 as well"
    told = answer.data["groups"]["own"]["ways_out"]
    assert [one["hours_short"] + one["hours_filled"] for one in told] == pytest.approx(
        [lacking * result.scenario.interval / 3600] * len(ways), rel=1e-3
    )


def test_the_picture_of_a_week_marks_hours_that_are_short() -> None:
    agents, needed = np.full(168, 4), np.full(168, 4)
    agents[30] = 3
    table = picture(agents, needed, "Own", Language("en"))

    assert [bool(row[2]) for row in table.rows] == [False, True, False, False, False, False, False]
    assert table.rows[1][2].index("!") == 6


# --- rosters -------------------------------------------------------------------------------------


def staffed_desk(people: str, **calendar: str) -> Scenario:
    """The desk with other people, and nothing priced."""
    staffing = f"to_target: {{minimum: 1, shifts: {SHIFTS}}}"
    more = "".join(f", {key}: {value}" for key, value in calendar.items())
    return desk(
        {"phone": PHONE},
        {"own": team("[phone]", staffing, team=people)},
        calendar=f"{{start: 2026-03-02, days: 7{more}}}",
    )


@cache
def month() -> TeamRoster:
    return team_roster(shop(), "base", "own", found(), seed=3, time_limit=1)


def test_a_roster_of_a_scenario_keeps_every_hard_rule() -> None:
    made = month()
    assert made.roster.found
    found_again = violations(made.roster.duties, made.roster.people, made.rules, made.roster.period)

    assert not [one for one in found_again if one.hard]
    assert made.roster.period.days == 31
    assert {duty.person for duty in made.roster.duties} <= {str(n) for n in range(1, 10)}


def test_more_people_are_on_the_roster_than_are_at_work() -> None:
    scenario, plan = shop(), found()
    group = scenario.options["base"].groups["own"]
    period = month_of(scenario)
    needed = needed_on_roster(scenario, group, plan, period)
    assert plan.plan is not None

    # Fifteen per cent of paid time is lost within the shift, and unpaid meals are no part of it.
    np.testing.assert_allclose(needed[24:48], plan.plan.wanted[:24] / 0.85)
    assert period.weekday(1) == 0


def test_the_need_goes_on_after_the_last_day_as_on_any_other() -> None:
    scenario = shop()
    group = scenario.options["base"].groups["own"]
    late, next_day = DutyShift("late", 1200, 600), DutyShift("day", 480, 600)
    week = month_of(scenario, datetime.date(2026, 3, 2), 7)
    longer = month_of(scenario, datetime.date(2026, 3, 2), 8)
    after = needed_after(group, found(), week, (late, next_day))

    np.testing.assert_allclose(after, needed_on_roster(scenario, group, found(), longer)[168:174])
    assert not needed_after(group, found(), week, (next_day,)).size


CHAT = line(
    [n // 3 for n in DAY],
    patience="2m",
    target="{answered: 80% in 20s}",
    open='"06:00-20:00"',
)


@cache
def two_lines(people: str) -> Scenario:
    staffing = f"to_target: {{minimum: 1, shifts: {SHIFTS}}}"
    own = team("[phone, second]", staffing, team=f"{{people: {people}, rules: none}}")
    return desk({"phone": PHONE, "second": CHAT}, {"own": own})


EVERYBODY = "8"
FEW = (
    "[{name: A}, {name: B}, "
    + ", ".join(f"{{name: '{n}', skills: [phone]}}" for n in range(6))
    + "]"
)


@cache
def both() -> Cover:
    return cover(two_lines(EVERYBODY), "base", seed=1)["own"]


def test_sets_of_channels_are_those_that_somebody_serves_nothing_of() -> None:
    # By definition: a set is asked for unless everybody serves some of it, or unless a larger
    # one is served by the same people.
    rng = np.random.default_rng(1)
    names = ["a", "b", "c", "d"]
    for _ in range(50):
        people = [
            [name for name in names if rng.random() < 0.5] or names
            for _ in range(int(rng.integers(1, 5)))
        ]
        who = {
            each: frozenset(n for n, own in enumerate(people) if set(own) & set(each))
            for size in range(1, 5)
            for each in itertools.combinations(names, size)
        }
        largest = {
            each
            for each, able in who.items()
            if not any(set(each) < set(other) and who[other] == able for other in who)
        }
        found = set(skill_sets(names, people))

        assert found == largest - {tuple(names)}


def test_a_team_in_which_everybody_serves_everything_is_asked_for_nothing_more() -> None:
    scenario = two_lines(EVERYBODY)
    group = scenario.options["base"].groups["own"]
    assert group.team is not None

    assert skill_needs(scenario, "base", "own", both(), group.team.people) == {}


def test_who_serves_a_channel_is_needed_as_much_as_it_takes_alone() -> None:
    scenario = two_lines(FEW)
    group = scenario.options["base"].groups["own"]
    assert group.team is not None
    needs = skill_needs(scenario, "base", "own", both(), group.team.people)
    plan = both().plan
    assert plan is not None
    alone = desk({"second": CHAT}, {"own": team("[second]", "to_target: {}")})
    expected = requirement(alone, alone.options["base"])["own"].agents

    assert list(needs) == [("second",)]
    assert (needs["second",] >= np.minimum(expected, plan.wanted)).all()
    assert (needs["second",] <= plan.wanted).all()


def test_a_roster_brings_people_who_serve_a_channel_whenever_it_is_needed() -> None:
    scenario = two_lines(FEW)
    week = month_of(scenario, datetime.date(2026, 3, 2), 7)
    blind, seeing = (
        team_roster(one, "base", "own", both(), period=week, seed=1, time_limit=2)
        for one in (two_lines(EVERYBODY), scenario)
    )
    group = scenario.options["base"].groups["own"]
    assert group.team is not None
    shifts = shifts_of(both())
    needed = needed_by_skill(scenario, "base", "own", both(), group.team.people, week, shifts)
    there = np.zeros(168)
    for duty in seeing.roster.duties:
        if duty.person in ("A", "B"):
            assert duty.shift is not None
            at, part = _present(dataclasses.replace(duty.shift, start=duty.start % 1440), 0)
            there[(at + 24 * duty.day) % 168] += part
    lacking = np.maximum(needed["second",][:168] - there, 0)

    assert not blind.roster.unserved
    np.testing.assert_allclose(seeing.roster.unserved["second",], lacking, atol=1e-9)
    # Two of eight work fourteen hours a day between them at most.
    assert seeing.roster.shortfalls[-1].kind == "skill"
    assert {d.day for d in seeing.roster.of("A")} | {d.day for d in seeing.roster.of("B")} == set(
        range(7)
    )
    answer = roster_answer(scenario, "base", seeing, Language("en"))
    assert any("who serve second" in said for said in answer.sentences)


def test_a_channel_that_nobody_serves_is_refused_before_anything_is_planned() -> None:
    scenario = two_lines("[{name: A, skills: [phone]}]")

    with pytest.raises(InvalidInput, match="must have somebody who serves second"):
        team_of(scenario, "base", "own", month_of(scenario))


def test_a_month_is_that_of_the_calendar_unless_told() -> None:
    scenario = shop()
    rest = month_of(scenario, datetime.date(2026, 4, 11))

    assert (month_of(scenario).start, month_of(scenario).days) == (datetime.date(2026, 3, 1), 31)
    assert (rest.start, rest.days) == (datetime.date(2026, 4, 11), 20)
    assert month_of(scenario, days=7).days == 7


def test_shifts_that_the_law_lets_nobody_work_are_named() -> None:
    scenario = shop()
    own = scenario.options["base"].groups["own"].team
    assert own is not None
    period = month_of(scenario)
    rules = rules_of(own, period)
    long = DutyShift("long", 480, 720)
    fine = DutyShift("fine", 480, 720, (Pause(240, 60, paid=False),))

    assert [shift.name for shift, _ in barred([long, fine], rules, period)] == ["long"]


def test_a_rotation_puts_everybody_on_another_day_of_it() -> None:
    scenario, plan = shop(people=8), found()
    made = crew_roster(scenario, "base", "own", plan, pattern_of("DD.."))
    day = [sum(d.shift is not None and d.day == n for d in made.roster.duties) for n in range(31)]

    assert made.pattern == "own"
    assert set(day) == {4}  # eight people, two days of four
    assert sorted(made.roster.hours.values())[0] >= 15 * 11
    owed = {one.person for one in made.roster.violations if one.rule == "norm_owed"}
    assert owed == {name for name, hours in made.roster.hours.items() if hours < 176}


def test_a_rotation_without_nights_names_those_that_have_them() -> None:
    """A day shift of 12 h leaves 20:00 to 8:00 to nobody, however many walk the pattern."""
    always = shop(people=8)
    plan = dataclasses.replace(found(), agents=np.ones_like(found().agents))
    days = crew_roster(always, "base", "own", plan, pattern_of("2/2"))
    nights = crew_roster(always, "base", "own", plan, pattern_of("2/2 mixed"))
    dark = np.tile((np.arange(24) < 8) | (np.arange(24) >= 20), 31)
    said = [roster_answer(always, "base", one, Language("en")).sentences for one in (days, nights)]

    assert days.unattended == ((20 * 60, 32 * 60),)
    assert days.alone == pytest.approx(float(days.needed.reshape(31 * 24, -1).mean(1)[dark].sum()))
    assert nights.alone == 0.0
    hint = [text for text in said[0] if "20:00–08:00" in text]
    assert len(hint) == 1
    assert "2/2 mixed, day-night-48, 24/72" in hint[0]
    assert not any("at all hours" in text for text in said[1])


def test_where_people_begin_on_a_rotation_leaves_no_more_short_than_any_other_way() -> None:
    scenario, plan = shop(people=4), found()
    made = crew_roster(scenario, "base", "own", plan, pattern_of("D..."))
    short = float(made.roster.short.sum())
    day = DutyShift("D", 480, 720, (Pause(330, 60, paid=False, kind="meal"),))
    there = np.zeros((4, 31 * 24))
    for phase in range(4):
        for number in range(31):
            if (number + phase) % 4 == 0:
                at, part = _present(day, number)
                there[phase, at] += part
    best = min(
        np.maximum(made.needed - sum(there[p] for p in phases), 0).sum()
        for phases in itertools.combinations_with_replacement(range(4), 4)
    )

    assert short == pytest.approx(best)


def _present(shift: DutyShift, day: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    minutes = np.zeros(24 * 60)
    minutes[shift.start : shift.end] = 1
    for pause in shift.pauses:
        minutes[shift.start + pause.start : shift.start + pause.start + pause.minutes] = 0
    return day * 24 + np.arange(24), minutes.reshape(24, 60).mean(axis=1)


def test_a_rotation_and_a_last_roster_are_not_both_kept(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    file = tmp_path / "last.csv"
    file.write_text("person,start,end,shift\n01,2026-03-01 08:00,2026-03-01 16:00,early\n")
    said = linewise(
        "roster", ROOT / "scenarios/company-n-shifts.yaml", "--pattern", "2/2", "--last", file
    )

    assert said.code == 2
    assert "must not stand beside --pattern" in said.err


def test_who_walks_a_rotation_is_checked_like_everybody() -> None:
    flagged = desk(
        {"phone": PHONE},
        {"own": team("[phone]", "to_target: {}", team="{people: [{name: A, flags: [tall]}]}")},
    )
    plan = cover(flagged, "base", seed=1)["own"]

    with pytest.raises(InvalidInput, match="tall"):
        crew_roster(flagged, "base", "own", plan, pattern_of("2/2"))


@pytest.mark.parametrize("text", ["", "3/3", "XY..", "...."])
def test_rotations_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"rotation|one of work"):
        pattern_of(text)


def test_absences_outside_the_month_are_no_matter() -> None:
    scenario = desk(
        {"phone": PHONE},
        {
            "own": team(
                "[phone]",
                f"to_target: {{shifts: {SHIFTS}}}",
                team="{people: [{name: A, vacation: [2026-02-20..2026-03-02, 2027-01-01], "
                "wishes: ['off 2026-03-30..2026-04-02', 'on 2026-05-01']}]}",
            )
        },
    )
    members = scenario.options["base"].groups["own"].team
    assert members is not None
    (person,) = people_of(members.people, month_of(scenario))

    assert [(a.start, a.end) for a in person.absences] == [(0, 2 * 1440)]
    assert [(w.start, w.end) for w in person.wishes] == [(29 * 1440, 31 * 1440)]


def test_a_roster_without_people_or_shifts_is_refused_with_what_to_write() -> None:
    bare = desk({"phone": PHONE}, {"own": team("[phone]", "to_target: {}")})
    with pytest.raises(InvalidInput, match="write them under staffing"):
        team_roster(bare, "base", "own", cover(bare, "base", seed=1)["own"])
    nobody = desk({"phone": PHONE}, {"own": team("[phone]", f"to_target: {{shifts: {SHIFTS}}}")})
    with pytest.raises(InvalidInput, match="write team"):
        team_roster(nobody, "base", "own", found())


def test_a_roster_is_made_anew_with_few_changes_when_somebody_falls_ill(tmp_path: Path) -> None:
    made, scenario = month(), shop()
    (file,) = save_roster(scenario, "base", made, tmp_path / "r.csv", Language("en"))
    own = scenario.options["base"].groups["own"].team
    assert own is not None
    ill = DaySpan(first=datetime.date(2026, 3, 16), last=datetime.date(2026, 3, 20))
    members = [
        member.model_copy(update={"sick": (ill,)}) if member.name == "1" else member
        for member in own.people
    ]
    last = read_roster(file, made.roster.period, shifts_of(found()))
    again = team_roster(
        scenario,
        "base",
        "own",
        found(),
        members=members,
        last=last,
        keep_until=datetime.date(2026, 3, 16),
        seed=3,
        time_limit=1,
    )
    before = {(d.person, d.start) for d in made.roster.duties if d.start < 15 * 1440}
    after = {(d.person, d.start) for d in again.roster.duties if d.start < 15 * 1440}

    assert len(last) == len(made.roster.duties)
    assert before == after
    assert not [d for d in again.roster.of("1") if 15 <= d.day < 20]
    assert again.roster.changes <= 40 < 9 * 16
    assert not [one for one in again.roster.violations if one.hard]


def test_a_last_roster_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "last.csv"
    file.write_text("person,start,end,shift\nA,2026-03-01 08:00,2026-03-01 16:00,other\nA,soon,,\n")

    with pytest.raises(ScenarioError) as refused:
        read_roster(file, month_of(shop()), shifts_of(found()))
    assert [problem.line for problem in refused.value.problems] == [2, 3]
    file.write_text("a,b\n")
    with pytest.raises(ScenarioError, match="must have columns person"):
        read_roster(file, month_of(shop()), shifts_of(found()))


def test_kinds_of_shifts_of_a_roster_are_those_of_the_plan() -> None:
    plan = found().plan
    assert plan is not None
    kinds = {(item.shift.start, item.shift.minutes) for item in plan.cover.shifts}

    assert {(shift.start, shift.minutes) for shift in shifts_of(found())} == kinds
    assert len({shift.name for shift in shifts_of(found())}) == len(kinds)


# --- files ---------------------------------------------------------------------------------------


def test_calendars_hold_every_duty_once() -> None:
    made, events = month(), 0
    for person in made.roster.people:
        parsed = icalendar.Calendar.from_ical(calendar_of(shop(), made.roster, person.name))
        own = made.roster.of(person.name)
        entries: list[Any] = list(parsed.walk("VEVENT"))
        hours = sum((e["DTEND"].dt - e["DTSTART"].dt).total_seconds() for e in entries) / 60
        assert hours == sum(duty.end - duty.start for duty in own)
        events += len(entries)

    assert events == len(made.roster.duties)


def test_the_workbook_adds_up_by_itself() -> None:
    data = roster_workbook(month(), Language("ru"))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = book.read("xl/workbook.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert "График" in names
    assert sheet.count("SUMPRODUCT") == 9
    assert data == roster_workbook(month(), Language("ru"))


def test_a_table_of_duties_has_a_row_for_each(tmp_path: Path) -> None:
    made = month()
    rows = list(csv.DictReader(io.StringIO(roster_csv(made.roster))))
    (file,) = save_roster(shop(), "base", made, tmp_path / "r.csv", Language("en"))
    calendars = save_roster(shop(), "base", made, tmp_path / "people", Language("en"))

    assert len(rows) == len(made.roster.duties)
    assert sum(float(row["paid_hours"]) for row in rows) == pytest.approx(
        sum(made.roster.hours.values())
    )
    assert file.read_bytes().startswith(b"\xef\xbb\xbfperson,")
    assert len(calendars) == 9


def test_a_table_for_the_russian_excel_has_semicolons_and_is_read_again(tmp_path: Path) -> None:
    made = month()
    (file,) = save_roster(shop(), "base", made, tmp_path / "r.csv", Language("ru"))
    text = file.read_bytes()
    half = sheet_text([{"person": "A;B", "hours": 7.5, "kind": "v1.0"}], "ru")

    assert text.startswith("\ufeffperson;date;".encode())
    assert half == '\ufeffperson;hours;kind\n"A;B";7,5;v1.0\n'
    again = read_roster(file, made.roster.period, shifts_of(found()))
    assert {(d.person, d.start, d.end) for d in again} == {
        (d.person, d.start, d.end) for d in made.roster.duties
    }


def test_a_shift_of_a_day_or_more_tells_how_many_days_it_takes() -> None:
    assert times_of(DutyShift("long", 720, 1800)) == "12:00–18:00+1d"
    assert times_of(DutyShift("day", 480, 1440)) == "08:00–08:00+1d"
    assert times_of(DutyShift("night", 1200, 720)) == "20:00–08:00"
    assert pattern_of("24/72").shifts["S"].name.endswith("+1d")


@pytest.mark.parametrize("code", ["en", "ru"])
def test_the_answer_tells_people_rules_and_what_is_short(code: str) -> None:
    answer = roster_answer(shop(), "base", month(), Language("ru" if code == "ru" else "en"))

    assert answer.data["legal"] is True
    assert len(answer.tables[1].rows) == 9
    assert len(answer.tables[1].rows[0][1]) == 31
    json.dumps(answer.data, allow_nan=False)


def test_the_answer_tells_when_most_hours_are_short_and_that_nobody_came_the_night_before() -> None:
    made = month()
    short, needed = np.zeros_like(made.roster.short), np.ones_like(made.needed)
    hour = short.shape[-1] // made.roster.period.days // 24
    short[..., : 6 * hour] = 1.0
    short[..., 24 * 31 * hour - 2 * hour :] = 0.5
    thin = replace(made, needed=needed, roster=replace(made.roster, short=short))
    said = " ".join(roster_answer(shop(), "base", thin, Language("en")).sentences)
    calm = " ".join(roster_answer(shop(), "base", made, Language("en")).sentences)

    assert "01.03.2026 00:00–06:00 6.0 h; 31.03.2026 22:00–00:00 1.0 h." in said
    assert "nobody is there from the night before" in said
    assert "from the night before" not in calm


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            "16 h are needed between 22:00 and 06:00, and 1 person can give 0 h at most by the "
            "rules: 16 h stay short. 1 person can give nothing of it. What would help: 2 more "
            "people who may work then (₽120,000 a month), or 16 h worked by others (₽5,760).",
        ),
        (
            "ru",
            "С 22:00 до 06:00 нужно 16 ч, а 1 человек по правилам может отработать не больше "
            "0 ч: не хватает 16 ч. Из них 1 человек не может дать ничего. Что поможет: ещё 2 "
            "человека, которым можно работать в это время (120 000 ₽ в месяц) или 16 ч силами "
            "других людей (5 760 ₽).",
        ),
    ],
)
def test_a_shortfall_is_told_with_the_price_of_each_way_out(code: str, told: str) -> None:
    lang = Language("ru" if code == "ru" else "en")
    ways = (
        Way("people", "", people=2),
        Way("hours", "", hours=16.0, night=16.0),
    )
    short = Shortfall("nights", "", 16.0, 0.0, 1, "", ways)
    rates = Rates(hour=300, night=0.2, person=60_000)
    said = shortfall_text(short, 1, rates, "RUB", lang)
    free = shortfall_text(short, 1, None, "RUB", lang)

    assert said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == told
    assert "₽" not in free
    assert shortfall_data(short, rates)["ways"][1]["price"] == pytest.approx(5760)


def test_people_and_hours_of_a_roster_are_priced_by_the_pay_of_the_group() -> None:
    scenario = shop()
    group = scenario.options["base"].groups["own"]
    assert group.payroll is not None
    pay = group.payroll.agents.pay
    rates = rates_of(scenario, group, month_of(scenario))
    assert rates is not None

    # March 2026 has 22 working days.
    assert rates.person == pytest.approx(22 * 8 * pay.hourly_rate)
    assert (rates.hour, rates.night) == (pay.hourly_rate, pay.night_premium)
    bare = staffed_desk("{people: 2}")
    assert rates_of(bare, bare.options["base"].groups["own"], month_of(bare)) is None


def test_commands_plan_and_roster_a_scenario(linewise: Callable[..., Said], tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(
        f"""
name: shop
calendar: {{start: 2026-03-02, days: 7}}
simulation: {{replications: 4, at_most: 4}}
channels:
  phone: {PHONE}
groups:
  own:
    skills: [phone]
    staffing: {{to_target: {{minimum: 1, shifts: {SHIFTS}}}}}
    team: {{people: 9, rules: RU}}
"""
    )
    plan = linewise("plan", file, "--json")
    made = linewise("roster", file, "--seconds", "1", "--json", "--out", tmp_path / "r.xlsx")
    wrong = linewise("roster", file, "--group", "other")

    assert plan.code == made.code == 0
    assert json.loads(plan.out)["groups"]["own"]["shifts"]
    assert json.loads(made.out)["legal"] is True
    assert (tmp_path / "r.xlsx").stat().st_size > 5000
    assert wrong.code == 2
    assert "must be one of own" in wrong.err


# --- what a planner may get wrong ----------------------------------------------------------------


@pytest.mark.parametrize("rules", ["EU", "none", "RU", "{base: EU, days_running: 5}"])
def test_a_team_works_under_any_rules_without_a_word_on_accounting(rules: str) -> None:
    scenario = staffed_desk(f"{{people: 2, rules: {rules}}}")
    _, held = team_of(scenario, "base", "own", month_of(scenario))

    assert held.name == rules.removeprefix("{base: ")[: len(held.name)]


def test_accounting_that_other_rules_do_not_know_is_refused() -> None:
    scenario = staffed_desk("{people: 2, rules: EU, accounting: year}")

    with pytest.raises(InvalidInput, match="profile RU only"):
        team_of(scenario, "base", "own", month_of(scenario))


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("{name: A, skills: [phoen]}", "channels of the group: phone"),
        ("{name: A, wishes: ['on 2026-03-08 nihgt']}", "kind of shift: early, late"),
        ("{name: A, wishes: ['on 2026-03-08 late/nihgt']}", "kind of shift: early, late"),
        ("{name: A, flags: [wizard]}", "must be of night_ban"),
    ],
)
def test_what_means_nothing_of_a_person_is_refused_before_anything_is_planned(
    member: str, told: str
) -> None:
    scenario = staffed_desk(f"{{people: [{member}]}}")

    with pytest.raises(InvalidInput, match=told):
        team_of(scenario, "base", "own", month_of(scenario))


def test_a_wish_for_a_kind_of_shift_is_one_that_a_roster_can_keep() -> None:
    scenario = staffed_desk("{people: [{name: A, wishes: ['on 2026-03-03 late']}]}")
    members, _ = team_of(scenario, "base", "own", month_of(scenario))
    shifts = shifts_of(found())
    (person,) = people_of(members, month_of(scenario), shifts=shifts)

    meant = {shift.name for shift in shifts if person.wishes[0].means(shift.name)}

    assert meant == {shift.name for shift in shifts if shift.name.startswith("late ")}
    assert meant


def test_fewest_at_work_are_wanted_wherever_anybody_is() -> None:
    scenario = staffed_desk("{people: 5, at_least: 3}")
    group = scenario.options["base"].groups["own"]
    needed = needed_on_roster(scenario, group, found(), month_of(scenario))
    plan = found().plan
    assert plan is not None

    assert needed[24:48].tolist() == [max(n, 3.0) if n else 0.0 for n in plan.wanted[:24].tolist()]
    assert (plan.wanted[:24] == 0).any()
    assert ((plan.wanted[:24] > 0) & (plan.wanted[:24] < 3)).any()


def test_a_day_on_which_the_clock_is_changed_needs_what_its_clock_shows() -> None:
    scenario = staffed_desk("{people: 5}", timezone="Europe/Berlin")
    group = scenario.options["base"].groups["own"]
    period = month_of(scenario, datetime.date(2026, 3, 28), 3)
    needed = needed_on_roster(scenario, group, found(), period)
    plan = found().plan
    assert plan is not None
    saturday, sunday, monday = (plan.wanted.reshape(7, 24)[day] for day in (5, 6, 0))

    # At two it is three: that hour of the Sunday does not pass.
    expected = [*saturday, *np.delete(sunday, 2), *monday]
    np.testing.assert_allclose(needed, expected)


def test_days_beyond_every_calendar_are_refused() -> None:
    with pytest.raises(InvalidInput, match="1900 to 2200"):
        month_of(shop(), datetime.date(9999, 12, 15))


def test_what_was_worked_last_month_runs_on_into_this(tmp_path: Path) -> None:
    last = tmp_path / "february.csv"
    name = shifts_of(found())[0].name
    last.write_text(
        "person;start;end;shift\n"
        "1;27.02.2026 10:00;27.02.2026 18:00;no longer worked\n"
        f"1;28.02.2026 20:00;01.03.2026 08:00;{name}\n"
    )
    scenario = shop()
    before = read_roster(last, month_of(scenario), shifts_of(found()))
    made = team_roster(scenario, "base", "own", found(), last=before, seed=3, time_limit=1)
    (one,) = [person for person in made.roster.people if person.name == "1"]

    assert [duty.start for duty in one.before] == [-38 * 60, -4 * 60]
    # 12 h of work ask for 24 h of rest by the rules of Russia: nothing on the first day of March.
    assert not [duty for duty in made.roster.of("1") if duty.start < 20 * 60]
    assert made.roster.legal


def test_no_code_of_a_shift_is_that_of_an_absence() -> None:
    shifts = tuple(DutyShift(f"s {n:02d}", 60 * n, 240) for n in range(24))
    duties = tuple(of("1", n, shift) for n, shift in enumerate(shifts))
    drawn = codes(dataclasses.replace(month().roster, duties=duties))

    assert len({code.casefold() for code in drawn.values()}) == 24
    # A spreadsheet that counts codes takes capital letters and small ones for the same.
    assert not {code.casefold() for code in drawn.values()} & {"v", "s", "-", "."}


def test_a_workbook_holds_names_as_they_are_and_shifts_as_people_read_them() -> None:
    made = month()
    odd = dataclasses.replace(made.roster.people[0], name="=1+1")
    changed = dataclasses.replace(made.roster, people=(odd,))
    titles = titles_of(shop(), "base", made, Language("en"))
    data = roster_workbook(dataclasses.replace(made, roster=changed), Language("en"), titles)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert "<t>=1+1</t>" in texts
    assert sheet.count("<f>") == 1
    assert all(f"<t>{title}</t>" in texts for title in titles.values())


def test_names_of_people_become_names_of_files_that_every_system_takes(tmp_path: Path) -> None:
    names = ["Anna", "ANNA", "a/b", "a:b", "🙂", "Ж" * 200, "Ж" * 199 + "Я"]
    made = month()
    people = tuple(dataclasses.replace(made.roster.people[0], name=name) for name in names)
    changed = dataclasses.replace(made, roster=dataclasses.replace(made.roster, people=people))
    files = save_roster(shop(), "base", changed, tmp_path / "all", Language("en"))

    assert len({file.name.casefold() for file in files}) == len(names)
    assert all(file.parent == tmp_path / "all" and file.stat().st_size for file in files)


def test_places_that_cannot_be_written_are_refused_beforehand(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for name in ("march.xls", "march.ods", "taken", "taken/march.xlsx"):
        with pytest.raises(InvalidInput, match="out "):
            writable(tmp_path / name)
    writable(tmp_path / "new" / "march.xlsx")

    assert not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--option", "nope"), "option must be one of base"),
        (("--from", "9999-12-15"), "1900 to 2200"),
        (("--keep-until", "2026-03-10"), "needs the roster to be kept"),
        (("--out", "march.ods"), "must end in .xlsx or .csv"),
        (("--last", "none.csv"), "cannot be read"),
    ],
)
def test_the_roster_command_refuses_before_it_plans(
    linewise: Callable[..., Said],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
    told: str,
) -> None:
    file = tmp_path / "shop.yaml"
    staffing = f"{{to_target: {{shifts: {SHIFTS}}}}}"
    file.write_text(
        "name: shop\ncalendar: {start: 2026-03-02, days: 7}\n"
        f"channels: {{phone: {PHONE}}}\n"
        f"groups: {{own: {{skills: [phone], staffing: {staffing}, team: {{people: 9}}}}}}\n"
    )
    monkeypatch.setattr("sim.cli.planning.cover", None)  # whoever plans, fails
    said = linewise("roster", file, *more)

    assert said.code == 2
    assert told in said.err


def test_a_key_pressed_while_shifts_are_looked_for_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = found().plan
    assert plan is not None
    stopped = dataclasses.replace(plan.cover, stopped="interrupted")
    monkeypatch.setattr("sim.plan.shift_plans.solve", lambda *_: stopped)

    with pytest.raises(KeyboardInterrupt):
        cover(shop(), "base", seed=1)
