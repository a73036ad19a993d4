"""The page of shifts: templates, rules, the plan, rosters, and what is said where they lack."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from typing import Any

import altair as alt
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visitor import OWN, brought, calm, finish, group, press, tables, texts, tiles, turn

from sim.decide import OptionResult, simulate
from sim.plan.rules import EU, Rules, violations
from sim.plan.rules import RU as RUSSIAN
from sim.plan.teams import TeamRoster
from sim.report.labour import rule_source, rule_text
from sim.report.labour_tables import broken_table, rules_table
from sim.report.language import Language
from sim.report.palette import DARK, LIGHT
from sim.report.plans import plan_answer
from sim.report.roster_files import calendar_archive, calendar_of
from sim.report.rosters import roster_answer
from sim.report.shift_charts import Bar, Count, Mark, count_chart, gantt, month_board, week_cover
from sim.report.week_charts import Slot
from sim.scenario import Scenario, load_text
from sim.ui.pages.shifts_proposal import forms_for, people_for, rules_for
from sim.ui.pages.shifts_templates import changed_forms, form_rows
from sim.ui.shift_tasks import proven, rostered, rotated

pytestmark = pytest.mark.usefixtures("threads")

EN, RU = Language("en"), Language("ru")
SHIFTS = """{day: {title: {en: Day, ru: День}, start: 08:00-13:00, length: [8h, 9h],
  pauses: [{for: 60m, after: 3h, before_end: 2h, paid: false, kind: meal}]}}"""


def desk(shifts: str | None = SHIFTS, team: str | None = "{people: 9, rules: EU}") -> str:
    """A small desk of days, staffed to target."""
    said = "" if shifts is None else f", shifts: {shifts}"
    staffing = f"{{to_target: {{minimum: 0{said}}}}}"
    text = OWN.format(staffing=staffing, phone="")
    return text if team is None else text.replace("staffing:", f"team: {team}, staffing:")


@pytest.fixture(scope="module")
def planned() -> OptionResult:
    """The small desk, planned once."""
    return simulate(load_text(desk()))


def quiet(share: float, what: str = "") -> None:
    """Nobody is told."""


def page(text: str, lang: str = "en") -> AppTest:
    """The page on a scenario of one's own."""
    return finish(brought(text, "shifts", lang))


def number(app: AppTest, label: str) -> Any:
    return next(one for one in app.number_input if one.label == label)


def go(app: AppTest, label: str) -> AppTest:
    press(app, label)
    calm(app.run())
    return finish(app)


def tried(app: AppTest) -> AppTest:
    """The page with the plan that was tried; who asks for it again finds it there."""
    label = "Try it in simulation and improve it"
    return finish(go(app, label) if label in [one.label for one in app.button] else app)


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "title", "draft"),
    [
        ("en", "Which shifts, and who works them?", "A draft"),
        ("ru", "Какие смены нужны и кто в них выходит?", "Черновик"),
    ],
)
def test_the_page_opens_with_a_draft_at_once(lang: str, title: str, draft: str) -> None:
    app = page(desk(), lang)

    assert [one.value for one in app.title] == [title]
    assert draft in app.header[0].value
    assert not app.error


def test_a_russian_page_of_shifts_has_no_english_sentence() -> None:
    app = page(desk(), "ru")
    words = set(texts(app).replace("\n", " ").split())

    assert not {"the", "of", "and", "in", "is", "on", "a"} & words


def test_the_plan_is_that_of_the_command_line(planned: OptionResult) -> None:
    data = plan_answer(planned, EN).data  # what `linewise plan --json` prints
    told = data["groups"]["desk"]
    app = tried(page(desk()))

    assert tiles(app)["Paid hours a week"] == EN.number(told["paid_hours_week"])
    assert tiles(app)["Shifts a week"] == EN.number(sum(s["agents"] for s in told["shifts"]))
    assert "in simulation: " in texts(app)


def test_what_was_tried_here_is_what_the_other_pages_have(monkeypatch: pytest.MonkeyPatch) -> None:
    text = desk().replace("volume: 2000", "volume: 2100")
    app = tried(page(text))
    peak = tiles(app)["At peak on the line"]
    monkeypatch.setattr("sim.decide.option.cover", lambda *_, **__: pytest.fail("planned anew"))
    finish(turn(app, "people"))

    assert tiles(app)["At peak on the line"] == peak


def test_what_was_found_for_the_answer_needs_no_trial_here() -> None:
    text = desk().replace("volume: 2000", "volume: 1900")
    app = finish(brought(text, "people"))
    peak = tiles(app)["At peak on the line"]
    finish(turn(app, "shifts"))

    assert "A draft" not in app.header[0].value
    assert tiles(app)["At peak on the line"] == peak


