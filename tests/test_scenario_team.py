"""People and the shifts that they may work, as planners write them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from desks import desk, line, team

from sim.errors import ScenarioError
from sim.scenario import Scenario
from sim.scenario.option import Group, ToTarget
from sim.scenario.team import read_people

DAY = "{start: 06:00-10:00, every: 30m, length: [8h, 10h], days: Mon-Fri}"


def group(staffing: str, **more: str) -> Group:
    scenario: Scenario = desk(
        {"phone": line(target="{answered: 80% in 20s}")}, {"own": team("[phone]", staffing, **more)}
    )
    return scenario.options["base"].groups["own"]


def shifts(text: str) -> Group:
    return group(f"to_target: {{shifts: {text}}}")


def test_shifts_that_may_be_worked_are_read() -> None:
    pauses = "[{for: 15m}, {for: 45m, after: 3h, until: 6h, paid: false, kind: meal}]"
    staffing = shifts(
        f"{{day: {DAY}, night: {{start: 22:00-01:00, length: 9h, pauses: {pauses}}}}}"
    ).staffing
    assert isinstance(staffing, ToTarget)
    assert staffing.shifts is not None
    day, night = staffing.shifts["day"], staffing.shifts["night"]

    assert (day.start, day.every, day.length) == ((21600, 36000), 1800, (28800, 36000))
    assert day.days == (0, 1, 2, 3, 4)
    assert night.start == (79200, 90000)  # the last one starts after midnight
    assert [p.paid for p in night.pauses] == [True, False]
    assert night.pauses[1].until == 6 * 3600


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[day]", "must name shifts"),
        ("{day: {start: 25:00, length: 8h}}", "must be at most 24:00"),
        ("{day: {start: soon, length: 8h}}", "must be a time or two"),
        ("{day: {start: 09:00, length: 50h}}", "must be at most 48 h"),
        ("{day: {start: 09:00, length: 8}}", "must be a duration"),
        ("{day: {start: 09:00}}", "length: is missing"),
        ("{day: {start: 09:00, length: 8h, days: Funday}}", "is not a day of the week"),
        ("{day: {start: 09:00, length: 8h, per_day: 2, at_least: 3}}", "must not be above the 2"),
        (
            "{day: {start: 09:00, length: 4h, pauses: [{for: 1h, after: 3h}]}}",
            "leaves no room for it in a shift of 4 h",
        ),
    ],
)
def test_shifts_that_nobody_can_work_are_refused(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        shifts(text)


def test_a_number_of_people_is_so_many_alike() -> None:
    found = group("to_target: {}", team="{people: 12, rules: RU}").team
    assert found is not None

    assert [member.name for member in found.people][::11] == ["01", "12"]
    assert dict(found.rules) == {"base": "RU"}


def test_people_are_read_by_name_with_what_they_wish() -> None:
    people = (
        "[{name: Anna, share: 50%, vacation: [2026-03-09..2026-03-15], "
        "wishes: ['off 2026-03-21', 'on 2026-03-08 night: 5']}]"
    )
    found = group("to_target: {}", team=f"{{people: {people}, rules: {{nights_running: 3}}}}").team
    assert found is not None
    (anna,) = found.people

    assert anna.share == 0.5
    assert anna.vacation[0].last == datetime.date(2026, 3, 15)
    assert [(w.kind, w.shift, w.weight) for w in anna.wishes] == [
        ("off", None, 1),
        ("on", "night", 5),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{people: 0}", "must be 1 to 5000"),
        ("{people: []}", "must not be empty"),
        ("{people: [{name: A}, {name: A}]}", "must be there once"),
        ("{people: [{name: A, vacation: [2026-02-30]}]}", "must be a date"),
        ("{people: [{name: A, vacation: [2026-03-09..2026-03-01]}]}", "must not be before"),
        ("{people: [{name: A, wishes: [holiday]}]}", "must say off or on"),
        ("{people: 3, rules: 7}", "must be a name or a mapping"),
    ],
)
def test_people_who_cannot_be_are_refused(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        group("to_target: {}", team=text)


def test_people_come_from_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    wishes = "off 2026-03-21|off 2026-03-22"
    text = f"ФИО;ставка;отпуск;пожелания\nАнна;50%;2026-03-09..2026-03-15;{wishes}\nБорис;;;\n"
    file.write_bytes(text.encode("cp1251"))
    anna, boris = read_people(file)

    assert (anna.name, anna.share, len(anna.wishes)) == ("Анна", 0.5, 2)
    assert (boris.name, boris.share) == ("Борис", 1.0)


def test_every_wrong_cell_of_a_spreadsheet_is_told(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text(
        "name,share,vacation\nAnna,1.5,\n,100%,\nAnna,50%,tomorrow\nAnna,50%,\nAnna,,\n"
    )

    with pytest.raises(ScenarioError) as refused:
        read_people(file)
    told = [(problem.line, problem.path) for problem in refused.value.problems]
    assert told == [(2, "share"), (3, "name"), (4, "vacation"), (6, "name")]


def test_a_spreadsheet_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text("colour,size\nred,3\n")

    with pytest.raises(ScenarioError, match="is not a known column"):
        read_people(file)
    file.write_text('name,share\n"Anna,100%\nBoris,50%\n')
    with pytest.raises(ScenarioError, match="a quote does not close"):
        read_people(file)
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_people(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,vacation\nAnna,2026-03-09,2026-03-10\n", "more cells than there are headings"),
        ("name,имя\nAnna,Boris\n", "has two columns"),
        ("name\n" + "x" * 200_000, "is no table of text"),
        ("name\n" + "".join(f"{n}\n" for n in range(5001)), "at most 5000 people"),
    ],
)
def test_a_spreadsheet_that_would_be_misread_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "team.csv"
    file.write_text(text)

    with pytest.raises(ScenarioError, match=told):
        read_people(file)


def test_a_spreadsheet_saved_as_unicode_text_is_read(tmp_path: Path) -> None:
    file = tmp_path / "team.txt"
    file.write_bytes("имя\tставка\nАнна\t50%\n".encode("utf-16"))

    assert [(one.name, one.share) for one in read_people(file)] == [("Анна", 0.5)]
