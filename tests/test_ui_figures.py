"""One figure, one number: every page shows what the command line prints as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from terminal import Said
from visitor import brought, calm, finish, press, priced, tables, tiles, turn

from sim.report.language import Language

pytestmark = pytest.mark.usefixtures("threads")

EN = Language("en")
DAY = "{day: {start: 08:00-15:00, length: [8h, 9h]}, eve: {start: 12:00-16:00, length: [8h]}}"
#: The small shop, whose own team may work two kinds of shifts.
SHOP = priced().replace("{to_target: {minimum: 1}}", f"{{to_target: {{shifts: {DAY}}}}}", 1)


class Told:
    """What the command line says of the shop: each command once."""

    def __init__(self, linewise: Callable[..., Said], file: Path) -> None:
        self.linewise, self.file = linewise, file

    def __call__(self, command: str, *options: str) -> Any:
        said = self.linewise(command, self.file, *options, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)


@pytest.fixture
def told(linewise: Callable[..., Said], tmp_path: Path) -> Told:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP, "utf-8")
    return Told(linewise, file)


def shop(page: str) -> AppTest:
    return finish(brought(SHOP, page))


def rows(app: AppTest, table: int = 0) -> list[dict[str, str]]:
    """Rows of a table by their heads, without the signs that keep text from being marks."""
    found = tables(app)[table].to_dict("records")
    return [{k: str(v).replace("\\", "").strip() for k, v in row.items()} for row in found]


def money(value: float) -> str:
    return EN.money(value, "EUR", compact=True)


def table_of(app: AppTest, head: str) -> list[dict[str, str]]:
    return next(rows(app, n) for n in range(len(tables(app))) if head in rows(app, n)[0])


def test_the_answer_has_the_figures_of_compare(told: Told) -> None:
    data = told("compare")
    options, app = data["options"], shop("answer")

    shown = tiles(app)
    assert shown["Own team"] == money(options["inhouse"]["cost_month"]["value"])
    assert shown["Vendor"] == money(options["vendor"]["cost_month"]["value"])
    assert money(data["verdict"]["saving"]["value"]) in app.header[0].value
    served = table_of(app, "Mean wait")
    for row, option in zip(served, options.values(), strict=True):
        phone = option["service"]["phone"]
        assert row["Answered in time"].startswith(EN.percent(phone["service_level"]["value"], 1))
        assert row["Gave up"] == EN.percent(phone["abandonment"]["value"], 1)
        assert row["Missed"] == EN.percent(phone["missed"]["value"], 1)
        assert row["Mean wait"] == EN.duration(phone["asa_s"]["value"])
        assert row["Hours a month"] == EN.number(option["hours_month"])
        assert row["At peak on the line"] == str(option["peak"])
        assert row["Cost a month"] == money(option["cost_month"]["value"])


def test_options_have_the_figures_of_compare_and_risk(told: Told) -> None:
    options, risky = told("compare")["options"], told("risk")
    app = shop("answer")  # the page that works the risk out
    turn(app, "options")

    for row, (name, option) in zip(rows(app), options.items(), strict=True):
        assert row["Cost a month"] == money(option["cost_month"]["value"])
        chance = risky["options"][name]["cheapest"]["value"]
        assert row["Cheapest, cases of 100"] == EN.number(100 * chance)
        level = option["service"]["phone"]["service_level"]["value"]
        assert row["Answered in time"].startswith(EN.percent(level, 1))
        assert row["At peak on the line"] == str(option["peak"])
    over = options["vendor"]["difference_month"]["value"]
    assert money(abs(over)) in rows(app)[1]["To the baseline"]


def test_people_have_the_figures_of_compare(told: Told) -> None:
    own = told("compare")["options"]["inhouse"]
    app = shop("people")

    shown, phone = tiles(app), own["service"]["phone"]
    assert shown["On the payroll"] == EN.number(own["heads"])
    assert shown["At peak on the line"] == str(own["peak"])
    assert shown["Occupancy"] == EN.percent(own["occupancy"])
    assert shown["Answered in time"] == EN.percent(phone["service_level"]["value"], 1)
    assert shown["Cost a month"] == money(own["cost_month"]["value"])
    steps = [row["Figure"] for row in rows(app)]
    info = own["info"]
    assert steps[:2] == [EN.number(info["own.logged_hours"]), EN.number(info["own.rostered_hours"])]
    assert steps[2] == EN.number(info["own.fte"], 1)


def test_shifts_have_the_figures_of_plan(told: Told) -> None:
    group = told("plan", "--option", "inhouse")["groups"]["own"]
    app = shop("shifts")
    asked = "Try it in simulation and improve it"
    if any(button.label == asked for button in app.button):  # else another page has found it
        press(app, asked)
        finish(calm(app.run()))

    assert tiles(app)["Paid hours a week"] == EN.number(group["paid_hours_week"])
    assert tiles(app)["Shifts a week"] == EN.number(sum(s["agents"] for s in group["shifts"]))


def test_the_simulation_has_the_figures_of_run(told: Told) -> None:
    data = told("run", "--option", "inhouse")["channels"]["phone"]
    app = shop("simulation")

    shown, period = tiles(app), data["period"]
    assert shown["Answered in time"] == EN.percent(period["service_level"]["value"], 1)
    assert shown["Gave up"] == EN.percent(period["abandonment"]["value"], 1)
    assert shown["Mean wait"] == EN.duration(period["asa"]["value"])
    assert shown["Days that keep the promise"] == EN.percent(data["promise_kept"]["day"]["value"])


def test_the_risk_has_the_figures_of_risk(told: Told) -> None:
    data = told("risk")["beside"]["npv"]
    app = shop("risks")

    shown = tiles(app)
    chance = data["chance_second_cheaper"]["value"]
    assert shown["Cheaper in"] == f"{EN.number(100 * chance)} of 100"
    assert shown["Saving, the middle case"] == money(data["difference"]["p50"])
    assert shown["Saving in a bad case"] == money(data["difference"]["p5"])
    assert shown["Saving in a good case"] == money(data["difference"]["p95"])
    regret = min(option["regret"] for option in data["options"].values())
    assert shown["Least to regret"] == money(regret)