def test_a_roster_is_shown_as_it_was_made_and_breaks_no_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[TeamRoster] = []
    earlier: list[Any] = []

    def briefly(
        scenario: Scenario,
        name: str,
        group: str,
        plan: Any,
        first: Any,
        _: float,
        *last: Any,
        tell: Any,
    ) -> TeamRoster:
        earlier.append(last)
        if found:
            return found[0]
        found.append(rostered(scenario, name, group, plan, first, 2.0, tell=tell))
        return found[-1]

    monkeypatch.setattr("sim.ui.pages.shifts_roster.rostered", briefly)
    app = go(tried(page(desk())), "Make the roster, 01.03 to 31.03.2026")
    [made] = found
    data = roster_answer(load_text(desk()), "base", made, EN).data  # as `linewise roster --json`
    roster, people = made.roster, [made.roster.of(one.name) for one in made.roster.people]

    assert tiles(app)["Hours short"] == EN.number(data["short_hours"], 1)
    nights = [sum(d.end % 1440 <= 360 for d in duties) for duties in people]
    assert tiles(app)["Nights each"] == EN.number(max(nights))
    checked = violations(roster.duties, roster.people, made.rules, roster.period)
    assert not [one for one in checked if one.hard]
    assert "No rule is broken." in texts(app)
    assert "How fair it is" in texts(app)

    # Next time it can be the one to stay close to; a file that is no roster is refused in words.
    make = "Make the roster, 01.03 to 31.03.2026"
    press(app, "Stay close to this one next time")
    until = datetime.date(2026, 3, 16)
    next(one for one in calm(app.run()).date_input if "may still change" in one.label).set_value(
        until
    )
    go(calm(app.run()), make)
    assert earlier == [(None, None), (roster.duties, until)]
    uploader = next(one for one in app.file_uploader if one.label.startswith("Roster (CSV)"))
    uploader.upload("odd.csv", b"person;start\nAnn;soon\n", "text/csv")
    calm(app.run())
    assert "must have columns person, start, end, shift" in app.error[0].value
    assert make not in [one.label for one in app.button]
    press(app, "Put away")
    assert not calm(app.run()).error
    assert not app.date_input


def test_a_rotation_for_all_says_which_rules_it_breaks() -> None:
    app = tried(page(desk()))
    group(app, "How days are given").select("pattern")
    finish(calm(app.run()))
    box = next(one for one in app.selectbox if one.label == "Rotation")
    box.select("24/72")
    finish(calm(app.run()))

    assert "Everybody walks the rotation 24/72" in texts(app)
    broken = tables(app)[-1]
    assert next(iter(broken["Binds"])) == "must"


def test_another_month_can_be_planned(planned: OptionResult) -> None:
    app = tried(page(desk()))
    next(one for one in app.selectbox if one.label == "Month").select("2026-06-01")
    finish(calm(app.run()))
    assert "Make the roster, 01.06 to 30.06.2026" in [one.label for one in app.button]
    group(app, "How days are given").select("pattern")
    finish(calm(app.run()))
    next(one for one in app.selectbox if one.label == "Rotation").select("5/2")
    finish(calm(app.run()))

    cover = planned.covers["desk"]
    found = rotated(load_text(desk()), "base", "desk", cover, JUNE, "5/2", tell=quiet)
    assert found.roster.period.days == 30
    assert tiles(app)["Hours short"] == EN.number(_short(found), 1)


JUNE = datetime.date(2026, 6, 1)


def _short(made: TeamRoster) -> float:
    return float(made.roster.short.sum()) * made.roster.period.end / 60 / made.needed.size


def test_a_rotation_that_is_none_is_refused_in_words() -> None:
    app = tried(page(desk()))
    group(app, "How days are given").select("pattern")
    finish(calm(app.run()))
    next(one for one in app.selectbox if one.label == "Rotation").select("own")
    finish(calm(app.run()))
    app.text_input[-1].set_value("XYZ")
    finish(calm(app.run()))

    assert "This is no rotation" in app.error[0].value


# --- what is proposed --------------------------------------------------------------------------


def test_without_shifts_and_people_two_buttons_bring_them_and_undo_takes_them_back() -> None:
    app = page(desk(None, None))
    assert "nothing is said of its shifts" in app.header[0].value
    go(app, "Put these shifts in")
    assert "A draft" in app.header[0].value
    [offer] = [one.label for one in app.button if one.label.startswith("Plan ")]
    go(app, offer)

    assert number(app, "People").value > 1
    go(app, "Undo")
    assert offer in [one.label for one in app.button]
    go(app, "Undo")
    assert "nothing is said of its shifts" in app.header[0].value


def test_a_group_on_given_shifts_is_offered_to_have_them_found() -> None:
    given = OWN.format(staffing="{shifts: [{agents: 2, hours: 08:00-20:00}]}", phone="")
    app = page(given)
    assert "works as the scenario says" in app.header[0].value
    go(app, "Look for shifts instead, among these")

    assert "A draft" in app.header[0].value


def test_shifts_that_cannot_cover_the_day_say_how_much_is_missing() -> None:
    app = page(desk("{day: {start: 09:00, length: 4h}}"))

    assert "cannot cover everything" in app.header[0].value
    assert "Allow other starts" in texts(app)


@pytest.mark.parametrize("first", [0, 7, 22])
@pytest.mark.parametrize("span", [1, 5, 9, 16])
@pytest.mark.parametrize("interval", [1, 4])
def test_proposed_shifts_reach_every_hour_that_needs_somebody(
    first: int, span: int, interval: int
) -> None:
    needed = np.zeros((7, 24 * interval), np.int64)
    needed[:, first * interval : min(24, first + span) * interval] = 1
    reached = np.zeros(48 * 60, bool)
    for form in forms_for(needed.ravel()).values():
        begins, _, ends = form["start"].partition("-")
        hours = range(int(begins[:2]), int((ends or begins)[:2]) + 1)
        for start in hours:
            for length in form["length"]:
                reached[60 * start : 60 * (start + int(length[:-1]))] = True
    day = reached[: 24 * 60] | reached[24 * 60 :]

    assert day[np.repeat(needed[0] > 0, 60 // interval)].all()


def test_people_are_as_many_as_the_hours_take_where_nobody_is_paid() -> None:
    class Unpaid:
        people = None

    assert people_for(Unpaid(), 401.0) == 11  # type: ignore[arg-type]
    assert [rules_for(code) for code in ("RU", "FR", "US")] == ["RU", "EU", "none"]


# --- rules -------------------------------------------------------------------------------------


def test_a_rule_of_ones_own_is_written_and_taken_back() -> None:
    app = page(desk())
    # Two fields, one right after the other: the second is laid over the first.
    number(app, "People").set_value(7.0)
    number(app, "Nights running, at most").set_value(2.0)
    calm(app.run())
    assert "At most 2 nights running" in texts(app)
    assert number(app, "People").value == 7.0
    go(app, "Undo")
    go(app, "Undo")

    assert number(app, "Nights running, at most").value is None


def test_a_rule_of_the_law_that_is_emptied_binds_no_more() -> None:
    app = page(desk())
    assert number(app, "Rest between duties, h").value == 11.0
    number(app, "Rest between duties, h").set_value(None)
    calm(app.run())

    assert number(app, "Rest between duties, h").value is None
    sources = [table.to_string() for table in tables(app)]
    assert not any("rest between duties" in one for one in sources)


def test_another_law_brings_its_own_numbers() -> None:
    app = page(desk())
    box = next(one for one in app.selectbox if one.label == "Labour rules")
    box.select("RU")
    calm(app.run())

    assert number(app, "Rest of the week, h").value == 42.0
    assert group(app, "Hours are held to the norm over").value == "month"
    assert any("art. 110" in table.to_string() for table in tables(app))


def test_fewer_people_are_planned_as_soon_as_they_are_written() -> None:
    app = page(desk())
    number(app, "People").set_value(7.0)
    calm(app.run())

    assert number(app, "People").value == 7.0
    assert "shifts a week" in app.header[0].value


# --- the table of shifts -----------------------------------------------------------------------


def rows_of(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    scenario = load_text(text)
    group = scenario.options[scenario.baseline].groups["desk"]
    forms = {"day": {"title": {"en": "Day", "ru": "День"}, "start": "08:00-13:00",
                     "length": ["8h", "9h"], "allowance": "5 EUR"}}  # fmt: skip
    return form_rows(group.staffing.shifts, True, EN), forms  # type: ignore[union-attr, arg-type]


def test_a_row_shows_what_may_be_worked() -> None:
    [row], _ = rows_of(desk())

    assert (row["title"], row["first"], row["last"]) == ("Day", "08:00", "13:00")
    assert (row["lengths"], row["days"], row["meal"]) == ("8; 9", "Mon-Sun", 60)


def test_what_is_not_in_the_table_stays_as_the_file_has_it() -> None:
    rows, forms = rows_of(desk())
    used, spare = changed_forms(rows, {"edited_rows": {0: {"first": "07:00"}}}, forms, EN)

    assert used["day"] == forms["day"] | {"start": "07:00-13:00"}
    assert spare == {}


def test_lengths_pauses_days_and_bounds_are_written_as_files_have_them() -> None:
    rows, forms = rows_of(desk())
    change = {"lengths": "7,5; 10", "days": "Mon-Fri", "meal": 30, "breaks": 15, "most": 3}
    [form] = changed_forms(rows, {"edited_rows": {0: change}}, forms, RU)[0].values()
    read = load_text(desk(json.dumps({"day": form | {"allowance": "5 EUR"}})))
    [shift] = read.options[read.baseline].groups["desk"].staffing.shifts.values()  # type: ignore[union-attr]

    assert [length / 3600 for length in shift.length] == [7.5, 10.0]
    assert shift.days == (0, 1, 2, 3, 4)
    assert [(p.length, p.paid) for p in shift.pauses] == [(900.0, True), (1800.0, False)]
    assert shift.per_day == 3


def test_a_shift_that_is_not_used_is_kept_at_hand_and_a_deleted_one_is_gone() -> None:
    rows, forms = rows_of(desk())

    used, spare = changed_forms(rows, {"edited_rows": {0: {"use": False}}}, forms, EN)
    assert (list(used), list(spare)) == ([], ["day"])
    assert changed_forms(rows, {"deleted_rows": [0]}, forms, EN) == ({}, {})


def test_a_new_row_counts_once_it_says_when_and_how_long() -> None:
    rows, forms = rows_of(desk())
    half = changed_forms(rows, {"added_rows": [{"title": "Late"}]}, forms, EN)[0]
    whole = changed_forms(
        rows, {"added_rows": [{"title": "Late", "first": "14:00", "lengths": "6"}]}, forms, EN
    )[0]

    assert list(half) == ["day"]
    assert whole["shift1"]["start"] == "14:00"
    assert whole["shift1"]["length"] == ["6h"]
    assert whole["shift1"]["title"] == {"ru": "Late", "en": "Late"}


# --- beside the page ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(planned: OptionResult) -> TeamRoster:
    scenario, cover = load_text(desk()), planned.covers["desk"]
    return rotated(scenario, scenario.baseline, "desk", cover, None, "5/2", tell=quiet)


def test_a_search_tells_how_far_it_is_and_finds_what_is_found_without_it(
    planned: OptionResult,
) -> None:
    scenario = load_text(desk())
    told: list[tuple[float, str]] = []
    found = proven(scenario, scenario.baseline, tell=lambda *said: told.append(said))
    shares = [share for share, _ in told]

    assert shares == sorted(shares)
    assert told[0][1] == "trial 1"
    assert found.attained == planned.attained
    assert (found.covers["desk"].agents == planned.covers["desk"].agents).all()
    rostered(
        scenario, scenario.baseline, "desk", found.covers["desk"], None, 0.5,
        tell=lambda *said: told.append(said),
    )  # fmt: skip
    assert len(told) > len(shares)
    assert 0.0 <= told[-1][0] <= 1.0


@pytest.mark.parametrize("rules", [RUSSIAN, EU], ids=["RU", "EU"])
def test_rules_read_as_the_rules_themselves_say(rules: Rules) -> None:
    for rule in rules:
        said = rule_text(rule, EN)
        assert said.lower().startswith(rule.text.lower()), rule.id
        assert rule_source(rule, EN) == rule.citation
        assert not set(rule_text(rule, RU).split()) & {"at", "most", "the", "of", "no"}, rule.id
        assert not {"art.", "Code", "Directive"} & set(rule_source(rule, RU).split()), rule.id
    assert len(rules_table(rules, EN).rows) == len(rules)


def test_what_a_rotation_breaks_is_counted_by_rule(made: TeamRoster) -> None:
    table = broken_table(made, EN)
    counted = sum(int(row[2]) for row in table.rows)

    assert counted == len(made.roster.violations)
    assert [row[1] for row in table.rows] == sorted(row[1] for row in table.rows)


def test_every_person_has_a_calendar_in_the_archive(made: TeamRoster) -> None:
    scenario = load_text(desk())
    with zipfile.ZipFile(io.BytesIO(calendar_archive(scenario, made.roster))) as archive:
        names = archive.namelist()
        first = archive.read(names[0])

    assert len(names) == len(made.roster.people)
    assert first == calendar_of(scenario, made.roster, made.roster.people[0].name)
    assert first.count(b"BEGIN:VEVENT") == len(made.roster.of(made.roster.people[0].name))


def test_charts_of_shifts_are_vega() -> None:
    bars = [Bar("Anna", 8, 16, 0, "A", "tip"), Bar("Anna", 12, 13, None, "", "tip")]
    marks = [Mark("Anna", "1 Mon", "A", 0, "tip"), Mark("Anna", "2 Tue", "", None, "tip")]
    slots = [Slot(float(k), k + 1.0, 2.0, 1.0 + k % 2, "tip") for k in range(168)]
    for spec in (
        gantt(bars, ["Anna"], (8.0, 16.0), EN, LIGHT),
        gantt(bars, ["Anna"], (0.0, 168.0), RU, DARK),
        month_board(marks, ["Anna"], ["1 Mon", "2 Tue"], EN, DARK),
        count_chart([Count(2, 3, "tip")], "Nights", EN, LIGHT),
        week_cover(slots, RU, LIGHT),
    ):
        alt.Chart.from_dict(spec)
